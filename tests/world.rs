//! A service in memory with everything that an address can ask for.

#[path = "../crates/server/src/fixture.rs"]
#[expect(dead_code, reason = "the server's own tests use all of it")]
mod fixture;

pub(crate) use fixture::ID;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use hotspot_core::release::DataClass;
use hotspot_core::resource::challenge::{Resource, Status, Target};
use hotspot_ledger::Ledger;
use hotspot_pipeline::resources::read_resources;
use hotspot_server::{AppState, Catalog, Challenges, Given, Receive, Settings, router};
use std::path::{Path, PathBuf};
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// The service, and what drives it.
pub struct World {
    runtime: Runtime,
    router: Router,
    /// What a form must carry to be read.
    pub token: String,
}

/// What was answered.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl World {
    /// With a ledger of its own in this folder.
    pub fn new(folder: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let release = fixture::release(DataClass::Synthetic);
        let hotspot = release.analyses[0].hotspots[0].identity.id.clone();
        let resource = |target: Target, amount: f64| Resource {
            kind: "patrol_hours".to_owned(),
            target,
            from: "2026-01-01".parse().unwrap(),
            to: "2026-12-31".parse().unwrap(),
            amount,
            unit: "hours".to_owned(),
            status: Status::Delivered,
            source: "a table that was made up".to_owned(),
        };
        let given = given(vec![resource(Target::Hotspot(hotspot), 10.0), resource(Target::Everywhere, 90.0)], "0".repeat(64));
        let sent: PathBuf = folder.join("sent.csv");
        let receive = Receive(Box::new(move |bytes| {
            std::fs::write(&sent, bytes).map_err(|e| e.to_string())?;
            let file = read_resources(&sent).map_err(|e| e.to_string())?;
            Ok(given_of(file))
        }));
        let ledger = folder.join("ledger.db");
        let ledger = runtime.block_on(Ledger::create_or_open(ledger.to_str().unwrap())).unwrap();
        let now = || "2026-11-26T09:00:00Z".parse().unwrap();
        let challenges = Challenges::new(Some(given), Some(receive), None, Some(ledger), now);
        let catalog = Catalog::new(vec![release]).unwrap();
        let mut world =
            Self { runtime, router: router(AppState::new(catalog.into(), Settings::default(), challenges)), token: String::new() };
        // A step of no challenge is told so; the page that asks about a place carries the token.
        let listed = world.ask(Request::get("/api/v1/challenge").body(Body::empty()).unwrap());
        assert_eq!(listed.status, StatusCode::OK);
        let listed: serde_json::Value = serde_json::from_slice(&listed.body).unwrap();
        let place = find(&listed, "place").or_else(|| find(&listed, "id")).unwrap_or_default();
        let page = world.ask(Request::get(format!("/challenge/raise?place={place}")).body(Body::empty()).unwrap());
        let page = String::from_utf8_lossy(&page.body).into_owned();
        if let Some((_, rest)) = page.split_once("name=\"token\" value=\"") {
            rest.split('"').next().unwrap_or_default().clone_into(&mut world.token);
        }
        world
    }

    /// One request, answered.
    pub fn ask(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
            let body = to_bytes(body, 256 << 20).await.unwrap().to_vec();
            Answer { status: parts.status, headers: parts.headers, body }
        })
    }
}

fn given(resources: Vec<Resource>, sha256: String) -> Given {
    Given {
        file: "resources.csv".to_owned(),
        sha256,
        resources,
        harm: None,
        other_harm: Vec::new(),
        people: None,
        stops: None,
        areas: None,
        releases: "releases".to_owned(),
        protected: "protected".to_owned(),
    }
}

fn given_of(file: hotspot_pipeline::resources::ResourceFile) -> Given {
    given(file.resources, file.sha256)
}

/// The first text under this name.
fn find(value: &serde_json::Value, name: &str) -> Option<String> {
    match value {
        serde_json::Value::Object(map) => {
            map.get(name).and_then(|v| v.as_str()).map(str::to_owned).or_else(|| map.values().find_map(|inner| find(inner, name)))
        }
        serde_json::Value::Array(list) => list.iter().find_map(|inner| find(inner, name)),
        _ => None,
    }
}
