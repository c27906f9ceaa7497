//! Bolivia. Without the days of the departments.

use super::{
    super::rule::{SUNDAY_TO_MONDAY, easter, fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "BO",
    name: "Bolivia",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo").also(SUNDAY_TO_MONDAY),
        fixed(1, 22, "Día del Estado Plurinacional").also(SUNDAY_TO_MONDAY),
        easter(-48, "Carnaval"),
        easter(-47, "Carnaval"),
        easter(-2, "Viernes Santo"),
        fixed(5, 1, "Día del Trabajo").also(SUNDAY_TO_MONDAY),
        easter(60, "Corpus Christi"),
        fixed(6, 21, "Año Nuevo Andino Amazónico y del Chaco").also(SUNDAY_TO_MONDAY),
        fixed(8, 6, "Día de la Independencia").also(SUNDAY_TO_MONDAY),
        fixed(11, 2, "Día de Todos los Difuntos"),
        fixed(12, 25, "Navidad").also(SUNDAY_TO_MONDAY),
    ],
};
