//! What an agreement gives a partner, and what everybody is shown: fixed products, for which there is nothing to ask but themselves.

use super::api::at_hand;
use super::challenge::fresh;
use crate::answer::Keep;
use crate::auth::Visitor;
use crate::pages;
use crate::problem::{ApiError, GIVE_AGREEMENT};
use crate::query::Params;
use crate::state::AppState;
use crate::views;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use hotspot_core::disclosure::Released;
use hotspot_core::disclosure::agreement::Agreement;
use hotspot_core::disclosure::products::PartnerView;
use jiff::civil::Date;
use std::sync::Arc;

/// What a partner is given today, and under what.
struct Given {
    agreement: Arc<Agreement>,
    on: Date,
    view: Released<PartnerView>,
}

async fn given(state: &AppState, uri: &Uri, visitor: &Visitor) -> Result<Given, ApiError> {
    Params::parse(uri.query(), &[])?;
    // Without a sign-in there is no partner.
    let agreement = visitor.agreement.clone().ok_or(ApiError::NotGiven { how: GIVE_AGREEMENT })?;
    let on = hotspot_ledger::london_day((state.auth().now)());
    let (catalog, terms) = (Arc::clone(state.catalog()), agreement.terms.clone());
    let view = state.heavy(move || catalog.partner(&terms)).await?;
    Ok(Given { agreement, on, view })
}

/// What the agreement of a partner gives: its products, fields and boroughs, rounded, with what may not be done.
#[utoipa::path(get, path = "/api/v1/partner", tag = "products", responses(
    (status = 200, description = "Everything that the agreement gives of the newest release.", body = views::PartnerProducts),
    (status = 403, description = "Not a partner, or the agreement is not there, not begun, over, revoked or altered.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "The server was given no protected figures, or none for partners.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn partner(
    State(state): State<AppState>,
    uri: Uri,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Given { agreement, on, view } = given(&state, &uri, &visitor).await?;
    state.heavy(move || Ok(at_hand(&headers, views::partner(&view, &agreement, on), Keep::Private))).await
}

/// The page of what the agreement of a partner gives.
pub(crate) async fn partner_page(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Result<Response, ApiError> {
    let Given { agreement, on, view } = given(&state, &uri, &visitor).await?;
    let drawn = state.heavy(move || pages::partner(&view, &agreement, on, &visitor)).await?;
    Ok(fresh(StatusCode::OK, "text/html; charset=utf-8", drawn))
}

/// What everybody is shown: areas by year in classes, boroughs by year, all together by quarter.
#[utoipa::path(get, path = "/api/v1/public", tag = "products", responses(
    (status = 200, description = "Everything that everybody is shown of the newest release.", body = views::PublicProducts),
    (status = 404, description = "The policy shows nothing to everybody.", body = views::Problem, content_type = "application/problem+json"),
    (status = 429, description = "Asked too often; Retry-After says when to come back.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn public(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    let below = state.catalog().below()?;
    state.heavy(move || Ok(at_hand(&headers, views::public(below.public()?), Keep::Revalidate))).await
}

/// The page of what everybody is shown.
pub(crate) async fn public_page(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    let below = state.catalog().below()?;
    let drawn = state.heavy(move || pages::public(below.public()?, &visitor)).await?;
    Ok(fresh(StatusCode::OK, "text/html; charset=utf-8", drawn))
}
