//! Mexico, Ley Federal del Trabajo, art. 74. Without days of elections.

use super::{
    super::rule::{fixed, nth},
    Country,
};
use jiff::civil::Weekday::Monday;

pub(super) const COUNTRY: Country = Country {
    code: "MX",
    name: "México",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        nth(1, Monday, 2, "Día de la Constitución"),
        nth(3, Monday, 3, "Natalicio de Benito Juárez"),
        fixed(5, 1, "Día del Trabajo"),
        fixed(9, 16, "Día de la Independencia"),
        fixed(10, 1, "Transmisión del Poder Ejecutivo Federal").when(|year| year >= 2024 && year % 6 == 2),
        nth(3, Monday, 11, "Día de la Revolución"),
        fixed(12, 25, "Navidad"),
    ],
};
