//! The records of a hotspot: whose they are, and what of them is shown.

use super::{body, nothing};
use crate::fixture::{self, ID};
use crate::{AppState, Catalog, RecordSource, Settings, router};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use hotspot_core::incident::{Offence, Outcome, Setting, TimePrecision};
use hotspot_core::release::DataClass;
use hotspot_core::{FlagStatus, Incident, IncidentId, LonLat, Occurred, Place, Precision, Pseudonym, Source, Strand, StrandSet};
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt;

/// A record in the middle of the fixture's cluster, where its first hotspot is.
fn record(id: &str) -> Incident {
    let at = "2026-06-03T13:30:00Z".parse().unwrap();
    Incident {
        id: IncidentId(id.to_owned()),
        known_on: "2026-06-05".parse().unwrap(),
        place: Place::Point { location: LonLat { lon: -0.07, lat: 51.475 }, precision: Precision::Postcode },
        occurred: Occurred {
            from: at,
            to: at,
            precision: TimePrecision::Minute,
            month: "2026-06".parse().unwrap(),
            hour_of_week: Some(62),
            ambiguous: false,
        },
        recorded_on: None,
        strands: StrandSet::from_iter([Strand::Race]),
        offence: Offence::Violence,
        source: Source::Victim,
        status: FlagStatus::Confirmed,
        setting: Setting::Street,
        outcome: Outcome::UnderInvestigation,
        victim: Some(Pseudonym("canary-victim".to_owned())),
        reporter: None,
        premises: Some(Pseudonym("canary-premises".to_owned())),
    }
}

fn records() -> Vec<Incident> {
    let mut elsewhere = record("elsewhere");
    elsewhere.place = Place::Point { location: LonLat { lon: -0.099, lat: 51.461 }, precision: Precision::Address };
    let mut by_police = record("by-police");
    by_police.source = Source::PoliceGenerated;
    let mut removed = record("removed");
    removed.status = FlagStatus::Removed;
    let mut earlier = record("earlier");
    earlier.occurred.month = "2025-01".parse().unwrap();
    let mut area_only = record("area-only");
    area_only.place = Place::Unknown;
    let mut later = record("b-later");
    later.occurred.from = "2026-07-01T00:00:00Z".parse().unwrap();
    later.occurred.precision = TimePrecision::Day;
    vec![record("a"), elsewhere, by_police, removed, earlier, area_only, later]
}

fn state(class: DataClass) -> AppState {
    let source =
        RecordSource { class, read: Box::new(|day| (day.year() >= 2026).then(records).ok_or_else(|| "too early".to_owned())) };
    let catalog = Catalog::new(vec![fixture::release(DataClass::Synthetic)]).unwrap().with_records(source);
    AppState::new(Arc::new(catalog), Settings::default(), nothing())
}

async fn ask(state: AppState, path: &str) -> (StatusCode, String, String) {
    let response = router(state).oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let (status, kept) = (response.status(), super::header(&response, "cache-control").to_owned());
    (status, kept, String::from_utf8(body(response).await).unwrap())
}

#[tokio::test]
async fn an_analyst_reads_the_reported_records_inside_without_place_and_persons() {
    let hotspots: Value = super::json("/api/v1/hotspots").await;
    let id = hotspots["features"][0]["properties"]["id"].as_str().unwrap();
    let (status, kept, text) = ask(state(DataClass::Synthetic), &format!("/api/v1/hotspots/{id}/records?release={ID}")).await;
    assert_eq!((status, kept.as_str()), (StatusCode::OK, "no-store"));
    let answer: Value = serde_json::from_str(&text).unwrap();
    let ids: Vec<&str> = answer["records"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        ["b-later", "a"],
        "the latest first; what is elsewhere, generated, removed, earlier or without a point is left out"
    );
    assert_eq!(answer["records"][0]["occurred"], "2026-07-01");
    assert_eq!(answer["records"][1]["occurred"], "2026-06-03 14:30");
    for secret in ["canary", "51.47", "-0.07"] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert_eq!(answer["n"], hotspots["features"][0]["properties"]["n"]);
}

#[tokio::test]
async fn without_a_store_of_the_same_class_there_are_none() {
    let hotspots: Value = super::json("/api/v1/hotspots").await;
    let path = format!("/api/v1/hotspots/{}/records", hotspots["features"][0]["properties"]["id"].as_str().unwrap());
    for state in [state(DataClass::Restricted), super::STATE.clone()] {
        let (status, _, text) = ask(state, &path).await;
        assert!(status.is_client_error() && text.contains("--store DIR"), "{status} {text}");
    }
    let (status, ..) = ask(state(DataClass::Synthetic), "/api/v1/hotspots/all-2026-10-99/records").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
