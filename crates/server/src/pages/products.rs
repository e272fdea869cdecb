//! What an agreement gives a partner, and what everybody is shown, in tables.

use super::{draw_marked, words};
use crate::auth::Visitor;
use crate::problem::ApiError;
use hotspot_core::Strand;
use hotspot_core::disclosure::Released;
use hotspot_core::disclosure::agreement::{Agreement, CONDITION, Field};
use hotspot_core::disclosure::products::{Origin, PartnerView, ProductHotspot, PublicView, RoundedFigure};
use hotspot_core::disclosure::protected::{ALL, Period, STRANDS};
use hotspot_core::disclosure::signs::HIDDEN;
use hotspot_core::hotspot::evidence::Evidence;
use hotspot_core::release::DataClass;
use jiff::civil::Date;
use minijinja::{Value, context};
use std::collections::{BTreeMap, BTreeSet};

/// Quarters that are shown, the last ones.
const QUARTERS: usize = 4;

/// A column of a table: a period and a strand.
type Column = (Period, Option<Strand>);

fn figure(n: Option<u32>) -> String {
    n.map_or_else(|| HIDDEN.to_owned(), |n| words::number(f64::from(n)))
}

fn marking(origin: &Origin, restricted: &'static str) -> &'static str {
    match origin.class {
        DataClass::Synthetic => "SYNTHETIC DATA — about nobody. Protected as if it were about somebody.",
        DataClass::Open => "OPEN DATA, protected",
        DataClass::Restricted => restricted,
    }
}

fn period(origin: &Origin) -> Option<String> {
    origin.counted.map(|q| format!("{} to {}", q.from().in_words(), q.to().in_words()))
}

/// The last quarters of all strands together, and the last year by strand, as far as there are figures.
fn columns(figures: &[RoundedFigure]) -> Vec<Column> {
    let of = |is: fn(&Period) -> bool| -> BTreeSet<Period> { figures.iter().map(|f| f.period).filter(is).collect() };
    let has = |column: &Column| figures.iter().any(|f| (f.period, f.strand) == *column);
    let quarters = of(|p| matches!(p, Period::Quarter(_)));
    let year = of(|p| matches!(p, Period::Year(_))).pop_last();
    let strands = std::iter::once(None).chain(STRANDS.map(Some));
    let all = quarters.into_iter().rev().take(QUARTERS).collect::<Vec<_>>().into_iter().rev().map(|q| (q, None));
    all.chain(year.into_iter().flat_map(|year| strands.clone().map(move |s| (year, s)))).filter(has).collect()
}

/// Places with their figures in these columns.
fn table<'a>(figures: &[RoundedFigure], places: impl Iterator<Item = (&'a str, String)>) -> Value {
    let columns = columns(figures);
    let at: BTreeMap<(&str, Period, Option<Strand>), Option<u32>> =
        figures.iter().map(|f| ((f.place.as_str(), f.period, f.strand), f.n)).collect();
    let rows: Vec<Value> = places
        .map(|(code, name)| {
            let cells: Vec<String> =
                columns.iter().map(|(period, strand)| figure(at.get(&(code, *period, *strand)).copied().flatten())).collect();
            context! { name, code, cells }
        })
        .collect();
    let heads: Vec<Value> = columns
        .iter()
        .map(|(period, strand)| context! { period => period.to_string(), strand => strand.map_or("all records", Strand::label) })
        .collect();
    context! { heads, rows }
}

fn name<'a>(boroughs: &'a [(String, String)], code: &str) -> &'a str {
    boroughs.iter().find(|(_, own)| own == code).map_or("", |(name, _)| name)
}

fn by_borough(figures: &[RoundedFigure], boroughs: &[(String, String)]) -> Value {
    let whole = figures.iter().any(|f| f.place == ALL).then(|| (ALL, "All boroughs and what lies in none".to_owned()));
    table(figures, whole.into_iter().chain(boroughs.iter().map(|(name, code)| (code.as_str(), name.clone()))))
}

fn hotspot(view: &PartnerView, h: &ProductHotspot) -> Value {
    context! {
        id => &h.id,
        name => &h.name,
        strand => h.strand.map_or("All records", Strand::label),
        borough => name(&view.boroughs, &h.borough),
        n => view.gives(if h.strand.is_none() { Field::Incidents } else { Field::Strands }).then(|| figure(h.n)),
        evidence => h.evidence.map(Evidence::label),
        change => h.change.map(super::protected::change),
        areas => h.areas.join(", "),
    }
}

/// The page of a partner.
pub(crate) fn partner(
    view: &Released<PartnerView>,
    agreement: &Agreement,
    on: Date,
    visitor: &Visitor,
) -> Result<Vec<u8>, ApiError> {
    let origin = &view.origin;
    let areas = view.areas.iter().map(|a| (a.code.as_str(), name(&view.boroughs, &a.borough).to_owned()));
    let own = context! {
        agreement => &agreement.id,
        recipient => &agreement.recipient,
        purpose => &agreement.purpose,
        end => words::day(agreement.end),
        keep_until => words::day(agreement.keep_until(on)),
        condition => CONDITION,
        release => &origin.release,
        known_on => words::day(origin.as_known_on),
        policy => &origin.policy,
        period => period(origin),
        least => view.least,
        base => view.base,
        number => view.areas.len(),
        areas => table(&view.area_figures, areas),
        boroughs => by_borough(&view.borough_figures, &view.boroughs),
        hotspots => view.hotspots.iter().map(|h| hotspot(view, h)).collect::<Vec<_>>(),
    };
    draw_marked("partner", visitor, marking(origin, "OFFICIAL-SENSITIVE — for the purpose of the agreement only"), &[], own)
}

/// The page for everybody.
pub(crate) fn public(view: &Released<PublicView>, visitor: &Visitor) -> Result<Vec<u8>, ApiError> {
    let origin = &view.origin;
    let year = view.area_figures.iter().map(|f| f.period).max();
    let of_year = |f: &&RoundedFigure| Some(f.period) == year && f.strand.is_none();
    let class = |f: &RoundedFigure| f.n.and_then(|n| view.class(n));
    let classes: Vec<Value> = view
        .rules
        .classes
        .iter()
        .map(|from| {
            let is = |f: &&RoundedFigure| class(f).is_some_and(|(own, _)| own == *from);
            let below = view.rules.classes.iter().find(|other| *other > from);
            let said = below.map_or_else(|| format!("{from} or more"), |below| format!("{from} to {}", below - view.rules.base));
            context! { said, areas => view.area_figures.iter().filter(of_year).filter(is).count() }
        })
        .collect();
    let whole: Vec<Value> =
        view.whole.iter().rev().map(|f| context! { period => f.period.to_string(), n => figure(f.n) }).collect();
    let own = context! {
        // Nobody is signed in here, and nobody has to be.
        signing_in => true,
        release => &origin.release,
        known_on => words::day(origin.as_known_on),
        policy => &origin.policy,
        least => view.rules.least,
        residents => view.rules.residents,
        base => view.rules.base,
        number => view.areas.len(),
        year => year.map(|y| y.to_string()),
        hidden => view.area_figures.iter().filter(of_year).filter(|f| f.n.is_none()).count(),
        classes,
        boroughs => by_borough(&view.borough_figures, &view.boroughs),
        whole,
    };
    draw_marked("public", visitor, marking(origin, "PUBLISHED — protected figures, for everybody"), &[], own)
}
