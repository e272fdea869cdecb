//! How sure a hotspot is, from a file to HTTP: words, rates by named denominators, tests and ranks.

use crate::program::{Serving, hotspot, json, run, simulated, succeed};
use serde_json::{Value, json as value};
use std::fmt::Write;
use std::path::Path;

/// Two thousand incidents of a year in Southwark: every tenth in one street, the others spread; victims known only when asked for.
fn incidents(folder: &Path, victims: bool) -> String {
    let mut text = String::from("id,known_on,occurred_from,lon,lat,strands,source,victim\n");
    for i in 0..2000u32 {
        let [lon, lat] = if i % 10 == 0 {
            [-0.0805 + f64::from(i % 70) * 1e-6, 51.4902]
        } else {
            [-0.1 + f64::from(i * 37 % 2000) * 2e-5, 51.47 + f64::from(i * 101 % 2000) * 1.5e-5]
        };
        let victim = if victims { format!("v1.{i:032x}") } else { String::new() };
        writeln!(text, "R{i},2025-12-31,2025-{:02}-{:02},{lon:.6},{lat:.6},race,victim,{victim}", 1 + i % 12, 1 + i % 28).unwrap();
    }
    let path = folder.join(if victims { "known.csv" } else { "unknown.csv" });
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What `analyse` says of all records of a store made of a file.
fn analysed(folder: &Path, name: &str, file: &str, class: &[&str]) -> Value {
    let path = |part: &str| folder.join(format!("{name}-{part}")).to_str().unwrap().to_owned();
    succeed([&["ingest", file, "--store", &path("store"), "--class"], class].concat());
    json(&succeed(["analyse", "--store", &path("store"), "--releases", &path("releases"), "--json"]))
}

#[test]
fn restricted_records_without_known_victims_are_weak_at_best_and_open_ones_are_not_held_back() {
    let dir = tempfile::tempdir().unwrap();
    let [known, unknown] = [true, false].map(|victims| incidents(dir.path(), victims));
    let words =
        |made: &Value| made["strands"].as_array().unwrap().iter().find(|s| s["strand"] == "all").unwrap()["evidence"].clone();
    let open = words(&analysed(dir.path(), "open", &unknown, &["open", "--licence", "none"]));
    let closed = words(&analysed(dir.path(), "closed", &unknown, &["restricted"]));
    let asked = words(&analysed(dir.path(), "asked", &known, &["restricted"]));
    assert!(open["clear"].as_u64().unwrap() >= 1, "{open}");
    assert_eq!(asked, open, "with known victims the check is made, and none matters");
    assert_eq!(closed["clear"], value!(0));
    let all = |words: &Value| words.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>();
    assert_eq!((all(&closed), closed["cannot_tell"].clone()), (all(&open), open["cannot_tell"].clone()));
}

#[test]
fn every_hotspot_carries_what_the_release_says_it_does() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (store, releases) = (path("store"), path("releases"));
    let sim = simulated();
    succeed([
        "ingest",
        sim.incidents.to_str().unwrap(),
        "--links",
        sim.links.to_str().unwrap(),
        "--store",
        &store,
        "--class",
        "synthetic",
    ]);
    let analyse = |threads: &str, more: &[&str]| {
        let args = [&["analyse", "--store", &store, "--releases", &releases, "--months", "6", "--json"], more].concat();
        let output = hotspot(args).env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        json(&String::from_utf8(output.stdout).unwrap())
    };
    let one = analyse("1", &[]);
    let again = analyse("3", &[]);
    assert_eq!((&one["release"], &again["already_there"]), (&again["release"], &value!(true)), "any number of threads");
    let server = Serving::start(Path::new(&releases));
    let answer = server.json("/api/v1/hotspots");
    let policy = &server.json("/api/v1/releases")["releases"][0]["evidence"];
    assert_eq!(policy["version"], "evidence-1");
    let least = |word: &str, quantity: &str| {
        let rows = policy["thresholds"].as_array().unwrap();
        rows.iter().find(|t| t["word"] == word && t["quantity"] == quantity).map_or(0.0, |t| t["least"].as_f64().unwrap())
    };
    let settings = answer["settings"].as_array().unwrap();
    assert_eq!(settings.len(), 48);
    let mut seen = std::collections::BTreeSet::new();
    for spot in answer["features"].as_array().unwrap().iter().map(|f| &f["properties"]) {
        let robust = &spot["robustness"];
        let has = [
            ("incidents", spot["n"].as_f64().unwrap()),
            ("stands_without_one", f64::from(u8::from(spot["stands_without_one"].as_bool().unwrap()))),
            ("probability", spot["probability"].as_f64().unwrap()),
            ("settings", robust["said"].as_f64().unwrap()),
            ("robustness", robust["share"].as_f64().unwrap()),
        ];
        let reaches = |word: &str| has.iter().all(|(quantity, value)| *value >= least(word, quantity));
        let word = if reaches("clear") {
            "clear"
        } else if reaches("weak") {
            "weak"
        } else {
            "cannot_tell"
        };
        assert_eq!(spot["evidence"], word, "{spot}");
        assert_eq!(spot["short_of_clear"].as_array().unwrap().is_empty(), word == "clear");
        seen.insert(word);
        let holds = robust["holds"].as_str().unwrap();
        let count = |c: char| holds.chars().filter(|h| *h == c).count() as u64;
        assert_eq!(
            (holds.len(), count('1'), count('0') + count('1')),
            (48, robust["held"].as_u64().unwrap(), robust["said"].as_u64().unwrap())
        );
        // By area: the rule's own figures.
        let rates = spot["rates"].as_array().unwrap();
        assert_eq!(rates.iter().map(|r| r["denominator"].as_str().unwrap()).collect::<Vec<_>>(), ["area", "residents"]);
        assert_eq!(
            (&rates[0]["ratio"], &rates[0]["probability"], &rates[0]["n"]),
            (&spot["ratio"], &spot["probability"], &spot["n"])
        );
        let (rate, per_km2) = (rates[0]["rate"].as_f64().unwrap(), spot["per_km2_year"].as_f64().unwrap());
        assert!((rate / per_km2 - 1.0).abs() < 1e-3, "{rate} {per_km2}");
        assert!(rates[0]["lo"].as_f64() < Some(rate) && Some(rate) < rates[0]["hi"].as_f64());
        let rank = &spot["peak_rank"];
        assert!(rank["lo"].as_u64() <= rank["hi"].as_u64() && rank["of"].as_u64().unwrap() > 16_000);
        assert!(spot["gi_star"]["p"].as_f64() <= spot["gi_star"]["q"].as_f64());
        let sentence = spot["sentence"].as_str().unwrap();
        assert!(
            sentence.starts_with(&format!("{} recorded incident", spot["n"])) && sentence.contains("in 6 months"),
            "{sentence}"
        );
        assert!(sentence.contains(&format!("hot in {} of {} settings", robust["held"], robust["said"])), "{sentence}");
    }
    assert!(seen.len() >= 2, "{seen:?}");
    let spots = || answer["features"].as_array().unwrap().iter().map(|f| &f["properties"]);
    assert!(spots().all(|s| s["n"].as_u64() >= Some(2)), "one incident is no gathering");
    assert!(spots().all(|s| s["change"] == "first"), "there is nothing to compare with");

    // A denominator of the user's own: 2,500 people by day in each cell of a hotspot.
    let mut text = String::from("id,workday population 2021\n");
    for cell in answer["features"].as_array().unwrap().iter().flat_map(|f| f["properties"]["cells"].as_array().unwrap()) {
        writeln!(text, "{},2500", cell.as_str().unwrap()).unwrap();
    }
    std::fs::write(path("day.csv"), &text).unwrap();
    let with = analyse("2", &["--ambient", &path("day.csv")]);
    let spots = server.json(&format!("/api/v1/hotspots?release={}", one["release"].as_str().unwrap()));
    drop(server);
    let server = Serving::start(Path::new(&releases));
    let more = server.json(&format!("/api/v1/hotspots?release={}", with["release"].as_str().unwrap()));
    let (before, after) = (&spots["features"][0]["properties"], &more["features"][0]["properties"]);
    let by_day = &after["rates"][2];
    assert_eq!(
        (&by_day["denominator"], &by_day["unit"]),
        (&value!("workday_population_2021"), &value!("1,000 workday population 2021"))
    );
    let cells = after["cells"].as_array().unwrap().len() as f64;
    let wanted = after["n"].as_f64().unwrap() / (2.5 * cells) * 2.0;
    assert!((by_day["rate"].as_f64().unwrap() / wanted - 1.0).abs() < 1e-3, "{by_day} {wanted}");
    assert_eq!(before["rates"][0], after["rates"][0], "a second denominator changes nothing of the first");
    // A bad file is located, and its value is not repeated.
    std::fs::write(path("day.csv"), text.replacen(",2500", ",-4711", 1)).unwrap();
    let refused = run(["analyse", "--store", &store, "--releases", &releases, "--months", "6", "--ambient", &path("day.csv")]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        !refused.status.success() && said.contains("row 2, column workday population 2021") && !said.contains("4711"),
        "{said}"
    );
}
