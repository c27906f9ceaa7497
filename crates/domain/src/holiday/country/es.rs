//! Spain and its autonomous communities (Real Decreto 2001/1983, arts. 45 and 46).
//!
//! Each community chooses its days anew every year, and they are published in the BOE of the autumn before.
//! 2025 and 2026 are as published there, and what stands for one year is said with it. For later years the
//! days are those that a community has kept for long. On a Sunday, five have for long put the rest on Monday;
//! what others will decide nobody knows. The two local days of each town are not in here, nor, after 2026,
//! the feasts of Islam that Ceuta and Melilla keep.

use super::{
    super::rule::{SUNDAY_TO_MONDAY, easter, fixed},
    Country,
};

/// Those that move the nation's Sundays, too.
const MOVERS: &[&str] = &["ES-AN", "ES-AR", "ES-AS", "ES-CL", "ES-EX"];
/// Those that do it also on 1 January and 15 August.
const MOVERS_OF_ALL: &[&str] = &["ES-AN", "ES-AR", "ES-AS", "ES-CL"];

pub(super) const COUNTRY: Country = Country {
    code: "ES",
    name: "España",
    parts: &[
        ("ES-AN", "Andalucía"),
        ("ES-AR", "Aragón"),
        ("ES-AS", "Principado de Asturias"),
        ("ES-CB", "Cantabria"),
        ("ES-CE", "Ceuta"),
        ("ES-CL", "Castilla y León"),
        ("ES-CM", "Castilla-La Mancha"),
        ("ES-CN", "Canarias"),
        ("ES-CT", "Catalunya"),
        ("ES-EX", "Extremadura"),
        ("ES-GA", "Galicia"),
        ("ES-IB", "Illes Balears"),
        ("ES-MC", "Región de Murcia"),
        ("ES-MD", "Comunidad de Madrid"),
        ("ES-ML", "Melilla"),
        ("ES-NC", "Comunidad Foral de Navarra"),
        ("ES-PV", "País Vasco"),
        ("ES-RI", "La Rioja"),
        ("ES-VC", "Comunitat Valenciana"),
    ],
    rules: &[
        fixed(1, 1, "Año Nuevo"),
        fixed(1, 1, "Año Nuevo").moved(SUNDAY_TO_MONDAY).within(MOVERS_OF_ALL),
        fixed(1, 6, "Epifanía del Señor"),
        fixed(1, 6, "Epifanía del Señor").moved(SUNDAY_TO_MONDAY).within(MOVERS),
        fixed(2, 28, "Día de Andalucía").also(SUNDAY_TO_MONDAY).within(&["ES-AN"]),
        fixed(3, 1, "Dia de les Illes Balears").also(SUNDAY_TO_MONDAY).within(&["ES-IB"]),
        fixed(3, 19, "San José").within(&["ES-MC", "ES-VC"]),
        fixed(3, 19, "San José").within(&["ES-GA", "ES-NC", "ES-PV"]).when(|year| year == 2026),
        fixed(3, 20, "Eid al-Fitr").within(&["ES-CE", "ES-ML"]).when(|year| year == 2026),
        fixed(3, 31, "Eid al-Fitr").within(&["ES-CE", "ES-ML"]).when(|year| year == 2025),
        easter(-3, "Jueves Santo").within(&[
            "ES-AN", "ES-AR", "ES-AS", "ES-CB", "ES-CE", "ES-CL", "ES-CM", "ES-CN", "ES-EX", "ES-GA",
            "ES-IB", "ES-MC", "ES-MD", "ES-ML", "ES-NC", "ES-PV", "ES-RI",
        ]),
        easter(-2, "Viernes Santo"),
        easter(1, "Lunes de Pascua").within(&["ES-CT", "ES-NC", "ES-PV", "ES-RI", "ES-VC"]),
        easter(1, "Lunes de Pascua").within(&["ES-IB"]).when(|year| year != 2025),
        easter(1, "Lunes de Pascua").within(&["ES-CM"]).when(|year| year == 2026),
        fixed(4, 23, "San Jorge, Día de Aragón").also(SUNDAY_TO_MONDAY).within(&["ES-AR"]),
        fixed(4, 23, "Fiesta de Castilla y León").also(SUNDAY_TO_MONDAY).within(&["ES-CL"]),
        fixed(5, 1, "Fiesta del Trabajo"),
        fixed(5, 1, "Fiesta del Trabajo").moved(SUNDAY_TO_MONDAY).within(MOVERS),
        fixed(5, 2, "Fiesta de la Comunidad de Madrid").also(SUNDAY_TO_MONDAY).within(&["ES-MD"]),
        fixed(5, 17, "Día das Letras Galegas").within(&["ES-GA"]),
        fixed(5, 27, "Eid al-Adha").within(&["ES-CE", "ES-ML"]).when(|year| year == 2026),
        fixed(5, 30, "Día de Canarias").also(SUNDAY_TO_MONDAY).within(&["ES-CN"]),
        fixed(5, 31, "Día de Castilla-La Mancha").within(&["ES-CM"]),
        easter(60, "Corpus Christi").within(&["ES-CM"]),
        fixed(6, 6, "Eid al-Adha").within(&["ES-CE", "ES-ML"]).when(|year| year == 2025),
        fixed(6, 9, "Día de la Región de Murcia").also(SUNDAY_TO_MONDAY).within(&["ES-MC"]),
        fixed(6, 9, "Día de La Rioja").also(SUNDAY_TO_MONDAY).within(&["ES-RI"]),
        fixed(6, 13, "San Antonio").within(&["ES-CE"]),
        fixed(6, 24, "San Juan").within(&["ES-CT", "ES-VC"]),
        fixed(6, 24, "San Juan").within(&["ES-GA"]).when(|year| year == 2026),
        fixed(7, 25, "Santiago Apóstol, Día Nacional de Galicia").within(&["ES-GA"]),
        fixed(7, 25, "Santiago Apóstol").within(&["ES-PV"]),
        fixed(7, 25, "Santiago Apóstol").within(&["ES-MD", "ES-NC"]).when(|year| year == 2025),
        fixed(7, 28, "Día de las Instituciones de Cantabria").within(&["ES-CB"]),
        fixed(8, 5, "Nuestra Señora de África").within(&["ES-CE"]),
        fixed(8, 15, "Asunción de la Virgen"),
        fixed(8, 15, "Asunción de la Virgen").moved(SUNDAY_TO_MONDAY).within(MOVERS_OF_ALL),
        fixed(9, 2, "Día de Ceuta").within(&["ES-CE"]).when(|year| year != 2025),
        fixed(9, 8, "Día de Asturias").also(SUNDAY_TO_MONDAY).within(&["ES-AS"]),
        fixed(9, 8, "Día de Extremadura").also(SUNDAY_TO_MONDAY).within(&["ES-EX"]),
        fixed(9, 8, "Virgen de la Victoria").within(&["ES-ML"]),
        fixed(9, 11, "Diada Nacional de Catalunya").within(&["ES-CT"]),
        fixed(9, 15, "Festividad de la Bien Aparecida").within(&["ES-CB"]),
        fixed(9, 17, "Día de Melilla").within(&["ES-ML"]),
        fixed(10, 9, "Dia de la Comunitat Valenciana").within(&["ES-VC"]),
        fixed(10, 12, "Fiesta Nacional de España"),
        fixed(10, 12, "Fiesta Nacional de España").moved(SUNDAY_TO_MONDAY).within(MOVERS),
        fixed(11, 1, "Todos los Santos"),
        fixed(11, 1, "Todos los Santos").moved(SUNDAY_TO_MONDAY).within(MOVERS),
        fixed(11, 2, "Todos los Santos")
            .within(&["ES-CM", "ES-CN", "ES-MD", "ES-NC"])
            .when(|year| year == 2026),
        fixed(12, 3, "San Francisco Javier").also(SUNDAY_TO_MONDAY).within(&["ES-NC"]),
        fixed(12, 6, "Día de la Constitución Española"),
        fixed(12, 6, "Día de la Constitución Española").moved(SUNDAY_TO_MONDAY).within(MOVERS),
        fixed(12, 7, "Día de la Constitución Española")
            .within(&["ES-CB", "ES-MC", "ES-MD", "ES-ML", "ES-RI"])
            .when(|year| year == 2026),
        fixed(12, 8, "Inmaculada Concepción"),
        fixed(12, 8, "Inmaculada Concepción").moved(SUNDAY_TO_MONDAY).within(MOVERS),
        fixed(12, 25, "Natividad del Señor"),
        fixed(12, 25, "Natividad del Señor").moved(SUNDAY_TO_MONDAY).within(MOVERS),
        fixed(12, 26, "San Esteban").within(&["ES-CT"]),
        fixed(12, 26, "San Esteban").within(&["ES-IB"]).when(|year| year == 2025 || year == 2026),
    ],
};
