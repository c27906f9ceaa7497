//! Peru, Decreto Legislativo 713 and the laws that added to it, up to Ley 32187 of 2024. Without the
//! *días no laborables* of the public sector.

use super::{
    super::rule::{easter, fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "PE",
    name: "Perú",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        easter(-3, "Jueves Santo"),
        easter(-2, "Viernes Santo"),
        fixed(5, 1, "Día del Trabajo"),
        fixed(6, 7, "Batalla de Arica y Día de la Bandera"),
        fixed(6, 29, "San Pedro y San Pablo"),
        fixed(7, 23, "Día de la Fuerza Aérea del Perú"),
        fixed(7, 28, "Fiestas Patrias"),
        fixed(7, 29, "Fiestas Patrias"),
        fixed(8, 6, "Batalla de Junín"),
        fixed(8, 30, "Santa Rosa de Lima"),
        fixed(10, 8, "Combate de Angamos"),
        fixed(11, 1, "Día de Todos los Santos"),
        fixed(12, 8, "Inmaculada Concepción"),
        fixed(12, 9, "Batalla de Ayacucho"),
        fixed(12, 25, "Navidad"),
    ],
};
