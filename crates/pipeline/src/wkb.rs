//! Polygons as well-known binary (ISO 13249-3, little-endian), the geometry column of `GeoParquet`. Exact to the last bit,
//! which GeoJSON read with a fast float parser is not.

use geo::{Coord, LineString, MultiPolygon, Polygon};

const LITTLE_ENDIAN: u8 = 1;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;

/// The value of the key `geo` in the metadata of a Parquet file whose column `geometry` holds this.
pub(crate) const GEOPARQUET: &str = r#"{"version":"1.1.0","primary_column":"geometry","columns":{"geometry":{"encoding":"WKB","geometry_types":["MultiPolygon"]}}}"#;

pub(crate) fn encode(shape: &MultiPolygon<f64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    head(&mut bytes, MULTI_POLYGON, shape.0.len());
    for polygon in &shape.0 {
        head(&mut bytes, POLYGON, 1 + polygon.interiors().len());
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            bytes.extend((ring.0.len() as u32).to_le_bytes());
            for c in &ring.0 {
                bytes.extend(c.x.to_le_bytes());
                bytes.extend(c.y.to_le_bytes());
            }
        }
    }
    bytes
}

fn head(bytes: &mut Vec<u8>, kind: u32, parts: usize) {
    bytes.push(LITTLE_ENDIAN);
    bytes.extend(kind.to_le_bytes());
    bytes.extend((parts as u32).to_le_bytes());
}

/// `None` when the bytes are not what [`encode`] writes.
pub(crate) fn decode(bytes: &[u8]) -> Option<MultiPolygon<f64>> {
    let mut rest = bytes;
    let polygons = expect_head(&mut rest, MULTI_POLYGON)?;
    let mut shape = Vec::new();
    for _ in 0..polygons {
        let rings = expect_head(&mut rest, POLYGON)?;
        let mut read = Vec::new();
        for _ in 0..rings {
            let points = u32::from_le_bytes(take(&mut rest)?);
            let mut ring = Vec::new();
            for _ in 0..points {
                ring.push(Coord { x: f64::from_le_bytes(take(&mut rest)?), y: f64::from_le_bytes(take(&mut rest)?) });
            }
            read.push(LineString(ring));
        }
        let mut read = read.into_iter();
        shape.push(Polygon::new(read.next()?, read.collect()));
    }
    rest.is_empty().then_some(MultiPolygon(shape))
}

fn expect_head(rest: &mut &[u8], kind: u32) -> Option<u32> {
    let ours = take::<1>(rest)? == [LITTLE_ENDIAN] && u32::from_le_bytes(take(rest)?) == kind;
    if ours { Some(u32::from_le_bytes(take(rest)?)) } else { None }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    #[test]
    fn shapes_come_back_to_the_last_bit_and_cut_ones_do_not_come_back() {
        let third = 1.0 / 3.0;
        let shape = MultiPolygon(vec![
            polygon!(exterior: [(x: third, y: 51.0), (x: 1.0, y: 51.0), (x: 1.0, y: 52.0 + 1e-15)], interiors: [[(x: 0.7, y: 51.2), (x: 0.8, y: 51.2), (x: 0.8, y: 51.3)]]),
            polygon![(x: -0.1, y: 51.0), (x: 0.0, y: 51.0), (x: 0.0, y: 51.1)],
        ]);
        let bytes = encode(&shape);
        assert_eq!(decode(&bytes), Some(shape));
        for end in 0..bytes.len() {
            assert_eq!(decode(&bytes[..end]), None, "cut after {end}");
        }
        assert_eq!(decode(&encode(&MultiPolygon(vec![]))), Some(MultiPolygon(vec![])));
    }

    #[test]
    fn a_triangle_is_the_published_layout() {
        let shape = MultiPolygon(vec![polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 0.0, y: 1.0)]]);
        let bytes = encode(&shape);
        assert_eq!(bytes[..9], [1, 6, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(bytes[9..22], [1, 3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0]);
        assert_eq!(bytes.len(), 22 + 4 * 16);
    }
}
