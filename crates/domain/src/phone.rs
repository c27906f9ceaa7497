//! Telephone numbers: how people write them, and which spellings are one line.
//!
//! What was received is never rewritten: a number is compared by all its [`spellings`]. Several countries
//! changed how their mobiles are written, and networks did not follow: WhatsApp says `549…` in Argentina,
//! where a caller shows `54…`, and knows half of Brazil without the ninth digit.
//!
//! The rules are held against a phone-number library in `tests/phone.rs`; the library itself, with two
//! megabytes of tables, has no place in a component.

/// E.164: at most 15 digits, and no country code starts with 0.
const DIGITS_MIN: usize = 8;
const DIGITS_MAX: usize = 15;

/// The number in E.164, `+34600123123`, of what a person wrote. `calling_code` is that of who writes a
/// number without one. `None` when it is no telephone number.
pub fn read(text: &str, calling_code: &str) -> Option<String> {
    let text = text.trim();
    if text.chars().any(|c| !c.is_ascii_digit() && !"+ -().\u{a0}\u{2011}\u{202f}/".contains(c)) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number = if text.starts_with('+') {
        digits
    } else if let Some(number) = digits.strip_prefix("00") {
        number.to_owned()
    } else {
        format!("{calling_code}{}", significant(&digits, calling_code))
    };
    let valid = (DIGITS_MIN..=DIGITS_MAX).contains(&number.len()) && !number.starts_with('0');
    valid.then(|| format!("+{number}"))
}

/// All ways to write the line `e164`, itself first. Text that is no such number has one spelling.
pub fn spellings(e164: &str) -> Vec<String> {
    let other = e164.strip_prefix('+').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let other = other.and_then(other_spelling).map(|digits| format!("+{digits}"));
    [Some(e164.to_owned()), other].into_iter().flatten().collect()
}

fn other_spelling(digits: &str) -> Option<String> {
    let (code, number) = COUNTRIES.iter().find_map(|code| Some((*code, digits.strip_prefix(code)?)))?;
    let other = match (code, number.len()) {
        // The 1 before a mobile was given up in 2019; WhatsApp goes on with it.
        ("52", 11) => number.strip_prefix('1')?.to_owned(),
        ("52", 10) => format!("1{number}"),
        // A mobile called from abroad has a 9 before its area.
        ("54", 11) => number.strip_prefix('9')?.to_owned(),
        ("54", 10) => format!("9{number}"),
        // The ninth digit of mobiles, which began with 6 to 9, came from 2012 to 2016.
        ("55", 11) => {
            let (area, line) = number.split_at(2);
            let line = line.strip_prefix('9').filter(|line| line.starts_with(['6', '7', '8', '9']))?;
            format!("{area}{line}")
        }
        ("55", 10) => {
            let (area, line) = number.split_at(2);
            let mobile = line.starts_with(['6', '7', '8', '9']);
            mobile.then(|| format!("{area}9{line}"))?
        }
        // Fixed lines got 60 before their area in 2021.
        ("57", 10) => number.strip_prefix("60").filter(|line| !line.starts_with(['0', '3', '9']))?.to_owned(),
        ("57", 8) => (!number.starts_with(['0', '3', '9'])).then(|| format!("60{number}"))?,
        _ => return None,
    };
    Some(format!("{code}{other}"))
}

/// Calling codes with more than one spelling. None is the beginning of another.
const COUNTRIES: [&str; 4] = ["52", "54", "55", "57"];

/// What is left of a number as it is dialled within the country of `calling_code`.
fn significant(digits: &str, calling_code: &str) -> String {
    match calling_code {
        "52" if digits.len() > 10 => without(digits, &["044", "045", "01", "02", "1"]).to_owned(),
        "54" => argentina(digits),
        "55" => brazil(digits).to_owned(),
        "1" if digits.len() == 11 => without(digits, &["1"]).to_owned(),
        // Nobody's own number begins with 0 there: it is what one dials before an area.
        "591" => bolivia(digits).to_owned(),
        "51" | "53" | "57" | "58" | "593" | "595" | "598" => without(digits, &["0"]).to_owned(),
        _ => digits.to_owned(),
    }
}

fn without<'a>(digits: &'a str, prefixes: &[&str]) -> &'a str {
    prefixes.iter().find_map(|prefix| digits.strip_prefix(prefix)).unwrap_or(digits)
}

/// 0 and, for a long-distance call, two digits of the company that carries it.
fn brazil(digits: &str) -> &str {
    let Some(rest) = digits.strip_prefix('0') else { return digits };
    match rest.len() {
        12 | 13 => rest.get(2..).unwrap_or(rest),
        _ => rest,
    }
}

/// A mobile is dialled as area, 15, line; from abroad as 9, area, line.
fn argentina(digits: &str) -> String {
    let digits = without(digits, &["0"]);
    if digits.len() != 12 {
        return digits.to_owned();
    }
    let areas: &[usize] = match digits.get(..3) {
        Some(area) if area.starts_with("11") => &[2],
        // 2302 is an area of four digits that begins with 230, which is one of three.
        Some(area) if ARGENTINE_AREAS.contains(&area) => &[3, 4],
        _ => &[4],
    };
    let parts = areas.iter().map(|area| digits.split_at(*area));
    let mobile = parts.filter_map(|(area, line)| Some(format!("9{area}{}", line.strip_prefix("15")?))).next();
    mobile.unwrap_or_else(|| digits.to_owned())
}

/// 0 and, for a long-distance call, 1 and a digit of the company that carries it.
fn bolivia(digits: &str) -> &str {
    let Some(rest) = digits.strip_prefix('0') else { return digits };
    if rest.len() == 10 && rest.starts_with('1') { rest.get(2..).unwrap_or(rest) } else { rest }
}

/// Argentina's areas of three digits; all others but 11 have four.
const ARGENTINE_AREAS: [&str; 38] = [
    "220", "221", "223", "230", "236", "237", "249", "260", "261", "263", "264", "266", "280", "291", "294",
    "297", "298", "299", "336", "341", "342", "343", "345", "348", "351", "353", "358", "362", "364", "370",
    "376", "379", "380", "381", "383", "385", "387", "388",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write() {
        for (text, code, expected) in [
            ("34600123123", "34", Some("+3434600123123")),
            ("+34 600 123 123", "34", Some("+34600123123")),
            ("0034-600.123.123", "34", Some("+34600123123")),
            ("600 123 123", "34", Some("+34600123123")),
            ("+1 (212) 555-0100", "34", Some("+12125550100")),
            ("044 55 1234 5678", "52", Some("+525512345678")),
            ("55 1234 5678", "52", Some("+525512345678")),
            ("011 15-2345-6789", "54", Some("+5491123456789")),
            ("(0351) 15 234-5678", "54", Some("+5493512345678")),
            ("02966 15-412345", "54", Some("+5492966412345")),
            ("011 4321-5678", "54", Some("+541143215678")),
            ("0 41 11 98765-4321", "55", Some("+5511987654321")),
            ("(011) 3456-7890", "55", Some("+551134567890")),
            ("099 123 456", "598", Some("+59899123456")),
            ("+0034600", "34", None),
            ("12", "34", None),
            ("US.13491208655302741918", "34", None),
            ("call me", "34", None),
            ("+123456789012345678", "34", None),
        ] {
            assert_eq!(read(text, code).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn one_line_has_several_spellings() {
        for (one, other) in [
            ("+5215512345678", "+525512345678"),
            ("+5491123456789", "+541123456789"),
            ("+5511987654321", "+551187654321"),
            ("+576012345678", "+5712345678"),
        ] {
            assert_eq!(spellings(one), [one, other]);
            assert_eq!(spellings(other), [other, one]);
        }
        for only in [
            "+34600123123",
            "+551134567890",
            "+5511934567890",
            "+573001234567",
            "+5225512345678",
            "US.13491208655302741918",
            "+",
            "",
        ] {
            assert_eq!(spellings(only), [only], "{only}");
        }
    }
}
