//! `Rules`, what the installed snmpd does with its files: the differences between versions as data.
//!
//! Source: net-snmp's tags v5.3.2 to v5.9.5 (snmplib/read_config.c, snmplib/transports, snmplib/snmp_api.c).

/// A version of net-snmp, for example 5.9.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u16, pub u16, pub u16);

/// How a file is cut into lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// Pieces of at most 1023 bytes, each read as a line of its own: up to 5.7.1.
    Pieces,
    /// Whole lines; a NUL drops what stands behind it and glues the next line on: from 5.7.2 on.
    Whole,
}

/// A thing that a version knows or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// It is there.
    Known,
    /// It is a word like any other, or no directive at all.
    Unknown,
}

/// The rules by which files are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How a file is cut into lines.
    pub lines: Lines,
    /// `includeDir`, `includeFile` and `includeSearch`: from 5.6 on.
    pub includes: Feature,
    /// `!` before a source: from 5.8 on.
    pub negation: Feature,
    /// `disableSNMPv1` and `disableSNMPv2c`: from 5.8 on.
    pub disabling: Feature,
    /// The name that the daemon goes by, and its files: `snmpd` unless `-n` says otherwise.
    pub application: Vec<u8>,
    /// Whether names of objects can be read, for which MIB files are needed.
    pub mibs: Feature,
}

impl Rules {
    /// The rules of a version.
    #[must_use]
    pub fn of(version: Version) -> Self {
        let since = |first: Version| if version >= first { Feature::Known } else { Feature::Unknown };
        Self {
            lines: if version >= Version(5, 7, 2) { Lines::Whole } else { Lines::Pieces },
            includes: since(Version(5, 6, 0)),
            negation: since(Version(5, 8, 0)),
            disabling: since(Version(5, 8, 0)),
            application: b"snmpd".to_vec(),
            mibs: Feature::Known,
        }
    }
}

impl Default for Rules {
    /// The rules of the newest version that is known.
    fn default() -> Self {
        Self::of(Version(5, 9, 5))
    }
}
