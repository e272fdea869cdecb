//! Months of one series, with limits, signals, breaks and events, and the words for them.

use super::{ABSENT, ChartError, FIGURE, Frame, MOST, Table, drawable, month_name};
use hotspot_core::Month;
use hotspot_core::time::control_chart::{ControlChart, Rule, Signal};

/// Centre line and limits of a month, in the unit of the figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Centre line.
    pub center: f64,
    /// Below is a signal. Below 0 there is no lower limit.
    pub lower: f64,
    /// Above is a signal.
    pub upper: f64,
}

/// A month.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MonthFigure {
    /// The figure; `None` is a gap.
    pub value: Option<f64>,
    /// Limits, where there are any.
    pub band: Option<Band>,
    /// Whether the figure may still change.
    pub provisional: bool,
    /// Whether an earlier edition had another figure: said in the table.
    pub revised: bool,
    /// How many there will be in the end, late reports included: lower limit, middle, upper limit.
    pub expected: Option<[f64; 3]>,
}

/// Something to say about a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note<'a> {
    /// The month; of a break the first month after it.
    pub month: Month,
    /// What happened.
    pub text: &'a str,
}

/// One series of months.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthlySeries<'a> {
    /// What it counts, such as a strand.
    pub name: &'a str,
    /// Records behind the whole series.
    pub n: u64,
    /// First month.
    pub start: Month,
    /// Every month from the first, 1 to 1,200.
    pub months: Vec<MonthFigure>,
    /// Signals, by place among the months.
    pub signals: Vec<Signal>,
    /// Where recording changed: nothing is drawn across.
    pub breaks: Vec<Note<'a>>,
    /// What is known to have happened.
    pub events: Vec<Note<'a>>,
}

impl<'a> MonthlySeries<'a> {
    /// A series of figures, without limits.
    pub fn new(name: &'a str, n: u64, start: Month, values: &[Option<f64>]) -> Self {
        let months = values.iter().map(|value| MonthFigure { value: *value, ..MonthFigure::default() }).collect();
        Self { name, n, start, months, signals: Vec::new(), breaks: Vec::new(), events: Vec::new() }
    }

    /// Takes limits and signals from a chart whose points are the months at `places`, in order. Months between them without a figure
    /// have the limits of their neighbours where these agree.
    ///
    /// # Errors
    /// [`ChartError`] when the places are not as many as the chart's points, do not ascend, or hold other figures.
    ///
    /// ```
    /// use hotspot_core::time::control_chart::{ChartParams, xmr};
    /// use hotspot_report::chart::MonthlySeries;
    ///
    /// let counts = [12.0, 15.0, 11.0, 14.0, 13.0, 18.0, 12.0, 16.0, 14.0, 15.0, 13.0, 31.0];
    /// // The seventh month has no figure.
    /// let mut values: Vec<Option<f64>> = counts.map(Some).to_vec();
    /// values.insert(6, None);
    /// let mut series = MonthlySeries::new("All strands", 184, "2025-01".parse()?, &values);
    /// series.add_chart(&[0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12], &xmr(&counts, &ChartParams::new(0..11))?)?;
    /// assert_eq!(series.signals[0].from, 12);
    /// assert_eq!(series.months[6].band, series.months[5].band);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_chart(&mut self, places: &[usize], chart: &ControlChart) -> Result<(), ChartError> {
        let rule = |must| ChartError::Input { what: "the places of a control chart", must };
        if places.len() != chart.points.len() {
            return Err(rule("as many as its points"));
        }
        if !places.is_sorted_by(|a, b| a < b) || places.last().is_some_and(|last| *last >= self.months.len()) {
            return Err(rule("months of the series, in order"));
        }
        if places.iter().zip(&chart.points).any(|(at, point)| self.months[*at].value != Some(point.value)) {
            return Err(rule("months with the figures of its points"));
        }
        for (at, point) in places.iter().zip(&chart.points) {
            self.months[*at].band = Some(Band { center: point.center, lower: point.lower, upper: point.upper });
        }
        for pair in places.windows(2) {
            let band = self.months[pair[0]].band;
            if band == self.months[pair[1]].band {
                for month in &mut self.months[pair[0] + 1..pair[1]] {
                    month.band = month.band.or(band);
                }
            }
        }
        self.signals.extend(chart.signals.iter().map(|s| Signal { from: places[s.from], to: places[s.to], ..*s }));
        Ok(())
    }

    pub(super) fn check(&self) -> Result<(), ChartError> {
        let count = self.months.len();
        if !(1..=1200).contains(&count) {
            return Err(ChartError::Input { what: "the number of months", must: "1 to 1,200" });
        }
        if usize::from(self.start.index()) + count > 3600 {
            return Err(ChartError::Input { what: "the last month", must: "2199-12 at most" });
        }
        for (at, month) in self.months.iter().enumerate() {
            if !month.value.is_none_or(drawable) {
                return Err(ChartError::Item { what: "the figure of month", number: at + 1, must: FIGURE });
            }
            let sound =
                |b: Band| drawable(b.center) && drawable(b.upper) && b.lower >= -MOST && b.lower <= b.center && b.center <= b.upper;
            if !month.band.is_none_or(sound) {
                let must = "a lower limit, a centre of zero or more and an upper limit, in this order, and 1,000,000,000 at most";
                return Err(ChartError::Item { what: "the limits of month", number: at + 1, must });
            }
            let ordered =
                |[lower, middle, upper]: [f64; 3]| drawable(lower) && lower <= middle && middle <= upper && drawable(upper);
            if !month.expected.is_none_or(ordered) {
                let must = "a lower limit, a middle and an upper limit, in this order, zero or more, and 1,000,000,000 at most";
                return Err(ChartError::Item { what: "what is expected of month", number: at + 1, must });
            }
        }
        if let Some(at) = self.signals.iter().position(|s| s.from > s.to || s.to >= count) {
            return Err(ChartError::Item { what: "signal", number: at + 1, must: "of months of the series" });
        }
        for (what, notes) in [("break", &self.breaks), ("event", &self.events)] {
            if let Some(at) = notes.iter().position(|note| self.place(note.month).is_none()) {
                return Err(ChartError::Item { what, number: at + 1, must: "in a month of the series" });
            }
        }
        Ok(())
    }

    /// The place of a month.
    pub(super) fn place(&self, month: Month) -> Option<usize> {
        month.index().checked_sub(self.start.index()).map(usize::from).filter(|at| *at < self.months.len())
    }

    pub(super) fn month(&self, at: usize) -> Month {
        self.start.plus(at as u16)
    }

    /// Whether recording changed with this month.
    pub(super) fn breaks_at(&self, at: usize) -> bool {
        self.breaks.iter().any(|b| b.month == self.month(at))
    }

    /// The most telling signal of a month: the rules are in that order.
    pub(super) fn rule_at(&self, at: usize) -> Option<Rule> {
        self.signals.iter().filter(|s| covers(s, at)).map(|s| s.rule).min()
    }

    /// The largest figure or limit.
    pub(super) fn largest(&self) -> f64 {
        let of = |m: &MonthFigure| {
            m.value.unwrap_or(0.0).max(m.band.map_or(0.0, |b| b.upper)).max(m.expected.map_or(0.0, |[.., upper]| upper))
        };
        self.months.iter().map(of).fold(0.0, f64::max)
    }

    /// The last figure and its place.
    pub(super) fn last(&self) -> Option<(usize, f64)> {
        self.months.iter().enumerate().rev().find_map(|(at, m)| m.value.map(|v| (at, v)))
    }

    fn signal_words(&self, signal: &Signal) -> String {
        let count = self.months[signal.from..=signal.to].iter().filter(|m| m.value.is_some()).count();
        signal_words(signal, self.month(signal.from), self.month(signal.to), count)
    }

    /// Everything the lines show, in sentences.
    pub(super) fn words(&self, frame: &Frame<'_>) -> String {
        let count = self.months.len();
        let (first, last) = (month_name(self.start), month_name(self.month(count - 1)));
        let period = if count == 1 { first } else { format!("{first} to {last}") };
        let mut words = vec![format!(
            "{}, {}, {period}; {}, n = {}",
            self.name,
            frame.unit,
            months(count),
            super::axis::number(self.n as f64, 0)
        )];
        let missing = self.months.iter().filter(|m| m.value.is_none()).count();
        if missing > 0 {
            words.push(format!("{} without a figure", months(missing)));
        }
        let figure = |at: usize, value: f64| {
            let mark = if self.months[at].provisional { " (provisional)" } else { "" };
            format!("{} in {}{mark}", frame.number(value), month_name(self.month(at)))
        };
        let figures = || self.months.iter().enumerate().filter_map(|(at, m)| m.value.map(|v| (at, v)));
        // Nothing is compared across a break; of equal ones the first.
        let since = self.breaks.iter().filter_map(|b| self.place(b.month)).max();
        let comparable = figures().filter(|(at, _)| *at >= since.unwrap_or(0));
        if let Some((at, value)) = comparable.reduce(|a, b| if b.1 > a.1 { b } else { a }) {
            let said = if since.is_some() { "Largest since the last break" } else { "Largest" };
            words.push(format!("{said} {}", figure(at, value)));
        }
        if let Some((at, value)) = self.last() {
            words.push(format!("Last {}", figure(at, value)));
        }
        let provisional = self.months.iter().filter(|m| m.provisional && m.value.is_some()).count();
        if provisional > 0 {
            words.push(format!("{} provisional", months(provisional)));
        }
        for (at, [lower, _, upper]) in self.months.iter().enumerate().filter_map(|(at, m)| m.expected.map(|e| (at, e))) {
            let (lower, upper) = (frame.number(lower), frame.number(upper));
            words.push(format!("{lower} to {upper} expected in the end for {}", month_name(self.month(at))));
        }
        let banded = self.months.iter().rev().find_map(|m| m.band);
        if let Some(band) = banded {
            let lower =
                if band.lower < 0.0 { "no lower limit".to_owned() } else { format!("lower limit {}", frame.limit(band.lower)) };
            words.push(format!(
                "Centre line at the end {}, {lower}, upper limit {}",
                frame.limit(band.center),
                frame.limit(band.upper)
            ));
            let found: Vec<String> = self.signals.iter().map(|s| self.signal_words(s)).collect();
            words.push(if found.is_empty() { "No signal".to_owned() } else { format!("Signals: {}", found.join("; ")) });
        }
        for note in &self.breaks {
            words.push(format!("Break in recording with {}: {}", month_name(note.month), note.text.trim_end_matches('.')));
        }
        for note in &self.events {
            words.push(format!("Event in {}: {}", month_name(note.month), note.text.trim_end_matches('.')));
        }
        words.join(". ") + "."
    }

    /// A row for every month: month, figure, centre line, limits, notes.
    pub(super) fn rows(&self, frame: &Frame<'_>) -> Vec<Vec<String>> {
        let row = |(at, month): (usize, &MonthFigure)| {
            let mut notes = Vec::new();
            notes.extend(month.provisional.then(|| "[p] provisional".to_owned()));
            notes.extend(month.revised.then(|| "[r] revised".to_owned()));
            notes.extend(month.expected.map(|[lower, middle, upper]| {
                let [lower, middle, upper] = [lower, middle, upper].map(|v| frame.number(v));
                format!("[e] {middle} expected in the end, {lower} to {upper}")
            }));
            notes.extend(self.signals.iter().filter(|s| s.to == at).map(|s| format!("signal: {}", self.signal_words(s))));
            let own = |note: &&Note<'_>| note.month == self.month(at);
            notes.extend(self.breaks.iter().filter(own).map(|note| format!("[b] break in recording: {}", note.text)));
            notes.extend(self.events.iter().filter(own).map(|note| format!("event: {}", note.text)));
            let limit = |value: Option<f64>| value.map_or_else(|| ABSENT.to_owned(), |v| frame.limit(v));
            vec![
                month_name(self.month(at)),
                month.value.map_or_else(|| ABSENT.to_owned(), |v| frame.number(v)),
                limit(month.band.map(|b| b.center)),
                limit(month.band.filter(|b| b.lower >= 0.0).map(|b| b.lower)),
                limit(month.band.map(|b| b.upper)),
                notes.join("; "),
            ]
        };
        self.months.iter().enumerate().map(row).collect()
    }

    pub(super) fn table(&self, frame: &Frame<'_>) -> Table {
        let mut table = Table::new(&["Month", frame.unit, "Centre line", "Lower limit", "Upper limit", "Notes"]);
        table.rows = self.rows(frame);
        table
    }
}

fn months(count: usize) -> String {
    if count == 1 { "1 month".to_owned() } else { format!("{count} months") }
}

/// Whether a signal is about this month; a step is about where it leads.
fn covers(signal: &Signal, at: usize) -> bool {
    if signal.rule == Rule::MovingRange { at == signal.to } else { (signal.from..=signal.to).contains(&at) }
}

/// A signal with its first and last month, between which are so many figures.
pub(crate) fn signal_words(signal: &Signal, from: Month, to: Month, count: usize) -> String {
    signal.words(from, to, count)
}
