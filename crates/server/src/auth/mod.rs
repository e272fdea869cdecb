//! Who is here, and what he may ask.
//!
//! * `rights`: the one table of addresses and roles; `guard`: what stands before every handler.
//! * `principal`: who somebody is; `session`: for how long; `csrf`: that it is he who writes; `rate`: how often he may ask.
//! * `sharing`: what a partner is given.
//! * `oidc`: sign-in through an issuer; `token`, `keys`: what it signed; `address`: whom we ask.

pub(crate) mod address;
pub(crate) mod csrf;
pub(crate) mod guard;
mod keys;
mod look;
mod oidc;
mod principal;
mod rate;
pub(crate) mod rights;
pub(crate) mod session;
mod sharing;
mod token;

#[cfg(test)]
mod tests;

pub use address::{NoWebAddress, WebAddress};
pub use guard::Site;
pub(crate) use guard::Visitor;
pub(crate) use oidc::Oidc;
pub use oidc::{Endpoints, Jwks, OidcSettings, Reread, Secret};
pub(crate) use principal::Principal;
pub use principal::{Purposes, Scope};
pub use sharing::Sharing;

use crate::problem::ApiError;
use hotspot_core::disclosure::Access;
use hotspot_core::disclosure::agreement::Agreement;
use hotspot_ledger::Tokens;
use hotspot_ledger::audit::{Action, AuditLog};
use jiff::Timestamp;
use look::Looks;
use rate::Rate;
use session::{Sessions, SignIns};

/// The issuer of those who are who they say.
pub(crate) const DEVELOPMENT: &str = "development";

/// The issuer of tokens that were made here.
pub(crate) const TOKENS: &str = "tokens";

/// How people sign in.
#[derive(Debug)]
pub(crate) enum Mode {
    /// Not at all: whoever reaches the server is an analyst, and may try what another role is shown.
    Open,
    /// By saying who they are.
    Development,
    /// Through an issuer.
    Oidc(Box<Oidc>),
}

impl Mode {
    /// Stable identifier.
    pub(crate) const fn id(&self) -> &'static str {
        match self {
            Self::Open => "none",
            Self::Development => "development",
            Self::Oidc(_) => "issuer",
        }
    }
}

/// Who is here: sessions, the issuer, and how often somebody may ask.
#[derive(Debug)]
pub struct Auth {
    pub(crate) mode: Mode,
    pub(crate) site: Site,
    pub(crate) purposes: Purposes,
    pub(crate) sessions: Sessions,
    pub(crate) under_way: SignIns,
    tokens: Option<Tokens>,
    sharing: Option<Sharing>,
    looks: Looks,
    rate: Rate,
    pub(crate) now: fn() -> Timestamp,
}

/// The issuer cannot be asked from this machine.
#[derive(Debug, thiserror::Error)]
#[error("requests to the issuer cannot be made on this machine")]
pub struct NoHttp(#[from] reqwest::Error);

impl Auth {
    fn new(mode: Mode, site: Site, purposes: Purposes, now: fn() -> Timestamp) -> Self {
        let (sessions, under_way, rate) = (Sessions::default(), SignIns::default(), Rate::default());
        Self { mode, site, purposes, sessions, under_way, tokens: None, sharing: None, looks: Looks::default(), rate, now }
    }

    /// No sign-in: everybody is an analyst. For records that anybody may see, on this machine.
    pub fn open(now: fn() -> Timestamp) -> Self {
        Self::new(Mode::Open, Site::default(), Purposes::default(), now)
    }

    /// Everybody is who he says he is. For trying roles out, on this machine.
    pub fn development(now: fn() -> Timestamp) -> Self {
        Self::new(Mode::Development, Site::default(), Purposes::default(), now)
    }

    /// People sign in through an issuer. The site is reached over TLS when the public address says so.
    ///
    /// # Errors
    /// [`NoHttp`] when this machine cannot make requests, such as one without any root certificate.
    pub fn oidc(settings: OidcSettings, site: Site, purposes: Purposes, now: fn() -> Timestamp) -> Result<Self, NoHttp> {
        let site = Site { secure: settings.public.secure(), ..site };
        Ok(Self::new(Mode::Oidc(Box::new(Oidc::new(settings)?)), site, purposes, now))
    }

    /// Takes tokens of programs too, as long as they hold.
    #[must_use]
    pub fn with_tokens(self, tokens: Tokens) -> Self {
        Self { tokens: Some(tokens), ..self }
    }

    /// Gives partners what their agreements say.
    #[must_use]
    pub fn with_agreements(self, sharing: Sharing) -> Self {
        Self { sharing: Some(sharing), ..self }
    }

    /// The agreement of a partner, when something is given under it now.
    async fn agreement_of(&self, principal: &Principal, now: Timestamp) -> Result<Agreement, ApiError> {
        match &self.sharing {
            Some(sharing) => sharing.of(principal, now).await,
            None => Err(ApiError::NoAgreement { why: "this server keeps none".to_owned() }),
        }
    }

    /// Records every look here, before it is answered: what cannot be recorded is not shown.
    #[must_use]
    pub fn recorded(self, log: AuditLog) -> Self {
        Self { looks: Looks::into(log), ..self }
    }

    /// Where looks are recorded.
    pub const fn audit_log(&self) -> Option<&AuditLog> {
        self.looks.log()
    }

    /// Records that somebody came or went.
    pub(crate) async fn came_or_went(&self, principal: &Principal, action: Action) -> Result<(), ApiError> {
        self.looks.came_or_went(principal, action, (self.now)()).await
    }

    /// Records that somebody was not let in.
    pub(crate) async fn nobody_came(&self) -> Result<(), ApiError> {
        self.looks.nobody_came((self.now)()).await
    }

    /// Whether those who ask are known: what a policy wants to hear.
    pub const fn access(&self) -> Access {
        match self.mode {
            Mode::Open | Mode::Development => Access::Anyone,
            Mode::Oidc(_) => Access::SignedIn,
        }
    }
}
