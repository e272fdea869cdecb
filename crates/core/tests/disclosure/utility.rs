//! How much of what is truly hot can still be seen in each tier: simulated Londons, whose truth is known.

use super::over_months::{London, RULES};
use h3o::Resolution;
use hotspot_core::disclosure::protected::prove;
use hotspot_core::disclosure::utility::utility;
use hotspot_core::evaluate::recovery::TrueRates;
use hotspot_core::grid::CellGrid;
use hotspot_core::hotspot::denominator::Denominator;
use hotspot_core::simulate::{SimulateParams, simulate};

#[test]
fn much_of_what_is_hot_can_still_be_seen() {
    let (seeds, months): (u64, u16) = if std::env::var_os("HOTSPOT_PROVE").is_some() { (5, 36) } else { (1, 14) };
    let grid = CellGrid::london();
    let level = grid.level(Resolution::Nine).unwrap();
    let mut sums = [[0.0; 6]; 2];
    let mut analyst = 0.0;
    for seed in 1..=seeds {
        let mut london = London::new(seed, months);
        let area = level.area_km2().to_vec();
        london.release.denominators = vec![Denominator::area(&area)];
        let release = london.release(months - 1);
        let shown = prove(release, None, RULES, "test").unwrap().protected;
        let world = simulate(&SimulateParams { seed, start: "2023-01".parse().unwrap(), months });
        let truth = TrueRates::new(&world.truth, None, level, shown.counted.unwrap()).unwrap();
        let truly: Vec<u32> = (0..).zip(&truth.hot).filter(|(_, hot)| **hot).map(|(row, _)| row).collect();
        let found: Vec<u32> = release.analysis(None).unwrap().hotspots.iter().flat_map(|h| h.units.iter().copied()).collect();
        let km2 = |rows: &[u32]| rows.iter().map(|row| area[*row as usize]).sum::<f64>();
        let both: Vec<u32> = truly.iter().copied().filter(|row| found.contains(row)).collect();
        analyst += km2(&both) / km2(&truly) / seeds as f64;
        for (of, hot) in sums.iter_mut().zip([&truly, &found]) {
            let left = utility(release, &shown, hot).unwrap();
            let all = [
                left.in_objects,
                left.in_outlines[0],
                left.in_outlines[1],
                left.in_hot_areas[0],
                left.in_hot_areas[1],
                left.in_joined,
            ];
            of.iter_mut().zip(all).for_each(|(sum, share)| *sum += share / seeds as f64);
        }
    }
    for (what, of) in ["what is truly hot", "the analyst's hotspots"].into_iter().zip(sums) {
        let [objects, outlines, jaccard, areas, jaccard_of_areas, joined] = of;
        println!(
            "figure P6 {}: of the area of {what} oversight sees {:.0} % as objects with a count{}, {:.0} % lies in their outlines (Jaccard {jaccard:.2}); on a map of \
             areas alone, as the public has, {:.0} % lies in hot areas (Jaccard {jaccard_of_areas:.2}); {:.0} % of incidents are in areas joined from what was too \
             small (seeds 1 to {seeds})",
            if what.starts_with("what") { "truth" } else { "analyst" },
            100.0 * objects,
            if what.starts_with("what") { format!(" (the analyst {:.0} %)", 100.0 * analyst) } else { String::new() },
            100.0 * outlines,
            100.0 * areas,
            100.0 * joined,
        );
    }
    // An analyst finds some six tenths of what is hot in this world; of what he finds oversight sees most.
    let [truth, found] = sums;
    assert!(found[0] > 0.8 && truth[0] > 0.8 * analyst, "{sums:?}");
    assert!(found[1] > 0.95 && found[3] > 0.2, "{sums:?}");
}
