//! `hotspot factors`.

use crate::args::FactorsArgs;
use crate::commands::{apart, last_part, say, write_whole};
use crate::failure::Done;
use hotspot_core::success::{Definition, Estimated, Point, Series, period_words};
use hotspot_core::view::SuccessView;
use hotspot_pipeline::success::read_success;
use hotspot_report::success::{SuccessPack, marking_of};
use hotspot_server::success_json;

/// Works out measures of success.
pub fn run(args: &FactorsArgs) -> Done {
    apart(&args.out, [&args.measures])?;
    let view = read_success(&args.measures, args.summary.as_deref())?;
    if let Some(out) = &args.out {
        let edition = args.summary.as_deref().map(last_part);
        let pack = SuccessPack { view: &view, edition: edition.as_deref() }.pack()?;
        write_whole(out, |file| Ok(file.write_all(&pack)?))?;
        // The archive itself is on stdout then.
        if out.as_os_str() == "-" {
            return Ok(());
        }
    }
    if args.json { say(String::from_utf8_lossy(&success_json(&view))) } else { print(&view) }
}

fn print(view: &SuccessView) -> Done {
    say(format_args!("{}; as known on {}", marking_of(view), view.known_on))?;
    for measure in Definition::all() {
        let mut series = view.factors.of(measure).peekable();
        if series.peek().is_none() {
            continue;
        }
        say(format_args!("\n{} ({}; {})", measure.title, measure.unit, measure.direction))?;
        // Areas by strand are in the files.
        for one in series.filter(|s| s.strand.is_none()) {
            let signals: Vec<String> = one.signals().into_iter().map(|s| one.words(s)).collect();
            let chart = match &one.chart {
                Err(why) => why.to_string(),
                Ok(_) if signals.is_empty() => "no signal".to_owned(),
                Ok(_) => signals.join("; "),
            };
            say(format_args!("{:<26} {:<30} {:<34} {chart}", one.area.name(), shown(one).0, shown(one).1))?;
        }
    }
    say("\nLimits at 95 %. A signal says that something changed, not whether that is good; nothing is added up to a score.")
}

/// The period that a series shows, and its value.
fn shown(series: &Series) -> (String, String) {
    let Some(point) = series.shown().or_else(|| series.points.last()) else { return (String::new(), String::new()) };
    let Point { period, figure, open, estimate, .. } = point;
    let value = match (open, estimate) {
        (Some([least, most]), _) => format!("open: {least:.1} to {most:.1} in the end"),
        (None, Err(why)) => format!("{} {why}", why.shorthand()),
        (None, Ok(Estimated { value, limits: Some([lower, upper]) })) => format!("{value:.1} ({lower:.1} to {upper:.1})"),
        (None, Ok(Estimated { value, limits: None })) => format!("{value:.1}"),
    };
    (period_words(*period), format!("{value}, n {}", figure.n()))
}
