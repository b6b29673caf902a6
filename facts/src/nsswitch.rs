//! Which name services answer for users and groups: /etc/nsswitch.conf.
//!
//! Source: nsswitch.conf(5), glibc `nss/nss_database.c` and `nss/nss_action_parse.c`.

use crate::passwd;
use crate::strtoul::{is_space, skip_space};

/// The services of the two databases.
#[derive(Debug)]
pub(crate) struct Switch {
    passwd: Chain,
    group: Chain,
    initgroups: Option<Chain>,
}

/// The services of one database in order.
#[derive(Debug)]
enum Chain {
    /// A line that glibc refuses; every look-up fails then, and only NSS can tell how.
    Malformed,
    /// The services.
    Services(Vec<Service>),
}

/// One service and what happens after it answered.
#[derive(Debug)]
struct Service {
    /// `files`, `sss`, `systemd` and the like.
    name: Vec<u8>,
    /// After a hit the next service is asked (`[SUCCESS=continue]`, `[SUCCESS=merge]`).
    hit_continues: bool,
    /// After a miss no other service is asked (`[NOTFOUND=return]`).
    miss_returns: bool,
}

/// A database that has files of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// /etc/passwd.
    Passwd,
    /// /etc/group.
    Group,
}

/// What the local file of a database decides by itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    /// An entry in the file is the answer.
    pub(crate) hit_is_final: bool,
    /// What the file lacks does not exist.
    pub(crate) miss_is_final: bool,
}

/// Who knows the groups of a user.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Memberships {
    /// /etc/group alone.
    Local,
    /// /etc/group, and systemd's name service if it knows any at all.
    LocalOrSystemd,
    /// Others too.
    Elsewhere,
}

impl Switch {
    /// What the local file decides; `compat_lines` says whether it has `+` or `-` lines, without
    /// which the service `compat` is the same as `files`.
    pub(crate) fn authority(&self, database: Database, compat_lines: bool) -> Authority {
        let chain = match database {
            Database::Passwd => &self.passwd,
            Database::Group => &self.group,
        };
        match chain {
            Chain::Services(services) => match services.as_slice() {
                [first, rest @ ..] if first.is_local(compat_lines) => Authority {
                    hit_is_final: rest.is_empty() || !first.hit_continues,
                    miss_is_final: rest.is_empty() || first.miss_returns,
                },
                _ => Authority { hit_is_final: false, miss_is_final: false },
            },
            Chain::Malformed => Authority { hit_is_final: false, miss_is_final: false },
        }
    }

    /// Who is asked for the groups of a user: all services of `group`, whatever one answers.
    pub(crate) fn memberships(&self, compat_lines: bool) -> Memberships {
        let Chain::Services(services) = self.initgroups.as_ref().unwrap_or(&self.group) else {
            return Memberships::Elsewhere;
        };
        let mut memberships = Memberships::Local;
        for service in services {
            if service.name == b"systemd" {
                memberships = Memberships::LocalOrSystemd;
            } else if !service.is_local(compat_lines) {
                return Memberships::Elsewhere;
            }
        }
        let local = services.iter().any(|service| service.is_local(compat_lines));
        if local { memberships } else { Memberships::Elsewhere }
    }

    /// Parses the bytes of the file; an empty one is what glibc assumes when it is missing.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let mut switch = Self { passwd: Chain::files(), group: Chain::files(), initgroups: None };
        for (_, line) in passwd::lines(bytes) {
            let line = skip_space(line);
            // Most lines are comments and other databases: leave them after their first letter.
            if !matches!(line.first(), Some(b'p' | b'g' | b'i')) {
                continue;
            }
            let line =
                line.get(..crate::search::memchr(b'#', line).unwrap_or(line.len())).unwrap_or_default();
            let Some(end) = line.iter().position(|byte| is_space(byte) || *byte == b':') else { continue };
            let (name, rest) = line.split_at(end);
            let start = rest.iter().position(|byte| !is_space(byte) && *byte != b':').unwrap_or(rest.len());
            let rest = rest.get(start..).unwrap_or_default();
            match name {
                b"passwd" => switch.passwd = Chain::parse(rest),
                b"group" => switch.group = Chain::parse(rest),
                b"initgroups" => switch.initgroups = Some(Chain::parse(rest)),
                _ => {}
            }
        }
        switch
    }
}

impl Chain {
    fn files() -> Self {
        Self::Services(vec![Service { name: b"files".to_vec(), hit_continues: false, miss_returns: false }])
    }

    fn parse(line: &[u8]) -> Self {
        let mut services = Vec::new();
        let mut rest = skip_space(line);
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| is_space(byte) || *byte == b'[').unwrap_or(rest.len());
            if end == 0 {
                // A bracket without a service before it: glibc reads no further.
                break;
            }
            let (name, next) = rest.split_at(end);
            let mut service = Service { name: name.to_vec(), hit_continues: false, miss_returns: false };
            rest = skip_space(next);
            if let [b'[', criteria @ ..] = rest {
                let Some(end) = crate::search::memchr(b']', criteria) else { return Self::Malformed };
                let (criteria, next) = criteria.split_at(end);
                if service.apply(criteria).is_none() {
                    return Self::Malformed;
                }
                rest = skip_space(next.get(1..).unwrap_or_default());
            }
            services.push(service);
        }
        Self::Services(services)
    }
}

impl Service {
    fn is_local(&self, compat_lines: bool) -> bool {
        self.name == b"files" || (self.name == b"compat" && !compat_lines)
    }

    /// Applies `[!STATUS=ACTION …]`; `None` when glibc would refuse it.
    fn apply(&mut self, criteria: &[u8]) -> Option<()> {
        let mut rest = skip_space(criteria);
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let (negated, text) = match rest {
                [b'!', text @ ..] => (true, text),
                text => (false, text),
            };
            let (status, text) = word(text);
            let [b'=', text @ ..] = skip_space(text) else { return None };
            let (action, text) = word(skip_space(text));
            rest = skip_space(text);

            let status = status.to_ascii_uppercase();
            let known: [&[u8]; 4] = [b"SUCCESS", b"UNAVAIL", b"NOTFOUND", b"TRYAGAIN"];
            let returns = match action.to_ascii_uppercase().as_slice() {
                b"RETURN" => true,
                b"CONTINUE" | b"MERGE" => false,
                _ => return None,
            };
            if !known.contains(&status.as_slice()) {
                return None;
            }
            // `!STATUS` sets every status but the one.
            if (status == b"SUCCESS") != negated {
                self.hit_continues = !returns;
            }
            if (status == b"NOTFOUND") != negated {
                self.miss_returns = returns;
            }
        }
        Some(())
    }
}

fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| is_space(byte) || *byte == b'=').unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
#[path = "nsswitch_tests.rs"]
mod tests;
