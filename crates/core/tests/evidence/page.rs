//! `EVIDENCE.md`.

use crate::calibration::{BINS, CONTROLS};
use crate::chain::{Generator, window};
use crate::tally::{Analysed, Hot, Tally, row_of};
use crate::{LONG, SHORT};
use hotspot_core::evaluate::recovery::Strength;
use hotspot_core::hotspot::evidence::{Evidence, EvidencePolicy};
use hotspot_core::rate::clopper_pearson_limits;
use std::fmt::Write;

/// Tallies by generator.
type Worlds<'a> = [(Generator, &'a Tally); 2];

/// The line that ties the page to the policy, and to everything that its figures come from.
pub fn mark(policy: &EvidencePolicy, first: &Worlds<'_>) -> String {
    let mut text = format!("Policy `{}`:", policy.version);
    for t in &policy.thresholds {
        write!(text, " {} {} ≥ {};", t.word.id(), t.quantity.id(), t.least).unwrap();
    }
    text.pop();
    text += ".\n\nA mark by which the tests see that this page belongs to this version (seeds 1 to ";
    write!(text, "{SHORT} alone; not the result):").unwrap();
    for (generator, tally) in first {
        let pooled = tally.pooled();
        let words = Evidence::ALL.map(|word| {
            let found = pooled.word(word);
            format!("{} {} of {} true", word.label(), found.right, found.hotspots)
        });
        write!(text, " {} {};", generator.label(), words.join(", ")).unwrap();
    }
    text.pop();
    text + "."
}

/// The whole page.
pub fn page(policy: &EvidencePolicy, first: &Worlds<'_>, all: &Worlds<'_>) -> String {
    let mut text = format!(
        "\
# What the evidence words are worth

Every hotspot carries a word: *clear*, *weak* or *cannot tell*. This page says how often a hotspot with each word is a place where much was to be
expected, on simulated Londons whose truth is known. It is written by `HOTSPOT_BLESS=1 cargo xtask prove evidence`; the ordinary tests see that
it belongs to the policy, rule and settings of this version.

{}

## How it was made

* **Two generators, {LONG} seeds each** (1 to {LONG}; the thresholds of the policy were chosen on others, 1001 to 1020). The first is the demo's:
  residents with a risk of each site, and planted places that grow, stay and fade. The second is a log-Gaussian Cox process in which nothing is
  planted: residents times the exponential of a Gaussian field (variance 0.8 at a range of 250 m and 0.3 at 2 km for all strands alike, 0.3 at
  400 m for each strand by itself). Its rates are log-normal, not the model's gamma. Both set off repeats, most against the same victim, and
  record late, provisionally and with displaced points.
* **The whole chain**: two years are held, the last twelve months analysed ({}) at resolution 9 against area; what depends on
  one person is withheld; every hotspot is asked for again under 48 settings; then comes its word, by the rules for records about real
  people.
* **Truth**: a cell is truly hot when the records expected in it in the window are at least twice the study area's mean by area. A hotspot is
  *true* when at least half of the records expected in it lie in truly hot cells.
",
        mark(policy, first),
        window()
    );
    text += "\n## Of the hotspots with a word, how many are true?\n";
    for (generator, tally) in all {
        let n: u64 = tally.all_records().n / tally.seeds;
        write!(
            text,
            "\n{}, {} seeds, {n} incidents a seed in units in twelve months on average:\n\n",
            capital(generator.label()),
            tally.seeds
        )
        .unwrap();
        text += "| records | word | hotspots | true | share | 95 % interval |\n| --- | --- | ---: | ---: | ---: | --- |\n";
        for (name, analysed) in analyses(tally) {
            for word in Evidence::ALL {
                let found = analysed.word(word);
                let [lo, hi] = clopper_pearson_limits(found.right, found.hotspots.max(1), 0.95);
                writeln!(
                    text,
                    "| {name} | {} | {} | {} | {} | {} |",
                    word.label(),
                    found.hotspots,
                    found.right,
                    percent(found.share()),
                    if found.hotspots > 0 { format!("{:.1} to {:.1} %", 100.0 * lo, 100.0 * hi) } else { "-".to_owned() }
                )
                .unwrap();
            }
        }
        let (share, seed) = tally.all_records().worst;
        writeln!(text, "\nThe worst seed for clear hotspots of all records is {seed}: {:.1} % of them are true.", 100.0 * share)
            .unwrap();
    }
    text += "\nIntervals are exact (Clopper–Pearson) and take hotspots for independent; those of one seed, and those of a strand and of all records, are not.\n";

    text += "\n## What is truly hot, and how much of it is found clear?\n\n";
    text += HOT;
    text +=
        "| generator | records | what | expected | there | found | found clear |\n| --- | --- | --- | --- | ---: | ---: | ---: |\n";
    for (generator, tally) in all {
        for (name, analysed) in [("all records", tally.all_records().clone()), ("all strands", strands(tally))] {
            for (what, classes) in [("areas", analysed.areas), ("planted places", analysed.places)] {
                for (strength, Hot { there, found, clear }) in
                    Strength::ALL.into_iter().zip(classes).filter(|(_, hot)| hot.there > 0)
                {
                    writeln!(
                        text,
                        "| {} | {name} | {what} | {} | {there} | {} | {} |",
                        generator.label(),
                        strength.label(),
                        percent(Some(found as f64 / there as f64)),
                        percent(Some(clear as f64 / there as f64)),
                    )
                    .unwrap();
                }
            }
        }
    }
    text += LARGE;
    text += "| generator | records | expected | true hotspots | clear | weak | cannot tell |\n| --- | --- | --- | ---: | ---: | ---: | ---: |\n";
    for (generator, tally) in all {
        for (name, analysed) in [("all records", tally.all_records().clone()), ("all strands", strands(tally))] {
            for (class, strength) in Strength::ALL.into_iter().enumerate() {
                let right = Evidence::ALL.map(|word| analysed.words[row_of(word)][class].right);
                let sum: u64 = right.iter().sum();
                let shares = right.map(|n| percent((sum > 0).then(|| n as f64 / sum as f64)));
                writeln!(text, "| {} | {name} | {} | {sum} | {} |", generator.label(), strength.label(), shares.join(" | "))
                    .unwrap();
            }
        }
    }
    text += "\nOf all records expected in truly hot cells, the share that lies in cells of hotspots, and of clear ones:\n\n";
    text += "| generator | records | in hotspots | in clear ones |\n| --- | --- | ---: | ---: |\n";
    for (generator, tally) in all {
        for (name, analysed) in [("all records", tally.all_records().clone()), ("all strands", strands(tally))] {
            let [there, found, clear] = analysed.records;
            writeln!(
                text,
                "| {} | {name} | {} | {} |",
                generator.label(),
                percent(Some(found / there)),
                percent(Some(clear / there))
            )
            .unwrap();
        }
    }

    text += "\n## Are the probabilities what they say?\n";
    text += PROBABILITIES;
    for (generator, tally) in all {
        for (name, analysed) in analyses(tally) {
            writeln!(
                text,
                "| {} | {name} | {:.3} | {:.3} |",
                generator.label(),
                analysed.rule.all.error(),
                analysed.rule.with_incident.error()
            )
            .unwrap();
        }
    }
    text += WHY;
    for (generator, tally) in all {
        let rule = ("the rule: gamma prior, every incident", &tally.all_records().rule);
        for (name, way) in std::iter::once(rule).chain(CONTROLS.into_iter().zip(&tally.controls)) {
            let [taken, hot] = way.taken;
            writeln!(
                text,
                "| {} | {name} | {:.3} | {:.3} | {taken} | {} |",
                generator.label(),
                way.all.error(),
                way.with_incident.error(),
                percent((taken > 0).then(|| hot as f64 / taken as f64))
            )
            .unwrap();
        }
    }
    text += "\nThe rule's own bins, all records, all units:\n\n";
    text += "| probability | units, planted | said | true | units, Cox | said | true |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    for bin in 0..BINS {
        write!(text, "| {:.2} to {:.2} |", bin as f64 * 0.05, (bin + 1) as f64 * 0.05).unwrap();
        for (_, tally) in all {
            let b = tally.all_records().rule.all.0[bin];
            let share = |sum: f64| if b.units > 0 { format!("{:.3}", sum / b.units as f64) } else { "-".to_owned() };
            write!(text, " {} | {} | {} |", b.units, share(b.said), share(b.hot as f64)).unwrap();
        }
        text.push('\n');
    }
    text += NOT_GOOD;
    text
}

const HOT: &str = "\
By the number of records expected in the twelve months. *Areas* are truly hot cells that touch, of any size; *planted places* are those of
which at least half lies in truly hot cells (the second generator has none). Found means that half of what is expected there lies in cells of
hotspots; found clear, in cells of clear ones.

";

const LARGE: &str = "
A large area is seldom one peak: it is a part of the town in which many cells lie just above the threshold, at two or three expected records a year:
too few for any method to tell. A small area is often one such cell.

Of the *found* hotspots that are true, by the records expected in them, how many are clear, weak, or cannot be told:

";

const PROBABILITIES: &str = "
![Of the units with a stated probability, the share that is truly hot](evidence.svg)

Every unit has a probability that its rate is above twice the study area's. In bins of 0.05, the expected calibration error is the mean over units
of the difference between what is said and what is true:

| generator | records | error, all units | error, units with an incident |
| --- | --- | ---: | ---: |
";

const WHY: &str = "
Over all units it is small, since most have no incident and a low probability, which is right. Over units with an incident it is not. Why? The same for
all records with other counts and another prior (the best smooth one of free form), and the units that each would take for hot at a
stated false discovery rate of 5 %, so that 95 % should be truly hot:

| generator | probabilities from | error, all units | error, units with an incident | units taken | truly hot |
| --- | --- | ---: | ---: | ---: | ---: |
";

const NOT_GOOD: &str = "
## What is not good

* **Probabilities in the middle are too high**, most of all in small strands: of units with a stated 0.6, four or five in ten are truly hot. It is not
  mainly that victims repeat: with each victim counted once, and even with Poisson counts of the same truth, the error is nearly the same. It is the
  shape of the prior: true rates have a longer tail than a gamma distribution that must also hold the many cells in which hardly anything happens,
  so that the fit lifts the middle. A prior of free form takes most of the error away.
* **The hotspot rule therefore does not keep its 5 %.** With the smooth prior of free form it nearly would (6 to 7 %), and take an eighth to a quarter fewer units. The words ask for more
  than the probability (incidents, and the settings in which a hotspot holds); that is why they are right where the probability alone is not. The
  probability of a weak hotspot is to be read as too high.
* **Weak and cannot tell are no statements that a place is false.** All in all more than half of them are true; they are too small, or hang on a choice
  of the map.
* **Small places are seldom clear.** A place that expects fewer than ten records in a year has too few to be told from chance and repeats.
* **Rare strands have few clear hotspots**, and their intervals here are wide.
* **These are simulations.** Both generators were made by the same people; both put incidents where residents are; neither has a street network or
  police practice that changes from place to place. What is recorded is taken for what is to be recorded: under-reporting is not in the truth.
* **The field of the second generator does not move**: settings with other months are easier to pass there than in the first.
";

/// All records, each strand, and all added up.
fn analyses(tally: &Tally) -> Vec<(String, Analysed)> {
    let each = tally.analyses.iter().map(|a| (a.label().to_owned(), a.clone()));
    each.chain([("all of these".to_owned(), tally.pooled())]).collect()
}

/// The strands added up, without all records.
fn strands(tally: &Tally) -> Analysed {
    Tally { analyses: tally.analyses[1..].to_vec(), ..tally.clone() }.pooled()
}

fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |s| format!("{:.1} %", 100.0 * s))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
