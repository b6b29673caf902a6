//! The time stamps of syslog lines: `Nov 26 22:10:11`, which has no year, and RFC 3339.

use crate::calendar::{BELIEVED, Civil, DAY, SECOND, with_year};

/// A time as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// What the clock on the wall said, in microseconds since 1970-01-01 00:00 of the same zone.
    pub wall: i64,
    /// Seconds east of Greenwich; `None` where none is written.
    pub offset: Option<i32>,
    /// How many digits the fraction of the second has; 6 at most.
    pub digits: u8,
}

impl Stamp {
    /// Of a text that is RFC 3339 and nothing else.
    #[must_use]
    pub fn whole(text: &[u8]) -> Option<Self> {
        rfc3339(text).filter(|(_, length)| *length == text.len()).map(|(stamp, _)| stamp)
    }
}

/// How long after a file was last changed its last entry may be: zones differ by up to 26 hours, and clocks too.
const LATE: i64 = 2 * DAY;

/// Half a year: what is farther from the entry before belongs to another year.
const HALF_YEAR: i64 = 183 * DAY;

/// Reads the stamps of one file, and knows the year where it is not written.
#[derive(Debug)]
pub struct Stamps {
    /// The latest time that the last entry may have.
    bound: i64,
    years_back: i64,
    /// The entry before.
    previous: Option<i64>,
    /// Whether a year has been written, so that nothing is guessed.
    has_years: bool,
    /// The text of the last traditional stamp: entries of one second are many.
    text: [u8; TRADITIONAL],
    /// The last date of RFC 3339, and when it begins: entries of one day are many.
    date: ([u8; DATE], i64),
    last: Last,
}

/// The last time of day and zone that were read: their texts, and what they say.
#[derive(Debug)]
struct Last {
    clock: ([u8; CLOCK], u32),
    zone: ([u8; ZONE], i32),
}

impl Default for Last {
    /// Midnight in Greenwich.
    fn default() -> Self {
        Self { clock: (*b"00:00:00", 0), zone: (*b"+00:00", 0) }
    }
}

/// The length of `22:10:11`.
const CLOCK: usize = 8;

/// The length of `+01:00`.
const ZONE: usize = 6;

/// The length of `Nov 26 22:10:11`.
const TRADITIONAL: usize = 15;

/// The length of `2026-11-26`.
const DATE: usize = 10;

impl Stamps {
    /// Of a file whose entries were written up to this time, in microseconds; the first entry is taken for one of the
    /// last year that is possible, less so many.
    #[must_use]
    pub fn new(written: i64, years_back: i64) -> Self {
        let bound = written.saturating_add(LATE);
        Self {
            bound,
            years_back,
            previous: None,
            has_years: false,
            text: [0; TRADITIONAL],
            date: ([0; DATE], 0),
            last: Last::default(),
        }
    }

    /// Reads the stamp that a line begins with, and says how long it is.
    pub fn read(&mut self, line: &[u8]) -> Option<(Stamp, usize)> {
        if line.first()?.is_ascii_digit() {
            let (stamp, length) = self.rfc3339(line)?;
            self.has_years = true;
            self.previous = Some(stamp.wall);
            return Some((stamp, length));
        }
        let text = line.first_chunk::<TRADITIONAL>()?;
        let wall = match self.previous {
            Some(previous) if self.text == *text => previous.div_euclid(SECOND) * SECOND,
            _ => self.in_year(traditional(text)?),
        };
        self.text = *text;
        self.previous = Some(wall);
        Some((Stamp { wall, offset: None, digits: 0 }, TRADITIONAL))
    }

    /// A stamp of RFC 3339, of the same day as the last one most of the time.
    fn rfc3339(&mut self, line: &[u8]) -> Option<(Stamp, usize)> {
        let (date, rest) = line.split_first_chunk::<DATE>()?;
        if self.date.0 != *date {
            self.date = (*date, day(date)?);
        }
        let (stamp, rest) = time_of_day(self.date.1, rest, &mut self.last)?;
        Some((stamp, line.len() - rest.len()))
    }

    /// By how many years the traditional stamps were read too late, once the file is at its end.
    ///
    /// The first entry was put into the last year that is possible; a file that spans more than a year then ends in
    /// the future.
    #[must_use]
    pub fn years_too_late(&self) -> i64 {
        let Some(last) = self.previous.filter(|_| !self.has_years) else { return 0 };
        let year = Civil::of_micros(last).year;
        (0..).find(|back| with_year(last, year - back) <= self.bound).unwrap_or(0)
    }

    /// The year that brings it next to the entry before; for the first, the last year that is possible.
    fn in_year(&self, civil: Civil) -> i64 {
        let at = |year| Civil { year, ..civil }.micros_since_epoch();
        let Some(previous) = self.previous.filter(|time| *time >= BELIEVED) else {
            let year = Civil::of_micros(self.bound).year;
            let year = if at(year) <= self.bound { year } else { year - 1 };
            return at(year - self.years_back);
        };
        let year = Civil::of_micros(previous).year;
        let same = at(year);
        if same - previous > HALF_YEAR {
            at(year - 1)
        } else if previous - same > HALF_YEAR {
            at(year + 1)
        } else {
            same
        }
    }
}

/// `Nov 26 22:10:11`, `Nov  6 22:10:11` or `Nov 06 22:10:11`, in no year yet.
fn traditional(text: &[u8; TRADITIONAL]) -> Option<Civil> {
    let month = match &text[..3] {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    };
    let day = match text[4] {
        b' ' => number(&text[5..6])?,
        _ => number(&text[4..6])?,
    };
    if text[3] != b' ' || text[6] != b' ' {
        return None;
    }
    let second = clock(&text[7..])?;
    let day = u8::try_from(day).ok().filter(|day| (1..=days_in(month)).contains(day))?;
    Some(Civil { year: 0, month, day, second, micros: 0 })
}

/// `2026-11-26T22:10:11.123456+01:00`, with a blank for the T too, with or without fraction and zone.
fn rfc3339(line: &[u8]) -> Option<(Stamp, usize)> {
    let (date, rest) = line.split_first_chunk::<DATE>()?;
    let (stamp, rest) = time_of_day(day(date)?, rest, &mut Last::default())?;
    Some((stamp, line.len() - rest.len()))
}

/// When `2026-11-26` begins.
fn day(date: &[u8; DATE]) -> Option<i64> {
    let month = u8::try_from(number(&date[5..7])?).ok().filter(|month| (1..=12).contains(month))?;
    let day = u8::try_from(number(&date[8..])?).ok().filter(|day| (1..=days_in(month)).contains(day))?;
    let year = i64::from(number(&date[..4])?);
    let is_date = date[4] == b'-' && date[7] == b'-';
    is_date.then(|| Civil { year, month, day, second: 0, micros: 0 }.micros_since_epoch())
}

/// `T22:10:11.123456+01:00` of the day that begins then, and what follows it.
fn time_of_day<'l>(day: i64, text: &'l [u8], last: &mut Last) -> Option<(Stamp, &'l [u8])> {
    let (&between, rest) = text.split_first()?;
    let (time, mut rest) = rest.split_first_chunk::<CLOCK>()?;
    if !matches!(between, b'T' | b't' | b' ') {
        return None;
    }
    if last.clock.0 != *time {
        last.clock = (*time, clock(time)?);
    }
    let (mut micros, mut digits) = (0, 0);
    if let [b'.' | b',', fraction @ ..] = rest {
        let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let counted = &fraction[..length.min(6)];
        micros = counted.iter().fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0'));
        micros *= 10_i64.pow(6 - u32::try_from(counted.len()).unwrap_or_default());
        digits = u8::try_from(counted.len()).unwrap_or_default();
        rest = &fraction[length..];
    }
    let (offset, rest) = match rest.split_first_chunk::<ZONE>() {
        Some((zone, rest)) if *zone == last.zone.0 => (Some(last.zone.1), rest),
        _ => {
            let (offset, after) = zone(rest)?;
            if let (Some(offset), Some((text, _))) = (offset, rest.split_first_chunk::<ZONE>())
                && rest.len() - after.len() == ZONE
            {
                last.zone = (*text, offset);
            }
            (offset, after)
        }
    };
    Some((Stamp { wall: day + i64::from(last.clock.1) * SECOND + micros, offset, digits }, rest))
}

/// `Z`, `+01:00`, `+0100` or nothing.
pub fn zone(text: &[u8]) -> Option<(Option<i32>, &[u8])> {
    let (sign, rest) = match text {
        [b'Z' | b'z', rest @ ..] => return Some((Some(0), rest)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return Some((None, text)),
    };
    let (hours, rest) = rest.split_at_checked(2)?;
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    let (minutes, rest) = rest.split_at_checked(2)?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    (hours < 24 && minutes < 60).then_some((Some(sign * seconds), rest))
}

/// `22:10:11` in seconds; a leap second is the sixtieth.
fn clock(text: &[u8]) -> Option<u32> {
    if text[2] != b':' || text[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (number(&text[..2])?, number(&text[3..5])?, number(&text[6..8])?);
    (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second)
}

/// Digits alone.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
    })
}

/// The most days that a month has in any year.
fn days_in(month: u8) -> u8 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::{Stamp, Stamps, rfc3339};
    use crate::calendar::{DAY, SECOND, text};

    fn at(time: &str) -> i64 {
        rfc3339(time.as_bytes()).unwrap().0.wall
    }

    /// The times of these stamps in a file that was last changed then.
    fn read(written: &str, stamps: &[&str]) -> Vec<String> {
        let times = |years_back| {
            let mut reader = Stamps::new(at(written), years_back);
            let times = stamps.iter().map(|one| text(reader.read(one.as_bytes()).unwrap().0.wall)).collect();
            (times, reader.years_too_late())
        };
        let (read, too_late) = times(0);
        if too_late == 0 { read } else { times(too_late).0 }
    }

    #[test]
    fn what_was_read_last_decides_nothing_of_the_next_stamp() {
        let lines: [&[u8]; 9] = [
            b"2026-11-26T22:10:11.123456+01:00 x",
            b"2026-11-26T22:10:11.123456-01:00 x",
            b"2026-11-26T22:10:11.5Z x",
            b"2026-11-26T22:10:11,1234567+0100 x",
            b"2026-11-26T22:10:11 +01:00",
            b"2026-11-26T\0\0\0\0\0\0\0\0+01:00 x",
            b"2026-11-26T22:10:11\0\0\0\0\0\0 x",
            b"2026-11-26T24:10:11+01:00 x",
            b"2026-11-26T22:10:12+24:00 x",
        ];
        for first in lines {
            for second in lines {
                let alone = Stamps::new(i64::MAX, 0).read(second);
                let mut stamps = Stamps::new(i64::MAX, 0);
                let _ = stamps.read(first);
                assert_eq!(stamps.read(second), alone, "{}", String::from_utf8_lossy(second));
            }
        }
        assert_eq!(lines.map(|line| rfc3339(line).is_some()).iter().filter(|read| **read).count(), 6);
    }

    #[test]
    fn rfc_3339_is_read_with_fraction_and_zone() {
        let (stamp, length) = rfc3339(b"2026-11-26T22:10:11.017791+01:00 vm app").unwrap();
        assert_eq!((stamp.offset, stamp.digits, length), (Some(3600), 6, 32));
        assert_eq!(text(stamp.wall), "2026-11-26T22:10:11.017791");
        let short = rfc3339(b"2026-11-26T22:10:11.5Z vm").unwrap();
        assert_eq!((text(short.0.wall).as_str(), short.0.digits), ("2026-11-26T22:10:11.500000", 1));
        let long = rfc3339(b"2026-11-26 22:10:11,1234567890-0230 vm").unwrap();
        assert_eq!((long.0.offset, long.0.digits, long.1), (Some(-9000), 6, 35));
        assert_eq!(rfc3339(b"2026-11-26T22:10:11 vm").unwrap().0.offset, None);
    }

    #[test]
    fn what_is_no_stamp_is_none() {
        let mut stamps = Stamps::new(0, 0);
        for line in [
            "",
            "N",
            "Nov 26 22:10",
            "Nov 31 22:10:11",
            "Nov 00 22:10:11",
            "Foo 26 22:10:11",
            "Nov 26 24:00:00",
            "Nov 26 22:60:00",
            "Nov 26 22:10:61",
            "Nov-26 22:10:11",
            "Nov 2x 22:10:11",
            "2026",
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-11-26T22:10:11+2",
            "2026-11-26T22:10:11+24:00",
            "2026/11/26T22:10:11Z",
            "  continued",
            "\0\0",
        ] {
            assert_eq!(stamps.read(line.as_bytes()), None, "{line:?}");
        }
    }

    #[test]
    fn a_day_below_ten_has_a_blank_or_a_nought() {
        let times =
            read("2026-11-26T00:00:00", &["Nov  6 01:02:03 vm", "Nov 06 01:02:03 vm", "Nov  6 23:59:60 vm"]);
        assert_eq!(times, ["2026-11-06T01:02:03", "2026-11-06T01:02:03", "2026-11-07T00:00:00"]);
    }

    #[test]
    fn the_year_is_that_of_the_last_change_of_the_file() {
        assert_eq!(read("2026-11-26T00:00:00", &["Nov 25 10:00:00"]), ["2026-11-25T10:00:00"]);
        assert_eq!(read("2026-01-03T00:00:00", &["Dec 30 10:00:00"]), ["2025-12-30T10:00:00"]);
        // The clock of the host may be a day ahead.
        assert_eq!(read("2026-12-31T22:00:00", &["Jan  1 10:00:00"]), ["2027-01-01T10:00:00"]);
    }

    #[test]
    fn the_year_turns_where_the_months_do() {
        let times = read("2026-01-03T00:00:00", &["Dec 31 23:59:59", "Jan  1 00:00:00", "Jan  2 00:00:00"]);
        assert_eq!(times, ["2025-12-31T23:59:59", "2026-01-01T00:00:00", "2026-01-02T00:00:00"]);
    }

    #[test]
    fn what_arrives_late_over_new_year_stays_in_the_old_year() {
        let times = read("2026-01-03T00:00:00", &["Dec 31 23:00:00", "Jan  1 00:00:09", "Dec 31 23:30:00"]);
        assert_eq!(times, ["2025-12-31T23:00:00", "2026-01-01T00:00:09", "2025-12-31T23:30:00"]);
    }

    #[test]
    fn a_file_of_more_than_a_year_ends_when_it_was_last_changed() {
        let stamps =
            ["Jan 20 00:00:00", "Jul  1 00:00:00", "Nov 30 00:00:00", "Jan 10 00:00:00", "Feb  2 00:00:00"];
        let times = read("2026-02-02T00:00:00", &stamps);
        assert_eq!((times[0].as_str(), times[4].as_str()), ("2025-01-20T00:00:00", "2026-02-02T00:00:00"));
    }

    #[test]
    fn a_written_year_counts_for_what_follows() {
        let mut stamps = Stamps::new(at("2026-11-26T00:00:00"), 0);
        stamps.read(b"2024-03-01T00:00:00Z vm").unwrap();
        let (Stamp { wall, .. }, _) = stamps.read(b"Mar  1 00:00:05 vm").unwrap();
        assert_eq!(text(wall), "2024-03-01T00:00:05");
        assert_eq!(stamps.years_too_late(), 0);
    }

    #[test]
    fn entries_of_one_second_have_one_time() {
        let mut stamps = Stamps::new(at("2026-11-26T00:00:00") + DAY, 0);
        let first = stamps.read(b"Nov 26 22:10:11 vm").unwrap();
        assert_eq!(stamps.read(b"Nov 26 22:10:11 vm"), Some(first));
        assert_eq!(first.0.wall % SECOND, 0);
    }
}
