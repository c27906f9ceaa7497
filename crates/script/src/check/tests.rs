//! What is said about flows that are not right: one row for each mistake.

use super::{Language, check};

const ORDERS: &str = include_str!("../hold/flows/orders.toml");

/// `12: state.menu.go: there is no state "x"`, errors first.
fn problems(text: &str) -> Vec<String> {
    let problems = check("flow.toml", text, Language::English);
    problems
        .iter()
        .map(|problem| {
            let trouble = &problem.trouble;
            let mark = if problem.is_error { "" } else { "? " };
            format!("{mark}{}: {}: {}", trouble.line, trouble.key, trouble.problem)
        })
        .collect()
}

#[track_caller]
fn check_changed(from: &str, to: &str, expected: &str) {
    assert!(ORDERS.contains(from), "{from}");
    let found = problems(&ORDERS.replacen(from, to, 1));
    assert!(found.iter().any(|problem| problem.contains(expected)), "{to}\n{found:#?}");
}

#[test]
fn a_flow_that_is_right_has_no_errors() {
    let errors: Vec<_> = problems(ORDERS).into_iter().filter(|problem| !problem.starts_with('?')).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn mistakes_are_told_with_their_place() {
    for (from, to, expected) in [
        (
            "go = \"menu\"",
            "go = \"menue\"",
            "state.hello.go: there is no state \"menue\": did you mean \"menu\"?",
        ),
        (
            "start = \"hello\"",
            "start = \"helo\"",
            "flow.start: there is no state \"helo\": did you mean \"hello\"?",
        ),
        (
            "locales = [\"es\", \"en\"]",
            "locales = [\"es\", \"en\", \"pt\"]",
            "state.menu.menu: it is not said in pt",
        ),
        (
            "locales = [\"es\", \"en\"]",
            "locales = [\"spanish\"]",
            "flow.locales: \"spanish\" should be written like es",
        ),
        ("as = \"code\"", "as = \"cod\"", "state.order.as: unknown variant `cod`"),
        (
            "code = \"order\"\n",
            "code = \"ordr\"\n",
            "there is no code \"ordr\" in [code]: did you mean \"order\"?",
        ),
        ("key = \"0\"", "key = \"10\"", "state.menu.option.key: a key is one of 0 to 9, * and #"),
        ("systems = [\"shop\"]", "", "state.look.call.system: name \"shop\" in flow.systems"),
        (
            "on.404",
            "on.silence",
            "state.look.on.silence: this never happens here: what can is error or a status",
        ),
        (
            "{{ order }} {%",
            "{{ ordr }} {%",
            "state.tell.say.es: nothing sets \"ordr\": did you mean \"order\"?",
        ),
        ("{{ order }} {%", "{{ order }", "state.tell.say.es: syntax error"),
        ("answer.state", "answer.", "state.look.call.map.state: syntax error"),
        ("path = \"/orders", "path = \"orders", "state.look.call.path: a path begins with /"),
        (
            "queue = \"soporte\"",
            "flow = \"otro\", queue = \"soporte\"",
            "give the queue or the flow that takes over",
        ),
        ("go = \"menu\"\n\n[state.menu]", "\n[state.menu]", "state.hello: say with go where it goes on"),
        (
            "end = true",
            "end = true\nwait = \"5s\"",
            "state.bye.end: a state does one thing: wait or end, not both",
        ),
        ("end = true", "wait = \"5s\"\ngo = \"bye\"", "state.bye: from here it goes round for ever"),
        (
            "asistente virtual",
            "ayudante",
            "flow.start: before anything is asked, it has to say that it is a machine, in es",
        ),
        (
            "key = \"0\"\ngo = \"person\"",
            "key = \"0\"\ngo = \"bye\"",
            "state.menu.menu: the main menu needs a direct way to a person",
        ),
        ("order = \"####\"", "order = \"abc\"", "code.order: a shape needs at least two signs"),
        ("[vars]", "[hours.shop]\n[vars]", ""),
        (
            "[vars]",
            "[hours.shop]\ntime_zone = 'Europe/Madrid'\n[vars]",
            "hours.shop.time_zone: a flow goes by the center's clock",
        ),
        (
            "[vars]",
            "[intent.parcel]\ngo = 'order'\nes = ['Dónde está mi pedido']\n[vars]",
            "is an example of",
        ),
        ("as = \"code\"", "as = \"code\"\nrun = 'identify'", "a state does one thing: ask or run, not both"),
        ("start = \"hello\"", "start = \"hello\"\ncolour = 'red'", "flow.colour: unknown field `colour`"),
        ("[state.bye]", "[state.alone]\nend = true\n[state.bye]", "state.alone: nothing leads here"),
        ("Elige una opción", "Mira https://example.com", "state.menu.again.es: nobody can note an address"),
    ] {
        check_changed(from, to, expected);
    }
}

#[test]
fn a_sub_flow_that_runs_itself_is_found() {
    let subs = "[sub.a]\nstart = 'x'\n[sub.a.state.x]\nrun = 'b'\ngo = 'y'\n[sub.a.state.y]\ndone = true\n\
                [sub.b]\nstart = 'x'\n[sub.b.state.x]\nrun = 'a'\ngo = 'y'\n[sub.b.state.y]\ndone = true\n[state.bye]";
    check_changed("[state.bye]", subs, "sub.a: it runs itself, and would never come back");
    check_changed(
        "[state.bye]",
        "[sub.a]\nstart = 'z'\n[sub.a.state.x]\ndone = true\n[state.bye]",
        "no state \"z\" in it",
    );
    check_changed("end = true", "done = true", "only a sub-flow is done: here it is end = true");
}

#[test]
fn a_file_that_is_too_large_or_no_flow_at_all() {
    let large = format!("{ORDERS}\n# {}", "x".repeat(domain::flow::TEXT_BYTES_MAX));
    assert_eq!(problems(&large).len(), 1);
    assert!(problems(&large)[0].contains("at most 1048576"), "{:?}", problems(&large));
    for (text, expected) in [
        ("", "1: : missing field `flow`"),
        ("[flow", "1: : "),
        ("\n[flow]\nlocales = 'es'", "3: flow.locales: invalid type"),
    ] {
        let found = problems(text);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{text}: {found:?}");
    }
    // As many states as one megabyte holds.
    let many: String =
        (0..20_000).map(|place| format!("[state.s{place}]\ngo = 's{}'\n", place + 1)).collect();
    let found = problems(&format!("{ORDERS}{many}"));
    assert!(found.iter().any(|problem| problem.contains("more than 2000 states")), "{found:?}");
}
