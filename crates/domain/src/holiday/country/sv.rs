//! El Salvador, Código de Trabajo, art. 190. San Salvador keeps two more days of August.

use super::{
    super::rule::{easter, fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "SV",
    name: "El Salvador",
    parts: &[("SV-SS", "San Salvador")],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        easter(-3, "Jueves Santo"),
        easter(-2, "Viernes Santo"),
        easter(-1, "Sábado Santo"),
        fixed(5, 1, "Día del Trabajo"),
        fixed(5, 10, "Día de la Madre"),
        fixed(6, 17, "Día del Padre"),
        fixed(8, 3, "Fiestas Agostinas").within(&["SV-SS"]),
        fixed(8, 5, "Fiestas Agostinas").within(&["SV-SS"]),
        fixed(8, 6, "Celebración del Divino Salvador del Mundo"),
        fixed(9, 15, "Día de la Independencia"),
        fixed(11, 2, "Día de los Difuntos"),
        fixed(12, 25, "Navidad"),
    ],
};
