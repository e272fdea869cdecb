//! The schema of the two documents, from the columns of the tables, and whether a document is as a schema says.

use hotspot_core::incident::{Offence, Outcome, Source, Strand};
use hotspot_core::summary::tables::{self, Column, Table, Values};
use hotspot_core::summary::{Basis, Level, Measure};
use serde_json::{Map, Value, json};

/// Identifier of the schema.
const ID: &str = "urn:hotspot:schema:summary:1";

/// The values that a column may have, where the set is closed.
fn allowed(table: &str, column: &str) -> Option<Vec<String>> {
    let with_all = |ids: Vec<&'static str>| Some(std::iter::once("all").chain(ids).map(str::to_owned).collect());
    let only = |ids: Vec<&'static str>| Some(ids.into_iter().map(str::to_owned).collect());
    match column {
        "basis" => only(Basis::ALL.map(Basis::id).to_vec()),
        "level" => only(Level::ALL.map(Level::id).to_vec()),
        "strand" => with_all(Strand::ALL.iter().map(|s| s.id()).collect()),
        "rule" => only(vec!["outside", "run", "trend", "two_of_three", "moving_range"]),
        "side" => only(vec!["above", "below"]),
        "offence" => with_all(Offence::ALL.iter().map(|o| o.id()).collect()),
        "source" => with_all(Source::ALL.iter().map(|s| s.id()).collect()),
        "change" if table == tables::HOTSPOTS => {
            only(vec!["first", "new", "continued", "grew", "shrank", "split", "merged", "ended"])
        }
        _ => None,
    }
}

/// What a value of a column is.
fn member(table: &str, column: &Column) -> Value {
    let description =
        if column.unit.is_empty() { column.what.to_owned() } else { format!("{} Unit or form: {}.", column.what, column.unit) };
    if let Some(values) = allowed(table, column.name) {
        return json!({ "description": description, "enum": values });
    }
    match (&column.values, column.unit) {
        (Values::Text(_), "YYYY-MM") => json!({ "description": description, "$ref": "#/$defs/month" }),
        (Values::Text(_), _) if column.name.ends_with("status") => {
            json!({ "description": description, "$ref": "#/$defs/status" })
        }
        (Values::Text(_), _) => json!({ "description": description, "type": ["string", "null"] }),
        (Values::Integer(_), _) => json!({ "description": description, "type": ["integer", "null"] }),
        (Values::Decimal(_), _) => json!({ "description": description, "type": ["number", "null"] }),
    }
}

fn object(description: &str, properties: Map<String, Value>) -> Value {
    let required: Vec<String> = properties.keys().cloned().collect();
    let properties = Value::Object(properties);
    json!({
        "description": description,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn with<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn items(of: &Value) -> Value {
    json!({ "type": "array", "items": of })
}

fn columns(table: &Table, names: impl Fn(&str) -> bool) -> Map<String, Value> {
    let printed = table.columns.iter().filter(|c| c.name != "class" && names(c.name));
    printed.map(|c| (c.name.to_owned(), member(table.id, c))).collect()
}

const SERIES: [&str; 5] = ["basis", "level", "code", "place", "strand"];

/// The schema of both documents; `layouts` are the tables, which need no row.
pub fn schema(layouts: &[Table]) -> Value {
    let table = |id: &str| layouts.iter().find(|t| t.id == id).unwrap();
    let flat = |id: &str| object(table(id).what, columns(table(id), |_| true));
    let figures = table(tables::FIGURES);
    let figure = object("A figure of a measure.", columns(figures, |name| ["value", "lower", "upper", "status"].contains(&name)));
    let measures: Map<String, Value> = Measure::ALL
        .into_iter()
        .map(|m| {
            let (unit, what) = m.meaning();
            (m.id().to_owned(), json!({ "description": format!("{what} Unit: {unit}."), "$ref": "#/$defs/figure" }))
        })
        .collect();
    let mut series = columns(figures, |name| SERIES.contains(&name));
    series.insert(
        "measures".to_owned(),
        json!({ "description": "What is measured, by identifier.", "type": "object", "properties": measures, "required": ["records"], "additionalProperties": false }),
    );
    let mut history = columns(table(tables::HISTORY), |_| true);
    for (name, what) in &mut history {
        if !SERIES.contains(&name.as_str()) {
            let description = what["description"].clone();
            let mut one = what.clone();
            one.as_object_mut().unwrap().remove("description");
            *what = json!({ "description": description, "type": "array", "items": one });
        }
    }
    let mut cohort = columns(table(tables::OUTCOMES), |name| name != "outcome" && name != "records");
    let by_outcome: Map<String, Value> =
        Outcome::ALL.iter().map(|o| (o.id().to_owned(), json!({ "description": o.label(), "type": "integer" }))).collect();
    cohort.insert(
        "records".to_owned(),
        json!({ "description": "Records by where their investigation stands now; an outcome that none has is left out.", "type": "object", "properties": by_outcome, "additionalProperties": false }),
    );
    let text = |what: &str| json!({ "description": what, "type": "string" });
    let text_or_null = |what: &str| json!({ "description": what, "type": ["string", "null"] });
    let day = |what: &str| json!({ "description": what, "type": "string", "format": "date" });
    let month = |what: &str| json!({ "description": what, "$ref": "#/$defs/month" });
    let before =
        object("An edition.", with([("month", month("The month that it published.")), ("known_on", day("What it knew."))]));
    let a_break = object(
        "A change of recording: nothing is compared across it.",
        with([
            ("id", text("Identifier.")),
            ("from", day("First day under the new recording.")),
            (
                "areas",
                json!({ "description": "GSS codes of the boroughs concerned; none for all of London.", "type": "array", "items": { "type": "string" } }),
            ),
            ("what", text("What changed.")),
            ("source", text_or_null("Where that is stated.")),
        ]),
    );
    let edition = object(
        "What the edition is.",
        with([
            ("month", month("The month that is published.")),
            ("known_on", day("State of the store: the day as of which the records were known.")),
            ("class", json!({ "description": "Class of the records.", "enum": ["synthetic", "open", "restricted"] })),
            ("marking", text("The class in words: who may see the file.")),
            ("licence", text_or_null("Licence or source statement.")),
            ("version", text("Version of the program.")),
            (
                "before",
                json!({ "description": "The edition with which figures were compared; null for none.", "oneOf": [{ "type": "null" }, before] }),
            ),
            (
                "bases",
                json!({ "description": "By which dates records are put into months.", "type": "array", "items": { "enum": Basis::ALL.map(Basis::id) } }),
            ),
            ("similar_rule", text("What similar boroughs are.")),
            ("breaks", items(&a_break)),
            ("warnings", json!({ "description": "What a reader must know.", "type": "array", "items": { "type": "string" } })),
        ]),
    );
    let row = |name: &str| items(&json!({ "$ref": format!("#/$defs/{name}") }));
    let row_or_null = |name: &str, what: &str| json!({ "description": what, "oneOf": [{ "type": "null" }, row(name)] });
    let summary = object(
        "The publication of a month: recorded-hate-crime-YYYY-MM.json. Parts of the month (breakdown) and supplied areas' months and outcomes stand in CSV and Parquet only.",
        with([
            ("format", json!({ "const": "hotspot-summary/1" })),
            ("edition", json!({ "$ref": "#/$defs/edition" })),
            ("figures", row("series")),
            ("history", row("history")),
            ("revisions", row("revision")),
            ("signals", row("signal")),
            ("outcomes", row("cohort")),
            ("similar", row("similar")),
            ("hotspots", row_or_null("hotspot", "Null when no release of the month was given.")),
        ]),
    );
    let whole = |what: &str| json!({ "description": what, "type": "integer", "minimum": 0 });
    let whole_or_null = |what: &str| json!({ "description": what, "type": ["integer", "null"] });
    let counts = object(
        "How much changed.",
        with([
            ("revised_figures", whole("Figures that the edition before had otherwise.")),
            ("new_signals", whole("Signals that end in a month that the edition before did not hold.")),
            ("hotspots_began", whole_or_null("Null when no release of the month was given.")),
            ("hotspots_ended", whole_or_null("Null when no release of the month was given.")),
        ]),
    );
    let mut year = columns(figures, |name| SERIES.contains(&name));
    for measure in [Measure::Year, Measure::Change] {
        let (unit, what) = measure.meaning();
        let figure =
            json!({ "description": format!("{what} Unit: {unit}."), "oneOf": [{ "type": "null" }, { "$ref": "#/$defs/figure" }] });
        year.insert(measure.id().to_owned(), figure);
    }
    let changes = object(
        "What changed since the edition before: recorded-hate-crime-YYYY-MM-changes.json.",
        with([
            ("format", json!({ "const": "hotspot-summary-changes/1" })),
            ("edition", json!({ "$ref": "#/$defs/edition" })),
            ("counts", counts),
            ("revisions", row("revision")),
            (
                "signals",
                json!({ "description": "Signals that end in a month that the edition before did not hold; without one, in the month.", "type": "array", "items": { "$ref": "#/$defs/signal" } }),
            ),
            ("twelve_months", items(&object("Twelve months against the twelve before, of London and each borough.", year))),
            ("hotspots_began", row_or_null("hotspot", "Hotspots that are new; null when no release of the month was given.")),
            ("hotspots_ended", row_or_null("hotspot", "Hotspots that have ended; null when no release of the month was given.")),
        ]),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "The monthly summary of recorded hate crime, for programs",
        "description": "Two documents, which the member format tells apart. What is empty in the CSV is null here; a status beside a figure says why it is not there. Strands overlap: they must not be added up.",
        "oneOf": [{ "$ref": "#/$defs/summary" }, { "$ref": "#/$defs/changes" }],
        "$defs": {
            "summary": summary,
            "changes": changes,
            "edition": edition,
            "series": object("What is measured of a place and strand in the month.", series),
            "figure": figure,
            "history": object("Records of a place and strand by month, beside what was published first: lists of one length.", history),
            "cohort": object(table(tables::OUTCOMES).what, cohort),
            "revision": flat(tables::REVISIONS),
            "signal": flat(tables::SIGNALS),
            "similar": flat(tables::SIMILAR),
            "hotspot": flat(tables::HOTSPOTS),
            "month": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$" },
            "status": {
                "description": tables::MARKERS.map(|(marker, what)| format!("{marker} {what}")).join(" ") + " Null for a plain figure.",
                "enum": [null, "[b]", "[c]", "[c] [r]", "[p]", "[p] [r]", "[r]", "[x]", "[z]"],
            },
        },
    })
}

/// Where a document is not as the schema says: the few keywords that ours has. An unknown keyword is a fault of its own.
pub fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, rule) in schema.as_object().unwrap() {
        let sound = match keyword.as_str() {
            "description" | "title" | "$schema" | "$id" | "$defs" | "format" => true,
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap();
                found.extend(faults(root, target, value, at));
                true
            }
            "oneOf" => {
                let of: Vec<_> = rule.as_array().unwrap().iter().map(|s| faults(root, s, value, at)).collect();
                if of.iter().filter(|f| f.is_empty()).count() != 1 {
                    found.push(format!("{at}: oneOf: {:?}", of.iter().map(|f| f.first()).collect::<Vec<_>>()));
                }
                true
            }
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "minimum" => value.as_f64() >= rule.as_f64(),
            "pattern" => value.as_str().is_some_and(|v| v.parse::<hotspot_core::Month>().is_ok()),
            "type" => {
                let is = |name: &str| match name {
                    "null" => value.is_null(),
                    "string" => value.is_string(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("type {other}"),
                };
                rule.as_str().map_or_else(|| rule.as_array().unwrap().iter().any(|t| is(t.as_str().unwrap())), is)
            }
            "items" => {
                for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(faults(root, rule, item, &format!("{at}/{n}")));
                }
                true
            }
            "properties" => {
                for (name, rule) in rule.as_object().unwrap() {
                    if let Some(member) = value.get(name) {
                        found.extend(faults(root, rule, member, &format!("{at}/{name}")));
                    }
                }
                true
            }
            "required" => rule.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
            "additionalProperties" => {
                assert_eq!(rule, false);
                value.as_object().is_none_or(|v| v.keys().all(|name| schema["properties"].get(name).is_some()))
            }
            other => panic!("the schema has the keyword {other}"),
        };
        if !sound {
            found.push(format!("{at}: {keyword}"));
        }
    }
    found
}
