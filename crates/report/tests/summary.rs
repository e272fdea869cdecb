//! The files of the monthly summary for machines and spreadsheets: of plain and of odd publications, each read again from its bytes.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and writes the schema when it is asked to"
)]

#[path = "layout/faults.rs"]
mod faults;
#[path = "layout/found.rs"]
mod found;
#[path = "summary/london.rs"]
mod london;
#[path = "layout/ods.rs"]
mod ods;
#[path = "layout/parts.rs"]
#[expect(dead_code, reason = "shared with the tests of the layout")]
mod parts;
#[path = "summary/schema.rs"]
mod schema;
#[path = "layout/xlsx.rs"]
mod xlsx;
#[path = "layout/xml.rs"]
mod xml;

use faults::faults;
use found::{Book, Value};
use hotspot_core::incident::Outcome;
use hotspot_core::summary::tables::{self, Source, Table, Values, layouts};
use hotspot_core::summary::{Basis, Groups, Measure};
use hotspot_report::summary::{Publication, csv};
use london::{HOSTILE, Made};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Both formats of the workbook, read again.
fn books(publication: &Publication<'_>) -> [(&'static str, Book); 2] {
    let book = publication.workbook().unwrap();
    [("xlsx", xlsx::read(&book.to_xlsx().unwrap())), ("ods", ods::read(&book.to_ods().unwrap()))]
}

fn sheet<'a>(book: &'a Book, name: &str) -> &'a found::Sheet {
    book.sheets.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("no sheet {name}"))
}

/// The rows of a sheet's table, by header.
fn rows(sheet: &found::Sheet) -> Vec<BTreeMap<String, Value>> {
    let top = sheet.tables[0].rows[0];
    let value = |cell: &Option<found::Cell>| cell.as_ref().unwrap().value.clone();
    let header: Vec<String> = sheet.rows[top].iter().map(|c| c.as_ref().unwrap().text().to_owned()).collect();
    sheet.rows[top + 1..].iter().map(|row| header.iter().cloned().zip(row.iter().map(value)).collect()).collect()
}

fn table<'a>(publication: &'a Publication<'_>, id: &str) -> &'a Table {
    publication.tables().iter().find(|t| t.id == id).unwrap()
}

fn texts<'a>(table: &'a Table, name: &str) -> &'a [String] {
    match &table.column(name).unwrap().values {
        Values::Text(v) => v,
        _ => panic!("{name} is text"),
    }
}

#[test]
fn every_workbook_meets_every_rule_in_both_formats() {
    for (name, made) in london::all() {
        let publication = made.publication();
        let [(_, xlsx), (_, ods)] = books(&publication);
        for (format, book) in [("xlsx", &xlsx), ("ods", &ods)] {
            assert_eq!(faults(book), Vec::<String>::new(), "{name}, {format}");
        }
        for (left, right) in xlsx.sheets.iter().zip(&ods.sheets) {
            assert_eq!(left.values(), right.values(), "{name}, {}", left.name);
        }
        assert_eq!(publication.workbook().unwrap().to_xlsx().unwrap(), made.publication().workbook().unwrap().to_xlsx().unwrap());
        assert_eq!(publication.workbook().unwrap().to_ods().unwrap(), made.publication().workbook().unwrap().to_ods().unwrap());
    }
}

#[test]
fn a_book_has_the_sheets_of_what_was_given() {
    let names = |made: &Made| -> Vec<String> {
        let book = made.publication().workbook().unwrap();
        book.sheets().iter().map(|s| s.name().to_owned()).collect()
    };
    assert_eq!(
        names(&london::full()),
        [
            "Records",
            "All records",
            "Race or religion",
            "Race",
            "Religion",
            "Antisemitic",
            "Islamophobic",
            "Sexual orientation",
            "Transgender",
            "Disability",
            "By occurrence",
            "Late reports",
            "London by month",
            "Boroughs by month",
            "Revisions",
            "Signals",
            "Outcomes",
            "Offence groups",
            "Sources",
            "Similar boroughs",
            "Hotspots",
            "Areas",
            "Breaks",
            "Dictionary"
        ]
    );
    // Published counts have one date, no outcomes, parts or hotspots.
    assert_eq!(
        names(&london::published()),
        [
            "Records",
            "All records",
            "Race",
            "Disability",
            "London by month",
            "Boroughs by month",
            "Revisions",
            "Signals",
            "Similar boroughs",
            "Breaks",
            "Dictionary"
        ]
    );
}

#[test]
fn the_sheets_have_the_figures_of_the_tables_and_their_markers_beside_them() {
    let made = london::full();
    let publication = made.publication();
    let figures = table(&publication, tables::FIGURES);
    let column = |name| texts(figures, name);
    let Values::Decimal(values) = &figures.column("value").unwrap().values else { panic!("numbers") };
    let mut known: BTreeMap<[&str; 5], (Option<f64>, &str)> = BTreeMap::new();
    for row in (0..figures.len()).filter(|row| column("basis")[*row] == Basis::Recorded.id()) {
        let key = ["level", "code", "place", "strand", "measure"].map(|name| column(name)[row].as_str());
        known.insert(key, (values[row], &column("status")[row]));
    }
    let levels = [("London", "london"), ("Command unit", "bcu"), ("Borough", "borough"), ("No borough", "elsewhere")];
    for (format, book) in books(&publication) {
        let mut compared = 0;
        for (name, strand) in [("All records", "all"), ("Race", "race"), ("Disability", "disability")] {
            for row in rows(sheet(&book, name)) {
                let text = |header: &str| match &row[header] {
                    Value::Text(text) if text == "none" => String::new(),
                    Value::Text(text) => text.clone(),
                    other => panic!("{header}: {other:?}"),
                };
                let level = levels.iter().find(|(label, _)| *label == text("Level")).unwrap().1;
                let (code, place) = (text("Code"), text("Place"));
                for (header, measure) in [
                    ("Records in the month", Measure::Records),
                    ("Same month last year", Measure::LastYear),
                    ("Twelve months", Measure::Year),
                    ("Twelve months per 1,000 residents", Measure::YearRate),
                    ("Change on the twelve months before, per cent", Measure::Change),
                    ("Share of London in the month, per cent", Measure::Share),
                    ("Similar boroughs, median per 1,000 residents", Measure::Similar),
                    ("Control chart, centre line", Measure::ControlChart),
                ] {
                    let (value, status) = known[&[level, &code, &place, strand, measure.id()]];
                    match value {
                        Some(value) => assert_eq!(row[header], Value::Number(value), "{format} {name} {place} {header}"),
                        None => assert_eq!(row[header], Value::Text(status[..3].to_owned()), "{format} {name} {place} {header}"),
                    }
                    if let Some(Value::Text(marker)) = row.get(&format!("{header}: status")) {
                        assert_eq!(marker, if status.is_empty() { "none" } else { status }, "{format} {name} {place} {header}");
                    }
                    compared += 1;
                }
            }
        }
        assert_eq!(compared, 3 * 6 * 8, "every place of every strand");
        let london = &rows(sheet(&book, "Records"))[0];
        assert!(london.keys().any(|k| k == "Race (a record may be counted in other strands too)"), "{london:?}");
        // 36 months, the last of them the month; all boroughs over 25 months, whose provisional ones are said together.
        let months = rows(sheet(&book, "London by month"));
        assert_eq!((months.len(), &months[35]["Month"]), (36, &Value::Date("2026-10-01".to_owned())));
        assert_eq!(months[35]["All records"], london["All records"]);
        let boroughs = rows(sheet(&book, "Boroughs by month"));
        assert_eq!(boroughs[0].len(), 3 + 25 + 1);
        assert_eq!(boroughs[0]["October 2026"], london["All records"]);
        let of_b = boroughs.iter().find(|r| r["Place"] == Value::Text("B".to_owned())).unwrap();
        assert_eq!(of_b["Status of months"], Value::Text("October 2024 to October 2026 [p]".to_owned()));
        // What came late is estimated in the end.
        let late = rows(sheet(&book, "Late reports"));
        assert!(late.iter().any(|r| matches!(r["Records in the end, estimate"], Value::Number(_))), "{late:?}");
    }
}

#[test]
fn the_parts_and_outcomes_of_london_are_those_of_its_records() {
    let made = london::full();
    let [(_, book), _] = books(&made.publication());
    let number = |row: &BTreeMap<String, Value>, header: &str| match row[header] {
        Value::Number(n) => n,
        ref other => panic!("{header}: {other:?}"),
    };
    let london = number(&rows(sheet(&book, "Records"))[0], "All records");
    let offences = rows(sheet(&book, "Offence groups"));
    assert_eq!(offences.iter().map(|r| number(r, "All records")).sum::<f64>(), london);
    assert_eq!(offences.len(), 2);
    assert_eq!(rows(sheet(&book, "Sources")).iter().map(|r| number(r, "All records")).sum::<f64>(), london);
    let outcomes = rows(sheet(&book, "Outcomes"));
    let last = outcomes
        .iter()
        .find(|r| {
            r["Strand"] == Value::Text("All records".to_owned()) && r["Month of recording"] == Value::Date("2026-10-01".to_owned())
        })
        .unwrap();
    assert_eq!((number(last, "All records of the month"), number(last, Outcome::Charged.label())), (london, 4.0));
    let hotspots = rows(sheet(&book, "Hotspots"));
    assert_eq!(hotspots[0]["Name"], Value::Text("@High Street".to_owned()));
    let areas = rows(sheet(&book, "Areas"));
    assert_eq!((areas.len(), &areas[0]["Borough"]), (2, &Value::Text("A".to_owned())));
    let breaks = rows(sheet(&book, "Breaks"));
    assert_eq!((breaks.len(), &breaks[0]["Whose figures"]), (1, &Value::Text("B".to_owned())));
}

#[test]
fn a_revised_figure_stands_with_what_was_said_first_and_before_and_nothing_revised_is_said() {
    let made = london::full();
    let [(_, book), _] = books(&made.publication());
    let revised = rows(sheet(&book, "Revisions"));
    let of = |place: &str, month: &str| {
        let found = revised.iter().find(|r| {
            r["Place"] == Value::Text(place.to_owned())
                && r["Month"] == Value::Date(format!("{month}-01"))
                && r["Strand"] == Value::Text("All records".to_owned())
        });
        found.unwrap()
    };
    let row = of("A", "2026-05");
    assert_eq!(row["Change since the edition before"], Value::Number(1.0));
    assert_eq!(row["Records in the edition before"], row["Records in the first edition"]);
    assert_eq!(row["First edition"], Value::Date("2026-09-01".to_owned()));
    assert_eq!(row["Status"], Value::Text("[r]".to_owned()));
    // London has provisional records in every month.
    assert_eq!(of("London", "2026-05")["Status"], Value::Text("[p] [r]".to_owned()));

    let none = london::published();
    let [(_, book), _] = books(&none.publication());
    let revised = rows(sheet(&book, "Revisions"));
    assert_eq!(
        (revised.len(), &revised[0]["Place"], &revised[0]["Records now"]),
        (1, &Value::Text("none".to_owned()), &Value::Text("[z]".to_owned()))
    );
}

#[test]
fn a_figure_that_is_withheld_or_not_known_is_never_a_zero() {
    let made = london::published();
    for (format, book) in books(&made.publication()) {
        for row in rows(sheet(&book, "Race")) {
            let place = &row["Place"];
            // London's is the sum over boroughs of which one is withheld.
            let known = ["A", "London", "Unit of A and B"].iter().any(|p| *place == Value::Text((*p).to_owned()));
            let marker = if known { "[c]" } else { "[x]" };
            assert_eq!(row["Records in the month"], Value::Text(marker.to_owned()), "{format} {place:?}");
            assert_eq!(row["Records in the month: status"], Value::Text(marker.to_owned()), "{format} {place:?}");
        }
        let quiet = rows(sheet(&book, "Records"));
        let quiet = quiet.iter().find(|r| r["Code"] == Value::Text("E3".to_owned())).unwrap();
        assert_eq!(quiet["All records"], Value::Text("[x]".to_owned()));
    }
    let made = london::empty_month();
    let [(_, book), _] = books(&made.publication());
    assert_eq!(rows(sheet(&book, "Records"))[0]["All records"], Value::Number(0.0), "nobody recorded anything: that is known");
}

#[test]
fn no_name_runs_as_a_formula() {
    let made = london::published();
    let publication = made.publication();
    let [(_, xlsx), (_, ods)] = books(&publication);
    for book in [&xlsx, &ods] {
        let places: Vec<_> = rows(sheet(book, "Records")).into_iter().map(|r| r["Place"].clone()).collect();
        for name in HOSTILE {
            assert!(places.contains(&Value::Text(name.to_owned())), "{name:?} is a text");
        }
    }
    let text = csv(table(&publication, tables::FIGURES));
    let mut reader = csv_reader(&text);
    let mut seen = 0;
    for record in reader.records() {
        let record = record.unwrap();
        for field in record.iter().filter(|f| f.starts_with(['=', '+', '-', '@', '\t', '\r'])) {
            field.parse::<f64>().unwrap_or_else(|_| panic!("{field:?} would run"));
        }
        seen += usize::from(HOSTILE.iter().any(|name| record.iter().any(|f| f == format!("'{name}"))));
    }
    assert!(seen > HOSTILE.len(), "hostile names are there, with an apostrophe before");
    // JSON has them as they are.
    let json: Json = serde_json::from_str(&publication.json()).unwrap();
    let places: Vec<&str> = json["figures"].as_array().unwrap().iter().map(|f| f["place"].as_str().unwrap()).collect();
    assert!(HOSTILE.iter().all(|name| places.contains(name)));
}

fn csv_reader(text: &str) -> ::csv::Reader<&[u8]> {
    ::csv::Reader::from_reader(text.as_bytes())
}

#[test]
fn the_csv_reads_back_as_the_tables() {
    for (name, made) in london::all() {
        let publication = made.publication();
        for (table, (id, text)) in publication.tables().iter().zip(publication.csv()) {
            assert_eq!(table.id, id);
            let mut reader = csv_reader(&text);
            let header: Vec<&str> = table.columns.iter().map(|c| c.name).collect();
            assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), header);
            let mut read = 0;
            for (row, record) in reader.records().enumerate() {
                for (field, column) in record.unwrap().iter().zip(&table.columns) {
                    match &column.values {
                        Values::Text(v) => {
                            assert_eq!(field.strip_prefix('\'').unwrap_or(field), v[row], "{name} {id} {}", column.name);
                        }
                        Values::Integer(v) => assert_eq!(field.parse().ok(), v[row], "{name} {id} {}", column.name),
                        Values::Decimal(v) => assert_eq!(field.parse().ok(), v[row], "{name} {id} {}", column.name),
                    }
                }
                read += 1;
            }
            assert_eq!(read, table.len(), "{name} {id}");
        }
    }
}

/// The schema, from tables without a row.
fn schema_of_the_code() -> String {
    let made = london::nothing();
    let groups = Groups { rule: String::new(), rows: Vec::new() };
    let class = hotspot_core::release::DataClass::Synthetic;
    let layouts = layouts(&Source { cube: &made.cube, summary: &made.summary, groups: &groups, hotspots: None, class });
    serde_json::to_string_pretty(&schema::schema(&layouts)).unwrap() + "\n"
}

#[test]
fn the_published_schema_is_that_of_the_tables() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/schema/hotspot-summary.json");
    let schema = schema_of_the_code();
    if std::env::var_os("HOTSPOT_BLESS").is_some() {
        std::fs::write(path, &schema).unwrap();
    }
    let stale = "data/schema/hotspot-summary.json is stale: HOTSPOT_BLESS=1 cargo test --workspace --test summary schema, then cargo xtask data --write";
    assert!(std::fs::read_to_string(path).unwrap() == schema, "{stale}");
}

#[test]
fn every_document_is_as_the_schema_says_and_a_broken_one_is_found() {
    let schema: Json = serde_json::from_str(&schema_of_the_code()).unwrap();
    let faults = |document: &Json, part: &str| schema::faults(&schema, &schema["$defs"][part], document, "");
    for (name, made) in london::all() {
        let publication = made.publication();
        for (part, text) in [("summary", publication.json()), ("changes", publication.changes())] {
            let document: Json = serde_json::from_str(&text).unwrap();
            assert_eq!(faults(&document, part), Vec::<String>::new(), "{name}");
            assert_eq!(schema::faults(&schema, &schema, &document, ""), Vec::<String>::new(), "{name}: one of the two");
        }
    }
    let sound: Json = serde_json::from_str(&london::full().publication().json()).unwrap();
    let breaks: [(&str, Json); 6] = [
        ("/edition/class", "secret".into()),
        ("/figures/0/measures/records/value", "45".into()),
        ("/figures/0/measures/records/status", "*".into()),
        ("/history/0/month/0", "October".into()),
        ("/revisions/0/records", 1.5.into()),
        ("/figures/0/place", serde_json::json!({ "name": "London" })),
    ];
    for (at, value) in breaks {
        let mut broken = sound.clone();
        *broken.pointer_mut(at).unwrap() = value;
        assert!(!faults(&broken, "summary").is_empty(), "{at}");
    }
    let mut lacking = sound.clone();
    lacking["figures"][0].as_object_mut().unwrap().remove("strand");
    assert!(!faults(&lacking, "summary").is_empty());
    let mut more = sound;
    more["figures"][0]["headline"] = "more".into();
    assert!(!faults(&more, "summary").is_empty());
}

#[test]
fn the_document_has_every_figure_of_the_tables_but_what_it_says_it_leaves_out() {
    for (name, made) in london::all() {
        let publication = made.publication();
        let json: Json = serde_json::from_str(&publication.json()).unwrap();
        let series = |part: &str| json[part].as_array().unwrap().clone();
        // Figures, by series and measure.
        let figures = table(&publication, tables::FIGURES);
        let Values::Decimal(values) = &figures.column("value").unwrap().values else { panic!("numbers") };
        let mut row = 0;
        for one in series("figures") {
            for (measure, figure) in one["measures"].as_object().unwrap() {
                // Members may come in another order: they are found by name.
                let at = (row..figures.len()).find(|at| texts(figures, "measure")[*at] == *measure).unwrap();
                assert_eq!(one["place"].as_str().unwrap(), texts(figures, "place")[at], "{name}");
                assert_eq!(one["strand"].as_str().unwrap(), texts(figures, "strand")[at], "{name}");
                assert_eq!(figure["value"].as_f64(), values[at], "{name}");
                assert_eq!(figure["status"].as_str().unwrap_or_default(), texts(figures, "status")[at], "{name}");
            }
            row += one["measures"].as_object().unwrap().len();
        }
        assert_eq!(row, figures.len(), "{name}: every row of the table is one measure");
        // Months, by series; supplied areas are left out.
        let history = table(&publication, tables::HISTORY);
        let Values::Integer(records) = &history.column("records").unwrap().values else { panic!("numbers") };
        let listed: Vec<Option<i64>> = series("history")
            .iter()
            .flat_map(|one| one["records"].as_array().unwrap().iter().map(Json::as_i64).collect::<Vec<_>>())
            .collect();
        let expected: Vec<Option<i64>> =
            (0..history.len()).filter(|row| texts(history, "level")[*row] != "area").map(|row| records[row]).collect();
        assert_eq!(listed, expected, "{name}");
        assert_eq!(json["revisions"].as_array().unwrap().len(), table(&publication, tables::REVISIONS).len());
    }
}

#[test]
fn the_digest_says_what_changed_since_the_edition_before() {
    let digest = |made: &Made| -> Json { serde_json::from_str(&made.publication().changes()).unwrap() };
    let full = digest(&london::full());
    assert_eq!(full["edition"]["before"], serde_json::json!({ "month": "2026-09", "known_on": "2026-10-06" }));
    let revisions = full["revisions"].as_array().unwrap();
    assert_eq!(full["counts"]["revised_figures"], revisions.len());
    let of_a = revisions.iter().find(|r| r["place"] == "A" && r["strand"] == "all" && r["month"] == "2026-05").unwrap();
    assert_eq!(of_a["records"].as_i64().unwrap() - of_a["before_records"].as_i64().unwrap(), 1);
    assert_eq!(full["hotspots_began"], serde_json::json!([]));
    assert_eq!(full["hotspots_ended"][0]["id"], "all-2026-09-1");
    assert_eq!((&full["counts"]["hotspots_began"], &full["counts"]["hotspots_ended"]), (&0.into(), &1.into()));
    // Nobody looked for hotspots: that is not none.
    let published = digest(&london::published());
    assert!(published["hotspots_ended"].is_null() && published["counts"]["hotspots_ended"].is_null());
    assert!(published["edition"]["before"].is_null());
    let signals = published["signals"].as_array().unwrap();
    let words: Vec<&str> = signals.iter().map(|s| s["words"].as_str().unwrap()).collect();
    assert!(words.contains(&"October 2026 is above the upper limit"), "{words:?}");
    assert!(signals.iter().all(|s| s["month"] == "2026-10"), "without an edition before, those of the month: {signals:?}");
    let year = published["twelve_months"].as_array().unwrap();
    let of_a = year.iter().find(|y| y["place"] == "A" && y["strand"] == "all").unwrap();
    assert_eq!(of_a["twelve_months"]["value"], 265.0);
    assert_eq!(of_a["change_percent"]["value"], 10.4167);
    assert!(year.iter().all(|y| y["level"] == "london" || y["level"] == "borough"));
}
