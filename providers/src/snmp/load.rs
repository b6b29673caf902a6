//! `Loader`, from lines to the tables that a running snmpd has, line after line in the order of its reading.
//!
//! Source: net-snmp's agent/mibgroup/mibII/vacm_conf.c and snmplib/transports.

use super::keyword::Keyword;
use super::oid::{Names, Oid, OidDefect};
use super::rules::{Feature, Rules};
use super::source::{Hosts, Sense, SourceDefect, strtol};
use super::tables::{LineId, Tables, ViewRow, ViewType};
use super::words::Pieces;

/// Why a line, or a part of it, does nothing or not what it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Defect {
    /// A word is missing.
    Missing(&'static str),
    /// A word is empty.
    Empty(&'static str),
    /// A word is longer than the daemon keeps.
    TooLong(&'static str),
    /// A word is longer than the daemon keeps, and cut.
    Cut(&'static str),
    /// The source is none.
    Source(SourceDefect),
    /// The community is the word of the example that nobody filled in.
    Example,
    /// No security model.
    Model,
    /// `any` where a group needs a model: the daemon complains and takes it.
    AnyModel,
    /// No level.
    Level,
    /// Neither `exact` nor `prefix`, in small letters.
    Prefix,
    /// `0` in the place of `exact`: the daemon complains and takes it.
    PrefixZero,
    /// Neither `included` nor `excluded`, in small letters.
    ViewType,
    /// The name of an object cannot be read.
    Oid(OidDefect),
    /// A mask is no row of hexadecimal numbers.
    Mask,
    /// No type of view.
    ViewName,
    /// No yes and no no.
    Boolean,
    /// An include of what is not there.
    NothingIncluded,
}

/// Versions of SNMP that the library refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Disabled {
    /// The line that switched SNMPv1 off.
    pub v1: Option<LineId>,
    /// The line that switched SNMPv2c off.
    pub v2c: Option<LineId>,
    /// The line that switched SNMPv3 off.
    pub v3: Option<LineId>,
}

/// Reads lines into tables.
pub struct Loader<'h> {
    /// What the lines come to.
    pub tables: Tables,
    /// What is wrong with them, in the order of reading.
    pub defects: Vec<(LineId, Defect)>,
    /// The versions that are switched off.
    pub disabled: Disabled,
    /// Whether an object was named by what only MIB files may know.
    pub met_names: bool,
    pub(super) rules: &'h Rules,
    pub(super) hosts: &'h dyn Hosts,
    /// How many easy lines there were: the daemon names users and groups by it.
    pub(super) easy: u32,
    line: LineId,
}

impl<'h> Loader<'h> {
    /// A daemon that has read nothing yet.
    #[must_use]
    pub fn new(rules: &'h Rules, hosts: &'h dyn Hosts) -> Self {
        let mut tables = Tables::default();
        for root in 0..=2 {
            for (name, view_type) in [("_all_", ViewType::Included), ("_none_", ViewType::Excluded)] {
                let row = ViewRow { line: None, view_type, subtree: Some(Oid(vec![root])), mask: Vec::new() };
                tables.add_view(name.into(), row);
            }
        }
        let line = LineId { file: 0, chunk: 0 };
        Self {
            tables,
            defects: Vec::new(),
            disabled: Disabled::default(),
            met_names: false,
            rules,
            hosts,
            easy: 0,
            line,
        }
    }

    /// Reads one line: its first word as the daemon reads it, and what follows.
    pub fn read(&mut self, line: LineId, keyword: Keyword, name: &[u8], parameter: &[u8]) {
        self.line = line;
        match keyword {
            Keyword::Community => self.read_community(name, parameter),
            Keyword::AuthCommunity => self.read_auth_community(parameter),
            Keyword::User => self.read_user(name, parameter),
            Keyword::Com2Sec => self.read_com2sec(parameter),
            Keyword::Com2Sec6 => self.read_com2sec6(parameter),
            Keyword::Com2SecUnix => self.read_com2sec_unix(parameter),
            Keyword::Group => self.read_group(parameter),
            Keyword::Access => self.read_access(parameter),
            Keyword::SetAccess => self.read_set_access(parameter),
            Keyword::AuthAccess => self.read_auth_access(parameter),
            Keyword::View => self.read_view(parameter),
            Keyword::SavedVacm => self.read_saved(name, parameter),
            Keyword::DisableV1 | Keyword::DisableV2c | Keyword::DisableV3 => {
                let off = match boolean(parameter) {
                    Some(true) => Some(line),
                    Some(false) => None,
                    None => return self.wrong(Defect::Boolean),
                };
                match keyword {
                    Keyword::DisableV1 => self.disabled.v1 = off,
                    Keyword::DisableV2c => self.disabled.v2c = off,
                    _ => self.disabled.v3 = off,
                }
            }
            _ => {}
        }
    }

    /// The line that is being read.
    pub(super) fn line(&self) -> LineId {
        self.line
    }

    pub(super) fn wrong(&mut self, defect: Defect) {
        self.defects.push((self.line, defect));
    }

    /// The value, or a note of why there is none.
    pub(super) fn noted<T>(&mut self, result: Result<T, Defect>) -> Option<T> {
        result.map_err(|defect| self.wrong(defect)).ok()
    }

    pub(super) fn names(&self) -> Names {
        if self.rules.mibs == Feature::Known { Names::Mibs } else { Names::Roots }
    }

    pub(super) fn negation(&self) -> Sense {
        if self.rules.negation == Feature::Known { Sense::Refuses } else { Sense::Opens }
    }
}

/// A value as netsnmp_ds_parse_boolean reads it.
#[must_use]
pub fn boolean(text: &[u8]) -> Option<bool> {
    let word = Pieces::new(text).next(b" \t\n")?;
    match word.to_ascii_lowercase().as_slice() {
        b"yes" | b"true" => Some(true),
        b"no" | b"false" => Some(false),
        _ => match strtol(word)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
    }
}
