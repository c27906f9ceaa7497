//! HTML of strangers: made safe to show, and its words.
//!
//! What is safe is a list of what may stay. Pictures from elsewhere are told apart by a scheme of ours,
//! [`REMOTE`], that no browser loads: opening a letter tells nobody that it was opened. The desk may
//! offer to load them by taking the scheme away.

use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;

/// Stands before the address of a picture that is not loaded.
pub(crate) const REMOTE: &str = "remote:";

/// A tree deeper than this is made to exhaust whoever parses it: its words are shown instead.
const DEPTH_MAX: usize = 256;

/// And so is a tag with more words than this.
const ATTRIBUTES_MAX: usize = 2000;

const STYLES: [&str; 22] = [
    "background-color",
    "border",
    "border-collapse",
    "border-spacing",
    "color",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "line-height",
    "list-style-type",
    "margin",
    "max-width",
    "padding",
    "text-align",
    "text-decoration",
    "text-indent",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
];

/// Safe to put in a page. `None` when nothing is left or it is too deep to be a letter.
pub(crate) fn sanitise(html: &str) -> Option<String> {
    if !is_of_letters(html) {
        return None;
    }
    let clean = Builder::default()
        .add_tags(["font", "center"])
        .add_tag_attributes("font", ["color", "face", "size"])
        .add_tag_attributes("table", ["border", "cellpadding", "cellspacing", "width", "bgcolor"])
        .add_tag_attributes("td", ["width", "height", "valign", "bgcolor"])
        .add_tag_attributes("th", ["width", "height", "valign", "bgcolor"])
        .add_generic_attributes(["dir", "style"])
        .add_clean_content_tags(["title"])
        .filter_style_properties(STYLES.into())
        .url_schemes(["http", "https", "mailto", "tel", "cid", "data"].into())
        .url_relative(UrlRelative::Deny)
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("img", "src") => picture(value),
            // Only pictures may be written out; only they are named by `cid`.
            (_, "href" | "cite" | "src") if value.starts_with("data:") || value.starts_with("cid:") => None,
            (_, "style") if value.to_ascii_lowercase().contains("url(") => None,
            _ => Some(value.into()),
        })
        .clean(html)
        .to_string();
    (!clean.trim().is_empty()).then_some(clean)
}

fn picture(address: &str) -> Option<Cow<'_, str>> {
    let lower = address.trim_start().get(..11).unwrap_or(address).to_ascii_lowercase();
    if lower.starts_with("cid:") {
        Some(address.into())
    } else if lower.starts_with("data:image/") {
        // A drawing can hold a script.
        let drawing = address.trim_start().get(11..14).is_some_and(|kind| kind.eq_ignore_ascii_case("svg"));
        (!drawing).then(|| address.into())
    } else if lower.starts_with("http:") || lower.starts_with("https:") {
        Some(format!("{REMOTE}{address}").into())
    } else {
        None
    }
}

/// Whether people or their programs write such HTML. A parser of HTML needs time with the square of
/// what stands open, and of what one tag says: that is for those who want to stop it.
fn is_of_letters(html: &str) -> bool {
    const ALONE: [&str; 23] = [
        "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta",
        "option", "p", "param", "source", "tbody", "td", "th", "tr", "wbr", "!doctype",
    ];
    let mut open: Vec<&str> = Vec::new();
    for after in html.split('<').skip(1) {
        if ATTRIBUTES_MAX < words_of_tag(after) {
            return false;
        }
        let name = after.trim_start_matches('/');
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == ':' || c == '!'));
        let name = &name[..end.unwrap_or(name.len())];
        let same = |other: &&str| name.eq_ignore_ascii_case(other);
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || ALONE.iter().any(same) {
            continue;
        }
        if !after.starts_with('/') {
            open.push(name);
        } else if let Some(at) = open.iter().rposition(same) {
            open.truncate(at);
        }
        if DEPTH_MAX < open.len() {
            return false;
        }
    }
    true
}

/// How many words a tag may have at most: what stands between quotes is none.
fn words_of_tag(tag: &str) -> usize {
    let (mut quote, mut words) = (None, 0);
    for byte in tag.bytes() {
        match (quote, byte) {
            (None, b'>') => break,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => {
                quote = None;
                words += 1;
            }
            (None, b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'=') => words += 1,
            _ => {}
        }
    }
    words
}

/// The words of HTML, with lines where blocks end.
pub(crate) fn text_of(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        push_words(&mut out, &rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            push_words(&mut out, "&lt;");
            rest = &rest[1..];
            continue;
        }
        let Some((tag, after)) = rest[1..].split_once('>') else { break };
        rest = skipped(tag, after);
        mark(&mut out, tag);
    }
    push_words(&mut out, rest);
    out.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// What follows `tag`, past the content of elements that nobody reads.
fn skipped<'a>(tag: &str, after: &'a str) -> &'a str {
    let name = name_of(tag);
    for hidden in ["script", "style", "title", "template"] {
        if name.eq_ignore_ascii_case(hidden) && !tag.ends_with('/') {
            return after_end(after, hidden);
        }
    }
    after
}

/// Past the closing tag of `name`. What nothing closes goes on to the end.
fn after_end<'a>(text: &'a str, name: &str) -> &'a str {
    let mut at = 0;
    while let Some(offset) = text[at..].find("</") {
        let start = at + offset + 2;
        let same = text.get(start..start + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
        if same {
            return text[start..].split_once('>').map_or("", |(_, after)| after);
        }
        at = start;
    }
    ""
}

fn name_of(tag: &str) -> &str {
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
    &tag[..end]
}

fn mark(out: &mut String, tag: &str) {
    let name = name_of(tag.trim_start_matches('/')).to_ascii_lowercase();
    match name.as_str() {
        "br" => out.push('\n'),
        "li" if !tag.starts_with('/') => {
            fresh_line(out);
            out.push_str("- ");
        }
        "td" | "th" if !out.ends_with(['\n', ' ']) && !out.is_empty() => out.push(' '),
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "table" | "ul" | "ol" => {
            fresh_line(out);
            if tag.starts_with('/') && !out.ends_with("\n\n") && !out.is_empty() {
                out.push('\n');
            }
        }
        "div" | "tr" | "hr" | "section" | "article" | "header" | "footer" | "address" | "dt" | "dd"
        | "body" => {
            fresh_line(out);
        }
        _ => {}
    }
}

fn fresh_line(out: &mut String) {
    while out.ends_with(' ') {
        out.pop();
    }
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Text between tags: white space is one blank, entities are their letters.
fn push_words(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            ' ' | '\t' | '\r' | '\n' => {
                if !out.is_empty() && !out.ends_with([' ', '\n']) {
                    out.push(' ');
                }
            }
            '&' => {
                let (letters, length) = entity(rest);
                out.push_str(&letters);
                rest = &rest[length..];
            }
            _ => out.push(letter),
        }
    }
}

/// The letters that the entity at the start of `text` stands for, and its length after the `&`.
fn entity(text: &str) -> (String, usize) {
    let end = text.bytes().take(32).position(|byte| byte == b';');
    let Some(end) = end.filter(|end| text.is_char_boundary(*end)) else { return ("&".to_owned(), 0) };
    let name = &text[..end];
    let code = name.strip_prefix('#').and_then(|code| match code.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => code.parse().ok(),
    });
    let letter = match (code, name) {
        (Some(0), _) => Some('\u{fffd}'),
        (Some(160), _) | (_, "nbsp") => Some(' '),
        (Some(code), _) => char::from_u32(code),
        _ => named(name),
    };
    match letter {
        Some(letter) => (letter.to_string(), end + 1),
        None => ("&".to_owned(), 0),
    }
}

/// The names that letters in our languages use. Others stay as they are written.
fn named(name: &str) -> Option<char> {
    const NAMES: [(&str, char); 44] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("euro", '€'),
        ("copy", '©'),
        ("reg", '®'),
        ("trade", '™'),
        ("hellip", '…'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("laquo", '«'),
        ("raquo", '»'),
        ("bull", '•'),
        ("middot", '·'),
        ("iexcl", '¡'),
        ("iquest", '¿'),
        ("ordf", 'ª'),
        ("ordm", 'º'),
        ("deg", '°'),
        ("aacute", 'á'),
        ("eacute", 'é'),
        ("iacute", 'í'),
        ("oacute", 'ó'),
        ("uacute", 'ú'),
        ("ntilde", 'ñ'),
        ("uuml", 'ü'),
        ("ccedil", 'ç'),
        ("atilde", 'ã'),
        ("otilde", 'õ'),
        ("acirc", 'â'),
        ("ecirc", 'ê'),
        ("ocirc", 'ô'),
        ("agrave", 'à'),
        ("egrave", 'è'),
        ("Aacute", 'Á'),
        ("Eacute", 'É'),
        ("Oacute", 'Ó'),
        ("Ntilde", 'Ñ'),
    ];
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter)
}

/// Plain text as HTML.
pub(crate) fn of_text(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    format!("<p>{}</p>", escaped.trim_end().replace("\r\n", "\n").replace('\n', "<br>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_on_the_list_is_gone() {
        for (html, expected) in [
            ("<p onclick=\"x()\">Hola</p><script>x()</script>", "<p>Hola</p>"),
            ("<style>p{color:red}</style><p>a</p>", "<p>a</p>"),
            ("<img src=\"https://x.es/p.gif\">", "<img src=\"remote:https://x.es/p.gif\">"),
            ("<img src=\"cid:logo\">", "<img src=\"cid:logo\">"),
            ("<img src=\"data:image/png;base64,AAAA\">", "<img src=\"data:image/png;base64,AAAA\">"),
            ("<img src=\"data:image/svg+xml,x\">", "<img>"),
            ("<img src=\"/p.gif\" srcset=\"https://x.es/p.gif\">", "<img>"),
            ("<a href=\"javascript:x()\">a</a>", "<a rel=\"noopener noreferrer\">a</a>"),
            ("<a href=\"data:text/html,x\">a</a>", "<a rel=\"noopener noreferrer\">a</a>"),
            ("<p style=\"color:red;position:fixed\">a</p>", "<p style=\"color:red\">a</p>"),
            ("<td background=\"https://x.es/p.gif\">a</td>", "a"),
            ("<iframe src=\"https://x.es\"></iframe><form><input></form>b", "b"),
            ("<link rel=stylesheet href=\"https://x.es/a.css\">c", "c"),
        ] {
            assert_eq!(sanitise(html).as_deref(), Some(expected), "{html}");
        }
        assert_eq!(sanitise("<script>x()</script>"), None);
        let tricky = sanitise("<p style=\"background-color:url(https://x.es/p.gif)\">a</p>").expect("text");
        assert!(!tricky.contains("x.es"), "{tricky}");
        assert_eq!(sanitise(&"<div>".repeat(100_000)), None, "too deep");
        assert_eq!(sanitise(&"<div></b>".repeat(100_000)), None, "too deep, too");
        assert_eq!(sanitise(&format!("<a {}>x", "b c ".repeat(50_000))), None, "too many attributes");
        assert!(sanitise(&"<p>a".repeat(1000)).is_some(), "paragraphs close each other");
    }

    #[test]
    fn words_of_html() {
        for (html, expected) in [
            ("<p>Hola,</p><p>adi&oacute;s &amp; <b>m&aacute;s</b></p>", "Hola,\n\nadiós & más"),
            ("a<br>b<br/>c", "a\nb\nc"),
            ("<div>a</div><div>b</div>", "a\nb"),
            ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("<html><head><title>t</title></head><body>x<!-- y -->z</body></html>", "xz"),
            ("<style>p{}</style>a<script>b</script>c", "ac"),
            ("a   \n  b", "a b"),
            ("1 &lt; 2 & 3 &#8364; &#x41; &bogus;", "1 < 2 & 3 € A &bogus;"),
            ("a < b", "a < b"),
            ("unclosed <b", "unclosed <b"),
            ("<head>no end", "no end"),
            ("", ""),
        ] {
            assert_eq!(text_of(html), expected, "{html}");
        }
    }
}
