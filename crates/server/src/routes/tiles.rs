//! Tiles and their descriptions.

use crate::accept::Encrypted;
use crate::answer::{Coded, Encoding, Keep, Prefer, etag, found, not_modified, unchanged};
use crate::catalog::{Drawn, Served, TileLayer};
use crate::problem::ApiError;
use crate::query::{BadParameter, FILTER, Params, filter_text};
use crate::state::{AppState, LayerKey, TileFormat, TileKey};
use crate::views;
use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use hotspot_core::cube::Filter;
use hotspot_core::view::Layer;
use hotspot_tiles::{TileCoord, TileCoordError};
use std::sync::Arc;

const GEOJSON: &str = "application/geo+json";
const MVT: &str = "application/vnd.mapbox-vector-tile";

/// Parameters that change what a layer shows.
const fn known(layer: TileLayer) -> &'static [&'static str] {
    match layer {
        TileLayer::Units(_) => &FILTER,
        TileLayer::Hotspots => &["strand"],
        TileLayer::Boroughs => &[],
    }
}

/// `/tiles/{release}/{layer}/{z}/{x}/{y}.{format}` or `/tiles/{release}/{layer}.json`. The path is taken apart here, without
/// decoding: nothing in it ever needs an escape, so an escape is a path that is not there.
pub(crate) async fn either(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    // Taken whole: the extractor of headers would copy them for every tile.
    let (Parts { uri, headers, extensions, .. }, _) = request.into_parts();
    let path = uri.path().strip_prefix("/tiles/").unwrap_or_default();
    let mut parts = path.split('/');
    let mut next = || parts.next();
    match (next(), next(), next(), next(), next(), next()) {
        (Some(release), Some(layer), Some(z), Some(x), Some(file), None) => {
            tile(&state, &headers, uri.query(), Address { release, layer, z, x, file }).await
        }
        (Some(release), Some(file), None, ..) => {
            let scheme = if extensions.get::<Encrypted>().is_some() { "https" } else { state.auth().site.scheme() };
            tilejson(&state, &headers, scheme, uri.query(), release, file)
        }
        _ => Err(ApiError::NotFound { what: "tile address" }),
    }
}

/// The parts of a tile's path, still as text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address<'a> {
    release: &'a str,
    layer: &'a str,
    z: &'a str,
    x: &'a str,
    file: &'a str,
}

/// A tile, addressed by release and therefore kept for ever.
#[utoipa::path(get, path = "/tiles/{release}/{layer}/{z}/{x}/{y}.{format}", tag = "tiles", params(
    ("release" = String, Path, description = "Id of a release."),
    ("layer" = String, Path, description = "Id of a layer: one of /api/v1/layers."),
    ("z" = u8, Path, description = "Zoom, 0 to 16. Cells are of resolution 8 up to zoom 10, 9 up to zoom 13, 10 beyond."),
    ("x" = u32, Path, description = "Column from the west, below 2^z."),
    ("y" = u32, Path, description = "Row from the north, below 2^z."),
    ("format" = String, Path, description = "geojson (each cell once in a zoom, whole) or mvt (each cell in every tile that it touches)."),
    views::Counted,
), responses(
    (status = 200, description = "The tile. Of hotspots the strand alone is a parameter, of boroughs none.", content((views::TileBody = "application/geo+json"), (Vec<u8> = "application/vnd.mapbox-vector-tile"))),
    (status = 204, description = "A vector tile without a feature."),
    (status = 304, description = "The tile that the client has."),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release, layer or format.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn tile(
    state: &AppState,
    headers: &HeaderMap,
    query: Option<&str>,
    address: Address<'_>,
) -> Result<Response, ApiError> {
    let layer = TileLayer::of(address.layer).ok_or(ApiError::NotFound { what: "layer" })?;
    let (y, format) = match address.file.rsplit_once('.') {
        Some((y, "mvt")) => (y, TileFormat::Mvt),
        Some((y, "geojson")) => (y, TileFormat::GeoJson),
        _ => return Err(ApiError::NotFound { what: "tile format; there are .mvt and .geojson" }),
    };
    let tile = TileCoord::parse(address.z, address.x, y).map_err(|error| {
        let name = match error {
            TileCoordError::Zoom => "z",
            TileCoordError::X => "x",
            TileCoordError::Y => "y",
        };
        BadParameter::new(name, error.to_string())
    })?;
    let served = state.catalog().find(Some(address.release))?;
    if matches!(layer, TileLayer::Units(units) if !Layer::of(served.release()).any(|layer| layer == units)) {
        return Err(ApiError::NotFound { what: "layer" });
    }
    let filter = filter_of(layer, &served, query)?;
    let encoding = Encoding::negotiate(headers, Prefer::Small);
    let kind = match format {
        TileFormat::GeoJson => GEOJSON,
        TileFormat::Mvt => MVT,
    };
    let keep = served.keep(Keep::Immutable);
    let key = TileKey { release: served.serial, layer, tile, format, filter, encoding };
    if let Some(coded) = state.tiles().and_then(|tiles| tiles.get(&key)) {
        let known = unchanged(headers, &coded.etag);
        return Ok(if known { not_modified(coded.etag, keep) } else { found(coded, kind, keep) });
    }
    let tag = tag_of(&served, &key);
    if unchanged(headers, &tag) {
        return Ok(not_modified(tag, keep));
    }
    let coded = make(state, &served, key, tag).await?;
    if let Some(tiles) = state.tiles() {
        tiles.insert(key, coded.clone());
    }
    Ok(found(coded, kind, keep))
}

/// The filter of a tile; what does not change its layer is refused, and so never in a key.
fn filter_of(layer: TileLayer, served: &Served, query: Option<&str>) -> Result<Filter, ApiError> {
    let release = served.release();
    let Some(query) = query else { return Ok(Filter::over(release.window)) };
    let params = Params::parse(Some(query), known(layer))?;
    if layer == TileLayer::Hotspots {
        params.strand()?;
    }
    Ok(params.filter(release)?)
}

/// Cuts the tile: here when the cells are ready and nothing is to be compressed, else apart from the threads that answer.
async fn make(state: &AppState, served: &Arc<Served>, key: TileKey, tag: HeaderValue) -> Result<Coded, ApiError> {
    let resolution = if matches!(key.layer, TileLayer::Units(_)) { served.resolution_of(key.tile) } else { 0 };
    let layer_key = LayerKey { release: key.release, layer: key.layer, filter: key.filter, resolution };
    let cut = move |drawn: &Drawn| {
        let plain = match key.format {
            TileFormat::GeoJson => drawn.geojson(key.tile),
            TileFormat::Mvt => drawn.mvt(key.tile),
        };
        Coded::new(plain, key.encoding, tag)
    };
    if key.encoding == Encoding::Identity
        && let Some(drawn) = state.layers().get(&layer_key)
        && matches!(*drawn, Drawn::Cells(_))
    {
        return Ok(cut(&drawn));
    }
    let (state_there, served) = (state.clone(), Arc::clone(served));
    let work = move || {
        let draw = || served.draw(key.layer, key.filter, resolution).map(Arc::new);
        let drawn = state_there.layers().try_get_with(layer_key, draw).map_err(|error| ApiError::clone(&error))?;
        Ok(cut(&drawn))
    };
    state.heavy(work).await
}

fn tag_of(served: &Served, key: &TileKey) -> HeaderValue {
    let filter = filter_text(key.filter);
    let [z, x, y] = [u32::from(key.tile.z()), key.tile.x(), key.tile.y()].map(u32::to_le_bytes);
    let format = [key.format as u8];
    etag(&[b"tile", served.id().as_bytes(), key.layer.id().as_bytes(), &z, &x, &y, &format, filter.as_bytes()], key.encoding)
}

/// Where the tiles of a layer are (TileJSON 3.0.0).
#[utoipa::path(get, path = "/tiles/{release}/{layer}.json", tag = "tiles", params(
    ("release" = String, Path, description = "Id of a release."),
    ("layer" = String, Path, description = "Id of a layer."),
    views::Counted,
), responses(
    (status = 200, description = "TileJSON 3.0.0; the parameters are carried over to the address of the tiles.", body = views::TileJson),
    (status = 404, description = "No such release or layer.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) fn tilejson(
    state: &AppState,
    headers: &HeaderMap,
    scheme: &str,
    query: Option<&str>,
    release: &str,
    file: &str,
) -> Result<Response, ApiError> {
    let layer = file.strip_suffix(".json").and_then(TileLayer::of).ok_or(ApiError::NotFound { what: "layer" })?;
    let served = state.catalog().find(Some(release))?;
    filter_of(layer, &served, query)?;
    let body = views::tilejson(served.summary(), layer, origin(scheme, headers).as_deref(), query);
    let encoding = Encoding::negotiate(headers, Prefer::Small);
    let tag = etag(&[b"tilejson", &body], encoding);
    if unchanged(headers, &tag) {
        return Ok(not_modified(tag, served.keep(Keep::Revalidate)));
    }
    Ok(found(Coded::new(body, encoding, tag), "application/json", served.keep(Keep::Revalidate)))
}

/// Scheme and host as the client asked, if the host is one; TileJSON wants whole addresses.
fn origin(scheme: &str, headers: &HeaderMap) -> Option<String> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let plain = host.len() <= 255 && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    (plain && !host.is_empty()).then(|| format!("{scheme}://{host}"))
}
