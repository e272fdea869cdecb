//! Addresses and their handlers.

mod api;
mod challenge;
mod challenge_pages;
mod health;
mod ledger;
mod me;
mod method;
mod month;
mod page;
mod products;
mod protected;
mod quality;
mod records;
mod sign_in;
mod success;
mod table;
mod tiles;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use api::{
    __path_boroughs, __path_cells, __path_comparison, __path_events, __path_hotspot, __path_hotspots, __path_layers,
    __path_releases, __path_silence,
};
pub(crate) use challenge::{
    __path_challenge, __path_challenged_place, __path_pack, __path_put_resources, __path_resources, __path_sites, __path_what_if,
};
pub(crate) use health::{__path_healthz, __path_readyz};
pub(crate) use ledger::{__path_export, __path_list, __path_one, __path_raise, __path_step, __path_verify};
pub(crate) use me::__path_me;
pub(crate) use products::{__path_partner, __path_public};
pub(crate) use protected::{__path_areas, __path_figures, __path_hotspots as __path_protected_hotspots, __path_protected};
pub(crate) use quality::__path_quality;
pub(crate) use records::{__path_records, __path_tables};
pub(crate) use success::__path_success;
pub(crate) use tiles::{__path_tile, __path_tilejson};

use crate::auth::rights::{self, Routes, Row};
use crate::problem::ApiError;
use crate::shell;
use crate::state::AppState;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;

/// The whole service as a value.
pub fn router(state: AppState) -> Router {
    with_rows(state).0
}

/// The service, and the rows of the table that its addresses stand behind.
pub(crate) fn with_rows(state: AppState) -> (Router, Vec<&'static Row>) {
    let (router, rows) = Routes::new(state.clone())
        .add(&rights::TILES, tiles::either)
        .add(&rights::RELEASES, api::releases)
        .add(&rights::TABLES, records::tables)
        .add(&rights::LAYERS, api::layers)
        .add(&rights::CELLS, api::cells)
        .add(&rights::HOTSPOTS, api::hotspots)
        .add(&rights::HOTSPOT, api::hotspot)
        .add(&rights::RECORDS, records::records)
        .add(&rights::EVENTS, api::events)
        .add(&rights::BOROUGHS, api::boroughs)
        .add(&rights::COMPARISON, api::comparison)
        .add(&rights::SILENCE, api::silence)
        .add(&rights::QUALITY, quality::quality)
        .add(&rights::CHALLENGE, challenge::challenge)
        .add(&rights::CHALLENGED_PLACE, challenge::challenged_place)
        .add(&rights::RESOURCES, challenge::resources)
        .add(&rights::PUT_RESOURCES, challenge::put_resources)
        .add(&rights::PACK, challenge::pack)
        .add(&rights::SITES, challenge::sites)
        .add(&rights::WHAT_IF, challenge::what_if)
        .add(&rights::LEDGER, ledger::list)
        .add(&rights::LEDGER_RAISE, ledger::raise)
        .add(&rights::LEDGER_VERIFY, ledger::verify)
        .add(&rights::LEDGER_EXPORT, ledger::export)
        .add(&rights::LEDGER_ONE, ledger::one)
        .add(&rights::LEDGER_STEP, ledger::step)
        .add(&rights::CHALLENGE_PAGE, challenge_pages::list)
        .add(&rights::RAISE_PAGE, challenge_pages::ask)
        .add(&rights::RAISE_FORM, challenge_pages::raise)
        .add(&rights::THREAD_PAGE, challenge_pages::thread)
        .add(&rights::STEP_FORM, challenge_pages::step)
        .add(&rights::SUCCESS, success::success)
        .add(&rights::SUCCESS_PAGE, success::page)
        .add(&rights::MONTH_PAGE, month::page)
        .add(&rights::MONTH_FILE, month::file)
        .add(&rights::QUALITY_PAGE, quality::page)
        .add(&rights::TABLE_PAGE, table::table)
        .add(&rights::HOTSPOT_PAGE, table::hotspot)
        .add(&rights::METHOD_PAGE, method::method)
        .add(&rights::ACCESSIBILITY_PAGE, method::accessibility)
        .add(&rights::PROTECTED, protected::protected)
        .add(&rights::PROTECTED_FIGURES, protected::figures)
        .add(&rights::PROTECTED_AREAS, protected::areas)
        .add(&rights::PROTECTED_HOTSPOTS, protected::hotspots)
        .add(&rights::PROTECTED_PAGE, protected::page)
        .add(&rights::PARTNER, products::partner)
        .add(&rights::PARTNER_PAGE, products::partner_page)
        .add(&rights::PUBLIC, products::public)
        .add(&rights::PUBLIC_PAGE, products::public_page)
        .add(&rights::ME, me::me)
        .add(&rights::OPENAPI, api::openapi)
        .add(&rights::HEALTHZ, health::healthz)
        .add(&rights::READYZ, health::readyz)
        .add(&rights::SIGN_IN, sign_in::page)
        .add(&rights::SIGN_IN_FORM, sign_in::development)
        .add(&rights::SIGN_IN_START, sign_in::start)
        .add(&rights::SIGN_IN_CALLBACK, sign_in::callback)
        .add(&rights::PURPOSE, sign_in::purpose)
        .add(&rights::PURPOSE_FORM, sign_in::choose)
        .add(&rights::ROLE_FORM, sign_in::role)
        .add(&rights::SIGN_OUT, sign_in::out)
        .add(&rights::MAP, page::index)
        .add(&rights::ASSETS, page::file)
        .done();
    let router = router
        .fallback(async || ApiError::NotFound { what: "page" })
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .with_state(state.clone())
        .layer(CatchPanicLayer::custom(shell::panicked))
        .layer(from_fn(shell::in_time))
        .layer(from_fn_with_state(state, shell::shell));
    (router, rows)
}
