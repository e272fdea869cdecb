//! Bodies that write something: who may send them, how large, of which type.
//!
//! # Design
//! There is no sign-in yet, and the server listens on this machine only. What must not happen is that a page of another site, open in the same
//! browser, writes here. A browser says where a request comes from (`Sec-Fetch-Site`, else `Origin`); a form carries the token of this process;
//! and JSON of another site would need leave that this server never gives (CORS).

use crate::accept::Late;
use crate::problem::ApiError;
use crate::state::AppState;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use bytes::Bytes;
use serde::de::DeserializeOwned;

/// Largest body: two texts of 4,000 letters, each as nine bytes, and then some.
const MOST: usize = 128 << 10;
/// Largest table: 100,000 rows and then some.
const MOST_TABLE: usize = 16 << 20;

/// JSON of a known shape.
pub(crate) async fn json<T: DeserializeOwned>(request: Request) -> Result<T, ApiError> {
    let bytes = read(request, "application/json", MOST).await?;
    // What the reader of JSON says may repeat the text.
    serde_json::from_slice(&bytes).map_err(|e| ApiError::BadBody {
        must: format!(
            "a JSON object with the fields that /openapi.json names, and no other; it is not at line {}, column {}",
            e.line(),
            e.column()
        ),
    })
}

/// A table as CSV.
pub(crate) async fn table(request: Request) -> Result<Bytes, ApiError> {
    read(request, "text/csv", MOST_TABLE).await
}

/// The fields of a form of this process.
#[derive(Debug)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub async fn read(state: &AppState, request: Request) -> Result<Self, ApiError> {
        let bytes = read(request, "application/x-www-form-urlencoded", MOST).await?;
        let form = Self(form_urlencoded::parse(&bytes).into_owned().collect());
        if form.get("token") == state.forms().token() { Ok(form) } else { Err(ApiError::ForeignOrigin) }
    }

    /// A field without spaces at its ends; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }

    /// A field that says something.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|text| !text.is_empty())
    }
}

async fn read(request: Request, wanted: &'static str, most: usize) -> Result<Bytes, ApiError> {
    if !own_origin(request.headers()) {
        return Err(ApiError::ForeignOrigin);
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case(wanted) {
        return Err(ApiError::OtherType { wanted });
    }
    to_bytes(request.into_body(), most).await.map_err(|error| {
        if Late::caused(&error) { ApiError::BadBody { must: "sent within 15 seconds".to_owned() } } else { ApiError::TooLarge }
    })
}

/// Whether the request comes from a page of this server, or from no page at all.
fn own_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text(ORIGIN.as_str()), text(HOST.as_str())) {
        (None, _) => true,
        (Some(origin), Some(host)) => ["http://", "https://"].iter().any(|scheme| origin.strip_prefix(scheme) == Some(host)),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn only_pages_of_this_server_and_programs_may_write() {
        let own = |headers: &[(&'static str, &'static str)]| {
            own_origin(&headers.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect())
        };
        let host = ("host", "127.0.0.1:8080");
        assert!(
            own(&[host]) && own(&[host, ("origin", "http://127.0.0.1:8080")]) && own(&[host, ("sec-fetch-site", "same-origin")])
        );
        for other in [
            &[host, ("origin", "http://evil.example")][..],
            &[host, ("origin", "null")],
            &[host, ("origin", "http://127.0.0.1:9000")],
            &[host, ("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8080")],
            &[host, ("sec-fetch-site", "same-site")],
            &[("origin", "http://127.0.0.1:8080")],
        ] {
            assert!(!own(other), "{other:?}");
        }
    }
}
