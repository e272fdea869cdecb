//! Tables that hang together: cells, what is shown of each, and the sums that anybody knows of them.

/// The place of a cell that is no figure of its own, such as what lies beside the hotspots of an area: nobody knows that it is one.
pub const NOWHERE: u32 = u32::MAX;

/// A cell of some table, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellId(pub(super) u32);

impl CellId {
    /// The cell in a row: what a proof that was written down says.
    pub const fn at(row: u32) -> Self {
        Self(row)
    }

    /// Its row among the cells.
    pub const fn row(self) -> usize {
        self.0 as usize
    }
}

/// What is shown of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shown {
    /// Its count.
    Count,
    /// A band that its count lies in, ends included.
    Band {
        /// Least.
        low: u32,
        /// Most.
        high: u32,
    },
    /// Nothing. One sign for what is small and for what would give the small away: who reads the rules learns nothing from it.
    Nothing,
}

/// Whether what is shown of a cell may still change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It may be hidden.
    Open,
    /// It was shown before: hiding it now would take nothing from anybody.
    Published,
}

/// How much must stay unknown of a small cell (Fischetti and Salazar's protection levels).
///
/// Whoever knows everything published must find possible: a count at least [`lower`](Self::lower) below the true one (or zero), and one at
/// least [`upper`](Self::upper) above it and no smaller than the threshold; and the two at least [`width`](Self::width) apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Protection {
    /// Counts below this are small; zero is.
    pub threshold: u32,
    /// Lower protection level.
    pub lower: u32,
    /// Upper protection level.
    pub upper: u32,
    /// Sliding protection level.
    pub width: u32,
}

impl Protection {
    /// Levels of 2 and 2, and a width of the threshold.
    pub const fn of(threshold: u32) -> Self {
        Self { threshold, lower: 2, upper: 2, width: threshold }
    }

    /// The two counts that must be possible for whoever knows some of the records counted: of a cell with this count, of which this is shown.
    /// What he does not know is protected as a count is.
    pub fn wanted(&self, count: u32, shown: Shown, known: u32) -> [u32; 2] {
        let rest = count.saturating_sub(known);
        let low = rest.saturating_sub(self.lower);
        let high = self.threshold.max(rest + self.upper).max(low + self.width);
        match shown {
            Shown::Band { low, high } => [low.max(known), high],
            Shown::Count | Shown::Nothing => [known + low, known + high],
        }
    }
}

/// How cells hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sign {
    /// The terms sum to zero: parts and their total.
    Zero,
    /// The terms sum to zero or less: a part without the others.
    AtMostZero,
}

/// A sum that anybody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Cells with their factors.
    pub terms: Vec<(CellId, i32)>,
    /// What they sum to.
    pub sign: Sign,
}

impl Relation {
    /// The sum of its terms as they are counted.
    pub fn sum_of(&self, tables: &LinkedTables) -> i64 {
        self.terms.iter().map(|(cell, factor)| i64::from(*factor) * i64::from(tables.count(*cell))).sum()
    }
}

/// The true counts do not add up: a fault of whoever made the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the parts of a table do not sum to its total, or a part is more than its whole")]
pub struct DoesNotAddUp;

/// Cells, what is shown of them, and how they hang together. The counts are exact: this never leaves.
#[derive(Debug, Clone, Default)]
pub struct LinkedTables {
    counts: Vec<u32>,
    shown: Vec<Shown>,
    standing: Vec<Standing>,
    sensitive: Vec<bool>,
    /// Cells of one place: what a small community knows of.
    group: Vec<u32>,
    /// The most that it is asked to be able to be.
    cap: Vec<u32>,
    /// What hiding it costs.
    weight: Vec<f64>,
    /// The sums that it is a part of, and the wholes that it lies within.
    wholes: Vec<Vec<CellId>>,
    /// The relations whose total it is.
    sums: Vec<Vec<u32>>,
    relations: Vec<Relation>,
}

impl LinkedTables {
    /// No table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a cell that is shown, not sensitive, and may be hidden; `group` numbers its place (or is [`NOWHERE`]), `weight` says what hiding it costs.
    pub fn add(&mut self, count: u32, group: u32, weight: f64) -> CellId {
        let id = CellId(u32::try_from(self.counts.len()).expect("fewer cells than 2^32"));
        self.counts.push(count);
        self.shown.push(Shown::Count);
        self.standing.push(Standing::Open);
        self.sensitive.push(false);
        self.group.push(group);
        self.cap.push(u32::MAX);
        self.weight.push(weight.max(1e-3));
        self.wholes.push(Vec::new());
        self.sums.push(Vec::new());
        id
    }

    /// States that parts sum to a total.
    ///
    /// # Errors
    /// [`DoesNotAddUp`].
    pub fn sums(&mut self, total: CellId, parts: &[CellId]) -> Result<(), DoesNotAddUp> {
        let terms = parts.iter().map(|part| (*part, 1)).chain([(total, -1)]).collect();
        self.relate(Relation { terms, sign: Sign::Zero })
    }

    /// States that parts together are no more than a whole.
    ///
    /// # Errors
    /// [`DoesNotAddUp`].
    pub fn within(&mut self, whole: CellId, parts: &[CellId]) -> Result<(), DoesNotAddUp> {
        let terms = parts.iter().map(|part| (*part, 1)).chain([(whole, -1)]).collect();
        self.relate(Relation { terms, sign: Sign::AtMostZero })?;
        for part in parts {
            self.wholes[part.row()].push(whole);
        }
        Ok(())
    }

    /// States a relation.
    ///
    /// # Errors
    /// [`DoesNotAddUp`].
    pub fn relate(&mut self, relation: Relation) -> Result<(), DoesNotAddUp> {
        let sum = relation.sum_of(self);
        let holds = match relation.sign {
            Sign::Zero => sum == 0,
            Sign::AtMostZero => sum <= 0,
        };
        if !holds {
            return Err(DoesNotAddUp);
        }
        if relation.sign == Sign::Zero {
            for (total, _) in relation.terms.iter().filter(|t| t.1 < 0) {
                self.sums[total.row()].push(self.relations.len() as u32);
                relation.terms.iter().filter(|t| t.1 > 0).for_each(|(part, _)| self.wholes[part.row()].push(*total));
            }
        }
        self.relations.push(relation);
        Ok(())
    }

    /// Marks a cell as one that must not be found out. Unless a band is shown of it, nothing is.
    pub fn hide_sensitive(&mut self, cell: CellId) {
        self.sensitive[cell.row()] = true;
        if self.shown[cell.row()] == Shown::Count {
            self.shown[cell.row()] = Shown::Nothing;
        }
    }

    /// Asks of a cell that it could be this much and no more: what is a part of something that is told is not more than that.
    pub fn cap(&mut self, cell: CellId, most: u32) {
        self.cap[cell.row()] = most;
    }

    /// The most that a cell is asked to be able to be.
    pub fn most(&self, cell: CellId) -> u32 {
        self.cap[cell.row()]
    }

    /// Shows nothing of a cell.
    pub fn hide(&mut self, cell: CellId) {
        self.shown[cell.row()] = Shown::Nothing;
    }

    /// Shows a band of a cell.
    pub fn band(&mut self, cell: CellId, low: u32, high: u32) {
        self.shown[cell.row()] = Shown::Band { low, high };
    }

    /// What is shown of a cell was published before.
    pub fn publish(&mut self, cell: CellId) {
        self.standing[cell.row()] = Standing::Published;
    }

    /// Number of cells.
    pub const fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there is no cell.
    pub const fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = CellId> + use<> {
        (0..self.counts.len() as u32).map(CellId)
    }

    /// Its true count.
    pub fn count(&self, cell: CellId) -> u32 {
        self.counts[cell.row()]
    }

    /// What is shown of it.
    pub fn shown(&self, cell: CellId) -> Shown {
        self.shown[cell.row()]
    }

    /// Whether what is shown of it may change.
    pub fn standing(&self, cell: CellId) -> Standing {
        self.standing[cell.row()]
    }

    /// Whether it must not be found out.
    pub fn is_sensitive(&self, cell: CellId) -> bool {
        self.sensitive[cell.row()]
    }

    /// The number of its place.
    pub fn group(&self, cell: CellId) -> u32 {
        self.group[cell.row()]
    }

    /// What hiding it costs.
    pub fn weight(&self, cell: CellId) -> f64 {
        self.weight[cell.row()]
    }

    /// Whether somebody may know it beside everything published, from `records` of his own or of his community: it is that small, and no
    /// sum of others (whoever knows all records of a sum has nothing left to find out but his own).
    pub fn may_be_known(&self, cell: CellId, records: u32) -> bool {
        (1..=records).contains(&self.counts[cell.row()]) && !self.is_total(cell) && self.group[cell.row()] != NOWHERE
    }

    /// Whether it is the sum of others.
    pub fn is_total(&self, cell: CellId) -> bool {
        !self.sums[cell.row()].is_empty()
    }

    /// Whether a cell is the sum of nothing but known cells and cells that are shown: whoever knows those knows it without any table.
    pub fn is_made_of(&self, cell: CellId, known: &[CellId]) -> bool {
        known.contains(&cell)
            || self.shown(cell) == Shown::Count
            || self.sums[cell.row()].iter().any(|row| {
                let parts = self.relations[*row as usize].terms.iter().filter(|t| t.1 > 0);
                parts.clone().all(|(part, _)| self.is_made_of(*part, known))
            })
    }

    /// Whether everything that a cell counts is among known cells, itself or what it is the sum of.
    fn is_known(&self, cell: CellId, known: &[CellId]) -> bool {
        let parts = |row: &u32| self.relations[*row as usize].terms.iter().filter(|t| t.1 > 0);
        known.contains(&cell) || self.sums[cell.row()].iter().any(|row| parts(row).all(|(part, _)| self.is_known(*part, known)))
    }

    /// Whether a cell is a part of something of which all is known: what is in it is among the known records, or nothing is.
    pub fn is_within(&self, cell: CellId, known: &[CellId]) -> bool {
        !known.is_empty() && self.wholes[cell.row()].iter().any(|whole| self.is_known(*whole, known))
    }

    /// Whether a cell counts all that a part counts: itself, or a sum or a whole that the part is in.
    pub fn contains(&self, whole: CellId, part: CellId) -> bool {
        whole == part || self.wholes[part.row()].iter().any(|up| self.contains(whole, *up))
    }

    /// How many of the records that a cell counts one knows who knows these cells; records of several strands may be the same.
    pub fn known_of(&self, cell: CellId, known: &[CellId]) -> u32 {
        let records: u32 = known.iter().filter(|k| self.contains(cell, **k)).map(|k| self.count(*k)).sum();
        records.min(self.count(cell))
    }

    /// How the cells hang together.
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// The least and the most that a cell may be for whoever sees only what is shown of it.
    pub fn range(&self, cell: CellId) -> (u32, Option<u32>) {
        match self.shown[cell.row()] {
            Shown::Count => (self.counts[cell.row()], Some(self.counts[cell.row()])),
            Shown::Band { low, high } => (low, Some(high)),
            Shown::Nothing => (0, None),
        }
    }
}
