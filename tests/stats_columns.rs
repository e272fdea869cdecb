//! What each method of `hotspot stats` says that it writes is what it writes.

use crate::program::succeed;
use crate::stats::Tables;

const TABLES: [(&str, &str); 15] = [
    ("incidents.csv", "lon,lat,date,strand\n-0.1281,51.5080,2026-03-05,race\n"),
    ("v.csv", "id,value,people\n1,2,20\n2,3,20\n3,3,30\n4,5,20\n5,8,40\n6,7,30\n"),
    ("w.csv", "from,to\n1,2\n1,4\n2,1\n2,4\n2,5\n3,5\n4,1\n4,2\n4,5\n5,2\n5,3\n5,4\n5,6\n6,5\n"),
    ("q.csv", "id,p\n1,0.01\n2,0.2\n"),
    ("xy.csv", "id,x,y,t,date\n1,10,10,1,1\n2,20,10,2,2\n3,40,10,3,9\n4,15,20,4,3\n5,30,20,5,4\n6,30,30,6,5\n"),
    ("areas.csv", "id,x,y,cases,population\na,0,0,9,100\nb,500,0,1,100\nc,1000,0,1,100\nd,1500,0,1,100\n"),
    ("series.csv", "time,value\n1,4\n2,6\n3,5\n4,9\n"),
    (
        "cube.csv",
        "id,time,value\n1,2026-01,2\n1,2026-02,5\n2,2026-01,1\n2,2026-02,2\n3,2026-01,1\n4,2026-01,2\n5,2026-01,1\n6,2026-02,3\n",
    ),
    ("ends.csv", "from,until\n2024-01-01 01:50,2024-01-01 02:10\n"),
    ("again.csv", "id,date\na,2025-01-04\na,2025-02-10\nb,2025-03-01\n"),
    ("waits.csv", "time,event\n3,1\n5,0\n"),
    (
        "reports.csv",
        "occurred,recorded,count\n2025-01,2025-01,40\n2025-01,2025-02,20\n2025-02,2025-02,40\n2025-02,2025-03,20\n2025-03,2025-03,40\n2025-03,2025-04,20\n2025-04,2025-04,40\n2025-04,2025-05,20\n2025-05,2025-05,40\n2025-05,2025-06,20\n2025-06,2025-06,40\n2025-06,2025-07,20\n2025-07,2025-07,40\n2025-07,2025-08,20\n2025-08,2025-08,40\n2025-08,2025-09,20\n2025-09,2025-09,40\n",
    ),
    ("rates.csv", "id,count,population,expected\na,9,200,2\nb,10,1000,8\nc,0,100,1\n"),
    (
        "pairs.csv",
        "id,count,base,current,successes,trials,of,resource,need,first,second\na,6,2,6,3,9,80,10,50,4,2\nb,9,12,9,4,5,90,30,50,1,3\n",
    ),
    ("forecast.csv", "id,predicted,observed,area_km2,count,value\n1,8,6,1,5,2\n2,4,7,1,2,8\n3,4,3,1,0,1\n"),
];

/// A method and what is typed behind it.
const TYPED: [(&str, &str); 45] = [
    ("borough-counts", "--points incidents.csv --category strand"),
    ("local-g", "--values v.csv --weights w.csv"),
    ("local-moran", "--values v.csv --weights w.csv"),
    ("local-geary", "--values v.csv --weights w.csv"),
    ("moran", "--values v.csv --weights w.csv"),
    ("geary", "--values v.csv --weights w.csv"),
    ("general-g", "--values v.csv --weights w.csv"),
    ("fdr", "--values q.csv"),
    ("weights", "--points xy.csv --band 15"),
    ("kde", "--points xy.csv --at xy.csv --bandwidth 20"),
    ("dual-kde", "--points xy.csv --against xy.csv --at xy.csv --bandwidth 20"),
    ("bandwidth", "--points xy.csv"),
    ("ellipse", "--points xy.csv"),
    ("hull", "--points xy.csv"),
    ("dbscan", "--points xy.csv --eps 15 --min-points 3"),
    ("hdbscan", "--points xy.csv --min-cluster-size 2"),
    ("st-dbscan", "--points xy.csv --eps 15 --eps-time 2 --min-points 2"),
    ("scan", "--areas areas.csv --replicates 9"),
    ("mann-kendall", "--values series.csv"),
    ("emerging", "--cube cube.csv --weights w.csv"),
    ("knox", "--points xy.csv --distances 0,15,30 --days 0,2,9 --replicates 9"),
    ("knox-test", "--points xy.csv --distance 15 --days 2 --replicates 9"),
    ("aoristic", "--values ends.csv"),
    ("xmr", "--values series.csv"),
    ("repeats", "--values again.csv"),
    ("survival", "--values waits.csv"),
    ("nowcast", "--values reports.csv --longest 1"),
    ("poisson-limits", "--values rates.csv"),
    ("proportion-limits", "--values pairs.csv"),
    ("rate-ratio", "--values pairs.csv"),
    ("rolling12", "--values pairs.csv"),
    ("shrink", "--values rates.csv --prior 4 4"),
    ("empirical-bayes", "--values rates.csv"),
    ("funnel", "--values rates.csv"),
    ("location-quotient", "--values pairs.csv"),
    ("share-gaps", "--values pairs.csv"),
    ("displacement", "--treated 20 10 --control 30 31"),
    ("naus", "--windows 208 --mean 0.6 --count 6"),
    ("pai", "--values forecast.csv --top 1"),
    ("gini", "--values forecast.csv --replicates 9"),
    ("lorenz", "--values forecast.csv"),
    ("recapture", "--inside 40 30 --everywhere 1000 900"),
    ("wilcoxon", "--values pairs.csv"),
    ("sppt", "--values pairs.csv"),
    ("top-overlap", "--values pairs.csv --top 1 --replicates 9"),
];

#[test]
fn the_help_names_the_columns_that_are_written() {
    let tables = Tables::new();
    let paths = TABLES.map(|(name, text)| (name, tables.with(name, text)));
    let place = |word: &str| paths.iter().find(|(name, _)| *name == word).map_or(word.to_owned(), |(_, path)| path.clone());
    for (method, typed) in TYPED {
        let args = ["stats", method].into_iter().map(str::to_owned).chain(typed.split(' ').map(place));
        let written = succeed(args).lines().next().unwrap().to_owned();
        let help = succeed(["stats", method, "--help"]);
        let said: String = help
            .split("Writes: ")
            .nth(1)
            .unwrap_or_else(|| panic!("{method} has no columns in its help"))
            .split_whitespace()
            .collect();
        assert_eq!(said, written, "{method}");
    }
}
