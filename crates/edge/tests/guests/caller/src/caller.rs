//! Asks its dependency for a greeting.

use spin_sdk::http::Request;
use spin_sdk::http_service;

#[allow(unsafe_code, reason = "what wit-bindgen generates")]
mod bindings {
    wit_bindgen::generate!({
        path: "../greeter/wit",
        world: "edge-test:greeter/caller",
    });
}

#[http_service]
async fn handle(request: Request) -> String {
    bindings::edge_test::greeter::greet::greet(request.uri().path().to_owned()).await
}
