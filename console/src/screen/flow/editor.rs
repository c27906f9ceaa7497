//! The text of a flow, with the numbers of its lines, and what is wrong with it while one types.

use super::page::{Check, Page};
use super::publishing::{Publishing, Standing};
use crate::flow::source;
use crate::icon::{self, icon};
use crate::language::fill;
use api::flow::TextProblem;
use leptos::html;
use leptos::prelude::*;

#[component]
pub(super) fn Editor(page: Page) -> impl IntoView {
    view! {
        <Standing page/>
        <div class="editing">
            <Text page/>
            <Problems page/>
        </div>
        <Publishing page/>
    }
}

#[component]
fn Text(page: Page) -> impl IntoView {
    let words = page.desk.flow_words();
    let (field, margin) = (NodeRef::<html::Textarea>::new(), NodeRef::<html::Pre>::new());
    let lines = Memo::new(move |_| page.text.with(|text| source::lines(text)));
    let numbers = Memo::new(move |_| page.problems.with(|problems| source::margin(lines.get(), problems)));
    let follow = move || {
        if let Some((field, margin)) = field.get_untracked().zip(margin.get_untracked()) {
            margin.set_scroll_top(field.scroll_top());
        }
    };
    Effect::new(move |_| {
        let (Some(line), Some(field)) = (page.line.get(), field.get()) else { return };
        page.line.set(None);
        // A field that has just come has its text in the next frame.
        request_animation_frame(move || show(page, &field, line));
    });
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("s") {
            event.prevent_default();
            page.save_draft();
        }
    };
    let has_errors = move || page.problems.with(|problems| source::tally(problems).0 > 0).to_string();
    view! {
        <div class="code">
            <pre class="numbers" aria-hidden="true" node_ref=margin>{move || numbers.get().into_iter().map(|numbers| {
                let source::Numbers { text, is_error } = numbers;
                match is_error {
                    None => text.into_any(),
                    Some(is_error) => view! { <b class:wrong=is_error>{text}</b> }.into_any(),
                }
            }).collect_view()}</pre>
            <textarea wrap="off" spellcheck="false" autocapitalize="none" autocomplete="off" data-testid="flow-text"
                aria-label=words.text_of_flow aria-describedby="flow-problems" aria-invalid=has_errors node_ref=field
                prop:value=page.text on:input=move |event| page.write(event_target_value(&event))
                on:keydown=pressed on:scroll=move |_| follow()></textarea>
            <Show when=move || page.text.with(String::is_empty)>
                <button type="button" class="button begin" data-testid="flow-example" on:click=move |_| page.write(example(page))>
                    {words.begin_with_example}
                </button>
            </Show>
        </div>
    }
}

/// Selects a line, and scrolls to it.
fn show(page: Page, field: &web_sys::HtmlTextAreaElement, line: usize) {
    let here = page.text.try_with_untracked(|text| (source::range(text, line), source::lines(text)));
    let Some(((begins, ends), lines)) = here else { return };
    let _ = field.focus();
    let _ = field.set_selection_range(begins, ends);
    let height = field.scroll_height() / i32::try_from(lines).unwrap_or(i32::MAX);
    let above = i32::try_from(line).unwrap_or(i32::MAX).saturating_sub(1).saturating_mul(height);
    field.set_scroll_top(above - field.client_height() / 3);
}

/// A flow that works: it greets, and passes on to the center's first queue.
fn example(page: Page) -> String {
    let words = page.desk.flow_words();
    let locale = page.desk.language.get_untracked().tag();
    let queue = page.desk.work.with_untracked(|work| work.queues.first().map(|queue| queue.id.clone()));
    let queue = queue.unwrap_or_default();
    let (hello, person, reason) = (words.example_hello, words.example_person, words.example_reason);
    format!(
        "[flow]\nlocales = [\"{locale}\"]\nstart = \"hello\"\nperson = \"person\"\n\n\
         [state.hello]\nmenu = \"{hello}\"\n\n\
         [[state.hello.option]]\ntitle = \"{person}\"\nkey = \"0\"\ngo = \"person\"\n\n\
         [state.person]\ntransfer = {{ queue = \"{queue}\", topic = \"{reason}\" }}\n"
    )
}

/// What is wrong, line by line; a press goes there.
#[component]
fn Problems(page: Page) -> impl IntoView {
    let words = page.desk.flow_words();
    let summary = move || {
        let (errors, warnings) = page.problems.with(|problems| source::tally(problems));
        match page.check.get() {
            Check::UnderWay => words.checking.to_owned(),
            Check::Failed => words.not_checked.to_owned(),
            Check::Done if errors + warnings == 0 => words.no_problems.to_owned(),
            Check::Done => {
                let counted = [(errors, words.errors), (warnings, words.warnings)];
                let counted = counted.into_iter().filter(|(count, _)| 0 < *count);
                counted.map(|(count, text)| fill(text, count)).collect::<Vec<_>>().join(" · ")
            }
        }
    };
    let state = move || match page.check.get() {
        Check::Done => "done",
        Check::UnderWay => "under-way",
        Check::Failed => "failed",
    };
    view! {
        <section class="panel flow-problems" id="flow-problems" aria-label=words.problems>
            <header><h2>{words.problems}</h2>
                <p class="hint" role="status" data-testid="flow-check" data-state=state>{summary}</p>
            </header>
            <ol>{move || page.problems.get().into_iter().map(|problem| row(page, problem)).collect_view()}</ol>
        </section>
    }
}

fn row(page: Page, problem: TextProblem) -> AnyView {
    let words = page.desk.flow_words();
    let line = source::line(&problem);
    let TextProblem { key, problem, is_error, .. } = problem;
    let place = if line == 0 { words.whole_text.to_owned() } else { fill(words.line, line) };
    let (sign, kind) = if is_error { (icon::FAILURES, words.error) } else { (icon::ALERT, words.warning) };
    view! {
        <li>
            <button type="button" class="flow-problem" class:wrong=is_error data-testid="flow-problem" data-line=line
                on:click=move |_| page.go_to(line.max(1))>
                <b>{icon(sign)}{kind}" · "{place}</b>
                {(!key.is_empty()).then(|| view! { <code>{key}</code> })}
                <span>{problem}</span>
            </button>
        </li>
    }
    .into_any()
}
