//! Which keys do what. Pure: the shell hands in what was pressed and where.
//!
//! While somebody types, a plain key is text: only keys with Alt or Ctrl are commands then. So
//! Enter answers an offer unless it would send a message or press a button.

/// A key press, by the browser's names.
#[derive(Debug, Clone, Copy)]
pub struct Stroke<'a> {
    /// What it types: `Enter`, `?`.
    pub key: &'a str,
    /// Where it is on the keyboard: `Digit1`. With Alt, some layouts type something else.
    pub code: &'a str,
    pub ctrl: bool,
    pub alt: bool,
    /// The focus is where the key has a meaning of its own: a field, a button, an open dialog.
    pub taken: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    Answer,
    Decline,
    /// The n-th of my work, counted from 0.
    Conversation(usize),
    Previous,
    Next,
    Transfer,
    End,
    Presence,
    Commands,
    Keys,
}

pub fn shortcut(stroke: Stroke<'_>, rings: bool) -> Option<Shortcut> {
    match (stroke.ctrl, stroke.alt) {
        (true, false) => stroke.key.eq_ignore_ascii_case("k").then_some(Shortcut::Commands),
        (false, true) => with_alt(stroke, rings),
        (false, false) if !stroke.taken => match stroke.key {
            "Enter" if rings => Some(Shortcut::Answer),
            "?" => Some(Shortcut::Keys),
            _ => None,
        },
        _ => None,
    }
}

fn with_alt(stroke: Stroke<'_>, rings: bool) -> Option<Shortcut> {
    Some(match stroke.code {
        "Enter" if rings => Shortcut::Answer,
        "KeyX" if rings => Shortcut::Decline,
        "ArrowUp" => Shortcut::Previous,
        "ArrowDown" => Shortcut::Next,
        "KeyT" => Shortcut::Transfer,
        "KeyW" => Shortcut::End,
        "KeyP" => Shortcut::Presence,
        code => {
            let digit = code.strip_prefix("Digit")?.parse::<usize>().ok()?;
            Shortcut::Conversation(digit.checked_sub(1)?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPING: bool = true;

    #[test]
    fn enter_answers_only_what_rings_and_only_where_it_means_nothing_else() {
        check("Enter", !TYPING, true, Some(Shortcut::Answer));
        check("Enter", !TYPING, false, None);
        check("Enter", TYPING, true, None);
        check("Alt Enter", TYPING, true, Some(Shortcut::Answer));
        check("Alt KeyX", TYPING, true, Some(Shortcut::Decline));
        check("Alt KeyX", TYPING, false, None);
    }

    #[test]
    fn conversations_are_counted_from_one() {
        check("Alt Digit1", TYPING, false, Some(Shortcut::Conversation(0)));
        check("Alt Digit9", !TYPING, false, Some(Shortcut::Conversation(8)));
        check("Alt Digit0", !TYPING, false, None);
        check("Digit1", !TYPING, false, None);
    }

    #[test]
    fn a_question_mark_in_a_text_is_a_question_mark() {
        check("?", !TYPING, false, Some(Shortcut::Keys));
        check("?", TYPING, false, None);
        check("Ctrl k", TYPING, false, Some(Shortcut::Commands));
        check("Ctrl K", !TYPING, false, Some(Shortcut::Commands));
    }

    #[track_caller]
    fn check(pressed: &str, taken: bool, rings: bool, expected: Option<Shortcut>) {
        let key = pressed.split(' ').next_back().unwrap_or_default();
        let stroke = Stroke {
            key,
            code: key,
            ctrl: pressed.starts_with("Ctrl"),
            alt: pressed.starts_with("Alt"),
            taken,
        };
        assert_eq!(shortcut(stroke, rings), expected);
    }
}
