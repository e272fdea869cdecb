//! Does a workbook, as its bytes, meet the guidance for statistics in spreadsheets? Both formats are opened again by a reader
//! that shares no code with the writers, and one list of rules is held against what it finds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "layout/faults.rs"]
mod faults;
#[path = "layout/found.rs"]
mod found;
#[path = "layout/ods.rs"]
mod ods;
#[path = "layout/parts.rs"]
mod parts;
#[path = "layout/sample.rs"]
mod sample;
#[path = "layout/xlsx.rs"]
mod xlsx;
#[path = "layout/xml.rs"]
mod xml;

use faults::faults;
use found::{Book, Value};
use hotspot_report::workbook::{Cell, Column, Format, Rule, Sheet, Shorthand, Table, Workbook};
use proptest::prelude::*;
use sample::{about, cover, sample, workbook_of};

/// Both formats of a workbook, read again.
fn read_again(workbook: &Workbook) -> [(&'static str, Book); 2] {
    [("xlsx", xlsx::read(&workbook.to_xlsx().unwrap())), ("ods", ods::read(&workbook.to_ods().unwrap()))]
}

#[test]
fn both_formats_meet_every_rule() {
    for (format, book) in read_again(&sample()) {
        assert_eq!(faults(&book), Vec::<String>::new(), "{format}");
        let names: Vec<_> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        assert_eq!(names, ["Cover", "Contents", "Notes", "Table 1", "Table 2"], "{format}");
    }
}

#[test]
fn both_formats_say_the_same() {
    let [(_, xlsx), (_, ods)] = read_again(&sample());
    assert_eq!(xlsx.title, ods.title);
    for (left, right) in xlsx.sheets.iter().zip(&ods.sheets) {
        assert_eq!(left.values(), right.values(), "{}", left.name);
        assert_eq!(left.frozen, right.frozen, "{}", left.name);
        assert_eq!(left.links, right.links, "{}", left.name);
        let bounds = |sheet: &found::Sheet| sheet.tables.iter().map(|t| (t.name.clone(), t.rows, t.columns)).collect::<Vec<_>>();
        assert_eq!(bounds(left), bounds(right), "{}", left.name);
    }
}

#[test]
fn a_table_sheet_reads_from_the_top() {
    for (format, book) in read_again(&sample()) {
        let lines: Vec<_> = book.sheets[3].rows[..6].iter().map(|row| row[0].as_ref().unwrap().text().to_owned()).collect();
        assert_eq!(
            lines,
            [
                "Visits by library and month [note 1]",
                "This worksheet contains one table.",
                "Unit: visits. Source: counters at the doors.",
                "Notes used in this table: [note 1], [note 2]. The worksheet Notes explains them.",
                "Shorthand used in this table: [c] is confidential, withheld so that nobody can be identified; [p] is provisional, \
                 may change; [x] is not available.",
                "Library",
            ],
            "{format}"
        );
    }
}

#[test]
fn the_same_workbook_gives_the_same_bytes() {
    let (xlsx, ods) = (sample().to_xlsx().unwrap(), sample().to_ods().unwrap());
    for _ in 0..20 {
        assert!(sample().to_xlsx().unwrap() == xlsx && sample().to_ods().unwrap() == ods);
    }
    for bytes in [&xlsx, &ods] {
        assert!(parts::times(bytes).iter().all(|time| time == "1980-01-01 00:00:00"), "no time of the machine");
        assert!(parts::systems(bytes).iter().all(|system| *system == 3), "no system of the machine");
    }
    assert_eq!(&ods[30..38], b"mimetype");
    assert_eq!(&ods[38..84], b"application/vnd.oasis.opendocument.spreadsheet");
}

/// One change to one part of a sound file, and a word of the fault that must be found.
const BROKEN_XLSX: [(&str, &str, &str, &str); 20] = [
    ("xl/worksheets/sheet1.xml", " ht=\"", " ht=\"9\" was=\"", "too low"),
    ("xl/worksheets/sheet4.xml", "</sheetData>", "</sheetData><mergeCells><mergeCell ref=\"A1:B1\"/></mergeCells>", "merged"),
    ("xl/worksheets/sheet4.xml", "<row r=\"8\"", "<row hidden=\"1\" r=\"8\"", "hidden"),
    ("xl/worksheets/sheet4.xml", "<col min=\"2\"", "<col hidden=\"1\" min=\"2\"", "hidden"),
    ("xl/worksheets/sheet4.xml", "<v>1204</v>", "", "empty cell"),
    ("xl/worksheets/sheet4.xml", "<v>1204</v>", "<f>1+1</f><v>2</v>", "formula"),
    ("xl/worksheets/sheet4.xml", "ySplit=\"6\"", "ySplit=\"5\"", "frozen"),
    ("xl/worksheets/sheet4.xml", "width=\"", "width=\"2\" was=\"", "too narrow"),
    ("xl/worksheets/sheet4.xml", "<c r=\"A2\"", "<c r=\"B2\"", "outside the first column"),
    ("xl/tables/table3.xml", "ref=\"A6:", "ref=\"A5:", "header"),
    ("xl/tables/table3.xml", "name=\"visits_by_library\"", "name=\"Table3\"", "twice or generic"),
    ("xl/workbook.xml", "name=\"Table 1\"", "name=\"A name that is far too long for it\"", "name of a sheet"),
    ("xl/workbook.xml", "name=\"Table 1\"", "state=\"hidden\" name=\"Table 1\"", "hidden"),
    ("xl/workbook.xml", "<workbookView ", "<workbookView activeTab=\"3\" ", "opens on"),
    ("docProps/core.xml", "<dc:language>en-GB</dc:language>", "", "language"),
    ("docProps/core.xml", ">Library visits, October 2026<", "><", "title of the document"),
    ("xl/styles.xml", "val=\"Arial\"", "val=\"Times New Roman\"", "font"),
    ("xl/styles.xml", "<sz val=\"16\"/>", "<sz val=\"12\"/>", "title"),
    ("xl/styles.xml", "horizontal=\"right\"", "horizontal=\"left\"", "aligned"),
    ("xl/sharedStrings.xml", "[c] is confidential", "is confidential", "shorthand"),
];

const BROKEN_ODS: [(&str, &str, &str, &str); 19] = [
    ("content.xml", "style:row-height=\"", "style:row-height=\"9pt\" was=\"", "too low"),
    ("styles.xml", "style:text-underline-style=\"solid\"", "", "colour"),
    ("content.xml", "<table:table-cell ", "<table:table-cell table:number-columns-spanned=\"2\" ", "merged"),
    ("content.xml", "<table:table-column ", "<table:table-column table:visibility=\"collapse\" ", "hidden"),
    ("content.xml", "<table:table-row ", "<table:table-row table:visibility=\"collapse\" ", "hidden"),
    ("content.xml", "office:value-type=\"float\" office:value=\"1204\"><text:p>1,204</text:p>", ">", "empty cell"),
    ("content.xml", "office:value=\"1204\"", "table:formula=\"of:=1+1\" office:value=\"1204\"", "formula"),
    ("content.xml", "table:contains-header=\"true\"", "table:contains-header=\"false\"", "header"),
    ("content.xml", "table:table-header-rows", "table:table-rows", "header"),
    ("content.xml", "table:display-filter-buttons=\"false\"", "table:display-filter-buttons=\"true\"", "filter"),
    ("content.xml", "fo:text-align=\"end\"", "fo:text-align=\"start\"", "aligned"),
    ("content.xml", "[c] is confidential", "is confidential", "shorthand"),
    ("content.xml", "#'Table 1'.A1", "#'Table 2'.A1", "link"),
    ("content.xml", "style:vertical-align=\"top\"", "fo:background-color=\"#ff0000\"", "colour"),
    (
        "settings.xml",
        "\"VerticalSplitPosition\" config:type=\"int\">6<",
        "\"VerticalSplitPosition\" config:type=\"int\">5<",
        "frozen",
    ),
    ("settings.xml", ">Cover</config:config-item>", ">Notes</config:config-item>", "opens on"),
    ("meta.xml", "<dc:language>en-GB</dc:language>", "", "language"),
    ("styles.xml", "fo:font-size=\"16pt\"", "fo:font-size=\"12pt\"", "title"),
    ("styles.xml", "style:font-name=\"Arial\"", "style:font-name=\"Times New Roman\"", "font"),
];

#[test]
fn a_broken_rule_is_found() {
    let check = |format: &str, read: fn(&[u8]) -> Book, sound: &[u8], breaks: &[(&str, &str, &str, &str)]| {
        for (part, from, to, fault) in breaks {
            let found = faults(&read(&parts::changed(sound, part, from, to)));
            assert!(found.iter().any(|line| line.contains(fault)), "{format} {part} {from} -> {to}: {found:?}");
        }
    };
    check("xlsx", xlsx::read, &sample().to_xlsx().unwrap(), &BROKEN_XLSX);
    check("ods", ods::read, &sample().to_ods().unwrap(), &BROKEN_ODS);
}

#[test]
fn a_workbook_is_refused_before_it_is_written() {
    let table = |name: &str| Table::new(name, vec![Column::new("a", Format::Text)], vec![vec!["x".into()]]).unwrap();
    let sheet = |name: &str, table_name: &str| Sheet::new(name, "Title", vec![], table(table_name)).unwrap();
    let refused = |sheets| Workbook::new(about(), cover(), vec![], sheets).unwrap_err();
    assert_eq!(refused(vec![]).rule, Rule::NoSheets);
    assert_eq!(
        refused(vec![sheet("One", "first"), sheet("one", "second")]).to_string(),
        "worksheet one has the name of another one; capitals do not count"
    );
    assert_eq!(refused(vec![sheet("One", "first"), sheet("Two", "FIRST")]).rule, Rule::Duplicate);
    assert_eq!(refused(vec![sheet("NOTES", "first")]).rule, Rule::Duplicate);
    assert_eq!(refused(vec![sheet("One", "workbook_notes")]).rule, Rule::Duplicate);
    let unknown = Sheet::new("One", "Title [note 1]", vec![], table("first")).unwrap();
    assert_eq!(refused(vec![unknown]).to_string(), "worksheet One refers to a note that the workbook does not have");

    let mut empty = cover();
    empty.summary.clear();
    assert_eq!(Workbook::new(about(), empty, vec![], vec![sheet("One", "first")]).unwrap_err().rule, Rule::Empty);
    let mut early = about();
    early.created = jiff::civil::date(1899, 12, 31);
    assert_eq!(Workbook::new(early, cover(), vec![], vec![sheet("One", "first")]).unwrap_err().rule, Rule::Date);
    let notes = vec![String::new()];
    assert_eq!(
        Workbook::new(about(), cover(), notes, vec![sheet("One", "first")]).unwrap_err().to_string(),
        "note 1 may not be empty; a cell without a value holds a shorthand that says why"
    );
}

#[test]
fn a_workbook_without_notes_says_so() {
    let table = Table::new("first", vec![Column::new("a", Format::Text)], vec![vec!["x".into()]]).unwrap();
    for (format, book) in read_again(&workbook_of(vec![], table)) {
        assert_eq!(faults(&book), Vec::<String>::new(), "{format}");
        assert_eq!(book.sheets[2].rows[1][0].as_ref().unwrap().text(), "This workbook has no notes and uses no shorthand.");
    }
}

#[test]
fn text_that_looks_like_a_formula_is_text() {
    let texts = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "=HYPERLINK(\"http://example.org\")",
        "=cmd|' /C calc'!A0",
        "<r>=1</r>",
        "<r><t>x</t></r>",
        "_x0041_",
        "a & b < c > \"d\" 'e'",
        "  two  spaces  ",
        "one\ntwo\r\nthree",
        "'quoted",
        "1204",
        "TRUE",
        "]]>",
        "&#13;",
    ];
    let rows: Vec<Vec<Cell>> = texts.iter().map(|text| vec![(*text).into()]).collect();
    let table = Table::new("texts", vec![Column::new("Text", Format::Text)], rows).unwrap();
    for (format, book) in read_again(&workbook_of(vec![], table)) {
        assert_eq!(faults(&book), Vec::<String>::new(), "{format}");
        let sheet = &book.sheets[3];
        let read: Vec<_> = sheet.rows[4..].iter().map(|row| row[0].as_ref().unwrap().value.clone()).collect();
        assert_eq!(read, texts.map(|text| Value::Text(text.to_owned())), "{format}");
    }
}

/// A cell that a column may hold.
fn cell(format: Format) -> BoxedStrategy<Cell> {
    let shorthand = prop::sample::select(&Shorthand::ALL[..]).prop_map(Cell::Shorthand);
    let number = prop_oneof![-1e15..1e15, -1.0..1.0, Just(-0.0), prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL];
    let number = number.prop_filter("shown with all its digits", |number: &f64| number.abs() < 1e15);
    match format {
        Format::Text => prop_oneof![
            4 => "[=+@<>&\"'_x0-9 \t\n\r\\PC-]{1,12}".prop_filter("not empty", |text| !text.trim().is_empty() && !text.contains("[note")).prop_map(Cell::Text),
            1 => shorthand
        ]
        .boxed(),
        Format::Integer => prop_oneof![4 => any::<i32>().prop_map(|whole| Cell::Number(whole.into())), 1 => shorthand].boxed(),
        Format::Decimal(_) | Format::Percent(_) => prop_oneof![4 => number.prop_map(Cell::Number), 1 => shorthand].boxed(),
        Format::Month => {
            let month = (2u16..3600).prop_map(|index| Cell::Month(hotspot_core::Month::from_index(index).unwrap()));
            prop_oneof![4 => month, 1 => shorthand].boxed()
        }
    }
}

fn table() -> impl Strategy<Value = Table> {
    let format = prop_oneof![
        Just(Format::Text),
        Just(Format::Integer),
        (0..=9u8).prop_map(Format::Decimal),
        (0..=9u8).prop_map(Format::Percent),
        Just(Format::Month)
    ];
    prop::collection::vec(format, 1..6)
        .prop_flat_map(|formats| {
            let row: Vec<_> = formats.iter().map(|format| cell(*format)).collect();
            (Just(formats), prop::collection::vec(row, 1..8))
        })
        .prop_map(|(formats, rows)| {
            let columns = formats.iter().enumerate().map(|(at, format)| Column::new(format!("Column {at}"), *format)).collect();
            Table::new("anything", columns, rows).unwrap()
        })
}

/// What a reader should find in place of a cell.
fn expected(cell: &Cell, format: Format) -> Value {
    match (cell, format) {
        (Cell::Text(text), _) => Value::Text(text.clone()),
        (Cell::Shorthand(shorthand), _) => Value::Text(shorthand.symbol().to_owned()),
        (Cell::Month(month), _) => Value::Date(format!("{month}-01")),
        (Cell::Number(number), Format::Percent(_)) => Value::Percentage(*number),
        (Cell::Number(number), _) => Value::Number(*number),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_cell_comes_back_in_order_and_by_type(table in table()) {
        for (format, book) in read_again(&workbook_of(vec![], table.clone())) {
            prop_assert_eq!(faults(&book), Vec::<String>::new(), "{}", format);
            let sheet = &book.sheets[3];
            let top = sheet.tables[0].rows[0];
            let headers: Vec<_> = sheet.rows[top].iter().map(|cell| cell.as_ref().unwrap().text().to_owned()).collect();
            prop_assert_eq!(headers, table.columns().iter().map(|column| column.header.clone()).collect::<Vec<_>>());
            prop_assert_eq!(sheet.rows.len() - top - 1, table.rows().len());
            for (read, row) in sheet.rows[top + 1..].iter().zip(table.rows()) {
                let read: Vec<_> = read.iter().map(|cell| cell.as_ref().unwrap().value.clone()).collect();
                let row: Vec<_> = row.iter().zip(table.columns()).map(|(cell, column)| expected(cell, column.format)).collect();
                prop_assert_eq!(read, row, "{}", format);
            }
        }
    }
}
