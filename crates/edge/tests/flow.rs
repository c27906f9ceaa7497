//! `centralita flow`: what it prints, and how it ends.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const FLOW: &str = r#"[flow]
locales = ["es"]
start = "hello"
person = "person"

[state.hello]
menu = "Soy el asistente virtual."
[[state.hello.option]]
title = "Horario"
key = "1"
go = "hours"
[[state.hello.option]]
title = "Una persona"
key = "0"
go = "person"

[state.hours]
say = "De nueve a seis."
end = true

[state.person]
transfer = { queue = "soporte" }
"#;

const ASKS: &str = "on buttons
starts
menu: Soy el asistente virtual. [Horario | Una persona]
customer: horario
bot: De nueve a seis.
end
";

const MENU: &str = "<vxml xml:lang='es'>
<menu><prompt>Soy el asistente virtual.</prompt>
<choice dtmf='0' next='#agente'>Una persona</choice><help>No.</help></menu>
<form id='agente'><transfer name='soporte'/></form>
</vxml>
";

/// A folder with a flow, one transcript and a document.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("dialogues")).unwrap();
    for (file, text) in [("flow.toml", FLOW), ("dialogues/hours.txt", ASKS), ("menu.vxml", MENU)] {
        fs::write(folder.path().join(file), text).unwrap();
    }
    folder
}

fn flow(folder: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_centralita"))
        .arg("flow")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .expect("the command starts")
}

#[track_caller]
fn check(folder: &Path, arguments: &str, code: i32) -> (String, String) {
    let output = flow(folder, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments}: {output:?}");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(output.stdout), text(output.stderr))
}

#[test]
fn a_test_names_what_no_transcript_reaches() {
    let folder = folder();
    let (out, err) = check(folder.path(), "test .", 0);
    assert!(
        out.starts_with("ok    ./dialogues/hours.txt\n1 transcripts, 1 conversations, 0 failed in "),
        "{out}"
    );
    let (_, covered) = out.split_once(" s\n").unwrap();
    assert_eq!(
        covered,
        "states: 2 of 3 (66 %)
ways: 2 of 4 (50 %)
   21: person is never reached
    4: person → person is never taken
   15: hello → person (person) is never taken
"
    );
    assert_eq!(err, "");
}

#[test]
fn a_test_can_ask_for_how_much_is_reached() {
    let folder = folder();
    check(folder.path(), "test . --coverage-min 50", 0);
    let (out, _) = check(folder.path(), "test . --coverage-min 51", 1);
    assert!(out.ends_with("\n50 % is too little: at least 51 %\n"), "{out}");
    check(folder.path(), "test . --coverage-min 101", 2);
}

#[test]
fn a_diagram_is_text_or_a_picture() {
    let folder = folder();
    let (mermaid, err) = check(folder.path(), "diagram flow.toml", 0);
    assert!(mermaid.starts_with("flowchart ") && err.is_empty(), "{mermaid}{err}");
    assert_eq!(check(folder.path(), "diagram . --mermaid", 0).0, mermaid);
    let (svg, _) = check(folder.path(), "diagram . --svg", 0);
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{svg}");
    for place in ["hello", "hours", "person"] {
        assert!(mermaid.contains(place) && svg.contains(&format!("data-place=\"{place}\"")), "{place}");
    }
    check(folder.path(), "diagram . --svg --mermaid", 2);
    let (out, err) = check(folder.path(), "diagram absent.toml", 2);
    assert!(out.is_empty() && err.starts_with("absent.toml: cannot be read: "), "{out}{err}");
}

#[test]
fn a_document_becomes_a_flow_that_can_be_tried() {
    let folder = folder();
    let notes = "menu.vxml:3: help: it has no counterpart
menu.vxml:4: transfer: give the queue whose agents answer
";
    let (printed, err) = check(folder.path(), "import menu.vxml", 0);
    assert_eq!(err, notes);
    assert_eq!(check(folder.path(), "import menu.vxml --out new.toml", 0), (String::new(), notes.to_owned()));
    assert_eq!(fs::read_to_string(folder.path().join("new.toml")).unwrap(), printed);
    assert_eq!(check(folder.path(), "check new.toml", 0).0, "new.toml: 0 errors, 0 warnings\n");
}

#[test]
fn a_document_is_refused_with_its_line_and_no_file_is_lost() {
    let folder = folder();
    let (_, err) = check(folder.path(), "import menu.vxml --out flow.toml", 2);
    assert!(err.starts_with("flow.toml: cannot be written: "), "{err}");
    assert_eq!(fs::read_to_string(folder.path().join("flow.toml")).unwrap(), FLOW);
    let bomb = MENU.replace("<vxml xml", "<!DOCTYPE vxml [<!ENTITY a 'a'>]><vxml xml");
    fs::write(folder.path().join("bomb.vxml"), bomb).unwrap();
    let (out, err) = check(folder.path(), "import bomb.vxml --out bomb.toml", 2);
    let expected = "bomb.vxml:1: a document that declares entities or elements of its own is not read\n";
    assert_eq!((out.as_str(), err.as_str()), ("", expected));
    assert!(!folder.path().join("bomb.toml").exists());
    check(folder.path(), "import absent.vxml", 2);
}

#[test]
fn what_is_left_to_do_in_a_flow_is_told_with_its_line() {
    let folder = folder();
    let document = MENU.replace("Soy el asistente virtual.", "Elija.");
    fs::write(folder.path().join("menu.vxml"), document).unwrap();
    let (_, err) = check(folder.path(), "import menu.vxml --out new.toml", 0);
    assert!(err.contains("error: new.toml:3: flow.start: before anything is asked, "), "{err}");
}

/// What a customer meets if somebody publishes it all the same: the runner takes over with a person.
#[test]
fn sub_flows_that_run_each_other_are_left() {
    let folder = folder();
    let round = "[state.hours]\nrun = 'a'\ngo = 'person'\n
[sub.a]\nstart = 'x'\n[sub.a.state.x]\nrun = 'b'\ngo = 'y'\n[sub.a.state.y]\ndone = true\n
[sub.b]\nstart = 'x'\n[sub.b.state.x]\nrun = 'a'\ngo = 'y'\n[sub.b.state.y]\ndone = true\n";
    let flow = FLOW.replace("[state.hours]\nsay = \"De nueve a seis.\"\nend = true\n", round);
    fs::write(folder.path().join("flow.toml"), flow).unwrap();
    let asks = ASKS.replace(
        "bot: De nueve a seis.\nend\n",
        "breaks: it goes round without asking anything: … a.x → b.x → a.x\n",
    );
    fs::write(folder.path().join("dialogues/hours.txt"), asks).unwrap();
    check(folder.path(), "test .", 0);
    let (out, _) = check(folder.path(), "check .", 2);
    assert!(
        out.contains("error: ./flow.toml:21: sub.a: it runs itself, and would never come back\n"),
        "{out}"
    );
}

#[test]
fn a_file_of_more_than_a_megabyte_is_no_flow() {
    let folder = folder();
    let large = format!("{FLOW}# {}\n", "x".repeat(1024 * 1024));
    let expected = format!("flow.toml: {} bytes: at most 1048576\n", large.len());
    fs::write(folder.path().join("flow.toml"), large).unwrap();
    for command in ["test flow.toml", "diagram flow.toml"] {
        assert_eq!(check(folder.path(), command, 2), (String::new(), expected.clone()), "{command}");
    }
    let (out, _) = check(folder.path(), "check flow.toml", 2);
    assert_eq!(out, format!("error: {expected}flow.toml: 1 error, 0 warnings\n"));
}

#[test]
fn whoever_reads_what_is_printed_may_stop() {
    let folder = folder();
    let mut command = Command::new(env!("CARGO_BIN_EXE_centralita"));
    command.args(["flow", "diagram", ".", "--svg"]).current_dir(folder.path());
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.stderr, b"", "no panic");
}
