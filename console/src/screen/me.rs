//! My own settings: language, appearance, sound, notifications, out.

use crate::alert;
use crate::desk::{Desk, Dialog, Pane, Screen, Theme};
use crate::icon::{self, icon};
use crate::screen::login::LanguageChoice;
use crate::screen::presence::role_name;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use web_sys::NotificationPermission;

#[component]
pub(crate) fn Me() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let who = move || {
        desk.work.with(|work| {
            let me = work.me.as_ref()?;
            let queues: Vec<_> = me.queues.iter().map(|queue| queue.name.clone()).collect();
            Some(view! {
                <h2>{me.name.clone()}</h2>
                <p class="hint">{me.login.clone()}" · "{role_name(words, me.role)}</p>
                <p class="hint">{queues.join(" · ")}</p>
            })
        })
    };
    let themes = [words.theme_auto, words.theme_light, words.theme_dark];
    view! {
        <div class="me" data-testid="me">
            {who}
            <section>
                <h3>{words.language}</h3>
                <LanguageChoice/>
            </section>
            <section>
                <h3>{words.theme}</h3>
                <div class="choice" role="group" aria-label=words.theme>
                    {Theme::ALL.into_iter().zip(themes).map(|(theme, name)| view! {
                        <button type="button" data-testid=format!("theme-{}", theme.name())
                            aria-pressed=move || (desk.theme.get() == theme).to_string()
                            on:click=move |_| desk.theme.set(theme)>{name}</button>
                    }).collect_view()}
                </div>
            </section>
            <section>
                <h3>{words.sound}</h3>
                <div class="row">
                    <button type="button" class="button" role="switch" data-testid="sound"
                        aria-checked=move || desk.sound.get().to_string()
                        on:click=move |_| desk.sound.update(|sound| *sound = !*sound)>
                        {move || if desk.sound.get() { words.on } else { words.off }}
                    </button>
                    <button type="button" class="button" on:click=move |_| alert::ring()>
                        {icon(icon::PLAYED)}{words.test_sound}
                    </button>
                </div>
            </section>
            <Notifications/>
            <div class="me-places phone-only">
                {desk.supervises().then(|| view! {
                    <button type="button" class="button" data-testid="me-flows" on:click=move |_| {
                        desk.go(Screen::Flows);
                        desk.pane.set(Pane::Work);
                    }>{icon(icon::BOT)}{desk.flow_words().flows}</button>
                })}
                <button type="button" class="button" on:click=move |_| {
                    desk.go(Screen::Failures);
                    desk.pane.set(Pane::Work);
                }>{icon(icon::FAILURES)}{words.failures}</button>
                <button type="button" class="button" on:click=move |_| desk.dialog.set(Some(Dialog::Commands))>
                    {icon(icon::SEARCH)}{words.search}
                </button>
            </div>
            <button type="button" class="button" data-testid="logout" on:click=move |_| desk.log_out()>
                {icon(icon::LOG_OUT)}{words.log_out}
            </button>
        </div>
    }
}

#[component]
fn Notifications() -> impl IntoView {
    let words = Desk::of_context().words();
    let permission = RwSignal::new_local(alert::permission());
    let ask = move |_| {
        alert::ask_permission();
        // The browser asks the person; look again when there was time to say so.
        Timeout::new(4000, move || {
            permission.try_set(alert::permission());
        })
        .forget();
    };
    view! {
        <section>
            <h3>{words.notifications}</h3>
            {move || match permission.get() {
                NotificationPermission::Granted => view! { <p class="hint">{words.allowed}</p> }.into_any(),
                NotificationPermission::Denied => view! { <p class="hint">{words.blocked}</p> }.into_any(),
                _ => view! { <button type="button" class="button" on:click=ask>{words.allow}</button> }.into_any(),
            }}
        </section>
    }
}
