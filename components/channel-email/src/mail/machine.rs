//! Letters that no person wrote. Answering one by machine is how two machines write to each other all
//! night, so it starts neither a bot nor a conversation; a person can still read it.

use super::Mail;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) kind: MachineKind,
    /// The field or the words that gave it away.
    pub(crate) reason: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MachineKind {
    /// An answer to a letter of ours: somebody is away.
    AutoReply,
    /// To many: a list, a newsletter.
    Bulk,
    /// A notification.
    Notification,
    /// From one of our own addresses.
    Ourselves,
}

/// `None`: as far as one can tell a person wrote it. `own`: our addresses, in lower case.
pub(crate) fn machine(mail: &Mail, own: &[String]) -> Option<Machine> {
    let found = |kind, reason| Some(Machine { kind, reason });
    let value = |name: &str| mail.fields.raw(name).unwrap_or_default().to_ascii_lowercase();
    let submitted = value("Auto-Submitted");
    let submitted = submitted.split([';', ' ', '(']).next().unwrap_or_default();
    let precedence = value("Precedence");
    let local = mail.from().map(|from| from.key()).unwrap_or_default();
    if own.contains(&local) {
        return found(MachineKind::Ourselves, "own_address");
    }
    if submitted == "auto-replied" || submitted == "auto-notified" {
        return found(MachineKind::AutoReply, "auto-submitted");
    }
    for (name, reason) in [
        ("X-Autoreply", "x-autoreply"),
        ("X-Autorespond", "x-autorespond"),
        ("X-Auto-Reply", "x-autoreply"),
        ("X-Mail-Autoreply", "x-autoreply"),
    ] {
        if mail.fields.has(name) && value(name) != "no" {
            return found(MachineKind::AutoReply, reason);
        }
    }
    if ["auto_reply", "auto-reply"].contains(&precedence.as_str()) {
        return found(MachineKind::AutoReply, "precedence");
    }
    if ["oof", "vacation"].contains(&value("X-Apple-Action").as_str()) {
        return found(MachineKind::AutoReply, "x-apple-action");
    }
    if mail.fields.text("Subject").is_some_and(|subject| is_away(&subject)) {
        return found(MachineKind::AutoReply, "subject");
    }
    if mail.fields.has("List-Id") || mail.fields.has("List-Post") {
        return found(MachineKind::Bulk, "list-id");
    }
    if ["bulk", "list", "junk"].contains(&precedence.as_str()) {
        return found(MachineKind::Bulk, "precedence");
    }
    if mail.fields.has("Feedback-ID") && mail.fields.has("List-Unsubscribe") {
        return found(MachineKind::Bulk, "list-unsubscribe");
    }
    // A machine that names the letter it writes about answers it.
    let answers = mail.fields.has("In-Reply-To");
    let kind = if answers { MachineKind::AutoReply } else { MachineKind::Notification };
    if !submitted.is_empty() && submitted != "no" {
        return found(kind, "auto-submitted");
    }
    let suppressed = value("X-Auto-Response-Suppress");
    if !suppressed.is_empty() && suppressed != "none" {
        return found(kind, "x-auto-response-suppress");
    }
    if mail.return_path().is_some_and(|path| path.is_empty()) {
        return found(MachineKind::Notification, "return-path");
    }
    if mail.kind == "multipart/report" {
        return found(MachineKind::Notification, "multipart/report");
    }
    let local = local.split('@').next().unwrap_or_default();
    if is_daemon(local) || is_no_reply(local) {
        return found(MachineKind::Notification, "sender");
    }
    None
}

/// The names under which mail servers write.
pub(crate) fn is_daemon(local: &str) -> bool {
    let letters: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    matches!(
        letters.to_ascii_lowercase().as_str(),
        "mailerdaemon"
            | "maildaemon"
            | "mailerdeamon"
            | "postmaster"
            | "mdaemon"
            | "mailsystem"
            | "doublebounce"
    )
}

pub(crate) fn is_no_reply(local: &str) -> bool {
    let letters: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_lowercase();
    ["noreply", "donotreply", "noresponder", "norespond", "naoresponda", "naoresponder", "neresponda"]
        .iter()
        .any(|name| letters.starts_with(name) || letters.ends_with(name))
}

/// How the big mailers begin the subject of an absence note, in our languages.
fn is_away(subject: &str) -> bool {
    const PREFIXES: [&str; 14] = [
        "auto:",
        "autoreply:",
        "auto-reply:",
        "automatic reply:",
        "auto reply:",
        "out of office:",
        "out of office re:",
        "respuesta automática:",
        "respuesta automatica:",
        "fuera de la oficina:",
        "resposta automática:",
        "resposta automatica:",
        "automatische antwort:",
        "réponse automatique",
    ];
    let subject = subject.to_lowercase();
    PREFIXES.iter().any(|prefix| subject.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use MachineKind::{AutoReply, Bulk, Notification, Ourselves};

    #[track_caller]
    fn check(header: &str, expected: Option<(MachineKind, &str)>) {
        let mail = Mail::read(format!("{header}\n\nhola").as_bytes());
        let found = machine(&mail, &["hola@shop.example".to_owned()]);
        assert_eq!(found.as_ref().map(|found| (found.kind, found.reason)), expected, "{header}");
    }

    #[test]
    fn machines_give_themselves_away() {
        check("From: Ana <ana@b.es>", None);
        check("From: ana@b.es\nAuto-Submitted: no", None);
        check("From: ana@b.es\nPrecedence: normal\nReturn-Path: <ana@b.es>", None);
        check("From: ana@b.es\nX-Auto-Response-Suppress: None", None);
        check("From: ana@b.es\nSubject: Automatic doors", None);
        check("From: Hola@Shop.example", Some((Ourselves, "own_address")));
        check("From: ana@b.es\nAuto-Submitted: auto-replied (vacation)", Some((AutoReply, "auto-submitted")));
        check("From: ana@b.es\nX-Autoreply: yes", Some((AutoReply, "x-autoreply")));
        check("From: ana@b.es\nX-Autorespond: x", Some((AutoReply, "x-autorespond")));
        check("From: ana@b.es\nPrecedence: auto_reply", Some((AutoReply, "precedence")));
        check("From: ana@b.es\nSubject: Respuesta automática: Pedido", Some((AutoReply, "subject")));
        check("From: ana@b.es\nList-Id: <l.b.es>", Some((Bulk, "list-id")));
        check("From: ana@b.es\nPrecedence: Bulk", Some((Bulk, "precedence")));
        check("From: ana@b.es\nAuto-Submitted: auto-generated", Some((Notification, "auto-submitted")));
        check(
            "From: ana@b.es\nX-Auto-Response-Suppress: All",
            Some((Notification, "x-auto-response-suppress")),
        );
        let replied = "From: ana@b.es\nAuto-Submitted: auto-generated\nIn-Reply-To: <1@shop.example>";
        check(replied, Some((AutoReply, "auto-submitted")));
        check("From: ana@b.es\nX-Apple-Action: VACATION", Some((AutoReply, "x-apple-action")));
        check("From: ana@b.es\nReturn-Path: <>", Some((Notification, "return-path")));
        check("From: MAILER-DAEMON@b.es", Some((Notification, "sender")));
        check("From: no-reply@b.es", Some((Notification, "sender")));
        check("From: postmaster@b.es", Some((Notification, "sender")));
    }
}
