//! Areas as fine as their people and incidents allow: what is published below the analyst instead of cells with blanks.
//!
//! # Design
//! A tree (borough, then ever finer cells) is split from the top, as long as every part has enough incidents and enough residents. What is too
//! small for itself is joined to its neighbours until they are large enough together; what is left over goes with the last of these, or with the
//! smallest sibling that stands for itself. So every area published is large enough, nothing has to be blank, areas lie whole within their borough, and its count is their sum:
//! there is nothing to subtract. Parts without residents (parks, rivers, sheds) never stand alone.
//!
//! The shape tells little: whether there are residents is asked first. It is made once, from several years, and kept for a year: areas that
//! moved every month could be subtracted from each other.

/// A place that is not split further: a cell within a borough, or an area.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// Where it lies, from the coarsest to itself: numbers that name a borough, a cell of each resolution. All leaves have as many.
    pub path: Vec<u64>,
    /// Incidents in the years that the areas are made from.
    pub incidents: u32,
    /// Who lives there.
    pub residents: f64,
}

/// The smallest area that may be published.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Smallest {
    /// Incidents.
    pub incidents: u32,
    /// Residents.
    pub residents: f64,
}

impl Smallest {
    fn holds(&self, leaves: &[Leaf], of: &[u32]) -> bool {
        let residents: f64 = of.iter().map(|l| leaves[*l as usize].residents).sum();
        incidents(leaves, of) >= u64::from(self.incidents) && residents >= self.residents
    }
}

fn incidents(leaves: &[Leaf], of: &[u32]) -> u64 {
    of.iter().map(|l| u64::from(leaves[*l as usize].incidents)).sum()
}

/// The finest areas that are all large enough: rows of the leaves of each, ascending; areas by their first leaf.
///
/// Only a whole of the coarsest kind (a borough) can be smaller than asked: it is one area then.
///
/// # Example
/// ```
/// use hotspot_core::disclosure::adaptive::{Leaf, Smallest, areas};
///
/// let leaf = |cell, incidents| Leaf { path: vec![1, cell], incidents, residents: 500.0 };
/// let leaves = [leaf(7, 30), leaf(8, 4), leaf(9, 6)];
/// let found = areas(&leaves, Smallest { incidents: 10, residents: 200.0 });
/// assert_eq!(found, [vec![0], vec![1, 2]]);
/// ```
pub fn areas(leaves: &[Leaf], smallest: Smallest) -> Vec<Vec<u32>> {
    let mut found = Vec::new();
    let all: Vec<u32> = (0..leaves.len() as u32).collect();
    for borough in parts(leaves, &all, 0) {
        split(leaves, borough, 1, smallest, &mut found);
    }
    for area in &mut found {
        area.sort_unstable();
    }
    found.sort_unstable();
    found
}

/// The leaves by where they lie at a depth.
fn parts(leaves: &[Leaf], of: &[u32], depth: usize) -> Vec<Vec<u32>> {
    let at = |leaf: &u32| leaves[*leaf as usize].path[depth];
    let mut sorted = of.to_vec();
    sorted.sort_unstable_by_key(|leaf| (at(leaf), *leaf));
    sorted.chunk_by(|a, b| at(a) == at(b)).map(<[u32]>::to_vec).collect()
}

fn split(leaves: &[Leaf], whole: Vec<u32>, depth: usize, smallest: Smallest, found: &mut Vec<Vec<u32>>) {
    if leaves[whole[0] as usize].path.len() == depth {
        found.push(whole);
        return;
    }
    let (mut large, small): (Vec<_>, Vec<_>) =
        parts(leaves, &whole, depth).into_iter().partition(|part| smallest.holds(leaves, part));
    // Neighbours follow each other: what is too small for itself is joined to the next until it is not.
    let mut joined: Vec<Vec<u32>> = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    for mut part in small {
        open.append(&mut part);
        if smallest.holds(leaves, &open) {
            joined.push(std::mem::take(&mut open));
        }
    }
    if !open.is_empty() {
        // What is left goes with the last of these or, if there is none, with the sibling that has fewest incidents, which may be split further.
        if let Some(last) = joined.last_mut() {
            last.append(&mut open);
        } else if let Some(least) = (0..large.len()).min_by_key(|i| (incidents(leaves, &large[*i]), large[*i][0])) {
            large[least].append(&mut open);
        } else {
            found.push(whole);
            return;
        }
    }
    found.append(&mut joined);
    for part in large {
        split(leaves, part, depth + 1, smallest, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SMALLEST: Smallest = Smallest { incidents: 10, residents: 200.0 };

    fn leaf(path: &[u64], incidents: u32, residents: f64) -> Leaf {
        Leaf { path: path.to_vec(), incidents, residents }
    }

    #[test]
    fn what_is_too_small_goes_together_and_else_with_the_smallest_sibling() {
        let leaves = [leaf(&[1, 1], 50, 900.0), leaf(&[1, 2], 20, 900.0), leaf(&[1, 3], 3, 900.0)];
        assert_eq!(areas(&leaves, SMALLEST), [vec![0], vec![1, 2]]);
        // Nobody lives there: never alone, whatever happened.
        let park = [leaf(&[1, 1], 50, 900.0), leaf(&[1, 2], 20, 900.0), leaf(&[1, 3], 40, 0.0)];
        assert_eq!(areas(&park, SMALLEST), [vec![0], vec![1, 2]]);
        let quiet = [leaf(&[1, 1], 2, 900.0), leaf(&[1, 2], 3, 900.0), leaf(&[2, 1], 50, 900.0)];
        assert_eq!(areas(&quiet, SMALLEST), [vec![0, 1], vec![2]]);
    }

    fn world() -> impl Strategy<Value = Vec<Leaf>> {
        let one = (
            (0u64..3, 0u64..4, 0u64..5),
            prop_oneof![3 => 0u32..4, 1 => 4u32..60],
            prop_oneof![1 => Just(0.0), 4 => 10.0..900.0f64],
        );
        prop::collection::vec(one, 1..80).prop_map(|all| {
            let at: std::collections::BTreeMap<_, _> = all.into_iter().map(|(place, n, r)| (place, (n, r))).collect();
            at.into_iter().map(|((b, c, d), (n, r))| leaf(&[b, 10 * b + c, 100 * b + 10 * c + d], n, r)).collect()
        })
    }

    proptest! {
        #[test]
        fn areas_are_large_enough_lie_in_one_borough_and_leave_nothing_out(leaves in world()) {
            let found = areas(&leaves, SMALLEST);
            let mut all: Vec<u32> = found.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..leaves.len() as u32).collect::<Vec<_>>());
            for area in &found {
                let borough = leaves[area[0] as usize].path[0];
                prop_assert!(area.iter().all(|l| leaves[*l as usize].path[0] == borough));
                let is_borough = area.len() == leaves.iter().filter(|l| l.path[0] == borough).count();
                prop_assert!(SMALLEST.holds(&leaves, area) || is_borough);
            }
        }
    }
}
