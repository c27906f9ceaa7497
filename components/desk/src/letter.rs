//! A letter's HTML as a page for a frame of the desk, and the letter as it came.
//!
//! The channel has cleaned the HTML when it was read. The page is shut in besides: no script runs in it,
//! whatever it says, and pictures that stand elsewhere are loaded only when somebody asks for them.

use domain::message::{Attachment, Letter};

const REMOTE: &str = "remote:";

pub fn has_remote_pictures(html: &str) -> bool {
    html.contains("=\"remote:http")
}

/// The page, and what a browser may do in it.
pub fn page(letter: &Letter, pictures: bool) -> Option<(String, String)> {
    let html = letter.html.as_deref()?;
    let shown = with_sources(html, |source| match source.strip_prefix("cid:") {
        Some(id) => stored(&letter.attachments, id),
        None => source.strip_prefix(REMOTE).filter(|_| pictures).map(str::to_owned),
    });
    let page = format!(
        "<!doctype html><meta charset=\"utf-8\"><base target=\"_blank\"><style>{STYLE}</style><body>{shown}"
    );
    let elsewhere = if pictures { " https: http:" } else { "" };
    let policy = format!(
        "default-src 'none'; img-src 'self' data:{elsewhere}; style-src 'unsafe-inline'; base-uri 'none'; \
        form-action 'none'; frame-ancestors 'self'; \
        sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    );
    Some((page, policy))
}

/// A letter is paper: dark on light, whatever the desk looks like.
const STYLE: &str = "body{margin:0;padding:8px;font:14px/1.45 system-ui,sans-serif;color:#111;background:#fff;\
    overflow-wrap:anywhere}img{max-width:100%;height:auto}img[src^=remote],img[src^=cid]{display:none}\
    table{max-width:100%}pre{white-space:pre-wrap}blockquote{margin:0 0 0 8px;padding-left:8px;\
    border-left:2px solid #ccc}";

/// The HTML with each `src` for which `found` knows another one.
fn with_sources(html: &str, found: impl Fn(&str) -> Option<String>) -> String {
    const START: &str = " src=\"";
    let mut shown = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(START) {
        let (before, after) = rest.split_at(at + START.len());
        shown.push_str(before);
        let end = after.find('"').unwrap_or(after.len());
        let source = &after[..end];
        shown.push_str(found(source).as_deref().unwrap_or(source));
        rest = &after[end..];
    }
    shown + rest
}

/// Our own address of the picture that a letter calls `id`.
fn stored(files: &[Attachment], id: &str) -> Option<String> {
    let plain = |text: &str| text.trim_matches(['<', '>']).to_owned();
    let wanted = plain(&decoded(id));
    let file = files.iter().find(|file| file.content_id.as_deref().map(plain) == Some(wanted.clone()))?;
    Some(format!("/api/attachments/{}", file.id.as_ref()?))
}

/// Of a URL in an attribute (RFC 2392, 2): `%40` and `&amp;`.
fn decoded(id: &str) -> String {
    let id = id.replace("&amp;", "%26").replace('+', "%2B");
    let pair = format!("x={id}");
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(html: &str) -> Letter {
        let picture = |id: Option<&str>, content_id: &str| Attachment {
            id: id.map(str::to_owned),
            content_id: Some(content_id.to_owned()),
            ..Attachment::default()
        };
        let attachments =
            vec![picture(Some("a1"), "logo@shop"), picture(None, "late"), picture(Some("a2"), "a&b+c")];
        Letter { html: Some(html.to_owned()), attachments, ..Letter::default() }
    }

    #[test]
    fn pictures_are_ours_or_wait() {
        for (html, pictures, expected) in [
            ("<img src=\"cid:logo@shop\">", false, "<img src=\"/api/attachments/a1\">"),
            ("<img alt=\"x\" src=\"cid:logo%40shop\">", false, "<img alt=\"x\" src=\"/api/attachments/a1\">"),
            ("<img src=\"cid:a&amp;b+c\">", false, "<img src=\"/api/attachments/a2\">"),
            ("<img src=\"cid:late\">", false, "<img src=\"cid:late\">"),
            ("<img src=\"cid:other\">", true, "<img src=\"cid:other\">"),
            ("<img src=\"remote:https://x.es/p.gif\">", false, "<img src=\"remote:https://x.es/p.gif\">"),
            ("<img src=\"remote:https://x.es/p.gif\">", true, "<img src=\"https://x.es/p.gif\">"),
            ("<p>a src=\"cid:logo@shop</p>", false, "<p>a src=\"cid:logo@shop</p>"),
        ] {
            let (page, policy) = page(&letter(html), pictures).expect("a page");
            assert!(page.ends_with(expected), "{html}: {page}");
            assert_eq!(policy.contains("https:"), pictures, "{html}");
            assert!(!policy.contains("allow-scripts") && policy.starts_with("default-src 'none'"));
        }
        assert_eq!(page(&Letter::default(), true), None);
    }

    #[test]
    fn pictures_from_elsewhere_are_known() {
        for (html, expected) in [
            ("<img src=\"remote:https://x.es/p.gif\">", true),
            ("<img src=\"cid:logo\">", false),
            ("<p>remote:http</p>", false),
        ] {
            assert_eq!(has_remote_pictures(html), expected, "{html}");
        }
    }
}
