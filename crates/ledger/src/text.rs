//! What may be written: canonical JSON, and texts without tricks.

use crate::error::{Result, Rule};
use serde_json::Value;

/// Characters that turn the direction of what follows, or hide: a name with one of them can look like another's.
fn deceives(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}'..='\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

/// A text of one or more lines, without spaces at its ends and with line feeds only.
pub(crate) fn text(field: &'static str, given: &str, most: usize) -> Result<String> {
    let text = given.replace("\r\n", "\n").trim().to_owned();
    let rule = if text.is_empty() {
        Rule::Empty
    } else if text.chars().count() > most {
        Rule::TooLong(most)
    } else if text.chars().any(|c| c.is_control() && c != '\n' || deceives(c)) {
        Rule::ControlCharacter
    } else {
        return Ok(text);
    };
    Err(rule.of(field))
}

/// A text of one line.
pub(crate) fn line(field: &'static str, given: &str, most: usize) -> Result<String> {
    let line = text(field, given, most)?;
    if line.contains('\n') { Err(Rule::OneLine.of(field)) } else { Ok(line) }
}

/// A text of one line, whatever is given: what no line may have is replaced, and what is too much is cut off. For a record that must be
/// written whatever somebody sends.
pub(crate) fn tamed(given: &str, most: usize) -> String {
    given.trim().chars().take(most).map(|c| if c.is_control() || deceives(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// An identifier made elsewhere: of a release, a place, a kind of resource.
pub(crate) fn identifier(field: &'static str, given: &str, most: usize) -> Result<String> {
    let id = line(field, given, most)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    if id.chars().all(fits) { Ok(id) } else { Err(Rule::Identifier.of(field)) }
}

/// The one text of a JSON value: keys sorted by their bytes, no spaces, numbers and escapes as `serde_json` writes them.
///
/// ```
/// let value = serde_json::json!({"b": [1, 2.5], "a": "é"});
/// assert_eq!(hotspot_ledger::canonical_json(&value), r#"{"a":"é","b":[1,2.5]}"#);
/// ```
pub fn canonical_json(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => {
            // The order of a map depends on what else is compiled in.
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (i, (key, value)) in entries.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        Value::Array(values) => {
            out.push('[');
            for (i, value) in values.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(value, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_at_every_depth_and_nothing_is_between() {
        let value = json!({"z": {"b": null, "a": [true, {"y": 1, "x": "q\"\n"}]}, "A": -0.5});
        assert_eq!(canonical_json(&value), r#"{"A":-0.5,"z":{"a":[true,{"x":"q\"\n","y":1}],"b":null}}"#);
    }

    #[test]
    fn texts_are_trimmed_and_tricks_are_refused() {
        assert_eq!(text("question", "  Why\r\nhere? ", 20).unwrap(), "Why\nhere?");
        assert_eq!(text("question", "é".repeat(20).as_str(), 20).unwrap().chars().count(), 20);
        let refused = |given: &str| match text("question", given, 20).unwrap_err() {
            Error::Field { field: "question", rule } => rule,
            other => panic!("{other}"),
        };
        assert_eq!(refused(" \n "), Rule::Empty);
        assert_eq!(refused(&"é".repeat(21)), Rule::TooLong(20));
        for trick in ["a\0", "a\u{1b}[2J", "a\u{202e}b", "a\u{200b}b", "a\rb", "a\u{85}"] {
            assert_eq!(refused(&format!("{trick}c")), Rule::ControlCharacter, "{trick:?}");
        }
        assert_eq!(line("actor", "a\nb", 20).unwrap_err(), Rule::OneLine.of("actor"));
        assert_eq!(identifier("release", "2026-10 x", 20).unwrap_err(), Rule::Identifier.of("release"));
    }
}
