//! What a person reads: pages, charts and spreadsheets, as bytes.
//!
//! | question | here |
//! | --- | --- |
//! | does what is given follow what is needed, and how does one show it? | [`challenge`] |
//! | what is published of a month? | [`summary`] |
//! | do the measures of success move? | [`success`] |
//! | how do figures become a workbook that meets the government's guidance? | [`workbook`] |
//! | how do figures become a picture with a title, a description and a table? | [`chart`] |
//!
//! No file is opened and no clock is read: the same figures give the same bytes.

pub mod challenge;
pub mod chart;
pub mod success;
pub mod summary;
pub mod workbook;

/// How pages look, on screens of any width, in forced colours and on A4.
pub const STYLE: &str = include_str!("style.css");
