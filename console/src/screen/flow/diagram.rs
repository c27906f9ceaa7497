//! A flow as a diagram, with how many conversations are at each place, came through it or were lost there.
//!
//! The server draws it. Before it is shown it is read as XML, not as HTML, and shown only if there is nothing
//! but shapes and texts in it: what stands in a flow is never part of this page.

use super::page::Page;
use super::places::Places;
use crate::flow::{self, Count, Place};
use crate::http::{self, Failure};
use crate::icon::{self, icon};
use crate::language::fill;
use crate::screen::fetched::{Absence, absent};
use api::flow::{FlowFigures, FlowNow, FlowVersion};
use api::rehearsal::{FlowDiagram, FlowText};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeMap;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{DomParser, Element, SupportedType};

/// How often it is looked at again while it is on the screen.
const EVERY: Duration = Duration::from_secs(15);

/// All that a diagram is made of.
const SHAPES: &str = "svg, title, defs, marker, path, g, rect, text";

/// What is drawn; `None`: the text in the editor.
type Edition = Option<u32>;

#[derive(Clone, PartialEq)]
enum Drawn {
    Not(Absence),
    /// Why it cannot be.
    Wrong(String),
    Nothing,
    Here(String),
}

/// What this part of the page knows.
#[derive(Clone, Copy)]
struct View {
    page: Page,
    edition: RwSignal<Edition>,
    count: RwSignal<Count>,
    drawn: RwSignal<Drawn>,
    /// How many conversations are in the flow, of any version.
    now: RwSignal<Option<FlowNow>>,
    figures: RwSignal<Option<FlowFigures>>,
    /// Of the edition; `None`: not here yet.
    source: RwSignal<Option<String>>,
}

#[component]
pub(super) fn Diagram(page: Page) -> impl IntoView {
    let live = page.flow.with_untracked(|flow| flow.as_ref().and_then(|flow| flow::foremost(&flow.live)));
    let view = View {
        page,
        edition: RwSignal::new(live),
        count: RwSignal::new(Count::Now),
        drawn: RwSignal::new(Drawn::Not(Absence::Loading)),
        now: RwSignal::default(),
        figures: RwSignal::default(),
        source: RwSignal::default(),
    };
    Effect::new(move |_| view.load(view.edition.get()));
    let counts = Memo::new(move |_| view.places(|places| flow::counts(places, view.count.get())));
    Effect::new(move |_| {
        if let Some(source) = view.source.get() {
            view.draw(source, counts.get());
        }
    });
    let again = set_interval_with_handle(move || view.look_again(), EVERY).ok();
    on_cleanup(move || again.into_iter().for_each(|handle| handle.clear()));
    let words = page.desk.flow_words();
    let here = move || view.now.with(|now| now.as_ref().map(|now| fill(words.here_now, now.conversations)));
    let places = Signal::derive(move || view.places(BTreeMap::clone));
    let svg = Memo::new(move |_| match view.drawn.get() {
        Drawn::Here(svg) => svg,
        _ => String::new(),
    });
    let is_drawn = Memo::new(move |_| matches!(view.drawn.get(), Drawn::Here(_)));
    view! {
        <div class="flow-tools">
            <Editions view/>
            <Show when=move || is_drawn.get() && view.edition.get().is_some()><Counts view/></Show>
            <p class="hint" data-testid="flow-now">{here}</p>
        </div>
        <Show when=move || is_drawn.get()><Drawing page svg/></Show>
        {move || match view.drawn.get() {
            Drawn::Here(_) => ().into_any(),
            Drawn::Not(why) => absent(page.desk, why, words.not_found, move || view.load(view.edition.get_untracked())),
            Drawn::Nothing => view! { <p class="hint middle">{if page.is_scripted() { words.nothing_written } else { words.no_text }}</p> }.into_any(),
            Drawn::Wrong(why) => view! {
                <div class="panel" role="alert" data-testid="not-drawn"><p class="why">{icon(icon::ALERT)}{words.not_drawn}</p><p>{why}</p></div>
            }.into_any(),
        }}
        <Show when=move || view.edition.get().is_none()><p class="hint middle">{words.draft_counts}</p></Show>
        <Show when=move || view.figures.with(Option::is_some)><Places page places/></Show>
    }
}

impl View {
    /// What is known of the places of the edition; of the editor's text nothing is.
    fn places<T: Default>(self, read: impl FnOnce(&BTreeMap<String, Place>) -> T) -> T {
        let (Some(version), Some(now), Some(figures)) =
            (self.edition.get(), self.now.get(), self.figures.get())
        else {
            return T::default();
        };
        read(&flow::places(version, &now, &figures))
    }

    fn load(self, edition: Edition) {
        self.figures.set(None);
        self.source.set(None);
        self.drawn.set(Drawn::Not(Absence::Loading));
        self.look_again();
        let Some(version) = edition else {
            return self.source.set(Some(self.page.text.get_untracked()));
        };
        let path = self.page.path(&format!("/versions/{version}"));
        spawn_local(async move {
            let answer = http::get::<FlowVersion>(&path).await;
            if self.edition.try_get_untracked() != Some(edition) {
                return;
            }
            match answer {
                Ok(version) => self.source.set(Some(version.text.unwrap_or_default())),
                Err(failure) => self.fail(&failure),
            }
        });
    }

    fn fail(self, failure: &Failure) {
        match failure {
            Failure::LoggedOut => self.page.desk.session_over(),
            Failure::Offline => self.drawn.set(Drawn::Not(Absence::Failed)),
            Failure::Refused(problem) => {
                let why = problem.detail.clone().unwrap_or_else(|| problem.title.clone());
                self.drawn.set(Drawn::Wrong(why));
            }
        }
    }

    /// Where the conversations are. Only what is new changes the screen, and is a reason to ask for more.
    fn look_again(self) {
        if document().hidden() {
            return;
        }
        let edition = self.edition.get_untracked();
        let now = self.page.path("/now");
        let figures = edition.map(|version| self.page.path(&format!("/figures?version={version}")));
        spawn_local(async move {
            // A lost line is told elsewhere; the next look finds it again.
            let Ok(now) = http::get::<FlowNow>(&now).await else { return };
            if self.edition.try_get_untracked() != Some(edition) {
                return;
            }
            let is_new = self.now.with_untracked(|known| known.as_ref() != Some(&now));
            if is_new {
                self.now.set(Some(now));
            }
            let Some(path) = figures.filter(|_| is_new || self.figures.with_untracked(Option::is_none))
            else {
                return;
            };
            let figures = http::get::<FlowFigures>(&path).await;
            if let (Ok(figures), true) = (figures, self.edition.try_get_untracked() == Some(edition)) {
                self.figures.set(Some(figures));
            }
        });
    }

    fn draw(self, source: String, counts: BTreeMap<String, u64>) {
        if source.trim().is_empty() {
            return self.drawn.set(Drawn::Nothing);
        }
        let asked = FlowText { source, counts };
        spawn_local(async move {
            let answer = http::post::<_, FlowDiagram>("/flows/diagram", &asked).await;
            if self.source.try_with_untracked(|now| now.as_ref() == Some(&asked.source)) != Some(true) {
                return;
            }
            match answer {
                Ok(diagram) => self.drawn.set(Drawn::Here(diagram.svg)),
                Err(failure) => self.fail(&failure),
            }
        });
    }
}

/// The versions that are live, those that still have conversations, and the draft.
#[component]
fn Editions(view: View) -> impl IntoView {
    let words = view.page.desk.flow_words();
    let versions = Memo::new(move |_| {
        let live =
            view.page.flow.with(|flow| flow.as_ref().map(|flow| flow.live.clone()).unwrap_or_default());
        let now = view.now.get().map(|now| now.places).unwrap_or_default();
        let mut versions: Vec<u32> = live.iter().map(|share| share.version).collect();
        versions.extend(now.iter().map(|at| at.version));
        versions.sort_unstable_by(|one, other| other.cmp(one));
        versions.dedup();
        versions
    });
    let value = move || view.edition.get().map(|version| version.to_string()).unwrap_or_default();
    let draft = view.page.is_scripted().then(|| view! { <option value="">{words.draft}</option> });
    view! {
        <label class="pick">{words.of_what}
            <select data-testid="flow-edition" prop:value=value
                on:change=move |event| view.edition.set(event_target_value(&event).parse().ok())>
                {move || versions.get().into_iter().map(|version| view! {
                    <option value=version selected=move || view.edition.get() == Some(version)>{fill(words.version, version)}</option>
                }).collect_view()}
                {draft}
            </select>
        </label>
    }
}

#[component]
fn Counts(view: View) -> impl IntoView {
    let words = view.page.desk.flow_words();
    let names = [words.count_now, words.count_visits, words.count_abandoned];
    view! {
        <div class="choice" role="group" aria-label=words.count_what>
            {Count::ALL.into_iter().zip(names).map(|(count, name)| view! {
                <button type="button" data-testid=format!("count-{}", count.name())
                    aria-pressed=move || (view.count.get() == count).to_string()
                    on:click=move |_| view.count.set(count)>{name}</button>
            }).collect_view()}
        </div>
    }
}

/// A press on a place, or Enter, shows where it is written.
#[component]
fn Drawing(page: Page, svg: Memo<String>) -> impl IntoView {
    let words = page.desk.flow_words();
    let node = NodeRef::<html::Div>::new();
    // Drawn anew, it stands where it was looked at, and the place that had the focus has it again.
    Effect::new(move |before: Option<bool>| {
        let Some(node) = node.get() else { return false };
        let focus = document().active_element().and_then(|element| element.get_attribute("data-place"));
        let Some(shapes) = svg.with(|svg| shapes(svg)) else { return before == Some(true) };
        node.replace_children_with_node_1(&shapes);
        if before != Some(true) {
            show_the_beginning(&node);
        }
        let places = node.query_selector_all("[data-place]").ok();
        let places = places
            .into_iter()
            .flat_map(|places| (0..places.length()).filter_map(move |index| places.get(index)));
        let mut places = places.filter_map(|place| place.dyn_into::<web_sys::SvgElement>().ok());
        if let Some(place) = focus
            .and_then(|focus| places.find(|place| place.get_attribute("data-place").as_ref() == Some(&focus)))
        {
            let _ = place.focus();
        }
        true
    });
    let open = move |target: Option<web_sys::EventTarget>| {
        let target: Option<Element> = target.and_then(|target| target.dyn_into().ok());
        let place = target.and_then(|target| target.closest("[data-place]").ok()?);
        if let Some(place) = place.and_then(|place| place.get_attribute("data-place")) {
            page.go_to_place(&place);
        }
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" {
            // It would write a line into the text that has the focus next.
            event.prevent_default();
            open(event.target());
        }
    };
    view! {
        <div class="panel diagram" data-testid="flow-diagram" role="group" aria-label=words.diagram title=words.to_the_text node_ref=node
            on:click=move |event| open(event.target())
            on:keydown=pressed></div>
    }
}

/// A large one begins in its middle.
fn show_the_beginning(node: &Element) {
    if let Ok(Some(start)) = node.query_selector(".pill.start") {
        let left = start.get_bounding_client_rect().left() - node.get_bounding_client_rect().left();
        node.set_scroll_left(node.scroll_left() + left as i32 - node.client_width() / 2);
    }
}

/// `None`: it is no diagram of ours.
fn shapes(svg: &str) -> Option<Element> {
    let parsed = DomParser::new().ok()?.parse_from_string(svg, SupportedType::ImageSvgXml).ok()?;
    let root = parsed.document_element()?;
    let is_strange = root.query_selector(&format!(":not({SHAPES})")).ok()?.is_some();
    (root.tag_name() == "svg" && !is_strange).then_some(root)
}
