//! Density, ellipses and hulls.

use super::{PointsArg, not_negative, positive};
use clap::Args as ClapArgs;
use hotspot_core::cluster::ellipse::EllipseConvention;
use hotspot_core::density::{BandwidthRule, Comparison, Criterion, EdgeCorrection, Kernel};
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
    #[arg(long, value_name = "FILE.geojson", group = "study_area")]
    pub mask: Option<PathBuf>,
    /// The study area is the cells whose centres --at gives, with a column area_km2 of each cell's part inside it
    #[arg(long, group = "study_area")]
    pub cells: bool,
    /// Correction at the edge of the study area: diggle (keeps the total) or uniform (keeps an even density even)
    #[arg(long, requires = "study_area", default_value_t)]
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
    /// Bandwidth of the first density, which --adaptive follows, metres; --bandwidth when absent
    #[arg(long, value_name = "METRES", value_parser = positive, requires = "adaptive")]
    pub pilot: Option<f64>,
    /// No bandwidth of --adaptive is wider than so many times --bandwidth
    #[arg(long, value_name = "TIMES", default_value_t = 5.0, value_parser = positive, requires = "adaptive")]
    pub trim: f64,
    /// Add a column share_inside: the part of a kernel at each place that lies in the study area
    #[arg(long, requires = "study_area")]
    pub share_inside: bool,
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
    #[arg(long, value_name = "PER_KM2", default_value_t = 1.0, value_parser = positive)]
    pub floor: f64,
}

#[derive(Debug, ClapArgs)]
pub struct BandwidthArgs {
    #[command(flatten)]
    pub points: PointsArg,
    /// quartic, gaussian, epanechnikov, triangular or uniform
    #[arg(long, default_value_t)]
    pub kernel: Kernel,
    /// Narrowest bandwidth that cross-validation tries, metres
    #[arg(long, value_name = "METRES", default_value_t = 50.0, value_parser = positive)]
    pub from: f64,
    /// Widest bandwidth that cross-validation tries, metres
    #[arg(long, value_name = "METRES", default_value_t = 5000.0, value_parser = positive)]
    pub to: f64,
    /// How many bandwidths it tries, each the same factor wider than the one before
    #[arg(long, value_name = "NUMBER", default_value_t = 41, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub candidates: u32,
    /// Write the score of each of these instead (columns metres, score): likelihood or least-squares
    #[arg(long, value_name = "CRITERION")]
    pub scores: Option<Criterion>,
}

#[derive(Debug, ClapArgs)]
pub struct EllipseArgs {
    #[command(flatten)]
    pub points: PointsArg,
    /// yuill, crimestat or arcgis: they differ in a factor
    #[arg(long, default_value_t)]
    pub convention: EllipseConvention,
    /// Write the outline of the ellipse as a polygon of so many corners (columns corner, x, y) instead
    #[arg(long, value_name = "CORNERS", value_parser = clap::value_parser!(u32).range(3..=100_000))]
    pub outline: Option<u32>,
    /// The outline is that of an ellipse so many times as long
    #[arg(long, default_value_t = 1.0, value_parser = positive, requires = "outline")]
    pub times: f64,
}

#[derive(Debug, ClapArgs)]
pub struct HullArgs {
    #[command(flatten)]
    pub points: PointsArg,
    /// A concave hull: the smaller, the closer to the points; 2 is usual. Without it the hull is convex
    #[arg(long, value_name = "CONCAVITY", value_parser = positive)]
    pub concave: Option<f64>,
    /// Sides shorter than this stay as they are, metres
    #[arg(long, value_name = "METRES", default_value_t = 0.0, value_parser = not_negative, requires = "concave")]
    pub shortest: f64,
}
