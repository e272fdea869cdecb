//! The five parsers that strangers' bytes reach, each as a function that panics when it does what it must not: panic itself, answer with an
//! internal error, or repeat in an error what stood in the input.

use crate::world::{ID, World};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use hotspot_pipeline::areas::{parse_areas, parse_study_area};
use hotspot_pipeline::links::read_links;
use hotspot_pipeline::people::{read_people, read_stops};
use hotspot_pipeline::resources::{read_candidates, read_harm, read_resources};
use hotspot_pipeline::success::read_success;
use hotspot_pipeline::{Batch, Error, IngestOptions, PlainTable, StudyAreaOption, read};
use jiff::civil::Date;
use std::cell::OnceCell;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What stands for somebody's name, address or coordinate.
pub const CANARY: &str = "CANARY";

/// A target by its name.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 5] = [("csv", csv), ("parquet", parquet), ("geojson", geojson), ("query", query), ("paths", paths)];

/// Delimited text, plain or packed: incidents, counts, and every table that the service or the command line takes.
pub fn csv(bytes: &[u8]) {
    let path = written(if bytes.starts_with(&[0x1f, 0x8b]) { "x.csv.gz" } else { "x.csv" }, bytes);
    ingested(bytes, &path);
    quiet(bytes, read_resources(&path).map(drop));
    quiet(bytes, read_candidates(&path).map(drop));
    quiet(bytes, read_harm(&path).map(drop));
    quiet(bytes, read_people(&path).map(drop));
    quiet(bytes, read_stops(&path).map(drop));
    quiet(bytes, read_links(&path, TODAY).map(drop));
    quiet(bytes, read_success(&path, None).map(drop));
    table(bytes, &path);
}

/// Parquet: the check of its frame and pages, and what Polars makes of what passes.
pub fn parquet(bytes: &[u8]) {
    let path = written("x.parquet", bytes);
    ingested(bytes, &path);
    table(bytes, &path);
}

/// GeoJSON: incidents as features, a study area, a layer of areas.
pub fn geojson(bytes: &[u8]) {
    let path = written("x.geojson", bytes);
    ingested(bytes, &path);
    quiet(bytes, parse_study_area(&path).map(drop));
    quiet(bytes, parse_areas(&path, None).map(drop));
    quiet(bytes, parse_areas(&path, Some("code")).map(drop));
}

/// Addresses that read a query.
const QUERIES: [&str; 16] = [
    "/api/v1/releases",
    "/api/v1/layers",
    "/api/v1/cells",
    "/api/v1/hotspots",
    "/api/v1/events",
    "/api/v1/boroughs",
    "/api/v1/silence",
    "/api/v1/challenge",
    "/api/v1/challenge/place",
    "/api/v1/challenge/sites",
    "/api/v1/challenge/pack",
    "/api/v1/challenge/ledger",
    "/api/v1/success",
    "/challenge",
    "/challenge/raise",
    "/success",
];

/// Addresses that read a body, and of which type.
const BODIES: [(Method, &str, &str); 7] = [
    (Method::PUT, "/api/v1/challenge/resources", "text/csv"),
    (Method::POST, "/api/v1/challenge/what-if", "application/json"),
    (Method::POST, "/api/v1/challenge/ledger", "application/json"),
    (Method::POST, "/api/v1/challenge/ledger/1/acknowledge", "application/json"),
    (Method::POST, "/api/v1/challenge/ledger/1/close", "application/json"),
    (Method::POST, "/challenge/raise", "application/x-www-form-urlencoded"),
    (Method::POST, "/challenge/1/acknowledge", "application/x-www-form-urlencoded"),
];

/// Filters and other parameters, and the bodies that say the same things.
pub fn query(bytes: &[u8]) {
    with_world(|world| {
        let (path, asked) = (QUERIES[digest(bytes) % QUERIES.len()], escaped(bytes));
        let tile = format!("/tiles/{ID}/count/{}/511/340.mvt", digest(bytes) % 12);
        for path in [path, &tile] {
            if let Ok(request) = Request::get(format!("{path}?{asked}")).body(Body::empty()) {
                answered(world, bytes, request);
            }
        }
        let (method, path, kind) = &BODIES[digest(bytes) / 31 % BODIES.len()];
        let mut body = bytes.to_vec();
        if kind.ends_with("urlencoded") {
            body = [format!("token={}&key={:032x}&", world.token, digest(bytes)).as_bytes(), bytes].concat();
        }
        let request = Request::builder().method(method).uri(*path).header("content-type", *kind).body(Body::from(body));
        answered(world, bytes, request.unwrap());
    });
}

/// The path of an address, tiles' above all.
pub fn paths(bytes: &[u8]) {
    with_world(|world| {
        let path = escaped(bytes);
        let method = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::TRACE];
        let method = if digest(bytes).is_multiple_of(4) { method[digest(bytes) / 4 % 6].clone() } else { Method::GET };
        for path in [format!("/{}", path.trim_start_matches('/')), format!("/tiles/{ID}/{path}")] {
            if let Ok(request) = Request::builder().method(&method).uri(path).body(Body::empty()) {
                answered(world, bytes, request);
            }
        }
    });
}

const TODAY: Date = Date::constant(2026, 11, 1);

fn ingested(bytes: &[u8], path: &Path) {
    for area in [StudyAreaOption::Auto, StudyAreaOption::Any] {
        let options = IngestOptions { study_area: area, ..IngestOptions::new(TODAY) };
        match read(path, &options, &mut |_, _| {}) {
            Ok(batch) => told_well(bytes, &batch),
            Err(error) => quiet(bytes, Err::<(), Error>(error)),
        }
    }
}

/// Every row is in one place of the account, every refusal has one, and nothing of the input is repeated.
fn told_well(bytes: &[u8], batch: &Batch) {
    assert!(batch.reconciliation.adds_up(), "the account does not add up");
    assert!(batch.rejects.iter().all(|r| r.row > 0), "a refusal without a row");
    unrepeated(bytes, &format!("{:?} {:?}", batch.rejects, batch.notes));
}

fn table(bytes: &[u8], path: &Path) {
    match PlainTable::read(path, &mut |_, _| {}) {
        Ok(table) => {
            for column in ["lon", "n", "count"] {
                quiet(bytes, table.numbers(column));
                quiet(bytes, table.counts(column));
                quiet(bytes, table.whole(column));
            }
            quiet(bytes, table.days("occurred_from"));
            quiet(bytes, table.times("occurred_from"));
        }
        Err(error) => quiet(bytes, Err::<(), Error>(error)),
    }
}

/// An error says what and where, with all its causes, and repeats nothing.
fn quiet<T>(bytes: &[u8], done: Result<T, impl std::error::Error>) {
    let Err(error) = done else { return };
    let mut said = format!("{error:?}");
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(told) = cause {
        let _ = write!(said, " {told}");
        cause = told.source();
    }
    unrepeated(bytes, &said);
}

fn answered(world: &World, bytes: &[u8], request: Request<Body>) {
    let answer = world.ask(request);
    assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "an internal error: {}", String::from_utf8_lossy(&answer.body));
    // A page that asks again shows its author what was written.
    let page = answer.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if answer.status.as_u16() >= 300 && !page {
        unrepeated(bytes, &format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body)));
    }
}

fn unrepeated(bytes: &[u8], said: &str) {
    if bytes.windows(CANARY.len()).any(|w| w == CANARY.as_bytes()) {
        assert!(!said.contains(CANARY), "the input is repeated: {said}");
    }
}

/// Bytes as an address may hold them: what cannot stand there is escaped, so that every byte arrives.
fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_graphic() && !b"\"<>#\\^`{|}".contains(byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

/// A number that depends on every byte (FNV-1a), so that the input alone decides what is asked.
fn digest(bytes: &[u8]) -> usize {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)) as usize >> 8
}

/// Where inputs are put; `HOTSPOT_FUZZ_DIR`, or a folder of this process.
pub fn folder() -> PathBuf {
    let folder = std::env::var_os("HOTSPOT_FUZZ_DIR")
        .map_or_else(|| std::env::temp_dir().join(format!("hotspot-fuzz-{}", std::process::id())), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn written(name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn with_world(act: impl FnOnce(&World)) {
    thread_local! {
        static WORLD: OnceCell<World> = const { OnceCell::new() };
    }
    WORLD.with(|world| act(world.get_or_init(|| World::new(&folder()))));
}
