//! What may be shown: the closed set of views that a [`Policy`](crate::disclosure::Policy) releases.

use crate::cube::{Filter, NO_AREA};
use crate::density::{Edge, EdgeCorrection, KdeParams, Mask, Points, kde};
use crate::error::{Error, Result};
use crate::hotspot::StrandAnalysis;
use crate::hotspot::detect::RelativeRates;
use crate::incident::{PlaceKind, UnknownName};
use crate::local::permutation::local_g_exact;
use crate::local::{Alternative, Null};
use crate::rate::poisson::exact_limits;
use crate::release::{DataClass, Reconciliation, Release};
use crate::units::{UnitLevel, Units};
use crate::weights::SelfWeight;
use crate::{Month, MonthRange, SeriesBreak, Strand};
use h3o::Resolution;
use std::str::FromStr;

/// What the colour of a unit means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// Recorded incidents.
    Count,
    /// Recorded incidents per square kilometre a year.
    Density,
    /// P(rate > 2 × the study area's).
    Probability,
    /// Gi* z score.
    GiStar,
    /// Kernel density of recorded incidents per square kilometre a year; of cells only.
    Kde,
}

/// Bandwidth of [`Layer::Kde`], metres.
pub const KDE_BANDWIDTH_M: f64 = 500.0;

impl Layer {
    /// Every layer, the default first.
    pub const ALL: [Self; 5] = [Self::Count, Self::Density, Self::Probability, Self::GiStar, Self::Kde];

    /// Layers that units have: polygons are too different in size for a kernel at their centres.
    pub fn of(units: &Units) -> &'static [Self] {
        match units {
            Units::Cells(_) => &Self::ALL,
            Units::Areas(_) => &Self::ALL[..4],
        }
    }

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Density => "density",
            Self::Probability => "probability",
            Self::GiStar => "gi-star",
            Self::Kde => "kde",
        }
    }

    /// What a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Count => "Recorded incidents",
            Self::Density => "Incidents per km² a year",
            Self::Probability => "Probability of more than twice the expected rate",
            Self::GiStar => "Gi* clustering",
            Self::Kde => "Smoothed density",
        }
    }

    /// One line that says what it is.
    pub const fn definition(self) -> &'static str {
        match self {
            Self::Count => "Number of recorded incidents in the period.",
            Self::Density => "Recorded incidents per square kilometre of the cell inside the study area, scaled to one year.",
            Self::Probability => {
                "Posterior probability that the cell's rate is more than twice that of the study area, from a gamma–Poisson model with area as the reference measure."
            }
            Self::GiStar => {
                "Getis–Ord Gi*: whether the cell and its neighbours together hold more incidents than chance would bring, by exact conditional p. It says nothing of the cell's own count."
            }
            Self::Kde => {
                "Recorded incidents per square kilometre, smoothed by a quartic kernel of 500 m round each incident's small cell, scaled to one year and corrected at the edge of the study area. A picture without a test: it shows where, not how sure."
            }
        }
    }

    /// Unit of the value.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Count => "incidents",
            Self::Density | Self::Kde => "incidents per km² a year",
            Self::Probability => "probability",
            Self::GiStar => "exact p of Gi*",
        }
    }
}

impl FromStr for Layer {
    type Err = UnknownName;
    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|l| l.id() == text)
            .ok_or(UnknownName { what: "layer", allowed: "count, density, probability, gi-star, kde" })
    }
}

/// One class of a legend.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendClass {
    /// What a person reads, such as `3 to 5`.
    pub label: String,
    /// Fill colour, `#rrggbb`.
    pub color: &'static str,
    /// Units in it.
    pub units: u32,
    /// Incidents in those units.
    pub incidents: u64,
}

/// Units with a value: what a map layer draws.
#[derive(Debug, Clone, PartialEq)]
pub struct CellsView {
    /// What the value means.
    pub layer: Layer,
    /// What was counted.
    pub filter: Filter,
    /// H3 resolution; 0 for areas.
    pub resolution: u8,
    /// Rows of the units at that resolution, ascending; the units of class 0 are left out.
    pub units: Vec<u32>,
    /// Incidents, aligned with `units`.
    pub n: Vec<u32>,
    /// Value, aligned with `units`.
    pub value: Vec<f64>,
    /// Class, aligned with `units`: index into `legend`.
    pub class: Vec<u8>,
    /// Classes; the first (class 0) is drawn empty.
    pub legend: Vec<LegendClass>,
    /// Incidents in all units that the filter counts.
    pub total: u64,
}

/// Hotspots of one strand.
#[derive(Debug, Clone, PartialEq)]
pub struct HotspotsView {
    /// The analysis.
    pub analysis: StrandAnalysis,
    /// The factor of the rule: hot means a rate above this many times the study area's.
    pub threshold: f64,
    /// Name of the reference measure.
    pub reference: String,
}

/// One reporting area (borough).
#[derive(Debug, Clone, PartialEq)]
pub struct AreaRow {
    /// Code; empty for a non-geographic one.
    pub code: String,
    /// Name.
    pub name: String,
    /// Incidents.
    pub n: u64,
    /// Residents, if fit for a rate.
    pub residents: Option<u32>,
    /// Incidents per 1,000 residents a year with exact 95 % Poisson limits: rate, lower, upper.
    pub rate: Option<[f64; 3]>,
}

/// Incidents by reporting area, with what lies in none.
#[derive(Debug, Clone, PartialEq)]
pub struct AreasView {
    /// What was counted.
    pub filter: Filter,
    /// By area.
    pub rows: Vec<AreaRow>,
    /// Mapped or known to an area, but in none of these.
    pub elsewhere: u64,
    /// Online.
    pub online: u64,
    /// No place.
    pub no_place: u64,
    /// All of them.
    pub total: u64,
}

/// What a release says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseView {
    /// Identifier.
    pub id: String,
    /// Last month of the window.
    pub month: Month,
    /// Window of the hotspots.
    pub window: MonthRange,
    /// Months that the facts cover.
    pub months: MonthRange,
    /// State of the store, `YYYY-MM-DD`.
    pub as_known_on: String,
    /// Class.
    pub class: DataClass,
    /// Licence or source statement.
    pub licence: Option<String>,
    /// Name of the study area.
    pub study_area: String,
    /// West, south, east, north in degrees.
    pub bounds: [f64; 4],
    /// Resolution of the hotspots; 0 for areas.
    pub resolution: u8,
    /// Resolutions that can be asked for; empty for areas.
    pub resolutions: Vec<u8>,
    /// Account of every row.
    pub reconciliation: Reconciliation,
    /// Mapped, but outside the study area.
    pub outside: u64,
    /// Incidents and number of hotspots by strand; `None` stands for all; no number means "cannot tell".
    pub strands: Vec<(Option<Strand>, u32, Option<u32>)>,
    /// Reference measure of the hotspot rule.
    pub reference: String,
    /// Factor of the hotspot rule.
    pub threshold: f64,
    /// Breaks of the series inside the months covered.
    pub breaks: Vec<SeriesBreak>,
}

/// Colours of classes 1 and up: pale yellow to deep purple, falling in lightness throughout, so that they are told apart with any
/// colour vision and in grey, and do not shout red.
const SEQUENTIAL: [&str; 6] = ["#fcefb9", "#fbcb8b", "#f49a6a", "#dd6170", "#a43a80", "#581a75"];
/// Colour of class 0, which the map leaves empty.
const EMPTY: &str = "#ffffff";

/// Lower ends and labels of the classes of a layer; class 0 is below the first.
#[derive(Debug, Clone, PartialEq)]
struct Scale {
    empty: String,
    lower: Vec<f64>,
    labels: Vec<String>,
    /// The value grows towards class 0, as a p value does.
    descending: bool,
}

impl Scale {
    /// Locked to the release, so that two months or two strands on one scale can be compared.
    fn of(layer: Layer, release: &Release, level: &UnitLevel<'_>) -> Self {
        match layer {
            Layer::Count => {
                let all = level.counts(&release.facts, &Filter::over(release.window));
                let largest = f64::from(all.iter().copied().max().unwrap_or(0));
                // The least round factor with which the last class starts above a quarter of the fullest unit.
                let factor = (0..30)
                    .map(|i| [1.0, 2.0, 5.0][i % 3] * 10f64.powi((i / 3) as i32))
                    .find(|f| 200.0 * f >= largest)
                    .unwrap_or(1.0);
                let lower: Vec<f64> = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
                    .iter()
                    .enumerate()
                    .map(|(i, s)| if i == 0 { 1.0 } else { s * factor })
                    .collect();
                Self {
                    empty: "none".to_owned(),
                    labels: ladder(
                        &lower,
                        |from, to| if from + 1.0 == to { format!("{from}") } else { format!("{from} to {}", to - 1.0) },
                    ),
                    lower,
                    descending: false,
                }
            }
            Layer::Density => {
                let filter = Filter::over(release.window);
                let area: f64 = level.area_km2.iter().sum();
                let inside: u64 = level.counts(&release.facts, &filter).iter().map(|n| u64::from(*n)).sum();
                let mean = inside as f64 / area.max(f64::MIN_POSITIVE) * 12.0 / release.window.len() as f64;
                let lower: Vec<f64> = [0.0, 1.0, 2.0, 5.0, 10.0, 20.0].iter().map(|k| k * mean).collect();
                let mut labels = ladder(&lower, |from, to| format!("{from:.1} to {to:.1}"));
                labels[0] = format!("up to the mean of {mean:.1}");
                Self { empty: "none".to_owned(), lower, labels, descending: false }
            }
            Layer::Kde => {
                let filter = Filter::over(release.window);
                let area: f64 = level.area_km2.iter().sum();
                let inside: u64 = level.counts(&release.facts, &filter).iter().map(|n| u64::from(*n)).sum();
                let mean = inside as f64 / area.max(f64::MIN_POSITIVE) * 12.0 / release.window.len() as f64;
                let lower: Vec<f64> = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0].iter().map(|k| k * mean).collect();
                let labels = ladder(&lower, |from, to| format!("{from:.1} to {to:.1}"));
                Self { empty: format!("below {:.1}", 0.5 * mean), lower, labels, descending: false }
            }
            Layer::Probability => {
                let lower = vec![0.2, 0.5, 0.8, 0.95, 0.99];
                Self {
                    empty: "below 0.2".to_owned(),
                    labels: ladder(&lower, |from, to| format!("{from} to {to}")),
                    lower,
                    descending: false,
                }
            }
            Layer::GiStar => Self {
                empty: "p above 0.05".to_owned(),
                lower: vec![0.05, 0.01, 0.001],
                labels: vec!["p 0.05 to 0.01".to_owned(), "p 0.01 to 0.001".to_owned(), "p 0.001 or less".to_owned()],
                descending: true,
            },
        }
    }

    fn class(&self, value: f64) -> u8 {
        let reached = |lower: f64| if self.descending { value <= lower } else { value >= lower };
        self.lower.iter().take_while(|l| reached(**l)).count() as u8
    }

    fn legend(&self) -> Vec<LegendClass> {
        let colors = &SEQUENTIAL[SEQUENTIAL.len() - self.lower.len()..];
        std::iter::once((&self.empty, EMPTY))
            .chain(self.labels.iter().zip(colors.iter().copied()))
            .map(|(label, color)| LegendClass { label: label.clone(), color, units: 0, incidents: 0 })
            .collect()
    }
}

/// Labels of classes from their lower ends; the last is open.
fn ladder(lower: &[f64], between: impl Fn(f64, f64) -> String) -> Vec<String> {
    let mut labels: Vec<String> = lower.windows(2).map(|w| between(w[0], w[1])).collect();
    labels.extend(
        lower.last().map(|l| if l.fract() == 0.0 || *l < 1.0 { format!("{l} or more") } else { format!("{l:.1} or more") }),
    );
    labels
}

impl Layer {
    /// Legend of the layer in a release at a resolution, without numbers.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a resolution that the release has not got.
    pub fn legend(self, release: &Release, resolution: u8) -> Result<Vec<LegendClass>> {
        Ok(Scale::of(self, release, &level_of(release, resolution)?).legend())
    }
}

fn level_of(release: &Release, resolution: u8) -> Result<UnitLevel<'_>> {
    release.units.level(resolution).ok_or(Error::OutOfRange { what: "resolution", must: "one that the release has" })
}

impl CellsView {
    /// Computes a layer live from the facts. With `bounds` (west, south, east, north) only the units whose centre lies inside are
    /// valued and counted in the legend; the model is fitted to all units whatever the bounds.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a resolution that the release has not got.
    pub fn of(release: &Release, layer: Layer, filter: Filter, resolution: u8, bounds: Option<[f64; 4]>) -> Result<Self> {
        let level = level_of(release, resolution)?;
        let counts = level.counts(&release.facts, &filter);
        let inside = |row: usize| {
            bounds.is_none_or(|[west, south, east, north]| {
                release
                    .units
                    .center(resolution, row as u32)
                    .is_some_and(|c| west <= c.lon && c.lon < east && south <= c.lat && c.lat < north)
            })
        };
        let scale = Scale::of(layer, release, &level);
        let mut view = Self {
            layer,
            filter,
            resolution,
            units: Vec::new(),
            n: Vec::new(),
            value: Vec::new(),
            class: Vec::new(),
            legend: scale.legend(),
            total: counts.iter().map(|n| u64::from(*n)).sum(),
        };
        let years = filter.months.len() as f64 / 12.0;
        let mut add = |row: usize, value: f64, class: u8| {
            let legend = &mut view.legend[usize::from(class)];
            legend.units += 1;
            legend.incidents += u64::from(counts[row]);
            if class > 0 {
                view.units.push(row as u32);
                view.n.push(counts[row]);
                view.value.push(value);
                view.class.push(class);
            }
        };
        let rows = (0..counts.len()).filter(|row| inside(*row));
        match layer {
            Layer::Count => rows.for_each(|row| add(row, f64::from(counts[row]), scale.class(f64::from(counts[row])))),
            Layer::Density => rows.for_each(|row| {
                let density = f64::from(counts[row]) / level.area_km2[row] / years;
                add(row, density, if counts[row] == 0 { 0 } else { scale.class(density).max(1) });
            }),
            Layer::Probability => {
                // Without an incident there is no evidence for any place.
                let rates = (view.total > 0).then(|| RelativeRates::fit(&counts, level.area_km2)).transpose()?;
                let probability =
                    |row: usize| rates.as_ref().map_or(0.0, |r| r.posterior(row, counts[row]).exceedance(release.rule.threshold));
                rows.for_each(|row| {
                    let p = probability(row);
                    add(row, p, scale.class(p));
                });
            }
            Layer::Kde => {
                let rows: Vec<usize> = rows.collect();
                let density = smoothed(release, filter, resolution, &rows)?;
                for (row, density) in rows.into_iter().zip(density) {
                    let density = density / years;
                    add(row, density, scale.class(density));
                }
            }
            Layer::GiStar => {
                let p = if view.total > 0 {
                    local_g_exact(&counts, level.neighbors, SelfWeight::Included, Null::Conditional, Alternative::Greater)?.p
                } else {
                    vec![1.0; counts.len()]
                };
                rows.for_each(|row| add(row, p[row], scale.class(p[row])));
            }
        }
        Ok(view)
    }
}

/// Kernel density per square kilometre at the centres of some cells of a level, from the counts of the finest cells.
fn smoothed(release: &Release, filter: Filter, resolution: u8, rows: &[usize]) -> Result<Vec<f64>> {
    let Units::Cells(grid) = &release.units else {
        return Err(Error::OutOfRange { what: "layer", must: "one that the units have" });
    };
    let level = Resolution::try_from(resolution).ok().and_then(|r| grid.level(r));
    let level = level.ok_or(Error::OutOfRange { what: "resolution", must: "one that the release has" })?;
    let finest = grid.finest();
    let counts: Vec<f64> = release.facts.counts(&filter, finest.len()).into_iter().map(f64::from).collect();
    let at: Vec<[f64; 2]> = rows.iter().map(|row| level.centers_m()[*row]).collect();
    let mask = Mask::Cells { centers: finest.centers_m(), area_km2: finest.area_km2() };
    let params = KdeParams { edge: Some(Edge { correction: EdgeCorrection::Uniform, mask }), ..KdeParams::fixed(KDE_BANDWIDTH_M) };
    Ok(kde(Points::weighted(finest.centers_m(), &counts), &at, &params)?.density_per_km2)
}

impl HotspotsView {
    /// The hotspots of a strand, or of all records; `None` when the release does not analyse it.
    pub fn of(release: &Release, strand: Option<Strand>) -> Option<Self> {
        let analysis = release.analysis(strand)?.clone();
        Some(Self { analysis, threshold: release.rule.threshold, reference: release.reference.clone() })
    }
}

impl AreasView {
    /// Incidents by reporting area, with rates where residents are a fit denominator.
    pub fn of(release: &Release, filter: Filter) -> Self {
        let mut counts = vec![0u64; release.areas.len()];
        let mut view = Self { filter, rows: Vec::new(), elsewhere: 0, online: 0, no_place: 0, total: 0 };
        for row in release.facts.rows(&filter) {
            let Some(fact) = release.facts.get(row) else { continue };
            let n = u64::from(fact.count);
            view.total += n;
            match (fact.place, counts.get_mut(usize::from(fact.area))) {
                (PlaceKind::Online, _) => view.online += n,
                (PlaceKind::NoPlace, _) => view.no_place += n,
                (_, Some(count)) if fact.area != NO_AREA => *count += n,
                _ => view.elsewhere += n,
            }
        }
        let years = filter.months.len() as f64 / 12.0;
        view.rows = release
            .areas
            .iter()
            .zip(counts)
            .map(|(area, n)| {
                let rate = area.residents.filter(|r| *r > 0).map(|residents| {
                    let per = 1000.0 / f64::from(residents) / years;
                    let [lo, hi] = exact_limits(n, 0.95);
                    [n as f64 * per, lo * per, hi * per]
                });
                AreaRow { code: area.code.clone(), name: area.name.clone(), n, residents: area.residents, rate }
            })
            .collect();
        view
    }
}

impl ReleaseView {
    /// What the release says of itself.
    pub fn of(release: &Release) -> Self {
        let strands = release
            .analyses
            .iter()
            .map(|a| (a.strand, a.n, (a.verdict == crate::hotspot::Verdict::Analysed).then_some(a.hotspots.len() as u32)))
            .collect();
        Self {
            id: release.id.clone(),
            month: release.month,
            window: release.window,
            months: release.months,
            as_known_on: release.as_known_on.to_string(),
            class: release.class,
            licence: release.licence.clone(),
            study_area: release.study_area.clone(),
            bounds: release.units.bounds(),
            resolution: release.resolution,
            resolutions: release.units.resolutions(),
            reconciliation: release.reconciliation,
            outside: release.outside,
            strands,
            reference: release.reference.clone(),
            threshold: release.rule.threshold,
            breaks: release.breaks.inside(release.months).cloned().collect(),
        }
    }
}
