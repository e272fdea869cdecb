//! Column names and dtypes: nowhere else.

pub mod input;
pub(crate) mod protected;
pub(crate) mod store;
pub(crate) mod time;
