//! Reports about letters of ours: that one could not be delivered, is late, was read, was complained of.
//!
//! Most servers write RFC 3464 for machines. The others write to people, and what they write is
//! recognised by who writes it and in which words; a customer who forwards such a report is no server.

use super::{
    Mail,
    address::{self, is_address},
    header::{Fields, line_at},
    machine::{is_daemon, is_no_reply},
    thread, words,
};

/// What a report says became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Failed,
    /// The server goes on trying.
    Delayed,
    /// Handed on to where no reports come from.
    Relayed,
    Delivered,
    Read,
    Complained,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) fate: Fate,
    pub(crate) recipients: Vec<Recipient>,
    /// `Message-ID` of the letter it is about.
    pub(crate) original: Option<String>,
    /// For machines or only for people.
    pub(crate) structured: bool,
}

/// One address of the letter, and what happened there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Recipient {
    pub(crate) address: String,
    pub(crate) action: String,
    /// RFC 3463: `5.1.1`.
    pub(crate) status: String,
    /// The words of the server that refused.
    pub(crate) diagnostic: String,
}

/// More than one letter has; a report that goes on is cut off.
const RECIPIENTS_MAX: usize = 100;

/// `None`: it is a letter.
pub(crate) fn report(mail: &Mail) -> Option<Report> {
    let returned = returned(mail).map(|bytes| Fields::of_message(bytes).0);
    let original =
        returned.as_ref().and_then(|fields| thread::ids(&fields.raw("Message-ID")?).into_iter().next());
    let kind = mail.report_kind.as_deref().unwrap_or_default();
    if kind == "disposition-notification" {
        return Some(read_notice(mail, original));
    }
    if kind == "feedback-report" || is_plain_complaint(mail) {
        return Some(complaint(mail, returned.as_ref(), original));
    }
    let of_report = mail.report.as_deref().map(recipients).unwrap_or_default();
    let is_report = kind == "delivery-status" || !of_report.is_empty();
    if !is_report && !is_unstructured(mail) {
        return None;
    }
    let structured = is_report;
    let mut recipients = if of_report.is_empty() { recipients(mail.text.as_bytes()) } else { of_report };
    let mut fate = fate_of(&recipients);
    if recipients.is_empty() {
        recipients = told(mail);
        fate = if sounds_delayed(mail) { Fate::Delayed } else { Fate::Failed };
    }
    for recipient in &mut recipients {
        complete(recipient, &mail.text);
    }
    let original = original.or_else(|| original_in(&mail.text)).or_else(|| {
        let answered = ["In-Reply-To", "References"].iter().find_map(|name| mail.fields.raw(name));
        thread::ids(&answered?).pop()
    });
    Some(Report { fate, recipients, original, structured })
}

/// The message that came back, in the part of a report that is for it or as a file.
fn returned(mail: &Mail) -> Option<&[u8]> {
    let is_message = |mime: &str| ["message/rfc822", "text/rfc822-headers"].contains(&mime);
    let file = mail.files.iter().find(|file| is_message(&file.mime)).map(|file| file.bytes.as_slice());
    mail.returned.as_deref().or(file)
}

/// As Outlook.com complains: in words, with the letter as a file.
fn is_plain_complaint(mail: &Mail) -> bool {
    let subject = mail.fields.text("Subject").unwrap_or_default().to_lowercase();
    subject.starts_with("complaint about message from") && returned(mail).is_some()
}

fn read_notice(mail: &Mail, original: Option<String>) -> Report {
    let fields = Fields::read(mail.report.as_deref().unwrap_or_default()).0;
    let disposition = fields.raw("Disposition").unwrap_or_default().to_ascii_lowercase();
    let read = disposition.contains("displayed");
    let named = fields.raw("Original-Message-ID").and_then(|value| thread::ids(&value).into_iter().next());
    let recipient = Recipient {
        address: typed_address(&fields, "Final-Recipient").unwrap_or_default(),
        action: disposition,
        ..Recipient::default()
    };
    Report {
        fate: if read { Fate::Read } else { Fate::Delivered },
        recipients: vec![recipient],
        original: named.or(original),
        structured: true,
    }
}

fn complaint(mail: &Mail, returned: Option<&Fields>, original: Option<String>) -> Report {
    let fields = Fields::read(mail.report.as_deref().unwrap_or_default()).0;
    let to = ["Original-Rcpt-To", "Removal-Recipient", "Redacted-Address"];
    let to = to.iter().find_map(|name| address::first(&fields.raw(name)?));
    let to = to.or_else(|| address::first(&returned?.raw("To")?));
    let recipient = Recipient {
        address: to.map(|to| to.address).unwrap_or_default(),
        action: fields.raw("Feedback-Type").unwrap_or_else(|| "abuse".to_owned()).to_ascii_lowercase(),
        ..Recipient::default()
    };
    Report { fate: Fate::Complained, recipients: vec![recipient], original, structured: true }
}

/// The blocks of RFC 3464: one about the letter, then one for each recipient. Servers put empty lines
/// into them and forget them between them, so a recipient begins where its address or, failing that,
/// its action comes again.
fn recipients(report: &[u8]) -> Vec<Recipient> {
    let mut found: Vec<Recipient> = Vec::new();
    let mut block: Vec<(String, String)> = Vec::new();
    let close = |block: &mut Vec<(String, String)>, found: &mut Vec<Recipient>| {
        let fields = Fields::of(block.drain(..));
        let names = ["Final-Recipient", "Original-Recipient", "X-Actual-Recipient"];
        let Some(address) = names.iter().find_map(|name| typed_address(&fields, name)) else { return };
        if found.len() < RECIPIENTS_MAX {
            found.push(Recipient {
                address,
                action: fields.raw("Action").unwrap_or_default().to_ascii_lowercase(),
                status: fields.raw("Status").and_then(|status| enhanced(&status)).unwrap_or_default(),
                diagnostic: fields.raw("Diagnostic-Code").map(|code| diagnostic(&code)).unwrap_or_default(),
            });
        }
    };
    let mut at = 0;
    while at < report.len() {
        let (line, next) = line_at(report, at);
        at = next;
        let line = String::from_utf8_lossy(line);
        if line.trim().is_empty() {
            close(&mut block, &mut found);
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = block.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            let again = block.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
            if again && ["final-recipient", "action"].contains(&name.to_ascii_lowercase().as_str()) {
                close(&mut block, &mut found);
            }
            block.push((name.trim().to_owned(), value.trim().to_owned()));
        } else {
            block.clear();
        }
    }
    close(&mut block, &mut found);
    found
}

/// `rfc822; ana@b.es`.
fn typed_address(fields: &Fields, name: &str) -> Option<String> {
    let value = fields.raw(name)?;
    let address = value.split_once(';').map_or(value.as_str(), |(_, address)| address);
    let address = address.trim().trim_matches(['<', '>', '"']).trim();
    (!address.is_empty()).then(|| address.to_owned())
}

/// `smtp; 550 5.1.1 No such user` without its type.
fn diagnostic(value: &str) -> String {
    let text =
        value.split_once(';').filter(|(kind, _)| !kind.trim().contains(' ')).map_or(value, |(_, text)| text);
    words::decode(text.trim())
}

fn fate_of(recipients: &[Recipient]) -> Fate {
    let any = |actions: &[&str]| {
        let said = |recipient: &Recipient| actions.iter().any(|action| recipient.action.starts_with(action));
        recipients.iter().any(said)
    };
    if any(&["failed", "failure"]) {
        Fate::Failed
    } else if any(&["delayed"]) {
        Fate::Delayed
    } else if any(&["delivered"]) {
        Fate::Delivered
    } else if any(&["relayed", "expanded"]) {
        Fate::Relayed
    } else if recipients.iter().any(|recipient| recipient.status.starts_with('4')) {
        Fate::Delayed
    } else if recipients.iter().any(|recipient| recipient.status.starts_with('2')) {
        Fate::Delivered
    } else {
        Fate::Failed
    }
}

/// The sender is a server, and the words are those of a report.
fn is_unstructured(mail: &Mail) -> bool {
    if mail.fields.has("X-Failed-Recipients") {
        return true;
    }
    let from = mail.fields.text("From").unwrap_or_default();
    let local = mail.from().map_or_else(|| from.clone(), |from| from.address);
    let local = local.split(['@', ' ']).next().unwrap_or_default().to_ascii_lowercase();
    let nobody = mail.return_path().is_some_and(|path| path.is_empty());
    let subject = mail.fields.text("Subject").unwrap_or_default().to_lowercase();
    let replied = mail.fields.raw("Auto-Submitted").is_some_and(|value| value.starts_with("auto-replied"));
    let speaks = REPORTS.iter().any(|words| subject.contains(words));
    let tells = || {
        let text = mail.text.get(..mail.text.floor_char_boundary(4096)).unwrap_or_default().to_lowercase();
        FAILURES.iter().any(|words| text.contains(words))
    };
    let server = is_daemon(&local) || is_server_name(&from);
    if server {
        return speaks || tells() || local.starts_with("mailer-daemon") && !replied;
    }
    let system =
        ["root", "system", "administrator", "admin", "sysadmin", "mailadmin", "bounce", "bounces", "imss"];
    let system = system.contains(&local.as_str()) || is_no_reply(&local) || nobody;
    // A parcel "could not be delivered", too: only a server's codes or a header tell of letters.
    let proof = || {
        mail.text.lines().take(200).any(|line| code_in(line).is_some()) || original_in(&mail.text).is_some()
    };
    system && speaks && !replied && proof()
}

fn is_server_name(from: &str) -> bool {
    let from = from.to_lowercase();
    ["mail delivery", "mail administrator", "mail system", "system administrator", "delivery subsystem"]
        .iter()
        .any(|name| from.starts_with(name) || from.starts_with(&format!("\"{name}")))
}

/// Words of subjects.
const REPORTS: [&str; 41] = [
    "undeliver",
    "delivery failure",
    "delivery failed",
    "delivery status",
    "delivery notification",
    "delivery report",
    "delivery has failed",
    "delivery problem",
    "delivery error",
    "delivery delayed",
    "delivery incomplete",
    "failure notice",
    "failure delivery",
    "mail failure",
    "mail delivery",
    "mail error",
    "mail system error",
    "returned mail",
    "returned to sender",
    "returned message",
    "non-deliverable",
    "nondeliverable",
    "non delivery",
    "non-delivery",
    "could not be delivered",
    "not delivered",
    "was not delivered",
    "message you sent blocked",
    "rejected",
    "user unknown",
    "unknown user",
    "message delayed",
    "ndn:",
    "[bounce]",
    "dsn:",
    "no entregad",
    "no se ha podido entregar",
    "falló la entrega",
    "não foi entregue",
    "falha na entrega",
    "unzustellbar",
];

/// Words of texts.
const FAILURES: [&str; 24] = [
    "could not be delivered",
    "couldn't be delivered",
    "not be delivered",
    "delivery failed",
    "delivery has failed",
    "was not delivered",
    "wasn't delivered",
    "undeliverable",
    "unable to deliver",
    "wasn't able to deliver",
    "couldn't deliver",
    "could not deliver",
    "permanent error",
    "permanently failed",
    "failed permanently",
    "user unknown",
    "unknown user",
    "mailbox unavailable",
    "mailbox full",
    "returned to you",
    "rejected",
    "failure reasons",
    "no se pudo entregar",
    "não foi possível entregar",
];

fn sounds_delayed(mail: &Mail) -> bool {
    let subject = mail.fields.text("Subject").unwrap_or_default().to_lowercase();
    ["delayed", "delay)", "warning", "still being"].iter().any(|words| subject.contains(words))
}

/// The addresses that a report for people names, in the field that Exim and Google add or in its words.
fn told(mail: &Mail) -> Vec<Recipient> {
    let named: Vec<String> =
        mail.mailboxes("X-Failed-Recipients").into_iter().map(|mailbox| mailbox.address).collect();
    let own: Vec<String> = mail.mailboxes("To").into_iter().map(|mailbox| mailbox.key()).collect();
    let addresses = if named.is_empty() {
        let report = mail.text.lines().take_while(|line| !begins_original(line));
        let words = report.flat_map(|line| line.split([' ', '\t', '<', '>', '(', ')', ':', ',', '"', '\'']));
        let other = |word: &&str| is_address(word) && !own.contains(&word.to_lowercase());
        words.filter(other).map(|word| word.trim_end_matches('.').to_owned()).take(1).collect()
    } else {
        named
    };
    let failed = |address| Recipient { address, action: "failed".to_owned(), ..Recipient::default() };
    addresses.into_iter().take(RECIPIENTS_MAX).map(failed).collect()
}

fn begins_original(line: &str) -> bool {
    let lower = line.trim_start().get(..12).unwrap_or(line).to_ascii_lowercase();
    line.starts_with("---") && line.to_lowercase().contains("message")
        || ["received:", "return-path:", "message-id:"].iter().any(|name| lower.starts_with(name))
}

/// Adds what only the text says.
fn complete(recipient: &mut Recipient, text: &str) {
    if !recipient.diagnostic.is_empty() && !recipient.status.is_empty() {
        return;
    }
    let line = text.lines().take_while(|line| !begins_original(line)).find(|line| code_in(line).is_some());
    let Some((line, code)) = line.and_then(|line| Some((line, code_in(line)?))) else { return };
    if recipient.diagnostic.is_empty() {
        recipient.diagnostic = line.trim().chars().take(500).collect();
    }
    if recipient.status.is_empty() {
        recipient.status = code;
    }
}

/// An enhanced status code, or else one of SMTP's, in a line.
fn code_in(line: &str) -> Option<String> {
    let mut words =
        line.split(|c: char| !(c.is_ascii_digit() || c == '.')).map(|word| word.trim_matches('.'));
    let plain = |word: &&str| {
        word.len() == 3 && word.starts_with(['4', '5']) && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    words.clone().find_map(enhanced).or_else(|| words.find(plain).map(str::to_owned))
}

/// `5.1.1` at the start of a text.
pub(crate) fn enhanced(text: &str) -> Option<String> {
    let word = text.trim().split([' ', '\t', '(', ';']).next().unwrap_or_default();
    let parts: Vec<&str> = word.split('.').collect();
    let [class, subject, detail] = parts[..] else { return None };
    let small = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (["2", "4", "5"].contains(&class) && small(subject) && small(detail)).then(|| word.to_owned())
}

/// The letter's own id in what a report repeats of it.
fn original_in(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("message-id").then_some(value)
    });
    thread::ids(line?).into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(message: &str) -> Option<Report> {
        report(&Mail::read(message.as_bytes()))
    }

    const DSN: &str = "From: Mail System <MAILER-DAEMON@mx.example>\nTo: hola@shop.example\nSubject: Undelivered\n\
        Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
        --b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\
        Final-Recipient: rfc822; ana@b.es\nAction: failed\nStatus: 5.1.1 (bad)\n\
        Diagnostic-Code: smtp; 550 5.1.1\n No such user\n\n\
        Final-Recipient: rfc822; eva@b.es\nAction: delayed\nStatus: 4.4.1\n\n\
        --b\nContent-Type: message/rfc822\n\nMessage-ID: <1@shop.example>\nTo: ana@b.es\n\nHola\n--b--\n";

    #[test]
    fn a_structured_report() {
        let report = of(DSN).expect("a report");
        assert_eq!((report.fate, report.structured), (Fate::Failed, true));
        assert_eq!(report.original.as_deref(), Some("<1@shop.example>"));
        assert_eq!(report.recipients.len(), 2);
        let first = &report.recipients[0];
        assert_eq!((first.address.as_str(), first.status.as_str()), ("ana@b.es", "5.1.1"));
        assert_eq!(first.diagnostic, "550 5.1.1 No such user");
    }

    #[test]
    fn fates() {
        for (action, expected) in [
            ("Action: delayed", Fate::Delayed),
            ("Action: Delivered", Fate::Delivered),
            ("Action: relayed", Fate::Relayed),
            ("Action: failed (expired)", Fate::Failed),
            ("Status: 4.0.0", Fate::Delayed),
        ] {
            let report = of(&DSN
                .replace("Action: failed\nStatus: 5.1.1 (bad)", action)
                .replace("Action: delayed\nStatus: 4.4.1\n", ""));
            assert_eq!(report.expect("a report").fate, expected, "{action}");
        }
    }

    #[test]
    fn reports_for_people() {
        for (header, text, address, status) in [
            (
                "From: MAILER-DAEMON@mx.example\nSubject: failure notice",
                "I wasn't able to deliver.\n\n<ana@b.es>:\nRemote host said: 550 5.1.1 User Unknown\n\n\
                --- Below this line is a copy of the message.\n\nMessage-ID: <1@shop.example>",
                "ana@b.es",
                "5.1.1",
            ),
            (
                "From: Mailer-Daemon@mx.example\nX-Failed-Recipients: ana@b.es\nSubject: Mail failure",
                "550 no such user\n------ This is a copy of the message ------\nMessage-Id: <1@shop.example>",
                "ana@b.es",
                "550",
            ),
            (
                "From: postmaster@mx.example\nTo: hola@shop.example\nSubject: Undeliverable Mail",
                "hola@shop.example: Unknown user: ana@b.es\n\nMessage-ID: <1@shop.example>",
                "ana@b.es",
                "",
            ),
            (
                "From: \"Mail Delivery System\" <x@mx.example>\nSubject: Returned mail",
                "ana@b.es 554 5.7.0 no\nMessage-ID: <1@shop.example>",
                "ana@b.es",
                "5.7.0",
            ),
        ] {
            let report = of(&format!("{header}\n\n{text}\n")).unwrap_or_else(|| panic!("{header}"));
            assert_eq!((report.fate, report.structured), (Fate::Failed, false), "{header}");
            assert_eq!(report.recipients[0].address, address, "{header}");
            assert_eq!(report.recipients[0].status, status, "{header}");
            assert_eq!(report.original.as_deref(), Some("<1@shop.example>"), "{header}");
        }
    }

    #[test]
    fn letters_are_no_reports() {
        for header in [
            "From: ana@b.es\nSubject: FW: Undelivered Mail Returned to Sender",
            "From: ana@b.es\nSubject: My order was not delivered",
            "From: MAILER-DAEMON@b.es\nAuto-Submitted: auto-replied\nSubject: I am away",
            "From: postmaster@b.es\nSubject: Your new mailbox",
            "From: no-reply@b.es\nSubject: Your parcel could not be delivered",
        ] {
            assert_eq!(of(&format!("{header}\n\nHola, ¿dónde está mi pedido?")), None, "{header}");
        }
    }

    #[test]
    fn complaints_and_read_notices() {
        let report_of = |kind: &str, part: &str| {
            of(&format!("From: fbl@isp.example\nContent-Type: multipart/report; report-type={kind}; boundary=b\n\n\
                --b\n\nx\n--b\nContent-Type: message/{kind}\n\n{part}\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <1@shop.example>\nTo: ana@b.es\n--b--"))
                .expect("a report")
        };
        let complaint = report_of("feedback-report", "Feedback-Type: abuse\nVersion: 1");
        assert_eq!(
            (complaint.fate, complaint.recipients[0].address.as_str()),
            (Fate::Complained, "ana@b.es")
        );
        assert_eq!(complaint.original.as_deref(), Some("<1@shop.example>"));
        let plain = of("From: staff@isp.example\nSubject: complaint about message from 192.0.2.1\n\
            Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/rfc822\n\n\
            Message-ID: <3@shop.example>\nTo: ana@b.es\n\nHola\n--b--");
        let plain = plain.expect("a report");
        assert_eq!((plain.fate, plain.original.as_deref()), (Fate::Complained, Some("<3@shop.example>")));
        let read = report_of(
            "disposition-notification",
            "Final-Recipient: rfc822;ana@b.es\nOriginal-Message-ID: <2@shop.example>\n\
            Disposition: manual-action/MDN-sent-manually; displayed",
        );
        assert_eq!((read.fate, read.original.as_deref()), (Fate::Read, Some("<2@shop.example>")));
    }
}
