//! A talk written down as a letter: who said what, and when by the business's clock.
//!
//! Whatever was said is text here, also where it looks like markup. Files are named, not enclosed.

use crate::{
    message::{Content, Letter},
    notice,
    time::Timestamp,
};
use jiff::tz::TimeZone;

/// What was said, for one reader.
#[derive(Debug, Clone)]
pub struct Talk<'a> {
    /// As the reader knows the business.
    pub business: &'a str,
    /// The reader's language.
    pub locale: Option<&'a str>,
    pub zone: &'a TimeZone,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub at: Timestamp,
    pub speaker: Speaker,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speaker {
    /// The contact, by the name that they gave.
    Contact(Option<String>),
    Agent(Option<String>),
    Bot,
    Business,
}

/// The letter with `talk` in it.
pub fn letter(talk: &Talk<'_>) -> Letter {
    let words = Words::of(talk.locale);
    let business = one_line(talk.business);
    let first = talk.lines.first().map_or(Timestamp(0), |line| line.at);
    let subject = format!("{} {business} ({})", words.subject, date(first, talk, &words));
    let zone = talk.zone.iana_name().unwrap_or("UTC");
    let (mut text, mut html) = (format!("{subject}\n"), format!("<p><b>{}</b></p>", escaped(&subject)));
    let mut day = String::new();
    for line in &talk.lines {
        let on = date(line.at, talk, &words);
        if on != day {
            text.push_str(&format!("\n{on} ({zone})\n\n"));
            html.push_str(&format!("<p><i>{on} ({zone})</i></p>"));
            day = on;
        }
        let (time, who) = (wall(line.at, talk).strftime("%H:%M").to_string(), who(line, &business, &words));
        let said = said(line, &words);
        text.push_str(&format!("[{time}] {who}: {}\n", said.replace('\n', "\n    ")));
        let said = escaped(&said).replace('\n', "<br>");
        html.push_str(&format!("<p><b>{}</b> {time}<br>{said}</p>", escaped(&who)));
    }
    Letter { subject, text, html: Some(html), ..Letter::default() }
}

fn wall(at: Timestamp, talk: &Talk<'_>) -> jiff::civil::DateTime {
    let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    talk.zone.to_datetime(instant)
}

fn date(at: Timestamp, talk: &Talk<'_>, words: &Words) -> String {
    wall(at, talk).strftime(words.date).to_string()
}

fn who(line: &Line, business: &str, words: &Words) -> String {
    let named = |name: &Option<String>, otherwise: &str| {
        let name = name.as_deref().map(one_line).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| otherwise.to_owned())
    };
    match &line.speaker {
        Speaker::Contact(name) => named(name, words.you),
        Speaker::Agent(name) => named(name, business),
        Speaker::Bot => words.bot.to_owned(),
        Speaker::Business => business.to_owned(),
    }
}

fn said(line: &Line, words: &Words) -> String {
    let spoken: String =
        line.content.words().chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect();
    let files = line.content.attachments().iter();
    let files = files
        .map(|file| format!("[{}: {}]", words.file, one_line(file.name.as_deref().unwrap_or(&file.kind))));
    let spoken = Some(spoken.trim().to_owned()).filter(|text| !text.is_empty());
    spoken.into_iter().chain(files).collect::<Vec<_>>().join("\n")
}

fn one_line(text: &str) -> String {
    let plain = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    plain.collect::<String>().trim().to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

struct Words {
    subject: &'static str,
    you: &'static str,
    bot: &'static str,
    file: &'static str,
    date: &'static str,
}

impl Words {
    fn of(locale: Option<&str>) -> Self {
        let pick = |es, en, pt| notice::pick(locale, es, en, pt);
        Words {
            subject: pick("Tu conversación con", "Your conversation with", "Sua conversa com"),
            you: pick("Tú", "You", "Você"),
            bot: pick("Asistente virtual", "Virtual assistant", "Assistente virtual"),
            file: pick("archivo", "file", "arquivo"),
            date: pick("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%Y"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Attachment;

    #[test]
    fn who_said_what_and_when() {
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        let line = |at: &str, speaker, content| Line {
            at: Timestamp(at.parse::<jiff::Timestamp>().unwrap().as_millisecond()),
            speaker,
            content,
        };
        let photo =
            Attachment { name: Some("a\r\nb.png".into()), kind: "image".into(), ..Attachment::default() };
        let lines = vec![
            line("2026-11-22T22:58:00Z", Speaker::Contact(None), Content::text("Hola\n<b>\u{7}1 & 2</b>")),
            line("2026-11-22T22:59:00Z", Speaker::Bot, Content::text("¿En qué te ayudo?")),
            line(
                "2026-11-22T23:01:00Z",
                Speaker::Agent(Some("Ana <x>\nBcc: y".into())),
                Content::Media { text: None, attachments: vec![photo] },
            ),
        ];
        let talk = Talk { business: "Casa \"Lumen\"", locale: Some("es-MX"), zone: &zone, lines };
        let letter = letter(&talk);
        assert_eq!(letter.subject, "Tu conversación con Casa \"Lumen\" (22/11/2026)");
        assert_eq!(
            letter.text,
            "Tu conversación con Casa \"Lumen\" (22/11/2026)\n\n22/11/2026 (Europe/Madrid)\n\n\
            [23:58] Tú: Hola\n    <b>1 & 2</b>\n[23:59] Asistente virtual: ¿En qué te ayudo?\n\n\
            23/11/2026 (Europe/Madrid)\n\n[00:01] Ana <x> Bcc: y: [archivo: a  b.png]\n"
        );
        assert_eq!(
            letter.html.unwrap(),
            "<p><b>Tu conversación con Casa &quot;Lumen&quot; (22/11/2026)</b></p>\
            <p><i>22/11/2026 (Europe/Madrid)</i></p>\
            <p><b>Tú</b> 23:58<br>Hola<br>&lt;b&gt;1 &amp; 2&lt;/b&gt;</p>\
            <p><b>Asistente virtual</b> 23:59<br>¿En qué te ayudo?</p>\
            <p><i>23/11/2026 (Europe/Madrid)</i></p>\
            <p><b>Ana &lt;x&gt; Bcc: y</b> 00:01<br>[archivo: a  b.png]</p>"
        );
        let english = super::letter(&Talk { locale: Some("en"), ..talk });
        assert_eq!(english.subject, "Your conversation with Casa \"Lumen\" (2026-11-22)");
    }
}
