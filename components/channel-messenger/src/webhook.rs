//! The component: Meta's requests, and the work that follows from them.

use crate::codec::Messenger;
use channel::serve::serve;
use shell::platform::reply::Reply;
use spin_sdk::{http::Request, http_service};

#[http_service]
async fn handle(request: Request) -> Reply {
    serve(&Messenger, &["graph_base_url"], request).await
}
