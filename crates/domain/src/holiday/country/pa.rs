//! Panama, Código de Trabajo, arts. 46 and 47: of a Sunday the rest is on Monday. Without 4 November, which is
//! for the public sector alone.

use super::{
    super::rule::{SUNDAY_TO_MONDAY, easter, fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "PA",
    name: "Panamá",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo").also(SUNDAY_TO_MONDAY),
        fixed(1, 9, "Día de los Mártires").also(SUNDAY_TO_MONDAY),
        easter(-47, "Martes de Carnaval"),
        easter(-2, "Viernes Santo"),
        fixed(5, 1, "Día del Trabajo").also(SUNDAY_TO_MONDAY),
        fixed(7, 1, "Toma de posesión presidencial").when(|year| year % 5 == 4),
        fixed(11, 3, "Separación de Panamá de Colombia").also(SUNDAY_TO_MONDAY),
        fixed(11, 5, "Día de Colón").also(SUNDAY_TO_MONDAY),
        fixed(11, 10, "Primer Grito de Independencia").also(SUNDAY_TO_MONDAY),
        fixed(11, 28, "Independencia de Panamá de España").also(SUNDAY_TO_MONDAY),
        fixed(12, 8, "Día de la Madre").also(SUNDAY_TO_MONDAY),
        fixed(12, 20, "Día de Duelo Nacional").also(SUNDAY_TO_MONDAY),
        fixed(12, 25, "Navidad").also(SUNDAY_TO_MONDAY),
    ],
};
