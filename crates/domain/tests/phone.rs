//! The rules for telephone numbers, held against a phone-number library: every beginning of a number that
//! it knows in Spain and the countries of America, written in each way that people write it.

use domain::phone::{read, spellings};
use phonenumber::{Mode, PhoneNumber, country::Id};
use std::collections::BTreeSet;

const COUNTRIES: [(Id, &str); 22] = [
    (Id::ES, "34"),
    (Id::MX, "52"),
    (Id::AR, "54"),
    (Id::BR, "55"),
    (Id::CL, "56"),
    (Id::CO, "57"),
    (Id::PE, "51"),
    (Id::VE, "58"),
    (Id::BO, "591"),
    (Id::EC, "593"),
    (Id::PY, "595"),
    (Id::UY, "598"),
    (Id::CR, "506"),
    (Id::PA, "507"),
    (Id::GT, "502"),
    (Id::SV, "503"),
    (Id::HN, "504"),
    (Id::NI, "505"),
    (Id::CU, "53"),
    (Id::DO, "1"),
    (Id::US, "1"),
    (Id::PT, "351"),
];

/// Valid numbers of a country: one for each beginning of four digits and each length.
fn numbers(country: Id, code: &str) -> Vec<PhoneNumber> {
    let lengths = 7..=11;
    let beginnings = (0..10_000).map(|beginning| format!("{beginning:04}"));
    let written = beginnings.flat_map(|beginning| {
        lengths.clone().map(move |length| format!("+{code}{beginning}{}", &"2345678"[..length - 4]))
    });
    let parsed = written.filter_map(|text| phonenumber::parse(None, text).ok());
    parsed.filter(|number| number.is_valid() && number.country().id() == Some(country)).collect()
}

#[test]
fn every_number_is_read_as_the_library_reads_it() {
    for (country, code) in COUNTRIES {
        let numbers = numbers(country, code);
        assert!(20 < numbers.len(), "{country:?}: {} numbers", numbers.len());
        for number in numbers {
            let e164 = number.format().mode(Mode::E164).to_string();
            for mode in [Mode::E164, Mode::International, Mode::National] {
                let written = number.format().mode(mode).to_string();
                assert_eq!(read(&written, code).as_deref(), Some(e164.as_str()), "{country:?}: {written}");
            }
            let abroad = format!("00{}", &e164[1..]);
            assert_eq!(read(&abroad, "34").as_deref(), Some(e164.as_str()), "{abroad}");
        }
    }
}

/// The first digit of a Brazilian line without its ninth digit.
fn line(number: &str) -> Option<char> {
    number.chars().rev().nth(7)
}

/// Two different valid numbers never share a spelling, but for those that a country itself declared the
/// same: Argentina's with and without the 9, Mexico's with and without the 1, Colombia's fixed lines with
/// and without the 60.
#[test]
fn spellings_never_join_two_lines() {
    for (country, code) in COUNTRIES {
        let numbers = numbers(country, code);
        let valid: BTreeSet<_> = numbers.iter().map(|it| it.format().mode(Mode::E164).to_string()).collect();
        for number in &valid {
            let all = spellings(number);
            assert_eq!(&all[0], number);
            for other in &all[1..] {
                assert_eq!(spellings(other), [other.clone(), number.clone()], "it goes both ways");
                // The library still has the numbers with a 7 of a radio network that was closed in 2018.
                let radio =
                    country == Id::BR && other.len().min(number.len()) == 13 && line(other) == Some('7');
                let declared = radio || matches!(country, Id::AR | Id::MX | Id::CO);
                assert!(
                    declared || !valid.contains(other),
                    "{country:?}: {number} and {other} are two lines"
                );
            }
        }
    }
}
