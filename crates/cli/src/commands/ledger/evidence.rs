//! Evidence that is frozen as it is, or not at all.

use crate::failure::{Done, Failure};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;
use std::path::Path;

/// Beyond this not every whole number has a place of its own where numbers are read as floating point, as in a browser.
const WHOLE: u64 = 1 << 53;
/// The rules; the values are never quoted.
const TWICE: &str = "an object has the same key twice, so that one of the two would be lost";
const BEYOND: &str = "a number is beyond 2^53, which would not be kept digit by digit: write it as text";

/// The evidence in a file.
pub fn read(path: &Path) -> Done<Value> {
    let text = std::fs::read_to_string(path).map_err(|e| Failure::cannot(format!("{}: {e}", path.display())))?;
    serde_json::from_str::<Exact>(&text).map(|Exact(value)| value).map_err(|e| {
        let said = e.to_string();
        let rule = [TWICE, BEYOND].into_iter().find(|rule| said.starts_with(rule)).unwrap_or("no JSON");
        // Where it breaks is said, not what stands there.
        Failure::data(format!("{}, line {}, column {}: {rule}", path.display(), e.line(), e.column()))
    })
}

/// JSON of which nothing is lost.
struct Exact(Value);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() > WHOLE { Err(E::custom(BEYOND)) } else { Ok(value.into()) }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        if value > WHOLE { Err(E::custom(BEYOND)) } else { Ok(value.into()) }
    }

    /// A whole number that is too long comes as one of these.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        if value.abs() > WHOLE as f64 { Err(E::custom(BEYOND)) } else { Ok(value.into()) }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Exact(value)) = from.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = from.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(TWICE));
            }
            let Exact(value) = from.next_value()?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}
