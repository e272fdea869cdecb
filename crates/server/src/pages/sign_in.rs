//! Who somebody is, and for what he looks.

use super::draw_marked;
use crate::auth::guard::with_next;
use crate::auth::{Mode, Visitor};
use crate::problem::ApiError;
use crate::state::AppState;
use hotspot_core::disclosure::Role;
use minijinja::{Value, context};
use std::collections::BTreeMap;

/// A role as people say it.
pub(super) const fn role_words(role: Role) -> &'static str {
    match role {
        Role::Analyst => "analyst (Metropolitan Police)",
        Role::Oversight => "oversight (MOPAC)",
        Role::Partner => "partner agency",
        Role::Public => "public",
        Role::Batch => "program",
        Role::Admin => "administrator: no figures",
    }
}

const MARKING: &str = "Hate-crime hotspots";

/// The page on which one signs in, and then goes on.
pub(crate) fn sign_in(state: &AppState, next: &str, faults: &[(String, String)]) -> Result<Vec<u8>, ApiError> {
    let auth = state.auth();
    let issuer = match &auth.mode {
        Mode::Oidc(issuer) => Some(issuer.issuer()),
        Mode::Open | Mode::Development => None,
    };
    let roles: Vec<Value> = Role::ALL.iter().map(|role| context! { id => role.id(), label => role_words(*role) }).collect();
    let nobody = state.nobody();
    let own = context! {
        signing_in => true,
        open => matches!(auth.mode, Mode::Open),
        development => matches!(auth.mode, Mode::Development),
        issuer,
        start => with_next("/sign-in/start", next),
        next,
        roles,
        token => &*nobody.token,
    };
    draw_marked("sign-in", &nobody, MARKING, faults, own)
}

/// Who is signed in, and what he may open.
pub(crate) fn account(visitor: &Visitor, faults: &[(String, String)]) -> Result<Vec<u8>, ApiError> {
    draw_marked("account", visitor, MARKING, faults, context! {})
}

/// The choice of a purpose.
pub(crate) struct Choosing<'a> {
    pub visitor: &'a Visitor,
    pub next: &'a str,
    /// The fields of the form, as they were sent.
    pub values: BTreeMap<&'static str, String>,
    pub faults: Vec<(String, String)>,
}

/// Draws the page.
pub(crate) fn purpose(state: &AppState, page: &Choosing<'_>) -> Result<Vec<u8>, ApiError> {
    let purposes = &state.auth().purposes;
    let own = context! {
        purposes => &purposes.list,
        reason => purposes.reason,
        values => &page.values,
        next => page.next,
        token => &*page.visitor.token,
    };
    draw_marked("purpose", page.visitor, MARKING, &page.faults, own)
}
