//! Who wants no messages. An opt-out holds for an address on a channel; every sender asks [`refusal`]
//! before each message, whoever wrote it.

use serde::{Deserialize, Serialize};

/// What a contact, or the provider in their name, said about being written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// No more messages.
    Out,
    /// No more advertising.
    OutOfMarketing,
    /// Messages again.
    In,
    /// Who is this, and how does one stop it.
    Help,
}

impl Consent {
    /// As it stands in an event's `extra.opt`.
    pub fn as_str(self) -> &'static str {
        match self {
            Consent::Out => "out",
            Consent::OutOfMarketing => "out_of_marketing",
            Consent::In => "in",
            Consent::Help => "help",
        }
    }

    /// What it takes away.
    pub fn extent(self) -> Option<Extent> {
        match self {
            Consent::Out => Some(Extent::All),
            Consent::OutOfMarketing => Some(Extent::Marketing),
            Consent::In | Consent::Help => None,
        }
    }
}

/// What an opt-out is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Advertising only: an answer to a question still goes out.
    Marketing,
    All,
}

impl Extent {
    pub fn as_str(self) -> &'static str {
        match self {
            Extent::Marketing => "marketing",
            Extent::All => "all",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Extent::Marketing, Extent::All].into_iter().find(|extent| extent.as_str() == text)
    }
}

/// How it became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// They wrote STOP, BAJA, SAIR, or used the provider's own switch.
    Asked,
    /// The provider refused a message because of it.
    Refused,
    /// They blocked us. It ends when they write again.
    Blocked,
    /// They told an agent, who recorded it.
    Told,
}

impl Reason {
    const ALL: [Reason; 4] = [Reason::Asked, Reason::Refused, Reason::Blocked, Reason::Told];

    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Asked => "asked",
            Reason::Refused => "refused",
            Reason::Blocked => "blocked",
            Reason::Told => "told",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// What an address on a channel does not want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptOut {
    pub extent: Extent,
    pub reason: Reason,
}

/// The opt-out that a message would go against. `marketing`: it is advertising.
pub fn refusal(opt_outs: &[OptOut], marketing: bool) -> Option<OptOut> {
    let against = |opt_out: &&OptOut| marketing || opt_out.extent == Extent::All;
    opt_outs.iter().filter(against).max_by_key(|opt_out| opt_out.extent == Extent::All).copied()
}

/// Which of the opt-outs end when the contact wrote: a word of consent ends all of them, any message ends
/// a block.
pub fn lifted(opt_out: OptOut, said: Option<Consent>) -> bool {
    match said {
        Some(Consent::In) => true,
        Some(Consent::Out | Consent::OutOfMarketing) => false,
        Some(Consent::Help) | None => opt_out.reason == Reason::Blocked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn out(extent: Extent, reason: Reason) -> OptOut {
        OptOut { extent, reason }
    }

    #[test]
    fn advertising_is_refused_before_answers_are() {
        let all = out(Extent::All, Reason::Asked);
        let marketing = out(Extent::Marketing, Reason::Refused);
        for (opt_outs, is_marketing, expected) in [
            (&[][..], true, None),
            (&[marketing], true, Some(marketing)),
            (&[marketing], false, None),
            (&[all], false, Some(all)),
            (&[all, marketing], true, Some(all)),
        ] {
            assert_eq!(refusal(opt_outs, is_marketing), expected, "{opt_outs:?} {is_marketing}");
        }
    }

    #[test]
    fn a_word_lifts_all_and_a_message_lifts_a_block() {
        for (reason, said, expected) in [
            (Reason::Asked, None, false),
            (Reason::Asked, Some(Consent::Help), false),
            (Reason::Asked, Some(Consent::In), true),
            (Reason::Told, Some(Consent::In), true),
            (Reason::Blocked, None, true),
            (Reason::Blocked, Some(Consent::Out), false),
        ] {
            assert_eq!(lifted(out(Extent::All, reason), said), expected, "{reason:?} {said:?}");
        }
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
        }
        for extent in [Extent::Marketing, Extent::All] {
            assert_eq!(Extent::parse(extent.as_str()), Some(extent));
        }
        assert_eq!(Extent::parse("some"), None);
    }
}
