//! The sign-in over the real router: with an issuer of our own on loopback, and a clock that the test sets.

mod attacks;
mod flow;
mod issuer;
mod looks;
mod matrix;
mod partners;
mod twins;

use super::session::Cookie;
use super::{Auth, Principal};
use crate::fixture;
use crate::{AppState, Catalog, Challenges, Settings, router};
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use hotspot_core::disclosure::Role;
use hotspot_core::release::DataClass;
use hotspot_ledger::Ledger;
use http_body_util::BodyExt;
use jiff::Timestamp;
use std::cell::Cell;
use std::sync::Arc;
use tower::ServiceExt;

/// 2026-11-26, nine in the morning.
const MORNING: i64 = 1_795_683_600;

thread_local! {
    static CLOCK: Cell<i64> = const { Cell::new(MORNING) };
}

fn now() -> Timestamp {
    Timestamp::from_second(CLOCK.get()).unwrap()
}

/// A server behind a sign-in, and the browser of one person.
struct Browser {
    state: AppState,
    cookies: Vec<(String, String)>,
    _folder: Option<tempfile::TempDir>,
}

impl Browser {
    fn of(auth: Auth, class: DataClass) -> Self {
        let catalog = Arc::new(Catalog::towards(auth.access(), vec![fixture::release(class)]).unwrap());
        let challenges = Challenges::new(None, None, None, None, now);
        Self { state: AppState::behind(auth, catalog, Settings::default(), challenges), cookies: Vec::new(), _folder: None }
    }

    /// With a table of resources, a ledger, and what is published below the analyst.
    async fn with_ledger(auth: Auth) -> Self {
        let browser = Self::without_published(auth).await;
        browser.state.catalog().protect(fixture::protected(DataClass::Synthetic), None).unwrap();
        browser
    }

    /// With a table of resources and a ledger.
    async fn without_published(auth: Auth) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::create_or_open(folder.path().join("ledger.db").to_str().unwrap()).await.unwrap();
        let given = crate::routes::tests::challenge::given();
        let challenges = Challenges::new(Some(given), None, None, Some(ledger), now);
        let catalog = Arc::new(Catalog::towards(auth.access(), vec![fixture::release(DataClass::Synthetic)]).unwrap());
        let state = AppState::behind(auth, catalog, Settings::default(), challenges);
        Self { state, cookies: Vec::new(), _folder: Some(folder) }
    }

    /// Another browser at the same server.
    fn other(&self) -> Self {
        Self { state: self.state.clone(), cookies: Vec::new(), _folder: None }
    }

    async fn ask(&mut self, mut request: Request<Body>) -> Response {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(COOKIE, cookies.join("; ").parse().unwrap());
        }
        let response = router(self.state.clone()).oneshot(request).await.unwrap();
        for set in response.headers().get_all(SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(n, _)| n != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        response
    }

    async fn get(&mut self, path: &str) -> Response {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// As somebody who reads.
    async fn open(&mut self, path: &str) -> Response {
        self.ask(Request::get(path).header("accept", "text/html").body(Body::empty()).unwrap()).await
    }

    /// What the forms of this session carry.
    fn token(&self) -> String {
        let headers = self.cookies.iter().map(|(n, v)| (COOKIE, format!("{n}={v}").parse().unwrap())).collect();
        self.state.auth().session(&headers).map_or_else(|| self.state.nobody().token.to_string(), |v| v.token.to_string())
    }

    async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let token = self.token();
        let mut sent = form_urlencoded::Serializer::new(String::new());
        sent.extend_pairs(fields).append_pair("token", &token);
        let request = Request::post(path).header(CONTENT_TYPE, super::csrf::FORM).header("sec-fetch-site", "same-origin");
        self.ask(request.body(Body::from(sent.finish())).unwrap()).await
    }

    /// Signs somebody in without asking anybody.
    fn signed_in(&self, principal: Principal) -> Self {
        let auth = self.state.auth();
        let id = auth.sessions.open(principal, now());
        let set = Cookie::Session.set(Some(&id), auth.site.secure);
        let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
        Self { cookies: vec![(name.to_owned(), value.to_owned())], ..self.other() }
    }
}

/// The agreement of partners.
const AGREEMENT: &str = "A-1";

fn somebody(role: Role) -> Principal {
    let purpose = Some("safeguarding".to_owned());
    let agreement = (role == Role::Partner).then(|| AGREEMENT.to_owned());
    Principal { purpose, agreement, ..Principal::new("https://issuer.example", role.id(), Some("Ann Lee"), role) }
}

fn to(response: &Response) -> &str {
    response.headers().get(LOCATION).map_or("", |v| v.to_str().unwrap())
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |v| v.to_str().unwrap())
}

async fn text(response: Response) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}
