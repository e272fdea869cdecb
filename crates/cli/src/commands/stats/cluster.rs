//! Clusters of points.

use super::answer::Answer;
use super::computed;
use super::points::MetrePoints;
use crate::args::stats::cluster::{DbscanArgs, HdbscanArgs, StDbscanArgs};
use crate::failure::Done;
use hotspot_core::cluster::dbscan::dbscan as dbscan_of;
use hotspot_core::cluster::hdbscan::{HdbscanParams, SingleCluster, hdbscan as hdbscan_of};
use hotspot_core::cluster::st_dbscan::{StDbscanParams, st_dbscan as st_dbscan_of};

fn labels(labels: Vec<i32>) -> Vec<i64> {
    labels.into_iter().map(i64::from).collect()
}

fn with_core(answer: Answer, wanted: bool, core: &[bool]) -> Answer {
    if wanted { answer.column("core", core.iter().map(|c| i64::from(*c)).collect::<Vec<_>>()) } else { answer }
}

/// `hotspot stats dbscan`
pub fn dbscan(args: &DbscanArgs) -> Done<Answer> {
    let points = MetrePoints::read(&args.points.points, None)?;
    let found = computed(dbscan_of(&points.places, args.eps, args.min_points))?;
    let answer = Answer::new("dbscan")
        .fact("eps_m", found.eps_m)
        .fact("min_points", found.min_points)
        .fact("points", points.ids.len())
        .fact("clusters", found.sizes.len())
        .fact("noise", found.noise())
        .fact("coordinates", points.coordinates())
        .column("id", points.ids)
        .column("cluster", labels(found.labels));
    Ok(with_core(answer, args.core, &found.core))
}

/// `hotspot stats st-dbscan`
pub fn st_dbscan(args: &StDbscanArgs) -> Done<Answer> {
    let points = MetrePoints::read(&args.points.points, None)?;
    let times = points.table.numbers("t")?;
    let params = StDbscanParams { eps_m: args.eps, eps_time: args.eps_time, min_points: args.min_points };
    let found = computed(st_dbscan_of(&points.places, &times, params))?;
    let answer = Answer::new("st-dbscan")
        .fact("eps_m", params.eps_m)
        .fact("eps_time", params.eps_time)
        .fact("min_points", params.min_points)
        .fact("points", points.ids.len())
        .fact("clusters", found.sizes.len())
        .fact("coordinates", points.coordinates())
        .column("id", points.ids)
        .column("cluster", labels(found.labels));
    Ok(with_core(answer, args.core, &found.core))
}

/// `hotspot stats hdbscan`
pub fn hdbscan(args: &HdbscanArgs) -> Done<Answer> {
    let points = MetrePoints::read(&args.points.points, None)?;
    let params = HdbscanParams {
        min_samples: args.min_points.unwrap_or(args.min_cluster_size),
        selection: args.selection,
        epsilon_m: args.eps,
        own: args.own.into(),
        single: if args.allow_single_cluster { SingleCluster::Allowed } else { SingleCluster::Refused },
        min_cluster_size: args.min_cluster_size,
    };
    let found = computed(hdbscan_of(&points.places, params))?;
    let answer = Answer::new("hdbscan")
        .fact("min_cluster_size", params.min_cluster_size)
        .fact("min_points", params.min_samples)
        .fact("selection", params.selection.id())
        .fact("points", points.ids.len())
        .fact("clusters", found.sizes.len())
        .fact("noise", found.noise())
        .fact("coordinates", points.coordinates());
    if args.clusters {
        return Ok(answer
            .column("cluster", (0..found.sizes.len() as u32).collect::<Vec<_>>())
            .column("points", found.sizes)
            .column("stability", found.stabilities)
            .column("persistence", found.persistence));
    }
    Ok(answer
        .column("id", points.ids)
        .column("cluster", labels(found.labels))
        .column("probability", found.probabilities)
        .column("outlier_score", found.outlier_scores))
}
