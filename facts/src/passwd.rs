//! The lines of /etc/passwd and /etc/group as glibc's `files` service reads them.
//!
//! Source: glibc `nss/nss_files/files-parse.c`, `pwd/fgetpwent_r.c`, `grp/fgetgrent_r.c`,
//! `nss/nss_readline.c` and `nss/nss_files/files-initgroups.c`; compared with 2.36.

use crate::accounts::{Account, Group};
use crate::ids::{Gid, Uid};
use crate::strtoul::{Base, skip_space, strtoul};

/// What a file says.
pub(crate) struct Entries<T> {
    /// In the order of the file; of two with one name or number glibc takes the first.
    pub(crate) entries: Vec<T>,
    /// The file has `+` or `-` lines, which only the `compat` service obeys.
    pub(crate) compat: bool,
}

/// The accounts in the bytes of /etc/passwd; what glibc skips is skipped.
pub(crate) fn accounts(bytes: &[u8]) -> Entries<Account> {
    entries(bytes, account)
}

/// The groups in the bytes of /etc/group; what glibc skips is skipped.
pub(crate) fn groups(bytes: &[u8]) -> Entries<Group> {
    entries(bytes, group)
}

/// Who is a member of what, as initgroups(3) sees it.
///
/// Unlike the look-ups by name and number it skips neither comments nor `+` lines: in glibc a
/// member of `#wheel:x:10:alice` is still in group 10.
pub(crate) fn members(bytes: &[u8]) -> impl Iterator<Item = (&[u8], Gid)> {
    lines(bytes).filter_map(group_fields).flat_map(|fields| {
        let gid = fields.gid;
        member_names(fields.members).map(move |name| (name, gid))
    })
}

fn entries<T>(bytes: &[u8], parse: fn(&[u8]) -> Option<T>) -> Entries<T> {
    let mut found = Entries { entries: Vec::new(), compat: false };
    for line in lines(bytes) {
        let line = skip_space(line);
        match line.first() {
            None | Some(b'#') => {}
            Some(b'+' | b'-') => found.compat = true,
            Some(_) => found.entries.extend(parse(line)),
        }
    }
    found
}

/// The lines without their end, each only as far as C sees it: up to a NUL.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, next) = split(rest, b'\n');
        rest = next;
        Some(split(line, 0).0)
    })
}

/// What is before the first `separator` and what is after it.
fn split(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    match memchr::memchr(separator, text) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()),
        None => (text, &[]),
    }
}

fn account(line: &[u8]) -> Option<Account> {
    let (name, rest) = split(line, b':');
    let (_password, rest) = split(rest, b':');
    let (uid, rest) = id(rest)?;
    let (gid, _) = id(rest)?;
    Some(Account { name: name.to_vec(), uid: Uid(uid), gid: Gid(gid) })
}

fn group(line: &[u8]) -> Option<Group> {
    let fields = group_fields(line)?;
    let members = member_names(fields.members).map(<[u8]>::to_vec).collect();
    Some(Group { name: fields.name.to_vec(), gid: fields.gid, members })
}

struct GroupFields<'a> {
    name: &'a [u8],
    gid: Gid,
    members: &'a [u8],
}

fn group_fields(line: &[u8]) -> Option<GroupFields<'_>> {
    let (name, rest) = split(line, b':');
    if rest.is_empty() {
        return None;
    }
    let (_password, rest) = split(rest, b':');
    // A `+` line may leave the number out: it is 0 then.
    let (gid, members) = match (name.first(), rest) {
        (Some(b'+' | b'-'), [b':', rest @ ..]) => (0, rest),
        _ => id(rest)?,
    };
    Some(GroupFields { name, gid: Gid(gid), members })
}

fn member_names(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b',').map(skip_space).filter(|name| !name.is_empty())
}

/// A number field: strtoul(3) in base 10, too large ones become 2^32−1, up to a colon or the end.
fn id(text: &[u8]) -> Option<(u32, &[u8])> {
    let number = strtoul(text, Base::Decimal)?;
    let rest = match number.rest {
        [] => number.rest,
        [b':', rest @ ..] => rest,
        _ => return None,
    };
    Some((u32::try_from(number.value).unwrap_or(u32::MAX), rest))
}

#[cfg(test)]
#[path = "passwd_tests.rs"]
mod tests;
