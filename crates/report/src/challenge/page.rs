//! The evidence as a page: a letter where it is about a borough, what is said, tables and charts.

use super::charts::{Drawn, outside};
use super::tables::used;
use super::words::{self, kind_words, level_words, need_words, percent};
use super::{Evidence, EvidenceError, MANIFEST, in_order};
use crate::chart::number;
use hotspot_core::atlas::Borough;
use hotspot_core::disclosure::signs::ESTIMATED_WORDS;
use hotspot_core::resource::challenge::{Challenge, ChallengeInput, KindAnswer, Target};
use hotspot_core::resource::effect::{Effect, NO_CAUSE};
use hotspot_core::resource::gap::{Gap, Verdict};
use minijinja::{Environment, Value, context};

/// Places in the table of the letter, and questions: more would leave the page.
const LETTER_PLACES: usize = 8;
const LETTER_QUESTIONS: usize = 5;

/// A number with its interval.
fn limits(mean: f64, lo: f64, hi: f64, decimals: usize) -> String {
    format!("{} ({} to {})", number(mean, decimals), number(lo, decimals), number(hi, decimals))
}

/// A probability from draws.
fn probability(p: f64) -> String {
    match p {
        p if p > 0.999 => "above 0.999".to_owned(),
        p if p < 0.001 => "below 0.001".to_owned(),
        p => format!("{p:.3}"),
    }
}

/// What is said of a place, and where it stands among those most like it.
fn with_similar(input: &ChallengeInput<'_>, answer: &Challenge, kind: &KindAnswer, at: usize) -> String {
    let said = words::sentence(input, answer, kind, at);
    words::similar(answer, kind, at).map_or_else(|| said.clone(), |similar| format!("{said} {similar}"))
}

/// A place beside those most like it.
pub fn beside_similar(answer: &Challenge, kind: &KindAnswer, at: usize) -> Option<Value> {
    let group = kind.similar[at].as_ref()?;
    let others: Vec<&str> = group.others.iter().map(|other| answer.places[*other].name.as_str()).collect();
    Some(context! {
        name => &answer.places[at].name,
        own => words::rate(group.per_incident),
        median => words::rate(group.median),
        range => format!("{} to {}", words::rate(group.range[0]), words::rate(group.range[1])),
        standing => group.standing(),
        others => others.join("; "),
    })
}

fn drawn(chart: &Drawn) -> Value {
    context! { title => &chart.title, svg => &chart.on_page, head => &chart.table.head, rows => &chart.table.rows }
}

impl Evidence<'_> {
    /// A page that needs nothing else: styles and pictures are in it, and no script.
    pub(super) fn page(&self) -> Result<String, EvidenceError> {
        let input = &self.input;
        let subjects = self.subjects();
        let kinds: Vec<Value> = (0..self.answer.kinds.len()).map(|row| self.kind(row, &subjects)).collect::<Result<_, _>>()?;
        let about = self.borough.map_or_else(String::new, |b| format!(" in {}", b.name));
        let [_, several] = level_words(self.answer.level);
        let files = [Some(self.resources), self.harm(), self.areas.map(|areas| areas.file), self.people, self.stops];
        let files = files.into_iter().flatten().chain(self.other_harm());
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
        environment.add_template("page", include_str!("page.html"))?;
        Ok(environment.get_template("page")?.render(context! {
            title => format!("Resources and need: {several}{about}"),
            marking => self.marking(),
            release => &input.release.id,
            known_on => input.release.as_known_on.to_string(),
            class => input.release.class.id(),
            asked => words::asked(input, self.answer),
            scope => self.borough.map(|b| format!("Tables and questions on this page are about the places of {}; charts and files hold all.", b.name)),
            letter => self.letter(&subjects),
            need => need_words(input),
            kinds,
            reconciled => words::reconciled(self.answer),
            cautions => input.published.is_none().then(|| input.release.cautions()),
            estimated => ESTIMATED_WORDS,
            unanswered => self.answer.unanswered.iter().map(|(kind, why)| format!("{}: {why}.", words::capital(&kind_words(kind)))).collect::<Vec<_>>(),
            effects => words::effects(self.answer, |e| self.borough.is_none_or(|b| self.concerns(e, b))),
            no_cause => NO_CAUSE,
            questions => words::STANDING_QUESTIONS,
            limits => words::LIMITS,
            method => words::method(input).into_iter().map(|(heading, text)| context! { heading, text }).collect::<Vec<_>>(),
            policy => &input.policy.version,
            bar => format!("{:.0}", 100.0 * (1.0 - input.policy.delta)),
            rows_used => used(input, self.answer).len(),
            rows_supplied => input.resources.len(),
            inputs => files.map(|f| context! { name => f.name, sha256 => f.sha256 }).collect::<Vec<_>>(),
            manifest => MANIFEST,
            command => self.command(),
            version => env!("CARGO_PKG_VERSION"),
        })?)
    }

    /// Whether a change is at a place of a borough, at the borough itself, or at its command unit.
    fn concerns(&self, effect: &Effect, borough: &Borough) -> bool {
        match &effect.change.target {
            Target::Hotspot(id) => self.answer.places.iter().any(|p| p.id == *id && p.borough.as_deref() == Some(&borough.code)),
            Target::Area(code) => *code == borough.code,
            Target::CommandUnit(name) => borough.bcu.as_deref() == Some(name),
            Target::Point { .. } | Target::Everywhere => false,
        }
    }

    /// The section of a kind.
    fn kind(&self, row: usize, subjects: &[usize]) -> Result<Value, EvidenceError> {
        let (input, answer) = (&self.input, self.answer);
        let kind = &answer.kinds[row];
        let charts = self.charts(row)?;
        let of: Vec<(usize, &Gap)> = in_order(kind).into_iter().filter(|(at, _)| subjects.contains(at)).collect();
        // What can be said first, with the largest shortfall first.
        let said = |wanted: &dyn Fn(&Gap) -> bool| -> Vec<String> {
            of.iter().filter(|(_, g)| wanted(g)).map(|(at, _)| with_similar(input, answer, kind, *at)).collect()
        };
        let told = |g: &Gap| g.verdict == Verdict::NotQuestioned && (g.gap.hi < 0.0 || g.gap.lo > 0.0);
        let places: Vec<Value> = of
            .iter()
            .map(|(at, gap)| {
                let (held, settings) = kind.held(*at);
                let [need, lo, hi] = [gap.need_share.mean, gap.need_share.lo, gap.need_share.hi].map(|v| 100.0 * v);
                context! {
                    name => &answer.places[*at].name,
                    id => &answer.places[*at].id,
                    incidents => words::told(answer.told[*at]),
                    expected => number(answer.needs[*at].expected.mean(), 1),
                    amount => number(kind.shares.amount[*at], 1),
                    spread => number(kind.shares.apportioned[*at], 1),
                    given => number(100.0 * gap.resource_share, 2),
                    need => limits(need, lo, hi, 2),
                    gap => limits(100.0 * gap.gap.mean, 100.0 * gap.gap.lo, 100.0 * gap.gap.hi, 2),
                    p => probability(gap.p_under),
                    rank => format!("{} ({} to {})", gap.rank, gap.ranks[0], gap.ranks[1]),
                    verdict => gap.verdict.to_string(),
                    held => format!("{held} of {settings}"),
                }
            })
            .collect();
        let similar: Vec<Value> = of.iter().filter_map(|(at, _)| beside_similar(answer, kind, *at)).collect();
        let planned = kind.planned.as_ref().map(|planned| {
            let rows = of.iter().map(|(at, _)| {
                let (meant, got) = (planned.amount[*at], kind.shares.amount[*at]);
                context! {
                    name => &answer.places[*at].name,
                    planned => number(meant, 1),
                    delivered => number(got, 1),
                    difference => format!("{}{}", if got > meant { "+" } else { "" }, number(got - meant, 1)),
                    part => if meant > 0.0 { number(100.0 * got / meant, 0) } else { "[z]".to_owned() },
                }
            });
            let (meant, got): (f64, f64) = (planned.amount.iter().sum(), kind.shares.amount.iter().sum());
            let all = if meant > 0.0 { format!(", {} of it", percent(got / meant)) } else { String::new() };
            context! {
                rows => rows.collect::<Vec<_>>(),
                all => format!("All places: {} {} planned, {} delivered{all}.", number(meant, 1), kind.unit, number(got, 1)),
            }
        });
        Ok(context! {
            name => words::capital(&kind_words(&kind.kind)),
            unit => &kind.unit,
            status => kind.status.id(),
            overall => words::overall(input, kind),
            questioned => said(&|g| g.verdict == Verdict::Questioned),
            told => said(&told),
            untold => of.iter().filter(|(_, g)| g.verdict == Verdict::NotQuestioned && !told(g)).map(|(at, _)| answer.places[*at].name.clone()).collect::<Vec<_>>(),
            cannot => of.iter().filter(|(_, g)| g.verdict == Verdict::CannotTell).map(|(at, _)| answer.places[*at].name.clone()).collect::<Vec<_>>(),
            places,
            similar,
            similar_rule => answer.similar_rule,
            scatter => charts.scatter.as_ref().map(drawn),
            funnel => charts.funnel.as_ref().map(drawn),
            outside => outside(kind),
            curve => drawn(&charts.curve),
            settings => settings(kind, subjects),
            tornadoes => self.tornadoes(row)?.iter().map(drawn).collect::<Vec<_>>(),
            planned,
            sources => &kind.sources,
            cover => words::cover(input.policy, kind).context(),
        })
    }

    /// What goes to who answers for the borough, on one page.
    fn letter(&self, subjects: &[usize]) -> Option<Value> {
        let borough = self.borough?;
        let (input, answer) = (&self.input, self.answer);
        let [one, several] = level_words(answer.level);
        let window = answer.window;
        let of = |verdict: Verdict| -> Vec<(usize, usize)> {
            let rows = answer.kinds.iter().enumerate();
            rows.flat_map(|(k, kind)| in_order(kind).into_iter().filter(|(_, g)| g.verdict == verdict).map(move |(at, _)| (k, at)))
                .filter(|(_, at)| subjects.contains(at))
                .collect()
        };
        let questioned = of(Verdict::Questioned);
        let cannot: std::collections::BTreeSet<usize> = of(Verdict::CannotTell).into_iter().map(|(_, at)| at).collect();
        // Those questioned first, then by need.
        let mut order = subjects.to_vec();
        let need = |at: usize| answer.needs[at].expected.mean();
        order.sort_by(|a, b| {
            let asked = |at: usize| questioned.iter().any(|(_, q)| *q == at);
            asked(*b).cmp(&asked(*a)).then(need(*b).total_cmp(&need(*a)))
        });
        let share = answer.kinds.first().map(|kind| subjects.iter().map(|at| kind.gaps[*at].need_share.mean).sum::<f64>());
        let rows: Vec<Value> = order
            .iter()
            .take(LETTER_PLACES)
            .map(|at| {
                let gap = &answer.kinds[0].gaps[*at];
                let shares = answer.kinds.iter().map(|kind| {
                    let gap = &kind.gaps[*at];
                    let mark = if gap.verdict == Verdict::Questioned { ", questioned" } else { "" };
                    format!("{}{mark}", percent(gap.resource_share))
                });
                context! {
                    name => &answer.places[*at].name,
                    incidents => words::told(answer.told[*at]),
                    need => format!("{} ({} to {})", percent(gap.need_share.mean), percent(gap.need_share.lo), percent(gap.need_share.hi)),
                    shares => shares.collect::<Vec<_>>(),
                }
            })
            .collect();
        let verdict = match questioned.len() {
            0 => format!(
                "Nothing is questioned for any {one} of {}. That does not show that each gets its share: it is a careful test.",
                borough.name
            ),
            n => {
                let most = questioned.iter().map(|(k, at)| answer.kinds[*k].gaps[*at].p_under).fold(1.0, f64::min);
                format!(
                    "Questioned {}: {}. {} {} that the share is less than {:.0} % of what would follow the need.",
                    if n == 1 { "is one share".to_owned() } else { format!("are {n} shares") },
                    questioned
                        .iter()
                        .take(LETTER_QUESTIONS)
                        .map(|(k, at)| {
                            let (held, settings) = answer.kinds[*k].held(*at);
                            format!(
                                "{} of {} (the same in {held} of {settings} settings)",
                                kind_words(&answer.kinds[*k].kind),
                                answer.places[*at].name
                            )
                        })
                        .collect::<Vec<_>>()
                        .join("; ")
                        + if n > LETTER_QUESTIONS { "; the others follow on the next pages" } else { "" },
                    if n == 1 { "It is" } else { "Even of the least sure of them it is" },
                    words::likely(most),
                    100.0 * (1.0 - input.policy.delta)
                )
            }
        };
        let mut questions: Vec<String> = questioned
            .iter()
            .take(LETTER_QUESTIONS)
            .filter_map(|(k, at)| words::question(input, answer, &answer.kinds[*k], *at))
            .collect();
        questions.extend(words::STANDING_QUESTIONS.map(str::to_owned));
        let kinds: Vec<String> = answer.kinds.iter().map(|k| format!("{} {}", kind_words(&k.kind), k.status.id())).collect();
        Some(context! {
            title => format!("Questions about resources in {}", borough.name),
            date => input.release.as_known_on.strftime("%-d %B %Y").to_string(),
            to => borough.bcu.as_ref().map_or_else(|| borough.name.clone(), |b| format!("{b} Command Unit, Metropolitan Police Service")),
            opening => format!(
                "We set {} on {} beside the {} of the next {} months at the {} {} of {}. What is expected comes from {} of {} to {}. \
                 {}Shares are of all of the scope.",
                list(&kinds),
                input.on.strftime("%-d %B %Y"),
                need_words(input),
                input.months,
                number(subjects.len() as f64, 0),
                if subjects.len() == 1 { one } else { several },
                borough.name,
                words::records_words(input),
                window.from().in_words(),
                window.to().in_words(),
                match (share, subjects.len()) {
                    (Some(share), 2..) => format!("Together they have {} of it. ", percent(share)),
                    _ => String::new(),
                }
            ),
            kinds => answer.kinds.iter().map(|k| words::capital(&kind_words(&k.kind))).collect::<Vec<_>>(),
            rows,
            more => order.len().saturating_sub(LETTER_PLACES),
            verdict,
            cannot => (!cannot.is_empty()).then(|| format!(
                "Of {} it cannot be told: too few incidents are expected.",
                if cannot.len() == 1 { format!("one {one}") } else { format!("{} {several}", cannot.len()) }
            )),
            limits => [words::LIMITS[0], words::LIMITS[1], words::LIMITS[2], words::LIMITS[4]],
            questions,
        })
    }
}

/// `a, b and c`.
fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What the list of those questioned becomes under each setting.
fn settings(kind: &KindAnswer, subjects: &[usize]) -> Vec<Value> {
    let questioned = |at: &usize| kind.gaps[*at].verdict == Verdict::Questioned;
    kind.settings
        .iter()
        .map(|asked| {
            let counted = asked.gaps.as_ref().map(|gaps| {
                let then = |at: &usize| gaps[*at].verdict == Verdict::Questioned;
                let count = |holds: &dyn Fn(&usize) -> bool| number(subjects.iter().filter(|at| holds(at)).count() as f64, 0);
                [
                    count(&then),
                    count(&|at| questioned(at) && then(at)),
                    count(&|at| questioned(at) && !then(at)),
                    count(&|at| !questioned(at) && then(at)),
                ]
            });
            let [all, still, lost, new] = counted.unwrap_or_else(|| ["[x]"; 4].map(str::to_owned));
            context! { name => asked.label.clone(), all, still, lost, new }
        })
        .collect()
}
