//! What somebody wrote, and what their program repeated below it.
//!
//! Only what stands at the end is folded: an answer between the quoted lines, or below them, needs its
//! quotes to be understood. A forwarded letter is what its sender wanted to say and is never folded.

/// A signature is longer than this in no letter; a line of dashes above it parts the letter itself.
const SIGNATURE_LINES_MAX: usize = 15;

/// The text without what it repeats, and the repetition with the signature.
pub(crate) fn split(text: &str) -> (String, String) {
    let letter = Lines::of(text);
    let lines = &letter.lines;
    let at = (0..lines.len()).find(|at| letter.quote_begins(*at)).unwrap_or(lines.len());
    let signature = lines[..at].iter().rposition(|line| *line == "-- " || *line == "--");
    let at = signature.filter(|signature| at - signature <= SIGNATURE_LINES_MAX).unwrap_or(at);
    let fresh = lines[..at].join("\n");
    if at == lines.len() || fresh.trim().is_empty() {
        return (text.to_owned(), String::new());
    }
    (fresh.trim_end().to_owned(), lines[at..].join("\n"))
}

struct Lines<'a> {
    lines: Vec<&'a str>,
    /// From here on nothing stands but quotes.
    only_quotes: Vec<bool>,
    /// From here on some line is marked as a quote.
    some_quotes: Vec<bool>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let mut only_quotes = vec![true; lines.len() + 1];
        let mut some_quotes = vec![false; lines.len() + 1];
        for (at, line) in lines.iter().enumerate().rev() {
            let quoted = is_quoted(line);
            only_quotes[at] = only_quotes[at + 1] && (quoted || line.trim().is_empty());
            some_quotes[at] = some_quotes[at + 1] || quoted;
        }
        Lines { lines, only_quotes, some_quotes }
    }

    fn quote_begins(&self, at: usize) -> bool {
        let line = self.lines[at].trim();
        if is_divider(line) || is_quoted(line) && self.only_quotes[at] {
            return true;
        }
        if starts_attribution(line) {
            // Some mailers break the line before "wrote:".
            let end =
                (at..self.lines.len().min(at + 3)).find(|end| ends_attribution(self.lines[*end].trim()));
            // Without any `>` the whole rest is the other letter, as Outlook on the web writes it.
            return end.is_some_and(|end| self.only_quotes[end + 1] || !self.some_quotes[end + 1]);
        }
        is_header_block(line, &self.lines[at + 1..])
    }
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

fn is_divider(line: &str) -> bool {
    const WORDS: [&str; 5] = [
        "original message",
        "mensaje original",
        "mensagem original",
        "message d'origine",
        "ursprüngliche nachricht",
    ];
    let inner = line.trim_matches(['-', '_', ' ', '*']).to_lowercase();
    line.starts_with("--") && WORDS.contains(&inner.as_str())
}

fn starts_attribution(line: &str) -> bool {
    ["On ", "El ", "Em ", "Le ", "Am ", "Il "].iter().any(|start| line.starts_with(start))
}

fn ends_attribution(line: &str) -> bool {
    const ENDS: [&str; 8] =
        ["wrote:", "escribió:", "escribio:", "escreveu:", "a écrit :", "a écrit:", "schrieb:", "ha scritto:"];
    ENDS.iter().any(|end| line.ends_with(end))
}

/// Outlook repeats the header: From, Sent, To, Subject.
fn is_header_block(line: &str, rest: &[&str]) -> bool {
    let named = |line: &str, names: &[&str]| {
        let line = line.trim().trim_start_matches('*');
        names.iter().any(|name| line.starts_with(name))
    };
    let has = |names: &[&str]| rest.iter().take(6).any(|next| named(next, names));
    named(line, &["From:", "De:", "Von:"])
        && has(&["Sent:", "Enviado:", "Enviado el:", "Enviada em:", "Date:", "Fecha:", "Data:", "Gesendet:"])
        && has(&["Subject:", "Asunto:", "Assunto:", "Betreff:"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_is_folded() {
        for (text, fresh, quoted) in [
            (
                "Gracias.\n\nEl lun, 3 nov 2026, Tienda <hola@shop.example> escribió:\n> Hola",
                "Gracias.",
                "El lun, 3 nov 2026, Tienda <hola@shop.example> escribió:\n> Hola",
            ),
            (
                "Thanks\n\nOn Mon, 3 Nov 2026 at 10:00, Shop\n<hola@shop.example> wrote:\n\n> Hi\n> there\n",
                "Thanks",
                "On Mon, 3 Nov 2026 at 10:00, Shop\n<hola@shop.example> wrote:\n\n> Hi\n> there",
            ),
            ("Ok\n-----Mensaje original-----\nDe: x\nHola", "Ok", "-----Mensaje original-----\nDe: x\nHola"),
            (
                "Ok\n\nDe: x\nEnviado: hoy\nPara: y\nAsunto: z\n\nHola",
                "Ok",
                "De: x\nEnviado: hoy\nPara: y\nAsunto: z\n\nHola",
            ),
            ("Hola\n-- \nAna\nTel. 600", "Hola", "-- \nAna\nTel. 600"),
            ("Hola\n> a\n> b", "Hola", "> a\n> b"),
            // Answers between or below the quotes.
            ("> a\nsí\n> b\nno", "> a\nsí\n> b\nno", ""),
            ("On Monday Shop wrote:\n> a\n\nYes", "On Monday Shop wrote:\n> a\n\nYes", ""),
            // Nothing new: a forward or a slip.
            ("> a\n> b", "> a\n> b", ""),
            (
                "---------- Forwarded message ----------\nFrom: x\n\nHola",
                "---------- Forwarded message ----------\nFrom: x\n\nHola",
                "",
            ),
            ("On time and as promised.", "On time and as promised.", ""),
            ("", "", ""),
        ] {
            assert_eq!(split(text), (fresh.to_owned(), quoted.to_owned()), "{text}");
        }
    }
}
