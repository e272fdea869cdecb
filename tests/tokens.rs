//! Tokens, as they are typed.

use crate::program::{json, run, succeed};

#[test]
fn a_token_is_printed_once_alone_listed_without_its_secret_and_revoked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    let ledger = path.to_str().unwrap();
    let create = |more: &[&str]| {
        run([&["token", "create", "--ledger", ledger, "--name", "monthly job", "--role", "batch"][..], more].concat())
    };
    let missing = run(["token", "list", "--ledger", ledger]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(!path.exists());

    let made = create(&["--scope", "read:products", "--scope", "write:resources", "--expires", "30"]);
    assert!(made.status.success());
    let (out, said) = (String::from_utf8(made.stdout).unwrap(), String::from_utf8(made.stderr).unwrap());
    let secret = out.trim_end().split_once('.').unwrap().1;
    assert!(out.starts_with("hs_") && out.lines().count() == 1 && secret.len() == 64, "{}", out.len());
    assert!(said.contains("shown only this once") && !said.contains(secret), "{}", said.len());
    let id = &out[3..19];

    let listed = succeed(["token", "list", "--ledger", ledger]);
    assert!(listed.contains(id) && listed.contains("holds") && listed.contains("never") && !listed.contains(secret));
    let rows = json(&succeed(["token", "list", "--ledger", ledger, "--json"]))["tokens"].clone();
    assert_eq!((rows[0]["id"].as_str(), rows[0]["role"].as_str(), rows[0]["last_used"].as_str()), (Some(id), Some("batch"), None));
    assert_eq!(rows[0]["scopes"], json(r#"["read:products", "write:resources"]"#));

    assert!(succeed(["token", "revoke", id, "--ledger", ledger]).contains("opens nothing any more"));
    assert!(succeed(["token", "list", "--ledger", ledger]).contains("revoked"));
    assert_eq!(run(["token", "revoke", "0123", "--ledger", ledger]).status.code(), Some(1));
    // Who made and who ended it is on record; the secret is not.
    let out = dir.path().join("audit.jsonl");
    succeed(["audit", "export", "--ledger", ledger, "--out", out.to_str().unwrap()]);
    let audit = std::fs::read_to_string(out).unwrap();
    assert!(!audit.contains(secret));
    let entries: Vec<serde_json::Value> = audit.lines().map(json).collect();
    let told: Vec<[&str; 3]> = entries.iter().map(|e| ["action", "object", "outcome"].map(|of| e[of].as_str().unwrap())).collect();
    let (made, ended) = (format!("token/{id}"), format!("token/{id}/revoked"));
    assert_eq!(told, [["token", &made, "done"], ["token", &ended, "done"]]);
    assert!(entries.iter().all(|e| e["name"].as_str().unwrap().starts_with("terminal:") && e["says"] == "done"), "{audit}");
    for wrong in [
        &["--scope", "read:products", "--expires", "91"][..],
        &["--scope", "read:products", "--expires", "0"],
        &["--scope", "read:products", "--expires", "2020-01-01"],
        &["--scope", "read:products", "--expires", "2099-01-01"],
        &["--scope", "read:incidents", "--expires", "1"],
        &["--expires", "1"],
        &["--scope", "read:products"],
    ] {
        let output = create(wrong);
        assert!(output.status.code() == Some(2) && output.stdout.is_empty(), "{wrong:?}");
    }
    assert_eq!(json(&succeed(["token", "list", "--ledger", ledger, "--json"]))["tokens"].as_array().unwrap().len(), 1);
}
