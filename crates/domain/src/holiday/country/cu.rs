//! Cuba, Ley 116 (Código de Trabajo), arts. 94 to 96.

use super::{
    super::rule::{SUNDAY_TO_MONDAY, easter, fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "CU",
    name: "Cuba",
    parts: &[],
    rules: &[
        fixed(1, 1, "Triunfo de la Revolución"),
        fixed(1, 2, "Día de la Victoria"),
        easter(-2, "Viernes Santo"),
        fixed(5, 1, "Día Internacional de los Trabajadores").also(SUNDAY_TO_MONDAY),
        fixed(7, 25, "Conmemoración del asalto al Moncada"),
        fixed(7, 26, "Día de la Rebeldía Nacional"),
        fixed(7, 27, "Conmemoración del asalto al Moncada"),
        fixed(10, 10, "Inicio de las Guerras de Independencia").also(SUNDAY_TO_MONDAY),
        fixed(12, 25, "Navidad"),
        fixed(12, 31, "Fin de año"),
    ],
};
