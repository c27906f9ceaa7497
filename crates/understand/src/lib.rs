pub mod intent {
    pub struct Model(Vec<(String, Vec<String>)>);
    pub struct Guess {
        pub intent: Option<String>,
        pub confidence: f64,
    }
    fn toks(t: &str) -> Vec<String> {
        t.to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| w.len() > 3)
            .map(str::to_owned)
            .collect()
    }
    impl Model {
        pub fn learn(examples: &[(&str, &str)]) -> Model {
            Model(examples.iter().map(|(i, e)| ((*i).to_owned(), toks(e))).collect())
        }
        pub fn classify(&self, text: &str) -> Guess {
            let t = toks(text);
            let best = self
                .0
                .iter()
                .map(|(i, e)| {
                    (
                        e.iter().filter(|w| t.contains(w)).count() as f64
                            / e.len().max(t.len()).max(1) as f64,
                        i,
                    )
                })
                .max_by(|a, b| a.0.total_cmp(&b.0));
            match best {
                Some((c, i)) if c > 0.0 => Guess { intent: Some(i.clone()), confidence: c },
                _ => Guess { intent: None, confidence: 0.0 },
            }
        }
    }
}
pub mod entity {
    pub struct Place {
        pub locale: String,
        pub today: jiff::civil::Date,
    }
}
pub mod redact {
    pub fn redact(text: &str, _: &crate::entity::Place) -> String {
        text.to_owned()
    }
}
