//! The component: the providers' requests, and the work that follows from them.

use crate::codec::Email;
use channel::serve::serve;
use shell::platform::reply::Reply;
use spin_sdk::{http::Request, http_service};

const VARIABLES: [&str; 6] = [
    "public_url",
    "sendgrid_base_url",
    "mailgun_base_url",
    "postmark_base_url",
    "mail_relay_url",
    "gateway_token",
];

#[http_service]
async fn handle(request: Request) -> Reply {
    serve(&Email, &VARIABLES, request).await
}
