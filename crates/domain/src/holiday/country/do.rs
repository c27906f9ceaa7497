//! The Dominican Republic, Ley 139-97.

use super::{
    super::rule::{ByWeekday, TO_NEAR_MONDAY, easter, fixed},
    Country,
};

/// As others, and of a Sunday the rest is on Monday.
const LABOUR: ByWeekday = [0, -1, -2, 4, 3, 0, 1];

pub(super) const COUNTRY: Country = Country {
    code: "DO",
    name: "República Dominicana",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        fixed(1, 6, "Día de los Santos Reyes").moved(TO_NEAR_MONDAY),
        fixed(1, 21, "Día de Nuestra Señora de la Altagracia"),
        fixed(1, 26, "Día de Duarte").moved(TO_NEAR_MONDAY),
        fixed(2, 27, "Día de la Independencia Nacional"),
        easter(-2, "Viernes Santo"),
        fixed(5, 1, "Día del Trabajo").moved(LABOUR),
        easter(60, "Corpus Christi"),
        // A president takes office on that day every four years, and it stays.
        fixed(8, 16, "Día de la Restauración").when(|year| year % 4 == 0),
        fixed(8, 16, "Día de la Restauración").moved(TO_NEAR_MONDAY).when(|year| year % 4 != 0),
        fixed(9, 24, "Día de Nuestra Señora de las Mercedes"),
        fixed(11, 6, "Día de la Constitución").moved(TO_NEAR_MONDAY),
        fixed(12, 25, "Día de Navidad"),
    ],
};
