//! From the domain that a user wrote to the one that pam_limits matches: the UID/GID workaround.

use standfast_facts::accounts::AccountsError;
use standfast_facts::ids::{Gid, Uid};
use standfast_facts::login_defs::LoginDefs;
use standfast_facts::pam_module::Tokenizer;
use thiserror::Error;

use super::domain::{Domain, Ids, Sigil, parse_ids, split_sigil};
use super::entry::{LimitsEntry, MatchBy};
use super::reach::Subject;
use super::state::LimitsState;
use super::syntax::Line;
use crate::shown::Shown;

/// The domain that stands for all ordinary users of login.defs(5).
pub const ORDINARY: &str = "UID_MIN:UID_MAX";

/// Why a domain cannot be written so that pam_limits matches it.
#[derive(Debug, Error)]
pub enum TargetError {
    /// `match_by => id` needs the number, and there is none.
    #[error(
        "no {what} `{name}`: it is written by number, so it must exist first; `match_by = name` writes the name"
    )]
    Unknown {
        /// `user` or `group`.
        what: &'static str,
        /// The name.
        name: Shown,
    },
    /// Digits alone.
    #[error(
        "`{given}` is a name to pam_limits, and no {what} is called so: write `{instead}` for the number \
         (`match_by = verbatim` writes it as it is, without effect)"
    )]
    BareNumber {
        /// The domain as given.
        given: Shown,
        /// `user` or `group`.
        what: &'static str,
        /// What works.
        instead: String,
    },
    /// The module is older than 1.1.4.
    #[error(
        "the installed pam_limits.so does not know `{written}`: numbers came with Linux-PAM 1.1.4; \
         `match_by = name` works there, and `*` with exceptions by name"
    )]
    NoRanges {
        /// The domain by number.
        written: String,
    },
    /// A `:` and not a range.
    #[error("`{given}` is not a range that pam_limits reads: it takes :N, N: or N:M, with @ for groups")]
    NotARange {
        /// The domain as given.
        given: Shown,
    },
    /// A name that would be cut.
    #[error(
        "`{given}` cannot be written by name, for it has {offence} in it: `match_by = id` writes its number"
    )]
    Inexpressible {
        /// The domain as given.
        given: Shown,
        /// What pam_limits would stumble over.
        offence: &'static str,
    },
    /// The name service failed.
    #[error("cannot look up `{given}`")]
    Accounts {
        /// The domain as given.
        given: Shown,
        /// Why.
        source: AccountsError,
    },
}

/// A domain that is ready to be written.
#[derive(Clone, Debug)]
pub struct Target {
    /// As pam_limits reads it.
    pub written: String,
    /// As the user gave it, kept as a comment where the two differ.
    pub given: String,
    /// Whom it is for; `None` when it can match nobody now.
    pub subject: Option<Subject>,
    /// Whom it is for in words, where the subject does not say it.
    label: Option<Shown>,
}

/// What is the same for all ways to write a target: the number, where it is for one account or group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Identity<'t> {
    /// One account.
    Uid(Uid),
    /// The members of a group.
    Gid(Gid),
    /// The logins of a group, counted together.
    Counted(Gid),
    /// Anyone else, by the domain as it is written.
    Written(&'t str),
}

impl Target {
    /// Finds out whom the entry is for and how that is written.
    ///
    /// # Errors
    /// [`TargetError`] says what works instead.
    pub fn of(
        entry: &LimitsEntry,
        state: &LimitsState<'_>,
        login_defs: &LoginDefs,
    ) -> Result<Self, TargetError> {
        let given = entry.domain.as_str();
        check_expressible(given, entry.match_by)?;
        let plain = |subject, who: &str| Self {
            written: given.to_owned(),
            given: given.to_owned(),
            subject: Some(subject),
            label: Some(Shown::text(who)),
        };
        match given {
            "*" => return Ok(plain(Subject::Everyone, "everyone")),
            "%" => return Ok(plain(Subject::AllLogins, "all logins")),
            ORDINARY => {
                let (least, greatest) = (login_defs.uid_min, login_defs.uid_max);
                let target = Self {
                    written: format!("{least}:{greatest}"),
                    given: given.to_owned(),
                    subject: Some(Subject::Uids(least, greatest)),
                    label: Some(Shown::owned(format!("all ordinary users (UID {least} to {greatest})"))),
                };
                return target.if_ranges_are_known(state);
            }
            _ => {}
        }
        let (sigil, rest) = split_sigil(given.as_bytes());
        if rest.contains(&b':') {
            let ids = parse_ids(rest).ok_or_else(|| TargetError::NotARange { given: Shown::text(given) })?;
            return Self::of_number(given, sigil, ids, state)?.if_ranges_are_known(state);
        }
        match sigil {
            Sigil::User => Self::user(entry, given, state),
            Sigil::Group | Sigil::AllGroup => Self::group(entry, given, sigil, state),
        }
    }

    fn of_number(given: &str, sigil: Sigil, ids: Ids, state: &LimitsState<'_>) -> Result<Self, TargetError> {
        let failed = |source| TargetError::Accounts { given: Shown::text(given), source };
        let accounts = &state.machine.accounts;
        let bounds = ids.bounds();
        let (subject, who) = match (sigil, ids) {
            (Sigil::User, Ids::One(uid)) => match accounts.user_by_uid(Uid(uid)).map_err(failed)? {
                Some(account) => {
                    let who = format!("{} (UID {uid})", Shown::bytes(&account.name));
                    (Some(Subject::Person(state.person(account).map_err(failed)?)), who)
                }
                None => (Some(Subject::Uids(uid, uid)), format!("UID {uid}")),
            },
            (Sigil::User, _) => (bounds.map(|(from, to)| Subject::Uids(from, to)), format!("UIDs {given}")),
            (Sigil::Group | Sigil::AllGroup, Ids::One(gid)) => {
                let group = accounts.group_by_gid(Gid(gid)).map_err(failed)?;
                let who = match &group {
                    Some(group) => format!("group {} (GID {gid})", Shown::bytes(&group.name)),
                    None => format!("GID {gid}"),
                };
                (group.map(|group| group_subject(sigil, group.gid)), who)
            }
            (Sigil::Group, _) => {
                (bounds.map(|(from, to)| Subject::PrimaryGids(from, to)), format!("GIDs {given}"))
            }
            (Sigil::AllGroup, _) => (None, format!("GIDs {given}")),
        };
        Ok(Self {
            written: given.to_owned(),
            given: given.to_owned(),
            subject,
            label: Some(Shown::text(&who)),
        })
    }

    fn user(entry: &LimitsEntry, given: &str, state: &LimitsState<'_>) -> Result<Self, TargetError> {
        let failed = |source| TargetError::Accounts { given: Shown::text(given), source };
        let account = state.machine.accounts.user_by_name(given.as_bytes()).map_err(failed)?;
        let Some(account) = account else {
            return Self::nobody(entry, given, "user", given.bytes().all(|byte| byte.is_ascii_digit()), ":");
        };
        let uid = account.uid.0;
        let target = Self {
            written: if entry.match_by == MatchBy::Id { format!(":{uid}") } else { given.to_owned() },
            given: given.to_owned(),
            label: None,
            subject: Some(Subject::Person(state.person(account).map_err(failed)?)),
        };
        if entry.match_by == MatchBy::Id { target.if_ranges_are_known(state) } else { Ok(target) }
    }

    fn group(
        entry: &LimitsEntry,
        given: &str,
        sigil: Sigil,
        state: &LimitsState<'_>,
    ) -> Result<Self, TargetError> {
        let name = &given[1..];
        let failed = |source| TargetError::Accounts { given: Shown::text(given), source };
        let Some(gid) = state.machine.accounts.gid_of(name.as_bytes()).map_err(failed)? else {
            let sign = &given[..1];
            let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
            return Self::nobody(entry, given, "group", is_number, &format!("{sign}:"));
        };
        let target = Self {
            written: match entry.match_by {
                MatchBy::Id => format!("{}:{gid}", &given[..1]),
                MatchBy::Name | MatchBy::Verbatim => given.to_owned(),
            },
            given: given.to_owned(),
            label: None,
            subject: Some(group_subject(sigil, gid)),
        };
        if entry.match_by == MatchBy::Id { target.if_ranges_are_known(state) } else { Ok(target) }
    }

    /// A name that nobody has: written only where the user insists.
    fn nobody(
        entry: &LimitsEntry,
        given: &str,
        what: &'static str,
        is_number: bool,
        sign: &str,
    ) -> Result<Self, TargetError> {
        let name = given.trim_start_matches(['@', '%']);
        match entry.match_by {
            MatchBy::Id | MatchBy::Name if is_number => Err(TargetError::BareNumber {
                given: Shown::text(given),
                what,
                instead: format!("{sign}{name}"),
            }),
            MatchBy::Id if entry.ensure == super::entry::Ensure::Present => {
                Err(TargetError::Unknown { what, name: Shown::text(name) })
            }
            MatchBy::Id | MatchBy::Name | MatchBy::Verbatim => Ok(Self {
                written: given.to_owned(),
                given: given.to_owned(),
                subject: None,
                label: Some(Shown::owned(format!("{what} {name}"))),
            }),
        }
    }

    fn if_ranges_are_known(self, state: &LimitsState<'_>) -> Result<Self, TargetError> {
        if state.rules.module.ranges {
            Ok(self)
        } else {
            Err(TargetError::NoRanges { written: self.written })
        }
    }

    /// What is the same for all ways to write it.
    #[must_use]
    pub fn identity(&self) -> Identity<'_> {
        match &self.subject {
            Some(Subject::Person(person)) => Identity::Uid(person.account.uid),
            Some(Subject::Group(gid)) => Identity::Gid(*gid),
            Some(Subject::CountedGroup(gid)) => Identity::Counted(*gid),
            _ => Identity::Written(&self.written),
        }
    }

    /// Whom it is for, in words.
    #[must_use]
    pub fn who(&self) -> Shown {
        match (&self.label, &self.subject) {
            (Some(label), _) => label.clone(),
            (None, Some(Subject::Person(person))) => {
                Shown::owned(format!("{} (UID {})", Shown::bytes(&person.account.name), person.account.uid))
            }
            (None, Some(Subject::Group(gid) | Subject::CountedGroup(gid))) => {
                Shown::owned(format!("group {} (GID {gid})", self.given.trim_start_matches(['@', '%'])))
            }
            (None, _) => Shown::text(&self.given),
        }
    }

    /// The line for this target, with the name as a comment where a number stands for it.
    #[must_use]
    pub fn line(&self, rest: &str, tokenizer: Tokenizer) -> Vec<u8> {
        let mut line = format!("{} {rest}", self.written);
        if self.given != self.written {
            // 1.6.0 takes the rest of the line for the value and does not trim it: no blank before the comment.
            line.push_str(if tokenizer == Tokenizer::RestOfLineUntrimmed { "# " } else { " # " });
            line.push_str(&self.given);
        }
        line.into_bytes()
    }

    /// Whether a line is for the same people in the same words, or by the number that stands for them.
    #[must_use]
    pub fn is_domain_of(&self, line: &Line, bytes: &[u8]) -> bool {
        let token = line.domain_text.of(bytes);
        if token == self.written.as_bytes() || token == self.given.as_bytes() {
            return true;
        }
        match (&self.subject, line.domain) {
            (Some(Subject::Person(person)), Domain::Range(Sigil::User, Ids::One(uid))) => {
                uid == person.account.uid.0
            }
            (Some(Subject::Person(person)), Domain::Name(Sigil::User, name)) => {
                name.of(bytes) == person.account.name
            }
            (Some(Subject::Group(gid)), Domain::Range(Sigil::Group, Ids::One(other))) => gid.0 == other,
            (Some(Subject::CountedGroup(gid)), Domain::Range(Sigil::AllGroup, Ids::One(other))) => {
                gid.0 == other
            }
            _ => false,
        }
    }

    /// Whether a line is one of ours for the same name, written when the name had another number.
    #[must_use]
    pub fn is_stale(&self, line: &Line, text: &[u8], bytes: &[u8]) -> bool {
        let by_number = matches!(line.domain, Domain::Range(..));
        by_number && self.given != self.written && !self.is_domain_of(line, bytes) && {
            comment_of(text) == Some(self.given.as_bytes())
        }
    }
}

/// The comment at the end of a line.
pub(super) fn comment_of(text: &[u8]) -> Option<&[u8]> {
    standfast_facts::search::memchr(b'#', text).map(|hash| text[hash + 1..].trim_ascii())
}

fn group_subject(sigil: Sigil, gid: Gid) -> Subject {
    match sigil {
        Sigil::AllGroup => Subject::CountedGroup(gid),
        Sigil::User | Sigil::Group => Subject::Group(gid),
    }
}

/// A domain that pam_limits would cut, or take for something else.
fn check_expressible(given: &str, match_by: MatchBy) -> Result<(), TargetError> {
    let offence = if given.is_empty() {
        Some("nothing")
    } else if given.starts_with('#') || given.contains(['\0', '\n']) {
        Some("a character that ends the line")
    } else if match_by == MatchBy::Id {
        None
    } else if given.contains('#') {
        Some("a `#`, which begins a comment,")
    } else if given.chars().any(|c| c.is_ascii_whitespace() || c == '\u{b}') {
        Some("a blank")
    } else {
        None
    };
    match offence {
        Some(offence) => Err(TargetError::Inexpressible { given: Shown::text(given), offence }),
        None => Ok(()),
    }
}
