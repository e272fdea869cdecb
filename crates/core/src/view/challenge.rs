//! Resources against need as they may be shown.

use crate::Strand;
use crate::disclosure::published::Basis;
use crate::error::Result;
use crate::hotspot::Estimate;
use crate::resource::allocation::Rule;
use crate::resource::challenge::{Challenge, ChallengeInput, KindAnswer, Level, Place, challenge};
use crate::resource::effect::{Change, Effect, effects};
use crate::resource::gap::{ChallengePolicy, Gap, GapParams};
use crate::resource::sites::{Sites, SitesInput, sites};
use crate::resource::what_if::{Played, Wish, play};
use jiff::civil::Date;

/// The answer to a challenge with everything on which it hangs.
#[derive(Debug, Clone, PartialEq)]
pub struct ChallengeView {
    /// Identifier of the release.
    pub release: String,
    /// The day on which resources were looked at.
    pub on: Date,
    /// Length of the next period in months.
    pub months: u16,
    /// Rule by which amounts of wider areas were spread.
    pub rule: Rule,
    /// Version of the weights of harm, where the need is weighted.
    pub harm: Option<String>,
    /// When a place is questioned.
    pub policy: ChallengePolicy,
    /// How gaps were drawn.
    pub params: GapParams,
    /// What it was made from, where that is not the records but what is published below the analyst.
    pub basis: Option<Basis>,
    /// The answer.
    pub answer: Challenge,
}

impl ChallengeView {
    /// Asks a release.
    ///
    /// # Errors
    /// As [`challenge`].
    pub fn of(input: &ChallengeInput<'_>) -> Result<Self> {
        Ok(Self::answered(input, challenge(input)?))
    }

    /// An answer that was given to the input.
    pub fn answered(input: &ChallengeInput<'_>, answer: Challenge) -> Self {
        Self {
            release: input.release.id.clone(),
            on: input.on,
            months: input.months,
            rule: input.rule,
            harm: input.harm.map(|h| h.version.clone()),
            policy: input.policy.clone(),
            params: input.params,
            basis: input.published.map(|published| published.basis().clone()),
            answer,
        }
    }

    /// One kind of resource.
    pub fn kind(&self, kind: &str) -> Option<&KindAnswer> {
        self.answer.kinds.iter().find(|k| k.kind == kind)
    }
}

/// Before and after each change of a resource, with what it hangs on.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectsView {
    /// Identifier of the release.
    pub release: String,
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// Months before, and after, at most.
    pub months: u16,
    /// By kind and day.
    pub effects: Vec<Effect>,
}

impl EffectsView {
    /// Compares before and after each of the changes.
    ///
    /// # Errors
    /// As [`effects`].
    pub fn of(input: &ChallengeInput<'_>, changes: &[Change]) -> Result<Self> {
        Ok(Self {
            release: input.release.id.clone(),
            strand: input.strand,
            months: input.months,
            effects: effects(input, changes)?,
        })
    }
}

/// Where more sites would reach most of the need.
#[derive(Debug, Clone, PartialEq)]
pub struct SitesView {
    /// Identifier of the release.
    pub release: String,
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// Length of the next period in months.
    pub months: u16,
    /// Version of the weights of harm, where the need is weighted.
    pub harm: Option<String>,
    /// Kind of resource.
    pub kind: String,
    /// Reach of a new site in metres.
    pub reach_m: f64,
    /// How many more were asked for.
    pub more: usize,
    /// The answer.
    pub sites: Sites,
}

impl SitesView {
    /// Looks for sites.
    ///
    /// # Errors
    /// As [`sites`].
    pub fn of(input: &SitesInput<'_>) -> Result<Self> {
        let asked = &input.challenge;
        Ok(Self {
            release: asked.release.id.clone(),
            strand: asked.strand,
            months: asked.months,
            harm: asked.harm.map(|h| h.version.clone()),
            kind: input.kind.to_owned(),
            reach_m: input.reach_m,
            more: input.more,
            sites: sites(input)?,
        })
    }
}

/// One kind of resource given out otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIfView {
    /// Identifier of the release.
    pub release: String,
    /// Which places.
    pub level: Level,
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// Kind of resource.
    pub kind: String,
    /// Unit of its amounts.
    pub unit: String,
    /// The places.
    pub places: Vec<Place>,
    /// What each gets now.
    pub current: Vec<f64>,
    /// Gap of each now.
    pub before: Vec<Gap>,
    /// What was wished.
    pub wish: Wish,
    /// What it comes to.
    pub played: Played,
    /// As much given out by need alone, without a limit and in parts: the best that can be for every benefit that falls off alike everywhere.
    pub by_need: Played,
}

impl WhatIfView {
    /// Draws of the gaps: fewer than of the published ones, so that an answer is there at once, and the first of the same stream.
    pub const REPLICATES: u32 = 2_000;

    /// Plays a wish on a kind of an answer.
    ///
    /// # Errors
    /// As [`play`].
    pub fn of(view: &ChallengeView, kind: &KindAnswer, wish: Wish) -> Result<Self> {
        let params = GapParams { replicates: Self::REPLICATES, ..view.params };
        let of = |wish: &Wish| -> Result<Played> {
            let mut played = play(&view.answer.needs, &kind.shares.amount, wish, &view.policy, &params)?;
            // What is needed does not depend on what is given: figures are those of the published draws, ranks and verdicts of the quick ones.
            for (gap, published) in played.gaps.iter_mut().zip(&kind.gaps) {
                let (x, need) = (gap.resource_share, published.need_share);
                let quotient = |s: f64| if s > 0.0 { x / s } else { f64::INFINITY };
                gap.need_share = need;
                gap.gap = Estimate { mean: x - need.mean, lo: x - need.hi, hi: x - need.lo };
                gap.location_quotient = Estimate { mean: quotient(need.mean), lo: quotient(need.hi), hi: quotient(need.lo) };
            }
            Ok(played)
        };
        let (played, by_need) = (of(&wish)?, of(&Wish { budget: wish.budget, ..Wish::default() })?);
        Ok(Self {
            release: view.release.clone(),
            level: view.answer.level,
            strand: view.answer.strand,
            kind: kind.kind.clone(),
            unit: kind.unit.clone(),
            places: view.answer.places.clone(),
            current: kind.shares.amount.clone(),
            before: kind.gaps.clone(),
            wish,
            played,
            by_need,
        })
    }
}
