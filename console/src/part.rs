//! Who has to do with an interaction, as one agent sees it: whose it is, who helps, who is asked.

use api::agent::{AgentStat, PresenceStatus};
use api::interaction::{Interaction, Part, Way};

/// What `agent` has to do with it, if anything.
pub fn of<'a>(interaction: &'a Interaction, agent: &str) -> Option<&'a Part> {
    interaction.parts.iter().find(|part| part.agent.id == agent)
}

/// It waits for a yes or a no.
pub fn rings(way: Way) -> bool {
    matches!(way, Way::Offered | Way::Invited)
}

/// The contact reads what they write.
pub fn talks(way: Way) -> bool {
    matches!(way, Way::Active | Way::Conference)
}

/// They help whoever has it.
pub fn helps(way: Way) -> bool {
    matches!(way, Way::Consult | Way::Conference)
}

/// The colleagues who help.
pub fn helping(interaction: &Interaction) -> impl Iterator<Item = &Part> {
    interaction.parts.iter().filter(|part| helps(part.way))
}

/// The names of those who are asked to help.
pub fn asked(interaction: &Interaction) -> String {
    let asked = interaction.parts.iter().filter(|part| part.way == Way::Invited);
    asked.map(|part| part.agent.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Whether `after` says that nobody came to help whom `before` still asked on behalf of `agent`.
pub fn is_unanswered(before: &Interaction, after: &Interaction, agent: &str) -> bool {
    let asks = |interaction: &Interaction| interaction.invitation.is_some();
    let has = of(after, agent).is_some_and(|part| part.way == Way::Active);
    let came = helping(after).any(|part| of(before, &part.agent.id).is_none_or(|known| !helps(known.way)));
    asks(before) && !asks(after) && has && !came
}

/// Whether somebody could be asked now. Only the server knows whether they have room.
pub fn is_free(agent: &AgentStat) -> bool {
    agent.presence.status == PresenceStatus::Available && agent.connected
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HAS: (&str, &str) = ("ana", "active");

    #[test]
    fn nobody_came() {
        let asked = ("luis", "invited");
        for (before, after, expected) in [
            (vec![HAS, asked], vec![HAS], true),
            (vec![HAS, asked, ("eva", "invited")], vec![HAS, asked], false),
            (vec![HAS, asked], vec![HAS, ("luis", "consult")], false),
            (vec![HAS, asked, ("eva", "consult")], vec![HAS, ("eva", "consult")], true),
            (vec![HAS, asked, ("eva", "consult")], vec![HAS, ("luis", "consult"), ("eva", "consult")], false),
            (vec![HAS, asked], vec![("ana", "wrap_up")], false),
            (vec![HAS], vec![HAS], false),
        ] {
            let (before, after) = (interaction(&before), interaction(&after));
            assert_eq!(is_unanswered(&before, &after, "ana"), expected, "{:?}", after.parts);
            assert!(!is_unanswered(&before, &after, "luis"), "only whoever asked is told");
        }
    }

    #[test]
    fn who_is_asked_and_who_helps() {
        let parts =
            [HAS, ("luis", "invited"), ("eva", "conference"), ("rosa", "invited"), ("leo", "consult")];
        let interaction = interaction(&parts);
        assert_eq!(asked(&interaction), "Luis, Rosa");
        let names: Vec<_> = helping(&interaction).map(|part| part.agent.id.as_str()).collect();
        assert_eq!(names, ["eva", "leo"]);
    }

    fn interaction(parts: &[(&str, &str)]) -> Interaction {
        let asks = parts.iter().any(|(_, way)| *way == "invited");
        let by = json!({"by": {"id": "ana", "name": "Ana"}, "way": "consult", "answer_by_ms": 9});
        let name = |id: &str| format!("{}{}", id[..1].to_uppercase(), &id[1..]);
        let part = |(id, way): &(&str, &str)| json!({"agent": {"id": id, "name": name(id)}, "way": way});
        let interaction = json!({"id": "a", "version": 1, "state": "active", "channel": "mail",
            "account": {"id": "demo", "name": "Demo"}, "contact": {"id": "marta", "name": "Marta"},
            "conversation_id": "c", "started_ms": 0, "unread": 0,
            "invitation": asks.then_some(by), "parts": parts.iter().map(part).collect::<Vec<_>>()});
        serde_json::from_value(interaction).unwrap()
    }
}
