//! Files with names in them: for their owner alone, and never over the record that they are from.

use crate::commands::write_whole;
use crate::failure::{Done, Failure};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Refuses an output that would be written over a ledger, or over a file that belongs to it.
pub fn beside(out: &Path, ledger: &str) -> Done {
    if out.as_os_str() != "-" && overwrites(out, ledger) {
        return Err(Failure::cannot("--out: this is the ledger itself, or a file that belongs to it; name another"));
    }
    Ok(())
}

/// Whether what is written to a path would be written over the ledger, or over a file that belongs to it.
fn overwrites(out: &Path, ledger: &str) -> bool {
    let Ok(ledger) = Path::new(ledger).canonicalize() else { return false };
    let with = |path: &Path, end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    // A file that is not there yet has no canonical path, but its folder has.
    let real = |path: &Path| {
        let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let there = || Some(folder.canonicalize().ok()?.join(path.file_name()?));
        path.canonicalize().ok().or_else(there)
    };
    let own = ["", "-wal", "-shm", "-journal"].map(|end| with(&ledger, end));
    // It is written aside first.
    [out.to_owned(), with(out, ".part")].iter().filter_map(|path| real(path)).any(|path| own.contains(&path))
}

/// Makes the file that is written aside first, with the rights of its owner alone: the record has names in it.
fn private_aside(out: &Path) -> Done<PathBuf> {
    let mut name = out.as_os_str().to_owned();
    name.push(".part");
    let aside = PathBuf::from(name);
    let at = |e: std::io::Error| Failure::cannot(format!("{}: {e}", out.display()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&aside).map_err(at)?;
    // One that was left behind keeps the rights that it had.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(at)?;
    Ok(aside)
}

/// Writes a file as [`write_whole`] does, with the rights of its owner alone; `-` is stdout.
pub fn write(out: &Path, write: impl FnOnce(&mut dyn Write) -> Done) -> Done {
    let aside = (out.as_os_str() != "-").then(|| private_aside(out)).transpose()?;
    let done = write_whole(out, write);
    if let (Err(_), Some(aside)) = (&done, aside) {
        // It may be gone already.
        let _ = std::fs::remove_file(aside);
    }
    done
}
