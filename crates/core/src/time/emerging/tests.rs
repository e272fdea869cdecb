use super::*;
use crate::local::getis_ord::local_g;
use crate::weights::SelfWeight;
use proptest::prelude::*;

fn states(text: &str) -> Vec<StepState> {
    text.chars()
        .map(|c| match c {
            '1' => StepState::Hot,
            'C' => StepState::Cold,
            _ => StepState::Neither,
        })
        .collect()
}

#[test]
fn steps_have_the_outcomes_of_the_table() {
    use Course::*;
    let hot = EmergingPattern::Hot;
    let none = EmergingPattern::NoPattern;
    for (text, trend, current, earlier) in [
        ("0000000001", Trend::None, hot(New), hot(New)),
        ("0000000111", Trend::None, hot(Consecutive), hot(Consecutive)),
        ("0101010011", Trend::None, hot(Sporadic), hot(Sporadic)),
        ("0101010100", Trend::None, none, hot(Sporadic)),
        ("1111111111", Trend::Up, hot(Intensifying), hot(Intensifying)),
        ("1111111111", Trend::None, hot(Persistent), hot(Persistent)),
        ("1111111111", Trend::Down, hot(Diminishing), hot(Diminishing)),
        ("1111111110", Trend::None, hot(Historical), hot(Historical)),
        // New comes before oscillating, persistent is not for the past, and 90 % may hold a cold step.
        ("C000000001", Trend::None, hot(New), hot(New)),
        ("C000000011", Trend::None, hot(Consecutive), hot(Consecutive)),
        ("C001000001", Trend::None, hot(Oscillating), hot(Oscillating)),
        ("C010101000", Trend::None, none, none),
        ("1111111110", Trend::Up, hot(Historical), hot(Historical)),
        ("C111111111", Trend::Up, hot(Intensifying), hot(Intensifying)),
        ("111111111C", Trend::Down, hot(Historical), hot(Historical)),
        ("0111111111", Trend::Up, hot(Intensifying), hot(Intensifying)),
        ("0011111111", Trend::Up, hot(Consecutive), hot(Consecutive)),
        ("1011111011", Trend::Up, hot(Sporadic), hot(Sporadic)),
        ("0000000000", Trend::Up, none, none),
        // Fewer than ten steps: every one is asked for.
        ("11111", Trend::None, hot(Persistent), hot(Persistent)),
        ("01111", Trend::None, hot(Consecutive), hot(Consecutive)),
        ("", Trend::None, none, none),
    ] {
        for (definition, wanted) in [(Definition::Current, current), (Definition::Earlier, earlier)] {
            assert_eq!(classify(&states(text), trend, definition), wanted, "{text} {trend:?} {definition}");
        }
    }
}

#[test]
fn each_of_the_seventeen_has_a_name() {
    use Course::*;
    let courses = [New, Consecutive, Intensifying, Persistent, Diminishing, Sporadic, Oscillating, Historical];
    let all =
        courses.map(EmergingPattern::Hot).into_iter().chain(courses.map(EmergingPattern::Cold)).chain([EmergingPattern::NoPattern]);
    let names: std::collections::BTreeSet<&str> = all.map(EmergingPattern::id).collect();
    assert_eq!(names.len(), 17);
    for definition in [Definition::Current, Definition::Earlier] {
        assert_eq!(definition.to_string().parse(), Ok(definition));
    }
    assert!("pro".parse::<Definition>().is_err());
}

/// A line of units.
fn line(n: u32) -> SpatialWeights {
    let lists: Vec<Vec<u32>> =
        (0..n).map(|i| [i.checked_sub(1), (i + 1 < n).then_some(i + 1)].into_iter().flatten().collect()).collect();
    SpatialWeights::from_lists(&lists).expect("neighbours are rows")
}

#[test]
fn z_is_gi_star_of_the_cube_as_one_table() {
    let (units, steps) = (7_usize, 5_usize);
    let weights = line(units as u32);
    let values: Vec<f64> = (0..units * steps).map(|i| (i * 7919 % 11) as f64).collect();
    let cube = SpaceTimeCube::new(units, steps, values.clone()).expect("full");
    for lag in [0, 1, 3, 9] {
        let mut lists = Vec::new();
        for unit in 0..units {
            for step in 0..steps {
                let places = weights.neighbors(unit).iter().copied().chain([unit as u32]);
                let bins = places.flat_map(|u| (step.saturating_sub(lag)..=step).map(move |s| u * steps as u32 + s as u32));
                lists.push(bins.collect::<Vec<_>>());
            }
        }
        let table = SpatialWeights::from_lists(&lists).expect("bins are rows");
        let wanted = local_g(&values, &table, SelfWeight::Included).expect("valid").z;
        let z = space_time_gi_star(&cube, &weights, lag, Reference::WholeCube).expect("valid");
        for (z, wanted) in z.iter().zip(wanted) {
            assert!((z.expect("defined") - wanted.expect("defined")).abs() < 1e-12);
        }
    }
    // Without earlier steps, compared with the same step: Gi* of each month alone.
    let z = space_time_gi_star(&cube, &weights, 0, Reference::SameSteps).expect("valid");
    for step in 0..steps {
        let month: Vec<f64> = (0..units).map(|u| values[u * steps + step]).collect();
        let wanted = local_g(&month, &weights, SelfWeight::Included).expect("valid").z;
        for unit in 0..units {
            assert!((z[unit * steps + step].expect("defined") - wanted[unit].expect("defined")).abs() < 1e-12);
        }
    }
}

#[test]
fn weights_keep_their_size_at_every_step() {
    let lists = [vec![(1, 2.0), (2, 0.5)], vec![(0, 1.0)], vec![]];
    let weights = SpatialWeights::from_weighted_lists(&lists).expect("positive");
    let values = vec![1.0, 4.0, 0.0, 2.0, 7.0, 5.0];
    let cube = SpaceTimeCube::new(3, 2, values.clone()).expect("full");
    let z = space_time_gi_star(&cube, &weights, 1, Reference::WholeCube).expect("valid");
    let mean = 19.0 / 6.0;
    let s = (values.iter().map(|v| v * v).sum::<f64>() / 6.0 - mean * mean).sqrt();
    // Unit 0 at step 1: 2 (own) · (1 + 4) + 2 · (0 + 2) + 0.5 · (7 + 5); W = 9, S1 = 2 · 8.25.
    let wanted = (20.0 - mean * 9.0) / (s * ((6.0 * 16.5 - 81.0) / 5.0_f64).sqrt());
    assert!((z[1].expect("defined") - wanted).abs() < 1e-12);
    let standard = space_time_gi_star(&cube, &weights.row_standardized(), 1, Reference::WholeCube).expect("valid");
    for (a, b) in z.iter().zip(standard) {
        assert!((a.expect("defined") - b.expect("defined")).abs() < 1e-12, "a row's factor does not matter");
    }
}

#[test]
fn constant_empty_and_short_cubes_have_no_pattern() {
    for value in [0.0, 0.1, 7.0] {
        let cube = SpaceTimeCube::new(5, 12, vec![value; 60]).expect("full");
        for reference in [Reference::WholeCube, Reference::SameSteps] {
            let found = emerging(&cube, &line(5), &EmergingParams { reference, ..EmergingParams::default() }).expect("valid");
            assert_eq!(found.pattern, [EmergingPattern::NoPattern; 5]);
            assert_eq!((found.z_last[0], found.mk_z[0], found.mk_p[0]), (None, None, None));
        }
    }
    let none = emerging(&SpaceTimeCube::new(0, 5, vec![]).expect("full"), &SpatialWeights::default(), &EmergingParams::default());
    assert!(none.expect("valid").pattern.is_empty());
    let timeless = emerging(&SpaceTimeCube::new(4, 0, vec![]).expect("full"), &line(4), &EmergingParams::default()).expect("valid");
    assert_eq!((timeless.pattern.len(), timeless.z_last[0], timeless.hot_share[0]), (4, None, 0.0));
    let one = emerging(&SpaceTimeCube::new(1, 1, vec![3.0]).expect("full"), &line(1), &EmergingParams::default()).expect("valid");
    assert_eq!(one.pattern, [EmergingPattern::NoPattern]);
}

#[test]
fn a_step_that_is_constant_has_no_z_and_no_trend() {
    // The same at every unit in month 0, so nothing to compare with there.
    let values = (0..12).flat_map(|u| (0..11).map(move |m| if m == 0 { 2.0 } else { f64::from((u * u + m) % 7) })).collect();
    let cube = SpaceTimeCube::new(12, 11, values).expect("full");
    let params = EmergingParams { lag: 0, reference: Reference::SameSteps, ..EmergingParams::default() };
    let z = space_time_gi_star(&cube, &line(12), 0, Reference::SameSteps).expect("valid");
    assert!((0..12).all(|u| z[u * 11].is_none() && z[u * 11 + 1].is_some()));
    let found = emerging(&cube, &line(12), &params).expect("valid");
    assert!(found.mk_z.iter().all(Option::is_none) && found.z_last.iter().all(Option::is_some));
}

#[test]
fn what_has_no_answer_is_refused() {
    let cube = SpaceTimeCube::new(3, 2, vec![0.0; 6]).expect("full");
    assert!(matches!(emerging(&cube, &line(4), &EmergingParams::default()), Err(Error::Length { got: 3, expected: 4, .. })));
    for bad in [-0.1, 1.1, f64::NAN] {
        assert!(emerging(&cube, &line(3), &EmergingParams { alpha: bad, ..EmergingParams::default() }).is_err());
        assert!(emerging(&cube, &line(3), &EmergingParams { trend_alpha: bad, ..EmergingParams::default() }).is_err());
    }
}

/// Twenty months of a hundred units in a line; units 40 to 44 follow a plan.
fn planted(plan: impl Fn(usize) -> f64) -> Emerging {
    let (units, steps) = (100, 20);
    let noise = |u: usize, m: usize| ((u * 7919 + m * 104_729) % 7) as f64;
    let values = (0..units).flat_map(|u| (0..steps).map(move |m| (u, m)));
    let values = values.map(|(u, m)| noise(u, m) + if (40..45).contains(&u) { plan(m) } else { 0.0 }).collect();
    let cube = SpaceTimeCube::new(units, steps, values).expect("full");
    emerging(&cube, &line(100), &EmergingParams::default()).expect("valid")
}

#[test]
fn planted_courses_are_found() {
    use Course::*;
    let course = |plan: &dyn Fn(usize) -> f64| planted(plan).pattern[42];
    assert_eq!(course(&|_| 0.0), EmergingPattern::NoPattern);
    assert_eq!(course(&|m| if m == 19 { 60.0 } else { 0.0 }), EmergingPattern::Hot(New));
    assert_eq!(course(&|m| if m >= 14 { 40.0 } else { 0.0 }), EmergingPattern::Hot(Consecutive));
    assert_eq!(course(&|m| 30.0 + 3.0 * m as f64), EmergingPattern::Hot(Intensifying));
    assert_eq!(course(&|m| 90.0 - 3.0 * m as f64), EmergingPattern::Hot(Diminishing));
    assert_eq!(course(&|m| if m >= 19 { 0.0 } else { 40.0 }), EmergingPattern::Hot(Persistent), "the month before still counts");
    assert_eq!(course(&|m| if m >= 18 { 0.0 } else { 40.0 }), EmergingPattern::Hot(Historical));
    assert_eq!(course(&|m| if m % 5 == 4 { 60.0 } else { 0.0 }), EmergingPattern::Hot(Sporadic));
}

proptest! {
    #[test]
    fn exchanging_hot_and_cold_exchanges_the_outcome(steps in prop::collection::vec(0u8..3, 0..25), trend in 0u8..3, earlier: bool) {
        let of = |turned: bool| {
            let states: Vec<StepState> = steps.iter().map(|s| match (s, turned) {
                (0, _) => StepState::Neither,
                (1, false) | (2, true) => StepState::Hot,
                _ => StepState::Cold,
            }).collect();
            let trend = match (trend, turned) {
                (0, _) => Trend::None,
                (1, false) | (2, true) => Trend::Up,
                _ => Trend::Down,
            };
            classify(&states, trend, if earlier { Definition::Earlier } else { Definition::Current })
        };
        let turned = match of(true) {
            EmergingPattern::Hot(course) => EmergingPattern::Cold(course),
            EmergingPattern::Cold(course) => EmergingPattern::Hot(course),
            EmergingPattern::NoPattern => EmergingPattern::NoPattern,
        };
        prop_assert_eq!(of(false), turned);
    }

    #[test]
    fn z_does_not_change_by_scale_and_shift(values in prop::collection::vec(0u8..9, 60), a in 0.01..100.0f64, b in -1e3..1e3f64) {
        let x: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
        let moved = x.iter().map(|v| a * v + b).collect();
        let z = |values| space_time_gi_star(&SpaceTimeCube::new(6, 10, values).expect("full"), &line(6), 1, Reference::WholeCube).expect("valid");
        for (p, m) in z(x).into_iter().zip(z(moved)) {
            prop_assert_eq!(p.is_some(), m.is_some());
            if let (Some(p), Some(m)) = (p, m) {
                prop_assert!((p - m).abs() < 1e-6);
            }
        }
    }
}
