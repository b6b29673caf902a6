//! Days and years of the Gregorian calendar, as microseconds since 1970 and back.

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;

/// Microseconds in a day.
pub const DAY: i64 = 86_400 * SECOND;

/// 2001: clocks that have lost the time begin anew in 1970, 1980 or 2000, and say nothing until they are set.
pub const BELIEVED: i64 = 11_323 * DAY;

/// A time of the calendar, without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// Seconds since midnight.
    pub second: u32,
    /// Microseconds of the second.
    pub micros: u32,
}

/// The days in 400 years.
const ERA: i64 = 146_097;

/// The days from 1 March of the year 0 to 1 January 1970.
const EPOCH: i64 = 719_468;

impl Civil {
    /// Microseconds since 1970-01-01 00:00 of the same zone. 29 February of a common year is 1 March.
    #[must_use]
    pub fn micros_since_epoch(self) -> i64 {
        // The year begins in March, so that its last day is the one that may be missing.
        let month = i64::from(self.month);
        let year = if month <= 2 { self.year - 1 } else { self.year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        let days = era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH;
        days * DAY + i64::from(self.second) * SECOND + i64::from(self.micros)
    }

    /// The inverse.
    #[must_use]
    pub fn of_micros(micros: i64) -> Self {
        let (days, of_day) = (micros.div_euclid(DAY) + EPOCH, micros.rem_euclid(DAY));
        let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = (shifted + 2) % 12 + 1;
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        let small = |number: i64| u8::try_from(number).unwrap_or_default();
        let large = |number: i64| u32::try_from(number).unwrap_or_default();
        Self {
            year,
            month: small(month),
            day: small(of_year - (153 * shifted + 2) / 5 + 1),
            second: large(of_day / SECOND),
            micros: large(of_day % SECOND),
        }
    }
}

/// The same day and time in another year.
#[must_use]
pub fn with_year(micros: i64, year: i64) -> i64 {
    Civil { year, ..Civil::of_micros(micros) }.micros_since_epoch()
}

/// `2026-11-26T22:10:11`, with the fraction where there is one.
#[must_use]
pub fn text(micros: i64) -> String {
    let at = Civil::of_micros(micros);
    let (hour, minute, second) = (at.second / 3600, at.second / 60 % 60, at.second % 60);
    let whole = format!("{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}", at.year, at.month, at.day);
    if at.micros == 0 { whole } else { format!("{whole}.{:06}", at.micros) }
}

/// The inverse of [`text`] for a whole second in UTC, `2026-11-26T22:10:11Z`; `None` where it is anything else.
#[must_use]
pub fn parse_utc(written: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| written.get(range)?.parse::<u32>().ok();
    let small = |range| number(range).and_then(|number| u8::try_from(number).ok());
    let civil = Civil {
        year: number(0..4)?.into(),
        month: small(5..7)?,
        day: small(8..10)?,
        second: number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?,
        micros: 0,
    };
    let micros = civil.micros_since_epoch();
    // What is no time, or is written otherwise, comes back as another.
    (text(micros) + "Z" == written).then_some(micros)
}

/// How long something took, in words that need no calendar.
#[must_use]
pub fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::{Civil, DAY, SECOND, parse_utc, span, text, with_year};

    #[test]
    fn a_time_in_utc_is_read_as_it_is_told_and_nothing_else_is() {
        for written in ["2026-11-26T22:10:11Z", "1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z"] {
            assert_eq!(text(parse_utc(written).unwrap()) + "Z", written);
        }
        for written in [
            "",
            "2026-11-26T22:10:11",
            "2026-13-26T22:10:11Z",
            "2025-02-29T00:00:00Z",
            "2026-11-26T24:00:00Z",
            "2026-11-26 22:10:11Z",
            "2026-11-26T22:10:11.5Z",
            "+026-11-26T22:10:11Z",
            "2026-11-26T22:10:11Zé",
        ] {
            assert_eq!(parse_utc(written), None, "{written}");
        }
    }

    #[test]
    fn a_span_is_told_in_the_unit_that_fits() {
        for (seconds, is) in [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (172_800, "2 days")]
        {
            assert_eq!(span(seconds), is);
        }
    }

    #[test]
    fn days_before_and_after_the_epoch_are_counted() {
        let day =
            |year, month, day| Civil { year, month, day, second: 0, micros: 0 }.micros_since_epoch() / DAY;
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(day(1969, 12, 31), -1);
        assert_eq!(day(2000, 3, 1), 11_017);
        assert_eq!(day(2026, 11, 26), 20_783);
        assert_eq!(day(2027, 2, 29), day(2027, 3, 1));
    }

    #[test]
    fn each_day_of_a_thousand_years_comes_back_as_it_went() {
        for day in -300_000..100_000 {
            let micros = day * DAY + 7 * SECOND + 11;
            let civil = Civil::of_micros(micros);
            assert_eq!(civil.micros_since_epoch(), micros, "{civil:?}");
            assert!((1..=12).contains(&civil.month) && (1..=31).contains(&civil.day), "{civil:?}");
        }
    }

    #[test]
    fn a_time_is_told_as_rfc_3339_has_it() {
        let time = 20_783 * DAY + (22 * 3600 + 10 * 60 + 11) * SECOND;
        assert_eq!(text(time), "2026-11-26T22:10:11");
        assert_eq!(text(time + 42), "2026-11-26T22:10:11.000042");
        assert_eq!(text(with_year(time, 2024)), "2024-11-26T22:10:11");
    }
}
