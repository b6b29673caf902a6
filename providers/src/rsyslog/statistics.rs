//! What rsyslogd last told of its forwards, where impstats writes a file.
//!
//! Source: plugins/impstats/impstats.c and runtime/statsobj.c: each line is the time of ctime(3), `: `, and then
//! `NAME: origin=core.queue size=1 …`, or a JSON object, with `@cee: ` before it or not. A queue is two: the one in memory,
//! and the one on disk, whose name ends with `[DA]`.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use serde::Serialize;
use standfast_facts::root::Root;

use super::config::Config;
use super::forwards::Forward;

/// How much of the file's end is read, in bytes: a stock rsyslogd writes some 2,000 each time.
const TAIL_BYTES: usize = 256 * 1024;
/// The length of what ctime(3) gives, without its line end.
const CTIME_BYTES: usize = 24;

/// The last lines of impstats, by the name that they are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// When the file was last written, in seconds since 1970.
    pub written: u64,
    queues: BTreeMap<Vec<u8>, Counters>,
    actions: BTreeMap<Vec<u8>, Counters>,
}

/// The counters of one line; each is 0 where the line has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counters {
    size: u64,
    discarded: u64,
    failed: u64,
    suspended: u64,
}

/// What is known of one forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LastKnown {
    /// When it was written, in seconds since 1970.
    pub written: u64,
    /// How many messages wait, in memory and on disk; `None` where there is no queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u64>,
    /// How many were dropped since the queue was full, as long as impstats counts.
    pub discarded: u64,
    /// How many attempts to send failed; of a forward that retries for ever none does.
    pub failed: u64,
    /// How often the action was suspended for that.
    pub suspended: u64,
}

impl Statistics {
    /// The last lines of the file that impstats writes; `None` where it writes none.
    #[must_use]
    pub fn read(root: &Root, config: &Config) -> Option<Self> {
        let file = config.inputs().iter().rev().find_map(|input| input.log_file.as_ref())?;
        let path = PathBuf::from(OsStr::from_bytes(file));
        let (bytes, is_whole) = root.read_end(&path, TAIL_BYTES).ok()?;
        let mut statistics = Self::parse(&bytes, is_whole);
        statistics.written = root.modified(&path)?;
        Some(statistics)
    }

    /// Reads lines; the first is passed over where it may have lost its begin, and the last where it has no end.
    fn parse(bytes: &[u8], is_whole: bool) -> Self {
        let mut statistics = Self::default();
        let end = standfast_facts::search::memrchr(b'\n', bytes).unwrap_or(0);
        let lines = bytes.get(..end).unwrap_or_default().split(|byte| *byte == b'\n');
        for line in lines.skip(usize::from(!is_whole)) {
            statistics.take(line);
        }
        statistics
    }

    fn take(&mut self, line: &[u8]) {
        let Some(told) = line.get(CTIME_BYTES..).and_then(|rest| rest.strip_prefix(b": ")) else { return };
        let told = told.strip_prefix(b"@cee: ").unwrap_or(told);
        let read = if told.starts_with(b"{") { json(told) } else { plain(told) };
        match read {
            Some((name, b"core.queue", counters)) => drop(self.queues.insert(name.to_vec(), counters)),
            Some((name, b"core.action", counters)) => drop(self.actions.insert(name.to_vec(), counters)),
            _ => {}
        }
    }

    /// What is known of a forward; `None` where it has no name of its own, or nothing was told of it yet.
    #[must_use]
    pub fn of(&self, config: &Config, forward: &Forward) -> Option<LastKnown> {
        self.of_all(config, &[forward])
    }

    /// What is known of several forwards together; what waits before a ruleset of two is counted once.
    #[must_use]
    pub fn of_all(&self, config: &Config, forwards: &[&Forward]) -> Option<LastKnown> {
        let mut queues = BTreeSet::new();
        let mut known: Option<LastKnown> = None;
        for forward in forwards {
            let name = config.actions().get(forward.action).and_then(|action| action.name.as_ref());
            let Some((name, action)) = name.and_then(|name| Some((name, self.actions.get(name)?))) else {
                continue;
            };
            let known = known.get_or_insert(LastKnown { written: self.written, ..LastKnown::default() });
            known.failed += action.failed;
            known.suspended += action.suspended;
            let queue = self.queue_of(forward, name);
            let parts = [queue.clone(), joined(&queue, "[DA]")];
            for part in
                parts.iter().filter_map(|part| self.queues.get(part)).filter(|_| !queues.contains(&queue))
            {
                known.waiting = Some(known.waiting.unwrap_or(0) + part.size);
                known.discarded += part.discarded;
            }
            queues.insert(queue);
        }
        known
    }

    /// The name of the queue before an action: its own, or that of its ruleset.
    fn queue_of(&self, forward: &Forward, name: &[u8]) -> Vec<u8> {
        let own = joined(name, " queue");
        match &forward.ruleset {
            Some(ruleset) if !self.queues.contains_key(&own) => ruleset.clone(),
            _ => own,
        }
    }
}

fn joined(name: &[u8], end: &str) -> Vec<u8> {
    [name, end.as_bytes()].concat()
}

type Line<'l> = (&'l [u8], &'l [u8], Counters);

/// `NAME: origin=core.queue size=1 enqueued=300 …`; a name can have blanks and colons.
fn plain(told: &[u8]) -> Option<Line<'_>> {
    let at = standfast_facts::search::find(told, b": origin=")?;
    let (name, rest) = (told.get(..at)?, told.get(at + 2..)?);
    let value = |key: &str| {
        let values = rest.split(|byte| *byte == b' ');
        let mut values = values.filter_map(|pair| pair.strip_prefix(key.as_bytes())?.strip_prefix(b"="));
        values.next()
    };
    Some((name, value("origin")?, Counters::of(|key| number(value(key)?))))
}

/// `{ "name": "NAME", "origin": "core.queue", "size": 1, … }`, without nesting.
fn json(told: &[u8]) -> Option<Line<'_>> {
    let value = |key: &str| {
        let quoted = format!("\"{key}\":");
        let at = standfast_facts::search::find(told, quoted.as_bytes())?;
        Some(told.get(at + quoted.len()..)?.trim_ascii_start())
    };
    let text = |key: &str| value(key)?.strip_prefix(b"\"")?.split(|byte| *byte == b'"').next();
    Some((text("name")?, text("origin")?, Counters::of(|key| number(value(key)?))))
}

/// The digits at the begin.
fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(text.get(..digits)?).ok()?.parse().ok()
}

impl Counters {
    fn of(value: impl Fn(&str) -> Option<u64>) -> Self {
        let value = |key| value(key).unwrap_or(0);
        Self {
            size: value("size"),
            discarded: value("discarded.full"),
            failed: value("failed"),
            suspended: value("suspended"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Config, Forward, LastKnown, Statistics};
    use crate::rsyslog::eval::Known;
    use crate::rsyslog::files::Files;

    const CONFIG: &str = "module(load=\"imuxsock\")
module(load=\"impstats\" interval=\"1\" log.syslog=\"off\" log.file=\"/var/log/stats\")
*.* action(type=\"omfwd\" name=\"standfast_central\" target=\"a\" protocol=\"tcp\" queue.type=\"LinkedList\" queue.fileName=\"c\")
ruleset(name=\"standfast_two\" queue.type=\"LinkedList\" queue.fileName=\"t\") {
    action(type=\"omfwd\" name=\"standfast_two_1\" target=\"b\" protocol=\"tcp\")
}
*.* call standfast_two
*.* action(type=\"omfwd\" name=\"naive\" target=\"c\" protocol=\"tcp\")
*.* @@d
";
    /// As rsyslogd 8.2302 writes them, with an older count before.
    const PLAIN: &str = "Fri Nov  6 00:29:40 2026: standfast_central queue: origin=core.queue size=7 enqueued=7 full=0 discarded.full=0 discarded.nf=0 maxqsize=7 
Fri Nov 27 00:29:41 2026: imuxsock: origin=imuxsock submitted=300 ratelimit.discarded=0 ratelimit.numratelimiters=0 
Fri Nov 27 00:29:41 2026: standfast_central: origin=core.action processed=300 failed=0 suspended=0 suspended.duration=0 resumed=0 
Fri Nov 27 00:29:41 2026: standfast_two_1: origin=core.action processed=2 failed=2 suspended=2 suspended.duration=120 resumed=0 
Fri Nov 27 00:29:41 2026: naive: origin=core.action processed=300 failed=302 suspended=1 suspended.duration=30 resumed=0 
Fri Nov 27 00:29:41 2026: standfast_central queue[DA]: origin=core.queue size=299 enqueued=299 full=0 discarded.full=5 discarded.nf=0 maxqsize=299 
Fri Nov 27 00:29:41 2026: standfast_central queue: origin=core.queue size=1 enqueued=300 full=0 discarded.full=0 discarded.nf=0 maxqsize=300 
Fri Nov 27 00:29:41 2026: standfast_two[DA]: origin=core.queue size=298 enqueued=299 full=0 discarded.full=0 discarded.nf=0 maxqsize=299 
Fri Nov 27 00:29:41 2026: standfast_two: origin=core.queue size=1 enqueued=300 full=0 discarded.full=0 discarded.nf=0 maxqsize=300 
Fri Nov 27 00:29:41 2026: main Q: origin=core.queue size=0 enqueued=300 full=0 discarded.full=0 discarded.nf=0 maxqsize=300 
";

    fn known(bytes: &[u8], is_whole: bool) -> Vec<Option<LastKnown>> {
        let (config, forwards) = read();
        let statistics = Statistics::parse(bytes, is_whole);
        forwards.iter().map(|forward| statistics.of(&config, forward)).collect()
    }

    fn read() -> (Config, Vec<Forward>) {
        let files = Files::default()
            .with(Path::new("/etc/rsyslog.conf"), Some(CONFIG.into()))
            .with(Path::new("/usr/lib64/rsyslog/impstats.so"), Some(Vec::new()))
            .with(Path::new("/usr/lib64/rsyslog/imuxsock.so"), Some(Vec::new()));
        let config = Config::read(files, Path::new("/etc/rsyslog.conf"));
        assert_eq!(config.inputs()[1].log_file.as_deref(), Some(&b"/var/log/stats"[..]));
        let forwards = config.forwards(&config.local_flow(&Known::default()));
        (config, forwards)
    }

    fn told(waiting: Option<u64>, discarded: u64, failed: u64, suspended: u64) -> Option<LastKnown> {
        Some(LastKnown { written: 0, waiting, discarded, failed, suspended })
    }

    #[test]
    fn the_last_count_of_a_forward_and_of_its_queue_is_read_in_each_form() {
        let forms = [PLAIN.to_owned(), in_json("", PLAIN), in_json("@cee: ", PLAIN)];
        for form in forms {
            let should =
                vec![told(Some(300), 5, 0, 0), told(Some(299), 0, 2, 2), told(None, 0, 302, 1), None];
            assert_eq!(known(form.as_bytes(), true), should, "{form}");
        }
    }

    #[test]
    fn what_waits_before_two_servers_is_counted_once() {
        let (config, forwards) = read();
        let statistics = Statistics::parse(PLAIN.as_bytes(), true);
        let all: Vec<&Forward> = forwards.iter().chain(&forwards[1..2]).collect();
        assert_eq!(statistics.of_all(&config, &all), told(Some(599), 5, 306, 5));
        assert_eq!(Statistics::default().of_all(&config, &all), None);
    }

    #[test]
    fn a_line_that_is_cut_off_is_not_read() {
        let last = PLAIN.lines().find(|line| line.contains("naive")).unwrap();
        assert_eq!(known(last.as_bytes(), true), [None; 4], "no line end");
        assert_eq!(known(format!("{last}\n").as_bytes(), false), [None; 4], "perhaps no begin");
        assert_eq!(known(format!("{last}\n").as_bytes(), true)[2], told(None, 0, 302, 1));
        for end in 0..PLAIN.len() {
            known(&PLAIN.as_bytes()[..end], true);
            known(&PLAIN.as_bytes()[end..], false);
        }
    }

    /// `{ "name": "naive", "origin": "core.action", "processed": 300, … }`
    fn in_json(cookie: &str, plain: &str) -> String {
        let line = |line: &str| {
            let (time, rest) = line.split_at(26);
            let (name, pairs) = rest.split_once(": ").unwrap();
            let pairs = pairs.split_whitespace().map(|pair| {
                let (key, value) = pair.split_once('=').unwrap();
                let quote = if key == "origin" { "\"" } else { "" };
                format!(", \"{key}\": {quote}{value}{quote}")
            });
            format!("{time}{cookie}{{ \"name\": \"{name}\"{} }}\n", pairs.collect::<String>())
        };
        plain.lines().map(line).collect()
    }
}
