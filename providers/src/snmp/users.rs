//! Users of SNMPv3: which keys they have and where those live, and what they may do.
//!
//! Source: `usm_create_usmUser_from_string` and `usm_read_user` in net-snmp's snmplib/snmpusm.c; RFC 3414.

use std::collections::BTreeMap;

use super::keyword::{FileType, Keyword};
use super::semantics::{Access, Control};
use super::state::Snmp;
use super::tables::{Level, LineId, Model};
use super::vacm::octets;
use super::words::Words;

/// The longest word of a line about a user, in bytes.
const LONGEST: usize = 1023;

/// The shortest passphrase, in bytes: RFC 3414 section 11.2.
const SHORTEST_PASSPHRASE: usize = 8;

/// How a user proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Authentication {
    /// Not at all.
    None,
    /// HMAC-MD5-96
    Md5,
    /// HMAC-SHA-96, of SHA-1
    Sha1,
    /// One of the SHA-2 family: RFC 7860.
    Sha2,
}

/// How its packets are kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Privacy {
    /// Not at all.
    None,
    /// DES
    Des,
    /// AES, of any length
    Aes,
}

impl Authentication {
    /// The name before a person.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "no authentication",
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha2 => "SHA-2",
        }
    }
}

impl Privacy {
    /// The name before a person.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "no privacy",
            Self::Des => "DES",
            Self::Aes => "AES",
        }
    }
}

/// In which form a key stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyForm {
    /// There is none: the name is enough.
    None,
    /// A passphrase in clear: good for every agent at which the user has the same.
    Passphrase,
    /// A key made of a passphrase: as good as it.
    Master,
    /// A key that is good for this agent alone.
    Localized,
}

/// Why a `createUser` makes no user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyDefect {
    /// Unknown authentication.
    Authentication,
    /// Unknown privacy.
    Privacy,
    /// A passphrase of less than 8 characters, or none.
    Passphrase,
}

/// A line that gives a user its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The line.
    pub line: LineId,
    /// The user.
    pub user: Vec<u8>,
    /// How it proves who it is.
    pub authentication: Authentication,
    /// How its packets are kept from others.
    pub privacy: Privacy,
    /// How its keys stand there.
    pub form: KeyForm,
    /// Whether the daemon itself saved it.
    pub saved: Saved,
    /// Why there is no such user after all.
    pub defect: Option<KeyDefect>,
}

/// Who wrote the keys of a user down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Saved {
    /// The admin: `createUser`.
    ByAdmin,
    /// The daemon: `usmUser`.
    ByDaemon,
}

/// What a user may do, from a level on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAccess {
    /// The least level at which requests are answered like this.
    pub level: Level,
    /// The line that puts the user into its group: the one to edit.
    pub line: LineId,
    /// The lines that say what the group may do.
    pub via: Vec<LineId>,
    /// What may be read.
    pub read: Access,
    /// What may be written.
    pub write: Access,
}

/// A user of SNMPv3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: Vec<u8>,
    /// The lines that give it keys; none: the user does not exist, and its rights are inert.
    pub keys: Vec<Keys>,
    /// What it may do, the lowest level first; nothing: it exists, and is refused.
    pub access: Vec<UserAccess>,
}

impl User {
    /// Whether the daemon knows it.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.keys.iter().any(|keys| keys.defect.is_none())
    }

    /// The keys that count: of several lines the first that is read.
    #[must_use]
    pub fn effective_keys(&self) -> Option<&Keys> {
        self.keys.iter().find(|keys| keys.defect.is_none())
    }

    /// The least level at which someone is answered, where the user exists.
    #[must_use]
    pub fn least_level(&self) -> Option<Level> {
        let keys = self.effective_keys()?;
        let highest = match (keys.authentication, keys.privacy) {
            (Authentication::None, _) => Level::NoAuth,
            (_, Privacy::None) => Level::Auth,
            _ => Level::Priv,
        };
        self.access.first().map(|access| access.level).filter(|level| *level <= highest)
    }
}

impl Snmp<'_> {
    /// The users that the files name, by name: with their keys, with their rights, or with both.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        let mut users: BTreeMap<Vec<u8>, User> = BTreeMap::new();
        let new = |name: &[u8]| User { name: name.to_vec(), keys: Vec::new(), access: Vec::new() };
        for keys in self.user_keys() {
            users.entry(keys.user.clone()).or_insert_with(|| new(&keys.user)).keys.push(keys);
        }
        for name in self.control.tables.security_names(Model::Usm) {
            let access = access_of(&self.control, name);
            // A group for any model is mostly meant for communities.
            let is_meant =
                self.control.tables.group(Model::Usm, name).is_some_and(|row| row.model == Model::Usm);
            if !access.is_empty() && (is_meant || users.contains_key(name)) {
                users.entry(name.to_vec()).or_insert_with(|| new(name)).access = access;
            }
        }
        users.into_values().collect()
    }

    fn user_keys(&self) -> impl Iterator<Item = Keys> {
        self.others.iter().filter(|other| other.file_type == FileType::Daemon).filter_map(|other| {
            let (line, bytes) = self.line(other.line)?;
            let parameter = line.parameter(bytes)?;
            match other.keyword {
                Keyword::CreateUser => Some(create_user(other.line, parameter)),
                Keyword::UsmUser => usm_user(other.line, parameter),
                _ => None,
            }
        })
    }
}

fn access_of(control: &Control, name: &[u8]) -> Vec<UserAccess> {
    let mut all: Vec<UserAccess> = Vec::new();
    let Some(group) = control.tables.group(Model::Usm, name) else { return all };
    for level in [Level::NoAuth, Level::Auth, Level::Priv] {
        let Some(row) = control.tables.access(&group.group, b"", Model::Usm, level) else { continue };
        let (read, write) = (control.access_to(&row.read), control.access_to(&row.write));
        let is_same = all.last().is_some_and(|last| last.read == read && last.write == write);
        if !is_same {
            let lines = [&[row.line], row.changed_by.as_slice()].concat();
            let via = lines.into_iter().filter(|line| *line != group.line).collect();
            all.push(UserAccess { level, line: group.line, via, read, write });
        }
    }
    all
}

/// `createUser [-M] [-e ENGINE] NAME [AUTHENTICATION PASSPHRASE [PRIVACY [PASSPHRASE]]]`
fn create_user(line: LineId, parameter: &[u8]) -> Keys {
    let mut words = Words::new(parameter);
    let mut user = words.next(LONGEST);
    if user == b"-M" {
        user = words.next(LONGEST);
    }
    if user == b"-e" {
        words.next(LONGEST);
        user = words.next(LONGEST);
    }
    let mut keys = Keys {
        line,
        user,
        authentication: Authentication::None,
        privacy: Privacy::None,
        form: KeyForm::None,
        saved: Saved::ByAdmin,
        defect: None,
    };
    if let Err(defect) = keys.read(&mut words) {
        keys.defect = Some(defect);
    }
    keys
}

impl Keys {
    fn read(&mut self, words: &mut Words<'_>) -> Result<(), KeyDefect> {
        if !words.has_more() {
            return Ok(());
        }
        self.authentication = authentication(&words.next(LONGEST)).ok_or(KeyDefect::Authentication)?;
        self.form = key(words)?;
        if !words.has_more() {
            return Ok(());
        }
        self.privacy = privacy(&words.next(LONGEST)).ok_or(KeyDefect::Privacy)?;
        if words.has_more() {
            key(words)?;
        }
        Ok(())
    }
}

/// A passphrase, or behind `-m` or `-l` a key.
fn key(words: &mut Words<'_>) -> Result<KeyForm, KeyDefect> {
    let word = words.next(LONGEST);
    match word.as_slice() {
        b"-m" => words.next(LONGEST),
        b"-l" => words.next(LONGEST),
        passphrase if passphrase.len() < SHORTEST_PASSPHRASE => return Err(KeyDefect::Passphrase),
        _ => return Ok(KeyForm::Passphrase),
    };
    Ok(if word == b"-m" { KeyForm::Master } else { KeyForm::Localized })
}

/// A name in any case, or the beginning of one: the first that begins so counts.
fn authentication(word: &[u8]) -> Option<Authentication> {
    const NAMES: [(&str, Authentication); 13] = [
        ("noauth", Authentication::None),
        ("sha", Authentication::Sha1),
        ("sha-1", Authentication::Sha1),
        ("sha1", Authentication::Sha1),
        ("md5", Authentication::Md5),
        ("sha-224", Authentication::Sha2),
        ("sha224", Authentication::Sha2),
        ("sha-256", Authentication::Sha2),
        ("sha256", Authentication::Sha2),
        ("sha-384", Authentication::Sha2),
        ("sha384", Authentication::Sha2),
        ("sha-512", Authentication::Sha2),
        ("sha512", Authentication::Sha2),
    ];
    first_with(&NAMES, word)
}

fn privacy(word: &[u8]) -> Option<Privacy> {
    const NAMES: [(&str, Privacy); 9] = [
        ("nopriv", Privacy::None),
        ("des", Privacy::Des),
        ("aes", Privacy::Aes),
        ("aes-128", Privacy::Aes),
        ("aes128", Privacy::Aes),
        ("aes-192-c", Privacy::Aes),
        ("aes192c", Privacy::Aes),
        ("aes-256-c", Privacy::Aes),
        ("aes256c", Privacy::Aes),
    ];
    first_with(&NAMES, word)
}

fn first_with<T: Copy>(names: &[(&str, T)], word: &[u8]) -> Option<T> {
    let word = word.to_ascii_lowercase();
    names.iter().find(|(name, _)| name.as_bytes().starts_with(&word)).map(|(_, value)| *value)
}

/// `usmUser STATUS STORAGE ENGINE NAME NAME CLONE AUTHENTICATION KEY PRIVACY KEY PUBLIC`, as the daemon saves it.
fn usm_user(line: LineId, parameter: &[u8]) -> Option<Keys> {
    let mut words = Words::new(parameter);
    let [_, _, _, _, user, _, authentication, _, privacy] = std::array::from_fn(|_| words.next(LONGEST));
    let last = |oid: &[u8]| oid.rsplit(|byte| *byte == b'.').next().map(<[u8]>::to_vec);
    // RFC 3414, RFC 7860, RFC 3826 number them; longer keys of AES have numbers of their own elsewhere.
    let authentication = match last(&authentication)?.as_slice() {
        b"1" => Authentication::None,
        b"2" => Authentication::Md5,
        b"3" => Authentication::Sha1,
        _ => Authentication::Sha2,
    };
    let privacy = match (privacy.starts_with(b".1.3.6.1.6.3.10.1.2."), last(&privacy)?.as_slice()) {
        (true, b"1") => Privacy::None,
        (true, b"2") => Privacy::Des,
        _ => Privacy::Aes,
    };
    let form = if authentication == Authentication::None { KeyForm::None } else { KeyForm::Localized };
    Some(Keys {
        line,
        user: octets(&user)?,
        authentication,
        privacy,
        form,
        saved: Saved::ByDaemon,
        defect: None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Authentication, KeyDefect, KeyForm, Privacy, create_user, usm_user};
    use crate::snmp::tables::LineId;

    const LINE: LineId = LineId { file: 0, chunk: 0 };

    fn keys(text: &str) -> (Authentication, Privacy, KeyForm, Option<KeyDefect>) {
        let keys = create_user(LINE, text.as_bytes());
        assert_eq!(keys.user, b"mon");
        (keys.authentication, keys.privacy, keys.form, keys.defect)
    }

    #[test]
    fn a_user_without_keys_is_a_user_all_the_same() {
        assert_eq!(keys("mon"), (Authentication::None, Privacy::None, KeyForm::None, None));
    }

    #[test]
    fn a_short_passphrase_or_an_unknown_protocol_makes_no_user() {
        assert_eq!(keys("mon SHA short").3, Some(KeyDefect::Passphrase));
        assert_eq!(keys("mon SHA").3, Some(KeyDefect::Passphrase));
        assert_eq!(keys("mon MD4 longenough").3, Some(KeyDefect::Authentication));
        assert_eq!(keys("mon SHA longenough RC4 longenough").3, Some(KeyDefect::Privacy));
    }

    #[test]
    fn a_protocol_is_known_by_its_beginning_so_that_sha_is_sha_1() {
        assert_eq!(keys("mon SHA longenough").0, Authentication::Sha1);
        assert_eq!(keys("mon sha-2 longenough").0, Authentication::Sha2);
        assert_eq!(keys("mon SHA3 longenough").0, Authentication::Sha2);
        assert_eq!(keys("mon m longenough a").0, Authentication::Md5);
        assert_eq!(keys("mon m longenough a").1, Privacy::Aes);
    }

    #[test]
    fn options_stand_before_the_name_and_keys_may_be_given_as_such() {
        let all = keys("-M -e 0x8000000001 mon SHA-512 -l 0xdeadbeef AES -m 0xcafe");
        assert_eq!(all, (Authentication::Sha2, Privacy::Aes, KeyForm::Localized, None));
    }

    #[test]
    fn what_the_daemon_saved_is_read() {
        let text = b"1 3 0x80001f88 0x6d6f6e 0x6d6f6e NULL .1.3.6.1.6.3.10.1.1.3 0xaa .1.3.6.1.6.3.10.1.2.2 0xbb \"\"";
        let keys = usm_user(LINE, text).unwrap();
        assert_eq!((keys.user.as_slice(), keys.form), (&b"mon"[..], KeyForm::Localized));
        assert_eq!((keys.authentication, keys.privacy), (Authentication::Sha1, Privacy::Des));
    }
}
