//! The command that makes the archive again.

use super::Evidence;
use hotspot_core::Strand;
use hotspot_core::atlas::Borough;
use hotspot_core::resource::challenge::{ChallengeInput, Level};
use hotspot_core::resource::victims::NeedMeasure;

impl Evidence<'_> {
    /// The command that makes the archive again in a folder with the inputs: every setting after defaults, no folder of this machine.
    pub fn command(&self) -> String {
        let input = &self.input;
        let mut words = vec!["hotspot".to_owned(), "challenge".to_owned()];
        let mut add = |flag: &str, value: &str| words.extend([flag.to_owned(), quoted(value)]);
        add("--releases", self.releases);
        add("--release", &input.release.id);
        self.protected.into_iter().for_each(|folder| add("--protected", folder));
        add("--resources", self.resources.name);
        add("--level", input.level.id());
        if let Some(areas) = self.areas {
            add("--areas", areas.file.name);
            areas.code.into_iter().for_each(|code| add("--area-code", code));
        }
        if input.measure != NeedMeasure::Incidents {
            add("--need", input.measure.id());
        }
        add("--strand", input.strand.map_or("all", Strand::id));
        add("--apportion", input.rule.id());
        add("--on", &input.on.to_string());
        add("--months", &input.months.to_string());
        self.harm().into_iter().for_each(|file| add("--harm", file.name));
        self.other_harm().for_each(|file| add("--other-harm", file.name));
        for (flag, file) in [("--people", self.people), ("--stops", self.stops)] {
            if let Some(file) = file {
                add(flag, file.name);
            }
        }
        add("--seed", &input.params.seed.to_string());
        if let Some(borough) = self.borough {
            add("--borough", &borough.name);
        }
        add("--out", "pack.zip");
        words.join(" ")
    }
}

/// A word as a shell takes it for one.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/+:,@%".contains(c);
    // What begins with a dash would be an option.
    let whole = if word.starts_with('-') { format!("./{word}") } else { word.to_owned() };
    if !whole.is_empty() && whole.chars().all(plain) { whole } else { format!("'{}'", whole.replace('\'', r"'\''")) }
}

/// A borough by its name or code.
///
/// # Errors
/// What must be given, where it is none of the question's boroughs.
pub fn borough_named<'a>(input: &ChallengeInput<'a>, name: &str) -> Result<&'a Borough, &'static str> {
    let Some(atlas) = input.atlas else {
        return Err("nothing: the release is not of London's boroughs");
    };
    if input.level == Level::CommandUnit {
        return Err("nothing: a command unit is more than a borough; ask by hotspot or borough");
    }
    let wanted = name.trim().to_lowercase();
    let found = atlas.boroughs().iter().find(|b| b.name.to_lowercase() == wanted || b.code.to_lowercase() == wanted);
    found.ok_or("the name of a borough, as in Camden, or its code, as in E09000007")
}
