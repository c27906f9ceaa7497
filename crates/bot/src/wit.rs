//! `wit/bot` in Rust: generated, and the same for a bot as a component and for its tests. The WIT says what
//! each item promises.

#[allow(unsafe_code, unreachable_pub, clippy::all)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/bot",
        world: "conversation",
        pub_export_macro: true,
        export_macro_name: "export_conversation",
        default_bindings_module: "bot::wit",
        additional_derives: [PartialEq, Eq, serde::Serialize, serde::Deserialize],
        generate_unused_types: true,
    });
}

pub use bindings::*;
