//! The component: the requests of X, and the work that follows from them.

use crate::codec::X;
use channel::serve::serve;
use shell::platform::reply::Reply;
use spin_sdk::{http::Request, http_service};

#[http_service]
async fn handle(request: Request) -> Reply {
    serve(&X, &["public_url", "x_base_url"], request).await
}
