//! Tables of the page.

use crate::chart;
use minijinja::{Value, context};

/// Rows of a table that paper does not cut.
const SHORT: usize = 24;

/// A table with a caption, a head, and rows in groups; the first cell of a row names it.
#[derive(Debug, Default)]
pub struct Grid {
    caption: String,
    head: Vec<Value>,
    groups: Vec<Value>,
    rows: Vec<Value>,
    group: String,
}

/// A cell.
#[derive(Debug)]
pub enum Cell {
    /// Words.
    Words(String),
    /// A figure, aligned to the right.
    Figure(String),
    /// A picture as SVG.
    Picture(String),
}

impl Grid {
    pub fn new(caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), ..Self::default() }
    }

    /// A table of a chart: all words as they are.
    pub fn of(caption: impl Into<String>, table: chart::Table) -> Self {
        let mut grid = Self::new(caption);
        for head in &table.head {
            grid = grid.words(head);
        }
        for row in table.rows {
            grid.row(row.into_iter().map(Cell::Words).collect());
        }
        grid
    }

    /// A column of words.
    pub fn words(mut self, head: &str) -> Self {
        self.head.push(context! { text => head });
        self
    }

    /// A column of sentences.
    pub fn long(mut self, head: &str) -> Self {
        self.head.push(context! { text => head, class => "long" });
        self
    }

    /// A column of figures.
    pub fn figures(self, head: &str) -> Self {
        self.figures_with(head, "")
    }

    /// A column of figures with a word of caution under its head.
    pub fn figures_with(mut self, head: &str, under: &str) -> Self {
        self.head.push(context! { text => head, under, class => "n" });
        self
    }

    /// Begins a group of rows.
    pub fn group(&mut self, name: &str) {
        self.close();
        name.clone_into(&mut self.group);
    }

    pub fn row(&mut self, cells: Vec<Cell>) {
        let cells: Vec<Value> = cells
            .into_iter()
            .map(|cell| match cell {
                Cell::Words(text) => context! { text },
                Cell::Figure(text) => context! { text, class => "n" },
                Cell::Picture(svg) => context! { text => Value::from_safe_string(svg) },
            })
            .collect();
        self.rows.push(Value::from(cells));
    }

    fn close(&mut self) {
        if !self.rows.is_empty() {
            let (name, rows) = (std::mem::take(&mut self.group), std::mem::take(&mut self.rows));
            self.groups.push(context! { name, rows });
        }
    }

    /// For the template; nothing without a row.
    pub fn finish(mut self) -> Value {
        let short = self.groups.is_empty() && self.rows.len() <= SHORT;
        self.close();
        if self.groups.is_empty() {
            return Value::from(());
        }
        context! { caption => self.caption, columns => self.head.len(), head => self.head, groups => self.groups, short }
    }
}
