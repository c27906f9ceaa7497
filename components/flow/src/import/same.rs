//! `wit/bot` is generated twice: for whoever is a bot, in the SDK, and here for whoever calls one. What has the
//! same name is the same.

use super::bindings::centralita::bot::bot as imported;
use bot::step;

/// What is called alike on the other side.
pub(super) trait Same<T> {
    fn same(self) -> T;
}

/// Both sides of these are one type.
macro_rules! plain {
    ($($name:ty),*) => { $(
        impl Same<$name> for $name {
            fn same(self) -> $name {
                self
            }
        }
    )* };
}

plain!(bool, i8, u8, u16, u32, u64, String);

impl<A: Same<B>, B> Same<Option<B>> for Option<A> {
    fn same(self) -> Option<B> {
        self.map(Same::same)
    }
}

impl<A: Same<B>, B> Same<Vec<B>> for Vec<A> {
    fn same(self) -> Vec<B> {
        self.into_iter().map(Same::same).collect()
    }
}

macro_rules! record {
    ($from:ident to $to:ident: $($name:ident { $($field:ident),* })*) => { $(
        impl Same<$to::$name> for $from::$name {
            fn same(self) -> $to::$name {
                let $from::$name { $($field),* } = self;
                $to::$name { $($field: $field.same()),* }
            }
        }
    )* };
}

/// Cases with a value stand before the bar, those without behind it.
macro_rules! variant {
    ($from:ident to $to:ident: $($name:ident { $($full:ident),* | $($empty:ident),* })*) => { $(
        impl Same<$to::$name> for $from::$name {
            fn same(self) -> $to::$name {
                match self {
                    $($from::$name::$full(value) => $to::$name::$full(value.same()),)*
                    $($from::$name::$empty => $to::$name::$empty,)*
                }
            }
        }
    )* };
}

record! { step to imported:
    Speech { text, confidence }
    Media { text, files }
    ReceivedFile { kind, mime, name, words }
    Outcome { id, found }
    CallAnswer { status, body }
    Article { id, title, answer, url, score }
    QueueState { open, opens, waiting, estimated_wait_ms, agents }
    Context { contact, channel, locale, attributes, history, memory, now, flow }
    Contact { name, phone, email, locale, fields }
    Channel { name, spoken, buttons_max, list_max, text_max, files }
    Past { channel, at, topic, disposition, open }
    Flow { name, version, source }
    Attribute { name, value }
    LocalTime { year, month, day, weekday, hour, minute }
}

variant! { step to imported:
    Event { Started, Text, Choice, Digits, Speech, Media, Outcome | Silence, Timer, HangUp }
    Finding { Answer, Articles, Contact, Queue | }
}

record! { imported to step:
    Turn { actions, memory, path }
    Prompt { text, audio, ssml, interruptible }
    Menu { prompt, options, patience_ms }
    MenuOption { id, title, key, spoken }
    Question { prompt, expected, digits, hints, patience_ms }
    DigitCount { min, max, end_key }
    SentFile { system, path, name, caption }
    Call { id, system, method, path, headers, body, attempts, within_ms }
    Header { name, value }
    Search { id, question, at_most }
    Identity { id, scheme, value }
    QueueQuestion { id, queue }
    Attribute { name, value }
    SurveyAnswer { survey, question, answer, score }
    Score { points, of }
    Callback { phone, at, wait }
    LocalTime { year, month, day, weekday, hour, minute }
    Transfer { to, topic, priority, skills }
    Skill { name, level }
}

variant! { imported to step:
    Action {
        Say, Menu, Ask, Send, Wait, Call, Search, FindContact, CheckQueue, SetAttribute, SetContact, Survey,
        Record, Callback, Transfer, Fail | End
    }
    Expectation { | Anything, Number, Name, Phone, Email, Date, Amount, Document, YesNo, Message }
    Method { | Get, Post, Put, Patch, Delete }
    HeaderValue { Plain, Secret | }
    ContactDetail { Name, Phone, Email, Locale | }
    Recording { | Start, Pause, Resume, Stop }
    Target { Queue, Flow | }
}
