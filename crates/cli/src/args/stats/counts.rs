//! Counting points by area, month and category.

use clap::Args as ClapArgs;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub struct BoroughCountsArgs {
    /// Incidents, CSV (plain or gzip) or Parquet: longitude, latitude (both blank without a place), date and maybe a category
    #[arg(long, value_name = "FILE")]
    pub points: PathBuf,
    /// Column with the longitude, WGS84 degrees
    #[arg(long, value_name = "COLUMN", default_value = "lon")]
    pub lon: String,
    /// Column with the latitude
    #[arg(long, value_name = "COLUMN", default_value = "lat")]
    pub lat: String,
    /// Column with the date, time or month; date or else month by default. Of a time with a zone London's month counts
    #[arg(long, value_name = "COLUMN")]
    pub date: Option<String>,
    /// Column to count by beside, such as strand
    #[arg(long, value_name = "COLUMN")]
    pub category: Option<String>,
    /// Count by these polygons instead of London's boroughs
    #[arg(long, value_name = "FILE.geojson")]
    pub areas: Option<PathBuf>,
    /// Property with the code of a polygon
    #[arg(long, value_name = "PROPERTY", requires = "areas")]
    pub area_code: Option<String>,
}
