//! The archive round the parts of a workbook, the same bytes on any machine.

use super::error::WriteError;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

/// The part by which an OpenDocument file is known; it stands first and is not compressed.
pub(super) const MIMETYPE: &str = "mimetype";

/// Parts of an archive: path and bytes, in order.
pub(super) type Parts = Vec<(String, Vec<u8>)>;

/// One ZIP archive of the parts, by path and bytes, in their order; without the time and the system of the machine.
///
/// # Errors
/// When a part cannot be packed.
pub fn pack(parts: &[(String, Vec<u8>)]) -> Result<Vec<u8>, WriteError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let method = if name == MIMETYPE { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::DEFAULT)
            .system(System::Unix)
            .unix_permissions(0o644);
        archive.start_file(name, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// The parts of an archive.
pub(super) fn unpack(bytes: &[u8]) -> Result<Parts, WriteError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at)?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok((file.name()?.into_owned(), bytes))
        })
        .collect()
}
