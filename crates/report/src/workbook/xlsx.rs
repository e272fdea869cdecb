//! Office Open XML.

use super::archive;
use super::book::Workbook;
use super::cell::Cell;
use super::error::WriteError;
use super::page::{Page, Style, pages};
use super::table::{Format as Shown, Table};
use super::text::looks_like_formula;
use super::{BODY_POINTS, FONT, LANGUAGE};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, TableColumn, TableStyle, Url, Worksheet, XlsxError,
};

/// A4.
const PAPER: u8 = 9;

pub(super) fn write(book: &Workbook) -> Result<Vec<u8>, WriteError> {
    let mut file = rust_xlsxwriter::Workbook::new();
    // Pixels of a row and of a column by default: those of Excel for this font and size.
    file.set_default_format(&font(BODY_POINTS), 20, 72)?;
    let about = &book.about;
    let created = ExcelDateTime::from_ymd(about.created.year() as u16, about.created.month() as u8, about.created.day() as u8)?;
    file.set_properties(
        &DocProperties::new()
            .set_title(&about.title)
            .set_subject(&about.subject)
            .set_author(&about.publisher)
            .set_company(&about.publisher)
            .set_keywords(about.keywords.join(", "))
            .set_creation_datetime(&created),
    );
    for page in pages(book) {
        write_page(file.add_worksheet(), &page)?;
    }
    let mut parts = archive::unpack(&file.save_to_buffer()?)?;
    for (name, bytes) in &mut parts {
        if name == "docProps/core.xml" {
            add_language(bytes);
        }
    }
    archive::pack(&parts)
}

/// The one property that the writer has no call for.
fn add_language(core: &mut Vec<u8>) {
    const END: &[u8] = b"</cp:coreProperties>";
    let at = core.len() - END.len();
    debug_assert_eq!(&core[at..], END, "the properties end with their tag");
    core.splice(at..at, format!("<dc:language>{LANGUAGE}</dc:language>").into_bytes());
}

fn write_page(sheet: &mut Worksheet, page: &Page<'_>) -> Result<(), XlsxError> {
    sheet.set_name(page.name)?;
    for (column, width) in (0..).zip(page.widths()) {
        sheet.set_column_width(column, width as f64)?;
    }
    for (row, height) in (0..).zip(page.heights()) {
        sheet.set_row_height(row, height)?;
    }
    for (row, line) in (0..).zip(&page.lines) {
        let mut format = font(line.style.points());
        if line.style != Style::Plain {
            format = format.set_bold();
        }
        if page.table.is_none() {
            format = format.set_text_wrap();
        }
        write_text(sheet, row, 0, &line.text, &format.set_align(FormatAlign::Left).set_align(FormatAlign::Top))?;
    }
    sheet.set_paper_size(PAPER).set_landscape().set_print_fit_to_pages(1, 0);
    if let Some(table) = &page.table {
        write_table(sheet, page, table)?;
    }
    Ok(())
}

fn write_table(sheet: &mut Worksheet, page: &Page<'_>, table: &Table) -> Result<(), XlsxError> {
    let top = page.lines.len() as u32;
    let header = font(BODY_POINTS).set_bold().set_text_wrap().set_border_bottom(FormatBorder::Thin).set_align(FormatAlign::Top);
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| TableColumn::new().set_header(&column.header).set_header_format(aligned(header.clone(), column.format)))
        .collect();
    let marked_up = rust_xlsxwriter::Table::new()
        .set_name(&table.name)
        .set_alt_text_title(page.title())
        .set_columns(&columns)
        .set_style(TableStyle::None)
        .set_banded_rows(false)
        .set_autofilter(false);
    sheet.add_table(top, 0, top + table.rows.len() as u32, table.columns.len() as u16 - 1, &marked_up)?;
    sheet.set_freeze_panes(top + 1, 0)?;
    sheet.set_repeat_rows(top, top)?;
    let formats: Vec<_> = table.columns.iter().map(|column| cell_format(column.format)).collect();
    for (row, cells) in (top + 1..).zip(&table.rows) {
        for ((at, cell), format) in (0..).zip(cells).zip(&formats) {
            match cell {
                Cell::Text(name) if page.linked && at == 0 => {
                    let link = Url::new(format!("internal:'{name}'!A1")).set_text(name);
                    sheet.write_url_with_format(row, at, &link, &format.clone().set_hyperlink())?;
                }
                Cell::Text(text) => write_text(sheet, row, at, text, format)?,
                Cell::Shorthand(shorthand) => write_text(sheet, row, at, shorthand.symbol(), format)?,
                Cell::Number(number) => {
                    sheet.write_number_with_format(row, at, *number, format)?;
                }
                Cell::Month(month) => {
                    let first = ExcelDateTime::from_ymd(month.year() as u16, month.month(), 1)?;
                    sheet.write_datetime_with_format(row, at, first, format)?;
                }
            }
        }
    }
    Ok(())
}

/// Text that stays text: also when a reader edits it.
fn write_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    let quoted;
    let format = if looks_like_formula(text) {
        quoted = format.clone().set_quote_prefix();
        &quoted
    } else {
        format
    };
    // The writer passes on a string of this form as markup of its own; as a run of rich text it is escaped.
    if text.starts_with("<r>") && text.ends_with("</r>") {
        sheet.write_rich_string_with_format(row, column, &[(&Format::default(), text)], format)?;
    } else {
        sheet.write_string_with_format(row, column, text, format)?;
    }
    Ok(())
}

fn font(points: u8) -> Format {
    Format::new().set_font_name(FONT).set_font_size(points)
}

/// Text on the left; numbers on the right, a little away from the text of the next column.
fn aligned(format: Format, shown: Shown) -> Format {
    if shown.is_text() { format.set_align(FormatAlign::Left) } else { format.set_align(FormatAlign::Right).set_indent(1) }
}

fn cell_format(shown: Shown) -> Format {
    let format = aligned(font(BODY_POINTS), shown).set_align(FormatAlign::Top);
    let decimals = |n: u8| if n == 0 { String::new() } else { format!(".{}", "0".repeat(n.into())) };
    match shown {
        Shown::Text => format.set_text_wrap(),
        Shown::Integer => format.set_num_format("#,##0"),
        Shown::Decimal(n) => format.set_num_format(format!("#,##0{}", decimals(n))),
        Shown::Percent(n) => format.set_num_format(format!("0{}%", decimals(n))),
        // The names of months in British English, whatever the reader's language.
        Shown::Month => format.set_num_format("[$-809]mmmm yyyy"),
    }
}
