//! What a reader finds out from tables that were released: before anything is done, after the usual rule, and after repair.
//!
//! * `trial`: a year of wards by strand, and of areas by strand and month, as TRUST 1.6 of the design tried it.
//! * `published`: what those below the analyst are answered about resources is made of what is published, and of nothing else.
//! * `utility`: how much of what is truly hot can still be seen.
//! * `over_months`: thirty-six months of everything that is released, asked of all of it together.
//! * `products`: what partners are given and everybody is shown.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test asks how long a form to run, times it, prints its figures, and fails by panicking"
)]

mod london;
mod over_months;
mod products;
mod published;
mod trial;
mod utility;
