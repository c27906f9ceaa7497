//! Which keys do what. Pure: the shell hands in what was pressed and where.
//!
//! While somebody types, a plain key is text: only keys with Alt or Ctrl are commands then. And
//! Enter answers an offer only where it would not press a button.

/// Where the keyboard's focus is, as far as it gives a plain key a meaning of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    Page,
    /// A button or a link: Enter presses it.
    Button,
    /// A field, or an open dialog: every plain key is its own.
    Field,
}

/// A key press, by the browser's names.
#[derive(Debug, Clone, Copy)]
pub struct Stroke<'a> {
    /// What it types: `Enter`, `?`.
    pub key: &'a str,
    /// Where it is on the keyboard: `Digit1`. With Alt, some layouts type something else.
    pub code: &'a str,
    pub ctrl: bool,
    pub alt: bool,
    pub focus: Focus,
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
    Help,
    End,
    Presence,
    Commands,
    Keys,
}

pub fn shortcut(stroke: Stroke<'_>, rings: bool) -> Option<Shortcut> {
    match (stroke.ctrl, stroke.alt) {
        (true, false) => stroke.key.eq_ignore_ascii_case("k").then_some(Shortcut::Commands),
        (false, true) => with_alt(stroke, rings),
        (false, false) => match (stroke.key, stroke.focus) {
            ("Enter", Focus::Page) if rings => Some(Shortcut::Answer),
            ("?", Focus::Page | Focus::Button) => Some(Shortcut::Keys),
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
        "KeyH" => Shortcut::Help,
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

    use Focus::{Button, Field, Page};

    #[test]
    fn enter_answers_only_what_rings_and_only_where_it_means_nothing_else() {
        check("Enter", Page, true, Some(Shortcut::Answer));
        check("Enter", Page, false, None);
        check("Enter", Button, true, None);
        check("Enter", Field, true, None);
        check("Alt Enter", Field, true, Some(Shortcut::Answer));
        check("Alt KeyX", Field, true, Some(Shortcut::Decline));
        check("Alt KeyX", Field, false, None);
    }

    #[test]
    fn help_is_asked_for_while_writing() {
        check("Alt KeyH", Field, false, Some(Shortcut::Help));
        check("KeyH", Field, false, None);
    }

    #[test]
    fn conversations_are_counted_from_one() {
        check("Alt Digit1", Field, false, Some(Shortcut::Conversation(0)));
        check("Alt Digit9", Page, false, Some(Shortcut::Conversation(8)));
        check("Alt Digit0", Page, false, None);
        check("Digit1", Page, false, None);
    }

    #[test]
    fn a_question_mark_in_a_text_is_a_question_mark() {
        check("?", Page, false, Some(Shortcut::Keys));
        check("?", Button, false, Some(Shortcut::Keys));
        check("?", Field, false, None);
        check("Ctrl k", Field, false, Some(Shortcut::Commands));
        check("Ctrl K", Page, false, Some(Shortcut::Commands));
    }

    #[track_caller]
    fn check(pressed: &str, focus: Focus, rings: bool, expected: Option<Shortcut>) {
        let key = pressed.split(' ').next_back().unwrap_or_default();
        let stroke = Stroke {
            key,
            code: key,
            ctrl: pressed.starts_with("Ctrl"),
            alt: pressed.starts_with("Alt"),
            focus,
        };
        assert_eq!(shortcut(stroke, rings), expected);
    }
}
