//! The hotspots as a table, and each on a sheet.

use super::challenge::fresh;
use crate::auth::Visitor;
use crate::challenge::Asked;
use crate::pages;
use crate::problem::ApiError;
use crate::query::{Params, strand_name};
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use hotspot_core::resource::allocation::Rule;
use hotspot_core::resource::challenge::Level;

const HTML: &str = "text/html; charset=utf-8";

/// The hotspots of a strand, all of them.
pub(crate) async fn table(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    let params = Params::parse(uri.query(), &["release", "strand"])?;
    let served = state.catalog().find(params.get("release"))?;
    let strand = params.strand()?;
    let releases = state.catalog().ids();
    let drawn = state
        .heavy(move || {
            let view = served.hotspots(strand).ok_or_else(|| served.not_analysed())?;
            pages::table(&visitor, &served, &view, &releases)
        })
        .await?;
    Ok(fresh(StatusCode::OK, HTML, drawn))
}

/// One hotspot.
pub(crate) async fn hotspot(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let params = Params::parse(uri.query(), &["release"])?;
    let served = state.catalog().find(params.get("release"))?;
    let view = served.hotspot(&id).ok_or(ApiError::NotFound { what: "hotspot" })?;
    let strand = strand_name(view.list.analysis.strand);
    let release = served.id().to_owned();
    let query = Params::of(&[("release", Some(&release)), ("level", Some(Level::Hotspot.id())), ("strand", Some(strand))]);
    let answer = match Asked::of(&state, &visitor, &query).await {
        Ok(asked) => asked.answer(&state).await,
        Err(error) => Err(error),
    };
    let answer = match answer {
        Ok(view) => Ok(view),
        Err(ApiError::NotGiven { how }) => Err(how.to_owned()),
        Err(ApiError::NoAnswer { why }) => Err(why),
        Err(other) => return Err(other),
    };
    let asked = [
        ("release", release),
        ("level", Level::Hotspot.id().to_owned()),
        ("strand", strand.to_owned()),
        ("apportion", Rule::Need.id().to_owned()),
    ];
    let drawn = state
        .heavy(move || {
            let given = answer.as_ref().map(|view| (view.as_ref(), asked)).map_err(String::as_str);
            pages::hotspot(&visitor, &served, &view, given)
        })
        .await?;
    Ok(fresh(StatusCode::OK, HTML, drawn))
}
