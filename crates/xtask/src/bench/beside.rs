//! What is measured beside whom.

/// One operation at one size.
pub struct Beside {
    /// What a person reads.
    pub operation: &'static str,
    /// Size as the lines have it, and what it counts.
    pub size: u64,
    pub of: &'static str,
    /// Task of the lines.
    pub task: &'static str,
    /// Our bench.
    pub bench: &'static str,
    /// Scripts of the peers and their arguments.
    pub peers: &'static [(&'static str, &'static [&'static str])],
    /// Keys of the answers' checksums that must agree, and the largest relative difference.
    pub same: &'static [&'static str],
    pub within: f64,
    /// Peers that cannot be installed here.
    pub stated: &'static [Stated],
}

/// Figures of a peer that was measured elsewhere.
pub struct Stated {
    /// Its name and version.
    pub peer: &'static str,
    pub cpu_seconds: f64,
    /// Where and how they were found.
    pub source: &'static str,
    /// Its answers: keys of our checksum with their values, compared as those of [`Beside::same`].
    pub answers: &'static [(&'static str, f64)],
}

/// Every row of the table. Sizes of cells are those of Greater London by centre, at resolutions 9 and 10.
pub const BESIDE: &[Beside] = &[
    Beside {
        operation: "neighbours of cells",
        size: 16_666,
        of: "cells",
        task: "b_weights",
        bench: "weights",
        peers: &[("t_gistar.py", &["--task", "weights", "--res", "9", "--size", "25000"])],
        same: &["edges"],
        within: 0.0,
        stated: &[],
    },
    Beside {
        operation: "Gi* z, neighbours given",
        size: 16_666,
        of: "cells",
        task: "b_gz",
        bench: "local_g",
        peers: &[("t_gistar.py", &["--task", "gz", "--res", "9", "--size", "25000"])],
        same: &["z_sum", "z_max", "hot_1.96", "hot_2.58"],
        within: 1e-6,
        stated: &[],
    },
    Beside {
        operation: "Gi* p, exact against simulated, the peers' fold of tails",
        size: 16_666,
        of: "cells",
        task: "c_gperm",
        bench: "local_g",
        peers: &[("t_gistar.py", &["--task", "gperm", "--res", "9", "--size", "25000"])],
        same: &["p05", "p01"],
        within: 0.03,
        stated: &[],
    },
    Beside {
        operation: "Gi* p, exact against simulated, the peers' fold of tails",
        size: 116_583,
        of: "cells",
        task: "c_gperm",
        bench: "local_g",
        peers: &[("t_gistar.py", &["--task", "gperm", "--res", "10", "--size", "250000"])],
        same: &["p05", "p01"],
        within: 0.03,
        stated: &[],
    },
    Beside {
        operation: "local Moran p, exact against simulated",
        size: 16_666,
        of: "cells",
        task: "c_moran",
        bench: "local_moran",
        peers: &[("t_gistar.py", &["--task", "moran", "--res", "9", "--size", "25000"])],
        same: &["p05", "p01"],
        within: 0.03,
        stated: &[],
    },
    Beside {
        operation: "DBSCAN 150 m, 20 points",
        size: 250_000,
        of: "points",
        task: "d_dbscan",
        bench: "dbscan",
        peers: &[("t_cluster.py", &["--task", "dbscan", "--size", "250000"])],
        same: &["clusters", "noise"],
        within: 0.0,
        stated: &[],
    },
    Beside {
        operation: "DBSCAN 150 m, 20 points",
        size: 1_000_000,
        of: "points",
        task: "d_dbscan",
        bench: "dbscan",
        peers: &[("t_cluster.py", &["--task", "dbscan", "--size", "1000000"])],
        same: &["clusters", "noise"],
        within: 0.0,
        stated: &[],
    },
    Beside {
        operation: "HDBSCAN 20, 20",
        size: 25_000,
        of: "points",
        task: "d_hdbscan",
        bench: "hdbscan",
        peers: &[("t_cluster.py", &["--task", "hdbscan", "--size", "25000"])],
        same: &["clusters", "noise"],
        within: 0.05,
        stated: &[],
    },
    Beside {
        operation: "HDBSCAN 20, 20",
        size: 250_000,
        of: "points",
        task: "d_hdbscan",
        bench: "hdbscan",
        peers: &[("t_cluster.py", &["--task", "hdbscan", "--size", "250000", "--peer", "fast_hdbscan"])],
        same: &["clusters", "noise"],
        within: 0.05,
        stated: &[],
    },
    Beside {
        operation: "Knox 200 m, 14 days, 999 shuffles",
        size: 25_000,
        of: "events",
        task: "g_knox",
        bench: "knox",
        peers: &[("t_knox.py", &["--size", "25000", "--peer", "numba_pairs"])],
        same: &["nst", "spatial_pairs"],
        within: 0.0,
        stated: &[],
    },
    Beside {
        operation: "scan in space, half of the population, 999 replicas",
        size: 4_835,
        of: "areas",
        task: "f_scan_space",
        bench: "scan",
        peers: &[],
        same: &[],
        within: 3e-9,
        stated: &[Stated {
            peer: "SaTScan 10.3.2",
            cpu_seconds: 29.0,
            source: "one thread, the peers' machine",
            answers: &[("llr", 230.819771), ("n_in", 140.0), ("cases", 1379.0), ("expected", 736.76), ("p", 0.001)],
        }],
    },
    Beside {
        operation: "scan in space and time, 36 months, 999 replicas",
        size: 625,
        of: "areas",
        task: "f_scan_spacetime",
        bench: "scan",
        peers: &[],
        same: &[],
        within: 3e-9,
        stated: &[Stated {
            peer: "SaTScan 10.3.2",
            cpu_seconds: 180.0,
            source: "from 19.2 s for 99 replicas, the peers' machine",
            answers: &[
                ("llr", 293.469075),
                ("n_in", 38.0),
                ("cases", 1531.0),
                ("expected", 771.71),
                ("start", 24.0),
                ("months", 6.0),
            ],
        }],
    },
];
