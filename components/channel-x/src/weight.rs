//! The length of a post as X counts it: most letters weigh one, ideographs and faces two, and an address
//! 23, however long it is. Where the exact rule is long, this one counts more rather than less.

pub(crate) const POST_MAX: usize = 280;
const ADDRESS: usize = 23;

/// Cuts a text into posts where a reader would: after a line or a word, else where it must.
pub(crate) fn posts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while let Some(end) = overflow(rest) {
        parts.push(rest[..end].trim_end());
        rest = rest[end..].trim_start();
    }
    parts.push(rest);
    parts.retain(|part| !part.is_empty());
    parts
}

/// Where the first post ends, when there are more.
fn overflow(text: &str) -> Option<usize> {
    let (mut sum, mut at) = (0, 0);
    for word in text.split_inclusive(char::is_whitespace) {
        let weight = weight(word.trim_end());
        if sum + weight > POST_MAX {
            return Some(if at == 0 { cut(word) } else { at });
        }
        sum += weight + (word.len() - word.trim_end().len());
        at += word.len();
    }
    None
}

/// A single word that fills a post.
fn cut(word: &str) -> usize {
    let mut sum = 0;
    for (at, letter) in word.char_indices() {
        sum += letter_weight(letter);
        if sum > POST_MAX && at > 0 {
            return at;
        }
    }
    word.len()
}

fn weight(word: &str) -> usize {
    let letters = word.chars().map(letter_weight).sum();
    let dotted = word.split_once('.').is_some_and(|(host, rest)| {
        host.ends_with(char::is_alphanumeric) && rest.starts_with(char::is_alphanumeric)
    });
    if dotted { ADDRESS.max(letters) } else { letters }
}

fn letter_weight(letter: char) -> usize {
    match u32::from(letter) {
        0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_are_as_long_as_x_takes() {
        let words = "palabra ".repeat(40); // 320 letters
        let parts = posts(&words);
        assert_eq!(parts.iter().map(|part| part.chars().count()).collect::<Vec<_>>(), [279, 39]);
        assert_eq!(posts(&"ñ".repeat(281)), ["ñ".repeat(280), "ñ".to_owned()]);
        assert_eq!(posts(&"漢".repeat(141)), ["漢".repeat(140), "漢".to_owned()]);
        assert_eq!(posts("  "), Vec::<&str>::new());
        assert_eq!(posts("hola"), ["hola"]);
    }

    #[test]
    fn an_address_weighs_the_same() {
        for (word, expected) in
            [("x.co", 23), ("https://example.com/a", 23), ("hola.", 5), ("...", 3), ("mañana", 6), ("👍", 2)]
        {
            assert_eq!(weight(word), expected, "{word}");
        }
    }
}
