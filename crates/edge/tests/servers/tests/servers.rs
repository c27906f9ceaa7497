//! They start, keep what they are told over a restart, and leave nothing behind.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use test_servers::{Postgres, Redis};

#[test]
fn postgres_starts_again_and_leaves_nothing() {
    let mut postgres = Postgres::start();
    let (url, folder) = (postgres.url(), postgres.folder());
    let database = postgres.new_database();
    assert_ne!(database, postgres.new_database());
    postgres.kill();
    assert!(TcpStream::connect(("127.0.0.1", postgres.port())).is_err());
    postgres.restart();
    assert_eq!(postgres.url(), url);
    postgres.stop();
    postgres.restart();
    drop(postgres);
    assert!(!folder.exists());
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
