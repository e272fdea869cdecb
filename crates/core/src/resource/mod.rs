//! Resources against need: does what is given follow what is needed?
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | how much is needed, and how sure is that? | [`need::needs`] | no peer |
//! | what does each place get, of amounts that are stated for wider areas too? | [`allocation::Shares`] | apportionment |
//! | incidents, their victims, or those to whom it happened again? | [`victims::NeedMeasure`] | no peer |
//! | which places get less than their share of the need? | [`gap::gaps`] | share gap, without uncertainty |
//! | how does a place stand among those most like it? | [`similar::standings`] | most-similar groups |
//! | how unequal is it over all places? | [`inequality::inequality`] | concentration curve and index of health economics |
//! | what would a budget, a floor or a cap change? | [`what_if::proportional`] | water-filling; no peer |
//! | all of it, for a release and a file of resources | [`challenge::challenge`] | no peer |
//! | who lives in places that are short of it, and whose incidents lie there? | [`fairness`] | equality evidence; no peer with uncertainty |
//! | what became of incidents where a resource changed? | [`effect::effects`] | weighted displacement difference, before and after |
//! | where would more sites reach most of the need? | [`sites::sites`], by [`coverage::greedy`] or [`coverage::exact`] | MCLP; `maxcovr`, crimepy |
//!
//! # What is asked
//! Allocations are *data that the police supply*. The question is what share of the need they cover and how sure that is; never what a place
//! deserves. Patrol is one remedy among several, and no trial shows that it reduces hate crime. A gap is a question for an answer, not a
//! finding.
//!
//! # The policy
//! [`gap::ChallengePolicy::current`] is read from `data/policy/challenge-1.csv`.

pub mod allocation;
pub mod challenge;
pub mod coverage;
pub mod effect;
pub mod fairness;
pub mod gap;
mod geography;
pub mod inequality;
pub mod levels;
pub mod need;
pub mod question;
pub mod similar;
pub mod sites;
pub mod victims;
pub mod what_if;
