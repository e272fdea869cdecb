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
