//! `standfast probe rsyslog`: one marked message through the local socket, and the way that it takes.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use standfast_facts::connections::{self, Connection};
use standfast_facts::kernel::KernelError;
use standfast_facts::machine::Machine;
use standfast_facts::root::{Root, RootError};
use standfast_providers::rsyslog::action::{ActionState, Protocol, Sink};
use standfast_providers::rsyslog::forwards::Forward;
use standfast_providers::rsyslog::host::Host;
use standfast_providers::rsyslog::spool;
use standfast_providers::rsyslog::statistics::{LastKnown, Statistics};
use standfast_providers::shown::Shown;
use thiserror::Error;

/// The socket of syslog(3).
const SOCKET: &str = "/dev/log";
/// user.notice, as logger(1) sends.
const PRIORITY: u8 = 13;
/// How often is looked.
const STEP: Duration = Duration::from_millis(5);
/// How long a connection must have been there for what was sent to be on its way.
const SETTLED: Duration = Duration::from_millis(200);

/// Why nothing was sent or seen.
#[derive(Debug, Error)]
pub enum DeliveryError {
    /// The root directory.
    #[error(transparent)]
    Root(#[from] RootError),
    /// The processes.
    #[error("cannot see whether rsyslogd runs")]
    Daemons(#[source] KernelError),
    /// There is no configuration.
    #[error("no rsyslog.conf: rsyslog is not installed")]
    NotInstalled,
    /// Nothing runs.
    #[error("no rsyslogd runs, and nothing is logged or forwarded: start the service rsyslog")]
    NotRunning,
    /// The socket does not take the message.
    #[error("cannot send a message to {SOCKET}")]
    Socket(#[source] io::Error),
    /// No file of a fixed name is written.
    #[error("no rule writes to a file of a fixed name, in which a message could be seen to arrive")]
    NoFile,
}

/// Where a message was seen.
#[derive(Clone, Debug, Serialize)]
pub struct Written {
    /// The file.
    pub file: Shown,
    /// How many milliseconds after it was sent; `None` when it did not come.
    pub after_ms: Option<u64>,
    /// The line, as it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<Shown>,
}

/// What became of the message on its way to one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// The connection stands and nothing waits for it.
    Sent,
    /// It waits, for there is no connection.
    Waits,
    /// By UDP: nobody knows.
    Unknown,
}

/// A forward, and what became of the message there.
#[derive(Clone, Debug, Serialize)]
pub struct Sent {
    /// Where the forward stands.
    #[serde(flatten)]
    pub place: standfast_providers::provider::Place,
    /// The server.
    pub server: Shown,
    /// The protocol.
    pub protocol: &'static str,
    /// What became of it.
    pub way: Way,
    /// How many messages wait on disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u64>,
    /// How many bytes wait on disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_bytes: Option<u64>,
    /// Since when, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// What impstats last told of it, where it writes a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impstats: Option<LastKnown>,
}

/// What became of the message.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// What to look for on the server.
    pub marker: String,
    /// The files of this host.
    pub written: Vec<Written>,
    /// The servers.
    pub forwards: Vec<Sent>,
}

impl Delivery {
    /// Whether it is in a file here, and on its way to each server.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        let is_written = self.written.iter().any(|written| written.after_ms.is_some());
        let is_sent = !self.forwards.is_empty() && self.forwards.iter().all(|sent| sent.way != Way::Waits);
        is_written && is_sent
    }
}

/// Sends a marked message and follows it for so long at most.
///
/// # Errors
/// When nothing runs that could take it, or the socket does not.
pub fn follow(patience: Duration) -> Result<Delivery, DeliveryError> {
    let root = Root::host()?;
    let machine = Machine::new(&root);
    let host = observe(&machine)?;
    let pid = host.daemon.as_ref().map(|daemon| daemon.pid).ok_or(DeliveryError::NotRunning)?;
    let marker = format!("probe={:016x}", RandomState::new().build_hasher().finish());
    let files = Files::of(&root, &host, true);
    let socket = UnixDatagram::unbound().map_err(DeliveryError::Socket)?;
    let text = format!("<{PRIORITY}>standfast[{}]: {marker}", std::process::id());
    socket.send_to(text.as_bytes(), SOCKET).map_err(DeliveryError::Socket)?;
    let start = Instant::now();
    let mut written: Vec<Written> = Vec::new();
    while start.elapsed() < patience && written.len() < files.starts.len() {
        for (file, line) in files.new_lines(&marker) {
            let file = shown(file);
            if written.iter().all(|known| known.file != file) {
                let after_ms = u64::try_from(start.elapsed().as_millis()).ok();
                written.push(Written { file, after_ms, line: Some(line) });
            }
        }
        std::thread::sleep(STEP);
    }
    for file in files.starts.keys().map(|path| shown(path)) {
        if written.iter().all(|known| known.file != file) {
            written.push(Written { file, after_ms: None, line: None });
        }
    }
    let forwards = ways(&root, &host, pid, start, patience);
    Ok(Delivery { marker, written, forwards })
}

/// Waits on a server for marked messages of others, and gives the first that comes.
///
/// # Errors
/// When there is no file that they could be seen in.
pub fn listen(
    patience: Duration,
    mut told: impl FnMut(&Written) -> io::Result<()>,
) -> Result<bool, DeliveryError> {
    let root = Root::host()?;
    let machine = Machine::new(&root);
    let host = observe(&machine)?;
    let files = Files::of(&root, &host, false);
    if files.starts.is_empty() {
        return Err(DeliveryError::NoFile);
    }
    let start = Instant::now();
    let mut seen: Vec<Shown> = Vec::new();
    while start.elapsed() < patience {
        for (file, line) in files.new_lines("probe=") {
            if !seen.contains(&line) {
                seen.push(line.clone());
                let after = u64::try_from(start.elapsed().as_millis()).ok();
                let written = Written { file: shown(file), after_ms: after, line: Some(line) };
                told(&written).map_err(DeliveryError::Socket)?;
            }
        }
        std::thread::sleep(STEP);
    }
    Ok(!seen.is_empty())
}

fn observe<'m>(machine: &'m Machine<'m>) -> Result<Host<'m>, DeliveryError> {
    Host::observe(machine).map_err(DeliveryError::Daemons)?.ok_or(DeliveryError::NotInstalled)
}

fn shown(path: &Path) -> Shown {
    Shown::bytes(path.as_os_str().as_bytes())
}

/// The facility and severity of the message.
fn passes(mask: standfast_providers::rsyslog::pmask::Pmask) -> bool {
    mask.has(usize::from(PRIORITY >> 3), usize::from(PRIORITY & 7))
}

/// The files of fixed names, each with where it ended at the begin.
struct Files<'r> {
    root: &'r Root,
    starts: BTreeMap<PathBuf, usize>,
}

impl<'r> Files<'r> {
    /// Those that the message comes to, or all.
    fn of(root: &'r Root, host: &Host<'_>, only_ours: bool) -> Self {
        let mut starts = BTreeMap::new();
        for (id, action) in host.config.actions().iter().enumerate() {
            let Sink::File(file) = &action.sink else { continue };
            let comes = host.flow.hit(id).is_some_and(|hit| passes(hit.sure));
            if file.dynamic || action.state != ActionState::Active || only_ours && !comes {
                continue;
            }
            let path = PathBuf::from(std::ffi::OsStr::from_bytes(&file.path));
            let length = root.read(&path).map_or(0, |bytes| bytes.len());
            starts.insert(path, length);
        }
        Self { root, starts }
    }

    /// The lines that hold a text and were not there at the begin.
    fn new_lines(&self, text: &str) -> Vec<(&Path, Shown)> {
        let mut lines = Vec::new();
        for (path, start) in &self.starts {
            let Ok(bytes) = self.root.read(path) else { continue };
            // A file that became shorter was rotated.
            let new = bytes.get(*start..).unwrap_or(&bytes);
            let whole = new.get(..memchr_last(new)).unwrap_or_default();
            for line in whole.split(|byte| *byte == b'\n') {
                if line.windows(text.len()).any(|window| window == text.as_bytes()) {
                    lines.push((path.as_path(), Shown::bytes(line)));
                }
            }
        }
        lines
    }
}

/// Behind the last line end.
fn memchr_last(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
}

/// What became of the message at each forward that it comes to.
fn ways(root: &Root, host: &Host<'_>, pid: u32, start: Instant, patience: Duration) -> Vec<Sent> {
    let forwards: Vec<Forward> = host.config.forwards(&host.flow);
    let ours: Vec<&Forward> = forwards.iter().filter(|forward| passes(forward.reach.sure)).collect();
    let needs_connection = |forward: &&&Forward| forward.forwarding.protocol != Protocol::Udp;
    let mut settled: Option<Instant> = None;
    while start.elapsed() < patience {
        let connections = connections::of_pid(root, pid).unwrap_or_default();
        if ours.iter().filter(needs_connection).all(|forward| is_connected(&connections, forward)) {
            let since = *settled.get_or_insert_with(Instant::now);
            if since.elapsed() >= SETTLED {
                break;
            }
        } else {
            settled = None;
        }
        std::thread::sleep(STEP);
    }
    let connections = connections::of_pid(root, pid).unwrap_or_default();
    let statistics = Statistics::read(root, &host.config);
    let known = |forward: &Forward| statistics.as_ref()?.of(&host.config, forward);
    let told = |forward| Sent { impstats: known(forward), ..way(root, host, forward, &connections) };
    ours.into_iter().map(told).collect()
}

fn is_connected(connections: &[Connection], forward: &Forward) -> bool {
    let port = std::str::from_utf8(&forward.forwarding.port).ok().and_then(|port| port.parse::<u16>().ok());
    let address =
        std::str::from_utf8(&forward.forwarding.target).ok().and_then(|host| host.parse::<IpAddr>().ok());
    // A name is not looked up: the port will do.
    let is_it = |one: &&Connection| {
        Some(one.port) == port && address.is_none_or(|address| one.address.to_canonical() == address)
    };
    connections.iter().filter(is_it).any(|one| one.unacknowledged == 0)
}

fn way(root: &Root, host: &Host<'_>, forward: &Forward, connections: &[Connection]) -> Sent {
    let way = match forward.forwarding.protocol {
        Protocol::Udp => Way::Unknown,
        _ if is_connected(connections, forward) => Way::Sent,
        _ => Way::Waits,
    };
    let globals = host.config.globals().work_directory.as_ref().map(|(directory, _)| directory);
    let directory = forward.queue.spool_directory.as_ref().or(globals);
    let waiting = forward.queue.file_name.as_ref().zip(directory).and_then(|(name, directory)| {
        let directory = Path::new(std::ffi::OsStr::from_bytes(directory));
        spool::waiting(root, directory, std::str::from_utf8(name).ok()?)
    });
    let waiting = waiting.filter(|_| way == Way::Waits).unwrap_or_default();
    Sent {
        place: forward.place.clone(),
        server: Shown::owned(format!(
            "{}:{}",
            Shown::bytes(&forward.forwarding.target),
            Shown::bytes(&forward.forwarding.port)
        )),
        protocol: forward.forwarding.protocol.word(),
        way,
        waiting: waiting.messages,
        waiting_bytes: (waiting.bytes > 0).then_some(waiting.bytes),
        since: waiting.since,
        impstats: None,
    }
}
