//! Pseudonyms under a key, as they are typed.

use crate::program::{run, succeed};
use std::path::Path;

const INCIDENTS: &str = "id,occurred_from,strands,victim,reporter,premises\n\
    a,2026-05,race,Jane-Doe-1970,Witness-77,12 Acacia Road\nb,2026-05,race,Jane-Doe-1970,,12 Acacia Road\nd,2026-05,race,Jane-Doe-1970,,\n";
const LATER: &str = "id,occurred_from,strands,victim\nc,2026-06,race,Jane-Doe-1970\n";

fn write(path: &str, bytes: &[u8], mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, bytes).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn references_become_pseudonyms_of_one_key_and_are_in_no_file_and_no_message() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (store, key, other) = (path("store"), path("key"), path("other"));
    write(&key, &[7; 32], 0o600);
    write(&other, &[8; 32], 0o600);
    write(&path("a.csv"), INCIDENTS.as_bytes(), 0o600);
    write(&path("b.csv"), LATER.as_bytes(), 0o600);
    let ingest = |file: &str, store: &str, more: &[&str]| {
        let output =
            run([&["ingest", &path(file), "--store", store, "--class", "synthetic", "--rejects", &path("rejects.csv")], more]
                .concat());
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(!said.contains("Jane") && !said.contains("Witness") && !said.contains("Acacia"), "{said}");
        (output.status.code().unwrap(), said)
    };
    let with = |key: &str| ["--pseudonymise".to_owned(), key.to_owned()];
    let keyed = with(&key);
    let keyed: Vec<&str> = keyed.iter().map(String::as_str).collect();
    assert_eq!(ingest("a.csv", &store, &keyed).0, 0);
    let records =
        |store: &str| hotspot_pipeline::store::Store::open(Path::new(store)).unwrap().incidents(jiff::civil::Date::MAX).unwrap();
    let first = records(&store);
    let victims: Vec<&str> = first.iter().map(|i| i.victim.as_ref().unwrap().0.as_str()).collect();
    assert!(victims[0] == victims[1] && victims[0].len() == 64 && first[0].premises == first[1].premises);
    assert_ne!(first[0].premises.as_ref().unwrap().0, victims[0]);
    // No file of the store has a reference or the key.
    for entry in std::fs::read_dir(Path::new(&store).join("data")).unwrap().chain(std::fs::read_dir(&store).unwrap()) {
        let file = entry.unwrap().path();
        let bytes = if file.is_file() { std::fs::read(file).unwrap() } else { Vec::new() };
        assert!(!bytes.windows(4).any(|w| w == b"Jane") && !bytes.windows(32).any(|w| w == [7; 32]));
    }
    let manifest = std::fs::read_to_string(Path::new(&store).join("manifest.json")).unwrap();
    assert!(manifest.contains("\"pseudonym_key\": \""), "{manifest}");

    // Later files need the same key, and one person stays one.
    let others = with(&other);
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let (code, said) = ingest("b.csv", &store, &others);
    assert!(code == 2 && said.contains("under another key"), "{said}");
    let (code, said) = ingest("b.csv", &store, &[]);
    assert!(code == 2 && said.contains("give --pseudonymise with its file"), "{said}");
    assert_eq!(records(&store).len(), 3);
    assert_eq!(ingest("b.csv", &store, &keyed).0, 0);
    assert_eq!(records(&store)[3].victim, first[0].victim);

    // A store that took references as they came does not change its ways.
    let plain = path("plain");
    assert_eq!(ingest("a.csv", &plain, &[]).0, 0);
    let (code, said) = ingest("b.csv", &plain, &keyed);
    assert!(code == 2 && said.contains("taken as they came"), "{said}");
    // Keys that are none.
    for (bytes, mode, rule) in [(&[7; 31][..], 0o600, "32 to 4096 random bytes"), (&[7; 32], 0o644, "by others than its owner")] {
        write(&path("bad"), bytes, mode);
        let (code, said) = ingest("a.csv", &path("new"), &["--pseudonymise", &path("bad")]);
        assert!(code == 2 && said.contains(rule), "{said}");
    }
    let inside = format!("{store}/key");
    write(&inside, &[7; 32], 0o600);
    let (code, said) = ingest("b.csv", &store, &["--pseudonymise", &inside]);
    assert!(code == 2 && said.contains("lies in the store that it protects"), "{said}");
    std::fs::remove_file(inside).unwrap();
    succeed(["doctor", "--store", &store]);
}
