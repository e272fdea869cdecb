//! The monthly borough summary: what is counted, and the folder of the editions.
//!
//! | question | here |
//! | --- | --- |
//! | how do the store's records become a cube? | [`place`], [`cube`] |
//! | where do editions stand, and what did the one before say? | [`Editions`] |
//! | what stands on the shelf for people to read? | [`Shelf`] |
//! | which boroughs does a supplied table call similar? | [`read_similar`] |
//! | how does a table become Parquet? | [`parquet`] |
//! | what does an edition say of itself? | [`Record`] |

mod count;
mod editions;
mod record;
mod shelf;
mod similar;
mod table;

pub use count::{MAX_AREAS, NOT_KNOWN, cube, place};
pub(crate) use editions::open_record;
pub use editions::{Again, Before, Editions, FILE, Published, file_name};
pub use record::{FileOf, Given, Ran, Record, TableOf};
pub use shelf::{OnShelf, Revised, RevisedMonth, Shelf};
pub use similar::read_similar;
pub use table::parquet;
