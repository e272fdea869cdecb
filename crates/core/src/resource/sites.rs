//! Where more sites would reach most of the need: third-party reporting sites, advocates, engagement.
//!
//! # Definition
//! The need of each unit of the release is the number of incidents to be expected there ([`super::need`]). A site reaches every unit whose
//! centre lies within its reach. Sites of the kind that stand in the table with a point count as open, each with its own reach; of the
//! candidates, `more` are chosen so that most of the need that is not yet reached is ([`super::coverage`]): exactly where there are at most
//! [`EXACT_SITES`] candidates and [`EXACT_DEMANDS`] needs that differ in who reaches them, else one after the other with a bound that no choice can pass.
//!
//! # Pitfalls
//! Reached is not served, and the crow's distance is no journey. The need is of recorded incidents: where nobody reports, nothing calls for a
//! site. So a site for *reporting* belongs as well where little is known.

use super::challenge::{ChallengeInput, Resource, Target, atlas_of};
use super::coverage::{Cover, exact, greedy};
use super::geography::Geography;
use crate::areas::AreaLayer;
use crate::atlas::Atlas;
use crate::error::{Error, Result};
use crate::projection::LonLat;
use std::borrow::Cow;

/// Most candidates for which the best choice is looked for.
pub const EXACT_SITES: usize = 60;
/// Most groups of needs for which the best choice is looked for.
pub const EXACT_DEMANDS: usize = 60;

/// A place where a site could be.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Identifier.
    pub id: String,
    /// WGS84 degrees.
    pub at: LonLat,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct SitesInput<'a> {
    /// Release, records, resources and day; the level is not used.
    pub challenge: ChallengeInput<'a>,
    /// Kind of resource; its points in the table are open.
    pub kind: &'a str,
    /// Reach of a new site in metres.
    pub reach_m: f64,
    /// How many more.
    pub more: usize,
    /// Where they could be; by default at the centre of each unit.
    pub candidates: Option<&'a [Candidate]>,
}

/// A site that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Identifier of the candidate, or of the unit.
    pub id: String,
    /// Name of the borough that it is in.
    pub borough: Option<String>,
    /// WGS84 degrees.
    pub at: LonLat,
    /// What it adds to the sites before it, as a share of the need.
    pub adds: f64,
}

/// Where more sites would reach most.
#[derive(Debug, Clone, PartialEq)]
pub struct Sites {
    /// Incidents to be expected in the next period, everywhere; harm where they are weighted.
    pub need: f64,
    /// Sites that are there.
    pub open: usize,
    /// Share of the need that they reach.
    pub reached: f64,
    /// Candidates.
    pub candidates: usize,
    /// In the order in which they were chosen; of the best choice by what each adds.
    pub chosen: Vec<Site>,
    /// Share of the need that is reached then.
    pub then: f64,
    /// No choice of as many reaches more.
    pub bound: f64,
    /// The choice is the best one.
    pub best: bool,
}

/// Looks for sites.
///
/// # Errors
/// As [`super::challenge::challenge`]; [`Error::OutOfRange`] when the reach is not positive and finite, no site is asked for, or the table has
/// no such kind; [`Error::Row`] of `candidates` when one lies far from the study area; [`Error::NoReference`] without need.
pub fn sites(input: &SitesInput<'_>) -> Result<Sites> {
    let asked = &input.challenge;
    let release = asked.release;
    if input.more == 0 {
        return Err(Error::OutOfRange { what: "number of sites", must: "one at least" });
    }
    if !(input.reach_m > 0.0 && input.reach_m.is_finite()) {
        return Err(Error::OutOfRange { what: "reach", must: "positive and finite" });
    }
    if !asked.resources.iter().any(|r| r.kind == input.kind) {
        return Err(Error::OutOfRange { what: "kind", must: "one of the table of resources" });
    }
    let (mut needs, open) = needs_and_reach(asked, input.kind)?;
    let total: f64 = needs.iter().sum();
    if total <= 0.0 {
        return Err(Error::NoReference);
    }
    let centers = release.units.centers_m(release.resolution).ok_or(Error::NoReference)?;
    // What is reached already calls for nothing more.
    let reached: f64 = open.iter().flatten().map(|unit| std::mem::take(&mut needs[*unit as usize])).sum();
    let candidates: Cow<'_, [[f64; 2]]> = match input.candidates {
        Some(given) => (0..)
            .zip(given)
            .map(|(row, c): (u32, _)| {
                let far = Error::Row { table: "candidates", row, rule: "lon and lat must lie near the study area" };
                release.units.projection().metres_from_lonlat(c.at).map_err(|_far| far)
            })
            .collect::<Result<_>>()?,
        None => Cow::Borrowed(&centers),
    };
    let cover = Cover::within(needs, &centers, &candidates, input.reach_m)?;
    let small = candidates.len() <= EXACT_SITES && cover.groups() <= EXACT_DEMANDS;
    let chosen = if small { exact(&cover, input.more)? } else { greedy(&cover, input.more) };
    let layer = |atlas: &'static Atlas| AreaLayer::of_boroughs(atlas.boroughs()).map(|layer| (atlas, layer));
    let boroughs = atlas_of(release).map(layer).transpose()?;
    // Not everything that is asked for helps.
    let helps = |(_, adds): &(&u32, &f64)| **adds > 1e-12 * total;
    let made = chosen.sites.iter().zip(&chosen.adds).filter(helps).map(|(row, adds)| {
        let row = *row as usize;
        let (id, at) = if let Some(given) = input.candidates {
            (given[row].id.clone(), given[row].at)
        } else {
            let center = release.units.center(release.resolution, row as u32).ok_or(Error::NoReference)?;
            (release.units.id(release.resolution, row as u32).unwrap_or_default(), center)
        };
        let borough = boroughs.as_ref().and_then(|(atlas, layer)| Some(atlas.boroughs()[layer.locate(at)? as usize].name.clone()));
        Ok(Site { id, borough, at, adds: adds / total })
    });
    let mut chosen_sites = made.collect::<Result<Vec<_>>>()?;
    if small {
        chosen_sites.sort_by(|a, b| b.adds.total_cmp(&a.adds).then(a.id.cmp(&b.id)));
    }
    let share = |covered: f64| ((reached + covered) / total).min(1.0);
    Ok(Sites {
        need: total * f64::from(asked.months) / release.window.len() as f64,
        open: open.len(),
        reached: share(0.0),
        candidates: candidates.len(),
        then: share(chosen.covered),
        bound: share(chosen.bound),
        best: small || chosen.bound - chosen.covered <= 1e-9 * total,
        chosen: chosen_sites,
    })
}

/// Need of each unit in one window, harm where incidents are weighted; and the units that each point of a kind reaches on the day.
fn needs_and_reach(input: &ChallengeInput<'_>, kind: &str) -> Result<(Vec<f64>, Vec<Vec<u32>>)> {
    let geography = Geography::new(input)?;
    let needs = geography.unit_needs(input)?.iter().map(|n| n.expected.mean()).collect();
    let open = |r: &Resource| {
        matches!(r.target, Target::Point { .. }) && r.kind == kind && r.amount > 0.0 && r.from <= input.on && input.on <= r.to
    };
    let reach = (0..).zip(input.resources).filter(|(_, r)| open(r)).map(|(row, r)| {
        let covered = geography.covered(&r.target, input.release, input.strand);
        covered.map_err(|rule| Error::Row { table: "resources", row, rule })
    });
    Ok((needs, reach.collect::<Result<_>>()?))
}
