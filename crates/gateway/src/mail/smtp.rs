//! The conversation with the mail server, one letter at a time over a few kept connections.
//!
//! `lettre` sends a letter to all of its recipients or to none; here each is asked for alone, so that one
//! wrong address does not keep a letter from the others.

use super::fate::{Fate, Said, wait};
use super::letter::Letter;
use super::relay::{Relay, Security};
use crate::answer::Refusal;
use anyhow::{Context as _, Result};
use axum::http::StatusCode;
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use std::error::Error as _;
use std::fmt::Display;
use std::str::FromStr as _;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// To connect, secure the connection and log in.
const CONNECT_MAX: Duration = Duration::from_secs(60);
/// For the answer to a command.
const COMMAND_MAX: Duration = Duration::from_secs(60);
/// For a whole letter, and the server's answer to it, which may wait for a scanner.
const LETTER_MAX: Duration = Duration::from_secs(600);
/// How long a connection is kept for the next letter. Servers hang up after some minutes.
const IDLE_MAX: Duration = Duration::from_secs(45);
const IDLE_CONNECTIONS_MAX: usize = 4;
/// A letter is written in pieces, so that it is not copied as a whole.
const PIECE: usize = 64 * 1024;

pub(super) struct Mailer {
    relay: Relay,
    tls: Option<TlsParameters>,
    hello: ClientId,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// A letter that a server has heard of and does not have yet.
pub(super) struct Transfer {
    connection: AsyncSmtpConnection,
    pub(super) accepted: Vec<String>,
    pub(super) refused: Vec<(String, Fate)>,
}

/// Why no recipient could be named.
#[derive(Debug)]
pub(super) enum Unbegun {
    /// No server, or none that could be trusted, was reached.
    NotReached(String),
    /// The server does not take our account.
    LogIn(Said),
    /// The server never takes this letter.
    Refused(Said),
    Deferred(Said),
}

/// Why a server that was ready did not confirm the letter.
pub(super) enum Interrupted {
    /// It said so, or has not got all of it.
    NotTaken(Fate),
    /// It had all of it and did not answer.
    Unknown(String),
}

impl Unbegun {
    pub(super) fn is_worth_another_try(&self) -> bool {
        matches!(self, Unbegun::NotReached(_) | Unbegun::Deferred(_))
    }

    pub(super) fn refusal(self, failed_attempts: u32) -> Refusal {
        match self {
            Unbegun::NotReached(reason) => Refusal::later("not_reached", reason, wait(failed_attempts)),
            Unbegun::Deferred(said) => Refusal::later(&said.code, said.message, wait(failed_attempts)),
            Unbegun::LogIn(said) => Refusal::new(StatusCode::FORBIDDEN, &said.code, said.message),
            Unbegun::Refused(said) => {
                Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, &said.code, said.message)
            }
        }
    }
}

impl Mailer {
    pub(super) fn new(relay: Relay) -> Result<Mailer> {
        let tls = match relay.security {
            Security::Clear => None,
            Security::Tls | Security::StartTls => Some(tls(&relay)?),
        };
        let hello = relay.hello.clone().map_or_else(ClientId::default, ClientId::Domain);
        Ok(Mailer { relay, tls, hello, idle: Mutex::default() })
    }

    /// Names sender and recipients to the server.
    pub(super) async fn begin(&self, letter: &Letter, to: &[String]) -> Result<Transfer, Unbegun> {
        let mut connection = match self.kept().await {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let parameters = parameters(&connection, letter)?;
        let sender = Mail::new(letter.from.clone(), parameters);
        match command(&mut connection, sender).await {
            Ok(()) => {}
            Err(Broken::Said(Fate::Refused(said))) => return Err(Unbegun::Refused(said)),
            Err(Broken::Said(Fate::Deferred(said))) => return Err(Unbegun::Deferred(said)),
            Err(Broken::Said(Fate::Delivered)) => {}
            Err(Broken::Lost(reason)) => return Err(Unbegun::NotReached(reason)),
        }
        let mut transfer = Transfer { connection, accepted: vec![], refused: vec![] };
        for one in to {
            let Ok(address) = Address::from_str(one) else { continue };
            match command(&mut transfer.connection, Rcpt::new(address, vec![])).await {
                Ok(()) => transfer.accepted.push(one.clone()),
                Err(Broken::Said(fate)) => transfer.refused.push((one.clone(), fate)),
                Err(Broken::Lost(reason)) => return Err(Unbegun::NotReached(reason)),
            }
        }
        Ok(transfer)
    }

    /// Gives the letter itself to the server, which has it when this is `Ok`.
    pub(super) async fn hand_over(&self, transfer: Transfer, letter: &Letter) -> Result<(), Interrupted> {
        let Transfer { mut connection, .. } = transfer;
        let lost = |reason: String| {
            Interrupted::NotTaken(Fate::Deferred(Said { code: "lost".into(), message: reason }))
        };
        match command(&mut connection, Data).await {
            Ok(()) => {}
            Err(Broken::Said(fate)) => return Err(Interrupted::NotTaken(fate)),
            Err(Broken::Lost(reason)) => return Err(lost(reason)),
        }
        // The end of a letter is a line end, a dot and a line end: its own last line end is the first.
        let body = letter.mime.strip_suffix(b"\r\n").unwrap_or(&letter.mime);
        let written = AtomicBool::new(false);
        let mut pieces = body.chunks(PIECE);
        let pieces = std::iter::from_fn(|| {
            let piece = pieces.next();
            // Asked for another piece and having none, what comes next is the dot.
            written.store(piece.is_none(), Ordering::Relaxed);
            piece
        });
        let told = tokio::time::timeout(LETTER_MAX, connection.message_iter(pieces)).await;
        let broken = match told {
            Ok(Ok(_)) => {
                self.keep(connection);
                return Ok(());
            }
            Ok(Err(error)) => broken(&error),
            Err(_) => Broken::Lost(format!("no answer within {} s", LETTER_MAX.as_secs())),
        };
        Err(match broken {
            Broken::Said(fate) => {
                self.keep(connection);
                Interrupted::NotTaken(fate)
            }
            Broken::Lost(reason) if written.load(Ordering::Relaxed) => Interrupted::Unknown(reason),
            Broken::Lost(reason) => lost(reason),
        })
    }

    /// The letter stays here: the server took no recipient.
    pub(super) async fn give_up(&self, transfer: Transfer) {
        self.keep(transfer.connection);
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Unbegun> {
        let connecting = async {
            let server = (self.relay.host.as_str(), self.relay.port);
            let tls = self.tls.clone().filter(|_| self.relay.security == Security::Tls);
            let reached =
                AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT_MAX), &self.hello, tls, None).await;
            let mut connection = reached.map_err(|error| Unbegun::NotReached(words(&error)))?;
            if let Some(tls) = self.tls.clone().filter(|_| self.relay.security == Security::StartTls) {
                let secured = connection.starttls(tls, &self.hello).await;
                secured.map_err(|error| Unbegun::NotReached(words(&error)))?;
            }
            if let Some(account) = &self.relay.account {
                let entered = connection.auth(&account.mechanisms, &account.credentials()).await;
                entered.map_err(|error| match broken(&error) {
                    Broken::Said(Fate::Refused(said)) => Unbegun::LogIn(said),
                    Broken::Said(Fate::Deferred(said)) => Unbegun::Deferred(said),
                    Broken::Said(Fate::Delivered) => Unbegun::NotReached(words(&error)),
                    Broken::Lost(message) if error.is_client() => {
                        Unbegun::LogIn(Said { code: "auth".to_owned(), message })
                    }
                    Broken::Lost(reason) => Unbegun::NotReached(reason),
                })?;
            }
            Ok(connection)
        };
        let late = || Unbegun::NotReached(format!("no connection within {} s", CONNECT_MAX.as_secs()));
        tokio::time::timeout(CONNECT_MAX, connecting).await.unwrap_or_else(|_| Err(late()))
    }

    /// A kept connection that still works.
    async fn kept(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let (mut connection, since) = self.idle().pop()?;
            if since.elapsed() < IDLE_MAX && command(&mut connection, Rset).await.is_ok() {
                return Some(connection);
            }
        }
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle();
        if !connection.has_broken() && idle.len() < IDLE_CONNECTIONS_MAX {
            idle.push((connection, Instant::now()));
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(AsyncSmtpConnection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tls(relay: &Relay) -> Result<TlsParameters> {
    let mut parameters = TlsParameters::builder(relay.host.clone());
    if let Some(file) = &relay.authority {
        let named = || format!("the certificate authority {}", file.display());
        let pem = std::fs::read(file).with_context(named)?;
        parameters = parameters.add_root_certificate(Certificate::from_pem(&pem).with_context(named)?);
    }
    parameters.build_rustls().context("TLS cannot be set up")
}

/// What the letter needs of the server beyond plain ASCII.
fn parameters(connection: &AsyncSmtpConnection, letter: &Letter) -> Result<Vec<MailParameter>, Unbegun> {
    let server = connection.server_info();
    let cannot = |code: &str, message: &str| {
        Unbegun::Refused(Said { code: code.to_owned(), message: message.to_owned() })
    };
    let mut parameters = vec![];
    if !letter.mime.is_ascii() {
        if !server.supports_feature(Extension::EightBitMime) {
            return Err(cannot("5.6.3", "The mail server takes no 8-bit letters."));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let from = letter.from.iter().map(AsRef::<str>::as_ref);
    if !from.chain(letter.to.iter().map(String::as_str)).all(str::is_ascii) {
        if !server.supports_feature(Extension::SmtpUtfEight) {
            return Err(cannot("5.6.7", "The mail server takes no addresses beyond ASCII."));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    Ok(parameters)
}

enum Broken {
    Said(Fate),
    Lost(String),
}

async fn command(connection: &mut AsyncSmtpConnection, command: impl Display) -> Result<(), Broken> {
    match tokio::time::timeout(COMMAND_MAX, connection.command(command)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(broken(&error)),
        Err(_) => Err(Broken::Lost(format!("no answer within {} s", COMMAND_MAX.as_secs()))),
    }
}

fn broken(error: &Error) -> Broken {
    let Some(code) = error.status() else { return Broken::Lost(words(error)) };
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    let said = Said::new(&code.to_string(), &text);
    // 421: it is about to hang up, whatever was asked.
    Broken::Said(if error.is_permanent() { Fate::Refused(said) } else { Fate::Deferred(said) })
}

/// With its causes: the first alone says only that there was one.
fn words(error: &Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        if !words.contains(&text) {
            words = format!("{words}: {text}");
        }
        cause = next.source();
    }
    words
}
