//! Users and groups: the local files where they have the last word, the name service otherwise.

use std::cell::OnceCell;
use std::path::Path;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use rustix::io::Errno;
use thiserror::Error;

use crate::ids::{Gid, Uid};
use crate::kept::Kept;
use crate::nss::Nss;
use crate::nsswitch::{Database, Memberships, Switch};
use crate::once::fill;
use crate::passwd::{self, Entry};
use crate::root::{ReadError, Root};
use crate::seen::Seen;
use crate::table::Table;
use crate::userdb;

/// What passwd(5) says of a user, as far as limits are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The login name; bytes, for passwd(5) knows no encoding.
    pub name: Vec<u8>,
    /// The number of the user.
    pub uid: Uid,
    /// The primary group.
    pub gid: Gid,
}

/// What group(5) says of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The name of the group.
    pub name: Vec<u8>,
    /// The number of the group.
    pub gid: Gid,
    /// The names of its listed members; those whose primary group it is need not be among them.
    pub members: Rc<[Vec<u8>]>,
}

/// Why it is unknown who is who.
#[derive(Debug, Error)]
pub enum AccountsError {
    /// A local file exists and cannot be read.
    #[error(transparent)]
    Read(ReadError),
    /// A name service could not answer, which is not the same as "no such user".
    #[error("cannot look up {what} {key:?} in the name service")]
    Nss {
        /// What was asked for: `user`, `uid`, `group`, `gid` or `groups of user`.
        what: &'static str,
        /// The name or the number.
        key: String,
        /// What the name service said.
        source: Errno,
    },
}

/// The users and groups of a machine, read when first asked for and then remembered.
///
/// On the running host a hit in a local file is final only where nsswitch.conf(5) lists `files`
/// first and does not go on after a hit; otherwise, and after a miss, NSS is asked. Below another
/// root only the files are. A file that is missing has no entries.
#[derive(Debug)]
pub struct Accounts<'r> {
    root: &'r Root,
    kept: Kept,
    switch: OnceCell<Switch>,
    users: OnceCell<Rc<LocalUsers>>,
    groups: OnceCell<Rc<LocalGroups>>,
    memberships_are_local: OnceCell<bool>,
    nss: Nss,
}

/// A local file, and what is drawn from it as a whole when that is first asked for.
#[derive(Debug)]
struct Local<T, D> {
    table: Table<T>,
    drawn: OnceCell<D>,
}

/// /etc/passwd, with all of its accounts in order.
type LocalUsers = Local<Account, Vec<Account>>;
/// /etc/group, with the groups of each member.
type LocalGroups = Local<Group, GroupsOfUsers>;
type GroupsOfUsers = FxHashMap<Vec<u8>, Vec<Gid>>;

/// A user who is told from others, each by a name: quicker than by the number of each.
#[derive(Debug)]
pub struct ToldApart<'a, 'r> {
    accounts: &'a Accounts<'r>,
    /// The user's number.
    pub uid: Uid,
    /// All that the local file gives this number to.
    local_names: Vec<&'a [u8]>,
    hits_are_final: bool,
}

impl ToldApart<'_, '_> {
    /// Whether a name may be this user's: it may also where nobody is called so, or nobody can say.
    #[must_use]
    pub fn may_be(&self, name: &[u8]) -> bool {
        if self.hits_are_final && self.accounts.is_local_user(name).unwrap_or(false) {
            return self.local_names.contains(&name);
        }
        self.accounts.uid_of(name).ok().flatten().is_none_or(|uid| uid == self.uid)
    }
}

impl<'r> Accounts<'r> {
    /// Reads nothing yet, and keeps nothing beyond its own life.
    #[must_use]
    pub fn new(root: &'r Root) -> Self {
        Self::keeping(root, Kept::default())
    }

    /// As [`Accounts::new`], with what was understood of the files before.
    #[must_use]
    pub fn keeping(root: &'r Root, kept: Kept) -> Self {
        Self {
            root,
            kept,
            switch: OnceCell::new(),
            users: OnceCell::new(),
            groups: OnceCell::new(),
            memberships_are_local: OnceCell::new(),
            nss: Nss::default(),
        }
    }

    /// The user of exactly this name, as getpwnam(3) finds it.
    ///
    /// # Errors
    /// [`AccountsError`] when a file or the name service could not answer.
    pub fn user_by_name(&self, name: &[u8]) -> Result<Option<Account>, AccountsError> {
        self.ask(self.users()?, Database::Passwd, |users| users.by_name(name), || self.nss.user_by_name(name))
    }

    /// The UID of the user of exactly this name; quicker where nothing else is wanted.
    ///
    /// # Errors
    /// [`AccountsError`] when a file or the name service could not answer.
    pub fn uid_of(&self, name: &[u8]) -> Result<Option<Uid>, AccountsError> {
        let nss = || Ok(self.nss.user_by_name(name)?.map(|user| user.uid));
        self.ask(self.users()?, Database::Passwd, |users| users.id_of(name).map(Uid), nss)
    }

    /// The user of this number, to be told from others by their names.
    ///
    /// # Errors
    /// [`AccountsError`] when a file could not be read.
    pub fn told_apart(&self, uid: Uid) -> Result<ToldApart<'_, 'r>, AccountsError> {
        let users = self.users()?;
        let hits_are_final = !self.root.is_host()
            || self.switch()?.authority(Database::Passwd, users.has_compat_lines()).hit_is_final;
        Ok(ToldApart { accounts: self, uid, local_names: users.names_of(uid.0).collect(), hits_are_final })
    }

    /// Whether there is a user of exactly this name; quickest where nothing else is wanted, and the names come in the
    /// order of /etc/passwd.
    ///
    /// # Errors
    /// [`AccountsError`] when a file or the name service could not answer.
    pub fn is_user(&self, name: &[u8]) -> Result<bool, AccountsError> {
        let nss = || Ok(self.nss.user_by_name(name)?.map(drop));
        let local = |users: &Table<Account>| users.has_name(name).then_some(());
        Ok(self.ask(self.users()?, Database::Passwd, local, nss)?.is_some())
    }

    /// The first user of this number, as getpwuid(3) finds it.
    ///
    /// # Errors
    /// [`AccountsError`] when a file or the name service could not answer.
    pub fn user_by_uid(&self, uid: Uid) -> Result<Option<Account>, AccountsError> {
        self.ask(self.users()?, Database::Passwd, |users| users.by_id(uid.0), || self.nss.user_by_uid(uid))
    }

    /// The group of exactly this name, as getgrnam(3) finds it.
    ///
    /// # Errors
    /// [`AccountsError`] when a file or the name service could not answer.
    pub fn group_by_name(&self, name: &[u8]) -> Result<Option<Group>, AccountsError> {
        self.ask(
            self.groups()?,
            Database::Group,
            |groups| groups.by_name(name),
            || self.nss.group_by_name(name),
        )
    }

    /// The GID of the group of exactly this name; quicker where its members are not wanted.
    ///
    /// # Errors
    /// [`AccountsError`] when a file or the name service could not answer.
    pub fn gid_of(&self, name: &[u8]) -> Result<Option<Gid>, AccountsError> {
        let nss = || Ok(self.nss.group_by_name(name)?.map(|group| group.gid));
        self.ask(self.groups()?, Database::Group, |groups| groups.id_of(name).map(Gid), nss)
    }

    /// The first group of this number, as getgrgid(3) finds it.
    ///
    /// # Errors
    /// [`AccountsError`] when a file or the name service could not answer.
    pub fn group_by_gid(&self, gid: Gid) -> Result<Option<Group>, AccountsError> {
        self.ask(self.groups()?, Database::Group, |groups| groups.by_id(gid.0), || self.nss.group_by_gid(gid))
    }

    /// Whether a group has this number; quicker where nothing else is wanted.
    ///
    /// # Errors
    /// [`AccountsError`] when a file or the name service could not answer.
    pub fn is_gid(&self, gid: Gid) -> Result<bool, AccountsError> {
        let nss = || Ok(self.nss.group_by_gid(gid)?.map(drop));
        let known = |groups: &Table<Group>| groups.has_id(gid.0).then_some(());
        Ok(self.ask(self.groups()?, Database::Group, known, nss)?.is_some())
    }

    /// The groups of a session of this user, as getgrouplist(3) finds them: the primary one first,
    /// none twice. Like it, this cannot tell a name service without groups from one that is away.
    ///
    /// # Errors
    /// [`AccountsError`] when a file could not be read.
    pub fn groups_of(&self, account: &Account) -> Result<Vec<Gid>, AccountsError> {
        if self.root.is_host() && !self.memberships_are_local()? {
            self.root.note(Seen::note_elsewhere);
            return self.nss.groups_of(account);
        }
        let mut groups = vec![account.gid];
        for gid in self.memberships()?.get(&account.name).into_iter().flatten() {
            if !groups.contains(gid) {
                groups.push(*gid);
            }
        }
        Ok(groups)
    }

    /// How many questions went to the name service so far; each may be a round trip to a directory server.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.nss.questions()
    }

    /// Whether /etc/passwd has a user of exactly this name, whatever the name service says.
    ///
    /// # Errors
    /// When the file exists and cannot be read.
    pub fn is_local_user(&self, name: &[u8]) -> Result<bool, AccountsError> {
        Ok(self.users()?.has_name(name))
    }

    /// Whether /etc/group has a group of exactly this name, whatever the name service says.
    ///
    /// # Errors
    /// When the file exists and cannot be read.
    pub fn is_local_group(&self, name: &[u8]) -> Result<bool, AccountsError> {
        Ok(self.groups()?.id_of(name).is_some())
    }

    /// The accounts of /etc/passwd in its order, without those of other name services.
    ///
    /// # Errors
    /// When the file exists and cannot be read.
    pub fn local_users(&self) -> Result<&[Account], AccountsError> {
        let local = self.local_passwd()?;
        Ok(local.drawn.get_or_init(|| local.table.entries().collect()))
    }

    fn ask<T: Entry, A>(
        &self,
        table: &Table<T>,
        database: Database,
        local: impl FnOnce(&Table<T>) -> Option<A>,
        nss: impl FnOnce() -> Result<Option<A>, AccountsError>,
    ) -> Result<Option<A>, AccountsError> {
        if !self.root.is_host() {
            return Ok(local(table));
        }
        let authority = self.switch()?.authority(database, table.has_compat_lines());
        match local(table) {
            Some(hit) if authority.hit_is_final => Ok(Some(hit)),
            None if authority.miss_is_final => Ok(None),
            _ => {
                self.root.note(Seen::note_elsewhere);
                nss()
            }
        }
    }

    fn memberships_are_local(&self) -> Result<bool, AccountsError> {
        let ask = || {
            let compat = self.groups()?.has_compat_lines();
            match self.switch()?.memberships(compat) {
                Memberships::Local => Ok(true),
                Memberships::Elsewhere => Ok(false),
                Memberships::LocalOrSystemd => {
                    userdb::may_know_memberships(self.root).map(|may| !may).map_err(AccountsError::Read)
                }
            }
        };
        // The answer lies in six directories; each user's groups are asked for.
        fill(&self.memberships_are_local, ask).copied()
    }

    fn switch(&self) -> Result<&Switch, AccountsError> {
        fill(&self.switch, || Ok(Switch::parse(&self.read("/etc/nsswitch.conf")?)))
    }

    fn users(&self) -> Result<&Table<Account>, AccountsError> {
        Ok(&self.local_passwd()?.table)
    }

    fn groups(&self) -> Result<&Table<Group>, AccountsError> {
        Ok(&self.local_group()?.table)
    }

    fn local_passwd(&self) -> Result<&LocalUsers, AccountsError> {
        fill(&self.users, || self.local("/etc/passwd")).map(Rc::as_ref)
    }

    fn local_group(&self) -> Result<&LocalGroups, AccountsError> {
        fill(&self.groups, || self.local("/etc/group")).map(Rc::as_ref)
    }

    fn local<T: Entry + 'static, D: 'static>(&self, path: &str) -> Result<Rc<Local<T, D>>, AccountsError> {
        let still_holds = |known: &Local<T, D>, content: &[u8]| known.table.bytes() == content;
        let make = |content| Local { table: Table::new(content), drawn: OnceCell::new() };
        Ok(self.kept.or_make(Path::new(path), self.read(path)?, still_holds, make))
    }

    fn memberships(&self) -> Result<&GroupsOfUsers, AccountsError> {
        let local = self.local_group()?;
        Ok(local.drawn.get_or_init(|| {
            let mut memberships = GroupsOfUsers::default();
            for (name, gid) in passwd::members(local.table.bytes()) {
                match memberships.get_mut(name) {
                    Some(groups) => groups.push(gid),
                    None => drop(memberships.insert(name.to_vec(), vec![gid])),
                }
            }
            memberships
        }))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, AccountsError> {
        match self.root.read(Path::new(path)) {
            Err(error) if error.is_missing() => Ok(Vec::new()),
            answer => answer.map_err(AccountsError::Read),
        }
    }
}

#[cfg(test)]
#[path = "accounts_tests.rs"]
mod tests;
