//! As whom somebody is here.

use crate::incident::UnknownName;
use std::fmt;
use std::str::FromStr;

/// What somebody may do and see. What each sees of the figures is the policy's to say; that an administrator sees none is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The Metropolitan Police: exact figures, places and times.
    Analyst,
    /// The Mayor's Office for Policing and Crime: hotspots as objects, protected figures, challenges.
    Oversight,
    /// An agency under a data-sharing agreement: the fixed products that the agreement names.
    Partner,
    /// Anybody: the fixed products of the public tier, where the policy opens it.
    Public,
    /// A program, by token: what its scope names.
    Batch,
    /// Whoever runs the service: tokens, agreements, the record of looks; no figures.
    Admin,
}

impl Role {
    /// All of them, from what sees most.
    pub const ALL: [Self; 6] = [Self::Analyst, Self::Oversight, Self::Partner, Self::Public, Self::Batch, Self::Admin];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Analyst => "analyst",
            Self::Oversight => "oversight",
            Self::Partner => "partner",
            Self::Public => "public",
            Self::Batch => "batch",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Role {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|role| role.id() == text)
            .ok_or(UnknownName { what: "role", allowed: "analyst, oversight, partner, public, batch, admin" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_read_as_it_is_written() {
        for role in Role::ALL {
            assert_eq!(role.id().parse::<Role>(), Ok(role));
        }
        assert!("Analyst".parse::<Role>().is_err());
    }
}
