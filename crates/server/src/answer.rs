//! Bodies with entity tags, negotiated compression and cache rules.

use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::io::Write;

/// Below this size compression costs more than it saves.
const WORTH_COMPRESSING: usize = 512;

/// How a body is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
    Zstd,
    Brotli,
}

/// What counts among the codings that a client likes equally.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prefer {
    /// Few bytes: made once, sent often.
    Small,
    /// Little time: made for one request.
    Fast,
}

impl Encoding {
    /// The coding that the client likes best.
    pub fn negotiate(headers: &HeaderMap, prefer: Prefer) -> Self {
        let rank = |coding: Self| match (prefer, coding) {
            (_, Self::Identity) => 0,
            (Prefer::Small, Self::Gzip) | (Prefer::Fast, Self::Brotli) => 1,
            (Prefer::Small, Self::Zstd) | (Prefer::Fast, Self::Gzip) => 2,
            (Prefer::Small, Self::Brotli) | (Prefer::Fast, Self::Zstd) => 3,
        };
        let mut best = (0u16, Self::Identity);
        for value in headers.get_all(ACCEPT_ENCODING) {
            for part in value.to_str().unwrap_or_default().split(',') {
                let (name, weight) = part.split_once(';').map_or((part, 1000), |(name, rest)| (name, quality(rest)));
                let coding = match name.trim() {
                    "br" => Self::Brotli,
                    "zstd" => Self::Zstd,
                    "gzip" | "x-gzip" => Self::Gzip,
                    _ => continue,
                };
                if weight > 0 && (weight, rank(coding)) > (best.0, rank(best.1)) {
                    best = (weight, coding);
                }
            }
        }
        best.1
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Brotli => "br",
        }
    }
}

/// Thousandths of the `q` parameter; what cannot be read counts as refused.
fn quality(parameters: &str) -> u16 {
    let q = parameters.split(';').find_map(|p| p.trim().strip_prefix("q="));
    q.map_or(1000, |q| q.trim().parse::<f32>().map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u16))
}

/// A body as it goes out.
#[derive(Debug, Clone)]
pub(crate) struct Coded {
    pub bytes: Bytes,
    pub encoding: Encoding,
    pub etag: HeaderValue,
}

impl Coded {
    /// Compresses where it is worth it.
    pub fn new(plain: Vec<u8>, wanted: Encoding, etag: HeaderValue) -> Self {
        let compressed = if plain.len() < WORTH_COMPRESSING { None } else { compress(&plain, wanted) };
        match compressed {
            Some(bytes) => Self { bytes: bytes.into(), encoding: wanted, etag },
            None => Self { bytes: plain.into(), encoding: Encoding::Identity, etag },
        }
    }
}

fn compress(plain: &[u8], encoding: Encoding) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(plain.len() / 3);
    match encoding {
        Encoding::Identity => return None,
        Encoding::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(out, flate2::Compression::new(6));
            writer.write_all(plain).ok()?;
            return writer.finish().ok();
        }
        Encoding::Zstd => return zstd::bulk::compress(plain, 6).ok(),
        Encoding::Brotli => {
            let mut writer = brotli::CompressorWriter::new(&mut out, 4096, 5, 22);
            writer.write_all(plain).ok()?;
            drop(writer);
        }
    }
    Some(out)
}

/// How long an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Its address names the release or the content: for ever.
    Immutable,
    /// Ask again each time.
    Revalidate,
    /// In the browser of whoever asked, who asks again each time.
    Private,
}

impl Keep {
    const fn header(self) -> HeaderValue {
        match self {
            Self::Immutable => HeaderValue::from_static("public, max-age=31536000, immutable"),
            Self::Revalidate => HeaderValue::from_static("no-cache"),
            Self::Private => HeaderValue::from_static("private, no-cache"),
        }
    }
}

/// The strong entity tag of an answer: a digest of this program's version and of everything that the answer depends on,
/// each part set apart, and of the coding, since a strong tag names bytes.
pub(crate) fn etag(parts: &[&[u8]], encoding: Encoding) -> HeaderValue {
    let mut digest = Sha256::new();
    for part in [env!("CARGO_PKG_VERSION").as_bytes(), encoding.name().as_bytes()].iter().chain(parts) {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let digest = digest.finalize();
    let mut text = String::with_capacity(26);
    text.push('"');
    for byte in &digest[..12] {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).expect("a nibble is a digit"));
        }
    }
    text.push('"');
    HeaderValue::try_from(text).expect("hexadecimal in quotes is a header value")
}

/// Whether the client has it already.
pub(crate) fn unchanged(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    headers.get_all(IF_NONE_MATCH).iter().any(|value| {
        value == etag
            || value.as_bytes() == b"*"
            || value
                .to_str()
                .is_ok_and(|list| list.split(',').any(|tag| tag.trim().trim_start_matches("W/").as_bytes() == etag.as_bytes()))
    })
}

/// 304: what the client has still stands.
pub(crate) fn not_modified(etag: HeaderValue, keep: Keep) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    headers.insert(ETAG, etag);
    headers.insert(CACHE_CONTROL, keep.header());
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    response
}

/// 200 with the body, or 204 when it is empty.
pub(crate) fn found(body: Coded, content_type: &'static str, keep: Keep) -> Response {
    let empty = body.bytes.is_empty();
    let mut response = Response::new(if empty { Body::empty() } else { Body::from(body.bytes) });
    if empty {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    let headers = response.headers_mut();
    headers.reserve(12);
    if !empty {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    headers.insert(ETAG, body.etag);
    headers.insert(CACHE_CONTROL, keep.header());
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if body.encoding != Encoding::Identity {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(body.encoding.name()));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn wanted(accept: &str) -> Encoding {
        preferred(accept, Prefer::Small)
    }

    fn preferred(accept: &str, prefer: Prefer) -> Encoding {
        Encoding::negotiate(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_str(accept).unwrap())]), prefer)
    }

    #[test]
    fn the_client_says_which_coding() {
        assert_eq!(Encoding::negotiate(&HeaderMap::new(), Prefer::Small), Encoding::Identity);
        assert_eq!(wanted("identity"), Encoding::Identity);
        assert_eq!(wanted("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(wanted("gzip, zstd"), Encoding::Zstd);
        assert_eq!(preferred("gzip, deflate, br, zstd", Prefer::Fast), Encoding::Zstd);
        assert_eq!(preferred("gzip, deflate, br", Prefer::Fast), Encoding::Gzip);
        assert_eq!(wanted("br;q=0.2, gzip;q=0.8"), Encoding::Gzip);
        assert_eq!(wanted("br;q=0, gzip;q=x"), Encoding::Identity);
        assert_eq!(wanted("*"), Encoding::Identity);
    }

    #[test]
    fn every_coding_gives_the_same_bytes_back() {
        let plain: Vec<u8> = (0..5000u32).flat_map(|i| i.to_string().into_bytes()).collect();
        let tag = HeaderValue::from_static("\"x\"");
        for encoding in [Encoding::Gzip, Encoding::Zstd, Encoding::Brotli] {
            let coded = Coded::new(plain.clone(), encoding, tag.clone());
            assert_eq!(coded.encoding, encoding);
            assert!(coded.bytes.len() < plain.len() / 2);
            let mut back = Vec::new();
            match encoding {
                Encoding::Gzip => drop(flate2::read::GzDecoder::new(&*coded.bytes).read_to_end(&mut back).unwrap()),
                Encoding::Zstd => back = zstd::bulk::decompress(&coded.bytes, plain.len()).unwrap(),
                _ => drop(brotli::Decompressor::new(&*coded.bytes, 4096).read_to_end(&mut back).unwrap()),
            }
            assert_eq!(back, plain);
        }
        assert_eq!(Coded::new(vec![1; 10], Encoding::Gzip, tag).encoding, Encoding::Identity);
    }

    #[test]
    fn tags_differ_by_part_and_coding_and_not_by_where_parts_meet() {
        let tag = |parts: &[&[u8]]| etag(parts, Encoding::Identity);
        assert_eq!(tag(&[b"a", b"b"]), tag(&[b"a", b"b"]));
        assert_ne!(tag(&[b"ab", b""]), tag(&[b"a", b"b"]));
        assert_ne!(tag(&[b"a"]), etag(&[b"a"], Encoding::Gzip));
        let list = HeaderMap::from_iter([(
            IF_NONE_MATCH,
            HeaderValue::from_str(&format!("\"x\", W/{}", tag(&[b"a"]).to_str().unwrap())).unwrap(),
        )]);
        assert!(unchanged(&list, &tag(&[b"a"])));
        assert!(!unchanged(&list, &tag(&[b"b"])));
    }
}
