//! What partners are given and everybody is shown, of many made-up worlds: never of few incidents or of few residents, and nothing finer than
//! the rounding.

use geo::MultiPolygon;
use hotspot_core::disclosure::adaptive::{Leaf, Smallest, areas};
use hotspot_core::disclosure::agreement::{Field, Product, Terms};
use hotspot_core::disclosure::certificate::Knowledge;
use hotspot_core::disclosure::products::{RoundedFigure, partner, public};
use hotspot_core::disclosure::protected::{
    ALL, Figure, Figures, Hidden, Key, Period, ProtectedArea, ProtectedHotspot, ProtectedRelease, Rules, STRANDS, Victims,
};
use hotspot_core::disclosure::tiers::{PartnerRules, PublicRules};
use hotspot_core::hotspot::evidence::Evidence;
use hotspot_core::hotspot::identity::Change;
use hotspot_core::release::DataClass;
use hotspot_core::{Month, MonthRange, Strand};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::collections::BTreeMap;

const THRESHOLD: u32 = 5;

fn rules(residents: u32) -> Rules {
    Rules {
        threshold: THRESHOLD,
        area_incidents: 10,
        area_residents: residents,
        area_months: 12,
        knowledge: Knowledge::TwoOfAPlace,
        geography: hotspot_core::disclosure::protected::Geography::Adaptive,
    }
}

fn open() -> PublicRules {
    PublicRules {
        open: true,
        least: 10,
        residents: 200,
        base: 5,
        classes: vec![10, 20, 50, 100],
        area_strands: vec![Strand::Race],
        borough_strands: STRANDS.to_vec(),
    }
}

fn partners() -> PartnerRules {
    PartnerRules { least: 10, base: 5, strands: [(Strand::Race, 10), (Strand::Religion, 15)].into() }
}

/// What happened, exactly: incidents and strands by place and period.
type Truth = BTreeMap<Key, u32>;

struct World {
    release: ProtectedRelease,
    truth: Truth,
    residents: BTreeMap<String, f64>,
}

fn code(borough: u64) -> String {
    format!("E{borough:02}")
}

/// A city of a few boroughs over two years: areas from the first, and everything that is counted up to some month of the second and after.
fn world(seed: u64, months: u16) -> World {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let first: Month = "2025-01".parse().unwrap();
    let month = first.plus(11 + months);
    let boroughs = rng.random_range(1..4u64);
    let mut leaves = Vec::new();
    for borough in 0..boroughs {
        for cell in 0..rng.random_range(1..12u64) {
            let residents = if rng.random_bool(0.25) { 0.0 } else { rng.random_range(1.0..900.0) };
            leaves.push(Leaf { path: vec![borough, cell / 4, cell], incidents: rng.random_range(0..90), residents });
        }
    }
    // A policy may ask for no residents: then areas may have few, and the public tier has to see to it.
    let asked = if rng.random_bool(0.5) { 200 } else { 0 };
    let made = areas(&leaves, Smallest { incidents: 40, residents: f64::from(asked) });
    let known = rng.random_bool(0.95);
    let mut truth = Truth::new();
    let mut residents = BTreeMap::new();
    let mut all_areas = Vec::new();
    for (number, rows) in made.iter().enumerate() {
        let borough = code(leaves[rows[0] as usize].path[0]);
        let area = format!("A2025-{borough}-{:03}", number + 1);
        let live: f64 = rows.iter().map(|r| leaves[*r as usize].residents).sum();
        residents.insert(area.clone(), live);
        // What an area was made for and what happens there afterwards are two things.
        let drift = rng.random_range(0.02..1.6);
        let rate = rows.iter().map(|r| f64::from(leaves[*r as usize].incidents)).sum::<f64>() / 12.0 * drift;
        for m in MonthRange::new(first, month).unwrap().iter() {
            let n = rng.random_range(0..=(2.0 * rate) as u32 + 1);
            let strands: Vec<u32> = STRANDS.iter().map(|_| rng.random_range(0..=n)).collect();
            for period in [Period::quarter_of(m), Period::year_of(m)].into_iter().filter(|p| p.months().to() <= month) {
                for place in [area.as_str(), &borough, ALL] {
                    let mut add = |strand: Option<u8>, n: u32| {
                        *truth.entry(Key { place: place.to_owned(), period, strand }).or_default() += n;
                    };
                    add(None, n);
                    if matches!(period, Period::Year(_)) {
                        strands.iter().enumerate().for_each(|(row, n)| add(Some(row as u8), *n));
                    }
                }
            }
        }
        let shown = known.then_some(live as u32);
        all_areas.push(ProtectedArea {
            code: area,
            borough,
            residents: shown,
            places: Vec::new(),
            outline: MultiPolygon::new(vec![]),
        });
    }
    let figures: Figures = truth
        .iter()
        .map(|(key, n)| {
            let figure = match rng.random_range(0..20) {
                _ if *n < THRESHOLD => Figure::Hidden,
                0 | 1 => Figure::Hidden,
                2 => Figure::Band { low: 0, high: *n + 3 },
                _ => Figure::Count(*n),
            };
            (key.clone(), figure)
        })
        .collect();
    let hotspots = [None, Some(Strand::Race), Some(Strand::Disability)]
        .into_iter()
        .map(|strand| (strand, (0..4).map(|number| hotspot(&mut rng, number, &all_areas)).collect()))
        .collect();
    let release = ProtectedRelease {
        release: format!("{month}-000000000000"),
        month,
        window: MonthRange::ending(month, 12),
        counted: None,
        as_known_on: "2027-01-05".parse().unwrap(),
        class: DataClass::Restricted,
        policy: "test".to_owned(),
        rules: rules(asked),
        areas: all_areas,
        areas_made: 2025,
        earlier: Vec::new(),
        boroughs: (0..boroughs).map(|b| (format!("Borough {b}"), code(b))).collect(),
        figures,
        hotspots,
        regression: BTreeMap::new(),
        hidden: Hidden::default(),
    };
    World { release, truth, residents }
}

fn hotspot(rng: &mut Pcg64Mcg, number: u32, areas: &[ProtectedArea]) -> ProtectedHotspot {
    let touched: Vec<&ProtectedArea> = (0..rng.random_range(1..3)).map(|_| &areas[rng.random_range(0..areas.len())]).collect();
    ProtectedHotspot {
        id: format!("x-{number}"),
        name: format!("Place {number}"),
        borough: Some(touched[0].borough.clone()),
        areas: touched.iter().map(|a| a.code.clone()).collect(),
        n: if rng.random_bool(0.3) { Figure::Hidden } else { Figure::Count(rng.random_range(THRESHOLD..40)) },
        rank: Some(number),
        expected: Some(1.0),
        ratio: Some([2.0, 1.0, 3.0]),
        evidence: Evidence::Clear,
        change: Change::Grew,
        first_seen: "2025-01".parse().unwrap(),
        strands: vec![(Strand::Race, 12)],
        victims: Victims::FiveToNine,
        repeat_victims: Victims::UnderFive,
    }
}

/// Figures that are shown are of enough, and rounded; returns how many are.
fn check(world: &World, figures: &[RoundedFigure], least: u32) -> usize {
    for figure in figures {
        let strand = figure.strand.map(|s| STRANDS.iter().position(|own| *own == s).unwrap() as u8);
        let key = Key { place: figure.place.clone(), period: figure.period, strand };
        let n = world.truth[&key];
        assert!(!matches!(figure.period, Period::Month(_)));
        if let Some(shown) = figure.n {
            assert!(n >= least && shown % 5 == 0 && shown.abs_diff(n) <= 2, "{key:?}: {shown} for {n}");
            assert_eq!(world.release.figures[&key], Figure::Count(n), "{key:?}");
        }
    }
    figures.iter().filter(|f| f.n.is_some()).count()
}

#[test]
fn nobody_is_shown_an_area_of_few_incidents_or_few_residents() {
    let long = std::env::var_os("HOTSPOT_PROVE").is_some();
    let worlds = if long { 1_000 } else { 60 };
    let (mut asked, mut shown, mut left_out, mut given) = (0, 0, 0, 0);
    for seed in 0..worlds {
        for months in 0..12 {
            let world = world(seed, months);
            let view = public(&world.release, &open()).unwrap();
            for area in &view.areas {
                assert!(world.residents[&area.code] >= 200.0, "seed {seed}: {}", area.code);
            }
            for figure in &view.area_figures {
                assert!(world.residents[&figure.place] >= 200.0 && matches!(figure.period, Period::Year(_)));
                if let Some(n) = figure.n {
                    let (from, below) = view.class(n).unwrap();
                    assert!(from <= n && below.is_none_or(|below| n < below));
                }
            }
            assert!(view.whole.iter().all(|f| f.place == ALL && matches!(f.period, Period::Quarter(_))));
            asked += world.release.areas.len();
            left_out += world.release.areas.len() - view.areas.len();
            shown += check(&world, &view.area_figures, 10);
            check(&world, &view.borough_figures, 10);
            check(&world, &view.whole, 10);
            // A closed tier is nothing, whatever else its rules say.
            assert_eq!(public(&world.release, &PublicRules { open: false, ..open() }), None);

            let terms = Terms {
                products: Product::ALL.into(),
                fields: Field::ALL.into(),
                boroughs: Some(vec!["borough 0".to_owned()]),
                least: if seed % 2 == 0 { 10 } else { 25 },
            };
            let view = partner(&world.release, &partners(), &terms).unwrap();
            assert_eq!(view.boroughs, [("Borough 0".to_owned(), "E00".to_owned())]);
            assert!(view.areas.iter().all(|a| a.borough == "E00"));
            assert!(view.area_figures.iter().all(|f| f.place.starts_with("A2025-E00-")));
            assert!(view.borough_figures.iter().all(|f| f.place == "E00"));
            given += check(&world, &view.area_figures, terms.least) + check(&world, &view.borough_figures, terms.least);
            let few = |f: &RoundedFigure| f.strand == Some(Strand::Religion) && f.n.is_some_and(|n| n < 15);
            assert!(!view.area_figures.iter().chain(&view.borough_figures).any(few), "a rarer strand is told from 15 on");
            for hotspot in &view.hotspots {
                assert!(hotspot.areas.iter().all(|a| a.starts_with("A2025-E00-")), "no area of another borough");
                assert_ne!(hotspot.strand, Some(Strand::Disability), "a strand that the policy does not tell");
                let (_, all) = world.release.hotspots.iter().find(|(strand, _)| *strand == hotspot.strand).unwrap();
                let known = all.iter().find(|h| h.id == hotspot.id).unwrap();
                match (hotspot.n, known.n) {
                    (Some(n), Figure::Count(known)) => assert!(known >= terms.least && n % 5 == 0 && n.abs_diff(known) <= 2),
                    (Some(_), _) => panic!("a count that is hidden"),
                    (None, _) => assert!(hotspot.strand.is_none() && hotspot.change == Some(Change::Continued)),
                }
            }
        }
    }
    assert!(shown > 0 && left_out > 0 && given > 0);
    println!(
        "figure P4 public: {worlds} worlds of 12 months, {asked} areas: {shown} figures shown, {left_out} areas left out, 0 of fewer than 10 \
         incidents or 200 residents"
    );
    println!(
        "figure P4 partner: {given} figures given, 0 below the count of the agreement, of another borough or hidden from oversight"
    );
}

#[test]
fn an_agreement_gives_its_fields_and_products_and_nothing_else() {
    let world = world(3, 11);
    let terms = |products: &[Product], fields: &[Field], boroughs: Option<Vec<String>>| Terms {
        products: products.iter().copied().collect(),
        fields: fields.iter().copied().collect(),
        boroughs,
        least: 1,
    };
    let of = |terms: &Terms| partner(&world.release, &partners(), terms).unwrap();
    let only = of(&terms(&[Product::Areas], &[Field::Incidents], None));
    assert!(only.least == 10 && only.borough_figures.is_empty() && only.hotspots.is_empty(), "the policy asks for more");
    assert!(only.areas.iter().all(|a| a.outline.is_none()) && only.area_figures.iter().all(|f| f.strand.is_none()));
    let strands = of(&terms(&[Product::Boroughs], &[Field::Strands], None));
    assert!(strands.areas.is_empty() && strands.borough_figures.iter().any(|f| f.place == ALL));
    assert!(strands.borough_figures.iter().all(|f| matches!(f.strand, Some(Strand::Race | Strand::Religion))));
    let hotspots = of(&terms(&[Product::Hotspots], &[Field::Change], None));
    assert!(!hotspots.hotspots.is_empty());
    assert!(hotspots.hotspots.iter().all(|h| h.n.is_none() && h.evidence.is_none() && h.strand.is_none()));
    let unknown = terms(&[Product::Areas], &[Field::Incidents], Some(vec!["E00".to_owned(), "Elsewhere".to_owned()]));
    assert_eq!(partner(&world.release, &partners(), &unknown).unwrap_err().entry, 2);
}
