//! A conversation that is played with a flow's text: what was done to it, and what can be done next.
//!
//! The server plays all of it anew each time, so it is no more than its lines, as a transcript writes them.

use api::rehearsal::{Rehearsal, RehearsalOption, RehearsalStep};

/// How the contact meets the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendering {
    Chat,
    Phone,
}

impl Rendering {
    pub const ALL: [Rendering; 2] = [Rendering::Chat, Rendering::Phone];

    /// As the API has it.
    pub fn name(self) -> &'static str {
        match self {
            Rendering::Chat => "buttons",
            Rendering::Phone => "phone",
        }
    }
}

pub const STARTS: &str = "starts";
pub const SILENCE: &str = "silence";
pub const HANGS_UP: &str = "hangs up";

/// The line of what was typed; `None`: nothing was. On the phone, digits alone are keys.
pub fn typed(rendering: Rendering, text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let are_keys = text.chars().all(is_key);
    match rendering {
        _ if text.is_empty() => None,
        Rendering::Phone if are_keys => Some(pressed(&text)),
        _ => Some(format!("customer: {text}")),
    }
}

pub fn pressed(keys: &str) -> String {
    format!("press {keys}")
}

fn is_key(c: char) -> bool {
    c.is_ascii_digit() || c == '*' || c == '#'
}

/// What a key of the phone comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// It says all.
    Whole(String),
    /// The field with the keys so far.
    More(String),
}

/// A key of the phone after `before`. A menu takes one key; a number goes on until the hash.
pub fn key(before: &str, key: char, menu: &[RehearsalOption]) -> Key {
    let before = before.trim();
    if before.is_empty() && !menu.is_empty() {
        return Key::Whole(key.to_string());
    }
    match key {
        '#' if before.is_empty() => Key::Whole("#".to_owned()),
        '#' => Key::Whole(before.to_owned()),
        key => Key::More(format!("{before}{key}")),
    }
}

/// What is known before the conversation begins, a line each, as in a transcript.
pub fn known(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// The menu that can be answered now: that of the last time when the flow did something.
pub fn menu(played: &Rehearsal) -> &[RehearsalOption] {
    if played.is_over {
        return &[];
    }
    let last = played.steps.iter().rev().find(|step| !step.deeds.is_empty());
    let menu = last.and_then(|step| step.deeds.iter().rev().find(|deed| !deed.options.is_empty()));
    menu.map_or(&[], |deed| &deed.options)
}

/// What a line of ours means to who looks on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ours {
    Begins,
    Says(String),
    Presses(String),
    Silence,
    HangsUp,
    /// What is known, or how a system answers.
    Known(String),
}

/// `menu` is what could be pressed at that time: in a chat, a press shows its title.
pub fn ours(rendering: Rendering, line: &str, menu: &[RehearsalOption]) -> Ours {
    if let Some(text) = line.strip_prefix("customer: ") {
        return Ours::Says(text.to_owned());
    }
    if let Some(keys) = line.strip_prefix("press ") {
        let title = menu.iter().find(|option| option.key == keys).map(|option| option.title.clone());
        return match (rendering, title) {
            (Rendering::Chat, Some(title)) => Ours::Says(title),
            _ => Ours::Presses(keys.to_owned()),
        };
    }
    match line {
        STARTS => Ours::Begins,
        SILENCE => Ours::Silence,
        HANGS_UP => Ours::HangsUp,
        line => Ours::Known(line.to_owned()),
    }
}

/// The menu before each step.
pub fn menus(steps: &[RehearsalStep]) -> Vec<&[RehearsalOption]> {
    let mut menu: &[RehearsalOption] = &[];
    let mut menus = vec![];
    for step in steps {
        menus.push(menu);
        if !step.deeds.is_empty() {
            let asked = step.deeds.iter().rev().find(|deed| !deed.options.is_empty());
            menu = asked.map_or(&[], |deed| &deed.options);
        }
    }
    menus
}

/// What the contact reads or hears of something the flow did. A chat shows its options as buttons.
pub fn shown(rendering: Rendering, lines: &[String], has_options: bool) -> String {
    let lines =
        if rendering == Rendering::Chat && has_options { lines.get(..1).unwrap_or(lines) } else { lines };
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::rehearsal::RehearsalDeed;

    #[test]
    fn what_is_typed_becomes_a_line() {
        for (rendering, text, expected) in [
            (Rendering::Chat, " mi  pedido\n1042 ", Some("customer: mi pedido 1042")),
            (Rendering::Chat, "1042", Some("customer: 1042")),
            (Rendering::Phone, "1042", Some("press 1042")),
            (Rendering::Phone, "*0#", Some("press *0#")),
            (Rendering::Phone, "el 1042", Some("customer: el 1042")),
            (Rendering::Phone, "  ", None),
            (Rendering::Chat, "", None),
        ] {
            assert_eq!(typed(rendering, text).as_deref(), expected, "{rendering:?} {text:?}");
        }
        assert_eq!(known("name Eva\n\n# a note\n  locale es "), ["name Eva", "locale es"]);
    }

    fn option(key: &str, title: &str) -> RehearsalOption {
        RehearsalOption { title: title.into(), key: key.into() }
    }

    #[test]
    fn a_menu_takes_one_key_and_a_number_goes_on_until_the_hash() {
        let menu = [option("1", "Pedidos")];
        for (before, pressed, menu, expected) in [
            ("", '1', &menu[..], Key::Whole("1".into())),
            ("", '#', &menu[..], Key::Whole("#".into())),
            ("", '1', &[][..], Key::More("1".into())),
            ("10", '4', &[], Key::More("104".into())),
            ("104", '#', &[], Key::Whole("104".into())),
            ("", '#', &[], Key::Whole("#".into())),
            ("", '*', &[], Key::More("*".into())),
            // What was typed by hand is gone on with.
            ("12", '1', &menu[..], Key::More("121".into())),
        ] {
            assert_eq!(key(before, pressed, menu), expected, "{before} {pressed}");
        }
    }

    fn step(line: &str, deeds: &[&[RehearsalOption]]) -> RehearsalStep {
        let deed = |options: &&[RehearsalOption]| RehearsalDeed {
            written: String::new(),
            shown: vec![],
            options: options.to_vec(),
        };
        RehearsalStep { line: line.into(), deeds: deeds.iter().map(deed).collect(), problem: None }
    }

    #[test]
    fn the_menu_that_can_be_answered_is_the_last_one() {
        let menu_of = |steps: Vec<RehearsalStep>, is_over| {
            let played = Rehearsal { steps, places: vec![], is_over, waits_ms: None };
            menu(&played).iter().map(|option| option.title.clone()).collect::<Vec<_>>()
        };
        let (first, second) = ([option("1", "Pedidos")], [option("1", "Sí")]);
        let starts = || step(STARTS, &[&[], &first]);
        assert_eq!(menu_of(vec![starts()], false), ["Pedidos"]);
        assert_eq!(menu_of(vec![starts()], true), Vec::<String>::new());
        assert_eq!(menu_of(vec![starts(), step("wait 1s", &[])], false), ["Pedidos"]);
        assert_eq!(menu_of(vec![starts(), step("press 1", &[&[]])], false), Vec::<String>::new());
        assert_eq!(menu_of(vec![starts(), step("press 1", &[&second, &[]])], false), ["Sí"]);
        let steps = [starts(), step("press 1", &[&second]), step("press 1", &[&[]])];
        let titles = menus(&steps)
            .iter()
            .map(|menu| menu.first().map(|option| option.title.as_str()))
            .collect::<Vec<_>>();
        assert_eq!(titles, [None, Some("Pedidos"), Some("Sí")]);
    }

    #[test]
    fn what_we_did_is_told_as_the_contact_sees_it() {
        let menu = [option("1", "Pedidos")];
        for (rendering, line, expected) in [
            (Rendering::Chat, "press 1", Ours::Says("Pedidos".into())),
            (Rendering::Chat, "press 7", Ours::Presses("7".into())),
            (Rendering::Phone, "press 1", Ours::Presses("1".into())),
            (Rendering::Chat, "customer: hola", Ours::Says("hola".into())),
            (Rendering::Chat, STARTS, Ours::Begins),
            (Rendering::Phone, SILENCE, Ours::Silence),
            (Rendering::Phone, HANGS_UP, Ours::HangsUp),
            (Rendering::Phone, "name Eva", Ours::Known("name Eva".into())),
        ] {
            assert_eq!(ours(rendering, line, &menu), expected, "{line}");
        }
        let lines = ["¿Qué necesitas?".to_owned(), "[1] Pedidos".to_owned()];
        assert_eq!(shown(Rendering::Chat, &lines, true), "¿Qué necesitas?");
        assert_eq!(shown(Rendering::Phone, &lines, true), "¿Qué necesitas?\n[1] Pedidos");
        assert_eq!(shown(Rendering::Chat, &lines, false), "¿Qué necesitas?\n[1] Pedidos");
    }
}
