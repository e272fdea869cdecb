//! What is shown below the analyst: a map of areas, and tables of hotspots and boroughs.

use super::plane::Plane;
use super::{draw_marked, option, words};
use crate::auth::Visitor;
use crate::catalog::Below;
use crate::problem::{ApiError, GIVE_PROTECTED};
use crate::views::incidents_in;
use geo::{BoundingRect, GeodesicArea};
use hotspot_core::Strand;
use hotspot_core::atlas::Atlas;
use hotspot_core::disclosure::protected::{
    ALL, Figure, Geography, Key, OTHERS, Period, ProtectedHotspot, ProtectedRelease, STRANDS,
};
use hotspot_core::disclosure::signs;
use hotspot_core::hotspot::identity::Change;
use hotspot_core::release::DataClass;
use minijinja::{Value, context};
use std::fmt::Write as _;

/// Where no figure of that kind is made.
const NO_FIGURE: &str = "–";
/// Width of the map in its own units; its height follows.
const WIDTH: f64 = 1000.0;
/// Classes of incidents for each square kilometre, as times that of all areas that are shown: from, colour, words.
const CLASSES: [(f64, &str, &str); 5] = [
    (0.0, "var(--level-1)", "less than half"),
    (0.5, "var(--level-2)", "half to 1 times"),
    (1.0, "var(--level-3)", "1 to 2 times"),
    (2.0, "var(--level-4)", "2 to 4 times"),
    (4.0, "var(--level-5)", "4 times or more"),
];

/// What the page shows at a time: all of it would be a megabyte of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Map,
    Hotspots,
    Boroughs,
    Months,
    Policy,
}

impl Part {
    pub const ALL: [Self; 5] = [Self::Map, Self::Hotspots, Self::Boroughs, Self::Months, Self::Policy];

    /// Its name in the address.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Hotspots => "hotspots",
            Self::Boroughs => "boroughs",
            Self::Months => "months",
            Self::Policy => "policy",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Map => "Map of areas",
            Self::Hotspots => "Hotspots",
            Self::Boroughs => "Boroughs",
            Self::Months => "Boroughs by month",
            Self::Policy => "Who is shown what",
        }
    }

    /// Whether a strand can be chosen.
    pub const fn by_strand(self) -> bool {
        matches!(self, Self::Hotspots | Self::Months)
    }
}

/// The page, or how the server is given figures.
pub(crate) fn protected(below: Option<&Below>, part: Part, strand: Option<u8>, visitor: &Visitor) -> Result<Vec<u8>, ApiError> {
    let (view, policy) = (below.map(Below::shown), below.and_then(Below::text));
    let marking = match view.map(|v| v.class) {
        None => "No protected figures are loaded",
        Some(DataClass::Synthetic) => "SYNTHETIC DATA — about nobody. Protected as if it were about somebody.",
        Some(DataClass::Open) => "OPEN DATA, protected",
        Some(DataClass::Restricted) => "OFFICIAL-SENSITIVE — protected figures, for oversight",
    };
    let shown = view.map(|view| content(view, part, strand));
    draw_marked(
        "protected",
        visitor,
        marking,
        &[],
        context! {
            shown,
            parts => Part::ALL.map(|p| context! { id => p.id(), label => p.label(), here => p == part }),
            part => part.label(),
            how => GIVE_PROTECTED,
            text => policy.filter(|_| part == Part::Policy).map(|p| &p.text),
            sha256 => policy.map(|p| &p.sha256),
        },
    )
}

fn content(view: &ProtectedRelease, part: Part, strand: Option<u8>) -> Value {
    let quarters = view.counted;
    let hidden = view.hidden;
    let share = |part: usize, whole: usize| words::percent(part as f64 / whole.max(1) as f64);
    context! {
        release => &view.release,
        period => quarters.map(|q| format!("{} to {}", q.from().in_words(), q.to().in_words())),
        window => format!("{} to {}", view.window.from().in_words(), view.window.to().in_words()),
        known_on => words::day(view.as_known_on),
        policy => &view.policy,
        threshold => view.rules.threshold,
        area_incidents => view.rules.area_incidents,
        area_residents => view.rules.area_residents,
        areas => view.areas.len(),
        said => format!(
            "Of {} figures {} ({}) are below {} and not shown, and {} ({}) are hidden beside them, since they would give one away. Of {} hotspots of all \
             records {} are without a count ({}).",
            hidden.figures,
            hidden.small,
            share(hidden.small, hidden.figures),
            view.rules.threshold,
            hidden.beside,
            share(hidden.beside, hidden.figures),
            hidden.hotspots[0],
            hidden.hotspots[1],
            share(hidden.hotspots[1], hidden.hotspots[0]),
        ),
        map => quarters.filter(|_| part == Part::Map).map(|q| map(view, q)),
        hotspots => (part == Part::Hotspots).then(|| hotspots(view, strand)),
        boroughs => (part == Part::Boroughs).then(|| boroughs(view)),
        months => (part == Part::Months).then(|| months(view, strand)),
        polygons => view.rules.geography == Geography::Units,
    }
}

fn figure(figure: Option<&Figure>) -> String {
    match figure {
        Some(Figure::Count(n)) => words::number(f64::from(*n)),
        Some(figure) => figure.sign().unwrap_or_default(),
        None => NO_FIGURE.to_owned(),
    }
}

/// What became of a hotspot since the release before.
pub(super) const fn change(change: Change) -> &'static str {
    match change {
        Change::First => "no release before",
        Change::New => "new",
        Change::Continued => "as before",
        Change::Grew => "more than before",
        Change::Shrank => "fewer than before",
        Change::Split => "split off",
        Change::Merged => "merged",
    }
}

/// What a strand is called where all records stand beside the strands.
fn strand_label(strand: Option<u8>) -> &'static str {
    strand.map_or("All records", |row| STRANDS[usize::from(row)].label())
}

/// The choice of all records or a strand.
fn choices(strand: Option<u8>) -> Vec<Value> {
    let strands = STRANDS.iter().zip(0..).map(|(s, row)| option(s.id(), s.label(), Some(row) == strand));
    std::iter::once(option("all", "All records", strand.is_none())).chain(strands).collect()
}

/// The hotspots of all records or of a strand.
fn hotspots(view: &ProtectedRelease, strand: Option<u8>) -> Value {
    let asked = strand.map(|row| STRANDS[usize::from(row)]);
    let all = view.hotspots.iter().find(|(of, _)| *of == asked).map_or(&[][..], |(_, all)| all);
    context! {
        label => strand_label(strand),
        choices => choices(strand),
        number => all.len(),
        without => all.iter().filter(|h| !matches!(h.n, Figure::Count(_))).count(),
        rows => all.iter().map(|h| hotspot(view, h)).collect::<Vec<_>>(),
    }
}

fn hotspot(view: &ProtectedRelease, h: &ProtectedHotspot) -> Value {
    let borough = view.boroughs.iter().find(|(_, code)| Some(code) == h.borough.as_ref()).map(|(name, _)| name);
    let strands: Vec<String> = h.strands.iter().map(|(s, n)| format!("{} {n}", s.label())).collect();
    context! {
        id => &h.id,
        name => &h.name,
        borough,
        areas => h.areas.len(),
        n => figure(Some(&h.n)),
        expected => h.expected.map(|e| format!("{e:.1}")),
        ratio => h.ratio.map(|[mean, lo, hi]| [format!("{mean:.1}"), format!("{lo:.1} to {hi:.1}")]),
        evidence => h.evidence.label(),
        change => change(h.change),
        since => h.first_seen.in_words(),
        strands => strands.join(", "),
        victims => h.victims.label(),
        repeat => h.repeat_victims.label(),
    }
}

/// Boroughs by the last months, and by strand in the last year that is complete.
fn boroughs(view: &ProtectedRelease) -> Value {
    let of = |place: &str, period: Period, strand: Option<u8>| {
        figure(view.figures.get(&Key { place: place.to_owned(), period, strand }))
    };
    let months: Vec<Period> = (0..3).rev().map(|back| Period::Month(view.month.minus(back))).collect();
    let year = view.figures.keys().map(|k| k.period).filter(|p| matches!(p, Period::Year(_))).max();
    let rows: Vec<Value> = view
        .boroughs
        .iter()
        .map(|(name, code)| {
            context! {
                name,
                months => months.iter().map(|m| of(code, *m, None)).collect::<Vec<_>>(),
                strands => year.map(|y| (0..STRANDS.len() as u8).map(|s| of(code, y, Some(s))).collect::<Vec<_>>()),
            }
        })
        .collect();
    context! {
        months => months.iter().map(|m| m.months().from().in_words()).collect::<Vec<_>>(),
        year => year.map(|y| y.to_string()),
        reconciled => months.last().and_then(|month| reconciled(view, *month, None)),
        strands => STRANDS.map(Strand::label),
        rows,
    }
}

/// How the rows of a table hang together with London in a period: what is in, what is not, with numbers.
fn reconciled(view: &ProtectedRelease, period: Period, strand: Option<u8>) -> Option<String> {
    let of = |place: &str| view.figures.get(&Key { place: place.to_owned(), period, strand });
    let Some(Figure::Count(london)) = of(ALL) else { return None };
    let places = || view.boroughs.iter().map(|(_, code)| code.as_str()).chain([OTHERS]).filter_map(of);
    let told: u32 = places().map(|f| if let Figure::Count(n) = f { *n } else { 0 }).sum();
    let hidden = places().filter(|f| !matches!(f, Figure::Count(_))).count();
    let number = |n: u32| words::number(f64::from(n));
    let rest = london.checked_sub(told)?;
    Some(format!(
        "In {period}: London {}. The rows that are told sum to {}. The rest, {}, {}.",
        number(*london),
        number(told),
        number(rest),
        match (hidden, rest) {
            (0, 0) => "is nothing".to_owned(),
            (0, _) => "are records of no borough".to_owned(),
            (rows, _) => format!("is in {rows} rows that are {} and in records of no borough", signs::HIDDEN),
        },
    ))
}

/// Months of the table of months.
const MONTHS: u16 = 12;

/// London, boroughs and the others together by month, of all records or of a strand.
fn months(view: &ProtectedRelease, strand: Option<u8>) -> Value {
    let held = |month: &Period| view.figures.contains_key(&Key { place: ALL.to_owned(), period: *month, strand: None });
    let months: Vec<Period> = (0..MONTHS).rev().map(|back| Period::Month(view.month.minus(back))).filter(held).collect();
    let row = |name: &str, code: &str| {
        let of = |month: &Period| view.figures.get(&Key { place: code.to_owned(), period: *month, strand });
        let figures: Vec<Option<&Figure>> = months.iter().map(of).collect();
        let is_told = figures.iter().any(Option::is_some);
        let cells = figures.into_iter().map(figure);
        is_told.then(|| context! { name, cells => cells.collect::<Vec<_>>() })
    };
    let mut rows: Vec<Value> = row("London", ALL).into_iter().collect();
    rows.extend(view.boroughs.iter().filter_map(|(name, code)| row(name, code)));
    rows.extend(row("Other boroughs together", OTHERS));
    let without: Vec<&str> =
        view.boroughs.iter().filter(|(name, code)| row(name, code).is_none()).map(|(name, _)| name.as_str()).collect();
    context! {
        label => strand_label(strand),
        reconciled => months.last().and_then(|month| reconciled(view, *month, strand)),
        heads => months.iter().map(|m| m.months().from().in_words()).collect::<Vec<_>>(),
        rows,
        without => without.join(", "),
        choices => choices(strand),
    }
}

/// The areas, by how many incidents there were for each square kilometre beside all areas that are shown.
fn map(view: &ProtectedRelease, quarters: hotspot_core::MonthRange) -> Value {
    let km2: Vec<f64> = view.areas.iter().map(|a| a.outline.geodesic_area_unsigned() / 1e6).collect();
    let counts: Vec<Option<u32>> = view.areas.iter().map(|a| incidents_in(view, &a.code, quarters)).collect();
    let known = counts.iter().zip(&km2).filter_map(|(n, km2)| Some((f64::from((*n)?), *km2)));
    let (n, whole) = known.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let density = n / f64::max(whole, 1e-6);
    let bounds = view.areas.iter().filter_map(|a| a.outline.bounding_rect()).reduce(|a, b| {
        geo::Rect::new((a.min().x.min(b.min().x), a.min().y.min(b.min().y)), (a.max().x.max(b.max().x), a.max().y.max(b.max().y)))
    });
    let Some(bounds) = bounds else { return Value::UNDEFINED };
    let plane = Plane::of([bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y], WIDTH);
    let height = plane.height;
    let mut drawn = [0usize; CLASSES.len() + 1];
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"map-title\"><title id=\"map-title\">Areas by incidents for each square \
         kilometre; the tables hold the figures of boroughs and hotspots</title><defs><pattern id=\"hidden\" width=\"8\" height=\"8\" \
         patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"8\" height=\"8\" fill=\"var(--paper)\"/><path d=\"M0 0V8\" \
         stroke=\"var(--muted)\" stroke-width=\"2.5\"/></pattern></defs><g stroke=\"var(--paper)\" stroke-width=\"1\" stroke-linejoin=\"round\">"
    );
    for ((area, count), km2) in view.areas.iter().zip(&counts).zip(&km2) {
        let class = count.map(|count| {
            let times = f64::from(count) / km2.max(1e-6) / density.max(1e-12);
            CLASSES.iter().rposition(|(from, ..)| times >= *from).unwrap_or(0)
        });
        drawn[class.unwrap_or(CLASSES.len())] += 1;
        let fill = class.map_or("url(#hidden)", |class| CLASSES[class].1);
        let borough = view.boroughs.iter().find(|(_, code)| *code == area.borough).map_or("", |(name, _)| name);
        let said = count.map_or_else(|| signs::HIDDEN.to_owned(), |n| format!("{n} incidents"));
        let _ = write!(
            svg,
            "<path fill=\"{fill}\" d=\"{}\"><title>{} ({}): {said}</title></path>",
            plane.path(&area.outline),
            minijinja::HtmlEscape(borough),
            minijinja::HtmlEscape(&area.code),
        );
    }
    svg.push_str(
        "</g><g fill=\"none\" stroke=\"var(--ink)\" stroke-width=\"1.4\" stroke-linejoin=\"round\" pointer-events=\"none\">",
    );
    for borough in Atlas::london().boroughs().iter().filter(|b| view.boroughs.iter().any(|(_, code)| *code == b.code)) {
        let _ = write!(svg, "<path d=\"{}\"/>", plane.path(&borough.display));
    }
    svg.push_str("</g></svg>");
    let mut legend: Vec<Value> =
        CLASSES.iter().zip(drawn).map(|((_, colour, said), areas)| context! { colour => *colour, said => *said, areas }).collect();
    legend.push(
        context! { said => format!("{} in a quarter ({})", signs::HIDDEN, signs::HIDDEN_WORDS), areas => drawn[CLASSES.len()] },
    );
    context! {
        svg => Value::from_safe_string(svg),
        legend,
        density => format!("{density:.1}"),
        n => words::number(n),
        km2 => words::number(whole),
    }
}
