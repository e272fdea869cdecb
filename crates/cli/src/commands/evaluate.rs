//! `hotspot evaluate`.

use crate::args::{EvaluateArgs, StrandArg};
use crate::commands::stats::answer::Answer;
use crate::commands::units::{KnownThen, place};
use crate::commands::{apart, note};
use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_core::Strand;
use hotspot_core::cube::Filter;
use hotspot_core::evaluate::backtest::{Against, Backtest, BacktestInput, BacktestParams, Method, Score, backtest};
use hotspot_core::hotspot::detect::DetectParams;
use hotspot_core::units::Units;

/// Tests the methods on every strand that can be told, and says what the evidence supports.
pub fn run(args: &EvaluateArgs) -> Done {
    apart([&args.out], args.units.areas.iter().chain(&args.units.study_area))?;
    let bar = progress::spinner("reading the store");
    let KnownThen { known, months, .. } = KnownThen::load(&args.store, args.as_known_on)?;
    bar.set_message("placing records");
    let (units, placed, _) = place(&args.units, &known)?;
    let resolution = if matches!(units, Units::Areas(_)) { 0 } else { args.resolution };
    let input = BacktestInput { units: &units, resolution, facts: &placed.facts, metres: &placed.metres, months };
    let params = BacktestParams {
        train: args.train,
        test: args.test,
        shares: args.shares.clone(),
        replicates: args.replicates,
        seed: args.seed,
        ..BacktestParams::default()
    };
    if months.len() < usize::from(args.train) + usize::from(args.test) {
        return Err(Failure::cannot(format!(
            "--train {} --test {}: the store holds {} months ({months})",
            args.train,
            args.test,
            months.len()
        )));
    }
    let level = units.level(resolution).ok_or_else(|| Failure::cannot("the grid has no such resolution"))?;
    let minimum = DetectParams::default().minimum;
    let mut found = Vec::new();
    for strand in strands(args) {
        let counts = level.counts(&placed.facts, &Filter { strands: strand.into(), ..Filter::over(months) });
        let n: u64 = counts.iter().map(|c| u64::from(*c)).sum();
        // A strand that was asked for by name is tested whatever there is of it.
        if args.strand.is_empty() && n < u64::from(minimum) {
            if n > 0 {
                note(format_args!("{}: cannot tell ({n} incidents, {minimum} needed)", strand_id(strand)));
            }
            continue;
        }
        bar.set_message(format!("testing {}", strand_id(strand)));
        found.push(backtest(&input, strand, &args.method, &params)?);
    }
    bar.finish_and_clear();
    if found.is_empty() {
        return Err(Failure::data(format!("no strand has {minimum} incidents in units: cannot tell")));
    }
    table(&found, args)?;
    if !args.json {
        for backtest in &found {
            verdicts(backtest, args);
        }
    }
    Ok(())
}

fn strands(args: &EvaluateArgs) -> Vec<Option<Strand>> {
    if args.strand.is_empty() {
        return std::iter::once(None).chain(Strand::ANALYSED.map(Some)).collect();
    }
    let mut strands: Vec<Option<Strand>> = Vec::new();
    for StrandArg(strand) in &args.strand {
        if !strands.contains(strand) {
            strands.push(*strand);
        }
    }
    strands
}

fn strand_id(strand: Option<Strand>) -> &'static str {
    strand.map_or("all", Strand::id)
}

fn table(found: &[Backtest], args: &EvaluateArgs) -> Done {
    let rows: Vec<(&Backtest, &Score)> = found.iter().flat_map(|b| b.scores.iter().map(move |s| (b, s))).collect();
    let text = |of: fn(&(&Backtest, &Score)) -> String| rows.iter().map(of).collect::<Vec<_>>();
    let number = |of: fn(&Score) -> Option<f64>| rows.iter().map(|(_, s)| of(s)).collect::<Vec<_>>();
    let mut answer = Answer::new("evaluate")
        .fact("origins", found[0].origins.len())
        .fact("test_months", args.test)
        .fact(
            "interval",
            format!("95 % of PAI, {} replicates of 5 km squares and runs of 3 origins, seed {}", args.replicates, args.seed),
        )
        .column("method", text(|(_, s)| s.method.id().to_owned()))
        .column("strand", text(|(b, _)| strand_id(b.strand).to_owned()))
        .column("train", vec![u32::from(args.train); rows.len()])
        .column("origin", text(|(_, s)| s.origin.map_or_else(|| "all".to_owned(), |o| o.to_string())))
        .column("area_share", number(|s| Some(s.area_share)))
        .column("hits", number(|s| Some(s.hits.expected)))
        .column("n", rows.iter().map(|(_, s)| s.n as i64).collect::<Vec<_>>())
        .column("pai", number(|s| s.pai))
        .column("pei", number(|s| s.pei))
        .column("pei_star", number(|s| s.pei_star))
        .column("hit_rate", number(|s| s.hit_rate))
        .column("lo", number(|s| s.limits.map(|[lo, _]| lo)))
        .column("hi", number(|s| s.limits.map(|[_, hi]| hi)));
    if args.json {
        answer = answer
            .column("hits_worst", number(|s| Some(s.hits.worst)))
            .column("hits_best", number(|s| Some(s.hits.best)))
            .column("stability", number(|s| s.stability))
            .column("gain", number(|s| s.gain.map(|[gain, ..]| gain)))
            .column("gain_lo", number(|s| s.gain.map(|[_, lo, _]| lo)))
            .column("gain_hi", number(|s| s.gain.map(|[.., hi]| hi)))
            .column("against_baseline", text(|(_, s)| against(s).to_owned()));
    }
    answer.write(&args.out, args.json)
}

fn against(score: &Score) -> &'static str {
    match score.against_baseline() {
        Against::Better => "better",
        Against::Worse => "worse",
        Against::CannotTell => "cannot tell",
    }
}

/// For each share, in words: which method the months support.
fn verdicts(backtest: &Backtest, args: &EvaluateArgs) {
    let strand = strand_id(backtest.strand);
    let origins = backtest.origins.len();
    for share in &args.shares {
        let lead = format!("{strand}, {} % of the area, {origins} origins", share * 100.0);
        let best = backtest.supported(*share);
        let score = |method: Method| backtest.pooled().find(|s| s.method == method && s.area_share == *share);
        let text = |[value, lo, hi]: [f64; 3]| format!("{value:.1} ({lo:.1} to {hi:.1})");
        match score(best).map(|s| (s.pai.zip(s.limits).map(|(pai, [lo, hi])| [pai, lo, hi]), s.gain)) {
            Some((Some(pai), Some(gain))) => {
                note(format_args!("{lead}: {best} beats the count: PAI {}, {} more", text(pai), text(gain)));
            }
            Some((Some(pai), None)) => note(format_args!("{lead}: no method beats the count, whose PAI is {}", text(pai))),
            Some(_) => note(format_args!("{lead}: cannot tell")),
            None => note(format_args!("{lead}: no method beats the count")),
        }
    }
}
