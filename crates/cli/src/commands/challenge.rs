//! `hotspot challenge`.

use crate::args::ChallengeArgs;
use crate::commands::{note, say};
use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_core::Error as CoreError;
use hotspot_core::atlas::Atlas;
use hotspot_core::release::Release;
use hotspot_core::resource::challenge::{Challenge, ChallengeInput, KindAnswer, challenge};
use hotspot_core::resource::gap::{ChallengePolicy, Gap, GapParams, Verdict};
use hotspot_pipeline::release::read_release;
use hotspot_pipeline::resources::{read_harm, read_resources};
use serde_json::json;

/// Asks whether what is given follows what is needed.
pub fn run(args: &ChallengeArgs) -> Done {
    let bar = progress::spinner("reading the release");
    let release = read_release(&args.releases, args.release.as_deref())?;
    let file = read_resources(&args.resources)?;
    let harm = args.harm.as_deref().map(read_harm).transpose()?;
    let policy = ChallengePolicy::current();
    bar.set_message("asking every place");
    let answer = challenge(&ChallengeInput {
        release: &release,
        atlas: in_london(&release).then(Atlas::london),
        resources: &file.resources,
        on: args.on.unwrap_or_else(|| release.month.last_day()),
        level: args.level.into(),
        strand: args.strand.0,
        rule: args.apportion.into(),
        months: args.months,
        harm: harm.as_ref(),
        policy: &policy,
        params: GapParams { seed: args.seed, ..GapParams::default() },
    })
    .map_err(|e| match e {
        CoreError::Row { row, rule, .. } => Failure::from(file.refused(row, rule)),
        other => other.into(),
    })?;
    bar.finish_and_clear();
    for (kind, why) in &answer.unanswered {
        note(format_args!("{kind}: {why}"));
    }
    if answer.kinds.is_empty() {
        return Err(Failure::data("no kind of resource has an answer"));
    }
    if args.json { say(as_json(&release, &answer, &policy)) } else { print(&release, &answer, &policy) }
}

/// Releases of London have its boroughs.
fn in_london(release: &Release) -> bool {
    release.areas.iter().any(|a| Atlas::london().boroughs().iter().any(|b| b.code == a.code))
}

fn print(release: &Release, answer: &Challenge, policy: &ChallengePolicy) -> Done {
    let what = answer.strand.map_or("all records", hotspot_core::Strand::label);
    say(format_args!("Release {}: {what}, incidents of {}; shares of {} places", release.id, answer.window, answer.places.len()))?;
    for kind in &answer.kinds {
        let sum: f64 = kind.shares.amount.iter().sum();
        let apportioned: f64 = kind.shares.apportioned.iter().sum();
        let outside =
            if kind.shares.outside > 0.0 { format!(", {:.1} outside every place", kind.shares.outside) } else { String::new() };
        say(format_args!(
            "\n{}, {}: {sum:.1} {} ({:.0} % apportioned{outside}); {:.0} % would have to move for shares to agree, Gini {:.2}",
            kind.kind,
            kind.status.id(),
            kind.unit,
            100.0 * apportioned / sum,
            100.0 * kind.inequality.misplaced,
            kind.inequality.gini
        ))?;
        say(format_args!(
            "{:<44} {:>9} {:>7} {:>7} {:>22} {:>6} {:>6}  {}",
            "place", "incidents", "need %", "given %", "gap, points (95 %)", "P", "rank", "verdict"
        ))?;
        for (place, gap) in in_order(kind) {
            let (held, of) = kind.held(place);
            let verdict = match gap.verdict {
                Verdict::CannotTell => gap.verdict.to_string(),
                verdict => format!("{verdict}; holds in {held} of {of} settings"),
            };
            say(format_args!(
                "{:<44} {:>9} {:>7.2} {:>7.2} {:>+6.2} ({:>+6.2}, {:>+6.2}) {:>6.3} {:>6}  {verdict}",
                clip(&answer.places[place].name, 44),
                answer.needs[place].incidents,
                100.0 * gap.need_share.mean,
                100.0 * gap.resource_share,
                100.0 * gap.gap.mean,
                100.0 * gap.gap.lo,
                100.0 * gap.gap.hi,
                gap.p_under,
                format!("{}-{}", gap.ranks[0], gap.ranks[1]),
            ))?;
        }
    }
    say(format_args!(
        "\nP: how likely the place gets less than {:.0} % of its share of the expected incidents. Questioned: P at least {} and {} incidents expected \
         ({}).\nRecorded incidents are not all incidents. A gap is a question to be answered, not a finding; no trial shows that patrol reduces hate \
         crime.",
        100.0 * (1.0 - policy.delta),
        policy.probability,
        policy.minimum_expected,
        policy.version
    ))
}

/// Places by shortfall, the largest first.
fn in_order(kind: &KindAnswer) -> Vec<(usize, &Gap)> {
    let mut all: Vec<(usize, &Gap)> = kind.gaps.iter().enumerate().collect();
    all.sort_by_key(|(_, gap)| gap.rank);
    all
}

fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

fn as_json(release: &Release, answer: &Challenge, policy: &ChallengePolicy) -> String {
    let estimate = |e: &hotspot_core::hotspot::Estimate| {
        let finite = |v: f64| if v.is_finite() { json!(v) } else { json!(null) };
        json!({"mean": finite(e.mean), "lo": finite(e.lo), "hi": finite(e.hi)})
    };
    let kinds: Vec<_> = answer
        .kinds
        .iter()
        .map(|kind| {
            let places: Vec<_> = in_order(kind)
                .into_iter()
                .map(|(row, gap)| {
                    let place = &answer.places[row];
                    let (held, of) = kind.held(row);
                    json!({
                        "id": place.id, "name": place.name, "is_rest": place.is_rest, "borough": place.borough,
                        "bcu": place.command_unit, "incidents": answer.needs[row].incidents,
                        "expected": answer.needs[row].expected.mean(), "amount": kind.shares.amount[row],
                        "apportioned": kind.shares.apportioned[row],
                        "planned": kind.planned.as_ref().map(|p| p.amount[row]),
                        "resource_share": gap.resource_share, "need_share": estimate(&gap.need_share), "gap": estimate(&gap.gap),
                        "location_quotient": estimate(&gap.location_quotient), "p_under": gap.p_under, "rank": gap.rank,
                        "rank_limits": gap.ranks, "verdict": gap.verdict.id(), "holds_in": held, "settings": of,
                    })
                })
                .collect();
            json!({
                "kind": kind.kind, "unit": kind.unit, "status": kind.status.id(), "sources": kind.sources,
                "outside": kind.shares.outside, "gini": kind.inequality.gini, "misplaced": kind.inequality.misplaced, "places": places,
            })
        })
        .collect();
    json!({
        "release": release.id, "level": answer.level.id(), "strand": answer.strand.map(hotspot_core::Strand::id),
        "window": {"from": answer.window.from().to_string(), "to": answer.window.to().to_string()},
        "policy": {"version": policy.version, "delta": policy.delta, "probability": policy.probability, "error": policy.error,
                   "minimum_expected": policy.minimum_expected},
        "kinds": kinds,
        "unanswered": answer.unanswered.iter().map(|(kind, why)| json!({"kind": kind, "why": why})).collect::<Vec<_>>(),
    })
    .to_string()
}
