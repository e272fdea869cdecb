//! Addresses of the web that settings name.

use axum::http::Uri;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address to be asked, or asked at: over TLS, or on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAddress {
    text: String,
    scheme: &'static str,
    /// Host, with its port where there is one.
    authority: String,
}

/// A text that is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address that begins with https://, or with http:// on a loopback address, without user, query or fragment")]
pub struct NoWebAddress;

impl WebAddress {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `https` or `http`.
    pub const fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// Whether it is asked over TLS.
    pub fn secure(&self) -> bool {
        self.scheme == "https"
    }

    /// The host without its port.
    pub fn host(&self) -> &str {
        host_of(&self.authority)
    }

    /// Scheme and host, without a path.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// The address with this at its end.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text.trim_end_matches('/'))
    }
}

/// The host of `host:port`, without the brackets of an IPv6 address and the dot of a full name.
pub(crate) fn host_of(authority: &str) -> &str {
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => authority,
    };
    name.trim_start_matches('[').trim_end_matches(']')
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl FromStr for WebAddress {
    type Err = NoWebAddress;
    fn from_str(text: &str) -> Result<Self, NoWebAddress> {
        let uri: Uri = text.parse().map_err(|_no_address| NoWebAddress)?;
        let authority = uri.authority().ok_or(NoWebAddress)?.as_str().to_owned();
        if authority.contains('@') || uri.query().is_some() || text.contains(['#', '\\']) || host_of(&authority).is_empty() {
            return Err(NoWebAddress);
        }
        let scheme = match uri.scheme_str() {
            Some("https") => "https",
            Some("http") if is_loopback(host_of(&authority)) => "http",
            _ => return Err(NoWebAddress),
        };
        Ok(Self { text: text.to_owned(), scheme, authority })
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_over_tls_or_on_this_machine() {
        for good in ["https://login.example/tenant/v2.0", "https://login.example:8443", "http://127.0.0.1:9000/", "http://[::1]:1"]
        {
            assert!(good.parse::<WebAddress>().is_ok(), "{good}");
        }
        for bad in [
            "http://login.example",
            "https://user@login.example",
            "https://login.example?a=b",
            "https://login.example/#a",
            "ftp://login.example",
            "login.example",
            "//login.example",
            "https://",
            "http://127.0.0.1.evil.example",
            "http://localhost@evil.example",
            "",
        ] {
            assert!(bad.parse::<WebAddress>().is_err(), "{bad}");
        }
        let public: WebAddress = "https://Hotspot.example:8443/".parse().unwrap();
        assert_eq!((public.host(), public.origin().as_str()), ("Hotspot.example", "https://Hotspot.example:8443"));
        assert_eq!(public.join("/sign-in"), "https://Hotspot.example:8443/sign-in");
    }
}
