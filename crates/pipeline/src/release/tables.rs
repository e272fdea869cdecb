//! The tables of a release and back.

use super::appraisal;
use crate::error::{Result, Stage};
use crate::frame::{Table, TableWriter};
use crate::schema::store::{analysis, ended, fact, hotspot, unit};
use crate::wkb;
use geo::MultiPolygon;
use hotspot_core::areas::AreaLayer;
use hotspot_core::cube::{Fact, FactKind, Facts, NO_AREA, NO_HOUR, NO_UNIT};
use hotspot_core::grid::GridLevel;
use hotspot_core::hotspot::identity::{Change, Ended, Identity};
use hotspot_core::hotspot::robustness::HotspotRobustness;
use hotspot_core::hotspot::{Estimate, Hotspot, StrandAnalysis, Verdict};
use hotspot_core::rate::shrinkage::GammaPrior;
use hotspot_core::release::ReportingArea;
use hotspot_core::{Month, MonthRange};
use std::path::Path;

const STAGE: Stage = Stage::Release;

/// A polygon under this name.
type Outline = (String, String, MultiPolygon<f64>);

pub(crate) fn facts_to_parquet(facts: &Facts, path: &Path) -> Result<Vec<u8>> {
    let rows: Vec<Fact> = facts.iter().collect();
    let table = TableWriter::new()
        .with_optional(fact::UNIT, rows.iter().map(|f| (f.unit != NO_UNIT).then_some(&f.unit)))
        .with_optional(fact::AREA, rows.iter().map(|f| (f.area != NO_AREA).then_some(&f.area)))
        .with(fact::MONTH, rows.iter().map(|f| &f.month))
        .with(fact::RECORDED, rows.iter().map(|f| &f.recorded))
        .with(fact::STRANDS, rows.iter().map(|f| &f.strands))
        .with(fact::OFFENCE, rows.iter().map(|f| &f.offence))
        .with(fact::SOURCES, rows.iter().map(|f| &f.sources))
        .with(fact::STATUS, rows.iter().map(|f| &f.status))
        .with(fact::SETTING, rows.iter().map(|f| &f.setting))
        .with(fact::OUTCOME, rows.iter().map(|f| &f.outcome))
        .with_optional(fact::HOUR_OF_WEEK, rows.iter().map(|f| (f.hour_of_week != NO_HOUR).then_some(&f.hour_of_week)))
        .with(fact::PLACE, rows.iter().map(|f| &f.place))
        .with(fact::COUNT, rows.iter().map(|f| &f.count));
    let table = if facts.knows_victims() { table.with_optional(fact::VICTIM, facts.victims()) } else { table };
    let precisions = facts.precisions();
    let known = precisions.iter().any(Option::is_some);
    let table = if known { table.with_optional(fact::PRECISION, precisions.iter().map(Option::as_ref)) } else { table };
    table.into_parquet(STAGE, path)
}

pub(crate) fn facts_from_table(table: &Table, kind: FactKind) -> Result<Facts> {
    let unit = table.optional(fact::UNIT)?;
    let area = table.optional(fact::AREA)?;
    let month = table.column(fact::MONTH)?;
    let recorded = table.column(fact::RECORDED)?;
    let strands = table.column(fact::STRANDS)?;
    let offence = table.column(fact::OFFENCE)?;
    let sources = table.column(fact::SOURCES)?;
    let status = table.column(fact::STATUS)?;
    let setting = table.column(fact::SETTING)?;
    let outcome = table.column(fact::OUTCOME)?;
    let hour_of_week = table.optional(fact::HOUR_OF_WEEK)?;
    let place = table.column(fact::PLACE)?;
    let count = table.column(fact::COUNT)?;
    let mut facts = Facts::new(kind);
    for row in 0..table.len() {
        facts.push(Fact {
            unit: unit[row].unwrap_or(NO_UNIT),
            area: area[row].unwrap_or(NO_AREA),
            month: month[row],
            recorded: recorded[row],
            strands: strands[row],
            offence: offence[row],
            sources: sources[row],
            status: status[row],
            setting: setting[row],
            outcome: outcome[row],
            hour_of_week: hour_of_week[row].unwrap_or(NO_HOUR),
            place: place[row],
            count: count[row],
        });
    }
    facts.take_victims(&table.added_later(fact::VICTIM)?);
    facts.take_precisions(&table.added_later(fact::PRECISION)?);
    Ok(facts)
}

pub(crate) fn cells_to_parquet(level: &GridLevel, path: &Path) -> Result<Vec<u8>> {
    TableWriter::new().with(unit::H3, level.cells().iter()).with(unit::AREA_KM2, level.area_km2().iter()).into_parquet(STAGE, path)
}

pub(crate) fn areas_to_parquet(layer: &AreaLayer, path: &Path) -> Result<Vec<u8>> {
    let geometry: Vec<Vec<u8>> = layer.polygons().iter().map(wkb::encode).collect();
    TableWriter::new()
        .with(unit::CODE, layer.codes().iter())
        .with(unit::NAME, layer.names().iter())
        .with(unit::AREA_KM2, layer.area_km2().iter())
        .with(unit::GEOMETRY, geometry.iter())
        .with_metadata("geo", wkb::GEOPARQUET.to_owned())
        .into_parquet(STAGE, path)
}

pub(crate) fn areas_from_table(table: &Table) -> Result<Vec<Outline>> {
    let codes = table.column(unit::CODE)?.into_iter();
    let names = table.column(unit::NAME)?;
    let shapes = geometry(table)?;
    Ok(codes.zip(names).zip(shapes).map(|((code, name), shape)| (code, name, shape)).collect())
}

pub(crate) fn study_area_to_parquet(name: &str, polygon: &MultiPolygon<f64>, path: &Path) -> Result<Vec<u8>> {
    TableWriter::new()
        .with(unit::NAME, std::iter::once(&name.to_owned()))
        .with(unit::GEOMETRY, std::iter::once(&wkb::encode(polygon)))
        .with_metadata("geo", wkb::GEOPARQUET.to_owned())
        .into_parquet(STAGE, path)
}

pub(crate) fn study_area_from_table(table: &Table) -> Result<MultiPolygon<f64>> {
    geometry(table)?.pop().ok_or_else(|| table.error_at(0, unit::GEOMETRY.name, "the study area is missing"))
}

fn geometry(table: &Table) -> Result<Vec<MultiPolygon<f64>>> {
    let column = unit::GEOMETRY;
    let shapes = table.column(column)?;
    let decode = |(row, bytes): (usize, &Vec<u8>)| {
        wkb::decode(bytes).ok_or_else(|| table.error_at(row, column.name, "the geometry is not a multipolygon in WKB"))
    };
    shapes.iter().enumerate().map(decode).collect()
}

pub(crate) fn reporting_to_parquet(areas: &[ReportingArea], path: &Path) -> Result<Vec<u8>> {
    TableWriter::new()
        .with(unit::CODE, areas.iter().map(|a| &a.code))
        .with(unit::NAME, areas.iter().map(|a| &a.name))
        .with_optional(unit::RESIDENTS, areas.iter().map(|a| a.residents.as_ref()))
        .into_parquet(STAGE, path)
}

pub(crate) fn reporting_from_table(table: &Table) -> Result<Vec<ReportingArea>> {
    let codes = table.column(unit::CODE)?.into_iter();
    let names = table.column(unit::NAME)?;
    let residents = table.optional(unit::RESIDENTS)?;
    let rows = codes.zip(names).zip(residents);
    Ok(rows.map(|((code, name), residents)| ReportingArea { code, name, residents }).collect())
}

pub(crate) fn analyses_to_parquet(analyses: &[StrandAnalysis], path: &Path) -> Result<Vec<u8>> {
    let windows: Vec<[Month; 2]> = analyses.iter().map(|a| [a.window.from(), a.window.to()]).collect();
    TableWriter::new()
        .with_optional(analysis::STRAND, analyses.iter().map(|a| a.strand.as_ref()))
        .with(analysis::FROM, windows.iter().map(|w| &w[0]))
        .with(analysis::TO, windows.iter().map(|w| &w[1]))
        .with(analysis::N, analyses.iter().map(|a| &a.n))
        .with_optional(
            analysis::MINIMUM,
            analyses.iter().map(|a| match &a.verdict {
                Verdict::Analysed => None,
                Verdict::CannotTell { minimum } => Some(minimum),
            }),
        )
        .with_optional(analysis::PRIOR_SHAPE, analyses.iter().map(|a| a.prior.as_ref().map(|p| &p.shape)))
        .with_optional(analysis::PRIOR_RATE, analyses.iter().map(|a| a.prior.as_ref().map(|p| &p.rate)))
        .into_parquet(STAGE, path)
}

pub(crate) fn analyses_from_table(table: &Table) -> Result<Vec<StrandAnalysis>> {
    let strand = table.optional(analysis::STRAND)?;
    let from = table.column(analysis::FROM)?;
    let to = table.column(analysis::TO)?;
    let n = table.column(analysis::N)?;
    let minimum = table.optional(analysis::MINIMUM)?;
    let shape = table.optional(analysis::PRIOR_SHAPE)?;
    let rate = table.optional(analysis::PRIOR_RATE)?;
    (0..table.len())
        .map(|row| {
            Ok(StrandAnalysis {
                strand: strand[row],
                window: MonthRange::new(from[row], to[row])
                    .ok_or_else(|| table.error_at(row, analysis::TO.name, "the window ends before it starts"))?,
                n: n[row],
                verdict: minimum[row].map_or(Verdict::Analysed, |minimum| Verdict::CannotTell { minimum }),
                prior: shape[row].zip(rate[row]).map(|(shape, rate)| GammaPrior { shape, rate }),
                hotspots: Vec::new(),
                ended: Vec::new(),
            })
        })
        .collect()
}

pub(crate) fn hotspots_to_parquet(analyses: &[StrandAnalysis], path: &Path) -> Result<Vec<u8>> {
    let all = || analyses.iter().flat_map(|a| &a.hotspots);
    let numbers: Vec<u32> = (0..).zip(analyses).flat_map(|(row, a)| a.hotspots.iter().map(move |_| row)).collect();
    let changes: Vec<String> = all().map(|h| h.identity.change.id().to_owned()).collect();
    let of: Vec<String> = all().map(|h| h.identity.of.join(" ")).collect();
    let strands: Vec<Vec<u32>> = all().map(|h| h.strands.to_vec()).collect();
    let code = |holds: &Option<bool>| holds.map_or(2, u32::from);
    let holds: Vec<Vec<u32>> = all().map(|h| h.robustness.holds.iter().map(code).collect()).collect();
    let outlines: Vec<Vec<u8>> = all().map(|h| wkb::encode(&h.outline)).collect();
    let table = TableWriter::new()
        .with(hotspot::ANALYSIS, numbers.iter())
        .with(hotspot::ID, all().map(|h| &h.identity.id))
        .with(hotspot::FIRST_SEEN, all().map(|h| &h.identity.first_seen))
        .with(hotspot::CHANGE, changes.iter())
        .with(hotspot::OF, of.iter())
        .with(hotspot::RANK, all().map(|h| &h.rank))
        .with(hotspot::NAME, all().map(|h| &h.name))
        .with_optional(hotspot::AREA_CODE, all().map(|h| h.area_code.as_ref()))
        .with(hotspot::UNITS, all().map(|h| &h.units))
        .with(hotspot::PEAK, all().map(|h| &h.peak))
        .with(hotspot::AREA_KM2, all().map(|h| &h.area_km2))
        .with(hotspot::N, all().map(|h| &h.n))
        .with(hotspot::EXPECTED, all().map(|h| &h.expected))
        .with(hotspot::RATIO, all().map(|h| &h.ratio.mean))
        .with(hotspot::RATIO_LO, all().map(|h| &h.ratio.lo))
        .with(hotspot::RATIO_HI, all().map(|h| &h.ratio.hi))
        .with(hotspot::PROBABILITY, all().map(|h| &h.probability))
        .with(hotspot::STANDS_WITHOUT_ONE, all().map(|h| &h.stands_without_one))
        .with(hotspot::STRAND_COUNTS, strands.iter())
        .with_optional(hotspot::ROBUSTNESS, all().map(|h| h.robustness.share.as_ref()))
        .with(hotspot::HOLDS, holds.iter())
        .with(hotspot::MONTH_COUNTS, all().map(|h| &h.months))
        .with(hotspot::GEOMETRY, outlines.iter())
        .with_metadata("geo", wkb::GEOPARQUET.to_owned());
    appraisal::with_standing(table, &all().collect::<Vec<_>>()).into_parquet(STAGE, path)
}

pub(crate) fn ended_to_parquet(analyses: &[StrandAnalysis], path: &Path) -> Result<Vec<u8>> {
    let all = || analyses.iter().flat_map(|a| &a.ended);
    let numbers: Vec<u32> = (0..).zip(analyses).flat_map(|(row, a)| a.ended.iter().map(move |_| row)).collect();
    TableWriter::new()
        .with(ended::ANALYSIS, numbers.iter())
        .with(ended::ID, all().map(|e| &e.id))
        .with(ended::FIRST_SEEN, all().map(|e| &e.first_seen))
        .with(ended::NAME, all().map(|e| &e.name))
        .with(ended::N, all().map(|e| &e.n))
        .with_optional(ended::INTO, all().map(|e| e.into.as_ref()))
        .into_parquet(STAGE, path)
}

/// Puts each hotspot that ended into its analysis.
pub(crate) fn ended_from_table(table: &Table, analyses: &mut [StrandAnalysis]) -> Result<()> {
    let number = table.column(ended::ANALYSIS)?;
    let id = table.column(ended::ID)?;
    let first_seen = table.column(ended::FIRST_SEEN)?;
    let mut name = table.column(ended::NAME)?;
    let n = table.column(ended::N)?;
    let into = table.optional(ended::INTO)?;
    for (row, ((id, first_seen), into)) in id.into_iter().zip(first_seen).zip(into).enumerate() {
        let analysis = analyses
            .get_mut(number[row] as usize)
            .ok_or_else(|| table.error_at(row, ended::ANALYSIS.name, "there is no such analysis"))?;
        analysis.ended.push(Ended { id, first_seen, name: std::mem::take(&mut name[row]), n: n[row], into });
    }
    Ok(())
}

/// Puts each hotspot into its analysis.
pub(crate) fn hotspots_from_table(table: &Table, analyses: &mut [StrandAnalysis]) -> Result<()> {
    let number = table.column(hotspot::ANALYSIS)?;
    let mut id = table.column(hotspot::ID)?;
    let first_seen = table.column(hotspot::FIRST_SEEN)?;
    let change = table.column(hotspot::CHANGE)?;
    let of = table.column(hotspot::OF)?;
    let rank = table.column(hotspot::RANK)?;
    let mut name = table.column(hotspot::NAME)?;
    let mut area_code = table.optional(hotspot::AREA_CODE)?;
    let mut units = table.column(hotspot::UNITS)?;
    let peak = table.column(hotspot::PEAK)?;
    let area_km2 = table.column(hotspot::AREA_KM2)?;
    let n = table.column(hotspot::N)?;
    let expected = table.column(hotspot::EXPECTED)?;
    let mean = table.column(hotspot::RATIO)?;
    let lo = table.column(hotspot::RATIO_LO)?;
    let hi = table.column(hotspot::RATIO_HI)?;
    let probability = table.column(hotspot::PROBABILITY)?;
    let stands_without_one = table.column(hotspot::STANDS_WITHOUT_ONE)?;
    let strands = table.column(hotspot::STRAND_COUNTS)?;
    let robustness = table.optional(hotspot::ROBUSTNESS)?;
    let holds = table.column(hotspot::HOLDS)?;
    let mut months = table.column(hotspot::MONTH_COUNTS)?;
    let mut outlines = geometry(table)?;
    let mut standings = appraisal::standings(table)?;
    for row in 0..table.len() {
        let analysis = analyses
            .get_mut(number[row] as usize)
            .ok_or_else(|| table.error_at(row, hotspot::ANALYSIS.name, "there is no such analysis"))?;
        analysis.hotspots.push(Hotspot {
            identity: Identity {
                id: std::mem::take(&mut id[row]),
                first_seen: first_seen[row],
                change: Change::from_id(&change[row])
                    .ok_or_else(|| table.error_at(row, hotspot::CHANGE.name, "there is no such change"))?,
                of: of[row].split_whitespace().map(str::to_owned).collect(),
            },
            rank: rank[row],
            name: std::mem::take(&mut name[row]),
            area_code: area_code[row].take(),
            units: std::mem::take(&mut units[row]),
            peak: peak[row],
            outline: std::mem::replace(&mut outlines[row], MultiPolygon(Vec::new())),
            area_km2: area_km2[row],
            n: n[row],
            expected: expected[row],
            ratio: Estimate { mean: mean[row], lo: lo[row], hi: hi[row] },
            probability: probability[row],
            stands_without_one: stands_without_one[row],
            strands: strands[row].as_slice().try_into().map_err(|_error: std::array::TryFromSliceError| {
                table.error_at(row, hotspot::STRAND_COUNTS.name, "not one count for each strand")
            })?,
            months: std::mem::take(&mut months[row]),
            robustness: HotspotRobustness {
                share: robustness[row],
                holds: holds[row].iter().map(|code| (*code < 2).then_some(*code == 1)).collect(),
            },
            standing: std::mem::take(&mut standings[row]),
        });
    }
    Ok(())
}
