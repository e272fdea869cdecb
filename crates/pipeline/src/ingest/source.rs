//! The bytes of an input: what kind of file they are, their digest, and what a first look over all of them finds.
//!
//! A text file is looked over once before it is read: a gzip stream that breaks off, a NUL byte or the encoding are properties
//! of the whole, and no row may be believed before they are known.

use super::rule::Rule;
use crate::error::{Error, Result, Stage};
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use std::cell::Cell;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Largest compressed file.
pub(crate) const MAX_COMPRESSED: u64 = 256 << 20;
/// Largest text, plain or expanded.
pub(crate) const MAX_PLAIN: u64 = 8 << 30;
/// A text that expands further than this beyond [`FREE_EXPANSION`] is taken for a bomb.
const MAX_RATIO: u64 = 100;
/// Below this size the ratio does not matter.
const FREE_EXPANSION: u64 = 16 << 20;
/// Size of the pieces in which files are looked over.
const PIECE: usize = 256 << 10;

/// What kind of file it is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    Csv,
    GeoJson,
    Parquet,
}

/// How the text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Windows1252,
}

/// An input that has been looked over.
#[derive(Debug)]
pub(crate) struct Input {
    pub path: PathBuf,
    pub container: Container,
    pub sha256: String,
    pub encoding: Encoding,
    gzip: bool,
    len: u64,
}

impl Input {
    /// Looks a file over. `progress` is told of its first half.
    pub(crate) fn open(path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Self> {
        Self::look_over(path, Some(Sha256::new()), progress)
    }

    /// Looks a file over without its digest, which is left blank: of a Parquet file nothing is read then.
    pub(crate) fn open_undigested(path: &Path) -> Result<Self> {
        Self::look_over(path, None, &mut |_, _| {})
    }

    fn look_over(path: &Path, hash: Option<Sha256>, progress: &mut dyn FnMut(u64, u64)) -> Result<Self> {
        let fail = |e: std::io::Error| Error::source(Stage::Ingest, path, e);
        let broken = |rule| Error::rule(Stage::Ingest, path, rule);
        let mut file = File::open(path).map_err(fail)?;
        let len = file.metadata().map_err(fail)?.len();
        let mut head = [0; 4];
        let got = fill(&mut file, &mut head).map_err(fail)?;
        let head = &head[..got];
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        let gzip = head.starts_with(&[0x1f, 0x8b]);
        let parquet = head == b"PAR1";
        if head.is_empty() {
            return Err(broken(Rule::EmptyFile));
        }
        if extension == "parquet" && !parquet {
            return Err(broken(Rule::ParquetMagic));
        }
        if extension == "gz" && !gzip {
            return Err(broken(Rule::GzipDamaged));
        }
        if head == b"PK\x03\x04" {
            return Err(broken(Rule::WrongContainer));
        }
        if len > if gzip || parquet { MAX_COMPRESSED } else { MAX_PLAIN } {
            return Err(broken(Rule::FileTooLarge));
        }

        file.rewind().map_err(fail)?;
        let digest = Rc::new(Cell::new(0));
        let mut raw = Hashing { inner: file, hash, done: Rc::clone(&digest) };
        let mut survey = Survey::default();
        if parquet && raw.hash.is_some() {
            let mut piece = vec![0; PIECE];
            while raw.read(&mut piece).map_err(fail)? > 0 {
                progress(digest.get(), 2 * len);
            }
        } else if !parquet {
            let located = |rule, survey: &Survey| broken(rule).at_row(survey.lines + 1);
            let mut text: Box<dyn Read> =
                if gzip { Box::new(MultiGzDecoder::new(BufReader::with_capacity(PIECE, &mut raw))) } else { Box::new(&mut raw) };
            let mut piece = vec![0; PIECE];
            loop {
                let got = match text.read(&mut piece) {
                    Ok(0) => break,
                    Ok(got) => got,
                    Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                    Err(_) if gzip => return Err(located(Rule::GzipDamaged, &survey)),
                    Err(e) => return Err(fail(e)),
                };
                survey.look(&piece[..got]).map_err(|rule| located(rule, &survey))?;
                if survey.bytes > MAX_PLAIN || gzip && survey.bytes > FREE_EXPANSION && survey.bytes / MAX_RATIO > len {
                    return Err(located(Rule::ExpandsTooFar, &survey));
                }
                progress(digest.get(), 2 * len);
            }
            drop(text);
            // A decoder stops at the end of the last stream: what follows belongs to the digest all the same.
            std::io::copy(&mut raw, &mut std::io::sink()).map_err(fail)?;
        }
        let container = if parquet { Container::Parquet } else { survey.container() };
        if matches!(extension.as_str(), "json" | "geojson") && container != Container::GeoJson {
            return Err(broken(Rule::JsonInvalid));
        }
        if !parquet && survey.first.is_none() {
            return Err(broken(Rule::EmptyFile));
        }
        if container == Container::Csv && survey.lines == 0 && survey.returns > 0 {
            return Err(broken(Rule::CrOnlyLines));
        }
        let encoding = if survey.invalid && !survey.multibyte && !survey.bom { Encoding::Windows1252 } else { Encoding::Utf8 };
        let sha256 = raw.hash.map(|hash| hex(&hash.finalize())).unwrap_or_default();
        Ok(Self { path: path.to_owned(), container, sha256, encoding, gzip, len })
    }

    /// The text from its start, and a counter of the bytes of the file that were taken.
    #[expect(clippy::type_complexity, reason = "two things that belong together once")]
    pub(crate) fn text(&self) -> Result<(Box<dyn Read>, Rc<Cell<u64>>)> {
        let file = File::open(&self.path).map_err(|e| Error::source(Stage::Ingest, &self.path, e))?;
        let done = Rc::new(Cell::new(0));
        let counted = Counting { inner: file, done: Rc::clone(&done) };
        let text: Box<dyn Read> =
            if self.gzip { Box::new(MultiGzDecoder::new(BufReader::with_capacity(PIECE, counted))) } else { Box::new(counted) };
        Ok((text, done))
    }

    /// Size of the file.
    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    /// Name of the file without its folder.
    pub(crate) fn file_name(&self) -> String {
        self.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Refuses a file that has grown or shrunk since it was looked over.
    pub(crate) fn unchanged(&self) -> Result<()> {
        let now = std::fs::metadata(&self.path).map_err(|e| Error::source(Stage::Ingest, &self.path, e))?.len();
        if now == self.len { Ok(()) } else { Err(Error::refused(Stage::Ingest, &self.path, "the file changed while it was read")) }
    }
}

/// Fills as much of the buffer as there is.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match reader.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(got)
}

/// Hex digits of bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

struct Hashing {
    inner: File,
    hash: Option<Sha256>,
    done: Rc<Cell<u64>>,
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let got = self.inner.read(buffer)?;
        if let Some(hash) = &mut self.hash {
            hash.update(&buffer[..got]);
        }
        self.done.set(self.done.get() + got as u64);
        Ok(got)
    }
}

struct Counting {
    inner: File,
    done: Rc<Cell<u64>>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let got = self.inner.read(buffer)?;
        self.done.set(self.done.get() + got as u64);
        Ok(got)
    }
}

/// What a look over a text finds.
#[derive(Debug, Default)]
struct Survey {
    bytes: u64,
    lines: u64,
    returns: u64,
    bom: bool,
    /// First byte that is neither a byte-order mark nor blank.
    first: Option<u8>,
    /// A character of several bytes in good UTF-8 was seen.
    multibyte: bool,
    /// Bytes were seen that are no UTF-8.
    invalid: bool,
    /// The start of a character that a piece broke off.
    rest: Vec<u8>,
}

impl Survey {
    fn look(&mut self, piece: &[u8]) -> std::result::Result<(), Rule> {
        if self.bytes == 0 {
            self.bom = piece.starts_with(b"\xef\xbb\xbf");
        }
        if let Some(nul) = piece.iter().position(|b| *b == 0) {
            self.lines += count(&piece[..nul], b'\n');
            return Err(Rule::NulByte);
        }
        if self.first.is_none() {
            let text = if self.bytes == 0 && self.bom { &piece[3..] } else { piece };
            self.first = text.iter().copied().find(|b| !b.is_ascii_whitespace());
        }
        self.bytes += piece.len() as u64;
        self.lines += count(piece, b'\n');
        if self.lines == 0 {
            self.returns += count(piece, b'\r');
        }
        if self.rest.is_empty() && piece.is_ascii() {
            return Ok(());
        }
        let joined = [std::mem::take(&mut self.rest), piece.to_vec()].concat();
        let skip = if self.bytes == piece.len() as u64 && self.bom { 3 } else { 0 };
        let mut text = &joined[skip..];
        loop {
            let (valid, error) = match std::str::from_utf8(text) {
                Ok(valid) => (valid, None),
                Err(e) => (std::str::from_utf8(&text[..e.valid_up_to()]).unwrap_or_default(), Some(e)),
            };
            self.multibyte |= !valid.is_ascii();
            let Some(e) = error else { return Ok(()) };
            let Some(bad) = e.error_len() else {
                self.rest = text[e.valid_up_to()..].to_vec();
                return Ok(());
            };
            self.invalid = true;
            text = &text[e.valid_up_to() + bad..];
        }
    }

    const fn container(&self) -> Container {
        match self.first {
            Some(b'{' | b'[') => Container::GeoJson,
            _ => Container::Csv,
        }
    }
}

fn count(piece: &[u8], byte: u8) -> u64 {
    // Sums of bytes in lanes of at most 255 let the compiler use wide registers.
    piece.chunks(255).map(|lane| u64::from(lane.iter().map(|b| u8::from(*b == byte)).sum::<u8>())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(pieces: &[&[u8]]) -> Survey {
        let mut survey = Survey::default();
        for piece in pieces {
            survey.look(piece).unwrap();
        }
        survey
    }

    #[test]
    fn a_character_that_two_pieces_share_is_no_fault() {
        let s = survey(&[b"caf\xc3", b"\xa9\n"]);
        assert!(s.multibyte && !s.invalid);
        let s = survey(&[b"caf\xe9", b",1\n"]);
        assert!(s.invalid && !s.multibyte);
    }

    #[test]
    fn a_mark_at_the_start_is_no_character_of_the_text() {
        let s = survey(&[b"\xef\xbb\xbf{\"type\""]);
        assert!(s.bom && !s.multibyte);
        assert_eq!(s.container(), Container::GeoJson);
    }

    #[test]
    fn a_nul_is_located() {
        let mut s = Survey::default();
        assert_eq!(s.look(b"a,b\n1,\0\n2,3\n"), Err(Rule::NulByte));
        assert_eq!(s.lines, 1);
    }

    #[test]
    fn bytes_are_counted_beyond_one_lane() {
        assert_eq!(count(&[b'\n'; 1000], b'\n'), 1000);
    }
}
