//! Density, ellipses and hulls.

use super::{PointsArg, not_negative, positive};
use clap::Args as ClapArgs;
use hotspot_core::cluster::ellipse::EllipseConvention;
use hotspot_core::density::{BandwidthRule, Comparison, EdgeCorrection, Kernel};
use std::path::PathBuf;
use std::str::FromStr;

/// Metres, or a rule that gives them.
#[derive(Debug, Clone, Copy)]
pub enum BandwidthArg {
    Metres(f64),
    Rule(BandwidthRule),
}

impl FromStr for BandwidthArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        positive(text).map(Self::Metres).or_else(|_number| {
            text.parse().map(Self::Rule).map_err(|e: hotspot_core::UnknownName| format!("metres, or a rule: {}", e.allowed))
        })
    }
}

#[derive(Debug, ClapArgs)]
pub struct SurfaceArgs {
    /// Where densities are wanted: columns id, x, y or id, lon, lat, as the points
    #[arg(long, value_name = "FILE")]
    pub at: PathBuf,
    /// Bandwidth in metres, or a rule: arcgis, normal-reference, scott, silverman, analyst, nearest-K
    #[arg(long, value_name = "METRES|RULE")]
    pub bandwidth: BandwidthArg,
    /// quartic, gaussian, epanechnikov, triangular or uniform
    #[arg(long, default_value_t)]
    pub kernel: Kernel,
    /// Study area outside of which nothing is known
    #[arg(long, value_name = "FILE.geojson")]
    pub mask: Option<PathBuf>,
    /// Correction at the edge of the study area: diggle (keeps the total) or uniform (keeps an even density even)
    #[arg(long, requires = "mask", default_value_t)]
    pub edge: EdgeCorrection,
}

#[derive(Debug, ClapArgs)]
pub struct KdeArgs {
    #[command(flatten)]
    pub points: PointsArg,
    #[command(flatten)]
    pub surface: SurfaceArgs,
    /// Let the bandwidth follow the data: narrow where it is dense (Abramson)
    #[arg(long, conflicts_with = "nearest")]
    pub adaptive: bool,
    /// Let the bandwidth be the distance to the K-th nearest point, at least --bandwidth
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    pub nearest: Option<u32>,
}

#[derive(Debug, ClapArgs)]
pub struct DualKdeArgs {
    #[command(flatten)]
    pub points: PointsArg,
    /// Points of the denominator: columns as the points, and weight if they do not count for one each
    #[arg(long, value_name = "FILE")]
    pub against: PathBuf,
    #[command(flatten)]
    pub surface: SurfaceArgs,
    /// ratio, log-ratio, difference or sum
    #[arg(long, default_value_t)]
    pub comparison: Comparison,
    /// Below this density of the denominator, per km², a ratio is undefined
    #[arg(long, value_name = "PER_KM2", default_value_t = 1.0, value_parser = not_negative)]
    pub floor: f64,
}

#[derive(Debug, ClapArgs)]
pub struct BandwidthArgs {
    #[command(flatten)]
    pub points: PointsArg,
    /// quartic, gaussian, epanechnikov, triangular or uniform
    #[arg(long, default_value_t)]
    pub kernel: Kernel,
}

#[derive(Debug, ClapArgs)]
pub struct EllipseArgs {
    #[command(flatten)]
    pub points: PointsArg,
    /// yuill, crimestat or arcgis: they differ in a factor
    #[arg(long, default_value_t)]
    pub convention: EllipseConvention,
}

#[derive(Debug, ClapArgs)]
pub struct HullArgs {
    #[command(flatten)]
    pub points: PointsArg,
    /// A concave hull: the smaller, the closer to the points; 2 is usual. Without it the hull is convex
    #[arg(long, value_name = "CONCAVITY", value_parser = positive)]
    pub concave: Option<f64>,
}
