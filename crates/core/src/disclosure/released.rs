//! Proof that a view went through a [`Policy`](super::Policy).

use std::ops::Deref;

mod sealed {
    /// Only this crate says what is a view.
    pub trait Sealed {}
}

/// What may be released: one of a closed set of views.
pub trait View: sealed::Sealed {}

macro_rules! views {
    ($($name:ty),+ $(,)?) => { $( impl sealed::Sealed for $name {} impl View for $name {} )+ };
}
views!(
    crate::view::CellsView,
    crate::view::HotspotsView,
    crate::view::HotspotView,
    crate::view::EventsView,
    crate::view::AreasView,
    crate::view::ComparisonView,
    crate::view::ReleaseView,
    crate::view::RecordsView,
    crate::view::QualityView,
    crate::view::SilenceView,
    crate::view::ChallengeView,
    crate::view::WhatIfView,
    crate::view::SitesView,
    crate::view::SuccessView,
    crate::disclosure::protected::ProtectedRelease,
    crate::disclosure::products::PartnerView,
    crate::disclosure::products::PublicView
);

/// A view that a policy let through. Exits take nothing else; only a policy makes one.
///
/// There is no other way: its fields are private, what makes it is this module's, and no view becomes one by itself.
/// ```compile_fail,E0451
/// # use hotspot_core::{disclosure::Released, view::CellsView};
/// fn by_hand(view: CellsView) -> Released<CellsView> {
///     Released { view, policy: "mine" }
/// }
/// ```
/// ```compile_fail,E0624
/// # use hotspot_core::{disclosure::Released, view::CellsView};
/// fn by_its_maker(view: CellsView) -> Released<CellsView> {
///     Released::new(view, "mine")
/// }
/// ```
/// ```compile_fail,E0277
/// # use hotspot_core::{disclosure::Released, view::CellsView};
/// fn by_conversion(view: CellsView) -> Released<CellsView> {
///     view.into()
/// }
/// ```
/// And only this crate says what a view is.
/// ```compile_fail,E0277
/// # use hotspot_core::disclosure::View;
/// struct Mine(Vec<String>);
/// impl View for Mine {}
/// ```
#[derive(Debug, Clone)]
pub struct Released<T: View> {
    view: T,
    policy: &'static str,
}

impl<T: View> Released<T> {
    /// Made by policies only.
    pub(super) const fn new(view: T, policy: &'static str) -> Self {
        Self { view, policy }
    }

    /// Identifier of the policy that let it through.
    pub const fn policy(&self) -> &'static str {
        self.policy
    }
}

impl<T: View> Deref for Released<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.view
    }
}
