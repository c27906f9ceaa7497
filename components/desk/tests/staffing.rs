//! What a planner asks in JSON, and reads.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

use desk::staffing;
use domain::staffing::requirement::{self, Question};
use serde_json::{Value, json};
use shell::failure::Failure;

fn plan(question: Value) -> Result<Value, Failure> {
    staffing::plan(&serde_json::from_value(question).unwrap()).map(|plan| serde_json::to_value(plan).unwrap())
}

fn mix(question: Value) -> Result<Value, Failure> {
    staffing::mix(&serde_json::from_value(question).unwrap()).map(|mix| serde_json::to_value(mix).unwrap())
}

#[test]
fn a_plan_reads_like_that_of_the_command() {
    for question in [
        json!({ "calls_per_hour": 200.0, "aht_s": 180.0, "within_s": 20.0 }),
        json!({ "calls_per_hour": 200, "aht_s": 180, "within_s": 20, "patience_s": 300, "shrinkage": 0.3,
            "max_occupancy": 0.7, "target": 0.9 }),
    ] {
        let asked: Question = serde_json::from_value(question.clone()).unwrap();
        let expected = serde_json::to_value(requirement::plan(&asked).unwrap()).unwrap();
        assert_eq!(plan(question), Ok(expected));
    }
}

#[test]
fn a_mix_names_its_profiles() {
    let asked = json!({
        "required": { "billing": 5, "technical": 3 },
        "profiles": [
            { "name": "Billing", "cost": 1, "skills": ["billing"], "available": 4 },
            { "name": "Technical", "cost": 1, "skills": ["technical"] },
            { "name": "Both", "cost": 1.5, "skills": ["billing", "technical"] },
        ],
    });
    let expected = json!({ "cost": 6.5, "profiles": [
        { "name": "Billing", "agents": 2 }, { "name": "Technical", "agents": 0 }, { "name": "Both", "agents": 3 },
    ] });
    assert_eq!(mix(asked.clone()), Ok(expected));
    let mut one_by_one = asked;
    one_by_one["one_skill_at_a_time"] = json!(true);
    let expected = json!({ "cost": 8.5, "profiles": [
        { "name": "Billing", "agents": 4, "serving": { "billing": 4 } },
        { "name": "Technical", "agents": 3, "serving": { "technical": 3 } },
        { "name": "Both", "agents": 1, "serving": { "billing": 1 } },
    ] });
    assert_eq!(mix(one_by_one), Ok(expected));
}

#[test]
fn what_cannot_be_answered_is_a_bad_request() {
    let question = json!({ "calls_per_hour": 200, "aht_s": 180, "within_s": 20, "target": 80 });
    assert_eq!(
        plan(question),
        Err(Failure::BadRequest("target is 80: write a fraction of 1, such as 0.8".to_owned()))
    );
    let question = json!({ "required": { "french": 1 }, "profiles": [] });
    let why = "required has \"french\", which no profile has: add one that does";
    assert_eq!(mix(question), Err(Failure::BadRequest(why.to_owned())));
}
