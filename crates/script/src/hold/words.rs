//! What is said where a flow has no words of its own, and how much of what is heard is kept.

use bot::step::Event;

/// Bytes of what a contact says at once, as it is remembered. It may be remembered at several places, and the
/// conversation has the rest.
const HEARD_MAX: usize = 4 * 1024;

/// The event without what would be too much to remember.
pub(super) fn shortened(mut event: Event) -> Event {
    match &mut event {
        Event::Text(text) | Event::Digits(text) => shorten(text),
        Event::Speech(speech) => shorten(&mut speech.text),
        Event::Media(media) => {
            shorten(&mut media.text);
            media.files.iter_mut().filter_map(|file| file.words.as_mut()).for_each(shorten);
        }
        Event::Started(Some(words)) => shorten(words),
        Event::Started(None)
        | Event::Choice(_)
        | Event::Silence
        | Event::Timer
        | Event::Outcome(_)
        | Event::HangUp => {}
    }
    event
}

fn shorten(text: &mut String) {
    // What JSON escapes takes up to six bytes.
    let size = |c: char| if c.is_control() || c == '"' || c == '\\' { 6 } else { c.len_utf8() };
    let ends = text.char_indices().scan(0, |taken, (at, c)| {
        *taken += size(c);
        Some((at, *taken))
    });
    let too_much = ends.into_iter().find(|(_, taken)| *taken > HEARD_MAX).map(|(at, _)| at);
    if let Some(at) = too_much {
        text.truncate(at);
    }
}

fn pick<'w>(locale: &str, spanish: &'w str, english: &'w str, portuguese: &'w str) -> &'w str {
    match locale.split(['-', '_']).next().unwrap_or_default() {
        "en" => english,
        "pt" => portuguese,
        _ => spanish,
    }
}

/// Before a question that is asked again.
pub(super) fn not_understood(locale: &str) -> &'static str {
    pick(locale, "Perdona, no te he entendido.", "Sorry, I did not understand.", "Desculpe, não entendi.")
}

/// Before a question that nobody answered.
pub(super) fn still_there(locale: &str) -> &'static str {
    pick(locale, "¿Sigues ahí?", "Are you still there?", "Ainda está aí?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_is_kept_as_can_be_remembered() {
        for (text, expected) in [
            ("a".repeat(4096), 4096),
            ("a".repeat(4097), 4096),
            ("ñ".repeat(5000), 2048),
            ("😀".repeat(5000), 1024),
            ("\u{1}".repeat(5000), 682),
            (String::new(), 0),
        ] {
            let Event::Text(kept) = shortened(Event::Text(text.clone())) else { panic!("{text}") };
            assert_eq!(kept.chars().count(), expected, "{}", text.chars().take(1).collect::<String>());
            assert!(text.starts_with(&kept));
            assert!(serde_json::to_string(&kept).unwrap().len() <= HEARD_MAX + 2);
        }
    }
}
