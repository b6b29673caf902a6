//! The table of figures, each beside its bar.

use std::fmt;
use std::time::Duration;

/// What kind of figure it is, and so whether it can decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Figure {
    /// Counted: the same in every run of the same build on the same system.
    Count,
    /// Timed, on a machine that does other things too.
    Time,
}

/// One row.
#[derive(Debug)]
struct Row {
    what: String,
    value: f64,
    unit: &'static str,
    figure: Figure,
    /// The most that it may be; `None` where it is only told.
    bar: Option<f64>,
}

/// All rows.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

impl Table {
    pub(crate) fn instructions(&mut self, what: &str, count: u64, bar: Option<f64>) {
        let value = count as f64 / 1e6;
        self.add(what, value, "M instructions", Figure::Count, bar);
    }

    pub(crate) fn count_ratio(&mut self, what: &str, value: f64, bar: impl Into<Option<f64>>) {
        self.add(what, value, "× instructions", Figure::Count, bar.into());
    }

    pub(crate) fn kib(&mut self, what: &str, kib: u64, bar: Option<u64>) {
        self.add(what, kib as f64, "KiB peak", Figure::Time, bar.map(|bar| bar as f64));
    }

    /// Memory that is held beside something else's.
    pub(crate) fn more_kib(&mut self, what: &str, kib: u64, bar: Option<u64>) {
        self.add(what, kib as f64, "KiB more", Figure::Time, bar.map(|bar| bar as f64));
    }

    pub(crate) fn bytes(&mut self, what: &str, bytes: u64, bar: Option<u64>) {
        self.add(what, bytes as f64, "bytes", Figure::Count, bar.map(|bar| bar as f64));
    }

    pub(crate) fn time_ratio(&mut self, what: &str, value: f64, bar: f64) {
        self.add(what, value, "× wall time", Figure::Time, Some(bar));
    }

    pub(crate) fn cpu_ratio(&mut self, what: &str, value: f64, bar: impl Into<Option<f64>>) {
        self.add(what, value, "× processor time", Figure::Time, bar.into());
    }

    pub(crate) fn wall(&mut self, what: &str, wall: Duration, bar: Option<f64>) {
        self.add(what, wall.as_secs_f64() * 1e3, "ms wall", Figure::Time, bar);
    }

    pub(crate) fn cpu(&mut self, what: &str, cpu: Duration, bar: Option<f64>) {
        self.add(what, cpu.as_secs_f64() * 1e3, "ms processor", Figure::Time, bar);
    }

    fn add(&mut self, what: &str, value: f64, unit: &'static str, figure: Figure, bar: Option<f64>) {
        let row = Row { what: what.to_owned(), value, unit, figure, bar };
        // The whole takes minutes.
        eprintln!("{row}");
        self.rows.push(row);
    }

    /// Whether a figure that is the same in every run is above its bar.
    pub(crate) fn misses_a_count(&self) -> bool {
        self.rows.iter().any(|row| row.figure == Figure::Count && row.is_missed())
    }
}

impl Row {
    fn is_missed(&self) -> bool {
        self.bar.is_some_and(|bar| self.value > bar)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| figure | measured | bar | |")?;
        writeln!(f, "|---|---:|---:|---|")?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bar = self.bar.map_or_else(String::new, |bar| format!("≤ {bar}"));
        let verdict = match (self.bar, self.is_missed()) {
            (None, _) => "",
            (_, false) => "pass",
            (_, true) => "FAIL",
        };
        let digits = if self.value < 100.0 { 3 } else { 0 };
        write!(f, "| {} | {:.digits$} {} | {bar} | {verdict} |", self.what, self.value, self.unit)
    }
}
