//! Workbooks of statistics that meet the guidance for the public sector, as XLSX and as ODS.
//!
//! The guidance is "Releasing statistics in spreadsheets" of the Government Analysis Function. What it asks is not left to
//! the caller: a [`Workbook`] has a cover, a contents sheet with links, a notes sheet and then one marked-up table a sheet,
//! and the constructors refuse what it forbids, so that a workbook that exists can be published.
//!
//! | question | here |
//! | --- | --- |
//! | what is in the file? | [`Workbook`], [`About`], [`Cover`], [`Section`] |
//! | what is on a sheet? | [`Sheet`], with one [`Table`] of [`Column`]s |
//! | what is in a cell, and how is it shown? | [`Cell`], [`Format`] |
//! | what is said where there is no number? | [`Shorthand`] |
//! | why was it refused? | [`WorkbookError`], a place and a [`Rule`] |
//!
//! * A number stays a number and a month stays a date. A marker of a number (`[p]`, `[r]`) goes into a column of its own to
//!   the right of it; a cell without a number holds the [`Shorthand`] that says why.
//! * Above each table stand its title, what the sheet contains, the lines of the caller, the notes that it refers to and the
//!   shorthand that it uses: both are found by reading it for `[note 1]`, `[p]` and the like.
//! * Text is never a formula, whatever it begins with.
//! * The same workbook gives the same bytes on any machine: the date is passed in and the archive carries no time.
//!
//! ```
//! use hotspot_report::workbook::{About, Cell, Column, Cover, Format, Sheet, Shorthand, Table, Workbook};
//!
//! let table = Table::new(
//!     "visits_by_library",
//!     vec![
//!         Column::new("Library", Format::Text),
//!         Column::new("Month", Format::Month),
//!         Column::new("Visits", Format::Integer),
//!         Column::new("Visits: status", Format::Text),
//!     ],
//!     vec![
//!         vec!["North".into(), Cell::Month("2026-09".parse()?), 1204.0.into(), "final".into()],
//!         vec!["North".into(), Cell::Month("2026-10".parse()?), 1180.0.into(), Shorthand::Provisional.into()],
//!         vec!["South".into(), Cell::Month("2026-10".parse()?), Shorthand::NotAvailable.into(), "closed".into()],
//!     ],
//! )?;
//! let sheet = Sheet::new("Table 1", "Visits by library and month [note 1]", vec!["Unit: visits.".into()], table)?;
//! let workbook = Workbook::new(
//!     About {
//!         title: "Library visits, October 2026".into(),
//!         subject: "Visits to public libraries".into(),
//!         publisher: "Town council".into(),
//!         keywords: vec!["libraries".into()],
//!         created: jiff::civil::date(2026, 11, 5),
//!     },
//!     Cover {
//!         summary: vec!["Visits to each library of the town, counted at the door.".into()],
//!         period: "September to October 2026".into(),
//!         marking: "Official".into(),
//!         known_on: jiff::civil::date(2026, 11, 2),
//!         contact: "libraries@example.org".into(),
//!         sections: vec![],
//!     },
//!     vec!["A visit is one person through the door; staff are not counted.".into()],
//!     vec![sheet],
//! )?;
//! assert_eq!(workbook.to_xlsx()?, workbook.to_xlsx()?);
//! assert!(workbook.to_ods()?.starts_with(b"PK"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod archive;
mod book;
mod cell;
mod error;
mod ods;
mod page;
mod sheet;
mod shorthand;
mod table;
mod text;
mod xlsx;

pub use archive::pack;
pub use book::{About, Cover, Section, Workbook};
pub use cell::Cell;
pub(crate) use cell::NONE;
pub use error::{Rule, WorkbookError, WriteError};
pub use sheet::Sheet;
pub use shorthand::Shorthand;
pub use table::{Column, Format, Table};

/// Language of every workbook: the sentences that it adds are English of the United Kingdom.
pub const LANGUAGE: &str = "en-GB";
/// Sans serif font of every cell.
pub const FONT: &str = "Arial";
/// Points of the text of a table and of the lines above it.
pub const BODY_POINTS: u8 = 11;
/// Points of the title in the first cell of a sheet.
pub const TITLE_POINTS: u8 = 16;
/// Points of a heading on the cover.
pub const HEADING_POINTS: u8 = 14;
