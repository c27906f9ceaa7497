use channel::{codec::Codec, received::{Received, Settings}};
fn main() {
    for path in std::env::args().skip(1) {
        let body = std::fs::read(&path).unwrap();
        let r = Received { method: "POST".into(), body, ..Default::default() };
        let out: Vec<_> = match channel_email::codec::Email.decode(&r, &Settings::from([("provider","raw")])) {
            Ok(v) => v.into_iter().map(|e| e.unwrap().to_json()).collect(),
            Err(m) => vec![serde_json::json!({"malformed": m.to_string()})],
        };
        println!("{}", serde_json::json!({"file": path, "events": out}));
    }
}
