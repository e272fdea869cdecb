//! What every response carries: security headers, a request id, a problem body for errors, and a line in the trace.

use crate::problem::ApiError;
use crate::state::AppState;
use crate::views;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST};
use axum::http::{HeaderName, HeaderValue, Method};
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
    let mut response = if called { next.run(request).await } else { ApiError::ForeignHost.into_response() };
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        let body = views::problem(&error, address, id.to_str().unwrap_or_default());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
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
    async fn an_answer_that_is_not_made_in_time_is_given_up() {
        let given_up = within(Duration::from_millis(20), std::future::pending()).await;
        assert_eq!(given_up.status().as_u16(), 503);
        assert_eq!(given_up.extensions().get(), Some(&ApiError::TookTooLong));
        assert!(given_up.headers().contains_key("retry-after"));
        assert_eq!(within(Duration::from_secs(5), async { "made".into_response() }).await.status().as_u16(), 200);
    }
}
