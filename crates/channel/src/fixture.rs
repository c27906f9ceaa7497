//! A channel's fixtures: requests as its provider sends them, each with what is read from it.
//!
//! Every channel's tests, the fuzzer and the benchmarks read them here. What must hold for any codec and
//! any bytes is in [`property`]; [`published`] are samples that others publish. Not part of a component.
//!
//! A file is one body (`.json`, `.eml`, `.form`, `.multipart`), or one post with its headers (`.post`), or
//! many: of `.lines` each line is a body, of `.queries` the query of a GET; a line that begins with `#` is
//! a remark. `NAME.jsonl` beside it has what is read: a line for each event, as `centralita inspect`
//! prints it, or for each element that could not be read. `UPDATE=1 cargo test -p channel-NAME` writes
//! them anew; read the difference before committing.

mod damage;
pub mod property;
pub mod published;

use crate::{
    codec::Codec,
    event::InboundEvent,
    malformed::Malformed,
    outbound::Outcome,
    received::{Received, Settings},
};
use serde_json::{Value, json};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// One request.
#[derive(Debug, Clone)]
pub struct Fixture {
    pub file: PathBuf,
    pub received: Received,
    /// The account that it is for.
    pub settings: Settings,
}

/// The requests of one channel.
pub struct Fixtures {
    pub codec: &'static dyn Codec,
    pub all: Vec<Fixture>,
}

pub type Events = Vec<Result<InboundEvent, Malformed>>;

impl Fixtures {
    /// All of `components/channel-NAME/fixtures`, for an account without settings.
    pub fn of(codec: &'static dyn Codec) -> Self {
        let name = codec.profile().name;
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folder = project.join(format!("components/channel-{name}/fixtures"));
        let mut files = below(&folder);
        files.retain(|file| file.extension().is_some_and(|extension| extension != "jsonl"));
        files.sort();
        assert!(!files.is_empty(), "{} has no fixtures", folder.display());
        let url = format!("https://center.example/webhooks/{name}/1");
        let fixture = |file: PathBuf| {
            let requests = requests(&file, &url);
            requests.into_iter().map(move |received| Fixture {
                file: file.clone(),
                received,
                settings: Settings::default(),
            })
        };
        Fixtures { codec, all: files.into_iter().flat_map(fixture).collect() }
    }

    /// Of a provider that sends one event at a time: a file has a list of bodies.
    #[must_use]
    pub fn with_lists_of_bodies(mut self) -> Self {
        let bodies = |fixture: Fixture| {
            let bodies = serde_json::from_slice::<Vec<Value>>(&fixture.received.body);
            let bodies = bodies.unwrap_or_else(|error| panic!("{}: {error}", fixture.file.display()));
            bodies.into_iter().map(move |body| {
                let received = Received { body: body.to_string().into_bytes(), ..fixture.received.clone() };
                Fixture { received, ..fixture.clone() }
            })
        };
        self.all = self.all.into_iter().flat_map(bodies).collect();
        self
    }

    /// With the account that a file is for.
    #[must_use]
    pub fn with_settings(mut self, settings: impl Fn(&Path) -> Settings) -> Self {
        for fixture in &mut self.all {
            fixture.settings = settings(&fixture.file);
        }
        self
    }

    /// With what the channel's own server adds to a request.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        for fixture in &mut self.all {
            fixture.received.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub fn decode(&self, fixture: &Fixture) -> Result<Events, Malformed> {
        self.codec.decode(&fixture.received, &fixture.settings)
    }

    /// Every file is read as the lines beside it say.
    #[track_caller]
    pub fn decode_as_expected(&self) {
        let mut files: Vec<(&Path, String)> = vec![];
        for fixture in &self.all {
            let lines = lines(self.decode(fixture));
            match files.last_mut().filter(|(file, _)| *file == fixture.file) {
                Some((_, text)) => text.push_str(&lines),
                None => files.push((&fixture.file, lines)),
            }
        }
        for (file, lines) in files {
            let expected = file.with_extension("jsonl");
            if env::var_os("UPDATE").is_some() {
                fs::write(&expected, &lines).expect("the lines can be written");
            }
            assert_eq!(lines, fs::read_to_string(&expected).unwrap_or_default(), "{}", file.display());
        }
    }
}

/// A body as a provider posts it.
pub fn post(body: impl Into<Vec<u8>>) -> Received {
    Received { method: "POST".to_owned(), body: body.into(), ..Received::default() }
}

/// What became of a message, as a row of a table says it.
pub fn told(outcome: &Outcome) -> String {
    let told = match outcome {
        Outcome::Accepted { provider_id } => {
            format!("accepted {}", provider_id.as_deref().unwrap_or_default())
        }
        Outcome::Retry { after, error } => format!("retry {after:?} {}", error.code),
        Outcome::Partly { error, .. } => format!("partly {} {}", error.code, error.text),
        Outcome::Failed { error } => format!("failed {} {}", error.code, error.text),
        Outcome::AccountRefused { error } => format!("account {}", error.code),
        Outcome::Unknown { error } => format!("unknown {}", error.code),
    };
    told.trim_end().to_owned()
}

fn lines(decoded: Result<Events, Malformed>) -> String {
    let line = |element: Result<InboundEvent, Malformed>| match element {
        Ok(event) => format!("{}\n", event.to_json()),
        Err(malformed) => format!("{}\n", json!({ "malformed": malformed })),
    };
    match decoded {
        Ok(elements) => elements.into_iter().map(line).collect(),
        Err(malformed) => format!("{}\n", json!({ "no_payload": malformed })),
    }
}

/// Headers, an empty line and the body. On the wire its lines end in CRLF, in a repository as everywhere.
fn whole_post(text: &str, url: &str) -> Received {
    let (head, body) = text.split_once("\n\n").expect("headers and a body");
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    Received {
        url: url.to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        ..post(body.trim_end().replace('\n', "\r\n"))
    }
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let entries = entries.map(|entry| entry.expect("a readable folder").path());
    entries.flat_map(|entry| if entry.is_dir() { below(&entry) } else { vec![entry] }).collect()
}

fn requests(file: &Path, url: &str) -> Vec<Received> {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let body = |mime: Option<&str>, body: Vec<u8>| {
        let headers = mime.map(|mime| ("Content-Type".to_owned(), mime.to_owned()));
        Received { url: url.to_owned(), headers: headers.into_iter().collect(), ..post(body) }
    };
    let written = || {
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    match extension {
        "json" => vec![body(Some("application/json"), bytes)],
        "eml" => vec![body(Some("message/rfc822"), bytes)],
        "form" => vec![body(Some("application/x-www-form-urlencoded"), bytes)],
        "multipart" => vec![body(Some("multipart/form-data; boundary=frontier"), bytes)],
        "post" => vec![whole_post(&String::from_utf8_lossy(&bytes), url)],
        "lines" => written().into_iter().map(|line| body(None, line.into_bytes())).collect(),
        "queries" => written()
            .into_iter()
            .map(|query| Received {
                method: "GET".to_owned(),
                url: format!("{url}?{query}"),
                ..Received::default()
            })
            .collect(),
        other => panic!("{}: nobody reads .{other}", file.display()),
    }
}
