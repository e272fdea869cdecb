//! Query parameters as types. A parameter that is not known, comes twice or says something else than it may is refused with
//! what is allowed; the value itself is never repeated.

use hotspot_core::comparison::Periods;
use hotspot_core::cube::{Filter, WeekSet};
use hotspot_core::release::Release;
use hotspot_core::resource::allocation::Rule;
use hotspot_core::resource::challenge::Level;
use hotspot_core::view::Layer;
use hotspot_core::{Month, MonthRange, Offence, Outcome, Setting, Source, SourceSet, Strand, Strands};
use std::borrow::Cow;
use std::fmt;

/// A parameter that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadParameter {
    /// Its name.
    pub parameter: Cow<'static, str>,
    /// What may stand there.
    pub allowed: Cow<'static, str>,
}

impl BadParameter {
    pub fn new(parameter: impl Into<Cow<'static, str>>, allowed: impl Into<Cow<'static, str>>) -> Self {
        Self { parameter: parameter.into(), allowed: allowed.into() }
    }
}

impl fmt::Display for BadParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The parameter {} is not allowed as given; allowed: {}.", self.parameter, self.allowed)
    }
}

type Result<T> = std::result::Result<T, BadParameter>;

/// What is counted by.
pub(crate) const FILTER: [&str; 10] =
    ["strand", "borough", "from", "to", "source", "offence", "setting", "outcome", "days", "hours"];

/// Days of the week, Monday first.
pub(crate) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Parts of the day of six hours each, from midnight, local time.
pub(crate) const PARTS: [&str; 4] = ["night", "morning", "afternoon", "evening"];

/// The parameters of a request, each known and once.
pub(crate) struct Params<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Params<'a> {
    /// Reads a query string that may have these parameters.
    pub fn parse(query: Option<&'a str>, known: &[&'static str]) -> Result<Self> {
        Self::of_pairs(form_urlencoded::parse(query.unwrap_or_default().as_bytes()), known)
    }

    /// The same, beside the values of one more that may come any number of times, as the boxes of a form that are ticked.
    pub fn parse_ticked(query: Option<&'a str>, known: &[&'static str], many: &str) -> Result<(Self, Vec<String>)> {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let (ticked, others): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| name == many);
        Ok((Self::of_pairs(others.into_iter(), known)?, ticked.into_iter().map(|(_, value)| value.into_owned()).collect()))
    }

    fn of_pairs(pairs: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>, known: &[&'static str]) -> Result<Self> {
        let mut params: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::new();
        for (name, value) in pairs {
            if !known.contains(&&*name) {
                let allowed = if known.is_empty() { "no parameter".to_owned() } else { known.join(", ") };
                return Err(BadParameter::new(plain_name(&name), allowed));
            }
            if params.iter().any(|(n, _)| *n == name) {
                return Err(BadParameter::new(plain_name(&name), "once"));
            }
            params.push((name, value));
        }
        Ok(Self(params))
    }

    /// The parameters of a body that was read: those that are there.
    pub fn of(fields: &[(&'static str, Option<&'a str>)]) -> Self {
        Self(fields.iter().filter_map(|(name, value)| Some(((*name).into(), (*value)?.into()))).collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| &**value)
    }

    /// `all` (the default) or one strand.
    pub fn strand(&self) -> Result<Option<Strand>> {
        let strands = self.strands()?;
        if strands.are_several() {
            let allowed = format!("all, or one of {}: hotspots and need are worked out for one strand at a time", Strand::NAMES);
            return Err(BadParameter::new("strand", allowed));
        }
        Ok(strands.one())
    }

    /// `all` (the default) or strands, any of which a record must have.
    fn strands(&self) -> Result<Strands> {
        let Some(text) = self.get("strand").filter(|text| *text != "all") else { return Ok(Strands::ALL) };
        let allowed = || BadParameter::new("strand", format!("all, or some of {}, separated by commas", Strand::NAMES));
        let strands = text.split(',').map(|part| part.parse().map_err(|_unknown| allowed()));
        Ok(Strands::any_of(strands.collect::<Result<Vec<_>>>()?))
    }

    /// `all` (the default), or the row of the area with this code or name.
    fn area(&self, release: &Release) -> Result<Option<u16>> {
        let Some(text) = self.get("borough").filter(|text| *text != "all") else { return Ok(None) };
        release.area_row(text).map(Some).ok_or_else(|| {
            let some = release.areas.iter().find(|area| !area.code.is_empty());
            let allowed = some.map_or_else(
                || "all: this release has no boroughs".to_owned(),
                |area| format!("all, or the code or name of a borough of this release, such as {} or {}", area.code, area.name),
            );
            BadParameter::new("borough", allowed)
        })
    }

    /// Which places are asked about: hotspots by default.
    pub fn level(&self) -> Result<Level> {
        let Some(text) = self.get("level") else { return Ok(Level::Hotspot) };
        Level::ALL
            .into_iter()
            .find(|level| level.id() == text)
            .ok_or_else(|| BadParameter::new("level", Level::ALL.map(Level::id).join(", ")))
    }

    /// How amounts of wider areas are spread: by need by default.
    pub fn apportion(&self) -> Result<Rule> {
        let Some(text) = self.get("apportion") else { return Ok(Rule::Need) };
        Rule::ALL
            .into_iter()
            .find(|rule| rule.id() == text)
            .ok_or_else(|| BadParameter::new("apportion", Rule::ALL.map(Rule::id).join(", ")))
    }

    /// `reported` (the default: all but police-generated), `all` or one source.
    pub fn sources(&self) -> Result<SourceSet> {
        match self.get("source") {
            None | Some("reported") => Ok(SourceSet::REPORTED),
            Some("all") => Ok(SourceSet::ALL),
            Some(text) => text
                .parse()
                .map(SourceSet::only)
                .map_err(|_unknown| BadParameter::new("source", format!("reported, all, {}", Source::NAMES))),
        }
    }

    /// The period between two parameters, by default another one, whose ends lie in `within`.
    fn range(&self, [first, last]: [&'static str; 2], default: MonthRange, within: MonthRange) -> Result<MonthRange> {
        let month = |name: &'static str, default: Month| -> Result<Month> {
            let allowed = || BadParameter::new(name, format!("a month from {} to {}, written YYYY-MM", within.from(), within.to()));
            let month = self.get(name).map_or(Ok(default), |text| text.parse().map_err(|_unread| allowed()))?;
            if within.contains(month) { Ok(month) } else { Err(allowed()) }
        };
        let (from, to) = (month(first, default.from())?, month(last, default.to())?);
        MonthRange::new(from, to).ok_or_else(|| BadParameter::new(last, format!("a month that is not before {first}")))
    }

    /// `from` and `to`, by default the window's, inside `months`.
    pub fn months(&self, window: MonthRange, months: MonthRange) -> Result<MonthRange> {
        let within = MonthRange::new(window.from().min(months.from()), window.to().max(months.to())).unwrap_or(window);
        self.range(["from", "to"], window, within)
    }

    /// The members named, separated by commas; all of them without the parameter, and where it says `all`.
    fn some_of<T: Copy>(&self, name: &'static str, members: &[T], id: impl Fn(T) -> &'static str) -> Result<Vec<T>> {
        let Some(text) = self.get(name).filter(|text| *text != "all") else { return Ok(members.to_vec()) };
        let allowed = || {
            let ids: Vec<&str> = members.iter().map(|member| id(*member)).collect();
            BadParameter::new(name, format!("all, or some of {}, separated by commas", ids.join(", ")))
        };
        let find = |part: &str| members.iter().copied().find(|member| id(*member) == part).ok_or_else(allowed);
        text.split(',').map(find).collect()
    }

    /// The period of `versus_from` to `versus_to`, by default as many months just before it, beside that of `from` to `to`.
    pub fn periods(&self, now: MonthRange, months: MonthRange) -> Result<Periods> {
        let length = u16::try_from(now.len()).unwrap_or(u16::MAX);
        let earlier = MonthRange::ending(now.from().minus(1), length);
        let before = self.range(["versus_from", "versus_to"], earlier, months)?;
        Periods::new(now, before)
            .ok_or_else(|| BadParameter::new("versus_from", "a period that shares no month with that of from and to"))
    }

    /// All that is counted by: [`FILTER`].
    pub fn filter(&self, release: &Release) -> Result<Filter> {
        let filter = Filter { area: self.area(release)?, ..self.filter_anywhere(release.window, release.months)? };
        if release.facts.can_unite(filter.strands) {
            return Ok(filter);
        }
        let why =
            "all, or one strand: this release holds published counts by strand, which share incidents, and does not say how many";
        Err(BadParameter::new("strand", why))
    }

    fn filter_anywhere(&self, window: MonthRange, months: MonthRange) -> Result<Filter> {
        let mut filter = Filter::over(self.months(window, months)?);
        filter.strands = self.strands()?;
        filter.sources = self.sources()?;
        filter.offences = self.some_of("offence", Offence::ALL, Offence::id)?.into_iter().collect();
        filter.settings = self.some_of("setting", Setting::ALL, Setting::id)?.into_iter().collect();
        filter.outcomes = self.some_of("outcome", Outcome::ALL, Outcome::id)?.into_iter().collect();
        let days = self.some_of("days", &[0, 1, 2, 3, 4, 5, 6], |day: u8| DAYS[usize::from(day)])?;
        let parts = self.some_of("hours", &[0, 1, 2, 3], |part: u8| PARTS[usize::from(part)])?;
        filter.week = WeekSet::of(days, &parts);
        Ok(filter)
    }

    /// By default the count.
    pub fn layer(&self, release: &Release) -> Result<Layer> {
        let Some(text) = self.get("layer") else { return Ok(Layer::Count) };
        let has: Vec<Layer> = Layer::of(release).collect();
        has.iter().copied().find(|layer| layer.id() == text).ok_or_else(|| {
            let ids: Vec<&str> = has.iter().map(|layer| layer.id()).collect();
            BadParameter::new("layer", ids.join(", "))
        })
    }

    /// One of the resolutions; `default` without the parameter.
    pub fn resolution(&self, resolutions: &[u8], default: u8) -> Result<u8> {
        let Some(text) = self.get("resolution") else { return Ok(default) };
        resolutions.iter().copied().find(|r| r.to_string() == text).ok_or_else(|| {
            let listed: Vec<String> = resolutions.iter().map(u8::to_string).collect();
            let allowed =
                if listed.is_empty() { "nothing: the units of this release are areas".to_owned() } else { listed.join(", ") };
            BadParameter::new("resolution", allowed)
        })
    }

    /// West, south, east, north in degrees.
    pub fn bbox(&self) -> Result<Option<[f64; 4]>> {
        let Some(text) = self.get("bbox") else { return Ok(None) };
        let numbers: Vec<f64> = text.split(',').filter_map(|part| part.parse().ok()).collect();
        match numbers[..] {
            [west, south, east, north]
                if text.split(',').count() == 4
                    && (-180.0..=180.0).contains(&west)
                    && (-180.0..=180.0).contains(&east)
                    && (-90.0..=90.0).contains(&south)
                    && (-90.0..=90.0).contains(&north)
                    && west < east
                    && south < north =>
            {
                Ok(Some([west, south, east, north]))
            }
            _ => Err(BadParameter::new("bbox", "west,south,east,north in degrees, west below east and south below north")),
        }
    }
}

/// A name is repeated only if it is one that could be a parameter.
fn plain_name(name: &str) -> Cow<'static, str> {
    let plain = !name.is_empty() && name.len() <= 24 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'-');
    if plain { name.to_owned().into() } else { "(not a name)".into() }
}

/// How a set of sources is written in a query and an answer.
pub(crate) fn source_name(sources: SourceSet) -> &'static str {
    if sources == SourceSet::REPORTED {
        "reported"
    } else if sources == SourceSet::ALL {
        "all"
    } else {
        sources.iter().next().map_or("none", Source::id)
    }
}

/// How the members of a set are written in a query and an answer.
pub(crate) fn set_name(is_all: bool, ids: impl Iterator<Item = &'static str>) -> String {
    if is_all { "all".to_owned() } else { ids.collect::<Vec<_>>().join(",") }
}

/// A filter as text: equal texts are equal filters.
pub(crate) fn filter_text(filter: Filter) -> String {
    format!(
        "{} {:?} {} {} {} {:x} {:x} {:x} {:x}",
        strands_name(filter.strands),
        filter.area,
        filter.months.from(),
        filter.months.to(),
        source_name(filter.sources),
        filter.offences.bits(),
        filter.settings.bits(),
        filter.outcomes.bits(),
        filter.week.bits(),
    )
}

/// How a strand is written in a query and an answer.
pub(crate) fn strand_name(strand: Option<Strand>) -> &'static str {
    strand.map_or("all", Strand::id)
}

/// How several strands are written in a query and an answer.
pub(crate) fn strands_name(strands: Strands) -> String {
    set_name(strands.is_all(), strands.iter().map(Strand::id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotspot_core::{OffenceSet, OutcomeSet, SettingSet};

    const KNOWN: [&str; 13] = [
        "release",
        "layer",
        "strand",
        "from",
        "to",
        "source",
        "offence",
        "setting",
        "outcome",
        "days",
        "hours",
        "resolution",
        "bbox",
    ];

    fn months(from: &str, to: &str) -> MonthRange {
        MonthRange::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    fn filter(query: &str) -> Result<Filter> {
        Params::parse(Some(query), &KNOWN)?.filter_anywhere(months("2025-11", "2026-10"), months("2024-01", "2026-10"))
    }

    #[test]
    fn without_parameters_the_window_of_the_release_counts() {
        assert_eq!(filter(""), Ok(Filter::over(months("2025-11", "2026-10"))));
    }

    #[test]
    fn every_parameter_is_read() {
        let read = filter("strand=antisemitic&from=2024-02&to=2024-02&source=app").unwrap();
        assert_eq!(read.strands, Strand::Antisemitic.into());
        assert_eq!(read.months, months("2024-02", "2024-02"));
        assert_eq!(read.sources, SourceSet::only(Source::App));
        assert_eq!(filter("source=all").unwrap().sources, SourceSet::ALL);
        assert_eq!(filter("strand=all").unwrap().strands, Strands::ALL);
        let several = filter("strand=disability,religion,antisemitic").unwrap().strands;
        assert_eq!(strands_name(several), "religion,disability", "a strand stands for those that lie in it");
        let one = Params::parse(Some("strand=race,disability"), &KNOWN).unwrap().strand().unwrap_err();
        assert!(one.allowed.contains("one strand at a time"));
        let read = filter("offence=violence,robbery&setting=street&outcome=charged,caution&days=sat,sun&hours=night").unwrap();
        assert_eq!(read.offences, OffenceSet::only(Offence::Violence).union(OffenceSet::only(Offence::Robbery)));
        assert_eq!(read.settings, SettingSet::only(Setting::Street));
        assert_eq!(read.outcomes, OutcomeSet::only(Outcome::Charged).union(OutcomeSet::only(Outcome::Caution)));
        assert_eq!(read.week, WeekSet::of([5, 6], &[0]));
        let all = filter("offence=all&setting=all&outcome=all&days=all&hours=night,morning,afternoon,evening").unwrap();
        assert_eq!(all, filter("").unwrap());
    }

    #[test]
    fn a_refusal_names_the_parameter_and_what_is_allowed_but_never_the_value() {
        for (query, parameter, allowed) in [
            ("strand=hair", "strand", "all, or some of race_or_religion, race"),
            ("strand=race,,disability", "strand", "separated by commas"),
            ("source=Mrs%20Smith", "source", "reported, all, victim"),
            ("from=2023-12", "from", "2024-01 to 2026-10"),
            ("from=20240x", "from", "YYYY-MM"),
            ("to=2026-11", "to", "2024-01 to 2026-10"),
            ("from=2026-02&to=2026-01", "to", "not before from"),
            ("strand=race&strand=race", "strand", "once"),
            ("offence=violence,murder", "offence", "all, or some of violence, harassment"),
            ("setting=sea", "setting", "home, street"),
            ("outcome=charged,,x9", "outcome", "charged"),
            ("days=monday", "days", "mon, tue"),
            ("hours=all,night", "hours", "night, morning, afternoon, evening"),
            ("colour=red", "colour", "release, layer"),
            ("%3Cscript%3E=1", "(not a name)", "release"),
        ] {
            let refused = filter(query).unwrap_err();
            assert_eq!(refused.parameter, parameter, "{query}");
            assert!(refused.allowed.contains(allowed), "{query}: {}", refused.allowed);
            let value = query.rsplit('=').next().unwrap();
            assert!(value == "race" || value == "2026-01" || value == "1" || !refused.to_string().contains(value), "{query}");
        }
    }

    #[test]
    fn boxes_and_resolutions_are_checked() {
        let parse = |query: &'static str| Params::parse(Some(query), &KNOWN).unwrap();
        assert_eq!(parse("bbox=-0.5,51.2,0.3,51.7").bbox(), Ok(Some([-0.5, 51.2, 0.3, 51.7])));
        for bad in [
            "bbox=1,2,3",
            "bbox=0.3,51.2,-0.5,51.7",
            "bbox=a,b,c,d",
            "bbox=-0.5,51.2,0.3,95",
            "bbox=,-0.5,51.2,0.3,51.7",
            "bbox=NaN,1,2,3",
        ] {
            assert_eq!(parse(bad).bbox().unwrap_err().parameter, "bbox", "{bad}");
        }
        assert_eq!(parse("resolution=10").resolution(&[8, 9, 10], 9), Ok(10));
        assert_eq!(parse("").resolution(&[8, 9, 10], 9), Ok(9));
        for bad in ["resolution=11", "resolution=09", "resolution=", "resolution=-9"] {
            assert_eq!(parse(bad).resolution(&[8, 9, 10], 9).unwrap_err().allowed, "8, 9, 10", "{bad}");
        }
        assert!(parse("resolution=9").resolution(&[], 0).is_err());
    }
}
