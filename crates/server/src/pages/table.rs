//! Hotspots as a table and a plain map, for whoever has no script; and one of them as a sheet of paper.

use super::plane::Plane;
use super::protected::change;
use super::{draw, option, words};
use crate::auth::Visitor;
use crate::catalog::Served;
use crate::problem::ApiError;
use crate::query::strand_name;
use geo::{BoundingRect, Centroid};
use hotspot_core::atlas::Atlas;
use hotspot_core::disclosure::Released;
use hotspot_core::hotspot::evidence::{Evidence, dependence};
use hotspot_core::hotspot::history::{History, TimeOfWeek};
use hotspot_core::hotspot::{Hotspot, Verdict};
use hotspot_core::release::Release;
use hotspot_core::view::{ChallengeView, HotspotView, HotspotsView};
use hotspot_core::{Month, MonthRange, Precision, Strand};
use minijinja::{Value, context};
use std::fmt::Write as _;

/// Width of the map in its own units.
const WIDTH: f64 = 1000.0;
/// So many ranks are written on the map.
const NUMBERED: u32 = 10;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn period(months: MonthRange) -> String {
    format!("{} to {}", months.from().in_words(), months.to().in_words())
}

/// Small numbers with a decimal more.
fn figure(value: f64) -> String {
    if value.abs() < 10.0 { format!("{value:.1}") } else { words::number(value.round()) }
}

/// The name of the reference measure, without its unit and source.
fn measure(reference: &str) -> &str {
    reference.split_once(',').map_or(reference, |(name, _)| name)
}

/// The hotspots of a strand, with the ids of the releases that are served.
pub(crate) fn table(
    visitor: &Visitor,
    served: &Served,
    view: &Released<HotspotsView>,
    releases: &[String],
) -> Result<Vec<u8>, ApiError> {
    let (release, analysis) = (served.release(), &view.analysis);
    let strand = strand_name(analysis.strand);
    let said = match (analysis.verdict, analysis.hotspots.len()) {
        (Verdict::CannotTell { minimum }, _) => format!(
            "Nothing can be told: {} incidents where {minimum} are needed. That no hotspot is listed does not mean that there is none.",
            analysis.n
        ),
        (Verdict::Analysed, 0) => "No place has very likely more than the stated multiple of the expected rate.".to_owned(),
        (Verdict::Analysed, number) => format!(
            "{number} places have very likely more than {} times the rate that {} would bring. They hold {} of {} incidents.",
            view.threshold,
            measure(&view.reference),
            words::number(analysis.hotspots.iter().map(|h| f64::from(h.n)).sum()),
            words::number(f64::from(analysis.n)),
        ),
    };
    let rows: Vec<Value> = analysis.hotspots.iter().map(|h| row(h, release)).collect();
    let ended: Vec<Value> =
        analysis.ended.iter().map(|e| context! { id => &e.id, name => &e.name, n => e.n, into => &e.into }).collect();
    let shown = context! {
        of => analysis.strand.map_or("all records", Strand::label),
        period => period(analysis.window),
        n => words::number(f64::from(analysis.n)),
        area => &release.study_area,
        release => &release.id,
        known_on => words::day(release.as_known_on),
        strands => release.recorded_analyses().map(|a| option(strand_name(a.strand), a.strand.map_or("All records", Strand::label), a.strand == analysis.strand)).collect::<Vec<_>>(),
        releases => releases.iter().map(|id| option(id, id, *id == release.id)).collect::<Vec<_>>(),
        said,
        map => map(release, &analysis.hotspots),
        words => Evidence::ALL.map(|word| analysis.hotspots.iter().filter(|h| h.standing.evidence == word).count()),
        reference => measure(&view.reference),
        threshold => words::number(view.threshold),
        rows,
        query => Value::from_safe_string(format!("?release={}", release.id)),
        ended,
        api => Value::from_safe_string(format!("?strand={strand}&amp;release={}", release.id)),
    };
    draw("table", visitor, Some(served), &[], context! { shown })
}

fn row(h: &Hotspot, release: &Release) -> Value {
    let (held, said) = h.robustness.held();
    context! {
        id => Value::from_safe_string(h.identity.id.clone()),
        rank => h.rank,
        name => &h.name,
        borough => borough(h, release),
        n => h.n,
        expected => figure(h.expected),
        ratio => figure(h.ratio.mean),
        limits => format!("{} to {}", figure(h.ratio.lo), figure(h.ratio.hi)),
        p => words::probability(h.probability),
        evidence => h.standing.evidence.label(),
        held => if said > 0 { format!("{held} of {said}") } else { "–".to_owned() },
        change => change(h.identity.change),
        since => h.identity.first_seen.in_words(),
        km2 => format!("{:.2}", h.area_km2),
    }
}

fn borough<'a>(h: &Hotspot, release: &'a Release) -> Option<&'a str> {
    let code = h.area_code.as_deref()?;
    release.areas.iter().find(|a| a.code == code).map(|a| a.name.as_str())
}

/// Boroughs and hotspots; nothing without a hotspot.
fn map(release: &Release, hotspots: &[Hotspot]) -> Option<Value> {
    if hotspots.is_empty() {
        return None;
    }
    let boroughs = Atlas::london().boroughs().iter().filter(|b| release.areas.iter().any(|a| a.code == b.code));
    let boxes =
        boroughs.clone().map(|b| &b.display).chain(hotspots.iter().map(|h| &h.outline)).filter_map(BoundingRect::bounding_rect);
    let bounds = boxes
        .map(|r| [r.min().x, r.min().y, r.max().x, r.max().y])
        .fold(release.units.bounds(), |a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
    let plane = Plane::of(bounds, WIDTH);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-labelledby=\"map-title\"><title id=\"map-title\">Boroughs, and the {} hotspots of the \
         table; the table says all that the map says</title><g fill=\"var(--pale)\" stroke=\"var(--edge)\" stroke-width=\"1.2\" stroke-linejoin=\"round\">",
        plane.height,
        hotspots.len()
    );
    for borough in boroughs {
        let _ = write!(svg, "<path d=\"{}\"/>", plane.path(&borough.display));
    }
    svg.push_str("</g><g stroke-width=\"3\">");
    // The first ones last: they lie on top.
    for h in hotspots.iter().rev() {
        let Some(center) = h.outline.centroid() else { continue };
        let [x, y] = plane.at(center.x(), center.y());
        let _ = match h.standing.evidence {
            Evidence::Clear => {
                write!(
                    svg,
                    "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"7\" fill=\"var(--brand)\" stroke=\"var(--paper)\" stroke-width=\"1\">"
                )
            }
            Evidence::Weak => {
                write!(svg, "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"6\" fill=\"var(--paper)\" stroke=\"var(--brand)\">")
            }
            Evidence::CannotTell => {
                write!(
                    svg,
                    "<path d=\"M{0:.0} {1:.0}L{2:.0} {3:.0}M{2:.0} {1:.0}L{0:.0} {3:.0}\" stroke=\"var(--muted)\">",
                    x - 5.0,
                    y - 5.0,
                    x + 5.0,
                    y + 5.0
                )
            }
        };
        let close = if h.standing.evidence == Evidence::CannotTell { "path" } else { "circle" };
        let _ = write!(svg, "<title>{}. {}: {} incidents</title></{close}>", h.rank, minijinja::HtmlEscape(&h.name), h.n);
    }
    svg.push_str("</g><g font-family=\"Arial,Helvetica,sans-serif\" font-size=\"24\" font-weight=\"bold\" fill=\"var(--ink)\" stroke=\"var(--paper)\" stroke-width=\"5\" paint-order=\"stroke\">");
    for h in hotspots.iter().filter(|h| h.rank <= NUMBERED) {
        let Some(center) = h.outline.centroid() else { continue };
        let [x, y] = plane.at(center.x(), center.y());
        let _ = write!(svg, "<text x=\"{:.0}\" y=\"{:.0}\">{}</text>", x + 9.0, y + 8.0, h.rank);
    }
    svg.push_str("</g></svg>");
    Some(Value::from_safe_string(svg))
}

/// What is given at a hotspot beside what is needed: the answer of its strand and the query that asks for it; else why there is none.
pub(crate) type Given<'a> = Result<(&'a Released<ChallengeView>, [(&'static str, String); 4]), &'a str>;

/// One hotspot on one sheet.
pub(crate) fn hotspot(
    visitor: &Visitor,
    served: &Served,
    view: &Released<HotspotView>,
    given: Given<'_>,
) -> Result<Vec<u8>, ApiError> {
    let release = served.release();
    let (list, Some(h)) = (&view.list, view.list.analysis.hotspots.first()) else {
        return Err(ApiError::NotFound { what: "hotspot" });
    };
    let strand = strand_name(list.analysis.strand);
    let (held, said) = h.robustness.held();
    let window = list.analysis.window;
    let known = h.standing.known;
    let fails: Vec<&str> = list
        .robustness
        .settings
        .iter()
        .zip(&h.robustness.holds)
        .filter(|(_, holds)| **holds == Some(false))
        .map(|(setting, _)| setting.as_str())
        .collect();
    let mut rests = vec![
        format!("The victim is known by a pseudonym for {} of {} incidents; {}.", known[0], h.n, dependence(h)),
        match fails.as_slice() {
            [] if said == 0 => "It was not asked under other settings.".to_owned(),
            [] => "It is one in every setting that says anything of it.".to_owned(),
            [first] => format!("It is none in one setting: {first}."),
            [first, rest @ ..] => format!("It is none in {} settings, such as: {first}.", rest.len() + 1),
        },
        list.precision.first().map_or_else(String::new, |points| precise(*points)),
    ];
    if list.only_by_events.first() == Some(&true) {
        rests.push("It would be none without what followed events of the calendar.".to_owned());
    }
    let denominators = list.denominators.iter().zip(&h.standing.rates).map(|([_, name, unit], rate)| {
        let of = |rate: &hotspot_core::hotspot::denominator::PlaceRate| {
            [format!("{} per {unit}", figure(rate.rate[0])), format!("{} to {}", figure(rate.rate[1]), figure(rate.rate[2]))]
        };
        let [rate, limits] = rate.as_ref().map_or_else(|| ["no fit denominator here".to_owned(), String::new()], of);
        context! { name => measure(name), rate, limits }
    });
    let history = view.history.as_ref();
    let week = history.and_then(|history| Some((history.week.as_ref().ok()?, history.months?)));
    let shown = context! {
        name => &h.name,
        place => format!("{}{}. {:.2} km², rank {} of the list “{}”.", h.identity.id, borough(h, release).map(|b| format!(", {b}")).unwrap_or_default(), h.area_km2, h.rank, list.analysis.strand.map_or("all records", Strand::label)),
        release => &release.id,
        known_on => words::day(release.as_known_on),
        sentence => list.sentences.first(),
        n => h.n,
        period => period(window),
        expected => figure(h.expected),
        reference => measure(&list.reference),
        area => &release.study_area,
        ratio => figure(h.ratio.mean),
        limits => format!("{} to {}", figure(h.ratio.lo), figure(h.ratio.hi)),
        evidence => h.standing.evidence.label(),
        short => list.shortfalls.first().map(|all| all.join("; ")).filter(|text| !text.is_empty()),
        held => if said > 0 { format!("{held} of {said}") } else { "no".to_owned() },
        share => h.robustness.share.map_or_else(|| "nothing is said of it".to_owned(), |s| format!("{:.0} %, weighted by incidents", 100.0 * s)),
        change => change(h.identity.change),
        since => h.identity.first_seen.in_words(),
        review => h.identity.review(window.to()).in_words(),
        bars => bars(&h.name, window, &h.months),
        trend => trend(history),
        week => week.map(|(week, months)| week_table(week, months)),
        no_week => history.map_or_else(|| "the release was not asked".to_owned(), |history| history.week.as_ref().err().map(ToString::to_string).unwrap_or_default()),
        strands => Strand::ALL.iter().zip(h.strands).filter(|(_, n)| *n > 0).map(|(s, n)| [s.label().to_owned(), n.to_string()]).collect::<Vec<_>>(),
        rates => denominators.collect::<Vec<_>>(),
        rests,
        list => Value::from_safe_string(format!("?strand={strand}&amp;release={}", release.id)),
        on_map => Value::from_safe_string(format!("strand={strand}&amp;release={}&amp;hotspot={}", release.id, h.identity.id)),
    };
    let resources = resources(&h.identity.id, given);
    draw("hotspot", visitor, Some(served), &[], context! { shown, resources })
}

/// Bars of the months, each with its figure.
fn bars(name: &str, window: MonthRange, counts: &[u32]) -> Value {
    let (wide, high, foot) = (460.0, 110.0, 22.0);
    let step = wide / counts.len().max(1) as f64;
    let top = f64::from(counts.iter().copied().max().unwrap_or(0).max(1));
    let months: Vec<Month> = window.iter().collect();
    let said: Vec<String> = months.iter().zip(counts).map(|(month, n)| format!("{} {n}", month.in_words())).collect();
    let mut svg = format!(
        "<svg viewBox=\"0 0 {wide} {}\" role=\"img\" aria-labelledby=\"bars-title bars-desc\" font-family=\"Arial,Helvetica,sans-serif\" font-size=\"13\" \
         text-anchor=\"middle\" fill=\"var(--ink)\"><title id=\"bars-title\">{}: recorded incidents by month</title><desc id=\"bars-desc\">{}</desc>",
        high + foot + 18.0,
        minijinja::HtmlEscape(name),
        said.join(", ")
    );
    for (at, (month, n)) in months.iter().zip(counts).enumerate() {
        let (x, tall) = (at as f64 * step, f64::from(*n) / top * high);
        let (y, middle) = (18.0 + high - tall, x + step / 2.0);
        let _ = write!(
            svg,
            "<rect x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{tall:.1}\" fill=\"var(--brand)\"/>",
            x + step * 0.12,
            step * 0.76
        );
        // Of many months every second one is named.
        if counts.len() <= 14 || at % 2 == 0 {
            let _ = write!(svg, "<text x=\"{middle:.1}\" y=\"{:.1}\">{n}</text>", y - 4.0);
            let _ = write!(svg, "<text x=\"{middle:.1}\" y=\"{:.1}\">{}</text>", 18.0 + high + 16.0, &month.name()[..3]);
        }
    }
    svg.push_str("</svg>");
    Value::from_safe_string(svg)
}

/// What the control chart says of the last months.
fn trend(history: Option<&History>) -> String {
    let Some(history) = history else { return "Whether its months are unlike those before was not asked.".to_owned() };
    match &history.chart {
        Err(why) => format!("Whether the last months are unlike those before is not told: {why}."),
        Ok(chart) if history.latest_signals().is_empty() => format!(
            "The last months are like those before: counts of {} to {} a month, round {}, from {} months.",
            figure(chart.lower.max(0.0).ceil()),
            figure(chart.upper.floor()),
            figure(chart.center),
            chart.baseline
        ),
        Ok(chart) => format!(
            "The last months are unlike those before: outside, or for long on one side of, {} a month (as before would be {} to {}, from {} months).",
            figure(chart.center),
            figure(chart.lower.max(0.0).ceil()),
            figure(chart.upper.floor()),
            chart.baseline
        ),
    }
}

fn week_table(week: &TimeOfWeek, months: MonthRange) -> Value {
    let most = week.counts.iter().flatten().copied().max().unwrap_or(0).max(1);
    let part = |n: &u32| context! { n, shade => (4 * n).div_ceil(most) };
    let days = DAYS
        .iter()
        .zip(&week.counts)
        .map(|(name, parts)| context! { name => *name, parts => parts.iter().map(part).collect::<Vec<_>>() });
    context! { known => week.known, of => week.of, months => period(months), days => days.collect::<Vec<_>>() }
}

/// How well the points are known, in words.
fn precise(points: [u32; Precision::ALL.len()]) -> String {
    match Precision::words(points) {
        None => "How well each point is known is not kept in this release.".to_owned(),
        Some(known) => format!("Points: {known}. Places were redrawn within these distances among the settings."),
    }
}

fn resources(id: &str, given: Given<'_>) -> Value {
    let (view, asked) = match given {
        Ok(given) => given,
        Err(why) => return context! { none => why },
    };
    let Some(row) = view.answer.places.iter().position(|place| place.id == id) else {
        return context! { none => "It is no place of its own in the question of resources and need." };
    };
    let rows = view.answer.kinds.iter().map(|kind| {
        let gap = &kind.gaps[row];
        let mut link = form_urlencoded::Serializer::new(String::new());
        link.extend_pairs(&asked).append_pair("kind", &kind.kind).append_pair("place", id);
        context! {
            kind => words::kind(&kind.kind),
            link => link.finish(),
            amount => format!("{} {}", words::number(kind.shares.amount[row]), kind.unit),
            resource => words::percent(gap.resource_share),
            need => words::share_interval(&gap.need_share),
            gap => words::gap_interval(&gap.gap),
            verdict => words::verdict(gap, &view.policy),
        }
    });
    context! { rows => rows.collect::<Vec<_>>(), none => words::no_answer(&view.answer) }
}
