//! The way in.

use crate::desk::{Desk, Session};
use crate::http::Failure;
use crate::language::Language;
use crate::storage;
use api::request::Login;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(crate) fn LogIn() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let (login, password) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let error = RwSignal::new(None::<String>);
    let waits = RwSignal::new(false);
    let over = desk.session.get_untracked() == Session::Over;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let value =
            |field: NodeRef<Input>| field.get_untracked().map(|input| input.value()).unwrap_or_default();
        let form = Login { login: value(login).trim().to_owned(), password: value(password) };
        waits.set(true);
        error.set(None);
        spawn_local(async move {
            let done = desk.log_in(form).await;
            let text = match done {
                Ok(()) => return,
                Err(Failure::LoggedOut) => words.wrong_login.to_owned(),
                Err(Failure::Offline) => words.did_not_work.to_owned(),
                Err(Failure::Refused(problem)) => problem.detail.unwrap_or(problem.title),
            };
            waits.set(false);
            error.set(Some(text));
        });
    };
    view! {
        <main class="whole login">
            <form class="login-card" data-testid="login-form" on:submit=submit>
                <img src="/desk/icon.svg" alt="" width="44" height="44"/>
                <h1>"Centralita"</h1>
                <p class="hint">{if over { words.session_over } else { words.tagline }}</p>
                <label>{words.user}
                    <input data-testid="login" name="username" autocomplete="username" autocapitalize="none"
                        spellcheck="false" required autofocus node_ref=login/>
                </label>
                <label>{words.password}
                    <input data-testid="password" name="password" type="password"
                        autocomplete="current-password" required node_ref=password/>
                </label>
                <p class="form-error" role="alert" data-testid="login-error">{error}</p>
                <button class="button main" type="submit" data-testid="login-submit" disabled=waits>
                    {move || if waits.get() { words.logging_in } else { words.log_in }}
                </button>
                <LanguageChoice/>
            </form>
        </main>
    }
}

/// The three languages, each in its own words.
#[component]
pub(crate) fn LanguageChoice() -> impl IntoView {
    let desk = Desk::of_context();
    let now = desk.language.get_untracked();
    let choose = move |language: Language| {
        storage::write("language", language.tag());
        desk.language.set(language);
    };
    view! {
        <div class="choice" role="group" aria-label=desk.words().language>
            {Language::ALL.map(|language| view! {
                <button type="button" lang=language.tag() data-testid=format!("language-{}", language.tag())
                    aria-pressed=(language == now).to_string() on:click=move |_| choose(language)>
                    {language.own_name()}
                </button>
            })}
        </div>
    }
}
