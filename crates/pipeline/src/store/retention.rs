//! Retention: which records are past their date, and taking them out. The one exception to a store that only grows: earlier states are rebuilt
//! without them too.

use super::manifest::{DataFile, Disposal, Kind, Manifest};
use super::{DATA, Store, table};
use crate::commit::{self, Lock, sha256_hex};
use crate::error::{Error, Result, Stage};
use crate::schema::store::incident::{CONTENT, ID};
use hotspot_core::{FlagStatus, Incident, Offence, Outcome, Source};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::str::FromStr;

/// Most years that a rule may state.
const YEARS: u16 = 100;
/// What the default is called where rules are named.
const DEFAULT: &str = "default";

/// How long records are kept, by what they are: the first rule that fits a record holds, and the default where none does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRules {
    default_years: u16,
    rules: Vec<Rule>,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// One rule: a record fits when it is one of each list that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    name: String,
    years: u16,
    offences: Vec<Offence>,
    sources: Vec<Source>,
    statuses: Vec<FlagStatus>,
    outcomes: Vec<Outcome>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    default_years: u16,
    #[serde(default)]
    rule: Vec<RuleEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    name: String,
    years: u16,
    #[serde(default)]
    offences: Vec<String>,
    #[serde(default)]
    sources: Vec<String>,
    #[serde(default)]
    statuses: Vec<String>,
    #[serde(default)]
    outcomes: Vec<String>,
}

impl RetentionRules {
    /// Reads a file of rules (`data/policy/retention-example.toml` has one).
    ///
    /// # Errors
    /// When the file cannot be read, is no TOML of this form, or names what does not exist.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::source(Stage::Store, path, e))?;
        let refused = |what: String| Error::refused(Stage::Store, path, what);
        // The message of the parser names line, key and form.
        let file: RulesFile = toml::from_str(&text).map_err(|e| refused(e.message().to_owned()))?;
        let years = |name: &str, years: u16| {
            if (1..=YEARS).contains(&years) { Ok(years) } else { Err(refused(format!("{name}: years from 1 to {YEARS}"))) }
        };
        let mut rules: Vec<Rule> = Vec::new();
        for entry in file.rule {
            let RuleEntry { name, years: given, offences, sources, statuses, outcomes } = entry;
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if name.is_empty() || name.len() > 40 || !name.chars().all(fits) || name == DEFAULT {
                return Err(refused("a rule has a name of small letters, digits and hyphens, which is not \"default\"".to_owned()));
            }
            if rules.iter().any(|rule| rule.name == name) {
                return Err(refused(format!("two rules are called {name}")));
            }
            if [&offences, &sources, &statuses, &outcomes].iter().all(|list| list.is_empty()) {
                return Err(refused(format!(
                    "{name}: a rule for all records is the default; name offences, sources, statuses or outcomes"
                )));
            }
            rules.push(Rule {
                years: years(&name, given)?,
                offences: words(&offences).map_err(&refused)?,
                sources: words(&sources).map_err(&refused)?,
                statuses: words(&statuses).map_err(&refused)?,
                outcomes: words(&outcomes).map_err(&refused)?,
                name,
            });
        }
        Ok(Self { default_years: years(DEFAULT, file.default_years)?, rules, sha256: sha256_hex(text.as_bytes()) })
    }

    /// Name of the rule that holds for a record, and the first day on which it is past its date: so many years after it was recorded, or after
    /// the month in which it happened where that is not known.
    fn date(&self, incident: &Incident) -> (&str, Date) {
        fn among<T: PartialEq + Copy>(list: &[T], one: T) -> bool {
            list.is_empty() || list.contains(&one)
        }
        let fits = |rule: &&Rule| {
            among(&rule.offences, incident.offence)
                && among(&rule.sources, incident.source)
                && among(&rule.statuses, incident.status)
                && among(&rule.outcomes, incident.outcome)
        };
        let (name, years) =
            self.rules.iter().find(fits).map_or((DEFAULT, self.default_years), |rule| (rule.name.as_str(), rule.years));
        let from = incident.recorded_on.unwrap_or_else(|| incident.occurred.month.last_day());
        // A date beyond what a calendar holds is never reached.
        (name, from.checked_add(i32::from(years).years()).unwrap_or(Date::MAX))
    }
}

fn words<T: FromStr<Err = hotspot_core::UnknownName>>(texts: &[String]) -> std::result::Result<Vec<T>, String> {
    texts.iter().map(|text| text.parse().map_err(|e: hotspot_core::UnknownName| e.to_string())).collect()
}

/// A record that is past its date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PastRecord {
    /// Its identifier.
    pub id: String,
    /// Name of the rule that holds for it, or `default`.
    pub rule: String,
    /// The first day on which it is past its date.
    pub due: Date,
}

/// What was taken out of a store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Disposed {
    /// The records, by identifier.
    pub records: Vec<PastRecord>,
    /// Rows: every version of them.
    pub rows: u64,
    /// Links to and from them.
    pub links: u64,
    /// SHA-256 of the input files that they came in, which releases state.
    pub inputs: BTreeSet<String>,
}

impl Store {
    /// The records that are past their date on a day, by identifier: judged by what is known of each now, flags that were taken off included.
    ///
    /// # Errors
    /// When the store holds counts, which are of nobody, or a data file is missing or damaged.
    pub fn past_retention(&self, rules: &RetentionRules, on: Date) -> Result<Vec<PastRecord>> {
        if self.manifest.as_ref().is_some_and(|m| m.kind == Kind::Counts) {
            return Err(
                self.refused("the store holds counts per area, which are of nobody: nothing in it has a date to be disposed of")
            );
        }
        let records = self.incident_state(Date::MAX)?.records;
        let past = records.iter().filter_map(|incident| {
            let (rule, due) = rules.date(incident);
            (due <= on).then(|| PastRecord { id: incident.id.0.clone(), rule: rule.to_owned(), due })
        });
        let mut past: Vec<PastRecord> = past.collect();
        past.sort();
        Ok(past)
    }

    /// Takes every version of the records that are past their date on a day out of the store, and the links to and from them: in one step, after
    /// which none of them is in it, and before which all are. Files that held them are removed; one killed in between leaves them to the next
    /// disposal or ingest, and nothing reads them. Waits while another program writes.
    ///
    /// # Errors
    /// As [`Store::past_retention`], or when the disk refuses.
    pub fn dispose(&mut self, rules: &RetentionRules, on: Date, today: Date) -> Result<Disposed> {
        commit::own_folder(Stage::Store, &self.folder.join(DATA))?;
        let _lock = Lock::exclusive(Stage::Store, &self.folder)?;
        self.manifest = Manifest::load(&self.folder)?;
        let Some(mut manifest) = self.manifest.clone() else { return Err(self.refused("there is no store here")) };
        self.sweep(&manifest)?;
        let mut disposed = Disposed { records: self.past_retention(rules, on)?, ..Disposed::default() };
        if disposed.records.is_empty() {
            return Ok(disposed);
        }
        let gone: HashMap<&str, &str> = disposed.records.iter().map(|past| (past.id.as_str(), past.rule.as_str())).collect();
        for batch in &mut manifest.batches {
            let Some(data) = &batch.data else { continue };
            let mut by_rule: BTreeMap<&str, u64> = BTreeMap::new();
            let left = self.without(data, &gone, &mut by_rule)?;
            if by_rule.is_empty() {
                continue;
            }
            disposed.rows += by_rule.values().sum::<u64>();
            disposed.inputs.insert(batch.sha256.clone());
            batch.disposed.extend(by_rule.iter().map(|(rule, rows)| Disposal { on: today, rule: (*rule).to_owned(), rows: *rows }));
            batch.data = left;
        }
        for entry in &mut manifest.links {
            let mut links = crate::links::from_table(&self.table(&entry.data, &[])?)?;
            links.retain(|link| !gone.contains_key(link.id.as_str()) && !gone.contains_key(link.same_as.as_str()));
            let fewer = entry.data.rows - links.len() as u64;
            if fewer > 0 {
                entry.data = self.write_data(links.len(), &crate::links::to_parquet(&links, &self.folder)?)?;
                entry.disposed += fewer;
                disposed.links += fewer;
                disposed.inputs.insert(entry.sha256.clone());
            }
        }
        manifest.commit(&self.folder)?;
        self.sweep(&manifest)?;
        self.manifest = Some(manifest);
        Ok(disposed)
    }

    /// Writes a data file again without some records; counts the rows that it leaves out by rule. None when no row is left.
    fn without<'a>(
        &self,
        data: &DataFile,
        gone: &HashMap<&str, &'a str>,
        by_rule: &mut BTreeMap<&'a str, u64>,
    ) -> Result<Option<DataFile>> {
        let table = self.table(data, &[])?;
        let rules: Vec<Option<&'a str>> = table.column(ID)?.iter().map(|id| gone.get(id.as_str()).copied()).collect();
        for rule in rules.iter().flatten() {
            *by_rule.entry(rule).or_default() += 1;
        }
        let keep: Vec<bool> = rules.iter().map(Option::is_none).collect();
        if by_rule.is_empty() || !keep.contains(&true) {
            return Ok(by_rule.is_empty().then(|| data.clone()));
        }
        // Digests as they were stored: what a row says is not judged anew.
        let contents = table.column(CONTENT)?.into_iter().zip(&keep).filter(|(_, keep)| **keep).map(|(content, _)| content);
        let incidents = table::incidents_from_table(&table, &keep)?;
        let rows: Vec<(&Incident, u64)> = incidents.iter().zip(contents).collect();
        let bytes = table::incidents_to_parquet(&rows, &self.folder.join(DATA))?;
        self.write_data(rows.len(), &bytes).map(Some)
    }
}
