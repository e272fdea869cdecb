//! Rates of counts.

use super::answer::Answer;
use super::computed;
use super::table::Table;
use crate::args::stats::rate::{
    DisplacementArgs, EmpiricalBayesArgs, FunnelArgs, LocationQuotientArgs, NausArgs, PoissonLimitsArgs, ProportionLimitsArgs,
    RateRatioArgs, Rolling12Args, ShareGapsArgs, ShrinkArgs,
};
use crate::failure::{Done, Failure};
use hotspot_core::local::standardized_rate::empirical_bayes_index;
use hotspot_core::rate::displacement::{BeforeAfter, DisplacementCounts, DisplacementWeights};
use hotspot_core::rate::e_test::e_test;
use hotspot_core::rate::empirical_bayes::fit_moments;
use hotspot_core::rate::funnel::{FunnelParams, FunnelUnit, INNER, OUTER, Target, funnel as funnel_of};
use hotspot_core::rate::location_quotient::{Part, location_quotient as quotient};
use hotspot_core::rate::naus::naus as moving_window;
use hotspot_core::rate::poisson::{PoissonMethod, Rate, poisson_tails, rate as rate_of};
use hotspot_core::rate::rank::{RankParams, rank_intervals};
use hotspot_core::rate::ratio::{Exposed, rate_ratio as ratio_of, rolling_change};
use hotspot_core::rate::{
    GammaPosterior, GammaPrior, clopper_pearson_limits, fit_gamma_poisson, share_gaps as gaps_of_shares, weighted_displacement,
    wilson_limits,
};
use std::collections::HashMap;

fn side(limits: &[[f64; 2]], i: usize) -> Vec<f64> {
    limits.iter().map(|l| l[i]).collect()
}

/// `hotspot stats poisson-limits`
pub fn poisson_limits(args: &PoissonLimitsArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let counts = table.counts("count")?;
    let limits =
        |method: PoissonMethod| -> Vec<[f64; 2]> { counts.iter().map(|c| method.limits(u64::from(*c), args.level)).collect() };
    let [exact, byar, phe] = PoissonMethod::ALL.map(limits);
    let mut answer = Answer::new("poisson-limits")
        .fact("level", args.level)
        .column("id", table.texts("id")?)
        .column("count", counts.clone())
        .column("exact_lo", side(&exact, 0))
        .column("exact_hi", side(&exact, 1))
        .column("byar_lo", side(&byar, 0))
        .column("byar_hi", side(&byar, 1))
        .column("phe_lo", side(&phe, 0))
        .column("phe_hi", side(&phe, 1));
    if table.has("population") {
        let rate = |(count, population): (&u32, f64)| {
            let known = population > 0.0;
            known.then(|| rate_of(u64::from(*count), population, args.per, args.level, args.method)).transpose()
        };
        let rates: Vec<Option<Rate>> = computed(counts.iter().zip(table.not_negative("population")?).map(rate).collect())?;
        let all = |of: fn(&Rate) -> f64| -> Vec<Option<f64>> { rates.iter().map(|r| r.as_ref().map(of)).collect() };
        answer = answer
            .fact("rate_per", args.per)
            .fact("rate_limits", args.method.id())
            .column("rate", all(|r| r.value))
            .column("rate_lo", all(|r| r.lower))
            .column("rate_hi", all(|r| r.upper));
    }
    if table.has("expected") {
        let expected = table.not_negative("expected")?;
        let tails: Vec<[f64; 2]> = counts.iter().zip(&expected).map(|(c, e)| poisson_tails(u64::from(*c), *e)).collect();
        answer = answer
            .fact("p", "p_less is P(X <= count), p_greater P(X >= count), of a Poisson variable with the mean in column expected")
            .column("p_less", side(&tails, 0))
            .column("p_greater", side(&tails, 1));
    }
    Ok(answer)
}

/// `hotspot stats proportion-limits`
pub fn proportion_limits(args: &ProportionLimitsArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (successes, trials) = (table.counts("successes")?, table.counts("trials")?);
    for (row, (s, n)) in successes.iter().zip(&trials).enumerate() {
        if s > n {
            return Err(Failure::failed(table.refused(row, "successes", "more successes than trials")));
        }
    }
    let pairs = || successes.iter().zip(&trials);
    let wilson: Vec<[f64; 2]> = pairs().map(|(s, n)| wilson_limits(f64::from(*s), f64::from(*n), args.level)).collect();
    let exact: Vec<[f64; 2]> = pairs().map(|(s, n)| clopper_pearson_limits(u64::from(*s), u64::from(*n), args.level)).collect();
    let proportion: Vec<Option<f64>> = pairs().map(|(s, n)| (*n > 0).then(|| f64::from(*s) / f64::from(*n))).collect();
    Ok(Answer::new("proportion-limits")
        .fact("level", args.level)
        .column("id", table.texts("id")?)
        .column("proportion", proportion)
        .column("wilson_lo", side(&wilson, 0))
        .column("wilson_hi", side(&wilson, 1))
        .column("exact_lo", side(&exact, 0))
        .column("exact_hi", side(&exact, 1))
        .column("successes", successes)
        .column("trials", trials))
}

/// `hotspot stats rate-ratio`
pub fn rate_ratio(args: &RateRatioArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let exposed = |count: &str, exposure: &str| -> Done<Vec<Exposed>> {
        let counts = table.counts(count)?;
        let exposures = if table.has(exposure) { table.positive(exposure)? } else { vec![1.0; counts.len()] };
        Ok(counts.iter().zip(exposures).map(|(n, exposure)| Exposed { count: u64::from(*n), exposure }).collect())
    };
    let pairs: Vec<(Exposed, Exposed)> = exposed("count", "exposure")?.into_iter().zip(exposed("base", "base_exposure")?).collect();
    let ratios = computed(pairs.iter().map(|(a, b)| ratio_of(*a, *b, args.level, args.method)).collect::<Result<Vec<_>, _>>())?;
    let tests =
        computed(pairs.iter().map(|(a, b)| e_test(*a, *b, args.variance, args.alternative)).collect::<Result<Vec<_>, _>>())?;
    Ok(Answer::new("rate-ratio")
        .fact("level", args.level)
        .fact("limits", args.method.id())
        .fact("e_test", format!("{} variance, {}", args.variance.id(), args.alternative.id()))
        .column("id", table.texts("id")?)
        .column("ratio", ratios.iter().map(|r| r.ratio).collect::<Vec<_>>())
        .column("ratio_lo", ratios.iter().map(|r| r.lower).collect::<Vec<_>>())
        .column("ratio_hi", ratios.iter().map(|r| r.upper).collect::<Vec<_>>())
        .column("p", ratios.iter().map(|r| r.p).collect::<Vec<_>>())
        .column("difference", tests.iter().map(|t| t.difference).collect::<Vec<_>>())
        .column("p_e_test", tests.iter().map(|t| t.p).collect::<Vec<_>>()))
}

/// `hotspot stats rolling12`
pub fn rolling_12(args: &Rolling12Args) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (current, base) = (table.counts("current")?, table.counts("base")?);
    let changes = computed(
        current
            .iter()
            .zip(&base)
            .map(|(c, b)| rolling_change(u64::from(*c), u64::from(*b), args.level))
            .collect::<Result<Vec<_>, _>>(),
    )?;
    // A percentage of a small base misleads: the limits stay, the change is left blank.
    let change = |c: &hotspot_core::rate::ratio::RollingChange| c.change.filter(|_| !c.small_base);
    Ok(Answer::new("rolling12")
        .fact("level", args.level)
        .fact("small_base", "the change is left blank on a base under 30")
        .column("id", table.texts("id")?)
        .column("current", current)
        .column("base", base)
        .column("change", changes.iter().map(change).collect::<Vec<_>>())
        .column("change_lo", changes.iter().map(|c| c.lower).collect::<Vec<_>>())
        .column("change_hi", changes.iter().map(|c| c.upper).collect::<Vec<_>>())
        .column("p", changes.iter().map(|c| c.p).collect::<Vec<_>>()))
}

/// `hotspot stats shrink`
pub fn shrink(args: &ShrinkArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (counts, expected) = (table.counts("count")?, table.not_negative("expected")?);
    let prior = match args.prior.as_deref() {
        Some([shape, rate]) => GammaPrior { shape: *shape, rate: *rate },
        _ => computed(fit_gamma_poisson(&counts, &expected))?,
    };
    let of_units: Vec<_> = counts.iter().zip(&expected).map(|(c, e)| prior.posterior(*c, *e)).collect();
    let units =
        Shrunk { ids: table.texts("id")?, counts: counts.iter().map(|c| i64::from(*c)).collect(), expected, posteriors: of_units };
    let rows = match &args.group {
        Some(column) => units.grouped(table.texts(column)?)?,
        None => units,
    };
    let ratio: Vec<_> = rows.counts.iter().zip(&rows.expected).map(|(c, e)| (*e > 0.0).then(|| *c as f64 / e)).collect();
    let intervals: Vec<_> = rows.posteriors.iter().map(|p| p.interval(args.level)).collect();
    let params = RankParams { replicates: args.replicates, seed: args.seed, level: args.level, top_share: args.top_share };
    let ranks = computed(rank_intervals(&rows.posteriors, &params))?;
    Ok(Answer::new("shrink")
        .fact("prior_shape", prior.shape)
        .fact("prior_rate", prior.rate)
        .fact("level", args.level)
        .fact("threshold", args.threshold)
        .fact("top", ranks.top)
        .fact("ranks", format!("1 is the highest rate; {} draws, seed {}", args.replicates, args.seed))
        .column("id", rows.ids)
        .column("count", rows.counts)
        .column("expected", rows.expected)
        .column("ratio", ratio)
        .column("shrunk", rows.posteriors.iter().map(GammaPosterior::mean).collect::<Vec<_>>())
        .column("shrunk_lo", intervals.iter().map(|i| i.lo).collect::<Vec<_>>())
        .column("shrunk_hi", intervals.iter().map(|i| i.hi).collect::<Vec<_>>())
        .column("exceedance", rows.posteriors.iter().map(|p| p.exceedance(args.threshold)).collect::<Vec<_>>())
        .column("rank", ranks.mean)
        .column("rank_lo", ranks.lower)
        .column("rank_hi", ranks.upper)
        .column("in_top", ranks.in_top))
}

/// Units, or groups of them, with their posteriors.
struct Shrunk {
    ids: Vec<String>,
    counts: Vec<i64>,
    expected: Vec<f64>,
    posteriors: Vec<GammaPosterior>,
}

impl Shrunk {
    /// The groups in the order of their first unit.
    fn grouped(&self, groups: Vec<String>) -> Done<Self> {
        let mut ids: Vec<String> = Vec::new();
        let mut members: Vec<Vec<usize>> = Vec::new();
        let mut place: HashMap<String, usize> = HashMap::new();
        for (unit, group) in groups.into_iter().enumerate() {
            let at = *place.entry(group.clone()).or_insert(ids.len());
            if at == ids.len() {
                ids.push(group);
                members.push(Vec::new());
            }
            members[at].push(unit);
        }
        let posterior = |units: &Vec<usize>| {
            let weighted: Vec<_> = units.iter().map(|u| (self.expected[*u], self.posteriors[*u])).collect();
            GammaPosterior::weighted_mean(&weighted).ok_or_else(|| Failure::data("nothing is expected in any unit of a group"))
        };
        Ok(Self {
            ids,
            counts: members.iter().map(|units| units.iter().map(|u| self.counts[*u]).sum()).collect(),
            expected: members.iter().map(|units| units.iter().map(|u| self.expected[*u]).sum()).collect(),
            posteriors: members.iter().map(posterior).collect::<Done<_>>()?,
        })
    }
}

/// `hotspot stats empirical-bayes`
pub fn empirical_bayes(args: &EmpiricalBayesArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (counts, population) = (table.counts("count")?, table.not_negative("population")?);
    let prior = computed(fit_moments(&counts, &population))?;
    let pairs = || counts.iter().zip(&population);
    // A unit without population has no rate to standardise.
    let (events, persons): (Vec<u32>, Vec<f64>) = pairs().filter(|(_, p)| **p > 0.0).map(|(c, p)| (*c, *p)).unzip();
    let mut z = computed(empirical_bayes_index(&events, &persons))?.z.into_iter();
    let standardized: Vec<Option<f64>> = population.iter().map(|p| if *p > 0.0 { z.next() } else { None }).collect();
    Ok(Answer::new("empirical-bayes")
        .fact("mean", prior.mean)
        .fact("between", prior.between)
        .fact("between_unclamped", prior.between_raw)
        .fact("rate_per", args.per)
        .column("id", table.texts("id")?)
        .column("rate", pairs().map(|(c, p)| (*p > 0.0).then(|| f64::from(*c) / p * args.per)).collect::<Vec<_>>())
        .column("weight", pairs().map(|(_, p)| prior.weight(*p)).collect::<Vec<_>>())
        .column("smoothed", pairs().map(|(c, p)| prior.estimate(*c, *p) * args.per).collect::<Vec<_>>())
        .column("standardised", standardized))
}

/// `hotspot stats funnel`
pub fn funnel(args: &FunnelArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let params = FunnelParams {
        target: args.target.map_or(Target::Overall, Target::Fixed),
        dispersion: args.dispersion,
        transform: args.transform,
        winsorise: args.winsorise,
    };
    let (counts, expected) = (table.counts("count")?, table.not_negative("expected")?);
    let made = computed(funnel_of(&counts, &expected, &params))?;
    let all = |of: &dyn Fn(&FunnelUnit) -> Option<f64>| -> Vec<Option<f64>> {
        made.units.iter().map(|unit| unit.as_ref().and_then(of)).collect()
    };
    let answer = Answer::new("funnel")
        .fact("target", made.target)
        .fact("dispersion", args.dispersion.id())
        .fact("phi", made.phi)
        .fact("tau2", made.tau2)
        .fact("limits", "95 % (lo95, hi95) and 99.8 % (lo998, hi998)");
    if let Some(points) = args.curve {
        let positive = || expected.iter().copied().filter(|e| *e > 0.0);
        let (least, most) = (positive().fold(f64::INFINITY, f64::min), positive().fold(0.0, f64::max));
        let at: Vec<f64> = (0..points).map(|i| least * (most / least).powf(f64::from(i) / f64::from(points - 1))).collect();
        let [inner, outer] = [INNER, OUTER].map(|level| at.iter().map(|e| made.limits_at(*e, level)).collect::<Vec<_>>());
        return Ok(answer
            .column("expected", at)
            .column("lo95", side(&inner, 0))
            .column("hi95", side(&inner, 1))
            .column("lo998", side(&outer, 0))
            .column("hi998", side(&outer, 1)));
    }
    Ok(answer
        .column("id", table.texts("id")?)
        .column("ratio", all(&|u| Some(u.ratio)))
        .column("z", all(&|u| u.z))
        .column("p", all(&|u| Some(u.p)))
        .column("lo95", all(&|u| Some(u.inner[0])))
        .column("hi95", all(&|u| Some(u.inner[1])))
        .column("lo998", all(&|u| Some(u.outer[0])))
        .column("hi998", all(&|u| Some(u.outer[1])))
        .column(
            "position",
            made.units.iter().map(|u| u.as_ref().map_or_else(String::new, |u| u.position.id().to_owned())).collect::<Vec<_>>(),
        ))
}

/// `hotspot stats location-quotient`
pub fn location_quotient(args: &LocationQuotientArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (counts, of) = (table.counts("count")?, table.not_negative("of")?);
    let whole = Part { count: counts.iter().map(|c| u64::from(*c)).sum(), of: of.iter().sum() };
    let parts = counts.iter().zip(&of).map(|(count, of)| quotient(Part { count: u64::from(*count), of: *of }, whole, args.level));
    let found = computed(parts.collect::<Result<Vec<_>, _>>())?;
    Ok(Answer::new("location-quotient")
        .fact("level", args.level)
        .fact("cannot_tell", "too few expected: the quotient is left blank")
        .column("id", table.texts("id")?)
        .column("quotient", found.iter().map(|q| q.quotient.filter(|_| !q.cannot_tell)).collect::<Vec<_>>())
        .column("quotient_lo", found.iter().map(|q| q.lower).collect::<Vec<_>>())
        .column("quotient_hi", found.iter().map(|q| q.upper).collect::<Vec<_>>())
        .column("expected", found.iter().map(|q| q.expected).collect::<Vec<_>>())
        .column("p", found.iter().map(|q| q.p).collect::<Vec<_>>()))
}

/// `hotspot stats share-gaps`
pub fn share_gaps(args: &ShareGapsArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (resource, need) = (table.numbers("resource")?, table.numbers("need")?);
    let gaps = computed(gaps_of_shares(&resource, &need))?;
    let shares = |values: &[f64]| -> Vec<f64> {
        let all: f64 = values.iter().sum();
        values.iter().map(|v| v / all).collect()
    };
    Ok(Answer::new("share-gaps")
        .fact("gap", "share of the resource less share of the need")
        .column("id", table.texts("id")?)
        .column("resource_share", shares(&resource))
        .column("need_share", shares(&need))
        .column("gap", gaps))
}

/// `hotspot stats displacement`
pub fn displacement(args: &DisplacementArgs) -> Done<Answer> {
    let pair = |values: Option<&[f64]>| match values {
        Some([before, after]) => BeforeAfter { before: *before, after: *after },
        _ => BeforeAfter::default(),
    };
    let counts = DisplacementCounts {
        treated: pair(Some(&args.treated)),
        control: pair(Some(&args.control)),
        displacement_treated: pair(args.displacement_treated.as_deref()),
        displacement_control: pair(args.displacement_control.as_deref()),
    };
    let mut weights = DisplacementWeights::default();
    if args.periods.is_some() {
        weights.periods = pair(args.periods.as_deref());
    }
    if let Some([treated, control, around_treated, around_control]) = args.areas.as_deref() {
        weights.areas = [*treated, *control, *around_treated, *around_control];
    }
    let found = computed(weighted_displacement(&counts, &weights, args.level))?;
    Ok(Answer::new("displacement")
        .fact("level", args.level)
        .column("local", vec![found.local.estimate])
        .column("displaced", vec![found.displaced.estimate])
        .column("total", vec![found.total.estimate])
        .column("variance", vec![found.total.standard_error.powi(2)])
        .column("z", vec![found.z])
        .column("p", vec![found.p])
        .column("total_lo", vec![found.lower])
        .column("total_hi", vec![found.upper]))
}

/// `hotspot stats naus`
pub fn naus(args: &NausArgs) -> Done<Answer> {
    let p = computed(moving_window(args.windows, args.mean, args.count))?;
    Ok(Answer::new("naus").fact("windows", args.windows).fact("mean", args.mean).fact("count", args.count).column("p", vec![p]))
}
