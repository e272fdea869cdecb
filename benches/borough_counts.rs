//! Incidents of a file counted by borough, month and strand, on the peers' detailed boroughs (57,704 vertices).
//!
//! `cargo bench -p hotspot-pipeline --bench borough_counts` with `HOTSPOT_PEERS_WORK` prints the peers' line for 1 and 10 million
//! incidents in Parquet: the file of polygons is read each time, and twelve-month sums and rates are made, as the peers do. With
//! `-- --once KIND FILE` it does one thing once, on one million or ten of CSV or Parquet: `ours`, or `polars` (the Polars that the
//! program carries, borough replaced by the identifier: no join at all). `peers/borough_counts.py` compares all.

#![expect(clippy::print_stdout, reason = "a program of its own, beside the library")]

mod peer;

use hotspot_pipeline::areas::parse_areas;
use hotspot_pipeline::{CountColumns, CountedPlace, MonthlyCounts, count_points};
use peer::cpu_seconds;
use polars::prelude::*;
use std::path::Path;

fn main() {
    let arguments: Vec<String> = std::env::args().skip_while(|a| a != "--once").collect();
    if let [_, kind, file, boroughs] = arguments.as_slice() {
        once(kind, Path::new(file), Path::new(boroughs));
        return;
    }
    let Some(work) = peer::work() else {
        println!("nothing to measure: HOTSPOT_PEERS_WORK names no folder");
        return;
    };
    let boroughs = work.join("boroughs_detailed.geojson");
    for size in [1_000_000, 10_000_000] {
        let file = work.join(format!("incidents_{size}.parquet"));
        if file.exists() {
            peer::measure("h_borough", size, rayon::current_num_threads(), || count(&file, &boroughs), |c| Sums::of(c).json());
        }
    }
}

/// Names of the boroughs as the file has them, and the counts.
type Counted = (Vec<String>, MonthlyCounts);

fn count(file: &Path, boroughs: &Path) -> Counted {
    let layer = parse_areas(boroughs, Some("name")).expect("the peers' boroughs");
    let columns =
        CountColumns { date: Some("occurred_at".to_owned()), category: Some("strand".to_owned()), ..CountColumns::default() };
    (layer.codes().to_vec(), count_points(file, layer.index(), &columns).expect("the peers' incidents"))
}

/// The peers' checksum.
struct Sums {
    rows: usize,
    n: u64,
    rolling: u64,
    rate: f64,
}

impl Sums {
    /// Twelve-month sums and rates per 100,000 of every borough and strand; populations are the peers' invention.
    fn of((names, counts): &Counted) -> Self {
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort();
        let mut sums = Self { rows: 0, n: 0, rolling: 0, rate: 0.0 };
        for (row, name) in (0..).zip(names) {
            let population = 250_000 + 4_000 * sorted.iter().position(|n| *n == name).expect("its own name");
            for strand in 0..counts.categories.len() {
                let monthly: Vec<u32> =
                    (0..counts.months.len()).map(|month| counts.count(CountedPlace::Area(row), month, strand)).collect();
                for month in 0..monthly.len() {
                    let rolling: u32 = monthly[month.saturating_sub(11)..=month].iter().sum();
                    sums.rows += 1;
                    sums.n += u64::from(monthly[month]);
                    sums.rolling += u64::from(rolling);
                    sums.rate += f64::from(rolling) / population as f64 * 1e5;
                }
            }
        }
        sums
    }

    fn json(&self) -> String {
        format!("{{\"rows\": {}, \"n\": {}, \"rolling_sum\": {}, \"rate_sum\": {:.4}}}", self.rows, self.n, self.rolling, self.rate)
    }
}

/// One thing once: CPU seconds and the answer's checksum, a line of JSON.
fn once(kind: &str, file: &Path, boroughs: &Path) {
    let start = cpu_seconds();
    let check = match kind {
        "ours" => Sums::of(&count(file, boroughs)).json(),
        "areas" => format!("{{\"areas\": {}}}", parse_areas(boroughs, Some("name")).expect("the peers' boroughs").len()),
        "polars" => format!("{{\"rows\": {}}}", without_join(file).expect("Polars reads the file").height()),
        other => panic!("ours, areas or polars, not {other}"),
    };
    println!(
        "{{\"kind\": \"{kind}\", \"cpu_seconds\": {:.4}, \"rss_mb\": {}, \"check\": {check}}}",
        cpu_seconds() - start,
        peer::peak_mb()
    );
}

/// What the peers' `polars_only` asks for.
fn without_join(file: &Path) -> PolarsResult<DataFrame> {
    let path = PlRefPath::try_from_path(file)?;
    let frame = if file.extension().is_some_and(|e| e == "csv") {
        LazyCsvReader::new(path).with_try_parse_dates(true).finish()?
    } else {
        LazyFrame::scan_parquet(path, ScanArgsParquet::default())?
    };
    let month = col("occurred_at").dt().truncate(lit("1mo")).dt().date().alias("month");
    frame.group_by([(col("incident_id") % lit(33)).alias("k"), month, col("strand")]).agg([len().alias("n")]).collect()
}
