//! Who somebody is, once he has shown it.

use crate::problem::ApiError;
use crate::query::BadParameter;
use hotspot_core::disclosure::Role;
use hotspot_ledger::Author;
use hotspot_ledger::audit::actor_key;
use std::fmt;
use std::str::FromStr;

/// Letters of a shown name.
const NAME: usize = 100;

/// Somebody who signed in, or a program with a token.
///
/// The key of a person is the issuer with the subject; names and addresses change hands, and are only shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Who vouches for him.
    pub issuer: String,
    /// His identifier there.
    pub subject: String,
    /// How people call him: one line.
    pub name: String,
    /// As whom he is here.
    pub role: Role,
    /// For what he looks, chosen once per session; a program says it with each request, or its token does.
    pub purpose: Option<String>,
    /// Why, in his words, where the service asks for it.
    pub reason: Option<String>,
    /// What a program may do.
    pub scopes: Vec<Scope>,
    /// The agreement that says what a partner is given.
    pub agreement: Option<String>,
}

impl Principal {
    /// A person or program; of the name what a line may hold is kept, and the subject stands in for one that is empty.
    pub(crate) fn new(issuer: &str, subject: &str, name: Option<&str>, role: Role) -> Self {
        let plain = |text: &str| text.chars().filter(|c| !c.is_control()).take(NAME).collect::<String>().trim().to_owned();
        let name = Some(plain(name.unwrap_or_default())).filter(|n| !n.is_empty()).unwrap_or_else(|| plain(subject));
        Self {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            name,
            role,
            purpose: None,
            reason: None,
            scopes: Vec::new(),
            agreement: None,
        }
    }

    /// Digest of issuer and subject: names the person without saying who it is.
    pub fn key(&self) -> [u8; 32] {
        actor_key(&self.issuer, &self.subject).bytes()
    }

    /// As the record of challenges names him: two people of one name are told apart by the first letters of their keys.
    pub(crate) fn author(&self) -> Result<Author, ApiError> {
        let role = match self.role {
            Role::Analyst => hotspot_ledger::Role::Mps,
            Role::Oversight => hotspot_ledger::Role::Mopac,
            role => return Err(ApiError::NotYours { role }),
        };
        let [a, b, c, d, ..] = self.key();
        Ok(Author { actor: format!("{} [{a:02x}{b:02x}{c:02x}{d:02x}]", self.name), role })
    }
}

/// What a program may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Take the fixed products.
    ReadProducts,
    /// Read the figures of releases.
    ReadRelease,
    /// Put a table of resources in the place of another.
    WriteResources,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ReadProducts, Self::ReadRelease, Self::WriteResources];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::ReadProducts => "read:products",
            Self::ReadRelease => "read:release",
            Self::WriteResources => "write:resources",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Scope {
    type Err = hotspot_core::incident::UnknownName;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.id() == text)
            .ok_or(hotspot_core::incident::UnknownName { what: "scope", allowed: "read:products, read:release, write:resources" })
    }
}

/// For what people look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purposes {
    /// What may be chosen, in the order in which it is shown.
    pub list: Vec<String>,
    /// Whether a reason is asked for beside.
    pub reason: bool,
}

impl Default for Purposes {
    fn default() -> Self {
        let list = ["deployment and tasking", "oversight of allocation", "safeguarding", "quality and audit"];
        Self { list: list.map(str::to_owned).to_vec(), reason: false }
    }
}

impl Purposes {
    /// One of the list.
    pub(crate) fn chosen(&self, text: &str) -> Result<String, ApiError> {
        let found = self.list.iter().find(|p| *p == text).cloned();
        found.ok_or_else(|| BadParameter::new("purpose", self.list.join(", ")).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_of_one_name_are_told_apart_and_keys_do_not_run_together() {
        let person = |issuer, subject| Principal::new(issuer, subject, Some("Ann\nLee\u{202e}"), Role::Analyst);
        let (one, other) = (person("https://a", "1"), person("https://a", "2"));
        assert_ne!(one.author().unwrap().actor, other.author().unwrap().actor);
        assert!(one.author().unwrap().actor.starts_with("AnnLee"));
        assert_ne!(person("https://a1", "2").key(), person("https://a", "12").key());
        assert_eq!(Principal::new("i", "s-1", Some("\n"), Role::Admin).name, "s-1");
        assert!(Principal::new("i", "s", None, Role::Admin).author().is_err());
    }

    #[test]
    fn every_scope_is_read_as_it_is_written() {
        for scope in Scope::ALL {
            assert_eq!(scope.id().parse::<Scope>(), Ok(scope));
        }
        assert!("read:*".parse::<Scope>().is_err());
    }
}
