pub(crate) mod challenge;
mod challenge_pages;
mod comparison;
mod filters;
mod reading;
mod records;
pub(crate) mod success;
mod time;

use super::router;
use crate::fixture::{self, BOUNDS, ID};
use crate::{AppState, Catalog, Challenges, Settings};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use hotspot_core::release::DataClass;
use hotspot_tiles::TileCoord;
use http_body_util::BodyExt;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use tower::ServiceExt;

static STATE: LazyLock<AppState> = LazyLock::new(|| {
    AppState::new(Arc::new(Catalog::new(vec![fixture::release(DataClass::Synthetic)]).unwrap()), Settings::default(), nothing())
});

/// Neither resources nor a ledger.
fn nothing() -> Challenges {
    Challenges::new(None, None, None, None, || "2026-11-26T09:00:00Z".parse().unwrap())
}

async fn ask(request: Request<Body>) -> Response {
    router(STATE.clone()).oneshot(request).await.unwrap()
}

async fn get(path: &str) -> Response {
    ask(Request::get(path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_request_under_another_name_gets_nothing() {
    for (host, status) in [
        ("127.0.0.1:8080", StatusCode::OK),
        ("localhost", StatusCode::OK),
        ("[::1]:80", StatusCode::OK),
        ("[::1]", StatusCode::OK),
        ("evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("127.0.0.1.evil.example:8080", StatusCode::MISDIRECTED_REQUEST),
        ("192.168.0.1", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let asked = Request::get("/api/v1/releases").header("host", host).body(Body::empty()).unwrap();
        assert_eq!(ask(asked).await.status(), status, "{host}");
    }
}

async fn body(response: Response) -> Vec<u8> {
    response.into_body().collect().await.unwrap().to_bytes().to_vec()
}

async fn json(path: &str) -> Value {
    let response = get(path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    serde_json::from_slice(&body(response).await).unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |v| v.to_str().unwrap())
}

fn tile(z: u8, format: &str) -> String {
    let at = TileCoord::holding(z, -0.07, 51.475).unwrap();
    format!("/tiles/{ID}/count/{z}/{}/{}.{format}", at.x(), at.y())
}

/// Numbers that depend on the last digit of a fit are rounded, identifiers of cells are counted.
fn plain(value: &mut Value) {
    match value {
        Value::Number(n) if n.is_f64() => *value = Value::from((n.as_f64().unwrap() * 100.0).round() / 100.0),
        Value::Array(list) if list.len() > 4 => *value = Value::from(format!("{} entries", list.len())),
        Value::Array(list) => list.iter_mut().for_each(plain),
        Value::Object(map) => map.values_mut().for_each(plain),
        _ => {}
    }
}

#[tokio::test]
async fn restricted_records_are_not_served() {
    assert!(Catalog::new(vec![fixture::release(DataClass::Restricted)]).is_err());
    let catalog = Catalog::new(vec![]).unwrap();
    assert!(catalog.add(fixture::release(DataClass::Restricted)).is_err());
    assert!(catalog.ids().is_empty());
    catalog.add(fixture::release(DataClass::Open)).unwrap();
    catalog.add(fixture::release(DataClass::Open)).unwrap();
    assert_eq!(catalog.ids(), [ID]);
}

#[tokio::test]
async fn the_releases_say_what_they_are() {
    let mut answer = json("/api/v1/releases").await;
    let release = &answer["releases"][0];
    assert_eq!(release["id"], ID);
    assert_eq!(release["class"], "synthetic");
    assert_eq!(release["resolutions"], serde_json::json!([8, 9, 10]));
    let account = &release["reconciliation"];
    let part = |name: &str| account[name].as_u64().unwrap();
    assert_eq!(part("rows"), part("mapped") + part("area_only") + part("online") + part("no_place") + part("rejected"));
    plain(&mut answer);
    insta::assert_json_snapshot!("releases", answer);
}

#[tokio::test]
async fn the_layers_have_classes_and_the_default_comes_first() {
    let answer = json("/api/v1/layers").await;
    let layers = answer["layers"].as_array().unwrap();
    let ids: Vec<&str> = layers.iter().map(|l| l["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        [
            "count",
            "density",
            "resident-rate",
            "probability",
            "residents",
            "top",
            "gi-star",
            "scan",
            "kde",
            "emerging",
            "robustness",
            "hotspots",
            "boroughs"
        ]
    );
    for layer in layers {
        let outline = layer["kind"] == "outline";
        assert_eq!(layer["classes"].as_array().unwrap().is_empty(), outline);
        for class in layer["classes"].as_array().unwrap() {
            let color = class["color"].as_str().unwrap();
            assert!(color.len() == 7 && color.starts_with('#'));
        }
    }
}

#[tokio::test]
async fn cells_come_in_columns_and_the_legend_adds_up() {
    for layer in
        ["count", "density", "resident-rate", "probability", "residents", "top", "gi-star", "scan", "kde", "emerging", "robustness"]
    {
        for resolution in [8, 9, 10] {
            let answer = json(&format!("/api/v1/cells?layer={layer}&resolution={resolution}")).await;
            let columns = &answer["cells"];
            let length = columns["id"].as_array().unwrap().len();
            // Of the release of these tests nothing was asked under other settings.
            assert_eq!(length == 0, layer == "robustness", "{layer} {resolution}");
            for column in ["n", "value", "class"] {
                assert_eq!(columns[column].as_array().unwrap().len(), length);
            }
            for id in columns["id"].as_array().unwrap() {
                let cell: h3o::CellIndex = id.as_str().unwrap().parse().unwrap();
                assert_eq!(u8::from(cell.resolution()), resolution);
            }
            assert!(columns["class"].as_array().unwrap().iter().all(|c| c.as_u64().unwrap() > 0));
            let legend = answer["legend"].as_array().unwrap();
            let sum: u64 = legend.iter().map(|c| c["incidents"].as_u64().unwrap()).sum();
            assert_eq!(sum, answer["n"].as_u64().unwrap(), "{layer} {resolution}");
            assert_eq!(sum, 240, "police-generated records are kept apart");
        }
    }
}

#[tokio::test]
async fn a_filter_is_answered_live() {
    let n = |query: &'static str| async move { json(&format!("/api/v1/cells?{query}")).await["n"].as_u64().unwrap() };
    assert_eq!(n("source=all").await, 252);
    assert_eq!(n("source=police_generated").await, 12);
    assert_eq!(n("strand=disability").await, 60);
    assert_eq!(n("from=2026-10&to=2026-10").await, 20);
    assert_eq!(n("from=2024-11").await, 241);
    let boxed = json("/api/v1/cells?bbox=-0.08,51.47,-0.06,51.48").await;
    let inside: u64 = boxed["legend"].as_array().unwrap().iter().map(|c| c["incidents"].as_u64().unwrap()).sum();
    assert!((160..240).contains(&inside) && boxed["n"] == 240);
    assert_eq!(boxed["strand"], "all");
}

#[tokio::test]
async fn a_hotspot_counts_what_its_cells_count() {
    let answer = json("/api/v1/hotspots").await;
    assert_eq!((answer["type"].as_str(), answer["verdict"].as_str()), (Some("FeatureCollection"), Some("analysed")));
    let cells = json("/api/v1/cells?resolution=9").await;
    let index: std::collections::HashMap<&str, u64> = cells["cells"]["id"]
        .as_array()
        .unwrap()
        .iter()
        .zip(cells["cells"]["n"].as_array().unwrap())
        .map(|(id, n)| (id.as_str().unwrap(), n.as_u64().unwrap()))
        .collect();
    let features = answer["features"].as_array().unwrap();
    assert!(!features.is_empty());
    for feature in features {
        let p = &feature["properties"];
        let sum: u64 = p["cells"].as_array().unwrap().iter().map(|c| index[c.as_str().unwrap()]).sum();
        assert_eq!(p["n"].as_u64().unwrap(), sum);
        assert_eq!(p["months"].as_array().unwrap().iter().map(|m| m.as_u64().unwrap()).sum::<u64>(), sum);
        assert!(p["sentence"].as_str().unwrap().starts_with(&format!("{sum} recorded incidents")));
        assert_eq!(feature["geometry"]["type"], "MultiPolygon");
    }
    let parsed: geo::MultiPolygon<f64> = geometry(&features[0]["geometry"]);
    assert!(geo::Area::signed_area(&parsed) > 0.0);
    let mut answer = answer;
    answer["features"].as_array_mut().unwrap().truncate(1);
    plain(&mut answer);
    insta::assert_json_snapshot!("hotspots", answer);
}

fn geometry(value: &Value) -> geo::MultiPolygon<f64> {
    let ring = |r: &Value| {
        r.as_array().unwrap().iter().map(|c| (c[0].as_f64().unwrap(), c[1].as_f64().unwrap())).collect::<geo::LineString<f64>>()
    };
    value["coordinates"].as_array().unwrap().iter().map(|p| geo::Polygon::new(ring(&p[0]), vec![])).collect()
}

#[tokio::test]
async fn too_few_incidents_are_said_to_be_too_few() {
    let answer = json("/api/v1/hotspots?strand=transgender").await;
    assert_eq!(answer["verdict"], "cannot_tell");
    assert_eq!(answer["minimum"], 100);
    assert_eq!(answer["features"], serde_json::json!([]));
}

#[tokio::test]
async fn boroughs_add_up_with_what_lies_in_none() {
    let answer = json("/api/v1/boroughs").await;
    let rows: u64 = answer["rows"].as_array().unwrap().iter().map(|r| r["n"].as_u64().unwrap()).sum();
    let part = |name: &str| answer[name].as_u64().unwrap();
    assert_eq!(part("total"), rows + part("elsewhere") + part("online") + part("no_place"));
    assert_eq!((part("online"), part("no_place"), part("elsewhere")), (2, 1, 3));
    insta::assert_json_snapshot!("boroughs", answer);
}

#[tokio::test]
async fn every_cell_is_in_one_geojson_tile() {
    for (z, resolution) in [(9, 8), (12, 9), (14, 10)] {
        let all = match &fixture::release(DataClass::Synthetic).units {
            hotspot_core::units::Units::Cells(grid) => grid
                .level(h3o::Resolution::try_from(resolution).unwrap())
                .unwrap()
                .cells()
                .iter()
                .map(ToString::to_string)
                .collect::<HashSet<_>>(),
            hotspot_core::units::Units::Areas(_) => unreachable!("the fixture has cells"),
        };
        let corner = |lon, lat| TileCoord::holding(z, lon, lat).unwrap();
        let (nw, se) = (corner(BOUNDS[0] - 0.02, BOUNDS[3] + 0.02), corner(BOUNDS[2] + 0.02, BOUNDS[1] - 0.02));
        let mut seen = HashSet::new();
        let mut n = 0;
        for x in nw.x()..=se.x() {
            for y in nw.y()..=se.y() {
                let answer = json(&format!("/tiles/{ID}/count/{z}/{x}/{y}.geojson")).await;
                for feature in answer["features"].as_array().unwrap() {
                    assert!(seen.insert(feature["properties"]["h3"].as_str().unwrap().to_owned()), "twice at zoom {z}");
                    n += feature["properties"]["n"].as_u64().unwrap();
                }
            }
        }
        assert_eq!(seen, all, "zoom {z}");
        assert_eq!(n, 240);
    }
}

#[tokio::test]
async fn tiles_are_kept_for_ever_and_known_again() {
    for format in ["geojson", "mvt"] {
        let path = tile(12, format);
        let first = get(&path).await;
        assert_eq!(first.status(), StatusCode::OK);
        let kind = if format == "mvt" { "application/vnd.mapbox-vector-tile" } else { "application/geo+json" };
        assert_eq!(header(&first, "content-type"), kind);
        assert_eq!(header(&first, "cache-control"), "public, max-age=31536000, immutable");
        let tag = header(&first, "etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 10);
        // Once from the work, once from the cache: the same bytes under the same tag.
        let again = get(&path).await;
        assert_eq!(header(&again, "etag"), tag);
        assert_eq!(body(first).await, body(again).await);
        let known = ask(Request::get(&path).header("if-none-match", &tag).body(Body::empty()).unwrap()).await;
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(header(&known, "etag"), tag);
        assert!(body(known).await.is_empty());
        let other = get(&format!("{path}?strand=race")).await;
        assert_ne!(header(&other, "etag"), tag);
    }
}

#[tokio::test]
async fn every_layer_has_tiles_and_a_description_of_them() {
    for layer in [
        "count",
        "density",
        "resident-rate",
        "probability",
        "residents",
        "top",
        "gi-star",
        "scan",
        "kde",
        "emerging",
        "robustness",
        "hotspots",
        "boroughs",
    ] {
        let at = TileCoord::holding(12, -0.07, 51.475).unwrap();
        let response = get(&format!("/tiles/{ID}/{layer}/12/{}/{}.mvt", at.x(), at.y())).await;
        assert_eq!(response.status(), StatusCode::OK, "{layer}");
        let text = String::from_utf8_lossy(&body(response).await).into_owned();
        assert!(text.contains(layer));
        let described =
            ask(Request::get(format!("/tiles/{ID}/{layer}.json")).header("host", "127.0.0.1:8080").body(Body::empty()).unwrap())
                .await;
        let described: Value = serde_json::from_slice(&body(described).await).unwrap();
        assert_eq!(described["tilejson"], "3.0.0");
        assert_eq!(described["tiles"][0], format!("http://127.0.0.1:8080/tiles/{ID}/{layer}/{{z}}/{{x}}/{{y}}.mvt"));
        assert_eq!(described["vector_layers"][0]["id"], layer);
    }
}

#[tokio::test]
async fn a_tile_without_anything_is_empty_and_not_missing() {
    let vector = get(&format!("/tiles/{ID}/count/12/0/0.mvt")).await;
    assert_eq!(vector.status(), StatusCode::NO_CONTENT);
    assert!(body(vector).await.is_empty());
    let text = get(&format!("/tiles/{ID}/count/12/0/0.geojson")).await;
    assert_eq!(text.status(), StatusCode::OK);
    assert_eq!(body(text).await, br#"{"type":"FeatureCollection","features":[]}"#);
}

#[tokio::test]
async fn compressed_answers_hold_the_same_bytes_under_another_tag() {
    for path in [tile(12, "geojson"), "/api/v1/cells?resolution=10".to_owned(), "/openapi.json".to_owned()] {
        let plain = get(&path).await;
        assert_eq!(header(&plain, "vary"), "accept-encoding");
        let tag = header(&plain, "etag").to_owned();
        let plain = body(plain).await;
        for coding in ["gzip", "zstd", "br"] {
            let coded = ask(Request::get(&path).header("accept-encoding", coding).body(Body::empty()).unwrap()).await;
            assert_eq!(header(&coded, "content-encoding"), coding, "{path}");
            assert_ne!(header(&coded, "etag"), tag);
            let coded = body(coded).await;
            assert!(coded.len() < plain.len());
            let mut back = Vec::new();
            match coding {
                "gzip" => drop(std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*coded), &mut back).unwrap()),
                "zstd" => back = zstd::bulk::decompress(&coded, plain.len()).unwrap(),
                _ => drop(std::io::Read::read_to_end(&mut brotli::Decompressor::new(&*coded, 4096), &mut back).unwrap()),
            }
            assert_eq!(back, plain);
        }
    }
}

#[tokio::test]
async fn what_is_refused_is_named_with_what_is_allowed() {
    let t = tile(12, "mvt");
    for (path, status, parameter) in [
        ("/api/v1/cells?strand=hair".to_owned(), 400, "strand"),
        ("/api/v1/cells?layer=heat".to_owned(), 400, "layer"),
        ("/api/v1/cells?resolution=7".to_owned(), 400, "resolution"),
        ("/api/v1/cells?bbox=1,2".to_owned(), 400, "bbox"),
        ("/api/v1/cells?from=2020-01".to_owned(), 400, "from"),
        ("/api/v1/cells?colour=red".to_owned(), 400, "colour"),
        ("/api/v1/releases?a=1".to_owned(), 400, "a"),
        ("/api/v1/hotspots?strand=race_or_religion".to_owned(), 400, "strand"),
        ("/api/v1/boroughs?source=press".to_owned(), 400, "source"),
        (format!("{t}?bbox=1,2,3,4"), 400, "bbox"),
        (format!("/tiles/{ID}/boroughs/9/1/1.mvt?strand=race"), 400, "strand"),
        (format!("/tiles/{ID}/count/17/0/0.mvt"), 400, "z"),
        (format!("/tiles/{ID}/count/1/2/0.mvt"), 400, "x"),
        (format!("/tiles/{ID}/count/1/0/%30.mvt"), 400, "y"),
        (format!("/tiles/{ID}/count/1/+0/0.mvt"), 400, "x"),
        (format!("/tiles/{ID}/count/01/0/0.mvt"), 400, "z"),
        ("/api/v1/cells?release=nothing".to_owned(), 404, ""),
        ("/tiles/nothing/count/1/0/0.mvt".to_owned(), 404, ""),
        (format!("/tiles/{ID}/heat/1/0/0.mvt"), 404, ""),
        (format!("/tiles/{ID}/count/1/0/0.png"), 404, ""),
        (format!("/tiles/{ID}/count/1/0"), 404, ""),
        (format!("/tiles/{ID}/count/1/0/0/0.mvt"), 404, ""),
        (format!("/tiles/{ID}/..%2f..%2fetc/1/0/0.mvt"), 404, ""),
        ("/nothing".to_owned(), 404, ""),
        ("/..;/etc/passwd".to_owned(), 404, ""),
        ("/%2e%2e/%2e%2e/Cargo.toml".to_owned(), 404, ""),
        ("/assets/../../Cargo.toml".to_owned(), 404, ""),
    ] {
        let response = get(&path).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        assert_eq!(header(&response, "content-type"), "application/problem+json", "{path}");
        let problem: Value = serde_json::from_slice(&body(response).await).unwrap();
        for member in ["type", "title", "detail", "instance", "request_id"] {
            assert!(problem[member].is_string(), "{path} {member}");
        }
        assert_eq!(problem["status"], status);
        let named = path.starts_with("/api/v1/cells") || path.starts_with("/api/v1/releases");
        assert!(!named || problem["instance"] == path.split('?').next().unwrap(), "{path}");
        // What was asked for is not repeated.
        let asked = path.split(['/', '?', '=']).filter(|part| part.len() > 8 && !["hotspots", "boroughs"].contains(part));
        assert!(named || asked.into_iter().all(|part| !problem["instance"].to_string().contains(part)), "{path}");
        assert_eq!(problem["parameter"].as_str().unwrap_or_default(), parameter, "{path}");
        assert_eq!(problem["allowed"].is_string(), status == 400);
    }
}

#[tokio::test]
async fn every_response_carries_the_security_headers_and_an_id() {
    let paths = [
        "/".to_owned(),
        "/api/v1/releases".to_owned(),
        "/api/v1/layers".to_owned(),
        "/api/v1/cells".to_owned(),
        "/api/v1/cells?strand=hair".to_owned(),
        "/api/v1/hotspots".to_owned(),
        "/api/v1/boroughs".to_owned(),
        "/openapi.json".to_owned(),
        "/healthz".to_owned(),
        "/readyz".to_owned(),
        "/nothing".to_owned(),
        format!("/tiles/{ID}/count.json"),
        tile(10, "mvt"),
        tile(10, "geojson"),
    ];
    for path in paths {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::TRACE] {
            let response = ask(Request::builder().method(&method).uri(&path).body(Body::empty()).unwrap()).await;
            let policy = header(&response, "content-security-policy");
            for directive in
                ["default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]
            {
                assert!(policy.split("; ").any(|d| d == directive), "{method} {path}: {directive}");
            }
            assert!(!policy.contains("unsafe-eval"));
            assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{method} {path}");
            assert_eq!(header(&response, "referrer-policy"), "no-referrer");
            assert_eq!(header(&response, "x-request-id").len(), 16);
            if method == Method::POST || method == Method::TRACE {
                assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
                assert_eq!(header(&response, "content-type"), "application/problem+json");
                assert!(header(&response, "allow").contains("GET"));
            }
            if method == Method::HEAD {
                assert!(body(response).await.is_empty(), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn a_plain_request_id_is_given_back_and_another_replaced() {
    let with = |id: &'static str| async move {
        let response = ask(Request::get("/healthz").header("x-request-id", id).body(Body::empty()).unwrap()).await;
        header(&response, "x-request-id").to_owned()
    };
    assert_eq!(with("batch-17_a").await, "batch-17_a");
    assert_eq!(with("a b\"<script>").await.len(), 16);
}

#[tokio::test]
async fn without_a_release_the_service_lives_but_is_not_ready() {
    let empty = AppState::new(Arc::new(Catalog::new(vec![]).unwrap()), Settings::default(), nothing());
    let status = |state: AppState, path: &'static str| async move {
        router(state).oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap().status().as_u16()
    };
    assert_eq!(status(empty.clone(), "/healthz").await, 200);
    assert_eq!(status(empty.clone(), "/readyz").await, 503);
    assert_eq!(status(empty.clone(), "/api/v1/releases").await, 200);
    assert_eq!(status(empty.clone(), "/api/v1/cells").await, 404);
    empty.catalog().add(fixture::release(DataClass::Synthetic)).unwrap();
    assert_eq!(status(empty.clone(), "/readyz").await, 200);
    empty.drain();
    assert_eq!(status(empty.clone(), "/readyz").await, 503);
    assert_eq!(status(empty, "/api/v1/cells").await, 200);
}

#[tokio::test]
async fn a_new_load_of_a_release_does_not_answer_from_the_old_one() {
    let state = AppState::new(
        Arc::new(Catalog::new(vec![fixture::release(DataClass::Synthetic)]).unwrap()),
        Settings::default(),
        nothing(),
    );
    let read = |state: AppState| async move {
        let response = router(state).oneshot(Request::get(tile(12, "geojson")).body(Body::empty()).unwrap()).await.unwrap();
        String::from_utf8(body(response).await).unwrap()
    };
    let before = read(state.clone()).await;
    let mut changed = fixture::release(DataClass::Synthetic);
    changed.facts = hotspot_core::cube::Facts::new(hotspot_core::cube::FactKind::Events);
    state.catalog().replace(vec![changed]).unwrap();
    assert_ne!(read(state).await, before);
}

#[tokio::test]
async fn a_release_of_areas_is_served_like_one_of_cells() {
    let state = AppState::new(Arc::new(Catalog::new(vec![fixture::areas()]).unwrap()), Settings::default(), nothing());
    let ask = |path: String| {
        let state = state.clone();
        async move {
            let response = router(state).oneshot(Request::get(&path).body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            body(response).await
        }
    };
    let read = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).unwrap();
    for query in ["", "?resolution=0", "?layer=probability", "?layer=gi-star", "?layer=density&strand=disability"] {
        let answer = read(ask(format!("/api/v1/cells{query}")).await);
        assert_eq!((answer["resolution"].as_u64(), answer["n"].as_u64()), (Some(0), Some(361)), "{query}");
    }
    let answer = read(ask("/api/v1/cells".to_owned()).await);
    assert_eq!(answer["cells"]["id"], serde_json::json!(["A1", "A2", "A3"]));
    assert_eq!(answer["legend"][0]["cells"], 1);
    for z in [9, 12, 15] {
        let mut seen = HashSet::new();
        let corner = |lon, lat| TileCoord::holding(z, lon, lat).unwrap();
        let (nw, se) = (corner(BOUNDS[0], BOUNDS[3]), corner(BOUNDS[2], BOUNDS[1]));
        for x in nw.x()..=se.x() {
            for y in nw.y()..=se.y() {
                let tile = read(ask(format!("/tiles/{ID}/count/{z}/{x}/{y}.geojson")).await);
                for feature in tile["features"].as_array().unwrap() {
                    let p = &feature["properties"];
                    assert!(seen.insert((p["code"].as_str().unwrap().to_owned(), p["n"].as_u64().unwrap())));
                }
            }
        }
        let expected = [("A1", 300), ("A2", 30), ("A3", 31), ("A4", 0)].map(|(code, n)| (code.to_owned(), n));
        assert_eq!(seen, HashSet::from(expected), "zoom {z}");
    }
    let at = TileCoord::holding(12, -0.08, 51.47).unwrap();
    assert!(!ask(format!("/tiles/{ID}/probability/12/{}/{}.mvt", at.x(), at.y())).await.is_empty());
    let described = read(ask(format!("/tiles/{ID}/count.json")).await);
    assert!(described["vector_layers"][0]["fields"]["code"].is_string());
    let hotspots = read(ask("/api/v1/hotspots".to_owned()).await);
    assert_eq!(hotspots["features"][0]["properties"]["cells"], serde_json::json!(["A1"]));
}

#[tokio::test]
async fn the_page_says_when_it_was_not_built() {
    let response = get("/").await;
    let (status, kind) = (response.status().as_u16(), header(&response, "content-type").to_owned());
    let text = String::from_utf8(body(response).await).unwrap();
    if status == 200 {
        assert!(kind.starts_with("text/html") && text.contains("<html"));
    } else {
        assert_eq!((status, kind.as_str()), (503, "application/problem+json"));
        assert!(text.contains("page not built: cargo xtask demo"));
    }
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a route of a test has no rights")]
async fn a_panic_is_one_answer() {
    use axum::routing::get;
    let broken = axum::Router::new()
        .route("/", get(async || -> &'static str { panic!("secret") }))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(crate::shell::panicked))
        .layer(axum::middleware::from_fn_with_state(STATE.clone(), crate::shell::shell));
    let response = broken.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    let text = String::from_utf8(body(response).await).unwrap();
    assert!(text.contains("request_id") && !text.contains("secret"));
}

#[test]
fn the_interface_is_written_down() {
    let document = serde_json::to_value(crate::openapi()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    for path in [
        "/api/v1/releases",
        "/api/v1/layers",
        "/api/v1/cells",
        "/api/v1/hotspots",
        "/api/v1/hotspots/{id}",
        "/api/v1/events",
        "/api/v1/boroughs",
        "/tiles/{release}/{layer}/{z}/{x}/{y}.{format}",
        "/tiles/{release}/{layer}.json",
        "/healthz",
        "/readyz",
    ] {
        assert!(document["paths"][path]["get"]["responses"].is_object(), "{path}");
    }
    insta::assert_json_snapshot!("openapi", document);
}

#[tokio::test]
async fn places_to_engage_are_answered_without_a_count_and_with_what_could_have_been_named() {
    let silence = json("/api/v1/silence").await;
    assert_eq!(silence["release"], ID);
    assert_eq!((&silence["resolution"], silence["measures"].as_array().unwrap().len()), (&Value::from(8), 2));
    assert!(silence["why_not"].is_null() && silence["asked"].as_u64() > Some(0));
    assert!(silence["sentence"].as_str().unwrap().contains("could have been named"), "{silence}");
    assert_eq!(get("/api/v1/silence?strand=race").await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(get("/api/v1/silence?release=2020-01-000000000000").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_last_hotspot_has_no_next_and_every_other_is_compared_with_it() {
    let hotspots = json("/api/v1/hotspots").await;
    let spots = hotspots["features"].as_array().unwrap();
    let ids: Vec<&Value> = spots.iter().map(|spot| &spot["properties"]["id"]).collect();
    for (spot, next) in spots.iter().zip(ids.iter().skip(1)) {
        assert_eq!(&spot["properties"]["order"]["next"], *next);
    }
    assert!(spots.last().unwrap()["properties"]["order"].is_null());
}
