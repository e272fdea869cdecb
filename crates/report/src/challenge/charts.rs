//! The charts of a kind.

use super::words::{kind_words, need_words, percent, questioned};
use super::{Evidence, EvidenceError, tables};
use crate::chart::{
    ChartError, ConcentrationInput, Fit, Frame, FunnelInput, FunnelLimits, FunnelPoint, ScatterInput, ScatterPoint, Standing,
    Table, TornadoInput, TornadoRow, concentration_curve, concentration_table, funnel_chart, funnel_table, scatter_table,
    share_scatter, tornado, tornado_table, under_line,
};
use hotspot_core::disclosure::published::Told;
use hotspot_core::disclosure::signs::ESTIMATED;
use hotspot_core::hotspot::Estimate;
use hotspot_core::rate::funnel::Position;
use hotspot_core::resource::challenge::{KindAnswer, Level};
use hotspot_core::resource::gap::Verdict;

/// Most places of a chart: more are a cloud, and stand in the tables.
const MOST: usize = 1_000;
/// Places with the largest gaps that have a name beside those questioned.
const NAMED: usize = 3;

/// A chart as it is printed: for a screen, a narrow one, a file, and as rows.
#[derive(Debug)]
pub struct Drawn {
    /// Identifier, and the name of its file.
    pub id: String,
    /// Heading.
    pub title: String,
    /// For wide screens and paper, then for narrow ones.
    pub on_page: String,
    /// By itself.
    pub alone: String,
    /// Its figures.
    pub table: Table,
}

/// What every chart of a kind is told, with texts that it borrows.
struct Words {
    period: String,
    need: String,
    resource: String,
    n: u64,
}

fn draw(
    id: String,
    title: String,
    unit: &str,
    decimals: usize,
    chart: impl Fn(Frame<'_>) -> Result<(String, Table), ChartError>,
) -> Result<Drawn, EvidenceError> {
    let narrow = format!("{id}-narrow");
    let frame = |id, fit| Frame { id, title: &title, unit, decimals, fit };
    let (wide, table) = chart(frame(&id, Fit::Wide))?;
    let on_page = format!("{wide}\n{}", chart(frame(&narrow, Fit::Narrow))?.0);
    let alone = chart(frame(&id, Fit::Any))?.0;
    Ok(Drawn { id, title, on_page, alone, table })
}

fn id(number: usize, kind: &KindAnswer, what: &str) -> String {
    format!("{what}-{}-{}", number + 1, slug(&kind.kind))
}

/// The name of a file that holds no letter but plain ones.
fn slug(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    text.chars().map(plain).take(40).collect()
}

impl Evidence<'_> {
    /// Every chart as a file of its own, under its class.
    pub(super) fn drawn(&self) -> Result<Vec<(String, String)>, EvidenceError> {
        let mut files = Vec::new();
        for number in 0..self.answer.kinds.len() {
            let kind = self.charts(number)?;
            let all = [kind.scatter, kind.funnel].into_iter().flatten().chain([kind.curve]).chain(self.tornadoes(number)?);
            files.extend(all.map(|drawn| (drawn.id, under_line(&drawn.alone, &self.marking()))));
        }
        Ok(files)
    }

    /// The charts of a kind, by its row in the answer.
    ///
    /// # Errors
    /// When a chart cannot be drawn.
    pub fn charts(&self, number: usize) -> Result<Charts, EvidenceError> {
        let kind = &self.answer.kinds[number];
        let (id, words) = (|what: &str| id(number, kind, what), self.words(kind));
        Ok(Charts {
            scatter: self.scatter(kind, &id("shares"), &words)?,
            funnel: self.funnel(kind, &id("funnel"), &words)?,
            curve: curve(kind, &id("curve"), &words)?,
        })
    }

    /// The gap of a place under every setting, by the rows of kind and place in the answer.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn settings_chart(&self, number: usize, at: usize) -> Result<Drawn, EvidenceError> {
        let kind = &self.answer.kinds[number];
        self.tornado(kind, at, &id(number, kind, &format!("settings-{at}")))
    }

    /// Settings of each place of a kind that the pages are about and that is questioned.
    pub(super) fn tornadoes(&self, number: usize) -> Result<Vec<Drawn>, EvidenceError> {
        let subjects = self.subjects();
        let rows = questioned(&self.answer.kinds[number]).into_iter().filter(|at| subjects.contains(at));
        rows.map(|at| self.settings_chart(number, at)).collect()
    }

    fn words(&self, kind: &KindAnswer) -> Words {
        let all: Told = self.answer.told.iter().copied().sum();
        Words {
            period: self.period(all),
            need: format!("share of the {}", need_words(&self.input)),
            resource: format!("share of the {} {}", kind_words(&kind.kind), kind.status.id()),
            n: all.shown().into(),
        }
    }

    /// The window; where incidents are supposed it says so of the number beside it.
    fn period(&self, told: Told) -> String {
        let window = self.answer.window;
        let sign = if told.supposed.is_some() { format!(", {ESTIMATED} supposed in part") } else { String::new() };
        format!("{} to {}{sign}", window.from().in_words(), window.to().in_words())
    }

    /// Places that are drawn: what remains of a command unit would press the hotspots into a corner.
    fn places_drawn(&self) -> Vec<usize> {
        (0..self.answer.places.len()).filter(|at| self.answer.level != Level::Hotspot || !self.answer.places[*at].is_rest).collect()
    }

    fn scatter(&self, kind: &KindAnswer, id: &str, words: &Words) -> Result<Option<Drawn>, EvidenceError> {
        let drawn = self.places_drawn();
        if drawn.is_empty() || drawn.len() > MOST {
            return Ok(None);
        }
        let subjects = self.subjects();
        let mut far: Vec<usize> =
            drawn.iter().copied().filter(|at| kind.gaps[*at].gap.lo > 0.0 || kind.gaps[*at].gap.hi < 0.0).collect();
        far.sort_by(|a, b| kind.gaps[*b].gap.mean.abs().total_cmp(&kind.gaps[*a].gap.mean.abs()));
        far.truncate(NAMED);
        let points: Vec<ScatterPoint<'_>> = drawn
            .iter()
            .map(|at| {
                let gap = &kind.gaps[*at];
                let [need, low, high] = percents(gap.need_share);
                ScatterPoint {
                    id: &self.answer.places[*at].id,
                    name: &self.answer.places[*at].name,
                    need,
                    interval: [low, high],
                    resource: 100.0 * gap.resource_share,
                    standing: match gap.verdict {
                        Verdict::Questioned => Standing::Questioned,
                        Verdict::NotQuestioned => Standing::NotQuestioned,
                        Verdict::CannotTell => Standing::CannotTell,
                    },
                    named: if self.borough.is_some() { subjects.contains(at) } else { far.contains(at) },
                }
            })
            .collect();
        let decimals = if points.iter().all(|p| p.need < 10.0) { 2 } else { 1 };
        let title = format!("What places get of the {} and what they need", kind_words(&kind.kind));
        draw(id.to_owned(), title, "per cent of all", decimals, |frame| {
            let input = ScatterInput {
                frame,
                period: &words.period,
                n: words.n,
                need: &words.need,
                resource: &words.resource,
                points: points.clone(),
            };
            Ok((share_scatter(&input)?, scatter_table(&input)?))
        })
        .map(Some)
    }

    fn funnel(&self, kind: &KindAnswer, id: &str, words: &Words) -> Result<Option<Drawn>, EvidenceError> {
        let Some(funnel) = &kind.funnel else { return Ok(None) };
        let expected = tables::expected(self.answer, kind);
        let points: Vec<FunnelPoint<'_>> = self
            .places_drawn()
            .into_iter()
            .filter_map(|at| {
                let unit = funnel.units[at]?;
                Some(FunnelPoint {
                    id: &self.answer.places[at].id,
                    name: &self.answer.places[at].name,
                    denominator: expected[at],
                    rate: Some(unit.ratio),
                    position: unit.position,
                })
            })
            .collect();
        if points.is_empty() || points.len() > MOST {
            return Ok(None);
        }
        let largest = points.iter().map(|p| p.denominator).fold(0.0, f64::max);
        let title = format!("Incidents beside those that the share of the {} would have", kind_words(&kind.kind));
        let unit = "recorded incidents over those that the share would have";
        let denominator = "incidents that the share would have";
        draw(id.to_owned(), title, unit, 2, |frame| {
            let input = FunnelInput {
                frame,
                period: &words.period,
                n: words.n,
                denominator,
                target: funnel.target,
                points: points.clone(),
                limits: FunnelLimits::curves(funnel, largest, 1.0),
            };
            Ok((funnel_chart(&input)?, funnel_table(&input)?))
        })
        .map(Some)
    }

    fn tornado(&self, kind: &KindAnswer, at: usize, id: &str) -> Result<Drawn, EvidenceError> {
        let gap = &kind.gaps[at];
        let labels: Vec<String> = kind.settings.iter().map(|asked| asked.label.clone()).collect();
        let rows: Vec<TornadoRow<'_>> = kind
            .settings
            .iter()
            .zip(&labels)
            .map(|(asked, name)| {
                let changed = asked.gaps.as_ref().map(|gaps| &gaps[at]);
                TornadoRow {
                    name,
                    answer: changed.map(|g| percents(g.gap)),
                    holds: changed.is_some_and(|g| g.verdict == gap.verdict),
                }
            })
            .collect();
        let title = format!("{}: the gap of {} under other settings", self.answer.places[at].name, kind_words(&kind.kind));
        let told = self.answer.told[at];
        let (n, period) = (u64::from(told.shown()), self.period(told));
        let unit = "gap in percentage points; below zero it gets less than its share";
        draw(id.to_owned(), title, unit, 2, |frame| {
            let input = TornadoInput { frame, period: &period, n, published: percents(gap.gap), rows: rows.clone() };
            Ok((tornado(&input)?, tornado_table(&input)?))
        })
    }
}

fn curve(kind: &KindAnswer, id: &str, words: &Words) -> Result<Drawn, EvidenceError> {
    let title = format!("How unequally the {} follow the need", kind_words(&kind.kind));
    // Sums of shares may pass 1 by a rounding.
    let points: Vec<[f64; 2]> = kind.inequality.curve.iter().map(|p| p.map(|v| v.clamp(0.0, 1.0))).collect();
    draw(id.to_owned(), title, "per cent of all", 1, |frame| {
        let input = ConcentrationInput {
            frame,
            period: &words.period,
            need: &words.need,
            resource: &words.resource,
            curve: &points,
            gini: kind.inequality.gini.clamp(0.0, 1.0),
            misplaced: kind.inequality.misplaced.clamp(0.0, 1.0),
        };
        Ok((concentration_curve(&input)?, concentration_table(&input)?))
    })
}

/// An estimate of a share: mean, lower and upper end in per cent. The mean lies within its interval but for a very skewed one.
fn percents(e: Estimate) -> [f64; 3] {
    [e.mean, e.lo.min(e.mean), e.hi.max(e.mean)].map(|v| 100.0 * v)
}

/// The charts of a kind.
#[derive(Debug)]
pub struct Charts {
    /// Shares; none where only rests are asked about, or more places than a chart holds.
    pub scatter: Option<Drawn>,
    /// Funnel; none where some place has incidents and no resource, or more places than a chart holds.
    pub funnel: Option<Drawn>,
    /// Concentration curve.
    pub curve: Drawn,
}

/// How the ends of the funnel are read: how many lie outside the outer limits.
pub(super) fn outside(kind: &KindAnswer) -> Option<String> {
    let funnel = kind.funnel.as_ref()?;
    let units = || funnel.units.iter().flatten();
    let beyond = units().filter(|u| matches!(u.position, Position::AboveOuter | Position::BelowOuter)).count();
    Some(format!(
        "{beyond} of {} places lie outside the 99.8 % limits; by chance it would be about {}. Limits allow for places that differ anyway: φ = \
         {:.2}, τ² = {:.4}.",
        units().count(),
        percent(0.002),
        funnel.phi,
        funnel.tau2
    ))
}
