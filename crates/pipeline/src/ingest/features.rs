//! Rows of a GeoJSON file: one feature a row, its geometry null or a point.

use super::Sink;
use super::delimited::MAX_COLUMNS;
use super::fields::{Fields, Next};
use super::rule::Rule;
use super::source::{Input, MAX_COMPRESSED};
use crate::error::{Error, Result, Stage};
use crate::schema::input::Column;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::fmt;
use std::fmt::Write as _;
use std::io::Read;
use std::path::PathBuf;

/// A GeoJSON file, feature by feature. The text is kept, the features are not.
#[derive(Debug)]
pub(crate) struct FeatureRows {
    path: PathBuf,
    text: Vec<u8>,
    /// Names of the properties of all features, then `lon` and `lat` for the geometry.
    header: Vec<String>,
}

impl FeatureRows {
    pub(crate) fn open(input: &Input) -> Result<Self> {
        let path = input.path.clone();
        let (reader, _) = input.text()?;
        let mut text = Vec::new();
        reader.take(MAX_COMPRESSED + 1).read_to_end(&mut text).map_err(|e| Error::source(Stage::Ingest, &path, e))?;
        if text.len() as u64 > MAX_COMPRESSED {
            return Err(Error::rule(Stage::Ingest, &path, Rule::FileTooLarge));
        }
        if text.starts_with(b"\xef\xbb\xbf") {
            text.drain(..3);
        }
        let mut rows = Self { path, text, header: Vec::new() };
        rows.header = rows.names()?;
        Ok(rows)
    }

    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        let mut seen = HashSet::new();
        self.walk(&mut |_, feature| {
            let Some(properties) = feature.as_object().and_then(|f| f.get("properties")).and_then(Value::as_object) else {
                return Ok(());
            };
            for name in properties.keys().filter(|n| !is_coordinate(n)) {
                if !seen.contains(name) {
                    seen.insert(name.clone());
                    names.push(name.clone());
                }
            }
            if !seen.contains(Column::Id.name()) && feature.get("id").is_some() {
                seen.insert(Column::Id.name().to_owned());
                names.push(Column::Id.name().to_owned());
            }
            if names.len() > MAX_COLUMNS {
                return Err(Error::rule(Stage::Ingest, &self.path, Rule::TooManyColumns));
            }
            Ok(())
        })?;
        names.extend([Column::Lon.name().to_owned(), Column::Lat.name().to_owned()]);
        Ok(names)
    }

    /// Reads every feature.
    pub(crate) fn each(&mut self, needed: &[usize], sink: &mut Sink<'_>) -> Result<()> {
        let mut fields = Fields::default();
        let wanted: Vec<bool> = (0..self.header.len()).map(|i| needed.contains(&i)).collect();
        self.walk(&mut |row, feature| {
            let next = match self.fill(&feature, &wanted, &mut fields) {
                Ok(()) => Next::Row(row),
                Err(rule) => Next::Refused(row, rule),
            };
            sink(next, &fields, 0)
        })
    }

    fn fill(&self, feature: &Value, wanted: &[bool], fields: &mut Fields) -> std::result::Result<(), Rule> {
        fields.clear();
        let empty = Map::new();
        let feature = feature.as_object().ok_or(Rule::MalformedFeature)?;
        if feature.get("type").and_then(Value::as_str) != Some("Feature") {
            return Err(Rule::MalformedFeature);
        }
        let properties = match feature.get("properties") {
            None | Some(Value::Null) => &empty,
            Some(Value::Object(properties)) => properties,
            Some(_) => return Err(Rule::MalformedFeature),
        };
        let [lon, lat] = match feature.get("geometry") {
            None | Some(Value::Null) => [None, None],
            Some(geometry) => point(geometry)?,
        };
        let names = self.header.len() - 2;
        for (name, wanted) in self.header[..names].iter().zip(wanted) {
            let value = match properties.get(name) {
                None if name == Column::Id.name() => feature.get("id"),
                value => value,
            };
            let mut refused = None;
            fields.push_with(|text| {
                if *wanted {
                    refused = value.and_then(|v| write_value(v, text).err());
                }
            });
            if let Some(rule) = refused {
                return Err(rule);
            }
        }
        for degrees in [lon, lat] {
            fields.push_with(|text| {
                if let Some(degrees) = degrees {
                    let _ = write!(text, "{degrees}");
                }
            });
        }
        Ok(())
    }

    /// Calls `each` with every feature and its number, from 1.
    fn walk(&self, each: &mut dyn FnMut(u64, Value) -> Result<()>) -> Result<()> {
        let mut collection = Collection { rows: 0, features: false, typed: false, stopped: None, foreign: false, each };
        let mut json = serde_json::Deserializer::from_slice(&self.text);
        let read = (&mut collection).deserialize(&mut json).and_then(|()| json.end());
        let broken = |rule| Error::rule(Stage::Ingest, &self.path, rule);
        if let Some(error) = collection.stopped {
            return Err(error);
        }
        if let Err(e) = read {
            // The text of the error may quote a value; its kind may not.
            let rule = if e.to_string().starts_with("recursion limit exceeded") {
                Rule::JsonTooDeep
            } else if e.is_data() {
                Rule::NotFeatureCollection
            } else {
                Rule::JsonInvalid
            };
            return Err(broken(rule).at_row(collection.rows + 1));
        }
        if collection.foreign {
            return Err(broken(Rule::ForeignCrs));
        }
        if !(collection.features && collection.typed) {
            return Err(broken(Rule::NotFeatureCollection));
        }
        Ok(())
    }
}

fn is_coordinate(name: &str) -> bool {
    [Column::Lon, Column::Lat].iter().flat_map(|c| c.names()).any(|n| name.eq_ignore_ascii_case(n))
}

fn point(geometry: &Value) -> std::result::Result<[Option<&serde_json::Number>; 2], Rule> {
    let coordinates = geometry.get("coordinates").and_then(Value::as_array).ok_or(Rule::GeometryNotPoint)?;
    if geometry.get("type").and_then(Value::as_str) != Some("Point") || !(2..=3).contains(&coordinates.len()) {
        return Err(Rule::GeometryNotPoint);
    }
    match (&coordinates[0], &coordinates[1]) {
        (Value::Number(lon), Value::Number(lat)) => Ok([Some(lon), Some(lat)]),
        _ => Err(Rule::GeometryNotPoint),
    }
}

fn write_value(value: &Value, text: &mut String) -> std::result::Result<(), Rule> {
    match value {
        Value::Null => {}
        Value::String(s) => text.push_str(s),
        Value::Number(n) => {
            let _ = write!(text, "{n}");
        }
        Value::Bool(b) => {
            let _ = write!(text, "{b}");
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    text.push(';');
                }
                if item.is_array() {
                    return Err(Rule::FieldNotScalar);
                }
                write_value(item, text)?;
            }
        }
        Value::Object(_) => return Err(Rule::FieldNotScalar),
    }
    Ok(())
}

/// Reads a FeatureCollection without keeping its features.
struct Collection<'a> {
    rows: u64,
    features: bool,
    typed: bool,
    foreign: bool,
    stopped: Option<Error>,
    each: &'a mut dyn FnMut(u64, Value) -> Result<()>,
}

impl<'de> DeserializeSeed<'de> for &mut Collection<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Collection<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a FeatureCollection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => self.typed = map.next_value::<Value>()?.as_str() == Some("FeatureCollection"),
                "crs" => self.foreign |= is_foreign(&map.next_value()?),
                "features" => {
                    self.features = true;
                    map.next_value_seed(FeatureList(&mut *self))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct FeatureList<'a, 'b>(&'a mut Collection<'b>);

impl<'de> DeserializeSeed<'de> for FeatureList<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for FeatureList<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut features: A) -> std::result::Result<(), A::Error> {
        while let Some(feature) = features.next_element::<Value>()? {
            self.0.rows += 1;
            if let Err(error) = (self.0.each)(self.0.rows, feature) {
                self.0.stopped = Some(error);
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// Whether an old-style `crs` member names another system than WGS84 degrees.
fn is_foreign(crs: &Value) -> bool {
    match crs.pointer("/properties/name").and_then(Value::as_str) {
        Some(name) => !(name.ends_with("CRS84") || name.ends_with(":4326")),
        None => !crs.is_null(),
    }
}
