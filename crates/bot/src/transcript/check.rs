//! Plays a transcript and compares it line by line.

use super::{
    line::{Line, Meaning, lines},
    spoken,
};
use crate::{
    play::{Input, Player, Rendering},
    step::{Context, Event, Turn},
};
use std::{collections::VecDeque, fmt, time::Duration};

/// Longer than any patience.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Where a transcript went differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// From 1 on.
    pub line: usize,
    /// `None`: on none in particular.
    pub on: Option<Rendering>,
    pub why: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { line, on, why } = self;
        match on {
            Some(on) => write!(f, "{line}: on {}: {why}", on.as_str()),
            None => write!(f, "{line}: {why}"),
        }
    }
}

/// What was come through on the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Played {
    /// The places of each conversation, one for each rendering.
    pub paths: Vec<Vec<String>>,
}

type Step<'s> = &'s dyn Fn(Event, &Context) -> Turn;

/// Plays a transcript on all its renderings.
///
/// # Errors
/// With the first line that went differently.
pub fn check(step: Step<'_>, transcript: &str) -> Result<Played, Failure> {
    check_with(step, transcript, |_| {})
}

/// The same with a player that `prepare` has set up: what a flow may do, which version it is.
///
/// # Errors
/// With the first line that went differently.
pub fn check_with(
    step: Step<'_>,
    transcript: &str,
    prepare: impl Fn(&mut Player<'_>),
) -> Result<Played, Failure> {
    let lines = read(transcript)?;
    let mut played = Played::default();
    for rendering in renderings(&lines)? {
        let mut player = Player::new(step, rendering);
        prepare(&mut player);
        played.paths.push(check_on(player, &lines)?);
    }
    Ok(played)
}

fn read(transcript: &str) -> Result<Vec<Line>, Failure> {
    lines(transcript).map_err(|(line, why)| Failure { line, on: None, why })
}

fn renderings(lines: &[Line]) -> Result<Vec<Rendering>, Failure> {
    for line in lines {
        let fail = |why| Failure { line: line.number, on: None, why };
        if let Meaning::On(renderings) = line.meaning().map_err(fail)? {
            return Ok(renderings);
        }
    }
    Ok(Rendering::ALL.to_vec())
}

fn check_on(mut player: Player<'_>, lines: &[Line]) -> Result<Vec<String>, Failure> {
    let rendering = player.rendering;
    let mut done: VecDeque<String> = VecDeque::new();
    let mut last = 0;
    for line in lines.iter().filter(|line| line.holds_on(rendering)) {
        last = line.number;
        let fail = |why| Failure { line: line.number, on: Some(rendering), why };
        match line.meaning().map_err(fail)? {
            Meaning::Comment | Meaning::On(_) => {}
            Meaning::Known(known) => known.apply(&mut player),
            Meaning::Happens(input) => {
                nothing_left(&done).map_err(fail)?;
                done = hear(&mut player, input).map_err(fail)?;
            }
            Meaning::Silence => {
                nothing_left(&done).map_err(fail)?;
                done = silence(&mut player).map_err(fail)?;
            }
            Meaning::Done => next(&mut done, &line.text).map_err(fail)?,
        }
    }
    nothing_left(&done).map_err(|why| Failure { line: last, on: Some(rendering), why })?;
    Ok(player.path)
}

fn hear(player: &mut Player<'_>, input: Input) -> Result<VecDeque<String>, String> {
    Ok(player.hear(input)?.iter().map(spoken::line).collect())
}

/// Time passes until it is too much, once.
fn silence(player: &mut Player<'_>) -> Result<VecDeque<String>, String> {
    let due = player.next_due().unwrap_or(A_DAY);
    hear(player, Input::Waits(due))
}

/// Takes the line from what was done; what nobody notices before it may be passed over.
fn next(done: &mut VecDeque<String>, expected: &str) -> Result<(), String> {
    let found = done.iter().position(|line| matches(expected, line));
    let passed = |upto: usize| done.iter().take(upto).all(|line| !spoken::is_noticed(line));
    match found {
        Some(place) if passed(place) => {
            done.drain(..=place);
            Ok(())
        }
        _ => {
            let noticed = done.iter().find(|line| spoken::is_noticed(line)).or(done.front());
            let does = noticed.map_or("nothing more".to_owned(), |line| indented(line));
            Err(format!("the transcript expects\n{}\nbut the bot does\n{does}", indented(expected)))
        }
    }
}

/// Whether a line is as expected; `…` stands for anything.
fn matches(expected: &str, line: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let parts: Vec<_> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        match rest.find(part) {
            Some(place) => rest = rest.get(place + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn nothing_left(done: &VecDeque<String>) -> Result<(), String> {
    match done.iter().find(|line| spoken::is_noticed(line)) {
        Some(line) => Err(format!("before this, the bot also does\n{}", indented(line))),
        None => Ok(()),
    }
}

/// The transcript with what the bot really does. Where it differs between renderings the first one's is
/// written.
///
/// # Errors
/// With the line that cannot happen.
pub fn rewrite(step: Step<'_>, transcript: &str) -> Result<String, Failure> {
    rewrite_with(step, transcript, |_| {})
}

/// The same with a player that `prepare` has set up.
///
/// # Errors
/// With the line that cannot happen.
pub fn rewrite_with(
    step: Step<'_>,
    transcript: &str,
    prepare: impl Fn(&mut Player<'_>),
) -> Result<String, Failure> {
    let lines = read(transcript)?;
    let rendering = renderings(&lines)?.first().copied().unwrap_or(Rendering::Buttons);
    let mut player = Player::new(step, rendering);
    prepare(&mut player);
    let mut written = String::new();
    for line in &lines {
        let fail = |why| Failure { line: line.number, on: Some(rendering), why };
        let meaning = line.meaning().map_err(fail)?;
        let mark = line.only.map(|only| format!("@{} ", only.as_str())).unwrap_or_default();
        let mut write = |text: &str| written.push_str(&(text.replace('\n', "\n    ") + "\n"));
        if meaning != Meaning::Done || line.only.is_some_and(|only| only != rendering) {
            write(&format!("{mark}{}", line.text));
        }
        if !line.holds_on(rendering) {
            continue;
        }
        let done = match meaning {
            Meaning::Comment | Meaning::On(_) | Meaning::Done => continue,
            Meaning::Known(known) => {
                known.apply(&mut player);
                continue;
            }
            Meaning::Happens(input) => hear(&mut player, input),
            Meaning::Silence => silence(&mut player),
        };
        done.map_err(fail)?.iter().for_each(|line| write(line));
    }
    Ok(written)
}

fn indented(text: &str) -> String {
    format!("    {}", text.replace('\n', "\n    "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bot, Flow, Menu, Talk, Transfer, Why, run::step};

    struct Echo;

    impl Bot for Echo {
        fn conversation(talk: &mut Talk) -> Flow {
            let said = talk.ask_once("Say something:")?;
            talk.set_attribute("said", &said);
            talk.say(format!("You said\n{said}"));
            match talk.menu(&Menu::new("Right?").option("yes", "Yes").option("no", "No"))?.as_str() {
                "yes" => talk.end(),
                _ => Ok(()),
            }
        }

        fn person(talk: &mut Talk, _why: Why) -> Flow {
            talk.transfer(Transfer::to_queue("all", "wants a person"))
        }
    }

    #[test]
    fn a_transcript_is_compared_line_by_line() {
        let begin = "starts\nask: Say something:\n";
        let said = "customer: hi\nbot: You said\n    hi\nmenu: Right? [Yes | No]\n";
        let rows = [
            (begin.to_owned(), None),
            (format!("# note\n{begin}{said}press 1\nend"), None),
            (format!("{begin}{said}customer: NO\nask: Say something:"), None),
            (format!("{begin}customer: hi\nset said=hi\nbot: You …\nmenu: Right? […]"), None),
            (format!("{begin}customer: a person\ntransfer: all - wants …"), None),
            (format!("on phone\n{begin}wait 7s\nend"), None),
            (format!("@phone # 7 seconds there\n{begin}silence\nend"), None),
            (
                "starts\nask: Say anything:".to_owned(),
                Some((
                    2,
                    "the transcript expects\n    ask: Say anything:\nbut the bot does\n    ask: Say something:",
                )),
            ),
            ("starts".to_owned(), Some((1, "before this, the bot also does\n    ask: Say something:"))),
            (
                format!("{begin}end"),
                Some((3, "the transcript expects\n    end\nbut the bot does\nnothing more")),
            ),
            (
                format!("{begin}silence\nend\ncustomer: hello"),
                Some((5, "the bot's part is over: nothing reaches it any more")),
            ),
        ];
        for (transcript, expected) in rows {
            let failed = check(&step::<Echo>, &transcript).err().map(|failure| (failure.line, failure.why));
            assert_eq!(failed, expected.map(|(line, why)| (line, why.to_owned())), "{transcript}");
        }
    }

    #[test]
    fn dots_stand_for_anything() {
        for (expected, line, is) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a…", "ab", true),
            ("…b", "ab", true),
            ("a…c…e", "abcde", true),
            ("a…e…c", "abcde", false),
            ("…", "", true),
        ] {
            assert_eq!(matches(expected, line), is, "{expected} {line}");
        }
    }

    #[test]
    fn a_rewritten_transcript_holds() {
        let transcript = "# note\nlocale es\n\nstarts\ncustomer: one\n  two\nbot: wrong\npress 2";
        let written = rewrite(&step::<Echo>, transcript).unwrap();
        assert_eq!(written.lines().count(), 15, "{written}");
        assert!(check(&step::<Echo>, &written).is_ok(), "{written}");
    }
}
