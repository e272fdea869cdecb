//! Control charts of a series.

use super::answer::Answer;
use super::computed;
use super::table::Table;
use crate::args::stats::time::{ChartArg, ControlChartArgs, LimitsArg};
use crate::failure::{Done, Failure};
use hotspot_core::time::control_chart::{
    ChartKind, ChartParams, ControlChart, Limits, Rules, g_chart, negative_binomial_chart, poisson_chart, t_chart, xmr,
};

/// A series and the names of its points.
struct Series {
    table: Table,
    names: Vec<String>,
    /// Days between the dates of events, where the table has no values.
    gaps: Option<Vec<u32>>,
}

impl Series {
    fn read(args: &ControlChartArgs) -> Done<Self> {
        let table = Table::read(&args.values)?;
        let between = matches!(args.kind, ChartArg::Geometric | ChartArg::TimeBetween);
        if !between || table.has("value") {
            let names = table.texts("time")?;
            return Ok(Self { table, names, gaps: None });
        }
        let (dates, days) = (table.texts("date")?, table.days("date")?);
        let mut gaps = Vec::with_capacity(days.len());
        for (row, pair) in days.windows(2).enumerate() {
            let gap = u32::try_from(pair[1].abs_diff(pair[0])).ok().filter(|_| pair[0] <= pair[1]);
            gaps.push(gap.ok_or_else(|| Failure::failed(table.refused(row + 1, "date", "earlier than the event before it")))?);
        }
        // A gap bears the name of the event that ends it.
        Ok(Self { table, names: dates.into_iter().skip(1).collect(), gaps: Some(gaps) })
    }

    fn numbers(&self) -> Done<Vec<f64>> {
        match &self.gaps {
            Some(gaps) => Ok(gaps.iter().map(|gap| f64::from(*gap)).collect()),
            None => self.table.numbers("value"),
        }
    }

    fn counts(&self) -> Done<Vec<u64>> {
        let counts = match &self.gaps {
            Some(gaps) => gaps.clone(),
            None => self.table.counts("value")?,
        };
        Ok(counts.into_iter().map(u64::from).collect())
    }

    /// Exposures; 1 where the table has none.
    fn exposure(&self) -> Done<Vec<f64>> {
        if self.table.has("exposure") { self.table.positive("exposure") } else { Ok(vec![1.0; self.names.len()]) }
    }
}

fn chart(args: &ControlChartArgs, series: &Series) -> Done<ControlChart> {
    let baseline = args.baseline.unwrap_or(series.names.len());
    if baseline > series.names.len() {
        return Err(Failure::data(format!("--baseline {baseline} is more than the {} points of the series", series.names.len())));
    }
    if args.limits == LimitsArg::ThreeSigma && args.kind != ChartArg::Poisson {
        return Err(Failure::cannot("--limits three-sigma goes with --kind poisson"));
    }
    let params =
        ChartParams { rules: args.rules.iter().map(|rule| (*rule).into()).collect::<Rules>(), ..ChartParams::new(0..baseline) };
    computed(match args.kind {
        ChartArg::Xmr => xmr(&series.numbers()?, &params),
        ChartArg::Poisson => {
            let limits = if args.limits == LimitsArg::Exact { Limits::Exact } else { Limits::ThreeSigma };
            poisson_chart(&series.counts()?, &series.exposure()?, limits, &params)
        }
        ChartArg::NegativeBinomial => negative_binomial_chart(&series.counts()?, &series.exposure()?, &params),
        ChartArg::Geometric => g_chart(&series.counts()?, &params),
        ChartArg::TimeBetween => t_chart(&series.numbers()?, &params),
    })
}

const fn kind(kind: ChartKind) -> &'static str {
    match kind {
        ChartKind::Xmr => "XmR",
        ChartKind::Poisson => "Poisson (c, u)",
        ChartKind::NegativeBinomial => "negative binomial",
        ChartKind::Geometric => "geometric (g): below the lower limit events come too fast",
        ChartKind::TimeBetween => "time between events (t): below the lower limit events come too fast",
    }
}

const fn limits(limits: Limits) -> &'static str {
    match limits {
        Limits::MovingRange => "2.66 mean moving ranges",
        Limits::ThreeSigma => "three standard deviations",
        Limits::Exact => "exact, 0.00135 on each side",
    }
}

/// `hotspot stats xmr`
pub fn control_chart(args: &ControlChartArgs) -> Done<Answer> {
    let series = Series::read(args)?;
    let chart = chart(args, &series)?;
    let words = |at: usize| {
        let of: Vec<String> = chart.signals.iter().filter(|s| (s.from..=s.to).contains(&at)).map(ToString::to_string).collect();
        of.join("; ")
    };
    let mut answer = Answer::new("xmr")
        .fact("kind", kind(chart.kind))
        .fact("limits", limits(chart.limits))
        .fact("mean", chart.mean)
        .fact("mean_moving_range", chart.mean_moving_range)
        .fact("moving_range_limit", chart.moving_range_limit)
        .fact("dispersion", chart.dispersion)
        .fact("baseline", format!("the first {} points", chart.baseline.len()))
        .fact("signals", chart.signals.len());
    if !chart.cautions.is_empty() {
        answer = answer.fact("caution", chart.cautions.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
    }
    Ok(answer
        .column("time", series.names)
        .column("value", chart.points.iter().map(|p| p.value).collect::<Vec<_>>())
        .column("center", chart.points.iter().map(|p| p.center).collect::<Vec<_>>())
        .column("lower", chart.points.iter().map(|p| p.lower).collect::<Vec<_>>())
        .column("upper", chart.points.iter().map(|p| p.upper).collect::<Vec<_>>())
        .column("signal", (0..chart.points.len()).map(words).collect::<Vec<_>>()))
}
