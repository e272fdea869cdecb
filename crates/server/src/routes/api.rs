//! Figures as JSON, computed from memory for any strand, period and source.

use crate::answer::{Coded, Encoding, Keep, Prefer, etag, found, not_modified, unchanged};
use crate::catalog::Served;
use crate::problem::ApiError;
use crate::query::{BadParameter, FILTER, Params, filter_text};
use crate::state::AppState;
use crate::views;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use hotspot_core::view::Layer;
use std::sync::Arc;

const JSON: &str = "application/json";
const GEOJSON: &str = "application/geo+json";

/// Answers with what `work` makes, unless the client has it; `parts` is everything that the answer depends on beside the release.
pub(super) async fn answer(
    state: &AppState,
    headers: &HeaderMap,
    kind: &'static str,
    served: Arc<Served>,
    parts: &[&[u8]],
    work: impl FnOnce(&Served) -> Result<Vec<u8>, ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let encoding = Encoding::negotiate(headers, Prefer::Fast);
    let all: Vec<&[u8]> = std::iter::once(served.id().as_bytes()).chain(parts.iter().copied()).collect();
    let tag = etag(&all, encoding);
    if unchanged(headers, &tag) {
        return Ok(not_modified(tag, served.keep(Keep::Revalidate)));
    }
    let keep = served.keep(Keep::Revalidate);
    let coded = state.heavy(move || Ok(Coded::new(work(&served)?, encoding, tag))).await?;
    Ok(found(coded, kind, keep))
}

/// The parameters of a request, of which these are known, and the release that it asks for.
fn asked<'a>(state: &AppState, uri: &'a Uri, known: &[&'static str]) -> Result<(Params<'a>, Arc<Served>), ApiError> {
    let params = Params::parse(uri.query(), known)?;
    let served = state.catalog().find(params.get("release"))?;
    Ok((params, served))
}

/// A small body that is at hand.
pub(super) fn at_hand(headers: &HeaderMap, body: Vec<u8>, keep: Keep) -> Response {
    let encoding = Encoding::negotiate(headers, Prefer::Fast);
    let tag = etag(&[&body], encoding);
    if unchanged(headers, &tag) { not_modified(tag, keep) } else { found(Coded::new(body, encoding, tag), JSON, keep) }
}

/// The releases that are served, newest first.
#[utoipa::path(get, path = "/api/v1/releases", tag = "figures", responses(
    (status = 200, description = "The releases, newest first.", body = views::Releases),
    (status = 400, description = "A parameter is not allowed.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn releases(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    let all = state.catalog().all();
    let views: Vec<_> = all.iter().map(|served| served.summary()).collect();
    let keep = all.iter().fold(Keep::Revalidate, |keep, served| served.keep(keep));
    Ok(at_hand(&headers, views::releases(&views), keep))
}

/// The layers that can be drawn, with their classes and colours.
#[utoipa::path(get, path = "/api/v1/layers", tag = "figures", params(
    ("release" = Option<String>, Query, description = "Id of a release; default the newest. Classes are locked to the release."),
    ("resolution" = Option<u8>, Query, description = "Default the release's."),
), responses(
    (status = 200, description = "The layers, the default first.", body = views::Layers),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn layers(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let (params, served) = asked(&state, &uri, &["release", "resolution"])?;
    let release = served.release();
    let resolution = params.resolution(&release.units.resolutions(), release.resolution)?;
    answer(&state, &headers, JSON, served, &[b"layers", &[resolution]], move |served| {
        let legend = |layer: Layer| -> Result<_, ApiError> {
            let legend = layer.legend(served.release(), resolution).map_err(|error| {
                tracing::error!(%error, release.id = served.id(), "a legend could not be made");
                ApiError::Internal
            });
            Ok((layer, legend?))
        };
        let legends: Vec<_> = Layer::of(served.release()).map(legend).collect::<Result<_, _>>()?;
        Ok(views::layers(&legends))
    })
    .await
}

/// Values of a layer by cell, in columns.
#[utoipa::path(get, path = "/api/v1/cells", tag = "figures", params(
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
    ("layer" = Option<String>, Query, description = "count (default), density, resident-rate and residents (where known), probability, top, gi-star, scan, emerging, robustness or, of cells, kde."),
    views::Counted,
    ("resolution" = Option<u8>, Query, description = "One of the release's; default that of its hotspots."),
    ("bbox" = Option<String>, Query, description = "west,south,east,north in degrees: only cells whose centre lies inside."),
), responses(
    (status = 200, description = "Cells of class 1 and up.", body = views::Cells),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn cells(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let known = [&["release", "layer", "resolution", "bbox"][..], &FILTER].concat();
    let (params, served) = asked(&state, &uri, &known)?;
    let release = served.release();
    let layer = params.layer(release)?;
    let filter = params.filter(release)?;
    let resolution = params.resolution(&release.units.resolutions(), release.resolution)?;
    let bbox = params.bbox()?;
    let text = filter_text(filter);
    let corners: Vec<u8> = bbox.iter().flatten().flat_map(|v| v.to_le_bytes()).collect();
    let parts: [&[u8]; 5] = [b"cells", layer.id().as_bytes(), text.as_bytes(), &[resolution], &corners];
    answer(&state, &headers, JSON, served, &parts, move |served| {
        let view = served.cells(layer, filter, resolution, bbox)?;
        Ok(views::cells(served.id(), &view, served.release()))
    })
    .await
}

/// The hotspots of a strand.
#[utoipa::path(get, path = "/api/v1/hotspots", tag = "figures", params(
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
    ("strand" = Option<String>, Query, description = "all (default) or a strand that the release analyses."),
), responses(
    (status = 200, description = "A feature collection, by rank.", body = views::Hotspots, content_type = "application/geo+json"),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn hotspots(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let (params, served) = asked(&state, &uri, &["release", "strand"])?;
    let strand = params.strand()?;
    let parts: [&[u8]; 2] = [b"hotspots", crate::query::strand_name(strand).as_bytes()];
    answer(&state, &headers, GEOJSON, served, &parts, move |served| {
        let release = served.release();
        let view = served.hotspots(strand).ok_or_else(|| served.not_analysed())?;
        Ok(views::hotspots(served.id(), &view, &release.units, release.resolution, &release.areas))
    })
    .await
}

/// One hotspot: what the list has of it, its months, and what of it is attributed to events.
#[utoipa::path(get, path = "/api/v1/hotspots/{id}", tag = "figures", params(
    ("id" = String, Path, description = "Identifier of the hotspot, such as all-2026-10-3; its strand is part of it."),
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
), responses(
    (status = 200, description = "A feature with its story.", body = views::time::HotspotStory, content_type = "application/geo+json"),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release, or no such hotspot in it.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn hotspot(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let (_, served) = asked(&state, &uri, &["release"])?;
    // Identifiers are plain: one that is written with escapes is none.
    let id = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    let tag = id.clone();
    answer(&state, &headers, GEOJSON, served, &[b"hotspot", tag.as_bytes()], move |served| {
        let release = served.release();
        let view = served.hotspot(&id).ok_or(ApiError::NotFound { what: "hotspot" })?;
        Ok(views::time::hotspot(served.id(), &view, &release.units, release.resolution, &release.areas))
    })
    .await
}

/// What the events of the calendar did.
#[utoipa::path(get, path = "/api/v1/events", tag = "figures", params(
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
    ("strand" = Option<String>, Query, description = "all (default) or a strand that the release analyses."),
), responses(
    (status = 200, description = "The events that concern the strand, by first day.", body = views::time::Events),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn events(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let (params, served) = asked(&state, &uri, &["release", "strand"])?;
    let strand = params.strand()?;
    let parts: [&[u8]; 2] = [b"events", crate::query::strand_name(strand).as_bytes()];
    answer(&state, &headers, JSON, served, &parts, move |served| {
        let view = served.events(strand).ok_or_else(|| served.not_analysed())?;
        Ok(views::time::events(served.id(), &view))
    })
    .await
}

/// Incidents by borough.
#[utoipa::path(get, path = "/api/v1/boroughs", tag = "figures", params(
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
    views::Counted,
), responses(
    (status = 200, description = "Incidents by borough, with what lies in none.", body = views::Boroughs),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn boroughs(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let known = [&["release"][..], &FILTER].concat();
    let (params, served) = asked(&state, &uri, &known)?;
    let filter = params.filter(served.release())?;
    let text = filter_text(filter);
    answer(&state, &headers, JSON, served, &[b"boroughs", text.as_bytes()], move |served| {
        Ok(views::boroughs(served.id(), &served.areas(filter), &served.release().areas))
    })
    .await
}

/// Two periods side by side.
#[utoipa::path(get, path = "/api/v1/comparison", tag = "figures", params(
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
    views::Counted,
    ("versus_from" = Option<String>, Query, description = "First month of the period to compare with; default as many months just before from."),
    ("versus_to" = Option<String>, Query, description = "Its last month. It shares none with that of from and to."),
    ("across_break" = Option<String>, Query, description = "yes: also across a break of recording, where a difference may be that of the recording."),
    ("resolution" = Option<u8>, Query, description = "One of the release's; default that of its hotspots."),
), responses(
    (status = 200, description = "Units with an incident in either period, hotspots, boroughs and all together; ratio of monthly rates with exact 95 % limits, and p adjusted over all places of a kind.", body = views::Comparison),
    (status = 400, description = "A parameter is not allowed as given, or the periods are on two sides of a break of recording.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn comparison(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let known = [&["release", "versus_from", "versus_to", "across_break", "resolution"][..], &FILTER].concat();
    let (params, served) = asked(&state, &uri, &known)?;
    let release = served.release();
    let filter = params.filter(release)?;
    let periods = params.periods(filter.months, release.months)?;
    let resolution = params.resolution(&release.units.resolutions(), release.resolution)?;
    let across = match params.get("across_break") {
        None | Some("no") => false,
        Some("yes") => true,
        Some(_) => return Err(BadParameter::new("across_break", "yes or no").into()),
    };
    if !across && let Some(found) = periods.breaks(&release.breaks).next() {
        let allowed = format!("yes, since recording changed on {}: {}", found.from, found.what);
        return Err(BadParameter::new("across_break", allowed).into());
    }
    let text = filter_text(filter);
    let before = format!("{} {}", periods.before().from(), periods.before().to());
    let parts: [&[u8]; 4] = [b"comparison", text.as_bytes(), before.as_bytes(), &[resolution]];
    answer(&state, &headers, JSON, served, &parts, move |served| {
        let view = served.comparison(periods, filter, resolution)?;
        Ok(views::comparison(served.id(), &view, served.release()))
    })
    .await
}

/// Places to engage: where reports are to be expected and few come.
#[utoipa::path(get, path = "/api/v1/silence", tag = "figures", params(
    ("release" = Option<String>, Query, description = "Id of a release; default the newest."),
), responses(
    (status = 200, description = "A feature collection without any count, the most conspicuous first; of all reported records of the window.", body = views::Silence, content_type = "application/geo+json"),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn silence(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let (_, served) = asked(&state, &uri, &["release"])?;
    answer(&state, &headers, GEOJSON, served, &[b"silence"], move |served| {
        let release = served.release();
        Ok(views::silence(served.id(), &served.silence(), &release.units, &release.areas))
    })
    .await
}

/// This interface in OpenAPI 3.1.
pub(crate) async fn openapi(headers: HeaderMap) -> Response {
    at_hand(&headers, views::openapi(&crate::openapi::document()), Keep::Revalidate)
}
