//! Rates of counts.

use super::answer::Answer;
use super::computed;
use super::table::Table;
use crate::args::stats::{PoissonLimitsArgs, ShrinkArgs};
use crate::failure::Done;
use hotspot_core::rate::{GammaPosterior, GammaPrior, byar_limits, exact_limits, fit_gamma_poisson};

/// `hotspot stats poisson-limits`
pub fn poisson_limits(args: &PoissonLimitsArgs) -> Done<Answer> {
    let table = Table::read(&args.values)?;
    let counts = table.counts("count")?;
    let limits =
        |limits: fn(u64, f64) -> [f64; 2]| -> Vec<[f64; 2]> { counts.iter().map(|c| limits(u64::from(*c), args.level)).collect() };
    let (exact, byar) = (limits(exact_limits), limits(byar_limits));
    let side = |limits: &[[f64; 2]], i: usize| limits.iter().map(|l| l[i]).collect::<Vec<f64>>();
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
    Ok(Answer::new("shrink")
        .fact("prior_shape", prior.shape)
        .fact("prior_rate", prior.rate)
        .fact("level", args.level)
        .fact("threshold", args.threshold)
        .column("id", table.texts("id")?)
        .column("count", counts)
        .column("expected", expected)
        .column("ratio", ratio)
        .column("shrunk", posteriors.iter().map(GammaPosterior::mean).collect::<Vec<_>>())
        .column("shrunk_lo", intervals.iter().map(|i| i.lo).collect::<Vec<_>>())
        .column("shrunk_hi", intervals.iter().map(|i| i.hi).collect::<Vec<_>>())
        .column("exceedance", posteriors.iter().map(|p| p.exceedance(args.threshold)).collect::<Vec<_>>()))
}
