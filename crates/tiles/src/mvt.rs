//! Bytes of one vector tile layer of simple polygons (Mapbox Vector Tile 2.1).
//!
//! # Design
//! `fast-mvt` builds a hash map of owned strings and values for each layer and a growing list of words for each geometry:
//! right for the few shapes of [`crate::ShapeTiles`], five times too slow for thousands of cells whose keys are known and
//! whose rings are short. Here each feature is written once, into one buffer.

use crate::EXTENT;

/// One layer under construction: single-ring polygons whose properties are `keys` in order.
pub(crate) struct LayerWriter<'a> {
    name: &'a str,
    keys: &'a [&'a str],
    features: Vec<u8>,
    values: Vec<u8>,
    values_written: u32,
    known: Known,
    feature: Vec<u8>,
    tags: [u32; 2 * MOST_TAGS],
    tags_used: usize,
}

const MOST_TAGS: usize = 8;

impl<'a> LayerWriter<'a> {
    /// `expected` is the number of features that may come.
    pub fn new(name: &'a str, keys: &'a [&'a str], expected: usize) -> Self {
        Self {
            name,
            keys,
            features: Vec::with_capacity(expected * 64),
            values: Vec::with_capacity(expected * 24 + 64),
            values_written: 0,
            known: Known::for_values(expected * 2),
            feature: vec![0; 256],
            tags: [0; 2 * MOST_TAGS],
            tags_used: 0,
        }
    }

    /// Starts the properties of the next feature.
    pub const fn begin(&mut self) {
        self.tags_used = 0;
    }

    fn tag(&mut self, key: u32, value: u32) {
        self.tags[self.tags_used] = key;
        self.tags[self.tags_used + 1] = value;
        self.tags_used += 2;
    }

    /// A text that no other feature of the layer has.
    pub fn text(&mut self, key: u32, text: &[u8]) {
        let at = self.values_written;
        self.values_written += 1;
        if text.len() < 126 {
            let length = text.len() as u8;
            self.values.extend_from_slice(&[4 << 3 | 2, length + 2, 1 << 3 | 2, length]);
        } else {
            let mut head = [0; 24];
            let inner = varint(&mut head, 0, text.len() as u64);
            self.values.push(4 << 3 | 2);
            let outer = varint(&mut head, inner, (1 + inner + text.len()) as u64);
            self.values.extend_from_slice(&head[inner..outer]);
            self.values.push(1 << 3 | 2);
            self.values.extend_from_slice(&head[..inner]);
        }
        self.values.extend_from_slice(text);
        self.tag(key, at);
    }

    /// A whole number.
    pub fn uint(&mut self, key: u32, value: u32) {
        let next = self.values_written;
        let known = self.known.index(u64::from(value), next);
        if known.is_none() {
            let mut number = [0; 5];
            let length = varint32(&mut number, 0, value);
            self.values.extend_from_slice(&[4 << 3 | 2, 1 + length as u8, 5 << 3]);
            self.values.extend_from_slice(&number[..length]);
            self.values_written += 1;
        }
        self.tag(key, known.unwrap_or(next));
    }

    /// A number; a whole one below 2^32 is written as such.
    pub fn number(&mut self, key: u32, value: f32) {
        if (0.0..4_294_967_040.0).contains(&value) && value.fract() == 0.0 {
            return self.uint(key, value as u32);
        }
        let next = self.values_written;
        let known = self.known.index(1 << 32 | u64::from(value.to_bits()), next);
        if known.is_none() {
            self.values.extend_from_slice(&[4 << 3 | 2, 5, 2 << 3 | 5]);
            self.values.extend_from_slice(&value.to_le_bytes());
            self.values_written += 1;
        }
        self.tag(key, known.unwrap_or(next));
    }

    /// Writes the feature: at least three corners, open, clockwise on the map.
    pub fn polygon(&mut self, id: u64, ring: impl ExactSizeIterator<Item = [i32; 2]>) {
        // Room for the longest form of everything: bytes are then put down one by one without asking for more.
        let corners = ring.len();
        let most = 64 + 2 * MOST_TAGS * 5 + corners * 10;
        if self.feature.len() < most {
            self.feature.resize(most, 0);
        }
        let body = self.feature.as_mut_slice();
        let mut at = put(body, 0, 1 << 3);
        at = varint(body, at, id);
        at = put(body, at, 2 << 3 | 2);
        let tags = at + 1;
        at = tags;
        for tag in &self.tags[..self.tags_used] {
            at = varint32(body, at, *tag);
        }
        // At most 16 numbers of at most 5 bytes: one byte of length.
        body[tags - 1] = (at - tags) as u8;
        at = put(body, at, 3 << 3);
        at = put(body, at, 3);
        at = put(body, at, 4 << 3 | 2);
        let geometry = at + 1;
        at = put(body, geometry, 1 << 3 | 1);
        let mut from = [0i32; 2];
        for (i, corner) in ring.enumerate() {
            if i == 1 {
                at = varint32(body, at, (corners as u32 - 1) << 3 | 2);
            }
            at = varint32(body, at, zigzag(corner[0] - from[0]));
            at = varint32(body, at, zigzag(corner[1] - from[1]));
            from = corner;
        }
        at = put(body, at, 1 << 3 | 7);
        let mut length = at - geometry;
        if length < 128 {
            body[geometry - 1] = length as u8;
        } else {
            // The length itself needs more room.
            let mut head = [0; 10];
            let taken = varint(&mut head, 0, length as u64);
            body.copy_within(geometry..at, geometry - 1 + taken);
            body[geometry - 1..geometry - 1 + taken].copy_from_slice(&head[..taken]);
            at += taken - 1;
        }
        length = at;
        let mut head = [2 << 3 | 2; 11];
        let taken = varint(&mut head, 1, length as u64);
        self.features.extend_from_slice(&head[..taken]);
        self.features.extend_from_slice(&body[..length]);
    }

    /// The tile: this layer, or nothing at all when it has no feature.
    pub fn finish(self) -> Vec<u8> {
        if self.features.is_empty() {
            return Vec::new();
        }
        let mut head = Vec::with_capacity(64);
        for (field, text) in std::iter::once((1, self.name)).chain(self.keys.iter().map(|key| (3, *key))) {
            head.push(field << 3 | 2);
            push_varint(&mut head, text.len() as u64);
            head.extend_from_slice(text.as_bytes());
        }
        head.push(5 << 3);
        push_varint(&mut head, EXTENT as u64);
        head.extend_from_slice(&[15 << 3, 2]);
        let length = head.len() + self.features.len() + self.values.len();
        let mut tile = Vec::with_capacity(length + 6);
        tile.push(3 << 3 | 2);
        push_varint(&mut tile, length as u64);
        tile.extend_from_slice(&head);
        tile.extend_from_slice(&self.features);
        tile.extend_from_slice(&self.values);
        tile
    }
}

const fn zigzag(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

/// Puts a byte down and says where the next one goes.
const fn put(out: &mut [u8], at: usize, byte: u8) -> usize {
    out[at] = byte;
    at + 1
}

/// Base-128 digits of a number, low ones first; most here have one.
#[inline]
fn varint32(out: &mut [u8], at: usize, value: u32) -> usize {
    if value < 128 { put(out, at, value as u8) } else { varint(out, at, u64::from(value)) }
}

fn varint(out: &mut [u8], mut at: usize, mut value: u64) -> usize {
    while value >= 128 {
        at = put(out, at, value as u8 | 128);
        value >>= 7;
    }
    put(out, at, value as u8)
}

fn push_varint(out: &mut Vec<u8>, value: u64) {
    let mut bytes = [0; 10];
    let length = varint(&mut bytes, 0, value);
    out.extend_from_slice(&bytes[..length]);
}

/// Which values the layer already has: open addressing, sized once.
struct Known {
    /// Key plus one (0: free) and index.
    slots: Vec<(u64, u32)>,
    bits: u32,
    free: usize,
}

impl Known {
    fn for_values(values: usize) -> Self {
        let bits = (values + values / 2 + 64).next_power_of_two().trailing_zeros();
        Self { slots: vec![(0, 0); 1 << bits], bits, free: (1 << bits) - 1 }
    }

    /// The index under which the key is known; a new one gets `next`, and `None` is said.
    fn index(&mut self, key: u64, next: u32) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut at = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - self.bits)) as usize;
        loop {
            let slot = &mut self.slots[at & mask];
            if slot.0 == key + 1 {
                return Some(slot.1);
            }
            if slot.0 == 0 {
                // The last slot stays free, so that a search always ends; a value beyond it is written again.
                if self.free > 1 {
                    *slot = (key + 1, next);
                    self.free -= 1;
                }
                return None;
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fast_mvt::{MvtReaderRef, MvtValueRef};

    #[test]
    fn another_reader_reads_what_was_written() {
        let mut layer = LayerWriter::new("cells", &["h3", "n", "value"], 0);
        for i in 0..300u32 {
            layer.begin();
            layer.text(0, format!("name-{i}").as_bytes());
            layer.uint(1, i % 7 * 1000);
            layer.number(2, if i % 2 == 0 { i as f32 } else { 0.25 * i as f32 });
            let far = 100_000 + i as i32;
            layer.polygon(u64::from(i) << 30, [[0, 0], [far, -far], [far, far]].into_iter());
        }
        let bytes = layer.finish();
        let reader = MvtReaderRef::new(&bytes).unwrap();
        let layer = reader.layers().next().unwrap();
        assert_eq!((layer.name(), layer.extent(), layer.version(), layer.feature_count()), ("cells", 4096, 2, 300));
        for (i, feature) in layer.features().enumerate() {
            assert_eq!(feature.id(), Some((i as u64) << 30));
            let properties = feature.properties_vec().unwrap();
            assert_eq!(properties[0], ("h3", MvtValueRef::String(&format!("name-{i}"))));
            assert_eq!(properties[1], ("n", MvtValueRef::UInt(i as u64 % 7 * 1000)));
            let value = match properties[2].1 {
                MvtValueRef::UInt(n) => n as f32,
                MvtValueRef::Float(v) => v,
                other => panic!("{other:?}"),
            };
            assert_eq!(value, if i % 2 == 0 { i as f32 } else { 0.25 * i as f32 });
            let geo::Geometry::Polygon(polygon) = feature.geometry().unwrap() else { panic!("no polygon") };
            assert_eq!(polygon.exterior().0[2].x, 100_000 + i as i32);
        }
    }

    #[test]
    fn a_long_ring_has_a_length_of_two_bytes() {
        let ring: Vec<[i32; 2]> = (0..90).map(|i| if i < 45 { [i * 100, i] } else { [(90 - i) * 100, 4000] }).collect();
        let mut layer = LayerWriter::new("x", &[], 1);
        layer.begin();
        layer.polygon(1, ring.iter().copied());
        let bytes = layer.finish();
        let reader = MvtReaderRef::new(&bytes).unwrap();
        let feature = reader.layers().next().unwrap().features().next().unwrap();
        let geo::Geometry::Polygon(polygon) = feature.geometry().unwrap() else { panic!("no polygon") };
        let read: Vec<[i32; 2]> = polygon.exterior().0.iter().map(|c| [c.x, c.y]).collect();
        assert_eq!(read[..90], ring);
    }

    #[test]
    fn no_feature_is_no_layer() {
        assert!(LayerWriter::new("x", &["a"], 5).finish().is_empty());
    }
}
