//! `[component.x.dependencies]`: two components made one.

mod support;

use http::StatusCode;
use support::{Host, refused};

fn manifest(dependency: &str) -> String {
    format!(
        r#"
spin_manifest_version = 2
application.name = "test"
[[trigger.http]]
route = "/..."
component = "caller"
[component.caller]
source = "COMPONENTS/edge-guest-caller.wasm"
key_value_stores = ["default"]
[component.caller.dependencies]
{dependency}
[component.greeter]
source = "COMPONENTS/edge-guest-greeter.wasm"
"#
    )
}

#[tokio::test]
async fn a_dependency_runs_inside_its_component_with_what_it_inherits() {
    for dependency in [
        r#""edge-test:greeter/greet@0.1.2" = { component = "greeter", inherit_configuration = ["key_value_stores"] }"#,
        r#""edge-test:greeter/greet@0.1.0" = { component = "greeter", inherit_configuration = true }"#,
        r#""edge-test:greeter" = { path = "COMPONENTS/edge-guest-greeter.wasm", inherit_configuration = ["key_value_stores"] }"#,
    ] {
        let host = Host::start(&manifest(dependency), &[]);
        assert_eq!(host.get("/ana").await, (StatusCode::OK, "hello /ana, stranger".into()), "{dependency}");
        assert_eq!(host.get("/ana").await.1, "hello /ana, again");
    }
}

#[test]
fn a_dependency_that_does_not_fit_is_refused_at_the_start() {
    for (dependency, line, reason) in [
        (
            r#""edge-test:greeter/greet" = { component = "greeter" }"#,
            11,
            "the dependency imports `spin:key-value/key-value@3.0.0` and does not inherit `key_value_stores`",
        ),
        (
            r#""edge-test:greeter/greet@0.2.0" = { component = "greeter" , inherit_configuration = true }"#,
            11,
            "no import of the component is called `edge-test:greeter/greet@0.2.0`",
        ),
        (
            r#""edge-test:greeter/greet" = { component = "greeter", export = "other:one/x", inherit_configuration = true }"#,
            11,
            "the dependency exports no `other:one/x`; it exports: edge-test:greeter/greet@0.1.2",
        ),
        ("", 7, "does not fit this host: component imports instance `edge-test:greeter/greet@0.1.2`"),
    ] {
        let said = refused(&manifest(dependency), &[]);
        assert!(said.contains(reason), "{dependency}: {said}");
        assert!(said.contains(&format!("spin.toml:{line}: ")), "{dependency}: {said}");
    }
}
