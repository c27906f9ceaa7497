//! What an agent must be able to do for a contact, and how that is asked less of over time.
//!
//! As text, for flows, queues and scenario files: steps with a semicolon between them, each for so long,
//! counted from the beginning of the wait. When all are over, any agent of the queue will do.
//!
//! ```text
//! english >= 4 and billing >= 2 for 30s; english >= 3 for 1m
//! not trainee and (vip >= 1 or agent = amy)
//! ```
//! `,` says *and*, and `english:4` says `english >= 4`; a skill alone asks for level 1. A name that is no
//! word of letters, digits, `_`, `-` and `.` stands in double quotes.

mod parse;

pub use parse::NoNeeds;

use crate::id::AgentId;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, time::Duration};

/// A skill, from level 1 (can help) to 10 (expert): what an agent has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skill {
    pub name: String,
    pub level: u8,
}

/// What is asked of an agent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expression {
    /// Anybody.
    Any,
    /// The skill at a level of `least` to `most`; who has not got the skill has level 0.
    Skill {
        name: String,
        least: u8,
        most: u8,
    },
    /// This very agent.
    Agent(AgentId),
    All(Vec<Expression>),
    One(Vec<Expression>),
    Not(Box<Expression>),
}

impl Expression {
    pub fn allows(&self, agent: &AgentId, skills: &[Skill]) -> bool {
        match self {
            Expression::Any => true,
            Expression::Skill { name, least, most } => (*least..=*most).contains(&level(skills, name)),
            Expression::Agent(id) => id == agent,
            Expression::All(parts) => parts.iter().all(|part| part.allows(agent, skills)),
            Expression::One(parts) => parts.iter().any(|part| part.allows(agent, skills)),
            Expression::Not(part) => !part.allows(agent, skills),
        }
    }

    /// The sum of an agent's levels in the skills that are asked for: of two who are asked for the same,
    /// the higher has the better average.
    pub fn proficiency(&self, skills: &[Skill]) -> u32 {
        match self {
            Expression::Any | Expression::Agent(_) | Expression::Not(_) => 0,
            Expression::Skill { name, .. } => u32::from(level(skills, name)),
            Expression::All(parts) | Expression::One(parts) => {
                parts.iter().map(|part| part.proficiency(skills)).sum()
            }
        }
    }
}

fn level(skills: &[Skill], name: &str) -> u8 {
    skills.iter().find(|skill| skill.name == name).map_or(0, |skill| skill.level)
}

/// What is asked at first, then, and then.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Needs {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    pub expression: Expression,
    /// `None`: for as long as the contact waits. Only the last step has none.
    pub lasts: Option<Duration>,
}

impl Needs {
    /// Nothing: any agent of the queue will do.
    pub const NONE: Needs = Needs { steps: vec![] };

    /// For as long as the contact waits.
    pub fn always(expression: Expression) -> Self {
        Needs { steps: vec![Step { expression, lasts: None }] }
    }

    /// What is asked after so long a wait, and the wait at which that changes.
    pub fn after(&self, waited: Duration) -> (&Expression, Option<Duration>) {
        let mut until = Duration::ZERO;
        for Step { expression, lasts } in &self.steps {
            let Some(lasts) = lasts else { return (expression, None) };
            until += *lasts;
            if waited < until {
                return (expression, Some(until));
            }
        }
        (&Expression::Any, None)
    }

    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

impl FromStr for Needs {
    type Err = NoNeeds;

    fn from_str(text: &str) -> Result<Self, NoNeeds> {
        parse::needs(text)
    }
}

impl TryFrom<String> for Needs {
    type Error = NoNeeds;

    fn try_from(text: String) -> Result<Self, NoNeeds> {
        text.parse()
    }
}

impl From<Needs> for String {
    fn from(needs: Needs) -> String {
        needs.to_string()
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Step { expression, lasts }) in self.steps.iter().enumerate() {
            if place > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{expression}")?;
            if let Some(lasts) = lasts {
                write!(f, " for {}ms", lasts.as_millis())?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Expression], word: &str| {
            for (place, part) in parts.iter().enumerate() {
                if place > 0 {
                    write!(f, " {word} ")?;
                }
                match part {
                    Expression::All(_) | Expression::One(_) => write!(f, "({part})")?,
                    _ => write!(f, "{part}")?,
                }
            }
            Ok(())
        };
        match self {
            Expression::Any => f.write_str("any"),
            Expression::Skill { name, least, most } => skill(f, &parse::quoted(name), *least, *most),
            Expression::Agent(id) => write!(f, "agent = {}", parse::quoted(id.as_str())),
            Expression::All(parts) => joined(f, parts, "and"),
            Expression::One(parts) => joined(f, parts, "or"),
            Expression::Not(part) => match part.as_ref() {
                Expression::All(_) | Expression::One(_) => write!(f, "not ({part})"),
                _ => write!(f, "not {part}"),
            },
        }
    }
}

fn skill(f: &mut fmt::Formatter<'_>, name: &str, least: u8, most: u8) -> fmt::Result {
    match (least, most) {
        (least, most) if least == most => write!(f, "{name} = {least}"),
        (0, most) => write!(f, "{name} <= {most}"),
        (least, _) => write!(f, "{name} >= {least}"),
    }
}
