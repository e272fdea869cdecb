//! Benchmarks; `benches/README.md` says what each compares and how the peers are run beside them.

use crate::run::{cargo, succeed};

/// All benchmarks, or those of one file.
pub fn run(args: &[String]) -> Result<(), String> {
    let mut bench = cargo(&["bench", "--locked", "--package", "hotspot-core", "--package", "hotspot-tiles"]);
    match args.first() {
        Some(name) => bench.args(["--bench", name]),
        None => bench.arg("--benches"),
    };
    succeed("cargo bench", &mut bench)
}
