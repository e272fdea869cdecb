//! One hotspot's story, and events.

use super::{body, get, header, json, plain};
use axum::http::StatusCode;
use serde_json::Value;

#[tokio::test]
async fn a_hotspot_has_all_that_the_list_has_and_its_months() {
    let list = json("/api/v1/hotspots").await;
    let listed = &list["features"][0];
    let id = listed["properties"]["id"].as_str().unwrap();
    let response = get(&format!("/api/v1/hotspots/{id}")).await;
    assert_eq!(header(&response, "content-type"), "application/geo+json");
    let mut story: Value = serde_json::from_slice(&body(response).await).unwrap();
    assert_eq!((&story["properties"], &story["geometry"]), (&listed["properties"], &listed["geometry"]));
    assert_eq!((&story["strand"], &story["type"]), (&Value::from("all"), &Value::from("Feature")));
    let history = &story["history"];
    let sum = |list: &Value| list.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum(&history["counts"]), listed["properties"]["n"].as_u64().unwrap(), "nothing happened there before the window");
    assert_eq!(history["months"], serde_json::json!({"from": "2024-11", "to": "2026-10"}));
    // A part without an answer has a reason, and one with an answer has none.
    for part in ["present", "emerging", "chart", "near_repeats", "week"] {
        assert_ne!(history[part].is_null(), history["reasons"][part].is_null(), "{part}");
    }
    assert_eq!(history["reasons"]["week"], "no incident is known to the hour");
    let sets = story["attribution"]["by_strands"].as_array().unwrap();
    assert!(sets.iter().any(|set| set["events"][0]["name"] == "The vote"), "{sets:?}");
    plain(&mut story);
    insta::assert_json_snapshot!("hotspot", story);
}

#[tokio::test]
async fn a_hotspot_of_a_strand_is_found_by_its_name_alone_and_another_is_not_there() {
    let list = json("/api/v1/hotspots?strand=race").await;
    let id = list["features"][0]["properties"]["id"].as_str().unwrap();
    assert_eq!(json(&format!("/api/v1/hotspots/{id}")).await["strand"], "race");
    for wrong in ["all-2026-10-99", "all-2026-10-1%20", "%FF", "Mrs-Smith"] {
        let response = get(&format!("/api/v1/hotspots/{wrong}")).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{wrong}");
        let problem: Value = serde_json::from_slice(&body(response).await).unwrap();
        assert_eq!(problem["detail"], "There is no such hotspot.");
    }
    assert_eq!(get(&format!("/api/v1/hotspots/{id}?release=2026-09-000000000000")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(get(&format!("/api/v1/hotspots/{id}?strand=race")).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn events_say_what_they_did_or_why_nothing_can_be_said() {
    let mut all = json("/api/v1/events").await;
    assert_eq!(all["calendar"], 3);
    let ids = |answer: &Value| -> Vec<String> {
        answer["events"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&all), ["war", "vote", "attack"]);
    assert_eq!(all["events"][0]["reason"], "outside the days held");
    let vote = &all["events"][1];
    assert_eq!((&vote["effect"]["together"], vote["effect"]["half_life"].as_f64()), (&serde_json::json!(["attack"]), Some(7.0)));
    let (observed, expected) = (vote["effect"]["observed"].as_f64().unwrap(), vote["effect"]["expected"].as_f64().unwrap());
    assert!((vote["effect"]["excess"].as_f64().unwrap() - (observed - expected)).abs() < 1e-3);
    // A strand has the events that concern it, counted in its own records.
    let disability = json("/api/v1/events?strand=disability").await;
    assert_eq!(ids(&disability), ["vote"]);
    assert!(disability["events"][0]["effect"]["observed"].as_f64().unwrap() < observed);
    assert_eq!(get("/api/v1/events?strand=purple").await.status(), StatusCode::BAD_REQUEST);
    plain(&mut all);
    insta::assert_json_snapshot!("events", all);
}
