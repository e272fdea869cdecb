//! Published months: the list of them, and every file as it was published.

use super::challenge::fresh;
use crate::auth::Visitor;
use crate::months::{Months, PublishedMonth, Tier};
use crate::pages;
use crate::problem::ApiError;
use crate::query::Params;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_DISPOSITION;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;

/// Whether somebody reads the editions of a tier: exact figures are the analyst's alone.
fn reads(visitor: &Visitor, tier: Tier) -> bool {
    tier == Tier::Oversight || visitor.sees_records()
}

fn of(months: &Months, visitor: &Visitor) -> Result<Vec<PublishedMonth>, ApiError> {
    let all = (months.list)().map_err(|error| {
        tracing::error!(%error, "the published months could not be read");
        ApiError::Internal
    })?;
    Ok(all.into_iter().filter(|month| reads(visitor, month.tier)).collect())
}

/// The months of the visitor's tier.
pub(crate) async fn page(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    let months = state.challenges().months.clone();
    let drawn = state
        .heavy(move || {
            let all = months.as_deref().map(|months| of(months, &visitor)).transpose()?;
            pages::month(&visitor, all.as_deref())
        })
        .await?;
    Ok(fresh(StatusCode::OK, "text/html; charset=utf-8", drawn))
}

/// A file of an edition.
pub(crate) async fn file(
    State(state): State<AppState>,
    visitor: Visitor,
    Path((tier, month, name)): Path<(String, String, String)>,
    uri: Uri,
) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    let missing = || ApiError::NotFound { what: "edition, or no such file of it" };
    let tier = Tier::of(&tier).filter(|tier| reads(&visitor, *tier)).ok_or_else(missing)?;
    let month = month.parse().map_err(|_no_month| missing())?;
    let months = state.challenges().months.clone().ok_or_else(missing)?;
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let (kind, read_here) = match extension {
        "html" => ("text/html; charset=utf-8", true),
        "json" => ("application/json", true),
        "csv" => ("text/csv; charset=utf-8", false),
        "ods" => ("application/vnd.oasis.opendocument.spreadsheet", false),
        "xlsx" => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false),
        _ => ("application/octet-stream", false),
    };
    let wanted = name.clone();
    let bytes = state
        .heavy(move || {
            (months.file)(tier, month, &wanted).map_err(|error| {
                tracing::error!(%error, "a file of a published month could not be read");
                ApiError::Internal
            })
        })
        .await?
        .ok_or_else(missing)?;
    let mut response = fresh(StatusCode::OK, kind, bytes);
    if !read_here {
        // The record named it: it is a plain name.
        let given = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")).map_err(|_no_header| ApiError::Internal)?;
        response.headers_mut().insert(CONTENT_DISPOSITION, given);
    }
    Ok(response)
}
