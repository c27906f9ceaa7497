//! The units for one machine.

use crate::{application, copy_of, read, said_by};
use std::{fs, process::Command};

const UNIT: &str = "deploy/systemd/centralita.service";

fn setting<'a>(unit: &'a str, name: &str) -> &'a str {
    let found = unit.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("{name} is not set"))
}

#[test]
fn the_host_understands_its_command_and_has_time_to_end() {
    let unit = read(UNIT);
    let command: Vec<_> = setting(&unit, "ExecStart").split(' ').skip(1).map(str::to_owned).collect();
    application::host_understands(&command);
    let stop: u64 = setting(&unit, "TimeoutStopSec").parse().unwrap();
    assert!(application::ending_seconds(&command) < stop);
    // The only folder that it may write to, and the one that a backup is made of.
    let data = application::flag(&command, "--data").unwrap();
    assert_eq!(data, format!("/var/lib/{}", setting(&unit, "StateDirectory")));
    assert!(application::flag(&command, "--env-file").unwrap().starts_with(data));
    let backup = read("deploy/systemd/centralita-backup.service");
    assert!(setting(&backup, "ExecStart").contains(&format!("backup --data {data} --to ")));
}

#[test]
fn systemd_itself_takes_them() {
    let copy = copy_of("deploy/systemd", &[]);
    let mut units = vec![];
    for entry in fs::read_dir(copy.path()).unwrap() {
        let file = entry.unwrap().path();
        // The program is not installed where tests run.
        let unit = fs::read_to_string(&file).unwrap();
        let unit = unit.replace("/opt/centralita/current/centralita-gateway", "/bin/true");
        let unit = unit.replace("/opt/centralita/current/centralita", "/bin/true");
        fs::write(&file, unit).unwrap();
        units.push(file);
    }
    assert_eq!(units.len(), 4);
    let verified =
        said_by(Command::new("systemd-analyze").args(["verify", "--recursive-errors=yes"]).args(&units));
    if let Some(verified) = verified {
        verified.expect("systemd-analyze verify");
        for unit in ["centralita.service", "centralita-gateway.service"] {
            let exposure = ["security", "--offline=yes", "--threshold=20"];
            said_by(Command::new("systemd-analyze").args(exposure).arg(copy.path().join(unit)))
                .expect("systemd-analyze was there")
                .expect("an exposure of 2.0 at most");
        }
    }
}
