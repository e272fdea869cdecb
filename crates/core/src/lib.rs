//! What is a hotspot? The pure part of the project: incidents, places, grid, statistics, hotspots, disclosure control.
//!
//! No file, clock, environment or network is touched here: time, seed and settings are passed in. The same input and seed give the
//! same bytes on any number of threads.
//!
//! # The catalogue, by question
//!
//! | question | module |
//! | --- | --- |
//! | what is an incident, a place, a month? | [`incident`], [`month`], [`projection`] |
//! | which units are counted? | [`grid`] (H3 cells), [`areas`] (polygons), [`units`], [`cube`] (facts and filters) |
//! | who is near whom? | [`weights`] |
//! | which units are like, or unlike, their neighbours? | [`local`] |
//! | how dense is it? | [`density`] |
//! | where do incidents crowd? | [`cluster`], [`cluster::scan`] |
//! | when, how often again, is it a change? | [`time`] |
//! | how high is a rate, how sure is it? | [`rate`] |
//! | was the method right? | [`evaluate`], [`simulate`] |
//! | what is a hotspot? | [`hotspot`] |
//! | how good are the records? | [`quality`] |
//! | what may be shown? | [`view`], [`disclosure`], [`release`] |
//!
//! Each method's module is a half-page paper: definition, formula, source, parameters, pitfalls, cost, example. `CONFORMANCE.md`,
//! written by the tests, says with which tools the numbers agree and where and why they differ; `hotspot stats METHOD` is the same
//! on a table of one's own.
//! `EVIDENCE.md`, written by a proof, says how often hotspots are true on simulated worlds.
//!
//! # Names elsewhere
//!
//! | there | here |
//! | --- | --- |
//! | **ArcGIS** Hot Spot Analysis (Getis-Ord Gi*) | [`local::getis_ord::local_g_test`] with the cell itself among its neighbours |
//! | Optimized Hot Spot Analysis | [`hotspot::analysis`]; Gi* with [`local::fdr`] |
//! | Cluster and Outlier Analysis (Anselin Local Moran's I) | [`local::moran`] |
//! | Spatial Autocorrelation; High/Low Clustering | [`local::global::moran`]; [`local::global::general_g`] |
//! | Emerging Hot Spot Analysis; Create Space Time Cube | [`time::emerging`]; [`space_time_cube`] |
//! | Kernel Density | [`density::kde()`] with [`density::Kernel::Quartic`] |
//! | Density-based Clustering (DBSCAN, HDBSCAN, with time) | [`cluster::dbscan`], [`cluster::hdbscan`], [`cluster::st_dbscan`] |
//! | Directional Distribution; Minimum Bounding Geometry (convex hull) | [`cluster::ellipse::ellipse`]; [`cluster::ellipse::hull`] |
//! | Generate Spatial Weights Matrix | [`weights`], [`areas::AreaLayer::contiguity`] |
//! | **PySAL** `esda.G_Local`, `Moran_Local`, `Geary_Local`, `Moran`, `Geary`, `G` | [`local`] |
//! | `esda.Moran_Local_Rate`, `assuncao_rate`, `Empirical_Bayes` | [`rate::empirical_bayes`] |
//! | `esda.fdr` | [`local::fdr`] (adjusted p, not a cut-off) |
//! | `permutations=999`, `p_sim`, directed and folded p | [`local::Tails`]; exact where it can be: [`local::permutation`] |
//! | `libpysal.weights.Queen`, `Rook`, `KNN`, `DistanceBand`, `Graph.build_h3` | [`areas::AreaLayer::contiguity`], [`weights`] |
//! | `pointpats.Knox`, `std_distance`, `ellipse` | [`time::knox`], [`cluster::ellipse`] |
//! | `libpysal` islands; `transform="R"` | [`weights::SpatialWeights::islands`]; [`weights::SpatialWeights::row_standardized`] |
//! | **GeoDa** LISA map, Local G, EB rates, excess risk | [`local::moran`], [`local::getis_ord`], [`rate::empirical_bayes`], [`rate::ratio`] |
//! | **R** `spdep::localG`, `localmoran`, `localC`, `moran.test`, `geary.test`, `globalG.test` | [`local`] |
//! | `spdep::poly2nb`, `dnearneigh`, `knearneigh`, `nb2listw` | [`weights`], [`areas`] |
//! | `spdep::EBest`, `EBImoran.mc`; `DCluster::empbaysmooth` | [`rate::empirical_bayes`]; [`rate::shrinkage`] |
//! | `sfhotspot::hotspot_count`, `hotspot_gistar` | [`cube`], [`local::getis_ord`] |
//! | `sfhotspot::hotspot_kde`, `hotspot_dual_kde` | [`density::kde()`], [`density::dual_kde()`] |
//! | `sfhotspot::hotspot_classify`, `sfdep::emerging_hotspot_analysis` | [`time::emerging`] |
//! | `spatstat::density.ppp`, `relrisk`, `bw.ppl` | [`density`], [`density::cross_validation`] |
//! | `dbscan::dbscan`, `hdbscan`; `aspace::calc_sde` | [`cluster`] |
//! | `smerc`, `SpatialEpi::kulldorff`, `scanstatistics` | [`cluster::scan`] |
//! | `NearRepeat`, `surveillance::knox` | [`time::knox`] |
//! | `Kendall::MannKendall`, `trend::sens.slope` | [`time::mann_kendall`] |
//! | `qicharts2`, `NHSRplotthedots` | [`time::control_chart`] |
//! | `survival::survfit` | [`time::survival`] |
//! | `surveillance::nowcast`, `ChainLadder::chainladder` | [`time::delay`] |
//! | `PHEindicatormethods`, `epitools`, `poisson.test` | [`rate::poisson`], [`rate::proportion`], [`rate::ratio`] |
//! | `FunnelPlotR` | [`rate::funnel()`] |
//! | `ptools::e_test`, `wdd`, `scanw`, `pai`; `lorenzgini` | [`rate::e_test()`], [`rate::displacement`], [`rate::naus()`], [`evaluate::pai()`]; [`evaluate::concentration()`] |
//! | **SaTScan** discrete Poisson, Bernoulli, space-time permutation | [`cluster::scan::Model`] |
//! | retrospective, prospective; recurrence interval | [`cluster::scan::Period`]; [`cluster::scan::ScanCluster::recurrence_steps`] |
//! | maximum spatial cluster size; Gini-optimised clusters | [`cluster::scan::ScanParams::max_population`]; [`cluster::scan::GiniParams`] |
//! | Gumbel p value; early termination | [`cluster::scan::Gumbel`]; [`cluster::scan::Stop`] |
//! | **CrimeStat** single and dual kernel density | [`density::kde()`], [`density::dual_kde()`] |
//! | standard deviational ellipse; Knox index | [`cluster::ellipse`]; [`time::knox`] |
//! | Moran's I, Geary's C, Getis-Ord G; zonal hot spots (Anselin's local Moran) | [`local`] |
//! | **Near Repeat Calculator** | [`time::knox::knox()`] |
//!
//! # Not here yet, because
//!
//! - **STAC** (Spatial and Temporal Analysis of Crime): its circles on a lattice depend on where the lattice begins, it has no test, and
//!   [`cluster::dbscan`] and the scan answer the same question without either fault.
//! - **Nearest-neighbour hierarchical clusters** (CrimeStat NNH): the distance within which points join depends on the area of the
//!   study region, so that a wider frame finds more clusters; [`cluster::hdbscan`] needs no distance and no frame.
//! - **Elliptic and irregular scan windows** (SaTScan's ellipses, flexible and upper-level-set scans): every shape costs a penalty that must
//!   be chosen, and the rivers and streets that make a circle wrong make an ellipse wrong too.
//! - **Iterative scan** (removing each cluster and scanning again): secondary clusters are judged against the maxima of the whole map, which
//!   is conservative and needs no second null; removal would change the population under the next test.
//! - **Farrington's algorithm** and other surveillance regressions: they need five years of one steady series, and recording breaks are more
//!   frequent than that; [`time::control_chart`] with a stated baseline says what can be said.
//! - **Local Knox** and other local space-time statistics: a pair of incidents marked on a map points at persons.
//! - **Local join counts** (GeoDa): for presence and absence; incidents are counted here, and [`local`] keeps the counts.
//! - **Geographically weighted regression** and risk terrain models: they explain places by what is there; what a hate-crime map is used for
//!   asks where recorded harm is, and a model of surroundings would send people where nothing was recorded.

#![warn(missing_docs)]

pub mod areas;
pub mod atlas;
pub mod cluster;
pub mod comparison;
pub mod cube;
pub mod density;
pub mod disclosure;
pub mod error;
pub mod evaluate;
pub mod grid;
pub mod hotspot;
pub mod incident;
pub mod local;
pub mod month;
mod policy;
pub mod projection;
pub mod provenance;
pub mod quality;
pub mod rate;
pub mod release;
pub mod residents;
pub mod resource;
pub mod simulate;
pub mod space_time_cube;
pub mod strands;
pub mod success;
pub mod summary;
pub mod time;
pub mod units;
pub mod view;
pub mod weights;

pub use error::{Error, Result};
pub use incident::{
    AreaCode, FlagStatus, Incident, IncidentId, Occurred, Offence, OffenceSet, Outcome, OutcomeSet, Place, PlaceKind, Precision,
    Pseudonym, Setting, SettingSet, Source, SourceSet, Strand, StrandSet, TimePrecision, UnknownName, Withheld,
};
pub use month::{BreakRegistry, Month, MonthError, MonthRange, SeriesBreak};
pub use projection::{EastingNorthing, LonLat};
pub use strands::Strands;
