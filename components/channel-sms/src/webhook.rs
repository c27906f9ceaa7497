//! The component: the providers' requests, and the work that follows from them.

use crate::codec::Sms;
use channel::serve::serve;
use shell::platform::reply::Reply;
use spin_sdk::{http::Request, http_service};

/// What the codec gets among an account's settings.
const VARIABLES: [&str; 6] = [
    "public_url",
    "twilio_base_url",
    "vonage_base_url",
    "vonage_sms_base_url",
    "messagebird_base_url",
    "sms_gateway_url",
];

#[http_service]
async fn handle(request: Request) -> Reply {
    serve(&Sms, &VARIABLES, request).await
}
