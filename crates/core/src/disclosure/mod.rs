//! The one step between results and every exit.
pub mod policy;
pub mod released;
pub use policy::Policy;
pub use released::{Released, View};
