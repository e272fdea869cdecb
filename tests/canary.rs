//! Nothing personal leaves by a side door: rows and requests that fail, full of canaries, and everything that is said about them.
//!
//! 3,000 rows and 3,000 requests in an ordinary run; 50,000 of each with `HOTSPOT_PROVE`. Logs are taken at every level.

use crate::program::{Serving, hotspot, simulated, succeed};
use crate::world::{ID, World};
use axum::body::Body;
use axum::http::{Method, Request};
use hotspot_pipeline::{IngestOptions, StudyAreaOption, read, write_rejects};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use tracing_subscriber::fmt::MakeWriter;

/// A name, a reference or a sentence.
const TEXT: &str = "CANARY";
/// Digits of a coordinate that nothing else has.
const DIGITS: &str = "7713337";

/// What was logged in this process.
static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[derive(Debug, Clone, Copy)]
struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

fn many() -> usize {
    if std::env::var_os("HOTSPOT_PROVE").is_some() { 50_000 } else { 3_000 }
}

fn assert_clean(said: &str, what: &str) {
    for canary in [TEXT, DIGITS] {
        if let Some(at) = said.find(canary) {
            let around: String = said[..at].chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect();
            panic!("{what} holds a canary after: {around}");
        }
    }
}

/// A row of our own schema, every personal value of which is a canary, and that breaks a rule in one of many ways.
fn row(i: usize) -> String {
    let id = format!("{TEXT}-{i}");
    let (lon, lat) = (format!("-0.12{DIGITS}{}", i % 10), format!("51.50{DIGITS}{}", i % 10));
    let mut field = [id, "2026-05-03T22:15".to_owned(), "race".to_owned(), "2026-06-01".to_owned(), lon, lat, "point".to_owned()];
    match i % 16 {
        0 => field[1] = format!("{TEXT} yesterday"),
        1 => field[2] = format!("race;{TEXT}"),
        2 => TEXT.clone_into(&mut field[3]),
        3 => field[4] = format!("{TEXT} Street"),
        4 => field.swap(4, 5),
        5 => field[4] = format!("530{DIGITS}"),
        6 => field[5] = format!("53.8{DIGITS}"),
        7 => TEXT.clone_into(&mut field[6]),
        8 => field[4].clear(),
        9 => "2030-01-01".clone_into(&mut field[1]),
        10 => field[0] = format!("{TEXT}\u{7}bell"),
        11 => field[0] = format!("{TEXT}{}", "g".repeat(300)),
        12 => field[6] = format!("point,{TEXT}"),
        13 => field[5] = format!("\"51,{DIGITS}\""),
        14 => "online".clone_into(&mut field[6]),
        _ => field[4] = format!("1e{DIGITS}"),
    }
    field.join(",")
}

const HEADER: &str = "id,occurred_from,strands,recorded_on,lon,lat,place";

fn table(rows: std::ops::Range<usize>) -> String {
    rows.fold(format!("{HEADER}\n"), |mut text, i| {
        let _ = writeln!(text, "{}", row(i));
        text
    })
}

/// The same row as a feature.
fn feature(i: usize) -> String {
    let row = row(i);
    let field: Vec<&str> = row.splitn(7, ',').collect();
    let properties: Vec<String> = HEADER
        .split(',')
        .zip(&field)
        .filter(|(name, _)| !["lon", "lat"].contains(name))
        .map(|(name, value)| format!("\"{name}\":{}", serde_json::Value::from(*value)))
        .collect();
    let point = |text: &str| text.parse::<f64>().map_or_else(|_| format!("\"{TEXT}\""), |n| format!("{:e}", n.clamp(-1e9, 1e9)));
    format!(
        r#"{{"type":"Feature","properties":{{{}}},"geometry":{{"type":"Point","coordinates":[{},{}]}}}}"#,
        properties.join(","),
        point(field[4]),
        point(field[5])
    )
}

fn said_of(path: &Path, rows: usize) -> (u64, String) {
    let options = IngestOptions { study_area: StudyAreaOption::London, ..IngestOptions::new(Date::constant(2026, 11, 1)) };
    match read(path, &options, &mut |_, _| {}) {
        Ok(batch) => {
            let mut refused = Vec::new();
            write_rejects(&batch.rejects, &mut refused).unwrap();
            assert_eq!(batch.reconciliation.rejected, rows as u64, "every row breaks a rule: {:?}", batch.by_rule);
            let said = format!("{:?} {:?} {:?} {}", batch.rejects, batch.notes, batch.by_rule, String::from_utf8(refused).unwrap());
            (batch.reconciliation.rejected, said)
        }
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            (rows as u64, format!("{error} {error:?} {cause}"))
        }
    }
}

/// A request that fails, with canaries wherever a client can write.
fn request(i: usize, world: &World) -> Request<Body> {
    let canary = [format!("{TEXT}%20Street"), format!("51.50{DIGITS}"), format!("{TEXT}-{i}"), format!("%7B{TEXT}%7D")];
    let canary = &canary[i % 4];
    let get = |path: String| (Method::GET, path, "", String::new());
    let token = &world.token;
    let (method, path, kind, body) = match i % 20 {
        0 => get(format!("/api/v1/cells?strand={canary}")),
        1 => get(format!("/api/v1/cells?{canary}=1")),
        2 => get(format!("/api/v1/hotspots?from={canary}")),
        3 => get(format!("/api/v1/hotspots/{canary}")),
        4 => get(format!("/api/v1/cells?release={canary}")),
        5 => get(format!("/tiles/{ID}/count/3/{canary}/2.mvt")),
        6 => get(format!("/tiles/{canary}/count/3/1/2.mvt")),
        7 => get(format!("/{canary}/{canary}")),
        8 => get(format!("/api/v1/challenge?kind={canary}")),
        9 => get(format!("/challenge/{canary}")),
        10 => get(format!("/api/v1/cells?bbox={canary},51,0,52")),
        11 => get(format!("/api/v1/events?source={canary}")),
        12 => (Method::PUT, "/api/v1/challenge/resources".to_owned(), "text/csv", table(i..i + 2)),
        13 => (Method::POST, "/api/v1/challenge/what-if".to_owned(), "application/json", format!("{{\"kind\":\"{canary}\"}}")),
        14 => (Method::POST, "/api/v1/challenge/what-if".to_owned(), "application/json", format!("{{\"{canary}\":{canary}")),
        15 => (
            Method::POST,
            "/api/v1/challenge/ledger".to_owned(),
            "application/json",
            format!(
                "{{\"actor\":\"{canary}\",\"role\":\"{canary}\",\"kind\":\"k\",\"place\":\"{canary}\",\"question\":\"{canary}\"}}"
            ),
        ),
        16 => (
            Method::POST,
            format!("/api/v1/challenge/ledger/{canary}/close"),
            "application/json",
            format!("{{\"actor\":\"{canary}\",\"role\":\"mps\",\"reason\":\"{canary}\"}}"),
        ),
        17 => (
            Method::POST,
            format!("/challenge/{canary}/close"),
            "application/x-www-form-urlencoded",
            format!("token={token}&actor={canary}&reason={canary}"),
        ),
        18 => (
            Method::POST,
            "/challenge/raise".to_owned(),
            "application/x-www-form-urlencoded",
            format!("token={canary}&actor={canary}"),
        ),
        _ => (Method::DELETE, format!("/api/v1/hotspots/{canary}"), "text/plain", canary.clone()),
    };
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("user-agent", format!("{TEXT}/1.0"))
        .header("referer", format!("http://127.0.0.1/?q={TEXT}"))
        .header("cookie", format!("name={TEXT}"))
        .header("authorization", format!("Bearer {TEXT}"))
        .header("x-request-id", format!("{TEXT} {DIGITS}"));
    if i.is_multiple_of(7) {
        request = request.header("host", format!("{TEXT}.example"));
    }
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    request.body(Body::from(body)).unwrap()
}

#[test]
fn what_fails_says_nothing_of_whom_it_is_about() {
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(Log).init();
    let dir = tempfile::tempdir().unwrap();
    let mut rows = 0;
    let step = 500;
    for from in (0..many()).step_by(step) {
        let features: Vec<String> = (from..from + step).map(feature).collect();
        let collection = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        let (name, text) = if from / step % 3 == 2 { ("x.geojson", collection) } else { ("x.csv", table(from..from + step)) };
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        let (refused, said) = said_of(&path, step);
        assert_clean(&said, "what is said of rows");
        rows += refused;
    }
    let world = World::new(dir.path());
    let mut answered: BTreeMap<u16, usize> = BTreeMap::new();
    for i in 0..many() {
        let answer = world.ask(request(i, &world));
        *answered.entry(answer.status.as_u16()).or_default() += 1;
        assert!((400..500).contains(&answer.status.as_u16()) || answer.status.as_u16() == 503, "request {i}: {}", answer.status);
        let said = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body));
        assert_clean(&said, &format!("the answer to request {i}"));
    }
    let logged = String::from_utf8_lossy(&LOGGED.lock().unwrap()).into_owned();
    assert!(logged.contains("request answered"), "the log was taken");
    assert_clean(&logged, "the log");
    println!("figure P7: {rows} rows and {} requests failed, {answered:?}, {} bytes of log: 0 canaries", many(), logged.len());
}

#[test]
fn the_program_says_nothing_of_whom_it_is_about_even_when_it_says_everything() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (file, rejects, store, releases, log) = (path("x.csv"), path("rejects.csv"), path("store"), path("releases"), path("log"));
    std::fs::write(&file, table(0..160)).unwrap();
    let output = hotspot(["ingest", &file, "--store", &store, "--rejects", &rejects, "--max-rejected", "0"])
        .env("HOTSPOT_LOG", "trace")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = [output.stdout, output.stderr, std::fs::read(&rejects).unwrap()].concat();
    assert_clean(&String::from_utf8_lossy(&said), "the program");
    assert!(!Path::new(&store).exists(), "nothing is stored");

    succeed(["ingest", simulated().incidents.to_str().unwrap(), "--store", &store, "--class", "synthetic"]);
    succeed(["analyse", "--store", &store, "--releases", &releases, "--months", "6"]);
    let serving = Serving::logging(Path::new(&releases), std::fs::File::create(&log).unwrap());
    for i in 0..400 {
        let canary = format!("{TEXT}{i}");
        for path in [format!("/api/v1/cells?strand={canary}"), format!("/{canary}"), format!("/api/v1/hotspots/51.50{DIGITS}")] {
            let (status, head, body) = serving.get(&path);
            assert!((400..500).contains(&status), "{path}: {head}");
            assert_clean(&format!("{head} {}", String::from_utf8_lossy(&body)), &path);
        }
    }
    drop(serving);
    let logged = std::fs::read_to_string(&log).unwrap();
    assert!(logged.contains("request answered"), "{logged}");
    assert_clean(&logged, "the log of the service");
}
