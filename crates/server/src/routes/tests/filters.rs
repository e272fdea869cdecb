//! Several strands at once, one borough, and totals that agree.

use super::{get, json as answered};
use crate::fixture;
use crate::{AppState, Catalog, Settings};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use hotspot_core::release::{DataClass, ReportingArea};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

fn n(answer: &Value, path: &str) -> u64 {
    answer.pointer(path).and_then(Value::as_u64).unwrap_or_else(|| panic!("{path} in {answer}"))
}

async fn refusal(path: &str) -> Value {
    let response = get(path).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
    serde_json::from_slice(&super::body(response).await).unwrap()
}

#[tokio::test]
async fn the_map_and_what_is_beside_it_make_the_total_of_boroughs_and_months() {
    for filter in [
        "",
        "&strand=race,disability",
        "&borough=Southwark",
        "&borough=E09000028&strand=religion,disability&source=all",
        "&offence=robbery",
    ] {
        let cells = answered(&format!("/api/v1/cells?resolution=8{filter}")).await;
        let off: u64 =
            ["area_only", "outside", "online", "no_place"].iter().map(|kind| n(&cells, &format!("/off_map/{kind}"))).sum();
        let boroughs = answered(&format!("/api/v1/boroughs?{}", filter.trim_start_matches('&'))).await;
        assert_eq!(n(&cells, "/n") + off, n(&boroughs, "/total"), "{filter}");
        let comparison = answered(&format!("/api/v1/comparison?versus_from=2024-11&versus_to=2025-10{filter}")).await;
        assert_eq!(n(&comparison, "/total/n"), n(&boroughs, "/total"), "{filter}");
        let on_map: u64 = comparison["units"]["n"].as_array().unwrap().iter().filter_map(Value::as_u64).sum();
        assert_eq!(on_map, n(&cells, "/n"), "{filter}");
        let mut months = 0;
        for month in [
            "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08",
            "2026-09", "2026-10",
        ] {
            months += n(&answered(&format!("/api/v1/boroughs?from={month}&to={month}{filter}")).await, "/total");
        }
        assert_eq!(months, n(&boroughs, "/total"), "{filter}");
    }
}

#[tokio::test]
async fn a_record_with_any_of_the_strands_counts_once() {
    let total = async |strand: &str| n(&answered(&format!("/api/v1/boroughs?strand={strand}")).await, "/total");
    let (race, religion, both) = (total("race").await, total("religion").await, total("race,religion").await);
    assert!(both < race + religion && both > race.max(religion), "{both} of {race} and {religion}");
    assert_eq!(total("religion,antisemitic").await, religion);
    let answer = answered("/api/v1/cells?strand=disability,antisemitic,religion").await;
    assert_eq!(answer["strand"], "religion,disability");
    for path in ["/api/v1/hotspots?strand=race,disability", "/api/v1/events?strand=race,disability"] {
        assert!(refusal(path).await["allowed"].as_str().unwrap().contains("one strand at a time"));
    }
}

#[tokio::test]
async fn a_borough_is_its_code_or_its_name_and_nothing_else() {
    let of = async |borough: &str| answered(&format!("/api/v1/cells?borough={borough}")).await;
    assert_eq!(of("southwark").await, of("E09000028").await);
    assert_eq!(of("all").await, answered("/api/v1/cells").await);
    assert!(n(&of("Southwark").await, "/n") < n(&of("all").await, "/n"), "some records lie in no borough");
    assert_eq!(answered("/api/v1/boroughs?borough=Southwark").await["rows"].as_array().unwrap().len(), 1);
    let refused = refusal("/api/v1/cells?borough=Mrs%20Smith").await;
    assert!(refused["allowed"].as_str().unwrap().contains("E09000028 or Southwark") && !refused.to_string().contains("Smith"));
}

#[tokio::test]
async fn a_sum_of_strands_says_so_and_what_nobody_counted_is_no_zero() {
    let state = AppState::new(Arc::new(Catalog::new(vec![fixture::by_strand()]).unwrap()), Settings::default(), super::nothing());
    let ask = async |path: &str| {
        let asked = Request::get(path).body(Body::empty()).unwrap();
        let response = super::router(state.clone()).oneshot(asked).await.unwrap();
        serde_json::from_slice::<Value>(&super::body(response).await).unwrap()
    };
    let release = ask("/api/v1/releases").await["releases"][0].clone();
    let strands: Vec<&str> = release["strands"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap()).collect();
    assert_eq!(strands, ["all", "race_or_religion", "religion", "antisemitic", "disability"], "no race: nobody counted it");
    let cautions = release["cautions"].as_array().unwrap();
    assert!(cautions.len() == 1 && cautions[0].as_str().unwrap().contains("counted twice"), "{cautions:?}");
    let of = async |strand: &str| {
        ask(&format!("/api/v1/hotspots?strand={strand}")).await["features"][0]["properties"]["strands"].clone()
    };
    assert_eq!(of("all").await, json!({"race_or_religion": 300, "religion": 200, "antisemitic": 60, "disability": 40}));
    assert_eq!(of("religion").await, json!({"religion": 200, "antisemitic": 60}));
    assert_eq!(ask("/api/v1/hotspots").await["features"][0]["properties"]["n"], 340);
}

#[test]
fn boroughs_of_which_hardly_anything_was_given_are_named() {
    let mut release = fixture::release(DataClass::Synthetic);
    assert_eq!(release.cautions(), Vec::<String>::new());
    let southwark = release.areas[0].clone();
    release.areas = Vec::new();
    release.areas.push(southwark.clone());
    for (code, name) in [("E09000007", "Camden"), ("E09000003", "Barnet")] {
        release.areas.push(ReportingArea { code: code.to_owned(), name: name.to_owned(), residents: None });
    }
    let barely: Vec<(&str, u64)> = release.barely_recorded().into_iter().map(|(area, n)| (area.name.as_str(), n)).collect();
    assert_eq!(barely, [("Barnet", 0), ("Camden", 0)]);
    let cautions = release.cautions();
    assert!(
        cautions.len() == 1 && cautions[0].contains("Barnet (0), Camden (0)") && cautions[0].contains("no sign of safety"),
        "{cautions:?}"
    );
    // Elsewhere nobody knows which boroughs there should be.
    release.areas[1].code = "X1".to_owned();
    release.areas[2].code = "X2".to_owned();
    assert_eq!(release.cautions(), Vec::<String>::new());
}

#[tokio::test]
async fn published_counts_of_several_strands_are_refused_with_the_reason() {
    let state = AppState::new(Arc::new(Catalog::new(vec![fixture::areas()]).unwrap()), Settings::default(), super::nothing());
    let ask = async |path: &str| {
        let asked = Request::get(path).body(Body::empty()).unwrap();
        super::router(state.clone()).oneshot(asked).await.unwrap()
    };
    for path in [
        "/api/v1/cells?strand=race,disability",
        "/api/v1/boroughs?strand=race,disability",
        "/api/v1/comparison?strand=race,disability",
    ] {
        let response = ask(path).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
        let problem: Value = serde_json::from_slice(&super::body(response).await).unwrap();
        assert!(problem["allowed"].as_str().unwrap().contains("share incidents"), "{problem}");
    }
    assert_eq!(ask("/api/v1/cells?strand=disability").await.status(), StatusCode::OK);
}
