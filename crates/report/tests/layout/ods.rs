//! Reads an OpenDocument spreadsheet.

use crate::found::{Book, Cell, Look, MarkedUp, Sheet, Value, address};
use crate::parts::parts;
use crate::xml::{Child, Element};
use std::collections::HashMap;

pub fn read(bytes: &[u8]) -> Book {
    let parts: HashMap<_, _> = parts(bytes).into_iter().collect();
    let part = |name: &str| Element::parse(&parts[name]);
    let (content, styles, meta, settings) = (part("content.xml"), part("styles.xml"), part("meta.xml"), part("settings.xml"));
    let styles = Styles::of(&styles, &content);
    let mut sheets: Vec<_> = content.all("table:table").into_iter().map(|table| sheet(table, &styles)).collect();
    for range in content.all("table:database-range") {
        let target = range.get("table:target-range-address").unwrap();
        let (from, to) = target.split_once(':').unwrap();
        let (name, from) = from.rsplit_once('.').unwrap();
        let ((top, left), (bottom, right)) = (address(from), address(to.rsplit_once('.').unwrap().1));
        let sheet = sheets.iter_mut().find(|sheet| format!("'{}'", sheet.name) == name).unwrap();
        let repeated = sheet.tables.pop().map(|table| table.rows[0]);
        sheet.tables = vec![MarkedUp {
            name: range.get("table:name").unwrap().to_owned(),
            rows: [top, bottom],
            columns: [left, right],
            headers: None,
            has_header: range.get("table:contains-header") == Some("true") && repeated == Some(top),
            has_filter: range.get("table:display-filter-buttons") == Some("true"),
        }];
    }
    let item = |entry: &Element, name: &str| {
        entry.all("config:config-item").into_iter().find(|item| item.get("config:name") == Some(name)).map(Element::text)
    };
    let view = settings.first("config:config-item-set").unwrap();
    assert_eq!(view.get("config:name"), Some("ooo:view-settings"));
    let space = settings.first("office:document-settings").unwrap().get("xmlns:ooo");
    assert_eq!(space, Some("http://openoffice.org/2004/office"), "the prefix of the view's settings is declared");
    for entry in view.first("config:config-item-map-named").unwrap().elements() {
        let sheet = sheets.iter_mut().find(|sheet| Some(sheet.name.as_str()) == entry.get("config:name")).unwrap();
        if item(entry, "VerticalSplitMode").as_deref() == Some("2") {
            sheet.frozen = item(entry, "VerticalSplitPosition").unwrap().parse().unwrap();
        }
    }
    let active = item(&settings, "ActiveTable").unwrap();
    Book {
        title: meta.text_of("dc:title"),
        subject: meta.text_of("dc:subject"),
        author: meta.text_of("dc:creator"),
        language: meta.text_of("dc:language"),
        keywords: meta.all("meta:keyword").into_iter().map(Element::text).collect(),
        opens_on: sheets.iter().position(|sheet| sheet.name == active).unwrap(),
        sheets,
    }
}

fn sheet(table: &Element, styles: &Styles<'_>) -> Sheet {
    let mut sheet = Sheet { name: table.get("table:name").unwrap().to_owned(), ..Sheet::default() };
    for column in table.all("table:table-column") {
        sheet.hidden |= column.get("table:visibility").is_some();
        let width = styles.property(column.get("table:style-name"), "style:column-width").unwrap();
        // Centimetres of a digit: 0.556 of the size in Arial.
        sheet.widths.push(width.strip_suffix("cm").unwrap().parse::<f64>().unwrap() / (11.0 * 0.556 * 2.54 / 72.0));
    }
    let headers = table.all("table:table-header-rows");
    let repeated = headers.first().and_then(|rows| rows.first("table:table-row"));
    for row in table.all("table:table-row") {
        if repeated.is_some_and(|repeated| std::ptr::eq(repeated, row)) {
            let rows = [sheet.rows.len(); 2];
            sheet.tables =
                vec![MarkedUp { name: String::new(), rows, columns: [0; 2], headers: None, has_header: true, has_filter: false }];
        }
        sheet.hidden |= row.get("table:visibility").is_some();
        let height = styles.property(row.get("table:style-name"), "style:row-height").unwrap();
        sheet.heights.push(height.strip_suffix("pt").unwrap().parse().unwrap());
        let mut cells = vec![];
        for cell in row.elements() {
            sheet.merged |= cell.get("table:number-columns-spanned").is_some() || cell.name != "table:table-cell";
            if let Some(link) = cell.first("text:a") {
                let target = link.get("xlink:href").unwrap().trim_start_matches('#').replace("'.", "'!");
                sheet.links.push((sheet.rows.len(), cells.len(), target));
            }
            cells.push(read_cell(cell, styles));
        }
        sheet.rows.push(cells);
    }
    sheet
}

fn read_cell(cell: &Element, styles: &Styles<'_>) -> Option<Cell> {
    let number = |name: &str| cell.get(name).unwrap().parse().unwrap();
    let value = match cell.get("office:value-type")? {
        "string" => Value::Text(cell.get("office:string-value").map_or_else(|| paragraphs(cell), str::to_owned)),
        "float" => Value::Number(number("office:value")),
        "percentage" => Value::Percentage(number("office:value")),
        "date" => Value::Date(cell.get("office:date-value").unwrap().to_owned()),
        other => panic!("a cell of type {other}"),
    };
    let style = cell.get("table:style-name");
    let property = |name: &str| styles.property(style, name);
    let look = Look {
        font: property("style:font-name").unwrap_or_default(),
        points: property("fo:font-size").unwrap().strip_suffix("pt").unwrap().parse().unwrap(),
        bold: property("fo:font-weight").as_deref() == Some("bold"),
        right: property("fo:text-align").map(|align| align == "end"),
        wrapped: property("fo:wrap-option").as_deref() == Some("wrap"),
        coloured: (property("fo:color").is_some() && property("style:text-underline-style").is_none())
            || property("fo:background-color").is_some(),
    };
    Some(Cell { value, formula: cell.get("table:formula").is_some(), look })
}

/// The text of a cell, its white space collapsed as the format says.
fn paragraphs(cell: &Element) -> String {
    let lines: Vec<_> = cell
        .elements()
        .map(|paragraph| {
            let mut text = String::new();
            collapse(paragraph, &mut text);
            text.strip_suffix(' ').unwrap_or(&text).replace('\u{e000}', " ").replace('\u{e001}', "\t")
        })
        .collect();
    lines.join("\n")
}

/// Runs of white space are one space, none at the start; explicit spaces and tabs stand for themselves until the end.
fn collapse(element: &Element, text: &mut String) {
    for child in &element.children {
        match child {
            Child::Element(space) if space.name == "text:s" => {
                let count = space.get("text:c").map_or(1, |count| count.parse().unwrap());
                text.push_str(&"\u{e000}".repeat(count));
            }
            Child::Element(tab) if tab.name == "text:tab" => text.push('\u{e001}'),
            Child::Element(inner) => collapse(inner, text),
            Child::Text(run) => {
                for character in run.chars() {
                    match character {
                        ' ' | '\t' | '\n' | '\r' if text.is_empty() || text.ends_with(' ') => {}
                        ' ' | '\t' | '\n' | '\r' => text.push(' '),
                        _ => text.push(character),
                    }
                }
            }
        }
    }
}

/// Styles by name, each before its parent.
struct Styles<'a>(HashMap<&'a str, &'a Element>, Vec<&'a Element>);

impl<'a> Styles<'a> {
    fn of(named: &'a Element, content: &'a Element) -> Self {
        let all = named.all("style:style").into_iter().chain(content.all("style:style"));
        Self(all.map(|style| (style.get("style:name").unwrap(), style)).collect(), named.all("style:default-style"))
    }

    fn property(&self, style: Option<&str>, name: &str) -> Option<String> {
        let mut at = style;
        while let Some(style) = at.map(|style| self.0[style]) {
            if let Some(value) = style.elements().find_map(|properties| properties.get(name)) {
                return Some(value.to_owned());
            }
            at = style.get("style:parent-style-name");
        }
        self.1.iter().find_map(|style| style.elements().find_map(|properties| properties.get(name))).map(str::to_owned)
    }
}
