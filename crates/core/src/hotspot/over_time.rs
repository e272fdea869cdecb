//! Every hotspot of a release over time: its history, what of it is attributed to events, and what these set off.
//!
//! [`super::history`], [`super::attribution`] and [`super::event`] answer for one strand each; here they are asked for all analyses of a
//! release with the same months, breaks and calendar, so that the answers stand side by side and in the order of the hotspots.

use super::StrandAnalysis;
use super::analysis::Analysis;
use super::attribution::{Attribution, attributions, stays_hot};
use super::event::{Event, EventEffect, EventParams, effects};
use super::history::{Held, History, Part, histories};
use crate::error::Result;
use crate::incident::StrandSet;
use rayon::prelude::*;

#[cfg(test)]
mod tests;

/// The hotspots of a release over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OverTime {
    /// The calendar that was supplied, by first day, then identifier; empty where there was none.
    pub calendar: Vec<Event>,
    /// One entry for each analysis of the release, in their order; empty where nothing was asked.
    pub analyses: Vec<AnalysisOverTime>,
}

/// The hotspots of one strand, or of all records, over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AnalysisOverTime {
    /// By hotspot.
    pub histories: Vec<History>,
    /// By hotspot; empty without a calendar.
    pub attributions: Vec<Part<Attribution>>,
    /// What the events of the calendar did that concern the strand, in its order.
    pub effects: Vec<Effect>,
}

/// What an event did to records of a strand.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Place of the event in the calendar.
    pub event: u32,
    /// The strands of the records that were counted: those that the event sets off as far as they lie in the analysis' strand; empty
    /// for all.
    pub strands: StrandSet,
    /// The effect, or why there is none.
    pub effect: Part<EventEffect>,
}

impl AnalysisOverTime {
    /// Identifiers of the hotspots that would be none without what followed events of the calendar.
    pub fn only_by_events(&self) -> impl Iterator<Item = &str> {
        let all = self.histories.iter().zip(&self.attributions);
        all.filter(|(_, part)| part.as_ref().is_ok_and(|a| a.only_by_events)).map(|(history, _)| history.id.as_str())
    }
}

impl OverTime {
    /// Asks for all hotspots of all analyses. The answers do not depend on the order of the calendar.
    ///
    /// # Errors
    /// As [`histories`], [`attributions`] and [`effects`].
    pub fn of(
        analysis: &Analysis<'_>,
        held: &Held<'_>,
        analyses: &[StrandAnalysis],
        mut calendar: Vec<Event>,
        params: &EventParams,
    ) -> Result<Self> {
        calendar.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
        let of = |found: &StrandAnalysis| {
            let (numbers, events): (Vec<u32>, Vec<Event>) =
                (0..).zip(&calendar).filter_map(|(number, event)| Some((number, event.within(found.strand)?))).unzip();
            let attributions = if calendar.is_empty() {
                Vec::new()
            } else {
                attributions(analysis, held, found, &events, params, stays_hot(found, analysis.rule.threshold))?
            };
            let effects = effects(analysis, held, &events, params)?;
            let effect = |((event, narrowed), (_, effect)): ((u32, &Event), (String, Part<EventEffect>))| Effect {
                event,
                strands: narrowed.strands,
                effect,
            };
            Ok(AnalysisOverTime {
                histories: histories(analysis, held, found)?,
                attributions,
                effects: numbers.into_iter().zip(&events).zip(effects).map(effect).collect(),
            })
        };
        let analyses = analyses.par_iter().map(of).collect::<Result<Vec<_>>>()?;
        Ok(Self { calendar, analyses })
    }

    /// Hotspots that are such only by events of the calendar, over all analyses.
    pub fn only_by_events(&self) -> usize {
        self.analyses.iter().map(|a| a.only_by_events().count()).sum()
    }
}
