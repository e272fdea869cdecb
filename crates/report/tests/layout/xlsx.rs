//! Reads an Office Open XML spreadsheet.

use crate::found::{Book, Cell, Look, MarkedUp, Sheet, Value, address};
use crate::parts::parts;
use crate::xml::Element;
use std::collections::HashMap;

pub fn read(bytes: &[u8]) -> Book {
    let parts: HashMap<_, _> = parts(bytes).into_iter().collect();
    let part = |name: &str| Element::parse(&parts[name]);
    let related = |name: &str| {
        let relations = parts.get(name).map(|text| Element::parse(text)).unwrap_or_default();
        let target = |relation: &Element| Some((relation.get("Id")?.to_owned(), relation.get("Target")?.to_owned()));
        relations.all("Relationship").into_iter().filter_map(target).collect::<HashMap<_, _>>()
    };
    let (workbook, core, styles) = (part("xl/workbook.xml"), part("docProps/core.xml"), part("xl/styles.xml"));
    let strings: Vec<_> = part("xl/sharedStrings.xml").all("si").into_iter().map(|item| unescaped(&item.text())).collect();
    let looks = looks(&styles);
    let targets = related("xl/_rels/workbook.xml.rels");
    let sheets = workbook
        .all("sheet")
        .into_iter()
        .map(|entry| {
            let target = &targets[entry.get("r:id").unwrap()];
            let file = target.rsplit('/').next().unwrap();
            let mut sheet = sheet(&part(&format!("xl/{target}")), &strings, &looks);
            entry.get("name").unwrap().clone_into(&mut sheet.name);
            sheet.hidden |= entry.get("state").is_some();
            let tables = related(&format!("xl/worksheets/_rels/{file}.rels"));
            let tables = tables.values().filter(|target| target.contains("/tables/"));
            sheet.tables = tables.map(|target| table(&part(&target.replace("..", "xl")))).collect();
            sheet
        })
        .collect();
    Book {
        title: core.text_of("dc:title"),
        subject: core.text_of("dc:subject"),
        author: core.text_of("dc:creator"),
        language: core.text_of("dc:language"),
        keywords: core.text_of("cp:keywords").split(", ").map(str::to_owned).collect(),
        opens_on: workbook.first("workbookView").unwrap().get("activeTab").map_or(0, |tab| tab.parse().unwrap()),
        sheets,
    }
}

fn sheet(xml: &Element, strings: &[String], looks: &[(Look, String)]) -> Sheet {
    let mut sheet = Sheet { merged: xml.first("mergeCell").is_some(), ..Sheet::default() };
    for column in xml.all("col") {
        sheet.hidden |= column.get("hidden").is_some();
        let bound = |name: &str| column.get(name).unwrap().parse::<usize>().unwrap();
        sheet.widths.resize(bound("max"), column.get("width").unwrap().parse().unwrap());
    }
    for row in xml.all("row") {
        sheet.hidden |= row.get("hidden").is_some();
        let at = row.get("r").unwrap().parse::<usize>().unwrap();
        sheet.rows.resize_with(at, Vec::new);
        sheet.heights.resize(at, row.get("ht").map_or(15.0, |height| height.parse().unwrap()));
        for cell in row.all("c") {
            let (_, column) = address(cell.get("r").unwrap());
            let cells = &mut sheet.rows[at - 1];
            cells.resize_with(column + 1, || None);
            cells[column] = read_cell(cell, strings, looks);
        }
    }
    let pane = xml.first("pane").filter(|pane| pane.get("state") == Some("frozen") && pane.get("xSplit").is_none());
    sheet.frozen = pane.map_or(0, |pane| pane.get("ySplit").unwrap().parse().unwrap());
    for link in xml.all("hyperlink") {
        let (row, column) = address(link.get("ref").unwrap());
        sheet.links.push((row, column, link.get("location").unwrap().to_owned()));
    }
    sheet
}

fn read_cell(cell: &Element, strings: &[String], looks: &[(Look, String)]) -> Option<Cell> {
    let (look, format) = &looks[cell.get("s").map_or(0, |style| style.parse::<usize>().unwrap())];
    let value = cell.first("v")?.text();
    let number = || value.parse::<f64>().unwrap();
    let value = match cell.get("t") {
        Some("s") => Value::Text(strings[value.parse::<usize>().unwrap()].clone()),
        None if format.ends_with("mmmm yyyy") => Value::Date(date(number())),
        None if format.ends_with('%') => Value::Percentage(number()),
        None => Value::Number(number()),
        Some(other) => panic!("a cell of type {other}"),
    };
    Some(Cell { value, formula: cell.first("f").is_some(), look: look.clone() })
}

/// The date of a serial number, from March 1900.
fn date(serial: f64) -> String {
    (jiff::civil::date(1899, 12, 30) + jiff::ToSpan::days(serial as i64)).to_string()
}

fn table(xml: &Element) -> MarkedUp {
    let table = xml.first("table").unwrap();
    let (from, to) = table.get("ref").unwrap().split_once(':').unwrap();
    let ((top, left), (bottom, right)) = (address(from), address(to));
    MarkedUp {
        name: table.get("name").unwrap().to_owned(),
        rows: [top, bottom],
        columns: [left, right],
        headers: Some(table.all("tableColumn").into_iter().map(|column| column.get("name").unwrap().to_owned()).collect()),
        has_header: table.get("headerRowCount") != Some("0"),
        has_filter: table.first("autoFilter").is_some(),
    }
}

/// The look and the number format of each style of cells.
fn looks(styles: &Element) -> Vec<(Look, String)> {
    let fonts: Vec<_> = styles.first("fonts").unwrap().elements().collect();
    let fills: Vec<_> = styles.first("fills").unwrap().elements().collect();
    let own: HashMap<_, _> = styles
        .all("numFmt")
        .into_iter()
        .map(|format| (format.get("numFmtId").unwrap(), format.get("formatCode").unwrap()))
        .collect();
    let look = |xf: &Element| {
        let index = |name: &str| xf.get(name).unwrap().parse::<usize>().unwrap();
        let (font, fill) = (fonts[index("fontId")], fills[index("fillId")]);
        let value = |name: &str| font.first(name).and_then(|element| element.get("val")).unwrap_or_default().to_owned();
        let alignment = xf.first("alignment");
        let align = |name: &str| alignment.and_then(|alignment| alignment.get(name));
        // Colour 1 of the theme is that of text, 10 that of links.
        let theme = font.first("color").map(|color| color.get("theme").unwrap_or_default());
        let link = theme == Some("10") && font.first("u").is_some();
        let look = Look {
            font: value("name"),
            points: value("sz").parse().unwrap(),
            bold: font.first("b").is_some(),
            right: align("horizontal").map(|align| align == "right"),
            wrapped: align("wrapText") == Some("1"),
            coloured: !(link || theme.is_none_or(|theme| theme == "1")) || fill.first("fgColor").is_some(),
        };
        let id = xf.get("numFmtId").unwrap();
        // Of the formats that every reader knows: 9 and 10 are percentages.
        let known = if id == "9" || id == "10" { "0%" } else { "" };
        (look, own.get(id).map_or(known, |format| format).to_owned())
    };
    styles.first("cellXfs").unwrap().elements().map(look).collect()
}

/// Characters that the format writes as `_x000D_`.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = code.filter(|_| rest.get(at + 6..at + 7) == Some("_"));
        if let Some(code) = code {
            plain.push_str(&rest[..at]);
            plain.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
            rest = &rest[at + 7..];
        } else {
            plain.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
        }
    }
    plain + rest
}
