//! What partners are given and what everybody is shown: functions of a [`ProtectedRelease`] and of nothing else, so that nobody finds out more
//! from these than from figures that were proven together.
//!
//! A count that is hidden there, or too small here, is not shown, and both have one sign: `None`. Others are rounded. What would order or
//! narrow counts further than their rounding (ranks, rates, intervals, classes of exact counts) is left out.

use super::agreement::{Field, Product, Terms};
use super::protected::{ALL, Figure, Key, Period, ProtectedArea, ProtectedHotspot, ProtectedRelease};
use super::tiers::{PartnerRules, PublicRules, rounded};
use crate::hotspot::evidence::Evidence;
use crate::hotspot::identity::Change;
use crate::release::DataClass;
use crate::{Month, MonthRange, Strand};
use geo::MultiPolygon;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A rounded figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundedFigure {
    /// Code of an area or borough, or [`ALL`].
    pub place: String,
    /// When.
    pub period: Period,
    /// Which strand; `None` for all incidents.
    pub strand: Option<Strand>,
    /// Incidents, rounded; `None` where they are not shown.
    pub n: Option<u32>,
}

/// An area with its outline.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductArea {
    /// `A` and year, borough and number.
    pub code: String,
    /// Code of its borough.
    pub borough: String,
    /// Outline, WGS84 degrees; none where outlines are not given.
    pub outline: Option<MultiPolygon<f64>>,
}

impl ProductArea {
    fn of(area: &ProtectedArea, outlines: bool) -> Self {
        Self { code: area.code.clone(), borough: area.borough.clone(), outline: outlines.then(|| area.outline.clone()) }
    }
}

/// A hotspot as an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductHotspot {
    /// Identifier that lasts over releases.
    pub id: String,
    /// The strand in which it was found; `None` for all records.
    pub strand: Option<Strand>,
    /// Name.
    pub name: String,
    /// Code of its borough.
    pub borough: String,
    /// Codes of the areas that it touches.
    pub areas: Vec<String>,
    /// Incidents in the quarters that are counted, rounded; `None` where they are not shown.
    pub n: Option<u32>,
    /// How sure it is, where that is given.
    pub evidence: Option<Evidence>,
    /// What became of it, where that is given; without a count, nothing of its size.
    pub change: Option<Change>,
}

/// What a release is, on every product of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The release.
    pub release: String,
    /// Its last month.
    pub month: Month,
    /// State of the store.
    pub as_known_on: Date,
    /// Class of the store.
    pub class: DataClass,
    /// Version of the policy.
    pub policy: String,
    /// The quarters in which hotspots are counted; none when no quarter is complete.
    pub counted: Option<MonthRange>,
}

impl Origin {
    fn of(release: &ProtectedRelease) -> Self {
        Self {
            release: release.release.clone(),
            month: release.month,
            as_known_on: release.as_known_on,
            class: release.class,
            policy: release.policy.clone(),
            counted: release.counted,
        }
    }
}

/// What an agreement gives of a release; [`partner`] makes it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PartnerView {
    /// Of what.
    pub origin: Origin,
    /// What is given.
    pub terms: Terms,
    /// Counts below this are not given.
    pub least: u32,
    /// Counts are rounded to multiples of this.
    pub base: u32,
    /// Name and code of the boroughs that are covered.
    pub boroughs: Vec<(String, String)>,
    /// Areas, by code; none when they are not given.
    pub areas: Vec<ProductArea>,
    /// Figures of these areas, by quarter and year.
    pub area_figures: Vec<RoundedFigure>,
    /// Figures of boroughs and, where everywhere is covered, of all together.
    pub borough_figures: Vec<RoundedFigure>,
    /// Hotspots that lie in these boroughs with all areas that they touch, by identifier: an order by size would tell more than the rounding.
    pub hotspots: Vec<ProductHotspot>,
}

impl PartnerView {
    /// Whether a field is given.
    pub fn gives(&self, field: Field) -> bool {
        self.terms.fields.contains(&field)
    }

    /// Whether a product is given.
    pub fn has(&self, product: Product) -> bool {
        self.terms.products.contains(&product)
    }

    /// Rows of figures and hotspots.
    pub fn rows(&self) -> usize {
        self.area_figures.len() + self.borough_figures.len() + self.hotspots.len()
    }
}

/// An agreement names a borough that the release does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("entry {entry} of the agreement's boroughs is neither name nor code of one in the release")]
pub struct UnknownBorough {
    /// Its number, from 1.
    pub entry: usize,
}

/// The count of a figure, if it is published and large enough.
const fn count(figure: Figure, least: u32) -> Option<u32> {
    match figure {
        Figure::Count(n) if n >= least => Some(n),
        Figure::Count(_) | Figure::Band { .. } | Figure::Hidden => None,
    }
}

/// What an agreement gives of a release, under the policy that it was protected by.
///
/// # Errors
/// [`UnknownBorough`]: what is meant is not guessed.
pub fn partner(release: &ProtectedRelease, rules: &PartnerRules, terms: &Terms) -> Result<PartnerView, UnknownBorough> {
    let least = rules.least.max(terms.least);
    let boroughs = covered(release, terms)?;
    let codes: BTreeSet<&str> = boroughs.iter().map(|(_, code)| code.as_str()).collect();
    let areas: Vec<&ProtectedArea> = release.areas.iter().filter(|a| codes.contains(a.borough.as_str())).collect();
    let of: BTreeSet<&str> = areas.iter().map(|a| a.code.as_str()).collect();
    let gives = |field: Field| terms.fields.contains(&field);
    let has = |product: Product| terms.products.contains(&product);
    // From how many on something of a strand is told, if it is at all.
    let from = |strand: Option<Strand>| match strand {
        None => gives(Field::Incidents).then_some(least),
        Some(strand) if gives(Field::Strands) => rules.strands.get(&strand).map(|own| least.max(*own)),
        Some(_) => None,
    };
    let figures = |product: Product, is: &dyn Fn(&str) -> bool| -> Vec<RoundedFigure> {
        if !has(product) {
            return Vec::new();
        }
        let shown = release.figures.iter().filter(|(key, _)| !matches!(key.period, Period::Month(_)) && is(&key.place));
        shown.filter_map(|(key, figure)| Some(of_figure(key, count(*figure, from(key.strand())?), rules.base))).collect()
    };
    let whole = terms.boroughs.is_none();
    let mut hotspots: Vec<ProductHotspot> = Vec::new();
    if has(Product::Hotspots) {
        for (strand, all) in &release.hotspots {
            let least = from(*strand);
            // That a strand has a hotspot somewhere is told where its count is, and else not.
            let told = |h: &&ProtectedHotspot| strand.is_none() || least.is_some_and(|least| count(h.n, least).is_some());
            let inside = |h: &&ProtectedHotspot| {
                h.borough.as_deref().is_some_and(|code| codes.contains(code)) && h.areas.iter().all(|a| of.contains(a.as_str()))
            };
            hotspots.extend(all.iter().filter(told).filter(inside).map(|h| hotspot(*strand, h, least, rules.base, terms)));
        }
        hotspots.sort_by(|a, b| (a.strand, &a.id).cmp(&(b.strand, &b.id)));
    }
    Ok(PartnerView {
        origin: Origin::of(release),
        terms: terms.clone(),
        least,
        base: rules.base,
        area_figures: figures(Product::Areas, &|place| of.contains(place)),
        borough_figures: figures(Product::Boroughs, &|place| codes.contains(place) || whole && place == ALL),
        areas: areas.iter().filter(|_| has(Product::Areas)).map(|a| ProductArea::of(a, gives(Field::Outlines))).collect(),
        hotspots,
        boroughs,
    })
}

/// Name and code of the boroughs that an agreement covers, in the order of the release.
fn covered(release: &ProtectedRelease, terms: &Terms) -> Result<Vec<(String, String)>, UnknownBorough> {
    let Some(wanted) = &terms.boroughs else { return Ok(release.boroughs.clone()) };
    let is = |(name, code): &(String, String), text: &str| code == text || name.to_lowercase() == text.to_lowercase();
    for (row, text) in wanted.iter().enumerate() {
        if !release.boroughs.iter().any(|b| is(b, text)) {
            return Err(UnknownBorough { entry: row + 1 });
        }
    }
    Ok(release.boroughs.iter().filter(|b| wanted.iter().any(|text| is(b, text))).cloned().collect())
}

fn of_figure(key: &Key, n: Option<u32>, base: u32) -> RoundedFigure {
    RoundedFigure { place: key.place.clone(), period: key.period, strand: key.strand(), n: n.map(|n| rounded(n, base)) }
}

fn hotspot(strand: Option<Strand>, h: &ProtectedHotspot, least: Option<u32>, base: u32, terms: &Terms) -> ProductHotspot {
    let n = least.and_then(|least| count(h.n, least)).map(|n| rounded(n, base));
    ProductHotspot {
        id: h.id.clone(),
        strand,
        name: h.name.clone(),
        borough: h.borough.clone().unwrap_or_default(),
        areas: h.areas.clone(),
        n,
        evidence: terms.fields.contains(&Field::Evidence).then_some(h.evidence),
        change: terms.fields.contains(&Field::Change).then_some(match h.change {
            Change::Grew | Change::Shrank if n.is_none() => Change::Continued,
            change => change,
        }),
    }
}

/// What everybody is shown of a release; [`public`] makes it, where the policy opens the public tier.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PublicView {
    /// Of what.
    pub origin: Origin,
    /// How it is made small enough.
    pub rules: PublicRules,
    /// Name and code of the boroughs.
    pub boroughs: Vec<(String, String)>,
    /// Areas that have enough residents, by code.
    pub areas: Vec<ProductArea>,
    /// Figures of these areas, by year.
    pub area_figures: Vec<RoundedFigure>,
    /// Figures of boroughs, by year.
    pub borough_figures: Vec<RoundedFigure>,
    /// Figures of all boroughs together, by quarter.
    pub whole: Vec<RoundedFigure>,
}

impl PublicView {
    /// The class of a rounded count: from, and below which number, if there is one.
    pub fn class(&self, n: u32) -> Option<(u32, Option<u32>)> {
        let row = self.rules.classes.iter().rposition(|from| n >= *from)?;
        Some((self.rules.classes[row], self.rules.classes.get(row + 1).copied()))
    }
}

/// What everybody is shown of a release; nothing unless the policy opens the public tier.
pub fn public(release: &ProtectedRelease, rules: &PublicRules) -> Option<PublicView> {
    if !rules.open {
        return None;
    }
    // Of how many residents is not known: it may be few.
    let areas: Vec<ProductArea> = release
        .areas
        .iter()
        .filter(|a| a.residents.is_some_and(|n| n >= rules.residents))
        .map(|a| ProductArea::of(a, true))
        .collect();
    let of: BTreeSet<&str> = areas.iter().map(|a| a.code.as_str()).collect();
    let codes: BTreeSet<&str> = release.boroughs.iter().map(|(_, code)| code.as_str()).collect();
    let figures = |is: &dyn Fn(&Key) -> bool| -> Vec<RoundedFigure> {
        let shown = release.figures.iter().filter(|(key, _)| is(key));
        shown.map(|(key, figure)| of_figure(key, count(*figure, rules.least), rules.base)).collect()
    };
    let year = |key: &Key| matches!(key.period, Period::Year(_));
    let told = |key: &Key, strands: &[Strand]| key.strand().is_none_or(|strand| strands.contains(&strand));
    Some(PublicView {
        origin: Origin::of(release),
        rules: rules.clone(),
        boroughs: release.boroughs.clone(),
        area_figures: figures(&|key| year(key) && of.contains(key.place.as_str()) && told(key, &rules.area_strands)),
        borough_figures: figures(&|key| year(key) && codes.contains(key.place.as_str()) && told(key, &rules.borough_strands)),
        whole: figures(&|key| matches!(key.period, Period::Quarter(_)) && key.place == ALL && key.strand.is_none()),
        areas,
    })
}
