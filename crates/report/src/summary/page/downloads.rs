//! Links to the files beside the page.

use super::Page;
use super::words::grouped;
use minijinja::{Value, context};

/// Formats in the order in which they are offered, with what they are.
const FORMATS: [(&str, &str); 5] = [
    ("ods", "Workbook, OpenDocument"),
    ("xlsx", "Workbook, Excel"),
    ("csv", "Tables as CSV"),
    ("parquet", "Tables as Parquet"),
    ("json", "Documents for programs, JSON"),
];

impl Page<'_> {
    /// The files by format, each table with what a row of it is.
    pub fn downloads(&self, files: &[(String, usize)]) -> Vec<Value> {
        let month = format!("-{}", self.month);
        let format = |(extension, what): &(&str, &str)| {
            let links: Vec<Value> = files
                .iter()
                .filter_map(|(name, size)| {
                    let stem = name.strip_suffix(extension)?.strip_suffix('.')?;
                    let part = stem.rsplit_once(month.as_str()).map_or("", |(_, part)| part.trim_start_matches('-'));
                    let table = self.table(part);
                    let said = if table.is_some() || part == "changes" { part } else { name.as_str() };
                    let what = table.map(|t| t.what).or_else(|| (part == "changes").then_some("What changed since the edition before."));
                    Some(context! { name, said, what, size => kilobytes(*size), format => if *extension == "parquet" { "Parquet".to_owned() } else { extension.to_uppercase() } })
                })
                .collect();
            (!links.is_empty()).then(|| context! { what => *what, links })
        };
        FORMATS.iter().filter_map(format).collect()
    }
}

/// A size for people.
fn kilobytes(bytes: usize) -> String {
    format!("{} kB", grouped(bytes.div_ceil(1000) as u64))
}
