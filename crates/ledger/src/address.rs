//! Where a ledger is, said in a way that can be shown.

use crate::error::{Error, Result};
use sqlx::ConnectOptions;
use sqlx::any::AnyConnectOptions;
use std::fmt::Write;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::Path;

/// Parameters of a PostgreSQL address. Any other is refused: the driver would write it, and what it holds, to the log.
const PARAMETERS: [&str; 14] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "ssl-mode",
    "ssl-root-cert",
];

/// How every file of SQLite begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// The two databases, where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

impl Backend {
    /// How a transaction that writes begins. SQLite takes the lock at once; else two that have read could not both go on.
    pub const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// What makes a commit outlast a loss of power.
    pub const fn durable(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &["PRAGMA busy_timeout = 10000", "PRAGMA synchronous = FULL"],
            Self::Postgres => &["SET synchronous_commit = on"],
        }
    }

    /// What shows that the database can be read: SQLite opens its files only then.
    pub const fn touch(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT 1 FROM sqlite_master LIMIT 1",
            Self::Postgres => "SELECT 1",
        }
    }

    /// What is set once, when a ledger is made, and stays: SQLite then lets others read while one writes.
    pub const fn lasting(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some("PRAGMA journal_mode = WAL"),
            Self::Postgres => None,
        }
    }

    /// What makes those who make the tables wait for each other until they commit. PostgreSQL's `IF NOT EXISTS` does not: two at once may
    /// both find no table, and the second then fails on its type, its index or its name. The number is the project's own.
    pub const fn making(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("DO $$ BEGIN PERFORM pg_advisory_xact_lock(7163870912); END $$"),
        }
    }

    /// What makes those who write one chain wait for each other until they commit; SQLite has one writer anyway.
    pub const fn writing(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("DO $$ BEGIN PERFORM pg_advisory_xact_lock(7163870913); END $$"),
        }
    }

    /// Whether a database says that there is no such table.
    pub fn no_table(self, table: &str, reason: &str) -> bool {
        match self {
            Self::Sqlite => reason.contains("no such table"),
            Self::Postgres => reason.contains("does not exist") && reason.contains(&format!("\"{table}\"")),
        }
    }
}

/// Where a ledger is.
pub(crate) struct Address {
    pub options: AnyConnectOptions,
    pub name: String,
    pub backend: Backend,
    url: String,
}

impl Address {
    /// Reads an address; makes the file of a SQLite ledger when it is missing and may be made.
    pub fn read(address: &str, create: bool) -> Result<Self> {
        let postgres = ["postgres://", "postgresql://"].iter().find_map(|scheme| address.strip_prefix(scheme));
        let (url, name, backend) = match postgres {
            Some(rest) => (address.to_owned(), shown(rest)?, Backend::Postgres),
            None => (file(address, create)?, address.to_owned(), Backend::Sqlite),
        };
        let options = options(&url)?;
        Ok(Self { options, name, backend, url })
    }

    /// The same file, read as one that nobody changes, which needs no file beside it. None for PostgreSQL, and while there are events beside
    /// the file, which would be passed over.
    pub fn unchanging(&self) -> Option<Self> {
        let beside = |name: &str| std::fs::metadata(format!("{name}-wal")).is_ok_and(|wal| wal.len() > 0);
        let real = Path::new(&self.name).canonicalize().ok()?;
        if self.backend != Backend::Sqlite || beside(real.to_str()?) {
            return None;
        }
        let url = self.url.replace("?mode=rw", "?mode=ro&immutable=true");
        Some(Self { options: options(&url).ok()?, name: self.name.clone(), backend: self.backend, url })
    }
}

fn options(url: &str) -> Result<AnyConnectOptions> {
    let options: AnyConnectOptions = url
        .parse()
        .map_err(|_it_may_hold_a_password| Error::Address { rule: "cannot be read; write postgres://user@host/database" })?;
    Ok(options.disable_statement_logging())
}

/// Host and database of what stands behind `postgres://`: neither user nor password, nor parameters, which may hold both.
fn shown(rest: &str) -> Result<String> {
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    for parameter in parameters.split('&').filter(|p| !p.is_empty()) {
        let name = parameter.split('=').next().unwrap_or_default();
        if !PARAMETERS.contains(&name) {
            return Err(Error::Address {
                rule: "has a parameter that is not known; sslmode, sslrootcert, host, port, user and others are",
            });
        }
    }
    // The last @: a password may hold one that somebody forgot to encode.
    let place = place.rsplit_once('@').map_or(place, |(_user, place)| place);
    Ok(format!("postgres://{place}"))
}

/// The URL of a file, which is made with the rights of its owner alone.
fn file(path: &str, create: bool) -> Result<String> {
    let at = |doing, e: &std::io::Error| Error::Storage { ledger: path.to_owned(), doing, reason: e.to_string() };
    let place = Path::new(path);
    if !place.exists() {
        if !create {
            return Err(Error::NoLedger { ledger: path.to_owned() });
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(place).and_then(|file| file.sync_all()).map_err(|e| at("making the file", &e))?;
        let folder = place.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| at("making the file", &e))?;
    }
    let whole = place.canonicalize().map_err(|e| at("opening the file", &e))?;
    if !whole.is_file() {
        return Err(Error::Storage { ledger: path.to_owned(), doing: "opening the file", reason: "it is no file".to_owned() });
    }
    let mut begins = Vec::new();
    File::open(&whole)
        .and_then(|file| file.take(SQLITE.len() as u64).read_to_end(&mut begins))
        .map_err(|e| at("opening the file", &e))?;
    if !begins.is_empty() && begins != SQLITE {
        return Err(Error::Storage {
            ledger: path.to_owned(),
            doing: "opening the file",
            reason: "it is no SQLite database".to_owned(),
        });
    }
    let whole = whole.to_str().ok_or(Error::Address { rule: "the path must be text" })?;
    let mut url = "sqlite://".to_owned();
    for byte in whole.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.') {
            url.push(byte as char);
        } else {
            write!(url, "%{byte:02X}").expect("a text takes any number of characters");
        }
    }
    Ok(url + "?mode=rw")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_user_nor_password_is_shown() {
        for address in [
            "postgres://anna:s3cr3t@db.example:5432/ledger",
            "postgres://anna:s3cr3t@x@db.example:5432/ledger",
            "postgresql://db.example:5432/ledger?user=anna&password=s3cr3t",
        ] {
            let read = Address::read(address, false).unwrap();
            assert_eq!((read.name.as_str(), read.backend), ("postgres://db.example:5432/ledger", Backend::Postgres));
        }
        for address in ["postgres://anna:s3cr3t@db.example:no-port/x", "postgres://db.example/x?pasword=s3cr3t"] {
            let error = Address::read(address, true).err().unwrap();
            assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error}");
        }
    }
}
