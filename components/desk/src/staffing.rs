//! How many agents it takes, for whoever plans.

use api::staffing::{
    MixedStaffing, MixedStaffingQuestion, StaffedProfile, StaffingPlan, StaffingProfile, StaffingQuestion,
    StaffingRow,
};
use domain::staffing::{
    Unusable,
    erlang::Figures,
    mixed::{self, Counts, Profile},
    requirement::{self, Question, TARGET},
};
use shell::failure::{Failure, Result};

pub fn plan(asked: &StaffingQuestion) -> Result<StaffingPlan> {
    let question = Question {
        calls_per_hour: asked.calls_per_hour,
        aht_s: asked.aht_s,
        within_s: asked.within_s,
        patience_s: asked.patience_s,
        shrinkage: asked.shrinkage.unwrap_or_default(),
        max_occupancy: asked.max_occupancy,
        target: asked.target.unwrap_or(TARGET),
    };
    let plan = requirement::plan(&question).map_err(refused)?;
    Ok(StaffingPlan {
        rows: plan.rows.into_iter().map(row).collect(),
        recommended: plan.recommended,
        scheduled: plan.scheduled,
    })
}

fn row(figures: Figures) -> StaffingRow {
    let Figures { agents, occupancy, p_wait, service_level, asa_s, p_abandon } = figures;
    StaffingRow { agents, occupancy, p_wait, service_level, asa_s, p_abandon }
}

pub fn mix(asked: &MixedStaffingQuestion) -> Result<MixedStaffing> {
    let profile = |profile: &StaffingProfile| {
        let StaffingProfile { name, cost, skills, available } = profile.clone();
        Profile { name, cost, skills, available }
    };
    let profiles: Vec<Profile> = asked.profiles.iter().map(profile).collect();
    let counts = if asked.one_skill_at_a_time { Counts::ForOneSkill } else { Counts::ForEverySkill };
    let mix = mixed::mix(&asked.required, &profiles, counts).map_err(refused)?;
    let staffed = profiles.into_iter().zip(mix.agents).map(|(profile, chosen)| StaffedProfile {
        name: profile.name,
        agents: chosen.agents,
        serving: chosen.serving,
    });
    Ok(MixedStaffing { cost: mix.cost, profiles: staffed.collect() })
}

fn refused(unusable: Unusable) -> Failure {
    Failure::BadRequest(unusable.to_string())
}
