//! One validated record: what happened, when it is known to have happened, and how well its place is known.

use crate::month::Month;
use crate::projection::LonLat;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fmt;
use std::str::FromStr;

/// A text that is not one of a closed set. Lists what is allowed, never what was given: the value may be a person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a known {what}; allowed: {allowed}")]
pub struct UnknownName {
    /// What was asked for, such as `strand`.
    pub what: &'static str,
    /// The allowed names, separated by `, `.
    pub allowed: &'static str,
}

/// A closed set of names: an enum, its stable identifiers, and a label for people.
macro_rules! closed_set {
    ($(#[$meta:meta])* $name:ident, $what:literal, { $( $(#[$vmeta:meta])* $variant:ident = $id:literal, $label:literal; )+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name { $( $(#[$vmeta])* $variant ),+ }

        impl $name {
            /// Every member, in the order of its code.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];
            /// The identifiers, separated by `, `.
            pub const NAMES: &'static str = closed_set!(@join $($id)+);
            /// The stable identifier in files, URLs and JSON.
            pub const fn id(self) -> &'static str { match self { $( Self::$variant => $id ),+ } }
            /// What a person reads.
            pub const fn label(self) -> &'static str { match self { $( Self::$variant => $label ),+ } }
            /// The code in compact columns.
            pub const fn code(self) -> u8 { self as u8 }
            /// The member with this code.
            pub fn from_code(code: u8) -> Option<Self> { Self::ALL.get(usize::from(code)).copied() }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.id()) }
        }
        impl FromStr for $name {
            type Err = UnknownName;
            /// Takes the identifier; case and the difference between `-`, `_` and a blank do not matter.
            fn from_str(text: &str) -> Result<Self, UnknownName> {
                let wanted = text.trim().to_lowercase().replace(['-', ' '], "_");
                Self::ALL.iter().copied().find(|v| v.id() == wanted).ok_or(UnknownName { what: $what, allowed: Self::NAMES })
            }
        }
    };
    (@join $first:literal $($rest:literal)*) => { concat!($first $(, ", ", $rest)*) };
}

/// Any members of a closed set: a bit per code.
macro_rules! set_of {
    ($(#[$meta:meta])* $set:ident of $name:ident in $bits:ty) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $set($bits);

        impl $set {
            /// Every member.
            pub const ALL: Self = Self((1 << $name::ALL.len()) - 1);

            /// The bits.
            pub const fn bits(self) -> $bits {
                self.0
            }

            /// From bits; bits beyond the last member are dropped.
            pub const fn from_bits(bits: $bits) -> Self {
                Self(bits & Self::ALL.0)
            }

            /// A set of one.
            pub const fn only(member: $name) -> Self {
                Self(1 << member.code())
            }

            /// Both sets together.
            #[must_use]
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// Whether the member is in the set.
            pub const fn contains(self, member: $name) -> bool {
                self.intersects(Self::only(member))
            }

            /// Whether the two share a member.
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// The members, in the order of their code.
            pub fn iter(self) -> impl Iterator<Item = $name> {
                $name::ALL.iter().copied().filter(move |member| self.contains(*member))
            }
        }

        impl FromIterator<$name> for $set {
            fn from_iter<I: IntoIterator<Item = $name>>(members: I) -> Self {
                members.into_iter().fold(Self::default(), |all, member| all.union(Self::only(member)))
            }
        }
    };
}

closed_set! {
    /// A monitored strand of hate crime, a faith sub-strand, or the published parent "race or religion".
    ///
    /// Strands nest: antisemitic and islamophobic lie in religion, race and religion lie in race-or-religion
    /// (the only split that some published tables have). Adding strands double-counts.
    Strand, "strand", {
        /// Race or religion, where the source does not say which.
        RaceOrReligion = "race_or_religion", "Race or religion";
        /// Race, ethnicity or nationality.
        Race = "race", "Race";
        /// Religion or faith.
        Religion = "religion", "Religion";
        /// Antisemitic: a sub-strand of religion.
        Antisemitic = "antisemitic", "Antisemitic";
        /// Islamophobic: a sub-strand of religion.
        Islamophobic = "islamophobic", "Islamophobic";
        /// Sexual orientation.
        SexualOrientation = "sexual_orientation", "Sexual orientation";
        /// Transgender identity.
        Transgender = "transgender", "Transgender";
        /// Disability.
        Disability = "disability", "Disability";
    }
}

impl Strand {
    /// The strands that are analysed one by one: the five monitored ones and both faith sub-strands.
    pub const ANALYSED: [Self; 7] = [
        Self::Race,
        Self::Religion,
        Self::Antisemitic,
        Self::Islamophobic,
        Self::SexualOrientation,
        Self::Transgender,
        Self::Disability,
    ];

    /// The strand in which this one lies.
    pub const fn parent(self) -> Option<Self> {
        match self {
            Self::Antisemitic | Self::Islamophobic => Some(Self::Religion),
            Self::Race | Self::Religion => Some(Self::RaceOrReligion),
            _ => None,
        }
    }

    /// Whether it is the other or lies in it.
    pub fn lies_in(self, other: Self) -> bool {
        std::iter::successors(Some(self), |strand| strand.parent()).any(|strand| strand == other)
    }
}

/// The strands of one record: a set closed under [`Strand::parent`]; empty for a crime without a hate flag.
///
/// ```
/// use hotspot_core::{Strand, StrandSet};
/// let set = StrandSet::from_iter([Strand::Antisemitic]);
/// assert!(set.contains(Strand::Religion) && set.contains(Strand::RaceOrReligion));
/// assert!(!set.contains(Strand::Race));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct StrandSet(u8);

impl StrandSet {
    /// No strand.
    pub const EMPTY: Self = Self(0);

    /// The bits, one per [`Strand::code`].
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// From bits; parents are added.
    pub fn from_bits(bits: u8) -> Self {
        Strand::ALL.iter().copied().filter(|s| bits & (1 << s.code()) != 0).collect()
    }

    /// One strand without its parents: how a published table counts it, with rows of their own for the parents.
    pub const fn counted(strand: Strand) -> Self {
        Self(1 << strand.code())
    }

    /// Whether the strand is in the set.
    pub const fn contains(self, strand: Strand) -> bool {
        self.0 & (1 << strand.code()) != 0
    }

    /// Whether no strand is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the two share a strand.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The members, in the order of their code.
    pub fn iter(self) -> impl Iterator<Item = Strand> {
        Strand::ALL.iter().copied().filter(move |s| self.contains(*s))
    }
}

impl FromIterator<Strand> for StrandSet {
    fn from_iter<T: IntoIterator<Item = Strand>>(strands: T) -> Self {
        let mut bits = 0;
        for strand in strands {
            let mut next = Some(strand);
            while let Some(s) = next {
                bits |= 1 << s.code();
                next = s.parent();
            }
        }
        Self(bits)
    }
}

closed_set! {
    /// Group of offence.
    Offence, "offence", {
        /// Violence against the person.
        Violence = "violence", "Violence against the person";
        /// Harassment, stalking and malicious communications.
        Harassment = "harassment", "Harassment and stalking";
        /// Public fear, alarm or distress and other public order.
        PublicOrder = "public_order", "Public order";
        /// Criminal damage and arson.
        CriminalDamage = "criminal_damage", "Criminal damage and arson";
        /// Sexual offences.
        Sexual = "sexual", "Sexual offences";
        /// Robbery.
        Robbery = "robbery", "Robbery";
        /// Burglary.
        Burglary = "burglary", "Burglary";
        /// Theft, shoplifting and vehicle crime.
        Theft = "theft", "Theft";
        /// Drugs.
        Drugs = "drugs", "Drugs";
        /// Possession of weapons.
        Weapons = "weapons", "Possession of weapons";
        /// Anti-social behaviour (an incident, not a crime).
        AntiSocialBehaviour = "anti_social_behaviour", "Anti-social behaviour";
        /// Any other, or not stated.
        Other = "other", "Other or not stated";
    }
}

set_of! {
    /// Groups of offences.
    OffenceSet of Offence in u16
}

closed_set! {
    /// Who brought the record about. Police-generated records are kept apart in every analysis:
    /// they follow the police, not the victims.
    Source, "source", {
        /// Reported by the victim.
        Victim = "victim", "Victim";
        /// Reported by a witness.
        Witness = "witness", "Witness";
        /// Through a third-party reporting centre.
        ThirdParty = "third_party", "Third-party reporting";
        /// Through a reporting app.
        App = "app", "Reporting app";
        /// Discovered by, or directed at, officers on duty.
        PoliceGenerated = "police_generated", "Police-generated";
        /// Recorded by the police; who reported is not stated.
        Recorded = "recorded", "Recorded by police, reporter not stated";
    }
}

set_of! {
    /// The sources that report one event.
    SourceSet of Source in u8
}

impl SourceSet {
    /// Every source but the police themselves: what hotspots are made of.
    pub const REPORTED: Self = Self(Self::ALL.0 & !(1 << Source::PoliceGenerated.code()));
}

closed_set! {
    /// How firm the hate flag is.
    FlagStatus, "flag status", {
        /// Confirmed.
        Confirmed = "confirmed", "Confirmed";
        /// Flagged in the first instance, not yet reviewed.
        Provisional = "provisional", "Provisional";
        /// Reviewed and taken off: the record stays in the store and leaves every count.
        Removed = "removed", "Removed";
    }
}

closed_set! {
    /// Kind of place.
    Setting, "setting", {
        /// In or at a home.
        Home = "home", "Home";
        /// Street or other public place.
        Street = "street", "Street or public place";
        /// Public transport or a station.
        Transport = "transport", "Transport";
        /// Shop, restaurant, pub or workplace.
        Business = "business", "Shop, pub or workplace";
        /// School or college.
        Education = "education", "School or college";
        /// Place of worship.
        Worship = "worship", "Place of worship";
        /// Online.
        Online = "online", "Online";
        /// Any other, or not stated.
        Other = "other", "Other or not stated";
    }
}

set_of! {
    /// Kinds of place.
    SettingSet of Setting in u16
}

closed_set! {
    /// Where the investigation stands.
    Outcome, "outcome", {
        /// Open.
        UnderInvestigation = "under_investigation", "Under investigation";
        /// Closed without a suspect.
        NoSuspect = "no_suspect", "No suspect identified";
        /// Charged or summonsed.
        Charged = "charged", "Charged or summonsed";
        /// Cautioned.
        Caution = "caution", "Caution";
        /// Community resolution.
        CommunityResolution = "community_resolution", "Community resolution";
        /// Evidence not sufficient, or not in the public interest.
        NoFurtherAction = "no_further_action", "No further action";
        /// Not stated.
        Unknown = "unknown", "Not stated";
    }
}

set_of! {
    /// States of the investigation.
    OutcomeSet of Outcome in u8
}

closed_set! {
    /// How well a point is known.
    Precision, "precision", {
        /// The address itself.
        Address = "address", "Address";
        /// A device's own position.
        Device = "device", "Device position";
        /// The centre of a postcode.
        Postcode = "postcode", "Postcode";
        /// A point on the street.
        Street = "street", "Street";
        /// A published anchor point that stands for a catchment of addresses (police.uk).
        Snapped = "snapped", "Snapped to an anchor point";
        /// Not stated.
        Unstated = "unstated", "Not stated";
    }
}

impl Precision {
    /// Radius in metres inside which the true point is taken to lie.
    pub const fn radius_m(self) -> f64 {
        match self {
            Self::Address => 10.0,
            Self::Device => 25.0,
            Self::Postcode => 60.0,
            Self::Street | Self::Unstated => 100.0,
            Self::Snapped => 150.0,
        }
    }

    /// How many points are known how well, in words; `None` where that of no point is kept.
    ///
    /// ```
    /// use hotspot_core::Precision;
    /// assert_eq!(Precision::words([3, 0, 2, 0, 0, 0]).as_deref(), Some("3 address (within 10 m), 2 postcode (within 60 m)"));
    /// assert_eq!(Precision::words([0; 6]), None);
    /// ```
    pub fn words(points: [u32; Self::ALL.len()]) -> Option<String> {
        let known = Self::ALL.iter().zip(points).filter(|(_, n)| *n > 0);
        let said: Vec<String> =
            known.map(|(p, n)| format!("{n} {} (within {:.0} m)", p.label().to_lowercase(), p.radius_m())).collect();
        (!said.is_empty()).then(|| said.join(", "))
    }
}

/// The identifier of one record, unique within its publisher.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IncidentId(pub String);

/// A keyed pseudonym of a victim, of who reported, or of premises. Never shown, logged or put into an error.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pseudonym(pub String);

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonym(…)")
    }
}

/// A code of an area, such as a GSS code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AreaCode(pub String);

/// Where it happened, as far as it may be mapped.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// A point.
    Point {
        /// WGS84 degrees.
        location: LonLat,
        /// How well it is known.
        precision: Precision,
    },
    /// Somewhere in an area.
    Area(AreaCode),
    /// Online: counted, never mapped.
    Online,
    /// No place given: counted, never mapped.
    Unknown,
}

closed_set! {
    /// The kind of a [`Place`]: the four shares of the reconciliation that are not rejected.
    PlaceKind, "place kind", {
        /// A point on the map.
        Mapped = "mapped", "On the map";
        /// Known to an area only.
        AreaOnly = "area_only", "Known to an area only";
        /// Online.
        Online = "online", "Online";
        /// No place.
        NoPlace = "no_place", "No place given";
    }
}

closed_set! {
    /// Why a publisher gives no number for a figure. Such a figure is not known: it is never 0, and in no sum.
    Withheld, "reason for withholding a figure", {
        /// There is a number, and the publisher keeps it back, or says only that it is too small to give.
        Suppressed = "suppressed", "Withheld by the publisher";
        /// There is no number.
        NotAvailable = "not_available", "Not available";
        /// There can be no number.
        NotApplicable = "not_applicable", "Not applicable";
    }
}

impl Withheld {
    /// What published tables write in place of a number: the shorthand of the Government Analysis Function, and the signs that older tables
    /// use. `[low]` rounds to 0 and is not 0, so its number is not known. Some old tables write `-` for nil: a nil that is taken for
    /// "not applicable" is lost, a figure that is taken for 0 would be made up.
    pub const MARKS: &'static [(&'static str, Self)] = &[
        ("[c]", Self::Suppressed),
        ("[x]", Self::NotAvailable),
        ("[z]", Self::NotApplicable),
        ("[low]", Self::Suppressed),
        ("*", Self::Suppressed),
        ("..", Self::NotAvailable),
        ("-", Self::NotApplicable),
    ];

    /// The reason that a cell of a published table states: it is one of [`Self::MARKS`] and nothing else, in any case, blanks around it aside.
    ///
    /// ```
    /// use hotspot_core::Withheld;
    /// assert_eq!(Withheld::from_mark(" [C] "), Some(Withheld::Suppressed));
    /// assert_eq!(Withheld::from_mark("3 [c]"), None);
    /// ```
    pub fn from_mark(cell: &str) -> Option<Self> {
        let cell = cell.trim();
        Self::MARKS.iter().find(|(mark, _)| mark.eq_ignore_ascii_case(cell)).map(|(_, why)| *why)
    }

    /// The shorthand of the Government Analysis Function.
    pub const fn shorthand(self) -> &'static str {
        match self {
            Self::Suppressed => "[c]",
            Self::NotAvailable => "[x]",
            Self::NotApplicable => "[z]",
        }
    }
}

impl Place {
    /// Its kind.
    pub const fn kind(&self) -> PlaceKind {
        match self {
            Self::Point { .. } => PlaceKind::Mapped,
            Self::Area(_) => PlaceKind::AreaOnly,
            Self::Online => PlaceKind::Online,
            Self::Unknown => PlaceKind::NoPlace,
        }
    }
}

closed_set! {
    /// How exactly a time is known.
    TimePrecision, "time precision", {
        /// To the minute.
        Minute = "minute", "Minute";
        /// The day only: no hour may be read from it.
        Day = "day", "Day";
        /// The month only.
        Month = "month", "Month";
        /// An interval that the source gives.
        Interval = "interval", "Interval";
    }
}

/// When it happened: `[from, to]` in UTC, with the Europe/London month of `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurred {
    /// Earliest instant.
    pub from: Timestamp,
    /// Latest instant; equal to `from` for an instant.
    pub to: Timestamp,
    /// How exactly it is known.
    pub precision: TimePrecision,
    /// Local calendar month of `from`.
    pub month: Month,
    /// Local hour of the week, 0 = Monday 00:00 to 167; `None` unless known to the minute.
    pub hour_of_week: Option<u8>,
    /// The local time falls in the hour that the end of summer time repeats; the first pass was taken.
    pub ambiguous: bool,
}

impl Occurred {
    /// The day in a time zone, where it is known: not where the month alone is, nor of an interval over midnight.
    pub fn day(&self, zone: &TimeZone) -> Option<Date> {
        let first = zone.to_datetime(self.from).date();
        let last = if self.to == self.from { first } else { zone.to_datetime(self.to).date() };
        (self.precision != TimePrecision::Month && first == last).then_some(first)
    }
}

/// One validated record, one version of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Identifier; empty identifiers are given a stable one by the reader.
    pub id: IncidentId,
    /// The day on which this version became known.
    pub known_on: Date,
    /// Where.
    pub place: Place,
    /// When.
    pub occurred: Occurred,
    /// The day of recording, if given.
    pub recorded_on: Option<Date>,
    /// Strands; empty for a crime without a hate flag.
    pub strands: StrandSet,
    /// Group of offence.
    pub offence: Offence,
    /// Who brought it about.
    pub source: Source,
    /// How firm the flag is.
    pub status: FlagStatus,
    /// Kind of place.
    pub setting: Setting,
    /// Where the investigation stands.
    pub outcome: Outcome,
    /// Keyed pseudonym of the victim.
    pub victim: Option<Pseudonym>,
    /// Keyed pseudonym of who reported it.
    pub reporter: Option<Pseudonym>,
    /// Keyed pseudonym of the premises.
    pub premises: Option<Pseudonym>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_closed_set_reads_back_its_own_names() {
        for s in Strand::ALL {
            assert_eq!(s.id().parse::<Strand>(), Ok(*s));
            assert_eq!(Strand::from_code(s.code()), Some(*s));
        }
        assert_eq!("Sexual orientation".parse::<Strand>(), Ok(Strand::SexualOrientation));
        assert!("hair".parse::<Strand>().unwrap_err().to_string().contains("disability"));
        assert!(!"hair".parse::<Strand>().unwrap_err().to_string().contains("hair"));
    }

    #[test]
    fn a_cell_is_a_mark_only_when_it_is_nothing_else() {
        for why in Withheld::ALL {
            assert_eq!(Withheld::from_mark(why.shorthand()), Some(*why));
            assert_eq!(Withheld::from_code(why.code()), Some(*why));
        }
        for (mark, why) in Withheld::MARKS {
            for cell in [mark.to_uppercase(), format!("\t{mark} ")] {
                assert_eq!(Withheld::from_mark(&cell), Some(*why), "{cell}");
            }
        }
        for cell in ["", " ", "0", "-1", "--", "...", "c", "[c", "[c]5", "5 [c]", "[c][c]", "[p]", "[ c ]", "**", "–", "…"] {
            assert_eq!(Withheld::from_mark(cell), None, "{cell}");
        }
    }

    #[test]
    fn sub_strands_bring_their_parents_and_only_those() {
        let set = StrandSet::from_iter([Strand::Islamophobic, Strand::Disability]);
        let names: Vec<_> = set.iter().map(Strand::id).collect();
        assert_eq!(names, ["race_or_religion", "religion", "islamophobic", "disability"]);
        assert_eq!(StrandSet::from_bits(set.bits()), set);
        assert_eq!(StrandSet::from_bits(1 << Strand::Antisemitic.code()).iter().count(), 3);
    }

    #[test]
    fn reported_sources_leave_the_police_out() {
        assert!(!SourceSet::REPORTED.intersects(SourceSet::only(Source::PoliceGenerated)));
        assert_eq!(SourceSet::REPORTED.iter().count(), Source::ALL.len() - 1);
    }

    #[test]
    fn a_pseudonym_never_prints_itself() {
        assert!(!format!("{:?}", Pseudonym("v-81".to_owned())).contains("81"));
    }
}
