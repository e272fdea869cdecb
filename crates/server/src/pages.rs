//! Pages that work without a script: resources against need, a question about a place, and a challenge as it stands.
//!
//! Figures come from released views; what people wrote comes from the ledger and is escaped.

mod down;
mod error;
mod list;
mod method;
mod month;
mod place;
mod places;
mod plane;
mod products;
mod protected;
mod quality;
mod sign_in;
mod success;
mod table;
mod thread;
mod what_if;
pub(crate) mod words;

pub(crate) use down::Within;
pub(crate) use error::problem;
pub(crate) use list::{List, list};
pub(crate) use method::{accessibility, method};
pub(crate) use month::month;
pub(crate) use place::{Asking, check, place};
pub(crate) use places::Sort;
pub(crate) use products::{partner, public};
pub(crate) use protected::{Part, protected};
pub(crate) use quality::quality;
pub(crate) use sign_in::{Choosing, account, purpose, sign_in};
pub(crate) use success::success;
pub(crate) use table::{hotspot, table};
pub(crate) use thread::{Tried, thread};
pub(crate) use what_if::sensible;

use crate::auth::rights::{self, Row};
use crate::auth::{Principal, Visitor};
use crate::catalog::Served;
use crate::problem::ApiError;
use crate::steps::Fault;
use hotspot_core::disclosure::{Role, signs};
use hotspot_core::release::DataClass;
use hotspot_ledger::Kind;
use minijinja::value::merge_maps;
use minijinja::{AutoEscape, Environment, Value, context};
use std::sync::LazyLock;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, text) in [
        ("base", include_str!("pages/base.html")),
        ("fields", include_str!("pages/fields.html")),
        ("accessibility", include_str!("pages/accessibility.html")),
        ("check", include_str!("pages/check.html")),
        ("account", include_str!("pages/account.html")),
        ("hotspot", include_str!("pages/hotspot.html")),
        ("list", include_str!("pages/list.html")),
        ("method", include_str!("pages/method.html")),
        ("places", include_str!("pages/places.html")),
        ("problem", include_str!("pages/problem.html")),
        ("what-if", include_str!("pages/what-if.html")),
        ("month", include_str!("pages/month.html")),
        ("partner", include_str!("pages/partner.html")),
        ("protected", include_str!("pages/protected.html")),
        ("public", include_str!("pages/public.html")),
        ("quality", include_str!("pages/quality.html")),
        ("purpose", include_str!("pages/purpose.html")),
        ("raise", include_str!("pages/raise.html")),
        ("sign-in", include_str!("pages/sign-in.html")),
        ("success", include_str!("pages/success.html")),
        ("table", include_str!("pages/table.html")),
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
    // What stands beside every figure of records, for those who see them.
    let cautions =
        served.filter(|served| visitor.sees_records() && served.published().is_none()).map(|served| &served.summary().cautions);
    draw_marked(template, visitor, &marking(served), faults, merge_maps([own, context! { cautions }]))
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
        .filter(|page| may_open(visitor, page.row))
        .map(|page| {
            let href = Value::from_safe_string(page.row.path.to_owned());
            context! { href, label => page.label, here => page.template == template }
        })
        .collect();
    let common = context! { marking, style, faults, nav, me => me(visitor), trial_roles => roles_to_try(visitor), try_token => &*visitor.token, sign => signs::HIDDEN, sign_words => signs::HIDDEN_WORDS };
    let page = TEMPLATES.get_template(template).and_then(|t| t.render(merge_maps([own, common])));
    page.map(String::into_bytes).map_err(|error| {
        // What the template says may hold what somebody wrote: its place is enough.
        tracing::error!(template, line = error.line(), kind = ?error.kind(), "a page could not be made");
        ApiError::Internal
    })
}

/// A page of the navigation.
struct Page {
    row: &'static Row,
    label: &'static str,
    /// What draws it; none where a script does.
    template: &'static str,
}

const fn page(row: &'static Row, label: &'static str, template: &'static str) -> Page {
    Page { row, label, template }
}

/// The pages that one goes to, with their rows of the table of rights: one navigation for all of them, and the map's (`web/index.html`).
static PAGES: [Page; 10] = [
    page(&rights::MAP, "Map", ""),
    page(&rights::TABLE_PAGE, "Plain table", "table"),
    page(&rights::CHALLENGE_PAGE, "Resources and need", "list"),
    page(&rights::MONTH_PAGE, "Month", "month"),
    page(&rights::SUCCESS_PAGE, "Success factors", "success"),
    page(&rights::QUALITY_PAGE, "Data quality", "quality"),
    page(&rights::PROTECTED_PAGE, "Protected figures", "protected"),
    page(&rights::METHOD_PAGE, "Method", "method"),
    page(&rights::ACCESSIBILITY_PAGE, "Accessibility", "accessibility"),
    page(&rights::PARTNER_PAGE, "What your agreement gives", "partner"),
];

fn may_open(visitor: &Visitor, row: &Row) -> bool {
    // Without a sign-in nobody is a partner.
    visitor.principal.as_ref().map_or(!row.needs_agreement(), |principal| row.admits(principal))
}

/// The path of a page of the navigation that somebody may open.
pub(crate) fn of_navigation(path: &str, principal: &Principal) -> Option<&'static str> {
    PAGES.iter().map(|page| page.row).find(|row| row.path == path && row.admits(principal)).map(|row| row.path)
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

/// The roles that may be tried; whoever is nobody is an analyst.
fn roles_to_try(visitor: &Visitor) -> Vec<Value> {
    let now = visitor.principal.as_deref().map_or(Role::Analyst, |principal| principal.role);
    Role::ALL.iter().map(|r| option(r.id(), sign_in::role_words(*r), *r == now)).collect()
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
    let label = |role: &hotspot_ledger::Role| match role {
        hotspot_ledger::Role::Mopac => "The Mayor’s Office for Policing and Crime (MOPAC)",
        hotspot_ledger::Role::Mps => "The Metropolitan Police Service (MPS)",
    };
    kind.roles().iter().map(|role| context! { id => role.id(), label => label(role) }).collect()
}

/// An option of a list of choices.
fn option(id: &str, label: &str, chosen: bool) -> Value {
    context! { id, label, chosen }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_has_the_navigation_of_every_other_page() {
        let map = include_str!("../../../web/index.html");
        let (_, nav) = map.split_once("<nav class=\"pages\" aria-label=\"Pages\">").unwrap();
        let (nav, _) = nav.split_once("</nav>").unwrap();
        let links: Vec<(&str, &str)> = nav
            .split("<a href=\"")
            .skip(1)
            .filter_map(|link| {
                let (href, rest) = link.split_once('"')?;
                Some((href, rest.split_once('>')?.1.split_once('<')?.0))
            })
            .collect();
        // The map is for analysts, who are no partners.
        let own: Vec<(&str, &str)> =
            PAGES.iter().filter(|page| !page.row.needs_agreement()).map(|page| (page.row.path, page.label)).collect();
        assert_eq!(links, own);
    }
}
