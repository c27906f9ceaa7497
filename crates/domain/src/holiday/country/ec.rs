//! Ecuador, the reform of the Código del Trabajo and the LOSEP of December 2016. Without the days of provinces
//! and towns.

use super::{
    super::rule::{ByWeekday, easter, fixed},
    Country,
};

/// Tuesday to Monday, Wednesday and Thursday to Friday, the weekend to its nearer end.
const TO_LONG_WEEKEND: ByWeekday = [0, -1, 2, 1, 0, -1, 1];
const WEEKEND_ALONE: ByWeekday = [0, 0, 0, 0, 0, -1, 1];
/// The 2nd and the 3rd of November follow one another, and so does their rest: 1 and 2 where they are Tuesday
/// and Wednesday (2021), 3 and 4 where they are Wednesday and Thursday (2022) or Sunday and Monday (2025).
const SECOND: ByWeekday = [0, -1, 2, 0, 0, -1, 2];
const THIRD: ByWeekday = [0, 0, -1, 0, 0, -2, 1];

pub(super) const COUNTRY: Country = Country {
    code: "EC",
    name: "Ecuador",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo").also(WEEKEND_ALONE),
        easter(-48, "Carnaval"),
        easter(-47, "Carnaval"),
        easter(-2, "Viernes Santo"),
        fixed(5, 1, "Día del Trabajo").moved(TO_LONG_WEEKEND),
        fixed(5, 24, "Batalla de Pichincha").moved(TO_LONG_WEEKEND),
        fixed(8, 10, "Primer Grito de Independencia").moved(TO_LONG_WEEKEND),
        fixed(10, 9, "Independencia de Guayaquil").moved(TO_LONG_WEEKEND),
        fixed(11, 2, "Día de los Difuntos").moved(SECOND),
        fixed(11, 3, "Independencia de Cuenca").moved(THIRD),
        fixed(12, 25, "Navidad").also(WEEKEND_ALONE),
    ],
};
