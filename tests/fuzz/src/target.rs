//! The decoders, each with what its provider sends.

use crate::mutation::Pool;
use channel::{
    fixture::{
        Fixtures,
        property::{content, decoding_is_total},
    },
    received::{Received, Settings},
};
use channel_instagram::codec::Instagram;
use channel_messenger::codec::Messenger;
use channel_webhook::codec::Webhook;
use channel_whatsapp::codec::WhatsApp;
use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

/// One decoder: a channel, or one of its providers.
pub struct Target {
    /// `whatsapp`, `sms-twilio`.
    pub name: String,
    fixtures: Fixtures,
    /// Requests that differ in more than what they say: by account, method and headers.
    frames: Vec<(Received, Settings)>,
    /// What each fixture says.
    pub contents: Vec<Vec<u8>>,
    pub pool: Pool,
}

/// All of them, or those of one channel, or one.
pub fn targets(name: Option<&str>) -> Vec<Target> {
    let all = channels().into_iter().flat_map(by_provider);
    let chosen = |target: &Target| {
        name.is_none_or(|name| target.name == name || target.name.starts_with(&format!("{name}-")))
    };
    all.filter(chosen).collect()
}

fn channels() -> Vec<Fixtures> {
    vec![
        Fixtures::of(&WhatsApp),
        Fixtures::of(&Messenger),
        Fixtures::of(&Instagram),
        channel_telegram::fixture::fixtures(),
        channel_x::fixture::fixtures(),
        channel_webchat::fixture::fixtures(),
        channel_webform::fixture::fixtures(),
        Fixtures::of(&Webhook),
        channel_sms::fixture::fixtures(),
        channel_email::fixture::fixtures(),
    ]
}

fn by_provider(fixtures: Fixtures) -> Vec<Target> {
    let mut names: Vec<Option<String>> = vec![];
    let provider = |settings: &Settings| settings.get("provider").map(str::to_owned);
    for fixture in &fixtures.all {
        let name = provider(&fixture.settings);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let target = |name: Option<String>| {
        let all = fixtures.all.iter().filter(|fixture| provider(&fixture.settings) == name);
        let fixtures = Fixtures { codec: fixtures.codec, all: all.cloned().collect() };
        let channel = fixtures.codec.profile().name;
        Target::new(name.map_or(channel.clone(), |name| format!("{channel}-{name}")), fixtures)
    };
    names.into_iter().map(target).collect()
}

impl Target {
    fn new(name: String, fixtures: Fixtures) -> Self {
        let mut frames: Vec<(Received, Settings)> = vec![];
        for fixture in &fixtures.all {
            let url = fixture.received.url.split('?').next().unwrap_or_default().to_owned();
            let received = Received { url, body: vec![], ..fixture.received.clone() };
            let frame = (received, fixture.settings.clone());
            if !frames.contains(&frame) {
                frames.push(frame);
            }
        }
        let contents: Vec<_> = fixtures.all.iter().map(|fixture| content(&fixture.received)).collect();
        let pool = Pool::of(&contents);
        Target { name, fixtures, frames, contents, pool }
    }

    /// An input's first byte chooses its frame; the rest is what it says. No input shows a bug.
    pub fn try_input(&self, input: &[u8]) {
        if let Some((frame, content)) = input.split_first() {
            let frame = &self.frames[usize::from(*frame) % self.frames.len()];
            self.try_framed(frame, content);
        }
    }

    /// The same in every frame.
    pub fn try_content(&self, content: &[u8]) {
        for frame in &self.frames {
            self.try_framed(frame, content);
        }
    }

    fn try_framed(&self, (frame, settings): &(Received, Settings), content: &[u8]) {
        decoding_is_total(self.fixtures.codec, &framed(frame, content), settings);
    }

    /// The channel that reads it.
    pub fn channel(&self) -> String {
        self.fixtures.codec.profile().name
    }

    /// Where published samples of it stand.
    pub fn sample_folders(&self) -> Vec<&str> {
        match self.name.split_once('-') {
            Some((_, "raw")) => vec!["email"],
            Some((_, provider)) => vec![provider],
            None if self.name == "messenger" => vec!["messenger", "facebook_page"],
            None => vec![&self.name],
        }
    }

    /// Every fixture.
    pub fn requests(&self) -> impl Iterator<Item = (&Received, &Settings)> {
        self.fixtures.all.iter().map(|fixture| (&fixture.received, &fixture.settings))
    }

    /// How long it takes to read `content` as the first fixture's account would.
    pub fn time_to_read(&self, content: &[u8]) -> Duration {
        let (frame, settings) = &self.frames[0];
        self.time_of(&framed(frame, content), settings)
    }

    pub fn time_of(&self, received: &Received, settings: &Settings) -> Duration {
        let begun = Instant::now();
        let events = self.fixtures.codec.decode(received, settings);
        let time = begun.elapsed();
        drop(events);
        time
    }

    /// What was found before, and mended.
    pub fn findings(&self) -> Vec<Vec<u8>> {
        let entries = fs::read_dir(self.findings_folder()).into_iter().flatten().flatten();
        entries.filter_map(|entry| fs::read(entry.path()).ok()).collect()
    }

    pub fn findings_folder(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("findings").join(&self.name)
    }
}

/// A request that says `content`.
fn framed(frame: &Received, content: &[u8]) -> Received {
    if frame.method == "GET" {
        let url = format!("{}?{}", frame.url, String::from_utf8_lossy(content));
        Received { url, ..frame.clone() }
    } else {
        Received { body: content.to_vec(), ..frame.clone() }
    }
}
