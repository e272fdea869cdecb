//! What every handler shares.

use crate::answer::{Coded, Encoding};
use crate::auth::{Auth, Visitor};
use crate::catalog::{Catalog, Drawn, TileLayer};
use crate::challenge::{AskedKey, Challenges};
use crate::problem::ApiError;
use hotspot_core::cube::Filter;
use hotspot_core::disclosure::Released;
use hotspot_core::view::ChallengeView;
use hotspot_tiles::TileCoord;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard, Semaphore};

/// How much memory and work the server may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Bytes of finished tiles that are kept; 0 keeps none. Default 256 MiB.
    pub tile_cache_bytes: u64,
    /// Bytes of layers ready to be cut into tiles that are kept. Default 128 MiB.
    pub layer_cache_bytes: u64,
    /// Heavy answers (live layers, compression) computed at one time. Default 2.
    pub heavy_at_once: usize,
    /// Heavy answers that may wait; more are told to come back. Default 256.
    pub heavy_waiting: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tile_cache_bytes: 256 << 20, layer_cache_bytes: 128 << 20, heavy_at_once: 2, heavy_waiting: 256 }
    }
}

/// Everything that changes a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TileKey {
    /// Serial number of the loaded release.
    pub release: u32,
    pub layer: TileLayer,
    pub tile: TileCoord,
    pub format: TileFormat,
    pub filter: Filter,
    pub encoding: Encoding,
}

/// The two forms of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TileFormat {
    GeoJson,
    Mvt,
}

/// Everything that changes a layer before it is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LayerKey {
    pub release: u32,
    pub layer: TileLayer,
    pub filter: Filter,
    pub resolution: u8,
}

/// A file of the page, by path, digest of its content, and coding.
pub(crate) type PageKey = (String, [u8; 32], Encoding);

/// Answers to challenges that are kept.
const ANSWERS: u64 = 24;

/// What the forms of this process carry.
#[derive(Debug)]
pub(crate) struct FormKeys {
    token: Arc<str>,
    next: AtomicU64,
}

impl FormKeys {
    /// A secret of its own: the hasher's keys come from the operating system.
    fn new() -> Self {
        let secret: Vec<u8> = (0..4).flat_map(|_| RandomState::new().build_hasher().finish().to_le_bytes()).collect();
        Self { token: hex(&secret).into(), next: AtomicU64::new(0) }
    }

    /// The token that says that a form came from a page of this process.
    pub fn token(&self) -> &Arc<str> {
        &self.token
    }

    /// A key that no other form has: sent twice, it is written once.
    pub fn key(&self) -> String {
        hex(format!("{}/{}", self.token, self.next.fetch_add(1, Ordering::Relaxed)).as_bytes())[..32].to_owned()
    }
}

fn hex(secret: &[u8]) -> String {
    Sha256::digest(secret).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// State of the service; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    catalog: Arc<Catalog>,
    auth: Auth,
    tiles: Option<Cache<TileKey, Coded>>,
    layers: Cache<LayerKey, Arc<Drawn>>,
    pages: Cache<PageKey, Coded>,
    challenges: Challenges,
    answers: Cache<AskedKey, Arc<Released<ChallengeView>>>,
    forms: FormKeys,
    receiving: Mutex<()>,
    heavy: Arc<Semaphore>,
    waiting: Semaphore,
    draining: AtomicBool,
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState").field("catalog", &self.0.catalog).finish_non_exhaustive()
    }
}

impl AppState {
    /// State over a catalog, and what challenges need beside it, without a sign-in.
    pub fn new(catalog: Arc<Catalog>, settings: Settings, challenges: Challenges) -> Self {
        let auth = Auth::open(challenges.now);
        Self::behind(auth, catalog, settings, challenges)
    }

    /// State behind a sign-in.
    pub fn behind(auth: Auth, catalog: Arc<Catalog>, settings: Settings, challenges: Challenges) -> Self {
        let coded = |bytes: u64| {
            Cache::builder()
                .max_capacity(bytes)
                .weigher(|_, coded: &Coded| (coded.bytes.len() + 256).try_into().unwrap_or(u32::MAX))
        };
        Self(Arc::new(Inner {
            catalog,
            auth,
            tiles: (settings.tile_cache_bytes > 0).then(|| coded(settings.tile_cache_bytes).build()),
            layers: Cache::builder()
                .max_capacity(settings.layer_cache_bytes)
                .weigher(|_, drawn: &Arc<Drawn>| drawn.bytes().try_into().unwrap_or(u32::MAX))
                .build(),
            pages: Cache::builder()
                .max_capacity(32 << 20)
                .weigher(|_, coded: &Coded| (coded.bytes.len() + 256).try_into().unwrap_or(u32::MAX))
                .build(),
            challenges,
            answers: Cache::builder().max_capacity(ANSWERS).build(),
            forms: FormKeys::new(),
            receiving: Mutex::new(()),
            heavy: Arc::new(Semaphore::new(settings.heavy_at_once.max(1))),
            waiting: Semaphore::new(settings.heavy_waiting.max(1)),
            draining: AtomicBool::new(false),
        }))
    }

    /// The releases that are served.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.0.catalog
    }

    /// From now on `/readyz` says that the service is going away; everything is answered as before.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Release);
    }

    pub(crate) fn challenges(&self) -> &Challenges {
        &self.0.challenges
    }

    pub(crate) fn answers(&self) -> &Cache<AskedKey, Arc<Released<ChallengeView>>> {
        &self.0.answers
    }

    /// The turn to put a table in the place of another.
    pub(crate) async fn receiving(&self) -> MutexGuard<'_, ()> {
        self.0.receiving.lock().await
    }

    pub(crate) fn forms(&self) -> &FormKeys {
        &self.0.forms
    }

    pub(crate) fn auth(&self) -> &Auth {
        &self.0.auth
    }

    /// Somebody who is not known.
    pub(crate) fn nobody(&self) -> Visitor {
        Visitor { principal: None, token: Arc::clone(self.0.forms.token()), agreement: None }
    }

    pub(crate) fn ready(&self) -> bool {
        !self.0.draining.load(Ordering::Acquire) && self.0.catalog.newest().is_some()
    }

    pub(crate) fn tiles(&self) -> Option<&Cache<TileKey, Coded>> {
        self.0.tiles.as_ref()
    }

    pub(crate) fn layers(&self) -> &Cache<LayerKey, Arc<Drawn>> {
        &self.0.layers
    }

    pub(crate) fn pages(&self) -> &Cache<PageKey, Coded> {
        &self.0.pages
    }

    /// Does work that takes milliseconds or more, apart from the threads that answer, a few at a time.
    pub(crate) async fn heavy<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        const PATIENCE: Duration = Duration::from_secs(20);
        let _waiting = self.0.waiting.try_acquire().map_err(|_full| ApiError::Busy)?;
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.0.heavy).acquire_owned()).await;
        let turn = turn.map_err(|_late| ApiError::Busy)?.expect("the semaphore is never closed");
        // The permit goes with the work: a client that leaves does not make room before the work ends.
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.unwrap_or_else(|error| {
            tracing::error!(%error, "an answer could not be computed");
            Err(ApiError::Internal)
        })
    }
}
