use super::*;
use h3o::{CellIndex, Resolution};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn neighbours_are_sorted_once_each_and_never_oneself() {
    let w = SpatialWeights::from_lists(&[vec![2, 1, 0, 2], vec![0], vec![]]).unwrap();
    assert_eq!(w.neighbors(0), [1, 2]);
    assert_eq!(w.neighbors(2), [0u32; 0]);
    assert!(!w.is_symmetric(), "2 does not name 0");
    assert_eq!(w.len(), 3);
    assert!(SpatialWeights::default().is_empty());
}

#[test]
fn a_neighbour_beyond_the_table_is_refused() {
    let beyond = Error::OutOfRange { what: "neighbour", must: "a row of the table" };
    assert_eq!(SpatialWeights::from_lists(&[vec![1], vec![2]]), Err(beyond.clone()));
    assert_eq!(SpatialWeights::from_weighted_lists(&[vec![(1, 1.0)], vec![(2, 1.0)]]), Err(beyond));
}

#[test]
fn weights_keep_to_their_neighbours() {
    let w = SpatialWeights::from_weighted_lists(&[vec![(1, 2.0)], vec![(2, 0.5), (1, 9.0), (0, 2.0)], vec![]]).unwrap();
    assert_eq!((w.neighbors(1), w.weights(1)), (&[0, 2][..], Some(&[2.0, 0.5][..])));
    assert_eq!((w.neighbors(2), w.weights(2)), (&[][..], Some(&[][..])));
}

#[test]
fn weights_that_mean_nothing_are_refused() {
    for bad in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
        assert!(SpatialWeights::from_weighted_lists(&[vec![(1, bad)], vec![]]).is_err());
    }
    assert!(SpatialWeights::from_weighted_lists(&[vec![(1, 1.0), (1, 1.0)], vec![]]).is_err());
}

fn lists(edges: impl IntoIterator<Item = (u32, u32, f64)>) -> Vec<Vec<(u32, f64)>> {
    let mut lists = vec![Vec::new(); 20];
    for (from, to, weight) in edges {
        lists[from as usize].push((to, weight));
    }
    lists
}

fn edges() -> impl Strategy<Value = BTreeMap<(u32, u32), f64>> {
    prop::collection::btree_map((0u32..20, 0u32..20), 0.01f64..9.0, 0..80)
}

proptest! {
    #[test]
    fn standardised_rows_add_up_to_one(edges in edges()) {
        let weights = SpatialWeights::from_weighted_lists(&lists(edges.iter().map(|((a, b), w)| (*a, *b, *w)))).unwrap();
        let standard = weights.row_standardized();
        for row in 0..20 {
            prop_assert_eq!(weights.neighbors(row), standard.neighbors(row));
            prop_assert!(weights.neighbors(row).windows(2).all(|w| w[0] < w[1]));
            prop_assert!(!weights.neighbors(row).contains(&(row as u32)));
            let sum: f64 = standard.weights(row).unwrap().iter().sum();
            prop_assert!(weights.neighbors(row).is_empty() || (sum - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn edges_given_both_ways_are_symmetric(edges in edges()) {
        let up = edges.iter().filter(|((a, b), _)| a < b);
        let both = up.flat_map(|((a, b), w)| [(*a, *b, *w), (*b, *a, *w)]);
        prop_assert!(SpatialWeights::from_weighted_lists(&lists(both)).unwrap().is_symmetric());
    }
}

#[test]
fn islands_are_counted_and_degrees_too() {
    let w = SpatialWeights::from_lists(&[vec![1], vec![0, 3], vec![], vec![1]]).unwrap();
    assert_eq!((w.islands(), w.links(), w.largest_degree()), (vec![2], 4, 2));
    assert_eq!((SpatialWeights::default().islands(), SpatialWeights::default().largest_degree()), (vec![], 0));
}

#[test]
fn weights_equal_within_rows_are_told_from_others() {
    let equal = SpatialWeights::from_weighted_lists(&[vec![(1, 0.5), (2, 0.5)], vec![(0, 3.0)], vec![]]).unwrap();
    assert!(equal.are_equal_within_rows());
    let other = SpatialWeights::from_weighted_lists(&[vec![(1, 0.5), (2, 0.4)], vec![(0, 3.0)], vec![]]).unwrap();
    assert!(!other.are_equal_within_rows() && other.row_standardized() != other);
    // A third three times: equal although the sum is not exact.
    assert!(
        SpatialWeights::from_lists(&[vec![1, 2, 3], vec![], vec![], vec![]]).unwrap().row_standardized().are_equal_within_rows()
    );
}

#[test]
fn a_union_takes_the_larger_weight() {
    let w = SpatialWeights::from_weighted_lists(&[vec![(1, 2.0)], vec![(0, 5.0), (2, 1.0)], vec![]]).unwrap();
    let both = w.symmetric_union().unwrap();
    assert!(both.is_symmetric());
    assert_eq!((both.weights(0), both.weights(1), both.weights(2)), (Some(&[5.0][..]), Some(&[5.0, 1.0][..]), Some(&[1.0][..])));
}

/// Neighbours as H3 names them.
fn asked(cells: &[CellIndex], k: u32) -> Vec<Vec<u32>> {
    let row_of: BTreeMap<CellIndex, u32> = cells.iter().copied().zip(0..).collect();
    let disk = |cell: &CellIndex| {
        let around: Vec<CellIndex> = cell.grid_disk(k);
        let mut rows: Vec<u32> = around.into_iter().filter(|c| c != cell).filter_map(|c| row_of.get(&c).copied()).collect();
        rows.sort_unstable();
        rows
    };
    cells.iter().map(disk).collect()
}

fn assert_as_asked(cells: &[CellIndex], k: u32) {
    let weights = h3_disks(cells, k).unwrap();
    assert_eq!(weights.len(), cells.len());
    for (row, wanted) in asked(cells, k).into_iter().enumerate() {
        assert_eq!(weights.neighbors(row), wanted, "{} at {k}", cells[row]);
    }
}

#[test]
fn every_cell_of_the_earth_has_the_neighbours_that_h3_names() {
    // Whole, and base cell by base cell: pentagons, faces and borders of base cells all occur.
    for resolution in [Resolution::Zero, Resolution::One, Resolution::Two, Resolution::Three] {
        let all: Vec<CellIndex> = CellIndex::base_cells().flat_map(|base| base.children(resolution)).collect();
        for k in [1, 2] {
            assert_as_asked(&all, k);
        }
        for base in CellIndex::base_cells() {
            let cells: Vec<CellIndex> = base.children(resolution).collect();
            for k in [1, 2, 3, 5] {
                assert_as_asked(&cells, k);
            }
        }
    }
}

#[test]
fn neighbours_at_every_resolution_are_those_that_h3_names() {
    for (lat, lon) in [(51.5, -0.12), (53.7, -1.6), (64.7, 10.5), (-33.9, 151.2), (0.0, 0.0), (58.2, 90.0)] {
        for resolution in Resolution::range(Resolution::Zero, Resolution::Fifteen) {
            let centre = h3o::LatLng::new(lat, lon).unwrap().to_cell(resolution);
            let mut cells: Vec<CellIndex> = centre.grid_disk(6);
            // Every third left out: holes; and in no order.
            cells = cells.into_iter().enumerate().filter(|(n, _)| n % 3 != 1).map(|(_, c)| c).collect();
            for k in [1, 2, 4] {
                assert_as_asked(&cells, k);
            }
        }
    }
}

#[test]
fn cells_round_a_corner_of_base_cells_and_scattered_ones_are_found_too() {
    // Round the corners of every base cell meet three of them, pentagons among them.
    for base in CellIndex::base_cells() {
        for corner in base.boundary().iter() {
            let centre = h3o::LatLng::new(corner.lat(), corner.lng()).unwrap().to_cell(Resolution::Eight);
            assert_as_asked(&centre.grid_disk::<Vec<_>>(3), 2);
        }
    }
    let lone = h3o::LatLng::new(51.5, -0.12).unwrap().to_cell(Resolution::Twelve);
    let far = h3o::LatLng::new(55.0, -0.12).unwrap().to_cell(Resolution::Twelve);
    let mut cells: Vec<CellIndex> = lone.grid_disk(1);
    cells.extend(far.grid_disk::<Vec<_>>(1));
    assert_as_asked(&cells, 1);
}

#[test]
fn cells_that_are_no_set_are_refused() {
    let cell = h3o::LatLng::new(51.5, -0.12).unwrap().to_cell(Resolution::Nine);
    let parent = cell.parent(Resolution::Eight).unwrap();
    assert!(matches!(h3_disks(&[cell, parent], 1), Err(Error::OutOfRange { what: "cells", .. })));
    let pentagon = CellIndex::base_cells().find(|c| c.is_pentagon()).unwrap();
    for twice in [cell, pentagon] {
        assert!(matches!(h3_disks(&[twice, twice], 1), Err(Error::OutOfRange { what: "cell", .. })));
    }
    assert!(h3_disks(&[cell], 10_001).is_err());
    assert!(h3_disks(&[], 1).unwrap().is_empty());
    assert_eq!(h3_disks(&[cell], 0).unwrap().islands(), [0]);
}
