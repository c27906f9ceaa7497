//! What `docs/guides/flow.md` shows can be published.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

const GUIDE: &str = include_str!("../../../docs/guides/flow.md");

/// What stands in the fences with that sign.
fn examples(sign: &str) -> Vec<&'static str> {
    let fences = GUIDE.split("```").skip(1).step_by(2);
    fences
        .filter_map(|fence| fence.split_once('\n').filter(|(head, _)| *head == sign).map(|(_, body)| body))
        .collect()
}

fn errors(text: &str) -> Vec<String> {
    let problems = script::check("flow.toml", text, script::Language::English);
    problems.iter().filter(|problem| problem.is_error).map(ToString::to_string).collect()
}

#[test]
fn the_flows_of_the_guide_are_flows() {
    let flows = examples("toml flow");
    assert_eq!(flows.len(), 2);
    for flow in flows {
        assert_eq!(errors(flow), Vec::<String>::new(), "{flow}");
    }
}

/// Each belongs behind the first flow, which names the systems that they call.
#[test]
fn the_parts_of_the_guide_fit_into_a_flow() {
    let parts = examples("toml part");
    assert!(parts.len() >= 10, "{} parts", parts.len());
    let person = "person = \"person\"\n";
    let flow =
        examples("toml flow")[0].replacen(person, &format!("{person}systems = [\"shop\", \"llm\"]\n"), 1);
    for part in parts {
        assert_eq!(errors(&format!("{flow}\n{part}")), Vec::<String>::new(), "{part}");
    }
}
