//! Server-sent events on the wire (WHATWG HTML, section 9.2).

use api::event::Event;

/// Says that the line is alive, and nothing else. The console counts on one each 15 seconds.
pub const HEARTBEAT: &str = ":\n\n";

/// Opens a stream: how soon a browser comes back by itself.
pub const OPENING: &str = "retry: 1000\n:\n\n";

/// One event. Whoever comes back after `seq` gets what followed.
pub fn frame(seq: i64, event: &Event) -> Result<String, serde_json::Error> {
    Ok(format!("id: {seq}\nevent: {}\ndata: {}\n\n", event.name(), event.data()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::event::Typing;

    #[test]
    fn a_frame_is_three_lines_and_an_empty_one() {
        let typing = Event::Typing(Typing { conversation_id: "c\n1".to_owned(), until_ms: 5 });
        for (event, expected) in [
            (Event::Resync, "id: 7\nevent: resync\ndata: {}\n\n"),
            (typing, "id: 7\nevent: typing\ndata: {\"conversation_id\":\"c\\n1\",\"until_ms\":5}\n\n"),
        ] {
            assert_eq!(frame(7, &event).unwrap(), expected);
        }
    }
}
