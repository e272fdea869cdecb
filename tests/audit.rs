//! The audit log, as it is typed.

use crate::program::{json, run, succeed};
use hotspot_ledger::audit::{Action, AuditLog, Checkpoints, Entry, SigningKey};
use std::path::Path;

/// Three entries, the last of them signed.
fn recorded(ledger: &str, key: &Path, checkpoints: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let key = SigningKey::from_pem(&std::fs::read_to_string(key).unwrap()).unwrap();
        let log = AuditLog::open(ledger, Some(Checkpoints { key, file: checkpoints.to_owned() })).await.unwrap();
        let names = ["=cmd|' /C calc'!A0", "B. Analyst", "C. \"Quote\", Analyst"];
        for (name, day) in names.into_iter().zip(["2026-11-24", "2026-11-25", "2026-11-26"]) {
            let at = format!("{day}T09:00:00Z").parse().unwrap();
            let look =
                Entry { name: name.to_owned(), object: "2026-10-4f2a".to_owned(), ..Entry::new("u-1", "analyst", Action::Look) };
            log.record(look, at).await.unwrap();
        }
        log.close().await.unwrap();
    });
}

#[test]
fn a_log_is_verified_with_its_checkpoints_exported_and_its_names_go() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let text = |name: &str| path(name).to_str().unwrap().to_owned();
    let (ledger, key, public, signed) = (text("l.db"), text("audit.key"), text("audit.key.pub"), text("checkpoints.jsonl"));
    succeed(["audit", "key", "--out", &key]);
    assert_eq!(run(["audit", "key", "--out", &key]).status.code(), Some(2), "a key is not overwritten");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    recorded(&ledger, Path::new(&key), Path::new(&signed));
    let verify = ["audit", "verify", "--ledger", &ledger];
    let with = [&verify[..], &["--checkpoints", &signed, "--public-key", &public]].concat();
    assert!(succeed(verify).contains("the log is whole: 3 entries"));
    let whole = json(&succeed([&with[..], &["--json"]].concat()));
    assert_eq!((whole["entries"].as_u64(), whole["signed_to"].as_u64(), whole["whole"].as_bool()), (Some(3), Some(3), Some(true)));

    let export = |name: &str, more: &[&str]| {
        let out = text(name);
        succeed([&["audit", "export", "--ledger", &ledger, "--out", &out], more].concat());
        std::fs::read_to_string(out).unwrap()
    };
    let csv = export("all.csv", &[]);
    assert_eq!(csv.lines().count(), 4);
    assert!(csv.contains(",'=cmd|' /C calc'!A0,") && csv.contains(",\"C. \"\"Quote\"\", Analyst\","), "{csv}");
    assert_eq!(export("day.jsonl", &["--from", "2026-11-25", "--to", "2026-11-25"]).lines().count(), 1);
    assert_eq!(export("none.jsonl", &["--actor", "u-2"]).lines().count(), 0);
    assert_eq!(export("release.jsonl", &["--release", "2026-10-4f2a"]).lines().count(), 3);
    assert_eq!(run(["audit", "export", "--ledger", &ledger, "--out", &text("x.txt")]).status.code(), Some(2));

    assert!(succeed(["audit", "forget", "--ledger", &ledger, "--before", "2026-11-26", "--by", "D. Officer"]).contains("2 names"));
    let csv = export("after.csv", &[]);
    assert!(
        !csv.contains("B. Analyst") && csv.contains("Quote") && csv.contains("D. Officer") && csv.contains("disposal"),
        "{csv}"
    );
    assert!(succeed(&with).contains("1 came after the last one"));

    // Another key, a forged checkpoint, and a log that is changed.
    succeed(["audit", "key", "--out", &text("other.key")]);
    let other = run([&verify[..], &["--checkpoints", &signed, "--public-key", &text("other.key.pub")]].concat());
    assert_eq!(other.status.code(), Some(1));
    assert!(String::from_utf8(other.stderr).unwrap().contains("signed by another key"));
    let mut bytes = std::fs::read(&ledger).unwrap();
    let at = bytes.windows(12).position(|w| w == b"2026-10-4f2a").unwrap();
    bytes[at + 11] = b'b';
    std::fs::write(&ledger, bytes).unwrap();
    let changed = run([&with[..], &["--json"]].concat());
    let said = json(&String::from_utf8(changed.stdout).unwrap());
    assert_eq!((changed.status.code(), said["whole"].as_bool()), (Some(1), Some(false)));
    assert_eq!((said["first_bad"].as_u64().is_some(), said["why"]["fault"].as_str()), (true, Some("flipped")));
    assert_eq!(run(["audit", "export", "--ledger", &ledger, "--out", &text("no.csv")]).status.code(), Some(1));
    assert!(!path("no.csv").exists());
}
