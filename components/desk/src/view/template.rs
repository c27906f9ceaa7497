//! Templates as the desk shows them.

use api::template::{MessageTemplate, TemplateCategory, TemplateParameter, TemplatePart, TemplateStatus};
use domain::template::{Category, Definition, Parameter, Part, Status};

pub fn template(definition: Definition) -> MessageTemplate {
    MessageTemplate {
        name: definition.name,
        language: definition.language,
        category: match definition.category {
            Category::Marketing => TemplateCategory::Marketing,
            Category::Utility => TemplateCategory::Utility,
            Category::Authentication => TemplateCategory::Authentication,
        },
        status: match definition.status {
            Status::Approved => TemplateStatus::Approved,
            Status::Pending => TemplateStatus::Pending,
            Status::Rejected => TemplateStatus::Rejected,
            Status::Paused => TemplateStatus::Paused,
            Status::Disabled => TemplateStatus::Disabled,
            Status::Unfillable => TemplateStatus::Unfillable,
        },
        note: definition.note,
        parts: definition.parts.into_iter().map(part).collect(),
    }
}

fn part(part: Part) -> TemplatePart {
    let parameter = |parameter: &Parameter| TemplateParameter {
        place: part.value_of(parameter),
        mark: parameter.mark.clone(),
        example: parameter.example.clone(),
        max: u32::try_from(parameter.max).unwrap_or(u32::MAX),
    };
    TemplatePart {
        parameters: part.parameters.iter().map(parameter).collect(),
        place: part.place,
        text: part.text,
        title: part.title,
        file: part.file,
    }
}
