//! What a contact meant, for flows that read what people write and say.
pub mod entity;
pub mod intent;
pub mod locale;
pub mod redact;
pub mod report;
mod shuffle;
pub mod text;
