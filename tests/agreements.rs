//! Giving data to a partner, as it is typed: through an agreement, of it alone, on record before, and until it is revoked.

use crate::program::{json, root, run, simulated, succeed};
use hotspot_ledger::audit::{Action, AuditLog, Entry};
use serde_json::Value;
use std::path::{Path, PathBuf};

pub struct Given {
    dir: tempfile::TempDir,
    pub ledger: String,
    pub protected: String,
}

impl Given {
    /// Six months of London, protected, and a ledger that is not there yet.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        let (store, releases, protected, ledger) = (at("store"), at("releases"), at("protected"), at("ledger.db"));
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        succeed([
            "ingest",
            &text(&simulated().incidents),
            "--store",
            &store,
            "--class",
            "synthetic",
            "--links",
            &text(&simulated().links),
        ]);
        succeed(["analyse", "--store", &store, "--releases", &releases, "--month", "2025-09", "--months", "5"]);
        succeed(["protect", "--releases", &releases, "--protected", &protected]);
        Self { dir, ledger, protected }
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The example, with something else in it.
    pub fn agreement(&self, name: &str, changes: &[(&str, &str)]) -> String {
        let mut text = std::fs::read_to_string(root().join("data/policy/agreement-example.toml")).unwrap();
        // It holds whenever this runs.
        for (from, to) in [("start = \"2026-01-01\"", "start = \"2020-01-01\""), ("end = \"2026-12-31\"", "end = \"2999-12-31\"")]
            .iter()
            .chain(changes)
        {
            assert!(text.contains(from), "{from}");
            text = text.replacen(from, to, 1);
        }
        let path = self.at(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn register(&self, file: &str) -> String {
        succeed(["agreement", "register", file, "--ledger", &self.ledger])
    }

    /// Exit code and what was said.
    pub fn export(&self, id: &str, out: &str) -> (Option<i32>, String) {
        let out = self.at(out);
        let output = run([
            "export",
            "--agreement",
            id,
            "--ledger",
            &self.ledger,
            "--protected",
            &self.protected,
            "--out",
            out.to_str().unwrap(),
        ]);
        (output.status.code(), one_line(&[output.stdout, output.stderr].concat()))
    }

    pub fn audit(&self) -> Vec<Value> {
        let out = self.at("audit.jsonl");
        succeed(["audit", "export", "--ledger", &self.ledger, "--out", out.to_str().unwrap()]);
        std::fs::read_to_string(out).unwrap().lines().map(json).collect()
    }
}

/// What was said, wherever its lines were broken.
fn one_line(said: &[u8]) -> String {
    String::from_utf8_lossy(said).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap())
        .map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap()))
        .collect();
    all.sort();
    all
}

#[test]
fn a_partner_is_given_what_the_agreement_names_marked_and_on_record() {
    let given = Given::new();
    let file = given.agreement("a.toml", &[]);
    let said = given.register(&file);
    assert!(said.contains("A-2026-01 for Example Borough Council") && said.contains("SHA-256 "), "{said}");
    let (code, said) = given.export("A-2026-01", "first");
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = given.export("A-2026-01", "second");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("export 2 under agreement A-2026-01"), "{said}");

    let (first, second) = (files(&given.at("first")), files(&given.at("second")));
    let names: Vec<&str> = first.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["areas.csv", "areas.geojson", "boroughs.csv", "hotspots.json", "manifest.json"]);
    // Every file is marked, and two exports differ in their number alone.
    for ((name, one), (_, two)) in first.iter().zip(&second) {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        for mark in ["A-2026-01", "Example Borough Council", "Not to be passed on", "2026-11", "SYNTHETIC"] {
            assert!(text(one).to_uppercase().contains(&mark.to_uppercase()), "{name}: {mark}");
        }
        if name != "manifest.json" {
            let renumbered = text(two)
                .replace(",2,2", ",1,2")
                .replace("\"export\":\"2\"", "\"export\":\"1\"")
                .replace("\"export\": \"2\"", "\"export\": \"1\"");
            assert_eq!(text(one), renumbered, "{name}");
        }
    }
    // Of its boroughs alone, rounded, of ten or more.
    for name in ["areas.csv", "boroughs.csv"] {
        let mut reader = csv::Reader::from_path(given.at("first").join(name)).unwrap();
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let wanted = [
            "place",
            "borough",
            "period",
            "strand",
            "incidents",
            "agreement",
            "recipient",
            "export",
            "keep_until",
            "release",
            "class",
            "policy",
            "condition",
        ];
        assert_eq!(header, wanted);
        let mut shown = 0;
        for row in reader.records() {
            let row = row.unwrap();
            assert!(row[0].contains("E09000007") || row[0].contains("E09000019"), "{}", &row[0]);
            assert!(["Camden", "Islington"].contains(&&row[1]));
            assert!(row[2].len() == 4 || row[2].contains("-Q"), "{}", &row[2]);
            if &row[4] != "[c]" {
                let n: u32 = row[4].parse().unwrap();
                assert!(n >= 10 && n.is_multiple_of(5));
                shown += 1;
            }
        }
        assert!(shown > 0, "{name}");
    }
    let manifest = json(&std::fs::read_to_string(given.at("first").join("manifest.json")).unwrap());
    assert_eq!((manifest["mark"]["export"].as_str(), manifest["least"].as_u64()), (Some("1"), Some(10)));
    assert_eq!(manifest["boroughs"], json("[\"E09000007\", \"E09000019\"]"));
    let hotspots = json(&std::fs::read_to_string(given.at("first").join("hotspots.json")).unwrap());
    for hotspot in hotspots["hotspots"].as_array().unwrap() {
        let keys: Vec<&str> = hotspot.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["areas", "borough", "change", "evidence", "id", "incidents", "name", "strand"]);
    }

    // What was given stands in the log, with the digest of the manifest, and in the list.
    let audit = given.audit();
    let exports: Vec<&Value> = audit.iter().filter(|e| e["action"] == "export" && e["outcome"] == "allowed").collect();
    assert_eq!(exports.len(), 2);
    // Allowed before the folder appears, done once it stands there; by somebody.
    let told: Vec<&str> = audit.iter().map(|e| e["outcome"].as_str().unwrap()).collect();
    assert_eq!(told, ["done", "allowed", "done", "allowed", "done"]);
    for entry in &audit {
        assert!(entry["name"].as_str().is_some_and(|name| name.starts_with("terminal:") && name.len() > 9), "{entry}");
        assert!(entry["actor"].as_str().is_some_and(|key| key.len() == 64), "{entry}");
    }
    let digest = {
        use sha2::Digest as _;
        let bytes = sha2::Sha256::digest(std::fs::read(given.at("first").join("manifest.json")).unwrap());
        bytes.iter().fold(String::new(), |text, b| text + &format!("{b:02x}"))
    };
    assert_eq!(exports[0]["filter"].as_str(), Some(digest.as_str()));
    assert!(exports[0]["object"].as_str().unwrap().starts_with("agreement/A-2026-01/export-1/2025-09-"));
    let list = json(&succeed(["agreement", "exports", "--ledger", &given.ledger, "--json"]))["exports"].clone();
    assert_eq!((list[0]["state"].as_str(), list[0]["entry"].as_u64()), (Some("keep"), exports[0]["seq"].as_u64()));
    // Nothing is written over, and the mark does not depend on what stands there.
    let (code, said) = given.export("A-2026-01", "first");
    assert!(code == Some(2) && said.contains("stands there already"), "{said}");
    assert_eq!(files(&given.at("first")), first);
    assert_eq!(given.audit().last().unwrap()["outcome"], "failed");
}

#[test]
fn nothing_is_given_without_an_agreement_that_stands() {
    let given = Given::new();
    let none = given.export("A-2026-01", "x");
    assert_eq!(none.0, Some(2), "no ledger: {}", none.1);
    for (name, id, changes) in [
        ("over.toml", "A-over", vec![("2999-12-31", "2020-12-31")]),
        ("early.toml", "A-early", vec![("start = \"2020-01-01\"", "start = \"2990-01-01\"")]),
        ("good.toml", "A-good", vec![]),
    ] {
        let changes: Vec<(&str, String)> =
            changes.into_iter().map(|(a, b)| (a, b.to_owned())).chain([("A-2026-01", id.to_owned())]).collect();
        let changes: Vec<(&str, &str)> = changes.iter().map(|(a, b)| (*a, b.as_str())).collect();
        given.register(&given.agreement(name, &changes));
    }
    for (id, wanted) in [("A-none", "no agreement"), ("A-over", "ended on"), ("A-early", "begins on")] {
        let (code, said) = given.export(id, "x");
        assert!(code == Some(1) && said.contains(wanted), "{id}: {said}");
    }
    let states = json(&succeed(["agreement", "list", "--ledger", &given.ledger, "--json"]))["agreements"].clone();
    let state = |id: &str| states.as_array().unwrap().iter().find(|a| a["id"] == id).unwrap()["state"].as_str().unwrap().to_owned();
    assert_eq!([state("A-over"), state("A-early"), state("A-good")], ["ended", "not yet", "gives"]);

    assert_eq!(given.export("A-good", "good").0, Some(0));
    let said = succeed(["agreement", "revoke", "A-good", "--ledger", &given.ledger, "--reason", "terms-broken"]);
    assert!(said.contains("gives nothing any more") && said.contains("1 exports were made"), "{said}");
    let (code, said) = given.export("A-good", "x");
    assert!(code == Some(1) && said.contains("was revoked on"), "{said}");
    let list = succeed(["agreement", "exports", "--ledger", &given.ledger]);
    assert!(list.contains("to be deleted: the agreement was revoked on"), "{list}");
    assert!(!given.at("x").exists());
    let refused = given.audit().iter().filter(|e| e["outcome"] == "refused").count();
    assert_eq!(refused, 4, "each refusal is on record");
    // Whoever may write to the table makes an agreement stand again there, and not in the log.
    given.register(&given.agreement("again.toml", &[("A-2026-01", "A-again")]));
    assert_eq!(given.export("A-again", "again").0, Some(0));
    let listed = |id: &str| {
        let all = json(&succeed(["agreement", "list", "--ledger", &given.ledger, "--json"]))["agreements"].clone();
        all.as_array().unwrap().iter().find(|a| a["id"] == id).unwrap().clone()
    };
    let object = format!("agreement/A-again/{}/revoked", listed("A-again")["sha256"].as_str().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let log = AuditLog::open(&given.ledger, None).await.unwrap();
        let entry = Entry { object, purpose: "terms-broken".to_owned(), ..Entry::new("k", "admin", Action::Agreement) };
        log.record(entry, "2026-11-26T09:00:00Z".parse().unwrap()).await.unwrap();
        log.close().await.unwrap();
    });
    let (code, said) = given.export("A-again", "x");
    assert!(code == Some(1) && said.contains("was revoked on 2026-11-26"), "{said}");
    let again = listed("A-again");
    assert_eq!((again["state"].as_str(), again["reason"].as_str()), (Some("revoked"), Some("terms-broken")));
    let exports = json(&succeed(["agreement", "exports", "--ledger", &given.ledger, "--json"]))["exports"].clone();
    assert!(exports.as_array().unwrap().iter().all(|e| e["state"] == "delete"), "{exports}");
    // Nothing is left beside.
    let left = std::fs::read_dir(given.dir.path()).unwrap().any(|e| e.unwrap().file_name().to_string_lossy().starts_with(".tmp"));
    assert!(!left);
}

#[test]
fn a_file_that_is_no_agreement_is_refused_by_rule_and_a_changed_one_is_another() {
    let given = Given::new();
    let register = |file: &str| {
        let output = run(["agreement", "register", file, "--ledger", &given.ledger]);
        (output.status.code(), one_line(&output.stderr))
    };
    for (changes, wanted) in [
        (("least = 10", "least = 9"), "least: must be no less than 10"),
        (("least = 10", "least = 10\nswordfish = 1"), "unknown field"),
        (("E09000019", "Atlantis"), "geography, entry 2: must be one of the 32 boroughs"),
        (("E09000019", "E09000007"), "geography, entry 2: this borough is in the list already"),
        (("E09000019", "all"), "geography, entry 2: \"all\" stands alone"),
        (("products = [\"areas\"", "products = [\"swordfish\""), "products: must be one or more of"),
    ] {
        let (code, said) = register(&given.agreement("bad.toml", &[changes]));
        assert!(code == Some(1) && said.contains("bad.toml") && said.contains(wanted), "{said}");
        assert!(!said.contains("\"swordfish\"") && !said.contains("Atlantis"), "{said}");
        assert!(!Path::new(&given.ledger).exists(), "nothing is made for it");
    }
    given.register(&given.agreement("a.toml", &[]));
    let (code, said) = register(&given.agreement("b.toml", &[("wardens", "officers")]));
    assert!(code == Some(1) && said.contains("another text is registered"), "{said}");

    // A token of a partner is for an agreement that stands.
    let token = |more: &[&str]| {
        let of = ["token", "create", "--ledger", &given.ledger, "--name", "council", "--scope", "read:products", "--expires", "30"];
        run([&of[..], more].concat()).status.code()
    };
    assert_eq!(token(&["--role", "partner"]), Some(2));
    assert_eq!(token(&["--role", "partner", "--agreement", "A-none"]), Some(1));
    assert_eq!(token(&["--role", "batch", "--agreement", "A-2026-01"]), Some(2));
    // What its scopes open an agreement must give.
    assert_eq!(token(&["--role", "partner", "--agreement", "A-2026-01", "--scope", "read:release"]), Some(2));
    assert_eq!(token(&["--role", "partner", "--agreement", "A-2026-01", "--scope", "write:resources"]), Some(2));
    assert_eq!(token(&["--role", "partner", "--agreement", "A-2026-01"]), Some(0));
    let made: Vec<Value> = given.audit().into_iter().filter(|e| e["action"] == "token").collect();
    assert!(made.len() == 1 && made[0]["object"].as_str().unwrap().ends_with("/A-2026-01"), "{made:?}");
    assert!(succeed(["token", "list", "--ledger", &given.ledger]).contains("A-2026-01"));

    // Whoever may write to the database and puts an agreement there is found out by the log.
    let text = std::fs::read_to_string(given.at("a.toml")).unwrap().replace("A-2026-01", "A-forged");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let agreements = hotspot_ledger::Agreements::open(&given.ledger).await.unwrap();
        agreements.register("A-forged", &text, "2026-11-26T09:00:00Z".parse().unwrap()).await.unwrap();
        agreements.close().await;
    });
    let (code, said) = given.export("A-forged", "x");
    assert!(code == Some(1) && said.contains("not as it was registered"), "{said}");
    assert!(!given.at("x").exists());
    assert_eq!(given.export("A-2026-01", "y").0, Some(0));
}

#[test]
fn of_two_exports_into_one_folder_one_is_given_and_the_other_is_told_not_to_be() {
    let given = Given::new();
    given.register(&given.agreement("a.toml", &[]));
    let codes: Vec<Option<i32>> = std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..4).map(|_| scope.spawn(|| given.export("A-2026-01", "one").0)).collect();
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    let exports = json(&succeed(["agreement", "exports", "--ledger", &given.ledger, "--json"]))["exports"].clone();
    let kept: Vec<&Value> = exports.as_array().unwrap().iter().filter(|e| e["state"] == "keep").collect();
    let manifest = json(&std::fs::read_to_string(given.at("one/manifest.json")).unwrap());
    assert_eq!(kept.len(), 1);
    assert_eq!(manifest["mark"]["export"].as_str().map(str::to_owned), kept[0]["export"].as_u64().map(|n| n.to_string()));
    let audit = given.audit();
    let ended = |outcome: &str| audit.iter().filter(|e| e["action"] == "export" && e["outcome"] == outcome).count();
    assert_eq!((ended("done"), ended("failed")), (1, 3));
}
