//! Two services that hold other records and show the same below the analyst: whoever is not an analyst cannot tell one from the other by
//! any status, header, length, tag or byte of any answer.

use super::{Browser, now, somebody};
use crate::auth::{Auth, Scope};
use crate::routes::with_rows;
use crate::{AppState, Catalog, Challenges, Settings, Success, fixture, routes};
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use hotspot_core::disclosure::protected::ProtectedRelease;
use hotspot_core::disclosure::{Policy, Role};
use hotspot_core::release::{DataClass, Release};
use hotspot_ledger::Ledger;
use http_body_util::BodyExt;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The analyst's measures are of other records in every service; those that were supplied are the same.
static SERVICES: AtomicU64 = AtomicU64::new(100);

/// A service with these records, and this shown of others.
async fn service(release: Release, shown: ProtectedRelease) -> Browser {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::create_or_open(folder.path().join("ledger.db").to_str().unwrap()).await.unwrap();
    let auth = Auth::development(now);
    let catalog = Arc::new(Catalog::towards(auth.access(), vec![release]).unwrap());
    catalog.protect(shown, None).unwrap();
    let exact = routes::tests::success::view_of(SERVICES.fetch_add(1, Ordering::Relaxed));
    let success = Success { exact: Policy::of(exact.class).unwrap().release(exact), supplied: routes::tests::success::view_of(90) };
    let challenges = Challenges::new(Some(routes::tests::challenge::given()), None, Some(success), Some(ledger), now);
    Browser { state: AppState::behind(auth, catalog, Settings::default(), challenges), cookies: Vec::new(), _folder: Some(folder) }
}

/// What is asked: with what, where, and what is sent.
type Asked = (Method, String, String);

/// Every address of the router, as it stands and with what changes an answer.
fn questions(server: &Browser, place: &str) -> Vec<Asked> {
    let (_, rows) = with_rows(server.state.clone());
    let paths: BTreeSet<&str> = rows.iter().map(|row| row.path).collect();
    let mut all: Vec<Asked> = Vec::new();
    for path in paths {
        let address = super::matrix::address(path);
        all.push((Method::GET, address.clone(), String::new()));
        all.push((Method::HEAD, address, String::new()));
    }
    let answers = [
        "level=borough",
        "level=bcu",
        "level=area",
        "strand=race",
        "strand=transgender",
        "apportion=area",
        "kind=none",
        "release=none",
    ];
    for path in ["/api/v1/challenge", "/api/v1/challenge/pack", "/challenge"] {
        all.extend(answers.iter().map(|query| (Method::GET, format!("{path}?{query}"), String::new())));
    }
    for query in ["play=yes&budget=80", "play=yes&floor=0.5", "find=yes&more=2&reach=500", "overdue=true", "row=2"] {
        all.push((Method::GET, format!("/challenge?{query}"), String::new()));
    }
    for place in [place, "all-2026-10-99"] {
        all.push((Method::GET, format!("/challenge/raise?kind=patrol_hours&place={place}"), String::new()));
        all.push((Method::GET, format!("/api/v1/challenge/place?place={place}"), String::new()));
        let wish = format!(r#"{{"kind": "patrol_hours", "budget": 120, "amounts": {{"{place}": 30}}}}"#);
        all.push((Method::POST, "/api/v1/challenge/what-if".to_owned(), wish));
        let raised = format!(r#"{{"kind": "patrol_hours", "place": "{place}", "question": "Why?", "key": "{place}"}}"#);
        all.push((Method::POST, "/api/v1/challenge/ledger".to_owned(), raised));
    }
    for of in ["C-2026-0001", "C-2026-0002"] {
        all.push((Method::GET, format!("/api/v1/challenge/ledger/{of}"), String::new()));
        all.push((Method::GET, format!("/challenge/{of}"), String::new()));
    }
    all.push((Method::GET, "/api/v1/challenge/ledger/export".to_owned(), String::new()));
    all
}

/// All of an answer; forms carry a secret of the process.
async fn seen(browser: &mut Browser, (method, path, body): &Asked) -> (u16, BTreeMap<String, String>, Vec<u8>) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/json")
        .header("x-hotspot-token", browser.token())
        .header("x-request-id", "twin")
        .body(Body::from(body.clone()))
        .unwrap();
    let response = browser.ask(request).await;
    let status = response.status().as_u16();
    let text = |headers: &HeaderMap| headers.iter().map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect();
    let mut headers: BTreeMap<String, String> = text(response.headers());
    headers.remove("set-cookie");
    let bytes = response.into_body().collect().await.unwrap().to_bytes().to_vec();
    let is_text = headers.get("content-type").is_some_and(|kind| kind.starts_with("text/") || kind.starts_with("application/json"));
    let without = |bytes: Vec<u8>| without_secrets(&String::from_utf8(bytes).unwrap().replace(&browser.token(), "")).into_bytes();
    (status, headers, if is_text { without(bytes) } else { bytes })
}

/// A page without the values of its forms that differ from process to process.
fn without_secrets(page: &str) -> String {
    let mut parts = page.split("<input type=\"hidden\" name=\"");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let secret = ["token\"", "key\""].iter().any(|name| part.starts_with(name));
        let end = part.find('>').unwrap_or(0);
        kept.push_str(if secret { &part[end..] } else { part });
    }
    kept
}

#[tokio::test]
async fn twins_with_other_records_cannot_be_told_apart() {
    #[expect(clippy::disallowed_methods, reason = "a test asks how long a form to run")]
    let long = std::env::var_os("HOTSPOT_PROVE").is_some();
    let (twins, wanted) = if long { (17, 5_000) } else { (1, 250) };
    let shown = fixture::protected(DataClass::Synthetic);
    let place = shown.hotspots.iter().find(|(strand, _)| strand.is_none()).unwrap().1[0].id.clone();
    let mut pairs = 0;
    for seed in 0..twins {
        let one = service(fixture::release(DataClass::Synthetic), shown.clone()).await;
        let other = service(fixture::other_records(seed), shown.clone()).await;
        let as_whom = |server: &Browser| {
            let mut program = somebody(Role::Batch);
            program.scopes = vec![Scope::ReadProducts];
            let mut all: Vec<Browser> =
                [Role::Oversight, Role::Partner, Role::Public, Role::Admin].map(|role| server.signed_in(somebody(role))).into();
            all.extend([server.signed_in(program), server.other()]);
            all
        };
        for (mut one_asks, mut other_asks) in as_whom(&one).into_iter().zip(as_whom(&other)) {
            for question in questions(&one, &place) {
                let (cookies, others) = (one_asks.cookies.clone(), other_asks.cookies.clone());
                let answers = (seen(&mut one_asks, &question).await, seen(&mut other_asks, &question).await);
                (one_asks.cookies, other_asks.cookies) = (cookies, others);
                assert_ne!(answers.0.0, 429, "{question:?}");
                assert_eq!(answers.0, answers.1, "twin {seed}: {question:?}");
                pairs += 1;
            }
        }
    }
    assert!(pairs >= wanted, "{pairs}");
    println!(
        "figure P5 twins: {pairs} of {pairs} pairs of answers are equal in status, headers and bytes: {twins} pairs of services with other records and the same protected figures, every address, six roles (seeds 0 to {})",
        twins - 1
    );
    // Analysts see that they differ: the twins are not the same service.
    let question = (Method::GET, "/api/v1/boroughs".to_owned(), String::new());
    let one = service(fixture::release(DataClass::Synthetic), shown.clone()).await;
    let other = service(fixture::other_records(1), shown).await;
    let [mut one, mut other] = [&one, &other].map(|s| s.signed_in(somebody(Role::Analyst)));
    assert_ne!(seen(&mut one, &question).await, seen(&mut other, &question).await);
}
