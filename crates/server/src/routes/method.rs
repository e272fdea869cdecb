//! Pages without a figure: what the figures mean, and who can read them.

use super::challenge::fresh;
use crate::auth::{Mode, Visitor};
use crate::pages;
use crate::problem::ApiError;
use crate::query::Params;
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

const HTML: &str = "text/html; charset=utf-8";

/// What every layer and word means.
pub(crate) async fn method(visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    Ok(fresh(StatusCode::OK, HTML, pages::method(&visitor)?))
}

/// The accessibility statement: for everybody, and with the navigation for whoever is signed in.
pub(crate) async fn accessibility(State(state): State<AppState>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    let auth = state.auth();
    let page = match auth.session(&headers) {
        Some(visitor) => pages::accessibility(&visitor, true)?,
        None => pages::accessibility(&state.nobody(), matches!(auth.mode, Mode::Open))?,
    };
    Ok(fresh(StatusCode::OK, HTML, page))
}
