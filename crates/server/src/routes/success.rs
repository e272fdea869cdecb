//! Measures of success, as JSON and as a page.

use super::challenge::{fresh, json};
use crate::auth::Visitor;
use crate::pages;
use crate::problem::{ApiError, GIVE_MEASURES};
use crate::query::{BadParameter, Params};
use crate::state::AppState;
use crate::views;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use hotspot_core::disclosure::Released;
use hotspot_core::success::Definition;
use hotspot_core::view::SuccessView;

/// What a visitor is shown, and how many series he is not.
fn shown(state: &AppState, visitor: &Visitor) -> Result<(Released<SuccessView>, usize), ApiError> {
    let success = state.challenges().success.as_ref().ok_or(ApiError::NotGiven { how: GIVE_MEASURES })?;
    if visitor.sees_records() { Ok((success.exact.clone(), 0)) } else { Ok(state.catalog().below()?.success(&success.supplied)) }
}

/// Measures of success: value, limits, period and control chart of each, by area and strand.
#[utoipa::path(get, path = "/api/v1/success", tag = "success", params(
    ("measure" = Option<String>, Query, description = "Id of one measure; default all."),
), responses(
    (status = 200, description = "By measure, area and strand, the periods in order.", body = views::SuccessAnswer),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "The server was given no measures.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn success(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    let params = Params::parse(uri.query(), &["measure"])?;
    let measure = params.get("measure").map(str::to_owned);
    if measure.as_deref().is_some_and(|id| Definition::of(id).is_none()) {
        let known: Vec<&str> = Definition::all().iter().map(|d| d.id).collect();
        return Err(BadParameter::new("measure", known.join(", ")).into());
    }
    let shared = state.clone();
    let body = state.heavy(move || Ok(views::success(&shown(&shared, &visitor)?.0, measure.as_deref()))).await?;
    Ok(json(body))
}

/// The page of the measures.
pub(crate) async fn page(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    let shared = state.clone();
    let drawn = state
        .heavy(move || match shown(&shared, &visitor) {
            Ok((view, left_out)) => pages::success(&visitor, Some(&view), left_out),
            Err(ApiError::NotGiven { .. }) => pages::success(&visitor, None, 0),
            Err(other) => Err(other),
        })
        .await?;
    Ok(fresh(StatusCode::OK, "text/html; charset=utf-8", drawn))
}
