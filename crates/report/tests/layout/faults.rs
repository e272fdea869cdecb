//! The rules of the guidance, held against what a reader found.

use crate::found::{Book, Cell, MarkedUp, Sheet, Value};
use hotspot_report::workbook::Shorthand;
use std::collections::{BTreeSet, HashSet};

/// Each broken rule, in words; none in a sound workbook.
pub fn faults(book: &Book) -> Vec<String> {
    let mut faults = Faults(vec![]);
    let properties = [("title", &book.title), ("subject", &book.subject), ("author", &book.author)];
    for (name, property) in properties {
        faults.unless(!property.is_empty(), || format!("no {name} of the document"));
    }
    faults.unless(book.language == "en-GB", || "language of the document".to_owned());
    faults.unless(!book.keywords.is_empty(), || "no keywords".to_owned());
    faults.unless(book.opens_on == 0, || format!("opens on sheet {}", book.opens_on));

    let names: Vec<_> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    faults.unless(names.starts_with(&["Cover", "Contents", "Notes"]), || "no cover, contents and notes in front".to_owned());
    let distinct: HashSet<_> = names.iter().map(|name| name.to_lowercase()).collect();
    faults.unless(distinct.len() == names.len(), || "name of a sheet twice".to_owned());
    let mut tables = HashSet::new();
    for (at, sheet) in book.sheets.iter().enumerate() {
        on_sheet(&mut faults, sheet, at);
        for table in &sheet.tables {
            let generic = table.name.to_lowercase().strip_prefix("table").is_some_and(|rest| rest.parse::<u32>().is_ok());
            let once = tables.insert(table.name.to_lowercase());
            faults.unless(once && !generic, || format!("{}: name of a table twice or generic", sheet.name));
        }
    }
    if book.sheets.len() > 3 {
        on_cover(&mut faults, book);
        on_contents(&mut faults, book);
        for sheet in &book.sheets[3..] {
            explained(&mut faults, sheet, &book.sheets[2]);
        }
    }
    faults.0
}

struct Faults(Vec<String>);

impl Faults {
    fn unless(&mut self, sound: bool, fault: impl FnOnce() -> String) {
        if !sound {
            self.0.push(fault());
        }
    }
}

fn on_sheet(faults: &mut Faults, sheet: &Sheet, at: usize) {
    let name = &sheet.name;
    let forbidden = name.contains(['[', ']', ':', '*', '?', '/', '\\']);
    faults.unless(name.encode_utf16().count() < 31 && !name.is_empty() && !forbidden, || format!("{name}: name of a sheet"));
    faults.unless(!sheet.merged, || format!("{name}: merged cells"));
    faults.unless(!sheet.hidden, || format!("{name}: a hidden sheet, row or column"));

    let title = sheet.rows.first().and_then(|row| row.first()?.as_ref());
    let titled = title.is_some_and(|cell| cell.look.bold && cell.look.points >= 14.0 && matches!(cell.value, Value::Text(_)));
    faults.unless(titled, || format!("{name}: no title in the first cell, bold, of 14 points or more"));
    for cell in sheet.rows.iter().flatten().flatten() {
        faults.unless(cell.look.font == "Arial", || format!("{name}: font {}", cell.look.font));
        faults.unless(cell.look.points >= 11.0, || format!("{name}: {} points", cell.look.points));
        faults.unless(!cell.formula, || format!("{name}: a formula"));
        faults.unless(!cell.look.coloured, || format!("{name}: a colour"));
    }

    for (row, cells) in sheet.rows.iter().enumerate() {
        for (cell, width) in cells.iter().zip(&sheet.widths) {
            let Some(Cell { value: Value::Text(text), look, .. }) = cell else { continue };
            let across = |line: &str| if look.wrapped { (line.chars().count() as f64 / width).ceil().max(1.0) } else { 1.0 };
            let needed = (text.split('\n').map(across).sum::<f64>() * look.points * 1.2).min(400.0);
            faults.unless(sheet.heights[row] >= needed, || format!("{name}: row {} is too low for its text", row + 1));
        }
    }

    faults.unless(sheet.tables.len() <= 1 && (at < 3 || sheet.tables.len() == 1), || format!("{name}: not one table"));
    let top = sheet.tables.first().map_or(sheet.rows.len(), |table| table.rows[0]);
    for (row, cells) in sheet.rows.iter().take(top).enumerate() {
        let alone = cells.first().is_some_and(Option::is_some) && cells.iter().skip(1).all(Option::is_none);
        faults.unless(alone, || format!("{name}: row {} is empty or has text outside the first column", row + 1));
        let left = cells.iter().flatten().all(|cell| cell.look.right == Some(false));
        faults.unless(left, || format!("{name}: row {} is not left aligned", row + 1));
        let wrapped = cells.iter().flatten().all(|cell| cell.look.wrapped);
        faults.unless(wrapped || !sheet.tables.is_empty(), || format!("{name}: row {} is not wrapped", row + 1));
    }
    if let Some(table) = sheet.tables.first() {
        on_table(faults, sheet, table);
        let says = sheet.rows.get(1).and_then(|row| row[0].as_ref()).map(Cell::text).unwrap_or_default();
        faults.unless(says.starts_with("This worksheet contains one table"), || format!("{name}: does not say what it contains"));
    }
}

fn on_table(faults: &mut Faults, sheet: &Sheet, table: &MarkedUp) {
    let name = &sheet.name;
    let [top, bottom] = table.rows;
    let width = table.columns[1] + 1;
    faults.unless(table.columns[0] == 0, || format!("{name}: the table does not begin in the first column"));
    faults.unless(table.has_header, || format!("{name}: no header"));
    faults.unless(!table.has_filter, || format!("{name}: filter buttons"));
    faults.unless(sheet.frozen == top + 1, || format!("{name}: frozen below row {}, not below the header", sheet.frozen));
    faults.unless(sheet.rows.len() == bottom + 1, || format!("{name}: the table is not the last thing on the sheet"));

    let header = &sheet.rows[top];
    let texts: Vec<_> = header.iter().map(|cell| cell.as_ref().map(|cell| cell.value.clone())).collect();
    if let Some(headers) = &table.headers {
        let known: Vec<_> = headers.iter().map(|header| Some(Value::Text(header.clone()))).collect();
        faults.unless(texts == known, || format!("{name}: the table's header is not what the file says"));
    }
    let distinct: HashSet<_> = texts.iter().map(|text| format!("{text:?}").to_lowercase()).collect();
    faults.unless(distinct.len() == width, || format!("{name}: a header twice"));
    let looks = header.iter().flatten().all(|cell| cell.look.bold && cell.look.wrapped);
    faults.unless(looks, || format!("{name}: a header that is not bold and wrapped"));

    for (row, cells) in sheet.rows.iter().enumerate().skip(top) {
        faults.unless(cells.len() <= width, || format!("{name}: row {} is wider than the table", row + 1));
        for column in 0..width {
            match cells.get(column).and_then(Option::as_ref) {
                Some(cell) => fits(faults, sheet, top, column, cell),
                None => faults.0.push(format!("{name}: empty cell in row {}", row + 1)),
            }
        }
    }
}

/// Numbers are on the right, like everything in their column; text is on the left; both are as wide as the column at most.
fn fits(faults: &mut Faults, sheet: &Sheet, top: usize, column: usize, cell: &Cell) {
    let name = &sheet.name;
    let below = || sheet.rows[top + 1..].iter().filter_map(|row| row.get(column)?.as_ref());
    let has_values = below().any(|cell| !matches!(cell.value, Value::Text(_)));
    let has_text = below().any(|cell| matches!(&cell.value, Value::Text(text) if !text.starts_with('[')));
    if has_values || has_text {
        faults.unless(cell.look.right == Some(has_values), || format!("{name}: column {} is wrongly aligned", column + 1));
    }
    let shown = match &cell.value {
        Value::Text(text) if cell.look.wrapped => {
            text.split(|c: char| c.is_whitespace() || c == '-').map(|word| word.chars().count()).max().unwrap_or_default().min(12)
        }
        Value::Text(text) => text.chars().count(),
        Value::Number(number) => format!("{number:.0}").len(),
        Value::Percentage(share) => format!("{:.0}%", share * 100.0).len(),
        Value::Date(date) => date.parse::<jiff::civil::Date>().unwrap().strftime("%B %Y").to_string().len(),
    };
    let width = sheet.widths.get(column).copied().unwrap_or_default();
    faults.unless(shown as f64 <= width, || format!("{name}: column {} is too narrow", column + 1));
}

fn on_cover(faults: &mut Faults, book: &Book) {
    let cover = &book.sheets[0];
    let texts: Vec<_> = cover.rows.iter().filter_map(|row| Some(row.first()?.as_ref()?.text())).collect();
    faults.unless(texts.first() == Some(&book.title.as_str()), || "Cover: its title is not the document's".to_owned());
    for heading in ["Period", "Publisher", "Marking", "Data as known on", "Contact"] {
        faults.unless(texts.contains(&heading), || format!("Cover: no {heading}"));
    }
}

fn on_contents(faults: &mut Faults, book: &Book) {
    let contents = &book.sheets[1];
    let linked: BTreeSet<_> = contents.links.iter().map(|(_, _, target)| target.clone()).collect();
    let others = book.sheets.iter().enumerate().filter(|(at, _)| *at != 1);
    let expected: BTreeSet<_> = others.map(|(_, sheet)| format!("'{}'!A1", sheet.name)).collect();
    faults.unless(linked == expected, || format!("Contents: links to {linked:?}"));
    for (row, column, target) in &contents.links {
        let text = contents.rows[*row][*column].as_ref().map(Cell::text).unwrap_or_default();
        faults.unless(*target == format!("'{text}'!A1"), || format!("Contents: a link called {text} leads to {target}"));
    }
}

/// The shorthand and the notes of a sheet, and no others, are explained above its table and on the notes sheet.
fn explained(faults: &mut Faults, sheet: &Sheet, notes: &Sheet) {
    let name = &sheet.name;
    let Some(table) = sheet.tables.first() else { return };
    let text = |cell: &Cell| if let Value::Text(text) = &cell.value { text.clone() } else { String::new() };
    let above: Vec<_> = sheet.rows[..table.rows[0]].iter().flatten().flatten().map(text).collect();
    let used: Vec<_> = sheet.rows[table.rows[0]..].iter().flatten().flatten().map(text).collect();
    let meanings: Vec<_> = notes.rows.iter().filter_map(|row| Some(text(row.first()?.as_ref()?))).collect();
    for shorthand in Shorthand::ALL {
        let symbol = shorthand.symbol();
        let is_used = used.iter().any(|text| text.contains(symbol));
        let says = format!("{symbol} is {}", shorthand.meaning());
        let is_explained = above.iter().any(|line| line.contains(&says));
        faults.unless(is_used == is_explained, || format!("{name}: shorthand {symbol} is used or explained without the other"));
        faults.unless(!is_used || meanings.iter().any(|first| first == symbol), || format!("Notes: no shorthand {symbol}"));
    }
    for number in 1..=9 {
        let mark = format!("[note {number}]");
        if above.iter().chain(&used).any(|text| text.contains(&mark)) {
            let named = above.iter().any(|line| line.starts_with("Notes used in this table") && line.contains(&mark));
            faults.unless(named, || format!("{name}: {mark} is not named above the table"));
            let there = meanings.contains(&format!("note {number}"));
            faults.unless(there, || format!("Notes: no {mark}"));
        }
    }
}
