//! The pages of challenges: thin, and without a script. What is written comes by POST and is answered with a redirect.

use super::challenge::{fresh, more_and_reach};
use super::ledger::{filter, known, step_of};
use super::page::challenge_script;
use crate::auth::Visitor;
use crate::body::Form;
use crate::challenge::{Asked, id_of, kind_of, page_of, readable_by, row_of};
use crate::pages::{self, Asking, List, Sort, Tried, Within, faults_in};
use crate::problem::{ApiError, GIVE_LEDGER, GIVE_RESOURCES};
use crate::query::{BadParameter, Params};
use crate::state::AppState;
use crate::steps::{self, Fault};
use crate::views::StepBody;
use axum::extract::{Path, Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;
use hotspot_core::resource::challenge::Level;
use hotspot_core::resource::what_if::{MOST_CHANGE, Wish};
use hotspot_core::view::ChallengeView;
use hotspot_ledger::{Event, london_day};
use std::collections::{BTreeMap, BTreeSet};

const HTML: &str = "text/html; charset=utf-8";

/// The fields of where sites would reach most.
const SOUGHT: [&str; 2] = ["more", "reach"];

/// The fields of what if.
const WISHED: [&str; 6] = ["budget", "floor", "change", "step", "set_place", "set_amount"];

fn page(status: StatusCode, body: Vec<u8>) -> Response {
    fresh(status, HTML, body)
}

fn see(event: &Event) -> Result<Response, ApiError> {
    let mut response = fresh(StatusCode::SEE_OTHER, HTML, Vec::new());
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(page_of(event)).map_err(|_no_header| ApiError::Internal)?);
    Ok(response)
}

/// Resources and need, what if, and the challenges.
pub(crate) async fn list(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    let mut names = known(&["kind", "play", "overdue", "borough", "place", "state", "within", "sort", "order", "row"]);
    names.extend(SOUGHT);
    names.push("find");
    names.extend(WISHED);
    let (params, ticked) = Params::parse_ticked(uri.query(), &names, "selected")?;
    let selected: BTreeSet<String> = ticked.into_iter().filter(|id| !id.is_empty()).collect();
    let sort = Sort::of(&params)?;
    let row = match params.get("row") {
        None => 1,
        Some(text) => text
            .parse()
            .ok()
            .filter(|row| *row > 0)
            .ok_or_else(|| BadParameter::new("row", "the number of a row of the table, from 1"))?,
    };
    if let Some(button) = ["play", "find"].into_iter().find(|button| params.get(button).is_some_and(|value| value != "yes")) {
        return Err(BadParameter::new(button, "yes").into());
    }
    let mut asked = Asked::of(&state, &visitor, &params).await;
    // Few incidents: nothing was analysed as hotspots, and the page still has its challenges.
    if params.get("level").is_none() && matches!(asked, Err(ApiError::NoAnswer { .. })) {
        let by_borough = Params::of(&[("release", params.get("release")), ("level", Some(Level::Borough.id()))]);
        asked = Asked::of(&state, &visitor, &by_borough).await;
    }
    let asked = match asked {
        Ok(asked) => Ok(asked),
        Err(ApiError::NotGiven { how }) => Err(how.to_owned()),
        Err(ApiError::NoAnswer { why }) => Err(why),
        Err(other) => return Err(other),
    };
    let today = london_day((state.challenges().now)());
    let filter = filter(&state, &params)?;
    // A record that is broken takes nothing else with it.
    let threads = match &state.challenges().ledger {
        Some(ledger) => {
            ledger.challenges(&filter).await.map_err(|error| format!("The record of challenges cannot be read: {error}."))
        }
        None => Err(GIVE_LEDGER.to_owned()),
    };
    let view = match &asked {
        Err(why) => Err(why.clone()),
        Ok(asked) => match asked.answer(&state).await {
            Ok(view) => Ok(view),
            Err(ApiError::NotGiven { .. }) => Err(GIVE_RESOURCES.to_owned()),
            Err(ApiError::NoAnswer { why }) => Err(why),
            Err(other) => return Err(other),
        },
    };
    let wished: BTreeMap<&'static str, String> =
        WISHED.into_iter().chain(SOUGHT).filter_map(|name| Some((name, params.get(name)?.trim().to_owned()))).collect();
    let within = match (&view, &asked, params.get("within")) {
        (Ok(view), Ok(asked), Some(id)) => Some(within(&state, asked, view, id).await?),
        _ => None,
    };
    if let Ok(view) = &view
        && !selected.iter().all(|id| view.answer.places.iter().any(|place| place.id == *id))
    {
        return Err(BadParameter::new("selected", "ids of places of the answer, each as a parameter of its own").into());
    }
    let (mut faults, mut played, mut sites) = (Vec::new(), None, None);
    let mut status = StatusCode::OK;
    let mut kind = String::new();
    if let (Ok(view), Ok(asked)) = (&view, &asked) {
        kind = match params.get("kind") {
            Some(kind) => kind_of(view, kind)?.kind.clone(),
            None => view.answer.kinds.first().map(|k| k.kind.clone()).unwrap_or_default(),
        };
        // A field asks with or without the button of its form: what is sent is never passed over in silence.
        let asks = |button: &str, fields: &[&str]| {
            params.get(button).is_some() || fields.iter().any(|name| wished.get(name).is_some_and(|v| !v.is_empty()))
        };
        if asks("play", &WISHED) && !kind.is_empty() {
            match wish(view, &kind, &wished) {
                Err(wrong) => faults = faults_in("", wrong),
                Ok(wish) => match asked.what_if(&state, view.clone(), &kind, wish).await {
                    Ok(done) => played = Some(done),
                    Err(ApiError::NoAnswer { why }) => faults.push(("budget".to_owned(), why)),
                    Err(other) => return Err(other),
                },
            }
        }
        // A place for a site is looked for on the cells of the release: not below the analyst.
        if asks("find", &SOUGHT) && !kind.is_empty() && visitor.sees_records() {
            match more_and_reach(&params) {
                Err(wrong) => faults.push((wrong.parameter.into_owned(), format!("It must be {}.", wrong.allowed))),
                Ok((more, reach)) => match asked.sites(&state, &kind, more, reach).await {
                    Ok(found) => sites = Some(found),
                    Err(ApiError::NoAnswer { why }) => faults.push(("more".to_owned(), why)),
                    Err(other) => return Err(other),
                },
            }
        }
        if !faults.is_empty() {
            status = StatusCode::UNPROCESSABLE_ENTITY;
        }
    }
    // Charts take milliseconds: they are drawn apart from the threads that answer.
    let drawn = state
        .heavy(move || {
            let answer = match &view {
                Ok(view) if kind.is_empty() => Err(if view.answer.unanswered.is_empty() {
                    GIVE_RESOURCES.to_owned()
                } else {
                    pages::words::no_answer(&view.answer)
                }),
                Ok(view) => Ok((view.as_ref(), kind.as_str())),
                Err(why) => Err(why.clone()),
            };
            pages::list(&List {
                visitor: &visitor,
                asked: asked.as_ref().map_err(String::as_str),
                answer,
                wished,
                played: played.as_ref(),
                sites: sites.as_ref(),
                faults,
                within: within.as_ref(),
                sort,
                row,
                selected: &selected,
                script: challenge_script(),
                threads: threads.as_deref().map(|all| (all, &filter)).map_err(String::as_str),
                today,
            })
        })
        .await?;
    Ok(page(status, drawn))
}

/// What the places of an answer lie in: a command unit, a borough, or an area, which is a place of another level.
async fn within(state: &AppState, asked: &Asked, view: &ChallengeView, id: &str) -> Result<Within, ApiError> {
    let holder = Within::Holder(id.to_owned());
    if view.answer.places.iter().any(|place| holder.holds(place)) {
        return Ok(holder);
    }
    if asked.level == Level::Hotspot && asked.levels().contains(&Level::Area) {
        let areas = asked.at(Level::Area).answer(state).await?;
        if let Some(area) = areas.answer.places.iter().find(|area| area.id == id) {
            return Ok(Within::Area(area.clone()));
        }
    }
    Err(BadParameter::new("within", "a command unit, or the code of a borough or area, that has places of this level").into())
}

/// What the form says, or every fault of its fields.
fn wish(view: &ChallengeView, kind: &str, wished: &BTreeMap<&'static str, String>) -> Result<Wish, Vec<Fault>> {
    let mut faults = Vec::new();
    let text = |name: &str| wished.get(name).map(String::as_str).filter(|t| !t.is_empty());
    let mut number = |field: &'static str, fits: &dyn Fn(f64) -> bool, said: &str| -> Option<f64> {
        // A thousand may be written with its comma.
        let given = text(field)?.trim_end_matches('%').trim().replace(',', "");
        let read = given.parse().ok().filter(|n: &f64| n.is_finite() && fits(*n));
        if read.is_none() {
            faults.push(Fault { field, said: said.to_owned() });
        }
        read
    };
    let given: f64 = kind_of(view, kind).map_or(0.0, |k| k.shares.amount.iter().sum());
    let [least, most] = pages::sensible(given);
    let bound = |n: f64| hotspot_report::chart::number(n, usize::from(n < 10.0));
    let budget = number(
        "budget",
        &|n| (least..=most).contains(&n),
        &format!(
            "All that is given out must be a number from {} to {}: a tenth of what is given out now, to ten times. Beyond that the places are \
             not those that would be asked about",
            bound(least),
            bound(most)
        ),
    );
    let all = budget.unwrap_or(given);
    // 0.9 is more likely meant as 90 than as 0.9 per cent.
    let floor = number(
        "floor",
        &|n| n == 0.0 || (1.0..=100.0).contains(&n),
        "What everybody keeps must be 1 to 100 per cent, or 0: write 90, not 0.9",
    );
    let change = number(
        "change",
        &|n| n == 0.0 || (1.0..=100.0 * MOST_CHANGE).contains(&n),
        "The largest change must be 1 to 1,000 per cent, or 0: write 20, not 0.2",
    );
    let no_more = format!("no more than all that is given out, {}", bound(all));
    let step = number("step", &|n| n > 0.0 && n <= all, &format!("The step must be a number above 0, and {no_more}"));
    let amount =
        number("set_amount", &|n| (0.0..=all).contains(&n), &format!("The amount of the place must be 0 or more, and {no_more}"));
    let place = text("set_place").map(|id| row_of(view, id));
    let mut fixed = Vec::new();
    match (place, amount) {
        (Some(Ok(row)), Some(amount)) => fixed.push((row, amount)),
        (Some(Ok(_)), None) if text("set_amount").is_none() => {
            faults.push(Fault { field: "set_amount", said: "Give the amount of the place that you chose".to_owned() });
        }
        (Some(Err(_)), _) => faults.push(Fault { field: "set_place", said: "Choose a place of the list".to_owned() }),
        (None, Some(_)) => faults.push(Fault { field: "set_place", said: "Choose the place that gets this amount".to_owned() }),
        _ => {}
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Wish { budget, floor: floor.map(|f| f / 100.0), change: change.map(|c| c / 100.0), step, fixed })
}

/// One place: its evidence and the form of a question.
pub(crate) async fn ask(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    let params = Params::parse(uri.query(), &known(&["kind", "place"]))?;
    let asked = Asked::of(&state, &visitor, &params).await?;
    let view = asked.answer(&state).await?;
    let needed = |name: &'static str| params.get(name).ok_or_else(|| BadParameter::new(name, "one that the list links to"));
    let drawn = pages::place(
        &state,
        &Asking {
            visitor: &visitor,
            asked: &asked,
            view: &view,
            kind: needed("kind")?,
            place: needed("place")?,
            values: BTreeMap::new(),
            faults: Vec::new(),
        },
    )?;
    Ok(page(StatusCode::OK, drawn))
}

/// Raises a challenge from the form.
pub(crate) async fn raise(State(state): State<AppState>, visitor: Visitor, request: Request) -> Result<Response, ApiError> {
    let form = Form::read(&state, request).await?;
    let ledger = state.challenges().ledger()?;
    let params = Params::of(&["release", "level", "strand", "apportion"].map(|name| (name, form.given(name))));
    let asked = Asked::of(&state, &visitor, &params).await?;
    let view = asked.answer(&state).await?;
    let mut faults = named(&visitor, &form);
    if form.given("question").is_none() {
        faults.insert(0, Fault { field: "question", said: "Write the question".to_owned() });
    }
    let values = ["question", "actor", "role", "key"].into_iter().map(|name| (name, form.get(name).to_owned())).collect();
    let (kind, place) = (form.get("kind"), form.get("place"));
    let asking = |values, faults| Asking { visitor: &visitor, asked: &asked, view: &view, kind, place, values, faults };
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let mut said = Vec::new();
    let step = form.get("step");
    if step == "change" {
        return Ok(page(StatusCode::OK, pages::place(&state, &asking(values, Vec::new()))?));
    }
    if faults.is_empty() {
        let author = visitor.author(form.get("actor"), form.get("role"))?;
        let question = asked.question(&view, kind, place, form.get("question"))?;
        // What is on record is what was seen: after another table of resources, or another release, it is looked at again.
        let seen = form.get("checked") == question.digest().to_string();
        if step != "confirm" || !seen {
            return Ok(page(StatusCode::OK, pages::check(&state, &asking(values, Vec::new()), &question)?));
        }
        match ledger.raise(question, &author, (state.challenges().now)(), form.given("key")).await {
            Ok(event) => return see(&event),
            Err(error) => {
                if let Some(fault) = steps::fault_of(&error) {
                    faults.push(fault);
                } else {
                    (status, said) = refused(error.into())?;
                }
            }
        }
    }
    let mut all = faults_in("", faults);
    all.extend(said);
    Ok(page(status, pages::place(&state, &asking(values, all))?))
}

/// The faults of who writes, where it is not known.
fn named(visitor: &Visitor, form: &Form) -> Vec<Fault> {
    let mut faults = Vec::new();
    if visitor.principal.is_some() {
        return faults;
    }
    if form.given("actor").is_none() {
        faults.push(Fault { field: "actor", said: "Give your name".to_owned() });
    }
    if steps::author("", form.get("role")).is_err() {
        faults.push(Fault { field: "role", said: "Say for whom you write".to_owned() });
    }
    faults
}

/// What the ledger refused, as the page says it; an error of our own stays one.
fn refused(error: ApiError) -> Result<(StatusCode, Vec<(String, String)>), ApiError> {
    let status = error.status();
    if status.is_server_error() || status == StatusCode::NOT_FOUND {
        return Err(error);
    }
    Ok((status, vec![(String::new(), error.detail().into_owned())]))
}

/// A challenge as it stands.
pub(crate) async fn thread(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    let drawn = drawn(&state, &visitor, &id, None).await?;
    Ok(page(StatusCode::OK, drawn))
}

async fn drawn(state: &AppState, visitor: &Visitor, id: &str, tried: Option<Tried>) -> Result<Vec<u8>, ApiError> {
    let ledger = state.challenges().ledger()?;
    let challenge = ledger.challenge(id_of(id)?).await?;
    let evidence = readable_by(visitor, ledger.evidence(challenge.raised.evidence, challenge.history[0].seq).await?);
    pages::thread(state, visitor, &challenge, &evidence, tried)
}

/// Writes the next step from the form.
pub(crate) async fn step(
    State(state): State<AppState>,
    visitor: Visitor,
    Path((id, step)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    const FIELDS: [&str; 14] = [
        "actor",
        "role",
        "key",
        "text",
        "action",
        "by",
        "change_resource",
        "change_amount",
        "change_unit",
        "change_from",
        "reason",
        "before",
        "after",
        "measured_to",
    ];
    let form = Form::read(&state, request).await?;
    let ledger = state.challenges().ledger()?;
    let (number, kind) = (id_of(&id)?, step_of(&step)?);
    let mut faults = match steps::step(kind, &body_of(&form)) {
        Ok(step) => {
            let mut faults = named(&visitor, &form);
            if faults.is_empty() {
                let author = visitor.author(form.get("actor"), form.get("role"))?;
                match ledger.append(number, step, &author, (state.challenges().now)(), form.given("key")).await {
                    Ok(event) => return see(&event),
                    Err(error) => {
                        if let Some(fault) = steps::fault_of(&error) {
                            faults.push(fault);
                        } else {
                            let (status, faults) = refused(error.into())?;
                            let tried = Tried { step: kind, values: values_of(&form, &FIELDS), faults };
                            return sent_back(&state, &visitor, &id, status, tried).await;
                        }
                    }
                }
            }
            faults
        }
        Err(faults) => faults,
    };
    faults.extend(named(&visitor, &form).into_iter().filter(|f| !faults.contains(f)).collect::<Vec<_>>());
    let tried = Tried { step: kind, values: values_of(&form, &FIELDS), faults: faults_in(&format!("{}-", kind.id()), faults) };
    sent_back(&state, &visitor, &id, StatusCode::UNPROCESSABLE_ENTITY, tried).await
}

async fn sent_back(state: &AppState, visitor: &Visitor, id: &str, status: StatusCode, tried: Tried) -> Result<Response, ApiError> {
    Ok(page(status, drawn(state, visitor, id, Some(tried)).await?))
}

fn values_of(form: &Form, fields: &[&'static str]) -> BTreeMap<&'static str, String> {
    fields.iter().map(|name| (*name, form.get(name).to_owned())).collect()
}

fn body_of(form: &Form) -> StepBody {
    let text = |name: &str| form.given(name).map(str::to_owned);
    StepBody {
        actor: form.get("actor").to_owned(),
        role: form.get("role").to_owned(),
        key: text("key"),
        text: text("text"),
        action: text("action"),
        by: text("by"),
        change_resource: text("change_resource"),
        change_amount: text("change_amount"),
        change_unit: text("change_unit"),
        change_from: text("change_from"),
        reason: text("reason"),
        before: text("before"),
        after: text("after"),
        measured_to: text("measured_to"),
    }
}
