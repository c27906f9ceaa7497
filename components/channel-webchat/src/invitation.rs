//! What the business says first to somebody who only looks around: the setting `invitations`.
//!
//! A visitor who answers one names it by its number; its words always come from the settings, so nobody puts
//! words in the business's mouth.

use crate::config::text_in;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Longer than anybody stays on a page.
const AFTER_S_MAX: u32 = 3_600;

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Setting {
    /// Seconds on the page.
    #[serde(default)]
    after_s: u32,
    /// Paths, or whole addresses, with `*` for anything; none: every page.
    #[serde(default)]
    pages: Vec<String>,
    /// `text`, `text_en`, `text_pt`.
    #[serde(flatten)]
    texts: Map<String, Value>,
}

/// As the widget gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invitation {
    pub id: usize,
    pub after_s: u32,
    pub pages: Vec<String>,
    pub text: String,
}

/// The account's invitations in a language. One that says nothing invites nobody.
pub fn all(setting: Option<&Value>, language: &str) -> Vec<Invitation> {
    let list = setting.and_then(Value::as_array).into_iter().flatten().enumerate();
    let read = |(id, each): (usize, &Value)| {
        let Setting { after_s, pages, texts } = Setting::deserialize(each).ok()?;
        let text = text_in(&texts, "text", language)?.to_owned();
        Some(Invitation { id, after_s: after_s.min(AFTER_S_MAX), pages, text })
    };
    list.filter_map(read).collect()
}

/// The words of the invitation `id`.
pub fn text(setting: Option<&Value>, id: u64, language: &str) -> Option<String> {
    let named = |invitation: &Invitation| u64::try_from(invitation.id) == Ok(id);
    all(setting, language).into_iter().find(named).map(|invitation| invitation.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_has_its_number_and_its_words() {
        let setting = json!([
            {"after_s": 30},
            {"after_s": 99_999, "pages": ["/ofertas*"], "text": "¿Buscas algo?", "text_en": "Looking for something?"},
            "no",
        ]);
        let found = all(Some(&setting), "en");
        assert_eq!(
            json!(found),
            json!([{"id": 1, "after_s": 3600, "pages": ["/ofertas*"], "text": "Looking for something?"}])
        );
        assert_eq!(text(Some(&setting), 1, "pt").as_deref(), Some("¿Buscas algo?"));
        assert_eq!(text(Some(&setting), 0, "es"), None);
        assert_eq!(text(None, 1, "es"), None);
    }
}
