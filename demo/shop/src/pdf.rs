//! A page of text as PDF, in fonts that every reader has.

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

/// Points, of which an inch has 72.
const MARGIN: f32 = 56.0;
const A4: Rect = Rect { x1: 0.0, y1: 0.0, x2: 595.0, y2: 842.0 };
const TITLE: Name = Name(b"Title");
const TEXT: Name = Name(b"Text");

/// A4 with a title and below it lines that line up: all characters are of the same width, and some 80
/// fit. What is beyond the end of the page is not seen.
pub(crate) fn page(title: &str, lines: &[String]) -> Vec<u8> {
    let [catalog, pages, page, content, title_font, text_font, about] = [1, 2, 3, 4, 5, 6, 7].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut sheet = pdf.page(page);
    sheet.media_box(A4).parent(pages).contents(content);
    sheet.resources().fonts().pair(TITLE, title_font).pair(TEXT, text_font);
    sheet.finish();
    for (font, name) in [(title_font, "Helvetica-Bold"), (text_font, "Courier")] {
        let mut font = pdf.type1_font(font);
        font.base_font(Name(name.as_bytes())).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.document_info(about).title(TextStr(title));
    let mut text = Content::new();
    text.begin_text();
    text.set_font(TITLE, 16.0).next_line(MARGIN, A4.y2 - MARGIN - 16.0).show(Str(&encoded(title)));
    text.set_font(TEXT, 10.0).set_leading(15.0).next_line_using_leading();
    for line in lines {
        text.next_line_show(Str(&encoded(line)));
    }
    text.end_text();
    pdf.stream(content, &text.finish());
    pdf.finish()
}

/// Windows-1252 as far as it is Latin-1, and the euro. The fonts have little else.
fn encoded(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        '€' => 0x80,
        c if c.is_control() => b'?',
        c => u8::try_from(c).unwrap_or(b'?'),
    };
    text.chars().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_the_font() {
        for (text, expected) in [
            ("Envío", &b"Env\xedo"[..]),
            ("5 €", b"5 \x80"),
            ("João · ñ", b"Jo\xe3o \xb7 \xf1"),
            ("a\nb\u{85}", b"a?b?"),
            ("灯", b"?"),
        ] {
            assert_eq!(encoded(text), expected, "{text}");
        }
    }

    #[test]
    fn the_table_points_at_each_object() {
        let lines = [r"(a) \ (b".to_owned(), "Envío".to_owned()];
        let pdf = page("Factura", &lines);
        let find = |what: &[u8]| pdf.windows(what.len()).rposition(|window| window == what).unwrap();
        let tail = String::from_utf8_lossy(&pdf[find(b"startxref")..]).into_owned();
        let at: usize = tail.lines().nth(1).unwrap().parse().unwrap();
        let table = String::from_utf8_lossy(&pdf[at..]).into_owned();
        let mut rows = table.lines();
        assert_eq!([rows.next(), rows.next()], [Some("xref"), Some("0 8")]);
        // The row of object 0 heads the list of free ones.
        for (number, row) in rows.take(8).enumerate().skip(1) {
            let offset: usize = row[..10].parse().unwrap();
            let object = format!("{number} 0 obj");
            assert!(pdf[offset..].starts_with(object.as_bytes()), "{row}");
        }
        assert!(table.contains("/Size 8") && table.contains("/Root 1 0 R"), "{table}");
        // What is not ASCII is written as hexadecimal digits.
        find(br"(\(a\) \\ \(b)");
        find(b"<456E76ED6F>");
    }
}
