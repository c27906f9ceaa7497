//! The component: the partner's requests, and the work that follows from them.

use crate::codec::Webhook;
use channel::serve::serve;
use shell::platform::reply::Reply;
use spin_sdk::{http::Request, http_service};

#[http_service]
async fn handle(request: Request) -> Reply {
    serve(&Webhook, &["webhook_base_url", "webhook_files_url"], request).await
}
