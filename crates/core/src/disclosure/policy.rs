//! Who may see what.

use super::released::{Released, View};
use crate::release::DataClass;

/// A rule for what leaves. One so far: `exact`, for records about nobody and records already published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy(());

/// The class may not be released by any policy that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{class} records have no release policy; only synthetic and open ones may be shown")]
pub struct NoPolicy {
    /// The class.
    pub class: DataClass,
}

impl Policy {
    /// The policy of a class.
    ///
    /// # Errors
    /// [`NoPolicy`] for restricted records.
    pub const fn of(class: DataClass) -> Result<Self, NoPolicy> {
        match class {
            DataClass::Synthetic | DataClass::Open => Ok(Self(())),
            DataClass::Restricted => Err(NoPolicy { class }),
        }
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
    fn restricted_records_have_no_policy() {
        assert!(Policy::of(DataClass::Open).is_ok());
        assert!(Policy::of(DataClass::Synthetic).is_ok());
        assert_eq!(Policy::of(DataClass::Restricted), Err(NoPolicy { class: DataClass::Restricted }));
    }
}
