//! Retention, as it is typed: what is past its date is listed, goes, and stays accounted for.

use crate::program::{hotspot, json, run, simulated, succeed};
use hotspot_ledger::audit::{AuditFilter, AuditTrail};
use std::path::Path;

const RULES: &str = "default_years = 5\n[[rule]]\nname = \"non-crime\"\nyears = 1\noffences = [\"anti_social_behaviour\"]\n";
/// A note of 2019 that is past the default, one of 2024 that is past the shorter date, one that has a later version, and two that stay.
const FIRST: &str = "id,known_on,occurred_from,recorded_on,strands,offence,lon,lat\n\
    old-1,2024-06-01,2019-03-01,2019-03-02,race,violence,-0.12,51.5\n\
    asb-2,2024-06-01,2024-03-01,2024-03-02,race,anti_social_behaviour,-0.12,51.5\n\
    two-3,2024-06-01,2018-03-01,2018-03-02,race,violence,-0.12,51.5\n\
    new-4,2024-06-01,2024-03-01,2024-03-02,race,violence,-0.12,51.5\n";
const SECOND: &str = "id,known_on,occurred_from,recorded_on,strands,offence,lon,lat\n\
    two-3,2024-07-01,2018-03-01,2018-03-02,religion,violence,-0.12,51.5\n\
    new-5,2024-07-01,2024-04-01,2024-04-02,race,violence,-0.12,51.5\n";
const LINKS: &str = "id,same_as,basis\nold-1,two-3,crime number\nnew-4,new-5,crime number\n";

struct Kept {
    dir: tempfile::TempDir,
}

impl Kept {
    fn new() -> Self {
        let kept = Self { dir: tempfile::tempdir().unwrap() };
        for (name, text) in [("first.csv", FIRST), ("second.csv", SECOND), ("links.csv", LINKS), ("rules.toml", RULES)] {
            std::fs::write(kept.dir.path().join(name), text).unwrap();
        }
        for file in ["first.csv", "second.csv"] {
            succeed([
                "ingest",
                &kept.path(file),
                "--store",
                &kept.path("store"),
                "--class",
                "synthetic",
                "--links",
                &kept.path("links.csv"),
            ]);
        }
        kept
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn retention(&self, step: &str, more: &[&str]) -> Vec<String> {
        let (store, rules) = (self.path("store"), self.path("rules.toml"));
        let fixed = ["retention", step, "--store", &store, "--on", "2026-01-01", "--rules", &rules];
        [&fixed[..], more].concat().into_iter().map(str::to_owned).collect()
    }

    fn dispose(&self) -> Vec<String> {
        self.retention("dispose", &["--ledger", &self.path("ledger.db"), "--by", "D. Officer", "--json"])
    }

    /// Whether any file of the store has a text in it. Data files are packed, so that the store itself is asked for its records.
    fn holds(&self) -> Vec<String> {
        let store = hotspot_pipeline::store::Store::open(Path::new(&self.path("store"))).unwrap();
        let mut ids: Vec<String> =
            store.incidents(jiff::civil::Date::MAX).unwrap().into_iter().map(|incident| incident.id.0).collect();
        ids.sort();
        ids
    }
}

#[test]
fn what_is_past_its_date_is_listed_disposed_of_accounted_for_and_in_the_log() {
    let kept = Kept::new();
    let listed = kept.path("past.csv");
    let counts = json(&succeed(kept.retention("list", &["--json", "--out", &listed])));
    assert_eq!((counts["records"].as_u64(), counts["by_rule"]["non-crime"].as_u64()), (Some(3), Some(1)));
    let text = std::fs::read_to_string(&listed).unwrap();
    assert_eq!(text, "id,rule,due\nasb-2,non-crime,2025-03-02\nold-1,default,2024-03-02\ntwo-3,default,2023-03-02\n");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&listed).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(kept.holds().len(), 5);
    let done = json(&succeed(kept.dispose()));
    assert_eq!(
        (done["records"].as_u64(), done["rows"].as_u64(), done["links"].as_u64(), done["entry"].as_u64()),
        (Some(3), Some(4), Some(1), Some(1))
    );
    assert_eq!(kept.holds(), ["new-4", "new-5"]);
    let store = hotspot_pipeline::store::Store::open(Path::new(&kept.path("store"))).unwrap();
    let known = hotspot_pipeline::facts::load(&store, jiff::civil::Date::MAX).unwrap();
    assert!(known.account.adds_up(), "{}", known.account);
    assert_eq!((known.account.rows, known.account.disposed, known.account.in_force), (6, 4, 2));
    assert_eq!(store.links(jiff::civil::Date::MAX).unwrap().len(), 1);
    // Nor are they in any earlier state, and no file of theirs is left.
    assert_eq!(store.incidents("2024-06-15".parse().unwrap()).unwrap().len(), 1);
    assert_eq!(std::fs::read_dir(Path::new(&kept.path("store")).join("data")).unwrap().count(), 3);
    succeed(["doctor", "--store", &kept.path("store")]);
    // The same files again bring nothing back.
    succeed(["ingest", &kept.path("first.csv"), "--store", &kept.path("store"), "--class", "synthetic"]);
    assert_eq!(kept.holds(), ["new-4", "new-5"]);
    assert_eq!(json(&succeed(kept.dispose()))["records"].as_u64(), Some(0));

    // The log says how many, by whom and under which rules; which, only as a digest.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let entries = runtime.block_on(async {
        AuditTrail::open(&kept.path("ledger.db")).await.unwrap().entries(&AuditFilter::default()).await.unwrap()
    });
    assert_eq!((entries.len(), entries[0].returned, entries[0].action.id()), (2, Some(3), "disposal"));
    assert_eq!(entries[0].person.as_ref().unwrap().0, "D. Officer");
    assert_eq!((entries[0].filter.len(), entries[1].filter.len()), (64, 0));
    let file = std::fs::read(kept.path("ledger.db")).unwrap();
    assert!(!file.windows(5).any(|w| [&b"old-1"[..], b"asb-2", b"two-3"].contains(&w)));
}

#[test]
fn a_release_that_still_holds_them_is_named_and_what_is_no_rule_is_refused() {
    let kept = Kept::new();
    let (store, releases) = (kept.path("london"), kept.path("releases"));
    succeed([
        "ingest",
        simulated().incidents.to_str().unwrap(),
        "--store",
        &store,
        "--class",
        "synthetic",
        "--known-on",
        "2026-06-01",
    ]);
    let made = json(&succeed(["analyse", "--store", &store, "--releases", &releases, "--months", "6", "--json"]));
    std::fs::write(kept.path("rules.toml"), "default_years = 1\n").unwrap();
    let which = ["--store", &store, "--on", "2026-06-30", "--rules", &kept.path("rules.toml"), "--ledger", &kept.path("ledger.db")];
    let more = ["--by", "D. Officer", "--json", "--releases", &releases];
    let done = json(&succeed([&["retention", "dispose"][..], &which, &more].concat()));
    assert!(done["records"].as_u64() > Some(0), "{done}");
    assert!(made["release"].is_string());
    assert_eq!(done["releases"][0], made["release"]);

    for (rules, said) in [
        ("", "default_years"),
        ("default_years = 0", "years from 1 to 100"),
        ("default_years = 5\n[[rule]]\nname = \"a\"\nyears = 1\n", "a rule for all records is the default"),
        ("default_years = 5\n[[rule]]\nname = \"a\"\nyears = 1\noffences = [\"murder\"]\n", "offence"),
        ("default_years = 5\n[[rule]]\nname = \"default\"\nyears = 1\nsources = [\"app\"]\n", "small letters"),
        ("default_years = 5\nyears = 1\n", "unknown field"),
    ] {
        std::fs::write(kept.path("rules.toml"), rules).unwrap();
        let output = run(kept.retention("list", &[]));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && error.contains(said) && !error.contains("murder"), "{rules}: {error}");
    }
    std::fs::write(kept.path("rules.toml"), RULES).unwrap();
    let (store, rules) = (kept.path("store"), kept.path("rules.toml"));
    let ahead = run(["retention", "list", "--store", &store, "--on", "2099-01-01", "--rules", &rules]);
    assert_eq!(ahead.status.code(), Some(2));
}

#[test]
fn a_kill_leaves_all_of_them_or_none() {
    let rounds = if std::env::var_os("HOTSPOT_PROVE").is_some() { 60 } else { 6 };
    let usual = {
        let kept = Kept::new();
        let start = std::time::Instant::now();
        assert!(hotspot(kept.dispose()).output().unwrap().status.success());
        start.elapsed()
    };
    let kept = Kept::new();
    let (mut whole, mut gone, mut state) = (0, 0, 20_261_126_u64);
    // Copied for each round, since what is gone does not come back.
    for round in 0..rounds {
        let one = Kept { dir: tempfile::tempdir().unwrap() };
        let copied =
            std::process::Command::new("cp").args(["-r", &format!("{}/.", kept.dir.path().display())]).arg(one.dir.path()).status();
        assert!(copied.unwrap().success());
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child =
            hotspot(one.dispose()).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(usual.mul_f64((state >> 33) as f64 / f64::from(1_u32 << 31)));
        let _ = child.kill();
        let _ = child.wait();
        let left = one.holds().len();
        assert!(left == 5 || left == 2, "round {round}: {left} records");
        succeed(["doctor", "--store", &one.path("store")]);
        if left == 5 {
            whole += 1;
        } else {
            gone += 1;
        }
        // Whatever the kill left, one undisturbed run ends it, and no file of theirs stays.
        succeed(one.dispose());
        assert_eq!(one.holds(), ["new-4", "new-5"]);
        assert_eq!(std::fs::read_dir(Path::new(&one.path("store")).join("data")).unwrap().count(), 3);
    }
    println!("seed 20261126: {rounds} kills, {whole} before the step and {gone} after it, none half-way");
}
