use super::super::fixture::{Town, months, on};
use super::*;
use crate::hotspot::robustness::HotspotRobustness;

fn policy() -> EvidencePolicy {
    let text = "word,quantity,least\nclear,incidents,10\nclear,probability,0.95\nclear,settings,3\nclear,robustness,0.7\nclear,victims_known_if_restricted,0.5\nweak,incidents,5\nweak,robustness,0.4\n";
    EvidencePolicy::parsed("test", text).expect("the rows are right")
}

/// A hotspot that is clear, with all victims known.
fn hotspot() -> Hotspot {
    let mut town = Town::new(months("2024-11", "2026-10"));
    town.add(on(20_500));
    let mut hotspot = town.found(None).hotspots.remove(0);
    hotspot.n = 14;
    hotspot.expected = 4.1;
    hotspot.probability = 0.97;
    hotspot.robustness =
        HotspotRobustness { share: Some(0.85), holds: vec![Some(true), Some(false), Some(true), None, Some(true)] };
    hotspot.standing.known = [14, 14, 14];
    hotspot
}

fn window() -> MonthRange {
    months("2025-11", "2026-10")
}

#[test]
fn each_threshold_decides_at_its_own_value() {
    let word = |change: &dyn Fn(&mut Hotspot), class| {
        let mut hotspot = hotspot();
        change(&mut hotspot);
        policy().judge(&hotspot, class).evidence
    };
    let open = DataClass::Open;
    assert_eq!(word(&|_| (), open), Evidence::Clear);
    assert_eq!(word(&|h| h.n = 10, open), Evidence::Clear);
    assert_eq!(word(&|h| h.n = 9, open), Evidence::Weak);
    assert_eq!(word(&|h| h.n = 4, open), Evidence::CannotTell);
    assert_eq!(word(&|h| h.probability = 0.949, open), Evidence::Weak);
    assert_eq!(word(&|h| h.robustness.share = Some(0.7), open), Evidence::Clear);
    assert_eq!(word(&|h| h.robustness.share = Some(0.699), open), Evidence::Weak);
    assert_eq!(word(&|h| h.robustness.share = Some(0.399), open), Evidence::CannotTell);
    assert_eq!(word(&|h| h.robustness.share = None, open), Evidence::CannotTell);
    assert_eq!(word(&|h| h.robustness.holds.truncate(2), open), Evidence::Weak);
}

#[test]
fn restricted_records_without_pseudonyms_are_weak_at_best_and_open_ones_are_not_held_back() {
    let mut hotspot = hotspot();
    hotspot.standing.known = [6, 14, 14];
    for (class, word) in
        [(DataClass::Open, Evidence::Clear), (DataClass::Synthetic, Evidence::Clear), (DataClass::Restricted, Evidence::Weak)]
    {
        assert_eq!(policy().judge(&hotspot, class).evidence, word, "{class}");
    }
    hotspot.standing.known = [7, 0, 0];
    assert_eq!(policy().judge(&hotspot, DataClass::Restricted).evidence, Evidence::Clear);
}

#[test]
fn the_sentence_says_why_and_what_falls_short() {
    let say = |h: &Hotspot, class| policy().sentence(h, window(), "area inside the study area", class);
    let mut hotspot = hotspot();
    assert_eq!(
        say(&hotspot, DataClass::Restricted),
        "14 recorded incidents in 12 months (2025-11 to 2026-10) where 4.1 were expected by area inside the study area; hot in 3 of 4 settings; does not depend on any one victim, reporter or address. Evidence: clear."
    );
    hotspot.standing.known = [0; 3];
    hotspot.n = 9;
    assert_eq!(
        say(&hotspot, DataClass::Restricted),
        "9 recorded incidents in 12 months (2025-11 to 2026-10) where 4.1 were expected by area inside the study area; hot in 3 of 4 settings; whether it depends on one victim cannot be told, since no victim's pseudonym is known. Evidence: weak (9 recorded incidents where 10 are needed; the victim is known for 0 % of incidents where 50 % are needed)."
    );
    hotspot.standing.known = [4, 0, 9];
    hotspot.robustness = HotspotRobustness { share: Some(0.6999), holds: vec![Some(true); 3] };
    let text = say(&hotspot, DataClass::Open);
    assert!(text.contains("does not depend on any one victim or address, as far as the 4 of 9 with a known victim tell"), "{text}");
    assert!(
        text.contains("weighted by incidents, hot in 69 % of settings where 70 % are needed"),
        "never rounded up to what is needed: {text}"
    );
    hotspot.standing.known = [0, 9, 0];
    assert!(say(&hotspot, DataClass::Open).contains("does not depend on any one reporter; whether on one victim cannot be told"));
}

#[test]
fn what_would_be_none_without_a_single_incident_says_so_and_no_expected_number_is_shown_as_nothing() {
    let mut hotspot = hotspot();
    hotspot.stands_without_one = false;
    hotspot.expected = 0.0234;
    let carried = EvidencePolicy::current();
    assert_eq!(carried.judge(&hotspot, DataClass::Open).evidence, Evidence::CannotTell);
    let text = carried.sentence(&hotspot, window(), "area", DataClass::Open);
    assert!(text.contains("where 0.023 were expected") && text.contains("so small that it would be none"), "{text}");
    for (value, shown) in [(0.0, "0.0"), (4.14, "4.1"), (0.96, "1.0"), (0.94, "0.94"), (0.05, "0.050"), (0.000_46, "0.00046")] {
        assert_eq!(in_few_digits(value), shown);
    }
}

#[test]
fn the_policy_that_is_carried_is_understood_and_a_wrong_one_is_not() {
    assert!(EvidencePolicy::parsed("evidence-1", POLICY).is_some_and(|p| !p.thresholds.is_empty()));
    for wrong in [
        "word,quantity\nclear,incidents\n",
        "word,quantity,least\nclear,incidents,ten\n",
        "word,quantity,least\nclear,incidents,-1\n",
        "word,quantity,least\ncannot_tell,incidents,1\n",
        "word,quantity,least\nclear,beauty,1\n",
        "word,quantity,least\nclear,incidents,1\nclear,incidents,2\n",
        // Weak may not ask for more than clear.
        "word,quantity,least\nclear,incidents,5\nweak,incidents,6\n",
        "word,quantity,least\nweak,incidents,6\n",
    ] {
        assert_eq!(EvidencePolicy::parsed("x", wrong), None, "{wrong}");
    }
}
