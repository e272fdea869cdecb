//! Counting points by area, month and category: the first step of most questions.

use super::answer::Answer;
use super::table::{data, with_file};
use crate::args::stats::counts::BoroughCountsArgs;
use crate::failure::Done;
use hotspot_core::areas::PolygonIndex;
use hotspot_core::atlas::Atlas;
use hotspot_pipeline::areas::parse_areas;
use hotspot_pipeline::{CountColumns, CountedPlace, MonthlyCounts, count_points};
use std::path::Path;

/// `hotspot stats borough-counts`
pub fn borough_counts(args: &BoroughCountsArgs) -> Done<Answer> {
    let columns =
        CountColumns { lon: args.lon.clone(), lat: args.lat.clone(), date: args.date.clone(), category: args.category.clone() };
    let count = |index: &PolygonIndex| with_file(&args.points, |path: &Path| data(count_points(path, index, &columns)));
    if let Some(path) = &args.areas {
        let layer = parse_areas(path, args.area_code.as_deref())?;
        let named: Vec<_> = layer.codes().iter().zip(layer.names()).map(|(code, name)| (code.as_str(), name.as_str())).collect();
        return Ok(answer(&named, layer.name(), &count(layer.index())?));
    }
    let boroughs = Atlas::london().boroughs();
    let named: Vec<_> = boroughs.iter().map(|b| (b.code.as_str(), b.name.as_str())).collect();
    let index = PolygonIndex::new(boroughs.iter().map(|b| &b.polygon));
    Ok(answer(&named, "London boroughs", &count(&index)?))
}

/// A row for each area, month and category, and after the areas for what lies in none and for what has no place.
fn answer(areas: &[(&str, &str)], layer: &str, counts: &MonthlyCounts) -> Answer {
    let areas_and_rest: Vec<(CountedPlace, (&str, &str))> = (0..)
        .map(CountedPlace::Area)
        .zip(areas.iter().copied())
        .chain([(CountedPlace::Outside, ("", "in no area")), (CountedPlace::Unplaced, ("", "no place"))])
        .collect();
    let (mut codes, mut names, mut months, mut categories, mut all) = (vec![], vec![], vec![], vec![], vec![]);
    let (mut outside, mut unplaced) = (0, 0);
    for (place, (code, name)) in areas_and_rest {
        for (at, month) in counts.months.iter().enumerate() {
            for (number, category) in counts.categories.iter().enumerate() {
                let count = counts.count(place, at, number);
                codes.push(code.to_owned());
                names.push(name.to_owned());
                months.push(month.to_string());
                categories.push(category.clone());
                all.push(count);
                match place {
                    CountedPlace::Area(_) => {}
                    CountedPlace::Outside => outside += u64::from(count),
                    CountedPlace::Unplaced => unplaced += u64::from(count),
                }
            }
        }
    }
    Answer::new("borough-counts")
        .fact("areas", layer)
        .fact("first_month", counts.months.first().map(ToString::to_string))
        .fact("last_month", counts.months.last().map(ToString::to_string))
        .fact("rows", counts.rows)
        .fact("in_areas", counts.rows - outside - unplaced)
        .fact("in_no_area", outside)
        .fact("no_place", unplaced)
        .column("code", codes)
        .column("name", names)
        .column("month", months)
        .column("category", categories)
        .column("count", all)
}
