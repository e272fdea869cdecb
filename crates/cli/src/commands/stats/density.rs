//! Density, ellipses and hulls.

use super::answer::Answer;
use super::computed;
use super::points::MetrePoints;
use crate::args::stats::density::{BandwidthArg, BandwidthArgs, DualKdeArgs, EllipseArgs, HullArgs, KdeArgs, SurfaceArgs};
use crate::failure::{Done, Failure};
use geo::{Area, MapCoords, MultiPolygon, Polygon};
use hotspot_core::LonLat;
use hotspot_core::cluster::ellipse::{Hull, ellipse as ellipse_of, hull as hull_of};
use hotspot_core::density::bandwidth::choose;
use hotspot_core::density::cross_validation::geometric_candidates;
use hotspot_core::density::edge::share_inside;
use hotspot_core::density::{
    Bandwidth, BandwidthRule, Criterion, Edge, KdeParams, Mask, Points, cross_validate, dual_kde as dual_density, kde as density,
};
use hotspot_core::projection::Projection;
use hotspot_pipeline::areas::parse_study_area;
use std::path::Path;

/// Where incidents are looked for.
enum StudyArea {
    Polygon(MultiPolygon<f64>),
    Cells { centers: Vec<[f64; 2]>, area_km2: Vec<f64> },
}

impl StudyArea {
    /// The one that is asked for; places are those of `--at`.
    fn read(args: &SurfaceArgs, points: &MetrePoints, at: &MetrePoints) -> Done<Option<Self>> {
        if args.cells {
            return Ok(Some(Self::Cells { centers: at.places.clone(), area_km2: at.table.positive("area_km2")? }));
        }
        Ok(args.mask.as_deref().map(|path| polygon(path, points)).transpose()?.map(Self::Polygon))
    }

    fn mask(&self) -> Mask<'_> {
        match self {
            Self::Polygon(polygon) => Mask::Polygon(polygon),
            Self::Cells { centers, area_km2 } => Mask::Cells { centers, area_km2 },
        }
    }
}

/// Study area in the metres of the points.
fn polygon(path: &Path, points: &MetrePoints) -> Done<MultiPolygon<f64>> {
    let polygon = parse_study_area(path)?.polygon;
    let projection = points.projection.unwrap_or(Projection::BritishNationalGrid);
    polygon
        .try_map_coords(|c| projection.metres_from_lonlat(LonLat { lon: c.x, lat: c.y }).map(|[x, y]| geo::Coord { x, y }))
        .map_err(|_far: hotspot_core::Error| {
            Failure::data(format!("{}: the study area does not lie where the points do", path.display()))
        })
}

/// Bandwidth in metres.
fn metres(wanted: BandwidthArg, points: Points<'_>, surface: &SurfaceArgs) -> Done<f64> {
    match wanted {
        BandwidthArg::Metres(metres) => Ok(metres),
        BandwidthArg::Rule(rule) => Ok(computed(choose(rule, points, surface.kernel))?.meters),
    }
}

/// `hotspot stats kde`
pub fn kde(args: &KdeArgs) -> Done<Answer> {
    let points = MetrePoints::read(&args.points.points, None)?;
    let at = MetrePoints::read(&args.surface.at, Some(&points))?;
    let weights = points.weights()?;
    let weighted = Points { places: &points.places, weights: weights.as_deref() };
    let meters = metres(args.surface.bandwidth, weighted, &args.surface)?;
    let area = StudyArea::read(&args.surface, &points, &at)?;
    let bandwidth = match args.nearest {
        Some(k) => Bandwidth::Nearest { neighbors: k as usize, least_m: meters },
        None if args.adaptive => Bandwidth::Abramson { meters, pilot_m: args.pilot.unwrap_or(meters), trim: args.trim },
        None => Bandwidth::Fixed { meters },
    };
    let edge = area.as_ref().map(|area| Edge { correction: args.surface.edge, mask: area.mask() });
    let params = KdeParams { kernel: args.surface.kernel, bandwidth, edge };
    let made = computed(density(weighted, &at.places, &params))?;
    let shares = match &area {
        Some(area) if args.share_inside => Some(computed(share_inside(area.mask(), args.surface.kernel, meters, &at.places))?),
        _ => None,
    };
    let answer = Answer::new("kde")
        .fact("unit", "per km²")
        .fact("kernel", made.kernel.id())
        .fact("bandwidth_m", made.range_m.to_vec())
        .fact("points", made.n)
        .fact("mass", made.mass)
        .fact("outside_mask", made.left_out)
        .fact("edge", made.edge.map_or("none", |e| e.id()))
        .fact("coordinates", points.coordinates())
        .column("id", at.ids)
        .column("density", made.density_per_km2);
    Ok(match shares {
        Some(shares) => answer.column("share_inside", shares),
        None => answer,
    })
}

/// `hotspot stats dual-kde`
pub fn dual_kde(args: &DualKdeArgs) -> Done<Answer> {
    let first = MetrePoints::read(&args.points.points, None)?;
    let second = MetrePoints::read(&args.against, Some(&first))?;
    let at = MetrePoints::read(&args.surface.at, Some(&first))?;
    let (one, two) = (first.weights()?, second.weights()?);
    let (one, two) =
        (Points { places: &first.places, weights: one.as_deref() }, Points { places: &second.places, weights: two.as_deref() });
    let meters = metres(args.surface.bandwidth, one, &args.surface)?;
    let area = StudyArea::read(&args.surface, &first, &at)?;
    let edge = area.as_ref().map(|area| Edge { correction: args.surface.edge, mask: area.mask() });
    let params = KdeParams { kernel: args.surface.kernel, bandwidth: Bandwidth::Fixed { meters }, edge };
    let made = computed(dual_density(one, two, &at.places, &params, args.floor, args.comparison))?;
    Ok(Answer::new("dual-kde")
        .fact("comparison", made.comparison.id())
        .fact("kernel", made.kernel.id())
        .fact("bandwidth_m", made.bandwidth_m)
        .fact("floor_per_km2", made.floor_per_km2)
        .fact("points", made.first.n)
        .fact("against", made.second.n)
        .column("id", at.ids)
        .column("density", made.first.density_per_km2)
        .column("density_against", made.second.density_per_km2)
        .column("value", made.values))
}

/// `hotspot stats bandwidth`
pub fn bandwidth(args: &BandwidthArgs) -> Done<Answer> {
    let points = MetrePoints::read(&args.points.points, None)?;
    let weights = points.weights()?;
    let weighted = Points { places: &points.places, weights: weights.as_deref() };
    if args.from >= args.to {
        return Err(Failure::cannot("--from must be below --to"));
    }
    let candidates = geometric_candidates(args.from, args.to, args.candidates as usize);
    let tried = format!("{} candidates from {} m to {} m", args.candidates, args.from, args.to);
    if let Some(criterion) = args.scores {
        let found = computed(cross_validate(&points.places, args.kernel, criterion, &candidates))?;
        return Ok(Answer::new("bandwidth")
            .fact("points", found.n)
            .fact("kernel", found.kernel.id())
            .fact("criterion", criterion.id())
            .fact("best_m", found.best_m)
            .fact("best_is_first_or_last", found.at_end)
            .column("metres", found.candidates_m)
            .column("score", found.scores));
    }
    let rules = [
        BandwidthRule::ArcGis,
        BandwidthRule::NormalReference,
        BandwidthRule::Scott,
        BandwidthRule::Silverman,
        BandwidthRule::Analyst,
        BandwidthRule::NearestNeighbors { neighbors: 10 },
    ];
    let (mut names, mut chosen) = (Vec::new(), Vec::new());
    for rule in rules {
        names.push(rule.to_string());
        // A rule that these points have no answer to stays blank.
        chosen.push(choose(rule, weighted, args.kernel).ok().map(|c| c.meters));
    }
    for criterion in [Criterion::Likelihood, Criterion::LeastSquares] {
        let found = computed(cross_validate(&points.places, args.kernel, criterion, &candidates))?;
        names.push(format!("cross-validation-{}", criterion.id()));
        chosen.push(found.best_m.filter(|_| !found.at_end));
    }
    Ok(Answer::new("bandwidth")
        .fact("points", points.ids.len())
        .fact("kernel", args.kernel.id())
        .fact("cross_validation", format!("{tried}; blank when the best is the first or last"))
        .column("rule", names)
        .column("metres", chosen))
}

/// `hotspot stats ellipse`
pub fn ellipse(args: &EllipseArgs) -> Done<Answer> {
    let points = MetrePoints::read(&args.points.points, None)?;
    let weights = points.weights()?;
    let made = computed(ellipse_of(&points.places, weights.as_deref(), args.convention))?;
    if let Some(corners) = args.outline {
        let outline = computed(made.outline(args.times, corners as usize))?;
        let answer = Answer::new("ellipse").fact("convention", made.convention.id()).fact("times", args.times);
        return Ok(with_corners(answer.fact("coordinates", points.coordinates()), Some(&outline)));
    }
    Ok(Answer::new("ellipse")
        .fact("convention", made.convention.id())
        .fact("coordinates", points.coordinates())
        .column("n", vec![made.n])
        .column("center_x", vec![made.center[0]])
        .column("center_y", vec![made.center[1]])
        .column("standard_distance_m", vec![made.standard_distance_m])
        .column("semi_major_m", vec![made.semi_major_m])
        .column("semi_minor_m", vec![made.semi_minor_m])
        .column("bearing_degrees", vec![made.bearing_degrees])
        .column("area_km2", vec![made.area_km2()])
        .column("eccentricity", vec![made.eccentricity()]))
}

/// `hotspot stats hull`
pub fn hull(args: &HullArgs) -> Done<Answer> {
    let points = MetrePoints::read(&args.points.points, None)?;
    let kind = args.concave.map_or(Hull::Convex, |concavity| Hull::Concave { concavity, shortest_m: args.shortest });
    let outline = computed(hull_of(&points.places, kind))?;
    let answer = Answer::new("hull")
        .fact("points", points.ids.len())
        .fact("area_km2", outline.as_ref().map_or(0.0, |o| o.unsigned_area() / 1e6))
        .fact("coordinates", points.coordinates());
    Ok(with_corners(answer, outline.as_ref()))
}

/// One row for each corner; the last is the first again.
fn with_corners(answer: Answer, outline: Option<&Polygon<f64>>) -> Answer {
    let corners: Vec<[f64; 2]> = outline.iter().flat_map(|o| o.exterior().coords()).map(|c| [c.x, c.y]).collect();
    answer
        .column("corner", (1..=corners.len() as u32).collect::<Vec<_>>())
        .column("x", corners.iter().map(|c| c[0]).collect::<Vec<_>>())
        .column("y", corners.iter().map(|c| c[1]).collect::<Vec<_>>())
}
