//! Errors as RFC 9457 problems.

use crate::query::BadParameter;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
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
    /// Too much work at once.
    Busy,
    /// Nothing to answer from, or about to stop.
    NotReady,
    /// The page was not built into this program.
    PageNotBuilt,
    /// Our own fault; the log has the cause.
    Internal,
}

impl ApiError {
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::BadParameter(_) => StatusCode::BAD_REQUEST,
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Busy | Self::NotReady | Self::PageNotBuilt => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub const fn title(&self) -> &'static str {
        match self {
            Self::BadParameter(_) => "Parameter not allowed",
            Self::NotFound { .. } => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::ForeignHost => "Another host",
            Self::Busy => "Busy",
            Self::NotReady => "Not ready",
            Self::PageNotBuilt => "Page not built",
            Self::Internal => "Internal error",
        }
    }

    pub fn detail(&self) -> Cow<'static, str> {
        match self {
            Self::BadParameter(bad) => bad.to_string().into(),
            Self::NotFound { what } => format!("There is no such {what}.").into(),
            Self::MethodNotAllowed => "This address answers GET and HEAD only.".into(),
            Self::ForeignHost => "This server answers as localhost or a loopback address only.".into(),
            Self::Busy => "Too many answers are being computed. Try again in a moment.".into(),
            Self::NotReady => "No release is loaded, or the service is about to stop.".into(),
            Self::PageNotBuilt => "page not built: cargo xtask demo".into(),
            Self::Internal => "The server could not answer. The log has the cause under the request id.".into(),
        }
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
        if matches!(self, Self::Busy) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response.extensions_mut().insert(self);
        response
    }
}
