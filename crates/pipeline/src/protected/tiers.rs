//! The policy as it is read from TOML.

use crate::commit::sha256_hex;
use crate::error::{Error, Result, Stage};
use hotspot_core::disclosure::certificate::Knowledge;
use hotspot_core::disclosure::protected::{Geography, Rules};
use hotspot_core::disclosure::tiers::Tiers;
use serde::Deserialize;
use std::path::Path;

/// The policy that the program carries.
const DEFAULT: &str = include_str!("../../../../data/policy/tiers.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    oversight: Oversight,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Oversight {
    threshold: u32,
    #[serde(default)]
    geography: Areas,
    area_incidents: u32,
    area_residents: u32,
    area_months: u16,
    knowledge: Known,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Areas {
    #[default]
    Adaptive,
    Units,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Known {
    Published,
    OneRecord,
    TwoOfAPlace,
}

/// Reads a policy, or the one that the program carries.
///
/// # Errors
/// When the file cannot be read or is not a policy; the rule says which.
pub fn read_policy(path: Option<&Path>) -> Result<Tiers> {
    let Some(path) = path else {
        return Ok(parse(DEFAULT).expect("the policy that the program carries is one: a test reads it"));
    };
    let text = std::fs::read_to_string(path).map_err(|e| Error::source(Stage::Protect, path, e))?;
    parse(&text).map_err(|rule| Error::refused(Stage::Protect, path, rule))
}

fn parse(text: &str) -> std::result::Result<Tiers, String> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
        format!("line {line}: {}", error.message())
    })?;
    let must = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    let o = &file.oversight;
    must(!file.version.trim().is_empty() && file.version.len() <= 40, "version: must be a short text")?;
    must((3..=100).contains(&o.threshold), "oversight.threshold: must be from 3 to 100")?;
    must(o.area_incidents >= o.threshold, "oversight.area_incidents: must be no less than the threshold")?;
    must((3..=120).contains(&o.area_months), "oversight.area_months: must be from 3 to 120")?;
    Ok(Tiers {
        version: file.version.clone(),
        digest: sha256_hex(text.as_bytes()),
        oversight: Rules {
            threshold: o.threshold,
            geography: match o.geography {
                Areas::Adaptive => Geography::Adaptive,
                Areas::Units => Geography::Units,
            },
            area_incidents: o.area_incidents,
            area_residents: o.area_residents,
            area_months: o.area_months,
            knowledge: match o.knowledge {
                Known::Published => Knowledge::Published,
                Known::OneRecord => Knowledge::OneRecord,
                Known::TwoOfAPlace => Knowledge::TwoOfAPlace,
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_the_program_is_one() {
        let policy = read_policy(None).unwrap();
        assert_eq!(policy.oversight.threshold, 5);
        assert_eq!(policy.oversight.knowledge, Knowledge::TwoOfAPlace);
        assert_eq!(policy.oversight.geography, Geography::Adaptive);
        let of_units = parse(&DEFAULT.replacen("geography = \"adaptive\"", "geography = \"units\"", 1)).unwrap();
        assert_eq!(of_units.oversight.geography, Geography::Units);
        assert_eq!(policy.digest.len(), 64);
    }

    #[test]
    fn what_is_no_policy_is_told_by_line_and_rule() {
        let with = |from: &str, to: &str| parse(&DEFAULT.replacen(from, to, 1)).unwrap_err();
        assert!(with("threshold = 5", "threshold = 1").contains("oversight.threshold"));
        assert!(with("area_months = 36", "area_month = 36").starts_with("line "));
        // A tier that nobody is shown yet is not opened by a line that is passed over.
        assert!(with("[oversight]", "[public]\nthreshold = 10\n[oversight]").starts_with("line "));
        assert!(with("knowledge = \"two-of-a-place\"", "knowledge = \"everything\"").starts_with("line "));
    }
}
