//! Reads a stream of server-sent events (WHATWG HTML, section 9.2) from chunks cut anywhere.
//!
//! The browser's own `EventSource` hides the comments that say the line is alive; a desk that has
//! slept must know that it is not.

/// One event of the stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    pub id: String,
    pub name: String,
    pub data: String,
}

/// What has come in and is not a whole event yet.
#[derive(Debug, Default)]
pub struct Reader {
    line: String,
    frame: Frame,
    after_return: bool,
}

impl Reader {
    /// The events that `chunk` completes. Comments complete none, but the caller saw the line live.
    pub fn read(&mut self, chunk: &str) -> Vec<Frame> {
        let mut frames = Vec::new();
        for character in chunk.chars() {
            let second_half = character == '\n' && self.after_return;
            self.after_return = character == '\r';
            match character {
                _ if second_half => {}
                '\n' | '\r' => frames.extend(self.end_of_line()),
                character => self.line.push(character),
            }
        }
        frames
    }

    fn end_of_line(&mut self) -> Option<Frame> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            let frame = std::mem::take(&mut self.frame);
            return (!frame.data.is_empty() || !frame.name.is_empty()).then_some(frame);
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.frame.id = value.to_owned(),
            "event" => self.frame.name = value.to_owned(),
            "data" if self.frame.data.is_empty() => self.frame.data = value.to_owned(),
            "data" => {
                self.frame.data.push('\n');
                self.frame.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str =
        ": alive\n\nid: 7\nevent: typing\ndata: {\"a\":1}\n\r\nevent:resync\ndata:{}\r\n\r\n";

    #[test]
    fn an_event_is_whole_wherever_the_network_cuts_it() {
        let frame = |id: &str, name: &str, data: &str| Frame {
            id: id.to_owned(),
            name: name.to_owned(),
            data: data.to_owned(),
        };
        let expected = [frame("7", "typing", "{\"a\":1}"), frame("", "resync", "{}")];
        for cut in 0..STREAM.len() {
            let mut reader = Reader::default();
            let mut frames = reader.read(&STREAM[..cut]);
            frames.extend(reader.read(&STREAM[cut..]));
            assert_eq!(frames, expected, "cut at {cut}");
        }
    }

    #[test]
    fn several_data_lines_are_one_text() {
        let frames = Reader::default().read("data: a\ndata: b\n\n");
        assert_eq!(frames[0].data, "a\nb");
    }
}
