//! The component: Telegram's requests, and the work that follows from them.

use crate::codec::Telegram;
use channel::serve::serve;
use shell::platform::reply::Reply;
use spin_sdk::{http::Request, http_service};

#[http_service]
async fn handle(request: Request) -> Reply {
    serve(&Telegram, &["public_url", "telegram_base_url"], request).await
}
