//! Who takes part in a call.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One party of a call. In JSON: `customer`, `agent:ID`, or `x1`, `x2` …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Leg {
    /// The contact, whoever of the two dialled.
    Customer,
    Agent(String),
    /// Somebody outside whom an agent dialled in, counted from 1 within the call.
    Other(u32),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no leg: write customer, agent:ID, or x1, x2 …")]
pub struct NoLeg(String);

impl FromStr for Leg {
    type Err = NoLeg;

    fn from_str(text: &str) -> Result<Leg, NoLeg> {
        let no_leg = || NoLeg(text.to_owned());
        if text == "customer" {
            return Ok(Leg::Customer);
        }
        if let Some(agent) = text.strip_prefix("agent:").filter(|agent| !agent.is_empty()) {
            return Ok(Leg::Agent(agent.to_owned()));
        }
        let number = text.strip_prefix('x').filter(|digits| !digits.starts_with(['0', '+']));
        number.and_then(|digits| digits.parse().ok()).map(Leg::Other).ok_or_else(no_leg)
    }
}

impl TryFrom<String> for Leg {
    type Error = NoLeg;

    fn try_from(text: String) -> Result<Leg, NoLeg> {
        text.parse()
    }
}

impl From<Leg> for String {
    fn from(leg: Leg) -> String {
        leg.to_string()
    }
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Leg::Customer => f.write_str("customer"),
            Leg::Agent(agent) => write!(f, "agent:{agent}"),
            Leg::Other(number) => write!(f, "x{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_reads_as_it_is_written() {
        for (text, leg) in [
            ("customer", Leg::Customer),
            ("agent:ana", Leg::Agent("ana".into())),
            ("agent:a:b", Leg::Agent("a:b".into())),
            ("x1", Leg::Other(1)),
            ("x4294967295", Leg::Other(u32::MAX)),
        ] {
            assert_eq!(text.parse(), Ok(leg.clone()), "{text}");
            assert_eq!(leg.to_string(), text);
        }
        for odd in ["", "agent", "agent:", "x", "x0", "x01", "x+1", "x-1", "x4294967296", "Customer"] {
            assert_eq!(odd.parse::<Leg>(), Err(NoLeg(odd.into())), "{odd}");
        }
    }
}
