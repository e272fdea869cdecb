//! Measures of success.

use super::draw_marked;
use crate::auth::Visitor;
use crate::problem::{ApiError, GIVE_MEASURES};
use hotspot_core::disclosure::Released;
use hotspot_core::view::SuccessView;
use hotspot_report::success::{TITLE, content, marking_of};
use minijinja::context;

/// The page of the measures, or how the server is given some.
pub(crate) fn success(visitor: &Visitor, view: Option<&Released<SuccessView>>, left_out: usize) -> Result<Vec<u8>, ApiError> {
    let marking = view.map_or_else(|| "No measures are loaded".to_owned(), |view| marking_of(view));
    let made = view.map(|view| content(view)).transpose().map_err(|error| {
        tracing::error!(%error, "the page of the measures could not be made");
        ApiError::Internal
    })?;
    draw_marked("success", visitor, &marking, &[], context! { title => TITLE, made, left_out, how => GIVE_MEASURES })
}
