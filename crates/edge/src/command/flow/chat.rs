//! `centralita flow chat`: talk with a flow in the terminal.

use super::source::Source;
use bot::{
    play::{Deed, Input, Player, Rendering},
    step::{Action, Call, CallAnswer},
    transcript::{line, spoken},
};
use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Talk with a flow in the terminal.
///
/// What you write is what the customer writes, or says on the phone; a number chooses from the menu. A line
/// that begins with / is one of a transcript: `/press 2`, `/wait 10s`, `/silence`, `/sends image foto.jpg`,
/// `/hangs up`, `/system shop is down`, `/now 2026-11-23 10:30`, `/queue soporte closed`. `/quit` ends it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A flow file, a folder with a flow.toml, or a bot's component (.wasm)
    flow: PathBuf,
    /// How the customer meets it: buttons, text or phone
    #[arg(long, default_value = "buttons", value_parser = rendering)]
    on: Rendering,
    /// The customer's language
    #[arg(long)]
    locale: Option<String>,
    /// Lines of a transcript that hold from the start, e.g. 'name Marta' or 'system shop is down'
    #[arg(long, value_name = "LINE")]
    given: Vec<String>,
}

fn rendering(text: &str) -> Result<Rendering, String> {
    Rendering::parse(text).ok_or_else(|| "buttons, text or phone".to_owned())
}

/// 0: the conversation ended. 2: the flow cannot be read.
pub(super) fn run(args: &Args) -> ExitCode {
    let source = match Source::load(&args.flow) {
        Ok(source) => source,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    let step = |event, context: &bot::step::Context| source.step(event, context);
    let mut player = Player::new(&step, args.on);
    source.prepare(&mut player);
    player.set_now(now());
    player.ask_systems(&asked);
    let locale = args.locale.iter().map(|locale| format!("locale {locale}"));
    for given in locale.chain(args.given.iter().cloned()) {
        if let Err(problem) = command(&mut player, &given) {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    }
    talk(&mut player);
    ExitCode::SUCCESS
}

fn talk(player: &mut Player<'_>) {
    let mut out = std::io::stdout();
    let is_terminal = std::io::stdin().is_terminal();
    tell(player, Input::Starts(None));
    while !player.is_over() {
        if is_terminal {
            print!("> ");
            let _ = out.flush();
        }
        let Some(text) = read() else { return };
        let text = text.trim();
        match text.strip_prefix('/') {
            Some("quit") => return,
            Some(rest) => {
                if let Err(problem) = command(player, rest) {
                    println!("  ! {problem}");
                }
            }
            None if text.is_empty() => {}
            None if is_choice(player, text) => tell(player, Input::Presses(text.to_owned())),
            None => tell(player, Input::Says(text.to_owned())),
        }
    }
}

/// Whether a number is meant for the menu, as on a phone or a screen with buttons.
fn is_choice(player: &Player<'_>, text: &str) -> bool {
    let is_key = text.len() == 1 && text.chars().all(|c| c.is_ascii_digit() || c == '*' || c == '#');
    is_key && (player.menu().is_some() || player.rendering == Rendering::Phone)
}

/// One line as a transcript writes it.
fn command(player: &mut Player<'_>, text: &str) -> Result<(), String> {
    let line = line::Line { number: 1, only: None, text: text.to_owned() };
    match line.meaning()? {
        line::Meaning::Known(known) => known.apply(player),
        line::Meaning::Happens(input) => tell(player, input),
        line::Meaning::Silence => {
            if let Some(due) = player.next_due() {
                tell(player, Input::Waits(due));
            }
        }
        line::Meaning::Comment | line::Meaning::On(_) | line::Meaning::Done => {
            return Err("that is the bot's to do".to_owned());
        }
    }
    Ok(())
}

fn tell(player: &mut Player<'_>, input: Input) {
    match player.hear(input) {
        Ok(deeds) => deeds.iter().for_each(|deed| show(player, deed)),
        Err(problem) => println!("  ! {problem}"),
    }
}

fn show(player: &Player<'_>, deed: &Deed) {
    match deed {
        Deed::Did(Action::Say(prompt)) => println!("{}", prompt.text),
        Deed::Did(Action::Ask(question)) => println!("{}", question.prompt.text),
        Deed::Did(Action::Menu(menu)) => {
            player.rendering.menu(menu, &player.context.locale).iter().for_each(|line| println!("{line}"));
        }
        // What the customer does not see.
        other => println!("  · {}", spoken::line(other).replace('\n', "\n    ")),
    }
}

/// Asks whoever sits there how a business system answers.
fn asked(call: &Call) -> CallAnswer {
    let silent = CallAnswer { status: 0, body: String::new() };
    println!("  ? {} {} {} {}", call.method.as_str(), call.system, call.path, call.body);
    println!("    answers, e.g. 200 {{\"state\":\"shipped\"}}, or nothing where it is down:");
    let Some(text) = read() else { return silent };
    let (status, body) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    match status.parse() {
        Ok(status) => CallAnswer { status, body: body.to_owned() },
        Err(_) => silent,
    }
}

fn read() -> Option<String> {
    let mut text = String::new();
    match std::io::stdin().lock().read_line(&mut text) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(text),
    }
}

fn now() -> bot::step::LocalTime {
    bot::play::player::local_time(jiff::Zoned::now().datetime())
}
