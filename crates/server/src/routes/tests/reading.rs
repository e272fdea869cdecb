//! The pages that are read: the table, the sheet of a hotspot, data quality, methods and published months.

use super::*;
use crate::{MonthRevised, Months, PublishedMonth, Tier};

async fn page(path: &str) -> String {
    let response = get(path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
    String::from_utf8(body(response).await).unwrap()
}

#[tokio::test]
async fn the_table_has_every_hotspot_with_the_figures_of_the_interface() {
    let table = page("/table").await;
    let answer = json("/api/v1/hotspots").await;
    let all = answer["features"].as_array().unwrap();
    assert!(!all.is_empty());
    for feature in all {
        let h = &feature["properties"];
        let id = h["id"].as_str().unwrap();
        let (_, row) = table.split_once(&format!("/hotspot/{id}?")).unwrap();
        let row = row.split("</tr>").next().unwrap();
        let held = format!("{} of {}", h["robustness"]["held"], h["robustness"]["said"]);
        for figure in [h["n"].to_string(), h["evidence"].as_str().unwrap().replace('_', " "), held] {
            assert!(row.contains(&format!(">{figure}<")) || row.contains("–"), "{figure}: {row}");
        }
    }
    assert_eq!(table.matches("<tr><td class=\"n\">").count(), all.len());
    assert!(table.contains("<svg") && !table.contains("<script"));
    assert_eq!(get("/table?strand=nobody").await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(get("/table?release=2020-01-aaaaaaaaaaaa").await.status(), StatusCode::NOT_FOUND);
    assert!(page("/table?strand=disability").await.contains("Hotspots as a table: Disability"));
}

#[tokio::test]
async fn a_sheet_has_what_the_interface_says_of_its_hotspot() {
    let answer = json("/api/v1/hotspots").await;
    let h = &answer["features"][0]["properties"];
    let id = h["id"].as_str().unwrap();
    let sheet = page(&format!("/hotspot/{id}")).await;
    let sentence = h["sentence"].as_str().unwrap();
    assert!(sheet.contains(sentence.split('(').next().unwrap()), "{sheet}");
    assert!(sheet.contains(&format!("{} recorded", h["n"])));
    let months = h["months"].as_array().unwrap();
    assert_eq!(sheet.matches("<rect x=").count(), months.len());
    assert!(sheet.contains("Nothing says what is given where"), "without a table of resources it says so");
    for missing in ["all-2026-10-999", "nothing"] {
        assert_eq!(get(&format!("/hotspot/{missing}")).await.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn quality_is_the_same_for_programs_and_people() {
    let quality = json("/api/v1/quality").await;
    let n = |part: &Value| part["n"].as_u64().unwrap();
    let sum = |parts: &Value| parts.as_array().unwrap().iter().map(n).sum::<u64>();
    // 252 mapped, two online and one without a place; one happened before the window.
    assert_eq!(n(&quality["total"]), 255);
    assert_eq!((sum(&quality["boroughs"]), sum(&quality["months"])), (255, 255));
    assert_eq!(quality["total"]["placed"], serde_json::json!({"area_only": 0, "mapped": 252, "no_place": 1, "online": 2}));
    assert_eq!(quality["total"]["sources"]["police_generated"], 12);
    let shown = page("/quality").await;
    for said in quality["cannot_say"].as_array().unwrap() {
        assert!(shown.contains(&said.as_str().unwrap()[..40]), "{said}");
    }
    assert!(shown.contains("252 of 255") && shown.contains("Where every row went"));
}

#[tokio::test]
async fn every_layer_has_its_method() {
    let method = page("/method").await;
    for layer in hotspot_core::view::Layer::ALL {
        assert!(method.contains(&format!("<h3 id=\"{}\">", layer.id())), "{}", layer.id());
    }
}

#[tokio::test]
async fn months_come_as_they_were_published_and_no_other_file_does() {
    assert!(page("/month").await.contains("hotspot serve --summary DIR"));
    let month = |tier, files: &[&str]| PublishedMonth {
        month: "2026-10".parse().unwrap(),
        tier,
        known_on: "2026-11-06".parse().unwrap(),
        class: DataClass::Synthetic,
        before: Some("2026-09".to_owned()),
        warnings: vec!["Read <this> first.".to_owned()],
        files: files.iter().map(|name| ((*name).to_owned(), 1_200_000)).collect(),
        revised: Some(MonthRevised { figures: 3, london: vec![("2026-08".to_owned(), Some(212), Some(219))] }),
    };
    let months = Months {
        list: Box::new(move || Ok(vec![month(Tier::Analyst, &["a.html", "a.ods"])])),
        file: Box::new(|tier, _, name| Ok((tier == Tier::Analyst && name == "a.ods").then(|| b"book".to_vec()))),
    };
    let catalog = Catalog::new(vec![fixture::release(DataClass::Synthetic)]).unwrap();
    let state = AppState::new(Arc::new(catalog), Settings::default(), nothing().with_months(months));
    let get = async |path: &str| router(state.clone()).oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let list = String::from_utf8(body(get("/month").await).await).unwrap();
    for said in
        ["October 2026", "/month/analyst/2026-10/a.html", "1.2 MB", "3 figures", "August 2026", "219", "Read &lt;this&gt; first."]
    {
        assert!(list.contains(said), "{said}: {list}");
    }
    let file = get("/month/analyst/2026-10/a.ods").await;
    assert_eq!(header(&file, "content-disposition"), "attachment; filename=\"a.ods\"");
    assert_eq!(header(&file, "cache-control"), "no-store");
    assert_eq!(body(file).await, b"book");
    for other in [
        "analyst/2026-10/b.ods",
        "oversight/2026-10/a.ods",
        "public/2026-10/a.ods",
        "analyst/then/a.ods",
        "analyst/2026-10/..%2Fa.ods",
    ] {
        assert_eq!(get(&format!("/month/{other}")).await.status(), StatusCode::NOT_FOUND, "{other}");
    }
}
