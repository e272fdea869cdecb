//! `hotspot analyse`.

use crate::args::{AnalyseArgs, QuestionArgs, ReferenceArg};
use crate::commands::units::{Asked, breaks};
use crate::commands::{note, say};
use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_core::MonthRange;
use hotspot_core::cube::Filter;
use hotspot_core::hotspot::analysis::Analysis;
use hotspot_core::hotspot::appraisal::Appraisal;
use hotspot_core::hotspot::denominator::Denominator;
use hotspot_core::hotspot::engagement::SilenceMap;
use hotspot_core::hotspot::event::EventParams;
use hotspot_core::hotspot::evidence::{Evidence, EvidencePolicy};
use hotspot_core::hotspot::history::Held;
use hotspot_core::hotspot::over_time::OverTime;
use hotspot_core::hotspot::protection::{Role, protect};
use hotspot_core::hotspot::robustness::{Design, Frames, Multiverse, Reference, Residents, Setting, VERSION as ROBUSTNESS_VERSION};
use hotspot_core::hotspot::{StrandAnalysis, Verdict};
use hotspot_core::provenance::Provenance;
use hotspot_core::rate::rank::RankParams;
use hotspot_core::release::{Release, RobustnessSettings};
use hotspot_core::residents::ResidentPoints;
use hotspot_core::units::Units;
use hotspot_pipeline::calendar::read_calendar;
use hotspot_pipeline::release::{Next, Published, hotspots_before, write_release};
use hotspot_pipeline::sources::{SourceFile, read_sources};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Makes one release of the store and publishes it.
pub fn run(args: &AnalyseArgs) -> Done {
    let (release, published) = release(args)?;
    let all = release.analysis(None).expect("a release analyses all records");
    let figures = Figures::of(&release, all);
    if published.already_there {
        note(format_args!("{}: already there, the same records and settings; nothing written", published.id));
    }
    if args.json {
        return say(figures.json(&release, &published));
    }
    say(format_args!("release {}", published.id))?;
    say(format_args!("{}", release.reconciliation))?;
    if release.outside > 0 {
        say(format_args!("{} mapped records lie outside the study area and in no unit", release.outside))?;
    }
    let check = release.person_check;
    if check.withheld > 0 {
        say(format_args!(
            "{} of {} mapped incidents are withheld from every place: a hotspot depended on one victim, reporter or address",
            check.withheld, check.mapped
        ))?;
    }
    if !check.possible() {
        say("whether a hotspot depends on one victim cannot be told: no record has a victim's pseudonym")?;
    }
    say(figures.text(&release))?;
    if !release.over_time.calendar.is_empty() {
        let (events, only) = (release.over_time.calendar.len(), release.over_time.only_by_events());
        say(format_args!(
            "calendar of {}: {}, over all strands, would be none without what followed",
            counted(events as u64, "event"),
            counted(only as u64, "hotspot")
        ))?;
    }
    let named = release.analyses.iter().any(|a| a.strand.is_some() && a.n > 0);
    if !named {
        say("  no record of the window names a strand")?;
    }
    for analysis in release.analyses.iter().filter(|a| named || a.strand.is_none()) {
        let name = analysis.strand.map_or("all records", |s| s.label());
        match analysis.verdict {
            Verdict::Analysed => {
                let [clear, weak, cannot_tell] = words(analysis);
                say(format_args!(
                    "  {name}: {} of {}; evidence: {clear} clear, {weak} weak, {cannot_tell} cannot tell",
                    counted(analysis.hotspots.len() as u64, "hotspot"),
                    counted(u64::from(analysis.n), "incident")
                ))?;
            }
            Verdict::CannotTell { minimum } => {
                let n = counted(u64::from(analysis.n), "incident");
                say(format_args!("  {name}: cannot tell ({n}, {minimum} needed)"))?;
            }
        }
    }
    for caution in release.cautions() {
        say(format_args!("caution: {caution}"))?;
    }
    say(release.silence.sentence(release.window))?;
    if let Some(feedback) = &release.feedback {
        say(feedback.sentence(release.window, release.resolution))?;
    }
    Ok(())
}

/// `1 hotspot`, `2 hotspots`.
fn counted(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// How many hotspots have each word of [`Evidence::ALL`].
fn words(analysis: &StrandAnalysis) -> [usize; 3] {
    Evidence::ALL.map(|word| analysis.hotspots.iter().filter(|h| h.standing.evidence == word).count())
}

/// Computes and publishes a release.
pub fn release(args: &AnalyseArgs) -> Done<(Release, Published)> {
    let bar = progress::spinner("reading the store");
    let calendar = args.events.as_deref().map(read_calendar).transpose()?;
    let asked = Asked::load(&args.question, &bar)?;
    let (denominators, ambient) = denominators(&asked, args.ambient.as_deref())?;
    let sources_file = sources_of(&asked, args.sources.as_deref())?;
    if args.settings.is_some() {
        note(
            "the thresholds of the words for evidence were chosen on the 48 fixed settings: under others the same word may mean more or less",
        );
    }
    let study_area = study_area_name(&asked.units);
    let next = Next { month: asked.month, study_area: &study_area, class: asked.known.class, resolution: asked.resolution };
    let (previous, before) = match hotspots_before(&args.releases, &next)? {
        Some((id, hotspots)) => (Some(id), Some(hotspots)),
        None => (None, None),
    };
    if let Some(calendar) = &calendar {
        calendar.areas_are_of(&asked.placed.areas)?;
    }
    let analysis = asked.analysis(before.as_deref());
    bar.set_message("asking who a hotspot depends on");
    let (mut facts, metres, protection) = protect(&analysis, &asked.placed.people)?;
    facts.number_victims(|row| asked.placed.people.key(Role::Victim, row));
    bar.set_message("finding hotspots");
    let analysis = Analysis { facts: &facts, metres: &metres, ..analysis };
    let mut analyses = analysis.all()?;
    bar.set_message("asking again under other settings");
    let residents = asked.residents.as_ref();
    let (design, version) = match args.settings {
        None => (Design::Fixed, ROBUSTNESS_VERSION.to_owned()),
        Some(settings) => {
            (Design::Random { settings, seed: args.seed }, format!("random, {settings} settings, seed {}", args.seed))
        }
    };
    let frames = Frames::new(&asked.units, design.settings(), residents.map(Residents::Points))?;
    let held = MonthRange::new(asked.months.from(), asked.month).unwrap_or(asked.window);
    let multiverse = Multiverse {
        frames: &frames,
        facts: &facts,
        metres: &metres,
        radius_m: &asked.placed.radius_m,
        people: &asked.placed.people,
        offences: &asked.placed.offences,
        held,
        rule: asked.rule,
        analyses: &analyses,
        resolution: asked.resolution,
        seed: args.seed,
    };
    let robustness = multiverse.run()?;
    for (analysis, found) in analyses.iter_mut().zip(robustness.strands) {
        for (hotspot, answer) in analysis.hotspots.iter_mut().zip(found.hotspots) {
            hotspot.robustness = answer;
        }
    }
    let reference = match asked.by {
        ReferenceArg::Area => Reference::Area,
        ReferenceArg::Residents => Reference::Residents,
    };
    let published = Setting::published(asked.resolution, asked.window.len(), reference);
    let words = |s: &Setting| s.for_window(asked.window.len()).in_words(&published);
    let robustness = RobustnessSettings { version, settings: robustness.settings.iter().map(words).collect() };
    drop(frames);
    bar.set_message("asking how sure each hotspot is");
    let evidence = EvidencePolicy::current();
    let appraisal = Appraisal {
        analysis: &analysis,
        people: &asked.placed.people,
        denominators: &denominators,
        policy: &evidence,
        class: asked.known.class,
        ranks: RankParams { seed: args.seed, ..RankParams::default() },
    };
    let unit_rates = appraisal.run(&mut analyses)?;
    bar.set_message("looking for places where few reports come");
    let (silence, sources) = silence_of(&analysis, sources_file, residents)?;
    bar.set_message("simulating patrols that follow the map");
    let feedback = analysis.feedback(args.seed)?;
    bar.set_message("asking what the months say");
    let breaks = breaks(asked.known.class, asked.london);
    let areas: Vec<&str> = asked.placed.areas.iter().map(|area| area.code.as_str()).collect();
    let held = Held { months: held, days: &asked.placed.days, areas: &areas, breaks: &breaks };
    let events = calendar.as_ref().map_or_else(Vec::new, |calendar| calendar.events.clone());
    let over_time = OverTime::of(&analysis, &held, &analyses, events, &EventParams::default())?;
    if !asked.placed.unmatched.is_empty() {
        let records: u64 = asked.placed.unmatched.iter().map(|(_, n)| n).sum();
        note(format_args!("{} area codes are no unit: {records} records are counted and not drawn", asked.placed.unmatched.len()));
    }
    let without_figure = asked.placed.units_without_figure(asked.window);
    if without_figure > 0 {
        note(format_args!(
            "of {without_figure} areas the publisher gives no figure of all records, or of a strand, in {}: a 0 that is drawn there is not known",
            asked.window
        ));
    }
    let mut settings = settings(&args.question, &asked, previous.as_deref());
    let events = calendar.map(|calendar| (calendar.file, calendar.sha256));
    for (name, file) in [("sources", &sources), ("ambient", &ambient), ("events", &events)] {
        settings.push((name.to_owned(), file.as_ref().map_or_else(String::new, |(file, _)| file.clone())));
    }
    settings.sort();
    let Asked { known, as_known_on, months, month, window, units, placed, resolution, reference_name, rule, .. } = asked;
    let mut release = Release {
        id: String::new(),
        month,
        window,
        months,
        as_known_on,
        class: known.class,
        licence: known.licence.clone(),
        study_area,
        reference: reference_name,
        rule,
        resolution,
        reconciliation: known.reconciliation,
        outside: placed.outside,
        person_check: protection.check(),
        robustness,
        evidence,
        denominators,
        unit_rates,
        units,
        areas: placed.areas,
        facts,
        analyses,
        silence,
        feedback,
        over_time,
        breaks,
        provenance: Provenance {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            inputs: known.inputs.iter().cloned().chain(sources).chain(ambient).chain(events).collect(),
            settings,
            seed: args.seed,
        },
    };
    bar.set_message("publishing");
    let published = write_release(&args.releases, &release)?;
    bar.finish_and_clear();
    release.id.clone_from(&published.id);
    Ok((release, published))
}

/// Places to engage, and name and SHA-256 of the file of sources, if one was given.
fn silence_of(
    analysis: &Analysis<'_>,
    file: Option<SourceFile>,
    residents: Option<&ResidentPoints>,
) -> Done<(SilenceMap, Option<InputFile>)> {
    let resolution = analysis.silence_resolution();
    // Polygons may have nobody of their own: residents are known for London's postcodes, and spread over them.
    let residents = residents.and_then(|points| match analysis.units {
        Units::Cells(grid) => Some(analysis.units.level(resolution)?.roll_up(&points.on(grid, [0.0; 2]), 0.0)),
        Units::Areas(_) => None,
    });
    let columns = file.as_ref().map_or(&[][..], |file| &file.columns);
    let map = analysis.silence_map(residents.as_deref(), columns)?;
    Ok((map, file.map(|file| (file.file, file.sha256))))
}

/// The file of sources, on the units of the map of silence.
fn sources_of(asked: &Asked, path: Option<&Path>) -> Done<Option<SourceFile>> {
    path.map(|path| measures(path, asked, asked.analysis(None).silence_resolution())).transpose()
}

/// A file of measures on units, with a word on how much of it there is.
fn measures(path: &Path, asked: &Asked, resolution: u8) -> Done<SourceFile> {
    let file = read_sources(path, &asked.units, resolution)?;
    if file.outside > 0 {
        note(format_args!("{}: {} rows are of no unit of the study area and left out", file.file, file.outside));
    }
    for column in &file.columns {
        let known = column.values.iter().filter(|v| **v > 0.0).count();
        note(format_args!("{}: {} is above 0 in {known} of {} units", file.file, column.name, column.values.len()));
    }
    Ok(file)
}

/// What is at risk, and the file that brought some of it.
fn denominators(asked: &Asked, ambient: Option<&Path>) -> Done<(Vec<Denominator>, Option<InputFile>)> {
    let mut all = asked.denominators();
    let Some(path) = ambient else { return Ok((all, None)) };
    let file = measures(path, asked, asked.resolution)?;
    for column in file.columns {
        let id: String = column.name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        if all.iter().any(|d| d.id == id) {
            return Err(Failure::cannot(format!("--ambient: there is a denominator {id} already; name the column otherwise")));
        }
        all.push(Denominator::people(&id, format!("{}, from {}", column.name, file.file), &column.name, column.values));
    }
    Ok((all, Some((file.file, file.sha256))))
}

fn settings(args: &QuestionArgs, asked: &Asked, previous: Option<&str>) -> Vec<(String, String)> {
    let rule = asked.rule;
    let name = |path: &Option<std::path::PathBuf>| {
        path.as_ref().and_then(|p| p.file_name()).map_or_else(String::new, |n| n.to_string_lossy().into_owned())
    };
    let mut settings = vec![
        ("account".to_owned(), asked.known.account.to_string()),
        ("previous".to_owned(), previous.unwrap_or_default().to_owned()),
        ("window".to_owned(), asked.window.to_string()),
        ("resolution".to_owned(), args.resolution.to_string()),
        ("reference".to_owned(), format!("{:?}", args.reference).to_lowercase()),
        ("threshold".to_owned(), rule.threshold.to_string()),
        ("fdr".to_owned(), rule.fdr.to_string()),
        ("join_radius_m".to_owned(), rule.join_radius_m.to_string()),
        ("max_area_km2".to_owned(), rule.max_area_km2.to_string()),
        ("minimum".to_owned(), rule.minimum.to_string()),
        ("study_area".to_owned(), name(&args.units.study_area)),
        ("areas".to_owned(), name(&args.units.areas)),
    ];
    settings.sort();
    settings
}

fn study_area_name(units: &Units) -> String {
    match units {
        Units::Cells(grid) => grid.study_area().name.clone(),
        Units::Areas(layer) => layer.name().to_owned(),
    }
}

/// Name and SHA-256 of a file that was read.
type InputFile = (String, String);

/// What a person asks of a release first.
struct Figures {
    n: u32,
    hotspots: usize,
    in_hotspots: u32,
    share_area: f64,
    fullest_covered: usize,
    fullest: usize,
    smallest_unit: u32,
    largest: Option<Value>,
    largest_text: String,
}

impl Figures {
    fn of(release: &Release, all: &StrandAnalysis) -> Self {
        let level = release.units.level(release.resolution).expect("a release has the resolution of its hotspots");
        let counts = level.counts(&release.facts, &Filter::over(release.window));
        let hot: std::collections::HashSet<u32> = all.hotspots.iter().flat_map(|h| h.units.iter().copied()).collect();
        let mut rows: Vec<u32> = (0..counts.len() as u32).filter(|r| counts[*r as usize] > 0).collect();
        rows.sort_by(|a, b| counts[*b as usize].cmp(&counts[*a as usize]).then(a.cmp(b)));
        rows.truncate(20);
        let largest = all.hotspots.first();
        Self {
            n: all.n,
            hotspots: all.hotspots.len(),
            in_hotspots: all.hotspots.iter().map(|h| h.n).sum(),
            // The sum of nothing is -0.
            share_area: all.hotspots.iter().map(|h| h.area_km2).sum::<f64>().abs() / level.area_km2.iter().sum::<f64>(),
            fullest_covered: rows.iter().filter(|r| hot.contains(r)).count(),
            fullest: rows.len(),
            smallest_unit: hot.iter().map(|r| counts[*r as usize]).min().unwrap_or(0),
            largest: largest.map(|h| json!({"name": h.name, "n": h.n, "expected": h.expected, "area_km2": h.area_km2})),
            largest_text: largest.map_or_else(String::new, |h| format!("; the largest, {}: {}", h.name, release.sentence(h))),
        }
    }

    fn share(&self) -> f64 {
        f64::from(self.in_hotspots) / f64::from(self.n.max(1))
    }

    fn text(&self, release: &Release) -> String {
        format!(
            "{}: {} hold{} {} of {} incidents in units ({:.1} %) on {:.1} % of the area, and {} of the {} fullest units{}",
            release.window,
            counted(self.hotspots as u64, "hotspot"),
            if self.hotspots == 1 { "s" } else { "" },
            self.in_hotspots,
            self.n,
            self.share() * 100.0,
            self.share_area * 100.0,
            self.fullest_covered,
            self.fullest,
            self.largest_text
        )
    }

    fn json(&self, release: &Release, published: &Published) -> Value {
        let r = &release.reconciliation;
        json!({
            "release": published.id,
            "already_there": published.already_there,
            "window": {"from": release.window.from().to_string(), "to": release.window.to().to_string()},
            "as_known_on": release.as_known_on.to_string(),
            "reconciliation": {
                "rows": r.rows, "mapped": r.mapped, "area_only": r.area_only, "online": r.online, "no_place": r.no_place, "rejected": r.rejected
            },
            "outside": release.outside,
            "withheld": release.person_check.withheld,
            "events": release.over_time.calendar.len(),
            "only_by_events": release.over_time.only_by_events(),
            "victims_known": release.person_check.known[0],
            "places_to_engage": release.silence.why_not().is_none().then_some(release.silence.places.len()),
            "share_by_the_loop": release.feedback.as_ref().map(|f| f.cases[0].by_the_loop),
            "n": self.n,
            "hotspots": self.hotspots,
            "share_of_incidents": self.share(),
            "share_of_area": self.share_area,
            "fullest_units": self.fullest,
            "fullest_units_covered": self.fullest_covered,
            "fewest_incidents_of_a_hot_unit": self.smallest_unit,
            "largest": self.largest,
            "strands": release.analyses.iter().map(|a| json!({
                "strand": a.strand.map_or("all", |s| s.id()),
                "n": a.n,
                "hotspots": (a.verdict == Verdict::Analysed).then_some(a.hotspots.len()),
                "evidence": Evidence::ALL.iter().map(|w| w.id()).zip(words(a)).collect::<BTreeMap<_, _>>(),
            })).collect::<Vec<_>>(),
        })
    }
}
