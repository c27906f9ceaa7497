//! Puerto Rico: its own holidays and those of the United States. Of a Sunday the rest is on Monday; that
//! federal offices rest on Friday for a Saturday is not in here.

use super::{
    super::rule::{SUNDAY_TO_MONDAY, easter, fixed, nth},
    Country,
};
use jiff::civil::Weekday::{Monday, Thursday};

pub(super) const COUNTRY: Country = Country {
    code: "PR",
    name: "Puerto Rico",
    parts: &[],
    rules: &[
        fixed(1, 1, "Día de Año Nuevo").also(SUNDAY_TO_MONDAY),
        fixed(1, 6, "Día de Reyes"),
        nth(3, Monday, 1, "Natalicio de Martin Luther King, Jr."),
        nth(3, Monday, 2, "Día de los Presidentes y de los Próceres Puertorriqueños"),
        fixed(3, 22, "Día de la Abolición de la Esclavitud").also(SUNDAY_TO_MONDAY),
        easter(-2, "Viernes Santo"),
        nth(-1, Monday, 5, "Día de la Recordación"),
        fixed(6, 19, "Día de la Emancipación (Juneteenth)").also(SUNDAY_TO_MONDAY),
        fixed(7, 4, "Día de la Independencia de los Estados Unidos").also(SUNDAY_TO_MONDAY),
        fixed(7, 25, "Día de la Constitución de Puerto Rico").also(SUNDAY_TO_MONDAY),
        nth(1, Monday, 9, "Día del Trabajo"),
        nth(2, Monday, 10, "Día de la Raza"),
        fixed(11, 11, "Día del Veterano").also(SUNDAY_TO_MONDAY),
        fixed(11, 19, "Día de la Cultura Puertorriqueña y el Descubrimiento").also(SUNDAY_TO_MONDAY),
        nth(4, Thursday, 11, "Día de Acción de Gracias"),
        fixed(12, 25, "Navidad").also(SUNDAY_TO_MONDAY),
    ],
};
