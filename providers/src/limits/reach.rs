//! Whom a desired entry is for, and which lines decide for them.

use standfast_facts::accounts::{Account, AccountsError};
use standfast_facts::ids::{Gid, Uid};
use standfast_facts::pam_module::Family;

use super::domain::{Class, Domain, Ids, Sigil};
use super::index::{account_of, text_key};
use super::item::Item;
use super::semantics::{Evaluation, LineId, Person, class_for};
use super::state::LimitsState;
use super::syntax::{Action, LimitType, Line};

/// Whom an entry is for.
#[derive(Clone, Debug)]
pub enum Subject {
    /// One account.
    Person(Person),
    /// All members of a group.
    Group(Gid),
    /// All users with a UID from the first to the second.
    Uids(u32, u32),
    /// All users with a primary group from the first to the second.
    PrimaryGids(u32, u32),
    /// Everyone: on Debian without root.
    Everyone,
    /// The logins of a group, counted together.
    CountedGroup(Gid),
    /// All logins.
    AllLogins,
}

/// How far a line reaches into a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It is for all of the subject, with this class.
    All(Class),
    /// It is for some of the subject, with this class.
    Some(Class),
    /// It is for none of it.
    None,
}

/// What decides for a subject: lines for all of it in reading order, and lines for some of it.
#[derive(Clone, Debug, Default)]
pub struct Deciding {
    /// Lines that are for all of the subject.
    pub all: Vec<(LineId, Class)>,
    /// Lines that are for some of it: each may make an exception.
    pub some: Vec<(LineId, Class)>,
}

impl LimitsState<'_> {
    /// An account with its groups; these are asked for only when a line names a group.
    ///
    /// # Errors
    /// When the name service fails.
    pub fn person(&self, account: Account) -> Result<Person, AccountsError> {
        if self.index()?.by_gid.is_empty() {
            let groups = [account.gid].into();
            return Ok(Person { account, groups });
        }
        Person::of(account, &self.machine.accounts)
    }

    /// The lines that decide for a subject.
    ///
    /// # Errors
    /// When the name service fails.
    pub fn deciding(&self, subject: &Subject, ordinary: (u32, u32)) -> Result<Deciding, AccountsError> {
        self.deciding_where(subject, ordinary, |_| true)
    }

    /// The lines that decide one item for a subject, as far as an entry of this type goes.
    ///
    /// # Errors
    /// When the name service fails.
    pub fn deciding_item(
        &self,
        subject: &Subject,
        ordinary: (u32, u32),
        (item, limit_type): (Item, LimitType),
    ) -> Result<Deciding, AccountsError> {
        let is_wide = !matches!(subject, Subject::Person(_));
        self.deciding_where(subject, ordinary, |line| match &line.action {
            Action::Limit(limit) => {
                // A line for one user is at most an exception, and none to a half that it does not set.
                let may_decide = !is_wide || !matches!(line.domain, Domain::Name(Sigil::User, _));
                limit.item.shares_its_place_with(item)
                    && (may_decide || !item.needs_type() || limit.limit_type.meets(limit_type))
            }
            Action::NoLimits => true,
            Action::Inert(_) => false,
        })
    }

    fn deciding_where(
        &self,
        subject: &Subject,
        ordinary: (u32, u32),
        counts: impl Fn(&Line) -> bool,
    ) -> Result<Deciding, AccountsError> {
        let mut deciding = Deciding::default();
        let mut add = |reach, id| match reach {
            Reach::All(class) => deciding.all.push((id, class)),
            Reach::Some(class) => deciding.some.push((id, class)),
            Reach::None => {}
        };
        let related = self.related(subject)?;
        let Some(candidates) = self.candidates(subject, &related)? else {
            for (id, line, bytes) in self.lines().filter(|(_, line, _)| counts(line)) {
                add(self.reach(line, bytes, subject, ordinary, &related)?, id);
            }
            return Ok(deciding);
        };
        for id in candidates {
            let Some((line, bytes)) = self.line(id).filter(|(line, _)| counts(line)) else { continue };
            let reach = match subject {
                Subject::Person(person) => {
                    let class = class_for(person, line, bytes, &self.rules.module, &self.machine.accounts)?;
                    class.map_or(Reach::None, Reach::All)
                }
                _ => self.reach(line, bytes, subject, ordinary, &related)?,
            };
            add(reach, id);
        }
        Ok(deciding)
    }

    /// The groups of those who are in the subject's group; nothing for a subject that is no group.
    fn related(&self, subject: &Subject) -> Result<Vec<Gid>, AccountsError> {
        match subject {
            Subject::Group(gid) | Subject::CountedGroup(gid) => self.members()?.related(*gid, self),
            _ => Ok(Vec::new()),
        }
    }

    /// The lines that can match a subject, in reading order; `None` where all must be looked at.
    fn candidates(&self, subject: &Subject, related: &[Gid]) -> Result<Option<Vec<LineId>>, AccountsError> {
        // All lines are looked at for these, so no index is worth its making.
        if matches!(subject, Subject::Everyone | Subject::AllLogins) {
            return Ok(None);
        }
        let index = self.index()?;
        let by_text = |text: &[u8]| index.by_text.of(text_key(text));
        let mut ids: Vec<LineId> = Vec::new();
        match subject {
            Subject::Person(person) => {
                ids.extend(by_text(&person.account.name));
                ids.extend(index.by_uid.of(person.account.uid.0));
                ids.extend(person.groups.iter().flat_map(|gid| index.by_gid.of(gid.0)));
            }
            Subject::Group(gid) | Subject::CountedGroup(gid) => {
                ids.extend(self.members()?.lines.of(gid.0));
                ids.extend(related.iter().flat_map(|gid| index.by_gid.of(gid.0)));
            }
            // Lines with names are for those who exist.
            Subject::Uids(uid, to)
                if uid == to && self.machine.accounts.user_by_uid(Uid(*uid))?.is_none() =>
            {
                ids.extend(index.by_uid.of(*uid));
            }
            _ => return Ok(None),
        }
        ids.extend(by_text(b"*"));
        ids.extend(by_text(b"%"));
        ids.extend_from_slice(&index.ranges);
        ids.sort_unstable();
        ids.dedup();
        Ok(Some(ids))
    }

    /// How far one line reaches into a wide subject.
    fn reach(
        &self,
        line: &Line,
        bytes: &[u8],
        subject: &Subject,
        ordinary: (u32, u32),
        related: &[Gid],
    ) -> Result<Reach, AccountsError> {
        if line.action == Action::NoLimits && matches!(line.domain, Domain::Everyone | Domain::AllLogins) {
            return Ok(Reach::None);
        }
        Ok(match line.domain {
            Domain::NotARange => Reach::None,
            Domain::Everyone => Reach::All(Class::Default),
            Domain::AllLogins => match subject {
                Subject::AllLogins | Subject::Everyone => Reach::All(Class::All),
                _ => Reach::None,
            },
            Domain::Range(Sigil::User, ids) if !is_one_for_a_group(ids, subject) => {
                uid_range_reach(ids, subject, ordinary)
            }
            // Whether there is such a user is asked later, of the few lines that would decide (`is_for_some`).
            Domain::Name(Sigil::User, _) if is_of_uids(subject) => Reach::Some(Class::User),
            Domain::Name(Sigil::User, _) | Domain::Range(Sigil::User, _) => account_of(self, line, bytes)?
                .map_or(Ok(Reach::None), |account| self.user_reach(&account, subject))?,
            Domain::Range(Sigil::Group, ids) => self.group_range_reach(ids, subject, related)?,
            Domain::Name(Sigil::Group, name) => match self.machine.accounts.gid_of(name.of(bytes))? {
                Some(gid) => group_reach(gid, subject, related),
                None => Reach::None,
            },
            Domain::Range(Sigil::AllGroup, Ids::One(gid)) => counted_reach(Gid(gid), subject, related),
            Domain::Range(Sigil::AllGroup, _) => Reach::None,
            Domain::Name(Sigil::AllGroup, name) => match self.machine.accounts.gid_of(name.of(bytes))? {
                Some(gid) => counted_reach(gid, subject, related),
                None => Reach::None,
            },
        })
    }

    /// A line for one user reaches some of a wide subject when he belongs to it.
    fn user_reach(&self, account: &Account, subject: &Subject) -> Result<Reach, AccountsError> {
        let belongs = match subject {
            Subject::PrimaryGids(least, greatest) => (*least..=*greatest).contains(&account.gid.0),
            Subject::Group(gid) | Subject::CountedGroup(gid) => {
                self.machine.accounts.groups_of(account)?.contains(gid)
            }
            _ => self.uid_belongs(account.uid, subject),
        };
        Ok(if belongs { Reach::Some(Class::User) } else { Reach::None })
    }

    /// Whether a line that reaches some of a subject is for anyone in it.
    ///
    /// # Errors
    /// When the name service fails.
    pub(super) fn is_for_some(&self, id: LineId, subject: &Subject) -> Result<bool, AccountsError> {
        let Some((line, bytes)) = self.line(id) else { return Ok(false) };
        match line.domain {
            Domain::Name(Sigil::User, name) if is_of_uids(subject) => {
                let uid = self.machine.accounts.uid_of(name.of(bytes))?;
                Ok(uid.is_some_and(|uid| self.uid_belongs(uid, subject)))
            }
            _ => Ok(true),
        }
    }

    /// Whether a UID is one of a subject for which no more than that counts.
    fn uid_belongs(&self, uid: Uid, subject: &Subject) -> bool {
        match subject {
            Subject::Everyone | Subject::AllLogins => {
                uid != Uid::ROOT || self.rules.module.family == Family::Upstream
            }
            Subject::Uids(least, greatest) => (*least..=*greatest).contains(&uid.0),
            Subject::Person(person) => person.account.uid == uid,
            Subject::Group(_) | Subject::CountedGroup(_) | Subject::PrimaryGids(..) => false,
        }
    }

    fn group_range_reach(
        &self,
        ids: Ids,
        subject: &Subject,
        related: &[Gid],
    ) -> Result<Reach, AccountsError> {
        if let Ids::One(gid) = ids {
            // Without a group entry in NSS the line matches nobody.
            let known = self.machine.accounts.is_gid(Gid(gid))?;
            return Ok(if known { group_reach(Gid(gid), subject, related) } else { Reach::None });
        }
        let Some((least, greatest)) = ids.bounds() else { return Ok(Reach::None) };
        Ok(match subject {
            Subject::PrimaryGids(from, to) if least <= *from && *to <= greatest => Reach::All(Class::Group),
            Subject::PrimaryGids(from, to) if *to < least || greatest < *from => Reach::None,
            // A member need not have the group as his primary one.
            Subject::Group(gid) if !(least..=greatest).contains(&gid.0) => Reach::None,
            _ => Reach::Some(Class::Group),
        })
    }
}

fn uid_range_reach(ids: Ids, subject: &Subject, ordinary: (u32, u32)) -> Reach {
    let Some((least, greatest)) = ids.bounds() else { return Reach::None };
    let (from, to) = match subject {
        Subject::Uids(from, to) => (*from, *to),
        _ => ordinary,
    };
    if least <= from && to <= greatest {
        Reach::All(Class::User)
    } else if greatest < from && matches!(subject, Subject::Uids(..)) || greatest == 0 || to < least {
        Reach::None
    } else {
        Reach::Some(Class::User)
    }
}

/// Whether the UID alone says who belongs to a subject.
fn is_of_uids(subject: &Subject) -> bool {
    !matches!(subject, Subject::Group(_) | Subject::CountedGroup(_) | Subject::PrimaryGids(..))
}

/// Whether it is the number of one user, who may be a member of the subject.
fn is_one_for_a_group(ids: Ids, subject: &Subject) -> bool {
    matches!(subject, Subject::Group(_) | Subject::CountedGroup(_))
        && ids.bounds().is_some_and(|(least, greatest)| least == greatest)
}

fn group_reach(gid: Gid, subject: &Subject, related: &[Gid]) -> Reach {
    match subject {
        Subject::Group(own) if *own == gid => Reach::All(Class::Group),
        _ if have_common_members(gid, subject, related) => Reach::Some(Class::Group),
        _ => Reach::None,
    }
}

fn counted_reach(gid: Gid, subject: &Subject, related: &[Gid]) -> Reach {
    match subject {
        Subject::CountedGroup(own) | Subject::Group(own) if *own == gid => Reach::All(Class::AllGroup),
        _ if have_common_members(gid, subject, related) => Reach::Some(Class::AllGroup),
        _ => Reach::None,
    }
}

/// Whether somebody is in the subject and in the group; of what is no group it is not known.
fn have_common_members(gid: Gid, subject: &Subject, related: &[Gid]) -> bool {
    !matches!(subject, Subject::Group(_) | Subject::CountedGroup(_)) || related.binary_search(&gid).is_ok()
}

impl Deciding {
    /// Evaluates the lines for all of the subject.
    #[must_use]
    pub fn evaluate(&self, state: &LimitsState<'_>) -> Evaluation {
        let lines =
            self.all.iter().filter_map(|(id, class)| state.line(*id).map(|(line, _)| (*id, line, *class)));
        Evaluation::of(lines, state.start())
    }
}
