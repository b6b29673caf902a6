//! Whom a desired entry is for, and which lines decide for them.

use standfast_facts::accounts::AccountsError;
use standfast_facts::ids::{Gid, Uid};
use standfast_facts::pam_module::Family;

use super::domain::{Class, Domain, Ids, Sigil};
use super::semantics::{Evaluation, LineId, Person, class_for};
use super::state::LimitsState;
use super::syntax::{Action, Line};

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
    pub fn person(&self, account: standfast_facts::accounts::Account) -> Result<Person, AccountsError> {
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
        let mut deciding = Deciding::default();
        let Subject::Person(person) = subject else {
            for (id, line, bytes) in self.lines() {
                match self.reach(line, bytes, subject, ordinary)? {
                    Reach::All(class) => deciding.all.push((id, class)),
                    Reach::Some(class) => deciding.some.push((id, class)),
                    Reach::None => {}
                }
            }
            return Ok(deciding);
        };
        for id in self.candidates(person)? {
            let Some((line, bytes)) = self.line(id) else { continue };
            if let Some(class) = class_for(person, line, bytes, &self.rules.module, &self.machine.accounts)? {
                deciding.all.push((id, class));
            }
        }
        Ok(deciding)
    }

    /// The lines that can match a person, in reading order.
    fn candidates(&self, person: &Person) -> Result<Vec<LineId>, AccountsError> {
        let index = self.index()?;
        let by_text = |text: &[u8]| index.by_text.get(text).map(Vec::as_slice).unwrap_or_default();
        let mut ids = Vec::new();
        ids.extend_from_slice(by_text(&person.account.name));
        ids.extend_from_slice(by_text(b"*"));
        ids.extend_from_slice(by_text(b"%"));
        ids.extend(index.by_uid.get(&person.account.uid.0).into_iter().flatten());
        ids.extend(person.groups.iter().filter_map(|gid| index.by_gid.get(&gid.0)).flatten());
        ids.extend_from_slice(&index.ranges);
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// How far one line reaches into a wide subject.
    fn reach(
        &self,
        line: &Line,
        bytes: &[u8],
        subject: &Subject,
        ordinary: (u32, u32),
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
            Domain::Range(Sigil::User, ids) => uid_range_reach(ids, subject, ordinary),
            Domain::Name(Sigil::User, name) => self.user_reach(name.of(bytes), subject)?,
            Domain::Range(Sigil::Group, ids) => self.group_range_reach(ids, subject)?,
            Domain::Name(Sigil::Group, name) => match self.machine.accounts.group_by_name(name.of(bytes))? {
                Some(group) => group_reach(group.gid, subject),
                None => Reach::None,
            },
            Domain::Range(Sigil::AllGroup, Ids::One(gid)) => counted_reach(Gid(gid), subject),
            Domain::Range(Sigil::AllGroup, _) => Reach::None,
            Domain::Name(Sigil::AllGroup, name) => {
                match self.machine.accounts.group_by_name(name.of(bytes))? {
                    Some(group) => counted_reach(group.gid, subject),
                    None => Reach::None,
                }
            }
        })
    }

    /// A line for a user by name reaches some of a wide subject when the user exists and belongs to it.
    fn user_reach(&self, name: &[u8], subject: &Subject) -> Result<Reach, AccountsError> {
        let accounts = &self.machine.accounts;
        let Some(account) = accounts.user_by_name(name)? else { return Ok(Reach::None) };
        let Uid(uid) = account.uid;
        let belongs = match subject {
            Subject::Everyone | Subject::AllLogins => {
                uid != 0 || self.rules.module.family == Family::Upstream
            }
            Subject::Uids(least, greatest) => (*least..=*greatest).contains(&uid),
            Subject::PrimaryGids(least, greatest) => (*least..=*greatest).contains(&account.gid.0),
            Subject::Group(gid) | Subject::CountedGroup(gid) => accounts.groups_of(&account)?.contains(gid),
            Subject::Person(person) => person.account.uid == account.uid,
        };
        Ok(if belongs { Reach::Some(Class::User) } else { Reach::None })
    }

    fn group_range_reach(&self, ids: Ids, subject: &Subject) -> Result<Reach, AccountsError> {
        if let Ids::One(gid) = ids {
            // Without a group entry in NSS the line matches nobody.
            let known = self.machine.accounts.group_by_gid(Gid(gid))?.is_some();
            return Ok(if known { group_reach(Gid(gid), subject) } else { Reach::None });
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

fn group_reach(gid: Gid, subject: &Subject) -> Reach {
    match subject {
        Subject::Group(own) if *own == gid => Reach::All(Class::Group),
        _ => Reach::Some(Class::Group),
    }
}

fn counted_reach(gid: Gid, subject: &Subject) -> Reach {
    match subject {
        Subject::CountedGroup(own) | Subject::Group(own) if *own == gid => Reach::All(Class::AllGroup),
        _ => Reach::Some(Class::AllGroup),
    }
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
