//! Documents and the flows that come of them. `UPDATE=1` writes what comes; read the difference before you keep
//! it.

use super::import;
use crate::{Script, step};
use bot::transcript;
use std::{collections::BTreeSet, fs, path::PathBuf};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/voicexml/documents")
}

/// A document's flow, and what is said about it.
fn imported(name: &str) -> (String, String) {
    let file = format!("{name}.vxml");
    let document = fs::read_to_string(folder().join(&file)).unwrap();
    let imported = import(&file, &document).unwrap();
    let problems = crate::check(&format!("{name}.toml"), &imported.flow, crate::Language::English);
    let problems = problems.iter().map(|problem| format!("{problem}\n"));
    let notes = imported.notes.iter().map(|note| format!("{note}\n")).chain(problems).collect();
    (imported.flow, notes)
}

#[track_caller]
fn check(name: &str) {
    let (flow, said) = imported(name);
    for (file, found) in [(format!("{name}.toml"), flow), (format!("{name}.txt"), said)] {
        let file = folder().join(file);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&file, &found).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        assert!(found == expected, "{} should be\n{found}", file.display());
    }
}

#[test]
fn a_main_menu() {
    check("main-menu");
}

#[test]
fn a_form_that_asks_for_an_account() {
    check("account");
}

#[test]
fn menus_within_menus_and_a_dialog_that_is_run() {
    check("nested");
}

#[test]
fn a_flow_in_two_documents() {
    check("language-es");
    check("language-en");
}

#[test]
fn a_document_that_means_harm() {
    check("malicious");
}

#[test]
fn what_has_no_counterpart() {
    check("unsupported");
}

/// The imported flow holds the conversation. Gives the places that it came through.
#[track_caller]
fn hold(name: &str, conversation: &str) -> Vec<String> {
    let script = Script::read("flow.toml", &imported(name).0).unwrap();
    match transcript::check(&|event, context| step(&script, event, context), conversation) {
        Ok(played) => played.paths.concat(),
        Err(failure) => panic!("{failure}"),
    }
}

const MENU: &str = "Bienvenido a Casa Lumen. Le atiende un asistente virtual. ¿En qué podemos ayudarle?";

#[test]
fn an_imported_menu_is_held_on_the_phone() {
    let begin = format!(
        "on phone
locale es-ES
starts
menu: {MENU} [Pedidos & envíos | Horario | Hablar con un agente]"
    );
    let mut reached = BTreeSet::new();
    for rest in [
        format!(
            "press 1
bot: Los pedidos tardan dos días.
menu: {MENU} […
customer: el horario
bot: Abrimos de lunes a viernes, de nueve a seis.
menu: …
press 0
bot: Un momento, por favor.
transfer: soporte - "
        ),
        "customer: operadora\nbot: …\ntransfer: soporte - ".to_owned(),
        format!(
            "press 7
menu: No le he entendido. {MENU} […
customer: 😀
menu: …
customer: 😀
bot: Le paso con un compañero.
bot: Un momento, por favor.
transfer: soporte - "
        ),
        "wait 6s\nmenu: …\nwait 6s\nmenu: …\nwait 6s\nbot: Parece que no está. Hasta pronto.\nend".to_owned(),
    ] {
        reached.extend(hold("main-menu", &format!("{begin}\n{rest}")));
    }
    // Nothing of it is left out, and nothing is left to be done.
    let (flow, said) = imported("main-menu");
    let all = flow.lines().filter_map(|line| line.strip_prefix("[state.")?.strip_suffix(']'));
    assert_eq!(reached.iter().map(String::as_str).collect::<Vec<_>>(), {
        let mut all: Vec<_> = all.collect();
        all.sort_unstable();
        all
    });
    assert!(!said.contains("error: "), "{said}");
}

#[test]
fn an_imported_form_asks_until_it_knows() {
    hold(
        "account",
        "on phone
locale es
starts
bot: Soy el asistente virtual del banco.
ask number: ¿Cuál es su número de cuenta?
customer: no sé
ask number: Marque las ocho cifras de su cuenta.
press 12345678
bot: Bienvenido de nuevo.
ask yes-no: He anotado la cuenta 12345678. ¿Es correcto?",
    );
}

#[test]
fn a_sub_dialog_is_run_and_comes_back() {
    hold(
        "nested",
        "on phone
locale es-MX
starts
menu: ¿Llama como empresa o como particular? [empresa | soy particular]
customer: empresa
menu: Empresas: … [Facturas | Particulares | Repetir]
press 9
menu: ¿Luz o gas? […
press 3
menu: Luz. …
press 1
ask message: Cuéntenos la avería.
sends audio nota.ogg
bot: Gracias, lo miramos.
end",
    );
}

/// What a reader grows that expands what is declared.
const LAUGHS: &str = "<?xml version='1.0'?>
<!DOCTYPE vxml [<!ENTITY a 'lollollol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>
<vxml><form><block>&b;</block></form></vxml>";
const FETCHED: &str =
    "<!DOCTYPE vxml [<!ENTITY file SYSTEM 'file:///etc/passwd'>]><vxml><form>&file;</form></vxml>";

#[test]
fn what_is_no_document_is_refused_with_its_line() {
    let deep = format!("<vxml>{}", "<form>".repeat(70));
    let large = format!("<vxml><form/><!--{}--></vxml>", "x".repeat(1024 * 1024));
    for (document, expected) in [
        ("", "menu.vxml:1: there is no element in it"),
        ("<vxml>\n<menu>\n</form></vxml>", "menu.vxml:3: "),
        ("<vxml>\n<menu>", "menu.vxml:2: <menu> is never closed"),
        ("<html><form/></html>", "menu.vxml:1: html: a VoiceXML document begins with <vxml>"),
        ("\n<vxml/>", "menu.vxml:2: vxml: there is no <menu> and no <form> in it"),
        ("<vxml><form/></vxml>\n<vxml/>", "menu.vxml:2: <vxml> stands after the document's end"),
        ("<vxml><form/></vxml>\nand", "menu.vxml:1: there is text outside of the document"),
        ("<vxml>\n<form a='1' a='2'/></vxml>", "menu.vxml:2: "),
        ("<vxml>\n\n<form>&#xFFFFFFF;</form></vxml>", "menu.vxml:3: "),
        ("<vxml>\n<form>&nbsp;</form></vxml>", "menu.vxml:2: &nbsp; is nothing that XML knows"),
        ("<vxml>\n<form id='&nbsp;'/></vxml>", "menu.vxml:2: id of <form>: "),
        (LAUGHS, "menu.vxml:2: a document that declares entities or elements of its own is not read"),
        (FETCHED, "menu.vxml:1: a document that declares entities or elements of its own is not read"),
        (&deep, "menu.vxml:1: more than 64 elements within each other"),
        (&large, "menu.vxml: 1048603 bytes: at most 1048576"),
    ] {
        let refused = import("menu.vxml", document).unwrap_err().to_string();
        assert!(refused.starts_with(expected), "{refused}");
    }
}

#[test]
fn nothing_is_left_out_in_silence() {
    for (inside, expected) in [
        ("<menu id='m'/>Hola.", "1: vxml: it says its own words to nobody: they are left out"),
        ("\n<form>Hola.</form>", "2: form: it says its own words to nobody: they are left out"),
        (
            "<form id='f'/>\n<menu id='f'/>",
            "2: menu: its id is another dialog's, too: everything leads to the first one",
        ),
        ("<form/>\n<catch><exit/></catch>", "2: catch: only noinput and nomatch are caught"),
        (
            "<form><field name='a'>\n<nomatch>¿Cómo?\n<assign name='x' expr='1'/></nomatch></field></form>",
            "3: assign: only what is said again is taken",
        ),
        (
            "<form><field name='a'>\n<noinput cond='x'><exit/></noinput></field></form>",
            "2: noinput: a question has no conditions on what comes when it was in vain",
        ),
        (
            "<form><field name='a'><nomatch count='2'><exit/></nomatch>\n<nomatch count='3'>¿?</nomatch></field></form>",
            "2: nomatch: nothing leads here: another one comes before",
        ),
        (
            "<menu><prompt>\n<enumerate>Para <value expr='_prompt'/></enumerate></prompt></menu>",
            "2: enumerate: the options are said in words of the flow's own",
        ),
        (
            "<menu><choice next='#m'>\n<audio src='a.wav'>Uno</audio></choice></menu>",
            "2: audio: only the words of an option itself are taken",
        ),
        ("<form><block>\n<exit namelist='a'/></block></form>", "2: exit: nobody takes what it gives back"),
        (
            "<form><field name='a'/>\n<filled>Ya.</filled><field name='b'/></form>",
            "2: filled: it comes here, before the rest is asked for",
        ),
        (
            "<form><field name='a' type='date'>\n<grammar><item>hoy</item></grammar></field></form>",
            "1: field: a question takes one kind of answers: its type",
        ),
        (
            "<form><field name='a' type='date'><option>hoy</option></field></form>",
            "1: field: its options are all that it takes: its type is left out",
        ),
        ("<form><record name='a'>\n<grammar src='a'/></record></form>", "2: grammar: it has no counterpart"),
        (
            "<form><transfer name='a'>\n<catch event='x'/></transfer></form>",
            "2: catch: it has no counterpart",
        ),
        (
            "<form id='s'/><form><subdialog src='#s'>\n<catch event='x'/></subdialog></form>",
            "2: catch: it has no counterpart",
        ),
        ("<menu><filled/></menu>", "1: filled: it has no counterpart"),
    ] {
        let imported = import("m", &format!("<vxml xml:lang='es'>{inside}</vxml>")).unwrap();
        let notes: Vec<_> = imported.notes.iter().map(|note| note.to_string()).collect();
        assert!(notes.contains(&format!("m:{expected}")), "{inside}: {notes:#?}");
    }
}

#[test]
fn more_words_than_a_menu_has_are_expected_in_a_free_answer() {
    let words: String = (0..11).map(|word| format!("<item>calle {word}</item>")).collect();
    let form = format!("<form><field name='a'><grammar><one-of>{words}</one-of></grammar></field></form>");
    let imported = import("m", &format!("<vxml xml:lang='es'>{form}</vxml>")).unwrap();
    assert!(imported.flow.contains("hints = [\"calle 0\", "), "{}", imported.flow);
    assert!(imported.notes.iter().any(|note| note.problem.starts_with("so many words are no menu")));
}

#[test]
fn a_jump_leads_to_any_item_of_its_form() {
    let form = "<form id='f'><field name='a'><filled><goto nextitem='bye'/></filled></field><field name='b'/>\
        <block name='bye'>Adiós.</block></form>";
    let imported = import("m", &format!("<vxml xml:lang='es'>{form}</vxml>")).unwrap();
    assert!(imported.flow.contains("into = \"a\"\ngo = \"f-bye\""), "{}", imported.flow);
}

#[test]
fn a_document_does_not_grow_without_end() {
    // Its handler is written at each question, its fields are sent at each end.
    let handler = format!("<nomatch count='2'><prompt>{}</prompt><exit/></nomatch>", "x".repeat(100_000));
    let fields: String = (0..300).map(|field| format!("<field name='f{field}'/>")).collect();
    let document = format!("<vxml xml:lang='es'>{handler}<form>{fields}</form></vxml>");
    let imported = import("menu.vxml", &document).unwrap();
    assert!(imported.flow.len() < 4 * 1024 * 1024, "{}", imported.flow.len());
    assert!(imported.notes.iter().any(|note| note.problem == super::handler::TOO_MUCH));
    // Handlers times questions.
    let (handlers, fields) = ("<noinput/>".repeat(40_000), "<field/>".repeat(60_000));
    let document = format!("<vxml xml:lang='es'>{handlers}<form>{fields}</form></vxml>");
    let imported = import("menu.vxml", &document).unwrap();
    assert!(imported.notes.iter().any(|note| note.problem == super::handler::TOO_MUCH));
}
