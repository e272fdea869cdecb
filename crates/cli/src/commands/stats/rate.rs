//! Rates of counts.

use super::answer::Answer;
use super::computed;
use super::table::Table;
use crate::args::stats::rate::{
    DisplacementArgs, EmpiricalBayesArgs, FunnelArgs, LocationQuotientArgs, NausArgs, PoissonLimitsArgs, ProportionLimitsArgs,
    RateRatioArgs, Rolling12Args, ShrinkArgs,
};
use crate::failure::{Done, Failure};
use hotspot_core::local::Alternative;
use hotspot_core::rate::displacement::{BeforeAfter, DisplacementCounts, DisplacementWeights};
use hotspot_core::rate::e_test::{Variance, e_test};
use hotspot_core::rate::empirical_bayes::fit_moments;
use hotspot_core::rate::funnel::{FunnelParams, FunnelUnit, Target, funnel as funnel_of};
use hotspot_core::rate::location_quotient::{Part, location_quotient as quotient};
use hotspot_core::rate::naus::naus as moving_window;
use hotspot_core::rate::rank::{RankParams, rank_intervals};
use hotspot_core::rate::ratio::{Exposed, rate_ratio as ratio_of, rolling_change};
use hotspot_core::rate::{
    GammaPosterior, GammaPrior, byar_limits, clopper_pearson_limits, exact_limits, fit_gamma_poisson, weighted_displacement,
    wilson_limits,
};

fn side(limits: &[[f64; 2]], i: usize) -> Vec<f64> {
    limits.iter().map(|l| l[i]).collect()
}

/// `hotspot stats poisson-limits`
pub fn poisson_limits(args: &PoissonLimitsArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let counts = table.counts("count")?;
    let limits =
        |limits: fn(u64, f64) -> [f64; 2]| -> Vec<[f64; 2]> { counts.iter().map(|c| limits(u64::from(*c), args.level)).collect() };
    let (exact, byar) = (limits(exact_limits), limits(byar_limits));
    let mut answer = Answer::new("poisson-limits")
        .fact("level", args.level)
        .column("id", table.texts("id")?)
        .column("count", counts.clone())
        .column("exact_lo", side(&exact, 0))
        .column("exact_hi", side(&exact, 1))
        .column("byar_lo", side(&byar, 0))
        .column("byar_hi", side(&byar, 1));
    if table.has("population") {
        let population = table.numbers("population")?;
        let rate = |of: &mut dyn Iterator<Item = f64>| -> Vec<Option<f64>> {
            of.zip(&population).map(|(v, p)| (*p > 0.0).then(|| v / p * args.per)).collect()
        };
        answer = answer
            .fact("rate_per", args.per)
            .column("rate", rate(&mut counts.iter().map(|c| f64::from(*c))))
            .column("rate_lo", rate(&mut exact.iter().map(|l| l[0])))
            .column("rate_hi", rate(&mut exact.iter().map(|l| l[1])));
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
        let exposures = if table.has(exposure) { table.numbers(exposure)? } else { vec![1.0; counts.len()] };
        Ok(counts.iter().zip(exposures).map(|(n, exposure)| Exposed { count: u64::from(*n), exposure }).collect())
    };
    let pairs: Vec<(Exposed, Exposed)> = exposed("count", "exposure")?.into_iter().zip(exposed("base", "base_exposure")?).collect();
    let ratios = computed(pairs.iter().map(|(a, b)| ratio_of(*a, *b, args.level, args.method)).collect::<Result<Vec<_>, _>>())?;
    let tests = computed(
        pairs.iter().map(|(a, b)| e_test(*a, *b, Variance::default(), Alternative::TwoSided)).collect::<Result<Vec<_>, _>>(),
    )?;
    Ok(Answer::new("rate-ratio")
        .fact("level", args.level)
        .fact("limits", args.method.id())
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
    let (counts, expected) = (table.counts("count")?, table.numbers("expected")?);
    let prior = match args.prior.as_deref() {
        Some([shape, rate]) => GammaPrior { shape: *shape, rate: *rate },
        _ => computed(fit_gamma_poisson(&counts, &expected))?,
    };
    let ratio: Vec<_> = counts.iter().zip(&expected).map(|(c, e)| (*e > 0.0).then(|| f64::from(*c) / e)).collect();
    let posteriors: Vec<_> = counts.iter().zip(&expected).map(|(c, e)| prior.posterior(*c, *e)).collect();
    let intervals: Vec<_> = posteriors.iter().map(|p| p.interval(args.level)).collect();
    let params = RankParams { replicates: args.replicates, seed: args.seed, level: args.level, ..RankParams::default() };
    let ranks = computed(rank_intervals(&posteriors, &params))?;
    Ok(Answer::new("shrink")
        .fact("prior_shape", prior.shape)
        .fact("prior_rate", prior.rate)
        .fact("level", args.level)
        .fact("threshold", args.threshold)
        .fact("top", ranks.top)
        .fact("ranks", format!("1 is the highest rate; {} draws, seed {}", args.replicates, args.seed))
        .column("id", table.texts("id")?)
        .column("count", counts)
        .column("expected", expected)
        .column("ratio", ratio)
        .column("shrunk", posteriors.iter().map(GammaPosterior::mean).collect::<Vec<_>>())
        .column("shrunk_lo", intervals.iter().map(|i| i.lo).collect::<Vec<_>>())
        .column("shrunk_hi", intervals.iter().map(|i| i.hi).collect::<Vec<_>>())
        .column("exceedance", posteriors.iter().map(|p| p.exceedance(args.threshold)).collect::<Vec<_>>())
        .column("rank", ranks.mean)
        .column("rank_lo", ranks.lower)
        .column("rank_hi", ranks.upper)
        .column("in_top", ranks.in_top))
}

/// `hotspot stats empirical-bayes`
pub fn empirical_bayes(args: &EmpiricalBayesArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let (counts, population) = (table.counts("count")?, table.numbers("population")?);
    let prior = computed(fit_moments(&counts, &population))?;
    let pairs = || counts.iter().zip(&population);
    Ok(Answer::new("empirical-bayes")
        .fact("mean", prior.mean)
        .fact("between", prior.between)
        .fact("between_unclamped", prior.between_raw)
        .fact("rate_per", args.per)
        .column("id", table.texts("id")?)
        .column("rate", pairs().map(|(c, p)| (*p > 0.0).then(|| f64::from(*c) / p * args.per)).collect::<Vec<_>>())
        .column("weight", pairs().map(|(_, p)| prior.weight(*p)).collect::<Vec<_>>())
        .column("smoothed", pairs().map(|(c, p)| prior.estimate(*c, *p) * args.per).collect::<Vec<_>>())
        .column("standardised", pairs().map(|(c, p)| prior.standardized(*c, *p)).collect::<Vec<_>>()))
}

/// `hotspot stats funnel`
pub fn funnel(args: &FunnelArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let params = FunnelParams {
        target: args.target.map_or(Target::Overall, Target::Fixed),
        dispersion: args.dispersion,
        transform: args.transform,
        ..FunnelParams::default()
    };
    let (counts, expected) = (table.counts("count")?, table.numbers("expected")?);
    let made = computed(funnel_of(&counts, &expected, &params))?;
    let all = |of: &dyn Fn(&FunnelUnit) -> Option<f64>| -> Vec<Option<f64>> {
        made.units.iter().map(|unit| unit.as_ref().and_then(of)).collect()
    };
    Ok(Answer::new("funnel")
        .fact("target", made.target)
        .fact("dispersion", args.dispersion.id())
        .fact("phi", made.phi)
        .fact("tau2", made.tau2)
        .fact("limits", "95 % (lo95, hi95) and 99.8 % (lo998, hi998)")
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
    let (counts, of) = (table.counts("count")?, table.numbers("of")?);
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
