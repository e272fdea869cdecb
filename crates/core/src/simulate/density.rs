//! Where people live, as sites: live postcodes with the residents of their borough spread evenly over them, each with a
//! risk of its own.

use super::random::{Alias, Purpose, hash};
use super::shares::{LAYERS, SITE_RISK_SD, borough_weights};
use crate::atlas::Atlas;
use crate::error::{Error, Result};
use crate::incident::Precision;
use crate::projection::{LonLat, wgs84_from_bng};
use geo::algorithm::indexed::IntervalTreeMultiPolygon;
use geo::{Contains, Coord, MultiPolygon};
use h3o::{CellIndex, LatLng, Resolution};
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use std::f64::consts::TAU;
use std::sync::OnceLock;

/// Recorded points of one site: its centre, four addresses, two street points, one device position.
pub(super) const POINTS: usize = 8;
/// Share of mapped records at each of the [`POINTS`].
pub(super) const POINT_SHARE: [f64; POINTS] = [0.23, 0.105, 0.105, 0.105, 0.105, 0.125, 0.125, 0.10];
const POINT_PRECISION: [Precision; POINTS] = [
    Precision::Postcode,
    Precision::Address,
    Precision::Address,
    Precision::Address,
    Precision::Address,
    Precision::Street,
    Precision::Street,
    Precision::Device,
];
/// Least and greatest distance of each of the points from the centre, in metres.
const POINT_RING_M: [[f64; 2]; POINTS] =
    [[0.0, 0.0], [5.0, 45.0], [5.0, 45.0], [5.0, 45.0], [5.0, 45.0], [40.0, 100.0], [40.0, 100.0], [0.0, 65.0]];
/// Side of the squares in which neighbouring sites are looked up, in metres.
const SQUARE_M: f64 = 250.0;

/// One site before it has its points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    /// Centre, metres of the plane of the study area (National Grid in London).
    pub metres: [f64; 2],
    /// Centre in degrees.
    pub location: LonLat,
    /// Row of its borough.
    pub borough: u8,
    /// Residents.
    pub residents: f64,
}

/// Residential density as sites. Each site has eight fixed points at which its incidents are recorded, one for each way
/// to geocode, so that the expected number of records in every cell is a finite sum: the displacement by geocoding is in
/// the truth exactly.
#[derive(Debug, Clone)]
pub struct Density {
    metres: Vec<[f64; 2]>,
    center: Vec<LonLat>,
    borough: Vec<u8>,
    /// Bit k: point k would lie outside the study area and falls back on the centre.
    outside: Vec<u8>,
    /// Rows of [`Self::cells`], by site and point.
    cell_rows: Vec<[u32; POINTS]>,
    /// Resolution-9 cells that hold a point, ascending.
    cells: Vec<CellIndex>,
    /// Sites in the cell of the centre.
    crowding: Vec<u32>,
    /// Weight of each site, by layer.
    weights: Vec<[f64; LAYERS]>,
    alias: [Alias; LAYERS],
    squares: Vec<((i32, i32), u32)>,
    borough_codes: Vec<String>,
}

impl Density {
    /// London, from the live postcodes and the mid-2023 population of the built-in atlas; made once.
    pub fn london() -> &'static Self {
        static LONDON: OnceLock<Density> = OnceLock::new();
        LONDON.get_or_init(|| Self::of(Atlas::london()).expect("the built-in atlas has live postcodes inside its boroughs"))
    }

    /// From an atlas: live postcodes, the residents of each borough spread evenly over its own.
    ///
    /// # Errors
    /// [`Error::EmptyArea`] when no live postcode lies inside the study area.
    pub fn of(atlas: &Atlas) -> Result<Self> {
        let postcodes = atlas.postcodes();
        let boroughs: Vec<(String, String)> = atlas.boroughs().iter().map(|b| (b.code.clone(), b.name.clone())).collect();
        let residents: Vec<f64> =
            atlas.boroughs().iter().map(|b| f64::from(b.population_mid2023) / f64::from(b.live_postcodes.max(1))).collect();
        let sites: Vec<Site> = (0..postcodes.len())
            .into_par_iter()
            .filter(|row| postcodes.live()[*row])
            .filter_map(|row| {
                let point = postcodes.location(row);
                let metres = [point.easting, point.northing];
                let borough = postcodes.borough()[row];
                let (location, _) = wgs84_from_bng(point)?;
                Some(Site { metres, location, borough, residents: *residents.get(usize::from(borough))? })
            })
            .collect();
        Self::new(&sites, atlas.study_area(), &boroughs)
    }

    /// From sites of any study area; `boroughs` are pairs of code and name. Sites outside the polygon are left out.
    ///
    /// # Errors
    /// [`Error::EmptyArea`] when no site with residents lies inside.
    pub fn new(sites: &[Site], area: &MultiPolygon<f64>, boroughs: &[(String, String)]) -> Result<Self> {
        let inside = IntervalTreeMultiPolygon::new(area);
        let contains = |p: LonLat| inside.contains(&Coord { x: p.lon, y: p.lat });
        let sites: Vec<Site> = sites
            .par_iter()
            .map(|s| Site { location: rounded(s.location), ..*s })
            .filter(|s| s.residents > 0.0 && usize::from(s.borough) < boroughs.len() && contains(s.location))
            .collect();
        let placed: Vec<(u8, [CellIndex; POINTS])> = sites
            .par_iter()
            .enumerate()
            .map(|(row, site)| {
                let mut outside = 0;
                let mut cells = [cell_of(site.location); POINTS];
                for (k, cell) in cells.iter_mut().enumerate().skip(1) {
                    let p = displaced(site.location, row, k);
                    if contains(p) {
                        *cell = cell_of(p);
                    } else {
                        outside |= 1 << k;
                    }
                }
                (outside, cells)
            })
            .collect();
        let mut cells: Vec<CellIndex> = placed.iter().flat_map(|(_, c)| *c).collect();
        cells.sort_unstable();
        cells.dedup();
        let row_of = |c: &CellIndex| cells.binary_search(c).expect("the cell of every point is in the list") as u32;
        let cell_rows: Vec<[u32; POINTS]> = placed.par_iter().map(|(_, c)| c.each_ref().map(row_of)).collect();
        let mut in_cell = vec![0u32; cells.len()];
        for rows in &cell_rows {
            in_cell[rows[0] as usize] += 1;
        }
        let by_borough: Vec<[f64; LAYERS]> = boroughs.iter().map(|(_, name)| borough_weights(name)).collect();
        let weights: Vec<[f64; LAYERS]> = sites
            .iter()
            .enumerate()
            .map(|(row, s)| by_borough[usize::from(s.borough)].map(|w| w * s.residents * risk(row)))
            .collect();
        let alias = alias_of(&weights)?;
        let mut squares: Vec<((i32, i32), u32)> = sites.iter().enumerate().map(|(row, s)| (square(s.metres), row as u32)).collect();
        squares.par_sort_unstable();
        Ok(Self {
            metres: sites.iter().map(|s| s.metres).collect(),
            center: sites.iter().map(|s| s.location).collect(),
            borough: sites.iter().map(|s| s.borough).collect(),
            outside: placed.iter().map(|(o, _)| *o).collect(),
            crowding: cell_rows.iter().map(|rows| in_cell[rows[0] as usize]).collect(),
            cell_rows,
            cells,
            weights,
            alias,
            squares,
            borough_codes: boroughs.iter().map(|(code, _)| code.clone()).collect(),
        })
    }

    /// The same sites with the risk of each taken out, and the weight of each in each layer multiplied by a factor of its own.
    ///
    /// # Errors
    /// [`Error::EmptyArea`] when a layer has no finite positive weight left.
    pub(super) fn with_rates(&self, factors: &[[f64; LAYERS]]) -> Result<Self> {
        let weight = |(row, weights): (usize, &[f64; LAYERS])| -> [f64; LAYERS] {
            let risk = risk(row);
            std::array::from_fn(|l| weights[l] / risk * factors[row][l])
        };
        let weights: Vec<[f64; LAYERS]> = self.weights.iter().enumerate().map(weight).collect();
        let alias = alias_of(&weights)?;
        Ok(Self { weights, alias, ..self.clone() })
    }

    /// Centre of each site in metres.
    pub(super) fn metres(&self) -> &[[f64; 2]] {
        &self.metres
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.center.len()
    }

    /// Never: an empty density is an error.
    pub fn is_empty(&self) -> bool {
        self.center.is_empty()
    }

    /// Resolution-9 cells in which a record can fall, ascending. A cell is the parent of the resolution-10 cell.
    pub fn cells(&self) -> &[CellIndex] {
        &self.cells
    }

    /// A site of the layer's background.
    pub(super) fn draw(&self, layer: usize, rng: &mut Pcg64Mcg) -> u32 {
        self.alias[layer].draw(rng)
    }

    /// Any site, each alike: crowded places come up more often.
    pub(super) fn any(&self, unit: f64) -> u32 {
        ((unit * self.len() as f64) as usize).min(self.len() - 1) as u32
    }

    /// Number of sites in the cell of this one: high where the town is dense.
    pub(super) fn crowding(&self, site: u32) -> u32 {
        self.crowding[site as usize]
    }

    /// Weight of a site in a layer.
    pub(super) fn weight(&self, site: u32, layer: usize) -> f64 {
        self.weights[site as usize][layer]
    }

    pub(super) fn borough_code(&self, site: u32) -> &str {
        &self.borough_codes[usize::from(self.borough[site as usize])]
    }

    /// The k-th recorded point of a site, with the way it was geocoded.
    pub(super) fn point(&self, site: u32, k: usize) -> (LonLat, Precision) {
        let center = self.center[site as usize];
        let location = if self.outside[site as usize] & (1 << k) != 0 { center } else { displaced(center, site as usize, k) };
        (location, POINT_PRECISION[k])
    }

    /// Sites within `radius_m` of a site, itself included, with their distance; ascending by row.
    pub(super) fn within(&self, site: u32, radius_m: f64) -> Vec<(u32, f64)> {
        let [x, y] = self.metres[site as usize];
        let (low, high) = (square([x - radius_m, y - radius_m]), square([x + radius_m, y + radius_m]));
        let mut found = Vec::new();
        for i in low.0..=high.0 {
            let start = self.squares.partition_point(|(key, _)| *key < (i, low.1));
            for (key, row) in &self.squares[start..] {
                if *key > (i, high.1) {
                    break;
                }
                let [a, b] = self.metres[*row as usize];
                let distance = (a - x).hypot(b - y);
                if distance <= radius_m {
                    found.push((*row, distance));
                }
            }
        }
        found.sort_unstable_by_key(|(row, _)| *row);
        found
    }

    /// Adds `weight` at a site to cells, in the shares in which its records fall into them.
    pub(super) fn spread(&self, site: u32, weight: f64, mut add: impl FnMut(u32, f64)) {
        for (row, share) in self.cell_rows[site as usize].iter().zip(POINT_SHARE) {
            add(*row, weight * share);
        }
    }

    /// Share of each cell in the mapped records of a layer's background; sums to 1, aligned with [`Self::cells`].
    pub(super) fn background(&self, layer: usize) -> Vec<f64> {
        let mut shares = vec![0.0; self.cells.len()];
        let total: f64 = self.weights.iter().map(|w| w[layer]).sum();
        for site in 0..self.len() as u32 {
            self.spread(site, self.weight(site, layer) / total, |row, w| shares[row as usize] += w);
        }
        shares
    }
}

/// A table to draw from for each layer.
fn alias_of(weights: &[[f64; LAYERS]]) -> Result<[Alias; LAYERS]> {
    let tables = (0..LAYERS)
        .map(|l| Alias::new(&weights.iter().map(|w| w[l]).collect::<Vec<_>>()).ok_or(Error::EmptyArea))
        .collect::<Result<Vec<_>>>()?;
    Ok(tables.try_into().expect("one table for each layer was made"))
}

fn square(metres: [f64; 2]) -> (i32, i32) {
    ((metres[0] / SQUARE_M).floor() as i32, (metres[1] / SQUARE_M).floor() as i32)
}

/// The resolution-9 cell of a point, as the parent of its resolution-10 cell: H3 parents do not hold exactly the points of
/// their children, and the grid goes by parents.
fn cell_of(p: LonLat) -> CellIndex {
    LatLng::new(p.lat, p.lon)
        .expect("points of the study area are finite degrees")
        .to_cell(Resolution::Ten)
        .parent(Resolution::Nine)
        .expect("9 is coarser than 10")
}

/// A fixed number in [0, 1) of a site.
fn unit(n: u64, purpose: Purpose, site: usize, k: usize) -> f64 {
    (hash(n, purpose, site as u64, k as u64) >> 11) as f64 / (1u64 << 53) as f64
}

/// A site's own risk, the same in every simulation: log-normal with mean 1 (Box and Muller 1958).
fn risk(site: usize) -> f64 {
    let (u, v) = (1.0 - unit(0, Purpose::Risk, site, 0), unit(1, Purpose::Risk, site, 0));
    let normal = (-2.0 * u.ln()).sqrt() * (TAU * v).cos();
    (SITE_RISK_SD * normal - 0.5 * SITE_RISK_SD * SITE_RISK_SD).exp()
}

/// Six decimals of a degree (11 cm), so that a file with six decimals says exactly the same.
fn rounded(p: LonLat) -> LonLat {
    let round = |v: f64| (v * 1e6).round() / 1e6;
    LonLat { lon: round(p.lon), lat: round(p.lat) }
}

/// The k-th point of a site: a fixed pseudo-random place in the ring of its kind.
fn displaced(center: LonLat, site: usize, k: usize) -> LonLat {
    if k == 0 {
        return center;
    }
    let unit = |n: u64| unit(n, Purpose::Points, site, k);
    let [near, far] = POINT_RING_M[k];
    // Uniform over the ring's area.
    let distance = (near * near + unit(0) * (far * far - near * near)).sqrt();
    let (sin, cos) = (TAU * unit(1)).sin_cos();
    // Metres of a degree on the mean sphere: a few decimetres of scale in 100 m do not matter here.
    let lat = center.lat + distance * sin / 111_195.0;
    let lon = center.lon + distance * cos / (111_195.0 * center.lat.to_radians().cos());
    rounded(LonLat { lon, lat })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use geo::polygon;

    /// Two boroughs of a small town: 40 × 40 sites, 80 m apart, dense in the middle.
    pub(in crate::simulate) fn town() -> Density {
        let (lon0, lat0) = (-0.1, 51.5);
        let place = |x: f64, y: f64| LonLat { lon: lon0 + x / 69_200.0, lat: lat0 + y / 111_195.0 };
        let mut sites = Vec::new();
        for i in 0..40 {
            for j in 0..40 {
                let [x, y] = [f64::from(i) * 80.0 + 40.0, f64::from(j) * 80.0 + 40.0];
                let borough = u8::from(i >= 20);
                sites.push(Site { metres: [x, y], location: place(x, y), borough, residents: 40.0 });
                if (15..25).contains(&i) && (15..25).contains(&j) {
                    sites.push(Site {
                        metres: [x + 30.0, y + 20.0],
                        location: place(x + 30.0, y + 20.0),
                        borough,
                        residents: 40.0,
                    });
                }
            }
        }
        let (a, b) = (place(0.0, 0.0), place(3200.0, 3200.0));
        let area = polygon![(x: a.lon, y: a.lat), (x: b.lon, y: a.lat), (x: b.lon, y: b.lat), (x: a.lon, y: b.lat)];
        let names = ["Barnet", "Newham"].map(|n| (format!("E-{n}"), n.to_owned()));
        Density::new(&sites, &MultiPolygon(vec![area]), &names).unwrap()
    }

    #[test]
    fn every_point_lies_in_the_cell_that_is_written_for_it() {
        let town = town();
        for site in 0..town.len() as u32 {
            for k in 0..POINTS {
                let (p, _) = town.point(site, k);
                assert_eq!(cell_of(p), town.cells()[town.cell_rows[site as usize][k] as usize]);
                assert!(p.lon > -0.1 && p.lat > 51.5, "inside the town");
            }
        }
        assert!(town.outside.iter().any(|o| *o != 0), "some points fell back on the centre");
    }

    #[test]
    fn background_shares_sum_to_one_and_tilt_by_borough() {
        let town = town();
        for layer in 0..LAYERS {
            assert!((town.background(layer).iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
        assert!((POINT_SHARE.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let in_borough = |borough: u8, layer: usize| -> f64 {
            (0..town.len() as u32).filter(|s| town.borough[*s as usize] == borough).map(|s| town.weight(s, layer)).sum()
        };
        assert!(in_borough(0, 2) > 10.0 * in_borough(1, 2), "antisemitic: Barnet above Newham");
        assert!(in_borough(1, 3) > 1.5 * in_borough(0, 3), "islamophobic: Newham above Barnet");
    }

    #[test]
    fn risk_has_mean_one_and_lies_on_few_sites() {
        let mut risks: Vec<f64> = (0..200_000).map(risk).collect();
        let total: f64 = risks.iter().sum();
        assert!((total / 200_000.0 - 1.0).abs() < 0.05, "{total}");
        risks.sort_by(f64::total_cmp);
        let top: f64 = risks[190_000..].iter().sum();
        assert!((0.36..0.45).contains(&(top / total)), "{}", top / total);
    }

    #[test]
    fn sites_within_a_radius_are_exactly_those() {
        let town = town();
        for site in [0, 700, town.len() as u32 - 1] {
            let [x, y] = town.metres[site as usize];
            let all: Vec<u32> = (0..town.len() as u32)
                .filter(|o| (town.metres[*o as usize][0] - x).hypot(town.metres[*o as usize][1] - y) <= 290.0)
                .collect();
            let found: Vec<u32> = town.within(site, 290.0).into_iter().map(|(row, _)| row).collect();
            assert_eq!(found, all);
            assert!(found.contains(&site));
        }
    }

    #[test]
    fn sites_outside_the_study_area_are_left_out() {
        let far = Site { metres: [0.0, 0.0], location: LonLat { lon: 3.0, lat: 51.5 }, borough: 0, residents: 1.0 };
        let area = polygon![(x: 0.0, y: 51.0), (x: 1.0, y: 51.0), (x: 1.0, y: 52.0)];
        let names = [("E1".to_owned(), "Somewhere".to_owned())];
        assert_eq!(Density::new(&[far], &MultiPolygon(vec![area]), &names).unwrap_err(), Error::EmptyArea);
    }
}
