//! They start, keep what they are told over a restart, and leave nothing behind.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use test_servers::{LibSql, Postgres, Redis};

#[test]
fn postgres_starts_again_and_leaves_nothing() {
    let mut postgres = Postgres::start();
    let (url, folder) = (postgres.url(), postgres.folder());
    let database = postgres.new_database();
    assert_ne!(database, postgres.new_database());
    ask(&database, "CREATE TABLE kept (number INT)");
    for number in ["1", "2", "3"] {
        ask(&database, &format!("INSERT INTO kept VALUES ({number})"));
    }
    postgres.kill();
    assert!(TcpStream::connect(("127.0.0.1", postgres.port())).is_err());
    postgres.restart();
    assert_eq!(ask(&database, "SELECT COUNT(*) FROM kept"), "3", "what was committed survives a crash");
    assert_eq!(postgres.url(), url);
    postgres.stop();
    postgres.restart();
    drop(postgres);
    assert!(!folder.exists());
}

fn ask(database: &str, statement: &str) -> String {
    let output = Command::new("psql").args([database, "-qAtc", statement]).output().expect("psql runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn a_program_in_another_language_has_them_for_as_long_as_it_talks() {
    let mut servers = Command::new(env!("CARGO_BIN_EXE_test-servers"))
        .args(["redis", "postgres"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(servers.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let urls = lines.next().expect("the URLs");
    let url = |name: &str| urls.split('"').skip_while(|part| *part != name).nth(2).expect("a URL").to_owned();
    assert!(url("redis").starts_with("redis://127.0.0.1:"));
    assert_eq!(ask(&url("postgres"), "SELECT 1"), "1");
    let mut input = servers.stdin.take().expect("piped");
    for command in ["kill redis", "start redis", "stop postgres", "start postgres"] {
        writeln!(input, "{command}").expect("it listens");
        assert_eq!(lines.next().as_deref(), Some("done"), "{command}");
    }
    assert_eq!(ask(&url("postgres"), "SELECT 1"), "1");
    drop(input);
    assert!(servers.wait().expect("it ends").success());
}

#[test]
fn redis_keeps_what_it_is_told() {
    let mut redis = Redis::start();
    let ask = |redis: &Redis, command: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", redis.port())).expect("it listens");
        stream.write_all(format!("{command}\r\nQUIT\r\n").as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    };
    assert!(ask(&redis, "SET a 1").starts_with("+OK"));
    redis.restart();
    assert!(ask(&redis, "GET a").starts_with("$1\r\n1\r\n"));
}

#[test]
fn libsql_keeps_what_it_is_told_by_who_has_its_token() {
    let mut libsql = LibSql::start_with_token();
    let execute = |libsql: &LibSql, token: &str, sql: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", libsql.port())).expect("it listens");
        let body = format!(r#"{{"requests":[{{"type":"execute","stmt":{{"sql":"{sql}"}}}}]}}"#);
        let length = body.len();
        let head = format!(
            "host: h\r\nauthorization: Bearer {token}\r\ncontent-length: {length}\r\nconnection: close"
        );
        write!(stream, "POST /v3/pipeline HTTP/1.1\r\n{head}\r\n\r\n{body}").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    };
    let token = libsql.token().to_owned();
    assert!(execute(&libsql, "x", "SELECT 1").contains(" 401 "));
    assert!(execute(&libsql, &token, "CREATE TABLE t AS SELECT 'kept' AS a").contains(" 200 "));
    libsql.kill();
    libsql.restart();
    let told = execute(&libsql, &token, "SELECT a FROM t");
    assert!(told.contains("kept"), "{told}");
    libsql.stop();
    assert!(TcpStream::connect(("127.0.0.1", libsql.port())).is_err());
}
