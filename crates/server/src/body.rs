//! Bodies that write something: who may send them, how large, of which type.
//!
//! # Design
//! What must not happen is that a page of another site, open in the same browser, writes here. A browser says where a request comes from
//! (`auth::csrf`); a form carries the token of the session, or of this process where nobody signs in; and JSON of another site would need
//! leave that this server never gives (CORS).

use crate::accept::Late;
use crate::auth::Visitor;
use crate::auth::csrf::{FORM, kind, own_origin};
use crate::problem::ApiError;
use crate::state::AppState;
use axum::body::to_bytes;
use axum::extract::Request;
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

/// The fields of a form of ours.
#[derive(Debug)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub async fn read(state: &AppState, request: Request) -> Result<Self, ApiError> {
        let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_else(|| state.nobody());
        let bytes = read(request, FORM, MOST).await?;
        let form = Self(form_urlencoded::parse(&bytes).into_owned().collect());
        if form.get("token") == &*visitor.token { Ok(form) } else { Err(ApiError::ForeignOrigin) }
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
    if !kind(request.headers()).eq_ignore_ascii_case(wanted) {
        return Err(ApiError::OtherType { wanted });
    }
    to_bytes(request.into_body(), most).await.map_err(|error| {
        if Late::caused(&error) { ApiError::BadBody { must: "sent within 15 seconds".to_owned() } } else { ApiError::TooLarge }
    })
}
