//! Errors as RFC 9457 problems.

use crate::query::BadParameter;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hotspot_core::disclosure::Role;
use std::borrow::Cow;

/// What went wrong with a request. The body is written by the outermost layer, which knows the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// A parameter does not say what it may say.
    BadParameter(BadParameter),
    /// There is no such thing.
    NotFound {
        /// The thing, such as `release`.
        what: &'static str,
    },
    /// The address is not asked this way.
    MethodNotAllowed,
    /// The request is for another host than this machine.
    ForeignHost,
    /// Nobody is signed in, or a token is none of ours: which of them, the log has.
    NotSignedIn,
    /// The role may not ask this.
    NotYours {
        /// As whom he is here.
        role: Role,
    },
    /// No agreement gives him anything now. Never holds a value of the agreement.
    NoAgreement {
        /// Why.
        why: String,
    },
    /// He did not say for what he looks.
    NoPurpose,
    /// He asks too often.
    TooOften {
        /// When he may ask again.
        seconds: u64,
    },
    /// He has taken as much as anybody may in an hour.
    TooMuch {
        /// When he may ask again.
        seconds: u64,
    },
    /// The issuer of the sign-in does not answer.
    NoIssuer,
    /// What cannot be recorded is not shown.
    NotRecorded,
    /// Too much work at once.
    Busy,
    /// The answer took longer than anybody waits.
    TookTooLong,
    /// Nothing to answer from, or about to stop.
    NotReady,
    /// The page was not built into this program.
    PageNotBuilt,
    /// What the answer needs was not given to the server.
    NotGiven {
        /// How it is given.
        how: &'static str,
    },
    /// The body does not say what it may say. Never holds a value of it.
    BadBody {
        /// What it must be.
        must: String,
    },
    /// The body is of another kind.
    OtherType {
        /// The kind that is read.
        wanted: &'static str,
    },
    /// The body is too large.
    TooLarge,
    /// The request comes from a page of another site, or from a form of another run of the server.
    ForeignOrigin,
    /// A table that was sent breaks a rule. Never holds a value of it.
    BadTable {
        /// File, row, column and rule.
        why: String,
    },
    /// What is asked has no answer. Never holds a value of the request.
    NoAnswer {
        /// Why.
        why: String,
    },
    /// The ledger refused.
    Ledger(hotspot_ledger::Error),
    /// Our own fault; the log has the cause.
    Internal,
}

/// How the server is given a table of resources.
pub(crate) const GIVE_RESOURCES: &str = "Nothing says what is given where. Start the server with a table of resources: hotspot serve --resources \
                                         FILE.csv (columns as in hotspot challenge --help).";
/// How the server is given measures of success.
pub(crate) const GIVE_MEASURES: &str = "No measures of success were given. Start the server with a table of them: hotspot serve --measures FILE.csv \
                                        (columns as in hotspot factors --help).";
/// How the server is given the records of a release.
pub(crate) const GIVE_STORE: &str = "The records of a hotspot are in the store that its release was made from: start the server with hotspot                                      serve --store DIR.";
/// How the server is given published months.
pub(crate) const GIVE_MONTHS: &str = "No month was published here. Publish one with hotspot summary, and start the server with its folder: \
    hotspot serve --summary DIR.";
/// How the server is given the release of the protected figures.
pub(crate) const GIVE_GROUND: &str = "The release that the protected figures are of is not served here: start the server with its folder of \
                                      releases, or protect the newest with hotspot protect.";
pub(crate) const GIVE_PROTECTED: &str = "No protected figures were given. Make them with hotspot protect, and start the server with \
                                         hotspot serve --protected DIR.";
/// How a partner is given something.
pub(crate) const GIVE_AGREEMENT: &str = "What partners are given is for those who sign in as one: hotspot serve --auth FILE.toml --ledger FILE, \
                                         with an agreement (hotspot agreement register).";
/// How partners are given something.
pub(crate) const GIVE_PARTNERS: &str = "The figures here were protected by a policy that gives partners nothing. Protect them again with one that does: \
                                        hotspot protect --policy FILE.toml.";
/// How everybody is shown something.
pub(crate) const OPEN_PUBLIC: &str =
    "Nothing is shown to everybody: the policy by which these figures were protected does not open the public tier.";
pub(crate) const GIVE_LEDGER: &str = "No ledger of challenges is open. Start the server with one: hotspot serve --ledger FILE, or --ledger \
                                      postgres://user@host/database.";

impl ApiError {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadParameter(_) | Self::BadBody { .. } => StatusCode::BAD_REQUEST,
            Self::NotFound { .. } | Self::NotGiven { .. } => StatusCode::NOT_FOUND,
            Self::OtherType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ForeignOrigin | Self::NotYours { .. } | Self::NoPurpose | Self::NoAgreement { .. } => StatusCode::FORBIDDEN,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::TooOften { .. } | Self::TooMuch { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::BadTable { .. } | Self::NoAnswer { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Ledger(error) => ledger_status(error),
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Busy | Self::TookTooLong | Self::NotReady | Self::PageNotBuilt | Self::NoIssuer | Self::NotRecorded => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub fn title(&self) -> &'static str {
        match self {
            Self::BadParameter(_) => "Parameter not allowed",
            Self::NotFound { .. } => "Not found",
            Self::NotGiven { .. } => "Not given to this server",
            Self::BadBody { .. } => "Body not allowed",
            Self::OtherType { .. } => "Body of another type",
            Self::TooLarge => "Body too large",
            Self::ForeignOrigin => "Another origin",
            Self::BadTable { .. } => "The table was not taken",
            Self::NoAnswer { .. } => "No answer",
            Self::Ledger(error) => match ledger_status(error) {
                StatusCode::CONFLICT => "The step may not follow",
                StatusCode::FORBIDDEN => "Not yours to do",
                StatusCode::NOT_FOUND => "Not found",
                StatusCode::BAD_REQUEST => "Field not allowed",
                _ => "The ledger cannot be used",
            },
            Self::MethodNotAllowed => "Method not allowed",
            Self::ForeignHost => "Another host",
            Self::NotSignedIn => "Not signed in",
            Self::NotYours { .. } => "Not for this role",
            Self::NoPurpose => "No purpose",
            Self::NoAgreement { .. } => "No agreement",
            Self::TooOften { .. } => "Too often",
            Self::TooMuch { .. } => "Too much in an hour",
            Self::NoIssuer => "Sign-in does not answer",
            Self::NotRecorded => "Not recorded",
            Self::Busy => "Busy",
            Self::TookTooLong => "No answer in time",
            Self::NotReady => "Not ready",
            Self::PageNotBuilt => "Page not built",
            Self::Internal => "Internal error",
        }
    }

    pub fn detail(&self) -> Cow<'static, str> {
        match self {
            Self::BadParameter(bad) => bad.to_string().into(),
            Self::NotFound { what } => format!("There is no such {what}.").into(),
            Self::MethodNotAllowed => "This address is not asked this way: the header Allow says how.".into(),
            Self::NotGiven { how } => (*how).into(),
            Self::BadBody { must } => format!("The body must be {must}.").into(),
            Self::OtherType { wanted } => format!("The body must be {wanted}, and the header Content-Type must say so.").into(),
            Self::TooLarge => "The body is too large, or it broke off.".into(),
            Self::ForeignOrigin => {
                "What is written here must come from a page of this server, since it was last started: open the page anew and send it again."
                    .into()
            }
            Self::BadTable { why } | Self::NoAnswer { why } => why.clone().into(),
            // A path or an address of a database is for the log.
            Self::Ledger(error) => match error {
                hotspot_ledger::Error::Storage { .. } | hotspot_ledger::Error::NoLedger { .. } | hotspot_ledger::Error::Address { .. } => {
                    "The ledger could not be read or written. The log has the cause under the request id.".into()
                }
                hotspot_ledger::Error::Busy { .. } => "Others are writing to the ledger: nothing was written. Try again.".into(),
                told => format!("{told}.").into(),
            },
            Self::ForeignHost => "This server answers under its own names only: localhost, a loopback address, or those of its settings; and not past a proxy that its settings name.".into(),
            Self::NotSignedIn => "Sign in at /sign-in, or send a token that is good now: Authorization: Bearer.".into(),
            Self::NotYours { role } => format!("The role {role} may not ask this.").into(),
            Self::NoAgreement { why } => format!("What a partner is given follows from an agreement: {why}.").into(),
            Self::NoPurpose => "Say for what you look: people choose it at /purpose, a program sends it with X-Hotspot-Purpose.".into(),
            Self::TooOften { seconds } => format!("That was asked too often. Try again in {seconds} s.").into(),
            Self::TooMuch { seconds } => format!("As much was taken as anybody may take in an hour, and it is on record. Try again in {seconds} s, or ask for an export.").into(),
            Self::NotRecorded => "This look could not be recorded, and what cannot be recorded is not shown. Whoever runs this service finds the cause in its log.".into(),
            Self::NoIssuer => "The service that signs people in does not answer. Try again in a minute.".into(),
            Self::Busy => "Too many answers are being computed. Try again in a moment.".into(),
            Self::TookTooLong => "The answer took more than a minute and was given up. Ask for less, or try again in a moment.".into(),
            Self::NotReady => "No release is loaded, or the service is about to stop.".into(),
            Self::PageNotBuilt => "page not built: cargo xtask demo".into(),
            Self::Internal => "The server could not answer. The log has the cause under the request id.".into(),
        }
    }
}

fn ledger_status(error: &hotspot_ledger::Error) -> StatusCode {
    use hotspot_ledger::Error as L;
    match error {
        L::UnknownChallenge { .. } => StatusCode::NOT_FOUND,
        L::NotNow { .. } | L::TooEarly { .. } | L::KeyReused { .. } => StatusCode::CONFLICT,
        L::NotYours { .. } => StatusCode::FORBIDDEN,
        L::Field { .. } => StatusCode::BAD_REQUEST,
        L::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<hotspot_ledger::Error> for ApiError {
    fn from(error: hotspot_ledger::Error) -> Self {
        if ledger_status(&error).is_server_error() {
            tracing::error!(%error, "the ledger could not be used");
        }
        Self::Ledger(error)
    }
}

impl From<BadParameter> for ApiError {
    fn from(bad: BadParameter) -> Self {
        Self::BadParameter(bad)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        let headers = response.headers_mut();
        match self {
            Self::Busy | Self::TookTooLong => drop(headers.insert(RETRY_AFTER, HeaderValue::from_static("1"))),
            Self::NoIssuer | Self::NotRecorded => drop(headers.insert(RETRY_AFTER, HeaderValue::from_static("60"))),
            Self::TooOften { seconds } | Self::TooMuch { seconds } => drop(headers.insert(RETRY_AFTER, HeaderValue::from(seconds))),
            Self::NotSignedIn => drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}
