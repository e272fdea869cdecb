//! Whether the service lives and can answer.

use crate::problem::ApiError;
use crate::state::AppState;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};

const TEXT: [(HeaderName, &str); 2] = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];

/// The process lives.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, description = "The process lives.", body = String, content_type = "text/plain")))]
pub(crate) async fn healthz() -> Response {
    (StatusCode::OK, TEXT, "ok\n").into_response()
}

/// A release is loaded and the service is not going away.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, description = "A release is loaded.", body = String, content_type = "text/plain"),
    (status = 503, description = "No release is loaded, or the service is going away.", body = crate::views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn readyz(State(state): State<AppState>) -> Result<Response, ApiError> {
    if state.ready() { Ok((StatusCode::OK, TEXT, "ready\n").into_response()) } else { Err(ApiError::NotReady) }
}
