//! That a page of another site, open in the same browser, writes nothing here.
//!
//! # Design
//! A browser says where a request comes from (`Sec-Fetch-Site`, else `Origin`). What comes with a cookie must also carry what only a page
//! of this server can read: the token of the session, in a field of a form or in a header that another site may not set.

use crate::problem::ApiError;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName};

/// The header that carries the token of the session where there is no form.
pub(crate) const TOKEN: HeaderName = HeaderName::from_static("x-hotspot-token");

/// What a form is sent as.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

fn text(headers: &HeaderMap, name: impl axum::http::header::AsHeaderName) -> Option<&str> {
    headers.get(name).map(|v| v.to_str().unwrap_or("?"))
}

/// The type of the body without its parameters.
pub(crate) fn kind(headers: &HeaderMap) -> &str {
    text(headers, CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default().trim()
}

/// Whether the request comes from a page of this server, or from no page at all.
pub(crate) fn own_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = text(headers, "sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text(headers, ORIGIN), text(headers, HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => ["http://", "https://"].iter().any(|scheme| origin.strip_prefix(scheme) == Some(host)),
        (Some(_), None) => false,
    }
}

/// What comes with a cookie and changes something: from a page of this server for certain, with the token of the session. That of a form
/// is looked at where the form is read.
pub(crate) fn check(headers: &HeaderMap, token: &str, scheme: &str) -> Result<(), ApiError> {
    let own = match (text(headers, "sec-fetch-site"), text(headers, ORIGIN), text(headers, HOST)) {
        (Some(site), ..) => site == "same-origin",
        (None, Some(origin), Some(host)) => origin.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://")) == Some(host),
        _ => false,
    };
    let form = kind(headers).eq_ignore_ascii_case(FORM);
    if own && (form || text(headers, TOKEN) == Some(token)) { Ok(()) } else { Err(ApiError::ForeignOrigin) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_server_and_programs_may_write() {
        let own = |headers: &[(&'static str, &'static str)]| {
            own_origin(&headers.iter().map(|(n, v)| (HeaderName::from_static(n), v.parse().unwrap())).collect())
        };
        let host = ("host", "127.0.0.1:8080");
        assert!(
            own(&[host]) && own(&[host, ("origin", "http://127.0.0.1:8080")]) && own(&[host, ("sec-fetch-site", "same-origin")])
        );
        for other in [
            &[host, ("origin", "http://evil.example")][..],
            &[host, ("origin", "null")],
            &[host, ("origin", "http://127.0.0.1:9000")],
            &[host, ("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8080")],
            &[host, ("sec-fetch-site", "same-site")],
            &[("origin", "http://127.0.0.1:8080")],
        ] {
            assert!(!own(other), "{other:?}");
        }
    }

    #[test]
    fn with_a_cookie_the_page_must_be_known_and_carry_the_token() {
        let allowed = |headers: &[(&'static str, &'static str)]| {
            let mut all = HeaderMap::from_iter([(HOST, "hotspot.example".parse().unwrap())]);
            all.extend(headers.iter().map(|(n, v)| (HeaderName::from_static(n), v.parse().unwrap())));
            check(&all, "secret", "https").is_ok()
        };
        let (form, json, token) = (("content-type", FORM), ("content-type", "application/json"), ("x-hotspot-token", "secret"));
        let (same, origin) = (("sec-fetch-site", "same-origin"), ("origin", "https://hotspot.example"));
        for good in [&[form, same][..], &[form, origin], &[json, same, token], &[json, origin, token]] {
            assert!(allowed(good), "{good:?}");
        }
        for bad in [
            &[form][..],
            &[json, token],
            &[json, same],
            &[json, same, ("x-hotspot-token", "other")],
            &[form, ("sec-fetch-site", "none")],
            &[form, ("sec-fetch-site", "cross-site"), origin],
            &[form, ("sec-fetch-site", "same-site")],
            &[form, ("origin", "http://hotspot.example")],
            &[form, ("origin", "https://hotspot.example.evil")],
            &[form, ("origin", "null")],
        ] {
            assert!(!allowed(bad), "{bad:?}");
        }
    }
}
