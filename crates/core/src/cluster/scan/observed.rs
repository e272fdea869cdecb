//! The best window of each centre in the data themselves.

use super::search::{Best, Search};
use super::thresholds::Thresholds;
use super::windows::Zone;
use rayon::prelude::*;

/// For each limit (ascending) and each zone, the best window whose units' measure keeps to it.
pub(super) fn best_by_zone(search: &Search<'_>, cases: &[u32], measure: &[f64], limits: &[f64]) -> Vec<Vec<Best>> {
    let first = search.spans.first();
    let rows = search.spans.rows();
    // Running sums over time, so that those of a span are a difference; row 0 is the beginning.
    let counts = running(cases, search.steps, first, rows);
    let expected = running(search.expected, search.steps, first, rows);
    let data = Data { counts, expected, measure, first, rows };
    let scratch = || Scratch { counts: vec![0; rows + 1], expected: vec![0.0; rows + 1], classes: vec![0; rows] };
    let zones = search.zones.par_iter().enumerate();
    let walk = |scratch: &mut Scratch, (row, zone)| Walk::new(search, row, zone).within(&data, limits, scratch);
    let of_zones: Vec<Vec<Best>> = zones.map_init(scratch, walk).collect();
    (0..limits.len()).map(|limit| of_zones.iter().map(|of_zone| of_zone[limit]).collect()).collect()
}

/// Sums of each unit's values over the steps from `first` on, `rows` of them.
pub(super) fn running<T: Copy + Default + std::ops::AddAssign>(values: &[T], steps: usize, first: usize, rows: usize) -> Vec<T> {
    let mut sums = Vec::with_capacity(values.len() / steps * rows);
    for of_unit in values.chunks_exact(steps) {
        let mut sum = T::default();
        for value in &of_unit[first..first + rows] {
            sum += *value;
            sums.push(sum);
        }
    }
    sums
}

struct Data<'a> {
    counts: Vec<u32>,
    expected: Vec<f64>,
    measure: &'a [f64],
    first: usize,
    rows: usize,
}

struct Scratch {
    counts: Vec<u32>,
    expected: Vec<f64>,
    classes: Vec<u16>,
}

/// The way along one zone.
struct Walk<'a> {
    search: &'a Search<'a>,
    zone: &'a Zone,
    best: Best,
    least: &'a [u32],
    /// The best within each limit passed so far.
    within: Vec<Best>,
    measure: f64,
}

impl<'a> Walk<'a> {
    fn new(search: &'a Search<'a>, row: usize, zone: &'a Zone) -> Self {
        let best = Best { zone: row as u32, ..Best::default() };
        Self { search, zone, best, least: search.thresholds.row(0), within: Vec::new(), measure: 0.0 }
    }

    /// The best window within each limit.
    fn within(mut self, data: &Data<'_>, limits: &[f64], scratch: &mut Scratch) -> Vec<Best> {
        if let [_] = limits {
            // Start from just below the best of every few windows: fewer are looked at on the way up to the best of all.
            self.pass(data, limits, scratch, 16);
            self.best.llr = (self.best.llr * (1.0 - 1e-12)).max(0.0);
            self.least = self.search.thresholds.row(Thresholds::level(self.best.llr));
            (self.within, self.measure) = (Vec::new(), 0.0);
        }
        self.pass(data, limits, scratch, 1);
        self.within.resize(limits.len(), self.best);
        self.within
    }

    /// Looks at the windows after every few units.
    fn pass(&mut self, data: &Data<'_>, limits: &[f64], scratch: &mut Scratch, every: usize) {
        if data.rows == 1 { self.discs(data, limits, every) } else { self.cylinders(data, limits, scratch, every) }
    }

    fn discs(&mut self, data: &Data<'_>, limits: &[f64], every: usize) {
        // In batches, so that classes are found side by side.
        const BATCH: usize = 32;
        let axis = self.search.thresholds.axis;
        let (mut in_all, mut in_all_expected) = (0, 0.0);
        let (mut cases, mut expected, mut classes) = ([0; BATCH], [0.0; BATCH], [0; BATCH]);
        for (batch, units) in self.zone.units.chunks(BATCH).enumerate() {
            for (i, unit) in units.iter().enumerate() {
                in_all += data.counts[*unit as usize];
                in_all_expected += data.expected[*unit as usize];
                (cases[i], expected[i]) = (in_all, in_all_expected);
            }
            axis.classes(0.0, &expected, &mut classes);
            for (i, unit) in units.iter().enumerate() {
                let place = batch * BATCH + i;
                self.enter(data.measure[*unit as usize], limits);
                if place % every == every - 1 && self.may_beat(cases[i], expected[i], classes[i]) && self.zone.ends_at(place) {
                    self.settle(cases[i], expected[i], place, (data.first, data.first + 1));
                }
            }
        }
    }

    fn cylinders(&mut self, data: &Data<'_>, limits: &[f64], scratch: &mut Scratch, every: usize) {
        let Scratch { counts, expected, classes } = scratch;
        counts.fill(0);
        expected.fill(0.0);
        for (place, unit) in self.zone.units.iter().enumerate() {
            self.enter(data.measure[*unit as usize], limits);
            let of_unit = *unit as usize * data.rows..(*unit as usize + 1) * data.rows;
            for (sum, more) in counts[1..].iter_mut().zip(&data.counts[of_unit.clone()]) {
                *sum += more;
            }
            for (sum, more) in expected[1..].iter_mut().zip(&data.expected[of_unit]) {
                *sum += more;
            }
            if place % every != every - 1 || !self.zone.ends_at(place) {
                continue;
            }
            for (start, low, high) in &self.search.spans.groups {
                let (start, low, high) = (start - data.first, low - data.first, high - data.first);
                let classes = &mut classes[..=high - low];
                self.search.thresholds.axis.classes(expected[start], &expected[low..=high], classes);
                for ((end, class), in_all) in (low..=high).zip(classes).zip(&counts[low..=high]) {
                    let (cases, expected) = (in_all - counts[start], expected[end] - expected[start]);
                    if self.may_beat(cases, expected, *class) {
                        self.settle(cases, expected, place, (data.first + start, data.first + end));
                    }
                }
            }
        }
    }

    /// Notes the best so far when the next unit passes a limit below the largest.
    fn enter(&mut self, measure: f64, limits: &[f64]) {
        // The zone ends where the largest is passed.
        let limits = &limits[..limits.len() - 1];
        if self.within.len() == limits.len() {
            return;
        }
        self.measure += measure;
        while self.within.len() < limits.len() && self.measure > limits[self.within.len()] {
            self.within.push(self.best);
        }
    }

    fn may_beat(&self, cases: u32, expected: f64, class: u16) -> bool {
        let Search { rates, thresholds, statistic, .. } = self.search;
        let outside = || {
            let class = thresholds.axis.class(statistic.total - expected);
            statistic.total as u32 - cases >= self.least[class as usize]
        };
        rates.high() && cases >= self.least[class as usize] || rates.low() && outside()
    }

    fn settle(&mut self, cases: u32, expected: f64, place: usize, (start, end): (usize, usize)) {
        if let Some(llr) = self.search.beats(self.best.llr, cases, expected) {
            self.best = Best { llr, length: place as u32 + 1, start: start as u32, end: end as u32, ..self.best };
            self.least = self.search.thresholds.row(Thresholds::level(llr));
        }
    }
}
