//! Who neighbours whom, as a table.

use super::answer::Answer;
use super::computed;
use super::points::MetrePoints;
use super::table::Table;
use crate::args::stats::local::{ContiguityArg, WeightsArgs};
use crate::failure::{Done, Failure};
use h3o::CellIndex;
use hotspot_core::areas::Contiguity;
use hotspot_core::weights::{Barriers, Gap, SpatialWeights, distance_band, h3_disks, k_nearest};
use hotspot_pipeline::areas::parse_areas;
use std::path::Path;

/// `hotspot stats weights`
pub fn weights(args: &WeightsArgs) -> Done<Answer> {
    let (ids, made, kind) = links(args)?;
    let made = if args.symmetric { computed(made.symmetric_union())? } else { made };
    let made = if args.row_standardise { made.row_standardized() } else { made };
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for (row, id) in ids.iter().enumerate() {
        for (place, to) in made.neighbors(row).iter().enumerate() {
            columns.0.push(id.clone());
            columns.1.push(ids[*to as usize].clone());
            columns.2.push(made.weights(row).map_or(1.0, |w| w[place]));
        }
    }
    Ok(Answer::new("weights")
        .fact("kind", kind)
        .fact("units", ids.len())
        .fact("links", made.links())
        .fact("without_neighbours", made.islands().len())
        .column("from", columns.0)
        .column("to", columns.1)
        .column("weight", columns.2))
}

/// Units, their weights, and what kind they are.
fn links(args: &WeightsArgs) -> Done<(Vec<String>, SpatialWeights, String)> {
    if let Some(path) = &args.areas {
        let layer = parse_areas(path, args.area_code.as_deref())?;
        let (kind, name) = match args.contiguity {
            ContiguityArg::Queen => (Contiguity::Queen, "queen contiguity"),
            ContiguityArg::Rook => (Contiguity::Rook, "rook contiguity"),
        };
        return Ok((layer.codes().to_vec(), computed(layer.contiguity(kind))?, name.to_owned()));
    }
    let Some(path) = &args.points else { return Err(Failure::cannot("--points is needed")) };
    if let Some(k) = args.rings {
        let table = Table::read(path)?;
        let ids = table.texts("id")?;
        let cell = |(row, id): (usize, &String)| {
            id.parse::<CellIndex>().map_err(|_no_cell| Failure::failed(table.refused(row, "id", "not an H3 cell")))
        };
        let cells = ids.iter().enumerate().map(cell).collect::<Done<Vec<_>>>()?;
        return Ok((ids, computed(h3_disks(&cells, k))?, format!("H3 cells within {k} steps")));
    }
    let points = MetrePoints::read(path, None)?;
    let (made, mut kind) = match (args.band, args.nearest) {
        (Some(metres), _) => (computed(distance_band(&points.places, metres))?, format!("within {metres} m")),
        (None, Some(k)) => (computed(k_nearest(&points.places, k as usize))?, format!("{k} nearest")),
        (None, None) => return Err(Failure::cannot("--band, --nearest, --rings or --areas is needed")),
    };
    let Some(path) = &args.barrier else { return Ok((points.ids, made, kind)) };
    let cut = computed(barriers(path, args.gaps.as_deref(), &points)?.cut(&made, &points.places))?;
    kind = format!("{kind}; {} links cut by barriers", cut.links_cut);
    Ok((points.ids, cut.weights, kind))
}

/// Lines of a table, open in the gaps of another, in the metres of the points.
fn barriers(path: &Path, gaps: Option<&Path>, points: &MetrePoints) -> Done<Barriers> {
    let corners = MetrePoints::read_corners(path, points)?;
    let gaps = match gaps {
        Some(path) => {
            let (places, table) = MetrePoints::read_places(path, points)?;
            let radius = table.numbers("radius")?;
            places.into_iter().zip(radius).map(|(center, radius_m)| Gap { center, radius_m }).collect()
        }
        None => Vec::new(),
    };
    computed(Barriers::new(&corners, &gaps))
}
