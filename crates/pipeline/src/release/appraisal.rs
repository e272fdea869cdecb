//! What hotspots carry, and the rates of every unit: as tables and back.

use crate::error::{Result, Stage};
use crate::frame::{Table, TableWriter};
use crate::schema::store::{hotspot, place_rate, unit_rate};
use hotspot_core::hotspot::appraisal::{PeakRank, ScanHit, Standing};
use hotspot_core::hotspot::denominator::{Denominator, PlaceRate, UnitRates};
use hotspot_core::hotspot::evidence::Evidence;
use hotspot_core::hotspot::{Estimate, Hotspot, StrandAnalysis};
use hotspot_core::release::Release;
use std::collections::HashMap;
use std::path::Path;

const STAGE: Stage = Stage::Release;

/// Rates of one denominator, and the position of each unit in them.
type Found<'a> = (&'a UnitRates, Vec<Option<usize>>);

/// Adds what each hotspot carries to the table of hotspots.
pub(crate) fn with_standing(table: TableWriter, hotspots: &[&Hotspot]) -> TableWriter {
    let all = || hotspots.iter().map(|h| &h.standing);
    let words: Vec<String> = all().map(|s| s.evidence.id().to_owned()).collect();
    table
        .with(hotspot::EVIDENCE, words.iter())
        .with_optional(hotspot::GI_STAR_P, all().map(|s| s.gi_star.as_ref().map(|g| &g[0])))
        .with_optional(hotspot::GI_STAR_Q, all().map(|s| s.gi_star.as_ref().map(|g| &g[1])))
        .with_optional(hotspot::PEAK_RANK_LO, all().map(|s| s.peak.as_ref().map(|p| &p.rank[0])))
        .with_optional(hotspot::PEAK_RANK_HI, all().map(|s| s.peak.as_ref().map(|p| &p.rank[1])))
        .with_optional(hotspot::PEAK_RANK_OF, all().map(|s| s.peak.as_ref().map(|p| &p.of)))
        .with_optional(hotspot::PEAK_IN_TOP, all().map(|s| s.peak.as_ref().map(|p| &p.in_top)))
        .with_optional(hotspot::SCAN_CLUSTER, all().map(|s| s.scan.as_ref().map(|c| &c.cluster)))
        .with_optional(hotspot::SCAN_CASES, all().map(|s| s.scan.as_ref().map(|c| &c.cases)))
        .with_optional(hotspot::SCAN_EXPECTED, all().map(|s| s.scan.as_ref().map(|c| &c.expected)))
        .with_optional(hotspot::SCAN_P, all().map(|s| s.scan.as_ref().map(|c| &c.p)))
        .with_optional(hotspot::SCAN_SHARED, all().map(|s| s.scan.as_ref().map(|c| &c.shared)))
        .with(hotspot::KNOWN_VICTIM, all().map(|s| &s.known[0]))
        .with(hotspot::KNOWN_REPORTER, all().map(|s| &s.known[1]))
        .with(hotspot::KNOWN_PREMISES, all().map(|s| &s.known[2]))
}

/// What each hotspot carries but for its rates, by row of the table of hotspots.
pub(crate) fn standings(table: &Table) -> Result<Vec<Standing>> {
    let words = table.column(hotspot::EVIDENCE)?;
    let (p, q) = (table.optional(hotspot::GI_STAR_P)?, table.optional(hotspot::GI_STAR_Q)?);
    let (lo, hi) = (table.optional(hotspot::PEAK_RANK_LO)?, table.optional(hotspot::PEAK_RANK_HI)?);
    let (of, in_top) = (table.optional(hotspot::PEAK_RANK_OF)?, table.optional(hotspot::PEAK_IN_TOP)?);
    let (cluster, cases) = (table.optional(hotspot::SCAN_CLUSTER)?, table.optional(hotspot::SCAN_CASES)?);
    let (expected, scan_p) = (table.optional(hotspot::SCAN_EXPECTED)?, table.optional(hotspot::SCAN_P)?);
    let shared = table.optional(hotspot::SCAN_SHARED)?;
    let known = [hotspot::KNOWN_VICTIM, hotspot::KNOWN_REPORTER, hotspot::KNOWN_PREMISES];
    let known = [table.column(known[0])?, table.column(known[1])?, table.column(known[2])?];
    let row = |row: usize| -> Result<Standing> {
        let evidence = Evidence::from_id(&words[row]);
        Ok(Standing {
            evidence: evidence.ok_or_else(|| table.error_at(row, hotspot::EVIDENCE.name, "there is no such word"))?,
            rates: Vec::new(),
            gi_star: p[row].zip(q[row]).map(|(p, q)| [p, q]),
            peak: lo[row].zip(hi[row]).zip(of[row]).zip(in_top[row]).map(|(((lo, hi), of), in_top)| PeakRank {
                rank: [lo, hi],
                of,
                in_top,
            }),
            scan: cluster[row]
                .zip(cases[row])
                .zip(expected[row])
                .zip(scan_p[row])
                .zip(shared[row])
                .map(|((((cluster, cases), expected), p), shared)| ScanHit { cluster, cases, expected, p, shared }),
            known: [known[0][row], known[1][row], known[2][row]],
        })
    };
    (0..table.len()).map(row).collect()
}

/// Rates of hotspots: one row for each hotspot and denominator, no numbers where the denominator is unfit.
pub(crate) fn place_rates_to_parquet(release: &Release, path: &Path) -> Result<Vec<u8>> {
    let mut keys: Vec<(u32, String, String)> = Vec::new();
    let mut rates: Vec<Option<PlaceRate>> = Vec::new();
    for (row, analysis) in (0..).zip(&release.analyses) {
        for hotspot in &analysis.hotspots {
            for (denominator, rate) in release.denominators.iter().zip(&hotspot.standing.rates) {
                keys.push((row, hotspot.identity.id.clone(), denominator.id.clone()));
                rates.push(*rate);
            }
        }
    }
    let all = || rates.iter().map(Option::as_ref);
    TableWriter::new()
        .with(place_rate::ANALYSIS, keys.iter().map(|k| &k.0))
        .with(place_rate::HOTSPOT, keys.iter().map(|k| &k.1))
        .with(place_rate::DENOMINATOR, keys.iter().map(|k| &k.2))
        .with_optional(place_rate::N, all().map(|r| r.map(|r| &r.n)))
        .with_optional(place_rate::MEASURE, all().map(|r| r.map(|r| &r.measure)))
        .with_optional(place_rate::RATE, all().map(|r| r.map(|r| &r.rate[0])))
        .with_optional(place_rate::RATE_LO, all().map(|r| r.map(|r| &r.rate[1])))
        .with_optional(place_rate::RATE_HI, all().map(|r| r.map(|r| &r.rate[2])))
        .with_optional(place_rate::RATIO, all().map(|r| r.map(|r| &r.ratio.mean)))
        .with_optional(place_rate::RATIO_LO, all().map(|r| r.map(|r| &r.ratio.lo)))
        .with_optional(place_rate::RATIO_HI, all().map(|r| r.map(|r| &r.ratio.hi)))
        .with_optional(place_rate::PROBABILITY, all().map(|r| r.map(|r| &r.probability)))
        .into_parquet(STAGE, path)
}

/// Puts the rates into their hotspots, in the order in which they were written.
pub(crate) fn place_rates_from_table(table: &Table, analyses: &mut [StrandAnalysis]) -> Result<()> {
    let number = table.column(place_rate::ANALYSIS)?;
    let id = table.column(place_rate::HOTSPOT)?;
    let n = table.optional(place_rate::N)?;
    let measure = table.optional(place_rate::MEASURE)?;
    let rate = [place_rate::RATE, place_rate::RATE_LO, place_rate::RATE_HI];
    let rate = [table.optional(rate[0])?, table.optional(rate[1])?, table.optional(rate[2])?];
    let ratio = [place_rate::RATIO, place_rate::RATIO_LO, place_rate::RATIO_HI];
    let ratio = [table.optional(ratio[0])?, table.optional(ratio[1])?, table.optional(ratio[2])?];
    let probability = table.optional(place_rate::PROBABILITY)?;
    let mut places: HashMap<(u32, &str), &mut Hotspot> = HashMap::new();
    let ids: Vec<Vec<String>> = analyses.iter().map(|a| a.hotspots.iter().map(|h| h.identity.id.clone()).collect()).collect();
    for ((row, analysis), ids) in (0..).zip(analyses.iter_mut()).zip(&ids) {
        places.extend(analysis.hotspots.iter_mut().zip(ids).map(|(hotspot, id)| ((row, id.as_str()), hotspot)));
    }
    for row in 0..table.len() {
        let hotspot = places
            .get_mut(&(number[row], id[row].as_str()))
            .ok_or_else(|| table.error_at(row, place_rate::HOTSPOT.name, "there is no such hotspot"))?;
        let of = |columns: &[Vec<Option<f64>>; 3]| Some([columns[0][row]?, columns[1][row]?, columns[2][row]?]);
        let whole = || {
            let [mean, lo, hi] = of(&ratio)?;
            Some(PlaceRate {
                n: n[row]?,
                measure: measure[row]?,
                rate: of(&rate)?,
                ratio: Estimate { mean, lo, hi },
                probability: probability[row]?,
            })
        };
        hotspot.standing.rates.push(whole());
    }
    Ok(())
}

/// Every unit by every denominator: its measure, and its rate for all records where it has one.
pub(crate) fn unit_rates_to_parquet(release: &Release, path: &Path) -> Result<Vec<u8>> {
    let ids: Vec<String> = (0..release.denominators.first().map_or(0, |d| d.values.len() as u32))
        .map(|row| release.units.id(release.resolution, row).unwrap_or_default())
        .collect();
    let rates: Vec<Option<Found<'_>>> = release
        .denominators
        .iter()
        .map(|d| {
            let rates = release.unit_rates.iter().find(|r| r.denominator == d.id)?;
            Some((rates, (0..d.values.len() as u32).map(|row| rates.position(row)).collect()))
        })
        .collect();
    macro_rules! column {
        ($value:expr) => {
            release.denominators.iter().zip(&rates).flat_map(|(d, rates)| {
                (0..d.values.len()).map(move |row| {
                    let (rates, at) = rates.as_ref()?;
                    let at = at[row]?;
                    let value: fn(&UnitRates, usize) -> &_ = $value;
                    Some(value(rates, at))
                })
            })
        };
    }
    TableWriter::new()
        .with(unit_rate::DENOMINATOR, release.denominators.iter().flat_map(|d| d.values.iter().map(|_| &d.id)))
        .with(unit_rate::UNIT, release.denominators.iter().flat_map(|_| &ids))
        .with(unit_rate::MEASURE, release.denominators.iter().flat_map(|d| &d.values))
        .with_optional(unit_rate::N, column!(|r, at| &r.n[at]))
        .with_optional(unit_rate::EXPECTED, column!(|r, at| &r.expected[at]))
        .with_optional(unit_rate::RATIO, column!(|r, at| &r.ratio[at].mean))
        .with_optional(unit_rate::RATIO_LO, column!(|r, at| &r.ratio[at].lo))
        .with_optional(unit_rate::RATIO_HI, column!(|r, at| &r.ratio[at].hi))
        .with_optional(unit_rate::PROBABILITY, column!(|r, at| &r.probability[at]))
        .with_optional(unit_rate::IN_TOP, column!(|r, at| &r.in_top[at]))
        .with_optional(unit_rate::RANK_LO, column!(|r, at| &r.rank[at][0]))
        .with_optional(unit_rate::RANK_HI, column!(|r, at| &r.rank[at][1]))
        .into_parquet(STAGE, path)
}

/// Fills the measures of the denominators, which come without them, and gives the rates of the units.
pub(crate) fn unit_rates_from_table(table: &Table, denominators: &mut [Denominator]) -> Result<Vec<UnitRates>> {
    let names = table.column(unit_rate::DENOMINATOR)?;
    let measure = table.column(unit_rate::MEASURE)?;
    let n = table.optional(unit_rate::N)?;
    let columns = [
        table.optional(unit_rate::EXPECTED)?,
        table.optional(unit_rate::RATIO)?,
        table.optional(unit_rate::RATIO_LO)?,
        table.optional(unit_rate::RATIO_HI)?,
        table.optional(unit_rate::PROBABILITY)?,
        table.optional(unit_rate::IN_TOP)?,
    ];
    let ranks = [table.optional(unit_rate::RANK_LO)?, table.optional(unit_rate::RANK_HI)?];
    let mut all = Vec::new();
    for denominator in denominators.iter_mut() {
        let rows: Vec<usize> = (0..table.len()).filter(|row| names[*row] == denominator.id).collect();
        denominator.values = rows.iter().map(|row| measure[*row]).collect();
        let mut rates = UnitRates {
            denominator: denominator.id.clone(),
            units: Vec::new(),
            n: Vec::new(),
            expected: Vec::new(),
            ratio: Vec::new(),
            probability: Vec::new(),
            in_top: Vec::new(),
            rank: Vec::new(),
        };
        for (unit, row) in (0..).zip(rows) {
            let Some(n) = n[row] else { continue };
            let value = |column: &[Option<f64>]| {
                column[row].ok_or_else(|| table.error_at(row, unit_rate::N.name, "a unit has a count and no rate"))
            };
            let rank = |column: &[Option<u32>]| {
                column[row].ok_or_else(|| table.error_at(row, unit_rate::N.name, "a unit has a count and no rank"))
            };
            rates.units.push(unit);
            rates.n.push(n);
            rates.expected.push(value(&columns[0])?);
            rates.ratio.push(Estimate { mean: value(&columns[1])?, lo: value(&columns[2])?, hi: value(&columns[3])? });
            rates.probability.push(value(&columns[4])?);
            rates.in_top.push(value(&columns[5])?);
            rates.rank.push([rank(&ranks[0])?, rank(&ranks[1])?]);
        }
        if !rates.units.is_empty() {
            all.push(rates);
        }
    }
    Ok(all)
}
