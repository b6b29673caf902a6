//! What pam_limits makes of its lines for one account: who is matched, and who wins.
//!
//! Source: `parse_config_file`, `process_limit` and `setup_limits` in pam_limits.c and Debian's patches to
//! them; each rule has its oracle test by name in `tests/oracle`.

use std::rc::Rc;

use standfast_facts::accounts::{Account, Accounts, AccountsError, Group};
use standfast_facts::ids::Gid;
use standfast_facts::pam_module::{Capabilities, Family};
use standfast_facts::rlimit::{INFINITY, Limit as RlimitPair, Limits, Rlimit};

use super::domain::{Class, Domain, Ids, Sigil};
use super::item::{Item, ItemValue};
use super::syntax::{Action, Limit, Line};

/// A line by the order in which the module reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId {
    /// Index of the file in reading order.
    pub file: u32,
    /// Index of the chunk in the file.
    pub chunk: u32,
}

/// An account together with its groups, as the module sees it at login.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub account: Account,
    /// Its groups, the primary one first.
    pub groups: Rc<[Gid]>,
}

impl Person {
    /// Asks for the groups of an account.
    ///
    /// # Errors
    /// When the name service fails.
    pub fn of(account: Account, accounts: &Accounts<'_>) -> Result<Self, AccountsError> {
        let groups = accounts.groups_of(&account)?.into();
        Ok(Self { account, groups })
    }

    fn is_in(&self, group: Option<&Group>) -> bool {
        group.is_some_and(|group| {
            self.groups.contains(&group.gid) || group.members.contains(&self.account.name)
        })
    }

    /// Debian's module keeps root out of `*`, groups and `%`; a line with root's name or UID applies.
    fn is_exempt(&self, module: &Capabilities) -> bool {
        self.account.uid.0 == 0 && module.family != Family::Upstream
    }
}

/// The class with which a line matches the person, or `None`.
///
/// # Errors
/// When the name service fails.
pub fn class_for(
    person: &Person,
    line: &Line,
    bytes: &[u8],
    module: &Capabilities,
    accounts: &Accounts<'_>,
) -> Result<Option<Class>, AccountsError> {
    let uid_is_in = |ids: Ids| ids.contains(person.account.uid.0).then_some(Class::User);
    // The line `X -` ends all limits: its matching is simpler, and root gets no exemption from it.
    let ends_limits = line.action == Action::NoLimits;
    let exempt = person.is_exempt(module) && !ends_limits;
    Ok(match line.domain {
        Domain::Name(Sigil::User, name) => (name.of(bytes) == person.account.name).then_some(Class::User),
        Domain::Range(Sigil::User, ids) => uid_is_in(ids),
        // For root Debian's module leaves the group branch and falls into the one that compares UIDs.
        Domain::Range(_, ids) if exempt => uid_is_in(ids),
        Domain::Range(Sigil::AllGroup, ids) if ends_limits => uid_is_in(ids),
        _ if exempt => None,
        Domain::Name(Sigil::Group, name) => {
            person.is_in(accounts.group_by_name(name.of(bytes))?.as_ref()).then_some(Class::Group)
        }
        Domain::Range(Sigil::Group, Ids::One(gid)) => {
            person.is_in(accounts.group_by_gid(Gid(gid))?.as_ref()).then_some(Class::Group)
        }
        // A range of GIDs is compared with the primary group alone, and needs no group entry.
        Domain::Range(Sigil::Group, ids) => ids.contains(person.account.gid.0).then_some(Class::Group),
        _ if ends_limits => None,
        Domain::Name(Sigil::AllGroup, name) => {
            person.is_in(accounts.group_by_name(name.of(bytes))?.as_ref()).then_some(Class::AllGroup)
        }
        Domain::Range(Sigil::AllGroup, Ids::One(gid)) => {
            person.is_in(accounts.group_by_gid(Gid(gid))?.as_ref()).then_some(Class::AllGroup)
        }
        Domain::Range(Sigil::AllGroup, _) | Domain::NotARange => None,
        Domain::AllLogins => Some(Class::All),
        Domain::Everyone => Some(Class::Default),
    })
}

/// One half of a limit, soft or hard, and what set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Half {
    /// The value in the kernel's unit; `None` when neither a line nor PID 1 has set it.
    pub value: Option<u64>,
    /// The class of what set it.
    pub class: Class,
    /// The line that set it.
    pub line: Option<LineId>,
}

impl Half {
    const UNSET: Self = Self { value: None, class: Class::None, line: None };

    /// Takes the value over unless what set it before has a lower class.
    fn offer(&mut self, class: Class, value: u64, line: LineId) -> bool {
        if class > self.class {
            return false;
        }
        *self = Self { value: Some(value), class, line: Some(line) };
        true
    }
}

/// Both halves of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The soft half.
    pub soft: Half,
    /// The hard half.
    pub hard: Half,
}

/// A number outside of the resource limits, and the line that set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value.
    pub value: i32,
    /// The line that set it.
    pub line: LineId,
}

/// The number of logins that is allowed, and how they are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logins {
    /// The value and its line; negative means no limit.
    pub setting: Setting,
    /// The class of the line.
    pub class: Class,
}

/// What the lines come to, before the kernel has its say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    slots: [Slot; 16],
    /// The nice value of the session.
    pub priority: Option<Setting>,
    /// The no_new_privs flag.
    pub no_new_privs: Option<Setting>,
    /// `maxlogins` and `maxsyslogins`, which share one place.
    pub logins: Option<Logins>,
    /// The item that the last line on logins named: it decides what is counted.
    pub logins_counted: Option<Item>,
    /// The line that sets the session's root directory.
    pub chroot: Option<LineId>,
    /// The line `X -` that ended it all: then nothing is set.
    pub ended_by: Option<LineId>,
}

/// What is in force before any line is read.
#[derive(Clone, Copy, Debug)]
pub struct Start<'l> {
    /// What the module itself puts in force first (Debian's up to 12: PID 1's limits), if it does.
    pub reset: Option<&'l Limits>,
    /// The content of `fs.nr_open`.
    pub nr_open: Option<u64>,
}

impl Evaluation {
    /// Reads the lines that match, in the module's order.
    pub fn of<'l>(lines: impl IntoIterator<Item = (LineId, &'l Line, Class)>, start: Start<'_>) -> Self {
        let mut evaluation = Self::new(start);
        for (id, line, class) in lines {
            match &line.action {
                Action::NoLimits => {
                    evaluation.ended_by = Some(id);
                    break;
                }
                Action::Limit(limit) => evaluation.apply(limit, class, id, start.nr_open),
                Action::Inert(_) => {}
            }
        }
        evaluation
    }

    fn new(start: Start<'_>) -> Self {
        let mut slots = [Slot { soft: Half::UNSET, hard: Half::UNSET }; 16];
        if let Some(limits) = start.reset {
            for rlimit in Rlimit::ALL {
                let limit = limits[rlimit];
                let half = |value| Half { value: Some(value), class: Class::Kernel, line: None };
                slots[rlimit.index()] = Slot { soft: half(limit.soft), hard: half(limit.hard) };
            }
        }
        Self {
            slots,
            priority: None,
            no_new_privs: None,
            logins: None,
            logins_counted: None,
            chroot: None,
            ended_by: None,
        }
    }

    fn apply(&mut self, limit: &Limit, class: Class, line: LineId, nr_open: Option<u64>) {
        // `%` is for maxlogins alone; the module warns and skips.
        if matches!(class, Class::All | Class::AllGroup) && limit.item != Item::MaxLogins {
            return;
        }
        let value = match limit.value {
            ItemValue::Rlimit(value) => value,
            ItemValue::NrOpen => nr_open.unwrap_or(INFINITY),
            ItemValue::Number(value) => return self.apply_number(limit.item, Setting { value, line }, class),
            ItemValue::WrongButZero => {
                return self.apply_number(limit.item, Setting { value: 0, line }, class);
            }
            ItemValue::Path => {
                self.chroot = Some(line);
                return;
            }
        };
        let Item::Rlimit(rlimit) = limit.item else { return };
        let slot = &mut self.slots[rlimit.index()];
        // A `-` line whose soft half is refused is left at once: its hard half is not even tried.
        if limit.limit_type.is_soft() && !slot.soft.offer(class, value, line) {
            return;
        }
        if limit.limit_type.is_hard() {
            slot.hard.offer(class, value, line);
        }
    }

    /// The items without precedence, and the logins with a precedence of their own.
    fn apply_number(&mut self, item: Item, setting: Setting, class: Class) {
        match item {
            Item::Priority => self.priority = Some(setting),
            Item::NoNewPrivs => self.no_new_privs = Some(setting),
            Item::MaxLogins | Item::MaxSysLogins => {
                self.logins_counted = Some(item);
                if self.logins.is_none_or(|logins| class <= logins.class) {
                    self.logins = Some(Logins { setting, class });
                }
            }
            Item::Rlimit(_) | Item::Chroot => {}
        }
    }

    /// What the lines say of one limit.
    #[must_use]
    pub fn slot(&self, rlimit: Rlimit) -> Slot {
        self.slots[rlimit.index()]
    }

    /// What the module hands to setrlimit(2), given what the opening process has; `None` when it sets nothing.
    ///
    /// `inherited` is asked only for a half that neither a line nor PID 1 has set.
    pub fn in_force(
        &self,
        rlimit: Rlimit,
        inherited: impl FnOnce() -> Option<RlimitPair>,
    ) -> Option<InForce> {
        if self.ended_by.is_some() {
            return None;
        }
        let Slot { soft, hard } = self.slot(rlimit);
        if soft.class == Class::None && hard.class == Class::None {
            return None;
        }
        let inherited = if soft.value.is_none() || hard.value.is_none() { inherited() } else { None };
        let asked_soft = soft.value.or(inherited.map(|limit| limit.soft));
        let hard = hard.value.or(inherited.map(|limit| limit.hard));
        let soft = asked_soft.map(|soft| hard.map_or(soft, |hard| soft.min(hard)));
        Some(InForce { soft, hard, asked_soft })
    }
}

/// The values that a session gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The soft limit, never above the hard one; `None` where only the running system could tell.
    pub soft: Option<u64>,
    /// The hard limit.
    pub hard: Option<u64>,
    /// The soft limit before it was clamped.
    pub asked_soft: Option<u64>,
}
