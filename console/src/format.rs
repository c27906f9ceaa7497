//! Durations, sizes and initials as text. Dates and numbers that depend on the country are the
//! browser's (`Intl`), not ours.

/// `4:09`, `1:04:09`: what ticks on the screen. Never negative: clocks of two machines differ.
pub fn clock(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// `23 h`, `42 min`, `55 s`: how much is left, in the one unit that matters.
pub fn rough(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// `820 B`, `64 kB`, `1.2 MB`.
pub fn bytes(size: u64) -> String {
    match size {
        0..1000 => format!("{size} B"),
        1000..1_000_000 => format!("{} kB", size / 1000),
        _ => format!("{}.{} MB", size / 1_000_000, size / 100_000 % 10),
    }
}

/// One or two letters for a name; none for a phone number.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter(|word| word.starts_with(char::is_alphabetic));
    let first = words.next();
    let last = words.next_back();
    [first, last]
        .into_iter()
        .flatten()
        .filter_map(|word| word.chars().next())
        .flat_map(char::to_uppercase)
        .collect()
}

/// A whole percentage, rounded down so that a target is not shown as met before it is.
pub fn percent(value: f64) -> String {
    format!("{} %", value.floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_counts_in_minutes_until_it_needs_hours() {
        for (ms, expected) in [(-5, "0:00"), (9_999, "0:09"), (249_000, "4:09"), (3_849_000, "1:04:09")] {
            assert_eq!(clock(ms), expected);
        }
    }

    #[test]
    fn what_is_left_is_said_in_one_unit() {
        for (ms, expected) in [
            (-1, "0 s"),
            (59_000, "59 s"),
            (60_000, "1 min"),
            (3_600_000, "1 h"),
            (86_400_000, "24 h"),
            (172_800_000, "2 d"),
        ] {
            assert_eq!(rough(ms), expected);
        }
    }

    #[test]
    fn sizes_and_names_are_short() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(64_200), "64 kB");
        assert_eq!(bytes(1_250_000), "1.2 MB");
        assert_eq!(initials("Marta Ruiz de Arana"), "MA");
        assert_eq!(initials("Óscar"), "Ó");
        assert_eq!(initials("+34 600 100 200"), "");
        assert_eq!(percent(79.9), "79 %");
    }
}
