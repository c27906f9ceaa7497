//! Why a request was not done, as a status: the status decides whether a provider sends again.

use domain::{
    flow::{self, Problem},
    interaction::Refusal,
};
use store::port;

/// Each variant is one status. The text is for the caller; it never holds a secret or our internals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("{0}")]
    BadRequest(String),
    /// Who asks is not known.
    #[error("{0}")]
    Unauthorized(String),
    /// Who asks is known and may not.
    #[error("{0}")]
    Forbidden(String),
    #[error("{0} was not found")]
    NotFound(String),
    #[error("{0} is not allowed here")]
    MethodNotAllowed(String),
    /// The state of things does not allow it: look again.
    #[error("{0}")]
    Conflict(String),
    /// Somebody else was first. Within a transaction it is decided again (`command::retrying`).
    #[error("{0}")]
    Lost(String),
    /// It was changed since the caller read it: read it again.
    #[error("{0}")]
    Outdated(String),
    #[error("more than {0} bytes")]
    TooLarge(usize),
    /// What was sent says nothing that could be done, for these reasons.
    #[error("the text has {} errors", .0.iter().filter(|problem| problem.is_error).count())]
    Invalid(Vec<Problem>),
    /// Such a file is not taken.
    #[error("{0}")]
    UnsupportedType(String),
    #[error("too many requests; try again in {0} s")]
    TooMany(u64),
    /// Not now: the same request may succeed later.
    #[error("{0}")]
    Later(String),
    /// The same, and the caller may read what does not work.
    #[error("{0}")]
    Unavailable(String),
    /// A defect of ours; the details are in the log.
    #[error("{0}")]
    Broken(String),
}

pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    pub fn status(&self) -> u16 {
        match self {
            Failure::BadRequest(_) => 400,
            Failure::Unauthorized(_) => 401,
            Failure::Forbidden(_) => 403,
            Failure::NotFound(_) => 404,
            Failure::MethodNotAllowed(_) => 405,
            Failure::Conflict(_) | Failure::Lost(_) => 409,
            Failure::Outdated(_) => 412,
            Failure::TooLarge(_) => 413,
            Failure::UnsupportedType(_) => 415,
            Failure::Invalid(_) => 422,
            Failure::TooMany(_) => 429,
            Failure::Broken(_) => 500,
            Failure::Later(_) | Failure::Unavailable(_) => 503,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Failure::BadRequest(_) => "bad_request",
            Failure::Unauthorized(_) => "unauthorized",
            Failure::Forbidden(_) => "forbidden",
            Failure::NotFound(_) => "not_found",
            Failure::MethodNotAllowed(_) => "method_not_allowed",
            Failure::Conflict(_) | Failure::Lost(_) => "conflict",
            Failure::Outdated(_) => "outdated",
            Failure::TooLarge(_) => "too_large",
            Failure::Invalid(_) => "invalid",
            Failure::UnsupportedType(_) => "unsupported_type",
            Failure::TooMany(_) => "too_many",
            Failure::Broken(_) => "internal",
            Failure::Later(_) => "later",
            Failure::Unavailable(_) => "unavailable",
        }
    }

    /// RFC 9457. What is ours to know stays with us.
    pub fn problem(&self) -> serde_json::Value {
        let detail = match self {
            Failure::Broken(_) => "Something went wrong on our side. It was logged.".to_owned(),
            Failure::Later(_) => "The service cannot answer now. Try again in a moment.".to_owned(),
            Failure::Lost(_) => "Somebody else changed it at the same time. Look again.".to_owned(),
            told => told.to_string(),
        };
        let title = self.code().replace('_', " ");
        let mut problem = serde_json::json!({
            "type": "about:blank",
            "title": title,
            "status": self.status(),
            "detail": detail,
            "code": self.code(),
        });
        if let Failure::Invalid(problems) = self {
            problem["problems"] = serde_json::json!(problems);
        }
        problem
    }
}

impl From<port::Error> for Failure {
    fn from(error: port::Error) -> Self {
        match error {
            port::Error::Conflict(text) => Failure::Lost(text),
            port::Error::Unavailable(text) => Failure::Later(text),
            port::Error::Broken(text) => Failure::Broken(text),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Conflict(refusal.to_string())
    }
}

impl From<flow::Refusal> for Failure {
    fn from(refusal: flow::Refusal) -> Self {
        use flow::Refusal as R;
        let text = refusal.to_string();
        match refusal {
            R::BadName | R::UnknownVersion(_) | R::BadShare | R::NotAHundred(_) | R::BadPercent => {
                Failure::BadRequest(text)
            }
            R::NothingLive | R::NoDraft | R::SameAsVersion(_) => Failure::Conflict(text),
            R::StaleDraft(_) => Failure::Outdated(text),
        }
    }
}
