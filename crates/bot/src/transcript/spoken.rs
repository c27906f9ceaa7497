//! How a transcript writes what a bot does.

use crate::{
    play::Deed,
    step::{
        Action, ContactDetail, Expectation, HeaderValue, LocalTime, Menu, Question, Recording, Target,
        Transfer,
    },
};

/// One line; its text may go on in indented ones.
pub fn line(deed: &Deed) -> String {
    let line = match deed {
        Deed::Broke(why) => format!("breaks: {why}"),
        Deed::Did(action) => action_line(action),
    };
    let lines = line.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether a customer notices it.
pub fn is_noticed(line: &str) -> bool {
    let quiet = ["call: ", "search: ", "find: ", "check: ", "set ", "learn ", "survey: ", "record: "];
    !quiet.iter().any(|word| line.starts_with(word))
}

fn action_line(action: &Action) -> String {
    match action {
        Action::Say(prompt) => format!("bot: {}", prompt.text),
        Action::Menu(Menu { prompt, options, .. }) => {
            let titles: Vec<_> = options.iter().map(|option| option.title.as_str()).collect();
            format!("menu: {} [{}]", prompt.text, titles.join(" | "))
        }
        Action::Ask(Question { prompt, expected, .. }) => match expectation(*expected) {
            Some(expected) => format!("ask {expected}: {}", prompt.text),
            None => format!("ask: {}", prompt.text),
        },
        Action::Send(file) => match &file.caption {
            Some(caption) => format!("send: {} ({} {}) {caption}", file.name, file.system, file.path),
            None => format!("send: {} ({} {})", file.name, file.system, file.path),
        },
        Action::Wait(time) => format!("wait: {time} ms"),
        Action::Call(call) => {
            let headers = call.headers.iter().map(|header| match &header.value {
                HeaderValue::Plain(value) => format!(" {}={value}", header.name),
                HeaderValue::Secret(name) => format!(" {}=secret:{name}", header.name),
            });
            let (method, headers) = (call.method.as_str(), headers.collect::<String>());
            format!("call: {method} {} {}{headers} {}", call.system, call.path, call.body)
        }
        Action::Search(search) => format!("search: {}", search.question),
        Action::FindContact(identity) => format!("find: {} {}", identity.scheme, identity.value),
        Action::CheckQueue(question) => format!("check: {}", question.queue),
        Action::SetAttribute(attribute) => format!("set {}={}", attribute.name, attribute.value),
        Action::SetContact(detail) => match detail {
            ContactDetail::Name(name) => format!("learn name {name}"),
            ContactDetail::Phone(phone) => format!("learn phone {phone}"),
            ContactDetail::Email(email) => format!("learn email {email}"),
            ContactDetail::Locale(locale) => format!("learn locale {locale}"),
        },
        Action::Survey(answer) => {
            let score =
                answer.score.map(|score| format!(" ({}/{})", score.points, score.of)).unwrap_or_default();
            format!("survey: {} {} = {}{score}", answer.survey, answer.question, answer.answer)
        }
        Action::Record(recording) => format!(
            "record: {}",
            match recording {
                Recording::Start => "start",
                Recording::Pause => "pause",
                Recording::Resume => "resume",
                Recording::Stop => "stop",
            }
        ),
        Action::Callback(callback) => {
            let phone = callback.phone.as_ref().map(|phone| format!(" {phone}")).unwrap_or_default();
            let at = callback.at.map(|at| format!(" at {}", clock(at))).unwrap_or_default();
            format!("callback:{phone}{at} {}", transfer(&callback.wait))
        }
        Action::Transfer(to) => format!("transfer: {}", transfer(to)),
        Action::End => "end".to_owned(),
        Action::Fail(why) => format!("breaks: {why}"),
    }
}

fn transfer(transfer: &Transfer) -> String {
    let to = match &transfer.to {
        Target::Queue(queue) => queue.clone(),
        Target::Flow(flow) => format!("flow {flow}"),
    };
    let skills: Vec<_> =
        transfer.skills.iter().map(|skill| format!("{}:{}", skill.name, skill.level)).collect();
    let skills = if skills.is_empty() { String::new() } else { format!(" skills {}", skills.join(",")) };
    let priority = match transfer.priority {
        0 => String::new(),
        priority => format!(" priority {priority}"),
    };
    format!("{to}{priority}{skills} - {}", transfer.topic)
}

fn clock(at: LocalTime) -> String {
    let LocalTime { year, month, day, hour, minute, .. } = at;
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

fn expectation(expected: Expectation) -> Option<&'static str> {
    Some(match expected {
        Expectation::Anything => return None,
        Expectation::Number => "number",
        Expectation::Name => "name",
        Expectation::Phone => "phone",
        Expectation::Email => "email",
        Expectation::Date => "date",
        Expectation::Amount => "amount",
        Expectation::Document => "document",
        Expectation::YesNo => "yes-no",
        Expectation::Message => "message",
    })
}
