//! What stops a step: where, and by which rule. Bad rows are no errors: they are counted and located as [`crate::Reject`].

use crate::ingest::rule::Rule;
use std::fmt;
use std::path::{Path, PathBuf};

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading an input file.
    Ingest,
    /// Reading a mapping file.
    Mapping,
    /// Reading a study area or a layer of areas.
    Areas,
    /// Reading or writing the store.
    Store,
    /// Making facts from the store.
    Facts,
    /// Reading links between records.
    Links,
    /// Writing or reading a release.
    Release,
    /// Protecting a release.
    Protect,
    /// Reading an agreement, or giving what it names.
    Agreement,
    /// Writing a file for the user.
    Write,
}

impl Stage {
    /// What a person reads after "while".
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ingest => "reading the input",
            Self::Mapping => "reading the mapping",
            Self::Areas => "reading the areas",
            Self::Store => "using the store",
            Self::Facts => "making facts",
            Self::Links => "reading the links",
            Self::Release => "handling the release",
            Self::Protect => "protecting the release",
            Self::Agreement => "handling the agreement",
            Self::Write => "writing",
        }
    }
}

/// Why it stopped.
#[derive(Debug)]
pub enum Cause {
    /// The input breaks a rule as a whole.
    Rule(Rule),
    /// A stated condition does not hold. The text never holds a value of a record.
    Refused(String),
    /// Another library or the operating system refused.
    Source(Box<dyn std::error::Error + Send + Sync>),
}

/// A step that could not be done: what, in which file, where in it, and why. Never quotes a value.
#[derive(Debug)]
pub struct Error {
    /// What was being done.
    pub stage: Stage,
    /// The file.
    pub path: PathBuf,
    /// Line of a CSV file (the header is line 1), or number of the record or feature.
    pub row: Option<u64>,
    /// Name of the column as the format or mapping gives it, never as the file does.
    pub column: Option<String>,
    /// Why.
    pub cause: Cause,
}

impl Error {
    /// A rule that the file breaks.
    pub fn rule(stage: Stage, path: &Path, rule: Rule) -> Self {
        Self::new(stage, path, Cause::Rule(rule))
    }

    /// A condition that does not hold. `what` must not contain a value of a record.
    pub fn refused(stage: Stage, path: &Path, what: impl Into<String>) -> Self {
        Self::new(stage, path, Cause::Refused(what.into()))
    }

    /// A failure of another library or of the operating system.
    pub fn source(stage: Stage, path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(stage, path, Cause::Source(source.into()))
    }

    fn new(stage: Stage, path: &Path, cause: Cause) -> Self {
        Self { stage, path: path.to_owned(), row: None, column: None, cause }
    }

    /// The same error at this row.
    #[must_use]
    pub const fn at_row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    /// The same error at this column.
    #[must_use]
    pub fn at_column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    /// The rule that was broken, if it was one.
    pub const fn broken_rule(&self) -> Option<Rule> {
        match self.cause {
            Cause::Rule(rule) => Some(rule),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "while {}: {}", self.stage.label(), self.path.display())?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        match &self.cause {
            Cause::Rule(rule) => write!(f, ": {} ({rule})", rule.explanation()),
            Cause::Refused(what) => write!(f, ": {what}"),
            Cause::Source(_) => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Source(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}

/// Result of the pipeline.
pub type Result<T> = std::result::Result<T, Error>;
