//! The lines of /etc/passwd and /etc/group as glibc's `files` service reads them.
//!
//! Source: glibc `nss/nss_files/files-parse.c`, `pwd/fgetpwent_r.c`, `grp/fgetgrent_r.c`,
//! `nss/nss_readline.c` and `nss/nss_files/files-initgroups.c`; compared with 2.36.

use crate::accounts::{Account, Group};
use crate::ids::{Gid, Uid};
use crate::strtoul::{Base, skip_space, strtoul};

/// One kind of entry; `Self` is only made for those that are asked for.
pub(crate) trait Entry: Clone {
    /// The length of the name that the line begins with, and the number of the entry.
    fn key(line: &[u8]) -> Option<(usize, u32)>;

    /// The entry in the line.
    fn parse(line: &[u8]) -> Option<Self>;
}

impl Entry for Account {
    fn key(line: &[u8]) -> Option<(usize, u32)> {
        user_fields(line).map(|fields| (fields.name.len(), fields.uid))
    }

    fn parse(line: &[u8]) -> Option<Self> {
        let fields = user_fields(line)?;
        Some(Self { name: fields.name.to_vec(), uid: Uid(fields.uid), gid: Gid(fields.gid) })
    }
}

impl Entry for Group {
    fn key(line: &[u8]) -> Option<(usize, u32)> {
        group_fields(line).map(|fields| (fields.name.len(), fields.gid))
    }

    fn parse(line: &[u8]) -> Option<Self> {
        let fields = group_fields(line)?;
        let members = member_names(fields.members).map(<[u8]>::to_vec).collect();
        Some(Self { name: fields.name.to_vec(), gid: Gid(fields.gid), members })
    }
}

/// Who is a member of what, as initgroups(3) sees it.
///
/// Unlike the look-ups by name and number it skips neither comments nor `+` lines: in glibc a
/// member of `#wheel:x:10:alice` is still in group 10.
pub(crate) fn members(bytes: &[u8]) -> impl Iterator<Item = (&[u8], Gid)> {
    lines(bytes).filter_map(|(_, line)| group_fields(line)).flat_map(|fields| {
        let gid = Gid(fields.gid);
        member_names(fields.members).map(move |name| (name, gid))
    })
}

/// The lines with their offsets and without their ends, each only as far as C sees it: up to a NUL.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let start = bytes.len() - rest.len();
        let end = crate::search::memchr2(b'\n', 0, rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        // What follows a NUL up to the line's end is lost.
        rest =
            if after.starts_with(b"\0") { split(after, b'\n').1 } else { after.get(1..).unwrap_or_default() };
        Some((start, line))
    })
}

/// What is before the first `separator` and what is after it.
fn split(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    match crate::search::memchr(separator, text) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()),
        None => (text, &[]),
    }
}

/// What is before the first colon and what is after it; fields are too short for a vector search to pay.
fn field(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == b':') {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()),
        None => (text, &[]),
    }
}

struct UserFields<'a> {
    name: &'a [u8],
    uid: u32,
    gid: u32,
}

fn user_fields(line: &[u8]) -> Option<UserFields<'_>> {
    let (name, rest) = field(line);
    let (_password, rest) = field(rest);
    let (uid, rest) = id(rest)?;
    let (gid, _) = id(rest)?;
    Some(UserFields { name, uid, gid })
}

struct GroupFields<'a> {
    name: &'a [u8],
    gid: u32,
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
    Some(GroupFields { name, gid, members })
}

fn member_names(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b',').map(skip_space).filter(|name| !name.is_empty())
}

/// A number field: strtoul(3) in base 10 up to a colon or the end.
///
/// A line whose number does not fit into 32 bits is skipped, as Debian's glibc does
/// (`any/local-nss-overflow.diff`); upstream makes it 2^32−1, which is no user's number either.
fn id(text: &[u8]) -> Option<(u32, &[u8])> {
    let number = strtoul(text, Base::Decimal)?;
    let rest = match number.rest {
        [] => number.rest,
        [b':', rest @ ..] => rest,
        _ => return None,
    };
    Some((u32::try_from(number.value).ok()?, rest))
}

#[cfg(test)]
#[path = "passwd_tests.rs"]
mod tests;
