//! Letters through a real mail server (`mail_server.py`), by the program that is shipped.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use tempfile::TempDir;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const LETTER: &str = "From: hola@shop.example\r\nTo: ana@mail.example\r\nMessage-ID: <m1@shop.example>\r\n\
    Subject: =?utf-8?q?=C2=BFD=C3=B3nde=3F?=\r\n\r\nHola\r\n.\r\n..con puntos\r\n\r\nAna\r\n";

#[test]
fn a_letter_arrives_byte_for_byte() {
    let certificate = Certificate::new();
    for implicit in [false, true] {
        let mut options = certificate.options();
        options.extend(["--login", "ana:p@ss/word"]);
        options.extend(implicit.then_some("--implicit"));
        let mut server = MailServer::start(0, &options);
        let scheme = if implicit { "smtps" } else { "smtp" };
        let ca = certificate.authority();
        let url = format!("{scheme}://ana:p%40ss%2Fword@localhost:{}?ca={ca}", server.port);
        let gateway = Gateway::start(&url);
        let (status, answer) = gateway.post("k1", "ana@mail.example,bob@mail.example", LETTER);
        assert_eq!((status, &answer), (200, &json!({ "id": "<m1@shop.example>", "refused": [] })));
        let letter = server.next();
        assert_eq!(letter["from"], "hola@shop.example");
        assert_eq!(letter["to"], json!(["ana@mail.example", "bob@mail.example"]));
        assert_eq!((&letter["user"], &letter["tls"]), (&json!("ana"), &json!(true)));
        assert_eq!(content(&letter), LETTER);
        // Asked again, it is the same letter; another one follows it over the kept connection.
        assert_eq!(gateway.post("k1", "ana@mail.example,bob@mail.example", LETTER), (status, answer));
        assert_eq!(gateway.post("k2", "eva@mail.example", LETTER).0, 200);
        assert_eq!(server.next()["to"], json!(["eva@mail.example"]));
    }
}

#[test]
fn every_way_to_log_in() {
    let certificate = Certificate::new();
    let ca = certificate.authority();
    for mechanism in ["PLAIN", "LOGIN", "XOAUTH2"] {
        let mut options = certificate.options();
        options.extend(["--login", "ana:ya29.right", "--mechanism", mechanism]);
        let mut server = MailServer::start(0, &options);
        let url = |secret: &str| {
            let auth = mechanism.to_lowercase();
            format!("smtp://ana:{secret}@localhost:{}?ca={ca}&auth={auth}", server.port)
        };
        let (status, answer) = Gateway::start(&url("ya29.expired")).post("k", "ana@mail.example", LETTER);
        assert_eq!(status, 403, "{mechanism}: {answer}");
        assert!(!answer.to_string().contains("ya29"), "{answer}");
        let (status, answer) = Gateway::start(&url("ya29.right")).post("k", "ana@mail.example", LETTER);
        assert_eq!(status, 200, "{mechanism}: {answer}");
        assert_eq!(server.next()["user"], "ana", "{mechanism}");
    }
}

#[test]
fn what_the_server_says_is_told() {
    let mut server = MailServer::start(0, &[]);
    let gateway = Gateway::start(&server.url());
    for (to, status, code) in [
        ("nobody@mail.example", 422, "5.1.1"),
        ("banned@mail.example", 422, "5.7.1"),
        ("later@mail.example", 503, "4.2.1"),
        ("no address", 422, "5.1.3"),
    ] {
        let (found, answer) = gateway.post(to, to, LETTER);
        assert_eq!((found, answer["code"].as_str()), (status, Some(code)), "{to}: {answer}");
    }
    let words = gateway.post("again", "nobody@mail.example", LETTER).1;
    assert_eq!(words["message"], "<nobody@mail.example>: no such user");
    // The second time it is taken, and told with it who has it not.
    let several = "later@mail.example,nobody@mail.example,second@mail.example";
    let (status, answer) = gateway.post("several", several, LETTER);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["refused"][0]["address"], "nobody@mail.example");
    assert_eq!(server.next()["to"], json!(["later@mail.example", "second@mail.example"]));
}

#[test]
fn who_has_it_does_not_get_it_twice() {
    let mut server = MailServer::start(0, &[]);
    let gateway = Gateway::start(&server.url());
    let both = "first@mail.example,later@mail.example";
    assert_eq!(gateway.post("k", both, LETTER).0, 503);
    assert_eq!(server.next()["to"], json!(["first@mail.example"]));
    assert_eq!(gateway.post("k", both, LETTER).0, 200);
    assert_eq!(server.next()["to"], json!(["later@mail.example"]));
}

#[test]
fn a_server_that_is_away_gets_it_later_and_once() {
    let mut server = MailServer::start(0, &[]);
    let gateway = Gateway::start(&server.url());
    assert_eq!(gateway.post("k0", "ana@mail.example", LETTER).0, 200);
    server.next();
    let port = server.port;
    drop(server);
    let (status, answer) = gateway.post("k1", "ana@mail.example", LETTER);
    assert_eq!((status, answer["code"].as_str()), (503, Some("not_reached")), "{answer}");
    let mut server = MailServer::start(port, &[]);
    assert_eq!(gateway.post("k1", "ana@mail.example", LETTER).0, 200);
    assert_eq!(gateway.post("k1", "ana@mail.example", LETTER).0, 200);
    assert_eq!(gateway.post("k2", "last@mail.example", LETTER).0, 200);
    assert_eq!(server.next()["to"], json!(["ana@mail.example"]));
    assert_eq!(server.next()["to"], json!(["last@mail.example"]), "k1 came once");
}

#[test]
fn a_gateway_killed_before_the_server_s_answer_says_so() {
    let mut server = MailServer::start(0, &[]);
    let mut gateway = Gateway::start(&server.url());
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| gateway.ask("k", "hold@mail.example", LETTER));
        assert_eq!(server.next(), json!({ "held": ["hold@mail.example"] }));
        assert_eq!(gateway.post("k", "hold@mail.example", LETTER).1["code"], "under_way");
        gateway.kill();
        assert!(asked.join().expect("a thread").is_err(), "the connection ends with the gateway");
    });
    gateway.start_again(&server.url());
    let (status, answer) = gateway.post("k", "hold@mail.example", LETTER);
    assert_eq!((status, answer["code"].as_str()), (409, Some("in_doubt")), "{answer}");
    assert_eq!(gateway.post("k", "hold@mail.example", LETTER).0, 409, "however often it is asked");
    assert_eq!(gateway.post("a person's wish", "ana@mail.example", LETTER).0, 200);
    assert_eq!(server.next()["to"], json!(["ana@mail.example"]));
}

#[test]
fn a_server_lost_after_the_letter_is_in_doubt() {
    let mut server = MailServer::start(0, &[]);
    let gateway = Gateway::start(&server.url());
    assert_eq!(gateway.post("k", "vanish@mail.example", LETTER).1["code"], "in_doubt");
    assert_eq!(server.next()["to"], json!(["vanish@mail.example"]));
    assert_eq!(gateway.post("k", "vanish@mail.example", LETTER).0, 409);
}

#[test]
fn a_letter_goes_on_when_its_sender_hangs_up() {
    let mut server = MailServer::start(0, &[]);
    let gateway = Gateway::start(&server.url());
    let mut hasty =
        std::net::TcpStream::connect(gateway.address.trim_start_matches("http://")).expect("connects");
    write!(
        hasty,
        "POST /mail HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: message/rfc822\r\n\
         Idempotency-Key: k\r\nX-Envelope-From: hola@shop.example\r\nX-Envelope-To: hold@mail.example\r\n\
         Content-Length: {}\r\n\r\n{LETTER}",
        LETTER.len()
    )
    .expect("writes");
    assert_eq!(server.next(), json!({ "held": ["hold@mail.example"] }));
    drop(hasty);
    server.release();
    assert_eq!(server.next()["to"], json!(["hold@mail.example"]));
    // It ends in order: what is under way is finished, and is known afterwards.
    let mut gateway = gateway;
    gateway.end();
    gateway.start_again(&server.url());
    assert_eq!(gateway.post("k", "hold@mail.example", LETTER).0, 200);
}

#[test]
fn nobody_without_the_token_and_nothing_without_a_server() {
    let gateway = Gateway::start("");
    let url = |path: &str| format!("{}{path}", gateway.address);
    let client = client();
    let bare = client.post(url("/mail")).send("x").expect("answers");
    assert_eq!(bare.status(), 401);
    let wrong = client.post(url("/mail")).header("authorization", "Bearer 0123456789abcdef");
    assert_eq!(wrong.send("x").expect("answers").status(), 401);
    assert_eq!(client.get(url("/health")).call().expect("answers").status(), 200);
    let (status, answer) = gateway.post("k", "ana@mail.example", LETTER);
    assert_eq!((status, answer["code"].as_str()), (403, Some("not_configured")));
}

#[test]
fn an_account_or_a_certificate_that_is_wrong_is_told() {
    let certificate = Certificate::new();
    let mut options = certificate.options();
    options.extend(["--login", "ana:right"]);
    let server = MailServer::start(0, &options);
    let ca = certificate.authority();
    for (url, status) in [
        (format!("smtp://ana:wrong@localhost:{}?ca={ca}", server.port), 403),
        (format!("smtp://ana:right@localhost:{}", server.port), 503),
        (format!("smtp://localhost:{}?tls=none", server.port), 422),
    ] {
        let (found, answer) = Gateway::start(&url).post("k", "ana@mail.example", LETTER);
        assert_eq!(found, status, "{answer}");
        assert!(!answer.to_string().contains("wrong"), "{answer}");
    }
}

fn content(letter: &Value) -> String {
    use base64::Engine as _;
    let bytes = base64::prelude::BASE64_STANDARD.decode(letter["content"].as_str().expect("text"));
    String::from_utf8(bytes.expect("base64")).expect("UTF-8")
}

fn client() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

struct Gateway {
    process: Child,
    address: String,
    data: TempDir,
}

impl Gateway {
    fn start(relay: &str) -> Gateway {
        let data = tempfile::tempdir().expect("a folder");
        let (process, address) = Gateway::run(relay, data.path());
        Gateway { process, address, data }
    }

    fn start_again(&mut self, relay: &str) {
        (self.process, self.address) = Gateway::run(relay, self.data.path());
    }

    fn run(relay: &str, data: &Path) -> (Child, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_centralita-gateway"));
        command.args(["--listen", "127.0.0.1:0", "--data"]).arg(data);
        command.env("GATEWAY_TOKEN", TOKEN).env("SMTP_URL", relay).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the gateway starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("it says something");
        let address = line.trim().strip_prefix("ready ").expect("its address").to_owned();
        (process, address)
    }

    fn ask(&self, key: &str, to: &str, letter: &str) -> Result<(u16, Value), ureq::Error> {
        let request = client().post(format!("{}/mail", self.address));
        let request = request.header("authorization", format!("Bearer {TOKEN}"));
        let request = request.header("content-type", "message/rfc822").header("idempotency-key", key);
        let request = request.header("x-envelope-from", "hola@shop.example").header("x-envelope-to", to);
        let mut answer = request.send(letter)?;
        Ok((answer.status().as_u16(), answer.body_mut().read_json()?))
    }

    fn post(&self, key: &str, to: &str, letter: &str) -> (u16, Value) {
        self.ask(key, to, letter).expect("answers")
    }

    fn kill(&self) {
        signal(&self.process, "KILL");
    }

    fn end(&mut self) {
        signal(&self.process, "TERM");
        assert!(self.process.wait().expect("ends").success());
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

fn signal(process: &Child, name: &str) {
    let killed = Command::new("kill").args([&format!("-{name}"), &process.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
}

struct MailServer {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    port: u16,
}

impl MailServer {
    fn start(port: u16, options: &[&str]) -> MailServer {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail_server.py");
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).args(["--port", &port.to_string()]).args(options);
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Debian's Python");
        let input = process.stdin.take().expect("piped");
        let mut output = BufReader::new(process.stdout.take().expect("piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("it says something");
        let port = line.trim().strip_prefix("ready ").expect("python3-aiosmtpd is installed");
        let port = port.parse().expect("a port");
        MailServer { process, input, output, port }
    }

    fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}?tls=none", self.port)
    }

    /// The next letter that it has.
    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("JSON")
    }

    fn release(&mut self) {
        writeln!(self.input).expect("it listens");
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// A certificate for `localhost` that nobody else trusts.
struct Certificate {
    folder: TempDir,
    files: [String; 2],
}

impl Certificate {
    fn new() -> Certificate {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let files = [path("cert.pem"), path("key.pem")];
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        openssl.args(["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
        openssl.args(["-out", &files[0], "-keyout", &files[1]]).stderr(Stdio::null());
        assert!(openssl.status().expect("openssl").success());
        Certificate { folder, files }
    }

    fn options(&self) -> Vec<&str> {
        vec!["--cert", &self.files[0], "--key", &self.files[1]]
    }

    fn authority(&self) -> String {
        let file: PathBuf = self.folder.path().join("cert.pem");
        file.to_string_lossy().into_owned()
    }
}
