//! Every `fixtures/NAME.form`, headers and body of a post, decodes to the line of `fixtures/NAME.jsonl`, as
//! `centralita inspect` prints it. `UPDATE=1` writes them anew; read the difference before committing.

use channel::{
    codec::Codec,
    received::{Received, Settings},
};
use channel_webform::codec::Webform;
use std::{fs, path::Path};

#[test]
fn fixtures_decode_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = fs::read_dir(folder).expect("fixtures").map(|file| file.expect("readable").path());
    let mut count = 0;
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "form")) {
        let text = fs::read_to_string(&path).expect("readable");
        // As it goes over the line; in the repository lines end as everywhere.
        let (head, body) = text.split_once("\n\n").expect("headers and a body");
        let headers = head.lines().filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let body = body.trim_end().replace('\n', "\r\n").into_bytes();
        let received = Received { method: "POST".to_owned(), headers, body, ..Received::default() };
        let settings =
            Settings::from([("account", "contacto"), ("mail_account", "correo"), ("calling_code", "34")]);
        let events = Webform.decode(&received, &settings).expect("a fixture");
        let lines: String =
            events.into_iter().flatten().map(|event| format!("{}\n", event.to_json())).collect();
        let expected = path.with_extension("jsonl");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &lines).expect("writes");
        }
        assert_eq!(lines, fs::read_to_string(&expected).unwrap_or_default(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 3, "there are fixtures");
}
