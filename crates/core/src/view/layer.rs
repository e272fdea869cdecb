//! What the colour of a unit means, and its classes.

use super::level_of;
use crate::cube::Filter;
use crate::error::Result;
use crate::hotspot::denominator::RESIDENTS;
use crate::incident::UnknownName;
use crate::release::Release;
use crate::time::emerging::Course;
use crate::units::{UnitLevel, Units};
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
    /// The same by residents instead of area; where residents are known.
    Residents,
    /// Recorded incidents per 1,000 residents a year, drawn to the mean where residents are few; where residents are known.
    ResidentRate,
    /// P(rate among the highest 1 % of the units of the hotspots).
    Top,
    /// Gi* z score.
    GiStar,
    /// Clusters of the scan statistic: incidents over those expected.
    Scan,
    /// Kernel density of recorded incidents per square kilometre a year; of cells only.
    Kde,
    /// What a hot place does over the months: new, growing, lasting, on and off, fading or over.
    Emerging,
    /// Share of the settings of the analysis in which the hotspot of the unit is hot.
    Robustness,
}

/// How the eight courses of a hot unit are drawn, from what is over to what is new. The first is class 1.
pub(super) const COURSES: [(&str, &[Course]); 6] = [
    ("over", &[Course::Historical]),
    ("fading", &[Course::Diminishing]),
    ("on and off", &[Course::Sporadic, Course::Oscillating]),
    ("lasting", &[Course::Persistent]),
    ("growing", &[Course::Intensifying]),
    ("new, or in one run of months to the last", &[Course::New, Course::Consecutive]),
];

/// Bandwidth of [`Layer::Kde`], metres.
pub const KDE_BANDWIDTH_M: f64 = 500.0;

impl Layer {
    /// Every layer, the default first.
    pub const ALL: [Self; 11] = [
        Self::Count,
        Self::Density,
        Self::ResidentRate,
        Self::Probability,
        Self::Residents,
        Self::Top,
        Self::GiStar,
        Self::Scan,
        Self::Kde,
        Self::Emerging,
        Self::Robustness,
    ];

    /// Layers that a release has: polygons are too different in size for a kernel at their centres, and residents are not known
    /// everywhere.
    pub fn of(release: &Release) -> impl Iterator<Item = Self> {
        let residents = release.denominators.iter().any(|d| d.id == RESIDENTS);
        let cells = matches!(release.units, Units::Cells(_));
        Self::ALL.into_iter().filter(move |layer| match layer {
            Self::Kde => cells,
            Self::Residents | Self::ResidentRate => residents,
            _ => true,
        })
    }

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Density => "density",
            Self::Probability => "probability",
            Self::Residents => "residents",
            Self::Top => "top",
            Self::GiStar => "gi-star",
            Self::Scan => "scan",
            Self::Kde => "kde",
            Self::ResidentRate => "resident-rate",
            Self::Emerging => "emerging",
            Self::Robustness => "robustness",
        }
    }

    /// What a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Count => "Recorded incidents",
            Self::Density => "Incidents per km² a year",
            Self::Probability => "Probability of more than twice the expected rate",
            Self::Residents => "Probability of more than twice the rate per resident",
            Self::Top => "Probability of the highest 1 %",
            Self::GiStar => "Gi* clustering",
            Self::Scan => "Scan clusters",
            Self::Kde => "Smoothed density",
            Self::ResidentRate => "Incidents per 1,000 residents a year",
            Self::Emerging => "Emerging pattern",
            Self::Robustness => "Hot in how many settings",
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
            Self::Residents => {
                "Posterior probability that the rate per resident is more than twice that of the study area, from a gamma–Poisson model. Cells where nobody lives, or where residents are no fit measure (offices dominate), have no rate and are left empty. A cell of another size has the value of its middle."
            }
            Self::Top => {
                "How often the cell is among the highest 1 % when every cell's rate is drawn from its posterior: a place can be far above the mean and still not sure to be among the highest. A cell of another size has the value of its middle."
            }
            Self::GiStar => {
                "Getis–Ord Gi*: whether the cell and its neighbours together hold more incidents than chance would bring, by exact conditional p. It says nothing of the cell's own count."
            }
            Self::Scan => {
                "Kulldorff's scan: circles of up to 1 km that hold more incidents than their area would bring, each stronger than the strongest circle of 95 in 100 maps without any cluster. The colour is that of the whole circle; a cell of another size has the colour of its middle."
            }
            Self::ResidentRate => {
                "Recorded incidents per 1,000 residents, scaled to one year and drawn to the rate of the study area where residents are few, by a gamma–Poisson model. Cells where nobody lives, or where residents are no fit measure (offices dominate), have no rate and are left empty. A cell of another size has the value of its middle."
            }
            Self::Emerging => {
                "What a hot place does over the months held, up to the last month shown and never across a break of recording: emerging hot spot analysis of the monthly counts of the cell and its neighbours. It needs ten months. The first month shown makes no difference. A cell of another size has the class of its middle."
            }
            Self::Robustness => {
                "In which share of the settings of the analysis the hotspot of this cell is hot, weighted by incidents: other cells, windows, measures and sources. Of the release's own months and reported records, whatever else is filtered; a cell in no hotspot is left empty."
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
            Self::ResidentRate => "incidents per 1,000 residents a year",
            Self::Emerging => "share of months hot",
            Self::Robustness => "share of settings",
            Self::Density | Self::Kde => "incidents per km² a year",
            Self::Probability | Self::Residents | Self::Top => "probability",
            Self::GiStar => "exact p of Gi*",
            Self::Scan => "times the incidents expected in the cluster",
        }
    }
}

impl FromStr for Layer {
    type Err = UnknownName;
    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|l| l.id() == text).ok_or(UnknownName {
            what: "layer",
            allowed: "count, density, resident-rate, probability, residents, top, gi-star, scan, kde, emerging, robustness",
        })
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

/// Colours of classes 1 and up: pale yellow to deep purple, falling in lightness throughout, so that they are told apart with any
/// colour vision and in grey, and do not shout red.
const SEQUENTIAL: [&str; 6] = ["#fcefb9", "#fbcb8b", "#f49a6a", "#dd6170", "#a43a80", "#581a75"];
/// Colour of class 0, which the map leaves empty.
const EMPTY: &str = "#ffffff";

/// Lower ends and labels of the classes of a layer; class 0 is below the first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    empty: String,
    lower: Vec<f64>,
    labels: Vec<String>,
    /// The value grows towards class 0, as a p value does.
    descending: bool,
}

impl Scale {
    /// Locked to the release, so that two months or two strands on one scale can be compared.
    pub(super) fn of(layer: Layer, release: &Release, level: &UnitLevel<'_>) -> Self {
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
            Layer::ResidentRate => {
                let mean = 1000.0 * resident_rate(release, &Filter::over(release.window)) * 12.0 / release.window.len() as f64;
                let lower: Vec<f64> = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0].iter().map(|k| k * mean).collect();
                let labels = ladder(&lower, |from, to| format!("{from:.1} to {to:.1}"));
                Self { empty: format!("no rate, or below {:.1}", 0.5 * mean), lower, labels, descending: false }
            }
            Layer::Emerging => Self {
                empty: "no pattern".to_owned(),
                // The class is that of the pattern, never one of the value.
                lower: (1..=COURSES.len()).map(|class| class as f64).collect(),
                labels: COURSES.iter().map(|(label, _)| (*label).to_owned()).collect(),
                descending: false,
            },
            Layer::Robustness => {
                let lower = vec![f64::MIN_POSITIVE, 0.25, 0.5, 0.75, 0.95];
                let labels = ["below 25 %", "25 to 50 %", "50 to 75 %", "75 to 95 %", "95 % or more"].map(str::to_owned).to_vec();
                Self { empty: "in no hotspot".to_owned(), lower, labels, descending: false }
            }
            Layer::Probability | Layer::Residents | Layer::Top => {
                let lower = vec![0.2, 0.5, 0.8, 0.95, 0.99];
                Self {
                    // Class 0 is drawn empty, and holds the units that have no rate.
                    empty: if layer == Layer::Residents { "no rate, or below 0.2" } else { "below 0.2" }.to_owned(),
                    labels: ladder(&lower, |from, to| format!("{from} to {to}")),
                    lower,
                    descending: false,
                }
            }
            Layer::Scan => {
                let lower = vec![1.0, 2.0, 5.0, 10.0, 20.0];
                Self {
                    empty: "in no cluster".to_owned(),
                    labels: ladder(&lower, |from, to| format!("{from} to {to} times")),
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

    pub(super) fn class(&self, value: f64) -> u8 {
        let reached = |lower: f64| if self.descending { value <= lower } else { value >= lower };
        self.lower.iter().take_while(|l| reached(**l)).count() as u8
    }

    pub(super) fn legend(&self) -> Vec<LegendClass> {
        let colors = &SEQUENTIAL[SEQUENTIAL.len() - self.lower.len()..];
        std::iter::once((&self.empty, EMPTY))
            .chain(self.labels.iter().zip(colors.iter().copied()))
            .map(|(label, color)| LegendClass { label: label.clone(), color, units: 0, incidents: 0 })
            .collect()
    }
}

/// Incidents by residents, of the units of the hotspots whose residents are known.
pub(super) fn resident_rate(release: &Release, filter: &Filter) -> f64 {
    let residents = release.denominators.iter().find(|d| d.id == RESIDENTS);
    let (Some(residents), Some(level)) = (residents, release.units.level(release.resolution)) else { return 0.0 };
    let counts = level.counts(&release.facts, filter);
    let known = counts.iter().zip(&residents.values).filter(|(_, residents)| **residents > 0.0);
    let (incidents, all) = known.fold((0.0, 0.0), |(n, of), (count, residents)| (n + f64::from(*count), of + residents));
    if all > 0.0 { incidents / all } else { 0.0 }
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
    /// [`crate::Error::OutOfRange`] for a resolution that the release has not got.
    pub fn legend(self, release: &Release, resolution: u8) -> Result<Vec<LegendClass>> {
        Ok(Scale::of(self, release, &level_of(release, resolution)?).legend())
    }
}
