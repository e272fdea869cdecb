use super::super::fixture::{MIDDLE, Town, months, on};
use super::super::protection::NOBODY;
use super::*;
use crate::projection::LonLat;

/// the middle hot, and half of the victims known.
fn town() -> (Town, People) {
    let mut town = Town::new(months("2024-11", "2026-10"));
    let mut people = People::default();
    for i in 0..120 {
        let hot = i % 2 == 0;
        let at =
            if hot { MIDDLE } else { LonLat { lon: -0.129 + f64::from(i % 28) * 0.001, lat: 51.496 + f64::from(i % 17) * 0.001 } };
        town.add(super::super::fixture::Record { at, ..on(20_400 + i % 200) });
        people.push([if i % 4 == 0 { i as u32 } else { NOBODY }, NOBODY, i as u32]);
    }
    (town, people)
}

fn appraised(town: &Town, people: &People, analyses: &mut [StrandAnalysis]) -> (Vec<Denominator>, Vec<UnitRates>) {
    let analysis = town.analysis();
    let residents: Vec<f64> = (0..town.reference.len()).map(|i| if i % 7 == 0 { 0.0 } else { 500.0 + i as f64 }).collect();
    let denominators =
        vec![Denominator::area(&town.reference), Denominator::people("residents", "residents".into(), "residents", residents)];
    let policy = EvidencePolicy::current();
    let ranks = RankParams { replicates: 199, ..RankParams::default() };
    let appraisal =
        Appraisal { analysis: &analysis, people, denominators: &denominators, policy: &policy, class: DataClass::Open, ranks };
    let units = appraisal.run(analyses).expect("columns fit");
    (denominators, units)
}

#[test]
fn every_part_is_what_its_own_method_says() {
    let (town, people) = town();
    let mut analyses = [town.found(None)];
    let (denominators, units) = appraised(&town, &people, &mut analyses);
    let hotspot = &analyses[0].hotspots[0];
    let level = town.units.level(9).expect("a level of 9");
    let filter = Filter::over(analyses[0].window);
    let counts = level.counts(&town.facts, &filter);
    let standing = &hotspot.standing;
    // The posterior of a hotspot of one unit is that of the rule.
    let rates = RelativeRates::fit(&counts, &denominators[0].values).expect("fits");
    let by_area = standing.rates[0].expect("area is never unfit");
    assert_eq!(by_area.probability, rates.posterior(hotspot.peak as usize, counts[hotspot.peak as usize]).exceedance(2.0));
    assert_eq!(by_area.n, counts[hotspot.peak as usize]);
    let g = local_g_exact(&counts, level.neighbors, SelfWeight::Included, Null::Conditional, Alternative::Greater).expect("exact");
    let q = benjamini_hochberg(&g.p).expect("p values");
    assert_eq!(standing.gi_star, Some([g.p[hotspot.peak as usize], q[hotspot.peak as usize]]));
    let clusters = scan_clusters(&counts, &town.reference, &town.units.centers_m(9).expect("centres")).expect("scan");
    let scan = standing.scan.expect("sixty incidents in one cell are a cluster");
    assert_eq!((scan.cluster, scan.cases, scan.shared), (clusters[0].rank, clusters[0].cases, by_area.n));
    let peak = standing.peak.expect("all records are ranked");
    assert_eq!((peak.rank, peak.of as usize), ([1, 1], counts.len()));
    assert_eq!(units.iter().map(|u| u.denominator.as_str()).collect::<Vec<_>>(), ["area", "residents"]);
    assert!(units[1].units.iter().all(|u| u % 7 != 0), "no rate where nobody lives");
    // Every second incident at the middle has a known victim, each a known address, none a known reporter.
    let inside = by_area.n;
    assert_eq!(standing.known[1..], [0, inside]);
    assert!(standing.known[0] > 0 && standing.known[0] < inside);
}

#[test]
fn a_strand_without_hotspots_is_left_alone_and_one_with_has_no_ranks() {
    let (town, people) = town();
    let strand = crate::Strand::ANALYSED[0];
    let mut analyses = [town.found(Some(strand))];
    let (_, units) = appraised(&town, &people, &mut analyses);
    assert!(units.is_empty());
    assert_eq!(analyses[0].hotspots[0].standing.peak, None);
    analyses[0].hotspots.clear();
    assert!(appraised(&town, &people, &mut analyses).1.is_empty());
}

#[test]
fn columns_that_differ_are_refused() {
    let (town, people) = town();
    let analysis = town.analysis();
    let policy = EvidencePolicy::current();
    let short = [Denominator::area(&town.reference[1..])];
    let good = [Denominator::area(&town.reference)];
    let appraisal = |denominators, people| Appraisal {
        analysis: &analysis,
        people,
        denominators,
        policy: &policy,
        class: DataClass::Open,
        ranks: RankParams::default(),
    };
    assert!(appraisal(&short, &people).run(&mut [town.found(None)]).is_err());
    let others = People::unknown(3);
    assert!(appraisal(&good, &others).run(&mut [town.found(None)]).is_err());
    assert!(appraisal(&good, &people).run(&mut [town.found(None)]).is_ok());
}
