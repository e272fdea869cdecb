//! British National Grid and local metres from WGS84 degrees, and back: the only file that converts.
//!
//! | where | how | error |
//! | --- | --- | --- |
//! | London (E 495–570 km, N 143–213 km) | transverse Mercator on GRS80, then the OSTN15 shift grid | 1 mm of the published transformation |
//! | elsewhere in the grid | the Ordnance Survey's single seven-parameter Helmert transformation | about 2 m, at most 5 m; [`DatumShift::Helmert`] says so |
//! | outside Great Britain | transverse Mercator on WGS84 round an origin near the data | distances right to 1 in 10,000 within 80 km |
//!
//! Leaving out the datum shift, a common mistake, displaces London by 126 m (124 m when WGS84 degrees are taken for degrees of
//! the older British datum).
//!
//! WGS84 is taken to be ETRS89, as is usual. The two drift apart by 2.5 cm a year and are now just under a metre apart: far
//! below the precision of the place of an incident.
//!
//! Formulas: Ordnance Survey, *A guide to coordinate systems in Great Britain* (annexes B and C), and
//! *Transformations and OSGM15 user guide* (bilinear interpolation of the shifts, fixed-point iteration for the way back).
//! OSTN15 is © Crown copyright, Ordnance Survey and the Ministry of Defence, 2016; its licence is in `NOTICE`.

use crate::error::{Error, Result};

/// A point in WGS84 degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLat {
    /// Longitude, −180 to 180.
    pub lon: f64,
    /// Latitude, −90 to 90.
    pub lat: f64,
}

/// A point of the British National Grid (EPSG:27700), in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EastingNorthing {
    /// Metres east of the false origin.
    pub easting: f64,
    /// Metres north of the false origin.
    pub northing: f64,
}

/// How a datum shift was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatumShift {
    /// OSTN15 grid: centimetres. London only.
    Ostn15,
    /// Single seven-parameter Helmert transformation: about 2 m, at most 5 m.
    Helmert,
}

/// Metres in the plane for one study area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Projection {
    /// British National Grid.
    BritishNationalGrid,
    /// Transverse Mercator on WGS84 with its origin here and scale 1: for study areas outside Great Britain.
    Local {
        /// Origin.
        origin: LonLat,
    },
}

impl Projection {
    /// The projection for a study area inside `bounds` (west, south, east, north, in degrees): the British National Grid when
    /// all four corners lie in it, else [`Projection::Local`] at the centre. A box whose west is greater than its east crosses
    /// the antimeridian.
    ///
    /// ```
    /// use hotspot_core::projection::Projection;
    /// assert_eq!(Projection::for_area([-0.51, 51.28, 0.34, 51.70]), Projection::BritishNationalGrid);
    /// assert!(matches!(Projection::for_area([-74.26, 40.49, -73.69, 40.92]), Projection::Local { .. }));
    /// ```
    pub fn for_area(bounds: [f64; 4]) -> Self {
        let [west, south, east, north] = bounds;
        let corners = [(west, south), (west, north), (east, south), (east, north)];
        if corners.iter().all(|&(lon, lat)| bng_from_wgs84(LonLat { lon, lat }).is_some()) {
            return Self::BritishNationalGrid;
        }
        let width = if east < west { east + 360.0 - west } else { east - west };
        Self::Local { origin: LonLat { lon: wrapped(west + width / 2.0), lat: f64::midpoint(south, north) } }
    }

    /// Metres east (x) and north (y): of the false origin of the National Grid, or of the local origin.
    ///
    /// # Errors
    /// [`Error::Projection`] outside the National Grid (0–700 km east, 0–1,300 km north), more than 6 degrees of longitude from
    /// a local origin, or when a coordinate is not finite or out of range.
    pub fn metres_from_lonlat(&self, p: LonLat) -> Result<[f64; 2]> {
        match self {
            Self::BritishNationalGrid => bng_from_wgs84(p).map(|(m, _)| [m.easting, m.northing]).ok_or(Error::Projection),
            Self::Local { origin } => {
                let east_of_origin = wrapped(p.lon - origin.lon);
                if !(p.lon.abs() <= 180.0 && p.lat.abs() <= 90.0 && east_of_origin.abs() <= LOCAL_REACH_DEGREES) {
                    return Err(Error::Projection);
                }
                Ok(TransverseMercator::local(*origin).metres_from_radians(east_of_origin.to_radians(), p.lat.to_radians()))
            }
        }
    }

    /// The way back of [`Self::metres_from_lonlat`].
    ///
    /// # Errors
    /// [`Error::Projection`] for metres that no place of the projection has.
    pub fn lonlat_from_metres(&self, m: [f64; 2]) -> Result<LonLat> {
        match self {
            Self::BritishNationalGrid => {
                wgs84_from_bng(EastingNorthing { easting: m[0], northing: m[1] }).map(|(p, _)| p).ok_or(Error::Projection)
            }
            Self::Local { origin } => {
                // A quarter of a meridian is 10,002 km.
                if !(m[0].abs() <= 700_000.0 && m[1].abs() <= 20_004_000.0) {
                    return Err(Error::Projection);
                }
                let (lambda, phi) = TransverseMercator::local(*origin).radians_from_metres(m);
                let (east_of_origin, lat) = (lambda.to_degrees(), phi.to_degrees());
                if !(east_of_origin.abs() <= LOCAL_REACH_DEGREES + 1e-6 && lat.abs() <= 90.0) {
                    return Err(Error::Projection);
                }
                Ok(LonLat { lon: wrapped(origin.lon + east_of_origin), lat })
            }
        }
    }
}

/// Degrees of longitude on either side of a local origin within which the truncated series is good to a centimetre.
const LOCAL_REACH_DEGREES: f64 = 6.0;

/// A longitude in −180 to 180; values inside are left exactly as they are.
fn wrapped(lon: f64) -> f64 {
    if lon > 180.0 {
        lon - 360.0
    } else if lon < -180.0 {
        lon + 360.0
    } else {
        lon
    }
}

/// The National Grid from WGS84 degrees, and how the datum was shifted; `None` outside the grid (0–700 km east, 0–1,300 km
/// north) and for coordinates that are not finite.
///
/// ```
/// use hotspot_core::projection::{DatumShift, LonLat, bng_from_wgs84};
/// let (grid, shift) = bng_from_wgs84(LonLat { lon: -0.119925572, lat: 51.48936565 }).unwrap();
/// assert!((grid.easting - 530624.974).abs() < 0.01 && (grid.northing - 178388.464).abs() < 0.01);
/// assert_eq!(shift, DatumShift::Ostn15);
/// assert_eq!(bng_from_wgs84(LonLat { lon: 2.35, lat: 48.86 }), None);
/// ```
pub fn bng_from_wgs84(p: LonLat) -> Option<(EastingNorthing, DatumShift)> {
    if !near_grid(p) {
        return None;
    }
    let [east, north] = TransverseMercator::GRS80.metres_from_radians((p.lon + 2.0).to_radians(), p.lat.to_radians());
    match ostn15_shift(east, north) {
        Some([e, n]) => Some((EastingNorthing { easting: east + e, northing: north + n }, DatumShift::Ostn15)),
        None => bng_from_wgs84_by_helmert(p).map(|grid| (grid, DatumShift::Helmert)),
    }
}

/// The National Grid by the Helmert transformation alone, in London too: only to undo it in data that were made with it.
///
/// Much open data of London was brought to WGS84 without the OSTN15 grid and lies 1.8 m off; converting it with this and back with
/// [`wgs84_from_bng`] puts it right. `None` as for [`bng_from_wgs84`].
///
/// ```
/// use hotspot_core::projection::{LonLat, bng_from_wgs84, bng_from_wgs84_by_helmert};
/// let p = LonLat { lon: -0.119925572, lat: 51.48936565 };
/// let (exact, coarse) = (bng_from_wgs84(p).unwrap().0, bng_from_wgs84_by_helmert(p).unwrap());
/// let off = (exact.easting - coarse.easting).hypot(exact.northing - coarse.northing);
/// assert!((1.4..2.1).contains(&off));
/// ```
pub fn bng_from_wgs84_by_helmert(p: LonLat) -> Option<EastingNorthing> {
    if !near_grid(p) {
        return None;
    }
    let (lambda, phi) = helmert_osgb36_from_wgs84(p.lon.to_radians(), p.lat.to_radians());
    let [easting, northing] = TransverseMercator::AIRY.metres_from_radians(lambda + 2.0_f64.to_radians(), phi);
    let grid = EastingNorthing { easting, northing };
    in_grid(grid).then_some(grid)
}

/// WGS84 degrees from the National Grid; `None` outside the grid and for coordinates that are not finite.
///
/// The two ways agree to a millimetre, but for a strip 3 m wide round the edge of the OSTN15 box, where the way there and the
/// way back may use different shifts.
///
/// ```
/// use hotspot_core::projection::{EastingNorthing, wgs84_from_bng};
/// let (p, _) = wgs84_from_bng(EastingNorthing { easting: 530624.974, northing: 178388.464 }).unwrap();
/// assert!((p.lon - -0.119925572).abs() < 1e-7 && (p.lat - 51.48936565).abs() < 1e-7);
/// ```
pub fn wgs84_from_bng(p: EastingNorthing) -> Option<(LonLat, DatumShift)> {
    if !in_grid(p) {
        return None;
    }
    if let Some(etrs89) = etrs89_from_osgb36(p) {
        let (lambda, phi) = TransverseMercator::GRS80.radians_from_metres(etrs89);
        return Some((LonLat { lon: lambda.to_degrees() - 2.0, lat: phi.to_degrees() }, DatumShift::Ostn15));
    }
    let (lambda, phi) = TransverseMercator::AIRY.radians_from_metres([p.easting, p.northing]);
    let (lambda, phi) = helmert_wgs84_from_osgb36(lambda - 2.0_f64.to_radians(), phi);
    Some((LonLat { lon: lambda.to_degrees(), lat: phi.to_degrees() }, DatumShift::Helmert))
}

/// Whether a point may lie in the grid: far outside, the series gives nonsense that could fall into it. False for NaN.
fn near_grid(p: LonLat) -> bool {
    (-11.0..=4.5).contains(&p.lon) && (49.0..=62.0).contains(&p.lat)
}

/// Whether a point lies in the 700 km × 1,300 km of the National Grid.
fn in_grid(p: EastingNorthing) -> bool {
    (0.0..=700_000.0).contains(&p.easting) && (0.0..=1_300_000.0).contains(&p.northing)
}

// ---------------------------------------------------------------------------------------------------------------------------

/// An ellipsoid of revolution.
#[derive(Debug, Clone, Copy)]
struct Ellipsoid {
    /// Semi-major axis in metres.
    a: f64,
    /// First eccentricity, squared.
    e2: f64,
    /// Third flattening, (a − b) / (a + b).
    n: f64,
}

impl Ellipsoid {
    const fn new(a: f64, b: f64) -> Self {
        Self { a, e2: (a * a - b * b) / (a * a), n: (a - b) / (a + b) }
    }

    const AIRY_1830: Self = Self::new(6_377_563.396, 6_356_256.909);
    const GRS80: Self = Self::new(6_378_137.0, 6_356_752.314_14);
    const WGS84: Self = Self::new(6_378_137.0, 6_356_752.314_245);

    /// Distance along the meridian from the equator, divided by the semi-major axis, as coefficients of
    /// φ, sin 2φ, sin 4φ and sin 6φ (Helmert's series to n³: 0.03 mm).
    const fn meridian(&self) -> [f64; 4] {
        let n = self.n;
        let k = 1.0 / (1.0 + n);
        [
            k * (1.0 + n * n / 4.0 + n * n * n * n / 64.0),
            -k * 1.5 * (n - n * n * n / 8.0),
            k * 15.0 / 16.0 * (n * n - n * n * n * n / 4.0),
            -k * 35.0 / 48.0 * n * n * n,
        ]
    }

    /// Geocentric metres of a point on the surface.
    fn cartesian_from_radians(&self, lambda: f64, phi: f64) -> [f64; 3] {
        let (sin_phi, cos_phi) = phi.sin_cos();
        let (sin_lambda, cos_lambda) = lambda.sin_cos();
        let nu = self.a / (1.0 - self.e2 * sin_phi * sin_phi).sqrt();
        [nu * cos_phi * cos_lambda, nu * cos_phi * sin_lambda, nu * (1.0 - self.e2) * sin_phi]
    }

    /// Longitude and latitude of a point within some hundred metres of the surface; its height is dropped.
    fn radians_from_cartesian(&self, [x, y, z]: [f64; 3]) -> (f64, f64) {
        let p = x.hypot(y);
        let mut phi = (z / (p * (1.0 - self.e2))).atan();
        for _ in 0..4 {
            let sin_phi = phi.sin();
            let nu = self.a / (1.0 - self.e2 * sin_phi * sin_phi).sqrt();
            phi = ((z + self.e2 * nu * sin_phi) / p).atan();
        }
        (y.atan2(x), phi)
    }
}

/// Transverse Mercator by Redfearn's series: exact to a millimetre within 4 degrees of the central meridian.
/// Longitudes are radians east of it.
#[derive(Debug, Clone, Copy)]
struct TransverseMercator {
    ellipsoid: Ellipsoid,
    /// Scale on the central meridian.
    scale: f64,
    /// Metres added to x.
    false_easting: f64,
    /// Metres added to y, the distance from the equator to the true origin already taken off.
    northing_of_equator: f64,
    /// [`Ellipsoid::meridian`].
    meridian: [f64; 4],
}

/// Scale of the National Grid on its central meridian, 2° W.
const NATIONAL_GRID_SCALE: f64 = 0.999_601_271_7;

/// Metres along the meridian from the equator to 49° N on each ellipsoid, times the scale, less the false northing:
/// checked against [`TransverseMercator::distance_from_equator`] in the tests.
const AIRY_NORTHING_OF_EQUATOR: f64 = -100_000.0 - 5_427_063.814_535;
const GRS80_NORTHING_OF_EQUATOR: f64 = -100_000.0 - 5_427_462.685_917;

impl TransverseMercator {
    /// The National Grid's projection on its own ellipsoid.
    const AIRY: Self = Self::national_grid(Ellipsoid::AIRY_1830, AIRY_NORTHING_OF_EQUATOR);
    /// The same projection of ETRS89 degrees: what the OSTN15 shifts are added to.
    const GRS80: Self = Self::national_grid(Ellipsoid::GRS80, GRS80_NORTHING_OF_EQUATOR);

    const fn national_grid(ellipsoid: Ellipsoid, northing_of_equator: f64) -> Self {
        let meridian = ellipsoid.meridian();
        Self { ellipsoid, scale: NATIONAL_GRID_SCALE, false_easting: 400_000.0, northing_of_equator, meridian }
    }

    /// Scale 1 and both false coordinates zero at `origin`, on WGS84.
    fn local(origin: LonLat) -> Self {
        let ellipsoid = Ellipsoid::WGS84;
        let mut tm = Self { ellipsoid, scale: 1.0, false_easting: 0.0, northing_of_equator: 0.0, meridian: ellipsoid.meridian() };
        tm.northing_of_equator = -tm.distance_from_equator(origin.lat.to_radians());
        tm
    }

    /// Metres along the central meridian from the equator, scaled.
    fn distance_from_equator(&self, phi: f64) -> f64 {
        let (sin, cos) = phi.sin_cos();
        self.meridian_distance(phi, sin, cos)
    }

    fn meridian_distance(&self, phi: f64, sin: f64, cos: f64) -> f64 {
        let [c0, c2, c4, c6] = self.meridian;
        let (sin2, cos2) = (2.0 * sin * cos, 1.0 - 2.0 * sin * sin);
        let (sin4, cos4) = (2.0 * sin2 * cos2, 1.0 - 2.0 * sin2 * sin2);
        let sin6 = sin4 * cos2 + cos4 * sin2;
        self.ellipsoid.a * self.scale * (c0 * phi + c2 * sin2 + c4 * sin4 + c6 * sin6)
    }

    fn metres_from_radians(&self, lambda: f64, phi: f64) -> [f64; 2] {
        let (s, c) = phi.sin_cos();
        let t2 = (s / c) * (s / c);
        let w = 1.0 - self.ellipsoid.e2 * s * s;
        let nu = self.ellipsoid.a * self.scale / w.sqrt();
        let rho_over_nu = (1.0 - self.ellipsoid.e2) / w;
        let psi = 1.0 / rho_over_nu;
        let eta2 = psi - 1.0;

        let l2 = lambda * lambda;
        let c2 = c * c;
        let t4 = t2 * t2;
        // Terms II to IIIA and IV to VI of annex C.
        let north =
            nu * s * c * l2 * (0.5 + l2 * c2 * ((5.0 - t2 + 9.0 * eta2) / 24.0 + l2 * c2 * (61.0 - 58.0 * t2 + t4) / 720.0));
        let east = nu
            * c
            * lambda
            * (1.0 + l2 * c2 * ((psi - t2) / 6.0 + l2 * c2 * (5.0 - 18.0 * t2 + t4 + 14.0 * eta2 - 58.0 * t2 * eta2) / 120.0));
        [self.false_easting + east, self.northing_of_equator + self.meridian_distance(phi, s, c) + north]
    }

    fn radians_from_metres(&self, m: [f64; 2]) -> (f64, f64) {
        let Ellipsoid { a, e2, n } = self.ellipsoid;
        // Footpoint latitude from the rectifying latitude (series to n⁴).
        let mu = (m[1] - self.northing_of_equator) / (a * self.scale * self.meridian[0]);
        let (s, c) = mu.sin_cos();
        let (sin2, cos2) = (2.0 * s * c, 1.0 - 2.0 * s * s);
        let (sin4, cos4) = (2.0 * sin2 * cos2, 1.0 - 2.0 * sin2 * sin2);
        let (sin6, sin8) = (sin4 * cos2 + cos4 * sin2, 2.0 * sin4 * cos4);
        let (n2, n3, n4) = (n * n, n * n * n, n * n * n * n);
        let foot = mu
            + (1.5 * n - 27.0 / 32.0 * n3) * sin2
            + (21.0 / 16.0 * n2 - 55.0 / 32.0 * n4) * sin4
            + 151.0 / 96.0 * n3 * sin6
            + 1097.0 / 512.0 * n4 * sin8;

        let (s, c) = foot.sin_cos();
        let t = s / c;
        let (t2, t4, t6) = (t * t, t.powi(4), t.powi(6));
        let w = 1.0 - e2 * s * s;
        let nu = a * self.scale / w.sqrt();
        let psi = w / (1.0 - e2);
        let eta2 = psi - 1.0;

        let d = (m[0] - self.false_easting) / nu;
        let d2 = d * d;
        // Terms VII to IX and X to XIIA of annex C; ν/ρ is ψ.
        let phi = foot
            - t * psi
                * d2
                * (0.5 - d2 * ((5.0 + 3.0 * t2 + eta2 - 9.0 * t2 * eta2) / 24.0 - d2 * (61.0 + 90.0 * t2 + 45.0 * t4) / 720.0));
        let lambda = d / c
            * (1.0
                - d2 * ((psi + 2.0 * t2) / 6.0
                    - d2 * ((5.0 + 28.0 * t2 + 24.0 * t4) / 120.0 - d2 * (61.0 + 662.0 * t2 + 1320.0 * t4 + 720.0 * t6) / 5040.0)));
        (lambda, phi)
    }
}

// ---------------------------------------------------------------------------------------------------------------------------

/// Metres from WGS84 to OSGB36.
const TRANSLATION: [f64; 3] = [-446.448, 125.157, -542.060];
/// Rotations about x, y, z, in radians (−0.1502, −0.2470 and −0.8421 seconds of arc).
const ROTATION: [f64; 3] = [-0.1502 * ARC_SECOND, -0.2470 * ARC_SECOND, -0.8421 * ARC_SECOND];
const ARC_SECOND: f64 = std::f64::consts::PI / 648_000.0;
/// Scale, beyond 1.
const SCALE: f64 = 20.4894e-6;

/// What the small rotations and the scale add to a vector.
fn turned([x, y, z]: [f64; 3]) -> [f64; 3] {
    let [rx, ry, rz] = ROTATION;
    [SCALE * x - rz * y + ry * z, rz * x + SCALE * y - rx * z, -ry * x + rx * y + SCALE * z]
}

fn helmert_osgb36_from_wgs84(lambda: f64, phi: f64) -> (f64, f64) {
    let from = Ellipsoid::GRS80.cartesian_from_radians(lambda, phi);
    let turned = turned(from);
    let to = std::array::from_fn(|i| from[i] + TRANSLATION[i] + turned[i]);
    Ellipsoid::AIRY_1830.radians_from_cartesian(to)
}

fn helmert_wgs84_from_osgb36(lambda: f64, phi: f64) -> (f64, f64) {
    let to = Ellipsoid::AIRY_1830.cartesian_from_radians(lambda, phi);
    // Each pass makes the error some 50,000 times smaller.
    let mut from = to;
    for _ in 0..4 {
        let turned = turned(from);
        from = std::array::from_fn(|i| to[i] - TRANSLATION[i] - turned[i]);
    }
    Ellipsoid::GRS80.radians_from_cartesian(from)
}

// ---------------------------------------------------------------------------------------------------------------------------

/// The nodes of the OSTN15 grid round London, written by `cargo xtask data` (layout: `data/README.md`): a head of 24 bytes, then
/// for each node, row by row from the south-west, the shift east and north as `i16` millimetres beyond the two bases.
static OSTN15: &[u8] = include_bytes!("../../../data/ostn15_london.bin");
const HEAD: usize = 24;
const COLUMNS: usize = 76;
const ROWS: usize = 71;
/// South-west node, in kilometres.
const WEST_KM: f64 = 495.0;
const SOUTH_KM: f64 = 143.0;
/// Shift in metres to which each node adds.
const BASE: [f64; 2] = [98.0, -79.0];

/// The OSTN15 shift (east, north) at ETRS89 grid coordinates; `None` outside the box.
fn ostn15_shift(east: f64, north: f64) -> Option<[f64; 2]> {
    let x = east / 1000.0 - WEST_KM;
    let y = north / 1000.0 - SOUTH_KM;
    let inside = (0.0..=(COLUMNS - 1) as f64).contains(&x) && (0.0..=(ROWS - 1) as f64).contains(&y);
    inside.then(|| interpolated(x, y))
}

/// The shift at a place in the box, in kilometres from its south-west node; the last cell is continued beyond the edge.
fn interpolated(x: f64, y: f64) -> [f64; 2] {
    let column = (x.max(0.0) as usize).min(COLUMNS - 2);
    let row = (y.max(0.0) as usize).min(ROWS - 2);
    let (t, u) = (x - column as f64, y - row as f64);
    let [sw, se] = [node(column, row), node(column + 1, row)];
    let [nw, ne] = [node(column, row + 1), node(column + 1, row + 1)];
    std::array::from_fn(|i| {
        let south = sw[i] + t * (se[i] - sw[i]);
        let north = nw[i] + t * (ne[i] - nw[i]);
        BASE[i] + (south + u * (north - south)) / 1000.0
    })
}

/// Millimetres beyond the base.
fn node(column: usize, row: usize) -> [f64; 2] {
    let at = HEAD + 4 * (row * COLUMNS + column);
    [f64::from(i16::from_le_bytes([OSTN15[at], OSTN15[at + 1]])), f64::from(i16::from_le_bytes([OSTN15[at + 2], OSTN15[at + 3]]))]
}

/// ETRS89 grid coordinates whose OSTN15 shift leads to `p`, by fixed-point iteration; `None` when they lie outside the box.
fn etrs89_from_osgb36(p: EastingNorthing) -> Option<[f64; 2]> {
    let near = |km: f64, from: f64, cells: usize| (from - 1.0..=from + cells as f64).contains(&km);
    if !near(p.easting / 1000.0, WEST_KM, COLUMNS) || !near(p.northing / 1000.0, SOUTH_KM, ROWS) {
        return None;
    }
    let mut at = [p.easting, p.northing];
    // The shift varies by 3 cm a kilometre: each pass makes the error 30,000 times smaller.
    for _ in 0..4 {
        let [e, n] = interpolated(at[0] / 1000.0 - WEST_KM, at[1] / 1000.0 - SOUTH_KM);
        at = [p.easting - e, p.northing - n];
    }
    ostn15_shift(at[0], at[1]).map(|_| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Degrees, minutes and seconds as radians.
    fn dms(d: f64, m: f64, s: f64) -> f64 {
        (d + m / 60.0 + s / 3600.0).to_radians()
    }

    #[test]
    fn the_worked_example_of_the_ordnance_survey_comes_out_to_a_tenth_of_a_millimetre() {
        let phi = dms(52.0, 39.0, 27.2531);
        let lambda = dms(1.0, 43.0, 4.5177);
        let [e, n] = TransverseMercator::AIRY.metres_from_radians(lambda + 2.0_f64.to_radians(), phi);
        assert!((e - 651_409.902_96).abs() < 1e-4 && (n - 313_177.270_33).abs() < 1e-4, "{e} {n}");
        let (back_lambda, back_phi) = TransverseMercator::AIRY.radians_from_metres([e, n]);
        let off = [(back_lambda - 2.0_f64.to_radians() - lambda).abs(), (back_phi - phi).abs()];
        assert!(off[0] < 1e-10 && off[1] < 1e-10, "{off:?}");
    }

    #[test]
    fn the_northings_of_the_equator_are_those_of_forty_nine_degrees() {
        for tm in [TransverseMercator::AIRY, TransverseMercator::GRS80] {
            let origin = tm.distance_from_equator(49.0_f64.to_radians());
            assert!((tm.northing_of_equator + 100_000.0 + origin).abs() < 1e-6, "{origin:.6}");
        }
    }

    #[test]
    fn the_head_of_the_shift_file_is_what_the_code_takes_it_to_be() {
        let u16_at = |i: usize| u16::from_le_bytes([OSTN15[i], OSTN15[i + 1]]);
        let i32_at = |i: usize| i32::from_le_bytes([OSTN15[i], OSTN15[i + 1], OSTN15[i + 2], OSTN15[i + 3]]);
        assert_eq!(&OSTN15[..8], b"OSTN15L\x01");
        assert_eq!((f64::from(u16_at(8)), f64::from(u16_at(10))), (WEST_KM, SOUTH_KM));
        assert_eq!((usize::from(u16_at(12)), usize::from(u16_at(14))), (COLUMNS, ROWS));
        assert_eq!((f64::from(i32_at(16)), f64::from(i32_at(20))), (BASE[0] * 1000.0, BASE[1] * 1000.0));
        assert_eq!(OSTN15.len(), HEAD + 4 * COLUMNS * ROWS);
    }

    /// What the tolerance of the reference tests would let through if the datum shift were left out.
    #[test]
    fn without_a_datum_shift_london_is_126_metres_off() {
        let p = LonLat { lon: -0.119_925_572, lat: 51.489_365_65 };
        for (tm, expected) in [(TransverseMercator::GRS80, 126.0), (TransverseMercator::AIRY, 124.0)] {
            let [e, n] = tm.metres_from_radians((p.lon + 2.0).to_radians(), p.lat.to_radians());
            let off = (e - 530_624.974).hypot(n - 178_388.464);
            assert!((off - expected).abs() < 1.0, "{off}");
        }
        let (right, _) = bng_from_wgs84(p).unwrap();
        assert!((right.easting - 530_624.974).hypot(right.northing - 178_388.464) < 0.01);
    }

    #[test]
    fn nonsense_is_refused_and_never_projected() {
        for (lon, lat) in
            [(f64::NAN, 51.5), (0.0, f64::INFINITY), (178.0, 51.5), (0.0, -51.5), (51.5, -0.1), (530_000.0, 180_000.0)]
        {
            assert_eq!(bng_from_wgs84(LonLat { lon, lat }), None, "{lon} {lat}");
        }
        for (easting, northing) in [(f64::NAN, 1.0), (-1.0, 10.0), (700_001.0, 10.0), (10.0, 1_300_001.0)] {
            assert_eq!(wgs84_from_bng(EastingNorthing { easting, northing }), None);
        }
        let local = Projection::for_area([-74.26, 40.49, -73.69, 40.92]);
        assert_eq!(local.metres_from_lonlat(LonLat { lon: -60.0, lat: 40.0 }), Err(Error::Projection));
        assert_eq!(local.metres_from_lonlat(LonLat { lon: f64::NAN, lat: 40.0 }), Err(Error::Projection));
        assert_eq!(local.lonlat_from_metres([f64::NAN, 0.0]), Err(Error::Projection));
        assert_eq!(local.lonlat_from_metres([9e6, 0.0]), Err(Error::Projection));
    }

    #[test]
    fn a_box_over_the_antimeridian_has_its_origin_inside() {
        let Projection::Local { origin } = Projection::for_area([177.0, -19.0, -178.0, -16.0]) else { panic!("not British") };
        assert!((origin.lon - 179.5).abs() < 1e-12);
        let fiji = Projection::Local { origin };
        let m = fiji.metres_from_lonlat(LonLat { lon: -179.5, lat: -17.5 }).unwrap();
        assert!((m[0] - 106_000.0).abs() < 1_000.0, "{m:?}");
        assert!((fiji.lonlat_from_metres(m).unwrap().lon - -179.5).abs() < 1e-9);
    }
}
