//! What is taken whole: the records of one hotspot, the tables of a release. Kept by no browser.

use super::challenge::{fresh, json};
use crate::problem::ApiError;
use crate::query::Params;
use crate::state::AppState;
use crate::views;
use axum::extract::State;
use axum::http::header::CONTENT_DISPOSITION;
use axum::http::{HeaderValue, StatusCode, Uri};
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

/// The tables of a release: Parquet, with the manifest that names them.
#[utoipa::path(get, path = "/api/v1/releases/{id}/tables", tag = "figures", params(
    ("id" = String, Path, description = "Id of the release."),
), responses(
    (status = 200, description = "An archive of Parquet files: units, hotspots, rates, months, events; not single events.", body = [u8], content_type = "application/zip"),
    (status = 404, description = "No such release.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn tables(State(state): State<AppState>, uri: Uri) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    let served = state.catalog().find(uri.path().rsplit('/').nth(1))?;
    let name = HeaderValue::try_from(format!("attachment; filename=\"release-{}.zip\"", served.id()));
    let there = state.clone();
    let archive = state.heavy(move || there.catalog().tables(&served)).await?;
    let mut response = fresh(StatusCode::OK, "application/zip", archive);
    response.headers_mut().insert(CONTENT_DISPOSITION, name.map_err(|_no_header| ApiError::Internal)?);
    Ok(response)
}
