//! Paraguay. Each year the government moves some of these by decree (1 March, 12 June, 29 September): where it
//! does, two exceptions say so.

use super::{
    super::rule::{easter, fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "PY",
    name: "Paraguay",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        fixed(3, 1, "Día de los Héroes de la Patria"),
        easter(-3, "Jueves Santo"),
        easter(-2, "Viernes Santo"),
        fixed(5, 1, "Día de los Trabajadores"),
        fixed(5, 14, "Día de la Independencia Nacional"),
        fixed(5, 15, "Día de la Independencia Nacional"),
        fixed(6, 12, "Día de la Paz del Chaco"),
        fixed(8, 15, "Fundación de Asunción"),
        fixed(9, 29, "Victoria de Boquerón"),
        fixed(12, 8, "Virgen de Caacupé"),
        fixed(12, 25, "Navidad"),
    ],
};
