//! Letters of ours, read again as the contact's program reads them.

use channel::{
    codec::Codec,
    outbound::{Answered, Correspondence, Outbound, ProviderRequest},
    received::{Received, Settings},
};
use channel_email::codec::Email;
use domain::{
    contact::Identity,
    message::{Attachment, Content, Letter, Menu, MenuOption},
    time::Timestamp,
};
use serde_json::{Value, json};

fn settings(provider: &str) -> Settings {
    Settings::from([
        ("provider", provider),
        ("address", "hola@shop.example"),
        ("display_name", "Tienda \"Sol\""),
        ("signature", "Tienda Sol\nTel. 900"),
        ("plus_addresses", "true"),
        ("access_token", "t0ken"),
        ("region", "eu-west-1"),
        ("access_key_id", "AKID"),
        ("secret_access_key", "s3cret"),
        ("mail_relay_url", "http://relay.example"),
        ("sendgrid_base_url", "https://sendgrid.example/"),
        ("mailgun_base_url", "https://mailgun.example"),
        ("postmark_base_url", "https://postmark.example"),
    ])
}

fn outbound(content: Content) -> Outbound {
    Outbound {
        message_id: "0199aa20".into(),
        to: vec![Identity::new("phone", "+34600123123"), Identity::new("email", "ana@example.org")],
        content,
        ..Outbound::default()
    }
}

fn answering(letter: Letter) -> Correspondence {
    Correspondence {
        at: Some(Timestamp(1_795_262_400_000)),
        answered: Some(Answered {
            id: Some("<abc.1@example.org>".to_owned()),
            content: Content::Letter(letter),
            at: Some(Timestamp(1_795_176_000_000)),
        }),
        ..Correspondence::default()
    }
}

fn factura() -> Letter {
    Letter {
        subject: "RE: Re: Factura nº 7 – ¿mía?".to_owned(),
        references: vec!["<first@example.org>".to_owned()],
        ..Letter::default()
    }
}

fn send(content: Content, correspondence: &Correspondence, provider: &str) -> ProviderRequest {
    sent(&Outbound { correspondence: correspondence.clone(), ..outbound(content) }, provider)
}

fn sent(message: &Outbound, provider: &str) -> ProviderRequest {
    let calls = Email.encode(message, &settings(provider)).expect("it can be sent");
    assert_eq!(calls.len(), 1);
    calls.into_iter().next().expect("one")
}

/// What the letter says to whoever gets it.
fn read(mime: &[u8]) -> Value {
    let received = Received { body: mime.to_vec(), ..Received::default() };
    let event = Email.decode(&received, &Settings::from([("provider", "raw")])).expect("a letter").remove(0);
    event.expect("an event").to_json()
}

fn header<'a>(request: &'a ProviderRequest, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_str())
}

#[test]
fn an_answer_stays_in_its_thread() {
    let request = send(Content::text("Sí, es suya.\n.\nFrom aquí"), &answering(factura()), "raw");
    assert_eq!((request.method, request.url.as_str()), ("POST", "http://relay.example/mail"));
    assert_eq!(header(&request, "x-envelope-to"), Some("ana@example.org"));
    assert_eq!(header(&request, "authorization"), Some("Bearer t0ken"));
    let event = read(&request.body);
    assert_eq!(event["provider_id"], "<0199aa20@shop.example>");
    assert_eq!(event["in_reply_to"], "<abc.1@example.org>");
    assert_eq!(event["extra"]["references"], json!(["<first@example.org>", "<abc.1@example.org>"]));
    assert_eq!(event["extra"]["subject"], "Re: Factura nº 7 – ¿mía?");
    assert_eq!(event["extra"]["reply_to"], "hola+0199aa20@shop.example");
    assert_eq!(
        event["from"],
        json!({ "scheme": "email", "id": "hola@shop.example", "name": "Tienda \"Sol\"" })
    );
    assert_eq!(event["at"], "2026-11-21T12:00:00Z");
    let text = event["text"].as_str().expect("text").replace("\r\n", "\n");
    assert_eq!(text, "Sí, es suya.\n.\nFrom aquí\n\n-- \nTienda Sol\nTel. 900");
    assert_eq!(event["extra"].get("machine"), None);
}

#[test]
fn what_a_machine_wrote_says_so() {
    let correspondence = Correspondence { automatic: true, ..answering(factura()) };
    let event = read(&send(Content::text("Hola"), &correspondence, "raw").body);
    assert_eq!(event["extra"]["auto_reply"], "auto-submitted");
}

#[test]
fn files_and_html_go_along() {
    let picture = Attachment {
        id: Some("f1".to_owned()),
        kind: "image".to_owned(),
        mime: Some("image/png".to_owned()),
        name: Some("sol.png".to_owned()),
        content_id: Some("sol".to_owned()),
        ..Attachment::default()
    };
    let file = Attachment {
        id: Some("f2".to_owned()),
        mime: Some("application/pdf".to_owned()),
        name: Some("año\r\nX-Evil: 1.pdf".to_owned()),
        content_id: None,
        ..picture.clone()
    };
    let letter = Letter {
        subject: "Su factura\r\nBcc: evil@example.org".to_owned(),
        html: Some("<p>Aquí está <img src=\"cid:sol\"><script>x()</script></p>".to_owned()),
        attachments: vec![picture, file],
        ..Letter::default()
    };
    let mut message = outbound(Content::Letter(letter));
    message.files.insert("f1".to_owned(), b"\x89PNG".to_vec());
    message.files.insert("f2".to_owned(), b"%PDF-1.4\n".to_vec());
    let request = sent(&message, "raw");
    assert!(!String::from_utf8_lossy(&request.body).contains("\nBcc:"));
    let event = read(&request.body);
    assert_eq!(event["extra"]["subject"], "Su factura Bcc: evil@example.org");
    let html = event["extra"]["html"].as_str().expect("HTML");
    assert!(html.contains("cid:sol") && !html.contains("script"), "{html}");
    assert!(event["text"].as_str().expect("text").starts_with("Aquí está"), "{}", event["text"]);
    let files: Vec<_> = event["attachments"]
        .as_array()
        .expect("files")
        .iter()
        .map(|file| (file["mime"].clone(), file["size"].clone()))
        .collect();
    assert_eq!(files, [(json!("image/png"), json!(4)), (json!("application/pdf"), json!(9))]);

    message.files.remove("f2");
    let lost = Email.encode(&message, &settings("raw"));
    assert_eq!(lost.expect_err("a file is missing").code, "file");
}

#[test]
fn a_menu_is_numbered_and_a_first_letter_has_a_subject() {
    let options =
        ["Sí", "No"].map(|title| MenuOption { id: title.to_owned(), title: title.to_owned() }).to_vec();
    let menu = Menu { text: "¿Le ayudamos?".to_owned(), options };
    let event = read(&send(Content::Menu(menu), &Correspondence::default(), "raw").body);
    assert_eq!(event["extra"]["subject"], "¿Le ayudamos?");
    assert!(
        event["text"]
            .as_str()
            .expect("text")
            .replace("\r\n", "\n")
            .starts_with("¿Le ayudamos?\n1. Sí\n2. No")
    );
}

#[test]
fn the_answer_goes_where_it_is_wanted_and_never_to_ourselves() {
    for (reply_to, expected) in [
        (Some("ana.casa@example.org"), "ana.casa@example.org"),
        (Some("Hola+7@shop.example"), "ana@example.org"),
        (Some("nonsense"), "ana@example.org"),
        (None, "ana@example.org"),
    ] {
        let letter = Letter { reply_to: reply_to.map(str::to_owned), ..factura() };
        let request = send(Content::text("Hola"), &answering(letter), "raw");
        assert_eq!(header(&request, "x-envelope-to"), Some(expected), "{reply_to:?}");
    }
    for (identity, code) in [("hola@shop.example", "no_address"), ("nonsense", "no_address")] {
        let message = Outbound { to: vec![Identity::new("email", identity)], ..outbound(Content::text("x")) };
        assert_eq!(Email.encode(&message, &settings("raw")).expect_err(identity).code, code);
    }
}

#[test]
fn providers_get_their_own_shapes() {
    let correspondence = answering(factura());
    let json_of = |request: &ProviderRequest| serde_json::from_slice::<Value>(&request.body).expect("JSON");

    let request = send(Content::text("Hola"), &correspondence, "sendgrid");
    let body = json_of(&request);
    assert_eq!(request.url, "https://sendgrid.example/v3/mail/send");
    assert_eq!(body["personalizations"][0]["to"], json!([{ "email": "ana@example.org" }]));
    assert_eq!(body["personalizations"][0]["custom_args"], json!({ "message_id": "0199aa20" }));
    assert_eq!(body["headers"]["Message-ID"], "<0199aa20@shop.example>");
    assert_eq!(body["headers"]["References"], "<first@example.org> <abc.1@example.org>");
    assert_eq!(body["reply_to"], json!({ "email": "hola+0199aa20@shop.example" }));

    let request = send(Content::text("Hola"), &correspondence, "mailgun");
    assert_eq!(request.url, "https://mailgun.example/v3/shop.example/messages.mime");
    assert_eq!(header(&request, "authorization"), Some("Basic YXBpOnQwa2Vu"));
    let body = String::from_utf8_lossy(&request.body).into_owned();
    assert!(
        body.contains("name=\"to\"\r\n\r\nana@example.org\r\n")
            && body.contains("name=\"v:message_id\"\r\n\r\n0199aa20\r\n")
    );
    assert!(
        body.contains("Message-ID: <0199aa20@shop.example>") && body.ends_with("--centralita-0199aa20--\r\n")
    );

    let request = send(Content::text("Hola"), &correspondence, "postmark");
    let body = json_of(&request);
    assert_eq!(request.url, "https://postmark.example/email");
    assert_eq!(header(&request, "x-postmark-server-token"), Some("t0ken"));
    assert_eq!(body["From"], "\"Tienda 'Sol'\" <hola@shop.example>");
    assert_eq!(body["Metadata"], json!({ "message_id": "0199aa20" }));
    assert!(
        body["Headers"]
            .as_array()
            .expect("headers")
            .contains(&json!({ "Name": "X-PM-KeepID", "Value": "true" }))
    );

    let request = send(Content::text("Hola"), &correspondence, "ses");
    let body = json_of(&request);
    assert_eq!(request.url, "https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails");
    assert_eq!(body["EmailTags"], json!([{ "Name": "message_id", "Value": "0199aa20" }]));
    let authorization = header(&request, "authorization").expect("signed");
    let signed =
        "Credential=AKID/20261121/eu-west-1/ses/aws4_request, SignedHeaders=content-type;host;x-amz-date, ";
    assert!(authorization.starts_with(&format!("AWS4-HMAC-SHA256 {signed}")), "{authorization}");
    assert!(!format!("{request:?}").contains("s3cret"));
}

#[test]
fn an_account_without_its_settings_says_which() {
    for (provider, missing) in [
        ("sendgrid", "access_token"),
        ("mailgun", "access_token"),
        ("postmark", "access_token"),
        ("ses", "secret_access_key"),
        ("raw", "mail_relay_url"),
        ("raw", "address"),
    ] {
        let mut settings = settings(provider);
        settings.0.remove(missing);
        let message = Outbound { correspondence: answering(factura()), ..outbound(Content::text("x")) };
        let refused = Email.encode(&message, &settings);
        assert_eq!(refused.expect_err(missing).code, "not_configured", "{provider} {missing}");
    }
    let unknown = Settings::from([("provider", "pigeon"), ("address", "hola@shop.example")]);
    assert_eq!(
        Email.encode(&outbound(Content::text("x")), &unknown).expect_err("unknown").code,
        "not_configured"
    );
}

#[test]
fn a_letter_goes_to_all_whom_its_writer_names_and_never_to_us() {
    let letter = Letter {
        text: "Hola".to_owned(),
        to: ["ana@example.org", "HOLA@shop.example"].map(str::to_owned).to_vec(),
        cc: ["bob@example.org", "Ana@example.org", "eva@example.org"].map(str::to_owned).to_vec(),
        ..Letter::default()
    };
    for provider in ["raw", "sendgrid", "mailgun", "postmark", "ses"] {
        let mut message = outbound(Content::Letter(letter.clone()));
        message.correspondence = answering(factura());
        let calls = Email.encode(&message, &settings(provider)).expect("it can be sent");
        let body = String::from_utf8_lossy(&calls[0].body).into_owned();
        let json = || serde_json::from_str::<Value>(&body).expect("JSON");
        let all = "ana@example.org,bob@example.org,eva@example.org";
        match provider {
            "raw" => {
                assert_eq!(header(&calls[0], "x-envelope-to"), Some(all));
                assert!(body.contains("Cc: <bob@example.org>, <eva@example.org>"), "{body}");
            }
            "sendgrid" => {
                let to = &json()["personalizations"][0];
                assert_eq!(to["to"], json!([{ "email": "ana@example.org" }]));
                assert_eq!(to["cc"], json!([{ "email": "bob@example.org" }, { "email": "eva@example.org" }]));
            }
            "mailgun" => assert!(body.contains(&format!("name=\"to\"\r\n\r\n{all}\r\n")), "{body}"),
            "postmark" => {
                assert_eq!(json()["To"], "ana@example.org");
                assert_eq!(json()["Cc"], "bob@example.org,eva@example.org");
            }
            _ => assert_eq!(
                json()["Destination"]["ToAddresses"],
                json!(["ana@example.org", "bob@example.org", "eva@example.org"])
            ),
        }
    }
    let ours_alone = Letter { to: vec!["hola@shop.example".to_owned()], ..letter };
    let message = Outbound { to: vec![], ..outbound(Content::Letter(Letter { cc: vec![], ..ours_alone })) };
    assert_eq!(Email.encode(&message, &settings("raw")).expect_err("to nobody").code, "no_address");
}

#[test]
fn below_ours_stand_signature_and_the_letter_that_is_answered() {
    let answered = Letter {
        from: Some("Ana <ana@example.org>".to_owned()),
        text: "¿Dónde está?\n> viejo".to_owned(),
        ..factura()
    };
    let values = [("agent.name", "Luz"), ("queue.name", "Ventas")];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let written = |locale: &str, settings: &Settings| {
        let correspondence = Correspondence {
            locale: Some(locale.to_owned()),
            values: std::collections::BTreeMap::clone(&values),
            ..answering(answered.clone())
        };
        let message = Outbound { correspondence, ..outbound(Content::text("En camino.")) };
        let call = Email.encode(&message, settings).expect("it can be sent").remove(0);
        read(&call.body)["text"].as_str().unwrap_or_default().replace("\r\n", "\n")
    };
    let mut own = settings("raw");
    own.0.insert("signature".to_owned(), "{agent.name}, {queue.name}".to_owned());
    own.0.insert("signature_en".to_owned(), "Yours, {agent.name} {nobody}".to_owned());
    assert_eq!(
        written("es-MX", &own),
        "En camino.\n\n-- \nLuz, Ventas\n\nEl 2026-11-20, Ana <ana@example.org> escribió:\n> ¿Dónde está?\n>> viejo"
    );
    assert!(
        written("en", &own)
            .contains("-- \nYours, Luz {nobody}\n\nOn 2026-11-20, Ana <ana@example.org> wrote:")
    );
    assert!(written("pt", &own).contains("Em 2026-11-20, Ana <ana@example.org> escreveu:"));
    own.0.insert("quote".to_owned(), "false".to_owned());
    assert_eq!(written("es", &own), "En camino.\n\n-- \nLuz, Ventas");
}

#[test]
fn a_repeated_attempt_is_known_by_its_key() {
    let message = Outbound { delivery: "0199aa20.w1".to_owned(), ..outbound(Content::text("x")) };
    let call = Email.encode(&message, &settings("raw")).expect("it can be sent").remove(0);
    assert_eq!(header(&call, "idempotency-key"), Some("0199aa20.w1"));
}
