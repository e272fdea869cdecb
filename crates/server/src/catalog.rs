//! The releases that are served, and what is prepared from them.

use crate::answer::Keep;
use crate::challenge::Given;
use crate::problem::{ApiError, GIVE_GROUND, GIVE_PARTNERS, GIVE_PROTECTED, GIVE_STORE, OPEN_PUBLIC};
use crate::query::{BadParameter, strand_name};
use arc_swap::{ArcSwap, ArcSwapOption};
use h3o::Resolution;
use hotspot_core::atlas::Atlas;
use hotspot_core::comparison::Periods;
use hotspot_core::cube::Filter;
use hotspot_core::disclosure::agreement::Terms;
use hotspot_core::disclosure::policy::NoPolicy;
use hotspot_core::disclosure::products::{self, PartnerView, PublicView};
use hotspot_core::disclosure::protected::ProtectedRelease;
use hotspot_core::disclosure::published::{Ground, Published};
use hotspot_core::disclosure::tiers::{PartnerRules, Tiers};
use hotspot_core::disclosure::{Access, Policy, Released, View};
use hotspot_core::release::{DataClass, Release};
use hotspot_core::resource::challenge::{ChallengeInput, KindAnswer};
use hotspot_core::resource::sites::SitesInput;
use hotspot_core::resource::what_if::Wish;
use hotspot_core::units::Units;
use hotspot_core::view::{
    AreasView, CellsView, ChallengeView, ComparisonView, EventsView, HotspotView, HotspotsView, Layer, QualityView, RecordsView,
    ReleaseView, SilenceView, SitesView, SuccessView, WhatIfView,
};
use hotspot_core::{Incident, Strand};
use hotspot_tiles::{CellTiles, ShapeTiles, TileCoord, TileIndex};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The releases that are served, newest first. Filling it anew is one step: requests under way end with what they began with.
///
/// Records that no policy may release are refused here, so nothing behind the catalog has to ask.
#[derive(Debug, Default)]
pub struct Catalog {
    served: ArcSwap<Vec<Arc<Served>>>,
    serial: AtomicU32,
    access: Access,
    below: ArcSwapOption<Below>,
    records: Option<RecordSource>,
    tables: Option<TableSource>,
}

/// Reads the files of a release, by its identifier: name and bytes of each; else what went wrong, for the log.
pub struct TableSource(pub Box<ReadTables>);

type ReadTables = dyn Fn(&str) -> Result<Vec<(String, Vec<u8>)>, String> + Send + Sync;

impl fmt::Debug for TableSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TableSource")
    }
}

/// Reads the records of the store that a release was made from, as they were known on a day.
pub struct RecordSource {
    /// Class of the store: only releases of the same one are shown with its records.
    pub class: DataClass,
    /// The records in force on a day; else what went wrong, for the log.
    pub read: Box<dyn Fn(Date) -> Result<Vec<Incident>, String> + Send + Sync>,
}

impl fmt::Debug for RecordSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordSource").field("class", &self.class).finish_non_exhaustive()
    }
}

/// What those below the analyst are shown, and what is made of it: one thing, changed in one step.
#[derive(Debug)]
pub(crate) struct Below {
    shown: Arc<Released<ProtectedRelease>>,
    policy: Policy,
    partner: Option<PartnerRules>,
    public: Option<Released<PublicView>>,
    text: Option<PolicyText>,
    /// A release made of it, by strand, when first asked for.
    made: Mutex<BTreeMap<Option<Strand>, Arc<Served>>>,
}

/// A policy as it was read.
#[derive(Debug, Clone)]
pub(crate) struct PolicyText {
    pub text: String,
    pub sha256: String,
}

impl Below {
    /// Measures as they are shown below the analyst, and how many series are left out.
    pub fn success(&self, supplied: &SuccessView) -> (Released<SuccessView>, usize) {
        let (view, left_out) = supplied.below(u64::from(self.shown.rules.threshold));
        (self.policy.release(view), left_out)
    }

    /// What everybody is shown.
    pub fn public(&self) -> Result<&Released<PublicView>, ApiError> {
        self.public.as_ref().ok_or(ApiError::NotGiven { how: OPEN_PUBLIC })
    }

    /// What is shown.
    pub fn shown(&self) -> &Released<ProtectedRelease> {
        &self.shown
    }

    /// The policy by which that is shown, where what is protected holds it.
    pub const fn text(&self) -> Option<&PolicyText> {
        self.text.as_ref()
    }
}

impl Catalog {
    /// A catalog of these releases that anyone may ask.
    ///
    /// # Errors
    /// [`NoPolicy`] when one of them is of a class that may not be shown.
    pub fn new(releases: Vec<Release>) -> Result<Self, NoPolicy> {
        Self::towards(Access::Anyone, releases)
    }

    /// A catalog of these releases for those who can ask.
    ///
    /// # Errors
    /// [`NoPolicy`] when one of them is of a class that may not be shown to them.
    pub fn towards(access: Access, releases: Vec<Release>) -> Result<Self, NoPolicy> {
        let catalog = Self { access, ..Self::default() };
        catalog.replace(releases)?;
        Ok(catalog)
    }

    /// The records of hotspots come from here.
    #[must_use]
    pub fn with_records(self, records: RecordSource) -> Self {
        Self { records: Some(records), ..self }
    }

    /// The files of releases come from here.
    #[must_use]
    pub fn with_tables(self, tables: TableSource) -> Self {
        Self { tables: Some(tables), ..self }
    }

    /// The tables of a release that is shown as it is, in one archive.
    pub(crate) fn tables(&self, served: &Served) -> Result<Vec<u8>, ApiError> {
        let fault = |error: &dyn fmt::Display| {
            tracing::error!(%error, release.id = served.id(), "the tables of a release could not be taken");
            ApiError::Internal
        };
        let TableSource(read) = self.tables.as_ref().ok_or(ApiError::NotFound { what: "tables of a release" })?;
        let files = read(served.id()).map_err(|error| fault(&error))?;
        hotspot_report::workbook::pack(&files).map_err(|error| fault(&error))
    }

    /// The records of one hotspot of an exact release.
    pub(crate) fn records(&self, served: &Served, id: &str) -> Result<Released<RecordsView>, ApiError> {
        let release = served.release();
        let source = self.records.as_ref().filter(|source| source.class == release.class);
        let source = source.ok_or(ApiError::NotGiven { how: GIVE_STORE })?;
        let incidents = (source.read)(release.as_known_on).map_err(|error| {
            tracing::error!(%error, release.id = served.id(), "the store could not be read");
            ApiError::Internal
        })?;
        let view = RecordsView::of(release, id, &incidents).ok_or(ApiError::NotFound { what: "hotspot" })?;
        Ok(served.policy.release(view))
    }

    /// Serves these releases and no others.
    ///
    /// # Errors
    /// [`NoPolicy`] when one of them is of a class that may not be shown; then nothing changes.
    pub fn replace(&self, releases: Vec<Release>) -> Result<(), NoPolicy> {
        let served = releases.into_iter().map(|release| self.admit(release)).collect::<Result<Vec<_>, _>>()?;
        self.served.store(Arc::new(sorted(served)));
        Ok(())
    }

    /// Serves one release more, or in place of the one with its id.
    ///
    /// # Errors
    /// [`NoPolicy`] when it is of a class that may not be shown.
    pub fn add(&self, release: Release) -> Result<(), NoPolicy> {
        let new = self.admit(release)?;
        self.served.rcu(|old| {
            let mut all: Vec<Arc<Served>> = old.iter().filter(|s| s.id() != new.id()).cloned().collect();
            all.push(Arc::clone(&new));
            sorted(all)
        });
        Ok(())
    }

    /// Shows this to those below the analyst, and of it what these tiers say to partners and to everybody.
    ///
    /// # Errors
    /// [`NoPolicy`] when it is of a class that may not be shown to those who can ask: restricted figures are, however small, for those who sign in.
    pub fn protect(&self, shown: ProtectedRelease, tiers: Option<&Tiers>) -> Result<(), NoPolicy> {
        let policy = Policy::towards(shown.class, self.access)?;
        let public = tiers.and_then(|tiers| products::public(&shown, tiers.public.as_ref()?)).map(Policy::public);
        self.below.store(Some(Arc::new(Below {
            shown: Arc::new(policy.protected(shown)),
            policy,
            partner: tiers.and_then(|tiers| tiers.partner.clone()),
            public,
            text: tiers.map(|tiers| PolicyText { text: tiers.text.clone(), sha256: tiers.digest.clone() }),
            made: Mutex::default(),
        })));
        Ok(())
    }

    /// What is shown to those below the analyst, and what is made of it.
    pub(crate) fn below(&self) -> Result<Arc<Below>, ApiError> {
        self.below.load_full().ok_or(ApiError::NotGiven { how: GIVE_PROTECTED })
    }

    /// What these terms give.
    pub(crate) fn partner(&self, terms: &Terms) -> Result<Released<PartnerView>, ApiError> {
        let below = self.below()?;
        let rules = below.partner.as_ref().ok_or(ApiError::NotGiven { how: GIVE_PARTNERS })?;
        let view = products::partner(&below.shown, rules, terms);
        Ok(Policy::partner(view.map_err(|error| ApiError::NoAnswer { why: format!("{error}.") })?))
    }

    /// What is shown to those below the analyst.
    pub(crate) fn protected(&self) -> Result<Arc<Released<ProtectedRelease>>, ApiError> {
        Ok(Arc::clone(&self.below()?.shown))
    }

    /// A release made of nothing but what is shown to those below the analyst, of all records or of a strand. Takes a moment the first time.
    pub(crate) fn published(&self, id: Option<&str>, strand: Option<Strand>) -> Result<Arc<Served>, ApiError> {
        let below = self.below()?;
        let mut made = below.made.lock().unwrap_or_else(PoisonError::into_inner);
        if id.is_some_and(|id| id != below.shown.release) {
            return Err(ApiError::NotFound { what: "release" });
        }
        if !below.shown.hotspots.iter().any(|(of, _)| *of == strand) {
            let has: Vec<&str> = below.shown.hotspots.iter().map(|(of, _)| strand_name(*of)).collect();
            return Err(BadParameter::new("strand", has.join(", ")).into());
        }
        if let Some(served) = made.get(&strand) {
            return Ok(Arc::clone(served));
        }
        let ground = self.find(Some(&below.shown.release)).map_err(|_none| ApiError::NotGiven { how: GIVE_GROUND })?;
        let published = Published::of(Ground::of(ground.release()), &below.shown, strand)
            .map_err(|error| ApiError::NoAnswer { why: format!("There is no answer: {error}.") })?;
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let served = Served {
            serial,
            policy: below.policy,
            figures: Figures::Published(Box::new(published)),
            summary: OnceLock::new(),
            placed: Mutex::default(),
            indexes: [const { OnceLock::new() }; 16],
        };
        Ok(Arc::clone(made.entry(strand).or_insert(Arc::new(served))))
    }

    /// Ids of the releases served, newest first.
    pub fn ids(&self) -> Vec<String> {
        self.served.load().iter().map(|s| s.id().to_owned()).collect()
    }

    pub(crate) fn all(&self) -> Arc<Vec<Arc<Served>>> {
        self.served.load_full()
    }

    pub(crate) fn newest(&self) -> Option<Arc<Served>> {
        self.served.load().first().cloned()
    }

    /// The release with this id, or the newest.
    pub(crate) fn find(&self, id: Option<&str>) -> Result<Arc<Served>, ApiError> {
        let served = self.served.load();
        let found = match id {
            Some(id) => served.iter().find(|s| s.id() == id),
            None => served.first(),
        };
        found.cloned().ok_or(ApiError::NotFound { what: "release" })
    }

    fn admit(&self, release: Release) -> Result<Arc<Served>, NoPolicy> {
        let policy = Policy::towards(release.class, self.access)?;
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Served {
            serial,
            policy,
            figures: Figures::Exact(Box::new(release)),
            summary: OnceLock::new(),
            placed: Mutex::default(),
            indexes: [const { OnceLock::new() }; 16],
        }))
    }
}

fn sorted(mut served: Vec<Arc<Served>>) -> Vec<Arc<Served>> {
    let key = |s: &Arc<Served>| (s.release().month, s.release().as_known_on, s.id().to_owned());
    served.sort_by_key(|s| std::cmp::Reverse(key(s)));
    served
}

/// What a tile shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TileLayer {
    Units(Layer),
    Hotspots,
    Boroughs,
}

impl TileLayer {
    pub fn of(id: &str) -> Option<Self> {
        match id {
            "hotspots" => Some(Self::Hotspots),
            "boroughs" => Some(Self::Boroughs),
            _ => id.parse().ok().map(Self::Units),
        }
    }

    pub const fn id(self) -> &'static str {
        match self {
            Self::Units(layer) => layer.id(),
            Self::Hotspots => "hotspots",
            Self::Boroughs => "boroughs",
        }
    }
}

/// A layer ready to be cut into tiles.
#[derive(Debug)]
pub(crate) enum Drawn {
    Cells(CellTiles),
    Shapes(ShapeTiles),
}

impl Drawn {
    pub fn mvt(&self, tile: TileCoord) -> Vec<u8> {
        match self {
            Self::Cells(cells) => cells.mvt(tile),
            Self::Shapes(shapes) => shapes.mvt(tile),
        }
    }

    pub fn geojson(&self, tile: TileCoord) -> Vec<u8> {
        match self {
            Self::Cells(cells) => cells.geojson(tile),
            Self::Shapes(shapes) => shapes.geojson(tile),
        }
    }

    /// Memory held, about.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Cells(cells) => cells.bytes(),
            Self::Shapes(shapes) => shapes.bytes(),
        }
    }
}

/// A loaded release with the policy under which it may be shown. Figures leave it only through that policy.
#[derive(Debug)]
pub(crate) struct Served {
    /// Differs for every load, also of the same id.
    pub serial: u32,
    policy: Policy,
    figures: Figures,
    /// Projected cells by resolution, made when first asked for.
    indexes: [OnceLock<Arc<TileIndex>>; 16],
    summary: OnceLock<Released<ReleaseView>>,
    /// The table of resources that was asked about last, and what is asked of it below the analyst.
    placed: Mutex<Option<[Arc<Given>; 2]>>,
}

/// What a release is made from.
#[derive(Debug)]
enum Figures {
    /// Records.
    Exact(Box<Release>),
    /// What is published below the analyst.
    Published(Box<Published>),
}

impl Served {
    pub fn id(&self) -> &str {
        &self.release().id
    }

    /// How long an answer about this release may be kept: what is not for everybody, by nobody between.
    pub fn keep(&self, keep: Keep) -> Keep {
        if self.release().class == DataClass::Restricted { Keep::Private } else { keep }
    }

    /// The release without its figures: units, months, names. Figures come from the other methods.
    pub fn release(&self) -> &Release {
        match &self.figures {
            Figures::Exact(release) => release,
            Figures::Published(published) => published.release(),
        }
    }

    /// What it is made of, where that is not records.
    pub fn published(&self) -> Option<&Published> {
        match &self.figures {
            Figures::Exact(_) => None,
            Figures::Published(published) => Some(published),
        }
    }

    /// What is given, as it is asked about here: all of it by records, and by what is published as far as those below the analyst may ask.
    pub fn placed(&self, all: Arc<Given>) -> Arc<Given> {
        let Some(published) = self.published() else { return all };
        let mut last = self.placed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some([of, placed]) = &*last
            && Arc::ptr_eq(of, &all)
        {
            return Arc::clone(placed);
        }
        let placed = Arc::new(all.below(published));
        *last = Some([all, Arc::clone(&placed)]);
        placed
    }

    pub fn cells(
        &self,
        layer: Layer,
        filter: Filter,
        resolution: u8,
        bbox: Option<[f64; 4]>,
    ) -> Result<Released<CellsView>, ApiError> {
        let view = CellsView::of(self.release(), layer, filter, resolution, bbox).map_err(|error| {
            tracing::error!(%error, release.id = self.id(), layer = layer.id(), "a layer could not be computed");
            ApiError::Internal
        })?;
        Ok(self.policy.release(view))
    }

    pub fn hotspots(&self, strand: Option<Strand>) -> Option<Released<HotspotsView>> {
        HotspotsView::of(self.release(), strand).map(|view| self.policy.release(view))
    }

    /// One hotspot with its story, by its identifier.
    pub fn hotspot(&self, id: &str) -> Option<Released<HotspotView>> {
        HotspotView::of(self.release(), id).map(|view| self.policy.release(view))
    }

    pub fn events(&self, strand: Option<Strand>) -> Option<Released<EventsView>> {
        EventsView::of(self.release(), strand).map(|view| self.policy.release(view))
    }

    pub fn areas(&self, filter: Filter) -> Released<AreasView> {
        self.policy.release(AreasView::of(self.release(), filter))
    }

    pub fn comparison(&self, periods: Periods, filter: Filter, resolution: u8) -> Result<Released<ComparisonView>, ApiError> {
        let view = ComparisonView::of(self.release(), periods, filter, resolution).map_err(|error| {
            tracing::error!(%error, release.id = self.id(), "two periods could not be compared");
            ApiError::Internal
        })?;
        Ok(self.policy.release(view))
    }

    pub fn silence(&self) -> Released<SilenceView> {
        self.policy.release(SilenceView::of(self.release()))
    }

    pub fn quality(&self) -> Released<QualityView> {
        self.policy.release(QualityView::of(self.release()))
    }

    fn let_through<T: View>(&self, view: T) -> Released<T> {
        match &self.figures {
            Figures::Exact(_) => self.policy.release(view),
            Figures::Published(published) => self.policy.published(published, view),
        }
    }

    /// Resources against need.
    pub fn challenge(&self, input: &ChallengeInput<'_>) -> hotspot_core::Result<Released<ChallengeView>> {
        ChallengeView::of(input).map(|view| self.let_through(view))
    }

    /// One kind of resource given out otherwise.
    pub fn what_if(&self, view: &ChallengeView, kind: &KindAnswer, wish: Wish) -> hotspot_core::Result<Released<WhatIfView>> {
        WhatIfView::of(view, kind, wish).map(|view| self.let_through(view))
    }

    /// Where more sites would reach most of the need.
    pub fn sites(&self, input: &SitesInput<'_>) -> hotspot_core::Result<Released<SitesView>> {
        SitesView::of(input).map(|view| self.let_through(view))
    }

    /// What the release says of itself: counted once, and asked for with every page.
    pub fn summary(&self) -> &Released<ReleaseView> {
        self.summary.get_or_init(|| self.policy.release(ReleaseView::of(self.release())))
    }

    /// Resolution drawn in a tile: the one of its zoom or, where the release has it not, the next coarser one or the coarsest;
    /// 0 for areas.
    pub fn resolution_of(&self, tile: TileCoord) -> u8 {
        let wanted = tile.resolution();
        let all = self.release().units.resolutions();
        let coarsest = all.iter().copied().min().unwrap_or(0);
        all.into_iter().filter(|r| *r <= wanted).max().unwrap_or(coarsest)
    }

    /// Makes a layer ready to be cut.
    pub fn draw(&self, layer: TileLayer, filter: Filter, resolution: u8) -> Result<Drawn, ApiError> {
        let mismatch = |error: hotspot_tiles::Mismatch| {
            tracing::error!(%error, release.id = self.id(), "a layer could not be drawn");
            ApiError::Internal
        };
        match layer {
            TileLayer::Hotspots => {
                let view = self.hotspots(filter.strands.one()).ok_or_else(|| self.not_analysed())?;
                Ok(Drawn::Shapes(ShapeTiles::hotspots(&view)))
            }
            TileLayer::Boroughs => Ok(Drawn::Shapes(self.boroughs())),
            TileLayer::Units(layer) => {
                let values = self.cells(layer, filter, resolution, None)?;
                let counts =
                    if layer == Layer::Count { values.clone() } else { self.cells(Layer::Count, filter, resolution, None)? };
                match &self.release().units {
                    Units::Cells(grid) => {
                        let level = Resolution::try_from(resolution).ok().and_then(|r| grid.level(r)).ok_or(ApiError::Internal)?;
                        let index = self.indexes[usize::from(resolution)]
                            .get_or_init(|| Arc::new(TileIndex::new(level.resolution(), level.cells())));
                        CellTiles::new(Arc::clone(index), &values, &counts).map(Drawn::Cells).map_err(mismatch)
                    }
                    Units::Areas(areas) => ShapeTiles::areas(areas.codes(), areas.names(), areas.polygons(), &values, &counts)
                        .map(Drawn::Shapes)
                        .map_err(mismatch),
                }
            }
        }
    }

    /// A strand without an analysis: the release names those that it has.
    pub fn not_analysed(&self) -> ApiError {
        let has: Vec<&str> = self.release().analyses.iter().map(|a| strand_name(a.strand)).collect();
        BadParameter::new("strand", has.join(", ")).into()
    }

    /// Outlines of the reporting areas that the atlas knows.
    fn boroughs(&self) -> ShapeTiles {
        let boroughs = Atlas::london().boroughs();
        let known = boroughs.iter().filter(|b| self.release().areas.iter().any(|a| a.code == b.code));
        ShapeTiles::outlines("boroughs", known.map(|b| (b.code.as_str(), b.name.as_str(), &b.display)))
    }
}
