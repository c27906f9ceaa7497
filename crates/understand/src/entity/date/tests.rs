use super::*;
use crate::{locale::Locale, text::tokens};
use Locale::{En, EsAr, EsEs, EsMx, PtBr, PtPt};
use jiff::civil::date;

/// A Monday.
const TODAY: Date = date(2026, 11, 23);

#[test]
fn days_around_today() {
    for (text, expected) in [
        ("hoy", "2026-11-23"),
        ("lo quiero para mañana", "2026-11-24"),
        ("mañana por la mañana", "2026-11-24"),
        ("MANANA", "2026-11-24"),
        ("pasado mañana a las cinco", "2026-11-25"),
        ("llegó ayer", "2026-11-22"),
        ("antes de ayer", "2026-11-21"),
        ("anteayer o antier", "2026-11-21 2026-11-21"),
        ("esta noche", "2026-11-23"),
        ("cancelar la cita de mañana", "2026-11-24"),
        ("a las cinco de la mañana", ""),
        ("por la mañana", ""),
        ("toda la mañana", ""),
        ("en tres días", "2026-11-26"),
        ("dentro de una semana", "2026-11-30"),
        ("en un par de semanas", "2026-12-07"),
        ("de aquí a 10 días", "2026-12-03"),
        ("dentro de un mes", "2026-12-23"),
        ("hace quince días", "2026-11-08"),
        ("dos semanas atrás", "2026-11-09"),
        ("de hoy en ocho", "2026-11-30"),
        ("de hoy en quince", ""),
        ("en 3 días hábiles", ""),
        ("en una semana y media", ""),
        ("en 24 horas", ""),
        ("la semana que viene", ""),
        ("en 99999999 años", ""),
    ] {
        check(EsEs, text, expected);
    }
}

#[test]
fn days_of_the_week() {
    for (text, expected) in [
        ("el martes", "2026-11-24"),
        ("el próximo martes", "2026-11-24"),
        ("el martes que viene", "2026-11-24"),
        ("el lunes que viene", "2026-11-30"),
        ("el domingo", "2026-11-29"),
        ("este viernes por la tarde", "2026-11-27"),
        ("el viernes de la semana que viene", "2026-12-04"),
        ("el viernes de esta semana", "2026-11-27"),
        ("el viernes pasado", "2026-11-20"),
        ("el pasado lunes", "2026-11-16"),
        ("lunes o martes", "2026-11-24"),
        ("miércoles y jueves", "2026-11-25 2026-11-26"),
        // Today is Monday: today, or in a week?
        ("el lunes", ""),
        ("este lunes", ""),
        ("los martes", ""),
        ("de lunes a viernes", ""),
        ("abren de martes a sábado", ""),
        ("cada jueves", ""),
        ("un jueves cualquiera", ""),
        ("el otro jueves", ""),
        ("el martes 24", "2026-11-24"),
        ("martes 24 de noviembre", "2026-11-24"),
        ("martes, 24/11", "2026-11-24"),
        ("jueves 3 de diciembre de 2026", "2026-12-03"),
        // A Sunday.
        ("martes 29 de noviembre", ""),
        ("el martes 25", ""),
        ("el martes 5 pm", "2026-11-24"),
        ("el martes 10:30", "2026-11-24"),
    ] {
        check(EsMx, text, expected);
    }
}

#[test]
fn dates_of_the_calendar() {
    for (text, expected) in [
        ("el 3 de mayo", "2027-05-03"),
        ("el 3 de diciembre", "2026-12-03"),
        ("23 de noviembre", "2026-11-23"),
        ("3 de mayo de 2026", "2026-05-03"),
        ("3 de mayo del 26", "2026-05-03"),
        ("3 mayo 2026", "2026-05-03"),
        ("tres de mayo de dos mil veintiséis", "2026-05-03"),
        ("primero de enero", "2027-01-01"),
        ("1ro de enero", "2027-01-01"),
        ("1º de enero de 2027", "2027-01-01"),
        ("mayo 3 de 2027", "2027-05-03"),
        ("3-may-2026", "2026-05-03"),
        ("15 de setiembre", "2027-09-15"),
        ("29 de febrero", "2028-02-29"),
        ("31 de febrero", ""),
        ("31/02/2026", ""),
        ("03/05/2026", "2026-05-03"),
        ("3/5/26", "2026-05-03"),
        ("03-05-2026", "2026-05-03"),
        ("03.05.2026", "2026-05-03"),
        ("2026-05-03", "2026-05-03"),
        ("25/12", "2026-12-25"),
        ("el 1/2", "2027-02-01"),
        ("1/2", "2027-02-01"),
        ("nací el 03/05/58", "1958-05-03"),
        ("13/13/2026", ""),
        ("1/2/3/4", ""),
        ("medio, 1/2 kilo", ""),
        ("atienden 24/7 siempre", ""),
        ("12.345.678", ""),
        ("el día 15", "2026-12-15"),
        ("el 30", "2026-11-30"),
        ("el 30, por favor", "2026-11-30"),
        ("el 15 a las cinco", "2026-12-15"),
        ("el 5 de este mes", "2026-11-05"),
        ("el 5 del mes que viene", "2026-12-05"),
        ("el 31", "2026-12-31"),
        ("el 15 por ciento", ""),
        ("el 3 de la lista", ""),
        ("3 de mayo de 10 a 12", "2027-05-03"),
        ("me debe 3 de 5", ""),
        ("pedido 1234", ""),
        ("hoy no, el 3/12 sí", "2026-11-23 2026-12-03"),
    ] {
        check(EsAr, text, expected);
    }
}

#[test]
fn in_portuguese() {
    for (text, expected) in [
        ("hoje", "2026-11-23"),
        ("amanhã de manhã", "2026-11-24"),
        ("de manhã", ""),
        ("depois de amanhã", "2026-11-25"),
        ("anteontem", "2026-11-21"),
        ("daqui a três dias", "2026-11-26"),
        ("dentro de uma semana", "2026-11-30"),
        ("há dois dias", "2026-11-21"),
        ("duas semanas atrás", "2026-11-09"),
        ("terça-feira", "2026-11-24"),
        ("na terça", "2026-11-24"),
        ("próxima segunda", "2026-11-30"),
        ("segunda que vem", "2026-11-30"),
        ("sexta da semana que vem", "2026-12-04"),
        ("sexta-feira passada", "2026-11-20"),
        ("segunda via da conta", ""),
        ("na segunda vez", ""),
        ("de segunda a sexta", ""),
        ("sexta", "2026-11-27"),
        ("dia 3 de maio", "2027-05-03"),
        ("primeiro de maio de 2027", "2027-05-01"),
        ("1º de maio", "2027-05-01"),
        ("no dia 15", "2026-12-15"),
        ("03/05/2026", "2026-05-03"),
        ("três de março de dois mil e vinte e sete", "2027-03-03"),
        ("em 5 dias úteis", ""),
    ] {
        check(PtBr, text, expected);
        check(PtPt, text, expected);
    }
}

#[test]
fn in_english() {
    for (text, expected) in [
        ("today", "2026-11-23"),
        ("the day after tomorrow", "2026-11-25"),
        ("in three days", "2026-11-26"),
        ("a week from now", "2026-11-30"),
        ("two weeks ago", "2026-11-09"),
        ("on Tuesday", "2026-11-24"),
        ("next Monday", "2026-11-30"),
        // Tomorrow, or in eight days?
        ("next Tuesday", ""),
        ("Tuesday next week", "2026-12-01"),
        ("last Friday", "2026-11-20"),
        ("every Friday", ""),
        ("Monday to Friday", ""),
        ("Fridays", ""),
        ("May 3rd", "2027-05-03"),
        ("May 3, 2026", "2026-05-03"),
        ("3 May 2026", "2026-05-03"),
        ("the third of May", "2027-05-03"),
        ("December the twenty-first", "2026-12-21"),
        ("Dec. 3", "2026-12-03"),
        ("the 15th", "2026-12-15"),
        ("Tuesday the 24th", "2026-11-24"),
        ("05/03/2026", ""),
        ("25/12/2026", "2026-12-25"),
        ("12/25/2026", "2026-12-25"),
        ("2026-05-03", "2026-05-03"),
        ("I may come", ""),
        ("the 15th floor", ""),
    ] {
        check(En, text, expected);
    }
}

#[test]
fn looking_back() {
    for (text, expected) in [
        ("el 3 de mayo", "2026-05-03"),
        ("el martes", "2026-11-17"),
        ("el día 15", "2026-11-15"),
        ("el 25/12", "2025-12-25"),
        ("el martes que viene", "2026-11-24"),
        ("29 de febrero", "2024-02-29"),
        ("el 31", "2026-10-31"),
    ] {
        let place = Place { looking: Looking::Back, ..Place::new(EsEs, TODAY) };
        assert_eq!(dates(&place, text), expected, "{text}");
    }
}

#[test]
fn ranges_are_those_of_the_words() {
    let text = "¿Puede ser el próximo martes, señorita?";
    let found = find(&tokens(text), &Place::new(EsEs, TODAY));
    assert_eq!(
        found.iter().map(|found| &text[found.range.clone()]).collect::<Vec<_>>(),
        ["el próximo martes"]
    );
}

#[track_caller]
fn check(locale: Locale, text: &str, expected: &str) {
    assert_eq!(dates(&Place::new(locale, TODAY), text), expected, "{text}");
}

fn dates(place: &Place, text: &str) -> String {
    let found = find(&tokens(text), place);
    let dates = found.iter().map(|found| match found.value {
        Value::Date(date) => date.to_string(),
        ref other => panic!("{other:?}"),
    });
    dates.collect::<Vec<_>>().join(" ")
}
