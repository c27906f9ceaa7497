//! `centralita flow diagram`: a flow to look at.

use super::source::Source;
use script::diagram;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

/// Draw a flow: its states, and the ways between them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A flow file, or a folder with a flow.toml
    flow: PathBuf,
    /// A Mermaid flowchart, as documents show it; so it is unless told
    #[arg(long, conflicts_with = "svg")]
    mermaid: bool,
    /// A picture
    #[arg(long)]
    svg: bool,
}

/// 0: drawn. 2: the flow cannot be read, or is a component.
pub(super) fn run(args: &Args) -> ExitCode {
    match drawn(args) {
        Ok(diagram) => {
            println!("{}", diagram.trim_end());
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn drawn(args: &Args) -> Result<String, String> {
    let source = Source::load(&args.flow)?;
    let graph = source.graph()?;
    let locale = source.locale();
    Ok(if args.mermaid || !args.svg {
        diagram::mermaid(&graph, locale)
    } else {
        diagram::svg(&graph, &BTreeMap::new(), locale)
    })
}
