//! Logging in and out, the snapshot, and what the stream brings.

use super::{Desk, Link, Pane};
use crate::http::{self, Failure};
use crate::sse::Frame;
use crate::stream;
use crate::work::Work;
use api::event::Event;
use api::message::{Message, MessageStatus};
use api::request::{LoggedIn, Login};
use api::snapshot::Desk as Snapshot;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Session {
    /// Not asked yet.
    Unknown,
    Out,
    /// It ended by itself; what was written is still here.
    Over,
    In,
    /// The server did not answer at the start.
    Unreachable,
}

impl Desk {
    pub(crate) fn logged_in(self) -> bool {
        self.session.get_untracked() == Session::In
    }

    /// The first thing: whether this browser has a session already.
    pub(crate) fn start(self) {
        spawn_local(async move {
            match http::get::<Snapshot>("/desk").await {
                Ok(snapshot) => self.begin(snapshot).await,
                Err(Failure::LoggedOut) => self.session.set(Session::Out),
                Err(_) => self.session.set(Session::Unreachable),
            }
        });
    }

    pub(crate) async fn log_in(self, login: Login) -> Result<(), Failure> {
        http::post::<_, LoggedIn>("/login", &login).await?;
        let snapshot = http::get::<Snapshot>("/desk").await?;
        self.begin(snapshot).await;
        Ok(())
    }

    pub(crate) fn log_out(self) {
        spawn_local(async move {
            // Whether or not the server heard it, this screen shows nobody's work any more.
            let _ = http::tell("/logout", &()).await;
            self.session.set(Session::Out);
            self.work.set(Work::default());
            self.pane.set(Pane::Work);
            self.dialog.set(None);
        });
    }

    pub(crate) fn session_over(self) {
        if self.logged_in() {
            self.session.set(Session::Over);
            self.dialog.set(None);
        }
    }

    async fn begin(self, snapshot: Snapshot) {
        let offset = http::clock_offset_ms().await.unwrap_or(0.0);
        self.offset_ms.set_value(offset);
        self.tick();
        self.work.update(|work| {
            work.take(snapshot);
            if work.open.is_none() {
                work.open = work.conversations().first().map(|interaction| interaction.id.clone());
            }
        });
        self.restore_outbox();
        self.link.set(Link::Online);
        self.session.set(Session::In);
        self.load_threads(true);
        spawn_local(stream::follow(self));
    }

    /// Fetches the snapshot again: the stream said that it cannot fill the gap.
    pub(crate) fn refresh(self) {
        spawn_local(async move {
            match http::get::<Snapshot>("/desk").await {
                Ok(snapshot) => {
                    self.work.update(|work| work.take(snapshot));
                    self.load_threads(true);
                }
                Err(failure) => self.explain(&failure),
            }
        });
    }

    /// Applies what came in one chunk as one change of the screen.
    pub(crate) fn take_frames(self, frames: Vec<Frame>) {
        if frames.is_empty() {
            return;
        }
        let mut resync = false;
        self.work.update(|work| {
            for frame in frames {
                if let Ok(seq) = frame.id.parse() {
                    work.seq = seq;
                }
                match Event::decode(&frame.name, &frame.data) {
                    Ok(Some(Event::Resync)) => resync = true,
                    Ok(Some(event)) => work.apply(event),
                    Ok(None) => {}
                    Err(error) => {
                        web_sys::console::error_1(&format!("{}: {error}", frame.name).into());
                    }
                }
            }
        });
        if resync {
            self.refresh();
        }
    }

    /// What could not be sent goes out now, in its order.
    pub(crate) fn back_online(self) {
        self.link.set(Link::Online);
        let waiting: Vec<Message> = self.work.with_untracked(|work| {
            let outboxes = work.threads.values().flat_map(|thread| thread.outbox());
            let offline = |message: &&Message| {
                message.status == Some(MessageStatus::Failed)
                    && message.error.as_ref().is_some_and(|error| error.code == super::talk::OFFLINE)
            };
            outboxes.filter(offline).cloned().collect()
        });
        waiting.into_iter().for_each(|message| self.send_again(message));
    }
}
