//! Emerging hot spots: Gi* in space and time, adjustment, trends and outcomes.

use divan::{Bencher, black_box};
use hotspot_core::space_time_cube::SpaceTimeCube;
use hotspot_core::time::emerging::{EmergingParams, emerging};

mod lattice;
use lattice::{CELLS, Lattice};

fn main() {
    divan::main();
}

/// Cells, and months.
const WORK: [(usize, usize); 3] = [(2_000, 36), (CELLS[0], 36), (CELLS[1], 36)];

#[divan::bench(args = WORK)]
fn outcomes(bencher: Bencher, (cells, months): (usize, usize)) {
    let lattice = Lattice::new(cells, 250_000);
    // The incidents of a cell, dealt out over the months with a drift from cell to cell.
    let share = |cell: usize, month: usize| {
        f64::from(lattice.counts[cell] / months as u32 + u32::from((cell * 7 + month).is_multiple_of(11)))
    };
    let values = (0..cells).flat_map(|cell| (0..months).map(move |month| (cell, month))).map(|(c, m)| share(c, m)).collect();
    let cube = SpaceTimeCube::new(cells, months, values).expect("full");
    bencher.bench(|| emerging(black_box(&cube), &lattice.weights, &EmergingParams::default()));
}
