//! Before and after a change of a resource, from a table or an answer to a challenge to what the ledger keeps.

use crate::challenge::{Desk, HEAD, desk, table, text, unzip};
use crate::program::{hotspot, json, succeed};
use serde_json::Value;
use std::fmt::Write;
use std::process::Output;

/// Six months are simulated, and the change is in their middle.
fn changed(desk: &Desk, name: &str) -> String {
    let mut rows = HEAD.to_owned();
    let mut row = |kind: &str, place_type: &str, place: &str, amounts: [f64; 2]| {
        for ((from, to), amount) in [("2025-01-01", "2025-07-31"), ("2025-08-01", "2025-12-31")].into_iter().zip(amounts) {
            writeln!(rows, "{kind},{place_type},{place},{from},{to},{amount},hours a week,delivered,<b>duty</b> system,").unwrap();
        }
    };
    row("patrol_hours", "area", "E09000007", [100.0, 140.0]);
    row("patrol_hours", "area", "E09000022", [100.0, 104.0]);
    row("patrol_hours", "hotspot", &desk.hotspots[0].0, [4.0, 40.0]);
    row("advocate", "all", "", [1.0, 2.0]);
    // A change that leaves two months after it.
    rows.push_str("hclo,area,E09000001,2025-01-01,2025-08-31,1,post,planned,x,\nhclo,area,E09000001,2025-09-01,2025-12-31,0,post,planned,x,\n");
    let path = desk.path(name);
    std::fs::write(&path, rows).unwrap();
    path.to_str().unwrap().to_owned()
}

fn effect(desk: &Desk, more: &[&str]) -> Output {
    hotspot([&["effect", "--releases", "releases"], more].concat()).current_dir(desk.dir.path()).output().unwrap()
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn of<'a>(answer: &'a Value, kind: &str, place: &str) -> &'a Value {
    answer["effects"].as_array().unwrap().iter().find(|e| e["kind"] == kind && e["place"] == place).unwrap()
}

#[test]
fn figures_before_and_after_are_those_of_the_release_and_the_difference_is_theirs() {
    let desk = desk();
    let given = changed(desk, "changed.csv");
    let answer = json(&printed(&effect(desk, &["--resources", &given, "--json"])));
    // 100 to 104 is no change.
    assert_eq!(answer["effects"].as_array().unwrap().len(), 4, "{answer}");
    let camden = of(&answer, "patrol_hours", "E09000007");
    assert_eq!((&camden["on"], &camden["by"]), (&"2025-08-01".into(), &40.0.into()));
    assert_eq!(camden["periods"][0], serde_json::json!({"from": "2025-05", "to": "2025-07"}));
    assert_eq!(camden["periods"][1], serde_json::json!({"from": "2025-08", "to": "2025-10"}));
    // The window of the release is the six months together.
    let asked = json(&succeed([
        "challenge",
        "--releases",
        desk.path("releases").to_str().unwrap(),
        "--resources",
        &given,
        "--level",
        "borough",
        "--json",
    ]));
    let places = asked["kinds"][1]["places"].as_array().unwrap();
    let borough = places.iter().find(|p| p["id"] == "E09000007").unwrap();
    let n = |side: &str, at: usize| camden["areas"][side]["incidents"][at].as_f64().unwrap();
    assert_eq!(n("place", 0) + n("place", 1), borough["incidents"].as_f64().unwrap());
    let expected = |side: &str| camden["areas"][side]["expected_before"].as_f64().unwrap();
    let close = |value: &Value, wanted: f64| {
        let value = value.as_f64().unwrap();
        assert!((value - wanted).abs() < 1e-6 * wanted.abs().max(1.0), "{value} {wanted}");
    };
    let difference =
        |side: &str| n(side, 1) - n(side, 0) - (n("control", 1) - n("control", 0)) * expected(side) / expected("control");
    close(&camden["difference"]["place"]["mean"], difference("place"));
    close(&camden["difference"]["ring"]["mean"], difference("ring"));
    close(&camden["difference"]["both"]["mean"], difference("place") + difference("ring"));
    let size = (expected("place") + expected("ring")) / expected("control");
    let variance = n("place", 0) + n("place", 1) + n("ring", 0) + n("ring", 1) + size * size * (n("control", 0) + n("control", 1));
    let half = 1.959_963_984_540_054 * (variance * camden["dispersion"].as_f64().unwrap()).sqrt();
    close(&camden["difference"]["both"]["hi"], difference("place") + difference("ring") + half);
    close(&camden["expected"]["mean"], expected("place") * n("control", 1) / n("control", 0));

    let hotspot = of(&answer, "patrol_hours", &desk.hotspots[0].0);
    assert_eq!(hotspot["found_in"], serde_json::json!([true, true]));
    let everywhere = of(&answer, "advocate", "all");
    assert_eq!((&everywhere["verdict"], &everywhere["difference"]), (&"cannot_tell".into(), &Value::Null));
    let short = of(&answer, "hclo", "E09000001");
    assert!(short["why"].as_str().unwrap().contains("3 whole months") && short["ledger"].is_null(), "{short}");
}

#[test]
fn the_same_stands_in_text_in_the_challenge_and_in_the_evidence_and_never_says_why() {
    let desk = desk();
    let given = changed(desk, "changed again.csv");
    let answer = json(&printed(&effect(desk, &["--resources", &given, "--json"])));
    let said = printed(&effect(desk, &["--resources", &given]));
    for one in answer["effects"].as_array().unwrap() {
        assert!(said.contains(one["sentence"].as_str().unwrap()), "{said}");
    }
    assert!(said.contains("is not shown") && said.contains("falls by itself"), "{said}");
    let only = json(&printed(&effect(desk, &["--resources", &given, "--kind", "hclo", "--json"])));
    assert_eq!(only["effects"].as_array().unwrap().len(), 1);
    let out = desk.path("effects.zip");
    let releases = desk.path("releases");
    let asked =
        ["challenge", "--releases", releases.to_str().unwrap(), "--resources", &given, "--out", out.to_str().unwrap(), "--json"];
    assert_eq!(json(&succeed(asked))["effects"], answer["effects"]);
    let files = unzip(&std::fs::read(&out).unwrap());
    let rows = table(&files, "effects");
    assert_eq!(rows.len(), 4);
    for (row, one) in rows.iter().zip(answer["effects"].as_array().unwrap()) {
        assert_eq!((row["id"].as_str(), row["found"].as_str()), (one["place"].as_str().unwrap(), one["verdict"].as_str().unwrap()));
        let cell = row["difference"].parse::<f64>().ok();
        assert_eq!(cell.is_some(), !one["difference"].is_null());
        if let Some(cell) = cell {
            assert!((cell - one["difference"]["both"]["mean"].as_f64().unwrap()).abs() < 1e-9);
        }
    }
    let page = text(&files, "index.html");
    assert!(page.contains("Before and after a change") && page.contains("falls by itself"));
    assert!(text(&files, "method.md").contains("Wheeler and Ratcliffe"));
    for page in [page, &said, text(&files, "method.md")] {
        assert!(!page.contains("deserve") && !page.contains("because of the change") && !page.contains("<b>duty"), "{page}");
    }
}

#[test]
fn what_an_answer_promised_is_measured_and_the_ledger_takes_the_figures() {
    let desk = desk();
    let ledger = desk.path("effect.db").to_str().unwrap().to_owned();
    std::fs::write(desk.path("why.json"), "{}").unwrap();
    let evidence = desk.path("why.json").to_str().unwrap().to_owned();
    let mopac = ["--actor", "B. Asker", "--role", "mopac", "--ledger", &ledger];
    let mps = ["--actor", "A. Officer", "--role", "mps", "--ledger", &ledger];
    let raise = [
        "ledger",
        "raise",
        "--release",
        "x",
        "--kind",
        "officers",
        "--place",
        "E09000007",
        "--question",
        "Why?",
        "--evidence",
        &evidence,
    ];
    let raised = succeed([&raise[..], &mopac].concat());
    let id = raised.split(' ').next().unwrap();
    let measure = ["--ledger", &ledger, "--challenge", id, "--json"];
    let output = effect(desk, &measure);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no answer to it states a change"));
    succeed([&["ledger", "acknowledge", id][..], &mps].concat());
    let answer = ["ledger", "answer", id, "--text", "Two more.", "--action", "Move two", "--by", "2030-01-31"];
    let change = ["--kind", "officers", "--amount", "2", "--unit", "officers", "--from", "2025-08-01"];
    succeed([&answer[..], &change, &mps].concat());
    let measured = printed(&effect(desk, &measure));
    let one = &json(&measured)["effects"][0];
    assert_eq!((&one["status"], &one["amounts"], &one["by"]), (&Value::Null, &Value::Null, &2.0.into()));
    assert_eq!(one["ledger"]["measured_to"], "2025-10-31");
    let path = desk.path("measured.json");
    let path = path.to_str().unwrap();
    let record = |body: &str| {
        std::fs::write(path, body).unwrap();
        let output = hotspot([&["ledger", "effect", id, "--measured", path][..], &mopac].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    // The file is taken; that the challenge is not closed yet is the ledger's own refusal.
    let refused = record(&measured);
    assert!(refused.contains("answered") && !refused.contains("measured.json"), "{refused}");
    assert!(record("{}").contains("not what hotspot effect"));
    assert!(record(r#"{"effects": []}"#).contains("one change is needed"));
    assert!(record(r#"{"effects": [{"ledger": null}]}"#).contains("nothing was counted"));
    assert!(record(r#"{"effects": [{"ledger": {"before": "secret"}}]}"#).contains("not what hotspot effect"));
    assert!(!record("{secret").contains("secret"));
}

#[test]
fn a_place_that_does_not_exist_and_a_kind_that_is_none_are_named() {
    let desk = desk();
    let path = desk.path("nowhere.csv");
    let row = |from: &str, to: &str, amount: u8| format!("officers,area,E99secret,{from},{to},{amount},fte,planned,x,\n");
    std::fs::write(&path, format!("{HEAD}{}{}", row("2025-01-01", "2025-07-31", 1), row("2025-08-01", "2025-12-31", 9))).unwrap();
    let path = path.to_str().unwrap();
    let output = effect(desk, &["--resources", path]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("nowhere.csv") && message.contains("row 3") && message.contains("place"), "{message}");
    assert!(!output.status.success() && !message.contains("secret"), "{message}");
    let none = effect(desk, &["--resources", path, "--kind", "dogs"]);
    assert_eq!(none.status.code(), Some(2));
    assert_eq!(effect(desk, &[]).status.code(), Some(2), "resources or a ledger");
    assert_eq!(effect(desk, &["--resources", path, "--ledger", "x.db", "--challenge", "C-2026-0001"]).status.code(), Some(2));
}
