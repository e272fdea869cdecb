//! `hotspot what-if` and `hotspot sites`: the figures follow from those of the challenge, whatever is set.

use crate::challenge::desk;
use crate::program::{Serving, hotspot, json};
use serde_json::Value;

fn ask(command: &str, more: &[&str]) -> std::process::Output {
    let mut ask = hotspot([command, "--releases", "releases", "--resources", "what is given.csv"]);
    ask.args(more).current_dir(desk().dir.path()).output().unwrap()
}

fn answer(command: &str, more: &[&str]) -> Value {
    let output = ask(command, &[more, &["--json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    json(std::str::from_utf8(&output.stdout).unwrap())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn a_budget_is_given_out_by_need_within_floors_caps_and_what_is_set() {
    let now = answer("challenge", &["--level", "bcu"]);
    let officers = now["kinds"].as_array().unwrap().iter().find(|k| k["kind"] == "officers").unwrap();
    let of = |places: &Value, id: &Value| places.as_array().unwrap().iter().find(|p| p["id"] == *id).unwrap().clone();
    let free = answer("what-if", &["--level", "bcu", "--kind", "officers", "--budget", "2000"]);
    assert!((number(&free["budget"][1]) - 2000.0).abs() < 1e-6);
    for place in free["places"].as_array().unwrap() {
        let before = of(&officers["places"], &place["id"]);
        assert_eq!(place["amount"][0], before["amount"]);
        assert_eq!(place["before"]["gap"], before["gap"]);
        // What is needed does not depend on what is given.
        assert_eq!(place["after"]["need_share"], place["before"]["need_share"]);
        // By need alone: no gap is left but for the draws.
        assert!(number(&place["after"]["gap"]["mean"]).abs() < 2e-3, "{place}");
        assert_eq!((&place["after"]["verdict"] == "questioned", &place["held"]), (false, &Value::Null));
    }
    let held = answer("what-if", &["--level", "bcu", "--kind", "officers", "--floor", "0.9", "--change", "0.2", "--step", "1"]);
    assert!((number(&held["budget"][0]) - number(&held["budget"][1])).abs() <= 1.0);
    for place in held["places"].as_array().unwrap() {
        let (now, then) = (number(&place["amount"][0]), number(&place["amount"][1]));
        assert!(then >= 0.9 * now - 1e-6 && then <= 1.2 * now + 1e-6 && (then - then.round()).abs() < 1e-9, "{place}");
    }
    assert!(
        held["places"].as_array().unwrap().iter().any(|p| p["held"].as_str().is_some_and(|h| h.contains("gains 20 % at most")))
    );
    let id = officers["places"][0]["id"].as_str().unwrap();
    let set = answer("what-if", &["--level", "bcu", "--kind", "officers", "--set", &format!("{id}=77.5")]);
    assert_eq!(of(&set["places"], &id.into())["amount"][1], 77.5);

    let text = ask("what-if", &["--level", "bcu", "--kind", "officers", "--change", "0.2"]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("no forecast of crime") && text.contains("gains 20 % at most"), "{text}");
    for (more, code, words) in [
        (vec!["--kind", "dogs"], 2, "one that has an answer: officers"),
        (vec!["--kind", "officers", "--set", "nowhere=1"], 2, "by its identifier"),
        (vec!["--kind", "officers", "--set", "nowhere"], 2, "PLACE=AMOUNT"),
        (vec!["--kind", "officers", "--floor", "1", "--budget", "5"], 2, "a tenth of what is given out now"),
        (vec!["--kind", "officers", "--floor", "1.5"], 2, "0 to 1"),
    ] {
        let output = ask("what-if", &more);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(code) && said.contains(words), "{more:?}: {said}");
    }
}

#[test]
fn sites_are_chosen_among_candidates_and_the_bound_holds() {
    let desk = desk();
    let anywhere = answer("sites", &["--kind", "reporting_site", "--more", "4", "--reach", "1200"]);
    assert_eq!((anywhere["open"].as_u64(), anywhere["chosen"].as_array().unwrap().len()), (Some(1), 4));
    let (reached, then, bound) = (number(&anywhere["reached"]), number(&anywhere["then"]), number(&anywhere["bound"]));
    assert!(reached > 0.0 && then > reached && then <= bound && bound <= 1.0);
    let adds: f64 = anywhere["chosen"].as_array().unwrap().iter().map(|s| number(&s["adds"])).sum();
    assert!((reached + adds - then).abs() < 1e-9);

    // Ten candidates: every pair is asked by hand.
    let row = |at: i32| format!("site {at},{},{}\n", -0.2 + 0.03 * f64::from(at), 51.50 + 0.004 * f64::from(at % 3));
    let rows: String = std::iter::once("id,lon,lat\n".to_owned()).chain((0..10).map(row)).collect();
    std::fs::write(desk.path("candidates.csv"), &rows).unwrap();
    let few = ["--kind", "reporting_site", "--reach", "1500", "--candidates"];
    let best = answer("sites", &[&few[..], &["candidates.csv", "--more", "2"]].concat());
    assert_eq!((&best["best"], &best["candidates"], &best["then"]), (&true.into(), &10.into(), &best["bound"]));
    let lines: Vec<&str> = rows.lines().skip(1).collect();
    let mut largest: f64 = 0.0;
    for first in 0..10 {
        for second in first + 1..10 {
            std::fs::write(desk.path("pair.csv"), format!("id,lon,lat\n{}\n{}\n", lines[first], lines[second])).unwrap();
            largest = largest.max(number(&answer("sites", &[&few[..], &["pair.csv", "--more", "2"]].concat())["then"]));
        }
    }
    assert!((number(&best["then"]) - largest).abs() < 1e-9, "{largest} {best}");

    let none = ask("sites", &["--kind", "x", "--more", "1", "--reach", "900"]);
    assert!(none.status.code() == Some(2) && String::from_utf8(none.stderr).unwrap().contains("officers, patrol_hours"));
    let text = String::from_utf8(ask("sites", &["--kind", "officers", "--more", "1", "--reach", "900"]).stdout).unwrap();
    assert!(text.contains("is not served") && text.contains("no choice of as many reaches more"), "{text}");
    for (table, column, words) in [
        ("id,lon,lat\na,0,51.5\na,0,51.6\n", "id", "each identifier once"),
        ("id,lon,lat\na,200,51.5\n", "lon", "-180 to 180"),
        ("id,lon,lat\na,0,x\n", "lat", "number"),
        ("id,lon\na,0\n", "lat", "column"),
    ] {
        std::fs::write(desk.path("wrong.csv"), table).unwrap();
        let output = ask("sites", &[&few[..], &["wrong.csv", "--more", "1"]].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(words) && said.contains(column) && said.contains("wrong.csv"), "{said}");
    }
    std::fs::write(desk.path("far.csv"), "id,lon,lat\na,100,20\n").unwrap();
    let output = ask("sites", &[&few[..], &["far.csv", "--more", "1"]].concat());
    assert!(String::from_utf8(output.stderr).unwrap().contains("far.csv, row 2: lon and lat must lie near the study area"));
}

#[test]
fn a_table_that_is_put_stands_in_its_file_and_the_archive_of_the_page_is_that_of_the_command() {
    let desk = desk();
    let (releases, own) = (desk.path("releases"), desk.path("put.csv"));
    let first = std::fs::read_to_string(desk.path("what is given.csv")).unwrap();
    std::fs::write(&own, &first).unwrap();
    let server = Serving::with(&releases, &["--resources", own.to_str().unwrap()]);
    let path = "/api/v1/challenge/resources";
    assert_eq!(server.json(path)["rows"].as_u64().unwrap() as usize, first.lines().count() - 1);
    let wrong = first.replacen(",20,fte", ",-20,fte", 1);
    let (status, said) = server.put(path, &wrong);
    assert!(status == 422 && said.contains("put.csv, row 2, column amount") && !said.contains("-20"), "{said}");
    assert_eq!(std::fs::read_to_string(&own).unwrap(), first, "the file is as it was");
    let officers = |answer: &Value| answer["kinds"].as_array().unwrap().iter().find(|k| k["kind"] == "officers").unwrap().clone();
    let before = officers(&server.json("/api/v1/challenge?level=bcu"));
    let right = first.replacen(",20,fte", ",150,fte", 1);
    let (status, said) = server.put(path, &right);
    assert_eq!(status, 200, "{said}");
    assert_eq!(std::fs::read_to_string(&own).unwrap(), right);
    let after = officers(&server.json("/api/v1/challenge?level=bcu"));
    assert!(before["places"][0]["amount"] == 20.0 && after["places"].as_array().unwrap().iter().all(|p| p["amount"] == 150.0));

    let (status, head, pack) = server.get("/api/v1/challenge/pack?level=bcu");
    assert!(status == 200 && head.to_lowercase().contains("application/zip"), "{head}");
    let mut ask = hotspot(["challenge", "--releases", "releases", "--resources", "put.csv", "--level", "bcu", "--out", "same.zip"]);
    assert!(ask.current_dir(desk.dir.path()).output().unwrap().status.success());
    assert_eq!(std::fs::read(desk.path("same.zip")).unwrap(), pack);
}

#[test]
fn other_weights_of_harm_and_measures_are_settings() {
    let desk = desk();
    std::fs::write(desk.path("light.csv"), "offence,weight\nviolence,3\npublic_order,2\ncriminal_damage,1\n").unwrap();
    let settings = |more: &[&str]| {
        let asked = answer("challenge", &[&["--level", "bcu", "--harm", "harm.csv"], more].concat());
        serde_json::from_value::<Vec<String>>(asked["kinds"][0]["settings"].clone()).unwrap()
    };
    let (without, with) = (settings(&[]), settings(&["--other-harm", "light.csv"]));
    assert_eq!(with.len(), without.len() + 1);
    for said in ["weighted by light.csv", "every incident counted alike", "the reference measure is residents"] {
        assert!(with.iter().any(|s| s == said), "{said}: {with:?}");
    }
}
