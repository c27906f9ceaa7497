//! Files, taken from a visitor who proves to be one. They are given to whoever has a link
//! ([`shell::link`]), which the desk answers.

use crate::{
    config::Settings,
    file::{self, Refused},
    limits,
    server::gate::{Gate, query},
};
use domain::file::Hold;
use futures::future::join_all;
use shell::{
    failure::{Failure, Result},
    file::{Arrived, keep},
    platform::{
        attempt::perform,
        depot::Configured,
        reply::{self, Reply},
        request::Asked,
    },
};
use store::attachment;

/// Keeps a file that no message has yet. Its id can be sent in one conversation only.
pub(super) async fn take(gate: &Gate, asked: &Asked) -> Result<Reply> {
    let visitor = gate.visitor(asked)?;
    gate.limit("upload", &visitor.id, limits::UPLOADS).await?;
    let limit = Settings(&gate.account.settings).attachment_bytes_max();
    file::check(&asked.body, limit).map_err(|refused| match refused {
        Refused::TooLarge => Failure::TooLarge(usize::try_from(limit).unwrap_or(usize::MAX)),
        Refused::Empty => Failure::BadRequest("the file is empty".to_owned()),
        Refused::OtherKind => Failure::BadRequest("neither an image nor a PDF".to_owned()),
    })?;
    let name = query(asked, "name");
    let arrived =
        Arrived { conversation: None, kind: None, mime: None, name: name.as_deref(), bytes: &asked.body };
    let (kept, work) = keep(&gate.sql, &Configured, gate.now, arrived).await?;
    // Whoever sent something bad is told so at once; what the scanner has no time for now may be sent, and
    // is shown when it was looked at.
    join_all(work.iter().map(perform)).await;
    let found = attachment::find_placed(&gate.sql, &kept.id).await?;
    match found.and_then(|(_, place)| place.hold) {
        None | Some(Hold::Waiting) => Ok(reply::ok(&serde_json::json!({ "id": kept.id }))),
        Some(hold) => Err(Failure::UnsupportedType(shell::file::shut(hold).to_string())),
    }
}
