//! The plan for `users => auth_priv`: users of SNMPv3 prove who they are with SHA, and nobody else reads along.
//!
//! A level is a word in a line, and the plan writes it. A key needs a passphrase, which is nobody's but the admin's: what
//! is weak is told, with what to do.

use super::keyword::{FileType, Keyword};
use super::rules::Version;
use super::scene::Scene;
use super::tables::{Level, LineId};
use super::users::{Authentication, Keys, Privacy, User, UserAccess};
use super::words::{self, skip_space};
use crate::provider::{Drift, Plan};
use crate::shown::Shown;

/// From here on a user can have keys of SHA-2 (RFC 7860).
const SHA_2_SINCE: Version = Version(5, 8, 0);

/// Adds what is done about users.
pub fn plan(scene: &Scene<'_, '_>, plan: &mut Plan) {
    for weak in weaknesses(scene) {
        if let Some(text) = &weak.instead {
            plan.edits.push(scene.replace(weak.line, text.clone()));
        }
        plan.drift.push(weak.drift(scene));
    }
}

/// What a plan should have changed, and has not.
#[must_use]
pub fn remains(after: &Scene<'_, '_>) -> Option<Shown> {
    let weak = weaknesses(after).into_iter().find(|weak| weak.instead.is_some());
    weak.map(|weak| weak.drift(after).reason)
}

/// Something about a user that is not as it should be.
struct Weak {
    line: LineId,
    user: Vec<u8>,
    is: String,
    should: &'static str,
    why: String,
    /// The line that makes it right.
    instead: Option<Vec<u8>>,
}

impl Weak {
    fn drift(&self, scene: &Scene<'_, '_>) -> Drift {
        let (place, user) = (scene.place_text(self.line), Shown::bytes(&self.user));
        Drift {
            property: "users",
            is: Shown::text(&self.is),
            should: Shown::text(self.should),
            reason: Shown::owned(format!("{place}: the user `{user}` {}", self.why)),
            place: Some(scene.snmp.place(self.line)),
        }
    }
}

/// All that is not as it should be, of users that exist.
fn weaknesses(scene: &Scene<'_, '_>) -> Vec<Weak> {
    let mut all = Vec::new();
    for user in scene.snmp.users() {
        let Some(keys) = user.effective_keys() else { continue };
        if user.least_level().is_none() {
            // It exists, and is answered nothing.
            continue;
        }
        all.extend(weak_keys(scene, &user, keys));
        let is_open = |access: &&UserAccess| access.level < Level::Priv && access.level <= highest(keys);
        let Some(open) = user.access.iter().find(is_open) else { continue };
        let lines = easy_lines(scene, &user.name);
        if lines.is_empty() {
            all.push(open_chain(&user, open));
        }
        all.extend(lines.into_iter().map(|line| open_line(scene, &user, keys, line)));
    }
    all
}

/// The highest level that a user with these keys reaches.
fn highest(keys: &Keys) -> Level {
    match (keys.authentication, keys.privacy) {
        (Authentication::None, _) => Level::NoAuth,
        (_, Privacy::None) => Level::Auth,
        _ => Level::Priv,
    }
}

fn weak_keys(scene: &Scene<'_, '_>, user: &User, keys: &Keys) -> Option<Weak> {
    let knows_sha_2 = scene.snmp.installed.version >= SHA_2_SINCE;
    let authentication = match keys.authentication {
        Authentication::None => "no authentication",
        Authentication::Md5 => "MD5",
        Authentication::Sha1 if knows_sha_2 => "SHA-1",
        Authentication::Sha1 | Authentication::Sha2 => "",
    };
    let privacy = match keys.privacy {
        Privacy::None => "no encryption",
        Privacy::Des => "DES",
        Privacy::Aes => "",
    };
    let is = [authentication, privacy]
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" and ");
    let algorithm = if knows_sha_2 { "SHA-256" } else { "SHA" };
    let persistent = scene.snmp.persistent.join("snmpd.conf");
    (!is.is_empty()).then(|| Weak {
        line: keys.line,
        user: user.name.clone(),
        why: format!(
            "has {is}: a new key needs a passphrase, so stop snmpd, remove the usmUser line of the user from {file}, \
             append `createUser NAME {algorithm} PASSPHRASE AES PASSPHRASE` to that file, and start snmpd, which keeps \
             a key in its place",
            file = persistent.display()
        ),
        is,
        should: "SHA-2 and AES",
        instead: None,
    })
}

/// A user who gets in through lines of group and access, which are others' too.
fn open_chain(user: &User, open: &UserAccess) -> Weak {
    Weak {
        line: open.via.first().copied().unwrap_or(open.line),
        user: user.name.clone(),
        is: open.level.word().to_owned(),
        should: "priv",
        why: "is let in without encryption; write `priv` in the access line of its group".to_owned(),
        instead: None,
    }
}

/// The lines `rouser` and `rwuser` of a user that ask for less than encryption. Of several the first counts, and behind
/// it the next comes to light.
fn easy_lines(scene: &Scene<'_, '_>, user: &[u8]) -> Vec<(LineId, EasyUser)> {
    let others = scene
        .snmp
        .others
        .iter()
        .filter(|other| other.keyword == Keyword::User && other.file_type == FileType::Daemon);
    let lines = others.filter_map(|other| Some((other.line, EasyUser::of(scene.snmp.text(other.line))?)));
    let is_open = |easy: &EasyUser| easy.user == user && easy.level.is_some_and(|level| level < Level::Priv);
    lines.filter(|(_, easy)| is_open(easy)).collect()
}

fn open_line(scene: &Scene<'_, '_>, user: &User, keys: &Keys, (line, easy): (LineId, EasyUser)) -> Weak {
    let level = easy.level.unwrap_or(Level::Auth);
    let how = if level == Level::NoAuth { "without any key" } else { "without encryption" };
    let obstacle = if highest(keys) == Level::Priv {
        scene.obstacle(line)
    } else {
        Some("it has no key for encryption, and would be locked out by `priv`")
    };
    Weak {
        line,
        user: user.name.clone(),
        is: level.word().to_owned(),
        should: "priv",
        instead: obstacle.is_none().then(|| easy.with_priv(scene.snmp.text(line))),
        why: match obstacle {
            Some(obstacle) => format!("is let in {how}; {obstacle}"),
            None => format!("is let in {how}"),
        },
    }
}

/// A line `rouser [-s MODEL] USER [LEVEL …]`, or `rwuser`.
struct EasyUser {
    user: Vec<u8>,
    /// The level, `auth` where none stands there; `None`: a word that is none, and the daemon drops the line.
    level: Option<Level>,
    /// Where the user ends, and where the level does.
    ends: (usize, usize),
}

impl EasyUser {
    /// `None` for any other line; authuser and authgroup have a list of views before the user, and are rare.
    fn of(text: &[u8]) -> Option<Self> {
        let mut rest = skip_space(text);
        let mut next = || {
            let start = rest?;
            let word = words::word(start, 64);
            rest = word.rest;
            Some((word.value, text.len() - start.len() + word.length))
        };
        let mut directive = next()?.0;
        if directive.starts_with(b"[") {
            directive = next()?.0;
        }
        if !matches!(directive.to_ascii_lowercase().as_slice(), b"rouser" | b"rwuser") {
            return None;
        }
        let (mut user, mut end) = next()?;
        if user == b"-s" {
            next()?;
            (user, end) = next()?;
        }
        let (level, level_end) = match next() {
            Some((word, end)) => (Level::parse(&word), end),
            None => (Some(Level::Auth), end),
        };
        Some(Self { user, level, ends: (end, level_end) })
    }

    fn with_priv(&self, text: &[u8]) -> Vec<u8> {
        let piece = |range: &[u8]| range.to_vec();
        let before = text.get(..self.ends.0).map(piece).unwrap_or_default();
        let after = text.get(self.ends.1..).map(piece).unwrap_or_default();
        [before.as_slice(), b" priv", after.as_slice()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::EasyUser;

    #[test]
    fn the_level_is_written_where_it_stands_or_behind_the_user() {
        for (text, after) in [
            ("rouser mon", "rouser mon priv"),
            ("rouser mon # c", "rouser mon priv # c"),
            ("rouser mon auth -V v # c", "rouser mon priv -V v # c"),
            ("\tRWUser  \"the mon\"   noauth .1", "\tRWUser  \"the mon\" priv .1"),
            ("rouser -s usm mon auth", "rouser -s usm mon priv"),
            ("[snmpd] rwuser mon", "[snmpd] rwuser mon priv"),
        ] {
            assert_eq!(EasyUser::of(text.as_bytes()).unwrap().with_priv(text.as_bytes()), after.as_bytes());
        }
        for text in ["rocommunity mon", "", "# rouser mon", "rouser", "authuser read mon"] {
            assert!(EasyUser::of(text.as_bytes()).is_none(), "{text}");
        }
    }
}
