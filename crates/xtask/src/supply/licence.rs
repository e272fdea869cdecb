//! Whether an SPDX expression can be satisfied with the licences that are allowed.

/// Precedence as SPDX has it: WITH, then AND, then OR.
pub fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().collect::<Vec<_>>();
    words.reverse();
    any(&mut words, allowed).is_some_and(|good| good && words.is_empty())
}

fn any(words: &mut Vec<&str>, allowed: &[String]) -> Option<bool> {
    let mut good = all(words, allowed)?;
    while words.last() == Some(&"OR") {
        words.pop();
        good |= all(words, allowed)?;
    }
    Some(good)
}

fn all(words: &mut Vec<&str>, allowed: &[String]) -> Option<bool> {
    let mut good = one(words, allowed)?;
    while words.last() == Some(&"AND") {
        words.pop();
        good &= one(words, allowed)?;
    }
    Some(good)
}

fn one(words: &mut Vec<&str>, allowed: &[String]) -> Option<bool> {
    let word = words.pop()?;
    if word == "(" {
        let good = any(words, allowed)?;
        return (words.pop()? == ")").then_some(good);
    }
    let mut name = word.to_owned();
    if words.last() == Some(&"WITH") {
        words.pop();
        name = format!("{name} WITH {}", words.pop()?);
    }
    Some(allowed.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_reads_them() {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"].map(str::to_owned);
        for good in [
            "MIT",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-3.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
            "GPL-3.0 AND X OR MIT",
        ] {
            assert!(is_allowed(good, &allowed), "{good}");
        }
        for bad in
            ["", "GPL-3.0", "MIT AND GPL-3.0", "MIT AND (GPL-3.0 OR X)", "GPL-3.0 WITH LLVM-exception", "(MIT", "MIT MIT", "MIT OR"]
        {
            assert!(!is_allowed(bad, &allowed), "{bad}");
        }
    }
}
