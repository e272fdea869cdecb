//! Data-sharing agreements by the SHA-256 of their text, and what was given under each. What the text says is for others to read.

use crate::address::Address;
use crate::chain::Digest;
use crate::challenge::london_day;
use crate::database::{ATTEMPTS, Database, collision, is_unique, pause};
use crate::error::{Error, Result, Rule};
use crate::event::LINE;
use crate::text::{identifier, line};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// Why an agreement is revoked.
pub const REVOKE_REASONS: [&str; 5] = ["ended-early", "terms-broken", "recipient-changed", "data-lost", "registered-by-mistake"];

/// Characters of a text.
const TEXT: usize = 64 << 10;

/// 0 in `revoked_us` is not revoked; 0 in `entry` is an export that was begun and did not appear, so that nothing was given.
const TABLES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS agreement (id text NOT NULL PRIMARY KEY, sha256 text NOT NULL, body text NOT NULL, \
     registered_us bigint NOT NULL, revoked_us bigint NOT NULL, reason text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS export (number bigint NOT NULL PRIMARY KEY, agreement text NOT NULL, sha256 text NOT NULL, \
     recipient text NOT NULL, release_id text NOT NULL, products text NOT NULL, given_on text NOT NULL, keep_until text NOT NULL, \
     entry bigint NOT NULL)",
];

/// An agreement as it was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredAgreement {
    /// Its identifier.
    pub id: String,
    /// SHA-256 of its text as it was registered.
    pub sha256: String,
    /// Its text.
    pub text: String,
    /// When it was registered.
    pub registered: Timestamp,
    /// When it was revoked and why, of [`REVOKE_REASONS`], if it was.
    pub revoked: Option<(Timestamp, String)>,
}

impl RegisteredAgreement {
    /// Whether the text is the one that was registered.
    pub fn is_whole(&self) -> bool {
        Digest::of(self.text.as_bytes()).to_string() == self.sha256
    }

    /// Whether it stands as it was registered.
    ///
    /// # Errors
    /// [`Error::AgreementRevoked`], [`Error::AgreementAltered`].
    pub fn stands(&self) -> Result<()> {
        match &self.revoked {
            Some((at, _)) => Err(Error::AgreementRevoked { on: london_day(*at) }),
            None if !self.is_whole() => Err(Error::AgreementAltered),
            None => Ok(()),
        }
    }

    /// As the audit log names it.
    pub fn object(&self) -> String {
        format!("agreement/{}/{}", self.id, self.sha256)
    }
}

/// What is given under an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handing {
    /// The agreement.
    pub agreement: String,
    /// SHA-256 of its text.
    pub sha256: String,
    /// To whom.
    pub recipient: String,
    /// Of which release.
    pub release: String,
    /// Which products.
    pub products: Vec<String>,
    /// On which day.
    pub on: Date,
    /// The last day on which it may be kept.
    pub keep_until: Date,
}

/// Something that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Its number, from 1.
    pub number: u64,
    /// What, to whom, until when.
    pub handing: Handing,
    /// The entry of the audit log that says so; none when it was begun and did not appear, so that nothing was given.
    pub entry: Option<u64>,
}

/// The agreements, beside a ledger in the same SQLite file or PostgreSQL database.
///
/// ```
/// use hotspot_ledger::Agreements;
/// use jiff::Timestamp;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("ledger.db");
/// let agreements = Agreements::create_or_open(path.to_str().unwrap()).await?;
/// let now: Timestamp = "2026-11-26T09:00:00Z".parse().unwrap();
/// agreements.register("A-2026-01", "id = \"A-2026-01\"", now).await?;
/// let found = agreements.find("A-2026-01").await?.unwrap();
/// assert!(found.is_whole() && found.revoked.is_none());
/// agreements.revoke("A-2026-01", "terms-broken", now).await?;
/// assert_eq!(agreements.find("A-2026-01").await?.unwrap().revoked.unwrap().1, "terms-broken");
/// # Ok::<(), hotspot_ledger::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Agreements {
    database: Database,
}

impl Agreements {
    /// Opens the agreements of a ledger that is there; of one that has none yet, none.
    ///
    /// `address` is as for [`crate::Ledger::open`].
    ///
    /// # Errors
    /// [`Error::NoLedger`], [`Error::Address`], or [`Error::Storage`].
    pub async fn open(address: &str) -> Result<Self> {
        Ok(Self { database: Database::with(&TABLES, Address::read(address, false)?).await? })
    }

    /// As [`Agreements::open`]; makes the file where there is none, which only its owner can read.
    ///
    /// # Errors
    /// [`Error::Address`], or [`Error::Storage`].
    pub async fn create_or_open(address: &str) -> Result<Self> {
        Ok(Self { database: Database::with(&TABLES, Address::read(address, true)?).await? })
    }

    /// Ends all connections; SQLite then leaves one file.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Registers an agreement. The same text again is the first one again, as it is by now.
    ///
    /// # Errors
    /// [`Error::Field`]; [`Error::AgreementDiffers`] when another text has this identifier; [`Error::Storage`].
    pub async fn register(&self, id: &str, text: &str, at: Timestamp) -> Result<RegisteredAgreement> {
        let id = identifier("the identifier of an agreement", id, LINE)?;
        if text.len() > TEXT {
            return Err(Rule::TooLong(TEXT).of("an agreement"));
        }
        let sha256 = Digest::of(text.as_bytes()).to_string();
        let mut connection = self.database.acquire().await?;
        let written = sqlx::query(
            "INSERT INTO agreement (id, sha256, body, registered_us, revoked_us, reason) VALUES ($1, $2, $3, $4, 0, '') \
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(id.clone())
        .bind(sha256.clone())
        .bind(text.to_owned())
        .bind(at.as_microsecond())
        .execute(&mut *connection)
        .await;
        written.map_err(|e| self.database.storage("writing an agreement", &e))?;
        drop(connection);
        let found = self.find(&id).await?.ok_or(Error::UnknownAgreement)?;
        if found.sha256 == sha256 { Ok(found) } else { Err(Error::AgreementDiffers) }
    }

    /// The agreement with an identifier.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn find(&self, id: &str) -> Result<Option<RegisteredAgreement>> {
        let mut connection = self.database.acquire().await?;
        let query = sqlx::query("SELECT id, sha256, body, registered_us, revoked_us, reason FROM agreement WHERE id = $1");
        let row = query.bind(id.to_owned()).fetch_optional(&mut *connection).await;
        row.and_then(|row| row.as_ref().map(registered).transpose()).map_err(|e| self.database.storage("reading an agreement", &e))
    }

    /// All agreements, also those that are revoked, by the time they were registered.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn list(&self) -> Result<Vec<RegisteredAgreement>> {
        let mut connection = self.database.acquire().await?;
        let query =
            sqlx::query("SELECT id, sha256, body, registered_us, revoked_us, reason FROM agreement ORDER BY registered_us, id");
        let rows = query.fetch_all(&mut *connection).await;
        rows.and_then(|rows| rows.iter().map(registered).collect()).map_err(|e| self.database.storage("reading the agreements", &e))
    }

    /// Revokes an agreement: nothing is given under it from now on. One that was revoked before keeps time and reason of that.
    ///
    /// # Errors
    /// [`Error::Field`] for a reason that is none of [`REVOKE_REASONS`]; [`Error::UnknownAgreement`]; [`Error::Storage`].
    pub async fn revoke(&self, id: &str, reason: &str, at: Timestamp) -> Result<RegisteredAgreement> {
        if !REVOKE_REASONS.contains(&reason) {
            return Err(
                Rule::OneOf("ended-early, terms-broken, recipient-changed, data-lost, registered-by-mistake").of("the reason")
            );
        }
        let mut connection = self.database.acquire().await?;
        sqlx::query("UPDATE agreement SET revoked_us = $1, reason = $2 WHERE id = $3 AND revoked_us = 0")
            .bind(at.as_microsecond())
            .bind(reason.to_owned())
            .bind(id.to_owned())
            .execute(&mut *connection)
            .await
            .map_err(|e| self.database.storage("revoking an agreement", &e))?;
        drop(connection);
        self.find(id).await?.ok_or(Error::UnknownAgreement)
    }

    /// Begins to give something, and returns its number: nothing is given before [`Agreements::recorded`].
    ///
    /// # Errors
    /// [`Error::Field`], [`Error::Busy`] or [`Error::Storage`].
    pub async fn begin(&self, handing: &Handing) -> Result<u64> {
        let recipient = line("the recipient", &handing.recipient, 2 * LINE)?;
        for attempt in 1..=ATTEMPTS {
            match self.begin_once(handing, &recipient).await {
                Ok(number) => return Ok(number),
                Err(error) if collision(&error) || is_unique(&error) => pause(attempt).await,
                Err(error) => return Err(self.database.storage("beginning an export", &error)),
            }
        }
        Err(self.database.busy())
    }

    async fn begin_once(&self, handing: &Handing, recipient: &str) -> sqlx::Result<u64> {
        let mut transaction = self.database.begin().await?;
        let last: i64 =
            sqlx::query("SELECT COALESCE(MAX(number), 0) FROM export").fetch_one(&mut *transaction).await?.try_get(0)?;
        sqlx::query(
            "INSERT INTO export (number, agreement, sha256, recipient, release_id, products, given_on, keep_until, entry) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
        )
        .bind(last + 1)
        .bind(handing.agreement.clone())
        .bind(handing.sha256.clone())
        .bind(recipient.to_owned())
        .bind(handing.release.clone())
        .bind(handing.products.join(" "))
        .bind(handing.on.to_string())
        .bind(handing.keep_until.to_string())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok((last + 1).unsigned_abs())
    }

    /// Notes the entry of the audit log that says what was given.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn recorded(&self, number: u64, entry: u64) -> Result<()> {
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let mut connection = self.database.acquire().await?;
        let done = sqlx::query("UPDATE export SET entry = $1 WHERE number = $2")
            .bind(whole(entry))
            .bind(whole(number))
            .execute(&mut *connection)
            .await;
        done.map(|_| ()).map_err(|e| self.database.storage("recording an export", &e))
    }

    /// Takes back that something was given: it could not appear.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn not_given(&self, number: u64) -> Result<()> {
        self.recorded(number, 0).await
    }

    /// Everything that was given, or begun, by number.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn exports(&self) -> Result<Vec<Handed>> {
        let mut connection = self.database.acquire().await?;
        let query = sqlx::query(
            "SELECT number, agreement, sha256, recipient, release_id, products, given_on, keep_until, entry FROM export ORDER BY number",
        );
        let rows = query.fetch_all(&mut *connection).await;
        rows.and_then(|rows| rows.iter().map(handed).collect()).map_err(|e| self.database.storage("reading the exports", &e))
    }
}

fn wrong<E>(_no_value: E) -> sqlx::Error {
    sqlx::Error::Decode("not as the ledger writes it".into())
}

fn registered(row: &AnyRow) -> sqlx::Result<RegisteredAgreement> {
    let time = |us: i64| Timestamp::from_microsecond(us).map_err(wrong);
    let revoked: i64 = row.try_get(4)?;
    Ok(RegisteredAgreement {
        id: row.try_get(0)?,
        sha256: row.try_get(1)?,
        text: row.try_get(2)?,
        registered: time(row.try_get(3)?)?,
        revoked: if revoked == 0 { None } else { Some((time(revoked)?, row.try_get(5)?)) },
    })
}

fn handed(row: &AnyRow) -> sqlx::Result<Handed> {
    let day = |column: usize| row.try_get::<String, _>(column)?.parse::<Date>().map_err(wrong);
    let products: String = row.try_get(5)?;
    let entry: i64 = row.try_get(8)?;
    Ok(Handed {
        number: row.try_get::<i64, _>(0)?.unsigned_abs(),
        handing: Handing {
            agreement: row.try_get(1)?,
            sha256: row.try_get(2)?,
            recipient: row.try_get(3)?,
            release: row.try_get(4)?,
            products: products.split(' ').map(str::to_owned).collect(),
            on: day(6)?,
            keep_until: day(7)?,
        },
        entry: (entry > 0).then(|| entry.unsigned_abs()),
    })
}
