//! How good the records are, as JSON and as a page.

use super::api::answer;
use super::challenge::fresh;
use crate::auth::Visitor;
use crate::pages;
use crate::problem::ApiError;
use crate::query::Params;
use crate::state::AppState;
use crate::views;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

/// Quality of the records: what is filled in, how they are placed, who brought them, how late they came.
#[utoipa::path(get, path = "/api/v1/quality", tag = "figures", params(
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
), responses(
    (status = 200, description = "Of all records of the window, and by borough, strand and month.", body = views::QualityAnswer),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn quality(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let served = state.catalog().find(Params::parse(uri.query(), &["release"])?.get("release"))?;
    answer(&state, &headers, "application/json", served, &[b"quality"], |served| Ok(views::quality(&served.quality()))).await
}

/// The page: figures for those who see records, and for everybody what the map cannot say.
pub(crate) async fn page(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    let params = Params::parse(uri.query(), &["release"])?;
    let served = if visitor.sees_records() { Some(state.catalog().find(params.get("release"))?) } else { None };
    let below = state.catalog().below().ok();
    let drawn = state.heavy(move || pages::quality(&visitor, served.as_deref(), below.as_deref())).await?;
    Ok(fresh(StatusCode::OK, "text/html; charset=utf-8", drawn))
}
