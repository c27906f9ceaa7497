//! A flow's text, checked, drawn and played before anybody meets it.

use crate::flow::{self, NAME};
use api::rehearsal::{
    FlowDiagram, FlowImport, FlowImportNote, FlowImported, FlowProblems, FlowText, Rehearsal, RehearsalDeed,
    RehearsalOption, RehearsalQuestion, RehearsalStep,
};
use bot::{
    play::{Deed, Input, Player, Rendering, rendering},
    step::{Action, Context, Event},
    transcript::{
        line::{Line, Meaning},
        spoken,
    },
};
use script::{Language, Script, diagram, voicexml};
use shell::failure::{Failure, Result};
use written::Trouble;

const DOCUMENT: &str = "voicexml";
/// Lines of a rehearsal: it is played from its beginning each time.
const LINES_MAX: usize = 500;

pub fn check(text: &FlowText, language: Language) -> FlowProblems {
    FlowProblems { problems: flow::problems(&text.source, language) }
}

pub fn diagram(text: &FlowText) -> Result<FlowDiagram> {
    let script = read(&text.source)?;
    let locale = script.file.flow.locales.first().map(String::as_str).unwrap_or_default();
    let graph = diagram::graph(&script.file, &written::Text::new(NAME, &text.source));
    Ok(FlowDiagram {
        svg: diagram::svg(&graph, &text.counts, locale),
        mermaid: diagram::mermaid(&graph, locale),
    })
}

pub fn import(document: &FlowImport) -> Result<FlowImported> {
    let imported = voicexml::import(DOCUMENT, &document.voicexml);
    let imported = imported.map_err(|trouble| Failure::BadRequest(trouble.to_string()))?;
    let note = |note: Trouble| FlowImportNote { line: note.line, element: note.key, problem: note.problem };
    Ok(FlowImported { text: imported.flow, notes: imported.notes.into_iter().map(note).collect() })
}

pub fn rehearse(asked: &RehearsalQuestion) -> Result<Rehearsal> {
    let script = read(&asked.source)?;
    let on = Rendering::parse(&asked.on);
    let on = on.ok_or_else(|| Failure::BadRequest("on: buttons, text or phone".to_owned()))?;
    if asked.lines.len() > LINES_MAX {
        return Err(Failure::BadRequest(format!(
            "lines: {} of them, at most {LINES_MAX}",
            asked.lines.len()
        )));
    }
    let step = |event: Event, context: &Context| script::step(&script, event, context);
    let mut player = Player::new(&step, on);
    player.context.locale = script.file.flow.locales.first().cloned().unwrap_or_default();
    player.grants.systems.extend(script.file.flow.systems.iter().cloned());
    player.grants.secrets.extend(script.secrets());
    let steps = asked.lines.iter().map(|line| play(&mut player, line)).collect();
    Ok(Rehearsal {
        steps,
        is_over: player.is_over(),
        waits_ms: player.next_due().and_then(|due| u64::try_from(due.as_millis()).ok()),
        places: player.path,
    })
}

fn read(source: &str) -> Result<Script> {
    Script::read(NAME, source).map_err(|trouble| Failure::BadRequest(trouble.to_string()))
}

fn play(player: &mut Player<'_>, line: &str) -> RehearsalStep {
    let played = match (Line { number: 1, only: None, text: line.to_owned() }).meaning() {
        Ok(Meaning::Known(known)) => {
            known.apply(player);
            Ok(vec![])
        }
        Ok(Meaning::Happens(input)) => player.hear(input),
        Ok(Meaning::Silence) => match player.next_due() {
            Some(due) => player.hear(Input::Waits(due)),
            None => Ok(vec![]),
        },
        Ok(Meaning::Comment | Meaning::On(_)) => Ok(vec![]),
        Ok(Meaning::Done) => Err("that is the flow's to do".to_owned()),
        Err(problem) => Err(problem),
    };
    let (deeds, problem) = match played {
        Ok(deeds) => (deeds.iter().map(|deed| told(player, deed)).collect(), None),
        Err(problem) => (vec![], Some(problem)),
    };
    RehearsalStep { line: line.to_owned(), deeds, problem }
}

fn told(player: &Player<'_>, deed: &Deed) -> RehearsalDeed {
    let (shown, options) = match deed {
        Deed::Did(Action::Say(prompt)) => (vec![prompt.text.clone()], vec![]),
        Deed::Did(Action::Ask(question)) => (vec![question.prompt.text.clone()], vec![]),
        Deed::Did(Action::Menu(menu)) => {
            let key = |place: usize, option| match player.rendering {
                Rendering::Phone => rendering::key(option, place),
                Rendering::Buttons | Rendering::Text => (place + 1).to_string(),
            };
            let options = menu.options.iter().enumerate();
            let options = options.map(|(place, option)| RehearsalOption {
                title: option.title.clone(),
                key: key(place, option),
            });
            (player.rendering.menu(menu, &player.context.locale), options.collect())
        }
        Deed::Did(Action::Send(file)) => (vec![file.name.clone()], vec![]),
        _ => (vec![], vec![]),
    };
    RehearsalDeed { written: spoken::line(deed), shown, options }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: &str = "[flow]\nlocales = ['es']\nstart = 'hello'\nperson = 'person'\n\
        [state.hello]\nmenu = 'Soy el asistente virtual.'\n\
        [[state.hello.option]]\ntitle = 'Una persona'\nkey = '0'\ngo = 'person'\n\
        [state.person]\ntransfer = { queue = 'soporte' }\n";

    fn rehearsed(on: &str, lines: &[&str]) -> Rehearsal {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        rehearse(&RehearsalQuestion { source: FLOW.to_owned(), on: on.to_owned(), lines }).unwrap()
    }

    #[test]
    fn a_conversation_is_played_line_by_line() {
        let phone = rehearsed("phone", &["starts", "press 0"]);
        let menu = &phone.steps[0].deeds[0];
        assert_eq!(menu.shown, ["Soy el asistente virtual. Para Una persona, pulse 0."]);
        assert_eq!(menu.options, [RehearsalOption { title: "Una persona".into(), key: "0".into() }]);
        assert_eq!(phone.steps[1].deeds[0].written, "transfer: soporte -");
        assert!(phone.is_over);
        assert_eq!(phone.places, ["hello", "person"]);
        let waits = rehearsed("buttons", &["starts"]);
        assert_eq!((waits.is_over, waits.waits_ms), (false, Some(30 * 60 * 1000)));
    }

    #[test]
    fn what_cannot_happen_is_said_at_its_line() {
        let problem =
            |line: &str| rehearsed("text", &["starts", line]).steps[1].problem.clone().unwrap_or_default();
        assert!(problem("dance").starts_with("nobody knows `dance`"));
        assert_eq!(problem("bot: hello"), "that is the flow's to do");
        let broken = RehearsalQuestion { source: "[flow".into(), on: "text".into(), lines: vec![] };
        assert!(matches!(rehearse(&broken), Err(Failure::BadRequest(why)) if why.starts_with("flow:1")));
    }

    #[test]
    fn a_document_becomes_a_text() {
        let import = |voicexml: &str| import(&FlowImport { voicexml: voicexml.to_owned() });
        let menu = "<vxml xml:lang='es'><menu><prompt>Soy el asistente virtual.</prompt>\n\
            <choice dtmf='0' next='#agente'>Una persona</choice></menu>\n\
            <form id='agente'><transfer name='soporte' dest='tel:+34910000000'/></form></vxml>";
        let imported = import(menu).unwrap();
        let question = RehearsalQuestion {
            source: imported.text,
            on: "phone".to_owned(),
            lines: vec!["starts".to_owned(), "press 0".to_owned()],
        };
        assert_eq!(rehearse(&question).unwrap().places, ["menu", "agente"]);
        let problem = "give the queue whose agents answer tel:+34910000000".to_owned();
        assert_eq!(imported.notes, [FlowImportNote { line: 3, element: "transfer".to_owned(), problem }]);
        let refused = import("<vxml>\n<menu></vxml>");
        assert!(matches!(refused, Err(Failure::BadRequest(why)) if why.starts_with("voicexml:2: ")));
    }

    #[test]
    fn a_text_is_checked_and_drawn() {
        let text =
            |source: &str| FlowText { source: source.to_owned(), counts: [("hello".to_owned(), 3)].into() };
        assert_eq!(check(&text(FLOW), Language::English).problems, []);
        let problems =
            check(&text(&FLOW.replace("go = 'person'", "go = 'persn'")), Language::Spanish).problems;
        let found: Vec<_> = problems.iter().map(|problem| (problem.line, problem.key.as_str())).collect();
        assert_eq!(found, [(6, "state.hello.menu"), (10, "state.hello.option.go")], "{problems:?}");
        let said = problems.last().map(|problem| problem.problem.as_str());
        assert_eq!(said, Some("no hay ningún estado \"persn\": ¿querías decir \"person\"?"));
        let drawn = diagram(&text(FLOW)).unwrap();
        assert!(drawn.svg.contains("data-place=\"hello\"") && drawn.mermaid.contains("person"));
    }
}
