//! How many tests a suite's own report tells of.

use std::{fmt, ops::Add};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

impl Add for Count {
    type Output = Count;

    fn add(self, other: Count) -> Count {
        Count {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if 0 < self.skipped {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// One line of `cargo test`; a line that is no result counts nothing.
pub(crate) fn from_cargo(line: &str) -> Count {
    let Some(result) = line.strip_prefix("test result: ") else { return Count::default() };
    let number = |what: &str| {
        let parts = result.split(['.', ';']).map(str::trim);
        parts
            .filter_map(|part| part.strip_suffix(what))
            .find_map(|number| number.trim().parse().ok())
            .unwrap_or(0)
    };
    Count { passed: number("passed"), failed: number("failed"), skipped: number("ignored") }
}

/// The summary at the end of Node's TAP report. What was cancelled did not pass.
pub(crate) fn from_tap(report: &str) -> Count {
    let number = |what: &str| {
        let lines = report.lines().filter_map(|line| line.strip_prefix("# "));
        let mut numbers = lines.filter_map(|line| line.strip_prefix(what)?.trim().parse().ok());
        numbers.next_back().unwrap_or(0)
    };
    Count {
        passed: number("pass "),
        failed: number("fail ") + number("cancelled "),
        skipped: number("skipped ") + number("todo "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_cargo_are_counted_and_all_else_is_not() {
        let line = "test result: FAILED. 5 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.15s";
        assert_eq!(from_cargo(line), Count { passed: 5, failed: 2, skipped: 1 });
        assert_eq!(from_cargo("test 5 passed; 2 failed ... ok"), Count::default());
    }

    #[test]
    fn the_last_summary_of_a_tap_report_counts() {
        let report =
            "# fail 9\nnot ok 1\n# tests 8\n# pass 4\n# fail 1\n# cancelled 2\n# skipped 1\n# todo 0\n";
        assert_eq!(from_tap(report), Count { passed: 4, failed: 3, skipped: 1 });
    }
}
