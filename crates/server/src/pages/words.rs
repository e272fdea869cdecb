//! Figures and verdicts in words.

use hotspot_core::hotspot::Estimate;
use hotspot_core::resource::challenge::{Challenge, Level};
use hotspot_core::resource::gap::{ChallengePolicy, Gap, Verdict};
use hotspot_report::challenge::{Evidence, words as said};
use jiff::civil::Date;

/// A number with its thousands apart; whole numbers without decimals.
pub fn number(value: f64) -> String {
    let decimals = usize::from((value - value.round()).abs() > 1e-6);
    hotspot_report::chart::number(value, decimals)
}

/// A share in per cent.
pub fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

/// A difference of shares in percentage points, signed.
pub fn points(gap: f64) -> String {
    let text = format!("{:+.2}", 100.0 * gap);
    if text.ends_with("0.00") && text.len() == 5 { "0.00".to_owned() } else { text.replace('-', "−") }
}

/// A share with its interval.
pub fn share_interval(e: &Estimate) -> [String; 2] {
    [percent(e.mean), format!("{:.2} to {:.2}", 100.0 * e.lo, 100.0 * e.hi)]
}

/// A gap with its interval.
pub fn gap_interval(e: &Estimate) -> [String; 2] {
    [points(e.mean), format!("{} to {}", points(e.lo), points(e.hi))]
}

/// A probability, never 0 or 1.
pub fn probability(p: f64) -> String {
    match p {
        p if p > 0.999 => "above 0.999".to_owned(),
        p if p < 0.001 => "below 0.001".to_owned(),
        p => format!("{p:.3}"),
    }
}

/// The part of its share below which a place is questioned.
pub fn bar(policy: &ChallengePolicy) -> String {
    format!("{:.0} % of its share", 100.0 * (1.0 - policy.delta))
}

/// What is said of a place.
pub fn verdict(gap: &Gap, policy: &ChallengePolicy) -> String {
    match gap.verdict {
        Verdict::Questioned => format!("Questioned: very likely less than {}", bar(policy)),
        Verdict::CannotTell => format!("Cannot tell: fewer than {} incidents are expected", policy.minimum_expected),
        Verdict::NotQuestioned if gap.gap.hi < 0.0 => "Not questioned: less than its share, but not surely by so much".to_owned(),
        Verdict::NotQuestioned if gap.gap.lo > 0.0 => "Not questioned: more than its share".to_owned(),
        Verdict::NotQuestioned => "Not questioned: which share is larger cannot be said".to_owned(),
    }
}

/// A kind of resource as a heading has it.
pub fn kind(kind: &str) -> String {
    said::capital(&said::kind_words(kind))
}

/// Places of a level.
pub const fn level(level: Level) -> &'static str {
    match level {
        Level::Hotspot => "Hotspots, and the rest of each command unit",
        Level::Borough => "Boroughs",
        Level::CommandUnit => "Command units",
        Level::Area => "Areas",
    }
}

/// Which kinds of resource have no answer, and why.
pub fn unanswered(answer: &Challenge) -> impl Iterator<Item = String> {
    answer.unanswered.iter().map(|(kind, why)| format!("{}: no answer, {why}.", said::capital(&said::kind_words(kind))))
}

/// Why there is no answer to show.
pub fn no_answer(answer: &Challenge) -> String {
    format!("No kind of resource has an answer. {}", unanswered(answer).collect::<Vec<_>>().join(" "))
}

/// `6 November 2026`.
pub fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// What the figures are of.
pub fn scope(evidence: &Evidence<'_>) -> String {
    let (input, answer) = (&evidence.input, evidence.answer);
    format!(
        "{} {} incidents. Release {}. Policy {}.",
        said::asked(input, answer),
        said::told(answer.told.iter().copied().sum()),
        input.release.id,
        input.policy.version
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!([number(1_234.0), number(0.5), number(-2.0), number(-0.0)], ["1,234", "0.5", "−2", "0"]);
        assert_eq!([points(-0.0123), points(0.004), points(-0.000_01)], ["−1.23", "+0.40", "0.00"]);
        assert_eq!([probability(1.0), probability(0.0), probability(0.5)], ["above 0.999", "below 0.001", "0.500"]);
        assert_eq!(kind("patrol_hours"), "Patrol hours");
    }
}
