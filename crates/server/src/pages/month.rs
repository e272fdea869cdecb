//! Published months.

use super::{draw_marked, words};
use crate::auth::Visitor;
use crate::months::{MonthRevised, PublishedMonth, Tier};
use crate::problem::{ApiError, GIVE_MONTHS};
use hotspot_core::Month;
use hotspot_core::release::DataClass;
use minijinja::{Value, context};

/// The months that somebody may read, or how the server is given some.
pub(crate) fn month(visitor: &Visitor, months: Option<&[PublishedMonth]>) -> Result<Vec<u8>, ApiError> {
    let marking = match months.and_then(|all| all.first()).map(|first| first.class) {
        None => "No month is shown",
        Some(DataClass::Synthetic) => "SYNTHETIC DATA — about nobody.",
        Some(DataClass::Open) => "OPEN DATA",
        Some(DataClass::Restricted) => "OFFICIAL-SENSITIVE",
    };
    let empty = match months {
        None => Some(GIVE_MONTHS),
        Some([]) => Some(
            "No month has been published for your role. Exact figures are for analysts; hotspot summary --tier oversight publishes one for oversight.",
        ),
        Some(_) => None,
    };
    let editions: Vec<Value> = months.unwrap_or_default().iter().map(edition).collect();
    draw_marked("month", visitor, marking, &[], context! { empty, editions })
}

fn edition(edition: &PublishedMonth) -> Value {
    let address = |name: &str| Value::from_safe_string(format!("/month/{}/{}/{name}", edition.tier.id(), edition.month));
    let mut files: Vec<(usize, Value)> = edition
        .files
        .iter()
        .map(|(name, bytes)| {
            let (order, what) = kind(name);
            (order, context! { href => address(name), name, what, size => size(*bytes) })
        })
        .collect();
    files.sort_by_key(|(order, _)| *order);
    let page = edition.files.iter().find(|(name, _)| extension(name) == "html").map(|(name, _)| address(name));
    context! {
        id => format!("{}-{}", edition.tier.id(), edition.month),
        month => edition.month.in_words(),
        whose => match edition.tier {
            Tier::Analyst => "Exact figures, for analysts",
            Tier::Oversight => "Protected figures, for oversight",
        },
        known_on => words::day(edition.known_on),
        page,
        files => files.into_iter().map(|(_, file)| file).collect::<Vec<_>>(),
        warnings => &edition.warnings,
        revised => revised(edition),
        revisions => edition.revised.as_ref().map(|r| r.london.iter().map(|(month, before, now)| [in_words(month), figure(*before), figure(*now)]).collect::<Vec<_>>()),
    }
}

fn in_words(month: &str) -> String {
    month.parse::<Month>().map_or_else(|_| month.to_owned(), Month::in_words)
}

fn figure(n: Option<u64>) -> String {
    n.map_or_else(|| "[x]".to_owned(), |n| words::number(n as f64))
}

fn revised(edition: &PublishedMonth) -> String {
    let Some(before) = &edition.before else {
        return "There was no edition before it, so that nothing could be compared.".to_owned();
    };
    let before = in_words(before);
    match &edition.revised {
        None => format!("It was compared with the edition of {before}; what changed was not published beside it."),
        Some(MonthRevised { figures: 0, .. }) => format!("No figure of the edition of {before} was revised."),
        Some(MonthRevised { figures, .. }) => {
            format!("{} figures of the edition of {before} were revised [r].", words::number(*figures as f64))
        }
    }
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Tables of a month, by the end of their names, in the order of the list.
const TABLES: [(&str, &str); 9] = [
    ("figures", "Figures of boroughs and strands"),
    ("history", "Every month that is held"),
    ("breakdown", "Counts by place, strand, offence and source"),
    ("outcomes", "Outcomes by month"),
    ("hotspots", "Hotspots"),
    ("signals", "Signals of control charts"),
    ("similar", "Boroughs most alike"),
    ("revisions", "Figures that were revised"),
    ("dictionary", "What the columns mean"),
];

/// What a file is, and where it stands in the list.
fn kind(name: &str) -> (usize, String) {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let table = TABLES.iter().position(|(end, _)| stem.ends_with(&format!("-{end}")));
    let holds = table.map_or("Table", |at| TABLES[at].1);
    let named = |order, what: &str| (order, what.to_owned());
    match extension(name) {
        "html" => named(0, "The page"),
        "ods" => named(1, "Workbook, OpenDocument"),
        "xlsx" => named(2, "Workbook, Excel"),
        "csv" => (3 + table.unwrap_or(TABLES.len()), format!("{holds} (CSV)")),
        "parquet" => (20, format!("{holds} (Parquet)")),
        "json" if name.ends_with("-changes.json") => named(22, "What changed since the edition before (JSON)"),
        "json" => named(21, "The whole (JSON)"),
        _ => named(23, "File"),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
