//! What a file is besides its bytes: who owns it, who may use it, how it is labelled, what forbids its change.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::buffer::spare_capacity;
use rustix::fs::{AtFlags, Gid, IFlags, Mode, Stat, StatxAttributes, StatxFlags, Uid, XattrFlags};
use rustix::io::Errno;

use super::error::{Attribute, CommitError, Operation};
use crate::edit::Permissions;

// XATTR_LIST_MAX and XATTR_SIZE_MAX, xattr(7).
const MAX_XATTR_BYTES: usize = 65536;

/// Refuses what even root may not change, before anything is written.
pub(super) fn refuse_protected(fd: impl AsFd, path: &Path) -> Result<(), CommitError> {
    let fail = |errno| CommitError::new(Operation::Inspect, path, errno);
    let attributes = match rustix::fs::statx(&fd, "", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS) {
        Ok(statx) => statx.stx_attributes,
        Err(Errno::NOSYS) => attributes_before_statx(fd),
        Err(errno) => return Err(fail(errno)),
    };
    let path = path.to_path_buf();
    if attributes.contains(StatxAttributes::IMMUTABLE) {
        return Err(CommitError::Protected { path, attribute: Attribute::Immutable });
    }
    if attributes.contains(StatxAttributes::APPEND) {
        return Err(CommitError::Protected { path, attribute: Attribute::AppendOnly });
    }
    Ok(())
}

/// Linux before 4.11 lacks statx(2); a file system that lacks the ioctl lacks the attributes too.
fn attributes_before_statx(fd: impl AsFd) -> StatxAttributes {
    let flags = rustix::fs::ioctl_getflags(fd).unwrap_or(IFlags::empty());
    let mut attributes = StatxAttributes::empty();
    attributes.set(StatxAttributes::IMMUTABLE, flags.contains(IFlags::IMMUTABLE));
    attributes.set(StatxAttributes::APPEND, flags.contains(IFlags::APPEND));
    attributes
}

/// Refuses a file that is itself mounted, which rename(2) would answer with `EBUSY`.
pub(super) fn refuse_mount_point(fd: impl AsFd, path: &Path) -> Result<(), CommitError> {
    match rustix::fs::statx(fd, "", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS) {
        Ok(statx) if statx.stx_attributes.contains(StatxAttributes::MOUNT_ROOT) => {
            Err(CommitError::MountPoint { path: path.to_path_buf() })
        }
        // Whoever cannot answer here says EBUSY later.
        _ => Ok(()),
    }
}

/// Gives `new` the owner, extended attributes and mode of `old`.
///
/// In this order: a change of owner clears set-user-ID bits and file capabilities, and setting an
/// ACL changes the mode, so the mode comes last. Until then nobody but the owner can read `new`.
pub(super) fn copy(old: &OwnedFd, stat: &Stat, new: &OwnedFd, path: &Path) -> Result<(), CommitError> {
    let fail = |operation| move |errno| CommitError::new(operation, path, errno);
    let is = rustix::fs::fstat(new).map_err(fail(Operation::Inspect))?;
    if (is.st_uid, is.st_gid) != (stat.st_uid, stat.st_gid) {
        let (owner, group) = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
        rustix::fs::fchown(new, Some(owner), Some(group)).map_err(fail(Operation::KeepOwner))?;
    }
    copy_xattrs(old, new).map_err(fail(Operation::KeepAttributes))?;
    set_mode(new, stat.st_mode).map_err(fail(Operation::SetMode))
}

/// Whether a file has these permissions.
pub(super) fn has(stat: &Stat, wanted: Permissions) -> bool {
    stat.st_mode & 0o7777 == wanted.mode
        && wanted.uid.is_none_or(|uid| uid == stat.st_uid)
        && wanted.gid.is_none_or(|gid| gid == stat.st_gid)
}

/// Gives a file these permissions: the owner first, since the mode may let the new group read.
pub(super) fn set(fd: &OwnedFd, wanted: Permissions, path: &Path) -> Result<(), CommitError> {
    if wanted.uid.is_some() || wanted.gid.is_some() {
        rustix::fs::fchown(fd, wanted.uid.map(Uid::from_raw), wanted.gid.map(Gid::from_raw))
            .map_err(|errno| CommitError::new(Operation::KeepOwner, path, errno))?;
    }
    set_mode(fd, wanted.mode).map_err(|errno| CommitError::new(Operation::SetMode, path, errno))
}

/// Sets the permission bits, whatever the umask.
fn set_mode(fd: &OwnedFd, mode: u32) -> rustix::io::Result<()> {
    rustix::fs::fchmod(fd, Mode::from_raw_mode(mode & 0o7777))
}

fn copy_xattrs(old: &OwnedFd, new: &OwnedFd) -> rustix::io::Result<()> {
    let wanted = xattr_names(old)?;
    for name in xattr_names(new)? {
        // A default ACL of the directory has no say in a file that exists. Labels come from policy and stay.
        if !wanted.contains(&name) && !name.to_bytes().starts_with(b"security.") {
            rustix::fs::fremovexattr(new, &*name)?;
        }
    }
    for name in wanted.iter().filter(|name| !is_measurement(name)) {
        let value = xattr(old, name)?;
        // Setting a label that is there already would need a right of its own under SELinux.
        if xattr(new, name).ok().as_ref() != Some(&value) {
            rustix::fs::fsetxattr(new, &**name, &value, XattrFlags::empty())?;
        }
    }
    Ok(())
}

/// IMA's hash and EVM's seal are of the old bytes and the old inode; the kernel makes the new ones.
fn is_measurement(name: &CStr) -> bool {
    matches!(name.to_bytes(), b"security.ima" | b"security.evm")
}

fn xattr_names(fd: &OwnedFd) -> rustix::io::Result<Vec<CString>> {
    let mut list = Vec::with_capacity(MAX_XATTR_BYTES);
    match rustix::fs::flistxattr(fd, spare_capacity(&mut list)) {
        // The file system knows no extended attributes.
        Err(Errno::OPNOTSUPP) => return Ok(Vec::new()),
        answer => answer?,
    };
    Ok(list
        .split_inclusive(|&byte| byte == 0)
        .filter_map(|name| CStr::from_bytes_with_nul(name).ok())
        .map(CString::from)
        .collect())
}

fn xattr(fd: &OwnedFd, name: &CStr) -> rustix::io::Result<Vec<u8>> {
    let mut value = Vec::with_capacity(MAX_XATTR_BYTES);
    rustix::fs::fgetxattr(fd, name, spare_capacity(&mut value))?;
    Ok(value)
}
