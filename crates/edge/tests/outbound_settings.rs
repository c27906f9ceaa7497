//! What the runtime configuration says of requests that leave the host: blocked networks, limits, whom
//! to trust and what to show.

mod support;

use http::StatusCode;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use support::{Host, manifest};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const GUEST: &str = r#"
    [component.guest]
    source = "COMPONENTS/edge-guest.wasm"
    allowed_outbound_hosts = ["http://*:*", "https://*:*"]
"#;

fn start_in(folder: TempDir, config: &str) -> Host {
    let file = folder.path().join("runtime.toml");
    std::fs::write(&file, config).expect("written");
    Host::start_in(folder, &manifest(GUEST), &["--runtime-config-file", &file.display().to_string()])
}

fn start(config: &str) -> Host {
    start_in(TempDir::new().expect("a folder"), config)
}

async fn fetch(host: &Host, url: &str) -> (StatusCode, String) {
    host.get(&format!("/guest/fetch?url={url}")).await
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

/// A server outside, which takes 100 ms for the body of each response.
async fn outside() -> (u16, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let seen = Arc::<Seen>::default();
    let counted = seen.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.connections.fetch_add(1, SeqCst);
            tokio::spawn(answer(stream, counted.clone()));
        }
    });
    (port, seen)
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, seen: Arc<Seen>) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await.is_ok_and(|bytes| 0 < bytes) {
        let now = seen.at_once.fetch_add(1, SeqCst) + 1;
        seen.most_at_once.fetch_max(now, SeqCst);
        _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        seen.at_once.fetch_sub(1, SeqCst);
        _ = stream.write_all(b"outside").await;
    }
}

#[tokio::test]
async fn a_blocked_network_is_out_of_reach_under_any_name() {
    let (port, seen) = outside().await;
    let host = start("[outbound_networking]\nblock_networks = [\"private\"]\n");
    for name in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let (status, body) = fetch(&host, &format!("http://{name}:{port}/")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {body}");
        assert!(body.contains("DestinationIpProhibited"), "{name}: {body}");
    }
    assert_eq!(seen.connections.load(SeqCst), 0);
    let host = start("[outbound_networking]\nblock_networks = [\"10.0.0.0/8\"]\n");
    assert_eq!(fetch(&host, &format!("http://localhost:{port}/")).await.1, "outside");
}

#[tokio::test]
async fn requests_wait_for_each_other_where_there_is_a_limit() {
    for limit in
        ["[outbound_http]\nmax_connections = 2\n", "[outbound_networking]\nmax_total_connections = 2\n"]
    {
        let (port, seen) = outside().await;
        let host = start(limit);
        let url = format!("http://127.0.0.1:{port}/");
        let answers = futures::future::join_all((0..6).map(|_| fetch(&host, &url))).await;
        assert!(answers.iter().all(|(status, body)| status.is_success() && body == "outside"), "{answers:?}");
        assert_eq!(seen.most_at_once.load(SeqCst), 2, "{limit}");
    }
}

#[tokio::test]
async fn a_connection_is_used_once_where_pooling_is_off() {
    for (config, connections) in
        [("", 1), ("[outbound_http]\nconnection_pooling = true\n", 1), ("[outbound_http]\n", 3)]
    {
        let (port, seen) = outside().await;
        let host = start(config);
        for _ in 0..3 {
            assert_eq!(fetch(&host, &format!("http://127.0.0.1:{port}/")).await.1, "outside");
        }
        assert_eq!(seen.connections.load(SeqCst), connections, "{config}");
    }
}

/// An authority, and certificates that it signed for a server at 127.0.0.1 and for a client.
fn issue_certificates(folder: &Path) {
    let issue = |arguments: &str| {
        let common = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2";
        let command = format!("{common} {arguments}");
        let output = Command::new("openssl").args(command.split(' ')).current_dir(folder).output();
        let output = output.expect("openssl runs: apt-get install openssl");
        assert!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
    };
    let signed = "-CA authority.pem -CAkey authority.key -addext basicConstraints=CA:FALSE";
    issue("-subj /CN=test-authority -keyout authority.key -out authority.pem");
    issue(&format!(
        "-subj /CN=server {signed} -addext subjectAltName=IP:127.0.0.1 -keyout server.key -out server.pem"
    ));
    issue(&format!(
        "-subj /CN=client {signed} -addext extendedKeyUsage=clientAuth -keyout client.key -out client.pem"
    ));
}

/// A server that speaks to nobody without a certificate of its authority.
async fn behind_mutual_tls(folder: &Path) -> u16 {
    let certificates = |name: &str| -> Vec<CertificateDer<'static>> {
        let read = CertificateDer::pem_file_iter(folder.join(name)).expect("a file");
        read.collect::<Result<_, _>>().expect("certificates")
    };
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(certificates("authority.pem"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        rustls::server::WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).expect("a key");
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier.build().expect("a verifier"))
        .with_single_cert(certificates("server.pem"), key)
        .expect("a certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                match acceptor.accept(stream).into_fallible().await {
                    Ok(stream) => answer(stream, Arc::default()).await,
                    // Closed with something unread, the connection would be reset, and the alert lost with it.
                    Err((_, mut refused)) => {
                        drop(tokio::io::copy(&mut refused, &mut tokio::io::sink()).await)
                    }
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_component_shows_its_certificate_and_trusts_a_private_authority() {
    let certificates = TempDir::new().expect("a folder");
    issue_certificates(certificates.path());
    let port = behind_mutual_tls(certificates.path()).await;
    let host = |config: &str| {
        let folder = TempDir::new().expect("a folder");
        for name in ["authority.pem", "client.pem", "client.key"] {
            std::fs::copy(certificates.path().join(name), folder.path().join(name)).expect("copied");
        }
        start_in(folder, config)
    };
    let table = |component: &str, address: &str, rest: &str| {
        format!("[[client_tls]]\ncomponent_ids = [\"{component}\"]\nhosts = [\"{address}\"]\n{rest}\n")
    };
    let trust = "ca_roots_file = \"authority.pem\"";
    let own = "client_cert_file = \"client.pem\"\nclient_private_key_file = \"client.key\"";
    let full = format!("{trust}\n{own}");
    let url = format!("https://127.0.0.1:{port}/");
    // The first table that names both counts.
    let both = table("guest", "127.0.0.1", &full) + &table("guest", "127.0.0.1", trust);
    assert_eq!(fetch(&host(&both), &url).await, (StatusCode::OK, "outside".into()));
    for (config, reason) in [
        (String::new(), "TlsCertificateError"),
        (table("another", "127.0.0.1", &full), "TlsCertificateError"),
        (table("guest", "127.0.0.2", &full), "TlsCertificateError"),
        (table("guest", "127.0.0.1", &format!("ca_use_webpki_roots = true\n{own}")), "TlsCertificateError"),
        (table("guest", "127.0.0.1", trust), "CertificateRequired"),
    ] {
        let (status, body) = fetch(&host(&config), &url).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{config}: {body}");
        assert!(body.contains(reason), "{config}: {body}");
    }
}
