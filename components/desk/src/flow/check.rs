//! What is wrong in a flow's text, before it is published.

use domain::flow::Problem;
use script::Language;

/// What errors call the text.
pub(crate) const NAME: &str = "flow";

/// Everything that is wrong in `text`, or might be meant otherwise, in the words of `language`.
pub fn check(text: &str, language: Language) -> Vec<Problem> {
    let problem = |found: script::Problem| Problem {
        line: u32::try_from(found.trouble.line).unwrap_or(u32::MAX),
        key: found.trouble.key,
        problem: found.trouble.problem,
        is_error: found.is_error,
    };
    script::check(NAME, text, language).into_iter().map(problem).collect()
}
