//! Persons on whom a hotspot depended, for those who may help them: never for a map.

use crate::error::Result;
use crate::facts::{Known, Placed};
use crate::store::Store;
use hotspot_core::hotspot::protection::{Dependence, Protection, Role};
use hotspot_core::hotspot::repeat_rule::{Assessment, Record, assess};
use hotspot_core::{FlagStatus, Incident, Pseudonym, StrandSet};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// One person, premises or reporter, with what the repeat rule says.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// In which role the hotspot depended on them.
    pub role: Role,
    /// Their pseudonym, as the store has it.
    pub pseudonym: Pseudonym,
    /// Boroughs of the withheld records, by name.
    pub boroughs: Vec<String>,
    /// Strands of their records.
    pub strands: StrandSet,
    /// What the rule says, up to the last day asked for.
    pub assessment: Assessment,
    /// Days of the first and last record looked at.
    pub days: Option<[Date; 2]>,
    /// Identifiers of the records in force, by the day on which they happened.
    pub records: Vec<String>,
}

/// The cases of a protection, those at the referral threshold first, then by number of records.
///
/// # Errors
/// When a file of the store is missing or damaged.
pub fn worklist(store: &Store, known: &Known, placed: &Placed, protection: &Protection, last_day: Date) -> Result<Vec<Case>> {
    let mut dependences: BTreeMap<(Role, &Pseudonym), Vec<&Dependence>> = BTreeMap::new();
    for dependence in &protection.dependences {
        if let Some(pseudonym) = known.pseudonym(dependence.role, dependence.key) {
            dependences.entry((dependence.role, pseudonym)).or_default().push(dependence);
        }
    }
    let state = store.incident_state(known.as_known_on)?;
    let mut records: BTreeMap<(Role, &Pseudonym), Vec<&Incident>> = BTreeMap::new();
    for incident in &state.records {
        if incident.status == FlagStatus::Removed {
            continue;
        }
        let of_role =
            [(Role::Victim, &incident.victim), (Role::Reporter, &incident.reporter), (Role::Premises, &incident.premises)];
        for (role, pseudonym) in of_role {
            let Some(pseudonym) = pseudonym else { continue };
            if let Some(((role, pseudonym), _)) = dependences.get_key_value(&(role, pseudonym)) {
                records.entry((*role, pseudonym)).or_default().push(incident);
            }
        }
    }
    let zero = Date::constant(1970, 1, 1);
    let london = TimeZone::get("Europe/London").expect("the bundled time zone database has London");
    let number = |date: Date| i64::from((date - zero).get_days());
    let mut cases: Vec<Case> = dependences
        .iter()
        .map(|((role, pseudonym), of)| {
            let mut records: Vec<(Date, &Incident)> = records
                .remove(&(*role, *pseudonym))
                .unwrap_or_default()
                .into_iter()
                .map(|r| (london.to_datetime(r.occurred.from).date(), r))
                .collect();
            records.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
            let seen: Vec<Record> = records.iter().map(|(day, r)| Record { day: number(*day), offence: r.offence }).collect();
            let assessment = assess(&seen, number(last_day));
            let date = |day: i64| records.iter().map(|(date, _)| *date).find(|date| number(*date) == day);
            let areas: BTreeSet<u16> =
                of.iter().flat_map(|d| &d.facts).filter_map(|row| placed.facts.get(*row as usize)).map(|f| f.area).collect();
            Case {
                role: *role,
                pseudonym: (*pseudonym).clone(),
                boroughs: areas.iter().filter_map(|a| placed.areas.get(usize::from(*a))).map(|a| a.name.clone()).collect(),
                strands: records.iter().fold(StrandSet::EMPTY, |set, (_, r)| set.union(r.strands)),
                assessment,
                days: assessment.first.and_then(date).zip(assessment.last.and_then(date)).map(|(first, last)| [first, last]),
                records: records.into_iter().map(|(_, r)| r.id.0.clone()).collect(),
            }
        })
        .collect();
    cases.sort_by(|a, b| {
        let weight = |c: &Case| (c.assessment.referral(), c.assessment.records);
        weight(b).cmp(&weight(a)).then_with(|| (a.role, &a.pseudonym).cmp(&(b.role, &b.pseudonym)))
    });
    Ok(cases)
}
