//! Inputs from samples: cut, joined, repeated, and changed where it hurts.

use proptest::prelude::*;
use proptest::sample::Index;
use std::sync::Arc;

/// One change.
#[derive(Debug, Clone)]
enum Edit {
    /// Flips a bit.
    Flip(Index, u8),
    /// Puts a byte in the place of another.
    Byte(Index, u8),
    /// Takes bytes away.
    Cut(Index, usize),
    /// Keeps the beginning alone.
    Stop(Index),
    /// Puts a word in.
    Word(Index, Index),
    /// Puts a word in the place of a number.
    Number(Index, Index),
    /// Says something again, so often.
    Again(Index, usize, usize),
    /// Goes on with another sample.
    Join(Index, Index, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    prop_oneof![
        1 => (at(), 0u8..8).prop_map(|(a, bit)| Edit::Flip(a, bit)),
        1 => (at(), any::<u8>()).prop_map(|(a, byte)| Edit::Byte(a, byte)),
        1 => (at(), 1usize..40).prop_map(|(a, n)| Edit::Cut(a, n)),
        1 => at().prop_map(Edit::Stop),
        3 => (at(), at()).prop_map(|(a, word)| Edit::Word(a, word)),
        3 => (at(), at()).prop_map(|(a, word)| Edit::Number(a, word)),
        1 => (at(), 1usize..60, 2usize..200).prop_map(|(a, n, times)| Edit::Again(a, n, times)),
        1 => (at(), at(), at()).prop_map(|(a, b, c)| Edit::Join(a, b, c)),
    ]
}

/// Inputs of a target: now and then nothing but noise or words, mostly a sample with up to eight changes.
pub fn inputs(target: &str, samples: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let words = words(target);
    let samples = Arc::new(samples);
    let noise = prop::collection::vec(any::<u8>(), 0..300);
    let spoken = prop::collection::vec(prop::sample::select(words), 0..20).prop_map(|words| words.concat().into_bytes());
    let changed = (any::<Index>(), prop::collection::vec(edit(), 0..8)).prop_map(move |(first, edits)| {
        let mut bytes = first.get(&samples).clone();
        for edit in &edits {
            change(&mut bytes, edit, &samples, words);
            // Hundreds of repetitions of repetitions find nothing new.
            bytes.truncate(256 << 10);
        }
        bytes
    });
    prop_oneof![1 => noise, 2 => spoken, 13 => changed]
}

fn change(bytes: &mut Vec<u8>, edit: &Edit, samples: &[Vec<u8>], words: &[&str]) {
    if bytes.is_empty() {
        bytes.push(b'0');
    }
    let len = bytes.len();
    match edit {
        Edit::Flip(at, bit) => bytes[at.index(len)] ^= 1 << bit,
        Edit::Byte(at, byte) => bytes[at.index(len)] = *byte,
        Edit::Cut(at, n) => {
            let from = at.index(len);
            bytes.drain(from..(from + n).min(len));
        }
        Edit::Stop(at) => bytes.truncate(at.index(len)),
        Edit::Word(at, word) => {
            let at = at.index(len);
            bytes.splice(at..at, word.get(words).bytes());
        }
        Edit::Number(at, word) => {
            let digit = |b: &u8| b.is_ascii_digit() || b"+-.".contains(b);
            let start = at.index(len);
            let Some(from) = bytes[start..].iter().position(digit).map(|n| n + start) else { return };
            let to = bytes[from..].iter().position(|b| !digit(b)).map_or(len, |n| n + from);
            bytes.splice(from..to, word.get(words).bytes());
        }
        Edit::Again(at, n, times) => {
            let from = at.index(len);
            let again = bytes[from..(from + n).min(len)].repeat(*times);
            bytes.splice(from..from, again);
        }
        Edit::Join(other, at, from) => {
            let other = other.get(samples);
            bytes.truncate(at.index(len));
            bytes.extend(&other[from.index(other.len().max(1)).min(other.len())..]);
        }
    }
}

/// Words that a parser of this kind has to think about.
fn words(target: &str) -> &'static [&'static str] {
    match target {
        "csv" | "parquet" => &[
            "\"",
            "\"\"",
            ",",
            "\n",
            "\r\n",
            "\r",
            ";",
            "\t",
            "\0",
            "\u{feff}",
            "NaN",
            "inf",
            "-0",
            "0",
            "1e999",
            "-1e-999",
            "99999999999999999999",
            "9223372036854775807",
            "1,234",
            "530624",
            "-13000",
            "6711542",
            "51.5",
            "-0.1",
            "2026-02-30",
            "2026-03-29T01:30",
            "2026-10-25T01:30",
            "2024-02-29",
            "23:59:60",
            "1900-01-01",
            "9999-12-31",
            "0000-00-00",
            "*",
            "[c]",
            "race",
            "race;race",
            "E09000001",
            "=1+1",
            "CANARY",
            "é",
            "\u{202e}",
            "PAR1",
            "\u{ff}\u{ff}",
            "\u{15}\u{4}",
            "id",
        ],
        "geojson" => &[
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "null",
            "true",
            "NaN",
            "1e999",
            "-0.0",
            "1E400",
            "-180",
            "180",
            "90",
            "90.0000001",
            "0",
            "51.5",
            "-0.1",
            "530624",
            "\\ud800",
            "\\u0000",
            "[[[[[[[[[[[[[[[[",
            "{\"a\":{\"a\":{\"a\":",
            "\"type\":\"Feature\",",
            "\"type\":\"Polygon\"",
            "\"type\":\"MultiPolygon\"",
            "\"type\":\"GeometryCollection\",\"geometries\":",
            "\"coordinates\":[]",
            "\"coordinates\":",
            "\"properties\":",
            "\"crs\":",
            "\"code\":",
            "CANARY",
            "\u{feff}",
            "é",
        ],
        "query" => &[
            "&",
            "=",
            "%",
            "%00",
            "%ff",
            "+",
            ";",
            ",",
            "release=",
            "strand=",
            "from=",
            "to=",
            "source=",
            "layer=",
            "bbox=",
            "resolution=",
            "level=",
            "apportion=",
            "kind=",
            "place=",
            "status=",
            "all",
            "race",
            "reported",
            "2026-10",
            "2026-13",
            "9999-12",
            "0000-00",
            "-1",
            "NaN",
            "inf",
            "1e999",
            "10",
            "9",
            "-0.1,51.46,-0.04,51.49",
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            "\\u0000",
            "\"actor\":",
            "\"role\":\"mopac\"",
            "\"text\":",
            "\"wish\":",
            "null",
            "true",
            "1e400",
            "CANARY",
            "é",
            "' OR 1=1 --",
            "../",
            "<script>",
        ],
        _ => &[
            "/",
            "//",
            ".",
            "..",
            "../",
            "%2e%2e%2f",
            "%252e",
            ";",
            "..;/",
            "%00",
            "%",
            "%f",
            "?",
            "+",
            "-",
            "0",
            "00",
            "1",
            "16",
            "17",
            "4294967296",
            "18446744073709551616",
            "-1",
            ".mvt",
            ".geojson",
            ".json",
            ".png",
            "tiles/",
            "count",
            "hotspots",
            "boroughs",
            "gi-star",
            "kde",
            "api/v1/",
            "challenge/",
            "2026-10-0123456789ab",
            "index.html",
            "assets/",
            "healthz",
            "CANARY",
            "é",
            "*",
            "http://127.0.0.1/",
            "@",
            "\\",
        ],
    }
}
