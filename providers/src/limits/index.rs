//! Lines by whom they are for, so that a resource meets only the lines that can match it.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap};
use standfast_facts::accounts::{Account, AccountsError};
use standfast_facts::ids::{Gid, Uid};

use super::domain::{Domain, Ids, Sigil};
use super::semantics::LineId;
use super::state::LimitsState;
use super::syntax::{Action, Line};

/// Lines under keys. A list that is sorted once is smaller than a map of lists, and is made faster.
#[derive(Debug)]
pub(super) struct Lines<K>(Vec<(K, LineId)>);

impl<K: Ord + Copy> Lines<K> {
    fn new(mut lines: Vec<(K, LineId)>) -> Self {
        lines.sort_unstable();
        Self(lines)
    }

    /// The lines under a key, in reading order.
    pub(super) fn of(&self, key: K) -> impl Iterator<Item = LineId> {
        let start = self.0.partition_point(|(other, _)| *other < key);
        self.0[start..].iter().take_while(move |(other, _)| *other == key).map(|(_, id)| *id)
    }

    /// Whether there is no line at all.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Lines by what their domain says.
#[derive(Debug)]
pub(super) struct Index {
    /// By [`text_key`] of the domain: names of users, `*` and `%`. Others may share the key.
    pub(super) by_text: Lines<u64>,
    /// `:N` and `N:N` by their UID.
    pub(super) by_uid: Lines<u32>,
    /// `@name`, `@:N`, `%name` and `%:N` by their GID; a name without a group is in none.
    pub(super) by_gid: Lines<u32>,
    /// Proper ranges, which may match anyone.
    pub(super) ranges: Vec<LineId>,
}

/// The key of a text: a look-up by it finds all lines that say the text, and rarely another.
pub(super) fn text_key(text: &[u8]) -> u64 {
    FxBuildHasher.hash_one(text)
}

impl Index {
    pub(super) fn of(state: &LimitsState<'_>) -> Result<Self, AccountsError> {
        let accounts = &state.machine.accounts;
        let (mut by_text, mut by_uid, mut by_gid) = (Vec::new(), Vec::new(), Vec::new());
        let mut ranges = Vec::new();
        for (id, line, bytes) in state.lines() {
            match line.domain {
                Domain::Range(Sigil::User, ids) if single(ids).is_some() => {
                    by_uid.extend(single(ids).map(|uid| (uid, id)));
                }
                Domain::Range(_, Ids::One(gid)) if !is_compared_with_uids(line, gid) => {
                    by_gid.push((gid, id));
                }
                Domain::Range(..) => ranges.push(id),
                Domain::NotARange => {}
                Domain::Name(Sigil::Group | Sigil::AllGroup, name) => {
                    by_gid.extend(accounts.gid_of(name.of(bytes))?.map(|gid| (gid.0, id)));
                }
                Domain::Name(Sigil::User, _) | Domain::Everyone | Domain::AllLogins => {
                    by_text.push((text_key(line.domain_text.of(bytes)), id));
                }
            }
        }
        Ok(Self {
            by_text: Lines::new(by_text),
            by_uid: Lines::new(by_uid),
            by_gid: Lines::new(by_gid),
            ranges,
        })
    }
}

/// The only number of a range.
fn single(ids: Ids) -> Option<u32> {
    ids.bounds().filter(|(least, greatest)| least == greatest).map(|(one, _)| one)
}

/// Debian's module compares root's UID with the numbers behind any sign, and every module does so for `%:N -`.
fn is_compared_with_uids(line: &Line, id: u32) -> bool {
    id == 0 || line.action == Action::NoLimits && matches!(line.domain, Domain::Range(Sigil::AllGroup, _))
}

/// Who is in which group, as far as it can be told: through a line for him, or as a member that a file lists.
#[derive(Debug)]
pub(super) struct Members {
    /// Lines for single users by the groups of those users.
    pub(super) lines: Lines<u32>,
    /// The users of /etc/passwd by their primary group.
    primary: FxHashMap<Gid, Vec<Account>>,
}

impl Members {
    pub(super) fn of(state: &LimitsState<'_>) -> Result<Self, AccountsError> {
        let accounts = &state.machine.accounts;
        let mut lines = Vec::new();
        for (id, line, bytes) in state.lines() {
            if let Some(account) = account_of(state, line, bytes)? {
                lines.extend(accounts.groups_of(&account)?.into_iter().map(|Gid(gid)| (gid, id)));
            }
        }
        let mut primary: FxHashMap<Gid, Vec<Account>> = FxHashMap::default();
        for account in accounts.local_users()? {
            primary.entry(account.gid).or_default().push(account.clone());
        }
        Ok(Self { lines: Lines::new(lines), primary })
    }

    /// The groups of all known members of a group, itself among them; each once, in rising order.
    ///
    /// # Errors
    /// When the name service fails.
    pub(super) fn related(&self, gid: Gid, state: &LimitsState<'_>) -> Result<Vec<Gid>, AccountsError> {
        let accounts = &state.machine.accounts;
        let mut related = vec![gid];
        for name in accounts.group_by_gid(gid)?.iter().flat_map(|group| group.members.iter()) {
            if let Some(account) = accounts.user_by_name(name)? {
                related.extend(accounts.groups_of(&account)?);
            }
        }
        for account in self.primary.get(&gid).into_iter().flatten() {
            related.extend(accounts.groups_of(account)?);
        }
        related.sort_unstable();
        related.dedup();
        Ok(related)
    }
}

/// The user for whom alone a line is, where he exists.
pub(super) fn account_of(
    state: &LimitsState<'_>,
    line: &Line,
    bytes: &[u8],
) -> Result<Option<Account>, AccountsError> {
    match line.domain {
        Domain::Name(Sigil::User, name) => state.machine.accounts.user_by_name(name.of(bytes)),
        Domain::Range(Sigil::User, ids) => {
            single(ids).map_or(Ok(None), |uid| state.machine.accounts.user_by_uid(Uid(uid)))
        }
        _ => Ok(None),
    }
}
