//! Files: taken from a visitor who proves to be one, given to whoever has a signed link.

use crate::{
    config::Settings,
    file::{self, Refused},
    limits,
    server::gate::{Gate, query},
    visitor,
};
use channel::signature::to_hex;
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};
use shell::{
    failure::{Failure, Result},
    platform::{
        reply::{self, Reply},
        request::Asked,
    },
    unique,
};
use store::attachment::{self, Stored};

/// Keeps a file that no message has yet. Its id can be sent in one conversation only.
pub(super) async fn take(gate: &Gate, asked: &Asked) -> Result<Reply> {
    let visitor = gate.visitor(asked)?;
    gate.limit("upload", &visitor.id, limits::UPLOADS).await?;
    let limit = Settings(&gate.account.settings).attachment_bytes_max();
    let kind = file::check(&asked.body, limit).map_err(|refused| match refused {
        Refused::TooLarge => Failure::TooLarge(usize::try_from(limit).unwrap_or(usize::MAX)),
        Refused::Empty => Failure::BadRequest("the file is empty".to_owned()),
        Refused::OtherKind => Failure::BadRequest("neither an image nor a PDF".to_owned()),
    })?;
    let stored = Stored {
        id: unique::id(gate.now),
        conversation: None,
        kind: kind.kind.to_owned(),
        mime: kind.mime.to_owned(),
        name: query(asked, "name").as_deref().and_then(file::clean_name),
        size: asked.body.len() as u64,
        sha256: to_hex(&Sha256::digest(&asked.body)),
    };
    attachment::keep(&gate.sql, &stored, asked.body.to_vec(), gate.now).await?;
    Ok(reply::ok(&serde_json::json!({ "id": stored.id })))
}

pub(super) async fn give(gate: &Gate, asked: &Asked, id: &str) -> Result<Reply> {
    let sig = query(asked, "sig").unwrap_or_default();
    if !visitor::link_holds(&gate.key, gate.account.id.as_str(), id, &sig, gate.now) {
        return Err(Failure::Forbidden("the link has run out".to_owned()));
    }
    let not_found = || Failure::NotFound("this file".to_owned());
    let stored = attachment::find(&gate.sql, id).await?.ok_or_else(not_found)?;
    let bytes = attachment::bytes(&gate.sql, id).await?.ok_or_else(not_found)?;
    // What a browser could run is only ever downloaded.
    let known = file::KINDS.iter().find(|kind| kind.mime == stored.mime);
    let (mime, shown) =
        known.map_or(("application/octet-stream", "attachment"), |kind| (kind.mime, "inline"));
    let name = stored.name.unwrap_or_default();
    let name: String =
        form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20");
    let mut reply = reply::bytes(StatusCode::OK, mime, bytes);
    let headers = reply.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&format!("{shown}; filename*=UTF-8''{name}")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600, immutable"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    );
    Ok(reply)
}
