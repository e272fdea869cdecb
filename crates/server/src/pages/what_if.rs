//! What if it were given out otherwise: what was set, beside what is and what would follow the need alone.

use super::words;
use hotspot_core::disclosure::Released;
use hotspot_core::resource::gap::{ChallengePolicy, Gap, Verdict, by_shortfall, with};
use hotspot_core::resource::what_if::MOST_TIMES;
use hotspot_core::view::{ChallengeView, WhatIfView};
use hotspot_report::challenge::words as said;
use minijinja::{Value, context};

/// From what to what a budget may be.
pub(crate) fn sensible(given: f64) -> [f64; 2] {
    [given / MOST_TIMES, given * MOST_TIMES]
}

/// What is given out now, and how much it may be.
pub(super) fn now(given: f64, unit: &str) -> String {
    let [least, most] = sensible(given).map(words::number);
    format!("Now {} {unit}. From {least} to {most}: a tenth of it to ten times.", words::number(given))
}

/// One way of giving it out: what it is, how much, how many are questioned, what lies elsewhere than the need, who is shortest.
fn way(view: &WhatIfView, what: &str, amounts: &[f64], gaps: &[Gap]) -> Value {
    let elsewhere: f64 = gaps.iter().map(|gap| gap.gap.mean.abs()).sum::<f64>() / 2.0;
    let shortest = gaps.iter().zip(&view.places).min_by(|a, b| a.0.gap.mean.total_cmp(&b.0.gap.mean));
    context! {
        what,
        given => words::number(amounts.iter().sum()),
        questioned => with(gaps, Verdict::Questioned),
        elsewhere => said::percent(elsewhere),
        shortest => shortest.filter(|(gap, _)| gap.gap.mean < -5e-5).map(|(gap, place)| format!("{}, {}", words::points(gap.gap.mean), place.name)),
    }
}

pub(super) fn played(view: &Released<WhatIfView>, answer: Option<&Released<ChallengeView>>) -> Value {
    let policy = answer.map_or_else(ChallengePolicy::current, |a| a.policy.clone());
    let (now, then): (f64, f64) = (view.current.iter().sum(), view.played.amount.iter().sum());
    let rows: Vec<Value> = by_shortfall(&view.played.gaps)
        .into_iter()
        .map(|row| {
            let (before, after) = (&view.before[row], &view.played.gaps[row]);
            let change = view.played.amount[row] - view.current[row];
            let sign = if change > 0.05 { "+" } else { "" };
            context! {
                name => &view.places[row].name,
                now => words::number(view.current[row]),
                then => words::number(view.played.amount[row]),
                by_need => words::number(view.by_need.amount[row]),
                change => format!("{sign}{}", words::number(change)),
                before => words::points(before.gap.mean),
                after => words::gap_interval(&after.gap),
                ranks => [before.rank, after.rank],
                verdict => words::verdict(after, &policy),
            }
        })
        .collect();
    let rows_held = by_shortfall(&view.played.gaps).into_iter().filter_map(|row| said::held_words(view, row));
    let held: Vec<String> = said::rest_words(view).into_iter().chain(rows_held).collect();
    context! {
        said => format!(
            "{} {} would be given out, now {}. {} places would be questioned, now {}.",
            words::number(then),
            view.unit,
            words::number(now),
            with(&view.played.gaps, Verdict::Questioned),
            with(&view.before, Verdict::Questioned)
        ),
        unit => &view.unit,
        ways => [
            way(view, "As it is now", &view.current, &view.before),
            way(view, "By need, within what you set", &view.played.amount, &view.played.gaps),
            way(view, "By need alone, without a limit", &view.by_need.amount, &view.by_need.gaps),
        ],
        caption => format!("{}, {}: now and then", words::kind(&view.kind), view.unit),
        rows,
        held,
    }
}
