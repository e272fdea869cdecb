//! The parts of an archive.

use std::io::{Cursor, Read, Write};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

pub fn parts(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (file.name().unwrap().into_owned(), text)
        })
        .collect()
}

pub fn times(bytes: &[u8]) -> Vec<String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len()).map(|at| archive.by_index(at).unwrap().last_modified().unwrap().to_string()).collect()
}

/// The system that each entry of the central directory says it was made on.
pub fn systems(bytes: &[u8]) -> Vec<u8> {
    bytes.windows(6).filter(|window| window.starts_with(b"PK\x01\x02")).map(|window| window[5]).collect()
}

/// The archive with a text of one part replaced wherever it stands.
pub fn changed(bytes: &[u8], part: &str, from: &str, to: &str) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut found = false;
    for (name, text) in parts(bytes) {
        let is_part = name == part;
        found |= is_part && text.contains(from);
        let text = if is_part { text.replace(from, to) } else { text };
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    assert!(found, "{part} has no {from}");
    archive.finish().unwrap().into_inner()
}
