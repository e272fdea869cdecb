//! The one step between results and every exit.
//!
//! * [`policy`], [`role`], [`tiers`]: who may see what; [`released`]: proof that a view went through it.
//! * [`protected`]: what of a release is shown below the analyst; [`adaptive`]: areas as fine as may be.
//! * [`published`]: a release made of nothing but that, of which resources and need are asked.
//! * [`signs`]: what stands in place of a figure that is not shown, and beside one that is supposed.
//! * [`utility`]: how much of what is hot can still be seen.
//! * [`agreement`], [`products`]: what a partner is given and everybody is shown, made of what is protected alone.
//! * [`table`]: tables that hang together, and what is shown of each cell.
//! * [`suppress`]: what to hide beside the small cells; [`certificate`]: the proof, and its check; [`attack`]: what a reader with a solver finds.
pub mod adaptive;
pub mod agreement;
pub mod attack;
pub mod certificate;
pub mod policy;
pub mod products;
pub mod protected;
pub mod published;
pub mod released;
pub mod role;
pub mod signs;
pub mod suppress;
pub mod table;
pub mod tiers;
pub mod utility;
pub use policy::{Access, Policy};
pub use released::{Released, View};
pub use role::Role;
