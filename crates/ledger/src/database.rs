//! The database beneath every record: its connections, its tables, and what it says when it refuses.

use crate::address::{Address, Backend};
use crate::error::{Error, Result};
use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor, Transaction};
use std::fmt;
use std::time::Duration;

/// Attempts at one write, each after a little longer wait.
pub(crate) const ATTEMPTS: u32 = 100;
/// Connections of one record.
const CONNECTIONS: u32 = 4;
/// How long a connection is waited for, and how long SQLite waits for another writer.
const WAIT: Duration = Duration::from_secs(10);

/// A SQLite file or a PostgreSQL database, every commit of which outlasts the machine.
#[derive(Clone)]
pub(crate) struct Database {
    pub pool: AnyPool,
    /// As errors and people call it: never with a password.
    pub name: String,
    pub backend: Backend,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Database {
    /// One that is there, to read it only: also a SQLite file that may not be written, in a folder that may not be either, as a copy that is
    /// kept as proof. Such a file is read as it lies there, without its lock.
    pub async fn connect_to_read(address: &str) -> Result<Self> {
        let place = Address::read(address, false)?;
        let copy = place.unchanging();
        match (Self::connect(place).await, copy) {
            (Ok(database), _) => Ok(database),
            (Err(_it_may_not_be_written), Some(copy)) => Self::connect(copy).await,
            (Err(error), None) => Err(error),
        }
    }

    pub async fn connect(address: Address) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let Address { options, name, backend, .. } = address;
        // The pool would try again for as long as it waits, and then say only that it had waited.
        let probe = async {
            let mut probe = AnyConnection::connect_with(&options).await?;
            durable(&mut probe, backend).await?;
            probe.execute(backend.touch()).await?;
            probe.close().await
        };
        probe.await.map_err(|e| storage(&name, "connecting", &e))?;
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(WAIT)
            .after_connect(move |connection, _| Box::pin(async move { durable(connection, backend).await }))
            .connect_lazy_with(options);
        Ok(Self { pool, name, backend })
    }

    /// One that has these tables, which are made where they are missing.
    pub async fn with(tables: &[&'static str], address: Address) -> Result<Self> {
        let database = Self::connect(address).await?;
        database.create(tables).await?;
        Ok(database)
    }

    /// Makes the tables that are missing; several that do it at once wait for each other.
    pub async fn create(&self, tables: &[&'static str]) -> Result<()> {
        for attempt in 1.. {
            match self.create_once(tables).await {
                Ok(()) => break,
                // Another makes them now.
                Err(error) if attempt < ATTEMPTS && collision(&error) => pause(attempt).await,
                Err(error) => return Err(self.storage("making the tables", &error)),
            }
        }
        Ok(())
    }

    async fn create_once(&self, tables: &[&'static str]) -> sqlx::Result<()> {
        if let Some(setting) = self.backend.lasting() {
            self.pool.execute(setting).await?;
        }
        let mut transaction = self.begin().await?;
        for statement in self.backend.making().into_iter().chain(tables.iter().copied()) {
            transaction.execute(statement).await?;
        }
        transaction.commit().await
    }

    /// A transaction that writes.
    pub async fn begin(&self) -> sqlx::Result<Transaction<'static, Any>> {
        self.pool.begin_with(self.backend.begin()).await
    }

    pub async fn acquire(&self) -> Result<PoolConnection<Any>> {
        self.pool.acquire().await.map_err(|e| self.storage("connecting", &e))
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub fn missing(&self) -> Error {
        Error::NoLedger { ledger: self.name.clone() }
    }

    /// Whether a table is what the database misses.
    pub fn has_no_table(&self, table: &str, error: &Error) -> bool {
        matches!(error, Error::Storage { reason, .. } if self.backend.no_table(table, reason))
    }

    pub fn storage(&self, doing: &'static str, error: &sqlx::Error) -> Error {
        storage(&self.name, doing, error)
    }

    pub fn busy(&self) -> Error {
        Error::Busy { ledger: self.name.clone(), attempts: ATTEMPTS }
    }
}

/// Makes every commit of a connection outlast the machine.
async fn durable(connection: &mut AnyConnection, backend: Backend) -> sqlx::Result<()> {
    for statement in backend.durable() {
        connection.execute(*statement).await?;
    }
    Ok(())
}

/// Whether another writer was in the way, so that trying again may help.
pub(crate) fn collision(error: &sqlx::Error) -> bool {
    // SQLite: busy and locked, and their extended codes; PostgreSQL: serialisation failure and deadlock.
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| matches!(code.as_ref(), "5" | "6" | "261" | "517" | "262" | "773" | "40001" | "40P01"))
}

pub(crate) fn is_unique(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

pub(crate) async fn pause(attempt: u32) {
    tokio::time::sleep(Duration::from_millis(u64::from(attempt.min(50)))).await;
}

/// What the database says, without what was sent to it: a message of PostgreSQL names tables and rules, its detail would name values.
fn storage(ledger: &str, doing: &'static str, error: &sqlx::Error) -> Error {
    let reason = match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Tls(error) => format!("TLS: {error}"),
        sqlx::Error::PoolTimedOut => format!("no connection within {} seconds", WAIT.as_secs()),
        sqlx::Error::Configuration(_) => "the address cannot be used as it is".to_owned(),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::AnyDriverError(_) => {
            "a column is not of the type that the ledger writes".to_owned()
        }
        _ => "the connection was lost".to_owned(),
    };
    Error::Storage { ledger: ledger.to_owned(), doing, reason }
}
