//! Method × tool × agreement: each row is computed, asserted, and printed into `crates/core/CONFORMANCE.md`.
//!
//! The page cannot drift: a row that is not within its bound fails, and so does a page that differs from what the rows say.
//! `HOTSPOT_BLESS=1 cargo test -p hotspot-core --test conformance` writes it anew.

#![expect(clippy::disallowed_methods, reason = "a test reads its reference files")]

mod cluster;
mod density;
mod evaluate;
mod local;
mod rate;
mod scan;
mod time;

use std::fmt::Write;
use std::path::Path;

/// The twelve points of the `pointpats` tests.
const TWELVE: [[f64; 2]; 12] = [
    [66.22, 32.54],
    [22.52, 22.39],
    [31.01, 81.21],
    [9.47, 31.02],
    [30.78, 60.10],
    [75.21, 58.93],
    [79.26, 7.68],
    [8.23, 39.93],
    [98.73, 77.17],
    [89.78, 42.53],
    [65.19, 92.08],
    [54.46, 8.48],
];

/// One comparison with another tool or a published number.
#[derive(Debug)]
pub struct Row {
    /// Our method, by its path in the crate.
    pub method: &'static str,
    /// Tool and version, or paper.
    pub tool: &'static str,
    /// What was compared: data and quantity.
    pub compared: &'static str,
    /// The outcome.
    pub verdict: Verdict,
}

/// How a comparison ended.
#[derive(Debug)]
pub enum Verdict {
    /// All numbers agree: `worst` is the largest difference seen, `within` the bound asserted (both absolute unless `compared` says otherwise).
    Agrees {
        /// Largest difference.
        worst: f64,
        /// Bound.
        within: f64,
    },
    /// The tool gives something else, on purpose or by a mistake of its own; the row's function has asserted both numbers.
    Differs {
        /// What differs, and why ours stands.
        why: &'static str,
    },
}

impl Row {
    /// A row that agrees to `within`.
    pub const fn agrees(method: &'static str, tool: &'static str, compared: &'static str, worst: f64, within: f64) -> Self {
        Self { method, tool, compared, verdict: Verdict::Agrees { worst, within } }
    }

    /// A row that differs knowingly.
    pub const fn differs(method: &'static str, tool: &'static str, compared: &'static str, why: &'static str) -> Self {
        Self { method, tool, compared, verdict: Verdict::Differs { why } }
    }
}

const INTRODUCTION: &str = "\
# Conformance

Every method of this crate beside the tools and papers that define it. This page is written by `cargo test -p hotspot-core --test
conformance` (with `HOTSPOT_BLESS=1`), which computes every row: *agrees* gives the bound that the largest difference is asserted
to keep; *differs* gives a known disagreement and its reason.
";

#[test]
fn the_page_says_what_the_rows_show() {
    let families: [(&str, Vec<Row>); 7] = [
        ("Local association", local::rows()),
        ("Density", density::rows()),
        ("Clusters", cluster::rows()),
        ("Scan statistics", scan::rows()),
        ("Time", time::rows()),
        ("Rates", rate::rows()),
        ("Evaluation", evaluate::rows()),
    ];
    let mut page = INTRODUCTION.to_owned();
    for (title, rows) in families {
        write!(page, "\n## {title}\n\n| method | tool | compared | agreement |\n| --- | --- | --- | --- |\n")
            .expect("a string takes every write");
        for row in rows {
            let outcome = match row.verdict {
                Verdict::Agrees { worst, within } => {
                    assert!(
                        worst <= within,
                        "{} against {} ({}): {worst:e} is above {within:e}",
                        row.method,
                        row.tool,
                        row.compared
                    );
                    format!("agrees within {within:e}")
                }
                Verdict::Differs { why } => format!("differs: {why}"),
            };
            writeln!(page, "| `{}` | {} | {} | {outcome} |", row.method, row.tool, row.compared)
                .expect("a string takes every write");
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONFORMANCE.md");
    if std::env::var_os("HOTSPOT_BLESS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "CONFORMANCE.md is stale: HOTSPOT_BLESS=1 cargo test -p hotspot-core --test conformance");
}
