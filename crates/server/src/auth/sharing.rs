//! What a partner is given follows from an agreement, and every request asks anew whether it stands.

use super::principal::Principal;
use crate::problem::ApiError;
use hotspot_core::disclosure::agreement::Agreement;
use hotspot_ledger::{Agreements, london_day};
use jiff::Timestamp;

/// The agreements, and how their text is read: nothing here reads a file.
#[derive(Debug)]
pub struct Sharing {
    /// Where they are registered.
    pub agreements: Agreements,
    /// An agreement from its text; the error is the rule that the text breaks.
    pub read: fn(&str) -> Result<Agreement, String>,
}

impl Sharing {
    /// The agreement of a partner, when something is given under it now.
    pub(super) async fn of(&self, principal: &Principal, now: Timestamp) -> Result<Agreement, ApiError> {
        let no = |why: String| ApiError::NoAgreement { why };
        let id = principal.agreement.as_ref().ok_or_else(|| no("none is named for you".to_owned()))?;
        let found =
            self.agreements.find(id).await?.ok_or_else(|| no("the one that is named for you is not registered".to_owned()))?;
        found.stands().map_err(|error| no(error.to_string()))?;
        let agreement = (self.read)(&found.text).map_err(|rule| {
            tracing::error!(rule, "a registered agreement cannot be read");
            no("the one that is named for you cannot be read".to_owned())
        })?;
        agreement.gives_on(london_day(now)).map_err(|error| no(error.to_string()))?;
        Ok(agreement)
    }
}
