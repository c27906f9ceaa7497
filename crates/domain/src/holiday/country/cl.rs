//! Chile. Leyes 2.977, 19.668 (moves to Monday), 19.973 and 20.983 (18 September), 20.299 (31 October), 21.357.
//! Without days of elections and without those of single communes.

use super::{
    super::rule::{ByWeekday, NEVER, easter, fixed},
    Country,
};

/// From Tuesday to Thursday to the Monday before, Friday to the one after.
const TO_CLOSEST_MONDAY: ByWeekday = [0, -1, -2, -3, 3, 0, 0];
/// Tuesday to the Friday before, Wednesday to the one after.
const TO_CLOSEST_FRIDAY: ByWeekday = [0, -4, 2, 0, 0, 0, 0];
/// Of the 18th of September, which stays with the 19th: the day that closes a gap before or after them.
const BRIDGE: ByWeekday = [NEVER, -1, 2, NEVER, NEVER, -1, NEVER];
const ON_MONDAY: ByWeekday = [0, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER];

pub(super) const COUNTRY: Country = Country {
    code: "CL",
    name: "Chile",
    parts: &[("CL-AP", "Arica y Parinacota")],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        fixed(1, 2, "Feriado adicional").moved(ON_MONDAY),
        easter(-2, "Viernes Santo"),
        easter(-1, "Sábado Santo"),
        fixed(5, 1, "Día Nacional del Trabajo"),
        fixed(5, 21, "Día de las Glorias Navales"),
        fixed(6, 7, "Asalto y Toma del Morro de Arica").within(&["CL-AP"]),
        fixed(6, 20, "Día Nacional de los Pueblos Indígenas").when(|year| solstice(year) == 20),
        fixed(6, 21, "Día Nacional de los Pueblos Indígenas").when(|year| solstice(year) == 21),
        fixed(6, 29, "San Pedro y San Pablo").moved(TO_CLOSEST_MONDAY),
        fixed(7, 16, "Virgen del Carmen"),
        fixed(8, 15, "Asunción de la Virgen"),
        fixed(9, 18, "Independencia Nacional"),
        fixed(9, 18, "Feriado adicional de Fiestas Patrias").moved(BRIDGE),
        fixed(9, 19, "Día de las Glorias del Ejército"),
        fixed(10, 12, "Encuentro de Dos Mundos").moved(TO_CLOSEST_MONDAY),
        fixed(10, 31, "Día de las Iglesias Evangélicas y Protestantes").moved(TO_CLOSEST_FRIDAY),
        fixed(11, 1, "Día de Todos los Santos"),
        fixed(12, 8, "Inmaculada Concepción"),
        fixed(12, 25, "Navidad"),
    ],
};

/// The day of June with the solstice by Chile's clock: that of 2024 was on the 20th at 16:51 (UTC-4), and each
/// is a tropical year later. Half an hour is the most that it is wrong by, and none comes so close to midnight
/// before 2046.
fn solstice(year: i16) -> i8 {
    let years = i32::from(year) - 2024;
    let leap_days = years.div_euclid(4);
    let minutes = 20 * 1440 + 16 * 60 + 51 + years * 34_877 / 100 - leap_days * 1440;
    i8::try_from(minutes / 1440).unwrap_or(21)
}
