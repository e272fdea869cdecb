//! Values that stand in JSON as text: days, months, classes, and floating-point settings, which a JSON number may not bring
//! back to the last bit.

use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
use std::fmt::Display;
use std::str::FromStr;

pub(crate) fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub(crate) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_error: T::Err| D::Error::custom("not a value of this field"))
}
