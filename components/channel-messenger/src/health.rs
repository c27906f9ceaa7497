//! How a page stands: its token, and whether its events come.

use channel::{
    check_up::{Answered, CheckUps, Question, Said},
    received::Settings,
};
use meta::{
    graph::{Graph, is_id},
    health::{TOKEN, ask_subscription, ask_token, read_subscription, read_token},
};

const PERMISSIONS: [&str; 2] = ["pages_messaging", "pages_manage_metadata"];

/// Without these, messages or comments are missed; the others are of less weight.
const FIELDS: [&str; 3] = ["messages", "messaging_postbacks", "feed"];

pub(crate) struct Pages;

impl CheckUps for Pages {
    fn questions(&self, settings: &Settings) -> Vec<Question> {
        let Ok(graph) = Graph::of(settings) else { return vec![] };
        let page = settings.get("address").filter(|id| is_id(id));
        let mut questions = vec![ask_token(&graph)];
        questions.extend(page.map(|page| ask_subscription(&graph, page)));
        questions
    }

    fn read(&self, question: &str, said: &Said<'_>, settings: &Settings) -> Answered {
        match question {
            TOKEN => read_token(said, &PERMISSIONS, settings),
            _ => read_subscription(said, &FIELDS, settings),
        }
    }
}
