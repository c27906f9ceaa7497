//! A shop of one's own, on a free port.

use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};
use ureq::{
    Agent, AsSendBody, Body,
    http::{Request, Response},
};

/// A Tuesday, on which the files were written.
pub(crate) const TODAY: &str = "2026-11-24";

const JSON: (&str, &str) = ("content-type", "application/json");

pub(crate) struct Server {
    process: Child,
    address: String,
}

impl Server {
    pub(crate) fn start() -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_demo-shop"));
        command.args(["--listen", "127.0.0.1:0", "--today", TODAY, "--data", env!("CARGO_MANIFEST_DIR")]);
        let mut process = command.stdout(Stdio::piped()).spawn().expect("the shop starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("it says something");
        let address = line.trim().strip_prefix("ready ").expect("its address").to_owned();
        Server { process, address }
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        read(self.ask("GET", path, &[], ()))
    }

    pub(crate) fn delete(&self, path: &str) -> (u16, Value) {
        read(self.ask("DELETE", path, &[], ()))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.post_text(path, &body.to_string())
    }

    pub(crate) fn post_text(&self, path: &str, body: &str) -> (u16, Value) {
        read(self.ask("POST", path, &[JSON], body))
    }

    pub(crate) fn post_with_key(&self, key: &str, path: &str, body: &Value) -> (u16, Value) {
        read(self.ask("POST", path, &[JSON, ("idempotency-key", key)], body.to_string()))
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsSendBody,
    ) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        agent.run(request.body(body).expect("a request")).expect("an answer")
    }

    /// Checks that what is refused says so and why, and gives the problem.
    #[track_caller]
    pub(crate) fn refuses(&self, path: &str, body: &Value, status: u16, code: &str) -> Value {
        let (found, problem) = self.post(path, body);
        assert_eq!((found, &problem["code"]), (status, &code.into()), "{body}: {problem}");
        problem
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// The status and the body. A refusal is a problem document that says the same status.
#[track_caller]
pub(crate) fn read(mut answer: Response<Body>) -> (u16, Value) {
    let status = answer.status().as_u16();
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().expect("text").to_owned());
    let body = answer.body_mut().read_to_string().expect("text");
    if body.is_empty() {
        return (status, Value::Null);
    }
    let body: Value = serde_json::from_str(&body).expect("JSON");
    if status >= 400 {
        assert_eq!(kind.as_deref(), Some("application/problem+json"));
        assert_eq!(body["status"], status);
        for member in ["type", "title", "detail", "code"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {body}");
        }
    }
    (status, body)
}
