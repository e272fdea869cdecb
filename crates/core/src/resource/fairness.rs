//! Who is covered: which people live, and which strands' incidents lie, in places that are short of a resource.
//!
//! # Definition
//! A place is in one of the states of its gap ([`super::gap`]): it is questioned or not; it gets nothing of the kind or something. Beside these stand two
//! that are not known for sure, and are taken draw by draw: it is **short** (less than 1 − δ of its share of the need) or gets **at least its share**. The
//! share of a group in places that are short is then `Σ w_p 1[x_p < (1 − δ) s_p]`, whose mean over the draws is `Σ w_p P_p`: every place counts by how
//! likely it is short, not by whether it passed a threshold, and the interval is that of the verdicts' probabilities.
//!
//! * **People** are supplied by area and group ([`People`]). An area that lies in several places is split by the residents of its units, as if all
//!   groups lived alike inside it; by square kilometres where no resident is known. The share of a group is compared with that of all residents of the
//!   same areas, without those where residents are not known: a release has none where offices dominate, such as Westminster.
//! * **Strands** need no supplied table: the incidents of the window by place, compared with all incidents.
//! * **Stops** are supplied by area, period and group ([`Stops`]): stops for each 1,000 people of the group a year, in places that are questioned and
//!   elsewhere. Limits are Poisson's, carried to a sum of split counts as for directly standardised rates (Dobson and others, *Statistics in Medicine* 10,
//!   1991): `y + √(v / n) (L(n) − n)` with `y = Σ f s`, `v = Σ f² s`, `n = Σ s`.
//!
//! # Pitfalls
//! Ecological: people of an area are not its victims, victims are not all attacked where they live, and who is stopped somewhere need not live there. A
//! group that reports less has less recorded need. Shares of strands overlap, as an incident can have several.

use super::challenge::{Challenge, ChallengeInput, Place, Target};
use super::gap::{Gap, GapParams, Verdict, need_shares};
use super::geography::Geography;
use super::need::Need;
use crate::cube::Filter;
use crate::disclosure::published::Told;
use crate::error::{Error, Result};
use crate::hotspot::Estimate;
use crate::incident::Strand;
use crate::month::day_number;
use crate::rate::poisson::exact_limits;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A group of fewer people has no figure.
pub const LEAST_PEOPLE: u64 = 100;
/// The part of an area's square kilometres in which somebody must live for its residents to be known.
const KNOWN: f64 = 0.25;
/// Draws: the first of those of the gaps.
const REPLICATES: u32 = 2_000;
/// Level of the intervals.
const LEVEL: f64 = 0.95;
/// Days of a year.
const YEAR: f64 = 365.25;

/// What stands beside every figure of who is covered.
pub const ECOLOGICAL: &str = "People who live in an area are not its victims: this says who lives where, not who is attacked, helped or stopped there. An \
                              area that lies in several places is split by residents, as if all groups lived alike inside it. A group that reports \
                              less has less recorded need. Areas whose residents are not known, where offices dominate, are left out.";

/// People of a group in an area, as supplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// Code of a borough, or of an area of a release on polygons.
    pub area: String,
    /// Group, such as `ethnicity: Asian` or `deprivation: most deprived tenth`.
    pub group: String,
    /// How many.
    pub people: u64,
    /// Who says so.
    pub source: String,
}

/// Stops and searches of a group in an area and period, as supplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stops {
    /// Code of the area: one that has people of the group.
    pub area: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Group: one of the people's.
    pub group: String,
    /// How many.
    pub stops: u64,
}

/// What of a group lies in places of each state. Shares are 0 to 1, of what lies in any place of the scope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    /// In places that are questioned.
    pub questioned: f64,
    /// In places that get less than 1 − δ of their share of the need: expected share with its interval.
    pub short: Estimate,
    /// In places that get at least their share.
    pub enough: Estimate,
    /// In places that get nothing.
    pub nothing: f64,
    /// Share in questioned places over that of all; none where all have none there.
    pub questioned_ratio: Option<f64>,
    /// Share in short places over that of all; none where they are hardly ever short.
    pub short_ratio: Option<Estimate>,
}

/// A group of people.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupCover {
    /// Group as supplied.
    pub group: String,
    /// People, also those in no place of the scope; without areas whose residents are not known, unless these are all.
    pub people: u64,
    /// Areas that these are supplied for.
    pub areas: u32,
    /// Of these, areas that lie in several places.
    pub split: u32,
    /// None of fewer than [`LEAST_PEOPLE`].
    pub exposure: Option<Exposure>,
    /// All residents of the same areas, where they are known.
    pub residents: Option<Exposure>,
}

/// Incidents of a strand.
#[derive(Debug, Clone, PartialEq)]
pub struct StrandCover {
    /// Strand; `None` for all records.
    pub strand: Option<Strand>,
    /// Incidents of the window in places of the scope.
    pub incidents: Told,
    /// None of fewer than the policy's number.
    pub exposure: Option<Exposure>,
}

/// Stops of a group for each 1,000 of its people a year.
#[derive(Debug, Clone, PartialEq)]
pub struct StopCover {
    /// Group.
    pub group: String,
    /// Stops, also those in no place of the scope.
    pub stops: u64,
    /// First and last day.
    pub period: [Date; 2],
    /// In places that are questioned and elsewhere: stops, after splitting.
    pub split: [f64; 2],
    /// People times years.
    pub person_years: [f64; 2],
    /// Rates with their intervals; none where nobody lives.
    pub rates: [Option<Estimate>; 2],
}

/// Who is covered by a kind of resource.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fairness {
    /// All records first, then the strands that are analysed.
    pub strands: Vec<StrandCover>,
    /// By group.
    pub groups: Vec<GroupCover>,
    /// By group.
    pub stops: Vec<StopCover>,
}

/// States of the places of a kind: draws of their need shares against what they get.
#[derive(Debug)]
pub struct States {
    places: usize,
    questioned: Vec<bool>,
    nothing: Vec<bool>,
    /// Draw by draw.
    short: Vec<bool>,
    enough: Vec<bool>,
}

impl States {
    /// The states of places that get these amounts.
    ///
    /// # Errors
    /// [`Error::Length`] when there is not one amount and gap for each need.
    pub fn of(needs: &[Need], amounts: &[f64], gaps: &[Gap], delta: f64, params: &GapParams) -> Result<Self> {
        let places = needs.len();
        for (what, got) in [("amounts", amounts.len()), ("gaps", gaps.len())] {
            if got != places {
                return Err(Error::Length { what, got, expected: places });
            }
        }
        let given: f64 = amounts.iter().sum();
        let draws = need_shares(needs, &GapParams { replicates: params.replicates.min(REPLICATES), ..*params });
        let against = |holds: &dyn Fn(f64, f64) -> bool| -> Vec<bool> {
            draws.iter().enumerate().map(|(at, share)| holds(amounts[at % places] / given, *share)).collect()
        };
        Ok(Self {
            places,
            questioned: gaps.iter().map(|g| g.verdict == Verdict::Questioned).collect(),
            nothing: amounts.iter().map(|a| *a == 0.0).collect(),
            short: against(&|x, s| x < (1.0 - delta) * s),
            enough: against(&|x, s| x >= s),
        })
    }

    /// What of these weights, by place, lies in each state. `compared` has the part of the weights that has a like, and the weights of all that it is
    /// compared with. None where nothing lies in a place.
    ///
    /// # Errors
    /// [`Error::Length`] when there is not one weight for each place.
    pub fn exposure(&self, weights: &[f64], compared: Option<[&[f64]; 2]>) -> Result<Option<Exposure>> {
        for of in [weights].into_iter().chain(compared.into_iter().flatten()) {
            if of.len() != self.places {
                return Err(Error::Length { what: "weights", got: of.len(), expected: self.places });
            }
        }
        let Some(own) = shares(weights) else { return Ok(None) };
        let others = compared.and_then(|[like, all]| shares(like).zip(shares(all)));
        let within =
            // A sum of nothing is −0.
            |of: &[(usize, f64)], state: &[bool]| of.iter().filter(|(place, _)| state[*place]).map(|(_, w)| w).sum::<f64>() + 0.0;
        let drawn =
            |of: &[(usize, f64)], state: &[bool]| -> Vec<f64> { state.chunks(self.places).map(|row| within(of, row)).collect() };
        let short_ratio = others.as_ref().and_then(|(like, all)| {
            let (short, theirs) = (drawn(like, &self.short), drawn(all, &self.short));
            let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
            let level = mean(&theirs);
            let ratios: Vec<f64> = short.iter().zip(&theirs).filter(|(_, t)| **t > 0.0).map(|(s, t)| s / t).collect();
            // Where the others are hardly ever short the ratio is that of two accidents.
            (ratios.len() as f64 > LEVEL * short.len() as f64 && level > 0.0)
                .then(|| Estimate { mean: mean(&short) / level, ..estimate(ratios) })
        });
        let questioned = within(&own, &self.questioned);
        let questioned_ratio = others.as_ref().and_then(|(like, all)| {
            let theirs = within(all, &self.questioned);
            (theirs > 0.0).then(|| within(like, &self.questioned) / theirs)
        });
        Ok(Some(Exposure {
            questioned,
            short: estimate(drawn(&own, &self.short)),
            enough: estimate(drawn(&own, &self.enough)),
            nothing: within(&own, &self.nothing),
            questioned_ratio,
            short_ratio,
        }))
    }
}

/// Weights that sum to 1, without those that are 0.
fn shares(weights: &[f64]) -> Option<Vec<(usize, f64)>> {
    let total: f64 = weights.iter().sum();
    (total > 0.0).then(|| weights.iter().enumerate().filter(|(_, w)| **w > 0.0).map(|(place, w)| (place, w / total)).collect())
}

fn estimate(mut values: Vec<f64>) -> Estimate {
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n as f64;
    values.sort_by(f64::total_cmp);
    let tail = ((1.0 - LEVEL) / 2.0 * n as f64) as usize;
    // Sums of the same numbers in another order differ in their last bits.
    let (lo, hi) = (values[tail], values[n - 1 - tail]);
    Estimate { mean: mean.clamp(lo.min(mean), hi.max(mean)), lo: lo.min(mean), hi: hi.max(mean) }
}

/// A rate of split counts for each 1,000 person-years: counts with the part of each that counts.
///
/// ```
/// use hotspot_core::resource::fairness::split_rate;
///
/// // Whole counts have the exact limits of Poisson: 10 are 4.795 to 18.390.
/// let rate = split_rate(&[(4, 1.0), (6, 1.0)], 1_000.0).unwrap();
/// assert!((rate.mean - 10.0).abs() < 1e-12 && (rate.lo - 4.795).abs() < 1e-3 && (rate.hi - 18.390).abs() < 1e-3);
/// assert!(split_rate(&[(4, 1.0)], 0.0).is_none());
/// ```
pub fn split_rate(counts: &[(u64, f64)], person_years: f64) -> Option<Estimate> {
    if !(person_years > 0.0 && person_years.is_finite()) {
        return None;
    }
    let used = counts.iter().filter(|(_, part)| *part > 0.0);
    let (mut n, mut sum, mut variance, mut largest) = (0u64, 0.0, 0.0, 0.0_f64);
    for (count, part) in used {
        n += count;
        sum += part * *count as f64;
        variance += part * part * *count as f64;
        largest = largest.max(*part);
    }
    let [lower, upper] = exact_limits(n, LEVEL);
    let scale = if n > 0 { (variance / n as f64).sqrt() } else { largest };
    let end = |limit: f64| ((sum + scale * (limit - n as f64)) * 1000.0 / person_years).max(0.0);
    Some(Estimate { mean: sum * 1000.0 / person_years, lo: end(lower), hi: end(upper) })
}

/// People and stops by place: the part of a question that does not depend on the kind of resource.
#[derive(Debug, Default)]
pub(super) struct Lives {
    /// By place, and how many of all are supposed.
    strands: Vec<(Option<Strand>, Vec<f64>, Option<u32>)>,
    groups: Vec<Group>,
    stops: Vec<StopGroup>,
}

#[derive(Debug)]
struct Group {
    name: String,
    people: u64,
    areas: u32,
    split: u32,
    by_place: Vec<f64>,
    /// The people of areas whose residents are known, and these residents.
    compared: Option<[Vec<f64>; 2]>,
}

#[derive(Debug)]
struct StopGroup {
    name: String,
    /// Stops, parts by place, people, years: a row of the table each.
    rows: Vec<(u64, usize, f64, f64)>,
    period: [Date; 2],
    /// Parts by place of each area.
    areas: Vec<Vec<(usize, f64)>>,
}

impl Lives {
    /// Places people, stops and incidents.
    ///
    /// # Errors
    /// [`Error::Row`] of `people` or `stops` when an area does not exist, holds part of another of the same group, or stops have no people.
    pub(super) fn of(
        input: &ChallengeInput<'_>,
        geography: &Geography<'_>,
        places: &[Place],
        place_of: &[Option<u32>],
    ) -> Result<Self> {
        let release = input.release;
        let level = release.units.level(release.resolution).ok_or(Error::NoReference)?;
        let mut strands = Vec::new();
        for strand in [None].into_iter().chain(Strand::ANALYSED.map(Some)) {
            let counts = level.counts(&release.facts, &Filter { strands: strand.into(), ..Filter::over(release.window) });
            let mut by_place = vec![0.0; places.len()];
            for (count, place) in counts.iter().zip(place_of) {
                if let Some(place) = place {
                    by_place[*place as usize] += f64::from(*count);
                }
            }
            let units = || (0..).zip(place_of).filter(|(_, place)| place.is_some()).map(|(unit, _)| unit).collect::<Vec<u32>>();
            strands.push((strand, by_place, input.published.and_then(|published| published.told_in(&units(), strand).supposed)));
        }
        let mut made = Self { strands, ..Self::default() };
        let residents = geography.residents;
        // An area is looked up once, however many groups live in it.
        let mut known: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        let mut of_group: BTreeMap<&str, Vec<(u32, &People)>> = BTreeMap::new();
        for (row, people) in (0..).zip(input.people) {
            if !known.contains_key(people.area.as_str()) {
                let units =
                    geography.covered(&Target::Area(people.area.clone()), release, None).map_err(|_no_area| Error::Row {
                        table: "people",
                        row,
                        rule: "the area must be the code of a borough, or of an area of the release",
                    })?;
                known.insert(&people.area, units);
            }
            of_group.entry(&people.group).or_default().push((row, people));
        }
        let part = |units: &[u32]| parts(units, place_of, residents, level.area_km2);
        for (name, rows) in &of_group {
            let mut taken = vec![false; level.len()];
            let mut by_place = vec![0.0; places.len()];
            let mut compared = residents.map(|_| [vec![0.0; places.len()], vec![0.0; places.len()]]);
            let (mut split, mut living) = (0, (0u64, 0u32));
            for (row, people) in rows {
                let units = &known[people.area.as_str()];
                for unit in units {
                    if std::mem::replace(&mut taken[*unit as usize], true) {
                        return Err(Error::Row {
                            table: "people",
                            row: *row,
                            rule: "another area of the group holds part of this one",
                        });
                    }
                }
                let parts = part(units);
                split += u32::from(parts.len() > 1);
                // Cells at its edge may have a neighbour's residents.
                let km2 = |wanted: &dyn Fn(usize) -> bool| -> f64 {
                    units.iter().map(|u| *u as usize).filter(|u| wanted(*u)).map(|u| level.area_km2[u]).sum()
                };
                let known = residents.is_some_and(|r| km2(&|u| r[u] > 0.0) >= KNOWN * km2(&|_| true));
                if let (Some([_, all]), Some(residents), true) = (&mut compared, residents, known) {
                    for unit in units.iter().map(|u| *u as usize) {
                        if let Some(place) = place_of[unit] {
                            all[place as usize] += residents[unit];
                        }
                    }
                }
                if known {
                    living = (living.0 + people.people, living.1 + 1);
                }
                for (place, part) in parts {
                    by_place[place] += part * people.people as f64;
                    if let Some([like, _]) = compared.as_mut().filter(|_| known) {
                        like[place] += part * people.people as f64;
                    }
                }
            }
            // A group and all residents are those of the same areas, or they could not be compared.
            let compared = compared.filter(|[like, _]| like.iter().sum::<f64>() > 0.0);
            let (people, areas) =
                if compared.is_some() { living } else { (rows.iter().map(|(_, p)| p.people).sum(), rows.len() as u32) };
            let by_place = compared.as_ref().map_or(by_place, |[like, _]| like.clone());
            made.groups.push(Group { name: (*name).to_owned(), people, areas, split, by_place, compared });
        }
        let mut stops: BTreeMap<&str, StopGroup> = BTreeMap::new();
        for (row, stop) in (0..).zip(input.stops) {
            let refused = |rule| Error::Row { table: "stops", row, rule };
            let people = of_group.get(stop.group.as_str()).ok_or(refused("the group must be one of the table of people"))?;
            let here = people.iter().find(|(_, p)| p.area == stop.area);
            let (_, people) = here.ok_or(refused("the table of people must have this group in this area"))?;
            let years = f64::from(day_number(stop.to) - day_number(stop.from) + 1) / YEAR;
            let of = stops.entry(&stop.group).or_insert_with(|| StopGroup {
                name: stop.group.clone(),
                rows: Vec::new(),
                period: [stop.from, stop.to],
                areas: Vec::new(),
            });
            of.period = [of.period[0].min(stop.from), of.period[1].max(stop.to)];
            of.rows.push((stop.stops, of.areas.len(), people.people as f64, years));
            of.areas.push(part(&known[stop.area.as_str()]));
        }
        made.stops = stops.into_values().collect();
        Ok(made)
    }

    /// Who is covered by a kind.
    ///
    /// # Errors
    /// As [`States::of`].
    pub(super) fn covered(
        &self,
        input: &ChallengeInput<'_>,
        answer: &Challenge,
        amounts: &[f64],
        gaps: &[Gap],
    ) -> Result<Fairness> {
        let states = States::of(&answer.needs, amounts, gaps, input.policy.delta, &input.params)?;
        let all = self.strands.first().map(|(_, by_place, _)| by_place.as_slice());
        let mut made = Fairness::default();
        for (strand, by_place, supposed) in &self.strands {
            let incidents: f64 = by_place.iter().sum();
            let few = incidents < input.policy.minimum_expected;
            made.strands.push(StrandCover {
                strand: *strand,
                incidents: Told { n: incidents as u32, supposed: *supposed },
                exposure: if few {
                    None
                } else {
                    states.exposure(by_place, all.filter(|_| strand.is_some()).map(|all| [by_place, all]))?
                },
            });
        }
        for group in &self.groups {
            let compared = group.compared.as_ref().map(|[like, all]| [like.as_slice(), all.as_slice()]);
            let few = group.people < LEAST_PEOPLE;
            made.groups.push(GroupCover {
                group: group.name.clone(),
                people: group.people,
                areas: group.areas,
                split: group.split,
                exposure: if few { None } else { states.exposure(&group.by_place, compared)? },
                residents: compared.map(|[_, all]| states.exposure(all, None)).transpose()?.flatten(),
            });
        }
        for group in &self.stops {
            let (mut counts, mut person_years) = ([Vec::new(), Vec::new()], [0.0; 2]);
            for (stops, area, people, years) in &group.rows {
                let part = |questioned: bool| -> f64 {
                    group.areas[*area]
                        .iter()
                        .filter(|(place, _)| states.questioned[*place] == questioned)
                        .map(|(_, part)| part)
                        .sum()
                };
                for (side, questioned) in [true, false].into_iter().enumerate() {
                    counts[side].push((*stops, part(questioned)));
                    person_years[side] += people * years * part(questioned);
                }
            }
            let sum = |of: &[(u64, f64)]| of.iter().map(|(n, part)| *n as f64 * part).sum::<f64>();
            made.stops.push(StopCover {
                group: group.name.clone(),
                stops: group.rows.iter().map(|r| r.0).sum(),
                period: group.period,
                split: [sum(&counts[0]), sum(&counts[1])],
                person_years,
                rates: [split_rate(&counts[0], person_years[0]), split_rate(&counts[1], person_years[1])],
            });
        }
        Ok(made)
    }
}

/// The part of an area that lies in each place; what lies in none has none.
fn parts(units: &[u32], place_of: &[Option<u32>], residents: Option<&[f64]>, area_km2: &[f64]) -> Vec<(usize, f64)> {
    let total = |of: &[f64]| units.iter().map(|u| of[*u as usize]).sum::<f64>();
    let by = residents.filter(|r| total(r) > 0.0).unwrap_or(area_km2);
    let whole = total(by);
    let mut of: BTreeMap<usize, f64> = BTreeMap::new();
    for unit in units {
        if let (Some(place), true) = (place_of[*unit as usize], whole > 0.0) {
            *of.entry(place as usize).or_default() += by[*unit as usize] / whole;
        }
    }
    of.into_iter().filter(|(_, part)| *part > 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate::GammaPosterior;
    use crate::resource::gap::{ChallengePolicy, gaps};
    use proptest::prelude::*;

    fn need(n: f64) -> Need {
        Need { incidents: n as u32, expected: GammaPosterior { shape: n, rate: 1.0 }, count: n }
    }

    fn states(needs: &[Need], amounts: &[f64]) -> (States, Vec<Gap>) {
        let policy = ChallengePolicy::current();
        let made = gaps(needs, amounts, &policy, &GapParams::default()).expect("valid input");
        (States::of(needs, amounts, &made, policy.delta, &GapParams::default()).expect("valid input"), made)
    }

    #[test]
    fn the_share_of_a_group_is_the_sum_of_its_parts_by_how_likely_each_place_is_short() {
        // Half of the need with nothing, a fifth with a fifth, and the rest with the rest.
        let (states, made) = states(&[need(500.0), need(200.0), need(300.0)], &[0.0, 20.0, 80.0]);
        let found = states
            .exposure(&[30.0, 50.0, 20.0], Some([&[30.0, 50.0, 20.0], &[100.0, 100.0, 200.0]]))
            .expect("valid input")
            .expect("people");
        let wanted: f64 = [0.3, 0.5, 0.2].iter().zip(&made).map(|(w, g)| w * g.p_under).sum();
        assert!((found.short.mean - wanted).abs() < 0.01, "{} {wanted}", found.short.mean);
        assert_eq!((made[0].verdict, found.questioned, found.nothing), (Verdict::Questioned, 0.3, 0.3));
        // A quarter of all residents are there.
        assert!((found.questioned_ratio.expect("all are there too") - 1.2).abs() < 1e-12);
        let ratio = found.short_ratio.expect("all are short too");
        assert!(ratio.lo <= ratio.mean && ratio.mean <= ratio.hi && ratio.hi <= 2.0);
        assert!(found.short.lo >= 0.3 - 1e-12 && found.short.hi <= 1.0 && found.enough.hi <= 0.7 + 1e-12);
        assert!(states.exposure(&[0.0; 3], None).expect("valid input").is_none(), "nobody");
        assert!(states.exposure(&[1.0; 2], None).is_err());
    }

    #[test]
    fn whoever_lives_as_all_do_has_a_ratio_of_one() {
        let (states, _) = states(&[need(40.0), need(200.0), need(300.0)], &[1.0, 20.0, 80.0]);
        let all = [4.0, 5.0, 6.0];
        let found = states.exposure(&all, Some([&all, &all])).expect("valid input").expect("people");
        let ratio = found.short_ratio.expect("some are short");
        assert!([ratio.mean, ratio.lo, ratio.hi].iter().all(|r| (r - 1.0).abs() < 1e-9), "{ratio:?}");
    }

    #[test]
    fn a_split_area_goes_by_residents_and_by_square_kilometres_where_nobody_lives() {
        let place_of = [Some(0), Some(1), Some(1), None];
        let residents = [30.0, 50.0, 0.0, 20.0];
        let found = parts(&[0, 1, 3], &place_of, Some(&residents), &[1.0; 4]);
        assert_eq!(found, [(0, 0.3), (1, 0.5)], "a fifth lies in no place");
        assert_eq!(parts(&[0, 2], &place_of, Some(&[0.0; 4]), &[1.0, 9.0, 3.0, 1.0]), [(0, 0.25), (1, 0.75)]);
    }

    #[test]
    fn rates_of_split_counts_have_limits_between_those_of_whole_ones() {
        // By Dobson's formula: y = 5, v = 2.5, n = 10, exact limits 4.795389 and 18.390356.
        let half = split_rate(&[(10, 0.5)], 500.0).expect("people");
        assert!((half.mean - 10.0).abs() < 1e-12);
        assert!((half.lo - (5.0 + 0.5 * (4.795_389 - 10.0)) * 2.0).abs() < 1e-4);
        assert!((half.hi - (5.0 + 0.5 * (18.390_356 - 10.0)) * 2.0).abs() < 1e-4);
        // A count of 0 has an upper limit all the same: 3.689 of a whole one.
        let none = split_rate(&[(0, 1.0)], 1000.0).expect("people");
        assert!((none.mean, none.lo) == (0.0, 0.0) && (none.hi - 3.688_879).abs() < 1e-5);
    }

    proptest! {
        /// Shares are shares, and a group that is the sum of two lies between them.
        #[test]
        fn shares_are_shares(
            a in prop::collection::vec(0.0_f64..50.0, 6), b in prop::collection::vec(0.1_f64..50.0, 6), given in prop::collection::vec(0.0_f64..9.0, 5),
        ) {
            let needs: Vec<Need> = (1..=6).map(|i| need(20.0 * f64::from(i))).collect();
            let amounts: Vec<f64> = given.into_iter().chain([5.0]).collect();
            let (states, _) = states(&needs, &amounts);
            let of = |w: &[f64]| states.exposure(w, Some([w, &b])).expect("valid input");
            let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
            let (two, both) = (of(&b).expect("people"), of(&sum).expect("people"));
            for e in [two.short, two.enough, both.short, both.enough] {
                prop_assert!(0.0 <= e.lo && e.lo <= e.mean && e.mean <= e.hi && e.hi <= 1.0 + 1e-9);
            }
            if let Some(one) = of(&a) {
                let (lo, hi) = (one.short.mean.min(two.short.mean), one.short.mean.max(two.short.mean));
                prop_assert!(lo - 1e-9 <= both.short.mean && both.short.mean <= hi + 1e-9);
            }
        }
    }
}
