//! What a component may call: other components, the application, and named hosts.

mod support;

use http::{Method, StatusCode};
use support::{Host, manifest};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A server outside. It answers every request on a connection and counts the connections.
async fn outside() -> (u16, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let connections = std::sync::Arc::default();
    let counted: std::sync::Arc<std::sync::atomic::AtomicUsize> = connections;
    let count = counted.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer).await.is_ok_and(|bytes| 0 < bytes) {
                    let answer = "HTTP/1.1 201 Created\r\ncontent-length: 7\r\n\r\noutside";
                    _ = stream.write_all(answer.as_bytes()).await;
                }
            });
        }
    });
    (port, counted)
}

fn guest(hosts: &str) -> String {
    manifest(&format!(
        r#"
        [[trigger.http]]
        route = {{ private = true }}
        component = "back"
        [component.guest]
        source = "COMPONENTS/edge-guest.wasm"
        allowed_outbound_hosts = [{hosts}]
        [component.back]
        source = "COMPONENTS/edge-guest.wasm"
        [component.unused]
        source = "COMPONENTS/edge-guest.wasm"
        "#
    ))
}

async fn fetch(host: &Host, url: &str) -> (StatusCode, String) {
    host.get(&format!("/guest/fetch?url={url}")).await
}

#[tokio::test]
async fn only_allowed_hosts_are_called_and_connections_are_kept() {
    let (port, connections) = outside().await;
    let (other, untouched) = outside().await;
    let host = Host::start(&guest(&format!(r#""http://127.0.0.1:{port}""#)), &[]);
    for _ in 0..3 {
        let answer = fetch(&host, &format!("http://127.0.0.1:{port}/x")).await;
        assert_eq!(answer, (StatusCode::CREATED, "outside".into()));
    }
    assert_eq!(connections.load(std::sync::atomic::Ordering::Relaxed), 1, "the connection is used again");
    for forbidden in [format!("127.0.0.1:{other}"), format!("localhost:{port}"), "back.spin.internal".into()]
    {
        let (status, body) = fetch(&host, &format!("http://{forbidden}/hello")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{forbidden}: {body}");
        assert!(body.contains("HttpRequestDenied"), "{forbidden}: {body}");
    }
    assert_eq!(untouched.load(std::sync::atomic::Ordering::Relaxed), 0);
    host.wait_for_log("refused a request to back.spin.internal").await;
}

#[tokio::test]
async fn a_dead_host_is_an_error_the_guest_can_read() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("one").port();
    let host = Host::start(&guest(r#""http://127.0.0.1:*""#), &[]);
    let (status, body) = fetch(&host, &format!("http://127.0.0.1:{free}/")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains("ConnectionRefused"), "{body}");
}

#[tokio::test]
async fn components_call_each_other_in_process() {
    let host = Host::start(&guest(r#""http://*.spin.internal""#), &[]);
    assert_eq!(fetch(&host, "http://back.spin.internal/hello").await, (StatusCode::OK, "hello".into()));
    let (_, headers) = fetch(&host, "http://back.spin.internal/headers").await;
    assert!(headers.starts_with("GET http://back.spin.internal/headers\n"), "{headers}");
    assert!(headers.contains("spin-path-info: /headers\n"), "{headers}");
    assert!(headers.contains("spin-client-addr: 0.0.0.0:0\n"), "{headers}");
    let (status, body) = host.post("/guest/forward?url=http://back.spin.internal/echo", "sent on").await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "sent on"));
    // What fails there is a 500 here, as over a network.
    assert_eq!(fetch(&host, "http://back.spin.internal/trap").await.0, StatusCode::INTERNAL_SERVER_ERROR);
    let (status, body) = fetch(&host, "http://unused.spin.internal/").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "without a trigger there is nobody: {body}");
}

#[tokio::test]
async fn the_application_can_call_its_public_routes() {
    let host = Host::start(&guest(r#""http://self""#), &[]);
    assert_eq!(fetch(&host, "http://self.alt/guest/hello").await, (StatusCode::OK, "hello".into()));
    assert_eq!(fetch(&host, "http://self.alt/back/hello").await.0, StatusCode::NOT_FOUND);
    let host = Host::start(&guest(""), &[]);
    assert_eq!(fetch(&host, "http://self.alt/guest/hello").await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_dispatcher_ticks_every_second() {
    let host = Host::start(
        r#"
        spin_manifest_version = 2
        application.name = "test"
        [[trigger.http]]
        route = { private = true }
        component = "dispatcher"
        [component.dispatcher]
        source = "COMPONENTS/edge-guest.wasm"
        "#,
        &[],
    );
    // The guest knows no /tick and says so: it was asked.
    host.wait_for_log("the dispatcher's tick was answered with 404").await;
    assert_eq!(host.send(Method::POST, "/tick", &[], "").await.0, StatusCode::NOT_FOUND);
}
