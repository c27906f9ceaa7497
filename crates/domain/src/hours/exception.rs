//! A date that is different from its weekday.

use super::Interval;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// What holds on one date. In JSON a list of intervals is short for `{"open": [...]}`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exception {
    /// What people are told: `Nochebuena`, `Inventory`.
    pub name: Option<String>,
    /// Instead of the weekday's intervals, holiday or not; nothing in it: closed. `None`: as if there were
    /// no exception.
    pub open: Option<Vec<Interval>>,
    /// What is cut out of what is open, also of a night that began on the date before.
    pub closed: Vec<Interval>,
}

impl Exception {
    /// Closed for all of the date.
    pub fn holiday(name: Option<String>) -> Self {
        Exception { name, open: Some(vec![]), closed: vec![] }
    }
}

impl From<Vec<Interval>> for Exception {
    fn from(open: Vec<Interval>) -> Self {
        Exception { name: None, open: Some(open), closed: vec![] }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open: Option<Vec<Interval>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    closed: Vec<Interval>,
}

impl Serialize for Exception {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Exception { name: None, open: Some(open), closed } if closed.is_empty() => {
                open.serialize(serializer)
            }
            Exception { name, open, closed } => {
                Written { name: name.clone(), open: open.clone(), closed: closed.clone() }
                    .serialize(serializer)
            }
        }
    }
}

/// By hand, since an untagged enum would not say what is wrong with an interval.
impl<'de> Deserialize<'de> for Exception {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> de::Visitor<'de> for Reader {
    type Value = Exception;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of intervals, or an object with name, open, closed")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<Exception, A::Error> {
        let open = Vec::<Interval>::deserialize(de::value::SeqAccessDeserializer::new(list))?;
        Ok(Exception::from(open))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Exception, A::Error> {
        let Written { name, open, closed } =
            Written::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(Exception { name, open, closed })
    }
}
