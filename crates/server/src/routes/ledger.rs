//! The record of challenges: list, one, steps, check and export.

use super::challenge::{fresh, json};
use crate::auth::Visitor;
use crate::body;
use crate::challenge::{ASKED, Asked, id_of, readable_by};
use crate::problem::ApiError;
use crate::query::{BadParameter, Params};
use crate::state::AppState;
use crate::steps;
use crate::views;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use hotspot_core::atlas::Atlas;
use hotspot_ledger::{Event, Filter, Kind, State as Stands, london_day};

/// Which challenges a query asks for.
pub(super) fn filter(state: &AppState, params: &Params<'_>) -> Result<Filter, ApiError> {
    let overdue_on = match params.get("overdue") {
        None | Some("" | "false") => None,
        Some("true") => Some(london_day((state.challenges().now)())),
        Some(_) => return Err(BadParameter::new("overdue", "true, false").into()),
    };
    let stands = params.get("state").filter(|text| !text.is_empty());
    let stands = stands
        .map(|text| text.parse::<Stands>().map_err(|_no_state| BadParameter::new("state", Stands::ALL.map(Stands::id).join(", "))));
    let text = |name: &str| params.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let known = |name: &str| Atlas::london().boroughs().iter().any(|borough| borough.name.to_lowercase() == name.to_lowercase());
    if text("borough").is_some_and(|name| !known(&name)) {
        return Err(BadParameter::new("borough", "the name of a borough of London, such as Camden").into());
    }
    Ok(Filter { overdue_on, borough: text("borough"), place: text("place"), state: stands.transpose()? })
}

/// The challenges of the record.
#[utoipa::path(get, path = "/api/v1/challenge/ledger", tag = "challenge", params(
    ("overdue" = Option<String>, Query, description = "true: only those whose duty is overdue today."),
    ("borough" = Option<String>, Query, description = "Only those in a borough of London, by name."),
    ("place" = Option<String>, Query, description = "Only those about a place, by its id, code or name."),
    ("state" = Option<String>, Query, description = "Only those in a state: raised, acknowledged, answered, accepted, escalated, closed, reviewed."),
), responses(
    (status = 200, description = "Challenges by identifier.", body = views::Threads),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "The server was given no ledger.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(state): State<AppState>, uri: Uri) -> Result<Response, ApiError> {
    let params = Params::parse(uri.query(), &["overdue", "borough", "place", "state"])?;
    let ledger = state.challenges().ledger()?;
    let challenges = ledger.challenges(&filter(&state, &params)?).await?;
    Ok(json(views::threads(&challenges, london_day((state.challenges().now)()))))
}

/// One challenge with its events and its evidence.
#[utoipa::path(get, path = "/api/v1/challenge/ledger/{id}", tag = "challenge", params(
    ("id" = String, Path, description = "Identifier, such as C-2026-0001."),
), responses(
    (status = 200, description = "The challenge.", body = views::WholeThread),
    (status = 404, description = "No such challenge, or the server was given no ledger.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn one(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    let ledger = state.challenges().ledger()?;
    let id = id_of(&id)?;
    let challenge = ledger.challenge(id).await?;
    let events = ledger.events(id).await?;
    let evidence = readable_by(&visitor, ledger.evidence(challenge.raised.evidence, challenge.history[0].seq).await?);
    Ok(json(views::whole_thread(&challenge, &events, &evidence, london_day((state.challenges().now)()))))
}

fn written(event: &Event) -> Response {
    fresh(StatusCode::CREATED, "application/json", views::written(event))
}

/// Raises a challenge about a place of the answer, and freezes its evidence.
#[utoipa::path(post, path = "/api/v1/challenge/ledger", tag = "challenge", request_body = views::RaiseBody, responses(
    (status = 201, description = "It is on disk.", body = views::Written),
    (status = 400, description = "A field is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 403, description = "Not the role's to do, or from a page of another site.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such release, or the server was given no resources or no ledger.", body = views::Problem, content_type = "application/problem+json"),
    (status = 409, description = "The key was used for another entry.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn raise(State(state): State<AppState>, visitor: Visitor, request: Request) -> Result<Response, ApiError> {
    let given: views::RaiseBody = body::json(request).await?;
    let ledger = state.challenges().ledger()?;
    let author = visitor.author(&given.actor, &given.role)?;
    let params = Params::of(&[
        ("release", given.release.as_deref()),
        ("level", given.level.as_deref()),
        ("strand", given.strand.as_deref()),
        ("apportion", given.apportion.as_deref()),
    ]);
    let asked = Asked::of(&state, &visitor, &params).await?;
    let view = asked.answer(&state).await?;
    let question = asked.question(&view, &given.kind, &given.place, &given.question)?;
    let event = ledger.raise(question, &author, (state.challenges().now)(), given.key.as_deref()).await?;
    Ok(written(&event))
}

/// Writes the next step of a challenge: acknowledge, answer, accept, escalate, close or effect.
#[utoipa::path(post, path = "/api/v1/challenge/ledger/{id}/{step}", tag = "challenge", request_body = views::StepBody, params(
    ("id" = String, Path, description = "Identifier, such as C-2026-0001."),
    ("step" = String, Path, description = "acknowledge, answer, accept, escalate, close or effect."),
), responses(
    (status = 201, description = "It is on disk.", body = views::Written),
    (status = 400, description = "A field is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 403, description = "Not the role's to do, or from a page of another site.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such challenge or step, or the server was given no ledger.", body = views::Problem, content_type = "application/problem+json"),
    (status = 409, description = "The step may not follow, or not yet.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn step(
    State(state): State<AppState>,
    visitor: Visitor,
    Path((id, step)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    let given: views::StepBody = body::json(request).await?;
    let ledger = state.challenges().ledger()?;
    let (id, kind) = (id_of(&id)?, step_of(&step)?);
    let author = visitor.author(&given.actor, &given.role)?;
    let now = (state.challenges().now)();
    // Whether it may follow is asked before what it says: a step that may not has no right fields. A key may be one that was sent before.
    if given.key.is_none() {
        ledger.challenge(id).await?.permits(kind, author.role, now)?;
    }
    let step = steps::step(kind, &given).map_err(|mut faults| faults.swap_remove(0).into_parameter())?;
    let event = ledger.append(id, step, &author, now, given.key.as_deref()).await?;
    Ok(written(&event))
}

/// A step that may follow the raising.
pub(super) fn step_of(text: &str) -> Result<Kind, ApiError> {
    Kind::ALL
        .into_iter()
        .find(|kind| kind.id() == text && *kind != Kind::Raise)
        .ok_or(ApiError::NotFound { what: "step of a challenge" })
}

/// Walks the whole chain: numbers, hashes, links, rules and evidence.
#[utoipa::path(get, path = "/api/v1/challenge/ledger/verify", tag = "challenge", params(
    ("head" = Option<String>, Query, description = "A checkpoint kept elsewhere, SEQ:HASH: also that the record still holds it."),
), responses(
    (status = 200, description = "All is right.", body = views::Verified),
    (status = 400, description = "A parameter is not allowed as given.", body = views::Problem, content_type = "application/problem+json"),
    (status = 404, description = "The server was given no ledger.", body = views::Problem, content_type = "application/problem+json"),
    (status = 500, description = "The record was changed: the first event that is bad or missing is named.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn verify(State(state): State<AppState>, uri: Uri) -> Result<Response, ApiError> {
    let params = Params::parse(uri.query(), &["head"])?;
    let ledger = state.challenges().ledger()?;
    let head = params.get("head").map(|text| text.parse().map_err(|_no_head| BadParameter::new("head", "SEQ:HASH"))).transpose()?;
    Ok(json(views::verified(ledger.verify(head).await?)))
}

/// The whole record, one event a line.
#[utoipa::path(get, path = "/api/v1/challenge/ledger/export", tag = "challenge", responses(
    (status = 200, description = "Events in order, as JSON lines; the head is seq:hash of the last.", body = String, content_type = "application/jsonl"),
    (status = 404, description = "The server was given no ledger.", body = views::Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn export(State(state): State<AppState>, uri: Uri) -> Result<Response, ApiError> {
    Params::parse(uri.query(), &[])?;
    let events = state.challenges().ledger()?.export().await?;
    Ok(fresh(StatusCode::OK, "application/jsonl", views::export(&events)))
}

/// The parameters by which the page of challenges is asked.
pub(super) fn known(more: &[&'static str]) -> Vec<&'static str> {
    ASKED.iter().chain(more).copied().collect()
}
