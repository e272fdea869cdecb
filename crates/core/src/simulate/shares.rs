//! The published shares that the generator is made of. Nothing here was fitted to data of London.
//!
//! * Strands, offences, online: Home Office, *Hate crime, England and Wales*, year ending March 2025 and the years before
//!   (race about seven in ten flags, about one record in twenty with more than one motivation, about half public order
//!   and two fifths violence and harassment, 5 to 8 % online); the level of the Met is that bulletin's total with and
//!   without the Met, 137,550 − 115,990 = 21,560.
//! * Recording break of 28 February 2024: the Met says that figures before and after are not comparable; the size of the
//!   step here is an assumption that a reader must be able to see on a chart.
//! * Religion and sexual orientation by borough: round figures after Census 2021; they only tilt the strands.
//! * Concentration: half of the crime of a city lies on about 5 % of its street segments (Weisburd, *Criminology* 53, 2015).
//! * Repeats, delays, reclassification: assumptions of a plausible size, named here so that they can be argued with.

use crate::incident::{Offence, Outcome, Setting, Source, Strand};

/// Offences of a year that keep their flag, duplicates counted once.
pub(super) const PER_YEAR: f64 = 21_300.0;
/// Number of layers.
pub(super) const LAYERS: usize = Strand::ANALYSED.len();

/// Records whose leading strand is this one. Each record has exactly one leading strand, so layers add to all records.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer {
    /// Leading strand; `Religion` stands for faiths other than both sub-strands.
    pub strand: Strand,
    /// Share of all records that keep their flag.
    pub share: f64,
    /// Happens online.
    pub online: f64,
    /// Second strands with the share of the layer that has them.
    pub also: &'static [(Strand, f64)],
    /// First recorded with a provisional flag (a crime against a disabled person always is).
    pub provisional: f64,
    /// Share of provisional flags that review takes off.
    pub taken_off: f64,
    /// Level under the recording system that began on 28 February 2024, as a multiple of [`BEFORE_BREAK`]'s year.
    pub after_break: f64,
    /// Weight as the strand of a trigger event.
    pub trigger: f64,
}

impl Layer {
    /// Share of all records of the layer that lose their flag.
    pub(super) const fn removed(&self) -> f64 {
        self.provisional * self.taken_off
    }
}

/// Level of every layer before the recording break.
pub(super) const BEFORE_BREAK: f64 = 1.03;

/// In the order of [`Strand::ANALYSED`].
pub(super) const LAYER: [Layer; LAYERS] = [
    Layer {
        strand: Strand::Race,
        share: 0.685,
        online: 0.05,
        also: &[(Strand::Islamophobic, 0.010), (Strand::Disability, 0.008), (Strand::SexualOrientation, 0.006)],
        provisional: 0.12,
        taken_off: 0.05,
        after_break: 0.97,
        trigger: 0.40,
    },
    Layer {
        strand: Strand::Religion,
        share: 0.030,
        online: 0.08,
        also: &[(Strand::Race, 0.20)],
        provisional: 0.12,
        taken_off: 0.05,
        after_break: 0.95,
        trigger: 0.03,
    },
    Layer {
        strand: Strand::Antisemitic,
        share: 0.055,
        online: 0.15,
        also: &[(Strand::Race, 0.18)],
        provisional: 0.12,
        taken_off: 0.05,
        after_break: 1.0,
        trigger: 0.20,
    },
    Layer {
        strand: Strand::Islamophobic,
        share: 0.055,
        online: 0.15,
        also: &[(Strand::Race, 0.22), (Strand::Disability, 0.005)],
        provisional: 0.12,
        taken_off: 0.05,
        after_break: 1.0,
        trigger: 0.25,
    },
    Layer {
        strand: Strand::SexualOrientation,
        share: 0.125,
        online: 0.08,
        also: &[(Strand::Transgender, 0.025), (Strand::Race, 0.020)],
        provisional: 0.12,
        taken_off: 0.05,
        after_break: 0.94,
        trigger: 0.09,
    },
    Layer {
        strand: Strand::Transgender,
        share: 0.018,
        online: 0.15,
        also: &[(Strand::SexualOrientation, 0.15)],
        provisional: 0.12,
        taken_off: 0.05,
        after_break: 0.92,
        trigger: 0.02,
    },
    Layer {
        strand: Strand::Disability,
        share: 0.032,
        online: 0.08,
        also: &[(Strand::Race, 0.03)],
        provisional: 1.0,
        taken_off: 0.30,
        after_break: 0.85,
        trigger: 0.01,
    },
];

/// Known to a borough only, of events that are not at a planted place.
pub(super) const AREA_ONLY: f64 = 0.05;
/// Without any place, of events that are not at a planted place.
pub(super) const NO_PLACE: f64 = 0.03;
/// Known to a borough only, of events at a planted place; the rest are mapped.
pub(super) const AREA_ONLY_AT_PLACE: f64 = 0.03;

/// Standard deviation of the logarithm of a site's own risk: the shop, the bar, the bus stop that most sites have not. A
/// site is about a street segment; with 1.4 the riskiest 5 % hold two fifths of the background, and with planted places
/// about half of all.
pub(super) const SITE_RISK_SD: f64 = 1.4;

/// Mapped events that come from the police themselves.
pub(super) const POLICE_GENERATED: f64 = 0.035;
/// Events reported to the police that a third-party centre or an app reports once more.
pub(super) const DUPLICATE: f64 = 0.05;
/// Duplicates that carry no reference to the police record, so that nothing links them.
pub(super) const UNLINKED: f64 = 0.15;

/// Expected number of events that one event sets off: the branching ratio.
pub(super) const REPEATS: f64 = 0.16;
/// Of those, the ones against the same victim; the others are near repeats at the same site.
pub(super) const SAME_VICTIM: f64 = 0.7;
/// Mean number of days until a repeat.
pub(super) const REPEAT_DAYS: f64 = 14.0;

/// January to December, mean 1: a summer high.
pub(super) const SEASON: [f64; 12] = [0.91, 0.89, 0.98, 1.00, 1.06, 1.08, 1.12, 1.02, 1.00, 1.05, 0.98, 0.91];
/// Monday to Sunday, mean 1.
pub(super) const WEEKDAY: [f64; 7] = [0.98, 0.99, 1.00, 1.01, 1.07, 1.05, 0.90];

/// Trigger events a year, all strands together.
pub(super) const TRIGGERS_PER_YEAR: f64 = 2.0;
/// Rise of the strand on the day of the trigger, as a share of its level.
pub(super) const TRIGGER_RISE: [f64; 2] = [0.5, 1.8];
/// Days in which the rise falls to 1/e.
pub(super) const TRIGGER_DAYS: [f64; 2] = [5.0, 18.0];
/// Triggers with a place of their own beside the rise everywhere.
pub(super) const TRIGGER_LOCAL: f64 = 0.6;

/// Offences of mapped events.
pub(super) const OFFENCE: [(Offence, f64); 8] = [
    (Offence::PublicOrder, 0.52),
    (Offence::Violence, 0.22),
    (Offence::Harassment, 0.14),
    (Offence::CriminalDamage, 0.06),
    (Offence::Theft, 0.02),
    (Offence::Robbery, 0.015),
    (Offence::Sexual, 0.01),
    (Offence::Other, 0.015),
];
/// Offences of online events.
pub(super) const OFFENCE_ONLINE: [(Offence, f64); 3] =
    [(Offence::Harassment, 0.70), (Offence::PublicOrder, 0.25), (Offence::Other, 0.05)];
/// Offences that officers on duty come upon.
pub(super) const OFFENCE_POLICE: [(Offence, f64); 3] =
    [(Offence::PublicOrder, 0.80), (Offence::Violence, 0.15), (Offence::CriminalDamage, 0.05)];

/// Settings of events that are not at a planted place.
pub(super) const SETTING: [(Setting, f64); 7] = [
    (Setting::Home, 0.36),
    (Setting::Street, 0.34),
    (Setting::Business, 0.13),
    (Setting::Transport, 0.07),
    (Setting::Education, 0.05),
    (Setting::Worship, 0.02),
    (Setting::Other, 0.03),
];

/// Who reports.
pub(super) const SOURCE: [(Source, f64); 5] =
    [(Source::Victim, 0.62), (Source::Witness, 0.22), (Source::Recorded, 0.07), (Source::ThirdParty, 0.05), (Source::App, 0.04)];

/// How an investigation ends.
pub(super) const OUTCOME: [(Outcome, f64); 5] = [
    (Outcome::NoSuspect, 0.46),
    (Outcome::NoFurtherAction, 0.36),
    (Outcome::Charged, 0.11),
    (Outcome::CommunityResolution, 0.05),
    (Outcome::Caution, 0.02),
];

/// First version with strands that review corrects.
pub(super) const MISRECORDED: f64 = 0.04;
/// Records whose victim is named.
pub(super) const VICTIM_NAMED: f64 = 0.92;

/// Weights of a borough for a strand whose victims are not spread as residents are, by name; `[Islamophobic,
/// Antisemitic, SexualOrientation and Transgender]`, in per cent of residents, round figures after Census 2021.
/// A borough that is not listed has [`ELSEWHERE`].
pub(super) const BOROUGH: [(&str, [f64; 3]); 33] = [
    ("Barking and Dagenham", [24.0, 0.3, 3.0]),
    ("Barnet", [12.0, 14.5, 2.5]),
    ("Bexley", [4.0, 0.3, 2.5]),
    ("Brent", [21.0, 1.0, 2.5]),
    ("Bromley", [3.0, 0.4, 3.0]),
    ("Camden", [16.0, 4.8, 7.0]),
    ("City of London", [6.0, 2.0, 10.0]),
    ("Croydon", [10.0, 0.3, 3.0]),
    ("Ealing", [19.0, 0.4, 3.0]),
    ("Enfield", [19.0, 1.0, 2.5]),
    ("Greenwich", [8.0, 0.4, 4.0]),
    ("Hackney", [13.0, 6.7, 8.0]),
    ("Hammersmith and Fulham", [12.0, 1.0, 6.0]),
    ("Haringey", [13.0, 3.6, 6.0]),
    ("Harrow", [16.0, 2.8, 2.0]),
    ("Havering", [6.0, 0.5, 2.0]),
    ("Hillingdon", [14.0, 0.6, 2.5]),
    ("Hounslow", [17.0, 0.3, 3.0]),
    ("Islington", [12.0, 1.5, 7.0]),
    ("Kensington and Chelsea", [12.0, 2.0, 5.0]),
    ("Kingston upon Thames", [8.0, 0.5, 3.0]),
    ("Lambeth", [8.0, 0.7, 8.0]),
    ("Lewisham", [7.0, 0.4, 6.0]),
    ("Merton", [10.0, 0.5, 4.0]),
    ("Newham", [35.0, 0.3, 4.0]),
    ("Redbridge", [31.0, 2.0, 2.0]),
    ("Richmond upon Thames", [4.0, 0.8, 3.5]),
    ("Southwark", [10.0, 0.6, 8.0]),
    ("Sutton", [6.0, 0.3, 2.5]),
    ("Tower Hamlets", [40.0, 0.6, 7.0]),
    ("Waltham Forest", [22.0, 0.6, 5.0]),
    ("Wandsworth", [10.0, 0.8, 6.0]),
    ("Westminster", [20.0, 2.8, 6.5]),
];
/// Weights of a borough that is not in [`BOROUGH`].
pub(super) const ELSEWHERE: [f64; 3] = [10.0, 1.0, 4.0];

/// Weight of a resident of the borough for each layer.
pub(super) fn borough_weights(name: &str) -> [f64; LAYERS] {
    let [muslim, jewish, lgb] = BOROUGH.iter().find(|(n, _)| *n == name).map_or(ELSEWHERE, |(_, w)| *w);
    LAYER.map(|layer| match layer.strand {
        Strand::Islamophobic => muslim,
        Strand::Antisemitic => jewish,
        Strand::SexualOrientation | Strand::Transgender => lgb,
        _ => 1.0,
    })
}

/// Local hour of the day, 0 to 23, by setting.
pub(super) fn hours(setting: Setting) -> &'static [f64; 24] {
    match setting {
        Setting::Home => &HOME_HOURS,
        Setting::Transport => &TRANSPORT_HOURS,
        Setting::Education => &SCHOOL_HOURS,
        Setting::Business | Setting::Worship => &SHOP_HOURS,
        Setting::Street | Setting::Online | Setting::Other => &STREET_HOURS,
    }
}

const HOME_HOURS: [f64; 24] =
    [2.0, 1.2, 0.8, 0.5, 0.4, 0.5, 0.9, 1.8, 2.8, 3.5, 4.0, 4.2, 4.5, 4.3, 4.5, 5.0, 5.6, 6.4, 7.0, 7.2, 6.8, 6.0, 4.8, 3.3];
const STREET_HOURS: [f64; 24] =
    [3.0, 2.2, 1.6, 1.2, 0.6, 0.5, 0.8, 1.8, 3.2, 3.2, 3.6, 4.0, 4.6, 4.8, 5.2, 6.4, 6.6, 6.4, 6.2, 6.0, 5.6, 5.2, 4.8, 4.0];
const TRANSPORT_HOURS: [f64; 24] =
    [2.0, 0.8, 0.4, 0.2, 0.2, 0.8, 2.0, 4.6, 5.6, 3.6, 3.0, 3.0, 3.4, 3.6, 4.4, 6.2, 7.0, 8.0, 7.0, 5.6, 5.0, 5.2, 5.4, 4.0];
const SHOP_HOURS: [f64; 24] =
    [1.6, 0.9, 0.5, 0.3, 0.2, 0.3, 0.7, 1.8, 3.6, 5.0, 5.8, 6.4, 6.8, 6.6, 6.4, 6.6, 6.6, 6.4, 6.0, 5.4, 5.0, 4.6, 3.8, 2.7];
const SCHOOL_HOURS: [f64; 24] =
    [0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.2, 2.5, 9.5, 8.5, 9.5, 10.5, 13.0, 11.5, 9.5, 13.5, 6.0, 2.2, 1.2, 0.8, 0.5, 0.3, 0.1, 0.1];
/// By how much the hours from 22:00 on Friday and Saturday, and to 04:00 on the next mornings, exceed those of other days.
pub(super) const NIGHT_OUT: f64 = 1.7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_the_analysed_strands_and_add_to_one() {
        assert_eq!(LAYER.map(|l| l.strand), Strand::ANALYSED);
        assert!((LAYER.iter().map(|l| l.share).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((LAYER.iter().map(|l| l.trigger).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn every_published_mix_adds_to_one() {
        let sums = [
            OFFENCE.iter().map(|(_, w)| w).sum::<f64>(),
            OFFENCE_ONLINE.iter().map(|(_, w)| w).sum(),
            SETTING.iter().map(|(_, w)| w).sum(),
            SOURCE.iter().map(|(_, w)| w).sum(),
            OUTCOME.iter().map(|(_, w)| w).sum(),
            SEASON.iter().sum::<f64>() / 12.0,
            WEEKDAY.iter().sum::<f64>() / 7.0,
        ];
        assert!(sums.iter().all(|s| (s - 1.0).abs() < 1e-9), "{sums:?}");
    }

    #[test]
    fn about_one_record_in_twenty_has_more_than_one_strand() {
        let several: f64 = LAYER.iter().map(|l| l.share * l.also.iter().map(|(_, s)| s).sum::<f64>()).sum();
        assert!((0.04..0.07).contains(&several), "{several}");
    }
}
