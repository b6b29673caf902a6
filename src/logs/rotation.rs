//! The names that logrotate(8) gives to the older files of a log.

use std::cmp::Ordering;

/// What stands behind the name of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated<'n> {
    /// `2` of `messages.2.gz`, `20261101` of `messages-20261101`.
    number: &'n str,
    /// Whether the number is a date, and larger is younger.
    is_date: bool,
    /// How it is packed.
    pub packing: Packing<'n>,
}

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing<'n> {
    /// Not at all, or by gzip; the content says which.
    Readable,
    /// By something that is not read.
    Unreadable(&'n str),
}

impl<'n> Rotated<'n> {
    /// Of a file in the directory of the log; `None` where it is something else.
    #[must_use]
    pub fn of(log: &str, name: &'n str) -> Option<Self> {
        let rest = name.strip_prefix(log)?;
        // `dateext`: `-%Y%m%d`, and for hourly ones the hour behind it, with or without a dash.
        let (rest, is_date) = match rest.as_bytes().first()? {
            b'.' => (&rest[1..], false),
            b'-' => (&rest[1..], true),
            _ => return None,
        };
        let end = rest.find(|c: char| !(c.is_ascii_digit() || is_date && c == '-')).unwrap_or(rest.len());
        let (number, extension) = rest.split_at(end);
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let is_number = if is_date { (8..=14).contains(&digits) } else { (1..=9).contains(&digits) };
        let packing = match extension {
            "" | ".gz" => Packing::Readable,
            ".bz2" | ".xz" | ".zst" | ".Z" | ".lz4" | ".lzma" => Packing::Unreadable(&extension[1..]),
            _ => return None,
        };
        is_number.then_some(Self { number, is_date, packing })
    }

    /// The order of age: the youngest first.
    #[must_use]
    pub fn by_age(&self, other: &Self) -> Ordering {
        let numbers = || self.number.len().cmp(&other.number.len()).then(self.number.cmp(other.number));
        match (self.is_date, other.is_date) {
            (true, true) => other.number.cmp(self.number),
            (false, false) => numbers(),
            (one, other) => one.cmp(&other),
        }
    }
}

/// The name of the log that a file of this name belongs to; its own, unless rotation has made it.
#[must_use]
pub fn log_of(name: &str) -> &str {
    let ends = name.char_indices().filter(|(_, c)| matches!(c, '.' | '-')).map(|(at, _)| at);
    ends.map(|end| &name[..end]).find(|log| Rotated::of(log, name).is_some()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::{Packing, Rotated, log_of};

    #[test]
    fn the_log_of_a_file_is_told_by_its_name() {
        for (name, log) in [
            ("messages", "messages"),
            ("messages.2.gz", "messages"),
            ("auth.log.1", "auth.log"),
            ("my-app.log-20261101.gz", "my-app.log"),
            ("10.0.0.1", "10.0.0"),
            ("web-1.log", "web-1.log"),
            ("", ""),
        ] {
            assert_eq!(log_of(name), log, "{name}");
        }
    }

    #[test]
    fn the_rotated_files_of_a_log_are_known_by_their_names() {
        for name in [
            "messages.1",
            "messages.12.gz",
            "messages-20261101",
            "messages-20261101.gz",
            "messages-2026110123",
            "messages-20261101-12.gz",
        ] {
            assert_eq!(Rotated::of("messages", name).unwrap().packing, Packing::Readable, "{name}");
        }
        assert_eq!(Rotated::of("messages", "messages.3.xz").unwrap().packing, Packing::Unreadable("xz"));
        for name in [
            "messages",
            "messages.gz",
            "messages.1.bak",
            "messages.old",
            "messages-1",
            "messages2",
            "messages.",
            "messages-20261101x",
            "auth.log.1",
            "mess",
            "messages.1.1",
        ] {
            assert_eq!(Rotated::of("messages", name), None, "{name}");
        }
    }

    #[test]
    fn the_youngest_comes_first() {
        let mut names = ["m.10.gz", "m.2.gz", "m.1", "m.9.gz"];
        names.sort_by(|a, b| Rotated::of("m", a).unwrap().by_age(&Rotated::of("m", b).unwrap()));
        assert_eq!(names, ["m.1", "m.2.gz", "m.9.gz", "m.10.gz"]);
        let mut names = ["m-20261101.gz", "m-20261115", "m-20261108.gz"];
        names.sort_by(|a, b| Rotated::of("m", a).unwrap().by_age(&Rotated::of("m", b).unwrap()));
        assert_eq!(names, ["m-20261115", "m-20261108.gz", "m-20261101.gz"]);
    }
}
