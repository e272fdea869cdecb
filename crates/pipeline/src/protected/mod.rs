//! Protected figures on disk: what is shown below the analyst, one folder for each release, in a chain.
//!
//! ```text
//! protected/0001-2026-10-<digest>/manifest.json        what it is, the digest of the one before, the SHA-256 of every other file
//! protected/0001-2026-10-<digest>/figures.csv          place, period, strand, incidents: every figure published up to now
//! protected/0001-2026-10-<digest>/areas.geojson        the areas of every year
//! protected/0001-2026-10-<digest>/hotspots.json     hotspots as objects
//! protected/0001-2026-10-<digest>/policy.toml          who is shown what of it
//! protected/0001-2026-10-<digest>/restricted/…         what the next one is made from, and the proof: never handed on
//! ```
//!
//! The ledger of releases is the chain: the newest folder holds every figure ever published, and the next release is audited with all of them.
//! A folder is written aside and renamed: a release is there with its proof, or it is not there.

mod past;
mod shown;
mod tiers;

pub(crate) use shown::{figure_file, outline_file};
pub(crate) use tiers::located;
pub use tiers::read_policy;

use crate::as_text;
use crate::commit::{self, Lock, TEMPORARY, sha256_hex};
use crate::error::{Error, Result, Stage};
use hotspot_core::disclosure::certificate::{Certificate, Knowledge};
use hotspot_core::disclosure::protected::{
    Geography, Hidden, NoRelease, Partition, Past, ProtectedArea, ProtectedRelease, Proven, Regression, Rules, STRANDS, Told, prove,
};
use hotspot_core::disclosure::tiers::Tiers;
use hotspot_core::release::{DataClass, Release};
use hotspot_core::{Month, MonthRange, Strand};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

const STAGE: Stage = Stage::Protect;
const MANIFEST: &str = "manifest.json";
const FIGURES: &str = "figures.csv";
const AREAS: &str = "areas.geojson";
const HOTSPOTS: &str = "hotspots.json";
const POLICY: &str = "policy.toml";
const RESTRICTED: &str = "restricted";
const BASE: &str = "restricted/base.csv.gz";
const MEMBERS: &str = "restricted/areas.csv.gz";
const TOLD: &str = "restricted/told.csv.gz";
const COUNTED: &str = "restricted/hotspots.csv.gz";
const CERTIFICATE: &str = "restricted/certificate.txt";
/// Areas of adaptive size, and polygons: the words of a policy.
const ADAPTIVE: &str = "adaptive";
const UNITS: &str = "units";
/// Layout. Another number means another program.
const FORMAT: u32 = 2;

/// What a folder says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    number: u32,
    release: String,
    #[serde(with = "as_text")]
    month: Month,
    #[serde(with = "as_text")]
    window_from: Month,
    #[serde(with = "as_text")]
    window_to: Month,
    /// First and last of the months in which hotspots and areas are counted.
    counted: Option<[String; 2]>,
    #[serde(with = "as_text")]
    as_known_on: Date,
    #[serde(with = "as_text")]
    class: DataClass,
    policy: Policy,
    boroughs: Vec<Borough>,
    hidden: Kept,
    /// How many incidents hotspots are to expect in as many months for each one counted, by analysis: of counts below 10, below 20, below 40, more.
    regression: BTreeMap<String, [f64; 4]>,
    /// SHA-256 of the manifest before; null for the first.
    previous: Option<String>,
    files: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    version: String,
    sha256: String,
    threshold: u32,
    /// `adaptive`, or `units`.
    geography: String,
    area_incidents: u32,
    area_residents: u32,
    area_months: u16,
    /// Records that a reader may know: 0, 1, or 2 of a place.
    known_records: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Borough {
    code: String,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    figures: usize,
    small: usize,
    beside: usize,
    hotspots: [usize; 2],
    of_strands: [usize; 2],
}

/// A release that was protected.
#[derive(Debug, Clone, PartialEq)]
pub struct Protected {
    /// Name of its folder.
    pub name: String,
    /// Whether it was there already.
    pub already_there: bool,
    /// What is shown.
    pub shown: ProtectedRelease,
    /// Tables that could be true, in the proof; none when it was there already.
    pub witnesses: Option<usize>,
}

/// Protects a release after everything published in the folder before, proves it, and publishes it.
///
/// # Errors
/// When something small cannot be protected, when the proof does not hold, or when the disk refuses: nothing is published then.
pub fn protect_release(folder: &Path, release: &Release, tiers: &Tiers) -> Result<Protected> {
    commit::make_private_folder(STAGE, folder)?;
    let folder = &std::fs::canonicalize(folder).map_err(|e| Error::source(STAGE, folder, e))?;
    let _lock = Lock::exclusive(STAGE, folder)?;
    commit::sweep(STAGE, folder, |_| false)?;
    let newest = newest(folder)?;
    if let Some(newest) = &newest
        && newest.manifest.release == release.id
        && newest.manifest.policy.sha256 == tiers.digest
    {
        let shown = newest.shown()?;
        return Ok(Protected { name: newest.name.clone(), already_there: true, shown, witnesses: None });
    }
    let before = newest.as_ref().map(|newest| Ok((newest.past()?, newest.certificate()?))).transpose()?;
    let no = |error: NoRelease| Error::refused(STAGE, folder, format!("nothing may be released: {error}"));
    let proven = prove(release, before.as_ref().map(|(past, proof)| (past, proof)), tiers.oversight, &tiers.version).map_err(no)?;
    let number = newest.as_ref().map_or(1, |n| n.manifest.number + 1);
    let (manifest, files) = contents(&proven, tiers, number, newest.as_ref().map(|n| n.digest.clone()));
    let bytes = to_json(&manifest);
    let name = name_of(&manifest, &sha256_hex(&bytes));
    let temporary = folder.join(format!("{TEMPORARY}{name}"));
    commit::make_private_folder(STAGE, &temporary.join(RESTRICTED))?;
    for (file, bytes) in &files {
        commit::write_flushed(STAGE, &temporary.join(file), bytes)?;
    }
    commit::write_flushed(STAGE, &temporary.join(MANIFEST), &bytes)?;
    commit::flush_folder(STAGE, &temporary.join(RESTRICTED))?;
    commit::flush_folder(STAGE, &temporary)?;
    commit::rename(STAGE, &temporary, &folder.join(&name))?;
    Ok(Protected { name, already_there: false, shown: proven.protected, witnesses: Some(proven.certificate.witnesses.len()) })
}

/// What was protected last, and the policy that it was protected by.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// What is shown of it.
    pub release: ProtectedRelease,
    /// Who is shown what; none in a folder of before there were partners.
    pub tiers: Option<Tiers>,
}

/// What is shown of the release protected last; `None` before the first.
///
/// # Errors
/// When a file is missing or damaged.
pub fn read_protected(folder: &Path) -> Result<Option<Shown>> {
    newest(folder)?.map(|newest| Ok(Shown { release: newest.shown()?, tiers: newest.tiers()? })).transpose()
}

/// Names of what was protected, oldest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn list_protected(folder: &Path) -> Result<Vec<String>> {
    let mut names: Vec<String> = commit::entries(STAGE, folder)?.into_iter().map(|(name, _)| name).filter(|n| is_name(n)).collect();
    names.sort();
    Ok(names)
}

/// Asks of every release in the folder whether it is whole, whether it follows the one before, and whether its proof holds: from the figures
/// as they stand, without the program that found the proof.
///
/// # Errors
/// The first that does not, with the reason.
pub fn verify_protected(folder: &Path) -> Result<Vec<String>> {
    let mut before: Option<Folder> = None;
    let names = list_protected(folder)?;
    for name in &names {
        let path = folder.join(name);
        let this = Folder::open(&path, name)?;
        if this.manifest.previous != before.as_ref().map(|b| b.digest.clone()) {
            return Err(Error::refused(STAGE, &path, "it does not follow the one before"));
        }
        this.whole()?;
        let past = this.past()?;
        let earlier = before.as_ref().map(Folder::past).transpose()?;
        let proof = past.verify(earlier.as_ref(), this.rules(), &this.certificate()?);
        proof.map_err(|error| Error::refused(STAGE, &path, format!("the proof does not hold: {error}")))?;
        before = Some(this);
    }
    Ok(names)
}

/// One folder of the chain.
struct Folder {
    name: String,
    path: PathBuf,
    manifest: Manifest,
    /// SHA-256 of the manifest.
    digest: String,
}

impl Folder {
    fn open(path: &Path, name: &str) -> Result<Self> {
        let file = path.join(MANIFEST);
        let bytes = commit::read_optional(STAGE, &file)?.ok_or_else(|| Error::refused(STAGE, &file, "it is missing"))?;
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(|_| Error::refused(STAGE, &file, "it is damaged, or of another program"))?;
        let digest = sha256_hex(&bytes);
        if manifest.format != FORMAT || name_of(&manifest, &digest) != name {
            return Err(Error::refused(STAGE, &file, "it is damaged, or of another program"));
        }
        Ok(Self { name: name.to_owned(), path: path.to_owned(), manifest, digest })
    }

    fn read(&self, file: &str) -> Result<Vec<u8>> {
        let path = self.path.join(file);
        let sha256 = self.manifest.files.get(file);
        let sha256 = sha256.ok_or_else(|| Error::refused(STAGE, &path, "the manifest does not name the file"))?;
        commit::read_verified(STAGE, &path, sha256)
    }

    fn unpacked(&self, file: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let packed = self.read(file)?;
        let read = flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes);
        read.map_err(|_| Error::refused(STAGE, &self.path.join(file), "it is damaged"))?;
        Ok(bytes)
    }

    fn whole(&self) -> Result<()> {
        self.manifest.files.keys().try_for_each(|file| self.read(file).map(|_| ()))
    }

    fn rules(&self) -> Rules {
        let policy = &self.manifest.policy;
        Rules {
            threshold: policy.threshold,
            geography: if policy.geography == UNITS { Geography::Units } else { Geography::Adaptive },
            area_incidents: policy.area_incidents,
            area_residents: policy.area_residents,
            area_months: policy.area_months,
            knowledge: match policy.known_records {
                0 => Knowledge::Published,
                1 => Knowledge::OneRecord,
                _ => Knowledge::TwoOfAPlace,
            },
        }
    }

    fn shown(&self) -> Result<ProtectedRelease> {
        let at = |file: &str| self.path.join(file);
        let manifest = &self.manifest;
        let damaged = || Error::refused(STAGE, &self.path, "it is damaged");
        let areas = shown::areas_of(&at(AREAS), &self.read(AREAS)?)?;
        let mut partitions: BTreeMap<i16, Vec<ProtectedArea>> = BTreeMap::new();
        for (year, area) in areas {
            partitions.entry(year).or_default().push(area);
        }
        let made = |wanted: &i16| *wanted <= manifest.month.year();
        let year =
            partitions.keys().copied().filter(made).max().or_else(|| partitions.keys().copied().min()).ok_or_else(damaged)?;
        let regression = manifest.regression.iter().map(|(name, of)| {
            let row = shown::strand_of(name).ok()?;
            Some((row.map(|row| STRANDS[usize::from(row)]), Regression(*of)))
        });
        let counted = manifest.counted.as_ref().map(|[from, to]| {
            let months = from.parse().ok().zip(to.parse().ok());
            months.and_then(|(from, to)| MonthRange::new(from, to)).ok_or_else(damaged)
        });
        Ok(ProtectedRelease {
            release: manifest.release.clone(),
            month: manifest.month,
            window: MonthRange::new(manifest.window_from, manifest.window_to).ok_or_else(damaged)?,
            counted: counted.transpose()?,
            as_known_on: manifest.as_known_on,
            class: manifest.class,
            policy: manifest.policy.version.clone(),
            rules: self.rules(),
            areas: partitions.remove(&year).unwrap_or_default(),
            areas_made: year,
            earlier: partitions
                .into_iter()
                .filter(|(of, _)| *of < year)
                .map(|(year, areas)| Partition { year, areas, told: Told::new() })
                .collect(),
            boroughs: manifest.boroughs.iter().map(|b| (b.name.clone(), b.code.clone())).collect(),
            figures: shown::figures_of(&at(FIGURES), &self.read(FIGURES)?)?,
            hotspots: shown::hotspots_of(&at(HOTSPOTS), &self.read(HOTSPOTS)?)?,
            regression: regression.collect::<Option<_>>().ok_or_else(damaged)?,
            hidden: Hidden {
                figures: manifest.hidden.figures,
                small: manifest.hidden.small,
                beside: manifest.hidden.beside,
                hotspots: manifest.hidden.hotspots,
                of_strands: manifest.hidden.of_strands,
            },
        })
    }

    fn certificate(&self) -> Result<Certificate> {
        past::certificate_of(&self.path, &self.read(CERTIFICATE)?, self.rules())
    }

    /// The policy as it was read when this was protected.
    fn tiers(&self) -> Result<Option<Tiers>> {
        if !self.manifest.files.contains_key(POLICY) {
            return Ok(None);
        }
        let path = self.path.join(POLICY);
        let text = String::from_utf8(self.read(POLICY)?).map_err(|_| Error::refused(STAGE, &path, "it is damaged"))?;
        let tiers = tiers::parse(&text).map_err(|rule| Error::refused(STAGE, &path, rule))?;
        if tiers.digest != self.manifest.policy.sha256 {
            return Err(Error::refused(STAGE, &path, "it is not the policy that the manifest names"));
        }
        Ok(Some(tiers))
    }

    fn past(&self) -> Result<Past> {
        let at = |file: &str| self.path.join(file);
        let outlines = shown::areas_of(&at(AREAS), &self.read(AREAS)?)?;
        Ok(Past {
            base: past::base_of(&at(BASE), &self.unpacked(BASE)?)?,
            partitions: past::partitions_of(
                &at(MEMBERS),
                &self.unpacked(MEMBERS)?,
                outlines,
                past::told_of(&at(TOLD), &self.unpacked(TOLD)?)?,
            )?,
            figures: shown::figures_of(&at(FIGURES), &self.read(FIGURES)?)?,
            hotspots: past::hotspots_of(&at(COUNTED), &self.unpacked(COUNTED)?)?,
        })
    }
}

fn newest(folder: &Path) -> Result<Option<Folder>> {
    let names = list_protected(folder)?;
    names.last().map(|name| Folder::open(&folder.join(name), name)).transpose()
}

fn contents(proven: &Proven, tiers: &Tiers, number: u32, previous: Option<String>) -> (Manifest, BTreeMap<&'static str, Vec<u8>>) {
    let (shown, past) = (&proven.protected, &proven.past);
    let files = BTreeMap::from([
        (FIGURES, shown::figures_to_csv(&shown.figures)),
        (AREAS, shown::areas_to_geojson(&past.partitions)),
        (HOTSPOTS, shown::hotspots_to_json(&shown.hotspots)),
        (POLICY, tiers.text.clone().into_bytes()),
        (BASE, packed(&past::base_to_csv(&past.base))),
        (MEMBERS, packed(&past::partitions_to_csv(&past.partitions))),
        (TOLD, packed(&past::told_to_csv(&past.partitions))),
        (COUNTED, packed(&past::hotspots_to_csv(&past.hotspots))),
        (CERTIFICATE, past::certificate_to_text(&proven.certificate)),
    ]);
    let rules = shown.rules;
    let hidden = shown.hidden;
    let manifest = Manifest {
        format: FORMAT,
        number,
        release: shown.release.clone(),
        month: shown.month,
        window_from: shown.window.from(),
        window_to: shown.window.to(),
        counted: shown.counted.map(|c| [c.from().to_string(), c.to().to_string()]),
        as_known_on: shown.as_known_on,
        class: shown.class,
        policy: Policy {
            version: tiers.version.clone(),
            sha256: tiers.digest.clone(),
            threshold: rules.threshold,
            geography: match rules.geography {
                Geography::Adaptive => ADAPTIVE,
                Geography::Units => UNITS,
            }
            .to_owned(),
            area_incidents: rules.area_incidents,
            area_residents: rules.area_residents,
            area_months: rules.area_months,
            known_records: rules.knowledge.records(),
        },
        boroughs: shown.boroughs.iter().map(|(name, code)| Borough { code: code.clone(), name: name.clone() }).collect(),
        hidden: Kept {
            figures: hidden.figures,
            small: hidden.small,
            beside: hidden.beside,
            hotspots: hidden.hotspots,
            of_strands: hidden.of_strands,
        },
        regression: shown.regression.iter().map(|(strand, of)| (strand.map_or("all", Strand::id).to_owned(), of.0)).collect(),
        previous,
        files: files.iter().map(|(name, bytes)| ((*name).to_owned(), sha256_hex(bytes))).collect(),
    };
    (manifest, files)
}

/// Without a time, so that the same content is the same file.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let memory = "writing to memory does not fail";
    encoder.write_all(bytes).expect(memory);
    encoder.finish().expect(memory)
}

fn to_json(manifest: &Manifest) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(manifest).expect("a manifest is JSON");
    bytes.push(b'\n');
    bytes
}

fn name_of(manifest: &Manifest, digest: &str) -> String {
    format!("{:04}-{}-{}", manifest.number, manifest.month, &digest[..12])
}

/// `0001-2026-10-` and twelve hex digits.
fn is_name(text: &str) -> bool {
    let mut parts = text.splitn(2, '-');
    let (Some(number), Some(rest)) = (parts.next(), parts.next()) else { return false };
    number.len() == 4
        && number.bytes().all(|b| b.is_ascii_digit())
        && rest.len() == 20
        && rest.get(..7).is_some_and(|month| month.parse::<Month>().is_ok())
        && rest.as_bytes()[7] == b'-'
        && rest[8..].bytes().all(|b| b.is_ascii_hexdigit())
}
