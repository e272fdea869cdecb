//! Writing files so that a reader sees the old content or the new one, whatever moment the program or the machine stops at.
//!
//! A file is written under a temporary name in the folder where it will stand, flushed to the disk, renamed, and the
//! folder flushed. Temporary names start with [`TEMPORARY`]; whoever holds the folder's lock may remove them.

use crate::error::{Error, Result, Stage};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// How the name of an unfinished file or folder starts.
pub(crate) const TEMPORARY: &str = ".tmp-";
/// The file whose lock a writer holds.
const LOCK: &str = ".lock";

/// The right to write into a folder: one holder at a time, on all processes of the machine. Given back when dropped,
/// and by the operating system when the process ends in any way.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the right to write into the folder, which must exist.
    pub(crate) fn exclusive(stage: Stage, folder: &Path) -> Result<Self> {
        let path = folder.join(LOCK);
        let fail = |e: std::io::Error| Error::source(stage, &path, e);
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                tracing::warn!(folder = %folder.display(), "another program is writing here; waiting for it");
                file.lock().map_err(fail)?;
            }
            Err(TryLockError::Error(e)) => return Err(fail(e)),
        }
        Ok(Self { _file: file })
    }
}

/// Makes a folder and its parents. A new one may be entered by its owner only: it will hold exact data.
pub(crate) fn make_private_folder(stage: Stage, folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|e| Error::source(stage, folder, e))
}

/// Puts `bytes` at `folder/name`, replacing what stood there, in one step that survives a loss of power.
pub(crate) fn write_file(stage: Stage, folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let temporary = folder.join(format!("{TEMPORARY}{name}"));
    write_flushed(stage, &temporary, bytes)?;
    rename(stage, &temporary, &folder.join(name))
}

/// Writes a new file and flushes it, without flushing its folder.
pub(crate) fn write_flushed(stage: Stage, path: &Path, bytes: &[u8]) -> Result<()> {
    let fail = |e: std::io::Error| Error::source(stage, path, e);
    let mut file = File::create(path).map_err(fail)?;
    file.write_all(bytes).map_err(fail)?;
    file.sync_all().map_err(fail)
}

/// Renames a file or folder within its folder and flushes the folder.
pub(crate) fn rename(stage: Stage, from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|e| Error::source(stage, to, e))?;
    to.parent().map_or(Ok(()), |folder| flush_folder(stage, folder))
}

/// Puts the folder `new` where `there` stands, in one step where the file system can exchange two names. Where it cannot, `there` stands at
/// `aside` for a moment: whoever opens the folder next finds it. Afterwards the old one is at `new` or `aside`.
pub(crate) fn exchange(stage: Stage, new: &Path, there: &Path, aside: &Path) -> Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, new, CWD, there, RenameFlags::EXCHANGE).is_ok() {
            return there.parent().map_or(Ok(()), |folder| flush_folder(stage, folder));
        }
    }
    rename(stage, there, aside)?;
    rename(stage, new, there)
}

/// Flushes the entries of a folder: a rename in it is lasting after this.
pub(crate) fn flush_folder(stage: Stage, folder: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(folder).and_then(|f| f.sync_all()).map_err(|e| Error::source(stage, folder, e))?;
    }
    Ok(())
}

/// Removes what interrupted writers left in a folder: temporary files and folders, and the files that `left_over` names. What is
/// not named as we name things is somebody else's and stays. Only for the holder of the lock.
///
/// # Errors
/// When the folder is a link: it would empty whatever that points to.
pub(crate) fn sweep(stage: Stage, folder: &Path, left_over: impl Fn(&str) -> bool) -> Result<()> {
    own_folder(stage, folder)?;
    for (name, path) in entries(stage, folder)? {
        let temporary = name.starts_with(TEMPORARY);
        let fail = |e: std::io::Error| Error::source(stage, &path, e);
        let kind = fs::symlink_metadata(&path).map_err(fail)?.file_type();
        if temporary && kind.is_dir() {
            fs::remove_dir_all(&path).map_err(fail)?;
        } else if temporary && !kind.is_dir() || kind.is_file() && left_over(&name) {
            fs::remove_file(&path).map_err(fail)?;
        } else {
            continue;
        }
        tracing::debug!(path = %path.display(), "removed what an interrupted write left");
    }
    Ok(())
}

/// A folder that we made ourselves is no link to another place.
pub(crate) fn own_folder(stage: Stage, folder: &Path) -> Result<()> {
    match fs::symlink_metadata(folder) {
        Ok(found) if found.is_symlink() => {
            Err(Error::refused(stage, folder, "this folder is a link to another place; it must be a folder of its own"))
        }
        _ => Ok(()),
    }
}

/// Names and paths in a folder, sorted; none when there is no such folder. Names that are not Unicode are left out.
pub(crate) fn entries(stage: Stage, folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let fail = |e: std::io::Error| Error::source(stage, folder, e);
    let read = match fs::read_dir(folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(fail)?,
    };
    let mut found = Vec::new();
    for entry in read {
        let entry = entry.map_err(fail)?;
        if let Ok(name) = entry.file_name().into_string() {
            found.push((name, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

/// Content of a file, `None` when there is none.
pub(crate) fn read_optional(stage: Stage, path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::source(stage, path, e)),
    }
}

/// Content of a file that must have this SHA-256.
pub(crate) fn read_verified(stage: Stage, path: &Path, sha256: &str) -> Result<Vec<u8>> {
    let bytes = fs::read(path).map_err(|e| Error::source(stage, path, e))?;
    if sha256_hex(&bytes) == sha256 {
        Ok(bytes)
    } else {
        Err(Error::refused(stage, path, "the file is damaged: its SHA-256 is not the one that the manifest states"))
    }
}

/// SHA-256 in lower-case hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes any text");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_the_standard_example_is_the_published_one() {
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_file_is_replaced_whole_and_leftovers_are_swept() {
        let dir = tempfile::tempdir().unwrap();
        write_file(Stage::Store, dir.path(), "a.json", b"one").unwrap();
        write_file(Stage::Store, dir.path(), "a.json", b"two").unwrap();
        fs::write(dir.path().join(".tmp-b"), b"half").unwrap();
        fs::create_dir(dir.path().join(".tmp-folder")).unwrap();
        fs::write(dir.path().join(".tmp-folder/x"), b"half").unwrap();
        fs::write(dir.path().join("stray"), b"half").unwrap();
        fs::create_dir(dir.path().join("stray-folder")).unwrap();
        sweep(Stage::Store, dir.path(), |name| name.starts_with("stray")).unwrap();
        let names: Vec<_> = entries(Stage::Store, dir.path()).unwrap().into_iter().map(|(n, _)| n).collect();
        assert_eq!(names, ["a.json", "stray-folder"], "folders that are not ours stay");
        assert_eq!(fs::read(dir.path().join("a.json")).unwrap(), b"two");
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_swept_through_a_link() {
        let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(elsewhere.path().join(".tmp-theirs")).unwrap();
        fs::write(elsewhere.path().join("theirs"), b"dear").unwrap();
        let link = dir.path().join("data");
        std::os::unix::fs::symlink(elsewhere.path(), &link).unwrap();
        assert!(sweep(Stage::Store, &link, |_| true).unwrap_err().to_string().contains("a link to another place"));
        // A link among the temporary names goes; what it points to stays.
        std::os::unix::fs::symlink(elsewhere.path(), dir.path().join(".tmp-link")).unwrap();
        sweep(Stage::Store, dir.path(), |_| true).unwrap();
        assert!(!dir.path().join(".tmp-link").exists() && link.exists());
        assert_eq!(entries(Stage::Store, elsewhere.path()).unwrap().len(), 2);
    }

    #[test]
    fn a_changed_byte_is_found_and_the_error_names_the_file_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.parquet");
        fs::write(&path, b"abc").unwrap();
        let good = sha256_hex(b"abc");
        assert_eq!(read_verified(Stage::Store, &path, &good).unwrap(), b"abc");
        fs::write(&path, b"abd").unwrap();
        let message = read_verified(Stage::Store, &path, &good).unwrap_err().to_string();
        assert!(message.contains("x.parquet") && message.contains("damaged") && !message.contains("abd"), "{message}");
    }

    #[test]
    fn a_second_writer_waits_for_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let first = Lock::exclusive(Stage::Store, dir.path()).unwrap();
        let path = dir.path().to_owned();
        let (tell, told) = std::sync::mpsc::channel();
        let second = std::thread::spawn(move || {
            let lock = Lock::exclusive(Stage::Store, &path).unwrap();
            tell.send(()).unwrap();
            drop(lock);
        });
        assert!(told.recv_timeout(std::time::Duration::from_millis(200)).is_err());
        drop(first);
        told.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
        second.join().unwrap();
    }
}
