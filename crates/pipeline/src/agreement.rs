//! A data-sharing agreement as it is written down: a file in TOML, read strictly.

use crate::error::{Error, Result, Stage};
use crate::protected::located;
use hotspot_core::atlas::{Atlas, Borough};
use hotspot_core::disclosure::agreement::{Agreement, Field, Product, Retention, Terms};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// Days that anything may be kept.
const MOST_DAYS: u16 = 3650;
/// Bytes of a file.
const MOST_BYTES: usize = 64 << 10;
/// Everywhere.
const ALL: &str = "all";
/// Letters of a text.
const LETTERS: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    recipient: String,
    purpose: String,
    products: Vec<String>,
    fields: Vec<String>,
    geography: Geography,
    least: u32,
    retention_days: Option<u16>,
    retention_until: Option<String>,
    start: String,
    end: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Geography {
    All(String),
    Boroughs(Vec<String>),
}

/// Reads an agreement, and its text, by whose SHA-256 it is known.
///
/// # Errors
/// When the file cannot be read or is no agreement: file, line or field, and rule; never what stands there.
pub fn read_agreement(path: &Path) -> Result<(Agreement, String)> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::source(Stage::Agreement, path, e))?;
    let agreement = parse_agreement(&text).map_err(|rule| Error::refused(Stage::Agreement, path, rule))?;
    Ok((agreement, text))
}

/// An agreement from its text; the error is the line or field, and the rule.
///
/// # Errors
/// The first rule that the text breaks.
pub fn parse_agreement(text: &str) -> std::result::Result<Agreement, String> {
    if text.len() > MOST_BYTES {
        return Err(format!("an agreement has {MOST_BYTES} bytes at most"));
    }
    let file: File = toml::from_str(text).map_err(|error| located(text, &error))?;
    let retention = match (file.retention_days, &file.retention_until) {
        (Some(days), None) if (1..=MOST_DAYS).contains(&days) => Retention::Days(days),
        (Some(_), None) => return Err(format!("retention_days: must be from 1 to {MOST_DAYS}")),
        (None, Some(day)) => Retention::Until(date("retention_until", day)?),
        _ => return Err("retention: must be either retention_days or retention_until".to_owned()),
    };
    let (start, end) = (date("start", &file.start)?, date("end", &file.end)?);
    if end < start {
        return Err("end: must not lie before start".to_owned());
    }
    if matches!(retention, Retention::Until(day) if day < end) {
        return Err("retention_until: must not lie before end".to_owned());
    }
    let boroughs = match file.geography {
        Geography::All(word) if word == ALL => None,
        Geography::Boroughs(list) if !list.is_empty() => Some(boroughs(&list)?),
        _ => return Err("geography: must be \"all\", or a list of names or codes of boroughs".to_owned()),
    };
    if !(1..=100_000).contains(&file.least) {
        return Err("least: must be from 1 to 100000".to_owned());
    }
    Ok(Agreement {
        id: id(&file.id)?,
        recipient: line("recipient", &file.recipient)?,
        purpose: line("purpose", &file.purpose)?,
        terms: Terms {
            products: chosen("products", &file.products, &Product::ALL, Product::id)?,
            fields: chosen("fields", &file.fields, &Field::ALL, Field::id)?,
            boroughs,
            least: file.least,
        },
        retention,
        start,
        end,
    })
}

/// The borough of London, or the City, with a name or code, in any case.
///
/// ```
/// use hotspot_pipeline::agreement::borough_named;
/// let found = |text| borough_named(text).map(|b| b.code.as_str());
/// assert_eq!((found("camden"), found("E09000007"), found("Atlantis")), (Some("E09000007"), Some("E09000007"), None));
/// ```
pub fn borough_named(text: &str) -> Option<&'static Borough> {
    let wanted = text.trim().to_lowercase();
    Atlas::london().boroughs().iter().find(|b| b.name.to_lowercase() == wanted || b.code.to_lowercase() == wanted)
}

/// Boroughs that there are, each once: neither is guessed which was meant, nor left for the day on which something is to be given.
fn boroughs(list: &[String]) -> std::result::Result<Vec<String>, String> {
    let mut codes = BTreeSet::new();
    let mut found = Vec::with_capacity(list.len());
    for (row, text) in list.iter().enumerate() {
        let wrong = |rule: &str| format!("geography, entry {}: {rule}", row + 1);
        if text == ALL {
            return Err(wrong("\"all\" stands alone, not in a list: geography = \"all\""));
        }
        let borough = borough_named(text).ok_or_else(|| {
            wrong("must be one of the 32 boroughs of London or the City, by name (Camden, City of London) or code (E09000007)")
        })?;
        if !codes.insert(borough.code.as_str()) {
            return Err(wrong("this borough is in the list already: each once"));
        }
        // As the release writes it.
        found.push(if *text == borough.code { borough.code.clone() } else { borough.name.clone() });
    }
    Ok(found)
}

fn date(field: &str, text: &str) -> std::result::Result<Date, String> {
    let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.parse().ok().filter(|_| plain).ok_or_else(|| format!("{field}: must be a day as \"2026-12-31\""))
}

fn id(text: &str) -> std::result::Result<String, String> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    let good = (1..=32).contains(&text.len()) && text.bytes().all(fits) && text.as_bytes()[0].is_ascii_alphanumeric();
    if good {
        Ok(text.to_owned())
    } else {
        Err("id: must be 1 to 32 letters, digits, - and ., beginning with a letter or digit".to_owned())
    }
}

/// A text of one line that no spreadsheet takes for a formula and no reader for another's.
fn line(field: &str, text: &str) -> std::result::Result<String, String> {
    let text = text.trim();
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}'..='\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}');
    let good = (1..=LETTERS).contains(&text.chars().count())
        && text.starts_with(char::is_alphanumeric)
        && !text.chars().any(|c| c.is_control() || turns(c));
    if good {
        Ok(text.to_owned())
    } else {
        Err(format!("{field}: must be one line of 1 to {LETTERS} characters that begins with a letter or digit"))
    }
}

/// Names of a closed list, each once, at least one.
fn chosen<T: Copy + Ord>(
    field: &str,
    names: &[String],
    all: &[T],
    id: impl Fn(T) -> &'static str,
) -> std::result::Result<BTreeSet<T>, String> {
    let found: Option<BTreeSet<T>> = names.iter().map(|name| all.iter().copied().find(|t| id(*t) == name)).collect();
    let allowed: Vec<&str> = all.iter().map(|t| id(*t)).collect();
    found
        .filter(|set| !set.is_empty() && set.len() == names.len())
        .ok_or_else(|| format!("{field}: must be one or more of {}, each once", allowed.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../../data/policy/agreement-example.toml");

    #[test]
    fn the_example_is_an_agreement() {
        let agreement = parse_agreement(EXAMPLE).unwrap();
        assert_eq!((agreement.id.as_str(), agreement.terms.least), ("A-2026-01", 10));
        assert_eq!(agreement.terms.boroughs.as_deref(), Some(&["Camden".to_owned(), "E09000019".to_owned()][..]));
        assert_eq!(agreement.terms.products.len(), 3);
        let all = EXAMPLE.replace("[\"Camden\", \"E09000019\"]", "\"all\"");
        assert_eq!(parse_agreement(&all).unwrap().terms.boroughs, None);
        let until = EXAMPLE.replace("retention_days = 180", "retention_until = \"2027-12-31\"");
        assert_eq!(parse_agreement(&until).unwrap().keep_until("2026-11-26".parse().unwrap()).to_string(), "2027-12-31");
    }

    #[test]
    fn what_is_no_agreement_is_told_by_field_and_rule_and_never_by_value() {
        for (from, to, wanted) in [
            ("id = \"A-2026-01\"", "id = \"../swordfish\"", "id: must be"),
            ("recipient = \"Example", "recipient = \"=swordfish", "recipient: must be one line"),
            ("recipient = \"Example", "recipient = \"swordfish\\u202e", "recipient: must be one line"),
            ("purpose = \"", "purpose = \"\\n-swordfish", "purpose: must be one line"),
            ("\"hotspots\"]", "\"swordfish\"]", "products: must be one or more of areas"),
            ("\"hotspots\"]", "\"areas\"]", "products: must be one or more of areas"),
            ("\"change\"]", "\"victims\"]", "fields: must be one or more of incidents"),
            ("[\"Camden\", \"E09000019\"]", "\"swordfish\"", "geography: must be"),
            ("[\"Camden\", \"E09000019\"]", "[]", "geography: must be"),
            ("\"E09000019\"", "\"swordfish\"", "geography, entry 2: must be one of the 32 boroughs"),
            ("\"E09000019\"", "\"E09000034\"", "geography, entry 2: must be one of the 32 boroughs"),
            ("\"E09000019\"", "\"e09000007\"", "geography, entry 2: this borough is in the list already"),
            ("\"E09000019\"", "\"all\"", "geography, entry 2: \"all\" stands alone"),
            ("[\"Camden\", \"E09000019\"]", "7", "line "),
            ("least = 10", "least = 0", "least: must be"),
            ("least = 10", "least = \"swordfish\"", "line "),
            ("least = 10", "", "missing field `least`"),
            ("least = 10", "least = 10\nmost = 7", "unknown field `most`"),
            ("retention_days = 180", "", "retention: must be either"),
            ("retention_days = 180", "retention_days = 180\nretention_until = \"2027-12-31\"", "retention: must be either"),
            ("retention_days = 180", "retention_days = 0", "retention_days: must be"),
            ("retention_days = 180", "retention_until = \"2026-01-01\"", "retention_until: must not lie"),
            ("start = \"2026-01-01\"", "start = \"swordfish\"", "start: must be a day"),
            ("end = \"2026-12-31\"", "end = \"2025-12-31\"", "end: must not lie"),
        ] {
            let changed = EXAMPLE.replacen(from, to, 1);
            assert_ne!(changed, EXAMPLE, "{from}");
            let told = parse_agreement(&changed).unwrap_err();
            assert!(told.contains(wanted) && !told.contains("swordfish"), "{to}: {told}");
        }
        assert!(parse_agreement(&format!("{EXAMPLE}#{}", "x".repeat(MOST_BYTES))).is_err());
    }
}
