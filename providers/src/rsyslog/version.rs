//! What a version of rsyslogd understands.
//!
//! Source: the parameter tables of tools/omfwd.c, plugins/omrelp/omrelp.c, runtime/queue.c and action.c, by release.

use std::fmt;

/// A version of rsyslog: 8.24.0, 8.2302.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The generation: 3, 5, 7, 8.
    pub major: u32,
    /// Since 8.1901 year and month.
    pub minor: u32,
    /// The release of it.
    pub patch: u32,
}

impl Version {
    const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// Reads the number at the begin of a text; an epoch of Debian is passed over.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let text = text.split_once(':').filter(|(epoch, _)| is_number(epoch)).map_or(text, |(_, rest)| rest);
        let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some(Self::new(next()?, next()?, next().unwrap_or(0)))
    }

    /// Whether it has `action(…)` with all that a safe forward needs.
    #[must_use]
    pub fn has_rainerscript(self) -> bool {
        self >= Self::new(7, 4, 0)
    }

    /// Whether an action's queue can have a directory of its own.
    #[must_use]
    pub fn has_spool_directory(self) -> bool {
        self >= Self::new(7, 6, 0)
    }

    /// Whether `KeepAlive` of a forward works: 8.16 takes it and does nothing.
    #[must_use]
    pub fn has_keep_alive(self) -> bool {
        self >= Self::new(8, 18, 0)
    }

    /// Whether the time between attempts has an upper bound; without it it grows to half an hour.
    #[must_use]
    pub fn has_resume_interval_max(self) -> bool {
        self >= Self::new(8, 1901, 0)
    }

    /// Whether a forward over TCP can have certificates of its own.
    #[must_use]
    pub fn has_own_certificates(self) -> bool {
        self >= Self::new(8, 2108, 0)
    }

    /// Whether it can be told to refuse expired certificates.
    #[must_use]
    pub fn has_expired_certificates(self) -> bool {
        self >= Self::new(8, 2001, 0)
    }

    /// Whether OpenSSL can encrypt.
    #[must_use]
    pub fn has_ossl(self) -> bool {
        self >= Self::new(8, 36, 0)
    }

    /// Whether RELP can be encrypted.
    #[must_use]
    pub fn has_relp_tls(self) -> bool {
        self >= Self::new(7, 6, 0)
    }

    /// Whether RELP can wait for a server whose certificate is bad; before, it gives up until rsyslogd starts anew.
    #[must_use]
    pub fn has_relp_patience(self) -> bool {
        self >= Self::new(8, 2606, 0)
    }

    /// Whether what a forward sends can be limited.
    #[must_use]
    pub fn has_forward_limit(self) -> bool {
        self >= Self::new(8, 2012, 0)
    }

    /// Whether messages can be told apart by their length on TCP.
    #[must_use]
    pub fn has_octet_counting(self) -> bool {
        self >= Self::new(4, 1, 0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_of_packages_and_of_programs_are_read() {
        for (text, version) in [
            ("8.2302.0-1", (8, 2302, 0)),
            ("8.24.0-57.el7_9.3", (8, 24, 0)),
            ("1:5.8.10-2", (5, 8, 10)),
            ("8.2312.0\" x-info=\"https://www.rsyslog.com\"", (8, 2312, 0)),
            ("7.4", (7, 4, 0)),
        ] {
            let (major, minor, patch) = version;
            assert_eq!(Version::parse(text), Some(Version { major, minor, patch }), "{text}");
        }
        assert_eq!(Version::parse("none"), None);
        assert!(Version::parse("8.24.0") < Version::parse("8.1901.0"));
    }
}
