//! What is asked of resources and need, and what is written about it. Nothing here opens a file: the caller gives all of it.

use crate::auth::Visitor;
use crate::catalog::Served;
use crate::months::Months;
use crate::problem::{ApiError, GIVE_LEDGER, GIVE_RESOURCES};
use crate::query::{BadParameter, Params};
use crate::state::AppState;
use arc_swap::ArcSwapOption;
use hotspot_core::areas::AreaLayer;
use hotspot_core::atlas::Atlas;
use hotspot_core::disclosure::Released;
use hotspot_core::disclosure::published::Published;
use hotspot_core::resource::allocation::Rule;
use hotspot_core::resource::challenge::{ChallengeInput, HarmWeights, KindAnswer, Level, Resource, atlas_of, levels_of};
use hotspot_core::resource::fairness::{People, Stops};
use hotspot_core::resource::gap::ChallengePolicy;
use hotspot_core::resource::sites::SitesInput;
use hotspot_core::resource::what_if::Wish;
use hotspot_core::view::{ChallengeView, SitesView, SuccessView, WhatIfView};
use hotspot_core::{Error, Strand};
use hotspot_ledger::{ChallengeId, Event, Ledger, Periods, Place, Question};
use hotspot_report::challenge::{AreaFile, Evidence, InputFile, borough_named};
use jiff::Timestamp;
use std::fmt;
use std::sync::Arc;

/// A table of resources, as it was read.
#[derive(Debug)]
pub struct Given {
    /// Name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// What is given, in the order of the file.
    pub resources: Vec<Resource>,
    /// Weights of harm.
    pub harm: Option<HarmWeights>,
    /// Other weights of harm, each asked as a setting.
    pub other_harm: Vec<HarmWeights>,
    /// Who lives where.
    pub people: Option<GivenTable<People>>,
    /// Who is stopped where.
    pub stops: Option<GivenTable<Stops>>,
    /// Areas inside boroughs, such as wards.
    pub areas: Option<GivenAreas>,
    /// Name of the folder of releases: what a command is told that makes an answer again.
    pub releases: String,
    /// Name of the folder of protected figures.
    pub protected: String,
}

impl Given {
    /// The same for those below the analyst: at the places that are published, unweighted, and with the people of boroughs alone.
    pub(crate) fn below(&self, published: &Published) -> Self {
        Self {
            file: self.file.clone(),
            sha256: self.sha256.clone(),
            resources: published.placed(&self.resources),
            harm: None,
            other_harm: Vec::new(),
            people: self.people.as_ref().and_then(|t| t.below(|p| &p.area)),
            stops: self.stops.as_ref().and_then(|t| t.below(|s| &s.area)),
            areas: None,
            releases: self.releases.clone(),
            protected: self.protected.clone(),
        }
    }
}

/// Areas that places may be, as they were read.
#[derive(Debug)]
pub struct GivenAreas {
    /// Name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The property that holds their codes, where it was named.
    pub code: Option<String>,
    /// The areas.
    pub layer: AreaLayer,
}

/// A table beside the resources, as it was read.
#[derive(Debug)]
pub struct GivenTable<T> {
    /// Name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its rows, in the order of the file.
    pub rows: Vec<T>,
}

impl<T: Clone> GivenTable<T> {
    /// The table, where all of it is about boroughs.
    fn below(&self, area: impl Fn(&T) -> &String) -> Option<Self> {
        let boroughs = Atlas::london().boroughs();
        let known = self.rows.iter().all(|row| boroughs.iter().any(|b| b.code == *area(row)));
        known.then(|| Self { file: self.file.clone(), sha256: self.sha256.clone(), rows: self.rows.clone() })
    }
}

impl<T> GivenTable<T> {
    fn input(&self) -> InputFile<'_> {
        InputFile { name: &self.file, sha256: &self.sha256 }
    }
}

/// Checks a table of resources that is sent, keeps it where it came from, and reads it; the caller's, since nothing here opens a file. The error
/// says what is wrong, and never a value.
pub struct Receive(pub Box<Take>);

/// What becomes of the bytes of a table.
type Take = dyn Fn(&[u8]) -> Result<Given, String> + Send + Sync;

impl fmt::Debug for Receive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receive")
    }
}

/// Measures of success.
#[derive(Debug, Clone)]
pub struct Success {
    /// All of them, with the exact figures of an edition of the summary: the analyst's.
    pub exact: Released<SuccessView>,
    /// Those that were supplied, alone.
    pub supplied: SuccessView,
}

/// What challenges, and the measures of success, need beside the releases.
#[derive(Debug)]
pub struct Challenges {
    /// What is given where.
    pub(crate) given: ArcSwapOption<Given>,
    /// How a new table of resources is taken; none where it cannot be.
    pub(crate) receive: Option<Receive>,
    /// Measures of success.
    pub(crate) success: Option<Success>,
    /// Months as they were published.
    pub(crate) months: Option<Arc<Months>>,
    /// The record of challenges.
    pub(crate) ledger: Option<Ledger>,
    /// What time it is.
    pub(crate) now: fn() -> Timestamp,
}

impl Challenges {
    /// What the server has beside the releases.
    pub fn new(
        given: Option<Given>,
        receive: Option<Receive>,
        success: Option<Success>,
        ledger: Option<Ledger>,
        now: fn() -> Timestamp,
    ) -> Self {
        Self { given: given.map(Arc::new).into(), receive, success, months: None, ledger, now }
    }

    /// With months as they were published.
    #[must_use]
    pub fn with_months(self, months: Months) -> Self {
        Self { months: Some(Arc::new(months)), ..self }
    }

    pub(crate) fn ledger(&self) -> Result<&Ledger, ApiError> {
        self.ledger.as_ref().ok_or(ApiError::NotGiven { how: GIVE_LEDGER })
    }
}

/// Everything that changes an answer.
pub(crate) type AskedKey = (u32, Level, Option<Strand>, Rule, String);

/// What is asked of a release.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub served: Arc<Served>,
    pub level: Level,
    pub strand: Option<Strand>,
    pub rule: Rule,
    /// What was given when the request came: another table may come while it is answered.
    given: Option<Arc<Given>>,
}

/// The parameters by which a question is put.
pub(crate) const ASKED: [&str; 4] = ["release", "level", "strand", "apportion"];

impl Asked {
    /// Analysts ask the records, and all others what is published.
    pub async fn of(state: &AppState, visitor: &Visitor, params: &Params<'_>) -> Result<Self, ApiError> {
        let strand = params.strand()?;
        let given = state.challenges().given.load_full();
        let served = if visitor.sees_records() {
            state.catalog().find(params.get("release"))?
        } else {
            let (shared, id) = (state.clone(), params.get("release").map(str::to_owned));
            state.heavy(move || shared.catalog().published(id.as_deref(), strand)).await?
        };
        let given = given.map(|all| served.placed(all));
        let asked = Self { served, level: params.level()?, strand, rule: params.apportion()?, given };
        let release = asked.served.release();
        let levels = asked.levels();
        if !levels.contains(&asked.level) {
            let allowed = levels.into_iter().map(Level::id).collect::<Vec<_>>().join(", ");
            return Err(BadParameter::new("level", format!("of this release {allowed}")).into());
        }
        // Hotspots are those of an analysis.
        if asked.level == Level::Hotspot && release.analysis(asked.strand).is_none() {
            return Err(asked.served.not_analysed());
        }
        Ok(asked)
    }

    /// The levels that can be asked at.
    pub fn levels(&self) -> Vec<Level> {
        levels_of(self.served.release(), self.given.as_ref().and_then(|given| Some(&given.areas.as_ref()?.layer)))
    }

    /// The same at another level.
    pub fn at(&self, level: Level) -> Self {
        Self { level, ..self.clone() }
    }

    /// What is asked of all units, whatever the places are.
    pub fn of_units(state: &AppState, params: &Params<'_>) -> Result<Self, ApiError> {
        let served = state.catalog().find(params.get("release"))?;
        let given = state.challenges().given.load_full();
        Ok(Self { served, level: Level::Borough, strand: params.strand()?, rule: Rule::Need, given })
    }

    /// What is given where.
    pub fn given(&self) -> Result<&Given, ApiError> {
        self.given.as_deref().ok_or(ApiError::NotGiven { how: GIVE_RESOURCES })
    }

    /// The answer: from memory, or computed once however many ask.
    pub async fn answer(&self, state: &AppState) -> Result<Arc<Released<ChallengeView>>, ApiError> {
        let key = (self.served.serial, self.level, self.strand, self.rule, self.given()?.sha256.clone());
        if let Some(known) = state.answers().get(&key) {
            return Ok(known);
        }
        let (asked, shared) = (self.clone(), state.clone());
        state
            .heavy(move || {
                shared.answers().try_get_with(key, || asked.compute(asked.given()?).map(Arc::new)).map_err(|e| (*e).clone())
            })
            .await
    }

    /// All that an answer hangs on.
    pub fn input<'a>(&'a self, given: &'a Given, policy: &'a ChallengePolicy) -> ChallengeInput<'a> {
        let plain = self.served.published().map_or_else(
            || ChallengeInput::new(self.served.release(), &given.resources, policy),
            |published| published.challenge(&given.resources, policy),
        );
        // By incidents alone: victims are for analysts, and who may know how many of them a place has asks at a terminal.
        ChallengeInput {
            areas: given.areas.as_ref().map(|areas| &areas.layer).or(plain.areas),
            level: self.level,
            strand: self.strand,
            rule: self.rule,
            people: given.people.as_ref().map_or(&[], |t| &t.rows),
            stops: given.stops.as_ref().map_or(&[], |t| &t.rows),
            harm: given.harm.as_ref(),
            other_harm: &given.other_harm,
            ..plain
        }
    }

    /// The answer as evidence, of all places or of a borough.
    pub fn evidence<'a>(&'a self, view: &'a Released<ChallengeView>, borough: Option<&str>) -> Result<Evidence<'a>, ApiError> {
        let given = self.given()?;
        let input = self.input(given, &view.policy);
        let of_name = |name| borough_named(&input, name).map_err(|rule| BadParameter::new("borough", rule));
        let borough = borough.map(of_name).transpose()?;
        Ok(Evidence {
            input,
            answer: &view.answer,
            borough,
            releases: &given.releases,
            protected: self.served.published().map(|_| given.protected.as_str()),
            resources: InputFile { name: &given.file, sha256: &given.sha256 },
            areas: given.areas.as_ref().map(|areas| AreaFile {
                file: InputFile { name: &areas.file, sha256: &areas.sha256 },
                code: areas.code.as_deref(),
            }),
            people: given.people.as_ref().map(GivenTable::input),
            stops: given.stops.as_ref().map(GivenTable::input),
        })
    }

    /// Looks for places where more sites of a kind would reach most.
    pub async fn sites(&self, state: &AppState, kind: &str, more: u16, reach_m: f64) -> Result<Released<SitesView>, ApiError> {
        let (asked, kind) = (self.clone(), kind.to_owned());
        state
            .heavy(move || {
                let (given, policy) = (asked.given()?, ChallengePolicy::current());
                let input = SitesInput {
                    challenge: asked.input(given, &policy),
                    kind: &kind,
                    reach_m,
                    more: more.into(),
                    candidates: None,
                };
                asked.served.sites(&input).map_err(|error| no_answer(given, &error))
            })
            .await
    }

    fn compute(&self, given: &Given) -> Result<Released<ChallengeView>, ApiError> {
        let policy = ChallengePolicy::current();
        self.served.challenge(&self.input(given, &policy)).map_err(|error| no_answer(given, &error))
    }

    /// Plays a wish on a kind of the answer.
    pub async fn what_if(
        &self,
        state: &AppState,
        view: Arc<Released<ChallengeView>>,
        kind: &str,
        wish: Wish,
    ) -> Result<Released<WhatIfView>, ApiError> {
        let (served, kind) = (Arc::clone(&self.served), kind.to_owned());
        state
            .heavy(move || {
                let kind = kind_of(&view, &kind)?;
                served.what_if(&view, kind, wish).map_err(|error| ApiError::NoAnswer {
                    why: match error {
                        Error::OutOfRange { what, must } => format!("The {what} must be {must}."),
                        other => format!("There is no such allocation: {other}."),
                    },
                })
            })
            .await
    }

    /// The question about a place of the answer, with its evidence.
    pub fn question(&self, view: &Released<ChallengeView>, kind: &str, place: &str, question: &str) -> Result<Question, ApiError> {
        let answer = kind_of(view, kind)?;
        let row = row_of(view, place)?;
        let found = &view.answer.places[row];
        if found.is_rest {
            return Err(BadParameter::new(
                "place",
                "a place of its own: what remains of a command unit is asked about at the level bcu",
            )
            .into());
        }
        let boroughs = Atlas::london().boroughs();
        let names = boroughs
            .iter()
            .filter(|b| match self.level {
                Level::CommandUnit => b.bcu.as_deref().unwrap_or(&b.name) == found.id,
                Level::Hotspot | Level::Borough | Level::Area => found.borough.as_deref() == Some(&b.code),
            })
            .map(|b| b.name.clone())
            .collect();
        Ok(Question {
            release: view.release.clone(),
            place: match self.level {
                Level::Hotspot => Place::Hotspot(found.id.clone()),
                Level::Borough | Level::Area => Place::Area(found.id.clone()),
                Level::CommandUnit => Place::CommandUnit(found.id.clone()),
            },
            boroughs: if atlas_of(self.served.release()).is_some() { names } else { Vec::new() },
            resource: kind.to_owned(),
            question: question.to_owned(),
            evidence: crate::views::evidence(view, answer, row, self.given()?),
            periods: Periods::default(),
        })
    }
}

fn no_answer(given: &Given, error: &Error) -> ApiError {
    ApiError::NoAnswer {
        why: match error {
            // The header is row 1 of a file, and rows of a table count from 0.
            Error::Row { table, row, rule } => {
                let other = |t: Option<&String>| t.cloned().unwrap_or_default();
                let file = match *table {
                    "people" => other(given.people.as_ref().map(|t| &t.file)),
                    "stops" => other(given.stops.as_ref().map(|t| &t.file)),
                    _ => given.file.clone(),
                };
                format!("{file}, row {}: {rule}. The table of {table} does not fit this release.", row + 2)
            }
            other => format!("There is no answer: {other}."),
        },
    }
}

/// A kind of the answer, or those that it has.
pub(crate) fn kind_of<'v>(view: &'v ChallengeView, kind: &str) -> Result<&'v KindAnswer, ApiError> {
    view.kind(kind).ok_or_else(|| {
        let has: Vec<&str> = view.answer.kinds.iter().map(|k| k.kind.as_str()).collect();
        let allowed = if has.is_empty() { "nothing: no kind of resource has an answer".to_owned() } else { has.join(", ") };
        BadParameter::new("kind", allowed).into()
    })
}

/// The row of a place.
pub(crate) fn row_of(view: &ChallengeView, place: &str) -> Result<usize, ApiError> {
    let found = view.answer.places.iter().position(|p| p.id == place);
    found.ok_or_else(|| BadParameter::new("place", "the id of a place of the answer").into())
}

/// Evidence as somebody may read it: what was made of records, as at a terminal, is for analysts alone.
pub(crate) fn readable_by(visitor: &Visitor, evidence: String) -> String {
    let made_from = |evidence: &str| serde_json::from_str::<serde_json::Value>(evidence).is_ok_and(|e| e["made_from"].is_object());
    if visitor.sees_records() || made_from(&evidence) {
        return evidence;
    }
    r#"{"withheld":"This evidence was made of records, and is for analysts alone. Its SHA-256 stands in the record."}"#.to_owned()
}

/// The identifier of a challenge in an address.
pub(crate) fn id_of(text: &str) -> Result<ChallengeId, ApiError> {
    text.parse().map_err(|_no_id| ApiError::NotFound { what: "challenge" })
}

/// The challenge of an event.
pub(crate) fn page_of(event: &Event) -> String {
    format!("/challenge/{}", event.challenge)
}
