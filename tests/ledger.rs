//! The challenge ledger, as it is typed.

use crate::program::{hotspot, json, run, succeed};
use std::path::Path;

const QUESTION: &str = "Why is it one in a hundred of the officers?";
const MOPAC: [&str; 4] = ["--actor", "B. Asker", "--role", "mopac"];
const MPS: [&str; 4] = ["--actor", "A. Officer", "--role", "mps"];

fn raise(ledger: &str, evidence: &str, place: &[&str]) -> Vec<String> {
    let fixed = ["ledger", "raise", "--ledger", ledger, "--release", "2026-10-4f2a", "--kind", "officers"];
    let said = ["--question", QUESTION, "--evidence", evidence, "--place"];
    [&fixed[..], &said, place, &MOPAC].concat().into_iter().map(str::to_owned).collect()
}

/// The same text on any day: dates, the year of a challenge, and hashes are put out.
fn lasting(text: &str) -> String {
    let mut lasting = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let digits = |from: usize, to: usize| rest.get(from..to).is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()));
        let hexadecimal = rest.get(..64).is_some_and(|part| part.bytes().all(|b| b.is_ascii_hexdigit()));
        let length = if hexadecimal {
            lasting.push_str("HASH");
            64
        } else if digits(0, 4) && digits(5, 7) && digits(8, 10) && rest[4..].starts_with('-') && rest[7..].starts_with('-') {
            lasting.push_str("YYYY-MM-DD");
            10
        } else if rest.starts_with("C-") && digits(2, 6) {
            lasting.push_str("C-YYYY");
            6
        } else {
            lasting.push(c);
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    lasting
}

fn evidence(folder: &Path) -> String {
    let path = folder.join("evidence.json");
    std::fs::write(&path, r#"{"period": "2025-11 to 2026-10", "n": 41, "share_of_need": [0.04, 0.03, 0.06]}"#).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Where a test may keep a ledger: a file, and a PostgreSQL where there is one.
fn ledgers(folder: &Path) -> Vec<String> {
    let file = folder.join("challenges.db").to_str().unwrap().to_owned();
    std::iter::once(file).chain(std::env::var("HOTSPOT_TEST_POSTGRES")).collect()
}

#[test]
fn a_challenge_is_raised_answered_escalated_answered_again_and_closed_and_the_record_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let evidence = evidence(dir.path());
    for ledger in ledgers(dir.path()) {
        let at = ["--ledger", &ledger];
        let raised =
            hotspot(raise(&ledger, &evidence, &["all-2026-10-3", "--borough", "e09000007"])).env("HOTSPOT_LOG", "trace").output();
        let raised = raised.unwrap();
        let log = String::from_utf8_lossy(&raised.stderr).into_owned();
        assert!(raised.status.success(), "{log}");
        // However much is logged, no text is, and no password.
        assert!(!log.contains("hundred") && !log.contains("share_of_need") && !log.contains("of-the-tests"), "{log}");
        let first = String::from_utf8(raised.stdout).unwrap();
        insta::assert_snapshot!("ledger-raise", lasting(&first));
        let id = first.split(' ').next().unwrap();
        succeed(raise(&ledger, &evidence, &["central east"]));
        let step = |name: &str, who: &[&str], more: &[&str]| succeed([&["ledger", name, id], &at[..], who, more].concat());
        step("acknowledge", &MPS, &[]);
        step("answer", &MPS, &["--text", "None can be spared.", "--action", "None", "--by", "2030-01-31"]);
        step("escalate", &MOPAC, &["--reason", "The evidence is not answered."]);
        let change = ["--kind", "officers", "--amount", "2", "--unit", "officers", "--from", "2030-02-01"];
        let answer =
            ["--text", "Two from February.\nThey come from another unit.", "--action", "Move two officers", "--by", "2030-02-01"];
        step("answer", &MPS, &[&answer[..], &change].concat());
        step("accept", &MOPAC, &["--reason", "That follows the evidence."]);
        let closed = json(&step("close", &MOPAC, &["--reason", "Two officers were moved.", "--json"]));
        assert_eq!((closed["seq"].as_u64(), closed["state"].as_str()), (Some(8), Some("closed")));
        // The effect shows only after a time.
        let figures = ["--before", "41 in a year", "--after", "30 in a year", "--measured-to", "2030-08-31"];
        let early = run([&["ledger", "effect", id], &at[..], &MPS, &figures].concat());
        assert_eq!(early.status.code(), Some(1));
        let twice = run([&["ledger", "acknowledge", id], &at[..], &MPS].concat());
        assert_eq!(twice.status.code(), Some(1));
        let said = String::from_utf8(twice.stderr).unwrap();
        assert!(said.contains("is closed: it cannot be acknowledged; what may follow: effect"), "{said}");

        insta::assert_snapshot!("ledger-list", lasting(&succeed([&["ledger", "list"], &at[..]].concat())));
        insta::assert_snapshot!("ledger-show", lasting(&succeed([&["ledger", "show", id], &at[..]].concat())));
        let listed = |more: &[&str]| json(&succeed([&["ledger", "list", "--json"], &at[..], more].concat()))["challenges"].clone();
        assert_eq!(listed(&["--borough", "Camden"])[0]["challenge"], id);
        assert_eq!(listed(&["--borough", "Hackney"])[0]["place"]["id"], "Central East");
        assert_eq!(listed(&["--state", "closed"]).as_array().unwrap().len(), 1);
        assert_eq!(listed(&["--place", "all-2026-10-3"]).as_array().unwrap().len(), 1);
        assert_eq!(listed(&["--overdue"]).as_array().unwrap().len(), 0);
        assert_eq!(listed(&["--overdue", "--on", "2035-01-01"]).as_array().unwrap().len(), 2);
        let shown = json(&succeed([&["ledger", "show", id, "--json"], &at[..]].concat()));
        assert_eq!(shown["evidence"]["n"], 41);
        assert_eq!(shown["history"].as_array().unwrap().len(), 7);
        assert_eq!(shown["history"][4]["step"]["change"]["amount"], 2.0);

        // The whole record goes out, and its head shows later that nothing was cut off.
        let out = dir.path().join("record.jsonl");
        let exported = json(&succeed([&["ledger", "export", "--json", "--out", out.to_str().unwrap()], &at[..]].concat()));
        let lines: Vec<serde_json::Value> = std::fs::read_to_string(&out).unwrap().lines().map(json).collect();
        assert_eq!(lines.len(), 8);
        assert_eq!(lines[0]["evidence"], r#"{"n":41,"period":"2025-11 to 2026-10","share_of_need":[0.04,0.03,0.06]}"#);
        assert!(lines.windows(2).all(|pair| pair[1]["prev_hash"] == pair[0]["hash"]));
        let head = exported["head"].as_str().unwrap();
        assert_eq!(head, format!("8:{}", lines[7]["hash"].as_str().unwrap()));
        let whole = succeed([&["ledger", "verify", "--head", head], &at[..]].concat());
        insta::assert_snapshot!("ledger-verify", lasting(&whole));
        let ahead = head.replacen('8', "9", 1);
        let cut = run([&["ledger", "verify", "--head", &ahead], &at[..]].concat());
        assert_eq!(cut.status.code(), Some(1));
        assert!(String::from_utf8(cut.stderr).unwrap().contains("event 9 is missing"));
    }
}

#[test]
fn a_byte_that_is_changed_in_the_file_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join("challenges.db").to_str().unwrap().to_owned();
    succeed(raise(&ledger, &evidence(dir.path()), &["E09000007"]));
    let mut bytes = std::fs::read(&ledger).unwrap();
    let at = bytes.windows(7).position(|w| w == b"hundred").unwrap();
    bytes[at] = b'H';
    std::fs::write(&ledger, bytes).unwrap();
    let output = run(["ledger", "verify", "--ledger", &ledger]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("event 1 was altered"));
    // And nothing of it is shown.
    let shown = run(["ledger", "list", "--json", "--ledger", &ledger]);
    assert_eq!((shown.status.code(), shown.stdout.len()), (Some(1), 0));
}

#[test]
fn no_text_and_no_password_is_in_a_log_or_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let evidence = evidence(dir.path());
    let missing = dir.path().join("none.db").to_str().unwrap().to_owned();
    let refused: [(&str, &str); 4] = [
        (&missing, "there is no ledger"),
        ("postgres://anna:s3cr3t@127.0.0.1:1/ledger", "connecting failed"),
        ("postgres://anna:s3cr3t@127.0.0.1:port/ledger", "cannot be read"),
        ("postgres://127.0.0.1/ledger?pasword=s3cr3t", "has a parameter that is not known"),
    ];
    for (ledger, why) in refused {
        let output = hotspot(["ledger", "list", "--ledger", ledger]).env("HOTSPOT_LOG", "trace").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{ledger}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(why) && !said.contains("s3cr3t"), "{said}");
    }
    if let Ok(postgres) = std::env::var("HOTSPOT_TEST_POSTGRES") {
        let wrong = postgres.replace("of-the-tests", "s3cr3t");
        let output = hotspot(["ledger", "list", "--ledger", &wrong]).env("HOTSPOT_LOG", "trace").output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("password authentication failed") && !said.contains("s3cr3t"), "{said}");
    }
    assert!(!Path::new(&missing).exists());
    // A file with something else in it, and a place of which the borough is not known.
    let unfit = dir.path().join("unfit.json").to_str().unwrap().to_owned();
    std::fs::write(&unfit, "{\"n\": hundred}").unwrap();
    let output = run(raise(&missing, &unfit, &["E09000007"]));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.contains("line 1, column 7: no JSON") && !said.contains("hundred"), "{said}");
    let output = run(raise(&missing, &evidence, &["all-2026-10-3"]));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--borough"));
    assert!(!Path::new(&missing).exists());
}

#[test]
fn an_export_never_writes_over_the_ledger_and_only_its_owner_can_read_it() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join("l.db").to_str().unwrap().to_owned();
    succeed(raise(&ledger, &evidence(dir.path()), &["E09000007"]));
    let before = std::fs::read(&ledger).unwrap();
    std::fs::create_dir(dir.path().join("sub")).unwrap();
    let link = dir.path().join("link.db");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&ledger, &link).unwrap();
    let link = link.to_str().unwrap().to_owned();
    let around = dir.path().join("sub/../l.db").to_str().unwrap().to_owned();
    for out in [&ledger, &around, &link, &format!("{ledger}-wal"), &format!("{around}-shm")] {
        let output = run(["ledger", "export", "--ledger", &ledger, "--out", out]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains("--out: this is the ledger itself"), "{out}: {said}");
    }
    // What is written aside first is not the ledger either.
    let part = dir.path().join("m.jsonl.part").to_str().unwrap().to_owned();
    std::fs::copy(&ledger, &part).unwrap();
    let output = run(["ledger", "export", "--ledger", &part, "--out", part.strip_suffix(".part").unwrap()]);
    assert_eq!((output.status.code(), std::fs::read(&part).unwrap() == before), (Some(2), true));
    assert!(std::fs::read(&ledger).unwrap() == before);
    let out = dir.path().join("record.jsonl");
    std::fs::write(dir.path().join("record.jsonl.part"), "left behind").unwrap();
    let output = run(["ledger", "export", "--ledger", &ledger, "--out", out.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("1 event; head 1:"), "{said}");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&out).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(!dir.path().join("record.jsonl.part").exists());
}

#[cfg(unix)]
#[test]
fn a_copy_that_may_not_be_written_is_listed_shown_exported_and_verified() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    let dir = tempfile::tempdir().unwrap();
    let rights = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    rights(dir.path(), 0o755);
    let (folder, out) = (dir.path().join("copy"), dir.path().join("out"));
    for made in [&folder, &out] {
        std::fs::create_dir(made).unwrap();
    }
    rights(&out, 0o777);
    let file = folder.join("l.db");
    let ledger = file.to_str().unwrap().to_owned();
    let raised = succeed(raise(&ledger, &evidence(dir.path()), &["E09000007"]));
    let id = raised.split(' ').next().unwrap();
    rights(&file, 0o444);
    rights(&folder, 0o555);
    // Nothing is forbidden to root, who becomes nobody here.
    let root = std::fs::File::create(folder.join("try")).is_ok();
    if root {
        std::fs::remove_file(folder.join("try")).unwrap();
    }
    let record = out.join("record.jsonl").to_str().unwrap().to_owned();
    // Nobody may not look into the folder of the build.
    let program = dir.path().join("program");
    std::fs::copy(env!("CARGO_BIN_EXE_hotspot"), &program).unwrap();
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(&program);
        command.args(args).env("NO_COLOR", "1").env("HOTSPOT_LOG", "info");
        if root {
            command.uid(65_534).gid(65_534);
        }
        command.output().unwrap()
    };
    for args in [&["verify"][..], &["list"], &["show", id], &["export", "--out", &record]] {
        let output = run(&[&["ledger"], args, &["--ledger", &ledger]].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && !said.contains("sqlx"), "{args:?}: {said}");
    }
    assert!(std::fs::read_to_string(&record).unwrap().lines().count() == 1);
    // Writing is refused.
    let output = run(&[&["ledger", "acknowledge", id, "--ledger", &ledger], &MPS[..]].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && !said.contains("sqlx"), "{said}");
    rights(&folder, 0o755);
}

#[test]
fn evidence_that_would_not_be_frozen_as_it_is_and_a_borough_that_is_none_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join("l.db").to_str().unwrap().to_owned();
    let file = dir.path().join("given.json").to_str().unwrap().to_owned();
    let refused = [
        ("{\"n\": 7,\n\"n\": 8}", "line 2, column 3: an object has the same key twice"),
        ("[{\"a\": {\"n\": 7, \"\\u006e\": 8}}]", "the same key twice"),
        ("{\"n\": 9007199254740993}", "a number is beyond 2^53"),
        ("{\"n\": -9007199254740993}", "a number is beyond 2^53"),
        ("{\"n\": 123456789012345678901234567890}", "a number is beyond 2^53"),
    ];
    for (text, rule) in refused {
        std::fs::write(&file, text).unwrap();
        let output = run(raise(&ledger, &file, &["E09000007"]));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.contains(rule) && !said.contains("90071"), "{said}");
    }
    std::fs::write(&file, "{\"n\": 9007199254740992, \"m\": {\"n\": -1.5}, \"o\": [null, true, \"x\"]}").unwrap();
    let output = run(raise(&ledger, &file, &["all-2026-10-3", "--borough", "Atlantis"]));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("one of the 33 boroughs") && !said.contains("Atlantis"), "{said}");
    assert!(!Path::new(&ledger).exists());
    let raised = succeed(raise(&ledger, &file, &["all-2026-10-3", "--borough", "Camden"]));
    let id = raised.split(' ').next().unwrap();
    let shown = json(&succeed(["ledger", "show", id, "--json", "--ledger", &ledger]));
    assert_eq!(shown["evidence"], json("{\"n\": 9007199254740992, \"m\": {\"n\": -1.5}, \"o\": [null, true, \"x\"]}"));
}
