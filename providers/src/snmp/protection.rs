//! Files whose permissions are not as they should be, and what is done about each.

use std::path::PathBuf;

use super::lookups::{Kind, SnmpFile};
use super::permissions::{self, Exposure, Identity};
use super::scene::Scene;
use crate::edit::Permissions;
use crate::provider::{Drift, Finding, Place, Plan};
use crate::shown::Shown;

/// A file that others may read, or the daemon may not.
pub(super) struct Unprotected {
    path: PathBuf,
    is: permissions::Shown,
    identity: Identity,
    is_changeable: bool,
    /// What is wrong.
    pub(super) exposure: Exposure,
    /// What should be.
    pub(super) wanted: Permissions,
}

/// What is wrong with the permissions of a file, be there secrets in it or not.
pub(super) fn of(scene: &Scene<'_, '_>, file: &SnmpFile, identity: Identity) -> Option<Unprotected> {
    let status = file.status.as_ref()?;
    Some(Unprotected {
        exposure: identity.exposure(status)?,
        path: file.path.clone(),
        is: status.into(),
        identity,
        // The daemon could put a link in the place of a file in a directory of its own.
        is_changeable: file.kind != Kind::Persistent || scene.is_roots_own(&file.path),
        wanted: permissions::wanted(identity, file.kind),
    })
}

impl Unprotected {
    /// Adds the difference, and the change where there is one.
    pub(super) fn add_to(&self, plan: &mut Plan) {
        plan.drift.push(Drift {
            property: "modes",
            is: Shown::owned(self.is.to_string()),
            should: Shown::owned(permissions::Shown::from(self.wanted).to_string()),
            reason: self.reason(),
            place: Some(self.place()),
        });
        if self.is_changeable {
            plan.permissions.push((self.path.clone(), self.wanted));
        }
    }

    /// The same where it is only told.
    pub(super) fn finding(&self) -> Finding {
        let wanted = permissions::Shown::from(self.wanted);
        Finding {
            place: self.place(),
            code: "file-mode",
            message: self.reason(),
            remedy: Shown::owned(format!("give it {wanted}")),
        }
    }

    fn place(&self) -> Place {
        Place { file: self.path.clone(), line: 0 }
    }

    fn reason(&self) -> Shown {
        let place = self.place();
        let (uid, gid) = (self.identity.uid, self.identity.gid);
        let reason = match self.exposure {
            Exposure::Wide => {
                format!(
                    "{place} holds a community or a key, and others than root and snmpd may read or change it"
                )
            }
            Exposure::Unreadable => format!(
                "{place} cannot be read by snmpd (user {uid}, group {gid}) once it runs: after SIGHUP it would drop \
                 the access that this file gives"
            ),
        };
        Shown::owned(if self.is_changeable {
            reason
        } else {
            format!("{reason}; its directory is snmpd's own: give it {:04o} by hand", self.wanted.mode)
        })
    }
}
