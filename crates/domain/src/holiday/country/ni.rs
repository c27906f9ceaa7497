//! Nicaragua, Código del Trabajo, art. 66. Without 30 May, and without the days of Managua.

use super::{
    super::rule::{easter, fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "NI",
    name: "Nicaragua",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        easter(-3, "Jueves Santo"),
        easter(-2, "Viernes Santo"),
        fixed(5, 1, "Día del Trabajo"),
        fixed(7, 19, "Día de la Revolución"),
        fixed(9, 14, "Batalla de San Jacinto"),
        fixed(9, 15, "Día de la Independencia"),
        fixed(12, 8, "Inmaculada Concepción de María"),
        fixed(12, 25, "Navidad"),
    ],
};
