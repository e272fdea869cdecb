//! How good the records are, and what the map cannot say.

use super::{draw, draw_marked, words};
use crate::auth::Visitor;
use crate::catalog::{Below, Served};
use crate::problem::ApiError;
use hotspot_core::cube::FactKind;
use hotspot_core::disclosure::Released;
use hotspot_core::incident::PlaceKind;
use hotspot_core::quality::{CANNOT_SAY, Field, Quality};
use hotspot_core::view::{QualityView, SilenceView};
use hotspot_core::{Precision, Source, Strand};
use minijinja::{Value, context};

/// The page, for those who see records; for others what can be said without them.
pub(crate) fn quality(visitor: &Visitor, served: Option<&Served>, below: Option<&Below>) -> Result<Vec<u8>, ApiError> {
    let shown = served.map(|served| content(&served.quality(), &served.silence(), served));
    let hidden = below.map(|below| below.shown().hidden);
    let told = hidden.map(|hidden| {
        format!(
            "Of {} published figures {} are below the threshold and not shown, and {} are hidden beside them.",
            whole(hidden.figures as u64),
            whole(hidden.small as u64),
            whole(hidden.beside as u64)
        )
    });
    let own = context! { shown, told, cannot_say => CANNOT_SAY };
    match served {
        Some(_) => draw("quality", visitor, served, &[], own),
        None => draw_marked("quality", visitor, "Data quality: what can be said without figures", &[], own),
    }
}

fn whole(n: u64) -> String {
    words::number(n as f64)
}

fn share(n: u64, of: u64) -> String {
    if of == 0 { "–".to_owned() } else { format!("{:.1} %", 100.0 * n as f64 / of as f64) }
}

fn of(name: &str, n: u64, of: u64) -> Value {
    context! { name, cell => [whole(n), whole(of), share(n, of)] }
}

/// A line of the table of how well points are known, with the radius in which the true place is taken to lie.
fn precise(precision: Precision, n: u64, of: u64) -> Value {
    context! { name => precision.label(), radius => format!("{:.0} m", precision.radius_m()), cell => [whole(n), whole(of), share(n, of)] }
}

/// The share of the records in a unit whose true place is taken to lie within 60 m: narrower than the narrowest cell.
fn to_the_postcode(quality: &Quality) -> String {
    let known: u64 = quality.precision.iter().sum();
    let close = Precision::ALL.iter().zip(quality.precision).filter(|(p, _)| p.radius_m() <= Precision::Postcode.radius_m());
    if known == 0 { "–".to_owned() } else { share(close.map(|(_, n)| n).sum(), known) }
}

/// A line of the tables of boroughs, strands and months.
fn row(name: &str, quality: &Quality) -> Value {
    let [mapped, ..] = quality.placed;
    let missing = Field::ALL.into_iter().zip(quality.missing).map(|(field, n)| share(n, quality.asked(field)));
    let police = quality.sources[usize::from(Source::PoliceGenerated.code())];
    let cells: Vec<String> = [share(mapped, quality.n), to_the_postcode(quality)]
        .into_iter()
        .chain(missing)
        .chain([share(quality.provisional, quality.n), share(police, quality.n)])
        .collect();
    let late = quality.delay.map_or_else(|| "–".to_owned(), |d| format!("{}, {}", d.median, d.ninetieth));
    context! { name, n => whole(quality.n), cells, late }
}

fn months(n: u16) -> String {
    match n {
        0 => "the same month".to_owned(),
        1 => "one month".to_owned(),
        n => format!("{n} months"),
    }
}

/// How late the records of the period came, in words.
fn late(quality: &Quality) -> String {
    match quality.delay {
        None => "Nothing was recorded in these months.".to_owned(),
        Some(d) if !d.is_told() => format!(
            "All {} records stand in the month in which they happened: most likely none says when it was recorded, so that nothing is known of delay.",
            whole(d.n)
        ),
        Some(d) => format!(
            "Of {} records that were recorded in these months, {} ({}) happened in the month in which they were recorded. Half came within {} of \
             happening, and nine of ten within {}. A record that does not say when it was recorded is taken as recorded in the month in which it happened.",
            whole(d.n),
            whole(d.same_month),
            share(d.same_month, d.n),
            months(d.median),
            months(d.ninetieth)
        ),
    }
}

fn content(view: &Released<QualityView>, silence: &Released<SilenceView>, served: &Served) -> Value {
    let (table, account) = (&view.table, view.reconciliation);
    let all = &table.total;
    let rows = [
        ("With a point on the map", account.mapped),
        ("Known to an area only", account.area_only),
        ("Online", account.online),
        ("No place given", account.no_place),
        ("Rejected by a named rule", account.rejected),
        ("All rows", account.rows),
    ];
    let placed = PlaceKind::ALL.iter().zip(all.placed).map(|(place, n)| of(place.label(), n, all.n));
    let missing = Field::ALL.into_iter().zip(all.missing).map(|(field, n)| of(field.label(), n, all.asked(field)));
    let provisional = [of("Flagged in the first instance, not yet reviewed", all.provisional, all.n)];
    let boroughs = view.areas.iter().map(|[_, name]| name.as_str()).chain(["In no borough"]).zip(&table.areas);
    let release = served.release();
    let borough = |code: &Option<String>| {
        code.as_ref().and_then(|code| release.areas.iter().find(|a| a.code == *code)).map(|a| a.name.as_str())
    };
    context! {
        release => &view.release,
        known_on => words::day(release.as_known_on),
        period => format!("{} to {}", table.months.from().in_words(), table.months.to().in_words()),
        counts => table.kind == FactKind::Counts,
        rows => account.sum_in_words(whole),
        account => rows.map(|(name, n)| [name.to_owned(), whole(n), share(n, account.rows)]),
        outside => whole(view.outside),
        withheld => whole(view.person_check.withheld),
        n => whole(all.n),
        precision => (all.precision.iter().any(|n| *n > 0))
            .then(|| Precision::ALL.iter().zip(all.precision).map(|(p, n)| precise(*p, n, all.in_units)).collect::<Vec<_>>()),
        in_units => whole(all.in_units),
        fields => placed.chain(missing).chain(provisional).collect::<Vec<_>>(),
        sources => Source::ALL.iter().zip(all.sources).map(|(s, n)| of(s.label(), n, all.n)).collect::<Vec<_>>(),
        late => late(all),
        boroughs => boroughs.map(|(name, q)| row(name, q)).collect::<Vec<_>>(),
        strands => table.strands.iter().map(|(strand, q)| row(Strand::label(*strand), q)).collect::<Vec<_>>(),
        months => table.by_month.iter().map(|(month, q)| row(&month.in_words(), q)).collect::<Vec<_>>(),
        silence => silence.map.sentence(silence.window),
        places => silence.map.places.iter().map(|p| context! { name => &p.name, borough => borough(&p.area_code), sentence => p.sentence() }).collect::<Vec<_>>(),
    }
}
