//! Points in time as microseconds since 1970 in UTC, read and written as Foreman does.

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000;

/// Microseconds since 1970 in UTC, which is as fine as Foreman's database stores them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(pub(crate) i64);

impl Instant {
    /// The clock of this machine.
    pub(crate) fn now() -> Self {
        let passed = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock stands after 1970");
        Self(i64::try_from(passed.as_micros()).expect("the clock stands before the year 200000"))
    }

    /// So many seconds later, or earlier when negative.
    pub(crate) fn plus(self, seconds: i64) -> Self {
        Self(self.0 + seconds * SECOND)
    }

    /// What Ruby's `Time.parse` takes of the forms that clients send: ISO 8601 with an offset, with `Z`, with ` UTC`, or
    /// without a zone, which is the server's: UTC here. A fraction beyond microseconds is cut.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
        if bytes.len() < 19
            || separators.iter().any(|(at, byte)| bytes[*at] != *byte)
            || !b"T ".contains(&bytes[10])
        {
            return None;
        }
        let number =
            |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok().filter(|number| *number >= 0);
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 24 || minute > 59 || second > 60 {
            return None;
        }
        let (micros, zone) = fraction(text.get(19..)?);
        let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset(zone)?;
        Some(Self(seconds * SECOND + micros))
    }

    /// As Foreman's API prints it: without the fraction.
    pub(crate) fn in_api(self) -> String {
        let (year, month, day, hour, minute, second) = self.parts();
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
    }

    /// ISO 8601 with six digits of fraction and `Z`.
    pub(crate) fn in_iso(self) -> String {
        let (year, month, day, hour, minute, second) = self.parts();
        let micros = self.0.rem_euclid(SECOND);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
    }

    /// The value of the header `Date` (RFC 9110, 5.6.7).
    pub(crate) fn in_http(self) -> String {
        const WEEK: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (year, month, day, hour, minute, second) = self.parts();
        let week = WEEK[self.0.div_euclid(86_400 * SECOND).rem_euclid(7) as usize];
        let month = MONTHS[month as usize - 1];
        format!("{week}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }

    /// Year, month, day, hour, minute and second.
    fn parts(self) -> (i64, i64, i64, i64, i64, i64) {
        let seconds = self.0.div_euclid(SECOND);
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // Counted from 0000-03-01, so that the leap day is the last of its year.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year, month, day, rest / 3_600, rest / 60 % 60, rest % 60)
    }
}

/// Days from 1970-01-01 to this one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

/// The microseconds of a fraction, and what follows it.
fn fraction(rest: &str) -> (i64, &str) {
    let Some(digits) = rest.strip_prefix('.') else { return (0, rest) };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let micros = format!("{:0<6}", &digits[..end])[..6].parse().unwrap_or(0);
    (micros, &digits[end..])
}

/// Seconds that a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    let zone = zone.trim_start();
    if matches!(zone, "" | "Z" | "UTC") {
        return Some(0);
    }
    let sign = match zone.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    let digits = (digits.len() == 4).then(|| digits.parse::<i64>().ok()).flatten()?;
    Some(sign * (digits / 100 * 3_600 + digits % 100 * 60))
}

#[test]
fn times_are_read_as_foreman_reads_them_and_stored_to_the_microsecond() {
    let told = |text: &str| Instant::parse(text).map(Instant::in_iso);
    for same in [
        "2026-11-23T10:00:00Z",
        "2026-11-23 10:00:00 UTC",
        "2026-11-23 10:00:00",
        "2026-11-23T12:30:00+02:30",
        "2026-11-23T05:00:00.0-0500",
    ] {
        assert_eq!(told(same).as_deref(), Some("2026-11-23T10:00:00.000000Z"), "{same}");
    }
    assert_eq!(told("2024-02-29T23:59:59.1234567Z").as_deref(), Some("2024-02-29T23:59:59.123456Z"));
    assert_eq!(told("1969-12-31T23:59:59.999999Z").as_deref(), Some("1969-12-31T23:59:59.999999Z"));
    for none in [
        "yesterday",
        "",
        "2026-13-01T00:00:00Z",
        "2026-11-23",
        "2026-11-23T10:00:00 Mars",
        "-026-11-23T10:00:00Z",
    ] {
        assert_eq!(told(none), None, "{none}");
    }
}

#[test]
fn the_date_header_has_the_form_of_rfc_9110() {
    let time = Instant::parse("1994-11-06T08:49:37Z").unwrap();
    assert_eq!(time.in_http(), "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(time.in_api(), "1994-11-06 08:49:37 UTC");
}
