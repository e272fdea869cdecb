//! One file per command.

pub mod agreement;
pub mod analyse;
pub mod audit;
mod certificate;
pub mod challenge;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod effect;
pub mod evaluate;
pub mod export;
pub mod factors;
pub mod ingest;
pub mod ledger;
pub mod private;
pub mod protect;
pub mod quality;
pub mod retention;
pub mod serve;
pub mod shell;
pub mod sign_in;
pub mod simulate;
pub mod stats;
pub mod summary;
mod terminal;
pub mod token;
pub mod units;
pub mod worklist;

use crate::failure::{Done, Failure};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Prints lines to stdout.
pub fn say(text: impl std::fmt::Display) -> Done {
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

/// Today in London.
pub fn today() -> Done<Date> {
    Ok(TimeZone::get("Europe/London")?.to_datetime(Timestamp::now()).date())
}

/// Midnight in London at the start of a day.
pub fn midnight(day: Date) -> Done<Timestamp> {
    Ok(TimeZone::get("Europe/London")?.to_timestamp(day.at(0, 0, 0, 0))?)
}

/// Prints rows, each column as wide as its longest cell.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> Done {
    let widths: [usize; N] = std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    for row in rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        say(cells.join("  ").trim_end())?;
    }
    Ok(())
}

/// The name of a file or folder, without the folders that it is in.
pub fn last_part(path: &Path) -> String {
    path.file_name().map_or_else(|| "releases".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Says something on stderr that is no result.
pub fn note(text: impl std::fmt::Display) {
    // Nothing can be said when stderr itself is gone.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Refuses an output that is an input or another output: it would destroy it.
pub fn apart<'a>(outputs: impl IntoIterator<Item = &'a PathBuf>, inputs: impl IntoIterator<Item = &'a PathBuf>) -> Done {
    // A file that is not there yet is known by the folder where it will stand.
    let whole = |path: &Path| {
        let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let there = || folder.canonicalize().unwrap_or_else(|_no_folder| folder.to_owned());
        path.canonicalize().unwrap_or_else(|_not_there| there().join(path.file_name().unwrap_or_default()))
    };
    let mut taken: Vec<PathBuf> = inputs.into_iter().map(|p| whole(p)).collect();
    for path in outputs.into_iter().filter(|p| p.as_os_str() != "-") {
        let place = whole(path);
        if taken.contains(&place) {
            return Err(Failure::cannot(format!("{}: to be written, but it is an input or another output", path.display())));
        }
        taken.push(place);
    }
    Ok(())
}

/// Writes a file beside its place and moves it there when it is whole; `-` is stdout.
pub fn write_whole(path: &Path, write: impl FnOnce(&mut dyn Write) -> Done) -> Done {
    if path.as_os_str() == "-" {
        let mut out = BufWriter::new(std::io::stdout().lock());
        write(&mut out)?;
        return Ok(out.flush()?);
    }
    let at = |e: std::io::Error| Failure::cannot(format!("{}: {e}", path.display()));
    if path.is_dir() {
        return Err(Failure::cannot(format!("{}: a folder, and a file is to be written", path.display())));
    }
    if is_database(path) {
        return Err(Failure::cannot(format!("{}: a database, and it is not overwritten", path.display())));
    }
    let mut name = path.file_name().ok_or_else(|| Failure::cannot(format!("{}: not a file name", path.display())))?.to_owned();
    name.push(".part");
    let aside = path.with_file_name(name);
    let mut out = BufWriter::new(File::create(&aside).map_err(at)?);
    let done = write(&mut out).and_then(|()| out.flush().map_err(at)).and_then(|()| out.get_ref().sync_all().map_err(at));
    if done.is_err() {
        // The half-written file is of no use; failing to remove it changes nothing about the error.
        let _ = std::fs::remove_file(&aside);
        return done;
    }
    std::fs::rename(&aside, path).map_err(|e| {
        let _ = std::fs::remove_file(&aside);
        at(e)
    })
}

/// Whether a file is a SQLite database, such as a ledger: the record of what people wrote is no output of anything.
fn is_database(path: &Path) -> bool {
    let mut start = [0; 16];
    let read = File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut start));
    read.is_ok() && start == *b"SQLite format 3\0"
}
