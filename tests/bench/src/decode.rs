//! How long it takes to read what providers send: a usual request, natively and through the channel's
//! component; and ever larger ones, which must take longer only as they are larger.

mod grow;
mod usual;

use crate::report::Report;
use anyhow::{Result, ensure};
use clap::Args;
use fuzz::target::{Target, targets};
use std::{
    path::Path,
    time::{Duration, Instant},
};

#[derive(Args)]
pub(crate) struct Decode {
    /// A channel or one of its providers, as `sms` or `sms-twilio`; without it, all
    name: Option<String>,
}

/// How large a request is made, in bytes.
const SIZES: [usize; 4] = [10_000, 100_000, 1_000_000, 10_000_000];

/// A byte of the largest request may take so many times as long as one of the smallest. What is not linear
/// takes a thousand times as long; caches and the allocator's large blocks explain a few.
const RATIO_MAX: f64 = 8.0;

/// Less is lost in the clock.
const MEASURED: Duration = Duration::from_millis(5);

pub(crate) fn run(root: &Path, options: &Decode, report: &mut Report) -> Result<()> {
    let targets = targets(options.name.as_deref());
    ensure!(!targets.is_empty(), "there is no such channel");
    println!("{}", usual::headline());
    for target in &targets {
        usual::measure(root, target, report)?;
    }
    println!(
        "\n{:<34} {:>9} {:>9} {:>9} {:>9}   ratio",
        "ns a byte, of bytes:", "10 k", "100 k", "1 M", "10 M"
    );
    let mut steep = vec![];
    for target in &targets {
        for (shape, make) in grow::shapes(target) {
            let name = format!("{}, {shape}", target.name);
            let curve = SIZES.map(|size| nanoseconds_a_byte(target, &make(size)));
            let ratio = curve[3] / curve[0];
            let columns = curve.map(|cost| format!("{cost:>9.1}")).join(" ");
            println!("{name:<34} {columns} {ratio:>7.1}");
            report.record(format!("{name}, 10 MB"), curve[3], "ns/B");
            if RATIO_MAX < ratio {
                steep.push(name);
            }
        }
    }
    ensure!(steep.is_empty(), "not linear: {}", steep.join("; "));
    Ok(())
}

/// The best of some rounds: whatever else the machine does only adds.
fn nanoseconds_a_byte(target: &Target, content: &[u8]) -> f64 {
    let mut best = Duration::MAX;
    let begun = Instant::now();
    let mut rounds = 0;
    while rounds < 3 || begun.elapsed() < MEASURED {
        best = best.min(target.time_to_read(content));
        rounds += 1;
    }
    best.as_secs_f64() * 1e9 / content.len() as f64
}
