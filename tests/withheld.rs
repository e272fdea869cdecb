//! Published figures that are withheld: from the file to what the analyst is told.

use crate::program::{json, run, succeed};
use std::fmt::Write;

/// A file of counts by borough, and of no borough, for January 2026; `cell` gives what stands in the count.
fn counts(known_on: &str, cell: impl Fn(usize) -> String) -> String {
    let mut text = "gss_code,month,offences,known_on\n".to_owned();
    for i in 1..=33 {
        writeln!(text, "E090000{i:02},2026-01,{},{known_on}", cell(i)).unwrap();
    }
    writeln!(text, ",2026-01,{},{known_on}", cell(34)).unwrap();
    text
}

#[test]
fn a_suppressed_figure_is_stored_told_and_never_a_zero() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (store, releases, early, late) = (path("store"), path("releases"), path("early.csv"), path("late.csv"));
    let cell = |i: usize| match i {
        1 => "[c]".to_owned(),
        2 => " [X] ".to_owned(),
        34 => "*".to_owned(),
        22 => "400".to_owned(),
        _ => "10".to_owned(),
    };
    std::fs::write(&early, counts("2026-03-01", cell)).unwrap();
    // Later the City's figure is published, and Barnet's is taken back.
    std::fs::write(
        &late,
        counts("2026-04-01", |i| match i {
            1 => "7".to_owned(),
            3 => "[c]".to_owned(),
            i => cell(i),
        }),
    )
    .unwrap();
    let class = ["--class", "open", "--licence", "OGL v3"];
    let output = run([&["ingest", &early, "--store", &store, "--json"], &class[..]].concat());
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("early.csv: 3 figures are withheld by the publisher"));
    let account = json(&String::from_utf8(output.stdout).unwrap());
    let n = |name: &str| account[name].as_u64().unwrap();
    assert_eq!((n("rows"), n("area_only"), n("no_place"), n("rejected"), n("withheld"), n("added")), (34, 33, 1, 0, 3, 34));
    let again = json(&succeed([&["ingest", &late, "--store", &store, "--json"], &class[..]].concat()));
    assert_eq!(
        (again["withheld"].as_u64(), again["added"].as_u64(), again["already_known"].as_u64()),
        (Some(3), Some(2), Some(32))
    );

    // 400 + 30 · 10, then the City's 7 more and Barnet's 10 less: nothing is put in the place of what is not known.
    for (known_on, total, without) in [("2026-03-15", 700, 2), ("2026-04-15", 697, 2)] {
        let question = ["--store", &store, "--month", "2026-01", "--months", "1", "--as-known-on", known_on];
        let output = run([&["analyse", "--releases", &releases, "--json"], &question[..]].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        assert!(told.contains("3 published figures are withheld by the publisher and count as not known"), "{told}");
        assert!(told.contains(&format!("of {without} areas the publisher gives no figure")), "{told}");
        let release = json(&String::from_utf8(output.stdout).unwrap());
        let manifest = std::path::Path::new(&releases).join(release["release"].as_str().unwrap()).join("manifest.json");
        let said = "34 in force + 0 flag removed";
        let text = std::fs::read_to_string(manifest).unwrap();
        assert!(text.contains(said) && text.contains("; 3 of the figures in force are withheld by the publisher"), "{text}");
        assert_eq!(release["n"].as_u64(), Some(total), "{release}");
    }
}

#[test]
fn a_store_of_withheld_figures_only_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (store, file, rejects) = (path("store"), path("x.csv"), path("rejects.csv"));
    std::fs::write(&file, counts("2026-03-01", |_| "[c]".to_owned()) + "E09000001,2026-02,[canary],2026-03-01\n").unwrap();
    succeed(["ingest", &file, "--store", &store, "--rejects", &rejects, "--max-rejected", "0.1"]);
    let refused = std::fs::read_to_string(&rejects).unwrap();
    assert!(refused.contains("x.csv,36,offences,not-a-number") && !refused.contains("canary"), "{refused}");
    let output = run(["analyse", "--store", &store, "--releases", &path("releases")]);
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("the publisher withholds all 34"), "{told}");
}
