//! Where it happened: numbers and coordinates from text, each known confusion by its own name.

use super::area::Fence;
use super::rule::Rule;
use hotspot_core::projection::{DatumShift, EastingNorthing, LonLat, wgs84_from_bng};

/// Where points may lie.
#[derive(Debug)]
pub(crate) enum Bounds<'a> {
    /// Anywhere on Earth.
    Any,
    /// In this area.
    Area(&'a Fence),
}

/// Degrees that no confusion of axes would move: Great Britain and Ireland, generously.
const BRITAIN: [f64; 4] = [-11.0, 49.0, 3.0, 61.5];
/// Half of the equator in Web Mercator metres, and a little more.
const MERCATOR: f64 = 20_037_509.0;

/// A finite decimal number.
pub(crate) fn number(text: &str) -> Result<f64, Rule> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    if plain {
        return text.parse().ok().filter(|v: &f64| v.is_finite()).ok_or(Rule::NotANumber);
    }
    let separated =
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}'));
    Err(if separated && text.bytes().any(|b| b.is_ascii_digit()) { Rule::ThousandSeparator } else { Rule::NotANumber })
}

/// Which of the two columns is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Axis {
    First,
    Second,
}

/// Checks longitude and latitude.
#[inline]
pub(crate) fn degrees(lon: f64, lat: f64, bounds: &Bounds<'_>) -> Result<LonLat, (Axis, Rule)> {
    let p = LonLat { lon, lat };
    let exchanged = LonLat { lon: lat, lat: lon };
    if lon == 0.0 && lat == 0.0 {
        return Err((Axis::First, Rule::NullIsland));
    }
    if lon.abs() <= 180.0 && lat.abs() <= 90.0 {
        let (fits, swapped) = match bounds {
            Bounds::Any => (true, !in_britain(p) && in_britain(exchanged)),
            Bounds::Area(fence) => {
                let fits = fence.contains(p);
                (fits, !fits && fence.contains(exchanged))
            }
        };
        return match (swapped, fits) {
            (true, _) => Err((Axis::First, Rule::AxesSwapped)),
            (false, true) => Ok(p),
            (false, false) => Err((Axis::First, Rule::OutsideStudyArea)),
        };
    }
    let grid = |x: f64, y: f64| (1_000.0..=700_000.0).contains(&x) && (1_000.0..=1_300_000.0).contains(&y);
    if grid(lon, lat) {
        return Err((Axis::First, Rule::BngInDegrees));
    }
    if lon.abs() <= MERCATOR && lat.abs() <= MERCATOR && lat.abs() > 1_000.0 {
        return Err((Axis::First, Rule::WebMercatorInDegrees));
    }
    if lat.abs() > 90.0 && lon.abs() <= 90.0 && lat.abs() <= 180.0 && allowed(exchanged, bounds) {
        return Err((Axis::First, Rule::AxesSwapped));
    }
    Err(if lon.abs() > 180.0 { (Axis::First, Rule::LonOutOfRange) } else { (Axis::Second, Rule::LatOutOfRange) })
}

/// Checks British National Grid metres and converts them.
pub(crate) fn metres(easting: f64, northing: f64, bounds: &Bounds<'_>) -> Result<(LonLat, DatumShift), (Axis, Rule)> {
    if easting == 0.0 && northing == 0.0 {
        return Err((Axis::First, Rule::NullIsland));
    }
    if easting.abs() <= 180.0 && northing.abs() <= 90.0 {
        return Err((Axis::First, Rule::DegreesInBng));
    }
    let Some((p, shift)) = wgs84_from_bng(EastingNorthing { easting, northing }) else {
        return Err((Axis::First, Rule::OutsideNationalGrid));
    };
    if let Bounds::Area(fence) = bounds
        && !fence.contains(p)
    {
        let exchanged = wgs84_from_bng(EastingNorthing { easting: northing, northing: easting });
        let swapped = exchanged.is_some_and(|(q, _)| fence.contains(q));
        return Err((Axis::First, if swapped { Rule::AxesSwapped } else { Rule::OutsideStudyArea }));
    }
    Ok((p, shift))
}

fn allowed(p: LonLat, bounds: &Bounds<'_>) -> bool {
    match bounds {
        Bounds::Any => in_britain(p),
        Bounds::Area(fence) => fence.contains(p),
    }
}

fn in_britain(p: LonLat) -> bool {
    let [west, south, east, north] = BRITAIN;
    (west..=east).contains(&p.lon) && (south..=north).contains(&p.lat)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_finite_and_plain() {
        assert_eq!(number("-0.1278"), Ok(-0.1278));
        assert_eq!(number("5.3e5"), Ok(530000.0));
        for text in ["NaN", "inf", "1e999", "", "0x1F", "one", "--1", "."] {
            assert_eq!(number(text), Err(Rule::NotANumber), "{text}");
        }
        for text in ["530,124", "530 124.5", "1'000", "51,5"] {
            assert_eq!(number(text), Err(Rule::ThousandSeparator), "{text}");
        }
    }

    #[test]
    fn every_confusion_of_coordinates_has_its_name() {
        for (lon, lat, rule) in [
            (0.0, 0.0, Rule::NullIsland),
            (-0.0, 0.0, Rule::NullIsland),
            (51.5, -0.12, Rule::AxesSwapped),
            (530_000.0, 180_000.0, Rule::BngInDegrees),
            (-14_226.0, 6_711_542.0, Rule::WebMercatorInDegrees),
            (181.0, 51.5, Rule::LonOutOfRange),
            (-0.1, 91.0, Rule::LatOutOfRange),
            (f64::MAX, 1.0, Rule::LonOutOfRange),
        ] {
            assert_eq!(degrees(lon, lat, &Bounds::Any).map_err(|e| e.1), Err(rule), "{lon} {lat}");
        }
        assert!(degrees(-73.98, 40.75, &Bounds::Any).is_ok());
        for (easting, northing, rule) in
            [(0.0, 0.0, Rule::NullIsland), (-0.12, 51.5, Rule::DegreesInBng), (800_000.0, 180_000.0, Rule::OutsideNationalGrid)]
        {
            assert_eq!(metres(easting, northing, &Bounds::Any).map_err(|e| e.1), Err(rule));
        }
        let (p, shift) = metres(530_624.974, 178_388.464, &Bounds::Any).unwrap();
        assert!((p.lon + 0.119925572).abs() < 1e-7 && (p.lat - 51.48936565).abs() < 1e-7);
        assert_eq!(shift, DatumShift::Ostn15);
    }
}
