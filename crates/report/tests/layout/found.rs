//! What a reader finds in a workbook, whatever its format.

#[derive(Debug, Default)]
pub struct Book {
    pub title: String,
    pub subject: String,
    pub author: String,
    pub language: String,
    pub keywords: Vec<String>,
    /// The sheet that is in front when it is opened.
    pub opens_on: usize,
    pub sheets: Vec<Sheet>,
}

#[derive(Debug, Default)]
pub struct Sheet {
    pub name: String,
    pub rows: Vec<Vec<Option<Cell>>>,
    pub merged: bool,
    pub hidden: bool,
    /// Characters across each column.
    pub widths: Vec<f64>,
    /// Points from top to bottom of each row.
    pub heights: Vec<f64>,
    /// Rows that stay in sight.
    pub frozen: usize,
    pub tables: Vec<MarkedUp>,
    /// Row, column and address of each link.
    pub links: Vec<(usize, usize, String)>,
}

#[derive(Debug)]
pub struct MarkedUp {
    pub name: String,
    /// First and last, from 0; the first is the header.
    pub rows: [usize; 2],
    pub columns: [usize; 2],
    /// The headers by which the file knows the columns, if it does.
    pub headers: Option<Vec<String>>,
    pub has_header: bool,
    pub has_filter: bool,
}

#[derive(Debug, Clone)]
pub struct Cell {
    pub value: Value,
    pub formula: bool,
    pub look: Look,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Number(f64),
    /// A share of 1.
    Percentage(f64),
    /// YYYY-MM-DD.
    Date(String),
}

#[derive(Debug, Clone, Default)]
pub struct Look {
    pub font: String,
    pub points: f64,
    pub bold: bool,
    /// Whether it is right aligned, if it says so.
    pub right: Option<bool>,
    pub wrapped: bool,
    /// A colour other than that of links.
    pub coloured: bool,
}

impl Cell {
    pub fn text(&self) -> &str {
        match &self.value {
            Value::Text(text) => text,
            other => panic!("not a text: {other:?}"),
        }
    }
}

impl Sheet {
    pub fn values(&self) -> Vec<Vec<Option<Value>>> {
        self.rows.iter().map(|row| row.iter().map(|cell| cell.as_ref().map(|cell| cell.value.clone())).collect()).collect()
    }
}

/// Row and column, from 0, of an address like `B7`.
pub fn address(text: &str) -> (usize, usize) {
    let text = text.replace('$', "");
    let split = text.find(|c: char| c.is_ascii_digit()).unwrap();
    let column = text[..split].bytes().fold(0, |column, letter| column * 26 + usize::from(letter - b'A') + 1);
    (text[split..].parse::<usize>().unwrap() - 1, column - 1)
}
