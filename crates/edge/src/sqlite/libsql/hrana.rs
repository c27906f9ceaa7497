//! Hrana 3 over HTTP: what is sent to `/v3/pipeline`, and what comes back.
//!
//! A baton names a stream and is good for one request; the answer brings the next one, or none when
//! the stream is closed. Integers are strings, since JSON's numbers are not exact, and blobs are base64.
//! <https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md>

use crate::bindings::spin::sqlite::sqlite::{RowResult, Value};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD_NO_PAD};
use serde::Deserialize;
use serde_json::json;

/// Servers write blobs with padding or without.
const BLOB: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A statement, and the question whether a transaction is open after it. Without a baton, on a new
/// stream.
pub(super) fn execute(baton: Option<&str>, sql: &str, parameters: &[Value]) -> Vec<u8> {
    let arguments: Vec<_> = parameters.iter().map(argument).collect();
    let statement = json!({ "sql": sql, "args": arguments, "want_rows": true });
    let requests = json!([{ "type": "execute", "stmt": statement }, { "type": "get_autocommit" }]);
    json!({ "baton": baton, "requests": requests }).to_string().into_bytes()
}

/// Ends a stream, and rolls back what it left open.
pub(super) fn close(baton: &str) -> Vec<u8> {
    json!({ "baton": baton, "requests": [{ "type": "close" }] }).to_string().into_bytes()
}

fn argument(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => json!({ "type": "null" }),
        Value::Integer(integer) => json!({ "type": "integer", "value": integer.to_string() }),
        Value::Real(real) => json!({ "type": "float", "value": real }),
        Value::Text(text) => json!({ "type": "text", "value": text }),
        Value::Blob(blob) => json!({ "type": "blob", "base64": STANDARD_NO_PAD.encode(blob) }),
    }
}

/// What a server answered to [`execute`].
#[derive(Debug)]
pub(super) struct Answer {
    /// Names the stream the next time. `None`: the server closed it.
    pub(super) baton: Option<String>,
    /// Where the stream is found from now on, if it moved.
    pub(super) base_url: Option<String>,
    /// A transaction is open.
    pub(super) in_transaction: bool,
    pub(super) result: Result<Executed, Refusal>,
}

/// A statement's outcome.
#[derive(Debug, Deserialize)]
pub(super) struct Executed {
    cols: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    #[serde(rename = "affected_row_count")]
    pub(super) changes: u64,
    last_insert_rowid: Option<String>,
}

/// The server understood and said no.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Refusal {
    pub(super) message: String,
    #[serde(default)]
    pub(super) code: Option<String>,
}

impl Executed {
    pub(super) fn columns(&mut self) -> Vec<String> {
        self.cols.drain(..).map(|column| column.name.unwrap_or_default()).collect()
    }

    pub(super) fn rows(self) -> Vec<RowResult> {
        let row = |row: Vec<Cell>| RowResult { values: row.into_iter().map(|cell| cell.0).collect() };
        self.rows.into_iter().map(row).collect()
    }

    /// Of the statement's last insert, if it inserted.
    pub(super) fn last_insert_rowid(&self) -> Option<i64> {
        self.last_insert_rowid.as_deref()?.parse().ok()
    }
}

impl Answer {
    /// Reads the body of a 200. The error tells what does not fit Hrana.
    pub(super) fn parse(body: &[u8]) -> Result<Self, String> {
        let Pipeline { baton, base_url, results } =
            serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let mut results = results.into_iter();
        let (Some(executed), Some(state)) = (results.next(), results.next()) else {
            return Err("there is not one result for each request".into());
        };
        let result = match executed {
            Step { error: Some(refusal), .. } => Err(refusal),
            Step { response: Some(Response { result: Some(executed), .. }), .. } => Ok(executed),
            Step { .. } => return Err("a statement has no result".into()),
        };
        let is_autocommit = state.response.and_then(|response| response.is_autocommit);
        Ok(Self { baton, base_url, in_transaction: is_autocommit == Some(false), result })
    }

    /// The baton in the beginning of a body that is not read to its end.
    pub(super) fn baton_of(beginning: &[u8]) -> Option<String> {
        const NAME: &[u8] = br#""baton":""#;
        let start = NAME.len() + beginning.windows(NAME.len()).position(|window| window == NAME)?;
        let end = start + beginning[start..].iter().position(|byte| *byte == b'"')?;
        String::from_utf8(beginning[start..end].to_vec()).ok()
    }
}

#[derive(Deserialize)]
struct Pipeline {
    baton: Option<String>,
    base_url: Option<String>,
    results: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    response: Option<Response>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Response {
    result: Option<Executed>,
    is_autocommit: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Column {
    name: Option<String>,
}

/// One value of a row.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
struct Cell(Value);

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "type")]
    kind: Kind,
    value: Option<Scalar>,
    base64: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Null,
    Integer,
    Float,
    Text,
    Blob,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Number(f64),
}

impl TryFrom<Written> for Cell {
    type Error = &'static str;

    fn try_from(Written { kind, value, base64 }: Written) -> Result<Self, Self::Error> {
        Ok(Self(match (kind, value, base64) {
            (Kind::Null, ..) => Value::Null,
            (Kind::Integer, Some(Scalar::Text(digits)), _) => {
                Value::Integer(digits.parse().map_err(|_| "an integer is none")?)
            }
            (Kind::Float, Some(Scalar::Number(number)), _) => Value::Real(number),
            (Kind::Text, Some(Scalar::Text(text)), _) => Value::Text(text),
            (Kind::Blob, _, Some(text)) => Value::Blob(BLOB.decode(text).map_err(|_| "a blob is no base64")?),
            _ => return Err("a value is not of its type"),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_what_hrana_wants() {
        let parameters = [
            Value::Integer(i64::MIN),
            Value::Real(0.1),
            Value::Text("ñ\"".into()),
            Value::Blob(vec![0, 255]),
            Value::Null,
        ];
        let expected = json!({
            "baton": "b",
            "requests": [
                { "type": "execute", "stmt": { "sql": "SELECT ?1", "want_rows": true, "args": [
                    { "type": "integer", "value": "-9223372036854775808" },
                    { "type": "float", "value": 0.1 },
                    { "type": "text", "value": "ñ\"" },
                    { "type": "blob", "base64": "AP8" },
                    { "type": "null" },
                ] } },
                { "type": "get_autocommit" },
            ],
        });
        let said = execute(Some("b"), "SELECT ?1", &parameters);
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&said).expect("JSON"), expected);
        assert!(String::from_utf8_lossy(&execute(None, "", &[])).contains(r#""baton":null"#));
    }

    fn answer(rows: &str, autocommit: bool) -> String {
        format!(
            r#"{{"baton":"next","base_url":null,"results":[
                {{"type":"ok","response":{{"type":"execute","result":{{
                  "cols":[{{"name":"a","decltype":null}},{{}}],"rows":[[{rows}]],"affected_row_count":2,"last_insert_rowid":"7","rows_read":1}}}}}},
                {{"type":"ok","response":{{"type":"get_autocommit","is_autocommit":{autocommit}}}}}]}}"#
        )
    }

    #[test]
    fn values_are_read_as_they_were_stored() {
        let check = |written: &str, expected: Value| {
            let answer = Answer::parse(answer(written, true).as_bytes()).expect(written);
            let rows = answer.result.expect("rows").rows();
            assert_eq!(format!("{:?}", rows[0].values), format!("{:?}", [expected]), "{written}");
        };
        check(r#"{"type":"null"}"#, Value::Null);
        check(r#"{"type":"integer","value":"9223372036854775807"}"#, Value::Integer(i64::MAX));
        check(r#"{"type":"float","value":0.1}"#, Value::Real(0.1));
        // One that a quick parser gets wrong by its last bit.
        check(r#"{"type":"float","value":1.7005102435364098}"#, Value::Real(1.7005102435364098));
        check(r#"{"type":"float","value":2}"#, Value::Real(2.0));
        check(r#"{"type":"text","value":"a\nb"}"#, Value::Text("a\nb".into()));
        check(r#"{"type":"blob","base64":"AP8"}"#, Value::Blob(vec![0, 255]));
        check(r#"{"type":"blob","base64":"AP8="}"#, Value::Blob(vec![0, 255]));
        check(r#"{"type":"blob","base64":""}"#, Value::Blob(vec![]));
    }

    #[test]
    fn an_answer_tells_the_state_of_its_stream() {
        let mut answered = Answer::parse(answer("", false).as_bytes()).expect("an answer");
        assert!(answered.in_transaction);
        assert_eq!(answered.baton.as_deref(), Some("next"));
        let executed = answered.result.as_mut().expect("executed");
        assert_eq!(executed.columns(), ["a", ""]);
        assert_eq!((executed.changes, executed.last_insert_rowid()), (2, Some(7)));

        let refused = br#"{"baton":null,"base_url":"https://there","results":[
            {"type":"error","error":{"message":"no","code":"SQLITE_BUSY"}},
            {"type":"ok","response":{"type":"get_autocommit","is_autocommit":true}}]}"#;
        let refused = Answer::parse(refused).expect("an answer");
        assert_eq!((refused.baton, refused.in_transaction), (None, false));
        assert_eq!(refused.base_url.as_deref(), Some("https://there"));
        let refusal = Refusal { message: "no".into(), code: Some("SQLITE_BUSY".into()) };
        assert_eq!(refused.result.err(), Some(refusal));
    }

    #[test]
    fn what_is_no_hrana_is_an_error() {
        let check = |body: &str| assert!(Answer::parse(body.as_bytes()).is_err(), "{body}");
        check("");
        check("<html>");
        check(r#"{"baton":null,"base_url":null,"results":[]}"#);
        check(r#"{"baton":null,"base_url":null,"results":[{"type":"ok"},{"type":"ok"}]}"#);
        check(&answer(r#"{"type":"integer","value":"x"}"#, true));
        check(&answer(r#"{"type":"integer","value":1}"#, true));
        check(&answer(r#"{"type":"blob","base64":"?"}"#, true));
    }

    #[test]
    fn a_baton_is_found_in_a_body_that_is_too_large() {
        let beginning = answer("", true).replace(": ", ":");
        assert_eq!(Answer::baton_of(&beginning.as_bytes()[..40]).as_deref(), Some("next"));
        assert_eq!(Answer::baton_of(br#"{"baton":null,"base_url":null"#), None);
        assert_eq!(Answer::baton_of(b""), None);
    }
}
