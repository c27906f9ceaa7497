//! Guatemala, Código de Trabajo, art. 127, and Decreto 19-2018. The capital keeps 15 August.
//! Without half days.

use super::{
    super::rule::{ByWeekday, easter, fixed},
    Country,
};

/// Tuesday and Wednesday to the Monday before, the rest of the week to the one after.
const TO_MONDAY_AROUND: ByWeekday = [0, -1, -2, 4, 3, 2, 1];

pub(super) const COUNTRY: Country = Country {
    code: "GT",
    name: "Guatemala",
    parts: &[("GT-01", "Guatemala (departamento)")],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        easter(-3, "Jueves Santo"),
        easter(-2, "Viernes Santo"),
        easter(-1, "Sábado Santo"),
        fixed(5, 1, "Día del Trabajo"),
        fixed(6, 30, "Día del Ejército").moved(TO_MONDAY_AROUND),
        fixed(8, 15, "Día de la Virgen de la Asunción").within(&["GT-01"]),
        fixed(9, 15, "Día de la Independencia"),
        fixed(10, 20, "Día de la Revolución"),
        fixed(11, 1, "Día de Todos los Santos"),
        fixed(12, 25, "Navidad"),
    ],
};
