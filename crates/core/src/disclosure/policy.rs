//! Who may see what.

use super::products::{PartnerView, PublicView};
use super::protected::ProtectedRelease;
use super::published::Published;
use super::released::{Released, View};
use crate::release::DataClass;

/// A rule for what leaves. One so far: `exact`, for records about nobody and records already published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy(());

/// Who can ask for what is released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Whoever gets hold of it.
    #[default]
    Anyone,
    /// Those whom an issuer vouches for, each by his role.
    SignedIn,
}

/// The class may not be released by any policy that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{class} records have no release policy; only synthetic and open ones may be shown")]
pub struct NoPolicy {
    /// The class.
    pub class: DataClass,
}

impl Policy {
    /// The policy of a class towards anyone.
    ///
    /// # Errors
    /// [`NoPolicy`] for restricted records.
    pub const fn of(class: DataClass) -> Result<Self, NoPolicy> {
        Self::towards(class, Access::Anyone)
    }

    /// The policy of a class towards those who can ask.
    ///
    /// # Errors
    /// [`NoPolicy`] for restricted records where anyone can ask.
    pub const fn towards(class: DataClass, access: Access) -> Result<Self, NoPolicy> {
        match (class, access) {
            (DataClass::Synthetic | DataClass::Open, _) | (DataClass::Restricted, Access::SignedIn) => Ok(Self(())),
            (DataClass::Restricted, Access::Anyone) => Err(NoPolicy { class }),
        }
    }

    /// Lets through what is shown of a release below the analyst: it was made small enough and proven
    /// ([`protected::prove`](super::protected::prove)) before it was published.
    pub const fn protected(self, view: ProtectedRelease) -> Released<ProtectedRelease> {
        Released::new(view, "protected")
    }

    /// Lets through what was made of nothing but what is published ([`published`](super::published)): whoever has that could have made it.
    pub const fn published<T: View>(self, _made_of: &Published, view: T) -> Released<T> {
        Released::new(view, "published")
    }

    /// Lets through what an agreement gives: a function of what is protected, and who gets it is known by name.
    pub const fn partner(view: PartnerView) -> Released<PartnerView> {
        Released::new(view, "partner")
    }

    /// Lets through what everybody is shown, of records of any class: there is such a view only where the policy opens the public tier.
    pub const fn public(view: PublicView) -> Released<PublicView> {
        Released::new(view, "public")
    }

    /// Lets a view through as it is.
    pub const fn release<T: View>(self, view: T) -> Released<T> {
        Released::new(view, "exact")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restricted_records_have_no_policy_towards_anyone() {
        assert!(Policy::of(DataClass::Open).is_ok());
        assert!(Policy::of(DataClass::Synthetic).is_ok());
        assert_eq!(Policy::of(DataClass::Restricted), Err(NoPolicy { class: DataClass::Restricted }));
        assert!(Policy::towards(DataClass::Restricted, Access::SignedIn).is_ok());
    }
}
