use super::*;
use proptest::prelude::*;

fn params(distances_m: &[f64], days: &[f64], replicates: u32) -> KnoxParams {
    KnoxParams { same_place: SamePlace::InFirstBand, replicates, ..KnoxParams::new(distances_m, days, 7) }
}

fn distance(metric: Metric, a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
    if metric == Metric::Euclidean { dx.hypot(dy) } else { dx.abs() + dy.abs() }
}

/// Every pair, by the definition.
fn naive(points: &[[f64; 2]], days: &[i64], table: &KnoxTable) -> Vec<u64> {
    let mut cells = vec![0; table.cells.len()];
    for j in 0..points.len() {
        for i in 0..j {
            let (far, late) = (distance(table.metric, points[i], points[j]), days[i].abs_diff(days[j]) as f64);
            let within = |b: &Band, v: f64| b.from <= v && v < b.until;
            if let (Some(row), Some(column)) =
                (table.distances_m.iter().position(|b| within(b, far)), table.days.iter().position(|b| within(b, late)))
            {
                cells[row * table.days.len() + column] += 1;
            }
        }
    }
    cells
}

#[test]
fn two_events_fall_in_the_half_open_band_of_their_distance() {
    // 100 m and 3 days apart.
    let (points, days) = ([[0.0, 0.0], [0.0, 100.0]], [0, 3]);
    for (edges_m, row) in [([0.0, 200.0, 400.0], 0), ([0.0, 100.0, 200.0], 1)] {
        for metric in [Metric::Euclidean, Metric::Manhattan] {
            let table = knox(&points, &days, &KnoxParams { metric, ..params(&edges_m, &[0.0, 3.0, 6.0], 9) }).expect("valid");
            assert!(table.iter().enumerate().all(|(i, (_, _, c))| c.observed == u64::from(i == 2 * row + 1)), "{table:?}");
        }
    }
}

#[test]
fn the_same_place_is_a_row_of_its_own() {
    let points = [[0.0, 0.0], [0.0, 0.0], [0.5, 0.0], [1.0, 0.0], [99.0, 0.0]];
    let table = knox(&points, &[0; 5], &KnoxParams::new(&[0.0, 100.0, f64::INFINITY], &[0.0, 7.0], 1)).expect("valid");
    let names: Vec<String> = table.distances_m.iter().map(Band::to_string).collect();
    assert_eq!(names, ["[0, 1)", "[1, 100)", "[100, inf)"]);
    assert!(table.same_place);
    // Closer than a metre: 0-1, 0-2, 1-2, 2-3. The ratio of what cannot vary is 1.
    assert_eq!(table.cells.iter().map(|c| c.observed).collect::<Vec<_>>(), [4, 6, 0]);
    assert!(table.cells[..2].iter().all(|c| c.ratio == Some(1.0) && c.sd == 0.0 && c.p == 1.0));
    let from_ten = knox(&points, &[0; 5], &KnoxParams::new(&[10.0, 100.0], &[0.0, 7.0], 1)).expect("valid");
    assert_eq!(from_ten.distances_m.iter().map(Band::to_string).collect::<Vec<_>>(), ["[0, 1)", "[10, 100)"]);
    assert_eq!(from_ten.cells.iter().map(|c| c.observed).collect::<Vec<_>>(), [4, 4]);
}

#[test]
fn nothing_and_one_event_have_a_table_of_zeros() {
    for n in 0..2 {
        let table =
            knox(&vec![[1.0, 2.0]; n], &vec![5; n], &KnoxParams::new(&[0.0, 10.0], &[0.0, 1.0, f64::INFINITY], 1)).expect("valid");
        assert_eq!((table.events, table.pairs, table.cells.len()), (n, 0, 4));
        assert!(table.cells.iter().all(|c| c.observed == 0
            && c.ratio.is_none()
            && c.p == 1.0
            && c.sd == 0.0
            && !c.is_near_repeat()));
        let test = knox_test(&vec![[1.0, 2.0]; n], &vec![5; n], 10.0, 1, Metric::Euclidean, 9, 1).expect("valid");
        assert_eq!((test.both.observed, test.p_poisson), (0, 1.0));
    }
}

#[test]
fn what_has_no_answer_is_refused() {
    let (points, days) = ([[0.0, 0.0], [1.0, 1.0]], [0, 1]);
    let ask = |p: KnoxParams| knox(&points, &days, &p).expect_err("no answer");
    for edges in [&[][..], &[0.0], &[0.0, 0.0], &[5.0, 3.0], &[-1.0, 3.0], &[0.0, f64::NAN], &[f64::NAN, 1.0]] {
        assert!(matches!(ask(params(edges, &[0.0, 1.0], 9)), Error::OutOfRange { what: "distances", .. }), "{edges:?}");
        assert!(matches!(ask(params(&[0.0, 1.0], edges, 9)), Error::OutOfRange { what: "days", .. }), "{edges:?}");
    }
    assert!(matches!(ask(params(&[0.0, 1.0], &[0.0, 1.0], 0)), Error::OutOfRange { what: "replicates", .. }));
    for place in [0.0, -1.0, 30.0, f64::NAN] {
        let p = KnoxParams { same_place: SamePlace::Within(place), ..params(&[0.0, 30.0], &[0.0, 1.0], 9) };
        assert!(matches!(ask(p), Error::OutOfRange { what: "distance of one place", .. }));
    }
    let good = params(&[0.0, 30.0], &[0.0, 1.0], 9);
    assert!(matches!(knox(&points, &[0], &good), Err(Error::Length { .. })));
    assert!(knox(&[[0.0, f64::NAN], [1.0, 1.0]], &days, &good).is_err());
    assert!(knox(&points, &[i64::MIN, i64::MAX], &good).is_err());
    assert!(knox(&points, &[0, i64::from(i32::MAX)], &good).is_err());
    assert!(knox_test(&points, &days, f64::INFINITY, 1, Metric::Euclidean, 9, 1).is_err());
    assert!(knox_test(&points, &days, -1.0, 1, Metric::Euclidean, 9, 1).is_err());
}

#[test]
fn a_threshold_includes_itself() {
    let points = [[0.0, 0.0], [120.0, 160.0], [9000.0, 0.0]];
    let at = |m, d| knox_test(&points, &[0, 14, 50], m, d, Metric::Euclidean, 9, 1).expect("valid").both.observed;
    assert_eq!([at(200.0, 14), at(199.9, 14), at(200.0, 13)], [1, 0, 0]);
    let same = knox_test(&[[3.0, 4.0]; 3], &[1, 1, 2], 0.0, 0, Metric::Manhattan, 9, 1).expect("valid");
    assert_eq!((same.close_in_space, same.close_in_time, same.both.observed), (3, 1, 1));
}

/// All orders of the days: the null itself.
fn moments_over_all_orders(
    points: &[[f64; 2]],
    days: &mut Vec<i64>,
    from: usize,
    table: &KnoxTable,
    each: &mut impl FnMut(Vec<u64>),
) {
    if from == days.len() {
        return each(naive(points, days, table));
    }
    for i in from..days.len() {
        days.swap(from, i);
        moments_over_all_orders(points, days, from + 1, table, each);
        days.swap(from, i);
    }
}

#[test]
fn expected_and_sd_are_those_of_all_orders() {
    for n in 2..=6 {
        let points: Vec<[f64; 2]> = [[0.0, 0.0], [3.0, 0.0], [3.0, 4.0], [40.0, 0.0], [42.0, 1.0], [0.0, 0.2]][..n].to_vec();
        let mut days = vec![0, 1, 1, 5, 9, 30][..n].to_vec();
        let table = knox(
            &points,
            &days,
            &KnoxParams {
                replicates: 20_000,
                ..KnoxParams::new(&[0.0, 5.0, 41.0, f64::INFINITY], &[0.0, 1.0, 6.0, f64::INFINITY], 3)
            },
        )
        .expect("valid");
        let (mut orders, mut sums, mut squares) = (0.0, vec![0.0; table.cells.len()], vec![0.0; table.cells.len()]);
        moments_over_all_orders(&points, &mut days, 0, &table, &mut |cells| {
            orders += 1.0;
            for (i, c) in cells.into_iter().enumerate() {
                sums[i] += c as f64;
                squares[i] += (c * c) as f64;
            }
        });
        for (i, cell) in table.cells.iter().enumerate() {
            let mean = sums[i] / orders;
            let sd = (squares[i] / orders - mean * mean).max(0.0).sqrt();
            assert!((cell.expected - mean).abs() < 1e-12 && (cell.sd - sd).abs() < 1e-7, "n {n}, cell {i}: {cell:?}, {mean} {sd}");
            // Simulated within five standard errors of what it estimates.
            assert!((cell.simulated_mean - mean).abs() <= 5.0 * sd / 20_000_f64.sqrt() + 1e-12);
            assert!((cell.simulated_sd - sd).abs() < 0.05);
        }
    }
}

/// Clustered events that repeat nearby within a week.
fn contagious(n: u32) -> (Vec<[f64; 2]>, Vec<i64>) {
    let place = |i: u32| [f64::from(i * 7919 % 10_007), f64::from(i * 104_729 % 9_973)];
    (0..n)
        .map(|i| {
            let source = if i % 4 == 0 { i / 4 * 2 + 1 } else { i };
            let [x, y] = place(source);
            let near = if i % 4 == 0 { f64::from(i % 90) } else { 0.0 };
            ([x + near, y], i64::from(source * 31 % 365) + i64::from(i % 4 == 0) * 2)
        })
        .unzip()
}

#[test]
fn contagion_is_found_where_it_is() {
    let (points, days) = contagious(2000);
    let table = knox(&points, &days, &KnoxParams::new(&[0.0, 100.0, 1000.0], &[0.0, 7.0, 14.0], 1)).expect("valid");
    let near = table.cell(1, 0).expect("a cell");
    assert!(near.is_near_repeat() && near.p == 0.001 && near.ratio.is_some_and(|r| r > 3.0));
    assert!(!table.cell(2, 1).expect("a cell").is_near_repeat());
    assert_eq!(table.cell(0, 2), None);
    assert_eq!(table.cell(3, 0), None);
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let (points, days) = contagious(700);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            knox(
                &points,
                &days,
                &KnoxParams { replicates: 333, ..KnoxParams::new(&[0.0, 100.0, 1000.0], &[0.0, 7.0, f64::INFINITY], 5) },
            )
        })
    };
    let one = run(1).expect("valid");
    assert_eq!(run(2).expect("valid"), one);
    assert_eq!(run(7).expect("valid"), one);
    let other_seed = knox(
        &points,
        &days,
        &KnoxParams { replicates: 333, ..KnoxParams::new(&[0.0, 100.0, 1000.0], &[0.0, 7.0, f64::INFINITY], 6) },
    );
    assert_ne!(other_seed.expect("valid").cells[0].simulated_mean, one.cells[0].simulated_mean);
}

#[test]
fn a_century_of_hours_is_counted_as_a_year_of_days_is() {
    let (points, days) = contagious(600);
    let wide: Vec<i64> = days.iter().map(|d| d * 876_000).collect();
    let narrow = knox(&points, &days, &params(&[0.0, 300.0], &[0.0, 7.0, 30.0], 99)).expect("valid");
    let wide = knox(&points, &wide, &params(&[0.0, 300.0], &[0.0, 7.0 * 876_000.0, 30.0 * 876_000.0], 99)).expect("valid");
    assert_eq!(narrow.cells, wide.cells);
}

#[test]
fn metrics_go_there_and_back() {
    for metric in [Metric::Euclidean, Metric::Manhattan] {
        assert_eq!(metric.to_string().parse(), Ok(metric));
    }
    assert!("taxi".parse::<Metric>().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_table_is_that_of_every_pair(
        events in prop::collection::vec((0u8..30, 0u8..30, 0i64..40), 0..60),
        far in prop::collection::btree_set(0u8..40, 2..6), late in prop::collection::btree_set(0u8..90, 2..6),
        manhattan: bool, beyond: bool, half: bool,
    ) {
        let points: Vec<[f64; 2]> = events.iter().map(|(x, y, _)| [f64::from(*x), f64::from(*y)]).collect();
        let days: Vec<i64> = events.iter().map(|e| e.2).collect();
        let mut far: Vec<f64> = far.into_iter().map(f64::from).collect();
        let mut late: Vec<f64> = late.into_iter().map(|d| f64::from(d) / if half { 2.0 } else { 1.0 }).collect();
        if beyond {
            far.push(f64::INFINITY);
            late.push(f64::INFINITY);
        }
        let metric = if manhattan { Metric::Manhattan } else { Metric::Euclidean };
        let table = knox(&points, &days, &KnoxParams { metric, ..params(&far, &late, 40) }).expect("valid");
        let observed: Vec<u64> = table.cells.iter().map(|c| c.observed).collect();
        prop_assert_eq!(observed, naive(&points, &days, &table));
        for cell in &table.cells {
            prop_assert!(cell.p > 0.0 && cell.p <= 1.0);
            // 40 replicates: the mean is well within six standard errors.
            prop_assert!((cell.simulated_mean - cell.expected).abs() <= 6.0 * cell.sd / 40_f64.sqrt() + 1e-9, "{:?}", cell);
        }
        // Where nothing is left out, margins are kept: observed, expected and simulated add up to all pairs.
        if beyond && far[0] == 0.0 && late[0] == 0.0 {
            prop_assert_eq!(table.cells.iter().map(|c| c.observed).sum::<u64>(), table.pairs);
            for of in [|c: &KnoxCell| c.expected, |c: &KnoxCell| c.simulated_mean] {
                let sum: f64 = table.cells.iter().map(of).sum();
                prop_assert!((sum - table.pairs as f64).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn the_order_of_events_and_the_origin_do_not_matter(events in prop::collection::vec((0u8..30, 0u8..30, 0i64..40), 2..40), turn in 0usize..40) {
        let mut turned = events.clone();
        turned.rotate_left(turn % events.len());
        let ask = |events: &[(u8, u8, i64)], shift: f64, later: i64| {
            let points: Vec<[f64; 2]> = events.iter().map(|(x, y, _)| [f64::from(*x) + shift, f64::from(*y) - shift]).collect();
            let days: Vec<i64> = events.iter().map(|e| e.2 + later).collect();
            let table = knox(&points, &days, &params(&[0.0, 5.0, 12.0], &[0.0, 4.0, 9.0], 9)).expect("valid");
            table.cells.iter().map(|c| (c.observed, c.expected)).collect::<Vec<_>>()
        };
        prop_assert_eq!(ask(&events, 0.0, 0), ask(&turned, 500_000.0, -700));
    }
}
