use super::any_of;
use crate::check::{
    STATES_MAX,
    fault::{Fault, Near},
    intent::EXAMPLES_MIN,
    state::{BUTTON_MAX, OPTIONS_MAX},
};
use domain::flow::TEXT_BYTES_MAX;

pub(super) fn words(fault: &Fault) -> String {
    match fault {
        Fault::TooLarge(bytes) => format!("{bytes} bytes: at most {}", TEXT_BYTES_MAX),
        Fault::Unread(problem) => problem.clone(),
        Fault::TooManyStates => {
            format!("more than {} states: another flow can take over with transfer", STATES_MAX)
        }
        Fault::NoLanguages => "name at least one language, e.g. [\"es\"]".into(),
        Fault::LanguageTag(tag) => format!("{tag:?} should be written like es or pt-BR"),
        Fault::IntentKey(key) => format!("{key:?} is neither go nor a language like es"),
        Fault::NoState(name, other) => format!("there is no state {name:?}{}", near(other)),
        Fault::NoStateInside(name, other) => format!("there is no state {name:?} in it{}", near(other)),
        Fault::NoSubFlow(name, other) => format!("there is no sub-flow {name:?}{}", near(other)),
        Fault::NoCalendar(name, other) => format!("there is no calendar {name:?}{}", near(other)),
        Fault::NoCode(name, other) => format!("there is no code {name:?} in [code]{}", near(other)),
        Fault::NoHours(name) => format!("there are no hours named {name:?}"),
        Fault::Outside(from, to) => format!("should be from {from} to {to}"),
        Fault::NeverAsked => "a question is asked at least once".into(),
        Fault::NotGranted(system) => {
            format!("name {system:?} in flow.systems, for all to see what the flow may call")
        }
        Fault::OwnTimeZone => {
            "a flow goes by the center's clock (`time_zone` of the deployment): leave it out".into()
        }
        Fault::TwoThings(first, second) => format!("a state does one thing: {first} or {second}, not both"),
        Fault::GoesOn => "it never goes on: nothing comes after it".into(),
        Fault::NoElse => "say with else where it goes when no case holds".into(),
        Fault::NoGo => "say with go where it goes on, or end = true".into(),
        Fault::NotLearnt => "what can be learnt is name, phone, email and locale".into(),
        Fault::NeverHappens([]) => "this never happens here: nothing can".into(),
        Fault::NeverHappens(can) => format!("this never happens here: what can is {}", any_of(can, "or")),
        Fault::NeverAnswered => {
            "this never happens here: what can is error or a status such as 404 or 4xx".into()
        }
        Fault::NoOptions => "a menu needs options: [[state.NAME.option]]".into(),
        Fault::TooManyOptions(count) => format!("{count} options: at most {}", OPTIONS_MAX),
        Fault::OptionNoGo => "say with go where this option leads".into(),
        Fault::SameOption(id) => format!("two options are {id:?}: give one of them an id"),
        Fault::BadKey => "a key is one of 0 to 9, * and #".into(),
        Fault::SameKey(key) => format!("two options have the key {key}"),
        Fault::TooLong(length, most) => format!("{length} characters: at most {most}"),
        Fault::CutButton(length) => {
            format!("{length} characters: some channels cut a button's title after {}", BUTTON_MAX)
        }
        Fault::EachIncomplete => "each needs a title for its options and a go".into(),
        Fault::NoShape => "say with code which shape of [code] it has".into(),
        Fault::BadDigits => "min should not be more than max, and max at least 1".into(),
        Fault::BadWait => "should be more than nothing and at most 24h".into(),
        Fault::OnlyQuestions => "only a menu or an ask has this".into(),
        Fault::NoCaption => "where files cannot be sent, on the phone, the caption is said: give one".into(),
        Fault::NoReceiver => "give the queue or the flow that takes over".into(),
        Fault::NotInside => "only a sub-flow is done: here it is end = true".into(),
        Fault::NoSlash => "a path begins with /".into(),
        Fault::TooSlow => "nobody waits longer than 5s for a turn".into(),
        Fault::BodyOfGet => "what only reads has no body: method = \"POST\"".into(),
        Fault::NoInto => "say with into which variable takes what is found".into(),
        Fault::BadSkill => "a skill has a level from 1 to 10, and no : or , in its name".into(),
        Fault::NotSaid(locales) => format!("it is not said in {}", locales.join(", ")),
        Fault::UnusedLanguage => "no language of flow.locales: nobody will read it".into(),
        Fault::Empty => "an empty text".into(),
        Fault::LinkIsRead => "nobody can note an address that is read to them: give spoken, too".into(),
        Fault::Template(problem, template) => format!("{problem} in {template:?}"),
        Fault::Unset(name, other) => format!("nothing sets {name:?}{}", near(other)),
        Fault::SameExample(example, other) => format!("{example:?} is an example of {other:?}, too"),
        Fault::FewExamples(count, locale) => {
            format!("{count} examples in {locale}: with fewer than {} it is a guess", EXAMPLES_MIN)
        }
        Fault::NoPerson => {
            "the main menu needs a direct way to a person: an option that leads to a transfer".into()
        }
        Fault::NotDisclosed(locale, example) => format!(
            "before anything is asked, it has to say that it is a machine, in {locale}: e.g. \"{example}\""
        ),
        Fault::Unreached => "nothing leads here".into(),
        Fault::Endless => "from here it goes round for ever: no way leads to an end or to a person".into(),
        Fault::RunsItself => "it runs itself, and would never come back".into(),
    }
}

fn near(other: &Near) -> String {
    other.as_ref().map(|other| format!(": did you mean {other:?}?")).unwrap_or_default()
}
