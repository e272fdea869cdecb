//! Sites that reach most of the need: the maximal covering location problem (Church and `ReVelle`, *Papers of the Regional Science Association*
//! 32, 1974).
//!
//! # Definition
//! Demand i has the need a_i and is covered when one of the chosen sites within reach is open: choose p sites that maximise the need covered.
//!
//! * [`greedy`]: the site that adds most, p times. It has at least 1 − 1/e of the optimum (Nemhauser, Wolsey and Fisher 1978), and mostly far more:
//!   the **bound** says how much more there could be at all. What is covered by any p sites is at most what is covered by a set plus the p
//!   largest additions to it, for each of the sets on the way; the smallest of these and the whole need is the bound.
//! * [`exact`]: a mixed-integer programme, for small cases.
//!
//! The **marginal value** of each site is what it adds in its order: the value of one more resource is that of the next.
//!
//! # Pitfalls
//! Covered is not served: a site reaches, or does not. Distance as the crow flies is not time.

use crate::error::{Error, Result};
use good_lp::{Expression, Solution, SolverModel, constraint, variable, variables};
use std::collections::{BTreeMap, HashMap};

/// Needs and which of them each site reaches.
#[derive(Debug, Clone, PartialEq)]
pub struct Cover {
    needs: Vec<f64>,
    reach: Vec<Vec<u32>>,
}

/// Chosen sites.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Rows of the sites, in the order in which they were chosen; of an exact answer ascending.
    pub sites: Vec<u32>,
    /// What each adds to those before it.
    pub adds: Vec<f64>,
    /// Need covered.
    pub covered: f64,
    /// No p sites cover more.
    pub bound: f64,
}

impl Cover {
    /// `reach` has the rows of the demands within reach of each site.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a need is negative or not finite, or a site reaches a demand that does not exist.
    pub fn new(needs: Vec<f64>, mut reach: Vec<Vec<u32>>) -> Result<Self> {
        if needs.iter().any(|n| !(*n >= 0.0 && n.is_finite())) {
            return Err(Error::OutOfRange { what: "need", must: "zero or more, and finite" });
        }
        for site in &mut reach {
            site.sort_unstable();
            site.dedup();
            if site.last().is_some_and(|last| *last as usize >= needs.len()) {
                return Err(Error::OutOfRange { what: "demand within reach", must: "one that exists" });
            }
        }
        Ok(Self { needs, reach })
    }

    /// Sites within a distance of points, both in metres.
    ///
    /// # Errors
    /// As [`Self::new`]; and when the distance is not positive.
    pub fn within(needs: Vec<f64>, at: &[[f64; 2]], sites: &[[f64; 2]], distance_m: f64) -> Result<Self> {
        if at.len() != needs.len() {
            return Err(Error::Length { what: "places of needs", got: at.len(), expected: needs.len() });
        }
        if !(distance_m > 0.0 && distance_m.is_finite()) {
            return Err(Error::OutOfRange { what: "distance", must: "positive and finite" });
        }
        let near = Near::new(at, distance_m);
        Self::new(needs, sites.iter().map(|site| near.of(*site)).collect())
    }

    fn adds(&self, site: usize, covered: &[bool]) -> f64 {
        self.reach[site].iter().filter(|i| !covered[**i as usize]).map(|i| self.needs[*i as usize]).sum()
    }

    /// What sites cover together.
    pub fn covered_by(&self, sites: &[u32]) -> f64 {
        let mut covered = vec![false; self.needs.len()];
        sites.iter().map(|s| self.open(*s as usize, &mut covered)).sum()
    }

    /// Needs by the sites that reach them: demands with the same sites are one.
    fn grouped(&self) -> BTreeMap<Vec<u32>, f64> {
        let mut sites_of: Vec<Vec<u32>> = vec![Vec::new(); self.needs.len()];
        for (site, reach) in (0..).zip(&self.reach) {
            for i in reach {
                sites_of[*i as usize].push(site);
            }
        }
        let mut demands = BTreeMap::new();
        for (sites, need) in sites_of.into_iter().zip(&self.needs).filter(|(s, n)| !s.is_empty() && **n > 0.0) {
            *demands.entry(sites).or_default() += need;
        }
        demands
    }

    /// How many needs there are that differ in the sites that reach them.
    pub fn groups(&self) -> usize {
        self.grouped().len()
    }

    fn open(&self, site: usize, covered: &mut [bool]) -> f64 {
        let adds = self.adds(site, covered);
        for i in &self.reach[site] {
            covered[*i as usize] = true;
        }
        adds
    }
}

/// Points by squares as wide as the reach.
struct Near<'a> {
    at: &'a [[f64; 2]],
    reach_m: f64,
    squares: HashMap<[i64; 2], Vec<u32>>,
}

impl<'a> Near<'a> {
    fn new(at: &'a [[f64; 2]], reach_m: f64) -> Self {
        let mut squares: HashMap<[i64; 2], Vec<u32>> = HashMap::new();
        for (row, point) in (0..).zip(at) {
            squares.entry(Self::square(point, reach_m)).or_default().push(row);
        }
        Self { at, reach_m, squares }
    }

    fn square(point: &[f64; 2], side: f64) -> [i64; 2] {
        point.map(|v| (v / side).floor() as i64)
    }

    /// Rows of the points within reach.
    fn of(&self, site: [f64; 2]) -> Vec<u32> {
        let [east, north] = Self::square(&site, self.reach_m);
        let around = (-1..=1).flat_map(|e| (-1..=1).map(move |n| [east + e, north + n]));
        let close = |row: &u32| {
            let [e, n] = self.at[*row as usize];
            (e - site[0]).hypot(n - site[1]) <= self.reach_m
        };
        around.filter_map(|square| self.squares.get(&square)).flatten().copied().filter(close).collect()
    }
}

/// The site that adds most, `p` times, with a bound for every choice of `p` sites. Of equal ones the first.
///
/// ```
/// use hotspot_core::resource::coverage::{Cover, greedy};
///
/// // Demands a 6, b 5, c 6, d 5; the first site reaches a and c, the second a and b, the third c and d.
/// let cover = Cover::new(vec![6.0, 5.0, 6.0, 5.0], vec![vec![0, 2], vec![0, 1], vec![2, 3]])?;
/// let made = greedy(&cover, 2);
/// assert_eq!((made.sites[0], made.covered), (0, 17.0));
/// assert!(made.bound >= 22.0);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn greedy(cover: &Cover, p: usize) -> Chosen {
    let mut covered = vec![false; cover.needs.len()];
    // What a site adds only falls as others open: most need not be asked again (Minoux 1978).
    let mut adds: Vec<f64> = (0..cover.reach.len()).map(|s| cover.adds(s, &covered)).collect();
    let reachable = {
        let mut any = vec![false; cover.needs.len()];
        cover.reach.iter().flatten().for_each(|i| any[*i as usize] = true);
        any.iter().zip(&cover.needs).filter(|(r, _)| **r).map(|(_, n)| n).sum::<f64>()
    };
    let mut made = Chosen { sites: Vec::new(), adds: Vec::new(), covered: 0.0, bound: reachable };
    for step in 0..=p.min(cover.reach.len()) {
        // Exact additions of all are needed for the bound; the sums are short.
        for (site, value) in adds.iter_mut().enumerate() {
            if *value > 0.0 {
                *value = cover.adds(site, &covered);
            }
        }
        let mut largest = adds.clone();
        largest.sort_by(|a, b| b.total_cmp(a));
        made.bound = made.bound.min(made.covered + largest.iter().take(p).sum::<f64>());
        if step == p {
            break;
        }
        let best = (0..adds.len())
            .filter(|s| !made.sites.contains(&(*s as u32)))
            .max_by(|a, b| adds[*a].total_cmp(&adds[*b]).then(b.cmp(a)));
        let Some(best) = best else { break };
        let value = cover.open(best, &mut covered);
        made.sites.push(best as u32);
        made.adds.push(value);
        made.covered += value;
    }
    made.bound = made.bound.max(made.covered);
    made
}

/// The best `p` sites.
///
/// # Errors
/// [`Error::NoReference`] when the solver has no answer.
///
/// ```
/// use hotspot_core::resource::coverage::{Cover, exact};
///
/// let cover = Cover::new(vec![6.0, 5.0, 6.0, 5.0], vec![vec![0, 2], vec![0, 1], vec![2, 3]])?;
/// let made = exact(&cover, 2)?;
/// assert_eq!((made.sites, made.covered), (vec![1, 2], 22.0));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn exact(cover: &Cover, p: usize) -> Result<Chosen> {
    let p = p.min(cover.reach.len());
    let demands = cover.grouped();
    let mut problem = variables!();
    let open: Vec<_> = cover.reach.iter().map(|_| problem.add(variable().binary())).collect();
    let served: Vec<_> = demands.iter().map(|_| problem.add(variable().min(0.0).max(1.0))).collect();
    let objective: Expression = served.iter().zip(demands.values()).map(|(y, need)| *need * *y).sum();
    let mut model = problem.maximise(objective).using(good_lp::microlp);
    for (y, sites) in served.iter().zip(demands.keys()) {
        let any: Expression = sites.iter().map(|s| open[*s as usize]).sum();
        model = model.with(constraint!(*y <= any));
    }
    let all: Expression = open.iter().copied().sum();
    model = model.with(constraint!(all <= p as f64));
    let solution = model.solve().map_err(|_no_answer| Error::NoReference)?;
    let mut sites: Vec<u32> = (0..).zip(&open).filter(|(_, x)| solution.value(**x) > 0.5).map(|(s, _)| s).collect();
    sites.truncate(p);
    let mut covered = vec![false; cover.needs.len()];
    let adds: Vec<f64> = sites.iter().map(|s| cover.open(*s as usize, &mut covered)).collect();
    let total = adds.iter().sum();
    Ok(Chosen { sites, adds, covered: total, bound: total })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every choice of p sites.
    fn brute_force(cover: &Cover, p: usize) -> f64 {
        let sites = cover.reach.len();
        (0u32..1 << sites)
            .filter(|mask| mask.count_ones() as usize == p.min(sites))
            .map(|mask| cover.covered_by(&(0..sites as u32).filter(|s| mask & (1 << s) != 0).collect::<Vec<_>>()))
            .fold(0.0, f64::max)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn exact_is_the_best_of_all_choices_and_greedy_lies_between_its_share_and_its_bound(
            needs in prop::collection::vec(0.0..20.0f64, 1..14),
            reach in prop::collection::vec(prop::collection::vec(0u32..14, 0..6), 1..9),
            p in 0usize..5,
        ) {
            let reach = reach.into_iter().map(|s| s.into_iter().filter(|i| (*i as usize) < needs.len()).collect()).collect();
            let cover = Cover::new(needs, reach).expect("valid input");
            let best = brute_force(&cover, p);
            let found = exact(&cover, p).expect("an answer");
            prop_assert!((found.covered - best).abs() < 1e-6, "{} {best}", found.covered);
            let quick = greedy(&cover, p);
            prop_assert!(quick.covered <= best + 1e-9 && best <= quick.bound + 1e-9);
            prop_assert!(quick.covered >= (1.0 - (-1.0f64).exp()) * best - 1e-9);
            prop_assert!(quick.adds.is_sorted_by(|a, b| *a >= *b - 1e-9));
        }
    }

    proptest! {
        #[test]
        fn near_is_what_a_distance_says(
            points in prop::collection::vec([-3000.0..3000.0f64, -3000.0..3000.0f64], 0..60),
            site in [-4000.0..4000.0f64, -4000.0..4000.0f64],
            reach in 1.0..2500.0f64,
        ) {
            let mut found = Near::new(&points, reach).of(site);
            found.sort_unstable();
            let wanted: Vec<u32> = (0..)
                .zip(&points)
                .filter(|(_, p)| (p[0] - site[0]).hypot(p[1] - site[1]) <= reach)
                .map(|(row, _)| row)
                .collect();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn one_site_is_the_published_answer_and_reach_is_a_distance() {
        let cover = Cover::new(vec![6.0, 5.0, 6.0, 5.0], vec![vec![0, 2], vec![0, 1], vec![2, 3]]).expect("valid input");
        assert_eq!((exact(&cover, 1).expect("an answer").sites, greedy(&cover, 1).covered), (vec![0], 12.0));
        assert_eq!(greedy(&cover, 9).covered, 22.0);
        let near =
            Cover::within(vec![1.0, 2.0], &[[0.0, 0.0], [300.0, 0.0]], &[[0.0, 100.0], [300.0, 100.0]], 100.0).expect("valid");
        assert_eq!(near.reach, [vec![0], vec![1]]);
        assert!(Cover::new(vec![1.0], vec![vec![1]]).is_err() && Cover::new(vec![-1.0], vec![]).is_err());
    }
}
