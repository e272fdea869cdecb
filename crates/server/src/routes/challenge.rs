//! Resources against need, as JSON. Nothing of it is kept by a browser.

use crate::auth::Visitor;
use crate::body;
use crate::challenge::{ASKED, Asked, kind_of, row_of};
use crate::problem::{ApiError, GIVE_RESOURCES};
use crate::query::{BadParameter, Params};
use crate::state::AppState;
use crate::views;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;
use hotspot_core::resource::what_if::Wish;
use std::sync::Arc;

/// A body that nobody keeps.
pub(super) fn fresh(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn json(body: Vec<u8>) -> Response {
    fresh(StatusCode::OK, "application/json", body)
}

/// Resources against need, place by place.
#[utoipa::path(get, path = "/api/v1/challenge", tag = "challenge", params(
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
    ("level" = Option<String>, Query, description = "hotspot (default), borough, bcu, or area of a release on areas and of published figures."),
    ("strand" = Option<String>, Query, description = "all (default) or a strand that the release analyses."),
    ("apportion" = Option<String>, Query, description = "How amounts of wider areas are spread: need (default), area, residents or equal."),
    ("kind" = Option<String>, Query, description = "One kind of resource; default all."),
), responses(
    (status = 200, description = "By kind, the places by shortfall.", body = views::ChallengeAnswer),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release, or the server was given no resources.", body = views::Problem, content_type = "application/problem+json"),
    (status = 422, description = "The resources do not fit the release.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn challenge(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    let known: Vec<&'static str> = ASKED.into_iter().chain(["kind"]).collect();
    let params = Params::parse(uri.query(), &known)?;
    let view = Asked::of(&state, &visitor, &params).await?.answer(&state).await?;
    let kind = params.get("kind").map(|kind| kind_of(&view, kind).map(|k| k.kind.clone())).transpose()?;
    let body = state.heavy(move || Ok(views::challenge(&view, kind.as_deref()))).await?;
    Ok(json(body))
}

/// One place against every kind of resource, in words and figures.
#[utoipa::path(get, path = "/api/v1/challenge/place", tag = "challenge", params(
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
    ("level" = Option<String>, Query, description = "hotspot (default), borough, bcu, or area of a release on areas and of published figures."),
    ("strand" = Option<String>, Query, description = "all (default) or a strand that the release analyses."),
    ("apportion" = Option<String>, Query, description = "How amounts of wider areas are spread: need (default), area, residents or equal."),
    ("place" = String, Query, description = "Id of a place of the level."),
), responses(
    (status = 200, description = "By kind, the figures of the place and what is said of them.", body = views::PlaceAnswer),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release, or the server was given no resources.", body = views::Problem, content_type = "application/problem+json"),
    (status = 422, description = "The resources do not fit the release.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn challenged_place(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    let known: Vec<&'static str> = ASKED.into_iter().chain(["place"]).collect();
    let params = Params::parse(uri.query(), &known)?;
    let asked = Asked::of(&state, &visitor, &params).await?;
    let view = asked.answer(&state).await?;
    let row = row_of(&view, params.get("place").unwrap_or_default())?;
    let body = state.heavy(move || Ok(views::challenged_place(&view, &asked.evidence(&view, None)?, row))).await?;
    Ok(json(body))
}

/// The table of resources that answers hang on.
#[utoipa::path(get, path = "/api/v1/challenge/resources", tag = "challenge", responses(
    (status = 200, description = "Every row, as it was supplied.", body = views::ResourcesAnswer),
    (status = 404, description = "The server was given no resources.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn resources(State(state): State<AppState>) -> Result<Response, ApiError> {
    let given = state.challenges().given.load_full().ok_or(ApiError::NotGiven { how: GIVE_RESOURCES })?;
    Ok(json(views::resources(&given)))
}

/// Puts another table of resources in the place of the one that is served: checked whole, kept in its file, and used from then on.
#[utoipa::path(put, path = "/api/v1/challenge/resources", tag = "challenge",
    request_body(content = String, content_type = "text/csv", description = "Columns kind, place_type, place, period_start, period_end, amount, unit, status, source, note; 16 MB at most."),
    responses(
    (status = 200, description = "It is on disk and in use.", body = views::ResourcesTaken),
    (status = 403, description = "The request comes from a page of another site.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "The server was given no CSV file of resources.", body = views::Problem, content_type = "application/problem+json"),
    (status = 413, description = "Too large.", body = views::Problem, content_type = "application/problem+json"),
    (status = 415, description = "Not text/csv.", body = views::Problem, content_type = "application/problem+json"),
    (status = 422, description = "File, row, column and rule that is broken; the old table stays.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn put_resources(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    if state.challenges().receive.is_none() {
        return Err(ApiError::NotGiven { how: GIVE_RESOURCES });
    }
    let sent = body::table(request).await?;
    // One after the other: what is on disk is what is in use.
    let _turn = state.receiving().await;
    let shared = state.clone();
    let taken = state
        .heavy(move || {
            let receive = shared.challenges().receive.as_ref().ok_or(ApiError::NotGiven { how: GIVE_RESOURCES })?;
            (receive.0)(&sent).map_err(|why| ApiError::BadTable { why })
        })
        .await?;
    let body = views::taken(&taken);
    state.challenges().given.store(Some(Arc::new(taken)));
    Ok(json(body))
}

/// The evidence as one archive that says how to make it again.
#[utoipa::path(get, path = "/api/v1/challenge/pack", tag = "challenge", params(
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
    ("level" = Option<String>, Query, description = "hotspot (default), borough, bcu, or area of a release on areas and of published figures."),
    ("strand" = Option<String>, Query, description = "all (default) or a strand that the release analyses."),
    ("apportion" = Option<String>, Query, description = "How amounts of wider areas are spread: need (default), area, residents or equal."),
    ("borough" = Option<String>, Query, description = "Name or code of a borough: the pages are about it and begin with a letter of one page."),
), responses(
    (status = 200, description = "Page, workbook, tables, outlines, charts, method, and a manifest with every SHA-256 and the command that makes the same bytes.", body = [u8], content_type = "application/zip"),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release, or the server was given no resources.", body = views::Problem, content_type = "application/problem+json"),
    (status = 422, description = "The resources do not fit the release, or no place is in the borough.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn pack(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    let known: Vec<&'static str> = ASKED.into_iter().chain(["borough"]).collect();
    let params = Params::parse(uri.query(), &known)?;
    let asked = Asked::of(&state, &visitor, &params).await?;
    let view = asked.answer(&state).await?;
    let borough = params.get("borough").filter(|name| !name.is_empty()).map(str::to_owned);
    let name = HeaderValue::try_from(format!("attachment; filename=\"challenge-{}.zip\"", asked.served.id()));
    let pack = state
        .heavy(move || {
            let evidence = asked.evidence(&view, borough.as_deref())?;
            if evidence.subjects().is_empty() {
                return Err(ApiError::NoAnswer { why: "No place of the answer is in this borough.".to_owned() });
            }
            evidence.pack().map_err(|error| {
                tracing::error!(%error, "the evidence could not be made");
                ApiError::Internal
            })
        })
        .await?;
    let mut response = fresh(StatusCode::OK, "application/zip", pack);
    response.headers_mut().insert(CONTENT_DISPOSITION, name.map_err(|_no_header| ApiError::Internal)?);
    Ok(response)
}

/// Where more sites of a kind would reach most of the need, anywhere on the cells of the release.
#[utoipa::path(get, path = "/api/v1/challenge/sites", tag = "challenge", params(
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
    ("strand" = Option<String>, Query, description = "all (default) or a strand that the release analyses."),
    ("kind" = String, Query, description = "Kind of resource; its points in the table are there already."),
    ("more" = u16, Query, description = "How many more, 1 to 100."),
    ("reach" = f64, Query, description = "How far a new one reaches, 1 to 100000 metres."),
), responses(
    (status = 200, description = "In the order in which they were chosen, with a bound that no choice passes. Reached is not served.", body = views::SitesAnswer),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release, or the server was given no resources.", body = views::Problem, content_type = "application/problem+json"),
    (status = 422, description = "The resources do not fit the release.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn sites(State(state): State<AppState>, uri: Uri) -> Result<Response, ApiError> {
    let params = Params::parse(uri.query(), &["release", "strand", "kind", "more", "reach"])?;
    let (more, reach) = more_and_reach(&params)?;
    let kind = params.get("kind").ok_or_else(|| BadParameter::new("kind", "a kind of resource"))?;
    let view = Asked::of_units(&state, &params)?.sites(&state, kind, more, reach).await?;
    Ok(json(views::sites(&view)))
}

/// How many more sites, and how far each reaches.
pub(super) fn more_and_reach(params: &Params<'_>) -> Result<(u16, f64), BadParameter> {
    let number = |name: &str| params.get(name).map(|text| text.trim().replace(',', ""));
    let more = number("more").and_then(|n| n.parse().ok()).filter(|n| (1..=100).contains(n));
    let reach = number("reach").and_then(|n| n.parse().ok()).filter(|m| (1.0..=100_000.0).contains(m));
    Ok((
        more.ok_or_else(|| BadParameter::new("more", "1 to 100"))?,
        reach.ok_or_else(|| BadParameter::new("reach", "1 to 100000 metres"))?,
    ))
}

/// One kind of resource given out otherwise: new amounts, gaps and ranks, and what holds each place.
#[utoipa::path(post, path = "/api/v1/challenge/what-if", tag = "challenge", request_body = views::WhatIfBody, responses(
    (status = 200, description = "By shortfall afterwards. No forecast of crime.", body = views::WhatIf),
    (status = 400, description = "A field is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 403, description = "The request comes from a page of another site.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release, or the server was given no resources.", body = views::Problem, content_type = "application/problem+json"),
    (status = 422, description = "No allocation keeps all of it.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn what_if(State(state): State<AppState>, visitor: Visitor, request: Request) -> Result<Response, ApiError> {
    let wished: views::WhatIfBody = body::json(request).await?;
    let params = Params::of(&[
        ("release", wished.release.as_deref()),
        ("level", wished.level.as_deref()),
        ("strand", wished.strand.as_deref()),
        ("apportion", wished.apportion.as_deref()),
    ]);
    let asked = Asked::of(&state, &visitor, &params).await?;
    let view = asked.answer(&state).await?;
    kind_of(&view, &wished.kind)?;
    let mut fixed = Vec::new();
    for (place, amount) in &wished.amounts {
        if !(*amount >= 0.0 && amount.is_finite()) {
            return Err(BadParameter::new("amounts", "zero or more").into());
        }
        fixed.push((row_of(&view, place)?, *amount));
    }
    let wish = Wish { budget: wished.budget, floor: wished.floor, change: wished.change, step: wished.step, fixed };
    let played = asked.what_if(&state, view, &wished.kind, wish).await?;
    Ok(json(views::what_if(&played)))
}
