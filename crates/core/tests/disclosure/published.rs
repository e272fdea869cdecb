//! What those below the analyst are answered about resources: made of what is published, and of nothing else.

use super::over_months::{London, RULES};
use hotspot_core::MonthRange;
use hotspot_core::cube::{Facts, Filter};
use hotspot_core::disclosure::protected::{Figure, Key, Period, ProtectedRelease, Regression, STRANDS, Victims, prove};
use hotspot_core::disclosure::published::{Ground, Published};
use hotspot_core::hotspot::denominator::Denominator;
use hotspot_core::resource::challenge::{Challenge, ChallengeInput, Level, Resource, Status, Target, challenge};
use hotspot_core::resource::gap::ChallengePolicy;
use std::collections::BTreeMap;

/// A London of December and of January, when its areas are made anew.
fn over_a_new_year() -> (London, ProtectedRelease) {
    let mut london = London::new(11, 14);
    let area = london.release.units.level(9).unwrap().area_km2.to_vec();
    london.release.denominators = vec![Denominator::area(&area)];
    let december = prove(london.release(11), None, RULES, "test").unwrap();
    let january = prove(london.release(12), Some((&december.past, &december.certificate)), RULES, "test").unwrap();
    (london, january.protected)
}

fn officers() -> Vec<Resource> {
    let of = |target: Target, amount: f64| Resource {
        kind: "officers".to_owned(),
        target,
        from: "2023-01-01".parse().unwrap(),
        to: "2026-12-31".parse().unwrap(),
        amount,
        unit: "fte".to_owned(),
        status: Status::Delivered,
        source: "made up".to_owned(),
    };
    vec![of(Target::Everywhere, 100.0), of(Target::Area("E09000028".to_owned()), 10.0)]
}

fn asked(input: ChallengeInput<'_>, level: Level) -> Challenge {
    challenge(&ChallengeInput { level, ..input }).unwrap()
}

#[test]
fn an_answer_is_made_of_what_is_published_and_agrees_with_it() {
    let (mut london, shown) = over_a_new_year();
    let published = Published::of(Ground::of(&london.release), &shown, None).unwrap();
    let (release, counted) = (published.release(), shown.counted.unwrap());
    assert_eq!((release.window, release.months), (counted, counted));
    // Areas of before are carried over: every borough has in each quarter what is published of it.
    let mut of: BTreeMap<(String, Period), u32> = BTreeMap::new();
    for fact in release.facts.iter() {
        let code = release.units.id(0, fact.unit).unwrap();
        let borough = code.split('-').nth(1).unwrap().to_owned();
        *of.entry((borough, Period::quarter_of(fact.month))).or_default() += fact.count;
    }
    let (mut told, mut alike) = (0, 0);
    for ((borough, period), n) in &of {
        if let Some(Figure::Count(figure)) = shown.figures.get(&Key { place: borough.clone(), period: *period, strand: None }) {
            told += 1;
            alike += usize::from(n == figure);
            assert!(n.abs_diff(*figure) <= 5, "{borough} {period}: {n} for {figure}");
        }
    }
    // Where an area is not told, what it has is supposed.
    assert!(told > 100 && alike * 10 > told * 9, "{alike} of {told}");
    // Hotspots have their counts.
    let counts = release.facts.counts(&Filter::over(counted), release.units.level(0).unwrap().len());
    let all = &shown.hotspots.iter().find(|(strand, _)| strand.is_none()).unwrap().1;
    let with: BTreeMap<&str, u32> =
        all.iter().filter_map(|h| if let Figure::Count(n) = h.n { Some((h.id.as_str(), n)) } else { None }).collect();
    let found = &release.analyses[0].hotspots;
    assert_eq!(published.basis().hotspots, [all.len(), all.len() - with.len()]);
    assert!(found.len() == with.len() && found.len() > 20);
    for hotspot in found {
        assert_eq!(hotspot.units.iter().map(|u| counts[*u as usize]).sum::<u32>(), with[hotspot.identity.id.as_str()]);
    }

    // With other records, or none, on the same ground the answer is the same.
    let policy = ChallengePolicy::current();
    let resources = published.placed(&officers());
    london.release.facts = Facts::new(london.release.facts.kind());
    london.release.analyses.clear();
    let other = Published::of(Ground::of(&london.release), &shown, None).unwrap();
    for level in [Level::Hotspot, Level::Borough, Level::CommandUnit, Level::Area] {
        let answer = asked(published.challenge(&resources, &policy), level);
        assert_eq!(format!("{answer:?}"), format!("{:?}", asked(other.challenge(&resources, &policy), level)));
        assert!(answer.effects.is_empty() && answer.kinds[0].gaps.len() == answer.places.len());
        let sum: f64 = answer.kinds[0].gaps.iter().map(|g| g.gap.mean).sum();
        assert!(sum.abs() < 1e-6, "{level:?}: gaps sum to 0, here {sum}");
    }
}

#[test]
fn what_is_supposed_says_so_and_what_says_nothing_is_as_published() {
    let (london, shown) = over_a_new_year();
    let policy = ChallengePolicy::current();
    let quarters: Vec<Period> = shown.counted.unwrap().iter().step_by(3).map(Period::quarter_of).collect();
    let figure = |place: &str, strand: Option<u8>| -> Option<u32> {
        let of = |period: &Period| match shown.figures.get(&Key { place: place.to_owned(), period: *period, strand }) {
            Some(Figure::Count(n)) => Some(*n),
            _ => None,
        };
        quarters.iter().map(of).sum()
    };
    let (mut told, mut supposed) = (0, 0);
    for strand in shown.hotspots.iter().map(|(strand, _)| *strand) {
        let row = strand.and_then(|s| STRANDS.iter().position(|of| *of == s)).map(|row| row as u8);
        let published = Published::of(Ground::of(&london.release), &shown, strand).unwrap();
        let resources = published.placed(&officers());
        let at = |level: Level| asked(published.challenge(&resources, &policy), level);
        let boroughs = at(Level::Borough);
        for ((place, of), need) in boroughs.places.iter().zip(&boroughs.told).zip(&boroughs.needs) {
            assert_eq!(of.n, need.incidents);
            let figure = figure(&place.id, row);
            match of.supposed {
                None if strand.is_some() => assert_eq!(figure, Some(of.n), "{}", place.id),
                None => assert!(figure.is_none_or(|n| of.n <= n), "{}", place.id),
                Some(part) => assert!(part <= of.n && of.shown() % 5 == 0 && of.status() == "[e]"),
            }
            *(if of.supposed.is_none() { &mut told } else { &mut supposed }) += 1;
        }
        let beside = boroughs.beside.unwrap();
        assert_eq!(beside.published, figure("all", row));
        // Strands of areas are not told by quarter.
        let areas = at(Level::Area);
        assert!(strand.is_none() || areas.told.iter().all(|of| of.supposed == Some(of.n)));
        assert!(
            strand.is_some()
                || areas.places.iter().zip(&areas.told).all(|(p, of)| of.supposed.is_some() || figure(&p.id, None) == Some(of.n))
        );
        let hot = at(Level::Hotspot);
        for (place, of) in hot.places.iter().zip(&hot.told).filter(|(place, _)| !place.is_rest) {
            let of_all = shown.hotspots.iter().flat_map(|(_, all)| all);
            let n = of_all.filter(|h| h.id == place.id).map(|h| h.n).collect::<Vec<_>>();
            assert!(of.supposed.is_some() || n.contains(&Figure::Count(of.n)), "{}", place.id);
        }
        for answer in [boroughs, areas, hot] {
            let all = &answer.kinds[0].fairness.strands[0].incidents;
            assert!(strand.is_some() || all.n == answer.needs.iter().map(|n| n.incidents).sum::<u32>());
        }
    }
    assert!(told > 20 && supposed > 20, "{told} told, {supposed} supposed");
}

#[test]
fn hotspots_come_down_and_a_place_that_is_not_told_gets_its_resources_all_the_same() {
    let (london, shown) = over_a_new_year();
    let published = Published::of(Ground::of(&london.release), &shown, None).unwrap();
    let policy = ChallengePolicy::current();
    let all = &shown.hotspots.iter().find(|(strand, _)| strand.is_none()).unwrap().1;
    let untold = all.iter().find(|h| h.n == Figure::Hidden || matches!(h.n, Figure::Band { .. }));
    let mut resources = officers();
    if let Some(untold) = untold {
        resources.push(Resource { target: Target::Hotspot(untold.id.clone()), ..resources[0].clone() });
    }
    let resources = published.placed(&resources);
    assert!(resources.iter().all(|r| !matches!(r.target, Target::Hotspot(_))));
    let answer = asked(published.challenge(&resources, &policy), Level::Hotspot);
    let given: f64 = answer.kinds[0].shares.amount.iter().sum();
    let wanted: f64 = resources.iter().map(|r| r.amount).sum();
    assert!((given - wanted).abs() < 1e-6, "{given} of {wanted}");
    let hot = || answer.places.iter().zip(&answer.needs).filter(|(place, _)| !place.is_rest);
    let (counted, expected) = hot().fold((0.0, 0.0), |(n, e), (_, need)| (n + f64::from(need.incidents), e + need.expected.mean()));
    assert!(expected < 0.97 * counted && expected > 0.5 * counted, "{expected} for {counted}");
    // All together expect what was counted.
    let whole = answer.needs.iter().fold((0.0, 0.0), |(n, e), need| (n + f64::from(need.incidents), e + need.expected.mean()));
    assert!((whole.1 / whole.0 - 1.0).abs() < 0.05, "{whole:?}");
}

#[test]
fn a_release_that_holds_fewer_months_than_were_published_follows_all_the_same() {
    let mut london = London::new(12, 14);
    let area = london.release.units.level(9).unwrap().area_km2.to_vec();
    london.release.denominators = vec![Denominator::area(&area)];
    let december = prove(london.release(11), None, RULES, "test").unwrap();
    assert!(december.protected.regression[&None] != Regression::NONE);
    london.release.months = MonthRange::new("2023-09".parse().unwrap(), "2024-02".parse().unwrap()).unwrap();
    let january = prove(london.release(12), Some((&december.past, &december.certificate)), RULES, "test").unwrap().protected;
    // Of months that it does not hold it says nothing but what was published.
    assert_eq!(january.counted, december.protected.counted);
    assert_eq!(january.regression[&None], Regression::NONE);
    assert!(january.hotspots.iter().flat_map(|(_, all)| all).all(|h| h.victims == Victims::Unknown));
}
