//! The interface in OpenAPI 3.1, generated from the handlers and the shapes.

use crate::{routes, views};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "hotspot",
        description = "Hotspots of recorded hate crime: figures, outlines and tiles of immutable releases. Every figure is of the release, strand, period and source that the answer names. Errors are RFC 9457 problems."
    ),
    paths(
        routes::releases,
        routes::layers,
        routes::cells,
        routes::hotspots,
        routes::hotspot,
        routes::events,
        routes::boroughs,
        routes::silence,
        routes::challenge,
        routes::resources,
        routes::put_resources,
        routes::pack,
        routes::sites,
        routes::what_if,
        routes::list,
        routes::raise,
        routes::verify,
        routes::export,
        routes::one,
        routes::step,
        routes::success,
        routes::tile,
        routes::tilejson,
        routes::healthz,
        routes::readyz
    ),
    components(schemas(views::Problem, views::TileBody)),
    tags(
        (name = "figures", description = "JSON, entity tags, revalidated"),
        (name = "challenge", description = "Resources against need, and the record of what was asked and answered; kept by no browser"),
        (name = "success", description = "Measures of success, as they were supplied and as the monthly summary has them; kept by no browser"),
        (name = "tiles", description = "GeoJSON and Mapbox vector tiles, kept for ever under the id of their release"),
        (name = "health", description = "For whoever runs the service")
    )
)]
struct Document;

/// The document that `/openapi.json` answers with.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
