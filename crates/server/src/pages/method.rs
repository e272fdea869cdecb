//! What every layer and word means: the one place where it is written for people.

use super::draw_marked;
use crate::auth::Visitor;
use crate::problem::ApiError;
use hotspot_core::view::Layer;
use minijinja::{Value, context};

/// A layer or a word.
struct Entry {
    /// Anchor; of a layer, its identifier.
    id: &'static str,
    name: &'static str,
    /// One line. Of a layer it is the layer's own definition, and this is empty.
    what: &'static str,
    formula: &'static str,
    source: &'static str,
    /// What it does not mean.
    not: &'static str,
}

const fn layer(layer: Layer, formula: &'static str, source: &'static str, not: &'static str) -> Entry {
    Entry { id: layer.id(), name: layer.label(), what: "", formula, source, not }
}

const fn word(
    id: &'static str,
    name: &'static str,
    what: &'static str,
    formula: &'static str,
    source: &'static str,
    not: &'static str,
) -> Entry {
    Entry { id, name, what, formula, source, not }
}

static LAYERS: [Entry; Layer::ALL.len()] = [
    layer(
        Layer::Count,
        "y = number of records that happened in the period, in the cell, and meet the filter",
        "A count.",
        "Not how much happened: what is not reported is not in it. Not a risk: a busy place has more of everything.",
    ),
    layer(
        Layer::Density,
        "y / (km² of the cell inside the study area) / (months / 12)",
        "A rate by area.",
        "Not a rate by people: a street of shops and a park of the same size are held against the same measure.",
    ),
    layer(
        Layer::ResidentRate,
        "mean of Gamma(a + y, b + E) × 1,000 × (all records / all residents) / (months / 12); E: records where residents are known, shared out by residents",
        "Clayton and Kaldor, Biometrics 43 (1987); residents of the census, spread over live postcodes.",
        "Not the risk of a resident: many victims do not live where it happened. Where few live it is drawn to the mean, and says little.",
    ),
    layer(
        Layer::Probability,
        "y ~ Poisson(E θ), θ ~ Gamma(a, b); θ given y ~ Gamma(a + y, b + E); value = P(θ > 2). E: all records shared out by area. a, b: those that make the \
         counts of all cells, empty ones too, most probable",
        "Clayton and Kaldor, Biometrics 43 (1987).",
        "Not the probability that something will happen, nor that a person is a victim. It is about the rate of records, if incidents are separate \
         from one another.",
    ),
    layer(
        Layer::Residents,
        "as above, with E shared out by residents instead of area",
        "Clayton and Kaldor, Biometrics 43 (1987); residents of the census, spread over live postcodes.",
        "Not the risk of a resident: victims need not live where it happened. Where offices, shops or stations dominate it has no answer.",
    ),
    layer(
        Layer::Top,
        "share of draws of all θ from their posteriors in which the cell is among the highest 1 % of cells",
        "Laird and Louis, Journal of Educational Statistics 14 (1989), on ranks from posteriors.",
        "Not how high the rate is. With few records no cell is surely among the highest, and that is the answer.",
    ),
    layer(
        Layer::GiStar,
        "sum of the counts of the cell and its neighbours; p = share of all ways to draw the neighbours from the other cells that give as much or more. \
         The z that it stands for: (Σ w x − m W) / (s √((n S₁ − W²) / (n − 1)))",
        "Getis and Ord, Geographical Analysis 24 (1992); Ord and Getis, Geographical Analysis 27 (1995).",
        "Not about the cell’s own count: an empty cell beside a full one can have a small p. Not corrected for the number of cells, and not \
         the rule for hotspots.",
    ),
    layer(
        Layer::Scan,
        "for each circle with c records where E are expected, of C in all: c ln(c / E) + (C − c) ln((C − c) / (C − E)) when c > E; p = rank of it among the \
         strongest circles of 199 maps drawn by chance; circles of p at most 0.05 are shown",
        "Kulldorff, Communications in Statistics 26 (1997).",
        "Not an outline: places are not circles, and not every part of a circle has more. By area, every busy place is a cluster.",
    ),
    layer(
        Layer::Kde,
        "Σ 3 / (π h²) (1 − d² / h²)² over records nearer than h = 500 m, divided by the share of that weight inside the study area and by years",
        "Silverman, Density Estimation (1986); the quartic kernel of police practice.",
        "Not a test: it draws hills from any points. Its look depends on h more than on the records.",
    ),
    layer(
        Layer::Emerging,
        "Gi* of the cell and its neighbours in a month and the month before, against all cells and months; hot when p, adjusted for all cells and months, is at most 0.05. Over: hot in nine of ten months, not in the last. Fading, lasting, growing: hot in nine of ten and in the last, with the trend of z down, none or up (Mann and Kendall, p at most 0.05). New: hot in the last months in one run, and never before. On and off: the others that are hot in the last",
        "Getis and Ord (1992); Mann, Econometrica 13 (1945); Esri’s Emerging Hot Spot Analysis, whose eight hot outcomes are drawn as six.",
        "Not how many incidents: with few, one makes its neighbourhood hot for a month. Not a forecast: growing says what was.",
    ),
    layer(
        Layer::Robustness,
        "mean over the incidents of the hotspot of the share of settings in which their place is hot, of those that say anything of it",
        "Steegen and others, Perspectives on Psychological Science 11 (2016), on the multiverse; the settings are those of the list of robustness.",
        "Not a probability: settings are chosen, not drawn. A hotspot of half of them hangs on how it is counted.",
    ),
];

static WORDS: [Entry; 24] = [
    word(
        "hotspot",
        "Hotspot",
        "A connected place where records are very likely more than twice as frequent as the area alone would bring.",
        "cells ranked by P(θ > 2); the largest set whose mean 1 − P is at most 0.05; cells that touch, or have incidents within 150 m, are one place; a place \
         above 1 km² is split; two incidents or more, and none below 100 records in the whole map",
        "This project’s rule; Newton and others, Biostatistics 5 (2004), for the error of the set.",
        "Not a dangerous place, not a forecast, and not about anybody who lives there.",
    ),
    word(
        "change",
        "Change between two periods",
        "How many times as many incidents a month a place had in one period as in another, and whether chance would seldom bring the difference.",
        "(y / months) / (y₀ / months₀); y given y + y₀ is binomial; exact 95 % limits; exact two-sided p, adjusted for all places of a kind (Benjamini and \
         Hochberg, 0.05). More or fewer is said when the adjusted p is at most 0.05",
        "Przyborowski and Wilenski, Biometrika 31 (1940); Clopper and Pearson, Biometrika 26 (1934).",
        "Not a cause, and not the season taken out: compare the same months of two years. A hotspot was chosen for its own months: in any others it has fewer by \
         that alone.",
    ),
    word(
        "expected",
        "Expected",
        "How many records a place would have if all records were spread by a named measure, such as area.",
        "E = all records × (measure of the place / measure of the study area)",
        "Indirect standardisation.",
        "Not a forecast, and not an acceptable number.",
    ),
    word(
        "ratio",
        "Times the rate",
        "How many times the study area’s rate the place has, drawn to the rate of all places the more, the fewer its records.",
        "mean of Gamma(a + y, b + E): (a + y) / (b + E)",
        "Clayton and Kaldor, Biometrics 43 (1987).",
        "Not y / E: of few records, y / E is mostly chance.",
    ),
    word(
        "interval",
        "Interval",
        "The range in which the figure lies with 95 % probability, if the model holds.",
        "2.5 % and 97.5 % quantiles of the posterior; of a plain count, exact Poisson limits: χ²(0.025; 2y) / 2 and χ²(0.975; 2y + 2) / 2",
        "Garwood, Biometrika 28 (1936), for exact limits.",
        "Not the range of what will be counted next, and it does not hold what is not reported. Two intervals that overlap do not say \
         that the places are alike.",
    ),
    word(
        "evidence",
        "Evidence: clear, weak, cannot tell",
        "One word for how far a hotspot may be relied on, by thresholds fixed beforehand.",
        "clear: 8 incidents or more, still one without any single incident, P at least 0.95, hot in at least half of the settings (of 4 or more) and, of \
         restricted records, victims known for half. weak: 3 incidents or more, still one without any single incident, hot in 30 % of settings. Else \
         cannot tell",
        "Policy evidence-1, in the manifest of every release.",
        "Not a probability, and not how serious it is. Cannot tell is not “nothing there”.",
    ),
    word(
        "settings",
        "Robustness: holds in n of m settings",
        "In how many other reasonable ways of making the map the place is hot.",
        "share = settings in which the place is hot / settings that say anything of it; cells of other sizes and origins, other months, victims counted once, \
         without provisional flags, places redrawn within their precision, by residents",
        "Openshaw (1984); Steegen and others, Perspectives on Psychological Science 11 (2016).",
        "Not a probability: settings are not drawn from anything.",
    ),
    word(
        "false-discovery-rate",
        "False discovery rate",
        "The share of a list that is wrong, on average.",
        "of hotspots: mean of 1 − P over the list, at most 0.05. Of p values: q = smallest over j ≥ i of m p(j) / j",
        "Benjamini and Hochberg, Journal of the Royal Statistical Society B 57 (1995).",
        "Not the error of one place, and not corrected for looking at many filters and keeping the map that one likes.",
    ),
    word(
        "emerging-classes",
        "Emerging classes",
        "Whether a place is new, lasting, growing, falling or over: by the months in which it and its neighbours stood out.",
        "hot month: Gi* of cell, neighbours and the month before, q at most 0.05; trend: Mann–Kendall on its z. New: hot in the last month only. \
         Consecutive: one run of two or more at the end. Persistent, intensifying, diminishing: hot in 90 % of months and the last, by trend. \
         Sporadic: hot now, on and off before. Oscillating: hot now, cold before. Historical: hot in 90 %, not now. Ten months or more",
        "ArcGIS documentation of Emerging Hot Spot Analysis; Mann (1945), Kendall (1975).",
        "Not a forecast. One incident can make a thin neighbourhood hot; never across a series break.",
    ),
    word(
        "suppressed",
        "Not shown, [c]",
        "A figure that is kept back because it is small, or because it would give a small one away.",
        "below the threshold of the policy, zero among them; then others beside it, until no hidden figure can be worked out from those that are shown, now \
         or from any earlier publication",
        "Policy in every folder of protected figures; ONS and UK LLC guidance on small counts.",
        "Not zero, and not “nothing happened”. Hatched on the map.",
    ),
    word(
        "supposed",
        "Supposed, [e]",
        "A number of incidents that is not told, or not all of it, and is supposed from what is published.",
        "from other quarters, from the year or from the borough, rounded to 5",
        "Protected figures, and nothing else.",
        "Not a count: what is expected of such a place, its shares and its verdict rest on it, and intervals do not hold how wrong it may be.",
    ),
    word(
        "series-break",
        "Series break, [b]",
        "A day from which records are made in another way, so that before and after cannot be compared.",
        "from the registry of breaks; no trend, chart or comparison crosses one",
        "Notes of the publishers, such as the Metropolitan Police’s move to CONNECT in February 2024.",
        "Not a change of what happened.",
    ),
    word(
        "need",
        "Need",
        "How many incidents are to be expected in a place in the next period, with its uncertainty.",
        "N = t Σ E θ over the cells of the place, θ drawn from posteriors of a prior of free form fitted to all cells; wider by the factor by which months \
         vary more than chance",
        "Empirical Bayes; Robbins (1956), Laird (1978).",
        "Not what a place deserves, and not what is not reported: where less is reported, need is larger than this.",
    ),
    word(
        "gap",
        "Gap",
        "The place’s share of the resource less its share of the need, in percentage points.",
        "x − s; P = share of draws in which x < (1 − δ) s; questioned when P is at least that of the policy, and enough is expected",
        "Policy challenge-1.",
        "Not a verdict on anybody: a question that somebody answers. Small shares have wide intervals.",
    ),
    word(
        "funnel",
        "Funnel",
        "Which places are further from the overall rate than their size allows.",
        "limits at 95 % and 99.8 % round the overall rate for each expected number; wider by the spread between places (τ² or φ, shown)",
        "Spiegelhalter, Statistics in Medicine 24 (2005).",
        "Not a ranking. A place outside is unlike the others; why, it does not say.",
    ),
    word(
        "control-chart",
        "Control chart and signal",
        "Whether the last months are unlike those before.",
        "mean ± 2.66 × mean moving range where the mean is five a month or more, else exact Poisson limits; signals: a point outside, seven on one side, seven \
         rising or falling, two of three near a limit",
        "Shewhart; Wheeler; NHS England, Making Data Count.",
        "Not good or bad. About one false alarm in seven years of months, where limits are known.",
    ),
    word(
        "near-repeat",
        "Near repeat",
        "An incident that follows another of the strand nearby and soon.",
        "within 200 m and 14 days; beside it, what chance would bring if each had fallen on any day alike",
        "Johnson and Bowers (2004); Ratcliffe.",
        "Not that the same people were involved.",
    ),
    word(
        "denominator",
        "Denominator",
        "The measure that a rate is held against: area, residents, or one of your own.",
        "rate = y / measure / years, with exact Poisson limits",
        "Each is named with its source beside the rate.",
        "No denominator is right everywhere. Where one is unfit there is no rate, and that is no low rate.",
    ),
    word(
        "strand",
        "Strand",
        "What the hostility was about: race, religion, sexual orientation, transgender identity, disability; with sub-strands.",
        "a record may have several; each counts in each of its strands",
        "College of Policing and Home Office counting rules.",
        "Never add strands up: the sum is larger than the number of records.",
    ),
    word(
        "silence",
        "Place to engage",
        "A place where every source says that reports are to be expected, and few come.",
        "p = largest over the sources of P(Y ≤ y), Y negative binomial with the source’s mean; q at most the stated rate",
        "Berger, Technometrics 24 (1982), for the largest p.",
        "Not a count of what is missing. Less happening is the other explanation.",
    ),
    word(
        "reported",
        "Reported records",
        "All records but those that only the police themselves brought about.",
        "at least one of victim, witness, third party, app, or not stated",
        "This project’s rule.",
        "Not all that happened; police-generated ones are shown apart, since they follow patrols.",
    ),
    word(
        "release",
        "Release",
        "Everything worked out at one time from one state of the store; it never changes.",
        "named by its month and the digest of all that is in it",
        "Manifest of the release: inputs, settings, seed, versions.",
        "Not live: figures are as known on the day that it names.",
    ),
    word(
        "provisional",
        "Provisional flag, [p]",
        "A hate flag of the first instance that nobody has reviewed yet.",
        "counted like the others unless told otherwise; removed flags leave every count",
        "Action 7 of the strategy: flag first, review later.",
        "Not doubtful by itself.",
    ),
    word(
        "event-effect",
        "Effect of an event",
        "How many more records there were in the days after an event than days like them would bring.",
        "observed − expected from the same weekdays of other months, with a 95 % interval",
        "Interrupted time series.",
        "Not that the event made them: other things happened too.",
    ),
];

/// The page.
pub(crate) fn method(visitor: &Visitor) -> Result<Vec<u8>, ApiError> {
    let drawn = |entry: &Entry, what: &'static str| {
        context! {
            id => Value::from_safe_string(entry.id.to_owned()),
            name => entry.name,
            what,
            formula => entry.formula,
            source => entry.source,
            not => entry.not,
        }
    };
    let layers: Vec<Value> = LAYERS.iter().zip(Layer::ALL).map(|(entry, layer)| drawn(entry, layer.definition())).collect();
    let words: Vec<Value> = WORDS.iter().map(|entry| drawn(entry, entry.what)).collect();
    draw_marked("method", visitor, "How the figures are made", &[], context! { layers, words })
}

/// The accessibility statement; without the navigation for whoever could open nothing of it.
pub(crate) fn accessibility(visitor: &Visitor, known: bool) -> Result<Vec<u8>, ApiError> {
    draw_marked("accessibility", visitor, "Accessibility statement", &[], context! { signing_in => !known })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotspot_core::hotspot::detect::DetectParams;
    use hotspot_core::hotspot::evidence::{Evidence, EvidencePolicy, Quantity};
    use std::collections::BTreeSet;

    #[test]
    fn every_layer_has_its_entry_under_its_own_name() {
        for (entry, layer) in LAYERS.iter().zip(Layer::ALL) {
            assert_eq!((entry.id, entry.name), (layer.id(), layer.label()));
        }
    }

    #[test]
    fn every_entry_is_whole_and_has_a_place_of_its_own() {
        let all = LAYERS.iter().chain(&WORDS);
        for entry in all.clone() {
            for part in [entry.name, entry.formula, entry.source, entry.not] {
                assert!(!part.is_empty() && !part.contains("  "), "{}: {part}", entry.id);
            }
            assert!(entry.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", entry.id);
        }
        assert!(WORDS.iter().all(|entry| !entry.what.is_empty()));
        assert_eq!(all.clone().map(|entry| entry.id).collect::<BTreeSet<_>>().len(), all.count(), "anchors are unique");
    }

    #[test]
    fn numbers_in_words_are_those_of_the_rules() {
        let said = |id: &str| WORDS.iter().find(|entry| entry.id == id).map(|entry| entry.formula).unwrap();
        let rule = DetectParams::default();
        let hotspot = said("hotspot");
        for number in [rule.threshold, rule.fdr, rule.join_radius_m, rule.max_area_km2, f64::from(rule.minimum)] {
            assert!(hotspot.contains(&number.to_string()), "{number}: {hotspot}");
        }
        let policy = EvidencePolicy::current();
        let least = |word, quantity| policy.thresholds.iter().find(|t| (t.word, t.quantity) == (word, quantity)).unwrap().least;
        let (clear, weak) = said("evidence").split_once("weak:").unwrap();
        assert!(clear.contains(&format!("{} incidents", least(Evidence::Clear, Quantity::Incidents))));
        assert!(clear.contains(&format!("at least {}", least(Evidence::Clear, Quantity::Probability))));
        assert!(clear.contains(&format!("of {} or more", least(Evidence::Clear, Quantity::Settings))));
        assert!(weak.contains(&format!("{} incidents", least(Evidence::Weak, Quantity::Incidents))));
        assert!(weak.contains(&format!("{} %", 100.0 * least(Evidence::Weak, Quantity::Robustness))));
        let halves = [(Evidence::Clear, Quantity::Robustness), (Evidence::Clear, Quantity::VictimsKnown)];
        assert!(halves.iter().all(|(word, quantity)| (least(*word, *quantity) - 0.5).abs() < 1e-9));
    }
}
