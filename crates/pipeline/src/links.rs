//! Records of one event: links that someone stated, and pairs that someone should look at.
//!
//! A third-party report, an app report and a police record can be of one event. Only a stated link joins them; pairs that
//! look alike are listed as [`Candidate`]s and never joined by themselves.

use crate::commit::sha256_hex;
use crate::error::{Error, Result, Stage};
use crate::facts::Known;
use crate::frame::{Table, TableWriter};
use crate::schema::store::link;
use hotspot_core::projection::Projection;
use hotspot_core::simulate::Simulation;
use hotspot_core::{Incident, LonLat, Place, Source, StrandSet, TimePrecision};
use jiff::civil::Date;
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};
use std::collections::HashMap;
use std::io::{Read as _, Write};
use std::path::Path;

/// Farthest apart that two records of one event are looked for, in metres.
pub const CANDIDATE_METRES: f64 = 200.0;
/// Farthest apart in time, in seconds.
pub const CANDIDATE_SECONDS: f64 = 86_400.0;

/// Two records are of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Identifier of a record.
    pub id: String,
    /// Identifier of another record of the same event.
    pub same_as: String,
    /// How that is known, such as `crime number quoted`.
    pub basis: String,
    /// The day on which it became known.
    pub known_on: Date,
}

/// A file of links, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkFile {
    /// Name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The links, in the order of the file.
    pub links: Vec<Link>,
}

/// Reads `links.csv`: columns `id`, `same_as`, `basis`, and, if it is there, `known_on` (`YYYY-MM-DD`; blank or absent:
/// `known_on` of the call). Plain or gzip.
///
/// # Errors
/// When the file cannot be read, a column is missing, or a row lacks an identifier or a basis, links a record with itself,
/// or has no date where one should be; row and column are named.
pub fn read_links(path: &Path, known_on: Date) -> Result<LinkFile> {
    let bytes = std::fs::read(path).map_err(|e| Error::source(Stage::Links, path, e))?;
    let mut plain = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut decoder = flate2::read::MultiGzDecoder::new(bytes.as_slice());
        decoder.read_to_end(&mut plain).map_err(|e| Error::source(Stage::Links, path, e))?;
    } else {
        plain.clone_from(&bytes);
    }
    let text = plain.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&plain);
    let refused = |what: &str| Error::refused(Stage::Links, path, what);
    // The message of the CSV reader is not passed on: it may quote the file.
    let broken = |e: &csv::Error| {
        let error = refused("not a CSV file in UTF-8 with the same number of columns in every row");
        e.position().map_or(refused("not a CSV file in UTF-8"), |p| error.at_row(p.line()))
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let headers = reader.headers().map_err(|e| broken(&e))?.clone();
    let find = |name: &str| headers.iter().position(|h| h.eq_ignore_ascii_case(name));
    let need =
        |name: &str| find(name).ok_or_else(|| refused("a column is missing; needed are id, same_as and basis").at_column(name));
    let (id, same_as, basis, day) = (need("id")?, need("same_as")?, need("basis")?, find("known_on"));
    let mut links = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| broken(&e))? {
        let row = record.position().map_or(0, csv::Position::line);
        let field = |column: usize, name: &str| {
            let text = record.get(column).unwrap_or_default();
            if text.is_empty() { Err(refused("the field is blank").at_row(row).at_column(name)) } else { Ok(text.to_owned()) }
        };
        let known_on = match day.and_then(|column| record.get(column)).filter(|text| !text.is_empty()) {
            None => known_on,
            Some(text) => text
                .parse()
                .map_err(|_error: jiff::Error| refused("not a date; write YYYY-MM-DD").at_row(row).at_column("known_on"))?,
        };
        let link = Link { id: field(id, "id")?, same_as: field(same_as, "same_as")?, basis: field(basis, "basis")?, known_on };
        if link.id == link.same_as {
            return Err(refused("the row links a record with itself").at_row(row).at_column("same_as"));
        }
        links.push(link);
    }
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(LinkFile { file, sha256: sha256_hex(&bytes), links })
}

/// The links of a simulation, each known from the day on which both of its records were.
pub fn simulated_links(simulation: &Simulation) -> Vec<Link> {
    let mut first: HashMap<&str, Date> = HashMap::new();
    for incident in &simulation.incidents {
        let day = first.entry(&incident.id.0).or_insert(incident.known_on);
        *day = incident.known_on.min(*day);
    }
    let known = |id: &str| first.get(id).copied().unwrap_or(Date::MIN);
    let links = simulation.links.iter().map(|link| Link {
        id: link.id.0.clone(),
        same_as: link.same_as.0.clone(),
        basis: link.basis.clone(),
        known_on: known(&link.id.0).max(known(&link.same_as.0)),
    });
    links.collect()
}

/// Writes links in the form that [`read_links`] reads.
///
/// # Errors
/// When `out` refuses to be written.
pub fn write_links_csv(links: &[Link], out: impl Write) -> Result<()> {
    let fail = |e: csv::Error| Error::source(Stage::Write, Path::new("links"), e);
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["id", "same_as", "basis", "known_on"]).map_err(fail)?;
    for link in links {
        writer.write_record([&link.id, &link.same_as, &link.basis, &link.known_on.to_string()]).map_err(fail)?;
    }
    writer.flush().map_err(|e| Error::source(Stage::Write, Path::new("links"), e))
}

pub(crate) fn to_parquet(links: &[Link], path: &Path) -> Result<Vec<u8>> {
    TableWriter::new()
        .with(link::ID, links.iter().map(|l| &l.id))
        .with(link::SAME_AS, links.iter().map(|l| &l.same_as))
        .with(link::BASIS, links.iter().map(|l| &l.basis))
        .with(link::KNOWN_ON, links.iter().map(|l| &l.known_on))
        .into_parquet(Stage::Links, path)
}

pub(crate) fn from_table(table: &Table) -> Result<Vec<Link>> {
    let ids = table.column(link::ID)?;
    let others = table.column(link::SAME_AS)?.into_iter();
    let bases = table.column(link::BASIS)?.into_iter();
    let days = table.column(link::KNOWN_ON)?.into_iter();
    let rows = ids.into_iter().zip(others).zip(bases).zip(days);
    Ok(rows.map(|(((id, same_as), basis), known_on)| Link { id, same_as, basis, known_on }).collect())
}

/// Which identifiers are of one event: sets joined link by link.
#[derive(Debug, Default)]
pub(crate) struct Events {
    numbers: HashMap<String, u32>,
    parents: Vec<u32>,
}

impl Events {
    pub(crate) fn of(links: &[Link]) -> Self {
        let mut events = Self::default();
        for link in links {
            let (a, b) = (events.number(&link.id), events.number(&link.same_as));
            let (a, b) = (events.root(a), events.root(b));
            // The lower number is the root, so that the order of links alone decides nothing but numbers.
            events.parents[a.max(b) as usize] = a.min(b);
        }
        for number in 0..events.parents.len() as u32 {
            let root = events.root(number);
            events.parents[number as usize] = root;
        }
        events
    }

    /// The event of an identifier; `None` when no link names it.
    pub(crate) fn event(&self, id: &str) -> Option<u32> {
        self.numbers.get(id).map(|number| self.parents[*number as usize])
    }

    fn number(&mut self, id: &str) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = self.parents.len() as u32;
        self.numbers.insert(id.to_owned(), number);
        self.parents.push(number);
        number
    }

    fn root(&mut self, mut number: u32) -> u32 {
        while self.parents[number as usize] != number {
            let grandparent = self.parents[self.parents[number as usize] as usize];
            self.parents[number as usize] = grandparent;
            number = grandparent;
        }
        number
    }
}

/// A record that may be one of several of its event: mapped, flagged, and known to the day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trace {
    id: String,
    event: u32,
    location: LonLat,
    /// Seconds since 1970.
    from: f64,
    to: f64,
    strands: StrandSet,
    source: Source,
}

impl Trace {
    /// `None` when the record is not precise enough for its neighbours to mean anything.
    pub(crate) fn of(incident: &Incident, event: u32) -> Option<Self> {
        let Place::Point { location, .. } = incident.place else { return None };
        let seconds = |t: jiff::Timestamp| t.as_microsecond() as f64 / 1e6;
        let (from, to) = (seconds(incident.occurred.from), seconds(incident.occurred.to));
        let timed = incident.occurred.precision != TimePrecision::Month && to - from <= CANDIDATE_SECONDS;
        (timed && !incident.strands.is_empty()).then(|| Self {
            id: incident.id.0.clone(),
            event,
            location,
            from,
            to,
            strands: incident.strands,
            source: incident.source,
        })
    }
}

/// Two records that may be of one event, for a person to decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Identifier of the one, the lower in order.
    pub id: String,
    /// Identifier of the other.
    pub same_as: String,
    /// How far apart, in metres.
    pub metres: f64,
    /// How far apart in time, in hours; 0 when the times overlap.
    pub hours: f64,
    /// Strands that both have.
    pub strands: StrandSet,
    /// Who brought about each.
    pub sources: [Source; 2],
}

/// Pairs at most 200 m and one day apart that share a strand, come from different sources, and are not linked; by
/// identifier. Nothing is joined by this.
pub fn link_candidates(known: &Known) -> Vec<Candidate> {
    let traces = known.traces();
    let Some(first) = traces.first() else { return Vec::new() };
    let start = [first.location.lon, first.location.lat, first.location.lon, first.location.lat];
    let bounds =
        traces.iter().map(|t| t.location).fold(start, |b, p| [b[0].min(p.lon), b[1].min(p.lat), b[2].max(p.lon), b[3].max(p.lat)]);
    let projection = Projection::for_area(bounds);
    // A day is as long as the search is wide, so that one box holds what is near in place and time. A record known to an
    // interval stands at its start; no interval is longer than a day.
    let metres_a_second = CANDIDATE_METRES / CANDIDATE_SECONDS;
    let places: Vec<GeomWithData<[f64; 3], u32>> = (0..)
        .zip(traces)
        .filter_map(|(row, trace)| {
            let [x, y] = projection.metres_from_lonlat(trace.location).ok()?;
            Some(GeomWithData::new([x, y, trace.from * metres_a_second], row))
        })
        .collect();
    let tree = RTree::bulk_load(places);
    let mut candidates = Vec::new();
    for place in &tree {
        let [x, y, t] = *place.geom();
        let near = AABB::from_corners(
            [x - CANDIDATE_METRES, y - CANDIDATE_METRES, t - 2.0 * CANDIDATE_METRES],
            [x + CANDIDATE_METRES, y + CANDIDATE_METRES, t + 2.0 * CANDIDATE_METRES],
        );
        for other in tree.locate_in_envelope(near) {
            let (a, b) = (&traces[place.data as usize], &traces[other.data as usize]);
            if place.data >= other.data || a.event == b.event || a.source == b.source {
                continue;
            }
            let metres = (x - other.geom()[0]).hypot(y - other.geom()[1]);
            let seconds = (a.from.max(b.from) - a.to.min(b.to)).max(0.0);
            let strands = StrandSet::from_bits(a.strands.bits() & b.strands.bits());
            if metres <= CANDIDATE_METRES && seconds <= CANDIDATE_SECONDS && !strands.is_empty() {
                let (a, b) = if a.id <= b.id { (a, b) } else { (b, a) };
                candidates.push(Candidate {
                    id: a.id.clone(),
                    same_as: b.id.clone(),
                    metres,
                    hours: seconds / 3600.0,
                    strands,
                    sources: [a.source, b.source],
                });
            }
        }
    }
    candidates.sort_by(|a, b| (&a.id, &a.same_as).cmp(&(&b.id, &b.same_as)));
    candidates
}

/// Writes candidates as CSV that, once a basis is filled in and rows that are not of one event are taken out, is a file of
/// links: `id,same_as,basis,metres,hours,strands,sources`.
///
/// # Errors
/// When `out` refuses to be written.
pub fn write_candidates_csv(candidates: &[Candidate], out: impl Write) -> Result<()> {
    let fail = |e: csv::Error| Error::source(Stage::Write, Path::new("candidates"), e);
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["id", "same_as", "basis", "metres", "hours", "strands", "sources"]).map_err(fail)?;
    for candidate in candidates {
        let strands: Vec<_> = candidate.strands.iter().map(hotspot_core::Strand::id).collect();
        let sources = candidate.sources.map(Source::id).join(";");
        let (metres, hours) = (format!("{:.0}", candidate.metres), format!("{:.1}", candidate.hours));
        writer
            .write_record([&candidate.id, &candidate.same_as, "", &metres, &hours, &strands.join(";"), &sources])
            .map_err(fail)?;
    }
    writer.flush().map_err(|e| Error::source(Stage::Write, Path::new("candidates"), e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotspot_core::simulate::{SimulateParams, simulate};

    fn link(id: &str, same_as: &str) -> Link {
        Link {
            id: id.to_owned(),
            same_as: same_as.to_owned(),
            basis: "crime number".to_owned(),
            known_on: Date::constant(2026, 1, 1),
        }
    }

    #[test]
    fn links_join_in_chains_whatever_their_order() {
        for links in [[link("a", "b"), link("c", "d"), link("b", "c")], [link("b", "c"), link("d", "c"), link("a", "b")]] {
            let events = Events::of(&links);
            let of = |id| events.event(id);
            assert!(of("a").is_some());
            assert_eq!(of("a"), of("d"));
            assert_eq!(of("b"), of("c"));
            assert_eq!(of("e"), None);
        }
    }

    fn read(text: &str) -> Result<LinkFile> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("links.csv");
        std::fs::write(&path, text).unwrap();
        read_links(&path, Date::constant(2026, 3, 1))
    }

    #[test]
    fn a_file_of_links_is_read_with_its_own_days_of_knowledge() {
        let file = read("\u{feff}Same_As,id,basis,known_on\r\nb,a,quoted,\r\nc,\"a\",same caller,2026-02-01\r\n").unwrap();
        assert_eq!(file.file, "links.csv");
        let days: Vec<_> = file.links.iter().map(|l| (l.same_as.as_str(), l.known_on.to_string())).collect();
        assert_eq!(days, [("b", "2026-03-01".to_owned()), ("c", "2026-02-01".to_owned())]);
    }

    #[test]
    fn simulated_links_are_written_read_and_known_with_their_records() {
        let params = SimulateParams { seed: 3, start: "2024-01".parse().unwrap(), months: 2 };
        let simulation = simulate(&params);
        let links = simulated_links(&simulation);
        assert!(links.len() > 10, "{}", links.len());
        assert!(links.iter().all(|l| l.known_on >= params.start.first_day()), "every link is between records that are there");
        let mut csv = Vec::new();
        write_links_csv(&links, &mut csv).unwrap();
        assert_eq!(read(&String::from_utf8(csv).unwrap()).unwrap().links, links);
    }

    #[test]
    fn a_bad_link_is_located_and_its_value_is_not_repeated() {
        for (text, place) in [
            ("id,basis\nsecret,b\n", "column same_as"),
            ("id,same_as,basis\nsecret,b,x\nsecret,,x\n", "row 3, column same_as"),
            ("id,same_as,basis\nsecret,b,\n", "row 2, column basis"),
            ("id,same_as,basis\nsecret,secret,x\n", "row 2, column same_as"),
            ("id,same_as,basis,known_on\na,b,x,secret\n", "row 2, column known_on"),
            ("id,same_as,basis\na,b,x\nsecret,b\n", "row 3"),
        ] {
            let message = read(text).unwrap_err().to_string();
            assert!(message.contains(place) && message.contains("links.csv"), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
