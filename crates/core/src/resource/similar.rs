//! Each place beside the places most like it.
//!
//! # Definition
//! Places are as far apart as they differ in a few features, each in standard deviations over all places that are asked about, as a Euclidean
//! distance ([`nearest`]). Of *boroughs* these are the features of the monthly summary ([`crate::summary::similar`]), and the group has five
//! others. Of *hotspots*, *areas* and *command units* they are the expected incidents and the residents (logarithms), and the mix of strands: for
//! each analysed strand its share of all records of the window, drawn to that of the whole scope as if [`MIX_PSEUDO`] records of the mean mix
//! stood beside the place's own; the mix counts as much as one feature. Their group has [`SIZE`] others. What remains of a command unit is like
//! nothing and in no group.
//!
//! Beside the amount that a place gets for each incident that it expects stand the median and the range of the others, and its rank among all of
//! the group.
//!
//! # Pitfalls
//! A group says what places alike get, not what is right: all of them may get too little. An amount over a small expected number is unsure: the
//! interval of the gap says how much. Amounts that are spread by need are the same for each incident by construction.

use super::challenge::{ChallengeInput, Level, Place};
use super::geography::Geography;
use super::need::Need;
use super::question::Question;
use crate::incident::Strand;
use crate::summary::Traits;
pub use crate::summary::similar::nearest;
use crate::summary::similar::{self, median};

/// Fewest and most others in a group of hotspots, areas or command units.
pub const SIZE: [usize; 2] = [5, 7];
/// Records of the mean mix of strands that stand beside a place's own.
pub const MIX_PSEUDO: f64 = 10.0;
/// Strands of the mix.
const STRANDS: usize = Strand::ANALYSED.len();

/// The rule for hotspots, areas and command units, in words.
pub const RULE: &str =
    "the places nearest in expected incidents and residents (logarithms) and in the mix of strands, each in standard deviations";

/// Where a place stands among those most like it.
#[derive(Debug, Clone, PartialEq)]
pub struct SimilarGroup {
    /// Rows of the others, the most similar first.
    pub others: Vec<usize>,
    /// What the place gets for each incident that it expects.
    pub per_incident: f64,
    /// Median of the others'.
    pub median: f64,
    /// Lowest and highest of the others'.
    pub range: [f64; 2],
    /// 1 for the lowest of the group, the place included.
    pub rank: usize,
}

impl SimilarGroup {
    /// Places of the group, the place itself included.
    pub fn size(&self) -> usize {
        self.others.len() + 1
    }

    /// Where it stands: `lowest of 8`, `second lowest of 8`, `4th lowest of 8`, `highest of 8`.
    pub fn standing(&self) -> String {
        let of = self.size();
        match (self.rank, of - self.rank) {
            (1, _) => format!("lowest of {of}"),
            (_, 0) => format!("highest of {of}"),
            (2, _) => format!("second lowest of {of}"),
            (_, 1) => format!("second highest of {of}"),
            (3, _) => format!("third lowest of {of}"),
            (rank, _) => format!("{rank}th lowest of {of}"),
        }
    }
}

/// The places most like each.
pub(super) fn groups(
    geography: &Geography<'_>,
    input: &ChallengeInput<'_>,
    places: &[Place],
    needs: &[Need],
    place_of: &[Option<u32>],
) -> Vec<Option<Vec<usize>>> {
    if let (Level::Borough, Some(atlas)) = (input.level, geography.atlas) {
        let row = |place: &Place| atlas.boroughs().iter().position(|b| b.code == place.id);
        let traits: Vec<Option<Traits>> = places.iter().map(|place| geography.traits[row(place)?]).collect();
        return of_boroughs(&traits);
    }
    let by_place = |values: &mut dyn Iterator<Item = f64>| {
        let mut sums = vec![0.0; places.len()];
        values.zip(place_of).for_each(|(v, place)| place.iter().for_each(|p| sums[*p as usize] += v));
        sums
    };
    let release = geography.release;
    let records: Vec<Vec<f64>> = Strand::ANALYSED
        .into_iter()
        .map(|strand| {
            let of_strand = ChallengeInput { strand: Some(strand), ..*input };
            let counts = geography.counts(&of_strand, Question::published(release), release.resolution, None).unwrap_or_default();
            by_place(&mut counts.into_iter().map(f64::from))
        })
        .collect();
    let residents = geography.residents.map(|r| by_place(&mut r.iter().copied()));
    by_need(places, needs, residents.as_deref(), &records)
}

/// The groups of places by what they expect, who lives there and which strands are recorded. `records` has those of each analysed strand by place.
fn by_need(places: &[Place], needs: &[Need], residents: Option<&[f64]>, records: &[Vec<f64>]) -> Vec<Option<Vec<usize>>> {
    let all: Vec<f64> = records.iter().map(|of| of.iter().sum()).collect();
    let total: f64 = all.iter().sum();
    let features: Vec<Option<[f64; 2 + STRANDS]>> = places
        .iter()
        .enumerate()
        .map(|(row, place)| {
            let own: f64 = records.iter().map(|of| of[row]).sum();
            (!place.is_rest && needs[row].count > 0.0).then(|| {
                std::array::from_fn(|i| match i {
                    0 => needs[row].count.ln(),
                    1 => residents.map_or(0.0, |r| r[row].ln_1p()),
                    strand if total > 0.0 => {
                        let strand = strand - 2;
                        (records[strand][row] + MIX_PSEUDO * all[strand] / total) / (own + MIX_PSEUDO)
                    }
                    _ => 0.0,
                })
            })
        })
        .collect();
    let mut weights = [1.0; 2 + STRANDS];
    weights[2..].fill((1.0 / STRANDS as f64).sqrt());
    nearest(&features, weights, SIZE)
}

/// The groups of boroughs by what the atlas knows of them.
fn of_boroughs(traits: &[Option<Traits>]) -> Vec<Option<Vec<usize>>> {
    let features: Vec<Option<[f64; 4]>> = traits.iter().map(|t| t.as_ref()?.features()).collect();
    nearest(&features, [1.0; 4], [similar::ALIKE; 2])
}

/// Where each place stands; `None` where it has no group, or it or one of the others expects nothing.
pub fn standings(groups: &[Option<Vec<usize>>], amounts: &[f64], needs: &[Need]) -> Vec<Option<SimilarGroup>> {
    let rate = |row: usize| (needs[row].count > 0.0).then(|| amounts[row] / needs[row].count);
    let standing = |(row, group): (usize, &Option<Vec<usize>>)| {
        let others = group.as_ref().filter(|g| !g.is_empty())?;
        let per_incident = rate(row)?;
        let mut rates: Vec<f64> = others.iter().map(|other| rate(*other)).collect::<Option<_>>()?;
        rates.sort_by(f64::total_cmp);
        Some(SimilarGroup {
            others: others.clone(),
            per_incident,
            median: median(&rates),
            range: [rates[0], rates[rates.len() - 1]],
            // Amounts that are spread by need are alike but for rounding.
            rank: 1 + rates.iter().filter(|r| **r < per_incident * (1.0 - 1e-9)).count(),
        })
    };
    groups.iter().enumerate().map(standing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate::GammaPosterior;

    fn need(count: f64) -> Need {
        Need { incidents: count as u32, expected: GammaPosterior { shape: count, rate: 1.0 }, count }
    }

    fn place(id: usize, is_rest: bool) -> Place {
        Place { id: id.to_string(), name: String::new(), is_rest, borough: None, command_unit: None, units: Vec::new() }
    }

    #[test]
    fn the_nearest_in_need_and_mix_are_a_group_and_the_rest_is_in_none() {
        // Seven small places, six large ones of the same mix, and a rest.
        let places: Vec<Place> = (0..14).map(|row| place(row, row == 13)).collect();
        let needs: Vec<Need> = (0..14).map(|row| need(if row < 7 { 20.0 + row as f64 } else { 400.0 + row as f64 })).collect();
        let records: Vec<Vec<f64>> =
            (0..STRANDS).map(|s| needs.iter().map(|n| if s == 0 { n.count } else { 0.0 }).collect()).collect();
        let groups = by_need(&places, &needs, None, &records);
        let of = |row: usize| groups[row].clone().expect("a group");
        assert_eq!(of(0)[..6], [1, 2, 3, 4, 5, 6]);
        assert!(of(9)[..5].iter().all(|other| (7..13).contains(other)) && of(9).len() == SIZE[1]);
        assert!(groups[13].is_none() && groups.iter().flatten().flatten().all(|other| *other != 13));
        // Another strand alone makes a place another.
        let mut others = records.clone();
        (others[0][1], others[1][1]) = (0.0, 2_000.0);
        assert_ne!(by_need(&places, &needs, None, &others)[0].as_ref().expect("a group")[0], 1);
    }

    #[test]
    fn a_place_stands_where_its_amount_for_each_incident_does() {
        let groups = vec![Some(vec![1, 2, 3, 4, 5]), Some(vec![0, 2, 3, 4, 5]), None, None, None, None];
        let needs = vec![need(10.0); 6];
        let made = standings(&groups, &[5.0, 100.0, 10.0, 20.0, 30.0, 90.0], &needs);
        let first = made[0].as_ref().expect("a group");
        assert_eq!((first.per_incident, first.median, first.range, first.rank), (0.5, 3.0, [1.0, 10.0], 1));
        assert_eq!(first.standing(), "lowest of 6");
        assert_eq!(made[1].as_ref().expect("a group").standing(), "highest of 6");
        assert!(made[2].is_none());
        // All alike: nobody is below.
        assert!(standings(&groups, &[1.0; 6], &needs).iter().flatten().all(|g| g.rank == 1));
        let few: Vec<Option<Vec<usize>>> =
            by_need(&[place(0, false), place(1, false)], &needs[..2], None, &vec![vec![1.0; 2]; STRANDS]);
        assert_eq!(few, [None, None]);
    }
}
