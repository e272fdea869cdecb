use super::*;
use crate::cluster::samples::{city, crowded, on_any_threads};
use proptest::prelude::*;

/// The definition, word for word, on a table of all mutual reachability distances.
struct Definition<'a> {
    points: &'a [[f64; 2]],
    params: HdbscanParams,
    table: Vec<Vec<f64>>,
    clusters: Vec<Cluster>,
    of_point: Vec<usize>,
    distances: Vec<f64>,
}

struct Cluster {
    parent: Option<usize>,
    birth: f64,
    lost: Vec<(f64, usize)>,
}

impl<'a> Definition<'a> {
    fn new(points: &'a [[f64; 2]], params: HdbscanParams) -> Self {
        let n = points.len();
        let distance = |i: usize, j: usize| ((points[i][0] - points[j][0]).powi(2) + (points[i][1] - points[j][1]).powi(2)).sqrt();
        let core: Vec<f64> = (0..n)
            .map(|i| {
                let mut all: Vec<f64> = (0..n).map(|j| distance(i, j)).collect();
                all.sort_by(f64::total_cmp);
                let k = params.min_samples as usize - usize::from(params.own == SelfWeight::Included);
                all[k.min(n - 1)]
            })
            .collect();
        let table = (0..n).map(|i| (0..n).map(|j| distance(i, j).max(core[i]).max(core[j])).collect()).collect();
        let mut all = Self {
            points,
            params,
            table,
            clusters: vec![Cluster { parent: None, birth: f64::INFINITY, lost: Vec::new() }],
            of_point: vec![0; n],
            distances: vec![0.0; n],
        };
        let everyone: Vec<usize> = (0..n).collect();
        all.shrink(&everyone, 0);
        all
    }

    /// Components of `set` when all links of `distance` or more are gone.
    fn parts(&self, set: &[usize], distance: f64) -> Vec<Vec<usize>> {
        let mut rest = set.to_vec();
        let mut parts = Vec::new();
        while let Some(start) = rest.pop() {
            let mut part = vec![start];
            let mut next = 0;
            while next < part.len() {
                let i = part[next];
                let (near, far) = rest.iter().partition(|j| self.table[i][**j] < distance);
                rest = far;
                let near: Vec<usize> = near;
                part.extend(near);
                next += 1;
            }
            parts.push(part);
        }
        parts
    }

    fn shrink(&mut self, set: &[usize], cluster: usize) {
        let mut lengths: Vec<f64> =
            set.iter().flat_map(|i| set.iter().filter(move |j| *j < i).map(|j| self.table[*i][*j])).collect();
        lengths.sort_by(f64::total_cmp);
        lengths.dedup();
        // The largest length without which the set falls apart.
        let Some(distance) = lengths.into_iter().rev().find(|d| self.parts(set, *d).len() > 1) else { return };
        let parts = self.parts(set, distance);
        let (large, small): (Vec<_>, Vec<_>) = parts.into_iter().partition(|p| p.len() >= self.params.min_cluster_size as usize);
        let split = large.len() > 1;
        let mut into = Vec::new();
        for part in &large {
            into.push(cluster);
            if split {
                self.clusters[cluster].lost.push((distance, part.len()));
                self.clusters.push(Cluster { parent: Some(cluster), birth: distance, lost: Vec::new() });
                *into.last_mut().expect("pushed") = self.clusters.len() - 1;
            }
        }
        for part in small {
            let joined = if split { self.joined(&part, &large, set, distance) } else { None };
            self.clusters[cluster].lost.push((distance, part.len()));
            for i in part {
                self.of_point[i] = joined.map_or(cluster, |part| into[part]);
                self.distances[i] = distance;
            }
        }
        for (part, into) in large.into_iter().zip(into) {
            self.shrink(&part, into);
        }
    }

    /// The large part that a small one is joined to first when links of the weight `distance` are added, the shortest first;
    /// `None` when it is joined to several at once.
    fn joined(&self, small: &[usize], large: &[Vec<usize>], set: &[usize], distance: f64) -> Option<usize> {
        let apart =
            |i: usize, j: usize| (self.points[i][0] - self.points[j][0]).powi(2) + (self.points[i][1] - self.points[j][1]).powi(2);
        let pairs =
            || set.iter().flat_map(|i| set.iter().map(move |j| (*i, *j))).filter(|(i, j)| i != j && self.table[*i][*j] == distance);
        let mut lengths: Vec<f64> = pairs().map(|(i, j)| apart(i, j)).collect();
        lengths.sort_by(f64::total_cmp);
        lengths.dedup();
        for length in lengths {
            let linked =
                |i: usize, j: usize| self.table[i][j] < distance || (self.table[i][j] == distance && apart(i, j) <= length);
            let mut group = small.to_vec();
            let mut next = 0;
            while next < group.len() {
                let more: Vec<usize> = set.iter().copied().filter(|j| !group.contains(j) && linked(group[next], *j)).collect();
                group.extend(more);
                next += 1;
            }
            let touched: Vec<usize> = (0..large.len()).filter(|part| group.contains(&large[*part][0])).collect();
            match touched.as_slice() {
                [] => {}
                [one] => return Some(*one),
                _ => return None,
            }
        }
        None
    }

    fn stability(&self, cluster: usize) -> f64 {
        let Cluster { birth, lost, .. } = &self.clusters[cluster];
        lost.iter().map(|(d, points)| (1.0 / d - 1.0 / birth) * *points as f64).sum()
    }

    fn children(&self, cluster: usize) -> Vec<usize> {
        (0..self.clusters.len()).filter(|c| self.clusters[*c].parent == Some(cluster)).collect()
    }

    /// The best total stability of choices within a cluster, and the choice.
    fn best(&self, cluster: usize) -> (f64, Vec<usize>) {
        let mut below = (0.0, Vec::new());
        for child in self.children(cluster) {
            let (weight, chosen) = self.best(child);
            below.0 += weight;
            below.1.extend(chosen);
        }
        let own = self.stability(cluster);
        let may = cluster != 0 || self.params.single == SingleCluster::Allowed;
        // Sums in another order may differ in their last digit.
        if may && below.0 <= own * (1.0 + 1e-12) { (own, vec![cluster]) } else { below }
    }

    fn chosen(&self) -> Vec<usize> {
        let mut chosen = match self.params.selection {
            Selection::ExcessOfMass => self.best(0).1,
            Selection::Leaf => (0..self.clusters.len()).filter(|c| self.children(*c).is_empty()).collect(),
        };
        chosen.retain(|c| *c != 0 || self.params.single == SingleCluster::Allowed);
        if self.params.epsilon_m > 0.0 && chosen != [0] {
            for cluster in &mut chosen {
                while self.clusters[*cluster].birth <= self.params.epsilon_m {
                    let parent = self.clusters[*cluster].parent.expect("the first is born at infinity");
                    if parent == 0 && self.params.single == SingleCluster::Refused {
                        break;
                    }
                    *cluster = parent;
                }
            }
            chosen.sort_unstable();
            chosen.dedup();
        }
        chosen
    }

    fn ancestors(&self, cluster: usize) -> Vec<usize> {
        let mut line = vec![cluster];
        while let Some(parent) = self.clusters[line[line.len() - 1]].parent {
            line.push(parent);
        }
        line
    }

    /// Labels by any name, probabilities and outlier scores.
    fn answer(&self) -> (Vec<Option<usize>>, Vec<f64>, Vec<f64>) {
        let n = self.points.len();
        let chosen = if n < self.params.min_cluster_size as usize { Vec::new() } else { self.chosen() };
        let last = |c: usize| self.clusters[c].lost.iter().map(|l| l.0).fold(f64::INFINITY, f64::min);
        let ratio = |least: f64, d: f64| if d <= least { 1.0 } else { least / d };
        let mut answer = (vec![None; n], vec![0.0; n], vec![0.0; n]);
        for i in 0..n {
            let line = self.ancestors(self.of_point[i]);
            let until = if self.params.epsilon_m > 0.0 { self.params.epsilon_m } else { last(0) };
            if let Some(cluster) = line.iter().find(|c| chosen.contains(c))
                && (*cluster != 0 || self.distances[i] <= until)
            {
                answer.0[i] = Some(*cluster);
                answer.1[i] = ratio(last(*cluster), self.distances[i]);
            }
            let inside = (0..self.clusters.len()).filter(|c| self.ancestors(*c).contains(&self.of_point[i]));
            answer.2[i] = 1.0 - ratio(inside.map(last).fold(f64::INFINITY, f64::min), self.distances[i]);
        }
        answer
    }
}

fn compare(points: &[[f64; 2]], params: HdbscanParams) {
    let found = hdbscan(points, params).expect("valid input");
    assert_eq!(found.params, params);
    let definition = Definition::new(points, params);
    let (names, probabilities, outliers) = definition.answer();
    for i in 0..points.len() {
        assert_eq!(found.labels[i] == NOISE, names[i].is_none(), "{i}: {:?} {names:?}", found.labels);
        for j in 0..i {
            if let (Some(a), Some(b)) = (names[i], names[j]) {
                assert_eq!(found.labels[i] == found.labels[j], a == b);
            }
        }
        assert!((found.probabilities[i] - probabilities[i]).abs() < 1e-12);
        assert!((found.outlier_scores[i] - outliers[i]).abs() < 1e-12);
    }
    let size = |label: usize| found.labels.iter().filter(|l| **l == label as i32).count() as u32;
    assert_eq!(found.sizes, (0..found.sizes.len()).map(size).collect::<Vec<_>>());
    assert!(found.sizes.is_sorted_by(|a, b| a >= b) && found.sizes.iter().all(|s| *s > 0));
    for label in 0..found.sizes.len() {
        let member = found.labels.iter().position(|l| *l == label as i32).expect("a cluster has points");
        let stability = definition.stability(names[member].expect("not noise"));
        let got = found.stabilities[label];
        assert!(got == stability || (got / stability - 1.0).abs() < 1e-9, "{got} {stability}");
        assert!((0.0..=1.0 + 1e-12).contains(&found.persistence[label]));
    }
}

fn params() -> impl Strategy<Value = HdbscanParams> {
    let choices = (
        prop_oneof![Just(SelfWeight::Included), Just(SelfWeight::Excluded)],
        prop_oneof![Just(Selection::ExcessOfMass), Just(Selection::Leaf)],
        prop_oneof![Just(0.0), Just(30.0), 1.0..100.0_f64],
        prop_oneof![Just(SingleCluster::Refused), Just(SingleCluster::Allowed)],
    );
    (2_u32..9, 1_u32..9, choices).prop_map(|(min_cluster_size, min_samples, (own, selection, epsilon_m, single))| HdbscanParams {
        min_cluster_size,
        min_samples,
        own,
        selection,
        epsilon_m,
        single,
    })
}

proptest! {
    #[test]
    fn clusters_are_those_of_the_definition(points in crowded(2..70), params in params()) {
        compare(&points, params);
    }

    #[test]
    fn a_point_keeps_its_answer_in_any_order_of_rows(points in crowded(2..70), params in params(), turn in 0_usize..70) {
        let found = hdbscan(&points, params).expect("valid input");
        let mut order: Vec<usize> = (0..points.len()).collect();
        order.rotate_left(turn % points.len());
        order.reverse();
        let moved: Vec<[f64; 2]> = order.iter().map(|i| points[*i]).collect();
        let again = hdbscan(&moved, params).expect("valid input");
        for (row, i) in order.iter().enumerate() {
            prop_assert_eq!(again.labels[row], found.labels[*i]);
            prop_assert_eq!(again.probabilities[row], found.probabilities[*i]);
            prop_assert_eq!(again.outlier_scores[row], found.outlier_scores[*i]);
        }
        prop_assert_eq!(again.sizes, found.sizes);
        prop_assert_eq!(again.stabilities, found.stabilities);
    }

    #[test]
    fn doubling_all_lengths_changes_nothing(points in crowded(2..70), params in params()) {
        let doubled: Vec<[f64; 2]> = points.iter().map(|p| [2.0 * p[0], 2.0 * p[1]]).collect();
        let a = hdbscan(&points, params).expect("valid input");
        let b = hdbscan(&doubled, HdbscanParams { epsilon_m: 2.0 * params.epsilon_m, ..params }).expect("valid input");
        prop_assert_eq!((a.labels, a.probabilities, a.persistence), (b.labels, b.probabilities, b.persistence));
    }

    #[test]
    fn a_coarser_epsilon_never_has_more_clusters(points in crowded(2..70), params in params()) {
        // (The cluster of all points may be empty at a small distance.)
        let params = HdbscanParams { single: SingleCluster::Refused, ..params };
        let all = |epsilon_m| hdbscan(&points, HdbscanParams { epsilon_m, ..params }).expect("valid input").sizes.len();
        let counts = [1.0, 20.0, 50.0, 100.0, 500.0].map(all);
        prop_assert!(counts.is_sorted_by(|a, b| a >= b), "{:?}", counts);
    }
}

/// Prim's algorithm on all pairs: mutual reachability and distance, squared, of all links in ascending order.
fn links_of_spanning_tree(points: &[[f64; 2]], core: &[f64]) -> Vec<(f64, f64)> {
    let n = points.len();
    let mut best = vec![(f64::INFINITY, f64::INFINITY); n];
    let mut inside = vec![false; n];
    let mut links = Vec::new();
    let by = |a: &(f64, f64), b: &(f64, f64)| a.partial_cmp(b).expect("finite");
    let mut at = 0;
    for _ in 1..n {
        inside[at] = true;
        for j in (0..n).filter(|j| !inside[*j]) {
            let (dx, dy) = (points[at][0] - points[j][0], points[at][1] - points[j][1]);
            let apart = dx * dx + dy * dy;
            let link = (apart.max(core[at]).max(core[j]), apart);
            if link < best[j] {
                best[j] = link;
            }
        }
        at = (0..n).filter(|j| !inside[*j]).min_by(|a, b| by(&best[*a], &best[*b])).expect("one is outside");
        links.push(best[at]);
    }
    links.sort_by(by);
    links
}

#[test]
fn the_spanning_tree_is_exact() {
    let points = city(3_000);
    let tree = Tree::new(&points);
    let ordered: Vec<[f64; 2]> = (0..tree.len()).map(|i| tree.point(i)).collect();
    for k in [0, 1, 5, 30, 400] {
        let core = tree.squared_core_distances(k);
        for i in (0..points.len()).step_by(7) {
            let mut all: Vec<f64> =
                ordered.iter().map(|p| (p[0] - ordered[i][0]).powi(2) + (p[1] - ordered[i][1]).powi(2)).collect();
            assert_eq!(core[i], *all.select_nth_unstable_by(k, f64::total_cmp).1, "{k}th of {i}");
        }
        let mut found: Vec<(f64, f64)> = spanning::spanning_tree(&tree, &core).iter().map(|l| (l.squared, l.apart)).collect();
        found.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
        assert!(found == links_of_spanning_tree(&ordered, &core), "{k}");
    }
}

#[test]
fn threads_change_nothing() {
    let points = city(40_000);
    let found = on_any_threads(|| hdbscan(&points, HdbscanParams::new(15)).expect("valid input"));
    assert!(found.sizes.len() > 20 && found.noise() > 100);
}

#[test]
fn few_points_and_points_at_one_spot_are_defined() {
    for n in 0..6 {
        let points: Vec<[f64; 2]> = (0..n).map(|i| [f64::from(i * i), 0.0]).collect();
        for single in [SingleCluster::Refused, SingleCluster::Allowed] {
            let found = hdbscan(&points, HdbscanParams { single, ..HdbscanParams::new(6) }).expect("valid input");
            assert_eq!(found.labels, vec![NOISE; n as usize]);
            assert_eq!(found.noise(), n as usize);
            assert!(found.outlier_scores.iter().chain(&found.probabilities).all(|v| (0.0..=1.0).contains(v)));
        }
    }
    let spot = [[7.0, 7.0]; 40];
    let none = hdbscan(&spot, HdbscanParams::new(5)).expect("valid input");
    assert_eq!((none.noise(), none.sizes.len()), (40, 0));
    let one = hdbscan(&spot, HdbscanParams { single: SingleCluster::Allowed, ..HdbscanParams::new(5) }).expect("valid input");
    assert_eq!((one.labels, one.probabilities, one.outlier_scores), (vec![0; 40], vec![1.0; 40], vec![0.0; 40]));
    assert_eq!((one.sizes, one.stabilities, one.persistence), (vec![40], vec![f64::INFINITY], vec![1.0]));
}

#[test]
fn two_spots_and_a_point_between_them_are_two_clusters_of_infinite_density() {
    let mut points = vec![[0.0, 0.0]; 10];
    points.extend([[100.0, 0.0]; 12]);
    points.push([30.0, 0.0]);
    let found = hdbscan(&points, HdbscanParams::new(5)).expect("valid input");
    assert_eq!(found.sizes, [12, 11]);
    assert_eq!((found.labels[0], found.labels[10], found.labels[22]), (1, 0, 1));
    assert_eq!((found.probabilities[0], found.probabilities[22]), (1.0, 0.0));
    assert_eq!((found.outlier_scores[0], found.outlier_scores[22]), (0.0, 1.0));
    assert_eq!(found.stabilities, [f64::INFINITY; 2]);
}

#[test]
fn three_equal_parts_split_at_once() {
    // Three rows of four, 10 m apart in each, the rows 100 m apart: programs that split in two first have a cluster of two rows.
    let points: Vec<[f64; 2]> = (0..12).map(|i| [f64::from(i / 4) * 130.0 + f64::from(i % 4) * 10.0, 0.0]).collect();
    let found = hdbscan(&points, HdbscanParams { min_samples: 1, ..HdbscanParams::new(4) }).expect("valid input");
    assert_eq!(found.labels, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    let wanted = 4.0 * (1.0 / 10.0 - 1.0 / 100.0);
    assert!(found.stabilities.iter().all(|s| (s - wanted).abs() < 1e-12));
    // Parts of two and three that fall off a larger one at the same distance are no cluster of five.
    let mut points: Vec<[f64; 2]> = (0..8).map(|i| [f64::from(i), 0.0]).collect();
    points.extend((0..3).map(|i| [107.0 + f64::from(i), 0.0]));
    points.extend((0..2).map(|i| [209.0 + f64::from(i), 0.0]));
    let found = hdbscan(&points, HdbscanParams { min_samples: 1, ..HdbscanParams::new(5) }).expect("valid input");
    assert!(found.sizes.is_empty(), "{:?}", found.labels);
}

#[test]
fn a_point_between_two_clusters_goes_with_the_nearer_one() {
    // Its core distance is the weight of its links to both sides, which fall apart when they go.
    let row = |x: f64| (0..6).map(move |i| [x + f64::from(i), 0.0]);
    let label = |x: f64| {
        let points: Vec<[f64; 2]> = row(0.0).chain(row(105.0)).chain([[x, 0.0]]).collect();
        let found = hdbscan(&points, HdbscanParams { min_samples: 3, ..HdbscanParams::new(5) }).expect("valid input");
        assert_eq!(found.sizes.len(), 2);
        let of = found.labels[12];
        [found.labels[0], found.labels[6]].map(|side| side == of)
    };
    assert_eq!(label(54.0), [true, false]);
    assert_eq!(label(56.0), [false, true]);
    assert_eq!(label(55.0), [false, false], "noise where both are as near");
}

#[test]
fn wrong_input_is_named() {
    let good = [[0.0, 0.0], [1.0, 1.0]];
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e160] {
        assert_eq!(hdbscan(&[[bad, 0.0]], HdbscanParams::new(5)), Err(Error::OutOfRange { what: "coordinate", must: "finite" }));
    }
    let wrong = |params| matches!(hdbscan(&good, params), Err(Error::OutOfRange { .. }));
    assert!(wrong(HdbscanParams::new(1)));
    assert!(wrong(HdbscanParams { min_samples: 0, ..HdbscanParams::new(5) }));
    for epsilon_m in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(wrong(HdbscanParams { epsilon_m, ..HdbscanParams::new(5) }));
    }
}

#[test]
fn names_go_there_and_back() {
    for selection in [Selection::ExcessOfMass, Selection::Leaf] {
        assert_eq!(selection.to_string().parse(), Ok(selection));
    }
    let wrong = "best".parse::<Selection>().expect_err("not a name");
    assert_eq!(wrong.to_string(), "not a known selection; allowed: eom, leaf");
}
