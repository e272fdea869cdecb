//! Evidence in three words: clear, weak, cannot tell.
//!
//! # Definition
//! A policy ([`EvidencePolicy`], a versioned file) states for `clear` and for `weak` the least of each [`Quantity`]. A hotspot is *clear*
//! when it has the least of each that `clear` asks for, else *weak* when it has what `weak` asks for, else it *cannot be told*. What keeps it from
//! being clear is named ([`Judgement::shortfalls`]).
//!
//! Restricted records whose victims' pseudonyms are not known cannot be asked whether a hotspot is one victim: there the evidence is weak
//! at best. Open ones, already made public without persons, are not held back by that; the sentence says that it cannot be told.
//!
//! # What the words mean
//! How often a hotspot of each word is a place where much was to be expected is measured on synthetic Londons with known truth, by the generator of
//! the demo and by another that is not the model's: `EVIDENCE.md` beside this crate has the figures, written by the proof itself.
//! `clear` is a statement on *records*: that more of them are to be expected here than elsewhere, not that more happens.
//!
//! # Pitfalls
//! Thresholds were chosen on the generators' worlds of other seeds than the proof's. A real city may repeat itself in other ways: the
//! words are no probabilities.

use super::{Hotspot, protection::Role};
use crate::month::MonthRange;
use crate::release::DataClass;
use std::fmt;

/// How sure it is that a hotspot is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Evidence {
    /// Too little is known.
    #[default]
    CannotTell,
    /// It is one by the published analysis, and something speaks against relying on it.
    Weak,
    /// It may be relied on.
    Clear,
}

impl Evidence {
    /// From the strongest.
    pub const ALL: [Self; 3] = [Self::Clear, Self::Weak, Self::CannotTell];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Weak => "weak",
            Self::CannotTell => "cannot_tell",
        }
    }

    /// What a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Weak => "weak",
            Self::CannotTell => "cannot tell",
        }
    }

    /// By identifier.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.id() == id)
    }
}

/// What a policy asks the least of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// Recorded incidents.
    Incidents,
    /// 1 when it would still be a hotspot if any one of its incidents were not there, else 0.
    StandsWithoutOne,
    /// P(rate above the threshold of the rule).
    Probability,
    /// Settings of the multiverse that say anything of it.
    Settings,
    /// Share of settings in which it is hot, weighted by incidents.
    Robustness,
    /// Share of its incidents whose victim is known by a pseudonym; of restricted records only.
    VictimsKnown,
}

impl Quantity {
    /// All, in the order of the sentences.
    pub const ALL: [Self; 6] =
        [Self::Incidents, Self::StandsWithoutOne, Self::Probability, Self::Settings, Self::Robustness, Self::VictimsKnown];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::StandsWithoutOne => "stands_without_one",
            Self::Probability => "probability",
            Self::Settings => "settings",
            Self::Robustness => "robustness",
            Self::VictimsKnown => "victims_known_if_restricted",
        }
    }

    /// By identifier.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|q| q.id() == id)
    }

    /// How much of it a hotspot has; `None` when nothing is known, or it is not asked of this class.
    fn of(self, hotspot: &Hotspot, class: DataClass) -> Option<f64> {
        match self {
            Self::Incidents => Some(f64::from(hotspot.n)),
            Self::StandsWithoutOne => Some(f64::from(u8::from(hotspot.stands_without_one))),
            Self::Probability => Some(hotspot.probability),
            Self::Settings => Some(hotspot.robustness.held().1 as f64),
            Self::Robustness => Some(hotspot.robustness.share.unwrap_or(0.0)),
            Self::VictimsKnown => (class == DataClass::Restricted)
                .then(|| f64::from(hotspot.standing.known[Role::Victim as usize]) / f64::from(hotspot.n.max(1))),
        }
    }
}

/// One threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// The word, clear or weak.
    pub word: Evidence,
    /// Of what.
    pub quantity: Quantity,
    /// The least of it.
    pub least: f64,
}

/// Thresholds of the words.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EvidencePolicy {
    /// Its version.
    pub version: String,
    /// In the order of the file.
    pub thresholds: Vec<Threshold>,
}

const POLICY: &str = include_str!("../../../../data/policy/evidence-1.csv");
const HEADER: &str = "word,quantity,least";

/// What falls short of being clear.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shortfall {
    /// Of what.
    pub quantity: Quantity,
    /// What it has.
    pub has: f64,
    /// What clear asks for.
    pub least: f64,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { quantity, has, least } = self;
        match quantity {
            Quantity::Incidents => {
                write!(f, "{has} recorded incident{} where {least} are needed", if *has == 1.0 { "" } else { "s" })
            }
            Quantity::StandsWithoutOne => f.write_str("it would be none if a single one of its incidents were not there"),
            Quantity::Probability => write!(f, "a probability of {has:.3} where {least} is needed"),
            Quantity::Settings => {
                write!(f, "only {has} settings that change anything and say something of it, where {least} are needed")
            }
            Quantity::Robustness => {
                write!(
                    f,
                    "weighted by incidents, hot in {:.0} % of settings where {:.0} % are needed",
                    (has * 100.0).floor(),
                    least * 100.0
                )
            }
            Quantity::VictimsKnown => {
                write!(
                    f,
                    "the victim is known for {:.0} % of incidents where {:.0} % are needed",
                    (has * 100.0).floor(),
                    least * 100.0
                )
            }
        }
    }
}

/// A word and what falls short of the strongest.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The word.
    pub evidence: Evidence,
    /// Empty when it is clear.
    pub shortfalls: Vec<Shortfall>,
}

impl EvidencePolicy {
    /// The policy that the program carries.
    ///
    /// ```
    /// use hotspot_core::hotspot::evidence::EvidencePolicy;
    /// assert_eq!(EvidencePolicy::current().version, "evidence-1");
    /// ```
    pub fn current() -> Self {
        Self::parsed("evidence-1", POLICY).expect("a test reads the policy that is checked in")
    }

    /// The rows of a policy; `None` when one is not understood, stands twice, or asks `weak` for what `clear` has not got as much of.
    fn parsed(version: &str, text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != HEADER {
            return None;
        }
        let thresholds: Vec<Threshold> = lines
            .map(|line| {
                let fields: Vec<&str> = line.split(',').collect();
                let [word, quantity, least] = fields[..] else { return None };
                Some(Threshold {
                    word: Evidence::from_id(word).filter(|w| *w != Evidence::CannotTell)?,
                    quantity: Quantity::from_id(quantity)?,
                    least: least.parse().ok().filter(|l: &f64| *l >= 0.0 && l.is_finite())?,
                })
            })
            .collect::<Option<_>>()?;
        let policy = Self { version: version.to_owned(), thresholds };
        let once = policy
            .thresholds
            .iter()
            .all(|t| policy.thresholds.iter().filter(|o| (o.word, o.quantity) == (t.word, t.quantity)).count() == 1);
        let ordered = policy
            .asked(Evidence::Weak)
            .all(|weak| policy.asked(Evidence::Clear).any(|clear| clear.quantity == weak.quantity && clear.least >= weak.least));
        (once && ordered).then_some(policy)
    }

    fn asked(&self, word: Evidence) -> impl Iterator<Item = &Threshold> {
        self.thresholds.iter().filter(move |t| t.word == word)
    }

    /// The word for a hotspot of records of a class.
    pub fn judge(&self, hotspot: &Hotspot, class: DataClass) -> Judgement {
        let short = |word| -> Vec<Shortfall> {
            self.asked(word)
                .filter_map(|t| {
                    let has = t.quantity.of(hotspot, class)?;
                    (has < t.least).then_some(Shortfall { quantity: t.quantity, has, least: t.least })
                })
                .collect()
        };
        let shortfalls = short(Evidence::Clear);
        let evidence = if shortfalls.is_empty() {
            Evidence::Clear
        } else if short(Evidence::Weak).is_empty() {
            Evidence::Weak
        } else {
            Evidence::CannotTell
        };
        Judgement { evidence, shortfalls }
    }

    /// Why a hotspot is one and how sure that is, in plain words with n, period and unit. `reference` names what the expected number follows.
    pub fn sentence(&self, hotspot: &Hotspot, window: MonthRange, reference: &str, class: DataClass) -> String {
        let Judgement { evidence, shortfalls } = self.judge(hotspot, class);
        let incidents = if hotspot.n == 1 { "incident" } else { "incidents" };
        let length = if window.len() == 1 { "1 month".to_owned() } else { format!("{} months", window.len()) };
        let text = format!(
            "{} recorded {incidents} in {length} ({window}) where {} were expected by {}",
            hotspot.n,
            in_few_digits(hotspot.expected),
            // The name may go on after a comma with unit and source.
            reference.split_once(',').map_or(reference, |(name, _)| name)
        );
        let (held, said) = hotspot.robustness.held();
        let settings = if said > 0 { format!("; hot in {held} of {said} settings") } else { String::new() };
        let why: Vec<String> = shortfalls.iter().map(ToString::to_string).collect();
        let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join("; ")) };
        format!("{text}{settings}; {}. Evidence: {}{why}.", dependence(hotspot), evidence.label())
    }
}

/// `4.1`, `0.23`, `0.0046`: a number that is not 0 is never shown as one.
fn in_few_digits(value: f64) -> String {
    let digits = if value >= 0.95 || value <= 0.0 { 1 } else { (1.0 - value.log10().floor()).clamp(1.0, 12.0) as usize };
    format!("{value:.digits$}")
}

/// Whether it depends on one person, in words.
pub fn dependence(hotspot: &Hotspot) -> String {
    const PLACES: [&str; 3] = ["victim", "reporter", "address"];
    let known = hotspot.standing.known;
    let asked: Vec<&str> = PLACES.iter().zip(known).filter(|(_, n)| *n > 0).map(|(role, _)| *role).collect();
    let named = match asked[..] {
        [] => return "whether it depends on one victim cannot be told, since no victim's pseudonym is known".to_owned(),
        [one] => one.to_owned(),
        [first, second] => format!("{first} or {second}"),
        [first, second, third, ..] => format!("{first}, {second} or {third}"),
    };
    if !hotspot.stands_without_one {
        return "is so small that it would be none if a single one of its incidents were not there".to_owned();
    }
    match known[Role::Victim as usize] {
        0 => format!("does not depend on any one {named}; whether on one victim cannot be told"),
        n if n < hotspot.n => {
            format!("does not depend on any one {named}, as far as the {n} of {} with a known victim tell", hotspot.n)
        }
        _ => format!("does not depend on any one {named}"),
    }
}

#[cfg(test)]
mod tests;
