//! How long something takes, as people write it.

use serde::Deserialize;
use std::{str::FromStr, time::Duration};

/// Ten years: what takes longer is a mistake in a file.
pub const LONGEST: Duration = Duration::from_secs(10 * 366 * 86_400);

/// `90s`, `3m`, `1h30m`; at most [`LONGEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct Length(pub Duration);

impl TryFrom<String> for Length {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let read = jiff::SignedDuration::from_str(&text).ok().and_then(|read| Duration::try_from(read).ok());
        let fits = read.filter(|length| *length <= LONGEST);
        fits.map(Length).ok_or_else(|| format!("{text:?} should be written like 90s, 3m or 1h30m"))
    }
}
