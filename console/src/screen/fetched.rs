//! What a screen fetches: on its way, here, or why it is not.

use crate::desk::Desk;
use crate::http::Failure;
use crate::icon::{self, icon};
use leptos::prelude::*;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fetched<T> {
    Loading,
    Here(T),
    Forbidden,
    Missing,
    Failed,
}

impl<T> Fetched<T> {
    /// `None`: the session is over, and something else is shown.
    pub(crate) fn of(desk: Desk, answer: Result<T, Failure>) -> Option<Self> {
        Some(match answer {
            Ok(found) => Fetched::Here(found),
            Err(Failure::LoggedOut) => {
                desk.session_over();
                return None;
            }
            Err(Failure::Refused(problem)) if problem.status == 404 => Fetched::Missing,
            Err(Failure::Refused(problem)) if problem.status == 403 => Fetched::Forbidden,
            Err(Failure::Refused(_) | Failure::Offline) => Fetched::Failed,
        })
    }

    pub(crate) fn here(self) -> Result<T, Absence> {
        match self {
            Fetched::Here(found) => Ok(found),
            Fetched::Loading => Err(Absence::Loading),
            Fetched::Forbidden => Err(Absence::Forbidden),
            Fetched::Missing => Err(Absence::Missing),
            Fetched::Failed => Err(Absence::Failed),
        }
    }
}

/// Why there is nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absence {
    Loading,
    Forbidden,
    Missing,
    Failed,
}

/// What stands there instead, with what can be done about it.
pub(crate) fn absent(desk: Desk, why: Absence, missing: &'static str, again: impl Fn() + 'static) -> AnyView {
    let words = desk.words();
    match why {
        Absence::Loading => view! {
            <div class="late-skeleton" aria-busy="true"><i class="bone wide"></i><i class="bone wide"></i></div>
        }
        .into_any(),
        Absence::Forbidden => view! {
            <div class="empty">{icon(icon::FORBIDDEN)}<h2>{words.no_permission_title}</h2><p>{words.no_permission}</p></div>
        }
        .into_any(),
        Absence::Missing => {
            view! { <div class="empty">{icon(icon::FILE)}<p>{missing}</p></div> }.into_any()
        }
        Absence::Failed => view! {
            <div class="empty">{icon(icon::LOST)}<h2>{words.failed_to_load}</h2>
                <button type="button" class="button" on:click=move |_| again()>{words.retry}</button></div>
        }
        .into_any(),
    }
}
