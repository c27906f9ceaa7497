//! The parts of a flow's page, one at a time.

use crate::language::FlowWords;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Diagram,
    Edit,
    Rehearse,
    Versions,
}

impl Part {
    pub(super) const ALL: [Part; 4] = [Part::Diagram, Part::Edit, Part::Rehearse, Part::Versions];

    pub(super) fn name(self) -> &'static str {
        match self {
            Part::Diagram => "diagram",
            Part::Edit => "edit",
            Part::Rehearse => "rehearse",
            Part::Versions => "versions",
        }
    }

    pub(super) fn title(self, words: &FlowWords) -> &'static str {
        match self {
            Part::Diagram => words.diagram,
            Part::Edit => words.edit,
            Part::Rehearse => words.rehearse,
            Part::Versions => words.versions,
        }
    }
}
