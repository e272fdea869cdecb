//! The interface in OpenAPI 3.1, generated from the handlers and the shapes.

use crate::{routes, views};
use utoipa::OpenApi;
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder, Schema};

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
        routes::tables,
        routes::records,
        routes::comparison,
        routes::silence,
        routes::quality,
        routes::challenge,
        routes::challenged_place,
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
        routes::protected,
        routes::figures,
        routes::areas,
        routes::protected_hotspots,
        routes::partner,
        routes::public,
        routes::me,
        routes::tile,
        routes::tilejson,
        routes::healthz,
        routes::readyz
    ),
    components(schemas(views::Problem, views::TileBody)),
    tags(
        (name = "figures", description = "JSON, entity tags, revalidated"),
        (name = "protected", description = "What is shown below the analyst: fixed figures, proven before they were published"),
        (name = "products", description = "What an agreement gives a partner, and what everybody is shown: made of what is protected and of nothing else"),
        (name = "challenge", description = "Resources against need, and the record of what was asked and answered; kept by no browser"),
        (name = "success", description = "Measures of success, as they were supplied and as the monthly summary has them; kept by no browser"),
        (name = "tiles", description = "GeoJSON and Mapbox vector tiles, kept for ever under the id of their release"),
        (name = "people", description = "Who is here"),
        (name = "health", description = "For whoever runs the service")
    )
)]
struct Document;

/// The document that `/openapi.json` answers with. What stands before every handler is said once for all of them.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    for (path, item) in &mut document.paths.paths {
        if matches!(path.as_str(), "/healthz" | "/readyz" | "/api/v1/public") {
            continue;
        }
        for operation in [&mut item.get, &mut item.post, &mut item.put].into_iter().flatten() {
            for (status, description) in [
                ("401", "Where people sign in: nobody is signed in, or the token is not good."),
                ("403", "Where people sign in: not for this role, no purpose was said, or from a page of another site."),
                ("429", "Where people sign in: asked too often; Retry-After says when to come back."),
            ] {
                let problem = Content::new(Some(Ref::from_schema_name("Problem")));
                let refusal = ResponseBuilder::new().description(description).content("application/problem+json", problem);
                operation.responses.responses.entry(status.to_owned()).or_insert_with(|| refusal.build().into());
            }
        }
    }
    for (name, schema) in document.components.iter_mut().flat_map(|c| &mut c.schemas) {
        if let RefOr::T(schema) = schema
            && !BODIES.contains(&name.as_str())
        {
            complete(name, schema);
        }
    }
    document
}

/// What is sent: here a field that may be null may also be left out.
const BODIES: [&str; 3] = ["RaiseBody", "StepBody", "WhatIfBody"];

/// Fields of answers that are left out where there is nothing to say.
const SOMETIMES: [(&str, &str); 4] =
    [("Problem", "parameter"), ("Problem", "allowed"), ("ProductHotspotEntry", "evidence"), ("ProductHotspotEntry", "change")];

/// An answer has all of its fields, those that are null too.
fn complete(name: &str, schema: &mut Schema) {
    match schema {
        Schema::Object(object) => {
            let always = |field: &&String| !SOMETIMES.contains(&(name, field.as_str()));
            object.required = object.properties.keys().filter(always).cloned().collect();
        }
        Schema::AllOf(all) => {
            for part in &mut all.items {
                if let RefOr::T(part) = part {
                    complete(name, part);
                }
            }
        }
        _ => {}
    }
}
