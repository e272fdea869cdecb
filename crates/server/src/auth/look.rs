//! The record of every look: who saw which figures, for what, written before they are shown.
//!
//! # Design
//! One entry is a view: somebody, a purpose, a release or product, a filter, and the area in view. Whoever moves a map asks for hundreds of
//! tiles; they are one view, until he looks elsewhere or half an hour is over. Of a filter the log keeps the digest, of an area a wide square: it
//! says what was looked at, and is no second map of where.
//!
//! What is read is recorded when its answer is made and before its first byte goes out, so that the entry says what the answer is: shown, or
//! refused with its status. What is written is recorded before its handler as allowed, since it cannot be taken back, and after it with how it
//! ended. What cannot be recorded is not shown, and a refusal is no exception: that there is no such hotspot, or no answer to a question, is told
//! by the same figures, and a log that fails must stop whoever tries addresses as it stops whoever reads.

use super::principal::Principal;
use super::rights::{Method as How, PACK, RECORDS, Row, TABLES, TILES};
use crate::problem::ApiError;
use axum::http::StatusCode;
use axum::http::request::Parts;
use hotspot_ledger::audit::{Action, AuditLog, Entry, Outcome, actor_key};
use jiff::Timestamp;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// How long the same view is one look.
const ONE_LOOK: Duration = Duration::from_mins(30);
/// Views that are remembered.
const VIEWS: u64 = 100_000;
/// The zoom of the tile that stands for the area in view: London is about two of them.
const WIDE: u32 = 8;

/// Where looks are recorded; nowhere when the server has no sign-in or no ledger.
#[derive(Debug)]
pub(super) struct Looks {
    log: Option<AuditLog>,
    /// Entries that stand for all of their kind for a time: whoever asks at the same moment waits for the one that is being written.
    seen: Cache<[u8; 32], Arc<OnceCell<()>>>,
}

impl Default for Looks {
    fn default() -> Self {
        Self { log: None, seen: Cache::builder().max_capacity(VIEWS).time_to_live(ONE_LOOK).build() }
    }
}

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct View {
    object: String,
    filter: String,
    area: String,
}

impl Looks {
    /// Looks are recorded here.
    pub fn into(log: AuditLog) -> Self {
        Self { log: Some(log), ..Self::default() }
    }

    pub const fn log(&self) -> Option<&AuditLog> {
        self.log.as_ref()
    }

    /// Records that something is about to be written.
    pub async fn begins(&self, asked: &Asked, now: Timestamp) -> Result<(), ApiError> {
        if asked.action != Action::Change {
            return Ok(());
        }
        self.write(asked.entry(Outcome::Allowed, None), now).await
    }

    /// Records what the answer is, before it goes out.
    pub async fn answered(&self, asked: &Asked, status: StatusCode, now: Timestamp) -> Result<(), ApiError> {
        let outcome = if status.is_client_error() {
            Outcome::Refused
        } else if status.is_server_error() {
            Outcome::Failed
        } else {
            Outcome::Done
        };
        self.record(asked, outcome, Some(status.as_u16()).filter(|_| outcome != Outcome::Done), now).await
    }

    /// Records that somebody asked for what is not his.
    pub async fn refused(&self, asked: Asked, error: &ApiError, now: Timestamp) -> Result<(), ApiError> {
        // Of a map that is not somebody's all tiles are refused: one entry. Any other refusal is one of its own.
        let asked = Asked { action: Action::Refused, one_of_many: asked.tile, ..asked };
        self.record(&asked, Outcome::Refused, Some(error.status().as_u16()), now).await
    }

    /// Records that somebody came or went.
    pub async fn came_or_went(&self, principal: &Principal, action: Action, now: Timestamp) -> Result<(), ApiError> {
        self.write(by(principal, action), now).await
    }

    /// Records that somebody was not let in: who it was nobody knows.
    pub async fn nobody_came(&self, now: Timestamp) -> Result<(), ApiError> {
        let entry = Entry { object: "/sign-in".to_owned(), outcome: Outcome::Refused, ..Entry::new("", "", Action::Refused) };
        self.write(entry, now).await
    }

    async fn record(&self, asked: &Asked, outcome: Outcome, status: Option<u16>, now: Timestamp) -> Result<(), ApiError> {
        let entry = asked.entry(outcome, status);
        if !asked.one_of_many {
            return self.write(entry, now).await;
        }
        let cell = self.seen.get_with(asked.key(outcome, status), Arc::default);
        cell.get_or_try_init(|| self.write(entry, now)).await.map(|_recorded| ())
    }

    async fn write(&self, entry: Entry, now: Timestamp) -> Result<(), ApiError> {
        let Some(log) = &self.log else { return Ok(()) };
        log.record(entry, now).await.map(|_number| ()).map_err(|error| {
            tracing::error!(%error, "a look could not be recorded, so that nothing is shown");
            ApiError::NotRecorded
        })
    }
}

/// What somebody asks, as it is recorded.
#[derive(Debug)]
pub(super) struct Asked {
    principal: Arc<Principal>,
    action: Action,
    view: View,
    tile: bool,
    /// One entry stands for all such requests of a time. Of single records every look is an entry.
    one_of_many: bool,
}

impl Asked {
    pub fn of(principal: &Arc<Principal>, row: &Row, request: &Parts) -> Self {
        let action = match row.method {
            How::Get if *row == PACK || *row == TABLES || row.path.ends_with("/export") => Action::Export,
            How::Get => Action::Look,
            How::Post | How::Put => Action::Change,
        };
        let view = View::of(row, request).under(principal);
        let tile = *row == TILES;
        Self {
            principal: Arc::clone(principal),
            action,
            view,
            tile,
            one_of_many: tile || (action == Action::Look && *row != RECORDS),
        }
    }

    fn entry(&self, outcome: Outcome, status: Option<u16>) -> Entry {
        let View { object, filter, area } = self.view.clone();
        Entry { object, filter, area, outcome, status, ..by(&self.principal, self.action) }
    }

    /// What one entry stands for.
    fn key(&self, outcome: Outcome, status: Option<u16>) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.principal.key());
        let purpose = self.principal.purpose.as_deref().unwrap_or_default();
        for part in [purpose, &self.view.object, &self.view.filter, &self.view.area, self.action.id(), outcome.id()] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        digest.update(status.unwrap_or_default().to_le_bytes());
        digest.finalize().into()
    }
}

/// An entry of somebody.
fn by(principal: &Principal, action: Action) -> Entry {
    Entry {
        name: principal.name.clone(),
        reason: principal.reason.clone().unwrap_or_default(),
        purpose: principal.purpose.clone().unwrap_or_default(),
        ..Entry::new(&actor_key(&principal.issuer, &principal.subject).to_string(), principal.role.id(), action)
    }
}

impl View {
    fn of(row: &Row, request: &Parts) -> Self {
        let path = request.uri.path();
        let mut pairs: Vec<(String, String)> =
            form_urlencoded::parse(request.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        pairs.sort();
        let one = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let (object, area) = if *row == TILES {
            let mut parts = path.trim_start_matches("/tiles/").splitn(3, '/');
            let (release, layer) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            (format!("{release}/{layer}"), parts.next().and_then(wide_tile).unwrap_or_default())
        } else {
            (format!("{}{path}", one("release").unwrap_or("newest")), one("bbox").and_then(wide_box).unwrap_or_default())
        };
        let filter = pairs.iter().filter(|(name, _)| name != "release" && name != "bbox");
        let filter = form_urlencoded::Serializer::new(String::new()).extend_pairs(filter).finish();
        Self { object, filter, area }
    }

    /// What a partner looks at is what his agreement gives.
    fn under(mut self, principal: &Principal) -> Self {
        if let Some(agreement) = &principal.agreement {
            self.object = format!("{}/{agreement}", self.object);
        }
        self
    }
}

/// The wide tile that holds `z/x/y.format`.
fn wide_tile(text: &str) -> Option<String> {
    let mut numbers = text.split(['/', '.']).map(str::parse::<u32>);
    let (z, x, y) = (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
    let up = z.saturating_sub(WIDE).min(31);
    Some(format!("{}/{}/{}", z - up, x >> up, y >> up))
}

/// A box of tenths of degrees round `west,south,east,north`.
fn wide_box(text: &str) -> Option<String> {
    let numbers: Vec<f64> = text.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [west, south, east, north] = <[f64; 4]>::try_from(numbers).ok().filter(|n| n.iter().all(|v| v.is_finite()))?;
    let tenths = |v: f64| v / 10.0;
    let [west, south] = [west, south].map(|v| tenths((v * 10.0).floor()));
    let [east, north] = [east, north].map(|v| tenths((v * 10.0).ceil()));
    Some(format!("{west:.1},{south:.1},{east:.1},{north:.1}"))
}

#[cfg(test)]
mod tests {
    use super::super::rights::{CELLS, HOTSPOT};
    use super::*;
    use axum::body::Body;
    use axum::http::Request;

    fn view(row: &Row, address: &str) -> View {
        View::of(row, &Request::get(address).body(Body::empty()).unwrap().into_parts().0)
    }

    #[test]
    fn the_tiles_of_a_view_are_one_look_and_say_no_place() {
        let one = view(&TILES, "/tiles/2026-10-0123456789ab/count/15/16372/10896.mvt?strand=race");
        let beside = view(&TILES, "/tiles/2026-10-0123456789ab/count/15/16373/10897.mvt?strand=race");
        assert_eq!(one, beside);
        assert_eq!((one.object.as_str(), one.area.as_str()), ("2026-10-0123456789ab/count", "8/127/85"));
        assert_ne!(one, view(&TILES, "/tiles/2026-10-0123456789ab/count/15/16372/10896.mvt?strand=disability"));
        assert_ne!(one, view(&TILES, "/tiles/2026-10-0123456789ab/hotspots/15/16372/10896.mvt?strand=race"));
    }

    #[test]
    fn a_filter_is_the_same_in_any_order_and_a_box_is_wide() {
        let one = view(&CELLS, "/api/v1/cells?strand=race&bbox=-0.1234,51.5012,-0.1198,51.5077&release=r");
        assert_eq!(one, view(&CELLS, "/api/v1/cells?release=r&bbox=-0.1301,51.5100,-0.1101,51.5200&strand=race"));
        assert_eq!((one.object.as_str(), one.area.as_str()), ("r/api/v1/cells", "-0.2,51.5,-0.1,51.6"));
        assert_eq!(one.filter, "strand=race");
        assert_eq!(view(&HOTSPOT, "/api/v1/hotspots/all-2026-10-3").object, "newest/api/v1/hotspots/all-2026-10-3");
    }
}
