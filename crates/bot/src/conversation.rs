//! What a bot author writes: the conversation, and the way to a person.

use crate::{person, talk::Talk};

/// A bot: the conversation, and the way to a person, which every bot has.
///
/// ```
/// use bot::{Bot, Flow, Menu, Talk, Transfer, Why};
///
/// struct Kiosk;
///
/// impl Bot for Kiosk {
///     fn conversation(talk: &mut Talk) -> Flow {
///         let menu = Menu::new("Hello! What can I do for you?")
///             .option("hours", "Opening hours")
///             .option("person", "Talk to a person")
///             .again("Sorry, I did not get that. Please choose one:");
///         match talk.menu(&menu)?.as_str() {
///             "hours" => talk.say("We are open from 9 to 18."),
///             _ => return Self::person(talk, Why::Asked),
///         }
///         Ok(())
///     }
///
///     fn person(talk: &mut Talk, _why: Why) -> Flow {
///         let topic = talk.ask_once("Of course. What is it about?")?;
///         talk.transfer(Transfer::to_queue("sales", topic))
///     }
/// }
/// ```
pub trait Bot {
    /// Words that name a person: a text with one of these goes to [`Bot::person`] from anywhere in the conversation.
    /// Lower case, without accents.
    const PERSON_WORDS: &'static [&'static str] = person::WORDS;

    /// One round of the conversation. `Ok(())` begins the next one, usually with the menu again.
    fn conversation(talk: &mut Talk) -> Flow;

    /// The contact wants a person, or was not understood twice. Asks with [`Talk::ask_once`] and
    /// [`Talk::menu_once`], which take any answer, so that it always arrives.
    fn person(talk: &mut Talk, why: Why) -> Flow;

    /// The contact has not answered for a while.
    fn silence(talk: &mut Talk) -> Flow {
        talk.end()
    }
}

/// What every part of a conversation returns; `?` hands a [`Stop`] on.
pub type Flow<T = ()> = Result<T, Stop>;

/// Why the conversation does not go on from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A question is open: the next event brings the answer.
    Waiting,
    /// The bot's part is over: handed to a person, or ended.
    Over,
    /// The way leads to [`Bot::person`].
    Person(Why),
    /// The way leads to [`Bot::silence`].
    Silent,
    /// What happened does not fit what is asked: the bot was changed in the middle of this
    /// conversation, which begins anew with the contact's last words.
    Diverged,
}

/// Why [`Bot::person`] is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Asked,
    NotUnderstood,
}
