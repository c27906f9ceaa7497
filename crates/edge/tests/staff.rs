//! `centralita staff`: what it prints, and how it ends.

use serde_json::Value;
use std::process::{Command, Output};

fn staff(arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_centralita"))
        .arg("staff")
        .args(arguments.split_whitespace())
        .output()
        .expect("the command starts")
}

#[track_caller]
fn json(arguments: &str) -> Value {
    let output = staff(&format!("{arguments} --json"));
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("one value of JSON")
}

#[test]
fn one_object_has_the_rows_and_what_is_recommended() {
    let found = json("--calls-per-hour 200 --aht 180 --within 20 --shrinkage 0.3 --max-occupancy 0.85");
    assert_eq!((&found["recommended"], &found["scheduled"]), (&14.into(), &20.into()));
    let rows = found["rows"].as_array().expect("rows");
    let agents: Vec<_> = rows.iter().map(|row| row["agents"].as_u64()).collect();
    assert_eq!(agents, (11..=19).map(Some).collect::<Vec<_>>());
    let row = &rows[3];
    let close = |name: &str, expected: f64| {
        let found = row[name].as_f64().expect("a number");
        assert!((found - expected).abs() < 1e-12, "{name}: {found}");
    };
    close("occupancy", 10.0 / 14.0);
    close("p_wait", 0.174_131_933_595_049_8);
    close("service_level", 0.888_350_019_179_466_9);
    close("asa_s", 0.174_131_933_595_049_8 * 45.0);
    close("p_abandon", 0.0);
}

#[test]
fn patience_makes_it_another_formula() {
    let found = json("--calls-per-hour 200 --aht 180 --within 20 --patience 300 --target 0.9");
    let rows = found["rows"].as_array().expect("rows");
    assert_eq!((&rows[0]["agents"], &found["recommended"]), (&5.into(), &14.into()));
    assert_eq!(found["scheduled"], 14);
    let shown = |name: &str| format!("{:.6}", rows[9][name].as_f64().expect("a number"));
    assert_eq!((shown("p_wait"), shown("p_abandon")), ("0.145260".into(), "0.013984".into()));
}

#[test]
fn a_person_reads_a_table() {
    let output = staff("--calls-per-hour 200 --aht 180 --within 20 --shrinkage 0.3");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success() && output.stderr.is_empty());
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], " agents  occupancy     waits   in time         ASA    leaves");
    assert_eq!(lines[1], "     11     90.9 %    68.2 %    39.0 %     122.8 s     0.0 %");
    assert_eq!(lines[4], ">    14     71.4 %    17.4 %    88.8 %       7.8 s     0.0 %");
    assert_eq!(lines.last(), Some(&"recommended: 14 at work, 20 scheduled"));
    assert_eq!(lines.iter().filter(|line| line.starts_with('>')).count(), 1);
    assert!(lines[..10].iter().all(|line| line.len() == lines[0].len()), "{text}");
}

#[test]
fn an_option_that_is_wrong_is_named_in_one_line() {
    let with = |change: &str| staff(&format!("--calls-per-hour 200 --aht 180 --within 20 {change}"));
    for (output, told) in [
        (with("--target 80"), "--target is 80: write a fraction of 1, such as 0.8"),
        (with("--target 0,8"), "--target is \"0,8\": write a number, such as 20 or 0.8"),
        (with("--target 1"), "--target is 1, which no number of agents reaches: write less, such as 0.99"),
        (with("--shrinkage 1"), "--shrinkage is 1, which leaves nobody at work: write less, such as 0.3"),
        (with("--max-occupancy 85"), "--max-occupancy is 85: write a fraction of 1, such as 0.85"),
        (with("--patience -5"), "--patience is -5: write a number above 0, such as 300"),
        (
            staff("--calls-per-hour NaN --aht 1 --within 1"),
            "--calls-per-hour is NaN: write a number above 0, such as 200",
        ),
        (
            staff("--calls-per-hour 1 --aht -180 --within 1"),
            "--aht is -180: write a number above 0, such as 180",
        ),
        (
            staff("--calls-per-hour 1 --aht 1 --within -1"),
            "--within is -1: write 0 or more seconds, such as 20",
        ),
    ] {
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("{told}\n"));
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{told}");
    }
    let output = staff("--calls-per-hour 200 --aht 180");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--within"));
}
