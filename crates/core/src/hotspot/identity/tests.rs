use super::*;
use proptest::prelude::*;

type Units = Vec<(&'static str, f64)>;

fn units(names: &[&'static str]) -> Units {
    names.iter().map(|name| (*name, 0.1)).collect()
}

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

/// Identities of now after places of before with identifiers `p0`, `p1`, …
fn after(before: &[Units], now: &[Units]) -> (Vec<Identity>, Vec<Ended>) {
    let ids: Vec<String> = (0..before.len()).map(|i| format!("p{i}")).collect();
    let before: Vec<Before<'_>> = before
        .iter()
        .zip(&ids)
        .map(|(units, id)| Before { id, name: "SE15", n: 7, first_seen: month("2026-01"), footprint: Footprint { units } })
        .collect();
    let now: Vec<Footprint<'_>> = now.iter().map(|units| Footprint { units }).collect();
    identify(&before, &now, "race", month("2026-10"))
}

type Summary<'a> = (Vec<(&'a str, Change)>, Vec<(&'a str, Option<&'a str>)>);

fn summary((identities, ended): &(Vec<Identity>, Vec<Ended>)) -> Summary<'_> {
    let who = identities.iter().map(|i| (i.id.as_str(), i.change)).collect();
    (who, ended.iter().map(|e| (e.id.as_str(), e.into.as_deref())).collect())
}

#[test]
fn a_place_that_stays_keeps_its_name_and_one_that_goes_ends() {
    let found = after(&[units(&["a", "b", "c", "d"]), units(&["k"])], &[units(&["a", "b", "c", "d"]), units(&["z"])]);
    assert_eq!(summary(&found), (vec![("p0", Change::Continued), ("race-2026-10-1", Change::New)], vec![("p1", None)]));
    assert_eq!((found.0[0].first_seen, found.0[1].first_seen), (month("2026-01"), month("2026-10")));
}

#[test]
fn the_number_of_a_new_place_says_where_it_is_and_not_how_high_it_ranks() {
    let places = [units(&["m", "n"]), units(&["z"]), units(&["q", "b"])];
    let names = |found: &(Vec<Identity>, Vec<Ended>)| found.0.iter().map(|i| i.id.clone()).collect::<Vec<_>>();
    let [m, z, b] = ["race-2026-10-2", "race-2026-10-3", "race-2026-10-1"];
    assert_eq!(names(&after(&[], &places)), [m, z, b]);
    let [one, two, three] = places;
    assert_eq!(names(&after(&[], &[three, two, one])), [b, z, m], "in whatever order they rank");
}

#[test]
fn growth_and_shrinking_are_of_area() {
    let grown = after(&[units(&["a", "b", "c"])], &[units(&["a", "b", "c", "d"])]);
    assert_eq!(summary(&grown).0, [("p0", Change::Grew)]);
    let shrunk = after(&[units(&["a", "b", "c", "d"])], &[units(&["a", "b", "c"])]);
    assert_eq!(summary(&shrunk).0, [("p0", Change::Shrank)]);
    let same = after(&[units(&["a", "b", "c", "d", "e"])], &[units(&["a", "b", "c", "d", "x", "y"])]);
    assert_eq!(summary(&same).0, [("p0", Change::Continued)]);
}

#[test]
fn a_split_keeps_the_name_in_the_larger_part_and_says_so_in_the_other() {
    let found = after(&[units(&["a", "b", "c", "d", "e"])], &[units(&["a"]), units(&["c", "d", "e"])]);
    assert_eq!(summary(&found).0, [("race-2026-10-1", Change::Split), ("p0", Change::Split)]);
    assert_eq!((found.0[0].of.as_slice(), found.0[1].of.len()), (&["p0".to_owned()][..], 0));
    // A crumb of less than a fifth is no part.
    let crumb = after(&[units(&["a", "b", "c", "d", "e", "f"])], &[units(&["a", "x"]), units(&["b", "c", "d", "e", "f"])]);
    assert_eq!(summary(&crumb).0, [("race-2026-10-1", Change::New), ("p0", Change::Continued)]);
}

#[test]
fn a_merger_keeps_the_name_of_the_larger_and_the_other_ends_in_it() {
    let found = after(&[units(&["a"]), units(&["b", "c"])], &[units(&["a", "b", "c"])]);
    assert_eq!(summary(&found), (vec![("p1", Change::Merged)], vec![("p0", Some("p1"))]));
    assert_eq!(found.0[0].of, ["p0"]);
}

#[test]
fn the_assignment_is_the_best_for_all_and_not_the_greediest() {
    // Greedy: now 0 takes p1 (0.6), now 1 then has nothing. Together: p0 with now 0, p1 with now 1.
    let pairs = [(0, 0, 0.5), (1, 0, 0.6), (1, 1, 0.55)];
    assert_eq!(assign(2, 2, &pairs), [Some(0), Some(1)]);
    assert_eq!(assign(2, 3, &[(0, 2, 0.1)]), [None, None, Some(0)]);
    assert_eq!(assign(0, 2, &[]), [None, None]);
}

#[test]
fn reviews_come_every_three_months_from_the_first() {
    let (who, _) = after(&[], &[units(&["a"])]);
    let reviews = ["2026-10", "2026-12", "2027-01", "2027-03", "2027-04"].map(|m| who[0].review(month(m)).to_string());
    assert_eq!(reviews, ["2027-01", "2027-01", "2027-04", "2027-04", "2027-07"]);
}

/// The best total by trying all.
fn best(weights: &[Vec<f64>], row: usize, taken: &mut Vec<bool>) -> f64 {
    if row == weights.len() {
        return 0.0;
    }
    let mut most = best(weights, row + 1, taken);
    for column in 0..weights[row].len() {
        if !taken[column] && weights[row][column] > 0.0 {
            taken[column] = true;
            most = most.max(weights[row][column] + best(weights, row + 1, taken));
            taken[column] = false;
        }
    }
    most
}

proptest! {
    #[test]
    fn no_assignment_weighs_more(rows in 1usize..6, columns in 1usize..6, values in prop::collection::vec(0u8..6, 36)) {
        let weights: Vec<Vec<f64>> =
            (0..rows).map(|r| (0..columns).map(|c| f64::from(values[r * 6 + c].saturating_sub(2)) / 4.0).collect()).collect();
        let pairs: Vec<(usize, usize, f64)> = (0..rows)
            .flat_map(|r| (0..columns).map(move |c| (r, c)))
            .map(|(r, c)| (r, c, weights[r][c]))
            .filter(|p| p.2 > 0.0)
            .collect();
        let matched = assign(rows, columns, &pairs);
        let total: f64 = matched.iter().enumerate().filter_map(|(c, r)| r.map(|r| weights[r][c])).sum();
        prop_assert!((total - best(&weights, 0, &mut vec![false; columns])).abs() < 1e-9);
        let mut used: Vec<usize> = matched.iter().flatten().copied().collect();
        used.sort_unstable();
        used.dedup();
        prop_assert_eq!(used.len(), matched.iter().flatten().count());
    }

    #[test]
    fn everyone_before_goes_on_or_ends_and_names_are_never_shared(cut in 0usize..8, add in 0usize..8) {
        const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let before = [units(&NAMES[..cut]), units(&NAMES[cut..])].into_iter().filter(|u| !u.is_empty()).collect::<Vec<_>>();
        let now = [units(&NAMES[..add]), units(&NAMES[add..])].into_iter().filter(|u| !u.is_empty()).collect::<Vec<_>>();
        let (who, ended) = after(&before, &now);
        let mut ids: Vec<&str> = who.iter().map(|i| i.id.as_str()).chain(ended.iter().map(|e| e.id.as_str())).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), all);
        prop_assert_eq!(ids.iter().filter(|id| id.starts_with('p')).count(), before.len());
        // The order in which places are given changes no name.
        let mut turned = now.clone();
        turned.reverse();
        let (other, _) = after(&before, &turned);
        let kept = |who: &[Identity]| who.iter().filter(|i| i.id.starts_with('p')).map(|i| i.id.clone()).collect::<BTreeSet<_>>();
        prop_assert_eq!(kept(&who), kept(&other));
    }
}
