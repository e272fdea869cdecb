//! How often each strand happens on each day: season, weekday, the recording break, and trigger events with their decay.

use super::random::{Purpose, chance, log_uniform, pick, poisson, stream};
use super::shares::{BEFORE_BREAK, LAYER, LAYERS, SEASON, TRIGGER_DAYS, TRIGGER_LOCAL, TRIGGER_RISE, TRIGGERS_PER_YEAR, WEEKDAY};
use crate::hotspot::event::Event;
use crate::month::{Month, MonthRange, date_of_day};
use jiff::civil::Date;
use rand::RngExt;

/// Days since 1 January 1970.
pub(super) type Day = i32;

pub(super) use crate::month::day_number as day_of;

/// The date of a day.
pub(super) fn date_of(day: Day) -> Date {
    date_of_day(day).expect("days of the years 1900 to 2199 are dates")
}

/// 0 for Monday to 6 for Sunday.
pub(super) const fn weekday(day: Day) -> usize {
    // 1 January 1970 was a Thursday.
    (day + 3).rem_euclid(7) as usize
}

/// Months of warm-up before the first month: repeats of events before the start fall after it.
pub(super) const WARM_UP: u16 = 4;
/// First day under the new recording system.
pub(super) const BREAK: Date = Date::constant(2024, 2, 28);
/// How many months back a trigger still shows.
const TRIGGER_MEMORY: u16 = 4;

/// An event in the world that sets one strand off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trigger {
    pub day: Day,
    pub layer: usize,
    /// Rise of the strand's level on the day.
    pub rise: f64,
    /// Days to 1/e.
    pub decay: f64,
    /// It has a place of its own beside the rise everywhere.
    pub local: bool,
}

/// The triggers of a month.
pub(super) fn triggers(seed: u64, month: Month) -> Vec<Trigger> {
    let mut rng = stream(seed, Purpose::Triggers, u64::from(month.index()), 0);
    let layers: Vec<(usize, f64)> = LAYER.iter().enumerate().map(|(i, l)| (i, l.trigger)).collect();
    let (first, days) = (day_of(month.first_day()), i32::from(month.last_day().day()));
    (0..poisson(&mut rng, TRIGGERS_PER_YEAR / 12.0))
        .map(|_| Trigger {
            day: first + rng.random_range(0..days),
            layer: pick(&mut rng, &layers),
            rise: log_uniform(&mut rng, TRIGGER_RISE[0], TRIGGER_RISE[1]),
            decay: log_uniform(&mut rng, TRIGGER_DAYS[0], TRIGGER_DAYS[1]),
            local: chance(&mut rng, TRIGGER_LOCAL),
        })
        .collect()
}

/// The triggers of some months as an analyst would write them down: what happened when, and which strand it sets off.
pub(super) fn events(seed: u64, months: MonthRange) -> Vec<Event> {
    let event = |trigger: Trigger| {
        let strand = LAYER[trigger.layer].strand;
        Event {
            id: format!("{}-{}", date_of(trigger.day), strand.id()),
            name: format!("Synthetic event, {}", strand.label()),
            from: trigger.day,
            to: trigger.day,
            strands: std::iter::once(strand).collect(),
            areas: Vec::new(),
        }
    };
    let mut events: Vec<Event> = months.iter().flat_map(|month| triggers(seed, month)).map(event).collect();
    events.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
    // Two on one day that set off the same strand are one entry.
    events.dedup_by(|a, b| a.id == b.id);
    events
}

/// Level of every layer on every day from the warm-up on; 1 is an average day of an average year.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// First day of the warm-up.
    pub first: Day,
    /// First day of each month of the warm-up and after, and the day after the last.
    pub month_starts: Vec<Day>,
    /// First month of the warm-up.
    pub from: Month,
    /// By day, then layer.
    pub level: Vec<[f64; LAYERS]>,
}

impl Calendar {
    pub(super) fn new(seed: u64, start: Month, months: u16) -> Self {
        let from = start.minus(WARM_UP);
        let to = start.plus(months.max(1) - 1);
        let month_starts: Vec<Day> = (from.index()..=to.index())
            .filter_map(Month::from_index)
            .map(|m| day_of(m.first_day()))
            .chain([day_of(to.last_day()) + 1])
            .collect();
        let first = month_starts[0];
        let end = month_starts[month_starts.len() - 1];
        let shocks: Vec<Trigger> = (from.minus(TRIGGER_MEMORY).index()..=to.index())
            .filter_map(Month::from_index)
            .flat_map(|m| triggers(seed, m))
            .collect();
        let break_day = day_of(BREAK);
        let level = (first..end)
            .map(|day| {
                let date = date_of(day);
                let base = SEASON[date.month() as usize - 1] * WEEKDAY[weekday(day)];
                let mut level = LAYER.map(|l| base * if day < break_day { BEFORE_BREAK } else { l.after_break });
                for t in shocks.iter().filter(|t| t.day <= day) {
                    level[t.layer] *= 1.0 + t.rise * (-f64::from(day - t.day) / t.decay).exp();
                }
                level
            })
            .collect();
        Self { first, month_starts, from, level }
    }

    /// Number of months, warm-up included.
    pub(super) fn months(&self) -> usize {
        self.month_starts.len() - 1
    }

    /// Month of a row.
    pub(super) fn month(&self, row: usize) -> Month {
        self.from.plus(row as u16)
    }

    /// Days of a month as rows of [`Self::level`].
    pub(super) fn days(&self, month: usize) -> std::ops::Range<usize> {
        (self.month_starts[month] - self.first) as usize..(self.month_starts[month + 1] - self.first) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse_and_weekdays_are_right() {
        for text in ["1900-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "2199-12-31"] {
            let date: Date = text.parse().unwrap();
            assert_eq!(date_of(day_of(date)), date);
            assert_eq!(weekday(day_of(date)), date.weekday().to_monday_zero_offset() as usize);
        }
    }

    #[test]
    fn the_level_steps_down_on_the_day_of_the_recording_break() {
        let quiet = (0..50).find(|seed| (0..8).all(|m| triggers(*seed, "2023-10".parse::<Month>().unwrap().plus(m)).is_empty()));
        let calendar = Calendar::new(quiet.expect("a quiet half-year among 50"), "2024-02".parse().unwrap(), 2);
        let row = |text: &str| (day_of(text.parse().unwrap()) - calendar.first) as usize;
        let before = calendar.level[row("2024-02-27")].map(|l| l / WEEKDAY[1]);
        let after = calendar.level[row("2024-02-28")].map(|l| l / WEEKDAY[2]);
        for (layer, (b, a)) in LAYER.iter().zip(before.iter().zip(after)) {
            assert!((a / b - layer.after_break / BEFORE_BREAK).abs() < 1e-9);
        }
    }

    #[test]
    fn a_longer_calendar_begins_with_the_shorter_one() {
        let start: Month = "2022-01".parse().unwrap();
        let (short, long) = (Calendar::new(5, start, 6), Calendar::new(5, start, 30));
        assert_eq!(short.level[..], long.level[..short.level.len()]);
        assert_eq!(long.months(), 30 + usize::from(WARM_UP));
        assert_eq!(long.days(long.months() - 1).end, long.level.len());
    }

    #[test]
    fn a_trigger_raises_its_strand_and_fades() {
        let start: Month = "2020-01".parse().unwrap();
        let (seed, t) = (0..20).find_map(|s| triggers(s, start).first().map(|t| (s, *t))).unwrap();
        let calendar = Calendar::new(seed, start, 6);
        let row = (t.day - calendar.first) as usize;
        let rise = |r: usize| calendar.level[r][t.layer] / calendar.level[r - 7][t.layer];
        assert!(rise(row) > 1.2, "a jump against the same weekday of the week before");
        assert!(calendar.level[row][t.layer] > calendar.level[row + 56][t.layer]);
    }
}
