//! Uruguay: the days that are paid without work. Without the others, on which it is custom alone to be closed
//! (Reyes, carnival, the week of tourism, 19 April, 18 May, 19 June, 12 October, 2 November).

use super::{
    super::rule::{fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "UY",
    name: "Uruguay",
    parts: &[],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        fixed(5, 1, "Día de los Trabajadores"),
        fixed(7, 18, "Jura de la Constitución"),
        fixed(8, 25, "Declaratoria de la Independencia"),
        fixed(12, 25, "Día de la Familia"),
    ],
};
