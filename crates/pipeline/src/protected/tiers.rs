//! The policy as it is read from TOML.

use crate::commit::sha256_hex;
use crate::error::{Error, Result, Stage};
use hotspot_core::Strand;
use hotspot_core::disclosure::certificate::Knowledge;
use hotspot_core::disclosure::protected::{Geography, Rules, STRANDS};
use hotspot_core::disclosure::tiers::{PartnerRules, PublicRules, Tiers};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The policy that the program carries.
const DEFAULT: &str = include_str!("../../../../data/policy/tiers.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    oversight: Oversight,
    partner: Option<Partner>,
    public: Option<Public>,
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
#[serde(deny_unknown_fields)]
struct Partner {
    least: u32,
    base: u32,
    strands: BTreeMap<String, u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Public {
    open: bool,
    least: u32,
    residents: u32,
    base: u32,
    classes: Vec<u32>,
    area_strands: Vec<String>,
    borough_strands: Vec<String>,
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

/// The message of a parser with its line, without what stands in quotes: that is a value of the file.
pub(crate) fn located(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let message: Vec<&str> = error.message().split('"').step_by(2).collect();
    format!("line {line}: {}", message.join("…"))
}

fn must(holds: bool, what: &str) -> std::result::Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

pub(super) fn parse(text: &str) -> std::result::Result<Tiers, String> {
    let file: File = toml::from_str(text).map_err(|error| located(text, &error))?;
    let o = &file.oversight;
    must(!file.version.trim().is_empty() && file.version.len() <= 40, "version: must be a short text")?;
    must((3..=100).contains(&o.threshold), "oversight.threshold: must be from 3 to 100")?;
    must(o.area_incidents >= o.threshold, "oversight.area_incidents: must be no less than the threshold")?;
    must((3..=120).contains(&o.area_months), "oversight.area_months: must be from 3 to 120")?;
    Ok(Tiers {
        version: file.version.clone(),
        digest: sha256_hex(text.as_bytes()),
        text: text.to_owned(),
        partner: file.partner.as_ref().map(|p| partner(p, o)).transpose()?,
        public: file.public.map(|p| public(p, o)).transpose()?,
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

/// A figure that is told is one that oversight may be shown, and rounding a small one must not make none of it.
fn counts(tier: &str, least: u32, base: u32, oversight: &Oversight) -> std::result::Result<(), String> {
    must((oversight.threshold..=1000).contains(&least), &format!("{tier}.least: must be from oversight.threshold to 1000"))?;
    must((2..=100).contains(&base) && base <= least, &format!("{tier}.base: must be from 2 to 100, and no more than {tier}.least"))
}

fn strand(tier: &str, name: &str) -> std::result::Result<Strand, String> {
    let known = STRANDS.into_iter().find(|s| s.id() == name);
    known.ok_or_else(|| format!("{tier}: must be of {}", STRANDS.map(Strand::id).join(", ")))
}

fn partner(p: &Partner, oversight: &Oversight) -> std::result::Result<PartnerRules, String> {
    counts("partner", p.least, p.base, oversight)?;
    let strands = p.strands.iter().map(|(name, from)| {
        must((p.least..=1000).contains(from), "partner.strands: must be counts from partner.least to 1000")?;
        Ok((strand("partner.strands", name)?, *from))
    });
    let strands = strands.collect::<std::result::Result<_, String>>()?;
    Ok(PartnerRules { least: p.least, base: p.base, strands })
}

fn public(p: Public, oversight: &Oversight) -> std::result::Result<PublicRules, String> {
    counts("public", p.least, p.base, oversight)?;
    must(p.residents >= oversight.area_residents, "public.residents: must be no less than oversight.area_residents")?;
    let rounded = p.classes.iter().all(|from| from % p.base == 0) && p.classes.is_sorted_by(|a, b| a < b);
    // The class of a rounded count then tells no more than the rounding.
    must(
        rounded && p.classes.first().is_some_and(|first| *first <= p.least),
        "public.classes: must begin no higher than public.least, ascend, and be multiples of public.base",
    )?;
    let strands =
        |tier: &str, names: &[String]| names.iter().map(|name| strand(tier, name)).collect::<std::result::Result<Vec<_>, _>>();
    Ok(PublicRules {
        open: p.open,
        least: p.least,
        residents: p.residents,
        base: p.base,
        area_strands: strands("public.area_strands", &p.area_strands)?,
        borough_strands: strands("public.borough_strands", &p.borough_strands)?,
        classes: p.classes,
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
        let (partner, public) = (policy.partner.unwrap(), policy.public.unwrap());
        assert_eq!((partner.least, partner.base, public.least, public.residents, public.open), (10, 5, 10, 200, false));
    }

    #[test]
    fn what_is_no_policy_is_told_by_line_and_rule() {
        let with = |from: &str, to: &str| parse(&DEFAULT.replacen(from, to, 1)).unwrap_err();
        assert!(with("threshold = 5", "threshold = 1").contains("oversight.threshold"));
        assert!(with("area_months = 36", "area_month = 36").starts_with("line "));
        assert!(with("[oversight]", "[everybody]\nthreshold = 10\n[oversight]").starts_with("line "));
        // Nobody is told of fewer than oversight is, and of nothing finer than the rounding.
        let partner = |from: &str, to: &str| {
            let at = DEFAULT.find("[partner]").unwrap();
            parse(&[&DEFAULT[..at], &DEFAULT[at..].replacen(from, to, 1)].concat()).unwrap_err()
        };
        assert!(partner("least = 10", "least = 4").starts_with("partner.least"));
        assert!(partner("base = 5", "base = 1").starts_with("partner.base"));
        assert!(partner("transgender = 20", "transgender = 9").starts_with("partner.strands"));
        assert!(partner("transgender = 20", "swordfish = 20").starts_with("partner.strands: must be of race"));
        assert!(partner("classes = [10, 20", "classes = [10, 13").starts_with("public.classes"));
        assert!(partner("residents = 200", "residents = 199").starts_with("public.residents"));
        assert!(partner("open = false", "open = \"swordfish\"").starts_with("line "));
        assert!(!partner("open = false", "open = \"swordfish\"").contains("swordfish"));
        assert!(with("knowledge = \"two-of-a-place\"", "knowledge = \"everything\"").starts_with("line "));
    }
}
