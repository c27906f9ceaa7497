//! Venezuela, LOTTT, art. 184. Without days of the banks.

use super::{
    super::rule::{easter, fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "VE",
    name: "Venezuela",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        easter(-48, "Lunes de Carnaval"),
        easter(-47, "Martes de Carnaval"),
        easter(-3, "Jueves Santo"),
        easter(-2, "Viernes Santo"),
        fixed(4, 19, "Declaración de la Independencia"),
        fixed(5, 1, "Día del Trabajador"),
        fixed(6, 24, "Batalla de Carabobo"),
        fixed(7, 5, "Día de la Independencia"),
        fixed(7, 24, "Natalicio de Simón Bolívar"),
        fixed(10, 12, "Día de la Resistencia Indígena"),
        fixed(12, 24, "Nochebuena"),
        fixed(12, 25, "Navidad"),
        fixed(12, 31, "Fin de Año"),
    ],
};
