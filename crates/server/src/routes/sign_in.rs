//! Sign-in, purpose and sign-out.

use crate::auth::guard::{html, local, see, with_next};
use crate::auth::rights::{CHALLENGE_PAGE, MAP, PARTNER_PAGE};
use crate::auth::session::Cookie;
use crate::auth::{DEVELOPMENT, Mode, Oidc, Principal, Visitor};
use crate::body::Form;
use crate::pages::{self, Choosing};
use crate::problem::ApiError;
use crate::query::{BadParameter, Params};
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use hotspot_core::disclosure::Role;
use hotspot_ledger::audit::Action;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Letters of a reason.
const REASON: usize = 500;

fn with_cookie(mut response: Response, cookie: Cookie, value: Option<&str>, state: &AppState) -> Response {
    response.headers_mut().append(SET_COOKIE, cookie.set(value, state.auth().site.secure));
    response
}

fn next_of(uri: &Uri) -> Result<String, ApiError> {
    Ok(local(Params::parse(uri.query(), &["next"])?.get("next").unwrap_or("/")).to_owned())
}

/// Who is signed in, or how one signs in.
pub(crate) async fn page(State(state): State<AppState>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    let next = next_of(&uri)?;
    let page = match state.auth().session(&headers) {
        Some(visitor) => pages::account(&visitor, &[])?,
        None => pages::sign_in(&state, &next, &[])?,
    };
    Ok(html(StatusCode::OK, page))
}

/// Opens a session, never one that the request names, and asks for what it is.
fn opened(state: &AppState, headers: &HeaderMap, principal: Principal, next: &str) -> Response {
    let auth = state.auth();
    if let Some(before) = Cookie::Session.read(headers, auth.site.secure) {
        auth.sessions.close(before);
    }
    tracing::info!(role = %principal.role, "somebody signed in");
    let id = auth.sessions.open(principal, (auth.now)());
    with_cookie(see(&with_next("/purpose", next)), Cookie::Session, Some(&id), state)
}

/// Ends the session of the request.
fn closed(state: &AppState, headers: &HeaderMap, next: &str) -> Response {
    let auth = state.auth();
    if let Some(id) = Cookie::Session.read(headers, auth.site.secure) {
        auth.sessions.close(id);
    }
    with_cookie(see(next), Cookie::Session, None, state)
}

/// Development: everybody is who he says.
pub(crate) async fn development(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    if !matches!(state.auth().mode, Mode::Development) {
        return Err(ApiError::NotFound { what: "page" });
    }
    let headers = request.headers().clone();
    let form = Form::read(&state, request).await?;
    let next = local(form.get("next"));
    let Ok(role) = form.get("role").parse::<Role>() else {
        let faults = [("role".to_owned(), "Say who you are.".to_owned())];
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, pages::sign_in(&state, next, &faults)?));
    };
    Ok(opened(&state, &headers, whoever(role), next))
}

fn whoever(role: Role) -> Principal {
    Principal::new(DEVELOPMENT, role.id(), Some(&format!("Development {role}")), role)
}

/// For what one looks who tries a role where nobody signs in.
const TRIAL: &str = "trying a role";

/// Whoever is signed in for development goes on as somebody else, for the same purpose; where nobody signs in, another role is tried, and
/// as an analyst one is nobody again.
pub(crate) async fn role(
    State(state): State<AppState>,
    visitor: Visitor,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let auth = state.auth();
    let before = match (&auth.mode, &visitor.principal) {
        (Mode::Development, Some(principal)) => Some(Arc::clone(principal)),
        (Mode::Open, _) => None,
        _ => return Err(ApiError::NotFound { what: "page" }),
    };
    let form = Form::read(&state, request).await?;
    let names = || Role::ALL.map(Role::id).join(", ");
    let role: Role = form.get("role").parse().map_err(|_unknown| BadParameter::new("role", names()))?;
    // The page that one was on, where the other role has it too.
    let next = pages::of_navigation(form.get("next"), &whoever(role)).unwrap_or("/");
    let Some(before) = before else {
        if role == Role::Analyst {
            return Ok(closed(&state, &headers, next));
        }
        return Ok(opened(&state, &headers, Principal { purpose: Some(TRIAL.to_owned()), ..whoever(role) }, next));
    };
    let person = Principal { purpose: before.purpose.clone(), reason: before.reason.clone(), ..whoever(role) };
    if person.purpose.is_some() {
        auth.came_or_went(&before, Action::SignOut).await?;
        auth.came_or_went(&person, Action::SignIn).await?;
    }
    Ok(opened(&state, &headers, person, next))
}

fn issuer(state: &AppState) -> Result<&Oidc, ApiError> {
    match &state.auth().mode {
        Mode::Oidc(issuer) => Ok(issuer),
        Mode::Open | Mode::Development => Err(ApiError::NotFound { what: "page" }),
    }
}

/// Sends the browser to the issuer.
pub(crate) async fn start(State(state): State<AppState>, uri: Uri) -> Result<Response, ApiError> {
    let issuer = issuer(&state)?;
    let (id, begun) = state.auth().under_way.begin(next_of(&uri)?, (state.auth().now)()).ok_or(ApiError::Busy)?;
    let address = issuer.address(&begun).await.map_err(|why| {
        tracing::error!(%why, "nobody can sign in");
        ApiError::NoIssuer
    })?;
    Ok(with_cookie(see(&address), Cookie::SignIn, Some(&id), &state))
}

/// Takes what the issuer sends back: a code, for the browser that asked for it, once.
pub(crate) async fn callback(State(state): State<AppState>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    let issuer = issuer(&state)?;
    let auth = state.auth();
    let begun = Cookie::SignIn.read(&headers, auth.site.secure).and_then(|id| auth.under_way.end(id, (auth.now)()));
    let signed_in = match (&begun, returned(&uri, issuer.issuer())) {
        (Some(begun), Ok(back)) if back.state == begun.state => {
            issuer.signed_in(&back.code, begun, (auth.now)()).await.map_err(|why| why.0)
        }
        (_, Err(why)) => Err(why),
        (None, _) => Err("no sign-in is under way in this browser"),
        (Some(_), _) => Err("the state is another"),
    };
    let next = begun.map_or_else(|| "/".to_owned(), |begun| begun.next);
    let response = match signed_in {
        Ok(person) => opened(&state, &headers, person, &next),
        Err(why) => {
            tracing::warn!(why, "a sign-in was refused");
            auth.nobody_came().await?;
            let said = "You are not signed in: the sign-in was not accepted. Try again; if it stays so, ask whoever runs this service, who finds the cause in its log.";
            html(StatusCode::UNAUTHORIZED, pages::sign_in(&state, &next, &[(String::new(), said.to_owned())])?)
        }
    };
    Ok(with_cookie(response, Cookie::SignIn, None, &state))
}

/// What the issuer sent back.
struct Back {
    code: String,
    state: String,
}

/// Issuers send more beside, which is passed over; what is needed comes once.
fn returned(uri: &Uri, issuer: &str) -> Result<Back, &'static str> {
    let (mut code, mut state) = (None, None);
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        let twice = match &*name {
            "code" => code.replace(value.into_owned()).is_some(),
            "state" => state.replace(value.into_owned()).is_some(),
            "iss" if value != issuer => return Err("another issuer answers"),
            "error" => return Err("the issuer did not sign him in"),
            _ => false,
        };
        if twice {
            return Err("a parameter comes twice");
        }
    }
    let code = code.filter(|code| (1..=4096).contains(&code.len())).ok_or("there is no code")?;
    Ok(Back { code, state: state.ok_or("there is no state")? })
}

/// Where somebody goes when he wanted nowhere: the first page that is his.
fn home(visitor: &Visitor, next: &str) -> String {
    let may = |row: &crate::auth::rights::Row| visitor.principal.as_ref().is_none_or(|p| row.admits(p));
    match next {
        "/" if !may(&MAP) && may(&CHALLENGE_PAGE) => "/challenge".to_owned(),
        "/" if !may(&MAP) && may(&PARTNER_PAGE) => "/partner".to_owned(),
        "/" if !may(&MAP) => "/sign-in".to_owned(),
        next => next.to_owned(),
    }
}

/// Asks for what he looks; once chosen, it is.
pub(crate) async fn purpose(State(state): State<AppState>, visitor: Visitor, uri: Uri) -> Result<Response, ApiError> {
    let next = next_of(&uri)?;
    if visitor.principal.as_ref().is_none_or(|p| p.purpose.is_some()) {
        return Ok(see(&home(&visitor, &next)));
    }
    let page = Choosing { visitor: &visitor, next: &next, values: BTreeMap::new(), faults: Vec::new() };
    Ok(html(StatusCode::OK, pages::purpose(&state, &page)?))
}

/// Writes down for what he looks.
pub(crate) async fn choose(
    State(state): State<AppState>,
    visitor: Visitor,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let form = Form::read(&state, request).await?;
    let auth = state.auth();
    let next = local(form.get("next"));
    let mut faults = Vec::new();
    let purpose = auth.purposes.chosen(form.get("purpose"));
    if purpose.is_err() {
        faults.push(("purpose".to_owned(), "Choose a purpose.".to_owned()));
    }
    let reason = form.given("reason").filter(|_| auth.purposes.reason).map(str::to_owned);
    if auth.purposes.reason && reason.as_ref().is_none_or(|reason| reason.chars().count() > REASON) {
        faults.push(("reason".to_owned(), format!("Give a reason of at most {REASON} letters.")));
    }
    let (Ok(purpose), true) = (purpose, faults.is_empty()) else {
        let values = ["purpose", "reason"].into_iter().map(|name| (name, form.get(name).to_owned())).collect();
        let page = Choosing { visitor: &visitor, next, values, faults };
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, pages::purpose(&state, &page)?));
    };
    // From here on he looks: what cannot be recorded does not begin.
    if let Some(person) = &visitor.principal {
        let person = Principal { purpose: Some(purpose.clone()), reason: reason.clone(), ..Principal::clone(person) };
        auth.came_or_went(&person, Action::SignIn).await?;
    }
    if let Some(id) = Cookie::Session.read(&headers, auth.site.secure) {
        auth.sessions.choose(id, purpose, reason);
    }
    Ok(see(&home(&visitor, next)))
}

/// Ends the session.
pub(crate) async fn out(
    State(state): State<AppState>,
    visitor: Visitor,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    Form::read(&state, request).await?;
    let response = closed(&state, &headers, "/sign-in");
    if let Some(person) = &visitor.principal {
        state.auth().came_or_went(person, Action::SignOut).await?;
    }
    Ok(response)
}
