//! Tokens of programs and partners: a secret that is shown once, kept only as its digest, and that ends by itself.

use crate::address::Address;
use crate::chain::Digest;
use crate::challenge::london_day;
use crate::database::{ATTEMPTS, Database, collision, pause};
use crate::error::{Error, Result, Rule};
use crate::event::LINE;
use crate::random::random_hex;
use crate::text::{identifier, line};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use subtle::ConstantTimeEq as _;

/// Most days that a token lives.
pub const TOKEN_DAYS: i64 = 90;
/// As whom a token may act.
pub const TOKEN_ROLES: [&str; 2] = ["batch", "partner"];
/// What a token may do.
pub const TOKEN_SCOPES: [&str; 3] = ["read:products", "read:release", "write:resources"];

/// What a partner's token may do: take what the agreement gives.
const PARTNER_SCOPE: &str = TOKEN_SCOPES[0];

/// How every token begins, so that one that was published by mistake is found by those who look for secrets.
const PREFIX: &str = "hs_";
/// Hexadecimal digits of an identifier and of a secret.
const ID: usize = 16;
const SECRET: usize = 64;

/// The secret is there as its SHA-256 alone: 256 random bits cannot be guessed, so that nothing slower is needed.
const TABLES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS token (id text NOT NULL PRIMARY KEY, name text NOT NULL, role text NOT NULL, \
     scopes text NOT NULL, created_us bigint NOT NULL, expires_us bigint NOT NULL, revoked_us bigint NOT NULL, last_used text NOT NULL, \
     secret_sha256 text NOT NULL)",
    // Beside, so that a ledger of before need not be changed.
    "CREATE TABLE IF NOT EXISTS token_agreement (token text NOT NULL PRIMARY KEY, agreement text NOT NULL)",
];

/// What is known of a token; never its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its identifier, the part before the full stop: 16 hexadecimal digits.
    pub id: String,
    /// For what it was made: one line, at most [`LINE`] characters.
    pub name: String,
    /// As whom its holder acts, one of [`TOKEN_ROLES`].
    pub role: String,
    /// What its holder may do, of [`TOKEN_SCOPES`], in that order.
    pub scopes: Vec<String>,
    /// The agreement under which its holder is given something; a partner's has one, no other has.
    pub agreement: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it opens nothing.
    pub expires: Timestamp,
    /// When it was revoked, if it was.
    pub revoked: Option<Timestamp>,
    /// The last day in London on which it opened something: a day, since more would be a record of a person's hours.
    pub last_used: Option<Date>,
}

impl Token {
    /// Whether it opens anything at a time.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.revoked.is_none() && at < self.expires
    }
}

/// The tokens, beside a ledger in the same SQLite file or PostgreSQL database.
///
/// ```
/// use hotspot_ledger::Tokens;
/// use jiff::{SignedDuration, Timestamp};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("ledger.db");
/// let tokens = Tokens::create_or_open(path.to_str().unwrap()).await?;
/// let now: Timestamp = "2026-11-26T09:00:00Z".parse().unwrap();
/// let scopes = ["read:products".to_owned()];
/// let (token, secret) = tokens.create("monthly job", "batch", &scopes, now + SignedDuration::from_hours(24 * 30), now, None).await?;
///
/// assert_eq!(tokens.check(&secret, now).await?.unwrap().id, token.id);
/// assert_eq!(tokens.check(&secret.replace("hs_", "hs-"), now).await?, None);
/// tokens.revoke(&token.id, now).await?;
/// assert_eq!(tokens.check(&secret, now).await?, None);
/// # Ok::<(), hotspot_ledger::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Tokens {
    database: Database,
}

impl Tokens {
    /// Opens the tokens of a ledger that is there; of one that has none yet, none.
    ///
    /// `address` is as for [`crate::Ledger::open`].
    ///
    /// # Errors
    /// [`Error::NoLedger`], [`Error::Address`], or [`Error::Storage`].
    pub async fn open(address: &str) -> Result<Self> {
        Ok(Self { database: Database::with(&TABLES, Address::read(address, false)?).await? })
    }

    /// As [`Tokens::open`]; makes the file where there is none, which only its owner can read.
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

    /// Makes a token. What it is presented as, `hs_<id>.<secret>`, is returned here and never again.
    ///
    /// # Errors
    /// [`Error::Field`] for a name that is no line, a role or a scope that is none of those there are, no scope at all, or an end that does
    /// not lie ahead or lies more than [`TOKEN_DAYS`] days ahead, a partner's without an agreement or
    /// with another scope than `read:products`, or another's with an agreement;
    /// [`Error::NoRandomness`]; [`Error::Storage`].
    pub async fn create(
        &self,
        name: &str,
        role: &str,
        scopes: &[String],
        expires: Timestamp,
        at: Timestamp,
        agreement: Option<&str>,
    ) -> Result<(Token, String)> {
        let name = line("the name", name, LINE)?;
        if !TOKEN_ROLES.contains(&role) {
            return Err(Rule::OneOf("batch, partner").of("the role of a token"));
        }
        let agreement = match (role, agreement) {
            ("partner", Some(id)) => Some(identifier("the agreement", id, LINE)?),
            ("partner", None) => return Err(Rule::Empty.of("the agreement of a partner")),
            (_, Some(_)) => return Err(Rule::OneOf("partner").of("the role of a token with an agreement")),
            (_, None) => None,
        };
        if scopes.is_empty() {
            return Err(Rule::Empty.of("the scopes"));
        }
        if !scopes.iter().all(|scope| TOKEN_SCOPES.contains(&scope.as_str())) {
            return Err(Rule::OneOf("read:products, read:release, write:resources").of("a scope"));
        }
        // What an agreement gives is a product; with any other scope a partner's token would open nothing, and seem to open more.
        if agreement.is_some() && scopes.iter().any(|scope| scope != PARTNER_SCOPE) {
            return Err(Rule::OneOf(PARTNER_SCOPE).of("a scope of a partner's token"));
        }
        let lives = expires.duration_since(at);
        if lives <= SignedDuration::ZERO || lives > SignedDuration::from_hours(24 * TOKEN_DAYS) {
            return Err(Rule::Ahead(TOKEN_DAYS).of("the end of a token"));
        }
        let micro = |time: Timestamp| Timestamp::from_microsecond(time.as_microsecond()).expect("a time is one");
        let token = Token {
            id: random_hex::<{ ID / 2 }>()?,
            name,
            role: role.to_owned(),
            scopes: TOKEN_SCOPES.iter().filter(|known| scopes.iter().any(|s| s == *known)).map(|&s| s.to_owned()).collect(),
            agreement,
            created: micro(at),
            expires: micro(expires),
            revoked: None,
            last_used: None,
        };
        let secret = random_hex::<{ SECRET / 2 }>()?;
        let storage = |e: sqlx::Error| self.database.storage("writing a token", &e);
        let mut connection = self.database.acquire().await?;
        // First, so that a token that is there never lacks it.
        if let Some(agreement) = &token.agreement {
            sqlx::query("INSERT INTO token_agreement (token, agreement) VALUES ($1, $2)")
                .bind(token.id.clone())
                .bind(agreement.clone())
                .execute(&mut *connection)
                .await
                .map_err(storage)?;
        }
        sqlx::query(
            "INSERT INTO token (id, name, role, scopes, created_us, expires_us, revoked_us, last_used, secret_sha256) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, '', $7)",
        )
        .bind(token.id.clone())
        .bind(token.name.clone())
        .bind(token.role.clone())
        .bind(token.scopes.join(" "))
        .bind(token.created.as_microsecond())
        .bind(token.expires.as_microsecond())
        .bind(digest(&secret))
        .execute(&mut *connection)
        .await
        .map_err(storage)?;
        let presented = format!("{PREFIX}{}.{secret}", token.id);
        Ok((token, presented))
    }

    /// All tokens, also those that have ended, by the time they were made.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn list(&self) -> Result<Vec<Token>> {
        let mut connection = self.database.acquire().await?;
        let query = sqlx::query(
            "SELECT id, name, role, scopes, created_us, expires_us, revoked_us, last_used, secret_sha256, COALESCE(agreement, '') FROM token \
             LEFT JOIN token_agreement ON token = id ORDER BY created_us, id",
        );
        let rows = query.fetch_all(&mut *connection).await;
        rows.and_then(|rows| rows.iter().map(read).collect()).map_err(|e| self.database.storage("reading the tokens", &e))
    }

    /// Revokes a token: it opens nothing from now on. One that was revoked before keeps the time of that.
    ///
    /// # Errors
    /// [`Error::UnknownToken`] or [`Error::Storage`].
    pub async fn revoke(&self, id: &str, at: Timestamp) -> Result<Token> {
        let storage = |e: sqlx::Error| self.database.storage("revoking a token", &e);
        let mut connection = self.database.acquire().await?;
        sqlx::query("UPDATE token SET revoked_us = $1 WHERE id = $2 AND revoked_us = 0")
            .bind(at.as_microsecond())
            .bind(id.to_owned())
            .execute(&mut *connection)
            .await
            .map_err(storage)?;
        let found = find(&mut connection, id).await.map_err(storage)?;
        found.map(|(token, _)| token).ok_or(Error::UnknownToken)
    }

    /// The token that is presented, if there is such a one, its secret is right, and it has neither ended nor been revoked.
    ///
    /// Which of these it was that failed is not told, nor can it be told by the time that the answer takes.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn check(&self, presented: &str, at: Timestamp) -> Result<Option<Token>> {
        let Some((id, secret)) = parts(presented) else { return Ok(None) };
        let storage = |e: sqlx::Error| self.database.storage("checking a token", &e);
        let mut connection = self.database.acquire().await?;
        let found = find(&mut connection, id).await.map_err(storage)?;
        let kept = found.as_ref().map_or_else(|| Digest::NONE.to_string(), |(_, kept)| kept.clone());
        let right: bool = digest(secret).as_bytes().ct_eq(kept.as_bytes()).into();
        let Some(mut token) = found.map(|(token, _)| token).filter(|token| right && token.holds(at)) else { return Ok(None) };
        let today = london_day(at);
        if token.last_used.is_none_or(|day| day < today) {
            self.used(&mut connection, id, today).await.map_err(storage)?;
            token.last_used = Some(today);
        }
        Ok(Some(token))
    }

    /// Notes the day of use: once a day, whoever else writes.
    async fn used(&self, connection: &mut AnyConnection, id: &str, today: Date) -> sqlx::Result<()> {
        for attempt in 1.. {
            let done = sqlx::query("UPDATE token SET last_used = $1 WHERE id = $2 AND last_used < $1")
                .bind(today.to_string())
                .bind(id.to_owned())
                .execute(&mut *connection)
                .await;
            match done {
                Err(error) if attempt < ATTEMPTS && collision(&error) => pause(attempt).await,
                Err(error) => return Err(error),
                Ok(_) => break,
            }
        }
        Ok(())
    }
}

/// Identifier and secret of what is presented, if it has the form of a token.
fn parts(presented: &str) -> Option<(&str, &str)> {
    let (id, secret) = presented.strip_prefix(PREFIX)?.split_once('.')?;
    let hexadecimal = |text: &str, length| text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    (hexadecimal(id, ID) && hexadecimal(secret, SECRET)).then_some((id, secret))
}

fn digest(secret: &str) -> String {
    Digest::of(secret.as_bytes()).to_string()
}

async fn find(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<(Token, String)>> {
    let query = sqlx::query(
        "SELECT id, name, role, scopes, created_us, expires_us, revoked_us, last_used, secret_sha256, COALESCE(agreement, '') FROM token \
         LEFT JOIN token_agreement ON token = id WHERE id = $1",
    );
    let row = query.bind(id.to_owned()).fetch_optional(connection).await?;
    row.map(|row| Ok((read(&row)?, row.try_get(8)?))).transpose()
}

fn read(row: &AnyRow) -> sqlx::Result<Token> {
    let wrong = |_no_time| sqlx::Error::Decode("not as the ledger writes it".into());
    let time = |column: usize| Timestamp::from_microsecond(row.try_get(column)?).map_err(wrong);
    let (scopes, last_used): (String, String) = (row.try_get(3)?, row.try_get(7)?);
    let revoked: i64 = row.try_get(6)?;
    let agreement: String = row.try_get(9)?;
    Ok(Token {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        role: row.try_get(2)?,
        scopes: scopes.split(' ').map(str::to_owned).collect(),
        agreement: Some(agreement).filter(|id| !id.is_empty()),
        created: time(4)?,
        expires: time(5)?,
        revoked: if revoked == 0 { None } else { Some(time(6)?) },
        last_used: if last_used.is_empty() { None } else { Some(last_used.parse().map_err(wrong)?) },
    })
}
