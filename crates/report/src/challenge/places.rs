//! The places on a map, with the figures of the table.

use super::Evidence;
use super::tables::GAPS;
use crate::summary::json::{document, lines, list, object, said, text};
use crate::summary::number;
use hotspot_core::summary::tables::{Table, Values};

/// Decimals of a degree: a tenth of a metre.
const DEGREES: usize = 6;

impl Evidence<'_> {
    /// A feature for each row of the table of gaps: its columns, and the outline of the place in WGS84. Rests have none.
    pub(super) fn geojson(&self, tables: &[Table]) -> String {
        let outlines: Vec<String> = self.answer.places.iter().map(|p| self.outline(p.is_rest, &p.units)).collect();
        let gaps = tables.iter().find(|t| t.id == GAPS).expect("the tables hold the gaps");
        let place = |row: usize| {
            let ids = gaps.column("id").map(|c| &c.values);
            let Some(Values::Text(ids)) = ids else { return None };
            self.answer.places.iter().position(|p| p.id == ids[row])
        };
        let feature = |row: usize| {
            let properties = object(gaps.columns.iter().map(|column| {
                let value = match &column.values {
                    Values::Text(v) if column.name == "is_rest" => (v[row] == "yes").to_string(),
                    Values::Text(v) => said(&v[row]),
                    Values::Integer(v) => v[row].map_or_else(|| "null".to_owned(), |n| n.to_string()),
                    Values::Decimal(v) => v[row].map_or_else(|| "null".to_owned(), number),
                };
                (column.name, value)
            }));
            let geometry = place(row).map_or("null", |at| outlines[at].as_str()).to_owned();
            object([("type", text("Feature")), ("properties", properties), ("geometry", geometry)])
        };
        let features: Vec<String> = (0..gaps.len()).map(feature).collect();
        document(&[
            ("type", text("FeatureCollection")),
            ("marking", text(&self.marking())),
            ("release", text(&self.input.release.id)),
            ("features", lines(&features)),
        ])
    }

    fn outline(&self, is_rest: bool, units: &[u32]) -> String {
        if is_rest {
            return "null".to_owned();
        }
        let release = self.input.release;
        let ring = |ring: &[[f64; 2]]| list(ring.iter().map(|[lon, lat]| format!("[{lon:.DEGREES$}, {lat:.DEGREES$}]")));
        let polygons = release.units.outline(release.resolution, units).0.into_iter().map(|polygon| {
            let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
            list(rings.map(|r| ring(&r.0.iter().map(|c| [c.x, c.y]).collect::<Vec<_>>())))
        });
        let polygons: Vec<String> = polygons.collect();
        if polygons.is_empty() {
            return "null".to_owned();
        }
        object([("type", text("MultiPolygon")), ("coordinates", list(polygons))])
    }
}
