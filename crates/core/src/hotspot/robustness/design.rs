//! Which settings the analysis is rerun over.

use crate::cube::Provisional;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;
use std::collections::BTreeSet;
use std::fmt;

/// Against what the counts are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reference {
    /// Square kilometres inside the study area.
    Area,
    /// Residents.
    Residents,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Counted {
    /// Every incident, however many records tell of it.
    Incident,
    /// Every recorded offence: an incident that several records tell of counts as often.
    Offence,
    /// Every victim once for each unit and window; an incident without a victim's pseudonym is a victim of its own.
    Victim,
}

/// One way of making the analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Setting {
    /// H3 resolution; on polygons 9 stands for the polygons themselves.
    pub resolution: u8,
    /// Metres, east and north, by which everything is moved over the grid.
    pub offset_m: [i32; 2],
    /// Months of the window, which ends with the release's month; see [`Setting::for_window`].
    pub months: u16,
    /// Against what the counts are held.
    pub reference: Reference,
    /// What is counted.
    pub unit: Counted,
    /// Whether provisional flags count.
    pub provisional: Provisional,
    /// 0: locations as recorded. Any other number: redrawn, each number in its own way.
    pub redraw: u32,
}

impl Setting {
    /// The setting of which all others are changes.
    pub const BASE: Self = Self {
        resolution: 9,
        offset_m: [0, 0],
        months: 12,
        reference: Reference::Area,
        unit: Counted::Incident,
        provisional: Provisional::Included,
        redraw: 0,
    };

    /// In how many of the seven choices it differs from another; two ways of redrawing are one choice.
    pub fn differences(&self, other: &Self) -> usize {
        [
            self.resolution != other.resolution,
            self.offset_m != other.offset_m,
            self.months != other.months,
            self.reference != other.reference,
            self.unit != other.unit,
            self.provisional != other.provisional,
            (self.redraw == 0) != (other.redraw == 0),
        ]
        .into_iter()
        .filter(|differs| *differs)
        .count()
    }
}

impl Setting {
    /// The setting that an analysis of a resolution (0 for polygons, which have one size), a window and a reference measure is.
    pub fn published(resolution: u8, months: usize, reference: Reference) -> Self {
        let resolution = if resolution == 0 { Self::BASE.resolution } else { resolution };
        Self { resolution, reference, ..Self::BASE }.for_window(months)
    }

    /// The setting for an analysis of a window of so many months: its months are those of the policy for a window of twelve, and in
    /// proportion for any other; never fewer than one.
    #[must_use]
    pub fn for_window(self, months: usize) -> Self {
        Self { months: (usize::from(self.months) * months).div_ceil(usize::from(Self::BASE.months)).clamp(1, 1200) as u16, ..self }
    }

    /// In words, `resolution 8, 24 months`: only what differs from the published analysis; `as published` when nothing does.
    ///
    /// ```
    /// use hotspot_core::hotspot::robustness::{Reference, Setting};
    /// let published = Setting::published(8, 6, Reference::Area);
    /// assert_eq!(Setting::BASE.for_window(6).in_words(&published), "resolution 9");
    /// assert_eq!(Setting { resolution: 8, months: 24, ..Setting::BASE }.for_window(6).in_words(&published), "12 months");
    /// ```
    pub fn in_words(&self, published: &Self) -> String {
        let mut parts = Vec::new();
        if self.resolution != published.resolution {
            parts.push(format!("resolution {}", self.resolution));
        }
        if self.offset_m != published.offset_m {
            let [east, north] = self.offset_m;
            parts.push(format!("grid moved by {east:+} m east and {north:+} m north"));
        }
        if self.months != published.months {
            parts.push(format!("{} month{}", self.months, if self.months == 1 { "" } else { "s" }));
        }
        if self.reference != published.reference {
            parts.push(match self.reference {
                Reference::Area => "against area".to_owned(),
                Reference::Residents => "against residents".to_owned(),
            });
        }
        match self.unit {
            unit if unit == published.unit => {}
            Counted::Incident => parts.push("each incident".to_owned()),
            Counted::Offence => parts.push("each recorded offence".to_owned()),
            Counted::Victim => parts.push("each victim once".to_owned()),
        }
        if self.provisional != published.provisional {
            parts.push("without provisional flags".to_owned());
        }
        if self.redraw != published.redraw {
            parts.push("places redrawn within their precision".to_owned());
        }
        if parts.is_empty() { "as published".to_owned() } else { parts.join(", ") }
    }
}

/// In words for a published analysis that is [`Setting::BASE`].
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(&Self::BASE))
    }
}

/// Which settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// The 48 of the policy, [`VERSION`]: the base, every main effect, and of each pair of choices at least one joint change.
    Fixed,
    /// The base and others drawn from the full factorial of [`RESOLUTIONS`], [`OFFSETS_M`], [`MONTHS`] and the levels of every other
    /// choice, each level alike; no setting twice.
    Random {
        /// How many in all.
        settings: u16,
        /// Seed of the draw.
        seed: u64,
    },
}

/// Version of the policy file.
pub const VERSION: &str = "robustness-1";

/// Resolutions of the factorial.
pub const RESOLUTIONS: [u8; 3] = [9, 8, 10];
/// Offsets of the factorial, metres east and north: a grid of resolution 9 has sides of 200 m, one of resolution 10 of 76 m.
pub const OFFSETS_M: [[i32; 2]; 4] = [[0, 0], [120, 70], [-95, 140], [60, -150]];
/// Windows of the factorial, months.
pub const MONTHS: [u16; 3] = [12, 6, 24];

const POLICY: &str = include_str!("../../../../../data/policy/robustness-1.csv");
const HEADER: &str = "setting,resolution,east_m,north_m,months,reference,unit,provisional,redraw";

impl Design {
    /// The settings, the base first.
    ///
    /// ```
    /// use hotspot_core::hotspot::robustness::{Design, Setting};
    /// let fixed = Design::Fixed.settings();
    /// assert_eq!((fixed.len(), fixed[0]), (48, Setting::BASE));
    /// assert_eq!(fixed[1].to_string(), "resolution 8");
    /// let drawn = Design::Random { settings: 200, seed: 1 }.settings();
    /// assert_eq!((drawn.len(), drawn[0]), (200, Setting::BASE));
    /// ```
    pub fn settings(self) -> Vec<Setting> {
        match self {
            Self::Fixed => parsed(POLICY).expect("a test reads the policy that is checked in"),
            Self::Random { settings, seed } => drawn(usize::from(settings), seed),
        }
    }
}

/// The rows of a policy; `None` when one is not understood.
pub(super) fn parsed(text: &str) -> Option<Vec<Setting>> {
    let mut lines = text.lines();
    if lines.next()? != HEADER {
        return None;
    }
    lines.enumerate().map(|(row, line)| parsed_row(row, line)).collect()
}

fn parsed_row(row: usize, line: &str) -> Option<Setting> {
    let fields: Vec<&str> = line.split(',').collect();
    let [number, resolution, east, north, months, reference, unit, provisional, redraw] = fields[..] else { return None };
    if number.parse::<usize>().ok()? != row + 1 {
        return None;
    }
    Some(Setting {
        resolution: resolution.parse().ok().filter(|r| *r <= 15)?,
        offset_m: [east.parse().ok()?, north.parse().ok()?],
        months: months.parse().ok().filter(|m| *m > 0)?,
        reference: match reference {
            "area" => Reference::Area,
            "residents" => Reference::Residents,
            _ => return None,
        },
        unit: match unit {
            "incident" => Counted::Incident,
            "offence" => Counted::Offence,
            "victim" => Counted::Victim,
            _ => return None,
        },
        provisional: match provisional {
            "included" => Provisional::Included,
            "left" => Provisional::Left,
            _ => return None,
        },
        redraw: redraw.parse().ok()?,
    })
}

fn drawn(count: usize, seed: u64) -> Vec<Setting> {
    let mut random = Pcg64::new(u128::from(seed), 0);
    let mut below = |n: usize| ((u128::from(random.next_u64()) * n as u128) >> 64) as usize;
    let mut settings = vec![Setting::BASE];
    let mut seen = BTreeSet::from([Setting::BASE]);
    // Redrawn settings never repeat, so this ends.
    while settings.len() < count {
        let setting = Setting {
            resolution: RESOLUTIONS[below(RESOLUTIONS.len())],
            offset_m: OFFSETS_M[below(OFFSETS_M.len())],
            months: MONTHS[below(MONTHS.len())],
            reference: [Reference::Area, Reference::Residents][below(2)],
            unit: [Counted::Incident, Counted::Offence, Counted::Victim][below(3)],
            provisional: [Provisional::Included, Provisional::Left][below(2)],
            redraw: if below(2) == 0 { 0 } else { settings.len() as u32 },
        };
        if seen.insert(setting) {
            settings.push(setting);
        }
    }
    settings.truncate(count);
    settings
}
