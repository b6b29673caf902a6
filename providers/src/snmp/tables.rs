//! `Tables`, the access control of a running snmpd: which community is whom, who is in which group, what a group
//! may see.
//!
//! Source: net-snmp's snmplib/vacm.c; RFC 3415. The order in which rows are looked at is that of the daemon's sorted
//! lists, not that of the files.

use rustc_hash::FxHashMap;

use super::oid::Oid;
use super::source::{Sense, Source};

/// A line by its file and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId {
    /// The index of the file.
    pub file: u32,
    /// The index of the chunk.
    pub chunk: u32,
}

/// What a request comes over: each has its own list of communities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// UDP and TCP over IPv4.
    Ipv4,
    /// UDP and TCP over IPv6.
    Ipv6,
    /// A socket in the file system.
    Unix,
}

impl Transport {
    /// All.
    pub const ALL: [Self; 3] = [Self::Ipv4, Self::Ipv6, Self::Unix];

    /// The word before a person.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
            Self::Unix => "unix socket",
        }
    }
}

/// A security model; the order is that of their numbers, which is the order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// Any.
    Any,
    /// Communities of SNMPv1.
    V1,
    /// Communities of SNMPv2c.
    V2c,
    /// Users of SNMPv3.
    Usm,
    /// Certificates.
    Tsm,
}

/// How sure the daemon is of who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not at all: a name is enough. What communities have.
    NoAuth,
    /// A key.
    Auth,
    /// A key, and nobody else can read it.
    Priv,
}

impl Level {
    /// Reads the word; case does not matter.
    #[must_use]
    pub fn parse(word: &[u8]) -> Option<Self> {
        match word.to_ascii_lowercase().as_slice() {
            b"noauth" | b"noauthnopriv" => Some(Self::NoAuth),
            b"auth" | b"authnopriv" => Some(Self::Auth),
            b"priv" | b"authpriv" => Some(Self::Priv),
            _ => None,
        }
    }

    /// The word that snmpd.conf(5) uses.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoAuth => "noauth",
            Self::Auth => "auth",
            Self::Priv => "priv",
        }
    }
}

/// One entry of a list of communities.
#[derive(Clone, PartialEq, Eq)]
pub struct Com2Sec {
    /// The line that made it.
    pub line: LineId,
    /// The community: a secret.
    pub community: Vec<u8>,
    /// Who that is.
    pub security_name: Vec<u8>,
    /// The context that is asked for.
    pub context: Vec<u8>,
    /// Whether it opens.
    pub sense: Sense,
    /// From where.
    pub source: Source,
}

impl std::fmt::Debug for Com2Sec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Com2Sec({:?})", self.line)
    }
}

/// Who belongs to a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRow {
    /// The line that made it.
    pub line: LineId,
    /// For requests of this model.
    pub model: Model,
    /// The group.
    pub group: Vec<u8>,
}

/// How a context is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContextMatch {
    /// The whole of it.
    Exact,
    /// Its beginning.
    Prefix,
}

/// What a group may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRow {
    /// The line that made it.
    pub line: LineId,
    /// The lines that changed it afterwards.
    pub changed_by: Vec<LineId>,
    /// The context that it is for.
    pub context: Vec<u8>,
    /// How the context is compared.
    pub context_match: ContextMatch,
    /// The model that it is for.
    pub model: Model,
    /// The least level that it is for.
    pub level: Level,
    /// The name of the view that may be read; empty: none.
    pub read: Vec<u8>,
    /// The name of the view that may be written.
    pub write: Vec<u8>,
}

impl AccessRow {
    /// What rows are ordered by.
    fn key(&self) -> (usize, &[u8], Model, Level) {
        (self.context.len(), &self.context, self.model, self.level)
    }
}

/// Whether a part of the tree is in a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewType {
    /// It is.
    Included,
    /// It is not.
    Excluded,
}

/// One line of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewRow {
    /// The line that made it; `None` for those that are always there.
    pub line: Option<LineId>,
    /// Whether it includes.
    pub view_type: ViewType,
    /// The part of the tree; `None`: a name that only MIB files can tell.
    pub subtree: Option<Oid>,
    /// Which numbers of it count, a bit each, the first in the highest bit; those beyond it all count.
    pub mask: Vec<u8>,
}

impl ViewRow {
    fn counts(&self, index: usize) -> bool {
        self.mask.get(index / 8).is_none_or(|bits| bits & (0x80 >> (index % 8)) != 0)
    }

    fn matches(&self, subtree: &Oid, oid: &[u64]) -> bool {
        oid.len() >= subtree.0.len()
            && subtree
                .0
                .iter()
                .zip(oid)
                .enumerate()
                .all(|(index, (one, other))| one == other || !self.counts(index))
    }
}

/// The access control of a running daemon.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    com2sec: [Vec<Com2Sec>; 3],
    groups: FxHashMap<Vec<u8>, Vec<GroupRow>>,
    access: FxHashMap<Vec<u8>, Vec<AccessRow>>,
    views: FxHashMap<Vec<u8>, Vec<ViewRow>>,
}

/// The longest name of a user, group, context or view, in bytes.
pub const LONGEST_NAME: usize = 32;

/// Room for one row: an easy line makes a group, a row of access and a view of its own.
fn one<T>() -> Vec<T> {
    Vec::with_capacity(1)
}

impl Tables {
    /// The entries of a transport's list, in the order in which they are compared.
    #[must_use]
    pub fn com2sec(&self, transport: Transport) -> &[Com2Sec] {
        &self.com2sec[transport as usize]
    }

    pub(super) fn add_com2sec(&mut self, transport: Transport, entry: Com2Sec) {
        self.com2sec[transport as usize].push(entry);
    }

    pub(super) fn add_group(&mut self, security_name: Vec<u8>, row: GroupRow) {
        self.groups.entry(security_name).or_insert_with(one).push(row);
    }

    pub(super) fn add_view(&mut self, name: Vec<u8>, row: ViewRow) {
        self.views.entry(name).or_insert_with(one).push(row);
    }

    /// Adds a row where the daemon would: by context, model and level; behind those that are equal.
    pub(super) fn add_access(&mut self, group: Vec<u8>, row: AccessRow) {
        let rows = self.access.entry(group).or_insert_with(one);
        // Most are added at the end: ask there first.
        let at = match rows.last() {
            Some(last) if last.key() <= row.key() => rows.len(),
            _ => rows.partition_point(|other| other.key() <= row.key()),
        };
        rows.insert(at, row);
    }

    /// The group of who asks: a row for any model beats one for this model, wherever it stands.
    #[must_use]
    pub fn group(&self, model: Model, security_name: &[u8]) -> Option<&GroupRow> {
        let rows = self.groups.get(security_name)?;
        let of = |wanted: Model| rows.iter().find(|row| row.model == wanted);
        of(Model::Any).or_else(|| of(model))
    }

    /// All rows of groups for who asks, in the order of the files.
    #[must_use]
    pub fn group_rows(&self, security_name: &[u8]) -> &[GroupRow] {
        self.groups.get(security_name).map_or(&[], Vec::as_slice)
    }

    /// Those who are in a group for requests of this model.
    pub fn security_names(&self, model: Model) -> impl Iterator<Item = &[u8]> {
        let is_in =
            move |rows: &[GroupRow]| rows.iter().any(|row| row.model == model || row.model == Model::Any);
        self.groups.iter().filter(move |(_, rows)| is_in(rows)).map(|(name, _)| name.as_slice())
    }

    /// The row that says what a group may see, of all that match the best.
    #[must_use]
    pub fn access(&self, group: &[u8], context: &[u8], model: Model, level: Level) -> Option<&AccessRow> {
        let rows = self.access.get(group)?;
        rows.get(best(rows, context, model, level)?)
    }

    pub(super) fn access_mut(
        &mut self,
        group: &[u8],
        context: &[u8],
        model: Model,
        level: Level,
    ) -> Option<&mut AccessRow> {
        let rows = self.access.get_mut(group)?;
        let index = best(rows, context, model, level)?;
        rows.get_mut(index)
    }

    /// The lines of a view, in the order of the files; none where it is not defined.
    #[must_use]
    pub fn view(&self, name: &[u8]) -> &[ViewRow] {
        self.views.get(name).map_or(&[], Vec::as_slice)
    }

    /// The line that decides whether an object is in a view: the longest that matches, then the greatest, then the
    /// first.
    #[must_use]
    pub fn view_row(&self, name: &[u8], oid: &[u64]) -> Option<&ViewRow> {
        let mut best: Option<(&Oid, &ViewRow)> = None;
        for row in self.view(name) {
            let Some(subtree) = row.subtree.as_ref().filter(|subtree| row.matches(subtree, oid)) else {
                continue;
            };
            let is_better =
                best.is_none_or(|(other, _)| (subtree.0.len(), &subtree.0) > (other.0.len(), &other.0));
            if is_better {
                best = Some((subtree, row));
            }
        }
        best.map(|(_, row)| row)
    }

    /// Whether an object is in a view.
    #[must_use]
    pub fn is_in_view(&self, name: &[u8], oid: &[u64]) -> bool {
        self.view_row(name, oid).is_some_and(|row| row.view_type == ViewType::Included)
    }

    /// How much of the tree a view holds.
    #[must_use]
    pub fn extent(&self, name: &[u8]) -> Extent {
        let rows = self.view(name);
        // An agent has nothing but what is below `.1`.
        let is_in = |row: &&ViewRow| match &row.subtree {
            Some(subtree) => {
                let is_below = subtree.0.first().is_none_or(|root| *root == 1) || !row.counts(0);
                is_below && self.is_in_view(name, &subtree.0)
            }
            None => true,
        };
        if !rows.iter().filter(|row| row.view_type == ViewType::Included).any(|row| is_in(&row)) {
            return Extent::Empty;
        }
        let excludes = rows.iter().any(|row| row.view_type == ViewType::Excluded);
        if !excludes && self.is_in_view(name, &[1]) { Extent::All } else { Extent::Part }
    }
}

/// How much of the tree a view holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Nothing.
    Empty,
    /// Some of it.
    Part,
    /// All of `.1`, where everything is that an agent has.
    All,
}

/// The index of the best of the rows that match: the first, unless a later one is better in one respect.
///
/// This is not an order: a row for this model beats one for any, an exact context beats a prefix, a longer prefix a
/// shorter one, a higher level a lower one, and each of them alone is enough.
fn best(rows: &[AccessRow], context: &[u8], model: Model, level: Level) -> Option<usize> {
    let matches = |row: &AccessRow| {
        (row.model == model || row.model == Model::Any)
            && level >= row.level
            && match row.context_match {
                ContextMatch::Exact => row.context == context,
                ContextMatch::Prefix => context.starts_with(&row.context),
            }
    };
    let mut best: Option<(usize, &AccessRow)> = None;
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| matches(row)) {
        let is_better = best.is_none_or(|(_, best)| {
            let was_prefix = best.context_match == ContextMatch::Prefix;
            best.model == Model::Any && row.model != Model::Any
                || was_prefix && row.context_match == ContextMatch::Exact
                || was_prefix && best.context.len() < row.context.len()
                || best.level < row.level
        });
        if is_better {
            best = Some((index, row));
        }
    }
    best.map(|(index, _)| index)
}
