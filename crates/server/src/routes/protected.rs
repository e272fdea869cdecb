//! What is shown below the analyst: fixed figures, the same for everybody who may see them; there is nothing to filter.

use super::api::at_hand;
use super::challenge::fresh;
use crate::answer::Keep;
use crate::auth::Visitor;
use crate::pages::{self, Part};
use crate::problem::ApiError;
use crate::query::{BadParameter, Params};
use crate::state::AppState;
use crate::views;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use hotspot_core::Strand;
use hotspot_core::disclosure::Released;
use hotspot_core::disclosure::protected::{ProtectedRelease, STRANDS};
use hotspot_core::release::DataClass;
use std::sync::Arc;

/// What is shown; there are no parameters.
fn shown(state: &AppState, uri: &Uri) -> Result<Arc<Released<ProtectedRelease>>, ApiError> {
    Params::parse(uri.query(), &[])?;
    state.catalog().protected()
}

/// What is protected was made for those below the analyst, and not for everybody: no store between may keep it.
fn kept(view: &ProtectedRelease) -> Keep {
    if view.class == DataClass::Restricted { Keep::Private } else { Keep::Revalidate }
}

/// What the protected figures are, how they are protected, and how much is hidden.
#[utoipa::path(get, path = "/api/v1/protected", tag = "protected", responses(
    (status = 200, description = "The protected release.", body = views::ProtectedSummary),
    (status = 404, description = "The server was given no protected figures.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn protected(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let view = shown(&state, &uri)?;
    Ok(at_hand(&headers, views::protected(&view), kept(&view)))
}

/// Every protected figure, in columns.
#[utoipa::path(get, path = "/api/v1/protected/figures", tag = "protected", responses(
    (status = 200, description = "Incidents of areas and boroughs by month, quarter and year; of strands by year.", body = views::ProtectedFigures),
    (status = 404, description = "The server was given no protected figures.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn figures(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let view = shown(&state, &uri)?;
    state.heavy(move || Ok(at_hand(&headers, views::protected_figures(&view), kept(&view)))).await
}

/// The areas with their outlines and their incidents in the last four complete quarters.
#[utoipa::path(get, path = "/api/v1/protected/areas", tag = "protected", responses(
    (status = 200, description = "A feature collection; incidents are null where they are not shown.", content_type = "application/geo+json"),
    (status = 404, description = "The server was given no protected figures.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn areas(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let view = shown(&state, &uri)?;
    state.heavy(move || Ok(at_hand(&headers, views::protected_areas(&view), kept(&view)))).await
}

/// Hotspots as objects.
#[utoipa::path(get, path = "/api/v1/protected/hotspots", tag = "protected", responses(
    (status = 200, description = "By strand and rank; those without a count come last.", body = views::ProtectedHotspots),
    (status = 404, description = "The server was given no protected figures.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn hotspots(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let view = shown(&state, &uri)?;
    state.heavy(move || Ok(at_hand(&headers, views::protected_hotspots(&view), kept(&view)))).await
}

/// The page, a part at a time: a map of areas, or a table; `strand` chooses whose hotspots or months, without a part months.
pub(crate) async fn page(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Result<Response, ApiError> {
    let params = Params::parse(uri.query(), &["part", "strand"])?;
    let part = match params.get("part") {
        None if params.get("strand").is_some() => Part::Months,
        None => Part::Map,
        Some(text) => Part::ALL
            .into_iter()
            .find(|part| part.id() == text)
            .ok_or_else(|| BadParameter::new("part", Part::ALL.map(Part::id).join(", ")))?,
    };
    if params.get("strand").is_some() && !part.by_strand() {
        return Err(BadParameter::new("strand", "with the parts hotspots and months").into());
    }
    let asked = params.strand()?;
    let strand = asked.map(|asked| {
        let names = STRANDS.map(Strand::id).join(", ");
        STRANDS.iter().position(|s| *s == asked).ok_or_else(|| BadParameter::new("strand", format!("all, {names}")))
    });
    let strand = strand.transpose()?.map(|row| row as u8);
    let below = state.catalog().below().ok();
    let drawn = state.heavy(move || pages::protected(below.as_deref(), part, strand, &visitor)).await?;
    Ok(fresh(StatusCode::OK, "text/html; charset=utf-8", drawn))
}
