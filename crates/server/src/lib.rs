//! What does HTTP answer? Tiles, figures and the page, from releases in memory.
//!
//! [`router`] is a value: tests call it without a socket, and [`serve`] puts it on one. Nothing here opens a data file; what
//! is served comes from a [`Catalog`] that the caller fills and may refill at any time.
//!
//! * `routes`: thin handlers, one file per family of addresses.
//! * `challenge`, `body`, `pages`: resources against need, what is written about it, and the pages that work without a script.
//! * `query`: parameters become types, or a 400 that says what is allowed.
//! * `views`: the JSON shapes, made of released views only.
//! * `answer`: entity tags, negotiated compression, caching.
//! * `shell`: what every response carries.
//! * `auth`: who is here, and what he may ask.
//! * `accept`: connections, their limits and their end.

mod accept;
mod answer;
mod auth;
mod body;
mod catalog;
mod challenge;
#[cfg(test)]
mod fixture;
mod months;
mod openapi;
mod pages;
mod problem;
mod query;
mod routes;
mod shell;
mod state;
mod steps;
mod views;

pub use accept::{BadCertificate, Tls, listen, serve};
pub use auth::{
    Auth, Endpoints, Jwks, NoHttp, NoWebAddress, OidcSettings, Purposes, Reread, Scope, Secret, Sharing, Site, WebAddress,
};
pub use catalog::{Catalog, RecordSource, TableSource};
pub use challenge::{Challenges, Given, GivenAreas, GivenTable, Receive, Success};
pub use months::{MonthRevised, Months, PublishedMonth, Tier};
pub use openapi::document as openapi;
pub use routes::router;
pub use state::{AppState, Settings};
pub use views::{challenge_json, effects_json, quality_json, sites_json, success_json, what_if_json};

#[cfg(test)]
mod tests {
    /// The lines that core, tiles and server share.
    fn common(file: &'static str) -> &'static str {
        let (_, rest) = file.split_once("# common: begin").unwrap();
        rest.split_once("# common: end").unwrap().0
    }

    #[test]
    fn the_pure_crates_and_the_server_ban_the_same_methods() {
        let server = common(include_str!("../.clippy.toml"));
        assert!(server.contains("std::time::SystemTime::now") && server.contains("std::fs::File::open"));
        assert_eq!(server, common(include_str!("../../core/.clippy.toml")));
        assert_eq!(server, common(include_str!("../../tiles/.clippy.toml")));
    }
}
