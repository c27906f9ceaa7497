//! The container image: what it copies is what a build makes, and what `spin.toml` needs is inside.

use crate::{application, read, root};

const DOCKERFILE: &str = "deploy/Dockerfile";

/// Instructions of the last stage, as name and arguments.
fn last_stage() -> Vec<(String, String)> {
    let text = read(DOCKERFILE).replace("\\\n", " ");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let instructions: Vec<_> = lines.filter_map(|line| line.split_once(' ')).collect();
    let from = instructions.iter().rposition(|(name, _)| *name == "FROM").unwrap();
    instructions[from..].iter().map(|(name, rest)| ((*name).to_owned(), rest.trim().to_owned())).collect()
}

fn of<'a>(stage: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    stage.iter().filter(|(found, _)| found == name).map(|(_, rest)| rest.as_str()).collect()
}

fn words(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

#[test]
fn what_is_copied_is_built_and_what_runs_is_inside() {
    let stage = last_stage();
    let mut inside = vec![];
    for copy in of(&stage, "COPY") {
        let [from, source, target] = copy.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("{copy}")
        };
        assert_eq!(from, "--from=build");
        let source = source.strip_prefix("/source/").expect("from the source");
        // The image takes released programs; a test has those that were built to be tried.
        let tried = source.replacen("target/release/", "target/debug/", 1);
        assert!(root().join(&tried).exists(), "{tried} is not there: run `cargo xtask test`");
        if let Some(target) = target.strip_prefix("./") {
            assert_eq!(source, target, "spin.toml names its files relative to itself");
            inside.push(target);
        }
    }
    assert!(inside.contains(&"spin.toml"));
    for source in application::sources() {
        let copied =
            inside.iter().any(|folder| source == *folder || source.starts_with(&format!("{folder}/")));
        assert!(copied, "{source} is not in the image");
    }
}

#[test]
fn it_runs_as_nobody_special_and_its_command_is_one_of_the_host() {
    let stage = last_stage();
    let [user] = of(&stage, "USER")[..] else { panic!("one user") };
    assert!(
        user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| 0 < id)),
        "a number that is not root's"
    );
    assert_eq!(words(of(&stage, "ENTRYPOINT")[0]), ["centralita"]);
    let command = words(of(&stage, "CMD")[0]);
    application::host_understands(&command);
    assert_eq!(application::flag(&command, "--data"), Some("/data"));
    assert_eq!(of(&stage, "VOLUME"), ["/data"]);
    let port = application::flag(&command, "--listen").and_then(|listen| listen.rsplit_once(':')).unwrap().1;
    assert_eq!(of(&stage, "EXPOSE"), [port]);
    let check = format!("http://127.0.0.1:{port}{}", application::HEALTH);
    assert!(of(&stage, "HEALTHCHECK")[0].contains(&check), "the health check asks {check}");
}
