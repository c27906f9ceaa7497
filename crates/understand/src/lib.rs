//! What a contact meant, for the flows of bots: pure functions of a text, without clock, network or storage.
//!
//! - [`intent`] says which of the flow author's intents an utterance is. `Model::learn` takes examples and
//!   milliseconds, `Model::classify` gives a [`intent::Guess`] with a confidence, or none where nothing is
//!   likely enough. A model is a value: it can be stored and read again.
//! - [`report`] says how good the examples are: which intents are confused, by which sentences, and where
//!   examples are missing.
//! - [`entity`] finds dates, times, amounts, numbers, documents, telephones, e-mail addresses, numbers of orders,
//!   yes and no, as people of a [`locale`] write and say them. What is ambiguous or cannot be is not found.
//! - [`redact`] takes out of a text what tells who somebody is, before the text goes to others.
//!
//! ```
//! use jiff::civil::date;
//! use understand::{entity::{self, Kind, Place, Value}, intent::Model, locale::Locale, redact::redact};
//!
//! let model = Model::learn([
//!     ("opening_hours", "a qué hora abren"),
//!     ("opening_hours", "qué horario tienen los sábados"),
//!     ("order_status", "dónde está mi pedido"),
//!     ("order_status", "cuándo llega mi paquete"),
//! ]);
//! assert_eq!(model.classify("hola, a q hora abren mañana?").intent.as_deref(), Some("opening_hours"));
//! assert_eq!(model.classify("cuéntame un chiste").intent, None);
//!
//! let place = Place::new(Locale::EsEs, date(2026, 11, 23));
//! let found = entity::find(&Kind::Date, "mejor el próximo jueves", &place);
//! assert_eq!(found[0].value, Value::Date(date(2026, 11, 26)));
//!
//! assert_eq!(redact("soy marta@correo.es", Locale::EsEs), "soy [email]");
//! ```
//!
//! Nothing depends on the machine: equal arguments give equal results, natively and as WebAssembly.

pub mod entity;
pub mod intent;
pub mod locale;
pub mod redact;
pub mod report;
mod shuffle;
mod text;
