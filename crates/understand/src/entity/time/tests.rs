use super::*;
use crate::{locale::Locale, text::tokens};
use Locale::{En, EsAr, EsEs, PtBr};
use jiff::civil::date;

#[test]
fn in_spanish() {
    for (text, expected) in [
        ("a las cinco y media de la tarde", "17:30"),
        ("a las cinco de la mañana", "05:00"),
        ("17:30", "17:30"),
        ("a las 17:30 h", "17:30"),
        ("05:30", "05:30"),
        ("00:15", "00:15"),
        ("12:30", "12:30"),
        ("17.30 hs", "17:30"),
        ("a las 17 horas", "17:00"),
        ("17h30", "17:30"),
        ("5 pm", "17:00"),
        ("5pm", "17:00"),
        ("5 p. m.", "17:00"),
        ("5:30 p.m.", "17:30"),
        ("12 am", "00:00"),
        ("12 pm", "12:00"),
        ("las doce de la noche", "00:00"),
        ("las doce de la mañana", "12:00"),
        ("las doce del mediodía", "12:00"),
        ("a la una de la tarde", "13:00"),
        ("las diez y cuarto de la noche", "22:15"),
        ("a las ocho menos cuarto de la mañana", "07:45"),
        ("cuarto para las tres de la tarde", "14:45"),
        ("a las tres de la madrugada", "03:00"),
        ("seis y diez de la tarde", "18:10"),
        ("a las dieciséis treinta", "16:30"),
        ("al mediodía", "12:00"),
        ("a medianoche", "00:00"),
        ("entre las 16:00 y las 18:00", "16:00 18:00"),
        ("a las 17:30 de la tarde", "17:30"),
        // Which of the two?
        ("a las cinco", ""),
        ("5:30", ""),
        // None at all.
        ("17:30 de la mañana", ""),
        ("25:00", ""),
        ("17:60", ""),
        ("17.30", ""),
        ("17:30:45", ""),
        ("en 24h", ""),
        ("dos horas", ""),
        ("las dos", ""),
        ("a las 24 horas", ""),
        ("quiero cinco", ""),
        ("el 3 de mayo", ""),
        ("ganamos 3:2", ""),
    ] {
        check(EsEs, None, text, expected);
    }
}

#[test]
fn the_day_says_which_half() {
    for (text, expected) in [
        ("a las cinco", "17:00"),
        ("a las nueve", "09:00"),
        ("a las ocho", "08:00"),
        ("a las siete", "19:00"),
        ("a las siete y media", "19:30"),
        ("a las doce", "12:00"),
        ("tipo 5", "17:00"),
        ("5:30", "17:30"),
        ("las cinco menos diez", "16:50"),
        ("cinco y media", "17:30"),
        ("la cita de las 10", "10:00"),
        ("a las 4 mañana", "16:00"),
        ("a la una", "13:00"),
        ("diez para las ocho", "19:50"),
        ("a las cinco de la mañana", "05:00"),
        ("a las dos chicas", ""),
        ("una de las 10 tiendas", ""),
        ("me gustan las dos", ""),
    ] {
        check(EsAr, Some(civil(8, 0).unwrap()), text, expected);
    }
}

#[test]
fn in_portuguese() {
    for (text, expected) in [
        ("às cinco e meia da tarde", "17:30"),
        ("às 17h30", "17:30"),
        ("às 17h", "17:00"),
        ("17h", "17:00"),
        ("em 24h", ""),
        ("em 12h", ""),
        ("às dezessete horas", "17:00"),
        ("quinze para as três da tarde", "14:45"),
        ("ao meio-dia", "12:00"),
        ("meio-dia e meia", "12:30"),
        ("à meia-noite", "00:00"),
        ("oito da manhã", "08:00"),
        ("à uma da tarde", "13:00"),
        ("às três menos um quarto da tarde", "14:45"),
        ("quero as duas", ""),
        ("às duas", ""),
    ] {
        check(PtBr, None, text, expected);
    }
    check(PtBr, Some(civil(8, 0).unwrap()), "às duas", "14:00");
    check(PtBr, Some(civil(8, 0).unwrap()), "quero as duas", "");
}

#[test]
fn in_english() {
    for (text, expected) in [
        ("at 5 pm", "17:00"),
        ("five thirty pm", "17:30"),
        ("half past five in the afternoon", "17:30"),
        ("quarter to six in the evening", "17:45"),
        ("noon", "12:00"),
        ("at midnight", "00:00"),
        ("17:30", "17:30"),
        ("9 a.m.", "09:00"),
        ("at ten at night", "22:00"),
        ("five o'clock", ""),
        ("at five", ""),
        ("five to six people", ""),
    ] {
        check(En, None, text, expected);
    }
    for (text, expected) in [
        ("at five", "17:00"),
        ("five o'clock", "17:00"),
        ("half past nine", "09:30"),
        ("at ten thirty", "10:30"),
        ("at five houses", ""),
    ] {
        check(En, Some(civil(8, 0).unwrap()), text, expected);
    }
}

#[track_caller]
fn check(locale: Locale, day_from: Option<Time>, text: &str, expected: &str) {
    let place = Place { day_from, ..Place::new(locale, date(2026, 11, 23)) };
    let found = find(&tokens(text), text, &place);
    let times = found.iter().map(|found| match found.value {
        Value::Time(time) => time.strftime("%H:%M").to_string(),
        ref other => panic!("{other:?}"),
    });
    assert_eq!(times.collect::<Vec<_>>().join(" "), expected, "{text}");
}
