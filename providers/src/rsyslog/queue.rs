//! Queues of the newer language.
//!
//! Source: `qqueueApplyCnfParam`, `qqueueSetDefaultsActionQueue` in runtime/queue.c. A parameter that is wrong takes
//! all of them out of force: the queue is then direct.

use super::action::{Queue, QueueKind};
use super::value::{BadParameter, Parameters};

/// The queue that parameters ask for.
///
/// # Errors
/// When one of them is not what it must be.
pub fn of(parameters: &Parameters) -> Result<Queue, BadParameter> {
    let mut queue = Queue { timeout_enqueue: None, ..Queue::default() };
    if let Some(name) = parameters.text("queue.type")? {
        queue.kind = QueueKind::named(name).ok_or(BadParameter("queue.type"))?;
    }
    queue.file_name = parameters.word("queue.filename")?.map(<[u8]>::to_vec);
    queue.spool_directory = parameters.word("queue.spooldirectory")?.map(<[u8]>::to_vec);
    queue.size = parameters.size("queue.size")?.unwrap_or(queue.size);
    queue.max_disk_space = parameters.size("queue.maxdiskspace")?.unwrap_or(0);
    queue.checkpoint_interval = parameters.number("queue.checkpointinterval")?.unwrap_or(0);
    queue.save_on_shutdown = parameters.switch("queue.saveonshutdown")?.unwrap_or(true);
    queue.timeout_enqueue = parameters.number("queue.timeoutenqueue")?;
    parameters.size("queue.maxfilesize")?;
    parameters.switch("queue.syncqueuefiles")?;
    for name in NUMBERS {
        parameters.number(name)?;
    }
    if queue.kind == QueueKind::Direct {
        let is_of_queue = |name: &[u8]| name.starts_with(b"queue.") && name != b"queue.type";
        queue.ignored_parameters = parameters.0.iter().any(|parameter| is_of_queue(&parameter.name));
    }
    if queue.kind == QueueKind::Disk && queue.file_name.is_none() {
        queue.kind = QueueKind::LinkedList;
    }
    Ok(queue)
}

/// The queue before a ruleset, whose defaults are others.
///
/// # Errors
/// When a parameter is not what it must be.
pub fn of_ruleset(parameters: &Parameters) -> Result<Queue, BadParameter> {
    let mut queue = of(parameters)?;
    if parameters.get("queue.type").is_none() {
        queue.kind = QueueKind::FixedArray;
        queue.ignored_parameters = false;
    }
    if parameters.get("queue.size").is_none() {
        queue.size = 50_000;
    }
    Ok(queue)
}

/// Parameters that must be numbers, whatever they mean.
const NUMBERS: [&str; 15] = [
    "queue.dequeuebatchsize",
    "queue.mindequeuebatchsize",
    "queue.mindequeuebatchsize.timeout",
    "queue.highwatermark",
    "queue.lowwatermark",
    "queue.fulldelaymark",
    "queue.lightdelaymark",
    "queue.discardmark",
    "queue.workerthreads",
    "queue.timeoutshutdown",
    "queue.timeoutactioncompletion",
    "queue.timeoutworkerthreadshutdown",
    "queue.workerthreadminimummessages",
    "queue.dequeueslowdown",
    "queue.samplinginterval",
];
