//! Templates: what Meta lists, and one of them filled in.
//!
//! <https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates>

use channel::{
    json::{self, Node},
    malformed::Malformed,
    outbound::ProviderRequest,
    received::Settings,
    templates::{BUSINESS_ACCOUNT, Listed, Templates},
};
use domain::{
    message::{Attachment, DeliveryError, Template, TemplateParameter},
    template::{Category, Definition, Parameter, Part, Status, marks},
};
use meta::graph::{Graph, need, refusal};
use serde_json::{Map, Value, json};

const FIELDS: &str = "name,language,status,category,components,quality_score,rejected_reason";

/// In characters. A body has room for so much in all; which of its places gets it, is the writer's.
const HEADER_MAX: usize = 60;
const BODY_MAX: usize = 1024;
const URL_MAX: usize = 2000;
const CODE_MAX: usize = 15;

pub(crate) struct GraphTemplates;

impl Templates for GraphTemplates {
    fn list(&self, settings: &Settings, page: Option<&str>) -> Result<ProviderRequest, DeliveryError> {
        let account = need(settings, BUSINESS_ACCOUNT)?;
        let is_cursor = |page: &&str| page.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=".contains(&b));
        let after = match page {
            None => String::new(),
            Some(page) if is_cursor(&page) => format!("&after={page}"),
            Some(_) => return Err(refusal("page", "that is no cursor of Meta's")),
        };
        Ok(Graph::of(settings)?.get(&format!("{account}/message_templates?fields={FIELDS}&limit=100{after}")))
    }

    fn listed(&self, body: &[u8]) -> Result<Listed, Malformed> {
        let document = json::parse(body)?;
        let root = Node::root(&document);
        let mut listed = Listed::default();
        for node in root.require("data")?.items()? {
            match definition(&node) {
                Ok(definition) => listed.definitions.push(definition),
                Err(malformed) => listed.unread.push(malformed),
            }
        }
        let paging = root.get("paging");
        let more = paging.as_ref().and_then(|paging| paging.get("next")).is_some();
        let cursors = paging.filter(|_| more).and_then(|paging| paging.get("cursors"));
        listed.next = cursors.and_then(|cursors| cursors.text("after"));
        Ok(listed)
    }
}

fn definition(node: &Node<'_>) -> Result<Definition, Malformed> {
    let text = |name: &str| {
        let found = node.require(name)?;
        found.as_text().ok_or_else(|| found.malformed("is no text"))
    };
    let mut parts = vec![];
    let mut fillable = true;
    for component in node.list("components") {
        fillable &= read(&component, &mut parts);
    }
    let status = status(&text("status")?);
    let score = node.get("quality_score").and_then(|quality| quality.text("score"));
    let rejected = node.text("rejected_reason").filter(|reason| reason != "NONE");
    Ok(Definition {
        name: text("name")?,
        language: text("language")?,
        category: match text("category")?.as_str() {
            "UTILITY" => Category::Utility,
            "AUTHENTICATION" => Category::Authentication,
            // What is new to us is treated with the most care.
            _ => Category::Marketing,
        },
        status: if fillable || status != Status::Approved { status } else { Status::Unfillable },
        note: rejected.or(score.filter(|score| score != "UNKNOWN")),
        parts,
    })
}

fn status(word: &str) -> Status {
    match word {
        "APPROVED" => Status::Approved,
        "PENDING" | "IN_APPEAL" | "PENDING_DELETION" => Status::Pending,
        "REJECTED" => Status::Rejected,
        "PAUSED" | "LIMIT_EXCEEDED" => Status::Paused,
        _ => Status::Disabled,
    }
}

/// Reads one component. `false`: it wants something that is not asked for here.
fn read(component: &Node<'_>, parts: &mut Vec<Part>) -> bool {
    let words = component.text("text").unwrap_or_default();
    match component.text("type").unwrap_or_default().as_str() {
        "HEADER" => match component.text("format").as_deref() {
            None | Some("TEXT") => parts.push(part("header", &words, HEADER_MAX, component)),
            Some(format @ ("IMAGE" | "VIDEO" | "DOCUMENT")) => parts.push(Part {
                file: Some(format.to_ascii_lowercase()),
                ..part("header", "", HEADER_MAX, component)
            }),
            Some(_) => return false,
        },
        "BODY" => parts.push(part("body", &words, BODY_MAX, component)),
        "FOOTER" => parts.push(part("footer", &words, BODY_MAX, component)),
        "BUTTONS" => {
            let buttons = component.list("buttons");
            return buttons.iter().enumerate().all(|(index, button)| read_button(index, button, parts));
        }
        _ => return false,
    }
    true
}

fn read_button(index: usize, button: &Node<'_>, parts: &mut Vec<Part>) -> bool {
    let titled = |place: &str, text: &str, max: usize| Part {
        title: button.text("text").or_else(|| Some(String::new())),
        ..part(&format!("{place}:{index}"), text, max, button)
    };
    match button.text("type").unwrap_or_default().as_str() {
        "URL" => parts.push(titled("url", &button.text("url").unwrap_or_default(), URL_MAX)),
        "OTP" => parts.push(titled("url", "{{1}}", CODE_MAX)),
        "COPY_CODE" => parts.push(titled("copy_code", "{{1}}", CODE_MAX)),
        "QUICK_REPLY" => parts.push(titled("quick_reply", "", 0)),
        "PHONE_NUMBER" | "VOICE_CALL" => parts.push(titled("phone_number", "", 0)),
        _ => return false,
    }
    true
}

fn part(place: &str, text: &str, max: usize, node: &Node<'_>) -> Part {
    let parameter = |(index, mark): (usize, String)| {
        let named = mark.bytes().any(|byte| !byte.is_ascii_digit());
        Parameter { example: example(node, place, index, &mark), named, mark, max }
    };
    Part {
        place: place.to_owned(),
        text: text.to_owned(),
        title: None,
        file: None,
        parameters: marks(text).into_iter().enumerate().map(parameter).collect(),
    }
}

/// What Meta was shown when it approved.
fn example(node: &Node<'_>, place: &str, index: usize, mark: &str) -> Option<String> {
    let example = node.get("example")?;
    let named = example.list(&format!("{place}_text_named_params"));
    let by_name = named.iter().find(|named| named.text("param_name").as_deref() == Some(mark));
    if let Some(named) = by_name {
        return named.text("example");
    }
    let list = match place {
        "header" => example.list("header_text"),
        "body" => example.list("body_text").first().and_then(|first| first.items().ok()).unwrap_or_default(),
        _ => example.items().unwrap_or_default(),
    };
    list.get(index).and_then(Node::as_text)
}

/// The message's `template`.
pub(crate) fn body(template: &Template) -> Value {
    let mut components: Vec<Value> = template.header.iter().map(header).collect();
    let mut places: Vec<&str> = vec![];
    for parameter in &template.parameters {
        if !places.contains(&parameter.part.as_str()) {
            places.push(&parameter.part);
        }
    }
    components.extend(places.into_iter().map(|place| {
        let values = template.parameters.iter().filter(|parameter| parameter.part == place);
        component(place, values)
    }));
    json!({ "name": template.name, "language": { "code": template.language }, "components": components })
}

fn header(file: &Attachment) -> Value {
    let mut said = Map::new();
    match (&file.provider_ref, &file.url) {
        (Some(id), _) => said.insert("id".to_owned(), json!(id)),
        (None, url) => said.insert("link".to_owned(), json!(url)),
    };
    if file.kind == "document" {
        said.extend(file.name.as_ref().map(|name| ("filename".to_owned(), json!(name))));
    }
    json!({ "type": "header", "parameters": [{ "type": file.kind, &file.kind: said }] })
}

fn component<'a>(place: &str, values: impl Iterator<Item = &'a TemplateParameter>) -> Value {
    let text = |parameter: &TemplateParameter| {
        let mut said =
            Map::from_iter([("type".to_owned(), json!("text")), ("text".to_owned(), json!(parameter.value))]);
        said.extend(parameter.name.as_ref().map(|name| ("parameter_name".to_owned(), json!(name))));
        Value::Object(said)
    };
    match place.split_once(':') {
        None => json!({ "type": place, "parameters": values.map(text).collect::<Vec<_>>() }),
        Some((kind, index)) => {
            let code = |parameter: &TemplateParameter| json!({ "type": "coupon_code", "coupon_code": parameter.value });
            let values: Vec<Value> =
                if kind == "copy_code" { values.map(code).collect() } else { values.map(text).collect() };
            json!({ "type": "button", "sub_type": kind, "index": index, "parameters": values })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn settings() -> Settings {
        Settings::from([
            ("graph_base_url", "http://127.0.0.1:9"),
            ("access_token", "t"),
            ("business_account_id", "2277"),
        ])
    }

    const PAGE: &str = r#"{"data":[
        {"name":"pedido_enviado","language":"es_ES","status":"APPROVED","category":"UTILITY",
         "quality_score":{"score":"GREEN"},"rejected_reason":"NONE","components":[
            {"type":"HEADER","format":"TEXT","text":"Pedido {{1}}","example":{"header_text":["77"]}},
            {"type":"BODY","text":"Hola {{1}}, llega el {{2}}.","example":{"body_text":[["Ana","lunes"]]}},
            {"type":"FOOTER","text":"La tienda"},
            {"type":"BUTTONS","buttons":[{"type":"URL","text":"Ver","url":"https://t.example/{{1}}","example":["77"]},
                {"type":"QUICK_REPLY","text":"No soy yo"}]}]},
        {"name":"oferta","language":"es","status":"PAUSED","category":"MARKETING","components":[
            {"type":"HEADER","format":"IMAGE"},
            {"type":"BODY","text":"Hola {{nombre}}",
             "example":{"body_text_named_params":[{"param_name":"nombre","example":"Ana"}]}},
            {"type":"BUTTONS","buttons":[{"type":"COPY_CODE","text":"Copiar"}]}]},
        {"name":"carrusel","language":"es","status":"APPROVED","category":"MARKETING","components":[
            {"type":"BODY","text":"Mire"},{"type":"CAROUSEL","cards":[]}]},
        {"name":"clave","language":"pt_BR","status":"APPROVED","category":"AUTHENTICATION","components":[
            {"type":"BODY","text":"{{1}} é o seu código"},
            {"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE","text":"Copiar"}]}]},
        {"name":"rota","status":"APPROVED"},
        {"name":"rechazada","language":"es","status":"REJECTED","category":"MARKETING","rejected_reason":"INVALID_FORMAT"}],
        "paging":{"cursors":{"before":"MAZDZD","after":"MjQZD"},"next":"https://graph.facebook.com/x"}}"#;

    fn listed() -> Listed {
        GraphTemplates.listed(PAGE.as_bytes()).expect("a page")
    }

    #[test]
    fn pages_are_asked_for_one_after_another() {
        let call = GraphTemplates.list(&settings(), None).expect("a call");
        assert_eq!(
            call.url,
            format!("http://127.0.0.1:9/v25.0/2277/message_templates?fields={FIELDS}&limit=100")
        );
        let page = listed().next;
        assert_eq!(page.as_deref(), Some("MjQZD"));
        let call = GraphTemplates.list(&settings(), page.as_deref()).expect("a call");
        assert!(call.url.ends_with("&after=MjQZD"));
        assert!(GraphTemplates.list(&settings(), Some("x&fields=a")).is_err());
        assert!(GraphTemplates.list(&Settings::default(), None).is_err(), "the account does not say where");
        let last = GraphTemplates.listed(br#"{"data":[],"paging":{"cursors":{"after":"x"}}}"#);
        assert_eq!(last.expect("a page").next, None);
        assert!(GraphTemplates.listed(br#"{"error":{}}"#).is_err());
    }

    #[test]
    fn a_template_is_its_parts_and_its_places() {
        let listed = listed();
        let told: Vec<_> = listed
            .definitions
            .iter()
            .map(|found| (found.name.as_str(), found.status, found.category, found.note.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("pedido_enviado", Status::Approved, Category::Utility, Some("GREEN")),
                ("oferta", Status::Paused, Category::Marketing, None),
                ("carrusel", Status::Unfillable, Category::Marketing, None),
                ("clave", Status::Approved, Category::Authentication, None),
                ("rechazada", Status::Rejected, Category::Marketing, Some("INVALID_FORMAT")),
            ]
        );
        assert_eq!(listed.unread.len(), 1, "the broken one loses nobody");
        assert!(listed.unread[0].to_string().starts_with("data[4].language"), "{}", listed.unread[0]);
        let places = |index: usize| {
            let parts = listed.definitions[index].parts.iter();
            let places = parts.flat_map(|part| {
                part.parameters.iter().map(|parameter| {
                    (format!("{}.{}", part.place, parameter.mark), parameter.example.clone())
                })
            });
            places.collect::<Vec<_>>()
        };
        let told = |place: &str, example: &str| (place.to_owned(), Some(example.to_owned()));
        assert_eq!(
            places(0),
            [told("header.1", "77"), told("body.1", "Ana"), told("body.2", "lunes"), told("url:0.1", "77")]
        );
        assert_eq!(places(1), [told("body.nombre", "Ana"), ("copy_code:0.1".to_owned(), None)]);
        assert_eq!(listed.definitions[1].parts[0].file.as_deref(), Some("image"));
    }

    fn filled(index: usize, values: &[(&str, &str)], header: Option<Attachment>) -> Template {
        let definition = Definition { status: Status::Approved, ..listed().definitions[index].clone() };
        let values: BTreeMap<_, _> =
            values.iter().map(|(place, value)| ((*place).to_owned(), (*value).to_owned())).collect();
        definition.fill(&values, header).expect("fills")
    }

    #[test]
    fn a_filled_template_in_meta_s_shape() {
        let values = [("header.1", "77"), ("body.1", "Ana"), ("body.2", "lunes"), ("url:0.1", "p/77")];
        let text = |text: &str| json!({ "type": "text", "text": text });
        let template = filled(0, &values, None);
        assert_eq!(template.text, "Pedido 77\n\nHola Ana, llega el lunes.\n\nLa tienda");
        assert_eq!(
            body(&template),
            json!({ "name": "pedido_enviado", "language": { "code": "es_ES" }, "components": [
                { "type": "header", "parameters": [text("77")] },
                { "type": "body", "parameters": [text("Ana"), text("lunes")] },
                { "type": "button", "sub_type": "url", "index": "0", "parameters": [text("p/77")] },
            ] })
        );
        let picture = Attachment {
            kind: "image".to_owned(),
            provider_ref: Some("99".to_owned()),
            ..Attachment::default()
        };
        assert_eq!(
            body(&filled(1, &[("body.nombre", "Ana"), ("copy_code:0.1", "SALE20")], Some(picture)))["components"],
            json!([
                { "type": "header", "parameters": [{ "type": "image", "image": { "id": "99" } }] },
                { "type": "body", "parameters": [
                    { "type": "text", "text": "Ana", "parameter_name": "nombre" }] },
                { "type": "button", "sub_type": "copy_code", "index": "0", "parameters": [
                    { "type": "coupon_code", "coupon_code": "SALE20" }] },
            ])
        );
        let code = filled(3, &[("body.1", "1234"), ("url:0.1", "1234")], None);
        assert_eq!(body(&code)["components"][1]["sub_type"], json!("url"));
    }
}
