//! `centralita flow import`: a VoiceXML document as the beginning of a flow.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Make a flow of a VoiceXML document, and say what of it is left out and what is left to do.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The document (.vxml)
    document: PathBuf,
    /// A new file for the flow; without it, it is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// 0: there is a flow, whatever is left to do in it. 2: the document cannot be read, or the flow not be written.
pub(super) fn run(args: &Args) -> ExitCode {
    match import(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn import(args: &Args) -> Result<(), String> {
    let name = args.document.display().to_string();
    let document = std::fs::read_to_string(&args.document)
        .map_err(|error| format!("{name}: cannot be read: {error}"))?;
    let imported = script::voicexml::import(&name, &document).map_err(|trouble| trouble.to_string())?;
    let flow = match &args.out {
        Some(out) => {
            write(out, &imported.flow)
                .map_err(|error| format!("{}: cannot be written: {error}", out.display()))?;
            out.display().to_string()
        }
        None => {
            print!("{}", imported.flow);
            "flow.toml".to_owned()
        }
    };
    imported.notes.iter().for_each(|note| eprintln!("{note}"));
    script::check(&flow, &imported.flow, script::Language::English)
        .iter()
        .for_each(|problem| eprintln!("{problem}"));
    Ok(())
}

/// Never over a file that is there: somebody may have worked on it.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    std::fs::File::create_new(file)?.write_all(text.as_bytes())
}
