//! Pages that work without a script: resources against need, a question about a place, and a challenge as it stands.
//!
//! Figures come from released views; what people wrote comes from the ledger and is escaped.

mod list;
mod place;
mod products;
mod protected;
mod sign_in;
mod success;
mod thread;
mod words;

pub(crate) use list::{List, lies_in, list};
pub(crate) use place::{Asking, place};
pub(crate) use products::{partner, public};
pub(crate) use protected::protected;
pub(crate) use sign_in::{Choosing, account, purpose, sign_in};
pub(crate) use success::success;
pub(crate) use thread::{Tried, thread};

use crate::auth::Visitor;
use crate::auth::rights::{self, Row};
use crate::catalog::Served;
use crate::problem::ApiError;
use crate::steps::Fault;
use hotspot_core::disclosure::signs;
use hotspot_core::release::DataClass;
use hotspot_ledger::{Kind, Role};
use minijinja::value::merge_maps;
use minijinja::{AutoEscape, Environment, Value, context};
use std::sync::LazyLock;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, text) in [
        ("base", include_str!("pages/base.html")),
        ("fields", include_str!("pages/fields.html")),
        ("account", include_str!("pages/account.html")),
        ("list", include_str!("pages/list.html")),
        ("partner", include_str!("pages/partner.html")),
        ("protected", include_str!("pages/protected.html")),
        ("public", include_str!("pages/public.html")),
        ("purpose", include_str!("pages/purpose.html")),
        ("raise", include_str!("pages/raise.html")),
        ("sign-in", include_str!("pages/sign-in.html")),
        ("success", include_str!("pages/success.html")),
        ("thread", include_str!("pages/thread.html")),
    ] {
        environment.add_template(name, text).expect("the templates are sound: a test draws each");
    }
    environment
});

/// A page: its own context with that of every page.
fn draw(
    template: &str,
    visitor: &Visitor,
    served: Option<&Served>,
    faults: &[(String, String)],
    own: Value,
) -> Result<Vec<u8>, ApiError> {
    draw_marked(template, visitor, &marking(served), faults, own)
}

/// A page whose marking is not that of a release.
fn draw_marked(
    template: &str,
    visitor: &Visitor,
    marking: &str,
    faults: &[(String, String)],
    own: Value,
) -> Result<Vec<u8>, ApiError> {
    let faults: Vec<Value> = faults.iter().map(|(id, said)| context! { id, said }).collect();
    let style = Value::from_safe_string(hotspot_report::STYLE.to_owned());
    let nav: Vec<Value> = PAGES
        .iter()
        .filter(|(row, ..)| may_open(visitor, row))
        .map(|(_, href, label)| context! { href => Value::from_safe_string((*href).to_owned()), label => *label })
        .collect();
    let common =
        context! { marking, style, faults, nav, me => me(visitor), sign => signs::HIDDEN, sign_words => signs::HIDDEN_WORDS };
    let page = TEMPLATES.get_template(template).and_then(|t| t.render(merge_maps([own, common])));
    page.map(String::into_bytes).map_err(|error| {
        // What the template says may hold what somebody wrote: its place is enough.
        tracing::error!(template, line = error.line(), kind = ?error.kind(), "a page could not be made");
        ApiError::Internal
    })
}

/// The pages, with their rows of the table of rights.
static PAGES: [(&Row, &str, &str); 6] = [
    (&rights::MAP, "/", "Map"),
    (&rights::PROTECTED_PAGE, "/protected", "Protected figures"),
    (&rights::PARTNER_PAGE, "/partner", "What your agreement gives"),
    (&rights::CHALLENGE_PAGE, "/challenge", "Resources and need"),
    (&rights::CHALLENGE_PAGE, "/challenge#threads", "Challenges"),
    (&rights::SUCCESS_PAGE, "/success", "Success factors"),
];

fn may_open(visitor: &Visitor, row: &Row) -> bool {
    // Without a sign-in nobody is a partner.
    visitor.principal.as_ref().map_or(!row.needs_agreement(), |principal| row.admits(principal))
}

/// Who is signed in, for the head of the page.
fn me(visitor: &Visitor) -> Option<Value> {
    let principal = visitor.principal.as_deref()?;
    Some(context! {
        name => &principal.name,
        role => sign_in::role_words(principal.role),
        purpose => &principal.purpose,
        token => &*visitor.token,
        development => principal.issuer == crate::auth::DEVELOPMENT,
    })
}

fn marking(served: Option<&Served>) -> String {
    let Some(release) = served.map(Served::release) else { return "No release is loaded".to_owned() };
    match release.class {
        DataClass::Synthetic => "SYNTHETIC DATA — about nobody. Resources are as they were supplied.".to_owned(),
        DataClass::Open => format!("OPEN DATA: {}", release.licence.as_deref().unwrap_or("published under an open licence")),
        DataClass::Restricted => "RESTRICTED".to_owned(),
    }
}

/// Faults of a form as the page names them: fields begin with the prefix of the form.
pub(crate) fn faults_in(prefix: &str, faults: Vec<Fault>) -> Vec<(String, String)> {
    faults.into_iter().map(|f| (format!("{prefix}{}", f.field), format!("{}.", f.said))).collect()
}

/// Who may do a step.
fn roles(kind: Kind) -> Vec<Value> {
    let label = |role: &Role| match role {
        Role::Mopac => "The Mayor’s Office for Policing and Crime (MOPAC)",
        Role::Mps => "The Metropolitan Police Service (MPS)",
    };
    kind.roles().iter().map(|role| context! { id => role.id(), label => label(role) }).collect()
}

/// An option of a list of choices.
fn option(id: &str, label: &str, chosen: bool) -> Value {
    context! { id, label, chosen }
}
