//! Months as they were published: files that stand beside the releases. Nothing here opens one: the caller gives them.

use hotspot_core::Month;
use hotspot_core::release::DataClass;
use jiff::civil::Date;
use std::fmt;

/// Who reads an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tier {
    /// Exact figures.
    Analyst,
    /// Protected figures.
    Oversight,
}

impl Tier {
    /// As records of editions and addresses have it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Analyst => "analyst",
            Self::Oversight => "oversight",
        }
    }

    /// By its identifier.
    pub fn of(id: &str) -> Option<Self> {
        [Self::Analyst, Self::Oversight].into_iter().find(|tier| tier.id() == id)
    }
}

/// An edition of the monthly summary.
#[derive(Debug, Clone)]
pub struct PublishedMonth {
    /// The month.
    pub month: Month,
    /// Who reads it.
    pub tier: Tier,
    /// State of the store.
    pub known_on: Date,
    /// Class of the records.
    pub class: DataClass,
    /// The edition before, with which it was compared.
    pub before: Option<String>,
    /// What a reader must know.
    pub warnings: Vec<String>,
    /// Name and bytes of its files.
    pub files: Vec<(String, u64)>,
    /// What it has otherwise than the edition before.
    pub revised: Option<MonthRevised>,
}

/// What an edition has otherwise than the one before.
#[derive(Debug, Clone)]
pub struct MonthRevised {
    /// Figures, of every place and strand.
    pub figures: u64,
    /// All records of the whole area: month, figure before, figure now.
    pub london: Vec<(String, Option<u64>, Option<u64>)>,
}

/// Published months; an error says what is wrong, and never a value.
pub struct Months {
    /// The editions that stand there now, the newest first.
    pub list: Box<List>,
    /// A file of an edition; none when there is no such edition or file.
    pub file: Box<File>,
}

type List = dyn Fn() -> Result<Vec<PublishedMonth>, String> + Send + Sync;
type File = dyn Fn(Tier, Month, &str) -> Result<Option<Vec<u8>>, String> + Send + Sync;

impl fmt::Debug for Months {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Months")
    }
}
