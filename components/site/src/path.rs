//! What a requested path means. Only plain names reach the file system: letters, digits, `-`, `_`
//! and `.`, the last one not in front. So there is no way up, no hidden file and nothing encoded.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Look there instead.
    Elsewhere(&'static str),
    /// This file, and if there is none the other one.
    File {
        path: String,
        otherwise: Option<&'static str>,
    },
    Nothing,
}

const DESK: &str = "/desk/index.html";

pub fn target(path: &str) -> Target {
    match path {
        "/" | "/desk" => return Target::Elsewhere("/desk/"),
        "/demo" => return Target::Elsewhere("/demo/"),
        _ => {}
    }
    let Some(names) = names(path) else { return Target::Nothing };
    match names.as_slice() {
        ["desk"] => Target::File { path: DESK.to_owned(), otherwise: None },
        // A screen of the desk has no dot in its name; a file that is missing is missing.
        ["desk", .., last] if !last.contains('.') => {
            Target::File { path: file(&names), otherwise: Some(DESK) }
        }
        ["demo"] => Target::File { path: "/demo/index.html".to_owned(), otherwise: None },
        ["desk" | "demo", ..] => Target::File { path: file(&names), otherwise: None },
        _ => Target::Nothing,
    }
}

fn names(path: &str) -> Option<Vec<&str>> {
    let inner = path.strip_prefix('/')?;
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let names: Vec<_> = inner.split('/').collect();
    names.iter().all(|name| plain(name)).then_some(names)
}

fn plain(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(fits)
}

fn file(names: &[&str]) -> String {
    format!("/{}", names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desk_is_home_and_its_screens_are_one_page() {
        check("/", Target::Elsewhere("/desk/"));
        check("/desk", Target::Elsewhere("/desk/"));
        check("/desk/", file("/desk/index.html", None));
        check("/desk/live", file("/desk/live", Some(DESK)));
        check("/desk/live/", file("/desk/live", Some(DESK)));
        check("/desk/console.js", file("/desk/console.js", None));
        check("/demo/", file("/demo/index.html", None));
        check("/demo/lamps/alba.svg", file("/demo/lamps/alba.svg", None));
    }

    #[test]
    fn nothing_outside_can_be_asked_for() {
        for path in [
            "",
            "desk",
            "/etc/passwd",
            "/desk/../spin.toml",
            "/desk/..",
            "/desk/%2e%2e/spin.toml",
            "/desk/..%2fspin.toml",
            "/desk//etc",
            "//desk/",
            "/desk/.hidden",
            "/desk/a\\..\\b",
            "/desk/a\0b",
            "/desk/é",
            "/desk/x y",
        ] {
            check(path, Target::Nothing);
        }
    }

    fn file(path: &str, otherwise: Option<&'static str>) -> Target {
        Target::File { path: path.to_owned(), otherwise }
    }

    #[track_caller]
    fn check(path: &str, expected: Target) {
        assert_eq!(target(path), expected, "{path}");
    }
}
