//! Measures of success.

use super::{body, nothing};
use crate::fixture;
use crate::{AppState, Catalog, Challenges, Settings, Success, router};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use hotspot_core::Month;
use hotspot_core::disclosure::Policy;
use hotspot_core::month::{BreakRegistry, MonthRange};
use hotspot_core::release::DataClass;
use hotspot_core::success::{Area, Definition, Entry, Figure, SuccessPolicy, factors};
use hotspot_core::view::{SuccessFile, SuccessView};
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt;

/// Sixteen months of recorded hate crime, the last with so many, and a cohort that is open.
pub(crate) fn view_of(last: u64) -> SuccessView {
    let month: Month = "2026-03".parse().unwrap();
    let entry = |measure: &str, back: u16, figure| Entry {
        measure: Definition::of(measure).unwrap(),
        period: MonthRange::ending(month.minus(back), 1),
        area: Area::London,
        strand: None,
        figure,
        source: "<script>alert(1)</script>".to_owned(),
        note: String::new(),
    };
    let mut entries: Vec<Entry> = (0..16)
        .map(|back| entry("recorded_hate_crime", back, Figure::Count(if back == 0 { last } else { 40 + u64::from(back % 3) })))
        .collect();
    entries.push(entry("attrition_charged", 9, Figure::Cohort { reached: 65, recorded: 100, open: 0 }));
    entries.push(entry("attrition_charged", 0, Figure::Cohort { reached: 1, recorded: 50, open: 45 }));
    SuccessView {
        class: DataClass::Open,
        licence: Some("OGL v3".to_owned()),
        known_on: month.last_day(),
        files: vec![SuccessFile { name: "m.csv".to_owned(), sha256: "0".repeat(64) }],
        factors: factors(&entries, &BreakRegistry::default(), &SuccessPolicy::current()).unwrap(),
    }
}

fn view() -> SuccessView {
    view_of(90)
}

fn app(given: bool) -> axum::Router {
    let catalog = Catalog::new(vec![fixture::release(DataClass::Synthetic)]).unwrap();
    let success = given.then(|| Success { exact: Policy::of(DataClass::Open).unwrap().release(view()), supplied: view() });
    router(AppState::new(Arc::new(catalog), Settings::default(), Challenges { success, ..nothing() }))
}

async fn get(app: &axum::Router, path: &str) -> Response {
    app.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn the_page_and_the_api_say_the_same_and_mark_their_own_class() {
    let answer: Value =
        serde_json::from_slice(&body(get(&app(true), "/api/v1/success?measure=attrition_charged").await).await).unwrap();
    assert_eq!((answer["class"].as_str(), answer["measures"].as_array().unwrap().len()), (Some("open"), 1));
    let series = &answer["measures"][0]["series"][0];
    assert_eq!((series["shown"].as_u64(), series["periods"][1]["range"][1].as_f64()), (Some(0), Some(92.0)));
    let page = String::from_utf8(body(get(&app(true), "/success").await).await).unwrap();
    for said in [
        "OPEN: OGL v3",
        "March 2026 is above the upper limit",
        "neither way is better by itself",
        "open: 2.0 to 92.0 in the end",
        "href=\"/challenge\"",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("<script") && !page.contains("SYNTHETIC"), "the marking is that of the measures");
}

#[tokio::test]
async fn without_measures_it_is_said_how_they_are_given() {
    let response = get(&app(false), "/api/v1/success").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(get(&app(true), "/api/v1/success?measure=secret").await.status(), StatusCode::BAD_REQUEST);
    let response = get(&app(false), "/success").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(String::from_utf8(body(response).await).unwrap().contains("--measures FILE.csv"));
}

#[test]
fn below_the_analyst_a_series_with_a_small_count_is_left_out_whole() {
    let view = view();
    let (shown, left_out) = view.below(5);
    assert_eq!(shown.factors.series.len() + left_out, view.factors.series.len());
    for series in &view.factors.series {
        let small = series.points.iter().any(|p| p.figure.is_small(5));
        let there = shown
            .factors
            .series
            .iter()
            .any(|s| (s.measure.id, s.area, s.strand) == (series.measure.id, series.area, series.strand));
        assert_eq!(there, !small, "{} {}", series.measure.id, series.area.id());
    }
    assert_eq!(view.below(u64::MAX).0.factors.series.len(), 0);
    assert!(Figure::Count(4).is_small(5) && !Figure::Count(5).is_small(5) && Figure::Count(0).is_small(5));
    assert!(Figure::Part { part: 8, whole: 10 }.is_small(5) && !Figure::Part { part: 5, whole: 10 }.is_small(5));
    assert!(Figure::Cohort { reached: 10, recorded: 23, open: 9 }.is_small(5), "four that did not reach it");
    assert!(Figure::Cohort { reached: 10, recorded: 30, open: 2 }.is_small(5));
}
