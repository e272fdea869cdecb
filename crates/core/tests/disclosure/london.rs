//! Counts of flags in a London that was never there: 33 boroughs, wards of unlike size, five strands.

use hotspot_core::disclosure::table::{CellId, LinkedTables};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

pub const BOROUGHS: usize = 33;
/// Race, religion, sexual orientation, disability, transgender.
pub const STRANDS: [f64; 5] = [0.72, 0.13, 0.09, 0.04, 0.02];
const FLAGS_A_YEAR: f64 = 24_000.0;

/// Flags by area, strand and month; areas of one borough follow each other.
pub fn flags(areas_in_each: usize, months: usize, seed: u64) -> Vec<[Vec<u32>; 5]> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let normal = |rng: &mut Pcg64Mcg| (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
    let sizes: Vec<f64> = (0..BOROUGHS * areas_in_each).map(|_| (0.8 * normal(&mut rng)).exp()).collect();
    let all: f64 = sizes.iter().sum();
    let a_month = FLAGS_A_YEAR / 12.0;
    sizes
        .iter()
        .map(|size| STRANDS.map(|share| (0..months).map(|_| poisson(&mut rng, a_month * size / all * share)).collect()))
        .collect()
}

/// By multiplication of uniform numbers; in parts, since the exponential of a large mean is zero.
fn poisson(rng: &mut Pcg64Mcg, mean: f64) -> u32 {
    let (mut count, mut left) = (0, mean);
    while left > 0.0 {
        let part = left.min(30.0);
        left -= part;
        let (limit, mut product) = ((-part).exp(), rng.random::<f64>());
        while product > limit {
            count += 1;
            product *= rng.random::<f64>();
        }
    }
    count
}

fn weight(count: u32) -> f64 {
    (1.0 + f64::from(count)).ln() + 0.1
}

/// A year of areas by strand, with totals of boroughs, of London, and of all strands.
pub fn areas_by_strand(areas_in_each: usize, seed: u64) -> LinkedTables {
    let flags = flags(areas_in_each, 12, seed);
    let mut tables = LinkedTables::new();
    // Five strands and their sum for each place.
    let rows = |tables: &mut LinkedTables, counts: [u32; 5], group: u32, dear: f64| {
        let cells = counts.map(|n| tables.add(n, group, dear * weight(n)));
        let total = tables.add(counts.iter().sum(), group, 4.0 * dear * weight(counts.iter().sum()));
        tables.sums(total, &cells).unwrap();
        [cells[0], cells[1], cells[2], cells[3], cells[4], total]
    };
    let year = |area: &[Vec<u32>; 5]| std::array::from_fn(|s| area[s].iter().sum());
    let sum = |areas: &[[u32; 5]]| std::array::from_fn(|s| areas.iter().map(|a| a[s]).sum());
    let years: Vec<[u32; 5]> = flags.iter().map(year).collect();
    let mut boroughs = Vec::new();
    for (number, areas) in years.chunks(areas_in_each).enumerate() {
        let of: Vec<[CellId; 6]> =
            areas.iter().enumerate().map(|(i, a)| rows(&mut tables, *a, (number * areas_in_each + i) as u32, 1.0)).collect();
        let borough = rows(&mut tables, sum(areas), 10_000 + number as u32, 100.0);
        for s in 0..6 {
            tables.sums(borough[s], &of.iter().map(|a| a[s]).collect::<Vec<_>>()).unwrap();
        }
        boroughs.push(borough);
    }
    let london = rows(&mut tables, sum(&years), 20_000, 10_000.0);
    for s in 0..6 {
        tables.sums(london[s], &boroughs.iter().map(|b| b[s]).collect::<Vec<_>>()).unwrap();
    }
    tables
}

/// A year of areas by strand and month, with all totals: a table of three ways.
#[expect(clippy::needless_range_loop, reason = "the three ways are alike")]
pub fn areas_by_strand_and_month(areas_in_each: usize, seed: u64) -> LinkedTables {
    let flags = flags(areas_in_each, 12, seed);
    let (areas, strands, months) = (flags.len(), 5, 12);
    let mut tables = LinkedTables::new();
    let cell = |a: usize, s: usize, m: usize| -> u32 {
        let of = |all: usize, one: usize| if one == all { 0..all } else { one..one + 1 };
        of(areas, a).map(|a| of(strands, s).map(|s| of(months, m).map(|m| flags[a][s][m]).sum::<u32>()).sum::<u32>()).sum()
    };
    let mut ids = vec![vec![vec![]; strands + 1]; areas + 1];
    for (a, of_area) in ids.iter_mut().enumerate() {
        for (s, of_strand) in of_area.iter_mut().enumerate() {
            for m in 0..=months {
                let dear = [areas, strands, months].iter().zip([a, s, m]).filter(|(all, one)| **all == *one).count();
                let count = cell(a, s, m);
                of_strand.push(tables.add(count, a as u32, weight(count) * 10f64.powi(dear as i32)));
            }
        }
    }
    for a in 0..=areas {
        for s in 0..=strands {
            tables.sums(ids[a][s][months], &ids[a][s][..months]).unwrap();
        }
        for m in 0..=months {
            tables.sums(ids[a][strands][m], &(0..strands).map(|s| ids[a][s][m]).collect::<Vec<_>>()).unwrap();
        }
    }
    for s in 0..=strands {
        for m in 0..=months {
            tables.sums(ids[areas][s][m], &(0..areas).map(|a| ids[a][s][m]).collect::<Vec<_>>()).unwrap();
        }
    }
    tables
}
