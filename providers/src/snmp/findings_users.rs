//! Findings on users of SNMPv3 and on the addresses where the daemon listens.

use super::findings::Words3;
use super::keyword::Keyword;
use super::listen::ListenDefect;
use super::lookups::Kind;
use super::state::Snmp;
use super::tables::Level;
use super::users::{Authentication, KeyDefect, KeyForm, Keys, Privacy, Saved, User};
use crate::provider::Finding;
use crate::shown::Shown;

impl Snmp<'_> {
    /// The users in whose name the daemon asks itself: they need no keys.
    fn internal_users(&self) -> Vec<&[u8]> {
        let internal = self.others.iter().filter(|other| other.keyword == Keyword::InternalUser);
        internal
            .filter_map(|other| self.line(other.line).and_then(|(line, bytes)| line.parameter(bytes)))
            .collect()
    }

    pub(super) fn add_users(&self, findings: &mut Vec<Finding>) {
        let internal = self.internal_users();
        for user in self.users().into_iter().filter(|user| !internal.contains(&user.name.as_slice())) {
            for keys in &user.keys {
                let words = self.of_keys(keys, &user);
                findings.extend(words.into_iter().map(|words| self.finding(keys.line, words)));
            }
            let name = Shown::bytes(&user.name);
            for access in &user.access {
                if !user.exists() {
                    let message = format!("does nothing: there is no user `{name}` with keys");
                    let remedy = "create the user, or remove the line".to_owned();
                    findings.push(self.finding(access.line, ("inert-user", message, remedy)));
                } else if access.level == Level::NoAuth {
                    let message = format!("lets in whoever says that he is `{name}`: no key is asked for");
                    let remedy = "write priv".to_owned();
                    findings.push(self.finding(access.line, ("user-without-key", message, remedy)));
                }
            }
        }
    }

    fn of_keys(&self, keys: &Keys, user: &User) -> Vec<Words3> {
        let name = Shown::bytes(&keys.user);
        let mut found = Vec::new();
        if let Some(defect) = keys.defect {
            let why = match defect {
                KeyDefect::Authentication => "its authentication is unknown",
                KeyDefect::Privacy => "its privacy is unknown",
                KeyDefect::Passphrase => "a passphrase has less than 8 characters",
            };
            found.push((
                "user-not-created",
                format!("creates no user `{name}`: {why}"),
                "write SHA-256 and AES with passphrases of 8 characters or more".into(),
            ));
            return found;
        }
        let is_own =
            self.files.get(keys.line.file as usize).is_some_and(|file| file.kind == Kind::Persistent);
        if keys.form == KeyForm::Passphrase && !is_own {
            found.push((
                "cleartext-passphrase",
                format!("keeps the passphrases of `{name}` in clear, for ever"),
                format!(
                    "stop snmpd, move the line into {}, and start it: snmpd keeps a key in its place",
                    Shown::text(&self.persistent.join("snmpd.conf").to_string_lossy())
                ),
            ));
        }
        if keys.saved == Saved::ByAdmin && user.keys.iter().any(|other| other.saved == Saved::ByDaemon) {
            found.push((
                "create-user-too-late",
                format!("changes nothing: snmpd has saved keys of `{name}` already, and those count"),
                "stop snmpd, remove its usmUser line, and start it".into(),
            ));
        }
        let (authentication, privacy) = (keys.authentication, keys.privacy);
        if authentication == Authentication::Md5 || privacy == Privacy::Des {
            let what = match (authentication, privacy) {
                (Authentication::Md5, Privacy::Des) => "MD5 and DES",
                (Authentication::Md5, _) => "MD5",
                _ => "DES",
            };
            found.push(("weak-protocol", format!("gives `{name}` {what}"), "use SHA-256 and AES".into()));
        }
        found
    }

    pub(super) fn add_addresses(&self, findings: &mut Vec<Finding>) {
        for listen in self.listens() {
            let (Some(line), Some(defect)) = (listen.line, listen.defect) else { continue };
            let words = match defect {
                ListenDefect::Comment => (
                    "address-comment",
                    "ends snmpd: the comment is read as part of the address".to_owned(),
                    "put the comment on a line of its own".to_owned(),
                ),
                ListenDefect::Blank => (
                    "address-blank",
                    "ends snmpd: blanks and quotes are read as part of the address".to_owned(),
                    "write addresses with commas and nothing else between them".to_owned(),
                ),
                ListenDefect::Empty => (
                    "address-empty",
                    "opens all addresses: nothing stands between two commas, or behind the last".to_owned(),
                    "remove the comma".to_owned(),
                ),
                ListenDefect::NoAddress => (
                    "address-none",
                    "may end snmpd: it is no address".to_owned(),
                    "write for example udp:127.0.0.1:161".to_owned(),
                ),
            };
            findings.push(self.finding(line, words));
        }
    }
}
