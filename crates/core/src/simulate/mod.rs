//! A synthetic London with known truth: made of published shares, about nobody.
//!
//! # Model
//! New events are Poisson. Their daily mean is a sum over *layers* (the leading strand of a record) of
//! * a **background** on sites (live postcodes weighted by the residents of their borough, for some strands by round census
//!   figures, and by a risk of each site's own, so that crime concentrates as it is known to: Weisburd 2015), and
//! * **planted places** (town centres, stations, streets at night, places of worship, estates, schools): a Gaussian kernel
//!   of 100 to 300 m over the sites round a centre, with a strength that grows, stays and fades,
//!
//! times season, weekday, the recording break of 28 February 2024, and trigger events that raise one strand everywhere
//! (and, often, at a place of their own) and decay. Each event sets off repeats at its site with a branching ratio of 0.16
//! and geometric lags (a self-exciting process: Hawkes 1971; Mohler and others 2011): the same victim, or a near repeat.
//! Each event is recorded at one of eight fixed points of its site, after a delay; review and outcome come as later
//! versions; a part is reported twice.
//!
//! # Truth
//! Because a site has finitely many points and repeats stay at their site, the expected number of records in a cell and
//! month is a finite sum: [`Truth`] holds it exactly, not as an estimate. The records themselves are more clustered than
//! Poisson, as real ones are.
//!
//! # Streams
//! Every month and purpose has its own stream of numbers. More months leave the earlier ones as they were: the file of 12
//! months is what the file of 24 months says as known on the last day of the twelfth.
//!
//! Crimes without a hate flag are not made.
//!
//! # A second world
//! [`simulate_cox`] makes a London otherwise: log-normal rates from a Gaussian field, and nothing planted. What is promised of hotspots is
//! tried on both.

mod calendar;
mod cox;
mod density;
mod events;
mod facts;
mod hotspots;
pub(crate) mod random;
mod records;
mod shares;
mod truth;

#[cfg(test)]
mod tests;

pub use cox::{CoxParams, FieldPart, simulate_cox, simulate_cox_over};
pub use density::{Density, Site};
pub use truth::{AlsoStrand, PlantedPlace, StrandBackground, Truth, TruthCell, TruthHotspot, TruthMonth};

use crate::hotspot::event::Event;
use crate::incident::{Incident, IncidentId};
use crate::month::{Month, MonthRange, SeriesBreak};
use calendar::WARM_UP;
use events::Plan;
use rayon::prelude::*;
use records::Recorder;

/// What to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimulateParams {
    /// The same seed gives the same London, on any number of threads.
    pub seed: u64,
    /// First month.
    pub start: Month,
    /// Number of months, at least 1.
    pub months: u16,
}

/// Two records of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The other record: third-party or app.
    pub id: IncidentId,
    /// The record that it repeats.
    pub same_as: IncidentId,
    /// How that is known.
    pub basis: String,
}

/// A synthetic London.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// Every version of every record known by the last day of the last month, by day known and identifier.
    pub incidents: Vec<Incident>,
    /// What was planted.
    pub truth: Truth,
    /// Records of one event, by identifier.
    pub links: Vec<Link>,
    /// The trigger events of the months, by day.
    pub events: Vec<Event>,
}

/// Whether a recording break of the real London is one of the synthetic London too.
pub fn is_simulated(recording_break: &SeriesBreak) -> bool {
    recording_break.from == calendar::BREAK
}

/// Simulates London.
///
/// ```no_run
/// use hotspot_core::simulate::{SimulateParams, simulate};
/// let london = simulate(&SimulateParams { seed: 1, start: "2024-01".parse().unwrap(), months: 12 });
/// let window = london.truth.range;
/// let expected: f64 = london.truth.intensity(None, window).values().sum();
/// assert!(expected > 10_000.0);
/// ```
pub fn simulate(params: &SimulateParams) -> Simulation {
    simulate_over(Density::london(), params)
}

/// Simulates any place with the rates of London: the number of events does not depend on the number of residents.
pub fn simulate_over(density: &Density, params: &SimulateParams) -> Simulation {
    let SimulateParams { seed, start, months } = *params;
    let months = months.max(1);
    simulation_of(density, &Plan::new(density, seed, start, months), seed, MonthRange::ending(start.plus(months - 1), months))
}

/// What happens by a plan, is recorded, and was to be expected.
fn simulation_of(density: &Density, plan: &Plan, seed: u64, range: MonthRange) -> Simulation {
    let calendar = &plan.calendar;
    let first_day = calendar.month_starts[usize::from(WARM_UP)];
    let until = calendar.month_starts[calendar.months()] - 1;

    let recorder = Recorder::new(density, seed, until);
    let recorded: Vec<(Vec<Incident>, Option<Link>)> = (0..calendar.months())
        .into_par_iter()
        .flat_map_iter(|row| {
            let events = events::events_of(density, plan, seed, row);
            let recorder = &recorder;
            events.into_iter().filter(move |e| e.day >= first_day && e.day <= until).map(move |e| recorder.record(&e))
        })
        .collect();
    let (versions, links): (Vec<_>, Vec<_>) = recorded.into_iter().unzip();
    let mut incidents: Vec<Incident> = versions.into_iter().flatten().collect();
    incidents.par_sort_unstable_by(|a, b| (a.known_on, &a.id).cmp(&(b.known_on, &b.id)));
    let mut links: Vec<Link> = links.into_iter().flatten().collect();
    links.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    Simulation { incidents, truth: truth::truth_of(density, plan, seed, range), links, events: calendar::events(seed, range) }
}
