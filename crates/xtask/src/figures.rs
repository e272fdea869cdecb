//! Figures that were measured: kept in `.ci/figures.json`, shown in `SECURITY.md` between two marks.
//!
//! A proof prints lines `figure GOAL ...`; `prove` keeps them and writes the table anew. A test compares table and file, so that a figure is
//! never typed by hand.

use crate::run::{command, root};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::fs;

const BEGIN: &str = "<!-- figures: begin -->";
const END: &str = "<!-- figures: end -->";

/// Goal, what must hold, and how it is proved.
const GOALS: &[(&str, &str, &str)] = &[
    (
        "P1",
        "No hidden cell can be narrowed by a reader with a solver, over every figure of every release; the audit takes at most 2 s",
        "cargo xtask prove disclosure",
    ),
    ("P2", "The same for a reader who knows any one record, or any two of one place", "cargo xtask prove disclosure"),
    (
        "P3",
        "Proofs are checked by code that has no solver; whatever is altered in figures, counts or proof is refused",
        "cargo xtask prove disclosure",
    ),
    (
        "P4",
        "Nobody is shown an area of fewer than 10 incidents or 200 residents, and no partner what his agreement does not give, in 1,000 random worlds of 12 months",
        "cargo xtask prove products",
    ),
    (
        "P5",
        "Who is not an analyst cannot tell two services apart that hold other records and show the same: 5,000 pairs of answers, all addresses",
        "cargo xtask prove twins",
    ),
    (
        "P6",
        "How much of what is truly hot can still be seen in each tier (asked of the design: 80 %, Jaccard 0.6, 15 % of incidents in joined areas); measured",
        "cargo xtask prove utility",
    ),
    (
        "S1",
        "Any bytes into five parsers: no panic, no input above 1 s, at most 256 MiB, nothing repeated",
        "cargo xtask prove fuzz",
    ),
    (
        "S2",
        "Every damaged file gives a located error and another exit code than 0, leaves nothing, and is not quoted",
        "cargo xtask prove malformed",
    ),
    ("S4", "Of at least 200 forged or damaged tokens on each of two ways in, none is accepted", "cargo xtask prove tokens"),
    (
        "S5",
        "Every change of an audit log of 1,000 entries is found with the first bad number, and a kill loses nothing acknowledged",
        "cargo xtask prove audit",
    ),
    (
        "P7",
        "No personal value in an error, a log at any level, a refusal or an answer of a request that fails",
        "cargo xtask prove canary",
    ),
    (
        "R10",
        "Silent and dribbling clients are cut off within 15 s, and healthy requests take at most twice as long meanwhile",
        "cargo xtask prove slow",
    ),
    (
        "S7",
        "Licences, sources and names of everything linked are as `deny.toml` has them, no known advisory is open, and the SBOM is the lock",
        "cargo xtask prove supply",
    ),
];

/// The goal and the text of a line that a proof prints.
pub fn said(line: &str) -> Option<(&str, &str)> {
    line.trim().strip_prefix("figure ")?.split_once([' ', ':']).map(|(goal, rest)| (goal, rest.trim_start_matches([' ', ':'])))
}

/// Keeps what a proof said, under today's date, and writes the table anew.
pub fn keep(lines: &[String]) -> Result<(), String> {
    if lines.is_empty() {
        return Ok(());
    }
    let today = command("date", &["-u", "+%F"]).output().map_err(|e| format!("date: {e}"))?;
    let today = String::from_utf8_lossy(&today.stdout).trim().to_owned();
    let mut kept = read()?;
    let mut goals: Vec<&str> = lines.iter().filter_map(|l| said(l)).map(|(goal, _)| goal).collect();
    goals.dedup();
    for goal in goals {
        let new: Vec<&str> = lines.iter().filter_map(|l| said(l)).filter(|(g, _)| *g == goal).map(|(_, text)| text).collect();
        let named = |text: &str| text.split([':', ' ']).next().unwrap_or_default().to_owned();
        // A goal may be proved in parts: what this run did not say stays.
        let old = kept.get(goal).and_then(|g| g["said"].as_array().cloned()).unwrap_or_default();
        let names: Vec<String> = new.iter().map(|t| named(t)).collect();
        let mut all: Vec<Value> = old.into_iter().filter(|t| !names.contains(&named(t.as_str().unwrap_or_default()))).collect();
        all.extend(new.into_iter().map(Value::from));
        all.sort_by_key(ToString::to_string);
        kept.insert(goal.to_owned(), json!({ "measured": today, "said": all }));
    }
    let text = serde_json::to_string_pretty(&Value::Object(kept.clone())).map_err(|e| e.to_string())?;
    fs::write(root().join(".ci/figures.json"), text + "\n").map_err(|e| format!(".ci/figures.json: {e}"))?;
    let page = root().join("SECURITY.md");
    let old = fs::read_to_string(&page).map_err(|e| format!("SECURITY.md: {e}"))?;
    fs::write(&page, with_table(&old, &kept)?).map_err(|e| format!("SECURITY.md: {e}"))
}

fn read() -> Result<Map<String, Value>, String> {
    let text = fs::read_to_string(root().join(".ci/figures.json")).map_err(|e| format!(".ci/figures.json: {e}"))?;
    serde_json::from_str(&text).map_err(|e| format!(".ci/figures.json: {e}"))
}

/// The page with the table of these figures between its marks.
fn with_table(page: &str, kept: &Map<String, Value>) -> Result<String, String> {
    let (before, rest) = page.split_once(BEGIN).ok_or("SECURITY.md has no mark where figures begin")?;
    let (_, after) = rest.split_once(END).ok_or("SECURITY.md has no mark where figures end")?;
    let mut table = "| Goal | What must hold | Measured | Proof |\n| --- | --- | --- | --- |\n".to_owned();
    for (goal, what, proof) in GOALS {
        let figure = kept.get(*goal).map_or_else(
            || "not measured".to_owned(),
            |figure| {
                let texts: Vec<&str> = figure["said"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                format!("{} ({})", texts.join("<br>"), figure["measured"].as_str().unwrap_or_default())
            },
        );
        let _ = writeln!(table, "| {goal} | {what} | {figure} | `{proof}` |");
    }
    Ok(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_figures_is_what_was_measured() {
        let kept = read().unwrap();
        let page = fs::read_to_string(root().join("SECURITY.md")).unwrap();
        assert_eq!(with_table(&page, &kept).unwrap(), page, "run cargo xtask prove NAME");
        for goal in kept.keys() {
            assert!(GOALS.iter().any(|(id, ..)| id == goal), "{goal} is in the table");
        }
    }

    #[test]
    fn a_line_of_a_proof_is_taken_apart() {
        assert_eq!(said("figure S1 csv: 12 inputs"), Some(("S1", "csv: 12 inputs")));
        assert_eq!(said("figure P7: 10 rows"), Some(("P7", "10 rows")));
        assert_eq!(said("a figure"), None);
    }
}
