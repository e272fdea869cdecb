//! Resources against need, and a challenge from its raising to its end.

use super::{body, header, nothing};
use crate::fixture::{self, ID};
use crate::{AppState, Catalog, Challenges, Given, Receive, Settings, router};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use hotspot_core::release::DataClass;
use hotspot_core::resource::challenge::{Resource, Status, Target};
use hotspot_ledger::Ledger;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

fn now() -> Timestamp {
    "2026-11-26T09:00:00Z".parse().unwrap()
}

pub(crate) fn given() -> Given {
    let release = fixture::release(DataClass::Synthetic);
    let hotspot = release.analyses[0].hotspots[0].identity.id.clone();
    let resource = |target: Target, amount: f64, status: Status| Resource {
        kind: "patrol_hours".to_owned(),
        target,
        from: "2026-01-01".parse().unwrap(),
        to: "2026-12-31".parse().unwrap(),
        amount,
        unit: "hours".to_owned(),
        status,
        source: "a table that was made up".to_owned(),
    };
    let resources = vec![
        resource(Target::Hotspot(hotspot.clone()), 10.0, Status::Delivered),
        resource(Target::Hotspot(hotspot), 40.0, Status::Planned),
        resource(Target::Everywhere, 90.0, Status::Delivered),
    ];
    Given {
        file: "resources.csv".to_owned(),
        sha256: "0".repeat(64),
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

pub(super) struct Served {
    state: AppState,
    _folder: tempfile::TempDir,
}

pub(super) async fn served() -> Served {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::create_or_open(folder.path().join("ledger.db").to_str().unwrap()).await.unwrap();
    let receive = Receive(Box::new(|sent| match sent {
        b"wrong" => Err("resources.csv, row 2, column amount: zero or more, and 10¹² at most".to_owned()),
        _ => Ok(Given { sha256: "1".repeat(64), ..given() }),
    }));
    let challenges = Challenges::new(Some(given()), Some(receive), None, Some(ledger), now);
    let catalog = Arc::new(Catalog::new(vec![fixture::release(DataClass::Synthetic)]).unwrap());
    Served { state: AppState::new(catalog, Settings::default(), challenges), _folder: folder }
}

impl Served {
    pub(super) async fn ask(&self, request: Request<Body>) -> Response {
        router(self.state.clone()).oneshot(request).await.unwrap()
    }

    pub(super) async fn get(&self, path: &str) -> Response {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&response, "cache-control"), "no-store", "{path}");
        serde_json::from_slice(&body(response).await).unwrap()
    }

    async fn post(&self, path: &str, sent: Value) -> (StatusCode, Value) {
        let request = Request::post(path).header("content-type", "application/json").body(Body::from(sent.to_string()));
        let response = self.ask(request.unwrap()).await;
        let status = response.status();
        (status, serde_json::from_slice(&body(response).await).unwrap())
    }

    pub(super) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let mut sent = form_urlencoded::Serializer::new(String::new());
        sent.extend_pairs(fields).append_pair("token", self.state.forms().token());
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(sent.finish())).unwrap()).await
    }

    pub(super) async fn page(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!((response.status(), header(&response, "content-type")), (StatusCode::OK, "text/html; charset=utf-8"), "{path}");
        assert_eq!(header(&response, "cache-control"), "no-store");
        String::from_utf8(body(response).await).unwrap()
    }
}

/// The hotspot of the fixture.
pub(super) async fn hotspot(served: &Served) -> String {
    let answer = served.json("/api/v1/challenge").await;
    let places = answer["kinds"][0]["places"].as_array().unwrap().clone();
    places.iter().find(|p| p["is_rest"] == false).unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn shares_sum_to_one_and_the_answer_says_on_what_it_hangs() {
    let served = served().await;
    let answer = served.json("/api/v1/challenge?kind=patrol_hours").await;
    assert_eq!((&answer["release"], &answer["level"], &answer["apportion"]), (&json!(ID), &json!("hotspot"), &json!("need")));
    assert!(answer["caveat"].as_str().unwrap().contains("not all incidents") && answer["policy"]["version"].is_string());
    let kind = &answer["kinds"][0];
    let places = kind["places"].as_array().unwrap();
    let sum = |of: &dyn Fn(&Value) -> f64| places.iter().map(of).sum::<f64>();
    assert!((sum(&|p| p["resource_share"].as_f64().unwrap()) - 1.0).abs() < 1e-9);
    assert!((sum(&|p| p["need_share"]["mean"].as_f64().unwrap()) - 1.0).abs() < 1e-9);
    assert!(sum(&|p| p["gap"]["mean"].as_f64().unwrap()).abs() < 1e-9);
    assert!((sum(&|p| p["planned"].as_f64().unwrap()) - 40.0).abs() < 1e-9);
    for (place, rank) in places.iter().zip(1..) {
        assert_eq!(place["rank"], rank, "by shortfall");
        assert_eq!(place["under_settings"].as_array().unwrap().len(), kind["settings"].as_array().unwrap().len());
    }
    for wrong in ["level=street", "apportion=luck", "kind=dogs", "strand=hair", "level=borough&level=bcu"] {
        let response = served.get(&format!("/api/v1/challenge?{wrong}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{wrong}");
        let said = String::from_utf8(body(response).await).unwrap();
        assert!(!["street", "luck", "dogs", "hair"].iter().any(|value| said.contains(value)), "{said}");
    }
}

#[tokio::test]
async fn without_resources_or_ledger_it_is_said_how_to_give_them() {
    let catalog = Arc::new(Catalog::new(vec![fixture::release(DataClass::Synthetic)]).unwrap());
    let bare = router(AppState::new(catalog, Settings::default(), nothing()));
    for (path, option) in [
        ("/api/v1/challenge", "--resources"),
        ("/api/v1/challenge/ledger", "--ledger"),
        ("/api/v1/challenge/ledger/verify", "--ledger"),
        ("/challenge/C-2026-0001", "--ledger"),
    ] {
        let response = bare.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(header(&response, "content-type"), "application/problem+json");
        assert!(String::from_utf8(body(response).await).unwrap().contains(option), "{path}");
    }
    let response = bare.oneshot(Request::get("/challenge").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let page = String::from_utf8(body(response).await).unwrap();
    assert!(page.contains("--resources") && page.contains("--ledger") && page.contains("not all incidents"));
}

#[tokio::test]
async fn what_if_gives_out_the_same_budget_otherwise_and_says_what_holds() {
    let served = served().await;
    let (status, played) = served.post("/api/v1/challenge/what-if", json!({"kind": "patrol_hours", "change": 0.05})).await;
    assert_eq!(status, StatusCode::OK, "{played}");
    let (now, then) = (played["budget"][0].as_f64().unwrap(), played["budget"][1].as_f64().unwrap());
    assert!((now - 100.0).abs() < 1e-9 && (then - now).abs() < 1e-6);
    let places = played["places"].as_array().unwrap();
    for place in places {
        let (now, then) = (place["amount"][0].as_f64().unwrap(), place["amount"][1].as_f64().unwrap());
        assert!((then - now).abs() <= 0.05 * now + 1e-6, "{place}");
    }
    assert!(places.iter().any(|p| p["held"].as_str().is_some_and(|h| h.contains("5 % at most"))), "{played}");
    let id = hotspot(&served).await;
    let (_, set) = served.post("/api/v1/challenge/what-if", json!({"kind": "patrol_hours", "amounts": {id.as_str(): 70.0}})).await;
    let place = set["places"].as_array().unwrap().iter().find(|p| p["id"] == id.as_str()).unwrap();
    assert_eq!(place["amount"][1], 70.0);
    assert!((place["after"]["resource_share"].as_f64().unwrap() - 0.7).abs() < 1e-12);
    for (sent, status) in [
        (json!({"kind": "patrol_hours", "floor": 2.0}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"kind": "patrol_hours", "budget": 5.0, "floor": 1.0}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"kind": "dogs"}), StatusCode::BAD_REQUEST),
        (json!({"kind": "patrol_hours", "secret": 1}), StatusCode::BAD_REQUEST),
        (json!({"kind": "patrol_hours", "amounts": {"nowhere": 1.0}}), StatusCode::BAD_REQUEST),
    ] {
        let (got, said) = served.post("/api/v1/challenge/what-if", sent.clone()).await;
        assert_eq!(got, status, "{sent}");
        assert!(!said.to_string().contains("secret") && !said.to_string().contains("nowhere"), "{said}");
    }
}

#[tokio::test]
async fn a_whole_challenge_is_played_and_the_record_holds() {
    let served = served().await;
    let place = hotspot(&served).await;
    let ledger = "/api/v1/challenge/ledger";
    let question = json!({"actor": "B. Asker", "role": "mopac", "kind": "patrol_hours", "place": place, "question": "Why so few?", "key": "k1"});
    let (status, raised) = served.post(ledger, question.clone()).await;
    assert_eq!((status, &raised["challenge"]), (StatusCode::CREATED, &json!("C-2026-0001")), "{raised}");
    assert_eq!(served.post(ledger, question.clone()).await.1["seq"], 1, "sent twice, written once");
    let mut other = question.clone();
    other["question"] = json!("Why so many?");
    assert_eq!(served.post(ledger, other).await.0, StatusCode::CONFLICT);
    let mut mps = question;
    (mps["role"], mps["key"]) = (json!("mps"), json!("k2"));
    assert_eq!(served.post(ledger, mps).await.0, StatusCode::FORBIDDEN);

    let step = |name: &str| format!("{ledger}/C-2026-0001/{name}");
    let (status, said) = served.post(&step("answer"), json!({"actor": "A", "role": "mps"})).await;
    assert_eq!(status, StatusCode::CONFLICT, "{said}");
    assert_eq!(served.post(&step("acknowledge"), json!({"actor": "B", "role": "mopac"})).await.0, StatusCode::FORBIDDEN);
    assert_eq!(served.post(&step("acknowledge"), json!({"actor": "A", "role": "mps"})).await.0, StatusCode::CREATED);
    assert_eq!(served.post(&step("answer"), json!({"actor": "A", "role": "mps", "text": "x"})).await.0, StatusCode::BAD_REQUEST);
    let answer = json!({"actor": "A", "role": "mps", "text": "Two more.", "action": "Move two", "by": "2026-12-01",
                        "change_resource": "patrol_hours", "change_amount": "12", "change_unit": "hours", "change_from": "2026-12-01"});
    assert_eq!(served.post(&step("answer"), answer).await.0, StatusCode::CREATED);
    assert_eq!(
        served.post(&step("accept"), json!({"actor": "B", "role": "mopac", "reason": "Good."})).await.0,
        StatusCode::CREATED
    );
    assert_eq!(served.post(&step("close"), json!({"actor": "B", "role": "mopac", "reason": "Done."})).await.0, StatusCode::CREATED);
    let effect = json!({"actor": "B", "role": "mopac", "before": "12", "after": "9", "measured_to": "2027-05-01"});
    assert_eq!(served.post(&step("effect"), effect).await.0, StatusCode::CONFLICT, "too early");
    assert_eq!(served.post(&step("praise"), json!({"actor": "B", "role": "mopac"})).await.0, StatusCode::NOT_FOUND);
    assert_eq!(served.get(&format!("{ledger}/C-2026-0002")).await.status(), StatusCode::NOT_FOUND);

    let whole = served.json(&format!("{ledger}/C-2026-0001")).await;
    assert_eq!((&whole["state"], whole["history"].as_array().unwrap().len()), (&json!("closed"), 5));
    assert_eq!((&whole["frozen"]["place"]["id"], &whole["frozen"]["release"]), (&json!(place), &json!(ID)));
    assert_eq!(whole["history"][2]["said"]["change"]["amount"], 12.0);
    let digest = hotspot_ledger::Digest::of(hotspot_ledger::canonical_json(&whole["frozen"]).as_bytes()).to_string();
    assert_eq!(whole["evidence"], digest.as_str(), "the digest is of what is shown");
    let head = served.json(&format!("{ledger}/verify")).await;
    assert_eq!(head["events"], 5);
    served.json(&format!("{ledger}/verify?head={}", head["head"].as_str().unwrap())).await;
    let lines = body(served.get(&format!("{ledger}/export")).await).await;
    assert_eq!(String::from_utf8(lines).unwrap().lines().count(), 5);
    for (query, n) in [("", 1), ("state=closed", 1), ("state=raised", 0), ("overdue=true", 0), ("place=nowhere", 0)] {
        assert_eq!(served.json(&format!("{ledger}?{query}")).await["challenges"].as_array().unwrap().len(), n, "{query}");
    }
    assert_eq!(served.get(&format!("{ledger}?state=lost")).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn one_place_is_told_in_words_with_the_figures_of_the_whole_answer() {
    let served = served().await;
    let whole = served.json("/api/v1/challenge").await;
    let kind = &whole["kinds"][0];
    let n: u64 = kind["places"].as_array().unwrap().iter().map(|place| place["incidents"].as_u64().unwrap()).sum();
    let accounted = whole["reconciled"].as_str().unwrap();
    assert!(accounted.starts_with(&format!("In the table: {n} of ")) && accounted.contains("1 without a place"), "{accounted}");
    for place in kind["places"].as_array().unwrap() {
        let id = place["id"].as_str().unwrap();
        let one = served.json(&format!("/api/v1/challenge/place?place={id}")).await;
        let said = &one["kinds"][0];
        assert_eq!((&said["kind"], &said["unit"], &said["label"]), (&kind["kind"], &kind["unit"], &json!("Patrol hours")));
        assert_eq!(&said["place"], place);
        let name = place["name"].as_str().unwrap();
        assert!(said["sentence"].as_str().unwrap().starts_with(name), "{said}");
        assert_eq!(
            (&one["caveat"], &one["release"], &one["unanswered"]),
            (&whole["caveat"], &whole["release"], &whole["unanswered"])
        );
    }
    for query in ["", "?place=", "?place=nowhere", "?place=all-2026-10-1&kind=patrol_hours", "?level=borough&place=all-2026-10-1"] {
        assert_eq!(served.get(&format!("/api/v1/challenge/place{query}")).await.status(), StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn the_evidence_is_an_archive_and_sites_are_looked_for() {
    let served = served().await;
    let response = served.get("/api/v1/challenge/pack").await;
    assert_eq!((response.status(), header(&response, "content-type")), (StatusCode::OK, "application/zip"));
    assert_eq!(header(&response, "content-disposition"), format!("attachment; filename=\"challenge-{ID}.zip\""));
    let pack = body(response).await;
    assert_eq!(body(served.get("/api/v1/challenge/pack").await).await, pack, "the same bytes each time");
    for (query, status) in [("borough=Atlantis", StatusCode::BAD_REQUEST), ("kind=x", StatusCode::BAD_REQUEST)] {
        assert_eq!(served.get(&format!("/api/v1/challenge/pack?{query}")).await.status(), status, "{query}");
    }
    let found = served.json("/api/v1/challenge/sites?kind=patrol_hours&more=2&reach=500").await;
    let chosen = found["chosen"].as_array().unwrap();
    let adds: Vec<f64> = chosen.iter().map(|s| s["adds"].as_f64().unwrap()).collect();
    assert!(!adds.is_empty() && adds.len() <= 2 && adds.is_sorted_by(|a, b| a >= b), "{found}");
    let (then, bound) = (found["then"].as_f64().unwrap(), found["bound"].as_f64().unwrap());
    assert!((adds.iter().sum::<f64>() - then).abs() < 1e-9 && then <= bound && bound <= 1.0, "{found}");
    assert!(found["caveat"].as_str().unwrap().contains("not served"));
    for wrong in [
        "more=2&reach=500",
        "kind=x&more=0&reach=500",
        "kind=x&more=2&reach=0",
        "kind=x&more=2",
        "kind=x&more=2&reach=500&level=bcu",
    ] {
        assert_eq!(served.get(&format!("/api/v1/challenge/sites?{wrong}")).await.status(), StatusCode::BAD_REQUEST, "{wrong}");
    }
    let page = served.page("/challenge?find=yes&more=1&reach=500").await;
    assert!(page.contains("Places that would reach most of the need") && page.contains("hotspot challenge --releases releases"));
}

#[tokio::test]
async fn another_table_of_resources_is_checked_and_then_used() {
    let served = served().await;
    let path = "/api/v1/challenge/resources";
    let table = served.json(path).await;
    assert_eq!((table["rows"].as_u64(), table["resources"].as_array().unwrap().len()), (Some(3), 3));
    assert_eq!((&table["resources"][0]["kind"], &table["resources"][0]["place_type"]), (&json!("patrol_hours"), &json!("hotspot")));
    let put = async |kind: &str, sent: &'static str| {
        let request = Request::put(path).header("content-type", kind).body(Body::from(sent)).unwrap();
        let response = served.ask(request).await;
        (response.status(), String::from_utf8(body(response).await).unwrap())
    };
    let (status, said) = put("text/csv", "wrong").await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && said.contains("row 2, column amount"), "{said}");
    assert_eq!(served.json(path).await, table, "the old one stays");
    assert_eq!(put("application/json", "{}").await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let (status, said) = put("text/csv", "right").await;
    assert!(status == StatusCode::OK && said.contains(&"1".repeat(64)), "{said}");
    assert_eq!(served.json(path).await["sha256"], json!("1".repeat(64)));
    let foreign = Request::put(path).header("content-type", "text/csv").header("sec-fetch-site", "cross-site");
    assert_eq!(served.ask(foreign.body(Body::from("right")).unwrap()).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nothing_is_written_from_elsewhere() {
    let served = served().await;
    let path = "/api/v1/challenge/ledger/C-2026-0001/acknowledge";
    let sent = || Body::from(r#"{"actor":"A","role":"mps"}"#);
    let json = || Request::post(path).header("content-type", "application/json").header("host", "localhost:1");
    for (name, value) in [("origin", "http://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let response = served.ask(json().header(name, value).body(sent()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(
        served.ask(json().header("origin", "http://localhost:1").body(sent()).unwrap()).await.status(),
        StatusCode::NOT_FOUND
    );
    let plain = Request::post(path).header("content-type", "text/plain").body(sent()).unwrap();
    assert_eq!(served.ask(plain).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = format!(r#"{{"actor":"{}","role":"mps"}}"#, "x".repeat(200_000));
    assert_eq!(served.ask(json().body(Body::from(large)).unwrap()).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let form = Request::post("/challenge/raise").header("content-type", "application/x-www-form-urlencoded");
    let foreign = form.body(Body::from("token=guess&actor=A")).unwrap();
    assert_eq!(served.ask(foreign).await.status(), StatusCode::FORBIDDEN);
}
