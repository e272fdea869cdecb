//! What every response carries: security headers, a request id, a problem body for errors, and a line in the trace.

use crate::answer::{Coded, Encoding, Prefer};
use crate::pages;
use crate::problem::ApiError;
use crate::state::AppState;
use crate::views;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tracing::debug;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

static SECURITY: [(HeaderName, HeaderValue); 5] = [
    (
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static(
            "default-src 'self'; script-src 'self'; worker-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
    ),
    (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff")),
    (HeaderName::from_static("referrer-policy"), HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("x-frame-options"), HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

static HSTS: (HeaderName, HeaderValue) =
    (HeaderName::from_static("strict-transport-security"), HeaderValue::from_static("max-age=31536000; includeSubDomains"));

/// The outermost layer.
pub(crate) async fn shell(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let id = request_id(&request);
    // Neither query nor path: they may hold what somebody is looking for. The address as the service names it says enough.
    let asked = request.extensions().get::<MatchedPath>().cloned();
    let address = asked.as_ref().map_or("/", MatchedPath::as_str);
    let method = request.method().clone();
    let head = method == Method::HEAD;
    let site = &state.auth().site;
    // The server answers under its own names: a page of another site that points its name here gets nothing.
    let called = site.is_called(request.headers().get(HOST)) && !site.passed_by(request.extensions());
    let reads = by_a_person(request.headers());
    let wanted = smaller(request.headers()).filter(|_| !head);
    let mut response = if called { next.run(request).await } else { ApiError::ForeignHost.into_response() };
    if let Some(encoding) = wanted {
        response = compressed(response, encoding).await;
    }
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        let id = id.to_str().unwrap_or_default();
        let page = if reads { pages::problem(&state, &error, address, id).ok() } else { None };
        let kind = if page.is_some() { "text/html; charset=utf-8" } else { "application/problem+json" };
        let body = page.unwrap_or_else(|| views::problem(&error, address, id));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.append(VARY, HeaderValue::from_static("accept"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        *response.body_mut() = if head { Body::empty() } else { Body::from(body) };
    }
    debug!(http.method = %method, http.route = address, http.status = response.status().as_u16(), request.id = ?id, "request answered");
    let headers = response.headers_mut();
    for (name, value) in &SECURITY {
        headers.insert(name, value.clone());
    }
    if site.secure {
        headers.insert(&HSTS.0, HSTS.1.clone());
    }
    headers.insert(&REQUEST_ID, id);
    response
}

/// Whether a person asks, with a browser that goes to a page: programs and scripts name no HTML.
pub(crate) fn by_a_person(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().any(|value| value.to_str().is_ok_and(|value| value.contains("text/html")))
}

/// How a page that nobody keeps is compressed. Only for what the reader or a page of this server asked for: pages carry the token of the
/// session beside what was asked, and whoever could make a browser ask again and again would read it off their sizes (BREACH).
fn smaller(headers: &HeaderMap) -> Option<Encoding> {
    let own = headers.get("sec-fetch-site").is_some_and(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    own.then(|| Encoding::negotiate(headers, Prefer::Fast)).filter(|encoding| *encoding != Encoding::Identity)
}

async fn compressed(response: Response, encoding: Encoding) -> Response {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let plain = response.status().is_success() && !response.headers().contains_key(CONTENT_ENCODING);
    if !plain || !(kind.starts_with("text/html") || kind.starts_with("application/json")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(whole) = axum::body::to_bytes(body, usize::MAX).await else { return ApiError::Internal.into_response() };
    let coded = Coded::new(whole.into(), encoding, HeaderValue::from_static(""));
    parts.headers.remove(CONTENT_LENGTH);
    if coded.encoding != Encoding::Identity {
        parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coded.encoding.name()));
        parts.headers.insert(VARY, HeaderValue::from_static("accept-encoding, sec-fetch-site"));
    }
    Response::from_parts(parts, Body::from(coded.bytes))
}

/// The client's own id when it is a plain one, or a new one: unlike any other of this process, and unlikely to meet one of another.
fn request_id(request: &Request) -> HeaderValue {
    static START: LazyLock<u64> = LazyLock::new(|| RandomState::new().build_hasher().finish());
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let plain = |value: &&HeaderValue| {
        (1..=64).contains(&value.len()) && value.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'_')
    };
    if let Some(own) = request.headers().get(&REQUEST_ID).filter(plain) {
        return own.clone();
    }
    let number = START.wrapping_add(COUNT.fetch_add(1, Ordering::Relaxed));
    let digits: [u8; 16] = std::array::from_fn(|i| b"0123456789abcdef"[(number >> (60 - 4 * i) & 15) as usize]);
    HeaderValue::from_bytes(&digits).expect("hexadecimal digits are a header value")
}

/// Longest time for an answer to be made: a body may take 15 seconds, a turn 20.
const LONGEST: Duration = Duration::from_mins(1);

/// An answer that is not made in time is given up.
pub(crate) async fn in_time(request: Request, next: Next) -> Response {
    within(LONGEST, next.run(request)).await
}

async fn within(longest: Duration, answer: impl Future<Output = Response>) -> Response {
    tokio::time::timeout(longest, answer).await.unwrap_or_else(|_elapsed| ApiError::TookTooLong.into_response())
}

/// A panic in a handler is one 500, not an outage.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    ApiError::Internal.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pages_are_compressed_for_their_reader_and_for_no_other_site() {
        let headers = |site: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert("accept-encoding", HeaderValue::from_static("gzip, br"));
            site.map(|site| headers.insert("sec-fetch-site", HeaderValue::from_static(site)));
            headers
        };
        for (site, asked) in
            [(Some("same-origin"), true), (Some("none"), true), (Some("cross-site"), false), (Some("same-site"), false)]
        {
            assert_eq!(smaller(&headers(site)).is_some(), asked, "{site:?}");
        }
        assert_eq!(smaller(&headers(None)), None);
        let text = "a page ".repeat(10_000);
        let of = |kind: &'static str| ([(CONTENT_TYPE, kind)], text.clone()).into_response();
        let page = compressed(of("text/html; charset=utf-8"), Encoding::Gzip).await;
        assert_eq!(page.headers()[CONTENT_ENCODING], "gzip");
        let bytes = axum::body::to_bytes(page.into_body(), usize::MAX).await.unwrap();
        let mut back = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut back).unwrap();
        assert!(bytes.len() < 1_000 && back == text);
        assert!(!compressed(of("application/zip"), Encoding::Gzip).await.headers().contains_key(CONTENT_ENCODING));
    }

    #[tokio::test]
    async fn an_answer_that_is_not_made_in_time_is_given_up() {
        let given_up = within(Duration::from_millis(20), std::future::pending()).await;
        assert_eq!(given_up.status().as_u16(), 503);
        assert_eq!(given_up.extensions().get(), Some(&ApiError::TookTooLong));
        assert!(given_up.headers().contains_key("retry-after"));
        assert_eq!(within(Duration::from_secs(5), async { "made".into_response() }).await.status().as_u16(), 200);
    }
}
