//! What is written for a forward: a file of its own, or the same lines in rsyslog.conf.
//!
//! Each number here was measured; docs/rsyslog.md has the figures.

use std::fmt::Write as _;

use thiserror::Error;

use super::desired::{AuthMode, Format, QueueIn, RsyslogForward, Switch, TlsDriver, Transport};
use super::render_legacy;
use super::values::{Host, Port, Rate, Retries};
use super::version::Version;

/// How many messages are in memory when the disk is begun to be used, and down to how many it then takes them.
///
/// So many and [`DEQUEUE_BATCH`] can be lost when rsyslogd is killed while the server is away; the default is nine tenths of the queue.
pub const HIGH_WATERMARK: u32 = 20;
/// See [`HIGH_WATERMARK`]; with 1 rsyslogd takes seven tenths of the queue instead.
pub const LOW_WATERMARK: u32 = 2;
/// After how many messages the index of the queue's files is written. Without it nobody reads them after a kill.
pub const CHECKPOINT_INTERVAL: u32 = 10;
/// The same for a queue that is on the disk always: it must lose none.
pub const CHECKPOINT_ALWAYS: u32 = 1;
/// How many messages a worker takes at once: a batch that waits for the server is in memory, and lost by a kill as what
/// is below [`HIGH_WATERMARK`]. The default is 128.
pub const DEQUEUE_BATCH: u32 = 16;
/// How long a worker pauses after each batch, in microseconds, so that the disk's part is not found empty again and
/// again while a burst still comes in.
///
/// The worker that reads the disk ends whenever it finds nothing there (`ChkStopWrkrReg` in runtime/queue.c, up to
/// 8.2606), and what is written while it ends waits for the next burst: 3 of 100 bursts by TCP, 14 by RELP.
pub const DEQUEUE_SLOWDOWN: u32 = 2_000;
/// The same where a batch is one message.
pub const DEQUEUE_SLOWDOWN_SINGLE: u32 = 200;
/// How long a full queue holds up local logging for one message before that is dropped, in milliseconds.
pub const TIMEOUT_ENQUEUE: u32 = 100;
/// Seconds until the next attempt; rsyslogd's default is 30, in which a naive forward drops all that comes.
pub const RESUME_INTERVAL: u32 = 5;
/// The most that this grows to, in seconds; rsyslogd's default is 1800.
pub const RESUME_INTERVAL_MAX: u32 = 60;
/// How many messages a queue on disk may hold: its bound is in bytes.
pub(super) const BOUNDLESS: u32 = 100_000_000;
/// The largest file of a queue, in bytes: what was sent is removed by whole files.
const FILE_BYTES: i64 = 16 << 20;

/// What a text depends on beside the desired state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// The rsyslogd that will read it.
    pub version: Version,
    /// The directory of queue files.
    pub spool: String,
    /// The working directory that the lines of others set.
    pub working_directory: Option<String>,
    /// Whether the module omrelp is loaded before.
    pub relp_is_loaded: bool,
    /// The stream driver of forwards that name none; `None` is `ptcp`.
    pub global_driver: Option<String>,
    /// The certificates that hold for all forwards, as far as they are set: authority, own, key.
    pub global_certificates: [Option<String>; 3],
}

/// Why what is wanted cannot be said to this rsyslogd.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RenderError {
    /// It came with a later version.
    #[error("{what} came with rsyslog {since}, and {version} is installed{instead}")]
    TooOld {
        /// What is wanted.
        what: &'static str,
        /// Where it is known from.
        since: &'static str,
        /// What is installed.
        version: Version,
        /// What works, with what joins it to the sentence.
        instead: &'static str,
    },
    /// Certificates that hold for all forwards are others.
    #[error(
        "rsyslog {version} has one {what} for all forwards, and it is {is}: this forward cannot have {should}; rsyslog \
         8.2108 can"
    )]
    OtherCertificate {
        /// Which one.
        what: &'static str,
        /// The one that is set.
        is: String,
        /// The one that is wanted.
        should: String,
        /// What is installed.
        version: Version,
    },
    /// The working directory is another, and this version has one for all.
    #[error(
        "the working directory is another than `spool_dir` {spool}, and {form} has no directory for one queue"
    )]
    OtherDirectory {
        /// The directory that is wanted.
        spool: String,
        /// The language or version.
        form: String,
    },
}

/// The line that begins what is ours.
#[must_use]
pub fn mark(name: &str) -> String {
    format!("# standfast: rsyslog_forward {name}")
}

/// The line that ends it in a file that is not ours.
#[must_use]
pub fn end_mark(name: &str) -> String {
    format!("# standfast: end of rsyslog_forward {name}")
}

/// The name of the action, its ruleset and its queue's files.
#[must_use]
pub fn object_name(name: &str) -> String {
    format!("standfast_{name}")
}

/// Which language is written.
#[must_use]
pub fn is_legacy(desired: &RsyslogForward, version: Version) -> bool {
    match desired.format {
        Format::Legacy => true,
        Format::RainerScript => false,
        Format::Auto => !version.has_rainerscript(),
    }
}

/// The lines of a forward.
///
/// # Errors
/// When this rsyslogd cannot be told so.
pub fn render(desired: &RsyslogForward, around: &Surroundings) -> Result<Vec<String>, RenderError> {
    let version = around.version;
    let too_old = |what, since, instead| Err(RenderError::TooOld { what, since, version, instead });
    if desired.tls == Switch::On {
        if desired.protocol == Transport::Relp && !version.has_relp_tls() {
            return too_old("TLS for RELP", "7.6", "; take tcp");
        }
        if desired.tls_driver == Some(TlsDriver::Ossl) && !version.has_ossl() {
            return too_old("the TLS driver ossl", "8.36", "; take gtls");
        }
    }
    if desired.rate_limit != Rate::Unlimited && !version.has_forward_limit() {
        return too_old("`rate_limit`", "8.2012", "; without it everything is sent");
    }
    if !is_legacy(desired, version) {
        if !version.has_rainerscript() {
            return too_old("RainerScript that can forward", "7.4", "; take `format` legacy");
        }
        return rainerscript(desired, around);
    }
    if desired.filter.is_some() {
        return too_old("`filter`", "7.4", "; take `selector`");
    }
    if desired.failover.is_some() {
        return too_old("`failover` that waits for nobody", "7.4", "");
    }
    render_legacy::legacy(desired, around)
}

/// The parameters of one object, some on a line.
struct Object {
    text: String,
    column: usize,
    indent: usize,
}

const WIDTH: usize = 110;

impl Object {
    fn begin(text: &str) -> Self {
        let indent = text.len() - text.trim_start().len();
        Self { text: text.to_owned(), column: text.len(), indent }
    }

    fn set(&mut self, name: &str, value: impl std::fmt::Display) {
        let parameter = format!("{name}=\"{value}\"");
        self.raw(&parameter);
    }

    fn raw(&mut self, parameter: &str) {
        if self.text.ends_with('(') {
            self.column += parameter.len();
        } else if self.column + parameter.len() > WIDTH {
            let indent = self.indent + 4;
            let _ = write!(self.text, "\n{:indent$}", "");
            self.column = indent + parameter.len();
        } else {
            self.text.push(' ');
            self.column += 1 + parameter.len();
        }
        self.text.push_str(parameter);
    }

    fn end(mut self) -> Vec<String> {
        self.text.push(')');
        self.text.lines().map(str::to_owned).collect()
    }
}

fn rainerscript(desired: &RsyslogForward, around: &Surroundings) -> Result<Vec<String>, RenderError> {
    let mut lines = vec![mark(&desired.name.0)];
    if desired.protocol == Transport::Relp && !around.relp_is_loaded {
        lines.push("module(load=\"omrelp\")".into());
    }
    if !around.version.has_spool_directory() {
        let form = format!("rsyslog {}", around.version);
        let directory = working_directory(desired, around, &form)?;
        lines.extend(directory.map(|directory| format!("global(workDirectory=\"{directory}\")")));
    }
    lines.extend(global_certificates(desired, around)?);
    let name = object_name(&desired.name.0);
    let servers = desired.servers();
    if let [(host, port)] = servers[..] {
        let mut object = Object::begin("action(");
        forward(&mut object, desired, around, &name, (host, port));
        queue(&mut object, desired, around, &name);
        retry(&mut object, desired.retry, around.version);
        lines.extend(messages(desired, &object.end()));
        return Ok(lines);
    }
    // The queue is before all of them: with one of its own the first server would never count as away.
    let mut ruleset = Object::begin("ruleset(");
    ruleset.set("name", &name);
    queue(&mut ruleset, desired, around, &name);
    lines.extend(ruleset.end());
    if let Some(last) = lines.last_mut() {
        last.push_str(" {");
    }
    for (at, (host, port)) in servers.iter().enumerate() {
        let mut object = Object::begin("    action(");
        forward(&mut object, desired, around, &format!("{name}_{}", at + 1), (host, *port));
        if at > 0 {
            object.set("action.execOnlyWhenPreviousIsSuspended", "on");
        }
        let is_last = at + 1 == servers.len();
        retry(&mut object, if is_last { desired.retry } else { Retries::Times(0) }, around.version);
        lines.extend(object.end());
    }
    lines.push("}".into());
    lines.extend(messages(desired, &[format!("call {name}")]));
    Ok(lines)
}

/// The statement for those messages that it is for.
fn messages(desired: &RsyslogForward, statement: &[String]) -> Vec<String> {
    let mut lines = Vec::with_capacity(statement.len() + 2);
    if let Some(filter) = &desired.filter {
        lines.push(format!("if ({}) then {{", filter.0));
        lines.extend(statement.iter().map(|line| format!("    {line}")));
        lines.push("}".into());
        return lines;
    }
    let mut statement = statement.iter();
    lines.push(format!("{} {}", desired.selector().0, statement.next().map_or("", String::as_str)));
    lines.extend(statement.cloned());
    lines
}

/// Where it goes, and how.
fn forward(
    object: &mut Object,
    desired: &RsyslogForward,
    around: &Surroundings,
    name: &str,
    (host, port): (&Host, Port),
) {
    let relp = desired.protocol == Transport::Relp;
    object.set("type", if relp { "omrelp" } else { "omfwd" });
    object.set("name", name);
    object.set("target", host);
    object.set("port", port);
    if !relp {
        // Without it an action() sends by UDP.
        object.set("protocol", desired.protocol.word());
    }
    if desired.protocol == Transport::Tcp {
        object.set("TCP_Framing", "octet-counted");
        if around.version.has_keep_alive() {
            object.set("KeepAlive", "on");
        }
    }
    object.set("template", &desired.template.0);
    if let Rate::Limited { messages, seconds } = desired.rate_limit {
        object.set("RateLimit.Interval", seconds);
        object.set("RateLimit.Burst", messages);
    }
    if desired.tls == Switch::On {
        match desired.protocol {
            Transport::Relp => relp_tls(object, desired, around, host),
            Transport::Tcp | Transport::Udp => tcp_tls(object, desired, around, host),
        }
    }
}

fn tcp_tls(object: &mut Object, desired: &RsyslogForward, around: &Surroundings, host: &Host) {
    object.set("StreamDriver", desired.tls_driver.unwrap_or(TlsDriver::Gtls).word());
    // Without it everything is sent in plain text, whatever else is said of TLS.
    object.set("StreamDriverMode", 1);
    object.set("StreamDriverAuthMode", stream_auth_mode(desired.auth_mode));
    if desired.auth_mode == AuthMode::Name {
        object.set("StreamDriverPermittedPeers", desired.peers(host).join(","));
    }
    if around.version.has_expired_certificates() && desired.auth_mode != AuthMode::Anon {
        object.set("StreamDriver.PermitExpiredCerts", "off");
    }
    if around.version.has_own_certificates() {
        for (name, file) in [
            ("StreamDriver.CAFile", &desired.ca_file),
            ("StreamDriver.CertFile", &desired.cert_file),
            ("StreamDriver.KeyFile", &desired.key_file),
        ] {
            if let Some(file) = file {
                object.set(name, &file.0);
            }
        }
    }
}

pub(super) fn stream_auth_mode(mode: AuthMode) -> &'static str {
    match mode {
        AuthMode::Name => "x509/name",
        AuthMode::CertValid => "x509/certvalid",
        AuthMode::Anon => "anon",
    }
}

fn relp_tls(object: &mut Object, desired: &RsyslogForward, around: &Surroundings, host: &Host) {
    object.set("tls", "on");
    for (name, file) in [
        ("tls.caCert", &desired.ca_file),
        ("tls.myCert", &desired.cert_file),
        ("tls.myPrivKey", &desired.key_file),
    ] {
        if let Some(file) = file {
            object.set(name, &file.0);
        }
    }
    match desired.auth_mode {
        AuthMode::Name => {
            object.set("tls.authMode", "name");
            let peers = desired.peers(host);
            let mut list = String::new();
            for peer in &peers {
                let comma = if list.is_empty() { "" } else { "," };
                let _ = write!(list, "{comma}\"{peer}\"");
            }
            object.raw(&format!("tls.permittedPeer=[{list}]"));
        }
        AuthMode::CertValid => object.set("tls.authMode", "certvalid"),
        AuthMode::Anon => {}
    }
    if around.version.has_relp_patience() {
        object.set("tls.permanentFailureDisablesAction", "off");
    }
}

/// The queue; UDP needs none, for nothing ever fails.
fn queue(object: &mut Object, desired: &RsyslogForward, around: &Surroundings, name: &str) {
    if desired.protocol == Transport::Udp {
        return;
    }
    let on_disk = desired.queue != QueueIn::Memory;
    let always = desired.queue == QueueIn::AlwaysDisk;
    object.set("queue.type", if always { "Disk" } else { "LinkedList" });
    object.set("queue.size", if always { BOUNDLESS } else { desired.queue_size.0 });
    if on_disk {
        object.set("queue.fileName", name);
        if around.version.has_spool_directory() {
            // Without a directory rsyslogd keeps the queue in memory, and says nothing that stops anyone.
            object.set("queue.spoolDirectory", &around.spool);
        }
        object.set("queue.maxDiskSpace", &desired.queue_max_disk.0);
        object.set("queue.maxFileSize", file_size(desired));
        if !always {
            object.set("queue.highWatermark", HIGH_WATERMARK);
            object.set("queue.lowWatermark", LOW_WATERMARK);
        }
        object.set("queue.checkpointInterval", if always { CHECKPOINT_ALWAYS } else { CHECKPOINT_INTERVAL });
        object.set("queue.saveOnShutdown", "on");
    }
    dequeue(object, desired);
    object.set("queue.timeoutEnqueue", TIMEOUT_ENQUEUE);
}

/// How many messages a worker takes at once, and how long it pauses after them.
fn dequeue(object: &mut Object, desired: &RsyslogForward) {
    let is_assisted = desired.queue == QueueIn::Disk;
    // A batch that the first server's end cuts in two is not given to the second: it is to be one message.
    let is_single = desired.failover.is_some();
    if is_single {
        object.set("queue.dequeueBatchSize", 1);
    } else if is_assisted {
        object.set("queue.dequeueBatchSize", DEQUEUE_BATCH);
    }
    if is_assisted {
        object
            .set("queue.dequeueSlowDown", if is_single { DEQUEUE_SLOWDOWN_SINGLE } else { DEQUEUE_SLOWDOWN });
    }
}

/// The working directory to be set for the queue's files, where they cannot have one of their own. It is set even if
/// it is set already: that may be behind these lines.
pub(super) fn working_directory<'s>(
    desired: &RsyslogForward,
    around: &'s Surroundings,
    form: &str,
) -> Result<Option<&'s str>, RenderError> {
    if desired.queue == QueueIn::Memory || desired.protocol == Transport::Udp {
        return Ok(None);
    }
    match &around.working_directory {
        Some(other) if *other != around.spool => {
            Err(RenderError::OtherDirectory { spool: around.spool.clone(), form: form.to_owned() })
        }
        _ => Ok(Some(&around.spool)),
    }
}

/// The size of a queue's files: at least four of them, for only whole ones are removed.
pub(super) fn file_size(desired: &RsyslogForward) -> String {
    let bytes = FILE_BYTES.min(desired.queue_max_disk.bytes() / 4);
    if bytes == FILE_BYTES { "16m".into() } else { format!("{}k", (bytes >> 10).max(64)) }
}

fn retry(object: &mut Object, retries: Retries, version: Version) {
    object.set("action.resumeRetryCount", retries.count());
    object.set("action.resumeInterval", RESUME_INTERVAL);
    if version.has_resume_interval_max() {
        object.set("action.resumeIntervalMax", RESUME_INTERVAL_MAX);
    }
}

/// Before 8.2108 certificates hold for all forwards.
fn global_certificates(
    desired: &RsyslogForward,
    around: &Surroundings,
) -> Result<Option<String>, RenderError> {
    if !needs_global_certificates(desired, around.version) {
        return Ok(None);
    }
    let mut object = Object::begin("global(");
    for (name, file) in missing_certificates(desired, around)? {
        object.set(name, file);
    }
    let lines = object.end();
    Ok((lines != ["global()"]).then(|| lines.join("\n")))
}

pub(super) fn needs_global_certificates(desired: &RsyslogForward, version: Version) -> bool {
    desired.tls == Switch::On && desired.protocol == Transport::Tcp && !version.has_own_certificates()
}

/// The certificates for all forwards that are to be set, by the names that both languages have for them.
pub(super) fn missing_certificates<'d>(
    desired: &'d RsyslogForward,
    around: &Surroundings,
) -> Result<Vec<(&'static str, &'d str)>, RenderError> {
    let wanted = [
        ("DefaultNetstreamDriverCAFile", &desired.ca_file),
        ("DefaultNetstreamDriverCertFile", &desired.cert_file),
        ("DefaultNetstreamDriverKeyFile", &desired.key_file),
    ];
    let mut missing = Vec::new();
    for ((name, wanted), is) in wanted.into_iter().zip(&around.global_certificates) {
        match (wanted, is) {
            (Some(wanted), None) => missing.push((name, wanted.0.as_str())),
            (Some(wanted), Some(is)) if wanted.0 != *is => {
                return Err(RenderError::OtherCertificate {
                    what: name,
                    is: is.clone(),
                    should: wanted.0.clone(),
                    version: around.version,
                });
            }
            _ => {}
        }
    }
    Ok(missing)
}
