//! `hotspot what-if`.

use super::{Question, clip};
use crate::args::challenge::WhatIfArgs;
use crate::commands::say;
use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_core::resource::gap::{Verdict, by_shortfall, with};
use hotspot_core::resource::what_if::Wish;
use hotspot_core::view::{ChallengeView, WhatIfView};
use hotspot_report::challenge::words::{NO_FORECAST, held_words, rest_words};
use hotspot_server::what_if_json;

/// Gives one kind of resource out otherwise.
pub fn run(args: &WhatIfArgs) -> Done {
    let bar = progress::spinner("asking every place");
    let question = Question::read(&args.asked)?;
    let view = ChallengeView::answered(&question.input(), question.answer()?);
    bar.finish_and_clear();
    let kind = view.kind(&args.kind).ok_or_else(|| {
        let has: Vec<&str> = view.answer.kinds.iter().map(|k| k.kind.as_str()).collect();
        Failure::cannot(format!("--kind must be one that has an answer: {}", has.join(", ")))
    })?;
    let mut fixed = Vec::new();
    for set in &args.fixed {
        let row = view.answer.places.iter().position(|p| p.id == set.place);
        let row = row.ok_or_else(|| Failure::cannot("--set must name a place of the answer by its identifier"))?;
        if fixed.iter().any(|(other, _)| *other == row) {
            return Err(Failure::cannot("--set must name a place once"));
        }
        fixed.push((row, set.amount));
    }
    let wish = Wish { budget: args.budget, floor: args.floor, change: args.change, step: args.step, fixed };
    let played = WhatIfView::of(&view, kind, wish)?;
    if args.json { say(String::from_utf8_lossy(&what_if_json(&played))) } else { print(&played) }
}

fn print(view: &WhatIfView) -> Done {
    let (now, then): (f64, f64) = (view.current.iter().sum(), view.played.amount.iter().sum());
    say(format_args!(
        "Release {}: {} of {then:.1} {} (now {now:.1}), by need within what you set. {} places would be questioned, now {}.",
        view.release,
        view.kind,
        view.unit,
        with(&view.played.gaps, Verdict::Questioned),
        with(&view.before, Verdict::Questioned)
    ))?;
    say(format_args!(
        "{:<22} {:<34} {:>10} {:>10} {:>9} {:>22} {:>10}  {}",
        "identifier", "place", "now", "then", "gap now", "gap then, points (95 %)", "rank", "verdict then"
    ))?;
    let rows = by_shortfall(&view.played.gaps);
    for row in &rows {
        let (before, after) = (&view.before[*row], &view.played.gaps[*row]);
        say(format_args!(
            "{:<22} {:<34} {:>10.1} {:>10.1} {:>+9.2} {:>+7.2} ({:>+6.2}, {:>+6.2}) {:>10}  {}",
            clip(&view.places[*row].id, 22),
            clip(&view.places[*row].name, 34),
            view.current[*row],
            view.played.amount[*row],
            100.0 * before.gap.mean,
            100.0 * after.gap.mean,
            100.0 * after.gap.lo,
            100.0 * after.gap.hi,
            format!("{} to {}", before.rank, after.rank),
            after.verdict
        ))?;
    }
    for words in rows.iter().filter_map(|row| held_words(view, *row)) {
        say(words)?;
    }
    if let Some(words) = rest_words(view) {
        say(words)?;
    }
    say(NO_FORECAST)
}
