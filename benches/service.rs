//! The service under load: tiles over HTTP as `wrk` sees them, and live filters at 250,000 incidents.
//!
//! `cargo bench -p hotspot-server --bench service [-- live | off | filled]`. The peers' figures are in `benches/peers/martin.md`. Without `wrk` (Debian: `apt-get install
//! wrk`) the tiles are left out.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a measurement has a clock, starts the client and prints")]

use axum::body::Body;
use axum::http::{Request, StatusCode};
use h3o::Resolution;
use hotspot_core::cube::{Fact, FactKind, Facts, NO_AREA, NO_HOUR};
use hotspot_core::grid::{CellGrid, StudyArea};
use hotspot_core::hotspot::detect::DetectParams;
use hotspot_core::hotspot::engagement::SilenceMap;
use hotspot_core::hotspot::over_time::OverTime;
use hotspot_core::incident::{Offence, Outcome, PlaceKind, Setting};
use hotspot_core::provenance::Provenance;
use hotspot_core::release::{DataClass, PersonCheck, Reconciliation, Release, RobustnessSettings};
use hotspot_core::units::Units;
use hotspot_core::{BreakRegistry, FlagStatus, Month, MonthRange, Source, SourceSet, Strand, StrandSet};
use hotspot_server::{AppState, Catalog, Challenges, Settings, router, serve};
use hotspot_tiles::TileCoord;
use std::fmt::Write;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tower::ServiceExt;

const INCIDENTS: u32 = 250_000;
const ID: &str = "2026-10-bench";

fn main() {
    // `cargo test --benches` and the like ask for a list of tests.
    if std::env::args().any(|a| a == "--list" || a == "--test") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        if wanted("live") {
            live_filters().await;
        }
        tiles().await;
    });
}

/// Whether this part was asked for; all of them are when none is named.
fn wanted(part: &str) -> bool {
    let mut named = std::env::args().skip(1).filter(|a| !a.starts_with('-')).peekable();
    named.peek().is_none() || named.any(|a| a == part)
}

/// London with this coarsest resolution; incidents in a few hundred clusters.
fn release(coarsest: Resolution) -> Release {
    let grid = CellGrid::cover(StudyArea::london(), Resolution::Ten, coarsest).expect("London has cells");
    let cells = grid.finest().len() as u32;
    let last: Month = "2026-10".parse().expect("a month");
    let mut facts = Facts::new(FactKind::Events);
    let mut random = 1u32;
    let mut draw = |below: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((u64::from(random) * u64::from(below)) >> 32) as u32
    };
    for _ in 0..INCIDENTS {
        let spread = draw(400);
        let unit = if draw(3) == 0 { draw(300) * (cells / 300) + draw(7) } else { (draw(cells) + spread) % cells };
        let month = last.minus(draw(36) as u16);
        facts.push(Fact {
            unit,
            area: NO_AREA,
            month,
            recorded: month,
            strands: [Strand::ANALYSED[draw(7) as usize]].into_iter().collect::<StrandSet>(),
            offence: Offence::PublicOrder,
            sources: SourceSet::only(if draw(20) == 0 { Source::PoliceGenerated } else { Source::Victim }),
            status: FlagStatus::Confirmed,
            setting: Setting::Street,
            outcome: Outcome::Unknown,
            hour_of_week: NO_HOUR,
            place: PlaceKind::Mapped,
            count: 1,
        });
    }
    let rows = u64::from(INCIDENTS);
    Release {
        id: ID.to_owned(),
        month: last,
        window: MonthRange::ending(last, 12),
        months: MonthRange::ending(last, 36),
        as_known_on: "2026-11-20".parse().expect("a day"),
        class: DataClass::Synthetic,
        licence: None,
        study_area: "Greater London".to_owned(),
        reference: "area inside the study area, km²".to_owned(),
        rule: DetectParams::default(),
        resolution: 9.max(u8::from(coarsest)),
        reconciliation: Reconciliation { rows, mapped: rows, ..Reconciliation::default() },
        outside: 0,
        person_check: PersonCheck::default(),
        robustness: RobustnessSettings::default(),
        evidence: hotspot_core::hotspot::evidence::EvidencePolicy::current(),
        denominators: Vec::new(),
        unit_rates: Vec::new(),
        over_time: OverTime::default(),
        units: Units::Cells(grid),
        areas: Vec::new(),
        facts,
        analyses: Vec::new(),
        silence: SilenceMap::default(),
        feedback: None,
        breaks: BreakRegistry::default(),
        provenance: Provenance::default(),
    }
}

fn state(coarsest: Resolution, settings: Settings) -> AppState {
    AppState::new(
        Arc::new(Catalog::new(vec![release(coarsest)]).expect("synthetic records may be shown")),
        settings,
        Challenges::new(None, None, None, None, || jiff::Timestamp::UNIX_EPOCH),
    )
}

async fn live_filters() {
    let service = router(state(Resolution::Eight, Settings::default()));
    println!("live filters at {INCIDENTS} incidents: milliseconds, through the router, not compressed (wanted: p95 below 50)");
    println!("{:<36} {:>7} {:>7} {:>9}", "question", "p50", "p95", "KiB");
    for (name, query) in [
        ("count, resolution 9", "layer=count&resolution=9"),
        ("probability, resolution 9", "layer=probability&resolution=9"),
        ("gi-star, resolution 9", "layer=gi-star&resolution=9"),
        ("count, resolution 10, in view", "layer=count&resolution=10&bbox=-0.14,51.49,-0.08,51.52"),
        ("probability, resolution 10, in view", "layer=probability&resolution=10&bbox=-0.14,51.49,-0.08,51.52"),
        ("gi-star, resolution 10, in view", "layer=gi-star&resolution=10&bbox=-0.14,51.49,-0.08,51.52"),
    ] {
        let mut times = Vec::new();
        let mut bytes = 0;
        for i in 0..70usize {
            let strand = Strand::ANALYSED[i % 7].id();
            let path = format!("/api/v1/cells?{query}&strand={strand}&from=2025-{:02}", i / 7 % 10 + 1);
            let request = Request::get(path).body(Body::empty()).expect("a request");
            let start = Instant::now();
            let response = service.clone().oneshot(request).await.expect("an answer");
            assert_eq!(response.status(), StatusCode::OK);
            bytes += axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body").len();
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        println!("{name:<36} {:>7.1} {:>7.1} {:>9}", times[35], times[66], bytes / 70 / 1024);
    }
}

async fn tiles() {
    if Command::new("wrk").arg("-v").output().is_err() {
        println!("tiles over HTTP: left out, wrk is missing");
        return;
    }
    println!("\nvector tiles of every resolution-10 cell of London over HTTP, one wrk thread on the same cores");
    println!(
        "{:<10} {:>4} {:>12} {:>10} {:>10} {:>9} {:>16}",
        "cache", "zoom", "requests/s", "p50", "p99", "KiB", "CPU us/request"
    );
    for (cache, tile_cache_bytes) in [("off", 0), ("filled", 512 << 20)] {
        if !wanted(cache) {
            continue;
        }
        let address = start(state(Resolution::Ten, Settings { tile_cache_bytes, ..Settings::default() })).await;
        for z in [12u8, 14] {
            let paths = paths(z);
            let list = paths.iter().map(|p| format!("\"{p}\"")).collect::<Vec<_>>().join(",");
            let script = format!(
                "local p={{{list}}}\nlocal i=0\nfunction init(args) i=math.random(#p) end\nfunction request() i=i%#p+1 return wrk.format('GET',p[i],{{['Accept-Encoding']='identity'}}) end\n"
            );
            let file = std::env::temp_dir().join(format!("hotspot-tiles-{}-{z}.lua", std::process::id()));
            std::fs::write(&file, script).expect("a temporary file");
            for (seconds, shown) in [(3, false), (8, true)] {
                let before = cpu_seconds();
                let mut command = Command::new("wrk");
                command
                    .args(["-t1", "-c16", "--latency", &format!("-d{seconds}s"), "-s"])
                    .arg(&file)
                    .arg(format!("http://{address}"));
                let output = tokio::task::spawn_blocking(move || command.output().expect("wrk runs")).await.expect("wrk ends");
                if shown {
                    report(cache, z, &String::from_utf8_lossy(&output.stdout), cpu_seconds() - before);
                }
            }
            std::fs::remove_file(file).expect("the temporary file");
        }
    }
}

/// 400 tiles anywhere in the box of London.
fn paths(z: u8) -> Vec<String> {
    let corner = |lon, lat| TileCoord::holding(z, lon, lat).expect("a place");
    let (nw, se) = (corner(-0.51, 51.69), corner(0.33, 51.28));
    let mut random = 1u32;
    let mut between = |from: u32, to: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        from + ((u64::from(random) * u64::from(to - from + 1)) >> 32) as u32
    };
    (0..400).map(|_| format!("/tiles/{ID}/count/{z}/{}/{}.mvt", between(nw.x(), se.x()), between(nw.y(), se.y()))).collect()
}

/// Processor time of this process so far, where the kernel says so; `wrk` is another process.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().filter_map(|f| f.parse().ok()).collect();
    // utime and stime in hundredths of a second; the state before them is no number.
    fields.get(10..12).map_or(f64::NAN, |times| times.iter().sum::<f64>() / 100.0)
}

fn report(cache: &str, z: u8, output: &str, cpu: f64) {
    let after = |label: &str| output.split(label).nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or("?").to_owned();
    let rate: f64 = after("Requests/sec:").parse().unwrap_or(f64::NAN);
    let read = after("Transfer/sec:");
    let scale = if read.ends_with("GB") {
        1048576.0
    } else if read.ends_with("MB") {
        1024.0
    } else {
        1.0
    };
    let kib = read.trim_end_matches(['K', 'M', 'G', 'B']).parse::<f64>().unwrap_or(f64::NAN) * scale / rate;
    let mut line = String::new();
    let each = cpu
        / output
            .split_once(" requests in ")
            .and_then(|(n, _)| n.split_whitespace().last()?.parse::<f64>().ok())
            .unwrap_or(f64::NAN)
        * 1e6;
    write!(line, "{cache:<10} {z:>4} {rate:>12.0} {:>10} {:>10} {kib:>9.1} {each:>16.1}", after(" 50%"), after(" 99%"))
        .expect("a string takes every write");
    if output.contains("Non-2xx") {
        line.push_str("  with errors");
    }
    println!("{line}");
}

async fn start(state: AppState) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(serve(listener, router(state), None, std::future::pending()));
    tokio::time::sleep(Duration::from_millis(50)).await;
    address
}
