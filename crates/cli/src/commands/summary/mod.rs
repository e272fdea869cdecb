//! `hotspot summary`.

mod explain;
mod oversight;

use crate::args::{FormatOfSummary, SummaryArgs, TierArg};
use crate::commands::units::{KnownThen, breaks, last_complete};
use crate::commands::{note, say};
use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_core::areas::AreaLayer;
use hotspot_core::atlas::Atlas;
use hotspot_core::cube::{FactKind, NO_AREA};
use hotspot_core::hotspot::StrandAnalysis;
use hotspot_core::hotspot::event::Event;
use hotspot_core::summary::tables::HISTORY;
use hotspot_core::summary::{Basis, Cube, Groups, Summary, SummaryInput};
use hotspot_core::{BreakRegistry, Month, MonthRange, PlaceKind};
use hotspot_pipeline::areas::parse_areas;
use hotspot_pipeline::calendar::read_calendar;
use hotspot_pipeline::facts::Placed;
use hotspot_pipeline::release::hotspots_of;
use hotspot_pipeline::summary::{
    Again, Before, Editions, Given, Published, Ran, Record, TableOf, cube, file_name, parquet, place, read_similar,
};
use hotspot_report::summary::{Edited, Publication};
use indicatif::ProgressBar;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Day of the next month on which the Metropolitan Police publish theirs: what a rebuilt month is known on.
const DAY_OF_EDITION: i8 = 6;

/// The tier of exact figures, in records.
const ANALYST: &str = "analyst";

/// Exact figures and protected ones do not stand in one folder.
fn of_tier(month: Month, record: &Record, tier: &str) -> Done {
    if record.tier == tier {
        return Ok(());
    }
    Err(Failure::cannot(format!(
        "--out: the edition of {month} there is for {}, this one for {tier}: each has a folder of its own",
        record.tier
    )))
}

/// Publishes one month, or several in a row; or says how one figure came about.
pub fn run(args: &SummaryArgs) -> Done {
    match (args.tier, args.protected.as_deref()) {
        (TierArg::Analyst, None) => {}
        (TierArg::Oversight, Some(protected)) => return oversight::run(args, protected),
        (TierArg::Oversight, None) => {
            return Err(Failure::cannot(
                "--tier oversight: --protected DIR says where what is protected is; exact figures must not leave",
            ));
        }
        (TierArg::Analyst, Some(_)) => {
            return Err(Failure::cannot("--protected: it holds no exact figures; --tier oversight makes the month of it"));
        }
        (TierArg::Public, _) => return Err(Failure::cannot("--tier public: nothing is made for the public so far")),
    }
    if let Some(asked) = &args.explain {
        return explain::run(args, asked);
    }
    let out = args.out.as_deref().ok_or_else(|| Failure::cannot("--out DIR says where months are published"))?;
    let given = Supplied::read(args)?;
    apart_from(out, args.store.iter().chain(&args.releases))?;
    let editions = Editions::open(out)?;
    let months: Vec<Option<Month>> = match args.months {
        Some(range) => range.0.iter().map(Some).collect(),
        None => vec![args.month],
    };
    for month in months {
        let rebuilt = month.filter(|_| args.months.is_some()).map(day_of_edition);
        let known_on = args.as_known_on.or(rebuilt);
        publish(args, &given, &editions, month, known_on)?;
    }
    Ok(())
}

/// The store of exact figures.
fn store_of(args: &SummaryArgs) -> Done<&Path> {
    args.store.as_deref().ok_or_else(|| Failure::cannot("--store DIR says where the records are"))
}

/// Months do not stand in the store or among releases.
fn apart_from<'a>(out: &Path, others: impl Iterator<Item = &'a PathBuf>) -> Done {
    // What is not there yet stands where the first of its folders that is there says.
    let whole = |path: &Path| path.ancestors().find_map(|p| Some(p.canonicalize().ok()?.join(path.strip_prefix(p).ok()?)));
    let absolute = std::path::absolute(out)?;
    let Some(out) = whole(&absolute) else { return Ok(()) };
    for other in others {
        if let Ok(other) = other.canonicalize()
            && (out.starts_with(&other) || other.starts_with(&out))
        {
            return Err(Failure::cannot(format!("--out: months need a folder of their own, apart from {}", other.display())));
        }
    }
    Ok(())
}

/// The day on which a rebuilt month was published.
fn day_of_edition(month: Month) -> Date {
    let next = month.last_day().tomorrow().unwrap_or(month.last_day());
    next.with().day(DAY_OF_EDITION).build().unwrap_or(next)
}

/// Files beside the store.
struct Supplied {
    areas: Option<AreaLayer>,
    events: Vec<Event>,
    given: BTreeMap<String, Given>,
}

impl Supplied {
    fn read(args: &SummaryArgs) -> Done<Self> {
        let mut given = BTreeMap::new();
        let areas = match &args.areas {
            None => None,
            Some(path) => {
                let layer = parse_areas(path, args.area_code.as_deref())?;
                given.insert("areas".to_owned(), Given::of(path)?);
                Some(layer)
            }
        };
        let mut events = Vec::new();
        if let Some(path) = &args.events {
            let calendar = read_calendar(path)?;
            given.insert("events".to_owned(), Given { name: calendar.file.clone(), sha256: calendar.sha256.clone() });
            events = calendar.events;
        }
        Ok(Self { areas, events, given })
    }
}

/// The records counted, with what is needed to speak of a month.
struct Counted {
    then: KnownThen,
    placed: Placed,
    cube: Cube,
    month: Month,
    breaks: BreakRegistry,
    groups: Groups,
    warnings: Vec<String>,
    given: BTreeMap<String, Given>,
}

impl Counted {
    fn load(
        args: &SummaryArgs,
        supplied: &Supplied,
        month: Option<Month>,
        known_on: Option<Date>,
        bar: &ProgressBar,
    ) -> Done<Self> {
        let then = KnownThen::load(store_of(args)?, known_on)?;
        let month = month.unwrap_or_else(|| last_complete(then.months, then.as_known_on));
        bar.set_message(format!("{month}: counting by borough"));
        let areas = supplied.areas.as_ref();
        let placed = place(&then.known, Atlas::london(), areas)?;
        in_london(&placed)?;
        let cube = cube(&placed, Atlas::london(), areas)?.ok_or_else(|| Failure::data("the store holds no record"))?;
        if !cube.months().contains(month) {
            let held = cube.months();
            return Err(Failure::cannot(format!("--month {month}: the store holds {held} as known on {}", then.as_known_on)));
        }
        let mut given = supplied.given.clone();
        let groups = match &args.similar {
            None => Groups::of(&cube),
            Some(path) => {
                let (groups, file) = read_similar(path, &cube)?;
                given.insert("similar".to_owned(), file);
                groups
            }
        };
        let breaks = breaks(then.known.class, true);
        let mut warnings = Vec::new();
        if month.last_day() > then.as_known_on {
            warnings.push(format!("The month was not over on {}: its figures are a part of it.", then.as_known_on));
        }
        let atlas = Atlas::london();
        let known =
            |code: &str| atlas.boroughs().iter().any(|b| b.code == code) || atlas.lsoa_population().iter().any(|l| l.code == code);
        let unknown: Vec<u64> = placed.unmatched.iter().filter(|(code, _)| !known(code)).map(|(_, n)| *n).collect();
        if !unknown.is_empty() {
            let (records, codes) = (unknown.iter().sum::<u64>(), unknown.len());
            warnings.push(format!(
                "{records} records stand under {codes} area codes that are none of the areas or boroughs known here."
            ));
        }
        if then.known.kind == FactKind::Events && cube.count(Basis::Recorded, 0, None, month).is_ok_and(|c| c.recorded == 0) {
            warnings.push("The store holds no record of the month: if an extract is missing, its figures are not 0.".to_owned());
        }
        let year = MonthRange::ending(month, 24);
        if let Some(last) = breaks.inside(year).last() {
            let first = Month::of(last.from).map_or(month, |m| if last.from == m.first_day() { m } else { m.plus(1) });
            warnings.push(format!(
                "Recording changed on {}: where that concerns a place, twelve months are given again from the edition of {} on, and their change from \
                 that of {}.",
                last.from,
                first.plus(11),
                first.plus(23)
            ));
        }
        let withheld = placed.withheld.len();
        if withheld > 0 {
            warnings
                .push(format!("{withheld} published figures are withheld by the publisher: they are no 0, and no sum holds them."));
        }
        Ok(Self { then, placed, cube, month, breaks, groups, warnings, given })
    }

    fn input<'a>(&'a self, before: Option<&'a Before>) -> SummaryInput<'a> {
        SummaryInput {
            cube: &self.cube,
            month: self.month,
            breaks: &self.breaks,
            groups: &self.groups,
            before: before.map(|b| &b.edition),
        }
    }
}

/// The summary is by London borough.
fn in_london(placed: &Placed) -> Done {
    let has_place = |f: &hotspot_core::cube::Fact| matches!(f.place, PlaceKind::Mapped | PlaceKind::AreaOnly);
    let (mut all, mut inside) = (0u64, 0u64);
    for fact in placed.facts.iter().filter(has_place) {
        all += 1;
        inside += u64::from(fact.area != NO_AREA);
    }
    if 2 * inside < all {
        return Err(Failure::cannot(format!("the summary is by London borough, and {inside} of {all} records lie in one")));
    }
    Ok(())
}

fn publish(args: &SummaryArgs, supplied: &Supplied, editions: &Editions, month: Option<Month>, known_on: Option<Date>) -> Done {
    let bar = progress::spinner("reading the store");
    let mut clock = Clock::start();
    let mut counted = Counted::load(args, supplied, month, known_on, &bar)?;
    let (month, known_on) = (counted.month, counted.then.as_known_on);
    clock.step("read and count");
    bar.set_message(format!("{month}: comparing"));
    let before = editions.before(month)?;
    if let Some(before) = before.as_ref().filter(|b| b.edition.known_on > known_on) {
        let (then, known) = (before.edition.month, before.edition.known_on);
        counted.warnings.push(format!("The edition before, of {then}, knew more than this one: it was known on {known}."));
    }
    let class = counted.then.known.class;
    for (of, record) in editions.records()? {
        of_tier(of, &record, ANALYST)?;
        if record.class != class {
            return Err(Failure::cannot(format!(
                "--out: the edition of {of} there is of {} records, these are {class}: each class has a folder of its own",
                record.class
            )));
        }
        let ours = |given: &Given| counted.then.known.inputs.iter().any(|(_, sha256)| *sha256 == given.sha256);
        if before.as_ref().is_some_and(|b| b.edition.month == of) && !record.inputs.iter().any(ours) {
            counted.warnings.push(format!(
                "The edition before, of {of}, was made from none of these files: figures may differ for that reason alone."
            ));
        }
    }
    let hotspots = match &args.releases {
        None => None,
        Some(releases) => {
            if !releases.is_dir() {
                return Err(Failure::cannot(format!("--releases {}: there is no such folder", releases.display())));
            }
            let found = hotspots_of(releases, month, counted.then.known.class, known_on, &counted.then.known.inputs)?;
            if found.is_none() {
                counted
                    .warnings
                    .push(format!("No release of {month} from these records was known on {known_on}: no hotspots are named. hotspot analyse --month {month} --as-known-on {known_on} makes one."));
            }
            found
        }
    };
    let summary = Summary::of(&counted.input(before.as_ref()))?;
    clock.step("compare");
    bar.set_message(format!("{month}: writing"));
    let hotspots_of_month: Option<&[StrandAnalysis]> = hotspots.as_ref().map(|(_, analyses)| analyses.as_slice());
    let publication = Publication::new(Edited {
        cube: &counted.cube,
        summary: &summary,
        groups: &counted.groups,
        breaks: &counted.breaks,
        events: &supplied.events,
        hotspots: hotspots_of_month,
        before: before.as_ref().map(|b| &b.edition),
        known_on,
        class: counted.then.known.class,
        licence: counted.then.known.licence.as_deref(),
        warnings: &counted.warnings,
    });
    let files = files(&publication, month, &args.formats)?;
    let mut record = Record::new(month, known_on, counted.then.known.class);
    record.licence.clone_from(&counted.then.known.licence);
    env!("CARGO_PKG_VERSION").clone_into(&mut record.version);
    ANALYST.clone_into(&mut record.tier);
    record.before = before.as_ref().map(|b| b.given.clone());
    record.inputs =
        counted.then.known.inputs.iter().map(|(name, sha256)| Given { name: name.clone(), sha256: sha256.clone() }).collect();
    record.given.clone_from(&counted.given);
    if let Some((id, _)) = &hotspots {
        let manifest = args.releases.iter().map(|r| r.join(id).join("manifest.json"));
        for path in manifest {
            record.given.insert("release".to_owned(), Given { name: id.clone(), ..Given::of(&path)? });
        }
    }
    record.account = account(&counted);
    record.tables = publication.tables().iter().map(|t| TableOf { id: t.id.to_owned(), rows: t.len() as u64 }).collect();
    record.warnings.clone_from(&counted.warnings);
    let (published, names) = commit(editions, record, files, args, &mut clock)?;
    bar.finish_and_clear();
    report(&summary, &published, &names, &counted.warnings)
}

/// Publishes the edition of a month, and logs that it was: what was published, and the names of its files.
fn commit(
    editions: &Editions,
    record: Record,
    files: BTreeMap<String, Vec<u8>>,
    args: &SummaryArgs,
    clock: &mut Clock,
) -> Done<(Published, Vec<String>)> {
    clock.step("write");
    let mut names: Vec<String> = files.keys().cloned().collect();
    names.push(file_name(record.month, "record", "json"));
    let (month, as_known_on, version, warnings) =
        (record.month, record.as_known_on, record.version.clone(), record.warnings.clone());
    let again = if args.replace { Again::Replaced } else { Again::Refused };
    let published = editions.publish(record, files, again)?;
    clock.step("publish");
    editions.log(&Ran {
        started: clock.started,
        month,
        as_known_on,
        outcome: outcome(&published),
        record_sha256: published.record_sha256.clone(),
        version,
        seconds: clock.seconds.clone(),
        warnings,
    })?;
    Ok((published, names))
}

const fn outcome(published: &Published) -> &'static str {
    match published {
        Published { already_there: true, .. } => "already published",
        Published { replaced: true, .. } => "replaced",
        _ => "published",
    }
}

/// What the caller reads.
fn report(summary: &Summary, published: &Published, names: &[String], warnings: &[String]) -> Done {
    let month = summary.month;
    for warning in warnings {
        note(format_args!("{month}: {warning}"));
    }
    if published.already_there {
        note(format_args!("{}: already published, the same figures; nothing written", published.folder.display()));
    } else if published.replaced {
        note(format_args!("{}: other figures of the month stood here and were replaced", published.folder.display()));
    }
    let all = summary.series(Basis::Recorded, 0, None).expect("London stands first");
    let revised = summary.revisions().count();
    match all.figures.count {
        Ok(count) => say(format_args!(
            "{month}: {} records in London, by the month in which they were recorded; {revised} figures of earlier months revised",
            count.recorded
        ))?,
        Err(gap) => say(format_args!("{month}: the figure of all records is {gap} {}", gap.shorthand()))?,
    }
    for name in names {
        say(format_args!("  {}", published.folder.join(name).display()))?;
    }
    Ok(())
}

/// Every file of the formats. The table of all months is always among them: the next edition is compared with it.
fn files(publication: &Publication<'_>, month: Month, formats: &[FormatOfSummary]) -> Done<BTreeMap<String, Vec<u8>>> {
    let wants = |format| formats.contains(&format);
    let mut files = BTreeMap::new();
    let said = publication.said();
    let mut add = |part: &str, extension: &str, bytes: Vec<u8>| files.insert(file_name(month, part, extension), bytes);
    for table in publication.tables() {
        if wants(FormatOfSummary::Parquet) || table.id == HISTORY {
            add(table.id, "parquet", parquet(table, &said)?);
        }
    }
    if wants(FormatOfSummary::Csv) {
        for (id, text) in publication.csv() {
            add(id, "csv", text.into_bytes());
        }
    }
    if wants(FormatOfSummary::Json) {
        add("", "json", publication.json().into_bytes());
        add("changes", "json", publication.changes().into_bytes());
    }
    if wants(FormatOfSummary::Ods) || wants(FormatOfSummary::Xlsx) {
        let book = publication.workbook().map_err(Failure::failed)?;
        if wants(FormatOfSummary::Ods) {
            add("", "ods", book.to_ods().map_err(Failure::failed)?);
        }
        if wants(FormatOfSummary::Xlsx) {
            add("", "xlsx", book.to_xlsx().map_err(Failure::failed)?);
        }
    }
    // Last: it links to the others.
    if wants(FormatOfSummary::Html) {
        let others: Vec<(String, usize)> = files.iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect();
        let page = publication.page(&others).map_err(Failure::failed)?;
        files.insert(file_name(month, "", "html"), page.into_bytes());
    }
    Ok(files)
}

fn account(counted: &Counted) -> BTreeMap<String, u64> {
    let a = counted.then.known.account;
    [
        ("rows", a.rows),
        ("rejected", a.rejected),
        ("already_known", a.already_known),
        ("disposed", a.disposed),
        ("not_yet_known", a.not_yet_known),
        ("superseded", a.superseded),
        ("removed", a.removed),
        ("in_force", a.in_force),
        ("joined", a.joined),
        ("withheld", a.withheld),
        ("outside", counted.placed.outside),
    ]
    .map(|(name, n)| (name.to_owned(), n))
    .into()
}

/// How long each step takes.
struct Clock {
    started: Timestamp,
    last: Instant,
    seconds: BTreeMap<&'static str, f64>,
}

impl Clock {
    fn start() -> Self {
        Self { started: Timestamp::now(), last: Instant::now(), seconds: BTreeMap::new() }
    }

    fn step(&mut self, name: &'static str) {
        let now = Instant::now();
        self.seconds.insert(name, (now - self.last).as_secs_f64());
        self.last = now;
    }
}
