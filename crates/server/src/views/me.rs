//! Who is here.

use super::bytes;
use crate::auth::Visitor;
use serde::Serialize;
use utoipa::ToSchema;

/// Who asks, as the server knows him.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me<'a> {
    /// none: nobody signs in, and everybody is an analyst who tries no other role; development: whoever he says; issuer: through the issuer of the settings.
    sign_in: &'static str,
    name: Option<&'a str>,
    /// analyst, oversight, partner, public, batch or admin.
    role: Option<&'static str>,
    /// For what he looks.
    purpose: Option<&'a str>,
    /// What a page sends with the header X-Hotspot-Token when it changes something.
    token: &'a str,
}

/// Who asks.
pub(crate) fn me(sign_in: &'static str, visitor: &Visitor) -> Vec<u8> {
    let principal = visitor.principal.as_deref();
    bytes(&Me {
        sign_in,
        name: principal.map(|p| p.name.as_str()),
        role: principal.map(|p| p.role.id()),
        purpose: principal.and_then(|p| p.purpose.as_deref()),
        token: &visitor.token,
    })
}
