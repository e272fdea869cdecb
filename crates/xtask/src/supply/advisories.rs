//! Known advisories against the versions of the lock.

use super::Locked;

const LIST: &str = include_str!("advisories.toml");

/// Every version of the lock that an advisory speaks of, unless the list says why it may stay; and every entry that is none.
pub fn faults(locked: &[Locked]) -> Result<Vec<String>, String> {
    let list: toml::Table = toml::from_str(LIST).map_err(|e| format!("advisories.toml: {e}"))?;
    let mut faults = Vec::new();
    for advisory in list.get("advisory").and_then(toml::Value::as_array).into_iter().flatten() {
        let text = |name: &str| advisory.get(name).and_then(toml::Value::as_str).unwrap_or_default();
        let texts = |name: &str| -> Vec<&str> {
            advisory.get(name).and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_str).collect()
        };
        let (id, name) = (text("id"), text("crate"));
        let free = [texts("patched"), texts("unaffected")].concat();
        for package in locked.iter().filter(|p| p.name == name) {
            let version = version(&package.version).ok_or_else(|| format!("{name} {}: no version", package.version))?;
            let mut affected = true;
            for range in &free {
                affected &= !holds(range, version).ok_or_else(|| format!("{id}: {range:?} is no range"))?;
            }
            let accepted = text("accepted");
            if affected && accepted.is_empty() {
                faults.push(format!("{name} {}: {id}: {}", package.version, text("what")));
            }
            if !affected && !accepted.is_empty() {
                faults.push(format!("{name} {}: {id} no longer speaks of it: take the reason away", package.version));
            }
        }
    }
    Ok(faults)
}

/// What the list covers, in a clause.
#[cfg(test)]
pub fn summary() -> Result<String, String> {
    let list: toml::Table = toml::from_str(LIST).map_err(|e| format!("advisories.toml: {e}"))?;
    let (of, entries) = (|name: &str| list.get(name).and_then(toml::Value::as_array).map_or(0, Vec::len), "advisory");
    let accepted =
        list.get(entries).and_then(toml::Value::as_array).into_iter().flatten().filter(|a| a.get("accepted").is_some()).count();
    let read_on = list.get("read_on").and_then(toml::Value::as_str).unwrap_or_default();
    Ok(format!(
        "RustSec asked for {} crates on {read_on}: {} advisories, {accepted} accepted with a reason, 0 open",
        of("asked"),
        of(entries)
    ))
}

/// Major, minor, patch; what follows them does not matter here.
fn version(text: &str) -> Option<[u64; 3]> {
    let numbers = text.trim().split(['-', '+']).next()?;
    let mut parts = [0; 3];
    let mut given = numbers.split('.');
    for part in &mut parts {
        *part = given.next().map_or(Some(0), |n| n.parse().ok())?;
    }
    given.next().is_none().then_some(parts)
}

/// Whether a version lies in a range such as `>= 0.9.3, < 0.10.0`.
fn holds(range: &str, version_at: [u64; 3]) -> Option<bool> {
    let mut good = true;
    for part in range.split(',').map(str::trim) {
        let split = part.find(|c: char| c.is_ascii_digit())?;
        let bound = version(&part[split..])?;
        good &= match part[..split].trim() {
            ">=" => version_at >= bound,
            ">" => version_at > bound,
            "<" => version_at < bound,
            "<=" => version_at <= bound,
            "=" => version_at == bound,
            _ => return None,
        };
    }
    Some(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(version("1.11.1+lz4-1.10.0"), Some([1, 11, 1]));
        assert_eq!(holds(">= 0.9.3, < 0.10.0", [0, 9, 4]), Some(true));
        assert_eq!(holds(">= 0.9.3, < 0.10.0", [0, 10, 0]), Some(false));
        assert_eq!(holds("< 2.3", [2, 2, 9]), Some(true));
        assert_eq!(holds("nonsense", [1, 0, 0]), None);
    }

    #[test]
    fn the_list_says_when_and_of_what_it_was_read() {
        let list: toml::Table = toml::from_str(LIST).unwrap();
        assert_eq!(list["read_on"].as_str().unwrap().len(), 10);
        let asked = list["asked"].as_array().unwrap();
        for advisory in list["advisory"].as_array().unwrap() {
            assert!(asked.contains(&advisory["crate"]), "{} was asked for", advisory["crate"]);
            assert!(advisory["id"].as_str().unwrap().starts_with("RUSTSEC-") && advisory.get("what").is_some());
        }
    }
}
