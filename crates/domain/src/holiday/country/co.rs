//! Colombia, Ley 51 of 1983 (called Emiliani) and Ley 2578 of 2026.

use super::{
    super::rule::{TO_MONDAY, easter, fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "CO",
    name: "Colombia",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        fixed(1, 6, "Día de los Reyes Magos").moved(TO_MONDAY),
        fixed(3, 19, "Día de San José").moved(TO_MONDAY),
        easter(-3, "Jueves Santo"),
        easter(-2, "Viernes Santo"),
        fixed(5, 1, "Día del Trabajo"),
        easter(39, "Ascensión del Señor").moved(TO_MONDAY),
        easter(60, "Corpus Christi").moved(TO_MONDAY),
        easter(68, "Sagrado Corazón de Jesús").moved(TO_MONDAY),
        fixed(6, 29, "San Pedro y San Pablo").moved(TO_MONDAY),
        fixed(7, 9, "Nuestra Señora del Rosario de Chiquinquirá").moved(TO_MONDAY).when(|year| year >= 2026),
        fixed(7, 20, "Día de la Independencia"),
        fixed(8, 7, "Batalla de Boyacá"),
        fixed(8, 15, "Asunción de la Virgen").moved(TO_MONDAY),
        fixed(10, 12, "Día de la Diversidad Étnica y Cultural").moved(TO_MONDAY),
        fixed(11, 1, "Día de Todos los Santos").moved(TO_MONDAY),
        fixed(11, 11, "Independencia de Cartagena").moved(TO_MONDAY),
        fixed(12, 8, "Inmaculada Concepción"),
        fixed(12, 25, "Navidad"),
    ],
};
