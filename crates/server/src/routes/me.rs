//! Who is here.

use super::challenge::json;
use crate::auth::Visitor;
use crate::problem::ApiError;
use crate::query::Params;
use crate::state::AppState;
use crate::views;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

/// Who asks, as the server knows him.
#[utoipa::path(get, path = "/api/v1/me", tag = "people", responses(
    (status = 200, description = "Name, role and purpose; none of them where nobody signs in and no role is tried.", body = views::Me),
    (status = 400, description = "A parameter is not allowed.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn me(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    Ok(json(views::me(state.auth().mode.id(), &visitor)))
}
