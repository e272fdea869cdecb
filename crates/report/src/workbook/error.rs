//! Why a workbook was refused or could not be written.

/// What the guidance, or one of the formats, forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// Nothing to read.
    #[error("may not be empty; a cell without a value holds a shorthand that says why")]
    Empty,
    /// A character that neither format can carry.
    #[error("has a control character that a workbook cannot carry")]
    ControlCharacter,
    /// A label with a tab, a line break or a space at its edge.
    #[error("must be one line without tabs and without spaces at its ends")]
    OneLine,
    /// More than a cell or a label holds.
    #[error("is too long: at most {0} characters")]
    TooLong(usize),
    /// A cell that is not of its column's kind.
    #[error("does not fit the format of its column")]
    Format,
    /// NaN or infinite.
    #[error("must be a finite number")]
    NotFinite,
    /// A number of more digits than a spreadsheet keeps.
    #[error("must be less than 1,000,000,000,000,000 on either side of zero")]
    Digits,
    /// A month about whose first day spreadsheets disagree, some of which count a 29 February 1900.
    #[error("must be March 1900 or later")]
    Month,
    /// A fraction in a column of whole numbers, where its digits would be hidden.
    #[error("must be a whole number")]
    NotWhole,
    /// More decimal places than are of use.
    #[error("may have at most 9 decimal places")]
    Decimals,
    /// A row with more or fewer cells than there are columns.
    #[error("must have one cell for each column")]
    Ragged,
    /// A table without columns or rows, or a workbook without sheets.
    #[error("must have at least one column and one row")]
    NoCells,
    /// More rows or columns than a sheet holds.
    #[error("is larger than a sheet: 1,000,000 rows, 16,384 columns")]
    TooLarge,
    /// `_x0041_` and the like in a header.
    #[error("may not have _x in it, by which Excel begins the number of a character")]
    Escape,
    /// A header, a sheet or a table that is there twice, capitals aside.
    #[error("has the name of another one; capitals do not count")]
    Duplicate,
    /// A name that a sheet cannot have.
    #[error("must have fewer than 31 characters and none of [ ] : * ? / \\ '")]
    SheetName,
    /// A name that a table cannot have.
    #[error("must begin with four letters, then letters, digits and underscores; at most 255 characters")]
    TableName,
    /// A reference to a note that is not there.
    #[error("refers to a note that the workbook does not have")]
    UnknownNote,
    /// A date that a spreadsheet does not count.
    #[error("must be a date from 1900 to 9999")]
    Date,
    /// No sheet with a table.
    #[error("must have at least one sheet with a table")]
    NoSheets,
}

/// A workbook that may not be published: where, and the rule. It never holds the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place} {rule}")]
pub struct WorkbookError {
    /// Where: a sheet, a table with row (from 1, the header aside) and column, a part of the cover, a note.
    pub place: String,
    /// What is forbidden there.
    pub rule: Rule,
}

impl Rule {
    pub(super) fn at(self, place: impl Into<String>) -> WorkbookError {
        WorkbookError { place: place.into(), rule: self }
    }
}

/// A workbook that could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The XLSX writer refused.
    #[error("the XLSX file could not be written: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// The archive could not be written, as when it is over 4 GB.
    #[error("the archive of the workbook could not be written: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// Its bytes could not be read or written.
    #[error("the archive of the workbook could not be written: {0}")]
    Bytes(#[from] std::io::Error),
}
