//! A flow's text in its editor: which line is where, and what stands beside each.
//!
//! The browser counts a text in UTF-16 units, problems count it in lines from 1.

use api::flow::TextProblem;

/// Where line `number` begins and ends, as a text field selects it. A line below the last is the last.
pub fn range(text: &str, number: usize) -> (u32, u32) {
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    let wanted = number.max(1);
    let mut begins = 0;
    for (index, line) in text.split('\n').enumerate() {
        let ends = begins + units(line);
        if index + 1 == wanted {
            return (begins, ends);
        }
        begins = ends + 1;
    }
    let last = text.rsplit('\n').next().map_or(0, units);
    let all = units(text);
    (all - last, all)
}

/// Numbers of lines for the margin, one below the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    pub text: String,
    /// What is wrong there; `None` where nothing is.
    pub is_error: Option<bool>,
}

/// Where it is; 0 for the whole text.
pub fn line(problem: &TextProblem) -> usize {
    usize::try_from(problem.line).unwrap_or(usize::MAX)
}

/// The margin of a text of so many lines: runs of lines without a problem, and lines with one each.
pub fn margin(lines: usize, problems: &[TextProblem]) -> Vec<Numbers> {
    let mut margin: Vec<Numbers> = vec![];
    for number in 1..=lines.max(1) {
        let here = problems.iter().filter(|problem| line(problem) == number);
        let is_error = here.map(|problem| problem.is_error).max();
        match margin.last_mut() {
            Some(last) if last.is_error.is_none() && is_error.is_none() => {
                last.text.push_str(&format!("{number}\n"));
            }
            _ => margin.push(Numbers { text: format!("{number}\n"), is_error }),
        }
    }
    margin
}

pub fn lines(text: &str) -> usize {
    text.split('\n').count()
}

/// As the text field has it.
pub fn normalised(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The line where a place of the flow is written: `menu` at `[state.menu]`, `survey.why` at
/// `[sub.survey.state.why]`.
pub fn line_of(text: &str, place: &str) -> Option<usize> {
    let header = match place.split_once('.') {
        Some((sub, state)) => format!("[sub.{sub}.state.{state}]"),
        None => format!("[state.{place}]"),
    };
    let is_header = |line: &str| {
        let plain: String = line.chars().filter(|c| !matches!(c, '"' | '\'' | ' ' | '\t')).collect();
        plain == header || plain.strip_prefix(header.as_str()).is_some_and(|rest| rest.starts_with('#'))
    };
    text.split('\n').position(is_header).map(|index| index + 1)
}

/// How many of them are errors, and how many are only worth a look.
pub fn tally(problems: &[TextProblem]) -> (usize, usize) {
    let errors = problems.iter().filter(|problem| problem.is_error).count();
    (errors, problems.len() - errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_in_units_of_the_browser() {
        let text = "uno\n¿qué? 🙂\n\nfin";
        for (number, expected) in
            [(0, (0, 3)), (1, (0, 3)), (2, (4, 12)), (3, (13, 13)), (4, (14, 17)), (9, (14, 17))]
        {
            assert_eq!(range(text, number), expected, "{number}");
        }
        assert_eq!(range("", 1), (0, 0));
        assert_eq!(range("", 7), (0, 0));
        assert_eq!(range("a\n", 2), (2, 2));
    }

    fn problem(line: u32, is_error: bool) -> TextProblem {
        TextProblem { line, key: String::new(), problem: String::new(), is_error }
    }

    #[test]
    fn lines_with_a_problem_stand_out() {
        let problems = [problem(0, true), problem(2, false), problem(2, true), problem(4, false)];
        let shown: Vec<_> =
            margin(5, &problems).into_iter().map(|numbers| (numbers.text, numbers.is_error)).collect();
        let expected =
            [("1\n", None), ("2\n", Some(true)), ("3\n", None), ("4\n", Some(false)), ("5\n", None)];
        assert_eq!(shown, expected.map(|(text, is_error)| (text.to_owned(), is_error)));
        let quiet = margin(3, &[]);
        assert_eq!((quiet.len(), quiet[0].text.as_str()), (1, "1\n2\n3\n"));
        assert_eq!(tally(&problems), (2, 2));
        assert_eq!((lines(""), lines("a\nb"), lines("a\n")), (1, 2, 2));
        assert_eq!(normalised("a\r\nb\rc\n"), "a\nb\nc\n");
    }

    #[test]
    fn a_place_has_its_line() {
        let text =
            "[flow]\n[state.menu] # first\n[[state.menu.option]]\n[state.\"menu_2\"]\n[sub.survey.state.why]";
        for (place, expected) in
            [("menu", Some(2)), ("menu_2", Some(4)), ("survey.why", Some(5)), ("why", None), ("men", None)]
        {
            assert_eq!(line_of(text, place), expected, "{place}");
        }
    }
}
