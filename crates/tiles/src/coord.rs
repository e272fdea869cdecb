//! Which tile: the address of a square of the web-mercator map.

use crate::{BUFFER, EXTENT};

/// Sides of the whole map in fixed-point units: a unit is about a centimetre at the equator.
pub(crate) const WORLD: i64 = 1 << 32;
/// Latitude at which the web-mercator map ends, degrees.
const MAX_LAT: f64 = 85.051_128_779_806_59;

/// A path that does not name a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileCoordError {
    /// The zoom is not 0 to 16 in plain digits.
    #[error("zoom must be a whole number from 0 to 16, without sign or leading zeros")]
    Zoom,
    /// The column is not below 2^zoom in plain digits.
    #[error("x must be a whole number from 0 to 2^zoom - 1, without sign or leading zeros")]
    X,
    /// The row is not below 2^zoom in plain digits.
    #[error("y must be a whole number from 0 to 2^zoom - 1, without sign or leading zeros")]
    Y,
}

/// The address of one tile: zoom 0 to 16, column from the west, row from the north.
///
/// ```
/// use hotspot_tiles::TileCoord;
/// let tile = TileCoord::parse("12", "2046", "1362").unwrap();
/// assert_eq!(tile.resolution(), 9);
/// assert!(TileCoord::parse("12", "4096", "0").is_err());
/// assert!(TileCoord::parse("+1", "0", "0").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TileCoord {
    z: u8,
    x: u32,
    y: u32,
}

impl TileCoord {
    /// Deepest zoom that is served.
    pub const MAX_ZOOM: u8 = 16;

    /// `None` when the zoom is above 16 or the column or row is not below 2^zoom.
    pub const fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        if z > Self::MAX_ZOOM || x >> z != 0 || y >> z != 0 { None } else { Some(Self { z, x, y }) }
    }

    /// Reads the three parts of a tile path. Only ASCII digits without sign, blank or leading zero are taken, so that every
    /// tile has one spelling and nothing else can be hidden in a path.
    ///
    /// # Errors
    /// The part that is wrong; never the text itself.
    pub fn parse(z: &str, x: &str, y: &str) -> Result<Self, TileCoordError> {
        let z = plain_number(z).filter(|z| *z <= u32::from(Self::MAX_ZOOM)).ok_or(TileCoordError::Zoom)? as u8;
        let inside = |n: &u32| n >> z == 0;
        let x = plain_number(x).filter(inside).ok_or(TileCoordError::X)?;
        let y = plain_number(y).filter(inside).ok_or(TileCoordError::Y)?;
        Ok(Self { z, x, y })
    }

    /// Zoom.
    pub const fn z(self) -> u8 {
        self.z
    }

    /// Column from the west.
    pub const fn x(self) -> u32 {
        self.x
    }

    /// Row from the north.
    pub const fn y(self) -> u32 {
        self.y
    }

    /// H3 resolution drawn at this zoom: 8 up to zoom 10, 9 up to zoom 13, 10 beyond.
    pub const fn resolution(self) -> u8 {
        match self.z {
            0..=10 => 8,
            11..=13 => 9,
            _ => 10,
        }
    }

    /// The tile that holds a point, half-open to the east and south; latitudes beyond the map fall into its first or last row.
    /// `None` above zoom 16 or for numbers that are not finite.
    pub fn holding(z: u8, lon: f64, lat: f64) -> Option<Self> {
        if z > Self::MAX_ZOOM || !lon.is_finite() || !lat.is_finite() {
            return None;
        }
        let [x, y] = place(world_from_lonlat(lon, lat));
        let tile = |v: u32| (u64::from(v) >> (32 - u32::from(z))) as u32;
        Some(Self { z, x: tile(x), y: tile(y) })
    }

    /// West, south, east, north in degrees.
    pub fn bounds(self) -> [f64; 4] {
        let n = f64::from(1u32 << self.z);
        let lon = |x: u32| f64::from(x) / n * 360.0 - 180.0;
        let lat = |y: u32| (std::f64::consts::PI * (1.0 - 2.0 * f64::from(y) / n)).sinh().atan().to_degrees();
        [lon(self.x), lat(self.y + 1), lon(self.x + 1), lat(self.y)]
    }
}

fn plain_number(text: &str) -> Option<u32> {
    let digits = text.as_bytes();
    let plain = matches!(digits, [b'0'] | [b'1'..=b'9', ..]) && digits.len() <= 6 && digits.iter().all(u8::is_ascii_digit);
    plain.then(|| digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0')))
}

/// Fixed-point web-mercator position: x to the east, y to the south, 0 to [`WORLD`]. Longitudes beyond ±180 lie beyond the
/// world; latitudes are cut at its edge.
pub(crate) fn world_from_lonlat(lon: f64, lat: f64) -> [i64; 2] {
    let sin = lat.clamp(-MAX_LAT, MAX_LAT).to_radians().sin();
    let x = lon / 360.0 + 0.5;
    let y = 0.5 - ((1.0 + sin) / (1.0 - sin)).ln() / (4.0 * std::f64::consts::PI);
    [(x * WORLD as f64).round() as i64, ((y * WORLD as f64).round() as i64).clamp(0, WORLD)]
}

/// The place of a position among tiles: round the world in x, cut at the edge in y.
pub(crate) fn place([x, y]: [i64; 2]) -> [u32; 2] {
    [x.rem_euclid(WORLD) as u32, y.clamp(0, WORLD - 1) as u32]
}

/// A tile in fixed-point world units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    /// West and north edge.
    pub origin: [i64; 2],
    /// Length of a side.
    pub side: i64,
    /// World units in a tile unit, as a shift.
    pub shift: u32,
}

impl Frame {
    pub fn of(tile: TileCoord) -> Self {
        let bits = 32 - u32::from(tile.z);
        Self { origin: [i64::from(tile.x) << bits, i64::from(tile.y) << bits], side: 1 << bits, shift: bits - 12 }
    }

    /// Length of the buffer.
    pub const fn buffer(self) -> i64 {
        BUFFER << self.shift
    }

    /// Nearest tile unit of a length from the origin.
    pub const fn unit(self, length: i64) -> i32 {
        ((length + (1 << (self.shift - 1))) >> self.shift) as i32
    }

    /// Shifts by whole worlds at which shapes may reach the tile across the edge of the map.
    pub fn copies(self) -> impl Iterator<Item = i64> {
        let west = self.origin[0] == 0;
        let east = self.origin[0] + self.side == WORLD;
        [(true, 0), (west, -WORLD), (east, WORLD)].into_iter().filter_map(|(needed, shift)| needed.then_some(shift))
    }
}

const _: () = assert!(EXTENT == 1 << 12, "the shift of a frame takes a tile of 4096 units");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_spelling_of_a_tile_is_taken() {
        assert_eq!(TileCoord::parse("0", "0", "0"), Ok(TileCoord { z: 0, x: 0, y: 0 }));
        assert_eq!(TileCoord::parse("16", "65535", "65535"), Ok(TileCoord { z: 16, x: 65535, y: 65535 }));
        for z in ["17", "+1", "-1", "01", "1.0", "", " 1", "١", "1e1", "0x1", "99999999999999999999", "%31"] {
            assert_eq!(TileCoord::parse(z, "0", "0"), Err(TileCoordError::Zoom), "{z}");
        }
        for bad in ["2", "+0", "00", "-0", "", "..", "0;", "4294967296"] {
            assert_eq!(TileCoord::parse("1", bad, "0"), Err(TileCoordError::X), "{bad}");
            assert_eq!(TileCoord::parse("1", "0", bad), Err(TileCoordError::Y), "{bad}");
        }
    }

    #[test]
    fn charing_cross_lies_in_its_published_tiles() {
        // Slippy-map tile of 51.5073 N, 0.1276 W by the formula of the OpenStreetMap wiki.
        for (z, x, y) in [(0, 0, 0), (10, 511, 340), (14, 8186, 5448), (16, 32744, 21792)] {
            assert_eq!(TileCoord::holding(z, -0.12755, 51.50735), TileCoord::new(z, x, y), "zoom {z}");
        }
    }

    #[test]
    fn a_tile_holds_the_points_of_its_bounds() {
        let tile = TileCoord::new(12, 2046, 1362).unwrap();
        let [w, s, e, n] = tile.bounds();
        let middle = f64::midpoint(s, n);
        assert_eq!(TileCoord::holding(12, f64::midpoint(w, e), middle), Some(tile));
        assert_eq!(TileCoord::holding(12, e + 1e-9, middle), TileCoord::new(12, 2047, 1362));
    }

    #[test]
    fn the_ends_of_the_map_have_a_tile() {
        for z in [0, 1, 9, 16] {
            for (lon, lat) in [(180.0, 90.0), (-180.0, -90.0), (179.999_999_999_9, 85.2), (180.0, -85.06)] {
                let tile = TileCoord::holding(z, lon, lat).unwrap();
                assert!(tile.x >> z == 0 && tile.y >> z == 0);
            }
        }
        assert_eq!(TileCoord::holding(3, f64::NAN, 0.0), None);
    }
}
