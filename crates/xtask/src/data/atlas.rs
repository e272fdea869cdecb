//! `data/atlas.bin` from the text files beside it; the layout is described in `hotspot_core::atlas`.

use super::study_area::{put_right, study_area};
use flate2::read::GzDecoder;
use geo::{MultiPolygon, Polygon};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The bytes of the atlas made from the text files in `data`.
pub fn encode(data: &Path) -> Result<Vec<u8>, String> {
    let mut out = b"HSATLAS\x02".to_vec();
    let codes = boroughs(data, &mut out)?;
    postcodes(data, &codes, &mut out)?;
    lsoas(data, &codes, &mut out)?;
    breaks(data, &mut out)?;
    Ok(out)
}

/// Writes the boroughs, the Thames and the study area; gives the row of each GSS code.
fn boroughs(data: &Path, out: &mut Vec<u8>) -> Result<HashMap<String, usize>, String> {
    let assign = shapes(&data.join("boroughs/london_boroughs_s20.geojson"))?;
    let draw = shapes(&data.join("boroughs/london_boroughs_s10.geojson"))?;
    let units: HashMap<String, String> = rows(&data.join("boroughs/borough_bcu.csv"), ["borough", "bcu"])?
        .into_iter()
        .map(|[borough, unit]| (borough, unit))
        .collect();
    let population = residents(data)?;

    unsigned(out, assign.len() as u64);
    for (code, shape) in &assign {
        let (census, ages) = population.get(code).ok_or_else(|| format!("no population of {code}"))?;
        text(out, code);
        text(out, &shape.name);
        text(out, units.get(&shape.name).map_or("", String::as_str));
        unsigned(out, u64::from(shape.inner));
        unsigned(out, *census);
        for age in ages {
            unsigned(out, *age);
        }
        polygons(out, &shape.polygons);
        polygons(out, &draw.get(code).ok_or_else(|| format!("nothing to draw for {code}"))?.polygons);
    }
    let thames = river(&data.join("context/thames_tidal_derived.geojson"))?;
    polygons(out, &thames);
    let outlines: Vec<_> = assign.values().map(|b| b.polygons.clone()).collect();
    polygons(out, &study_area(&outlines, &thames)?);
    Ok(assign.into_keys().enumerate().map(|(row, code)| (code, row)).collect())
}

/// Residents of each borough by GSS code: of the census of 2011, and of mid-2023 aged 0 to 17, 18 to 64, 65 and over.
fn residents(data: &Path) -> Result<HashMap<String, (u64, [u64; 3])>, String> {
    let ages = ["mid_2023_age_0_17", "mid_2023_age_18_64", "mid_2023_age_65_plus"];
    let columns = ["gss_code", "census_2011", "mid_2023", ages[0], ages[1], ages[2]];
    let of_row = |[code, census, all, young, adult, old]: [String; 6]| {
        let ages = [number(&young)?, number(&adult)?, number(&old)?];
        // Only the ages are written: their sum stands for all.
        if ages.iter().sum::<u64>() != number(&all)? {
            return Err(format!("the ages of {code} do not add up to all its residents of mid-2023"));
        }
        Ok((code, (number(&census)?, ages)))
    };
    rows(&data.join("population/borough_population.csv"), columns)?.into_iter().map(of_row).collect()
}

/// Writes the districts and the postcodes.
fn postcodes(data: &Path, codes: &HashMap<String, usize>, out: &mut Vec<u8>) -> Result<(), String> {
    let file = data.join("postcodes/london_postcodes_onspd_2025-11.csv.gz");
    let columns = ["postcode", "gss_code", "easting", "northing", "in_codepoint_open"];
    let mut groups: BTreeMap<(String, usize, bool), Vec<[i64; 2]>> = BTreeMap::new();
    for [postcode, code, easting, northing, live] in rows(&file, columns)? {
        let (district, _) = postcode.split_once(' ').ok_or("a postcode without a blank")?;
        let borough = *codes.get(&code).ok_or("a postcode outside the boroughs")?;
        // Live ones first.
        let ended = live != "1";
        let at = [number(&easting)? as i64, number(&northing)? as i64];
        groups.entry((district.to_owned(), borough, ended)).or_default().push(at);
    }
    let mut districts: Vec<&str> = groups.keys().map(|(district, ..)| district.as_str()).collect();
    districts.dedup();
    unsigned(out, districts.len() as u64);
    for district in &districts {
        text(out, district);
    }
    unsigned(out, groups.len() as u64);
    for ((district, borough, ended), points) in &groups {
        let row = districts.binary_search(&district.as_str()).expect("districts were taken from the same keys");
        unsigned(out, row as u64);
        unsigned(out, *borough as u64);
        unsigned(out, u64::from(!ended));
        unsigned(out, points.len() as u64);
        let mut points = points.clone();
        points.sort_by_key(|&[x, y]| (along_hilbert_curve(x as u32, y as u32), x, y));
        let mut before = [0, 0];
        for at in points {
            signed(out, at[0] - before[0]);
            signed(out, at[1] - before[1]);
            before = at;
        }
    }
    Ok(())
}

/// Writes the LSOAs.
fn lsoas(data: &Path, codes: &HashMap<String, usize>, out: &mut Vec<u8>) -> Result<(), String> {
    let file = data.join("population/london_lsoa11_census2011.csv");
    let mut rows = rows(&file, ["lsoa11_code", "gss_code", "persons_2011", "households_2011", "hectares"])?;
    rows.sort();
    unsigned(out, rows.len() as u64);
    let mut before = 0;
    for [code, borough, persons, households, hectares] in rows {
        let at = number(code.trim_start_matches('E'))? as i64;
        signed(out, at - before);
        before = at;
        unsigned(out, *codes.get(&borough).ok_or("an LSOA outside the boroughs")? as u64);
        for value in [persons, households, hectares] {
            unsigned(out, number(&value)?);
        }
    }
    Ok(())
}

/// Writes the recording breaks.
fn breaks(data: &Path, out: &mut Vec<u8>) -> Result<(), String> {
    let rows = rows(&data.join("breaks.csv"), ["id", "from", "areas", "what", "source"])?;
    unsigned(out, rows.len() as u64);
    for row in rows {
        for field in row {
            text(out, &field);
        }
    }
    Ok(())
}

/// One borough of a GeoJSON file.
struct Outline {
    name: String,
    inner: bool,
    polygons: MultiPolygon<f64>,
}

/// The outlines of a file of boroughs by GSS code.
fn shapes(path: &Path) -> Result<BTreeMap<String, Outline>, String> {
    let mut outlines = BTreeMap::new();
    for feature in features(path)? {
        let property = |name: &str| {
            let value = feature.property(name).and_then(|v| v.as_str());
            value.map(str::to_owned).ok_or_else(|| format!("{}: a borough without {name}", path.display()))
        };
        let (code, name, inner) = (property("gss_code")?, property("name")?, property("ons_inner")? == "T");
        outlines.insert(code, Outline { name, inner, polygons: polygons_of(&feature, path)? });
    }
    Ok(outlines)
}

fn river(path: &Path) -> Result<MultiPolygon<f64>, String> {
    let features = features(path)?;
    let [feature] = features.as_slice() else { return Err(format!("{}: not one river", path.display())) };
    polygons_of(feature, path)
}

fn features(path: &Path) -> Result<Vec<geojson::Feature>, String> {
    let json = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let collection: geojson::FeatureCollection = json.parse().map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(collection.features)
}

fn polygons_of(feature: &geojson::Feature, path: &Path) -> Result<MultiPolygon<f64>, String> {
    let geometry = feature.geometry.clone().ok_or_else(|| format!("{}: no geometry", path.display()))?;
    let shape = match geo::Geometry::try_from(geometry).map_err(|e| format!("{}: {e}", path.display()))? {
        geo::Geometry::Polygon(p) => MultiPolygon(vec![p]),
        geo::Geometry::MultiPolygon(m) => m,
        _ => return Err(format!("{}: not a polygon", path.display())),
    };
    Ok(put_right(&shape))
}

/// The named columns of a CSV file, compressed or not.
fn rows<const N: usize>(path: &Path, columns: [&str; N]) -> Result<Vec<[String; N]>, String> {
    let at = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let file = File::open(path).map_err(|e| at(&e))?;
    let input: Box<dyn Read> =
        if path.extension().is_some_and(|e| e == "gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let mut reader = csv::Reader::from_reader(input);
    let header = reader.headers().map_err(|e| at(&e))?.clone();
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        *place = header.iter().position(|h| h == column).ok_or_else(|| format!("{}: no column {column}", path.display()))?;
    }
    reader
        .records()
        .map(|record| {
            let record = record.map_err(|e| at(&e))?;
            Ok(places.map(|place| record[place].to_owned()))
        })
        .collect()
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|e| format!("not a whole number: {e}"))
}

fn unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn signed(out: &mut Vec<u8>, value: i64) {
    unsigned(out, ((value << 1) ^ (value >> 63)) as u64);
}

fn text(out: &mut Vec<u8>, text: &str) {
    unsigned(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn polygons(out: &mut Vec<u8>, shape: &MultiPolygon<f64>) {
    let mut before = [0, 0];
    unsigned(out, shape.0.len() as u64);
    for polygon in &shape.0 {
        let rings = rings(polygon);
        unsigned(out, rings.len() as u64);
        for ring in rings {
            let points = &ring.0[..ring.0.len() - 1];
            unsigned(out, points.len() as u64);
            for point in points {
                let at = [(point.x * 1e6).round() as i64, (point.y * 1e6).round() as i64];
                signed(out, at[0] - before[0]);
                signed(out, at[1] - before[1]);
                before = at;
            }
        }
    }
}

fn rings(polygon: &Polygon<f64>) -> Vec<&geo::LineString<f64>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect()
}

/// The place of a point along a Hilbert curve through 2²⁰ × 2²⁰ metres: neighbours on it are neighbours on the ground.
fn along_hilbert_curve(mut x: u32, mut y: u32) -> u64 {
    const SIDE: u32 = 1 << 20;
    let mut along = 0;
    let mut s = SIDE / 2;
    while s > 0 {
        let (right, up) = (u32::from(x & s > 0), u32::from(y & s > 0));
        along += u64::from(s) * u64::from(s) * u64::from((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                x = SIDE - 1 - x;
                y = SIDE - 1 - y;
            }
            std::mem::swap(&mut x, &mut y);
        }
        s /= 2;
    }
    along
}
