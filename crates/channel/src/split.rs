//! A text that is too long for one message, in parts.

/// Cuts a text where a reader would: after a line, else after a word, else where it must. `size` is what
/// a character counts.
pub fn split(text: &str, max: usize, size: fn(char) -> usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end();
    while let Some(end) = overflow(rest, max, size) {
        let (head, _) = rest.split_at(end);
        let line = head.rfind('\n').filter(|at| *at > 0);
        let cut = line.or_else(|| head.rfind(' ').filter(|at| *at > 0)).unwrap_or(end);
        parts.push(rest[..cut].trim_end());
        rest = rest[cut..].trim_start();
    }
    parts.push(rest);
    parts.retain(|part| !part.is_empty());
    parts
}

/// Where the first character stands that has no room; never the very first, so that every cut goes on.
fn overflow(text: &str, max: usize, size: fn(char) -> usize) -> Option<usize> {
    let mut used = 0_usize;
    for (at, character) in text.char_indices() {
        used = used.saturating_add(size(character));
        if used > max && at > 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_end_where_a_reader_would_pause() {
        for (text, max, bytes, expected) in [
            ("", 4, false, vec![]),
            ("abcd", 4, false, vec!["abcd"]),
            ("ab cd ef", 5, false, vec!["ab", "cd ef"]),
            ("ab\ncd ef", 7, false, vec!["ab", "cd ef"]),
            ("abcdefgh", 3, false, vec!["abc", "def", "gh"]),
            ("ñññ", 4, true, vec!["ññ", "ñ"]),
            ("ñññ", 1, true, vec!["ñ", "ñ", "ñ"]),
            ("uno dos tres", 8, false, vec!["uno dos", "tres"]),
            ("ñandúes", 3, false, vec!["ñan", "dúe", "s"]),
            ("😀😀😀", 2, false, vec!["😀😀", "😀"]),
            ("   ", 1, false, vec![]),
        ] {
            let size = if bytes { char::len_utf8 } else { |_| 1 };
            assert_eq!(split(text, max, size), expected, "{text:?}");
        }
    }
}
