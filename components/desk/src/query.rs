//! Parameters of a request's query.

use shell::failure::{Failure, Result};
use std::str::FromStr;

/// The first value of `name`, decoded; an empty one counts as none.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let value = pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    value.filter(|value| !value.is_empty())
}

pub fn number<T: FromStr>(query: &str, name: &str) -> Result<Option<T>> {
    let wrong = |_| Failure::BadRequest(format!("{name} is no number"));
    parameter(query, name).map(|text| text.parse().map_err(wrong)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_decoded() {
        for (query, expected) in
            [("q=600+123", Some("600 123")), ("a=1&q=%C3%B1&q=2", Some("ñ")), ("q=", None), ("", None)]
        {
            assert_eq!(parameter(query, "q").as_deref(), expected, "{query}");
        }
        assert_eq!(number::<i64>("n=7", "n"), Ok(Some(7)));
        assert_eq!(number::<i64>("", "n"), Ok(None));
        assert!(number::<i64>("n=x", "n").is_err());
    }
}
