//! Files of letters stand in the webhook that brought the letter; ours go out inside the letter.

use crate::provider;
use channel::{
    files::Files,
    received::{Received, Settings},
};
use domain::message::Attachment;

pub(crate) struct Enclosed;

impl Files for Enclosed {
    fn in_webhook(&self) -> bool {
        true
    }

    /// The reference is the file's place in its letter.
    fn contained(&self, file: &Attachment, webhook: &Received, settings: &Settings) -> Option<Vec<u8>> {
        let index: usize = file.provider_ref.as_deref()?.parse().ok()?;
        let mut letter = provider::of(webhook, settings).letter(webhook)?;
        (index < letter.files.len()).then(|| letter.files.swap_remove(index).bytes)
    }

    fn enclosed(&self) -> bool {
        true
    }
}
