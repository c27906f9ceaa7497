//! Argentina, Ley 27.399. Without the bridges of each year's decree and without days that are only *no
//! laborables*: Maundy Thursday, and those of one religion.

use super::{
    super::rule::{TO_NEAR_MONDAY, easter, fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "AR",
    name: "Argentina",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        easter(-48, "Lunes de Carnaval"),
        easter(-47, "Martes de Carnaval"),
        fixed(3, 24, "Día Nacional de la Memoria por la Verdad y la Justicia"),
        fixed(4, 2, "Día del Veterano y de los Caídos en la Guerra de Malvinas"),
        easter(-2, "Viernes Santo"),
        fixed(5, 1, "Día del Trabajador"),
        fixed(5, 25, "Día de la Revolución de Mayo"),
        fixed(6, 17, "Paso a la Inmortalidad del General Martín Miguel de Güemes").moved(TO_NEAR_MONDAY),
        fixed(6, 20, "Paso a la Inmortalidad del General Manuel Belgrano"),
        fixed(7, 9, "Día de la Independencia"),
        fixed(8, 17, "Paso a la Inmortalidad del General José de San Martín").moved(TO_NEAR_MONDAY),
        fixed(10, 12, "Día del Respeto a la Diversidad Cultural").moved(TO_NEAR_MONDAY),
        fixed(11, 20, "Día de la Soberanía Nacional").moved(TO_NEAR_MONDAY),
        fixed(12, 8, "Inmaculada Concepción de María"),
        fixed(12, 25, "Navidad"),
    ],
};
