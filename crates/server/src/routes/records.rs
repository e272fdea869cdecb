//! The records of one hotspot. Kept by no browser.

use super::challenge::json;
use crate::problem::ApiError;
use crate::query::Params;
use crate::state::AppState;
use crate::views;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

/// The reported records of a hotspot, one by one, as they were known when its release was made.
#[utoipa::path(get, path = "/api/v1/hotspots/{id}/records", tag = "figures", params(
    ("id" = String, Path, description = "Identifier of the hotspot, such as all-2026-10-3."),
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
), responses(
    (status = 200, description = "The records, the latest first: without a place finer than the hotspot, and without persons. Every time they are asked for is on record.", body = views::Records),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release, no such hotspot in it, or no store was given to this server.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn records(State(state): State<AppState>, uri: Uri) -> Result<Response, ApiError> {
    let params = Params::parse(uri.query(), &["release"])?;
    let served = state.catalog().find(params.get("release"))?;
    let id = uri.path().rsplit('/').nth(1).unwrap_or_default().to_owned();
    let there = state.clone();
    let body = state.heavy(move || Ok(views::records(served.id(), &there.catalog().records(&served, &id)?))).await?;
    Ok(json(body))
}
