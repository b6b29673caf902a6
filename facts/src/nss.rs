//! Asks the name service switch, each question once a run.

use std::cell::RefCell;
use std::ffi::CString;
use std::hash::Hash;

use nix::unistd;
use rustc_hash::FxHashMap;
use rustix::io::Errno;

use crate::accounts::{Account, AccountsError, Group};
use crate::ids::{Gid, Uid};

type Answers<K, V> = RefCell<FxHashMap<K, Result<V, Errno>>>;

/// The answers that NSS gave so far; failures too, so that a dead LDAP server is waited for once.
#[derive(Debug, Default)]
pub(crate) struct Nss {
    users_by_name: Answers<Vec<u8>, Option<Account>>,
    users_by_uid: Answers<Uid, Option<Account>>,
    groups_by_name: Answers<Vec<u8>, Option<Group>>,
    groups_by_gid: Answers<Gid, Option<Group>>,
    groups_of: Answers<(Vec<u8>, Gid), Vec<Gid>>,
}

impl Nss {
    /// How many different questions were asked by name.
    pub(crate) fn questions(&self) -> usize {
        self.users_by_name.borrow().len() + self.groups_by_name.borrow().len()
    }

    /// getpwnam_r(3). A name that is not UTF-8 is no user: directory services speak UTF-8 only.
    pub(crate) fn user_by_name(&self, name: &[u8]) -> Result<Option<Account>, AccountsError> {
        let Ok(text) = std::str::from_utf8(name) else { return Ok(None) };
        once(&self.users_by_name, name.to_vec(), || unistd::User::from_name(text).map(account))
            .map_err(|source| AccountsError::Nss { what: "user", key: text.to_owned(), source })
    }

    /// getpwuid_r(3).
    pub(crate) fn user_by_uid(&self, uid: Uid) -> Result<Option<Account>, AccountsError> {
        once(&self.users_by_uid, uid, || unistd::User::from_uid(uid.0.into()).map(account))
            .map_err(|source| AccountsError::Nss { what: "uid", key: uid.to_string(), source })
    }

    /// getgrnam_r(3); names that are not UTF-8 as for users.
    pub(crate) fn group_by_name(&self, name: &[u8]) -> Result<Option<Group>, AccountsError> {
        let Ok(text) = std::str::from_utf8(name) else { return Ok(None) };
        once(&self.groups_by_name, name.to_vec(), || unistd::Group::from_name(text).map(group))
            .map_err(|source| AccountsError::Nss { what: "group", key: text.to_owned(), source })
    }

    /// getgrgid_r(3).
    pub(crate) fn group_by_gid(&self, gid: Gid) -> Result<Option<Group>, AccountsError> {
        once(&self.groups_by_gid, gid, || unistd::Group::from_gid(gid.0.into()).map(group))
            .map_err(|source| AccountsError::Nss { what: "gid", key: gid.to_string(), source })
    }

    /// getgrouplist(3), which keeps silent about services that did not answer.
    pub(crate) fn groups_of(&self, account: &Account) -> Result<Vec<Gid>, AccountsError> {
        let Ok(name) = CString::new(account.name.clone()) else { return Ok(vec![account.gid]) };
        let ask = || {
            let gids = unistd::getgrouplist(&name, account.gid.0.into())?;
            Ok(gids.into_iter().map(|gid| Gid(gid.as_raw())).collect())
        };
        once(&self.groups_of, (account.name.clone(), account.gid), ask).map_err(|source| {
            let key = String::from_utf8_lossy(&account.name).into_owned();
            AccountsError::Nss { what: "groups of user", key, source }
        })
    }
}

fn once<K: Eq + Hash, V: Clone>(
    answers: &Answers<K, V>,
    key: K,
    ask: impl FnOnce() -> nix::Result<V>,
) -> Result<V, Errno> {
    if let Some(answer) = answers.borrow().get(&key) {
        return answer.clone();
    }
    let answer = ask().map_err(|errno| Errno::from_raw_os_error(errno as i32));
    answers.borrow_mut().insert(key, answer.clone());
    answer
}

fn account(user: Option<unistd::User>) -> Option<Account> {
    user.map(|user| Account {
        name: user.name.into_bytes(),
        uid: Uid(user.uid.as_raw()),
        gid: Gid(user.gid.as_raw()),
    })
}

fn group(group: Option<unistd::Group>) -> Option<Group> {
    group.map(|group| Group {
        name: group.name.into_bytes(),
        gid: Gid(group.gid.as_raw()),
        members: group.mem.into_iter().map(String::into_bytes).collect(),
    })
}
