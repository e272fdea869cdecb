//! `hotspot stats`: association of neighbours, and who they are.

use crate::program::{json, succeed};
use crate::stats::{Tables, column, near, numbers};
use crate::stats_time::refused;

/// Five units in a row.
const ROW: &str = "from,to\n1,2\n2,1\n2,3\n3,2\n3,4\n4,3\n4,5\n5,4\n";

#[test]
fn q_is_made_as_asked() {
    let tables = Tables::new();
    let (values, links) = (tables.with("v.csv", "id,value\n1,9\n2,8\n3,0\n4,1\n5,0\n"), tables.with("w.csv", ROW));
    for method in ["local-g", "local-moran", "local-geary"] {
        let q = |adjustment: &str| {
            let found = succeed(["stats", method, "--values", &values, "--weights", &links, "--adjustment", adjustment]);
            (numbers(&found, "p"), numbers(&found, "q"))
        };
        let (p, bonferroni) = q("bonferroni");
        near(&bonferroni, &p.iter().map(|p| (5.0 * p).min(1.0)).collect::<Vec<_>>(), 1e-12);
        assert!(q("benjamini-yekutieli").1.iter().zip(&q("benjamini-hochberg").1).all(|(by, bh)| by >= bh));
        // In (0, 1], in steps of 1 / (R + 1).
        let largest = q("max-statistic").1;
        assert!(largest.iter().all(|q| *q > 0.0 && *q <= 1.0 && (q * 1000.0 - (q * 1000.0).round()).abs() < 1e-9), "{largest:?}");
    }
    let folded = ["stats", "local-g", "--values", &values, "--weights", &links, "--adjustment", "max-statistic"];
    let (code, error) = refused(&[&folded[..], &["--alternative", "folded"]].concat());
    assert!(code == Some(2) && error.contains("--alternative greater, less or two-sided"), "{error}");
}

#[test]
fn ties_are_shown_for_calibration() {
    let tables = Tables::new();
    let (values, links) = (tables.with("v.csv", "id,value\n1,0\n2,3\n3,0\n4,4\n5,1\n"), tables.with("w.csv", ROW));
    // Unit 3 has neighbours with 3 and 4, of the others 0, 3, 4, 1: one pair of six reaches 7, none exceeds it.
    let with_ties = succeed(["stats", "local-g", "--values", &values, "--weights", &links, "--ties"]);
    near(&[numbers(&with_ties, "p")[2], numbers(&with_ties, "p_mid")[2]], &[1.0 / 6.0, 1.0 / 12.0], 1e-12);
    assert_eq!(column(&with_ties, "p_strict")[2], "0");
    let moran = succeed(["stats", "local-moran", "--values", &values, "--weights", &links, "--ties"]);
    assert!(numbers(&moran, "p_strict").iter().zip(numbers(&moran, "p")).all(|(strict, p)| *strict < p));
    let two = refused(&["stats", "local-g", "--values", &values, "--weights", &links, "--ties", "--alternative", "two-sided"]);
    assert!(two.0 == Some(2) && two.1.contains("--ties needs --alternative greater or less"), "{}", two.1);
    let early =
        ["stats", "local-moran", "--values", &values, "--weights", &links, "--inference", "permutation", "--stop-after", "5"];
    assert!(numbers(&succeed(early), "replicates").iter().all(|r| (5.0..=999.0).contains(r)));
}

#[test]
fn all_units_together_are_associated_as_published() {
    let tables = Tables::new();
    let links = tables.with("w.csv", "from,to\n1,2\n2,1\n2,3\n3,2\n3,4\n4,3\n");
    let values = tables.with("v.csv", "id,value,people\n1,9,90\n2,8,90\n3,1,80\n4,0,10\n");
    // Pairs in both directions: 72 + 8 of 72 + 9 + 8.
    let general = succeed(["stats", "general-g", "--values", &values, "--weights", &links]);
    near(&[numbers(&general, "statistic")[0], numbers(&general, "expected")[0]], &[80.0 / 89.0, 0.5], 1e-12);
    assert_eq!(refused(&["stats", "general-g", "--values", &values, "--weights", &links, "--assumption", "normality"]).0, Some(1));
    let line = tables.with("l.csv", "id,value\n1,1\n2,2\n3,3\n4,4\n");
    near(&numbers(&succeed(["stats", "moran", "--values", &line, "--weights", &links]), "statistic"), &[1.0 / 3.0], 1e-12);
    near(&numbers(&succeed(["stats", "geary", "--values", &line, "--weights", &links]), "statistic"), &[0.3], 1e-12);
    // Rates are standardised before: the same as with the column that empirical-bayes gives, when rates vary more than chance.
    let rates = succeed(["stats", "moran", "--values", &values, "--weights", &links, "--population", "people"]);
    let of = json(&succeed(["stats", "moran", "--values", &values, "--weights", &links, "--population", "people", "--json"]));
    assert!(of["of"].as_str().unwrap().starts_with("empirical-Bayes standardised rates"), "{of}");
    let raw = succeed(["stats", "moran", "--values", &values, "--weights", &links]);
    assert!(numbers(&rates, "statistic") != numbers(&raw, "statistic"));
}

#[test]
fn links_go_both_ways_and_over_bridges() {
    let tables = Tables::new();
    let row = tables.with("p.csv", "id,x,y\na,0,0\nb,1,0\nc,9,0\n");
    let nearest = |more: &[&str]| succeed([&["stats", "weights", "--points", &row, "--nearest", "1"], more].concat());
    assert_eq!(column(&nearest(&[]), "to"), ["b", "a", "b"]);
    let both = nearest(&["--symmetric"]);
    assert_eq!(
        (column(&both, "from"), column(&both, "to")),
        (["a", "b", "b", "c"].map(str::to_owned).to_vec(), ["b", "a", "c", "b"].map(str::to_owned).to_vec())
    );
    // Two units south of a river, two north of it, a bridge in the east.
    let banks = tables.with("b.csv", "id,x,y\n1,0,-100\n2,300,-100\n3,0,100\n4,300,100\n");
    let river = tables.with("r.csv", "line,x,y\nt,-500,0\nt,500,0\n");
    let bridge = tables.with("g.csv", "x,y,radius\n310,0,20\n");
    let cut = succeed(["stats", "weights", "--points", &banks, "--band", "350", "--barrier", &river, "--gaps", &bridge]);
    assert_eq!(column(&cut, "from"), ["1", "2", "2", "3", "4", "4"]);
    assert_eq!(refused(&["stats", "weights", "--points", &banks, "--band", "350", "--gaps", &bridge]).0, Some(2));
}

#[test]
fn a_p_value_that_is_none_is_located() {
    let tables = Tables::new();
    let (code, error) = refused(&["stats", "fdr", "--values", &tables.with("p.csv", "id,p\na,0.1\nb,1.2\n")]);
    assert!(code == Some(1) && error.contains("p.csv, row 3, column p: not in 0 to 1"), "{error}");
}
