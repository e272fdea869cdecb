//! Knox: are events that are close in space also close in time, and at which distances?
//!
//! # Definition
//! Knox, *Applied Statistics* 13, 1964. All n(n−1)/2 pairs of events are sorted into bands of distance and of time apart. If place and
//! time were unrelated, a cell would hold `row total · column total / all pairs`: this is *exactly* the mean over all ways of shuffling
//! the times among the events, so no simulation is needed for it. Its standard deviation under shuffling is known too (Barton and
//! David 1966; Mantel, *Cancer Research* 27, 1967, from the numbers of partners of each event) and is given as
//! [`KnoxCell::sd`]. p is simulated: `(1 + replicates with at least the observed) / (R + 1)`. The *Knox ratio* is observed over
//! expected.
//!
//! Two questions, two functions:
//! - [`knox`]: the near-repeat table, every band at once, as NearRepeat and Ratcliffe's calculator have it.
//! - [`knox_test`]: one pair of thresholds, *inclusive*, as `pointpats` and epidemiology have it.
//!
//! # Bands
//! Half-open, `[from, until)`, and printed so: days `0,7,14` are "less than 7 days apart" and "at least 7, less than 14". Infinity
//! as last edge adds what lies beyond. (Ratcliffe's calculator 1.3 prints "a to b" for what covers [a−1, b): its "1 day" is the *same
//! day*, which no patrol can act on.) Time is in whole units, days by custom; with hours, say hours throughout. Distances are
//! compared as computed from the coordinates, squares with squares.
//!
//! [`SamePlace::Within`] takes pairs at one place (closer than 1 m) out of the first band into a row of their own: repeats at an
//! address and near repeats are different things. It cuts the first band to [1, …).
//!
//! # Defaults
//! Euclidean metres (NearRepeat's default is Manhattan: [`Metric::Manhattan`]), 999 replicates. A band is called a near repeat when
//! p < 0.05 and the ratio is at least 1.2, as the calculator's manual does: [`KnoxCell::is_near_repeat`].
//!
//! # Pitfalls
//! Population growth or a season that differs between places makes pairs close in both without any contagion (Kulldorff and
//! Hjalmars, *Biometrics* 55, 1999): choose a period and an area with one trend. Places known to a grid or a snap point make false
//! same places. Times known to an interval (overnight) blur the first days. Every cell is a test of its own: twelve cells at 0.05
//! find something by chance every other time. `pointpats` gives as Poisson p what is P(X > observed); here it is P(X ≥ observed).
//!
//! # Cost
//! Pairs closer than the last finite distance, once for 32 replicates: 25 thousand events of a year, 155 thousand pairs within
//! 200 m and 999 replicates take 0.05 s of one core, a quarter of a million events of ten years with 16 million pairs 2 s; 4 bytes
//! for each pair. What lies beyond the last finite edge costs nothing: it follows from totals.

use crate::error::{Error, Result};
use crate::incident::UnknownName;
use crate::local::Inference;
use pairs::{ClosePairs, Ends, close_pairs};
use permutation::Shuffle;
use statrs::function::gamma::gamma_lr;
use std::fmt;
use std::str::FromStr;

mod pairs;
mod permutation;

/// How distance is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Metric {
    /// As the crow flies.
    #[default]
    Euclidean,
    /// East–west plus north–south: streets on a grid that runs north. London has none.
    Manhattan,
}

impl Metric {
    /// The identifier in files and options.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Euclidean => "euclidean",
            Self::Manhattan => "manhattan",
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Metric {
    type Err = UnknownName;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownName> {
        match text.trim() {
            "euclidean" => Ok(Self::Euclidean),
            "manhattan" => Ok(Self::Manhattan),
            _ => Err(UnknownName { what: "metric", allowed: "euclidean, manhattan" }),
        }
    }
}

/// Whether pairs at one place have a row of their own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SamePlace {
    /// They have: pairs closer than so many metres, which the first band then leaves out.
    Within(f64),
    /// They belong to the first band.
    InFirstBand,
}

/// What [`knox`] is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct KnoxParams {
    /// Edges of the bands of distance in metres, ascending; the last may be infinite.
    pub distances_m: Vec<f64>,
    /// Edges of the bands of time in days, ascending; the last may be infinite.
    pub days: Vec<f64>,
    /// How distance is measured.
    pub metric: Metric,
    /// Whether pairs at one place have a row of their own.
    pub same_place: SamePlace,
    /// Number of times that the times are shuffled.
    pub replicates: u32,
    /// Seed of the random numbers.
    pub seed: u64,
}

impl KnoxParams {
    /// Euclidean distance, pairs closer than 1 m in a row of their own, 999 replicates.
    pub fn new(distances_m: &[f64], days: &[f64], seed: u64) -> Self {
        Self {
            distances_m: distances_m.to_vec(),
            days: days.to_vec(),
            metric: Metric::Euclidean,
            same_place: SamePlace::Within(1.0),
            replicates: 999,
            seed,
        }
    }
}

/// A half-open range, `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Its least value.
    pub from: f64,
    /// The value before which it ends; infinite when it does not.
    pub until: f64,
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.from, self.until)
    }
}

/// Pairs of one band of distance and one of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnoxCell {
    /// Number of pairs.
    pub observed: u64,
    /// Mean over all ways of shuffling the times, exactly: row total times column total over all pairs.
    pub expected: f64,
    /// Standard deviation over all ways of shuffling, exactly.
    pub sd: f64,
    /// Observed over expected; `None` where nothing is expected.
    pub ratio: Option<f64>,
    /// `(1 + replicates with at least the observed number) / (R + 1)`.
    pub p: f64,
    /// Mean over the replicates.
    pub simulated_mean: f64,
    /// Standard deviation over the replicates (divisor R).
    pub simulated_sd: f64,
}

impl KnoxCell {
    /// p < 0.05 and a ratio of at least 1.2: the rule of the near-repeat calculator's manual.
    pub fn is_near_repeat(&self) -> bool {
        self.p < 0.05 && self.ratio.is_some_and(|r| r >= 1.2)
    }
}

/// The near-repeat table.
#[derive(Debug, Clone, PartialEq)]
pub struct KnoxTable {
    /// How distance was measured.
    pub metric: Metric,
    /// Where p comes from: [`Inference::Permutation`].
    pub inference: Inference,
    /// Number of events.
    pub events: usize,
    /// Number of all pairs.
    pub pairs: u64,
    /// Whether the first row is of pairs at one place.
    pub same_place: bool,
    /// Bands of distance in metres: the rows.
    pub distances_m: Vec<Band>,
    /// Bands of time in days: the columns.
    pub days: Vec<Band>,
    /// Cells, row after row.
    pub cells: Vec<KnoxCell>,
}

impl KnoxTable {
    /// One cell.
    pub fn cell(&self, distance: usize, time: usize) -> Option<&KnoxCell> {
        (time < self.days.len()).then(|| self.cells.get(distance * self.days.len() + time))?
    }

    /// Bands of distance and time, and their cell, row after row.
    pub fn iter(&self) -> impl Iterator<Item = (Band, Band, &KnoxCell)> {
        self.cells
            .chunks(self.days.len())
            .zip(&self.distances_m)
            .flat_map(|(row, distance)| row.iter().zip(&self.days).map(|(cell, time)| (*distance, *time, cell)))
    }
}

/// The near-repeat table of events at `points` (metres) on `days` (whole numbers from any origin).
///
/// # Errors
/// [`Error::Length`] when there is not one day for each point. [`Error::OutOfRange`] when a coordinate is not finite, edges do not
/// ascend from 0 or more, days span 2³¹ or more, there is no replicate, or more than 500 million pairs are closer than the last
/// finite edge.
///
/// ```
/// use hotspot_core::time::knox::{KnoxParams, SamePlace, knox};
///
/// // Two events 100 m and 3 days apart.
/// let params = KnoxParams { same_place: SamePlace::InFirstBand, ..KnoxParams::new(&[0.0, 200.0, 400.0], &[0.0, 3.0, 6.0], 1) };
/// let table = knox(&[[0.0, 0.0], [0.0, 100.0]], &[0, 3], &params)?;
/// let observed: Vec<u64> = table.cells.iter().map(|c| c.observed).collect();
/// assert_eq!(observed, [0, 1, 0, 0]);
/// assert_eq!(table.days[1].to_string(), "[3, 6)");
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn knox(points: &[[f64; 2]], days: &[i64], params: &KnoxParams) -> Result<KnoxTable> {
    let mut rows = bands(&params.distances_m, "distances")?;
    let columns = bands(&params.days, "days")?;
    if let SamePlace::Within(place_m) = params.same_place {
        if !(place_m > 0.0 && place_m.is_finite() && place_m < rows[0].until) {
            return Err(Error::OutOfRange { what: "distance of one place", must: "above 0 and below the end of the first band" });
        }
        rows[0].from = rows[0].from.max(place_m);
        rows.insert(0, Band { from: 0.0, until: place_m });
    }
    let ends = Ends::before(params.metric, &edges(&rows));
    let Counts { cells, .. } =
        count(points, days, &Question { ends, rows: &rows, columns: &columns, replicates: params.replicates, seed: params.seed })?;
    Ok(KnoxTable {
        metric: params.metric,
        inference: Inference::Permutation { replicates: params.replicates, seed: params.seed },
        events: points.len(),
        pairs: all_pairs(points.len()),
        same_place: matches!(params.same_place, SamePlace::Within(_)),
        distances_m: rows,
        days: columns,
        cells,
    })
}

/// Knox's test with one threshold of each kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnoxTest {
    /// How distance was measured.
    pub metric: Metric,
    /// Where p comes from: [`Inference::Permutation`].
    pub inference: Inference,
    /// Number of events.
    pub events: usize,
    /// Number of all pairs.
    pub pairs: u64,
    /// Pairs at most the distance apart.
    pub close_in_space: u64,
    /// Pairs at most the days apart.
    pub close_in_time: u64,
    /// Pairs close in both, and what was to be expected.
    pub both: KnoxCell,
    /// P(X ≥ observed) of a Poisson variable with the expected mean: right for rare closeness only.
    pub p_poisson: f64,
}

/// Knox's test: pairs *at most* `distance_m` and *at most* `days_apart` apart.
///
/// # Errors
/// As [`knox`]; the distance must be finite and not negative.
///
/// ```
/// use hotspot_core::time::knox::{Metric, knox_test};
///
/// let points = [[0.0, 0.0], [5.0, 0.0], [900.0, 0.0], [905.0, 0.0]];
/// let test = knox_test(&points, &[1, 2, 40, 40], 5.0, 1, Metric::Euclidean, 99, 1)?;
/// assert_eq!((test.close_in_space, test.close_in_time, test.both.observed), (2, 2, 2));
/// // Of the three ways to pair four times, one puts close times at close places.
/// assert!((test.both.expected - 2.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn knox_test(
    points: &[[f64; 2]],
    days: &[i64],
    distance_m: f64,
    days_apart: u32,
    metric: Metric,
    replicates: u32,
    seed: u64,
) -> Result<KnoxTest> {
    if !(distance_m >= 0.0 && distance_m.is_finite()) {
        return Err(Error::OutOfRange { what: "distance", must: "finite and not negative" });
    }
    let rows = [Band { from: 0.0, until: distance_m.next_up() }];
    let columns = [Band { from: 0.0, until: f64::from(days_apart) + 1.0 }];
    let asked = Question { ends: Ends::with(metric, distance_m), rows: &rows, columns: &columns, replicates, seed };
    let counts = count(points, days, &asked)?;
    let both = counts.cells[0];
    Ok(KnoxTest {
        metric,
        inference: Inference::Permutation { replicates, seed },
        events: points.len(),
        pairs: all_pairs(points.len()),
        close_in_space: counts.rows[0],
        close_in_time: counts.columns[0],
        p_poisson: if both.observed == 0 { 1.0 } else { gamma_lr(both.observed as f64, both.expected) },
        both,
    })
}

/// Bands between edges.
fn bands(edges: &[f64], what: &'static str) -> Result<Vec<Band>> {
    let ascending = edges.windows(2).all(|pair| pair[0] < pair[1]);
    if !ascending || edges.len() < 2 || edges[0] < 0.0 {
        return Err(Error::OutOfRange { what, must: "two or more ascending edges from 0 on" });
    }
    Ok(edges.windows(2).map(|pair| Band { from: pair[0], until: pair[1] }).collect())
}

/// Finite edges above 0 of bands that follow each other.
fn edges(bands: &[Band]) -> Vec<f64> {
    let mut edges: Vec<f64> = bands.iter().flat_map(|b| [b.from, b.until]).filter(|e| *e > 0.0 && e.is_finite()).collect();
    edges.dedup();
    edges
}

const fn all_pairs(events: usize) -> u64 {
    let n = events as u64;
    n * n.saturating_sub(1) / 2
}

/// Whole days since the first.
fn since_first(days: &[i64]) -> Result<Vec<u32>> {
    let first = days.iter().copied().min().unwrap_or(0);
    let since = |day: &i64| {
        let since = day.checked_sub(first)?;
        (since < i64::from(i32::MAX)).then_some(since as u32)
    };
    days.iter().map(since).collect::<Option<_>>().ok_or(Error::OutOfRange { what: "days", must: "within 2³¹ of each other" })
}

/// What is counted.
struct Question<'a> {
    ends: Ends,
    rows: &'a [Band],
    columns: &'a [Band],
    replicates: u32,
    seed: u64,
}

/// An edge as a place among the finite edges above 0.
#[derive(Clone, Copy)]
enum Edge {
    Zero,
    Finite(usize),
    Infinite,
}

impl Edge {
    fn of(edge: f64, finite: &[f64]) -> Self {
        if edge <= 0.0 {
            return Self::Zero;
        }
        finite.iter().position(|e| *e == edge).map_or(Self::Infinite, Self::Finite)
    }

    /// The number below the edge, of `all` and those below the finite ones.
    fn below(self, finite: &[u64], all: u64) -> u64 {
        match self {
            Self::Zero => 0,
            Self::Finite(place) => finite[place],
            Self::Infinite => all,
        }
    }
}

/// The table and its margins.
struct Counts {
    cells: Vec<KnoxCell>,
    rows: Vec<u64>,
    columns: Vec<u64>,
}

fn count(points: &[[f64; 2]], days: &[i64], question: &Question) -> Result<Counts> {
    if days.len() != points.len() {
        return Err(Error::Length { what: "days", got: days.len(), expected: points.len() });
    }
    if points.iter().flatten().any(|c| !c.is_finite()) {
        return Err(Error::OutOfRange { what: "coordinate", must: "finite" });
    }
    if question.replicates == 0 {
        return Err(Error::OutOfRange { what: "replicates", must: "at least 1" });
    }
    if u32::try_from(points.len()).is_err() {
        return Err(Error::OutOfRange { what: "events", must: "fewer than 2³²" });
    }
    let days = since_first(days)?;
    let n = points.len();
    let all = all_pairs(n);
    let pairs = close_pairs(points, &question.ends)?.without_loners();
    let (far_edges, late_edges) = (edges(question.rows), edges(question.columns));
    // Times are whole: less than 6.5 days apart is less than 7.
    let ends: Vec<u32> = late_edges.iter().map(|e| e.ceil() as u32).collect();
    let times = TimesApart::new(&days, &ends);
    let columns: Vec<[Edge; 2]> = question.columns.iter().map(|b| [b.from, b.until].map(|e| Edge::of(e, &late_edges))).collect();
    // The band of pairs that a row is; none for what is beyond all of them.
    let rows: Vec<Option<usize>> = question
        .rows
        .iter()
        .map(|row| match Edge::of(row.until, &far_edges) {
            Edge::Finite(band) => Some(band),
            Edge::Zero | Edge::Infinite => None,
        })
        .collect();
    let in_columns = |below: &[u64], all: u64| -> Vec<u64> {
        columns.iter().map(|[from, until]| until.below(below, all) - from.below(below, all)).collect()
    };
    let column_totals = in_columns(&times.pairs, all);
    let cells = |below: &[u64]| -> Vec<u64> {
        let of_bands: Vec<Vec<u64>> = pairs
            .bands
            .iter()
            .enumerate()
            .map(|(band, close)| in_columns(&below[band * ends.len()..(band + 1) * ends.len()], close.len()))
            .collect();
        let beyond = |column: usize| column_totals[column] - of_bands.iter().map(|b| b[column]).sum::<u64>();
        rows.iter()
            .flat_map(|row| row.map_or_else(|| (0..columns.len()).map(beyond).collect(), |band| of_bands[band].clone()))
            .collect()
    };
    let shuffle = Shuffle { pairs: &pairs, days: &days, ends: &ends, replicates: question.replicates, seed: question.seed };
    let observed = cells(&shuffle.observed());
    let tally = shuffle.simulate(&observed, cells);
    let in_space: Vec<Closeness> = rows.iter().map(|row| Closeness::in_space(&pairs, *row, n)).collect();
    let in_time: Vec<Closeness> = columns.iter().map(|[from, until]| times.closeness(*from, *until)).collect();
    let replicates = f64::from(question.replicates);
    let cells = (0..observed.len())
        .map(|cell| {
            let (space, time) = (&in_space[cell / columns.len()], &in_time[cell % columns.len()]);
            let expected = if all == 0 { 0.0 } else { space.pairs as f64 * time.pairs as f64 / all as f64 };
            let (sum, squares) = (u128::from(tally.sum[cell]), tally.squares[cell]);
            KnoxCell {
                observed: observed[cell],
                expected,
                sd: space.variance_with(time, n).max(0.0).sqrt(),
                ratio: (expected > 0.0).then(|| observed[cell] as f64 / expected),
                p: (1.0 + f64::from(tally.at_least[cell])) / (replicates + 1.0),
                simulated_mean: sum as f64 / replicates,
                // R Σx² − (Σx)² in whole numbers: nothing cancels.
                simulated_sd: ((squares * u128::from(question.replicates) - sum * sum) as f64).sqrt() / replicates,
            }
        })
        .collect();
    let rows = in_space.iter().map(|c| c.pairs).collect();
    let columns = in_time.iter().map(|c| c.pairs).collect();
    Ok(Counts { cells, rows, columns })
}

/// A relation between events: how many pairs have it, and how unequally it is spread over the events.
struct Closeness {
    pairs: u64,
    /// Sum of the squared deviations of each event's number of partners from the mean number.
    unequal: f64,
}

impl Closeness {
    fn new(pairs: u64, partners: impl Iterator<Item = u64>, events: usize) -> Self {
        let mean = if events == 0 { 0.0 } else { 2.0 * pairs as f64 / events as f64 };
        let (mut unequal, mut seen) = (0.0, 0);
        for number in partners {
            unequal += (number as f64 - mean).powi(2);
            seen += 1;
        }
        Self { pairs, unequal: unequal + (events - seen) as f64 * mean * mean }
    }

    fn in_space(pairs: &ClosePairs, band: Option<usize>, events: usize) -> Self {
        if let Some(band) = band {
            return Self::new(pairs.bands[band].len(), pairs.bands[band].degrees().into_iter().map(u64::from), events);
        }
        // Being far from each other is spread as unequally as being close.
        let mut close = vec![0; pairs.order.len()];
        for band in &pairs.bands {
            for (all, of_band) in close.iter_mut().zip(band.degrees()) {
                *all += u64::from(of_band);
            }
        }
        let within = pairs.bands.iter().map(pairs::BandPairs::len).sum::<u64>();
        Self { pairs: all_pairs(events) - within, ..Self::new(within, close.into_iter(), events) }
    }

    /// Variance of the number of pairs that have both relations when one of them is shuffled (Mantel 1967, with both centred, so
    /// that large terms do not cancel).
    fn variance_with(&self, other: &Self, events: usize) -> f64 {
        let n = events as f64;
        let all = n * (n - 1.0);
        // Sum of squares over ordered pairs.
        let spread = |c: &Self| {
            let share = 2.0 * c.pairs as f64 / all;
            all * share * (1.0 - share)
        };
        if events < 2 {
            return 0.0;
        }
        let (a, b) = (spread(self), spread(other));
        let mut variance = 2.0 * a * b / all;
        if events > 2 {
            variance += 4.0 * (self.unequal - a) * (other.unequal - b) / (all * (n - 2.0));
        }
        if events > 3 {
            variance += (2.0 * a - 4.0 * self.unequal) * (2.0 * b - 4.0 * other.unequal) / (all * (n - 2.0) * (n - 3.0));
        }
        variance / 4.0
    }
}

/// For each event, how many others are less than each end of time away.
struct TimesApart {
    /// By end and event.
    partners: Vec<Vec<u64>>,
    /// Pairs less than each end apart.
    pairs: Vec<u64>,
    events: usize,
}

impl TimesApart {
    fn new(days: &[u32], ends: &[u32]) -> Self {
        let mut sorted = days.to_vec();
        sorted.sort_unstable();
        let partners: Vec<Vec<u64>> = ends
            .iter()
            .map(|end| {
                let (mut from, mut until) = (0, 0);
                sorted
                    .iter()
                    .map(|day| {
                        while u64::from(sorted[from]) + u64::from(*end) <= u64::from(*day) {
                            from += 1;
                        }
                        while until < sorted.len() && u64::from(sorted[until]) < u64::from(*day) + u64::from(*end) {
                            until += 1;
                        }
                        (until - from).saturating_sub(1) as u64
                    })
                    .collect()
            })
            .collect();
        let pairs = partners.iter().map(|p| p.iter().sum::<u64>() / 2).collect();
        Self { partners, pairs, events: days.len() }
    }

    fn closeness(&self, from: Edge, until: Edge) -> Closeness {
        let all = all_pairs(self.events);
        let of_event = |edge: Edge, event: usize| match edge {
            Edge::Zero => 0,
            Edge::Finite(end) => self.partners[end][event],
            Edge::Infinite => self.events as u64 - 1,
        };
        let pairs = until.below(&self.pairs, all) - from.below(&self.pairs, all);
        let partners = (0..self.events).map(|event| of_event(until, event) - of_event(from, event));
        Closeness::new(pairs, partners, self.events)
    }
}

#[cfg(test)]
mod tests;
