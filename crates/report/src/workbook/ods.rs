//! OpenDocument 1.3.

use super::archive::{self, MIMETYPE, Parts};
use super::book::{About, Workbook};
use super::cell::Cell;
use super::error::WriteError;
use super::page::{Line, Page, Style, pages};
use super::table::{Format, Table};
use super::{BODY_POINTS, FONT, HEADING_POINTS, LANGUAGE, TITLE_POINTS};
use std::collections::BTreeSet;
use std::fmt::Write;

const TYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";
/// Centimetres of one character of the body's font.
const CHARACTER: f64 = 0.22;

/// The name spaces of every part.
const SPACES: &str = concat!(
    r#" xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0""#,
    r#" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0""#,
    r#" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0""#,
    r#" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0""#,
    r#" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0""#,
    r#" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0""#,
    r#" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0""#,
    r#" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0""#,
    r#" xmlns:config="urn:oasis:names:tc:opendocument:xmlns:config:1.0""#,
    // Not of an element here, but of the name of the view's settings, which are passed over without it.
    r#" xmlns:ooo="http://openoffice.org/2004/office""#,
    r#" xmlns:dc="http://purl.org/dc/elements/1.1/""#,
    r#" xmlns:xlink="http://www.w3.org/1999/xlink""#,
    r#" office:version="1.3""#,
);

pub(super) fn write(book: &Workbook) -> Result<Vec<u8>, WriteError> {
    let pages = pages(book);
    let parts: Parts = [
        (MIMETYPE, TYPE.to_owned()),
        ("content.xml", content(&pages)),
        ("styles.xml", styles()),
        ("meta.xml", meta(&book.about)),
        ("settings.xml", settings(&pages)),
        ("META-INF/manifest.xml", manifest()),
    ]
    .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    .into();
    archive::pack(&parts)
}

/// A document part: declaration, root element and what is in it.
fn part(root: &str, inner: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:{root}{SPACES}>{inner}</office:{root}>")
}

/// Appends formatted text.
macro_rules! put {
    ($xml:expr, $($format:tt)*) => { write!($xml, $($format)*).expect("a string takes what is written") };
}

fn content(pages: &[Page<'_>]) -> String {
    let mut xml = String::from("<office:automatic-styles>");
    automatic_styles(&mut xml, pages);
    xml.push_str("</office:automatic-styles><office:body><office:spreadsheet>");
    for page in pages {
        sheet(&mut xml, page);
    }
    xml.push_str("<table:database-ranges>");
    for (page, table) in pages.iter().filter_map(|page| Some((page, page.table.as_deref()?))) {
        let (top, left) = (page.lines.len() + 1, "A");
        let (bottom, right) = (top + table.rows.len(), column_letters(table.columns.len() - 1));
        put!(
            xml,
            r#"<table:database-range table:name="{}" table:target-range-address="'{name}'.{left}{top}:'{name}'.{right}{bottom}" table:contains-header="true" table:display-filter-buttons="false"/>"#,
            table.name,
            name = escaped(page.name),
        );
    }
    xml.push_str("</table:database-ranges></office:spreadsheet></office:body>");
    part("document-content", &xml)
}

/// Styles of columns, rows and cells, one for each width and format that is used.
fn automatic_styles(xml: &mut String, pages: &[Page<'_>]) {
    let widths: BTreeSet<_> = pages.iter().flat_map(Page::widths).collect();
    for width in widths {
        put!(
            xml,
            r#"<style:style style:name="column-{width}" style:family="table-column"><style:table-column-properties style:column-width="{:.2}cm"/></style:style>"#,
            width as f64 * CHARACTER
        );
    }
    let heights: BTreeSet<_> = pages.iter().flat_map(Page::heights).map(quarters).collect();
    for height in heights {
        put!(
            xml,
            r#"<style:style style:name="row-{height}" style:family="table-row"><style:table-row-properties style:row-height="{:.2}pt" style:use-optimal-row-height="true"/></style:style>"#,
            height as f64 / 4.0
        );
    }
    xml.push_str(
        r#"<style:style style:name="sheet" style:family="table" style:master-page-name="Default"><style:table-properties table:display="true" style:writing-mode="lr-tb"/></style:style>"#,
    );
    let formats: BTreeSet<_> =
        pages.iter().filter_map(|page| page.table.as_deref()).flat_map(|table| table.columns.iter().map(|c| c.format)).collect();
    for format in formats {
        number_style(xml, format);
        let data = if format.is_text() { String::new() } else { format!(r#" style:data-style-name="data-{}""#, style(format)) };
        cell_style(xml, &style(format), "Default", &data, align(format), format.is_text(), "");
    }
    cell_style(xml, "link", "Link", "", "start", true, "");
    let border = r#" fo:border-bottom="0.75pt solid #000000""#;
    cell_style(xml, "header-start", "Header", "", "start", true, border);
    cell_style(xml, "header-end", "Header", "", "end", true, border);
    for (style, parent) in [(Style::Title, "Heading_20_1"), (Style::Heading, "Heading_20_2"), (Style::Plain, "Default")] {
        cell_style(xml, line_style(style, false), parent, "", "start", false, "");
        cell_style(xml, line_style(style, true), parent, "", "start", true, "");
    }
}

fn cell_style(xml: &mut String, name: &str, parent: &str, data: &str, align: &str, wrapped: bool, more: &str) {
    // Numbers stand a little away from the text of the next column.
    let more = if align == "end" { format!(r#" fo:padding-right="0.2cm"{more}"#) } else { more.to_owned() };
    let wrap = if wrapped { r#" fo:wrap-option="wrap""# } else { "" };
    put!(
        xml,
        r#"<style:style style:name="{name}" style:family="table-cell" style:parent-style-name="{parent}"{data}><style:table-cell-properties style:text-align-source="fix" style:vertical-align="top"{wrap}{more}/><style:paragraph-properties fo:text-align="{align}" fo:margin-left="0cm"/></style:style>"#
    );
}

fn number_style(xml: &mut String, format: Format) {
    let name = style(format);
    let number = |n: u8, grouping: bool| {
        format!(
            r#"<number:number number:decimal-places="{n}" number:min-decimal-places="{n}" number:min-integer-digits="1" number:grouping="{grouping}"/>"#
        )
    };
    match format {
        Format::Text => {}
        Format::Integer => put!(xml, r#"<number:number-style style:name="data-{name}">{}</number:number-style>"#, number(0, true)),
        Format::Decimal(n) => {
            put!(xml, r#"<number:number-style style:name="data-{name}">{}</number:number-style>"#, number(n, true));
        }
        Format::Percent(n) => put!(
            xml,
            r#"<number:percentage-style style:name="data-{name}">{}<number:text>%</number:text></number:percentage-style>"#,
            number(n, false)
        ),
        Format::Month => put!(
            xml,
            r#"<number:date-style style:name="data-{name}" number:language="en" number:country="GB"><number:month number:style="long" number:textual="true"/><number:text> </number:text><number:year number:style="long"/></number:date-style>"#
        ),
    }
}

/// The name of a format's style.
fn style(format: Format) -> String {
    match format {
        Format::Text => "text".to_owned(),
        Format::Integer => "integer".to_owned(),
        Format::Decimal(n) => format!("decimal-{n}"),
        Format::Percent(n) => format!("percent-{n}"),
        Format::Month => "month".to_owned(),
    }
}

const fn line_style(style: Style, wrapped: bool) -> &'static str {
    match (style, wrapped) {
        (Style::Title, false) => "title",
        (Style::Title, true) => "title-wrapped",
        (Style::Heading, false) => "heading",
        (Style::Heading, true) => "heading-wrapped",
        (Style::Plain, false) => "line",
        (Style::Plain, true) => "line-wrapped",
    }
}

const fn align(format: Format) -> &'static str {
    if format.is_text() { "start" } else { "end" }
}

fn sheet(xml: &mut String, page: &Page<'_>) {
    put!(xml, r#"<table:table table:name="{}" table:style-name="sheet">"#, escaped(page.name));
    for width in page.widths() {
        put!(xml, r#"<table:table-column table:style-name="column-{width}"/>"#);
    }
    let mut heights = page.heights().into_iter().map(quarters);
    for Line { style, text } in &page.lines {
        begin_row(xml, &mut heights);
        text_cell(xml, line_style(*style, page.table.is_none()), text);
        xml.push_str("</table:table-row>");
    }
    if let Some(table) = page.table.as_deref() {
        rows(xml, table, page.linked, heights);
    }
    xml.push_str("</table:table>");
}

/// Quarters of a point, by which the style of a row is named.
fn quarters(points: f64) -> u32 {
    (points * 4.0) as u32
}

fn begin_row(xml: &mut String, heights: &mut impl Iterator<Item = u32>) {
    put!(xml, r#"<table:table-row table:style-name="row-{}">"#, heights.next().expect("each row has a height"));
}

fn rows(xml: &mut String, table: &Table, linked: bool, mut heights: impl Iterator<Item = u32>) {
    xml.push_str("<table:table-header-rows>");
    begin_row(xml, &mut heights);
    for column in &table.columns {
        text_cell(xml, &format!("header-{}", align(column.format)), &column.header);
    }
    xml.push_str("</table:table-row></table:table-header-rows>");
    for row in &table.rows {
        begin_row(xml, &mut heights);
        for (at, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
            let style = style(column.format);
            match cell {
                Cell::Text(name) if linked && at == 0 => link_cell(xml, name),
                Cell::Text(text) => text_cell(xml, &style, text),
                Cell::Shorthand(shorthand) => text_cell(xml, &style, shorthand.symbol()),
                Cell::Number(number) => {
                    let kind = if matches!(column.format, Format::Percent(_)) { "percentage" } else { "float" };
                    value_cell(xml, &style, kind, "value", &number.to_string(), &column.format.shown(cell));
                }
                Cell::Month(month) => {
                    value_cell(xml, &style, "date", "date-value", &format!("{month}-01"), &column.format.shown(cell));
                }
            }
        }
        xml.push_str("</table:table-row>");
    }
}

fn value_cell(xml: &mut String, style: &str, kind: &str, attribute: &str, value: &str, shown: &str) {
    put!(
        xml,
        r#"<table:table-cell table:style-name="{style}" office:value-type="{kind}" office:{attribute}="{value}"><text:p>{shown}</text:p></table:table-cell>"#
    );
}

fn link_cell(xml: &mut String, sheet: &str) {
    let name = escaped(sheet);
    put!(
        xml,
        r##"<table:table-cell table:style-name="link" office:value-type="string"><text:p><text:a xlink:type="simple" xlink:href="#'{name}'.A1">{name}</text:a></text:p></table:table-cell>"##
    );
}

/// Text, a paragraph for each line; what white space would lose in a paragraph is an element or is kept in the cell's value.
fn text_cell(xml: &mut String, style: &str, text: &str) {
    put!(xml, r#"<table:table-cell table:style-name="{style}" office:value-type="string""#);
    if text.contains(['\r', '\t']) {
        put!(xml, r#" office:string-value="{}""#, escaped(text));
    }
    xml.push('>');
    for line in text.split('\n') {
        xml.push_str("<text:p>");
        let mut characters = line.chars().peekable();
        let mut after_space = true;
        while let Some(character) = characters.next() {
            match character {
                ' ' if after_space || characters.peek().is_none() => xml.push_str("<text:s/>"),
                '\t' => xml.push_str("<text:tab/>"),
                '\r' => {}
                _ => push_escaped(xml, character),
            }
            after_space = matches!(character, ' ' | '\t' | '\r');
        }
        xml.push_str("</text:p>");
    }
    xml.push_str("</table:table-cell>");
}

fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for character in text.chars() {
        push_escaped(&mut xml, character);
    }
    xml
}

fn push_escaped(xml: &mut String, character: char) {
    match character {
        '&' => xml.push_str("&amp;"),
        '<' => xml.push_str("&lt;"),
        '>' => xml.push_str("&gt;"),
        '"' => xml.push_str("&quot;"),
        '\t' | '\n' | '\r' => put!(xml, "&#{};", u32::from(character)),
        _ => xml.push(character),
    }
}

/// The letters of a column, from 0.
fn column_letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (column % 26) as u8));
        if column < 26 {
            break;
        }
        column = column / 26 - 1;
    }
    letters.iter().rev().collect()
}

fn styles() -> String {
    let (language, country) = LANGUAGE.split_once('-').expect("a language and a country");
    let mut xml = String::new();
    put!(
        xml,
        r#"<office:font-face-decls><style:font-face style:name="{FONT}" svg:font-family="{FONT}" style:font-family-generic="swiss" style:font-pitch="variable"/></office:font-face-decls><office:styles><style:default-style style:family="table-cell"><style:text-properties style:font-name="{FONT}" fo:font-size="{BODY_POINTS}pt" fo:language="{language}" fo:country="{country}"/></style:default-style><style:style style:name="Default" style:family="table-cell"><style:text-properties style:font-name="{FONT}" fo:font-size="{BODY_POINTS}pt" fo:language="{language}" fo:country="{country}"/></style:style>"#
    );
    for (name, shown, points) in [
        ("Heading_20_1", "Heading 1", TITLE_POINTS),
        ("Heading_20_2", "Heading 2", HEADING_POINTS),
        ("Header", "Header", BODY_POINTS),
    ] {
        put!(
            xml,
            r#"<style:style style:name="{name}" style:display-name="{shown}" style:family="table-cell" style:parent-style-name="Default"><style:text-properties style:font-name="{FONT}" fo:font-size="{points}pt" fo:font-weight="bold"/></style:style>"#
        );
    }
    xml.push_str(concat!(
        r##"<style:style style:name="Link" style:family="table-cell" style:parent-style-name="Default"><style:text-properties fo:color="#0000ee" style:text-underline-style="solid" style:text-underline-width="auto" style:text-underline-color="font-color"/></style:style>"##,
        r#"</office:styles><office:automatic-styles><style:page-layout style:name="page"><style:page-layout-properties fo:page-width="29.7cm" fo:page-height="21cm" style:print-orientation="landscape" style:scale-to-X="1" style:scale-to-Y="0" fo:margin-top="1.5cm" fo:margin-bottom="1.5cm" fo:margin-left="1.5cm" fo:margin-right="1.5cm"/></style:page-layout></office:automatic-styles>"#,
        r#"<office:master-styles><style:master-page style:name="Default" style:page-layout-name="page"/></office:master-styles>"#
    ));
    part("document-styles", &xml)
}

fn meta(about: &About) -> String {
    let publisher = escaped(&about.publisher);
    let created = format!("{}T00:00:00", about.created);
    let mut xml = String::new();
    put!(
        xml,
        r"<office:meta><meta:generator>hotspot/{}</meta:generator><dc:title>{}</dc:title><dc:subject>{}</dc:subject><meta:initial-creator>{publisher}</meta:initial-creator><dc:creator>{publisher}</dc:creator><meta:creation-date>{created}</meta:creation-date><dc:date>{created}</dc:date><dc:language>{LANGUAGE}</dc:language>",
        env!("CARGO_PKG_VERSION"),
        escaped(&about.title),
        escaped(&about.subject),
    );
    for keyword in &about.keywords {
        put!(xml, "<meta:keyword>{}</meta:keyword>", escaped(keyword));
    }
    put!(xml, r#"<meta:user-defined meta:name="Publisher" meta:value-type="string">{publisher}</meta:user-defined></office:meta>"#);
    part("document-meta", &xml)
}

/// Opens on the first sheet; the rows above a table's cells stay in sight.
fn settings(pages: &[Page<'_>]) -> String {
    let mut xml = String::from(
        r#"<office:settings><config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed config:name="Views"><config:config-item-map-entry><config:config-item config:name="ViewId" config:type="string">view1</config:config-item><config:config-item-map-named config:name="Tables">"#,
    );
    for page in pages {
        put!(xml, r#"<config:config-item-map-entry config:name="{}">"#, escaped(page.name));
        let mut item = |name: &str, kind: &str, value: usize| {
            put!(xml, r#"<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>"#);
        };
        item("CursorPositionX", "int", 0);
        item("CursorPositionY", "int", 0);
        if page.table.is_some() {
            let frozen = page.lines.len() + 1;
            item("HorizontalSplitMode", "short", 0);
            item("VerticalSplitMode", "short", 2);
            item("VerticalSplitPosition", "int", frozen);
            item("ActiveSplitRange", "short", 2);
            item("PositionTop", "int", 0);
            item("PositionBottom", "int", frozen);
        }
        xml.push_str("</config:config-item-map-entry>");
    }
    put!(
        xml,
        r#"</config:config-item-map-named><config:config-item config:name="ActiveTable" config:type="string">{}</config:config-item></config:config-item-map-entry></config:config-item-map-indexed></config:config-item-set></office:settings>"#,
        escaped(pages[0].name)
    );
    part("document-settings", &xml)
}

fn manifest() -> String {
    let mut xml = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{TYPE}"/>"#
    );
    for name in ["content.xml", "styles.xml", "meta.xml", "settings.xml"] {
        put!(xml, r#"<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>"#);
    }
    xml.push_str("</manifest:manifest>");
    xml
}

#[cfg(test)]
mod tests {
    use super::column_letters;

    #[test]
    fn columns_are_named_by_letters() {
        let named = [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")];
        for (column, letters) in named {
            assert_eq!(column_letters(column), letters);
        }
    }
}
