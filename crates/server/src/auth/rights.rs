//! Who may ask what: the one table of it. A handler is put at an address by its row and in no other way.

use super::guard::guard;
use super::principal::{Principal, Scope};
use crate::state::AppState;
use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, on};
use hotspot_core::disclosure::Role;
use hotspot_core::disclosure::Role::{Analyst, Oversight, Partner};

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// Whoever can reach the server.
    Everybody,
    /// Whoever signed in, as whatever, and also before he said for what.
    SignedIn,
    /// These roles, once they said for what; and a program with the scope of the row.
    Only(&'static [Role]),
}

/// The ways in which an address is asked; HEAD is asked as GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
}

impl Method {
    const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
        }
    }
}

/// One way to ask one address, and who may.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub method: Method,
    pub path: &'static str,
    pub who: Who,
    /// What a program must be allowed.
    pub scope: Option<Scope>,
}

impl Row {
    /// Whether an agreement says what is answered: what is for partners alone.
    pub const fn needs_agreement(&self) -> bool {
        matches!(self.who, Who::Only([Partner]))
    }

    /// Whether somebody may ask; whether he said for what is another question.
    pub fn admits(&self, principal: &Principal) -> bool {
        let in_scope = self.scope.is_some_and(|scope| principal.scopes.contains(&scope));
        match (self.who, principal.role) {
            (Who::Everybody | Who::SignedIn, _) => true,
            (Who::Only(_), Role::Batch) => in_scope,
            // Where a token has scopes, they narrow what its role may.
            (Who::Only(roles), role) => roles.contains(&role) && (principal.scopes.is_empty() || in_scope),
        }
    }
}

const fn get(path: &'static str, who: Who, scope: Option<Scope>) -> Row {
    Row { method: Method::Get, path, who, scope }
}

const fn post(path: &'static str, who: Who) -> Row {
    Row { method: Method::Post, path, who, scope: None }
}

const ANALYST: Who = Who::Only(&[Analyst]);
const BOTH: Who = Who::Only(&[Analyst, Oversight]);
const PARTNERS: Who = Who::Only(&[Partner]);
const RELEASE: Option<Scope> = Some(Scope::ReadRelease);
const PRODUCTS: Option<Scope> = Some(Scope::ReadProducts);

pub(crate) const TILES: Row = get("/tiles/{*path}", ANALYST, None);
pub(crate) const RELEASES: Row = get("/api/v1/releases", ANALYST, RELEASE);
pub(crate) const TABLES: Row = get("/api/v1/releases/{id}/tables", ANALYST, None);
pub(crate) const LAYERS: Row = get("/api/v1/layers", ANALYST, RELEASE);
pub(crate) const CELLS: Row = get("/api/v1/cells", ANALYST, RELEASE);
pub(crate) const HOTSPOTS: Row = get("/api/v1/hotspots", ANALYST, RELEASE);
pub(crate) const HOTSPOT: Row = get("/api/v1/hotspots/{id}", ANALYST, RELEASE);
/// Records, one by one: for people alone, no program.
pub(crate) const RECORDS: Row = get("/api/v1/hotspots/{id}/records", ANALYST, None);
pub(crate) const EVENTS: Row = get("/api/v1/events", ANALYST, RELEASE);
pub(crate) const BOROUGHS: Row = get("/api/v1/boroughs", ANALYST, RELEASE);
pub(crate) const COMPARISON: Row = get("/api/v1/comparison", ANALYST, RELEASE);
pub(crate) const SILENCE: Row = get("/api/v1/silence", ANALYST, RELEASE);
pub(crate) const QUALITY: Row = get("/api/v1/quality", ANALYST, RELEASE);
pub(crate) const CHALLENGE: Row = get("/api/v1/challenge", BOTH, None);
pub(crate) const CHALLENGED_PLACE: Row = get("/api/v1/challenge/place", BOTH, None);
pub(crate) const RESOURCES: Row = get("/api/v1/challenge/resources", BOTH, Some(Scope::WriteResources));
pub(crate) const PUT_RESOURCES: Row =
    Row { method: Method::Put, path: "/api/v1/challenge/resources", who: ANALYST, scope: Some(Scope::WriteResources) };
pub(crate) const PACK: Row = get("/api/v1/challenge/pack", BOTH, None);
pub(crate) const SITES: Row = get("/api/v1/challenge/sites", ANALYST, None);
pub(crate) const WHAT_IF: Row = post("/api/v1/challenge/what-if", BOTH);
pub(crate) const LEDGER: Row = get("/api/v1/challenge/ledger", BOTH, None);
pub(crate) const LEDGER_RAISE: Row = post("/api/v1/challenge/ledger", BOTH);
pub(crate) const LEDGER_VERIFY: Row = get("/api/v1/challenge/ledger/verify", BOTH, None);
pub(crate) const LEDGER_EXPORT: Row = get("/api/v1/challenge/ledger/export", BOTH, None);
pub(crate) const LEDGER_ONE: Row = get("/api/v1/challenge/ledger/{id}", BOTH, None);
pub(crate) const LEDGER_STEP: Row = post("/api/v1/challenge/ledger/{id}/{step}", BOTH);
pub(crate) const CHALLENGE_PAGE: Row = get("/challenge", BOTH, None);
pub(crate) const RAISE_PAGE: Row = get("/challenge/raise", BOTH, None);
pub(crate) const RAISE_FORM: Row = post("/challenge/raise", BOTH);
pub(crate) const THREAD_PAGE: Row = get("/challenge/{id}", BOTH, None);
pub(crate) const STEP_FORM: Row = post("/challenge/{id}/{step}", BOTH);
pub(crate) const SUCCESS: Row = get("/api/v1/success", BOTH, None);
pub(crate) const SUCCESS_PAGE: Row = get("/success", BOTH, None);
/// Each sees the editions of his own tier.
pub(crate) const MONTH_PAGE: Row = get("/month", BOTH, None);
pub(crate) const MONTH_FILE: Row = get("/month/{tier}/{month}/{file}", BOTH, None);
/// Figures for analysts alone; for oversight, what the map cannot say.
pub(crate) const QUALITY_PAGE: Row = get("/quality", BOTH, None);
pub(crate) const TABLE_PAGE: Row = get("/table", ANALYST, None);
pub(crate) const HOTSPOT_PAGE: Row = get("/hotspot/{id}", ANALYST, None);
/// What the figures mean, without a figure.
pub(crate) const METHOD_PAGE: Row = get("/method", Who::SignedIn, None);
pub(crate) const ACCESSIBILITY_PAGE: Row = get("/accessibility", Who::Everybody, None);
pub(crate) const PROTECTED: Row = get("/api/v1/protected", BOTH, PRODUCTS);
pub(crate) const PROTECTED_FIGURES: Row = get("/api/v1/protected/figures", BOTH, PRODUCTS);
pub(crate) const PROTECTED_AREAS: Row = get("/api/v1/protected/areas", BOTH, PRODUCTS);
pub(crate) const PROTECTED_HOTSPOTS: Row = get("/api/v1/protected/hotspots", BOTH, PRODUCTS);
pub(crate) const PROTECTED_PAGE: Row = get("/protected", BOTH, None);
pub(crate) const PARTNER: Row = get("/api/v1/partner", PARTNERS, PRODUCTS);
pub(crate) const PARTNER_PAGE: Row = get("/partner", PARTNERS, None);
/// What everybody is shown, where the policy shows anything.
pub(crate) const PUBLIC: Row = get("/api/v1/public", Who::Everybody, None);
pub(crate) const PUBLIC_PAGE: Row = get("/public", Who::Everybody, None);
pub(crate) const ME: Row = get("/api/v1/me", Who::SignedIn, None);
pub(crate) const OPENAPI: Row = get("/openapi.json", Who::SignedIn, None);
pub(crate) const HEALTHZ: Row = get("/healthz", Who::Everybody, None);
pub(crate) const READYZ: Row = get("/readyz", Who::Everybody, None);
pub(crate) const SIGN_IN: Row = get("/sign-in", Who::Everybody, None);
pub(crate) const SIGN_IN_FORM: Row = post("/sign-in", Who::Everybody);
pub(crate) const SIGN_IN_START: Row = get("/sign-in/start", Who::Everybody, None);
pub(crate) const SIGN_IN_CALLBACK: Row = get("/sign-in/callback", Who::Everybody, None);
pub(crate) const PURPOSE: Row = get("/purpose", Who::SignedIn, None);
pub(crate) const PURPOSE_FORM: Row = post("/purpose", Who::SignedIn);
/// Another role, where everybody is who he says.
pub(crate) const ROLE_FORM: Row = post("/role", Who::SignedIn);
pub(crate) const SIGN_OUT: Row = post("/sign-out", Who::SignedIn);
pub(crate) const MAP: Row = get("/", ANALYST, None);
/// Scripts, styles and pictures: the same for all, without a figure.
pub(crate) const ASSETS: Row = get("/{*path}", Who::Everybody, None);

/// Addresses, each put there by its row.
#[derive(Debug)]
pub(crate) struct Routes {
    state: AppState,
    router: Router<AppState>,
    rows: Vec<&'static Row>,
}

impl Routes {
    pub fn new(state: AppState) -> Self {
        Self { state, router: Router::new(), rows: Vec::new() }
    }

    /// Puts a handler behind its row.
    #[expect(clippy::disallowed_methods, reason = "the one place where a route is made, with its row")]
    pub fn add<H, T>(mut self, row: &'static Row, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let guarded = on(row.method.filter(), handler).route_layer(from_fn_with_state((self.state.clone(), row), guard));
        self.router = self.router.route(row.path, guarded);
        self.rows.push(row);
        self
    }

    /// The router, and the rows that it was made of.
    pub fn done(self) -> (Router<AppState>, Vec<&'static Row>) {
        (self.router, self.rows)
    }
}
