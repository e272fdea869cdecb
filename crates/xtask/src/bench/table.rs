//! The table, on one thread: operation, size, ours, peer, ratio, and whether the answers agree.

use super::beside::Beside;
use serde_json::Value;
use std::fmt::Write;

/// One Markdown table from the lines of ours and the peers' measurements.
pub fn of(rows: &[&Beside], lines: &[Value]) -> String {
    let mut text = String::from(
        "| operation | size | ours, CPU s | over the floor | ours, MB | peer | peer, CPU s | ratio | answers |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in rows {
        let of_row = |line: &&Value| line["task"] == row.task && line["size"].as_u64() == Some(row.size) && line["threads"] == 1;
        let mine = lines.iter().filter(of_row).rfind(|l| l["peer"] == "hotspot");
        let size = format!("{} {}", thousands(row.size), row.of);
        let ours = mine.and_then(|m| m["cpu_seconds"].as_f64());
        let ours_text = ours.map_or_else(|| "not measured".to_owned(), seconds);
        let over = ours.map_or_else(String::new, |o| format!("{:.1}", o / row.floor));
        let memory = mine.and_then(|m| m["rss_mb"].as_u64()).map_or_else(String::new, |mb| mb.to_string());
        let mut line = |peer: &str, theirs: f64, answers: &str| {
            let ratio = ours.map_or_else(String::new, |o| format!("{:.1}", theirs / o));
            writeln!(
                text,
                "| {} | {size} | {ours_text} | {over} | {memory} | {peer} | {} | {ratio} | {answers} |",
                row.operation,
                seconds(theirs)
            )
            .expect("a string takes every write");
        };
        for peer in lines.iter().filter(of_row).filter(|l| l["peer"] != "hotspot") {
            let name = format!("{} ({})", peer["peer"].as_str().unwrap_or_default(), peer["version"].as_str().unwrap_or_default());
            let answers = mine.map_or_else(String::new, |m| agreement(row.same, row.within, &m["check"], &peer["check"]));
            line(&name, peer["cpu_seconds"].as_f64().unwrap_or(f64::NAN), &answers);
        }
        for stated in row.stated {
            let keys: Vec<&str> = stated.answers.iter().map(|(key, _)| *key).collect();
            let theirs: Value = stated.answers.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect();
            let answers = mine.map_or_else(String::new, |m| agreement(&keys, row.within, &m["check"], &theirs) + "; ");
            line(stated.peer, stated.cpu_seconds, &format!("{answers}stated: {}", stated.source));
        }
    }
    text
}

/// Whether the checksums agree in these keys, up to a relative difference.
fn agreement(keys: &[&str], within: f64, ours: &Value, theirs: &Value) -> String {
    let mut differ = Vec::new();
    for key in keys {
        let (a, b) = (&ours[*key], &theirs[*key]);
        let equal = match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= within * a.abs().max(b.abs()),
            _ => a == b && !a.is_null(),
        };
        if !equal {
            differ.push(format!("{key}: {a} against {b}"));
        }
    }
    if keys.is_empty() {
        "not comparable".to_owned()
    } else if differ.is_empty() {
        format!("agree ({})", keys.join(", "))
    } else {
        format!("differ ({})", differ.join("; "))
    }
}

/// Seconds with three digits.
fn seconds(value: f64) -> String {
    if value >= 1.0 {
        format!("{value:.2}")
    } else if value >= 0.01 {
        format!("{value:.4}")
    } else {
        format!("{value:.6}")
    }
}

fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::beside::Stated;
    use super::*;
    use serde_json::json;

    const ROW: Beside = Beside {
        operation: "density",
        size: 25_000,
        of: "points",
        task: "e_kde",
        bench: "kde",
        peers: &[],
        same: &["sum"],
        within: 1e-9,
        stated: &[
            Stated { peer: "elsewhere", cpu_seconds: 2.0, source: "a paper", answers: &[("sum", 3.0)] },
            Stated { peer: "other", cpu_seconds: 3.0, source: "a paper", answers: &[("sum", 4.0)] },
            Stated { peer: "silent", cpu_seconds: 4.0, source: "a paper", answers: &[] },
        ],
        floor: 0.1,
    };

    #[test]
    fn a_row_says_ratio_and_agreement() {
        let line = |peer: &str, cpu: f64, sum: f64| json!({"task": "e_kde", "size": 25_000, "threads": 1, "peer": peer, "version": "1", "cpu_seconds": cpu, "rss_mb": 9, "check": {"sum": sum}});
        let text = of(&[&ROW], &[line("hotspot", 0.5, 3.0), line("a", 5.0, 3.0), line("b", 1.0, 3.1)]);
        assert!(text.contains("| density | 25,000 points | 0.5000 | 5.0 | 9 | a (1) | 5.00 | 10.0 | agree (sum) |"), "{text}");
        assert!(
            text.contains("| 2.0 | differ (sum: 3.0 against 3.1) |") && text.contains("| 4.0 | agree (sum); stated: a paper |"),
            "{text}"
        );
        assert!(text.contains("| 6.0 | differ (sum: 3.0 against 4.0); stated: a paper |"), "{text}");
        assert!(text.contains("| 8.0 | not comparable; stated: a paper |"), "{text}");
        // Ours was not measured: nothing is said about the answers.
        assert!(of(&[&ROW], &[]).contains("| not measured |  |  | elsewhere | 2.00 |  | stated: a paper |"));
    }
}
