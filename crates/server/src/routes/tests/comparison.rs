//! Two periods side by side, beside what each of them answers alone.

use super::{body, get, json};
use axum::http::StatusCode;
use serde_json::Value;
use std::collections::BTreeMap;

fn column<'a>(answer: &'a Value, of: &str, name: &str) -> &'a [Value] {
    answer[of][name].as_array().unwrap()
}

fn by_cell(answer: &Value) -> BTreeMap<String, u64> {
    let ids = column(answer, "cells", "id").iter().map(|id| id.as_str().unwrap().to_owned());
    ids.zip(column(answer, "cells", "n").iter().map(|n| n.as_u64().unwrap())).collect()
}

#[tokio::test]
async fn a_comparison_has_the_counts_of_both_periods_and_every_unit_with_any() {
    for filter in ["", "&strand=race", "&source=all", "&offence=public_order&strand=disability"] {
        let answer =
            json(&format!("/api/v1/comparison?from=2026-06&to=2026-10&versus_from=2026-01&versus_to=2026-03{filter}")).await;
        let now = by_cell(&json(&format!("/api/v1/cells?from=2026-06&to=2026-10{filter}")).await);
        let before = by_cell(&json(&format!("/api/v1/cells?from=2026-01&to=2026-03{filter}")).await);
        let count = |name| column(&answer, "units", name).iter().map(|n| n.as_u64().unwrap());
        let ids = column(&answer, "units", "id").iter().map(|id| id.as_str().unwrap());
        let units: BTreeMap<&str, (u64, u64)> = ids.zip(count("n").zip(count("before"))).collect();
        let all: Vec<&String> = now.keys().chain(before.keys()).collect();
        assert!(all.iter().all(|id| units.contains_key(id.as_str())) && !units.is_empty(), "{filter}");
        for (id, (n, b)) in &units {
            let of = |counts: &BTreeMap<String, u64>| counts.get(*id).copied().unwrap_or(0);
            assert_eq!((*n, *b), (of(&now), of(&before)), "{id} {filter}");
        }
        let boroughs = json(&format!("/api/v1/boroughs?from=2026-06&to=2026-10{filter}")).await;
        assert_eq!(answer["total"]["n"], boroughs["total"]);
        for (row, other) in answer["boroughs"].as_array().unwrap().iter().zip(boroughs["rows"].as_array().unwrap()) {
            assert_eq!((&row["id"], &row["n"]), (&other["code"], &other["n"]));
        }
        let units_of_legend: u64 = answer["legend"].as_array().unwrap().iter().map(|c| c["units"].as_u64().unwrap()).sum();
        assert!(units_of_legend >= units.len() as u64);
        assert_eq!(answer["same_season"], false);
    }
}

#[tokio::test]
async fn the_months_just_before_are_the_default_and_no_month_is_in_both() {
    let answer = json("/api/v1/comparison?from=2026-08&to=2026-10").await;
    assert_eq!(answer["versus"], serde_json::json!({ "from": "2026-05", "to": "2026-07" }));
    for (query, parameter) in [
        ("from=2026-08&to=2026-10&versus_from=2026-10&versus_to=2026-10", "versus_from"),
        ("from=2026-08&to=2026-10&versus_from=2026-03&versus_to=2026-02", "versus_to"),
        ("from=2026-08&to=2026-10&versus_from=2020-01", "versus_from"),
        ("across_break=perhaps", "across_break"),
    ] {
        let response = get(&format!("/api/v1/comparison?{query}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{query}");
        let problem: Value = serde_json::from_slice(&body(response).await).unwrap();
        assert_eq!(problem["parameter"], parameter, "{query}");
    }
}
