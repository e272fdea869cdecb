//! What can be typed behind `hotspot ledger`.

use clap::{Args as ClapArgs, Subcommand};
use hotspot_ledger::{ChallengeId, Head, Role, State};
use jiff::civil::Date;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub struct LedgerArgs {
    #[command(subcommand)]
    pub step: LedgerStep,
}

#[derive(Debug, Subcommand)]
pub enum LedgerStep {
    /// MOPAC asks about a place; the evidence is frozen. Makes the ledger when there is none
    Raise(RaiseArgs),
    /// The MPS has seen the challenge
    Acknowledge(AcknowledgeArgs),
    /// The MPS answers: text, action, the day of it, perhaps a change of a resource
    Answer(AnswerArgs),
    /// MOPAC accepts the answer
    Accept(DecideArgs),
    /// MOPAC does not accept the answer and asks for another
    Escalate(DecideArgs),
    /// MOPAC closes the challenge
    Close(DecideArgs),
    /// Either side records what became of it, six months after closing at the earliest
    Effect(EffectArgs),
    /// Challenges with what is due, by whom and when
    List(ListArgs),
    /// One challenge with its whole history
    Show(ShowArgs),
    /// Write the whole record with its chain and its evidence, one event a line
    Export(ExportArgs),
    /// Walk the chain: names the first event that was altered or is missing
    Verify(VerifyArgs),
}

/// Which ledger.
#[derive(Debug, ClapArgs)]
pub struct Place {
    /// A SQLite file, or postgres://user@host/database (give the password in PGPASSWORD or ~/.pgpass)
    #[arg(long, value_name = "FILE")]
    pub ledger: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Who writes, as they say themselves: the file's rights are what keeps others out.
#[derive(Debug, ClapArgs)]
pub struct By {
    /// Name of the person
    #[arg(long, value_name = "NAME")]
    pub actor: String,
    /// On whose behalf: mopac or mps
    #[arg(long)]
    pub role: Role,
    /// Key of the form: the same key and entry give the first event again
    #[arg(long)]
    pub key: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct RaiseArgs {
    #[command(flatten)]
    pub at: Place,
    #[command(flatten)]
    pub by: By,
    /// Release that the evidence is from
    #[arg(long, value_name = "ID")]
    pub release: String,
    /// Hotspot (all-2026-10-3), area code (E09000007) or command unit by name
    #[arg(long, value_name = "ID")]
    pub place: String,
    /// Kind of resource
    #[arg(long)]
    pub kind: String,
    /// The question
    #[arg(long, value_name = "TEXT")]
    pub question: String,
    /// The evidence, any JSON up to 1 MiB; of a long hotspot challenge --json keep the entry of the kind and place
    #[arg(long, value_name = "FILE.json")]
    pub evidence: PathBuf,
    /// Borough in which the place lies, by name or code; may be given several times. Those of a borough and of a command unit are known
    #[arg(long, value_name = "NAME")]
    pub borough: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub struct AcknowledgeArgs {
    /// The challenge, as C-2026-0001
    pub id: ChallengeId,
    #[command(flatten)]
    pub at: Place,
    #[command(flatten)]
    pub by: By,
}

#[derive(Debug, ClapArgs)]
pub struct AnswerArgs {
    /// The challenge, as C-2026-0001
    pub id: ChallengeId,
    #[command(flatten)]
    pub at: Place,
    #[command(flatten)]
    pub by: By,
    /// The answer
    #[arg(long)]
    pub text: String,
    /// What will be done
    #[arg(long, value_name = "TEXT")]
    pub action: String,
    /// The day by which it will be done, none that is over
    #[arg(long = "by", value_name = "DATE")]
    pub done_by: Date,
    /// Kind of resource of which there will be more or less
    #[arg(long, requires_all = ["amount", "unit", "from"])]
    pub kind: Option<String>,
    /// How much more, or less when negative
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, requires = "kind")]
    pub amount: Option<f64>,
    /// Of what, such as officers or hours a week
    #[arg(long, requires = "kind")]
    pub unit: Option<String>,
    /// From which day on
    #[arg(long, value_name = "DATE", requires = "kind")]
    pub from: Option<Date>,
}

#[derive(Debug, ClapArgs)]
pub struct DecideArgs {
    /// The challenge, as C-2026-0001
    pub id: ChallengeId,
    #[command(flatten)]
    pub at: Place,
    #[command(flatten)]
    pub by: By,
    /// Why, or with what result
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

#[derive(Debug, ClapArgs)]
pub struct EffectArgs {
    /// The challenge, as C-2026-0001
    pub id: ChallengeId,
    #[command(flatten)]
    pub at: Place,
    #[command(flatten)]
    pub by: By,
    /// Figures before the change, with n, period, unit and interval
    #[arg(long, value_name = "TEXT", required_unless_present = "measured")]
    pub before: Option<String>,
    /// Figures after it
    #[arg(long, value_name = "TEXT", required_unless_present = "measured")]
    pub after: Option<String>,
    /// The last day that the figures after it count
    #[arg(long, value_name = "DATE", required_unless_present = "measured")]
    pub measured_to: Option<Date>,
    /// All three, of the one change in what hotspot effect --json printed
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["before", "after", "measured_to"])]
    pub measured: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct ListArgs {
    #[command(flatten)]
    pub at: Place,
    /// Those whose next step was not done in time
    #[arg(long)]
    pub overdue: bool,
    /// Those in a borough, by name or code
    #[arg(long, value_name = "NAME")]
    pub borough: Option<String>,
    /// Those about a place
    #[arg(long, value_name = "ID")]
    pub place: Option<String>,
    /// Those in a state: raised, acknowledged, answered, accepted, escalated, closed or reviewed
    #[arg(long)]
    pub state: Option<State>,
    /// The day on which lateness is judged; today by default
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
}

#[derive(Debug, ClapArgs)]
pub struct ShowArgs {
    /// The challenge, as C-2026-0001
    pub id: ChallengeId,
    #[command(flatten)]
    pub at: Place,
}

#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    #[command(flatten)]
    pub at: Place,
    /// Where to write; - for stdout
    #[arg(long, value_name = "FILE.jsonl")]
    pub out: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct VerifyArgs {
    #[command(flatten)]
    pub at: Place,
    /// The head that was noted elsewhere: shows that the end was cut off, or all of it written anew
    #[arg(long, value_name = "SEQ:HASH")]
    pub head: Option<Head>,
}
