//! Greets, and uses a store that it must inherit.

#[allow(unsafe_code, reason = "what wit-bindgen generates")]
mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "edge-test:greeter/greeter",
    });

    use super::Greeter;
    export!(Greeter);
}

use spin_sdk::key_value::Store;

struct Greeter;

impl bindings::exports::edge_test::greeter::greet::Guest for Greeter {
    async fn greet(name: String) -> String {
        let Ok(store) = Store::open_default().await else { return "no store".into() };
        let seen = store.exists(&name).await.unwrap_or(false);
        _ = store.set(&name, "seen").await;
        format!("hello {name}, {}", if seen { "again" } else { "stranger" })
    }
}
