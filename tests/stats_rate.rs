//! `hotspot stats`: rates, comparisons, accuracy.

use crate::program::{json, succeed};
use crate::stats::{Tables, column, near, numbers};
use crate::stats_time::refused;

#[test]
fn limits_of_a_rate_are_exact_below_ten_and_byars_from_ten_when_asked() {
    let tables = Tables::new();
    let counts = tables.with("c.csv", "id,count,population,expected\na,9,200,2\nb,10,1000,1\nc,0,0,0\n");
    let limits = |method: &str| succeed(["stats", "poisson-limits", "--values", &counts, "--method", method]);
    let (exact, byar, phe) = (limits("exact"), limits("byar"), limits("phe"));
    assert_eq!(column(&phe, "rate_lo")[0], column(&exact, "rate_lo")[0]);
    assert_eq!(column(&phe, "rate_hi")[1], column(&byar, "rate_hi")[1]);
    assert_eq!(
        (column(&phe, "phe_lo")[0].clone(), column(&phe, "phe_lo")[1].clone()),
        (column(&phe, "exact_lo")[0].clone(), column(&phe, "byar_lo")[1].clone())
    );
    assert_eq!((column(&phe, "rate")[2].as_str(), column(&phe, "phe_lo")[2].as_str()), ("", "0"));
    near(&numbers(&phe, "p_less")[2..], &[1.0], 0.0);
    let one = tables.with("o.csv", "id,count,expected\na,1,2\n");
    let tails = succeed(["stats", "poisson-limits", "--values", &one]);
    near(
        &[numbers(&tails, "p_less")[0], numbers(&tails, "p_greater")[0]],
        &[3.0 * (-2.0_f64).exp(), 1.0 - (-2.0_f64).exp()],
        1e-12,
    );
    assert_eq!(refused(&["stats", "poisson-limits", "--values", &counts, "--method", "best"]).0, Some(2));
}

#[test]
fn proportions_changes_and_quotients_have_limits() {
    let tables = Tables::new();
    // Newcombe 1998, table I: 81 of 263.
    let shares = tables.with("p.csv", "id,successes,trials\na,81,263\n");
    let limits = succeed(["stats", "proportion-limits", "--values", &shares]);
    near(&[numbers(&limits, "wilson_lo")[0], numbers(&limits, "wilson_hi")[0]], &[0.2553, 0.3662], 5e-5);
    assert_eq!(
        refused(&["stats", "proportion-limits", "--values", &tables.with("b.csv", "id,successes,trials\na,9,3\n")]).0,
        Some(1)
    );
    let change = succeed(["stats", "rolling12", "--values", &tables.with("r.csv", "id,current,base\na,150,100\nb,9,6\n")]);
    assert_eq!(column(&change, "change"), ["0.5", ""], "no percentage of six");
    let parts = tables.with("q.csv", "id,count,of\na,120,800\nb,180,2200\n");
    near(&numbers(&succeed(["stats", "location-quotient", "--values", &parts]), "quotient")[..1], &[1.5], 1e-12);
    let gaps = succeed(["stats", "share-gaps", "--values", &tables.with("g.csv", "id,resource,need\na,10,50\nb,30,50\n")]);
    near(&numbers(&gaps, "gap"), &[-0.25, 0.25], 1e-12);
    let smooth =
        succeed(["stats", "empirical-bayes", "--values", &tables.with("e.csv", "id,count,population\na,2,100\nb,60,900\n")]);
    assert_eq!(column(&smooth, "smoothed").len(), 2);
}

#[test]
fn the_e_test_has_both_variances_and_three_tails() {
    let tables = Tables::new();
    let pairs = tables.with("e.csv", "id,count,base\na,6,2\n");
    let p = |more: &[&str]| numbers(&succeed([&["stats", "rate-ratio", "--values", &pairs], more].concat()), "p_e_test")[0];
    near(&[p(&[])], &[0.1749], 5e-5);
    assert!((p(&["--alternative", "greater"]) - p(&[]) / 2.0).abs() < 1e-9, "equal exposures: symmetric");
    assert!(p(&["--alternative", "less"]) > 0.9);
    // With equal exposures both variances order the pairs alike.
    near(&[p(&["--variance", "pooled"])], &[p(&[])], 0.02);
}

#[test]
fn rates_are_shrunk_by_group_and_the_funnel_has_curves() {
    let tables = Tables::new();
    let units = tables.with("u.csv", "id,count,expected,ward\na,6,2,x\nb,6,2,x\nc,0,0.5,y\n");
    let shrunk = succeed(["stats", "shrink", "--values", &units, "--prior", "4", "4", "--group", "ward", "--top-share", "0.5"]);
    // Equal units: the group has their mean and twice their shape.
    assert_eq!((column(&shrunk, "id"), column(&shrunk, "count")), (vec!["x".into(), "y".into()], vec!["12".into(), "0".into()]));
    near(&numbers(&shrunk, "shrunk"), &[10.0 / 6.0, 4.0 / 4.5], 1e-12);
    let alone = succeed(["stats", "shrink", "--values", &units, "--prior", "4", "4"]);
    let width = |csv: &str| numbers(csv, "shrunk_hi")[0] - numbers(csv, "shrunk_lo")[0];
    assert!(width(&shrunk) < width(&alone));
    let curve = |more: &[&str]| succeed([&["stats", "funnel", "--values", &units, "--target", "1", "--curve", "3"], more].concat());
    near(&numbers(&curve(&[]), "expected"), &[0.5, 1.0, 2.0], 1e-12);
    let poisson = curve(&["--dispersion", "poisson"]);
    assert_eq!(poisson.lines().next().unwrap(), "expected,lo95,hi95,lo998,hi998");
    assert!(numbers(&poisson, "hi998").iter().zip(numbers(&poisson, "hi95")).all(|(outer, inner)| *outer >= inner));
    assert_eq!(refused(&["stats", "funnel", "--values", &units, "--winsorise", "0.7"]).0, Some(1));
}

#[test]
fn areas_of_other_sizes_weigh_in_the_displacement() {
    let wdd = |more: &[&str]| {
        let base = ["stats", "displacement", "--treated", "20", "10", "--control", "60", "62"];
        numbers(&succeed([&base[..], more].concat()), "total")[0]
    };
    near(&[wdd(&[]), wdd(&["--areas", "1", "2", "1", "1"])], &[-12.0, -11.0], 1e-12);
    assert_eq!(refused(&["stats", "displacement", "--treated", "20", "10"]).0, Some(2));
}

#[test]
fn forecasts_and_periods_are_compared() {
    let tables = Tables::new();
    let pairs = tables.with("w.csv", "first,second\n1.1,0\n2.3,0\n0,0.4\n3.2,0\n0.7,0\n0,1.5\n2.9,0\n");
    near(&numbers(&succeed(["stats", "wilcoxon", "--values", &pairs, "--alternative", "greater"]), "p"), &[0.078125], 1e-12);
    let two = tables.with("s.csv", "id,first,second\na,40,5\nb,10,12\nc,0,0\nd,50,60\ne,400,430\n");
    let pattern = json(&succeed(["stats", "sppt", "--values", &two, "--json"]));
    assert_eq!((pattern["s"].as_f64(), pattern["robust_s"].as_f64()), (Some(0.8), Some(0.75)));
    let tops = tables.with("t.csv", "id,first,second\n1,90,85\n2,80,3\n3,5,70\n4,4,4\n5,3,1\n6,2,2\n");
    near(&numbers(&succeed(["stats", "top-overlap", "--values", &tops, "--top", "2"]), "jaccard"), &[1.0 / 3.0], 1e-12);
    assert_eq!(refused(&["stats", "top-overlap", "--values", &tops, "--top", "7"]).0, Some(1));
    let recapture = |everywhere: [&str; 2]| {
        succeed([&["stats", "recapture", "--inside", "40", "30", "--everywhere"], &everywhere[..]].concat())
    };
    near(&numbers(&recapture(["1000", "900"]), "index"), &[0.75 / 0.9], 1e-12);
    let forecast = tables.with("f.csv", "id,predicted,observed,area_km2\n1,8,6,1\n2,4,7,1\n3,4,3,1\n4,2,2,1\n");
    let pai = |penalty: &str| succeed(["stats", "pai", "--values", &forecast, "--top", "1", "--penalty", penalty]);
    near(&numbers(&pai("1"), "penalised_pai"), &numbers(&pai("1"), "pai"), 1e-12);
    near(&numbers(&pai("0"), "penalised_pai"), &numbers(&pai("0"), "hit_rate"), 1e-12);
}

#[test]
fn a_share_of_the_area_may_be_flagged_exactly() {
    let tables = Tables::new();
    let rows = "id,predicted,observed,area_km2,patrol_area\n1,3,6,1,n\n2,1,7,1,n\n3,1,3,1,s\n4,0,0,1,s\n";
    let forecast = tables.with("f.csv", rows);
    let pai = |more: &[&str]| succeed([&["stats", "pai", "--values", &forecast, "--shares", "0.5", "--in-part"], more].concat());
    // Units 2 and 3 are tied: each is flagged in half.
    assert_eq!(pai(&["--flagged"]), "id,flagged\n1,1\n2,0.5\n3,0.5\n4,0\n");
    // Patrol areas are taken whole: the northern one has 13 of 16.
    near(&[numbers(&pai(&[]), "area_share")[0], numbers(&pai(&[]), "pei_star")[0]], &[0.5, 9.0 / 13.0], 1e-9);
    assert_eq!(refused(&["stats", "pai", "--values", &forecast, "--top", "1", "--in-part"]).0, Some(2));
}

#[test]
fn any_values_have_a_lorenz_curve() {
    let tables = Tables::new();
    let curve = json(&succeed(["stats", "lorenz", "--values", &tables.with("l.csv", "id,value\na,2\nb,0\nc,10\nd,8\n"), "--json"]));
    let shares: Vec<f64> = curve["rows"].as_array().unwrap().iter().map(|row| row["share"].as_f64().unwrap()).collect();
    near(&shares, &[0.0, 0.5, 0.9, 1.0, 1.0], 1e-12);
    near(&[curve["gini"].as_f64().unwrap(), curve["places_with_half"].as_f64().unwrap()], &[0.45, 0.25], 1e-12);
}

#[test]
fn a_size_that_cannot_be_is_located() {
    let tables = Tables::new();
    for (method, csv, column, more) in [
        ("poisson-limits", "id,count,population\na,3,10\nb,3,-1\n", "population", &[][..]),
        ("shrink", "id,count,expected\na,1,1\nb,1,-1\n", "expected", &[]),
        ("funnel", "id,count,expected\na,1,1\nb,1,-1\n", "expected", &[]),
        ("empirical-bayes", "id,count,population\na,1,9\nb,1,-1\n", "population", &[]),
        ("location-quotient", "id,count,of\na,1,9\nb,1,-1\n", "of", &[]),
        ("rate-ratio", "id,count,base,exposure,base_exposure\na,1,1,1,1\nb,1,1,0,1\n", "exposure", &[]),
        ("pai", "id,predicted,observed,area_km2\na,1,1,1\nb,1,1,0\n", "area_km2", &["--top", "1"]),
    ] {
        let path = tables.with("t.csv", csv);
        let (code, error) = refused(&[&["stats", method, "--values", &path], more].concat());
        assert!(code == Some(1) && error.contains(&format!("row 3, column {column}")), "{method}: {error}");
    }
    let days = tables.with("d.csv", "id,date\nx,2024-01-01\nx,7\n");
    let (code, error) = refused(&["stats", "repeats", "--values", &days]);
    assert!(code == Some(1) && error.contains("row 3, column date"), "{error}");
}
