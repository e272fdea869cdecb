//! A new ledger for each test, on every database that there is.

use hotspot_ledger::{Answer, Author, ChallengeId, Effect, Event, Ledger, Periods, Place, Question, Role, Step};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde_json::json;
use sqlx::AssertSqlSafe;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where a new ledger goes.
pub struct Fresh {
    pub address: String,
    _folder: Option<tempfile::TempDir>,
}

/// Address of a database of PostgreSQL from which others can be made, ending in `/postgres`.
fn postgres() -> Option<String> {
    std::env::var("HOTSPOT_TEST_POSTGRES").ok()
}

/// Runs a statement behind the back of the ledger.
pub async fn sql(address: &str, statement: &str) {
    sqlx::any::install_default_drivers();
    let url = if address.starts_with("postgres") { address.to_owned() } else { format!("sqlite://{address}") };
    let pool = sqlx::AnyPool::connect(&url).await.unwrap();
    sqlx::query(AssertSqlSafe(statement)).execute(&pool).await.unwrap();
    pool.close().await;
}

impl Fresh {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { address: folder.path().join("ledger.db").to_str().unwrap().to_owned(), _folder: Some(folder) }
    }

    /// One on each database.
    pub async fn all() -> Vec<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let mut all = vec![Self::sqlite()];
        if let Some(admin) = postgres() {
            let name = format!("hotspot_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
            sql(&admin, &format!("CREATE DATABASE {name}")).await;
            let address = admin.strip_suffix("postgres").expect("the address ends in /postgres").to_owned() + &name;
            all.push(Self { address, _folder: None });
        }
        all
    }

    pub async fn ledger(&self) -> Ledger {
        Ledger::create_or_open(&self.address).await.unwrap()
    }
}

/// Runs a test on each database, with two threads.
pub fn everywhere(test: impl AsyncFn(Fresh)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for fresh in Fresh::all().await {
            test(fresh).await;
        }
    });
}

pub fn mopac() -> Author {
    Author { actor: "B. Asker".to_owned(), role: Role::Mopac }
}

pub fn mps() -> Author {
    Author { actor: "A. Officer".to_owned(), role: Role::Mps }
}

pub fn question() -> Question {
    Question {
        release: "2026-10-4f2a".to_owned(),
        place: Place::Hotspot("all-2026-10-3".to_owned()),
        boroughs: vec!["Islington".to_owned(), "Camden".to_owned()],
        resource: "officers".to_owned(),
        question: "Why is it 1 % of the officers?".to_owned(),
        evidence: json!({"period": "2025-11 to 2026-10", "n": 41, "need": {"share": 0.04, "low": 0.03, "high": 0.06}}),
        periods: Periods::default(),
    }
}

pub fn answer() -> Step {
    Step::Answer(Answer { text: "Two more.".to_owned(), action: "Move two".to_owned(), by: date(2027, 2, 1), change: None })
}

pub fn because(step: fn(String) -> Step) -> Step {
    step("Because.".to_owned())
}

pub fn accept() -> Step {
    because(|reason| Step::Accept { reason })
}

pub fn escalate() -> Step {
    because(|reason| Step::Escalate { reason })
}

pub fn close() -> Step {
    because(|reason| Step::Close { reason })
}

pub fn effect() -> Step {
    let figures = |n: u32| format!("{n} incidents in 6 months (95 % interval {} to {})", n - 5, n + 8);
    Step::Effect(Effect { before: figures(41), after: figures(30), measured_to: date(2027, 8, 31) })
}

/// Nine in the morning of a day, in UTC.
pub fn at(day: Date) -> Timestamp {
    format!("{day}T09:00:00Z").parse().unwrap()
}

/// The first day of every test.
pub fn first_day() -> Timestamp {
    at(date(2026, 11, 26))
}

/// Two challenges, the first with a whole life: ten events. Returns its identifier and the last event.
pub async fn lived(ledger: &Ledger) -> (ChallengeId, Event) {
    let now = first_day();
    let id = ledger.raise(question(), &mopac(), now, None).await.unwrap().challenge;
    let steps = [
        (Step::Acknowledge, mps()),
        (answer(), mps()),
        (escalate(), mopac()),
        (answer(), mps()),
        (accept(), mopac()),
        (close(), mopac()),
    ];
    for (step, author) in steps {
        ledger.append(id, step, &author, now, None).await.unwrap();
    }
    let other = ledger.raise(question(), &mopac(), now, None).await.unwrap().challenge;
    ledger.append(other, Step::Acknowledge, &mps(), now, None).await.unwrap();
    let last = ledger.append(id, effect(), &mps(), at(date(2027, 9, 1)), None).await.unwrap();
    (id, last)
}
