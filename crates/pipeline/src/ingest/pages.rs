//! A walk over the page headers of a Parquet column chunk, before any reader believes them.
//!
//! A header that claims a negative number of values or a page of gigabytes makes a reader ask for memory that does not exist,
//! which ends the process: no panic that could be caught. So sizes and counts are compared with what the footer promised.
//! The headers are Thrift structures in the compact protocol; of them only the integers are read, the rest is skipped.

/// Largest page once expanded.
const MAX_PAGE: i64 = 256 << 20;
/// Deepest nesting of a header.
const MAX_DEPTH: u8 = 8;

/// Whether the pages of a chunk fill it exactly and hold `rows` values, no more and no fewer.
pub(super) fn are_sound(chunk: &[u8], rows: u64) -> bool {
    let mut at = 0;
    let mut values = 0u64;
    while at < chunk.len() && values < rows {
        let mut thrift = Thrift { bytes: &chunk[at..], at: 0 };
        let Some(page) = thrift.page() else { return false };
        let body = at + thrift.at;
        let Some(claims) = page.check(rows) else { return false };
        values += claims;
        at = body + page.compressed as usize;
        if at > chunk.len() {
            return false;
        }
    }
    values == rows
}

/// The integers of a page header.
#[derive(Debug, Default)]
struct Page {
    kind: i64,
    expanded: i64,
    compressed: i64,
    /// `num_values` of the data page (version 1 or 2) or of the dictionary.
    data: Option<i64>,
    dictionary: Option<i64>,
    version_2: Option<[i64; 6]>,
}

impl Page {
    /// Number of values of a data page, if the header is sound.
    fn check(&self, rows: u64) -> Option<u64> {
        let sizes = (0..=MAX_PAGE).contains(&self.expanded) && (0..=MAX_PAGE).contains(&self.compressed);
        let within = |n: i64| (0..=rows as i64).contains(&n);
        let sound = match self.kind {
            0 => self.data.is_some_and(within),
            // Every entry takes a byte at least, but for one that is empty.
            2 => return self.dictionary.filter(|n| sizes && (0..=self.expanded + 1).contains(n)).map(|_| 0),
            3 => self.version_2.is_some_and(|[values, nulls, numbers, _, definition, repetition]| {
                let levels = definition >= 0 && repetition >= 0 && definition + repetition <= self.compressed;
                within(values) && within(nulls) && within(numbers) && nulls <= values && levels
            }),
            // Index pages are not written by anybody, and not read here.
            _ => false,
        };
        let values = if self.kind == 0 { self.data } else { self.version_2.map(|v| v[0]) };
        (sizes && sound).then(|| values.unwrap_or(0) as u64)
    }
}

/// Thrift's compact protocol, as far as a page header goes.
struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn skip(&mut self, bytes: u64) -> Option<()> {
        self.at = self.at.checked_add(usize::try_from(bytes).ok()?).filter(|at| *at <= self.bytes.len())?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The next field of a structure: its number and type; type 0 ends the structure.
    fn field(&mut self, last: i64) -> Option<(i64, u8)> {
        let head = self.byte()?;
        let kind = head & 0x0f;
        if kind == 0 {
            return Some((0, 0));
        }
        let number = match head >> 4 {
            0 => self.zigzag()?,
            delta => last + i64::from(delta),
        };
        Some((number, kind))
    }

    fn page(&mut self) -> Option<Page> {
        let mut page = Page::default();
        let mut last = 0;
        loop {
            let (number, kind) = self.field(last)?;
            match (number, kind) {
                (_, 0) => return Some(page),
                (1, 5) => page.kind = self.zigzag()?,
                (2, 5) => page.expanded = self.zigzag()?,
                (3, 5) => page.compressed = self.zigzag()?,
                (5, 12) => page.data = Some(self.integers()?[0]),
                (7, 12) => page.dictionary = Some(self.integers()?[0]),
                (8, 12) => page.version_2 = Some(self.integers()?),
                (_, kind) => self.value(kind, 0)?,
            }
            last = number;
        }
    }

    /// The first six integers of a structure.
    fn integers(&mut self) -> Option<[i64; 6]> {
        let mut found = [0; 6];
        let mut last = 0;
        loop {
            let (number, kind) = self.field(last)?;
            match (number, kind) {
                (_, 0) => return Some(found),
                (1..=6, 5) => found[number as usize - 1] = self.zigzag()?,
                (_, kind) => self.value(kind, 0)?,
            }
            last = number;
        }
    }

    /// Skips a value.
    fn value(&mut self, kind: u8, depth: u8) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match kind {
            // A field that is a truth value has it in its type.
            1 | 2 => Some(()),
            3 => self.skip(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.skip(8),
            8 => {
                let len = self.varint()?;
                self.skip(len)
            }
            9 | 10 => {
                let head = self.byte()?;
                let len = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                for _ in 0..len {
                    // In a list a truth value takes a byte.
                    if matches!(head & 0x0f, 1 | 2) { self.skip(1)? } else { self.value(head & 0x0f, depth + 1)? }
                }
                Some(())
            }
            12 => {
                let mut last = 0;
                loop {
                    let (number, kind) = self.field(last)?;
                    if kind == 0 {
                        return Some(());
                    }
                    self.value(kind, depth + 1)?;
                    last = number;
                }
            }
            // Maps do not occur in page headers.
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of a version 1 page with so many values, and its body.
    fn page(values: i64, body: usize) -> Vec<u8> {
        let zigzag = |v: i64| {
            let mut v = ((v << 1) ^ (v >> 63)) as u64;
            let mut out = Vec::new();
            while v > 0x7f {
                out.push(v as u8 | 0x80);
                v >>= 7;
            }
            out.push(v as u8);
            out
        };
        let mut bytes = vec![0x15];
        bytes.extend(zigzag(0));
        bytes.push(0x15);
        bytes.extend(zigzag(body as i64));
        bytes.push(0x15);
        bytes.extend(zigzag(body as i64));
        bytes.extend([0x2c, 0x15]);
        bytes.extend(zigzag(values));
        bytes.extend([0x15, 0x00, 0x15, 0x06, 0x15, 0x06, 0x00, 0x00]);
        bytes.extend(vec![7; body]);
        bytes
    }

    #[test]
    fn pages_must_hold_the_rows_that_the_footer_promised() {
        let two = [page(3, 10), page(4, 12)].concat();
        assert!(are_sound(&two, 7));
        assert!(!are_sound(&two, 8));
        assert!(!are_sound(&two, 6));
        assert!(!are_sound(&two[..two.len() - 1], 7));
        assert!(!are_sound(&[], 1));
        assert!(are_sound(&[], 0));
    }

    #[test]
    fn a_negative_number_of_values_is_found() {
        assert!(!are_sound(&page(-1, 10), 7));
        assert!(!are_sound(&page(i64::from(i32::MIN), 10), 7));
    }

    #[test]
    fn no_bytes_make_the_walk_panic_or_run_on() {
        for seed in 0..20_000u32 {
            let bytes: Vec<u8> =
                (0..40u32).map(|i| (seed.wrapping_mul(2_654_435_761).wrapping_add(i * 40_503) >> (i % 24)) as u8).collect();
            are_sound(&bytes, u64::from(seed));
        }
    }
}
