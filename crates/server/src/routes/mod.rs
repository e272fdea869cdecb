//! Addresses and their handlers.

mod api;
mod challenge;
mod challenge_pages;
mod health;
mod ledger;
mod page;
mod success;
mod tiles;

#[cfg(test)]
mod tests;

pub(crate) use api::{
    __path_boroughs, __path_cells, __path_events, __path_hotspot, __path_hotspots, __path_layers, __path_releases, __path_silence,
};
pub(crate) use challenge::{__path_challenge, __path_pack, __path_put_resources, __path_resources, __path_sites, __path_what_if};
pub(crate) use health::{__path_healthz, __path_readyz};
pub(crate) use ledger::{__path_export, __path_list, __path_one, __path_raise, __path_step, __path_verify};
pub(crate) use success::__path_success;
pub(crate) use tiles::{__path_tile, __path_tilejson};

use crate::problem::ApiError;
use crate::shell;
use crate::state::AppState;
use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

/// The whole service as a value.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/tiles/{*path}", get(tiles::either))
        .route("/api/v1/releases", get(api::releases))
        .route("/api/v1/layers", get(api::layers))
        .route("/api/v1/cells", get(api::cells))
        .route("/api/v1/hotspots", get(api::hotspots))
        .route("/api/v1/hotspots/{id}", get(api::hotspot))
        .route("/api/v1/events", get(api::events))
        .route("/api/v1/boroughs", get(api::boroughs))
        .route("/api/v1/silence", get(api::silence))
        .route("/api/v1/challenge", get(challenge::challenge))
        .route("/api/v1/challenge/resources", get(challenge::resources).put(challenge::put_resources))
        .route("/api/v1/challenge/pack", get(challenge::pack))
        .route("/api/v1/challenge/sites", get(challenge::sites))
        .route("/api/v1/challenge/what-if", post(challenge::what_if))
        .route("/api/v1/challenge/ledger", get(ledger::list).post(ledger::raise))
        .route("/api/v1/challenge/ledger/verify", get(ledger::verify))
        .route("/api/v1/challenge/ledger/export", get(ledger::export))
        .route("/api/v1/challenge/ledger/{id}", get(ledger::one))
        .route("/api/v1/challenge/ledger/{id}/{step}", post(ledger::step))
        .route("/challenge", get(challenge_pages::list))
        .route("/challenge/raise", get(challenge_pages::ask).post(challenge_pages::raise))
        .route("/challenge/{id}", get(challenge_pages::thread))
        .route("/challenge/{id}/{step}", post(challenge_pages::step))
        .route("/api/v1/success", get(success::success))
        .route("/success", get(success::page))
        .route("/openapi.json", get(api::openapi))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/", get(page::index))
        .route("/{*path}", get(page::file))
        .fallback(async || ApiError::NotFound { what: "page" })
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .with_state(state)
        .layer(CatchPanicLayer::custom(shell::panicked))
        .layer(from_fn(shell::in_time))
        .layer(from_fn(shell::shell))
}
