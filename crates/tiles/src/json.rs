//! GeoJSON straight into bytes.

use std::io::Write;

const DIGITS: &[u8; 200] = b"0001020304050607080910111213141516171819\
2021222324252627282930313233343536373839\
4041424344454647484950515253545556575859\
6061626364656667686970717273747576777879\
8081828384858687888990919293949596979899";

/// Millionths of a degree as degrees with six decimals.
pub(crate) fn degrees(out: &mut Vec<u8>, micro: i32) {
    let mut bytes = [b'0'; 11];
    let magnitude = micro.unsigned_abs();
    let (whole, mut part) = (magnitude / 1_000_000, magnitude % 1_000_000);
    let pair = |n: u32| [DIGITS[n as usize * 2], DIGITS[n as usize * 2 + 1]];
    for at in [9, 7, 5] {
        bytes[at..at + 2].copy_from_slice(&pair(part % 100));
        part /= 100;
    }
    bytes[4] = b'.';
    bytes[2..4].copy_from_slice(&pair(whole % 100));
    bytes[1] = b'0' + (whole / 100 % 10) as u8;
    let mut first = match whole {
        0..10 => 3,
        10..100 => 2,
        _ => 1,
    };
    if micro < 0 {
        first -= 1;
        bytes[first] = b'-';
    }
    out.extend_from_slice(&bytes[first..]);
}

/// A whole number.
pub(crate) fn whole(out: &mut Vec<u8>, value: u64) {
    write!(out, "{value}").expect("memory takes every write");
}

/// A number in its shortest form; what is not finite is null.
pub(crate) fn number(out: &mut Vec<u8>, value: f64) {
    let single = value as f32;
    if !single.is_finite() {
        out.extend_from_slice(b"null");
    } else if value.fract() == 0.0 && value.abs() < 1e15 {
        write!(out, "{}", value as i64).expect("memory takes every write");
    } else if value.abs() < 1e-5 {
        write!(out, "{single:e}").expect("memory takes every write");
    } else {
        write!(out, "{single}").expect("memory takes every write");
    }
}

/// A text in quotes.
pub(crate) fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => write!(out, "\\u{byte:04x}").expect("memory takes every write"),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// One corner.
pub(crate) fn position(out: &mut Vec<u8>, [lon, lat]: [i32; 2]) {
    out.push(b'[');
    degrees(out, lon);
    out.push(b',');
    degrees(out, lat);
    out.push(b']');
}

/// A ring given open, closed in writing.
pub(crate) fn ring(out: &mut Vec<u8>, mut corners: impl Iterator<Item = [i32; 2]>) {
    out.push(b'[');
    if let Some(first) = corners.next() {
        position(out, first);
        for corner in corners {
            out.push(b',');
            position(out, corner);
        }
        out.push(b',');
        position(out, first);
    }
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn degrees_have_six_decimals_and_every_sign() {
        for (micro, expected) in [
            (0, "0.000000"),
            (-1, "-0.000001"),
            (51_507_350, "51.507350"),
            (-127_500, "-0.127500"),
            (180_000_000, "180.000000"),
            (-179_999_999, "-179.999999"),
            (-12_000_001, "-12.000001"),
            (9_999_999, "9.999999"),
        ] {
            assert_eq!(written(|out| degrees(out, micro)), expected);
        }
    }

    #[test]
    fn numbers_are_json_numbers() {
        for (value, expected) in [(3.0, "3"), (0.25, "0.25"), (1e-12, "1e-12"), (f64::NAN, "null"), (-2.5, "-2.5"), (1e300, "null")]
        {
            assert_eq!(written(|out| number(out, value)), expected);
        }
        assert_eq!(written(|out| text(out, "a\"\\\n\u{e9}")), "\"a\\\"\\\\\\u000a\u{e9}\"");
    }
}
