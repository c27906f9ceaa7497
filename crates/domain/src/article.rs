//! The knowledge base's articles: who may read one, in which language, and since when it should be looked at
//! again. What in it answers a question is in [`question`] and [`snippet`], and what a word is in [`word`].
//!
//! An article is one subject; its texts say the same in several locales.

pub mod question;
pub mod snippet;
pub mod word;

use jiff::civil::Date;

/// How long a text may be, in characters.
pub const BODY_MAX: usize = 20_000;

/// For whom an article is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Contacts, too: a bot may say it.
    Public,
    /// Only those who work here.
    Internal,
}

impl Audience {
    const ALL: [Audience; 2] = [Audience::Public, Audience::Internal];

    pub fn as_str(self) -> &'static str {
        match self {
            Audience::Public => "public",
            Audience::Internal => "internal",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Audience::ALL.into_iter().find(|audience| audience.as_str() == text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Only those who write articles see it.
    Draft,
    Published,
    /// It was published, and is kept for those who write articles.
    Withdrawn,
}

impl State {
    pub const ALL: [State; 3] = [State::Draft, State::Published, State::Withdrawn];

    pub fn as_str(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Published => "published",
            State::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        State::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Which articles somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// `None`: for whomever they are.
    pub audience: Option<Audience>,
    /// `None`: in every state.
    pub state: Option<State>,
}

impl Scope {
    /// What may be said to a contact. An article past its review is among it: what was right last month is
    /// a better answer than none.
    pub const CONTACTS: Scope = Scope { audience: Some(Audience::Public), state: Some(State::Published) };

    pub fn has(&self, audience: Audience, state: State) -> bool {
        self.audience.is_none_or(|wanted| wanted == audience)
            && self.state.is_none_or(|wanted| wanted == state)
    }
}

/// Whether somebody should have looked at it again. It holds for the whole of the day `review_by`.
pub fn is_stale(review_by: Option<Date>, today: Date) -> bool {
    review_by.is_some_and(|date| date < today)
}

/// The locales of `known` in which `wanted` can be answered, the best first: that locale itself, others of its
/// language, and the center's `first` one with its like. A contact who reads none of them gets no text: a bot
/// that answers in a language that it was not asked in helps less than a person.
pub fn fallback<'k>(known: &'k [String], wanted: &str, first: &str) -> Vec<&'k str> {
    let rank = |locale: &str| {
        let same = |other: &str| locale.eq_ignore_ascii_case(other);
        let akin = |other: &str| word::primary(locale) == word::primary(other);
        let ranks = [same(wanted), akin(wanted), same(first), akin(first)];
        // Of a language's locales, the one without a region is for everybody.
        Some((ranks.into_iter().position(|is_so| is_so)?, locale.len()))
    };
    let mut found: Vec<_> =
        known.iter().filter_map(|locale| Some((rank(locale)?, locale.as_str()))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, locale)| locale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_contact_reads_what_is_public_and_published() {
        let seen = |scope: Scope| {
            let all =
                Audience::ALL.into_iter().flat_map(|audience| State::ALL.map(|state| (audience, state)));
            all.filter(|(audience, state)| scope.has(*audience, *state)).count()
        };
        assert!(Scope::CONTACTS.has(Audience::Public, State::Published));
        assert_eq!(seen(Scope::CONTACTS), 1);
        assert_eq!(seen(Scope { audience: None, state: Some(State::Published) }), 2);
        assert_eq!(seen(Scope { audience: None, state: None }), 6);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for audience in Audience::ALL {
            assert_eq!(Audience::parse(audience.as_str()), Some(audience));
        }
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!((Audience::parse("Public"), State::parse("")), (None, None));
    }

    #[test]
    fn an_article_is_stale_after_the_day_of_its_review() {
        for (review_by, expected) in
            [(None, false), (Some(date(2026, 11, 22)), true), (Some(date(2026, 11, 23)), false)]
        {
            assert_eq!(is_stale(review_by, date(2026, 11, 23)), expected, "{review_by:?}");
        }
    }

    #[test]
    fn a_text_in_the_locale_or_the_language_or_else_the_center_s() {
        let check = |known: &str, wanted: &str, expected: &str| {
            let known: Vec<String> = known.split(' ').map(str::to_owned).collect();
            assert_eq!(fallback(&known, wanted, "es").join(" "), expected, "{wanted} of {known:?}");
        };
        check("en es pt", "pt", "pt es");
        check("en es pt", "pt-BR", "pt es");
        check("en es pt", "es", "es");
        check("en es es-MX", "es-MX", "es-MX es");
        check("en es es-AR es-MX", "es-MX", "es-MX es es-AR");
        check("es-MX es-AR", "es", "es-AR es-MX");
        check("en pt_BR", "PT", "pt_BR");
        check("en es-MX es", "fr", "es es-MX");
        check("en pt", "fr", "");
        check("en es", "", "es");
    }
}
