//! Clusters of Kulldorff's scan statistic among the units of a release: the test beside the hotspot rule.
//!
//! The rule of [`detect`](super::detect) asks of each unit how high its rate is. The scan asks one question of the whole map: is
//! there any circle that holds more incidents than the reference measure explains, beyond what the strongest of all circles would
//! hold by chance? Both use the same counts and the same reference measure.
//!
//! # Definition
//! [`scan`] with [`Model::Poisson`], the reference measure as population, circles of at most [`MAX_RADIUS_M`] round the centre of
//! each unit, rates above expectation only, 199 replicas of seed 1 (enough for a test at 5 %: the p is exact whatever their number, Dwass 1957); clusters that do not overlap, of p at most [`ALPHA`]. Replicas
//! end early when 10 of them exceed the best cluster: then nothing is significant. A unit without reference takes no part.
//!
//! # Pitfalls
//! Those of [`scan`](crate::cluster::scan): with area as the measure every busy place is a cluster; bursts of one victim's reports
//! are one too; the outline is a circle's. A cluster of units is not a hotspot, and the page says so.

use crate::cluster::scan::{Model, Places, ScanCluster, ScanInput, ScanParams, Stop, scan};
use crate::error::{Error, Result};

/// Largest radius of a cluster, metres: what a patrol can walk round.
pub const MAX_RADIUS_M: f64 = 1_000.0;

/// Largest p of a cluster, over the whole search.
pub const ALPHA: f64 = 0.05;

/// Significant clusters, strongest first.
///
/// ```
/// use hotspot_core::hotspot::scan_clusters::scan_clusters;
/// let centers: Vec<[f64; 2]> = (0..400).map(|i| [f64::from(i % 20) * 400.0, f64::from(i / 20) * 400.0]).collect();
/// let mut counts = [1; 400];
/// counts[210] = 30;
/// let found = scan_clusters(&counts, &[0.1; 400], &centers)?;
/// assert_eq!(found.len(), 1);
/// assert_eq!((found[0].cases, found[0].units.clone()), (30, vec![210]));
/// # Ok::<(), hotspot_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Length`] when the columns differ, [`Error::OutOfRange`] for a reference measure or a centre that is not finite or a
/// measure that is negative, [`Error::NoReference`] when it is zero everywhere.
pub fn scan_clusters(counts: &[u32], reference: &[f64], centers_m: &[[f64; 2]]) -> Result<Vec<ScanCluster>> {
    let mut clusters = search(counts, reference, centers_m, 199)?;
    clusters.retain(|c| c.p.is_some_and(|p| p <= ALPHA));
    Ok(clusters)
}

/// The same clusters without a test, however weak: for ranking places.
///
/// # Errors
/// Those of [`scan_clusters`].
pub fn strongest_clusters(counts: &[u32], reference: &[f64], centers_m: &[[f64; 2]]) -> Result<Vec<ScanCluster>> {
    search(counts, reference, centers_m, 0)
}

fn search(counts: &[u32], reference: &[f64], centers_m: &[[f64; 2]], replicates: u32) -> Result<Vec<ScanCluster>> {
    if counts.len() != reference.len() {
        return Err(Error::Length { what: "reference measure", got: reference.len(), expected: counts.len() });
    }
    let usable: Vec<u32> = counts.iter().zip(reference).map(|(c, r)| if *r > 0.0 { *c } else { 0 }).collect();
    let input = ScanInput {
        places: Places::Circles { centers: centers_m, max_radius_m: Some(MAX_RADIUS_M) },
        cases: &usable,
        step_lengths: &[1.0],
        model: Model::Poisson { population: reference },
    };
    Ok(scan(&input, &ScanParams { replicates, stop: Stop::Exceedances(10), ..ScanParams::default() })?.clusters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_counts_and_none_hold_no_cluster_and_a_unit_without_reference_none_either() {
        let centers: Vec<[f64; 2]> = (0..100).map(|i| [f64::from(i % 10) * 400.0, f64::from(i / 10) * 400.0]).collect();
        assert_eq!(scan_clusters(&[2; 100], &[1.0; 100], &centers), Ok(Vec::new()));
        assert_eq!(scan_clusters(&[0; 100], &[1.0; 100], &centers), Ok(Vec::new()));
        let (mut counts, mut reference) = ([1; 100], [1.0; 100]);
        (counts[50], reference[50]) = (60, 0.0);
        assert_eq!(scan_clusters(&counts, &reference, &centers), Ok(Vec::new()));
        reference[50] = 1.0;
        let found = scan_clusters(&counts, &reference, &centers).expect("columns fit");
        assert_eq!((found[0].center, found[0].cases), (50, 60));
        assert!(scan_clusters(&counts, &reference[1..], &centers).is_err());
    }
}
