//! Honduras. The feasts of October are the Semana Morazánica, Decreto 78-2015.

use super::{
    super::rule::{easter, fixed, nth},
    Country,
};
use jiff::civil::Weekday::Wednesday;

pub(super) const COUNTRY: Country = Country {
    code: "HN",
    name: "Honduras",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        easter(-3, "Jueves Santo"),
        easter(-2, "Viernes Santo"),
        easter(-1, "Sábado de Gloria"),
        fixed(4, 14, "Día de las Américas"),
        fixed(5, 1, "Día del Trabajo"),
        fixed(9, 15, "Día de la Independencia"),
        nth(1, Wednesday, 10, "Semana Morazánica"),
        nth(1, Wednesday, 10, "Semana Morazánica").later(1),
        nth(1, Wednesday, 10, "Semana Morazánica").later(2),
        fixed(12, 25, "Navidad"),
    ],
};
