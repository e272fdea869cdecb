//! The one step between results and every exit.
pub mod policy;
pub mod released;
pub mod role;
pub use policy::Policy;
pub use released::{Released, View};
pub use role::Role;
