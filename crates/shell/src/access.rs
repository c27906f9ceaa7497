//! Who may do what.

use crate::failure::{Failure, Result};
use domain::{agent::Role, id::AgentId};
use serde::{Deserialize, Serialize};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// `None`: the bearer of the administrator's token, who is no agent.
    pub agent: Option<AgentId>,
    pub role: Role,
}

impl Caller {
    /// The agent who asks; the administrator's token cannot do an agent's work.
    pub fn agent(&self) -> Result<&AgentId> {
        self.agent.as_ref().ok_or_else(|| Failure::Forbidden("only an agent can do this".to_owned()))
    }

    pub fn supervises(&self) -> Result<()> {
        match self.role {
            Role::Supervisor | Role::Admin => Ok(()),
            Role::Agent => Err(Failure::Forbidden("only a supervisor can do this".to_owned())),
        }
    }

    pub fn administers(&self) -> Result<()> {
        match self.role {
            Role::Admin => Ok(()),
            Role::Agent | Role::Supervisor => {
                Err(Failure::Forbidden("only an administrator can do this".to_owned()))
            }
        }
    }
}
