//! Numbers of orders, invoices and the rest, and how people write them.

/// `#1042`, `pedido 1042` and `1042` are one order, `C-2041` and `c2041` one claim.
pub(crate) fn digits(written: &str) -> String {
    written.chars().filter(char::is_ascii_digit).collect()
}

/// Gives one kind its numbers: `C-2041`, `C-2042`, and so on.
pub(crate) struct Series {
    letter: char,
    last: u32,
}

impl Series {
    pub(crate) fn after(letter: char, last: u32) -> Series {
        Series { letter, last }
    }

    /// Goes on after the highest of `numbers`.
    pub(crate) fn of<'a>(letter: char, numbers: impl Iterator<Item = &'a str>) -> Series {
        let last = numbers.filter_map(|number| digits(number).parse().ok()).max();
        Series::after(letter, last.unwrap_or(0))
    }

    pub(crate) fn next(&mut self) -> String {
        self.last += 1;
        format!("{}-{}", self.letter, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_after_the_highest() {
        let mut series = Series::of('C', ["C-2040", "C-2039"].into_iter());
        assert_eq!([series.next(), series.next()], ["C-2041", "C-2042"]);
        assert_eq!(Series::of('V', [].into_iter()).next(), "V-1");
    }
}
