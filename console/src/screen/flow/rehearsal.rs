//! Trying what is in the editor, as a customer in a chat and as one on the phone, side by side.

use super::deed::deed;
use super::page::Page;
use crate::desk::Desk;
use crate::flow::rehearsal::{
    HANGS_UP, Key, Ours, Rendering, SILENCE, STARTS, key, known, menu, menus, ours, pressed, shown, typed,
};
use crate::format;
use crate::http::{self, Failure};
use crate::icon::{self, icon};
use crate::language::fill;
use api::rehearsal::{Rehearsal, RehearsalDeed, RehearsalOption, RehearsalQuestion, RehearsalStep};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

const KEYS: [char; 12] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/// One conversation that is played.
#[derive(Clone, Copy)]
pub(super) struct Rehearsing {
    rendering: Rendering,
    /// What we did since it began.
    acts: RwSignal<Vec<String>>,
    played: RwSignal<Option<Rehearsal>>,
    problem: RwSignal<Option<String>>,
    /// What was asked for last: text and lines.
    asked: StoredValue<(String, Vec<String>)>,
    field: NodeRef<html::Input>,
}

impl Rehearsing {
    pub(super) fn new(rendering: Rendering) -> Self {
        Self {
            rendering,
            acts: RwSignal::default(),
            played: RwSignal::default(),
            problem: RwSignal::default(),
            asked: StoredValue::default(),
            field: NodeRef::new(),
        }
    }

    /// Plays it all, unless just that was played.
    fn play(self, page: Page) {
        let mut lines = page.known.with_untracked(|text| known(text));
        lines.push(STARTS.to_owned());
        lines.extend(self.acts.get_untracked());
        let source = page.text.get_untracked();
        let asks = (source.clone(), lines.clone());
        if self.asked.with_value(|asked| *asked == asks) && self.problem.with_untracked(Option::is_none) {
            return;
        }
        self.asked.set_value(asks.clone());
        let question = RehearsalQuestion { source, on: self.rendering.name().to_owned(), lines };
        spawn_local(async move {
            let answer = http::post::<_, Rehearsal>("/flows/rehearse", &question).await;
            // What was done since then is asked for already.
            if self.asked.try_with_value(|asked| *asked == asks) != Some(true) {
                return;
            }
            match answer {
                Ok(played) => {
                    self.problem.set(None);
                    self.played.set(Some(played));
                }
                Err(Failure::LoggedOut) => page.desk.session_over(),
                Err(Failure::Offline) => self.problem.set(Some(page.desk.words().did_not_work.to_owned())),
                Err(Failure::Refused(problem)) => {
                    self.played.set(None);
                    self.problem.set(Some(problem.detail.unwrap_or(problem.title)));
                }
            }
        });
    }

    fn act(self, page: Page, line: impl Into<String>) {
        self.acts.update(|acts| acts.push(line.into()));
        self.play(page);
    }

    fn begin_again(self, page: Page) {
        self.acts.set(vec![]);
        self.play(page);
    }
}

#[component]
pub(super) fn Rehearsals(page: Page) -> impl IntoView {
    let words = page.desk.flow_words();
    for rehearsing in page.rehearsals {
        rehearsing.play(page);
    }
    let again = move |_| page.rehearsals.into_iter().for_each(|rehearsing| rehearsing.begin_again(page));
    view! {
        <p class="hint">{words.rehearse_hint}</p>
        <details class="panel known">
            <summary>{words.known_before}</summary>
            <label class="note">{words.known_hint}
                <textarea rows="3" spellcheck="false" autocapitalize="none" data-testid="rehearsal-known" prop:value=page.known
                    on:input=move |event| page.known.set(event_target_value(&event)) on:change=again></textarea>
            </label>
        </details>
        <div class="rehearsals">
            {page.rehearsals.into_iter().map(|rehearsing| view! { <Panel page rehearsing/> }).collect_view()}
        </div>
    }
}

#[component]
fn Panel(page: Page, rehearsing: Rehearsing) -> impl IntoView {
    let desk = page.desk;
    let words = desk.flow_words();
    let Rehearsing { rendering, played, problem, .. } = rehearsing;
    let (title, sign) = match rendering {
        Rendering::Chat => (words.in_chat, icon::CHAT),
        Rendering::Phone => (words.on_phone, icon::PHONE),
    };
    let place = Memo::new(move |_| played.with(|played| played.as_ref()?.places.last().cloned()));
    let is_over =
        Memo::new(move |_| played.with(|played| played.as_ref().is_none_or(|played| played.is_over)));
    let said = move || {
        let acts = rehearsing.acts.get();
        played.with(|played| played.as_ref().map(|played| conversation(page, rehearsing, played, &acts)))
    };
    view! {
        <section class="panel rehearsal" aria-label=title data-testid="rehearsal" data-on=rendering.name()>
            <header>
                <h2>{icon(sign)}{title}</h2>
                {move || place.get().map(|place| {
                    let (to, name) = (place.clone(), place.clone());
                    view! {
                        <button type="button" class="tag" data-testid="rehearsal-place" data-place=name title=words.to_the_text
                            on:click=move |_| page.go_to_place(&to)>{fill(words.at_place, place)}</button>
                    }
                })}
                <button type="button" class="icon-button" data-testid="rehearsal-again" aria-label=words.begin_again
                    title=words.begin_again on:click=move |_| rehearsing.begin_again(page)>{icon(icon::RETRY)}</button>
            </header>
            <div class="rehearsed" role="log" aria-label=title tabindex="0"><ol>{said}</ol></div>
            {move || problem.get().map(|problem| view! {
                <p class="form-error" role="alert" data-testid="rehearsal-problem">{problem}</p>
            })}
            <Show when=move || is_over.get() && problem.with(Option::is_none) && played.with(Option::is_some)>
                <p class="hint" data-testid="rehearsal-over">{words.it_is_over}</p>
            </Show>
            <Doing page rehearsing is_over/>
        </section>
    }
}

/// All that was said. What we did and is not played yet stands there at once.
fn conversation(page: Page, rehearsing: Rehearsing, played: &Rehearsal, acts: &[String]) -> AnyView {
    let rendering = rehearsing.rendering;
    let steps = played.steps.iter().zip(menus(&played.steps));
    // A menu that can be answered stands in the last step in which the flow did something.
    let answered_in = played.steps.iter().rposition(|step| !step.deeds.is_empty());
    let answerable = answered_in.filter(|_| !menu(played).is_empty());
    let begun = played.steps.iter().position(|step| step.line == STARTS).map_or(0, |index| index + 1);
    let waiting = acts.iter().skip(played.steps.len().saturating_sub(begun));
    let waiting = waiting.map(|line| mine(page.desk, rendering, ours(rendering, line, menu(played))));
    let steps = steps.enumerate().map(|(index, (step, before))| {
        let RehearsalStep { line, deeds, problem } = step;
        let deeds = deeds.iter().map(|deed| theirs(page, rehearsing, deed, answerable == Some(index)));
        view! {
            {mine(page.desk, rendering, ours(rendering, line, before))}
            {deeds.collect_view()}
            {problem.clone().map(|problem| view! { <li class="deed bad" data-testid="rehearsal-problem">{problem}</li> })}
        }
    });
    view! { {steps.collect_view()}{waiting.collect_view()} }.into_any()
}

fn mine(desk: Desk, rendering: Rendering, did: Ours) -> AnyView {
    let words = desk.flow_words();
    let quiet = |text: String| view! { <li class="deed">{text}</li> }.into_any();
    match did {
        Ours::Begins => ().into_any(),
        Ours::Says(text) => {
            view! { <li class="told ours" data-testid="rehearsal-ours">{text}</li> }.into_any()
        }
        Ours::Presses(keys) => {
            view! { <li class="told ours" data-testid="rehearsal-ours">{fill(words.presses, keys)}</li> }
                .into_any()
        }
        Ours::Silence => quiet(words.silence.to_owned()),
        Ours::HangsUp if rendering == Rendering::Chat => quiet(words.left_chat.to_owned()),
        Ours::HangsUp => quiet(words.hung_up.to_owned()),
        Ours::Known(line) => quiet(line),
    }
}

/// Something the flow did: what the customer reads or hears, or a quiet line of what they do not notice.
fn theirs(page: Page, rehearsing: Rehearsing, deed: &RehearsalDeed, is_answerable: bool) -> AnyView {
    let RehearsalDeed { written, shown: lines, options } = deed;
    if lines.is_empty() {
        let is_broken = written.starts_with("breaks:");
        return view! { <li class="deed" class:bad=is_broken data-testid="rehearsal-deed">{written.clone()}</li> }.into_any();
    }
    let rendering = rehearsing.rendering;
    let option = move |option: RehearsalOption| {
        let choose = move |event: leptos::ev::MouseEvent| {
            rehearsing.act(page, pressed(&option.key));
            // By the keyboard: this button is gone, and the next thing to do is in the field.
            if let Some(field) = rehearsing.field.get_untracked().filter(|_| event.detail() == 0) {
                let _ = field.focus();
            }
        };
        view! {
            <button type="button" class="button" data-testid="rehearsal-option" disabled=!is_answerable
                on:click=choose>{option.title}</button>
        }
    };
    let options = (rendering == Rendering::Chat).then(|| options.iter().cloned().map(option).collect_view());
    view! {
        <li class="told" data-testid="rehearsal-said">{shown(rendering, lines, !deed.options.is_empty())}</li>
        {options.filter(|options| !options.is_empty()).map(|options| view! { <li class="row">{options}</li> })}
    }
    .into_any()
}

/// What the customer can do.
#[component]
fn Doing(page: Page, rehearsing: Rehearsing, is_over: Memo<bool>) -> impl IntoView {
    let desk = page.desk;
    let (words, send_name) = (desk.flow_words(), desk.words().send);
    let rendering = rehearsing.rendering;
    let (hint, leave) = match rendering {
        Rendering::Chat => (words.say_in_chat, words.leave_chat),
        Rendering::Phone => (words.say_on_phone, words.hang_up),
    };
    let text = RwSignal::new(String::new());
    let act = move |line: String| {
        text.set(String::new());
        rehearsing.act(page, line);
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(line) = typed(rendering, &text.get_untracked()).filter(|_| !is_over.get_untracked()) {
            act(line);
        }
    };
    let press = move |name: char| {
        let menu =
            rehearsing.played.with_untracked(|played| played.as_ref().map(|played| menu(played).to_vec()));
        match key(&text.get_untracked(), name, &menu.unwrap_or_default()) {
            Key::Whole(keys) => act(typed(rendering, &keys).unwrap_or_default()),
            Key::More(keys) => text.set(keys),
        }
    };
    let waits = Memo::new(move |_| {
        rehearsing.played.with(|played| played.as_ref().and_then(|played| played.waits_ms))
    });
    let cannot_wait = Signal::derive(move || is_over.get() || waits.get().is_none());
    let wait = move || match waits.get() {
        Some(ms) => fill(words.wait_for, format::rough(i64::try_from(ms).unwrap_or(i64::MAX))),
        None => words.wait.to_owned(),
    };
    let keypad = (rendering == Rendering::Phone).then(|| view! {
        <div class="keypad" role="group" aria-label=words.keypad>
            {KEYS.into_iter().map(|name| view! {
                <button type="button" class="button" data-testid="key" data-key=name.to_string() aria-label=fill(words.key, name)
                    disabled=is_over on:click=move |_| press(name)>{name.to_string()}</button>
            }).collect_view()}
        </div>
    });
    view! {
        <form class="composer-row" on:submit=send>
            <input type="text" autocomplete="off" aria-label=hint placeholder=hint data-testid="rehearsal-say" node_ref=rehearsing.field
                prop:value=text on:input=move |event| text.set(event_target_value(&event))/>
            <button type="submit" class="icon-button send" aria-label=send_name title=send_name data-testid="rehearsal-send"
                disabled=move || is_over.get() || text.with(|text| text.trim().is_empty())>{icon(icon::SEND)}</button>
        </form>
        {keypad}
        <div class="row">
            {deed("rehearsal-wait", Some(icon::TIMER), TextProp::from(wait), cannot_wait, move || act(SILENCE.to_owned()))}
            {deed("rehearsal-hang-up", Some(icon::LOG_OUT), leave, is_over.into(), move || act(HANGS_UP.to_owned()))}
        </div>
    }
}
