//! What routing costs: one event in a large center, by how many wait; and offers through a database.

mod center;
mod events;
mod model;
mod offers;

use crate::report::Report;
use anyhow::{Result, ensure};
use center::Surplus;
use clap::Args;
use std::{collections::BTreeMap, time::Duration};

#[derive(Args)]
pub(crate) struct Routing {
    /// How many wait
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000, 1_000_000])]
    waiting: Vec<usize>,
    /// Agents of the large center
    #[arg(long, default_value_t = 10_000)]
    agents: usize,
    /// Events in each of its states
    #[arg(long, default_value_t = 20_000)]
    events: usize,
    /// How long offers are made through each database
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    seconds: u64,
    /// Agents of the center in each database
    #[arg(long, default_value_t = 1000)]
    database_agents: usize,
    /// Its queues
    #[arg(long, default_value_t = 20)]
    database_queues: usize,
    /// How many wait in it
    #[arg(long, default_value_t = 10_000)]
    database_waiting: usize,
    /// Routers at the same time on PostgreSQL
    #[arg(long, default_value_t = 4)]
    routers: usize,
    /// Leave the databases out
    #[arg(long, conflicts_with = "only_databases")]
    only_engine: bool,
    /// Leave the large center out
    #[arg(long)]
    only_databases: bool,
}

/// With ten times as many who wait, an event takes so many times as long, on the average of all steps. What
/// is logarithmic takes 1.2 to 1.3 times as long, and a little more where caches no longer hold everything;
/// what is linear takes ten times as long.
const RATIO_MAX: f64 = 1.5;

/// The median of each event, by how many wait.
type Medians = BTreeMap<&'static str, Vec<(usize, f64)>>;

pub(crate) async fn run(options: &Routing, report: &mut Report) -> Result<()> {
    if !options.only_databases {
        engine(options, report)?;
    }
    if !options.only_engine {
        let size = offers::Size {
            agents: options.database_agents.max(1),
            queues: options.database_queues.max(1),
            waiting: options.database_waiting,
        };
        offers::run(size, Duration::from_secs(options.seconds), options.routers.max(1), report).await?;
    }
    Ok(())
}

fn engine(options: &Routing, report: &mut Report) -> Result<()> {
    let mut broken = 0;
    for surplus in [Surplus::Contacts, Surplus::Agents] {
        println!(
            "{} agents, 200 queues, {}; µs for one event and the decision",
            options.agents,
            surplus.name()
        );
        println!("{:>9} {:<18} {:>8} {:>9} {:>9} {:>9}", "waiting", "event", "number", "p50", "p99", "max");
        let mut medians = Medians::new();
        for waiting in &options.waiting {
            let outcome = events::measure(options.agents, *waiting, surplus, options.events);
            for (event, times) in &outcome.times {
                let [half, most, worst] = times.figures();
                let number = times.number();
                println!("{waiting:>9} {event:<18} {number:>8} {half:>9.1} {most:>9.1} {worst:>9.1}");
                medians.entry(event).or_default().push((*waiting, half));
                for (figure, value) in [("p50", half), ("p99", most), ("max", worst)] {
                    let name = format!("{}, {waiting} waiting, {event}, {figure}", surplus.name());
                    report.record(name, value, "µs");
                }
            }
            println!("{waiting:>9} {} offers, {} rules broken", outcome.offers, outcome.broken);
            broken += outcome.broken;
        }
        growth(surplus, &medians, report);
    }
    report.add("rules broken in the large center", count(broken), "");
    ensure!(broken == 0, "{broken} offers broke a rule");
    Ok(())
}

/// Says how the median of each event grows with the number of those who wait.
fn growth(surplus: Surplus, medians: &Medians, report: &mut Report) {
    println!("median for tenfold waiting:");
    // The median of all is that of whichever event is in the middle.
    for (event, curve) in medians.iter().filter(|(event, _)| **event != events::ALL) {
        let (Some((least, first)), Some((most, last))) = (curve.first(), curve.last()) else { continue };
        let tenfolds = (count(*most) / count(*least)).log10();
        if tenfolds <= 0.0 || *first <= 0.0 {
            continue;
        }
        let steps = curve.windows(2).filter_map(|pair| match pair {
            [(_, before), (_, after)] => Some(format!("× {:.2}", after / before)),
            _ => None,
        });
        let ratio = (last / first).powf(1.0 / tenfolds);
        let verdict = if ratio <= RATIO_MAX { "logarithmic" } else { "faster than a logarithm" };
        let steps = steps.collect::<Vec<_>>().join(", ");
        println!("{event:<18} {steps}: {verdict}, as N^{:.2}", ratio.log10());
        report.record(format!("{}, {event}, median for tenfold waiting", surplus.name()), ratio, "×");
    }
    println!();
}

#[allow(clippy::cast_precision_loss, reason = "nothing here is counted beyond 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}
