//! `centralita staff`: how many agents it takes. It needs no center: everything is asked on the command line.

use domain::staffing::{
    Unusable,
    erlang::Figures,
    requirement::{Plan, Question, TARGET, plan},
};
use std::io::Write as _;
use std::process::ExitCode;

/// Tell how many agents it takes to answer in time.
#[derive(Debug, clap::Args)]
#[command(allow_negative_numbers = true)]
pub struct Args {
    /// Calls that come in an hour
    #[arg(long, value_name = "N")]
    calls_per_hour: String,
    /// Mean seconds that a call takes an agent, with its wrap-up
    #[arg(long, value_name = "S")]
    aht: String,
    /// Seconds in which a call is answered in time
    #[arg(long, value_name = "S")]
    within: String,
    /// Mean seconds after which somebody who waits leaves; without it, everybody waits
    #[arg(long, value_name = "S")]
    patience: Option<String>,
    /// The fraction of the paid time that agents are away
    #[arg(long, value_name = "F")]
    shrinkage: Option<String>,
    /// The fraction of their time that agents may be busy
    #[arg(long, value_name = "F")]
    max_occupancy: Option<String>,
    /// The fraction of all calls that are to be answered in time; 0.8 unless told
    #[arg(long, value_name = "F")]
    target: Option<String>,
    /// Print one line of JSON with all rows, unrounded
    #[arg(long)]
    json: bool,
}

/// 0: the plan is printed. 2: an option is wrong, and one line says which.
pub fn run(args: &Args) -> ExitCode {
    let plan = match args.question().and_then(|question| plan(&question).map_err(complaint)) {
        Ok(plan) => plan,
        Err(complaint) => {
            eprintln!("{complaint}");
            return ExitCode::from(2);
        }
    };
    let text = if args.json { serde_json::json!(plan).to_string() + "\n" } else { table(&plan) };
    // A reader that went away wants no more lines.
    drop(std::io::stdout().write_all(text.as_bytes()));
    ExitCode::SUCCESS
}

impl Args {
    fn question(&self) -> Result<Question, String> {
        let given =
            |option, text: &Option<String>| text.as_deref().map(|text| number(option, text)).transpose();
        Ok(Question {
            calls_per_hour: number("calls-per-hour", &self.calls_per_hour)?,
            aht_s: number("aht", &self.aht)?,
            within_s: number("within", &self.within)?,
            patience_s: given("patience", &self.patience)?,
            shrinkage: given("shrinkage", &self.shrinkage)?.unwrap_or_default(),
            max_occupancy: given("max-occupancy", &self.max_occupancy)?,
            target: given("target", &self.target)?.unwrap_or(TARGET),
        })
    }
}

fn number(option: &str, text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| format!("--{option} is {text:?}: write a number, such as 20 or 0.8"))
}

/// `aht_s` is `--aht` here.
fn complaint(unusable: Unusable) -> String {
    let option = unusable.field.trim_end_matches("_s").replace('_', "-");
    format!("--{option} {}", unusable.why)
}

/// So many rows before the recommended one are shown.
const ROWS_BEFORE: u32 = 8;

fn table(plan: &Plan) -> String {
    let mut text = " agents  occupancy     waits   in time         ASA    leaves\n".to_owned();
    let shown = plan.rows.iter().filter(|row| plan.recommended <= row.agents + ROWS_BEFORE);
    for Figures { agents, occupancy, p_wait, service_level, asa_s, p_abandon } in shown {
        let mark = if *agents == plan.recommended { '>' } else { ' ' };
        let asa = asa_s.map_or_else(|| "no end".to_owned(), |asa_s| format!("{asa_s:.1} s"));
        let percent = |share: &f64| format!("{:.1} %", share * 100.0);
        text += &format!(
            "{mark}{agents:>6} {:>10} {:>9} {:>9} {asa:>11} {:>9}\n",
            percent(occupancy),
            percent(p_wait),
            percent(service_level),
            percent(p_abandon)
        );
    }
    let Plan { recommended, scheduled, .. } = plan;
    text + &format!("\nrecommended: {recommended} at work, {scheduled} scheduled\n")
}
