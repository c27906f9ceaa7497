use super::{
    country::COUNTRIES,
    rule::{TO_MONDAY, easter_sunday, fixed},
    *,
};
use std::collections::BTreeSet;

fn region(code: &str) -> Region {
    code.parse().expect("a region")
}

/// All holidays of a year, as they are published, by month and day.
#[track_caller]
fn check(code: &str, year: i16, expected: &str) {
    let found: Vec<String> =
        region(code).holidays(year).keys().map(|date| date.strftime("%m-%d").to_string()).collect();
    assert_eq!(found.join(" "), expected.split_whitespace().collect::<Vec<_>>().join(" "), "{code} {year}");
}

/// What is new in `code` as against all of its country.
#[track_caller]
fn check_part(code: &str, year: i16, expected: &str) {
    let (country, _) = code.split_once('-').expect("a part");
    let everywhere = region(country).holidays(year);
    let own = region(code).holidays(year).into_keys().filter(|date| !everywhere.contains_key(date));
    let found: Vec<String> = own.map(|date| date.strftime("%m-%d").to_string()).collect();
    assert_eq!(found.join(" "), expected, "{code} {year}");
}

#[test]
fn easter_as_the_church_publishes_it() {
    let known = "2000-04-23 2001-04-15 2002-03-31 2003-04-20 2004-04-11 2005-03-27 2006-04-16 2007-04-08
        2008-03-23 2009-04-12 2010-04-04 2011-04-24 2012-04-08 2013-03-31 2014-04-20 2015-04-05 2016-03-27
        2017-04-16 2018-04-01 2019-04-21 2020-04-12 2021-04-04 2022-04-17 2023-04-09 2024-03-31 2025-04-20
        2026-04-05 2027-03-28 2028-04-16 2029-04-01 2030-04-21 2031-04-13 2032-03-28 2033-04-17 2034-04-09
        2035-03-25 2036-04-13 2037-04-05 2038-04-25";
    for text in known.split_whitespace() {
        let date: Date = text.parse().expect("a date");
        assert_eq!(easter_sunday(date.year()), Some(date));
    }
    // The earliest and the latest that there are.
    for text in ["1818-03-22", "1943-04-25", "2285-03-22"] {
        let date: Date = text.parse().expect("a date");
        assert_eq!(easter_sunday(date.year()), Some(date));
    }
}

#[test]
fn colombia() {
    check(
        "CO",
        2024,
        "01-01 01-08 03-25 03-28 03-29 05-01 05-13 06-03 06-10 07-01 07-20 08-07 08-19 10-14
        11-04 11-11 12-08 12-25",
    );
    // The Sacred Heart and Saints Peter and Paul share the 30th of June.
    check(
        "CO",
        2025,
        "01-01 01-06 03-24 04-17 04-18 05-01 06-02 06-23 06-30 07-20 08-07 08-18 10-13 11-03
        11-17 12-08 12-25",
    );
    // With the law of that June.
    check(
        "CO",
        2026,
        "01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15 06-29 07-13 07-20 08-07 08-17
        10-12 11-02 11-16 12-08 12-25",
    );
}

#[test]
fn spain_as_in_its_boe() {
    let national = "01-01 01-06 {} 05-01 08-15 10-12 11-01 12-06 12-08 12-25";
    for (year, good_friday) in [(2025, "04-18"), (2026, "04-03"), (2027, "03-26")] {
        check("ES", year, &national.replace("{}", good_friday));
    }
    for (code, in_2025, in_2026) in [
        ("ES-AN", "02-28 04-17 10-13", "02-28 04-02 11-02 12-07"),
        ("ES-AR", "04-17 04-23 10-13", "04-02 04-23 11-02 12-07"),
        ("ES-AS", "04-17 09-08 10-13", "04-02 09-08 11-02 12-07"),
        ("ES-CB", "04-17 07-28 09-15", "04-02 07-28 09-15 12-07"),
        ("ES-CE", "03-31 04-17 06-06 06-13 08-05", "03-20 04-02 05-27 06-13 08-05 09-02"),
        ("ES-CL", "04-17 04-23 10-13", "04-02 04-23 11-02 12-07"),
        ("ES-CM", "04-17 05-31 06-19", "04-02 04-06 05-31 06-04 11-02"),
        ("ES-CN", "04-17 05-30", "04-02 05-30 11-02"),
        ("ES-CT", "04-21 06-24 09-11 12-26", "04-06 06-24 09-11 12-26"),
        ("ES-EX", "04-17 09-08 10-13", "04-02 09-08 11-02 12-07"),
        // The 17th of May 2026 is a Sunday.
        ("ES-GA", "04-17 05-17 07-25", "03-19 04-02 05-17 06-24 07-25"),
        ("ES-IB", "03-01 04-17 12-26", "03-01 03-02 04-02 04-06 12-26"),
        ("ES-MC", "03-19 04-17 06-09", "03-19 04-02 06-09 12-07"),
        ("ES-MD", "04-17 05-02 07-25", "04-02 05-02 11-02 12-07"),
        ("ES-ML", "03-31 04-17 06-06 09-08 09-17", "03-20 04-02 05-27 09-08 09-17 12-07"),
        ("ES-NC", "04-17 04-21 07-25 12-03", "03-19 04-02 04-06 11-02 12-03"),
        ("ES-PV", "04-17 04-21 07-25", "03-19 04-02 04-06 07-25"),
        ("ES-RI", "04-17 04-21 06-09", "04-02 04-06 06-09 12-07"),
        ("ES-VC", "03-19 04-21 06-24 10-09", "03-19 04-06 06-24 10-09"),
    ] {
        check_part(code, 2025, in_2025);
        check_part(code, 2026, in_2026);
    }
    // Holidays on Sunday that a community moves in any year.
    check_part("ES-AN", 2027, "02-28 03-01 03-25 08-16");
    check_part("ES-NC", 2028, "04-13 04-17 12-03 12-04");
}

#[test]
fn mexico_s_mondays() {
    check("MX", 2025, "01-01 02-03 03-17 05-01 09-16 11-17 12-25");
    check("MX", 2026, "01-01 02-02 03-16 05-01 09-16 11-16 12-25");
    check("MX", 2024, "01-01 02-05 03-18 05-01 09-16 10-01 11-18 12-25");
    check("MX", 2030, "01-01 02-04 03-18 05-01 09-16 10-01 11-18 12-25");
}

#[test]
fn argentina_moves_to_the_near_monday() {
    check(
        "AR",
        2025,
        "01-01 03-03 03-04 03-24 04-02 04-18 05-01 05-25 06-16 06-20 07-09 08-17 10-12 11-24
        12-08 12-25",
    );
    check(
        "AR",
        2026,
        "01-01 02-16 02-17 03-24 04-02 04-03 05-01 05-25 06-15 06-20 07-09 08-17 10-12 11-23
        12-08 12-25",
    );
    check(
        "AR",
        2028,
        "01-01 02-28 02-29 03-24 04-02 04-14 05-01 05-25 06-17 06-20 07-09 08-21 10-16 11-20
        12-08 12-25",
    );
}

#[test]
fn chile_moves_three_of_its_holidays_and_bridges_september() {
    check(
        "CL",
        2024,
        "01-01 03-29 03-30 05-01 05-21 06-20 06-29 07-16 08-15 09-18 09-19 09-20 10-12 10-31
        11-01 12-08 12-25",
    );
    check(
        "CL",
        2025,
        "01-01 04-18 04-19 05-01 05-21 06-20 06-29 07-16 08-15 09-18 09-19 10-12 10-31 11-01
        12-08 12-25",
    );
    check(
        "CL",
        2026,
        "01-01 04-03 04-04 05-01 05-21 06-21 06-29 07-16 08-15 09-18 09-19 10-12 10-31 11-01
        12-08 12-25",
    );
    // Tuesdays: 29 June and 12 October go to Monday, 31 October to Friday (2028); a Tuesday 18th has its Monday.
    check(
        "CL",
        2027,
        "01-01 03-26 03-27 05-01 05-21 06-21 06-28 07-16 08-15 09-17 09-18 09-19 10-11 10-31
        11-01 12-08 12-25",
    );
    check(
        "CL",
        2028,
        "01-01 04-14 04-15 05-01 05-21 06-20 06-26 07-16 08-15 09-18 09-19 10-09 10-27 11-01
        12-08 12-25",
    );
    check(
        "CL",
        2029,
        "01-01 03-30 03-31 05-01 05-21 06-20 07-02 07-16 08-15 09-17 09-18 09-19 10-15 11-01
        11-02 12-08 12-25",
    );
    // 1 January on a Sunday adds the Monday.
    assert_eq!(region("CL").holiday(Date::constant(2034, 1, 2)), Some("Feriado adicional"));
    // The solstice by the clock of Chile. 2029: at 1:48 UTC of the 21st.
    let solstices = [(2029, 20), (2030, 21), (2031, 21), (2032, 20), (2033, 20), (2034, 21), (2035, 21)];
    for (year, day) in solstices {
        let expected = Some("Día Nacional de los Pueblos Indígenas");
        assert_eq!(region("CL").holiday(Date::constant(year, 6, day)), expected, "{year}");
    }
}

#[test]
fn others_that_move() {
    check("DO", 2025, "01-01 01-06 01-21 01-26 02-27 04-18 05-05 06-19 08-16 09-24 11-10 12-25");
    check("DO", 2026, "01-01 01-05 01-21 01-26 02-27 04-03 05-04 06-04 08-16 09-24 11-09 12-25");
    check("EC", 2025, "01-01 03-03 03-04 04-18 05-02 05-23 08-11 10-10 11-03 11-04 12-25");
    check("EC", 2026, "01-01 02-16 02-17 04-03 05-01 05-25 08-10 10-09 11-02 11-03 12-25");
    check("EC", 2027, "01-01 02-08 02-09 03-26 04-30 05-24 08-09 10-08 11-01 11-02 12-24 12-25 12-31");
    // New Year of 2028 is a Saturday: the Friday before lies in 2027.
    assert_eq!(region("EC").holiday(Date::constant(2027, 12, 31)), Some("Año Nuevo"));
    assert!(region("EC").holidays(2027).contains_key(&Date::constant(2027, 12, 31)));
    check("PA", 2026, "01-01 01-09 02-17 04-03 05-01 11-03 11-05 11-10 11-28 12-08 12-20 12-21 12-25");
    check("GT", 2026, "01-01 04-02 04-03 04-04 05-01 06-29 09-15 10-20 11-01 12-25");
    check("HN", 2026, "01-01 04-02 04-03 04-04 04-14 05-01 09-15 10-07 10-08 10-09 12-25");
    check(
        "PR",
        2026,
        "01-01 01-06 01-19 02-16 03-22 03-23 04-03 05-25 06-19 07-04 07-25 09-07 10-12 11-11
        11-19 11-26 12-25",
    );
    check("BO", 2026, "01-01 01-22 02-16 02-17 04-03 05-01 06-04 06-21 06-22 08-06 11-02 12-25");
}

#[test]
fn others_that_stay() {
    check("BR", 2026, "01-01 04-03 04-21 05-01 09-07 10-12 11-02 11-15 11-20 12-25");
    check_part("BR-SP", 2026, "07-09");
    check_part("BR-RJ", 2026, "02-17 04-23");
    check_part("BR-BA", 2026, "07-02");
    check("PT", 2026, "01-01 04-03 04-05 04-25 05-01 06-04 06-10 08-15 10-05 11-01 12-01 12-08 12-25");
    check_part("PT-20", 2026, "05-25");
    check(
        "PE",
        2026,
        "01-01 04-02 04-03 05-01 06-07 06-29 07-23 07-28 07-29 08-06 08-30 10-08 11-01 12-08
        12-09 12-25",
    );
    check("UY", 2026, "01-01 05-01 07-18 08-25 12-25");
    check("CR", 2026, "01-01 04-02 04-03 04-11 05-01 07-25 08-15 09-15 12-25");
    check("VE", 2026, "01-01 02-16 02-17 04-02 04-03 04-19 05-01 06-24 07-05 07-24 10-12 12-24 12-25 12-31");
    check("SV", 2026, "01-01 04-02 04-03 04-04 05-01 05-10 06-17 08-06 09-15 11-02 12-25");
}

#[test]
fn a_day_s_name_is_in_the_country_s_language() {
    for (code, date, expected) in [
        ("CO", "2026-01-12", Some("Día de los Reyes Magos")),
        ("CO", "2026-01-06", None),
        ("ES-MD", "2026-05-02", Some("Fiesta de la Comunidad de Madrid")),
        ("ES-CT", "2026-05-02", None),
        ("BR-RJ", "2026-04-23", Some("São Jorge")),
        ("PT", "2026-06-10", Some("Dia de Portugal, de Camões e das Comunidades Portuguesas")),
    ] {
        assert_eq!(region(code).holiday(date.parse().expect("a date")), expected, "{code} {date}");
    }
}

#[test]
fn regions_are_read_by_their_code_alone() {
    let codes: BTreeSet<&str> = Region::all().map(Region::code).collect();
    assert_eq!(codes.len(), Region::all().count(), "each once");
    for region in Region::all() {
        assert_eq!(region.code().parse(), Ok(region));
        assert_eq!(serde_json::from_value::<Region>(serde_json::json!(region)).expect("the same"), region);
    }
    for text in ["", "es", "ES-", "ES-XX", "XX", "ES-MD "] {
        let error = text.parse::<Region>().expect_err(text);
        assert!(error.to_string().contains("such as CO or ES-MD"), "{text}");
    }
}

/// A slip in a table is a rule that nobody keeps, or a day that one way of asking finds and the other does not.
#[test]
fn tables_are_whole() {
    for country in COUNTRIES {
        let parts: BTreeSet<&str> = country.parts.iter().map(|(code, _)| *code).collect();
        assert!(parts.iter().all(|part| part.starts_with(&format!("{}-", country.code))), "{parts:?}");
        let kept = |part: &str| country.rules.iter().filter(|rule| rule.holds_in(Some(part))).count();
        let everywhere = country.rules.iter().filter(|rule| rule.holds_in(None)).count();
        for part in &parts {
            assert!(kept(part) > everywhere, "{part} has nothing of its own");
        }
        for rule in country.rules {
            assert!(
                rule.holds_in(None) || parts.iter().any(|part| rule.holds_in(Some(part))),
                "nobody keeps {}",
                rule.name
            );
            assert!((2025..2060).any(|year| rule.dates(year).next().is_some()), "{} never comes", rule.name);
        }
    }
}

#[test]
fn a_day_is_in_the_list_of_its_year_and_in_no_other() {
    for region in Region::all() {
        for year in 2025..2032 {
            let listed = region.holidays(year);
            let days = Date::constant(year, 1, 1).series(1.day()).take_while(|date| date.year() == year);
            for date in days {
                assert_eq!(region.holiday(date), listed.get(&date).copied(), "{region} {date}");
            }
        }
    }
}

#[test]
fn to_monday_never_goes_back() {
    for year in 2025..2100 {
        for date in fixed(8, 15, "").moved(TO_MONDAY).dates(year) {
            assert_eq!(date.weekday(), jiff::civil::Weekday::Monday);
            assert!((15..=21).contains(&date.day()), "{date}");
        }
    }
    // The ends of what a date can be.
    for (date, expected) in [(Date::MIN, Some("Año Nuevo")), (Date::MAX, Some("Fin de Año"))] {
        assert_eq!(region("VE").holiday(date), expected);
        assert_eq!(region("VE").holidays(date.year()).get(&date).copied(), expected);
    }
}
