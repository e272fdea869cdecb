//! `hotspot quality`.

use crate::args::QualityArgs;
use crate::commands::say;
use crate::failure::Done;
use hotspot_core::incident::PlaceKind;
use hotspot_core::quality::{CANNOT_SAY, Field, Quality};
use hotspot_core::view::QualityView;
use hotspot_core::{Precision, Source};
use hotspot_pipeline::release::read_release;
use hotspot_server::quality_json;

/// Says how good the records of a release are.
pub fn run(args: &QualityArgs) -> Done {
    let view = QualityView::of(&read_release(&args.releases, args.release.as_deref())?);
    if args.json { say(String::from_utf8_lossy(&quality_json(&view))) } else { print(&view) }
}

fn print(view: &QualityView) -> Done {
    let table = &view.table;
    say(format_args!("release {}, as known on {}", view.release, view.as_known_on))?;
    say(view.reconciliation)?;
    say(format_args!(
        "{} mapped lie outside the study area; {} were withheld from the map",
        view.outside, view.person_check.withheld
    ))?;
    let all = &table.total;
    say(format_args!("\n{}: {} records", table.months, all.n))?;
    for (place, n) in PlaceKind::ALL.iter().zip(all.placed) {
        row(place.label(), n, all.n)?;
    }
    if all.precision.iter().any(|n| *n > 0) {
        for (precision, n) in Precision::ALL.iter().zip(all.precision) {
            row(&format!("Point: {} (within {:.0} m)", precision.label(), precision.radius_m()), n, all.in_units)?;
        }
    }
    for (field, n) in Field::ALL.into_iter().zip(all.missing) {
        row(field.label(), n, all.asked(field))?;
    }
    row("Flag provisional", all.provisional, all.n)?;
    for (source, n) in Source::ALL.iter().zip(all.sources) {
        row(&format!("Source: {}", source.label()), n, all.n)?;
    }
    say(late(all))?;
    say(format_args!("\n{:<28} {:>8} {:>8} {:>8} {:>8} {:>12}", "", "records", "mapped", "strand", "outcome", "months late"))?;
    say(format_args!("{:<28} {:>8} {:>8} {:>8} {:>8} {:>12}", "", "", "", "missing", "missing", "50 %, 90 %"))?;
    let areas = view.areas.iter().map(|[_, name]| name.as_str()).chain(["In no borough"]).zip(&table.areas);
    let strands = table.strands.iter().map(|(strand, quality)| (strand.label(), quality));
    for (name, quality) in areas.chain(strands) {
        let delay = quality.delay.map_or_else(|| "-".to_owned(), |d| format!("{}, {}", d.median, d.ninetieth));
        let [mapped, ..] = quality.placed;
        let [strand, _, outcome, ..] = quality.missing;
        let of = |n: u64| share(n, quality.n);
        say(format_args!("{name:<28} {:>8} {:>8} {:>8} {:>8} {delay:>12}", quality.n, of(mapped), of(strand), of(outcome)))?;
    }
    say("\nWhat the map cannot say:")?;
    for said in CANNOT_SAY {
        say(format_args!("- {said}"))?;
    }
    Ok(())
}

fn row(name: &str, n: u64, of: u64) -> Done {
    say(format_args!("  {name:<44} {n:>8} of {of:<8} {:>8}", share(n, of)))
}

fn share(n: u64, of: u64) -> String {
    if of == 0 { "-".to_owned() } else { format!("{:.1} %", 100.0 * n as f64 / of as f64) }
}

fn late(quality: &Quality) -> String {
    match quality.delay {
        None => "  Nothing was recorded in the period.".to_owned(),
        Some(d) if !d.is_told() => "  No record says that it was recorded after the month in which it happened.".to_owned(),
        Some(d) => format!(
            "  Of {} recorded in the period, half came within {} months and nine of ten within {}; {} in the month in which they happened",
            d.n, d.median, d.ninetieth, d.same_month
        ),
    }
}
