//! What is wrong in a flow's text, before it is published.

use domain::flow::Problem;

/// Everything that is wrong in `text`: that it is no TOML, for now.
pub fn check(text: &str) -> Vec<Problem> {
    let problem = |error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
        Problem { line, key: String::new(), problem: error.message().to_owned(), is_error: true }
    };
    text.parse::<toml::Table>().err().map(problem).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_toml_is_told_with_its_line() {
        for (text, lines) in [
            ("", &[][..]),
            ("start = 'hello'\n[hello]\nsay = 'ñandú'\n", &[]),
            ("start = 'hello'\n\nsay = \n", &[3]),
            ("a = 1\na = 2", &[2]),
            ("=", &[1]),
        ] {
            let found = check(text);
            assert_eq!(found.iter().map(|problem| problem.line).collect::<Vec<_>>(), lines, "{text}");
            assert!(found.iter().all(|problem| problem.is_error && !problem.problem.is_empty()));
        }
    }
}
