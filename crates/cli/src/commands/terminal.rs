//! Who sits at this terminal, as the audit log names people: a key, and beside it a name that can be disposed of.

use hotspot_ledger::audit::{Action, Entry, actor_key};
use std::process::{Command, Stdio};

/// Who vouches for them: the operating system.
const ISSUER: &str = "terminal";

/// An entry of whoever runs this command; the name is the one they gave, else `terminal:USER`.
pub fn entry(action: Action, by: Option<&str>) -> Entry {
    let user = user();
    let name = by.map_or_else(|| format!("{ISSUER}:{user}"), str::to_owned);
    Entry { name, ..Entry::new(&actor_key(ISSUER, &user).to_string(), "admin", action) }
}

/// The name of the user whose rights this process has, from the system's own program: a variable of the environment says whatever somebody wrote
/// there. A user without a name is known by number.
fn user() -> String {
    let said = ["/usr/bin/id", "/bin/id"]
        .into_iter()
        .find_map(|program| Command::new(program).arg("-un").stdin(Stdio::null()).stderr(Stdio::null()).output().ok())
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    said.filter(|user| !user.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}
