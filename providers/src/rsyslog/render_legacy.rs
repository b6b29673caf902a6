//! What is written for a forward in the older language, which all versions read.
//!
//! A `$Action…` line is for the next action of any kind and is spent by it; those that are not are set back behind it.

use super::desired::{AuthMode, QueueIn, RsyslogForward, Switch, TlsDriver, Transport};
use super::render::{
    self, BOUNDLESS, CHECKPOINT_ALWAYS, CHECKPOINT_INTERVAL, DEQUEUE_BATCH, DEQUEUE_SLOWDOWN, HIGH_WATERMARK,
    LOW_WATERMARK, RESUME_INTERVAL, RenderError, Surroundings, TIMEOUT_ENQUEUE, mark, object_name,
};

/// The lines of a forward to one server.
pub(super) fn legacy(desired: &RsyslogForward, around: &Surroundings) -> Result<Vec<String>, RenderError> {
    let mut lines = vec![mark(&desired.name.0)];
    let mut behind = Vec::new();
    if desired.protocol == Transport::Relp && !around.relp_is_loaded {
        lines.push("$ModLoad omrelp".into());
    }
    if desired.tls == Switch::On {
        tls(desired, around, &mut lines, &mut behind)?;
    }
    if desired.protocol != Transport::Udp {
        let directory = render::working_directory(desired, around, "the older language")?;
        lines.extend(directory.map(|directory| format!("$WorkDirectory {directory}")));
        queue(desired, &mut lines);
        lines.push(format!("$ActionResumeInterval {RESUME_INTERVAL}"));
        lines.push(format!("$ActionResumeRetryCount {}", desired.retry.count()));
        // It holds for all that follows, and is rsyslogd's own default.
        behind.push("$ActionResumeInterval 30".into());
    }
    lines.push(rule(desired, around));
    lines.extend(behind);
    Ok(lines)
}

fn queue(desired: &RsyslogForward, lines: &mut Vec<String>) {
    let name = object_name(&desired.name.0);
    let on_disk = desired.queue != QueueIn::Memory;
    let always = desired.queue == QueueIn::AlwaysDisk;
    lines.push(format!("$ActionQueueType {}", if always { "Disk" } else { "LinkedList" }));
    lines.push(format!("$ActionQueueSize {}", if always { BOUNDLESS } else { desired.queue_size.0 }));
    if on_disk {
        lines.push(format!("$ActionQueueFileName {name}"));
        lines.push(format!("$ActionQueueMaxDiskSpace {}", desired.queue_max_disk.0));
        lines.push(format!("$ActionQueueMaxFileSize {}", render::file_size(desired)));
        if !always {
            lines.push(format!("$ActionQueueHighWaterMark {HIGH_WATERMARK}"));
            lines.push(format!("$ActionQueueLowWaterMark {LOW_WATERMARK}"));
            lines.push(format!("$ActionQueueDequeueBatchSize {DEQUEUE_BATCH}"));
            lines.push(format!("$ActionQueueDequeueSlowdown {DEQUEUE_SLOWDOWN}"));
        }
        let interval = if always { CHECKPOINT_ALWAYS } else { CHECKPOINT_INTERVAL };
        lines.push(format!("$ActionQueueCheckpointInterval {interval}"));
        lines.push("$ActionQueueSaveOnShutdown on".into());
    }
    lines.push(format!("$ActionQueueTimeoutEnqueue {TIMEOUT_ENQUEUE}"));
}

fn tls(
    desired: &RsyslogForward,
    around: &Surroundings,
    lines: &mut Vec<String>,
    behind: &mut Vec<String>,
) -> Result<(), RenderError> {
    for (name, file) in render::missing_certificates(desired, around)? {
        lines.push(format!("${name} {file}"));
    }
    lines.push(format!("$ActionSendStreamDriver {}", desired.tls_driver.unwrap_or(TlsDriver::Gtls).word()));
    lines.push("$ActionSendStreamDriverMode 1".into());
    lines.push(format!("$ActionSendStreamDriverAuthMode {}", render::stream_auth_mode(desired.auth_mode)));
    if desired.auth_mode == AuthMode::Name
        && let Some(host) = &desired.target
    {
        let peers = desired.peers(host);
        lines.extend(peers.iter().map(|peer| format!("$ActionSendStreamDriverPermittedPeer {peer}")));
    }
    behind.push(format!("$ActionSendStreamDriver {}", around.global_driver.as_deref().unwrap_or("ptcp")));
    behind.push("$ActionSendStreamDriverMode 0".into());
    Ok(())
}

fn rule(desired: &RsyslogForward, around: &Surroundings) -> String {
    let (selector, port, template) = (desired.selector().0, desired.port(), &desired.template.0);
    let host = match &desired.target {
        Some(host) if host.0.contains(':') => format!("[{host}]"),
        Some(host) => host.0.clone(),
        None => String::new(),
    };
    // The port is always written: without one, a blank or comment behind the host becomes part of its name.
    match desired.protocol {
        Transport::Udp => format!("{selector} @{host}:{port};{template}"),
        Transport::Tcp => {
            let framing = if around.version.has_octet_counting() { "(o)" } else { "" };
            format!("{selector} @@{framing}{host}:{port};{template}")
        }
        Transport::Relp => format!("{selector} :omrelp:{host}:{port};{template}"),
    }
}
