//! Conversations with small flows, on every kind of channel.

use super::{Script, step};
use bot::transcript;

const ORDERS: &str = include_str!("flows/orders.toml");

fn check(flow: &str, conversation: &str) {
    let script = Script::read("flow.toml", flow).unwrap_or_else(|trouble| panic!("{trouble}"));
    if let Err(failure) = transcript::check(&|event, context| step(&script, event, context), conversation) {
        panic!("{failure}\n{conversation}");
    }
}

#[test]
fn an_order_on_every_channel() {
    check(
        ORDERS,
        "name Marta Ruiz
locale es-MX
system shop GET /orders/1042 returns 200 {\"state\": \"shipped\"}
starts
bot: ¡Hola, Marta! Soy el asistente virtual.
menu: ¿En qué te ayudo? [Mi pedido | Una persona]
press 1
ask number: ¿Qué número tiene?
customer: es el 1042
call: GET shop /orders/1042…
set order=1042
bot: Tu pedido 1042 está en camino.
menu: ¿En qué te ayudo? [Mi pedido | Una persona]
customer: quiero hablar con una persona
bot: Te paso con una persona.
transfer: soporte - Pedido 1042",
    );
}

#[test]
fn what_was_said_first_is_not_asked_again() {
    check(
        ORDERS,
        "locale es
system shop GET /orders/1042 returns 200 {\"state\": \"new\"}
starts Hola, ¿dónde está mi pedido 1042?
bot: ¡Hola! Soy el asistente virtual.
bot: Tu pedido 1042 se está preparando.
menu: ¿En qué te ayudo? [Mi pedido | Una persona]",
    );
}

#[test]
fn a_system_that_fails_leads_to_a_person() {
    for answer in ["returns 500", "is down", "returns 200 <html>", "returns 429", "returns 404"] {
        let rest = match answer {
            "returns 404" => "bot: No encuentro el pedido 1042.\nask number: ¿Qué número tiene?",
            _ => {
                "bot: Ahora mismo no puedo consultarlo.\nbot: Te paso con una persona.\ntransfer: soporte - Pedido 1042"
            }
        };
        let conversation = format!(
            "locale es\nsystem shop {answer}\nstarts\nbot: …\nmenu: …\npress 1\nask number: …\ncustomer: 1042\n{rest}"
        );
        check(ORDERS, &conversation);
    }
}

#[test]
fn what_is_not_understood_is_asked_once_more() {
    check(
        ORDERS,
        "locale es
starts
bot: …
menu: ¿En qué te ayudo? […
customer: 😀
menu: Elige una opción, por favor: [Mi pedido | Una persona]
sends audio nota.ogg
bot: Te paso con una persona.
transfer: soporte - ",
    );
}

#[test]
fn silence_is_asked_about_on_the_phone_and_ends_a_chat() {
    check(
        ORDERS,
        "locale en
starts
bot: …
menu: How can I help? […
@phone wait 6s
@phone menu: Are you still there? How can I help? […
@phone wait 6s
@text wait 29m
@text wait 1m
@buttons silence
bot: Goodbye.
end",
    );
}

#[test]
fn keys_on_a_phone() {
    check(
        ORDERS,
        "on phone
locale es
system shop GET /orders/1042 returns 200 {\"state\": \"shipped\"}
starts
bot: …
menu: …
press 7
menu: Elige una opción, por favor: [Mi pedido | Una persona]
press 1
ask number: …
press 1042
bot: Tu pedido 1042 está en camino.
menu: …
press 0
bot: Te paso con una persona.
transfer: soporte - Pedido 1042",
    );
}

#[test]
fn whoever_hangs_up_hears_nothing_more() {
    for place in ["", "press 1\nask number: …\n"] {
        let conversation = format!("locale es\nstarts\nbot: …\nmenu: …\n{place}hangs up");
        check(ORDERS, &conversation);
    }
}
