//! Routes, headers, bodies, files and variables, as a client and a guest see them.

mod support;

use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use std::time::{Duration, Instant};
use support::{Host, manifest, refused};
use tempfile::TempDir;

const GUEST: &str = r#"
    [component.guest]
    source = "COMPONENTS/edge-guest.wasm"
"#;

#[tokio::test]
async fn routes_reach_what_the_manifest_says() {
    let host = Host::start(
        &manifest(
            r#"
            [[trigger.http]]
            route = "/fixed"
            static_response = { status_code = 302, headers = { location = "/elsewhere" } }
            [[trigger.http]]
            route = { private = true }
            component = "private"
            [[trigger.http]]
            route = "/inline/:id/..."
            component = { source = "COMPONENTS/edge-guest.wasm" }
            [component.guest]
            source = "COMPONENTS/edge-guest.wasm"
            [component.private]
            source = "COMPONENTS/edge-guest.wasm"
            "#,
        ),
        &[],
    );
    assert_eq!(host.get("/guest/hello").await, (StatusCode::OK, "hello".into()));
    assert_eq!(host.get("/fixed").await.0, StatusCode::FOUND);
    assert_eq!(host.get("/private/hello").await.0, StatusCode::NOT_FOUND);
    assert_eq!(host.get("/.well-known/spin/health").await, (StatusCode::OK, "OK".into()));
    let (status, body) = host.get("/nothing").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains(r#""status":404"#), "{body}");
    // An inline component sees its own route.
    let (status, body) = host.get("/inline/7/headers").await;
    assert_eq!((status, body.contains("has no /inline")), (StatusCode::NOT_FOUND, true), "{body}");
}

#[tokio::test]
async fn spin_headers_come_from_the_host_alone() {
    let host = Host::start(&manifest(GUEST), &[]);
    let forged = [("spin-client-addr", "6.6.6.6:6"), ("spin-anything", "x"), ("x-kept", "yes")];
    let (_, headers) = host.send(Method::GET, "/guest/headers?q=1", &forged, "").await;
    let port = host.url.rsplit(':').next().expect("a port");
    for line in [
        format!("GET http://127.0.0.1:{port}/guest/headers?q=1"),
        format!("spin-full-url: http://127.0.0.1:{port}/guest/headers?q=1"),
        "spin-path-info: /headers".into(),
        "spin-matched-route: /guest/...".into(),
        "spin-component-route: /guest".into(),
        "spin-base-path: /".into(),
        "x-kept: yes".into(),
    ] {
        assert!(headers.lines().any(|it| it == line), "{line} is missing in {headers}");
    }
    assert!(headers.contains("spin-client-addr: 127.0.0.1:"), "{headers}");
    assert!(!headers.contains("6.6.6.6") && !headers.contains("spin-anything"), "{headers}");
}

#[tokio::test]
async fn bodies_stream_in_both_directions() {
    let host = Host::start(&manifest(GUEST), &[]);
    let start = Instant::now();
    let response = host.open(Method::GET, "/guest/stream?ms=500", &[], "").await.expect("a head");
    let mut body = response.into_body();
    let first = body.frame().await.expect("a frame").expect("no error");
    assert_eq!(first.into_data().expect("data"), "first ");
    let first_after = start.elapsed();
    assert_eq!(body.collect().await.expect("the rest").to_bytes(), "second");
    assert!(first_after < Duration::from_millis(400), "the first part came after {first_after:?}");
    assert!(Duration::from_millis(500) <= start.elapsed());

    let large = "x".repeat(3 << 20);
    assert_eq!(host.post("/guest/length", &large).await.1, large.len().to_string());
    assert_eq!(host.post("/guest/echo", &large).await.1, large);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let host = Host::start(&manifest(GUEST), &["--request-body-max", "100"]);
    let (fits, large) = ("x".repeat(100 << 10), "x".repeat((100 << 10) + 1));
    assert_eq!(host.post("/guest/length", &fits).await.0, StatusCode::OK);
    assert_eq!(host.post("/guest/length", &large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    // Without a length in its head, the size shows only as it comes.
    let chunks = format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let answer = raw(&host, &format!("POST /guest/length HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{chunks}")).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

/// Sends bytes as they are and reads until the host hangs up.
async fn raw(host: &Host, request: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = host.url.strip_prefix("http://").expect("a URL");
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("connected");
    // The host may answer and stop reading before all is sent.
    _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_component_sees_its_files_and_cannot_write_them() {
    let folder = TempDir::new().expect("a folder");
    for (name, text) in [("assets/deep/a.txt", "A"), ("b.txt", "B"), ("c.txt", "C"), ("other.txt", "O")] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }
    let guest = r#"
        [component.guest]
        source = "COMPONENTS/edge-guest.wasm"
        files = ["*.txt", { source = "assets", destination = "/site" }]
        exclude_files = ["c.txt"]
        environment = { GREETING = "hola" }
    "#;
    let host = Host::start_in(folder, &manifest(guest), &[]);
    assert_eq!(host.get("/guest/file?path=/site/deep/a.txt").await.1, "A");
    assert_eq!(host.get("/guest/file?path=/b.txt").await.1, "B");
    for hidden in ["/c.txt", "/assets/deep/a.txt", "/spin.toml", "/../../spin.toml"] {
        let (status, text) = host.get(&format!("/guest/file?path={hidden}")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{hidden}: {text}");
    }
    assert_eq!(host.get("/guest/write-file?path=/b.txt").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(host.get("/guest/environment?name=GREETING").await.1, "hola");
    assert_eq!(host.get("/guest/environment?name=PATH").await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

const WITH_VARIABLES: &str = r#"
    [component.guest]
    source = "COMPONENTS/edge-guest.wasm"
    variables = { url = "https://{{ host }}/?key={{ api_key }}" }
    [variables]
    host = { default = "example.com" }
    api_key = { required = true, secret = true }
"#;

#[tokio::test]
async fn variables_are_expanded_and_never_printed() {
    let host = Host::start(&manifest(WITH_VARIABLES), &["--variable", "api_key=hunter2"]);
    let (status, value) = host.get("/guest/variable?name=url").await;
    assert_eq!((status, value.as_str()), (StatusCode::OK, "https://example.com/?key=hunter2"));
    let (status, text) = host.get("/guest/variable?name=api_key").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "application variables are not the component's");
    assert!(text.contains("Undefined"), "{text}");
    assert!(!host.log().contains("hunter2"), "{}", host.log());
    // Nor where the manifest is wrong around it.
    let host_of_secret = r#"allowed_outbound_hosts = ["{{ api_key }}"]"#;
    let broken = WITH_VARIABLES.replace("[variables]", &format!("{host_of_secret}\n[variables]"));
    let said = refused(&manifest(&broken), &["--variable", "api_key=hunter2"]);
    assert!(said.contains("allowed host `{{ api_key }}`: it has no scheme"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn an_env_file_gives_variables() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("secrets.env");
    std::fs::write(&file, "SPIN_VARIABLE_API_KEY='from file'\n").expect("written");
    let file = file.display().to_string();
    let host = Host::start_in(folder, &manifest(WITH_VARIABLES), &["--env-file", &file]);
    let value = host.get("/guest/variable?name=url").await.1;
    assert_eq!(value, "https://example.com/?key=from file");
}

#[tokio::test]
async fn what_guests_print_is_logged_with_their_name() {
    let host = Host::start(&manifest(GUEST), &[]);
    host.get("/guest/print").await;
    host.wait_for_log("[guest] to standard output").await;
    host.wait_for_log("[guest] to standard error").await;
}
