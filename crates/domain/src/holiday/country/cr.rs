//! Costa Rica, Código de Trabajo, art. 148: the days that are paid without work. Without 2 August, 31 August
//! and 1 December, on which work is free to go on. Since 2025 none is moved.

use super::{
    super::rule::{easter, fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "CR",
    name: "Costa Rica",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        easter(-3, "Jueves Santo"),
        easter(-2, "Viernes Santo"),
        fixed(4, 11, "Día de Juan Santamaría"),
        fixed(5, 1, "Día Internacional del Trabajo"),
        fixed(7, 25, "Anexión del Partido de Nicoya a Costa Rica"),
        fixed(8, 15, "Día de la Madre"),
        fixed(9, 15, "Día de la Independencia"),
        fixed(12, 25, "Navidad"),
    ],
};
