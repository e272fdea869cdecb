//! `hotspot challenge`, and what is asked of the same release and table by `hotspot what-if` and `hotspot sites`.

pub mod sites;
pub mod what_if;

use crate::args::challenge::{AskedArgs, ChallengeArgs};
use crate::commands::{apart, last_part, note, say, write_whole};
use crate::failure::{Done, Failure};
use crate::progress;
use hotspot_core::Error as CoreError;
use hotspot_core::Strand;
use hotspot_core::areas::AreaLayer;
use hotspot_core::disclosure::protected::ProtectedRelease;
use hotspot_core::disclosure::published::{Ground, Published};
use hotspot_core::release::Release;
use hotspot_core::resource::challenge::{CAVEAT, Challenge, ChallengeInput, HarmWeights, challenge};
use hotspot_core::resource::fairness::{ECOLOGICAL, People, Stops};
use hotspot_core::resource::gap::{ChallengePolicy, GapParams, Verdict};
use hotspot_core::view::ChallengeView;
use hotspot_pipeline::areas::parse_areas;
use hotspot_pipeline::people::{Supplied, read_people, read_stops};
use hotspot_pipeline::protected::read_protected;
use hotspot_pipeline::release::read_release;
use hotspot_pipeline::resources::{ResourceFile, read_harm, read_resources};
use hotspot_pipeline::summary::Given;
use hotspot_report::challenge::{AreaFile, Evidence, InputFile, borough_named, in_order, words};
use hotspot_server::challenge_json;
use std::path::Path;

/// A layer of areas, and the file that it is from.
struct Areas {
    layer: AreaLayer,
    given: Given,
}

impl Areas {
    fn read(args: &AskedArgs) -> Done<Option<Self>> {
        let Some(path) = &args.areas else { return Ok(None) };
        Ok(Some(Self { layer: parse_areas(path, args.area_code.as_deref())?, given: Given::of(path)? }))
    }
}

/// A release, a table of resources, and what is asked of them.
struct Question<'a> {
    args: &'a AskedArgs,
    release: Release,
    /// What is asked instead of the release.
    published: Option<Published>,
    file: ResourceFile,
    harm: Option<HarmWeights>,
    other_harm: Vec<HarmWeights>,
    areas: Option<Areas>,
    people: Option<Supplied<People>>,
    stops: Option<Supplied<Stops>>,
    policy: ChallengePolicy,
}

impl<'a> Question<'a> {
    fn read(args: &'a AskedArgs) -> Done<Self> {
        let shown = args.protected.as_deref().map(|folder| newest(folder, args.release.as_deref())).transpose()?;
        let id = shown.as_ref().map(|shown| shown.release.as_str()).or(args.release.as_deref());
        let release = read_release(&args.releases, id)?;
        let published = shown.as_ref().map(|shown| Published::of(Ground::of(&release), shown, args.strand.0)).transpose()?;
        let mut file = read_resources(&args.resources)?;
        if let Some(published) = &published {
            file.resources = published.placed(&file.resources);
        }
        Ok(Self {
            args,
            release,
            published,
            file,
            harm: args.harm.as_deref().map(read_harm).transpose()?,
            other_harm: args.other_harm.iter().map(|path| read_harm(path)).collect::<Result<_, _>>()?,
            areas: Areas::read(args)?,
            people: None,
            stops: None,
            policy: ChallengePolicy::current(),
        })
    }

    fn input(&self) -> ChallengeInput<'_> {
        let plain = self.published.as_ref().map_or_else(
            || ChallengeInput::new(&self.release, &self.file.resources, &self.policy),
            |published| published.challenge(&self.file.resources, &self.policy),
        );
        ChallengeInput {
            areas: self.areas.as_ref().map(|a| &a.layer).or(plain.areas),
            on: self.args.on.unwrap_or(plain.on),
            level: self.args.level.into(),
            strand: self.args.strand.0,
            rule: self.args.apportion.into(),
            months: self.args.months,
            measure: self.args.need.into(),
            people: self.people.as_ref().map_or(&[], |file| &file.rows),
            stops: self.stops.as_ref().map_or(&[], |file| &file.rows),
            harm: self.harm.as_ref(),
            other_harm: &self.other_harm,
            params: GapParams { seed: self.args.seed, ..plain.params },
            ..plain
        }
    }

    /// A row that does not fit the release is named by its file.
    fn failed(&self, error: CoreError) -> Failure {
        match (error, &self.people, &self.stops) {
            (CoreError::Row { table: "people", row, rule }, Some(people), _) => people.refused(row, rule).into(),
            (CoreError::Row { table: "stops", row, rule }, _, Some(stops)) => stops.refused(row, rule).into(),
            (CoreError::Row { row, rule, .. }, _, _) => self.file.refused(row, rule).into(),
            (other, _, _) => other.into(),
        }
    }

    fn answer(&self) -> Done<Challenge> {
        let answer = challenge(&self.input()).map_err(|e| self.failed(e))?;
        for (kind, why) in &answer.unanswered {
            note(format_args!("{kind}: {why}"));
        }
        if answer.kinds.is_empty() {
            return Err(Failure::data("no kind of resource has an answer"));
        }
        Ok(answer)
    }
}

/// What is published in a folder, of this release.
fn newest(folder: &Path, id: Option<&str>) -> Done<ProtectedRelease> {
    let shown = read_protected(folder)?;
    let shown =
        shown.ok_or_else(|| Failure::data(format!("{}: nothing is protected here; hotspot protect does", folder.display())))?;
    let shown = shown.release;
    if id.is_some_and(|id| id != shown.release) {
        return Err(Failure::cannot(format!("--release must be the one protected last: {}", shown.release)));
    }
    Ok(shown)
}

/// Asks whether what is given follows what is needed.
pub fn run(args: &ChallengeArgs) -> Done {
    let inputs = [&args.asked.resources].into_iter().chain(&args.asked.harm).chain(&args.asked.other_harm).chain(&args.asked.areas);
    apart(&args.out, inputs.chain(&args.people).chain(&args.stops))?;
    let bar = progress::spinner("asking every place");
    let mut question = Question::read(&args.asked)?;
    question.people = args.people.as_deref().map(read_people).transpose()?;
    question.stops = args.stops.as_deref().map(read_stops).transpose()?;
    let answer = question.answer()?;
    bar.finish_and_clear();
    if let Some(out) = &args.out {
        write_pack(out, args, &question, &answer)?;
        // The archive itself is on stdout then.
        if out.as_os_str() == "-" {
            return Ok(());
        }
    }
    if args.json {
        return say(String::from_utf8_lossy(&challenge_json(&ChallengeView::answered(&question.input(), answer))));
    }
    if let Some(published) = &question.published {
        say(words::published(published.basis()))?;
    }
    print(&question.release, &answer, &question.policy)
}

/// Writes the evidence.
fn write_pack(out: &Path, args: &ChallengeArgs, question: &Question<'_>, answer: &Challenge) -> Done {
    let input = question.input();
    let of_name = |name: &str| borough_named(&input, name).map_err(|rule| Failure::cannot(format!("--borough must be {rule}")));
    let borough = args.borough.as_deref().map(of_name).transpose()?;
    let releases = last_part(&args.asked.releases);
    let protected = args.asked.protected.as_deref().map(last_part);
    let resources = &question.file;
    let evidence = Evidence {
        input,
        answer,
        borough,
        resources: InputFile { name: &resources.file, sha256: &resources.sha256 },
        areas: question.areas.as_ref().map(|areas| AreaFile {
            file: InputFile { name: &areas.given.name, sha256: &areas.given.sha256 },
            code: args.asked.area_code.as_deref(),
        }),
        people: question.people.as_ref().map(|file| InputFile { name: &file.file, sha256: &file.sha256 }),
        stops: question.stops.as_ref().map(|file| InputFile { name: &file.file, sha256: &file.sha256 }),
        releases: &releases,
        protected: protected.as_deref(),
    };
    if let (Some(borough), true) = (borough, evidence.subjects().is_empty()) {
        return Err(Failure::data(format!("no {} of the answer is in {}", input.level.id(), borough.name)));
    }
    let pack = evidence.pack()?;
    write_whole(out, |file| Ok(file.write_all(&pack)?))
}

fn print(release: &Release, answer: &Challenge, policy: &ChallengePolicy) -> Done {
    let what = answer.strand.map_or("all records", Strand::label);
    say(format_args!(
        "Release {}: {what}, {} of {}; shares of {} places",
        release.id,
        answer.measure.label(),
        answer.window,
        answer.places.len()
    ))?;
    for kind in &answer.kinds {
        let sum: f64 = kind.shares.amount.iter().sum();
        let apportioned: f64 = kind.shares.apportioned.iter().sum();
        let outside =
            if kind.shares.outside > 0.0 { format!(", {:.1} outside every place", kind.shares.outside) } else { String::new() };
        say(format_args!(
            "\n{}, {}: {sum:.1} {} ({:.0} % apportioned{outside}); {:.0} % would have to move for shares to agree, Gini {:.2}",
            kind.kind,
            kind.status.id(),
            kind.unit,
            100.0 * apportioned / sum,
            100.0 * kind.inequality.misplaced,
            kind.inequality.gini
        ))?;
        say(format_args!(
            "{:<22} {:<34} {:>9} {:>7} {:>7} {:>22} {:>6} {:>6}  {}",
            "identifier",
            "place",
            "incidents",
            "need %",
            "given %",
            "gap, points (95 %)",
            "P",
            "rank",
            "verdict; place among those most alike"
        ))?;
        for (place, gap) in in_order(kind) {
            let (held, of) = kind.held(place);
            let verdict = match gap.verdict {
                Verdict::CannotTell => gap.verdict.to_string(),
                verdict => format!("{verdict}; holds in {held} of {of} settings"),
            };
            let similar =
                kind.similar[place].as_ref().map_or_else(String::new, |s| format!("; {} for each incident", s.standing()));
            say(format_args!(
                "{:<22} {:<34} {:>9} {:>7.2} {:>7.2} {:>+6.2} ({:>+6.2}, {:>+6.2}) {:>6.3} {:>6}  {verdict}{similar}",
                clip(&answer.places[place].id, 22),
                clip(&answer.places[place].name, 34),
                answer.told[place].to_string(),
                100.0 * gap.need_share.mean,
                100.0 * gap.resource_share,
                100.0 * gap.gap.mean,
                100.0 * gap.gap.lo,
                100.0 * gap.gap.hi,
                gap.p_under,
                format!("{}-{}", gap.ranks[0], gap.ranks[1]),
            ))?;
        }
        let cover = words::cover(policy, kind);
        say(format_args!(
            "\nWho is covered by {}: share in places that are questioned; expected in short places; times that of all",
            kind.kind
        ))?;
        for [name, n, questioned, short, ratio, _, _] in cover.strands.iter().chain(&cover.groups).chain(&cover.residents) {
            say(format_args!("{:<44} {n:>11} {questioned:>9} {short:>26} {ratio:>22}", clip(name, 44)))?;
        }
        if !cover.stops.is_empty() {
            say("Stops for each 1,000 people of the group a year: in questioned places; elsewhere")?;
        }
        for [name, n, questioned, elsewhere] in &cover.stops {
            say(format_args!("{:<44} {n:>38} {questioned:>22} {elsewhere:>22}", clip(name, 44)))?;
        }
    }
    if let Some(said) = words::reconciled(answer) {
        say(format_args!("\n{said}"))?;
    }
    say(format_args!(
        "\nP: how likely the place gets less than {:.0} % of its share of the expected {}. Questioned: P at least {} and {} incidents expected \
         ({}).\n{CAVEAT}\n{ECOLOGICAL}",
        100.0 * (1.0 - policy.delta),
        answer.measure.label(),
        policy.probability,
        policy.minimum_expected,
        policy.version
    ))
}

fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}
