//! Makes itself heard and seen when work rings: a tone, the window's title, a system notification.

use leptos::prelude::{document, window};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{AudioContext, Notification, NotificationOptions, NotificationPermission, OscillatorType};

thread_local! {
    /// Browsers allow a page only a few, and only after it was touched: one is made and kept.
    static AUDIO: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
}

/// One ring: two soft notes, a fifth apart, half a second in all.
pub(crate) fn ring() {
    AUDIO.with_borrow_mut(|audio| {
        if audio.is_none() {
            *audio = AudioContext::new().ok();
        }
        if let Some(audio) = audio {
            let _ = audio.resume();
            let _ = note(audio, 587.33, 0.0).and_then(|()| note(audio, 880.0, 0.18));
        }
    });
}

fn note(audio: &AudioContext, hertz: f32, after_s: f64) -> Result<(), wasm_bindgen::JsValue> {
    let begin = audio.current_time() + after_s;
    let (tone, volume) = (audio.create_oscillator()?, audio.create_gain()?);
    tone.set_type(OscillatorType::Sine);
    tone.frequency().set_value(hertz);
    volume.gain().set_value_at_time(0.0001, begin)?;
    volume.gain().exponential_ramp_to_value_at_time(0.25, begin + 0.03)?;
    volume.gain().exponential_ramp_to_value_at_time(0.0001, begin + 0.38)?;
    tone.connect_with_audio_node(&volume)?.connect_with_audio_node(&audio.destination())?;
    tone.start_with_when(begin)?;
    tone.stop_with_when(begin + 0.4)
}

pub(crate) fn title(text: &str) {
    document().set_title(text);
}

pub(crate) fn permission() -> NotificationPermission {
    Notification::permission()
}

pub(crate) fn ask_permission() {
    let _ = Notification::request_permission();
}

/// A click brings the desk to the front and runs `opened`. The same `tag` replaces an earlier one.
pub(crate) fn notify(title: &str, body: &str, tag: &str, opened: impl Fn() + 'static) {
    if permission() != NotificationPermission::Granted || !document().hidden() {
        return;
    }
    let options = NotificationOptions::new();
    options.set_body(body);
    options.set_tag(tag);
    options.set_icon("/desk/icon.svg");
    if let Ok(notification) = Notification::new_with_options(title, &options) {
        let clicked = notification.clone();
        let click = Closure::<dyn Fn()>::new(move || {
            let _ = window().focus();
            clicked.close();
            opened();
        });
        notification.set_onclick(Some(click.as_ref().unchecked_ref()));
        // Lives as long as the page: the notification may be clicked at any time.
        click.forget();
    }
}
