//! What pam_limits did with a case, as the harness reports it.

use std::fmt;

use serde_json::Value;

use super::case::{Case, Limit, RESOURCES};

/// What pam_limits did with a case.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// What `pam_open_session` returned: 0 is `PAM_SUCCESS`.
    pub(crate) rc: i32,
    /// What each rlimit was set to; `None` when it was left alone.
    pub(crate) set: [Option<Limit>; 16],
    /// The last setrlimit(2) of each that the kernel would have refused.
    pub(crate) refused: [Option<Limit>; 16],
    /// As given to setpriority(2), before the kernel's clamp to -20..19.
    pub(crate) priority: Option<i32>,
    pub(crate) no_new_privileges: bool,
    pub(crate) chroot: Option<Vec<u8>>,
    pub(crate) log: Vec<LogLine>,
    /// What the user was told.
    pub(crate) said: Vec<String>,
}

/// A line that syslog would have got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogLine {
    /// syslog(3)'s level: 3 error, 4 warning, 7 debug.
    pub(crate) level: u8,
    /// Each byte from 0x80 on is the character of that number.
    pub(crate) text: String,
}

impl LogLine {
    fn parse(line: &Value) -> Self {
        let text = line[1].as_str().unwrap();
        // Until 1.5.2 the file's name in this message is memory that glob has already freed.
        let dangling = "error parsing the configuration file: ";
        Self {
            level: u8::try_from(line[0].as_u64().unwrap()).unwrap(),
            text: if text.starts_with(dangling) { dangling } else { text }.to_owned(),
        }
    }
}

impl Answer {
    /// The rlimit that the session ends up with.
    pub(crate) fn effective(&self, case: &Case, resource: usize) -> Limit {
        self.set[resource].unwrap_or(case.start[resource])
    }

    /// Reads one line of the harness.
    pub(crate) fn parse(line: &str) -> Self {
        let answer: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let number = |value: &Value| value.as_i64().map(|number| i32::try_from(number).unwrap());
        Self {
            rc: number(&answer["rc"]).unwrap(),
            set: limits(&answer["set"]),
            refused: limits(&answer["refused"]),
            priority: number(&answer["priority"]),
            no_new_privileges: answer["nonewprivs"].as_bool().unwrap(),
            chroot: answer["chroot"]
                .as_str()
                .map(|path| path.chars().map(|c| u8::try_from(c).unwrap()).collect()),
            log: list(&answer["log"], LogLine::parse),
            said: list(&answer["said"], |line| line.as_str().unwrap().to_owned()),
        }
    }
}

fn list<T>(value: &Value, item: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(item).collect()
}

fn limits(value: &Value) -> [Option<Limit>; 16] {
    RESOURCES.map(|name| {
        let pair = value.get(name)?;
        Some(Limit { soft: pair[0].as_u64().unwrap(), hard: pair[1].as_u64().unwrap() })
    })
}

impl fmt::Debug for Answer {
    /// What a failed comparison prints: only what was done.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "rc {}", self.rc)?;
        for (label, limits) in [("set", &self.set), ("refused", &self.refused)] {
            for (name, limit) in RESOURCES.iter().zip(limits) {
                if let Some(Limit { soft, hard }) = limit {
                    write!(out, ", {label} {name} {soft}/{hard}")?;
                }
            }
        }
        if let Some(priority) = self.priority {
            write!(out, ", priority {priority}")?;
        }
        if self.no_new_privileges {
            write!(out, ", no new privileges")?;
        }
        if let Some(chroot) = &self.chroot {
            write!(out, ", chroot {:?}", chroot.escape_ascii().to_string())?;
        }
        for line in &self.log {
            write!(out, "\n  log {} {:?}", line.level, line.text)?;
        }
        for line in &self.said {
            write!(out, "\n  said {line:?}")?;
        }
        writeln!(out)
    }
}
