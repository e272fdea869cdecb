//! Which set of clusters to show: one large one, or several small ones inside it?
//!
//! # Definition
//! For each of several largest sizes, the clusters are those that would be reported if no window were larger, as far as they are
//! significant (by the maxima of the whole scan). Their Lorenz curve goes from the part of the map with the lowest observed to
//! expected ratio to that with the highest, each cluster being a part and the rest of the map another: cumulative share of the
//! expected against cumulative share of the cases. Its Gini coefficient is twice the area between curve and diagonal: for one
//! cluster, c/C − E/C. The set with the largest is chosen.
//!
//! Han, Zhu, Kulldorff and others (2016), *International Journal of Health Geographics* 15:27, who found it to undo the common
//! complaint that the most likely cluster is half of the city; the sizes are those of SaTScan.

use super::{GiniSet, ScanCluster};

/// Settings of the choice.
#[derive(Debug, Clone, PartialEq)]
pub struct GiniParams {
    /// Largest shares of the population that are tried; those above [`super::ScanParams::max_population`] are left out.
    pub max_populations: Vec<f64>,
    /// Clusters with a p of at most this belong to a set. Default 0.05.
    pub alpha: f64,
}

impl Default for GiniParams {
    fn default() -> Self {
        let percent = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0];
        Self { max_populations: percent.iter().map(|p| p / 100.0).collect(), alpha: 0.05 }
    }
}

/// Gini coefficient of clusters that do not overlap, (cases, expected) each, among `total` cases; 0 without a case.
///
/// ```
/// use hotspot_core::cluster::scan::gini_of_clusters;
///
/// // One cluster with 40 % of the cases where 10 % are expected.
/// assert!((gini_of_clusters(&[(40.0, 10.0)], 100.0) - 0.3).abs() < 1e-12);
/// // Its two halves, one denser than the other, say more.
/// assert!(gini_of_clusters(&[(30.0, 5.0), (10.0, 5.0)], 100.0) > 0.3);
/// ```
pub fn gini_of_clusters(clusters: &[(f64, f64)], total: f64) -> f64 {
    if total <= 0.0 {
        return 0.0;
    }
    let inside = clusters.iter().fold((0.0, 0.0), |sum, c| (sum.0 + c.0, sum.1 + c.1));
    let mut parts: Vec<(f64, f64)> = clusters.to_vec();
    parts.push((total - inside.0, (total - inside.1).max(0.0)));
    // By ratio of cases to expected, compared without a division by zero.
    parts.sort_by(|a, b| (a.0 * b.1).total_cmp(&(b.0 * a.1)));
    let (mut x, mut y, mut area) = (0.0, 0.0, 0.0);
    for (cases, expected) in parts {
        let (next_x, next_y) = (x + expected / total, y + cases / total);
        area += (next_x - x) * (next_y + y);
        (x, y) = (next_x, next_y);
    }
    1.0 - area
}

impl GiniParams {
    /// The shares that are tried, ascending, each once.
    pub(super) fn sizes(&self, max_population: f64) -> Vec<f64> {
        let mut sizes: Vec<f64> = self.max_populations.iter().copied().filter(|s| *s <= max_population).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.dedup();
        sizes
    }
}

impl GiniSet {
    /// The set with the largest coefficient; of those that have the same, the one of fewest clusters, then of the smallest share.
    /// `None` when no set has a cluster.
    pub(super) fn choose(sets: impl Iterator<Item = (f64, Vec<ScanCluster>)>, total: f64) -> Option<Self> {
        let mut tried = Vec::new();
        let mut best: Option<(f64, f64, Vec<ScanCluster>)> = None;
        for (share, clusters) in sets {
            let parts: Vec<(f64, f64)> = clusters.iter().map(|c| (f64::from(c.cases), c.expected)).collect();
            let gini = gini_of_clusters(&parts, total);
            tried.push((share, gini, clusters.len()));
            let better = best
                .as_ref()
                .is_none_or(|(_, largest, set)| gini > largest + 1e-12 || gini > largest - 1e-12 && clusters.len() < set.len());
            if !clusters.is_empty() && better {
                best = Some((share, gini, clusters));
            }
        }
        best.map(|(max_population, gini, clusters)| Self { max_population, gini, clusters, tried })
    }
}
