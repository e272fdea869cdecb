//! What went wrong, for a person: what happened, and a way on.

use super::draw_marked;
use crate::problem::ApiError;
use crate::state::AppState;
use axum::http::StatusCode;
use minijinja::{Value, context};

/// Stands where others have the class of a release: nothing of one is here.
const MARKING: &str = "Hate-crime hotspots";

/// Draws the page. Who asks is not known here: it has no navigation, and says nothing that is not for everybody.
pub(crate) fn problem(state: &AppState, error: &ApiError, address: &str, id: &str) -> Result<Vec<u8>, ApiError> {
    let status = error.status();
    let then = match status {
        StatusCode::BAD_REQUEST => Some("The address, or a field, says something that it may not. Go back and choose again."),
        StatusCode::NOT_FOUND => Some("If you followed a link, it may be of an older release."),
        StatusCode::METHOD_NOT_ALLOWED => Some("This address takes what a form sends: open the page that has the form."),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => Some("Nothing of what you asked for was changed."),
        status if status.is_server_error() => Some("It is our fault, not yours. Nothing was shown or written that is half done."),
        _ => None,
    };
    let way = |href: &str, label: &str| context! { href => Value::from_safe_string(href.to_owned()), label };
    let mut ways = Vec::new();
    if address.starts_with("/challenge") {
        ways.push(way("/challenge", "Resources and need, and the challenges"));
    }
    ways.extend([way("/", "The map, or what is yours to see"), way("/method", "What the figures mean")]);
    let own = context! {
        signing_in => true,
        title => error.title(),
        detail => error.detail(),
        then,
        ways,
        id,
        status => status.as_u16(),
    };
    draw_marked("problem", &state.nobody(), MARKING, &[], own)
}
