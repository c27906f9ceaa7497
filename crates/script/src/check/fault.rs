//! What can be wrong with a flow, as facts; [`words`](super::words) says each in every language.

/// The name that is nearly the same as one that does not exist.
pub(super) type Near = Option<String>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Bytes of the file.
    TooLarge(usize),
    /// In the words of who reads TOML, which are English.
    Unread(String),
    TooManyStates,
    NoLanguages,
    /// Not a tag of a language.
    LanguageTag(String),
    /// Neither a key of an intent nor a tag of a language.
    IntentKey(String),
    NoState(String, Near),
    NoStateInside(String, Near),
    NoSubFlow(String, Near),
    NoCalendar(String, Near),
    NoCode(String, Near),
    NoHours(String),
    /// From and to, as they are written in a flow.
    Outside(&'static str, &'static str),
    NeverAsked,
    NotGranted(String),
    OwnTimeZone,
    TwoThings(&'static str, &'static str),
    GoesOn,
    NoElse,
    NoGo,
    NotLearnt,
    /// What can happen there.
    NeverHappens(&'static [&'static str]),
    NeverAnswered,
    NoOptions,
    TooManyOptions(usize),
    OptionNoGo,
    SameOption(String),
    BadKey,
    SameKey(String),
    /// Characters, and how many there may be.
    TooLong(usize, usize),
    /// Characters.
    CutButton(usize),
    EachIncomplete,
    NoShape,
    BadDigits,
    BadWait,
    OnlyQuestions,
    NoCaption,
    NoReceiver,
    NotInside,
    NoSlash,
    TooSlow,
    BodyOfGet,
    NoInto,
    BadSkill,
    NotSaid(Vec<String>),
    UnusedLanguage,
    Empty,
    LinkIsRead,
    /// The problem in the words of who reads templates, which are English, and the template.
    Template(String, String),
    Unset(String, Near),
    /// The example, and the other intent that has it.
    SameExample(String, String),
    /// How many, and the language.
    FewExamples(usize, String),
    NoPerson,
    /// The language, and words that would do.
    NotDisclosed(String, &'static str),
    Unreached,
    Endless,
    RunsItself,
}
