//! A sheet over the screen: the browser keeps the focus in it and closes it on Esc.

use crate::desk::Desk;
use crate::icon::{self, icon};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

#[component]
pub(crate) fn Sheet(
    title: &'static str,
    #[prop(optional)] wide: bool,
    /// Without a head of its own: what is in it begins with a field.
    #[prop(optional)]
    bare: bool,
    children: Children,
) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = node.get() {
            let _ = dialog.show_modal();
        }
    });
    let close = move || desk.dialog.set(None);
    // A press on the sheet's own node, not on what is in it, is one beside it.
    let beside = move |event: leptos::ev::MouseEvent| {
        let target: Option<web_sys::Element> = event.target().and_then(|target| target.dyn_into().ok());
        if target.is_some_and(|element| element.tag_name() == "DIALOG") {
            close();
        }
    };
    view! {
        <dialog class="sheet" class:wide=wide class:bare=bare aria-label=title node_ref=node data-testid="dialog"
            on:close=move |_| close() on:mousedown=beside>
            <div class="sheet-body">
                <Show when=move || !bare>
                    <header>
                        <h2>{title}</h2>
                        <button class="icon-button" aria-label=words.close data-testid="dialog-close"
                            on:click=move |_| close()>{icon(icon::CLOSE)}</button>
                    </header>
                </Show>
                {children()}
            </div>
        </dialog>
    }
}
