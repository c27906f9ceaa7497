//! A button for something that is done to a flow. They are many, so there is one of it.

use crate::icon::icon;
use leptos::prelude::*;

pub(super) fn deed(
    testid: &'static str,
    sign: Option<&'static str>,
    text: impl Into<TextProp>,
    disabled: Signal<bool>,
    run: impl Fn() + 'static,
) -> AnyView {
    button(testid, sign, text.into(), disabled, Box::new(run))
}

/// What can be done at any time.
pub(super) fn always() -> Signal<bool> {
    Signal::stored(false)
}

fn button(
    testid: &'static str,
    sign: Option<&'static str>,
    text: TextProp,
    disabled: Signal<bool>,
    run: Box<dyn Fn()>,
) -> AnyView {
    view! {
        <button type="button" class="button" data-testid=testid disabled=disabled on:click=move |_| run()>
            {sign.map(icon)}{move || text.get()}
        </button>
    }
    .into_any()
}
