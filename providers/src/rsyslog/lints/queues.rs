//! Queues that are not what they look like, and forwards that lose without one.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Findings, told};
use crate::rsyslog::action::{Action, Form, Protocol, Queue, QueueKind};
use crate::rsyslog::files::Kind;
use crate::rsyslog::forwards::Forward;
use crate::rsyslog::tree::Span;
use crate::shown::Shown;

impl Findings<'_> {
    pub(super) fn of_queues(&mut self) {
        for (forward, action) in self.running() {
            if forward.forwarding.protocol != Protocol::Udp && !action.only_when_previous_suspended {
                self.patience(forward);
            }
        }
        let config = self.config();
        let active = |action: &&Action| action.state == crate::rsyslog::action::ActionState::Active;
        let of_actions =
            config.actions().iter().filter(active).map(|action| (action.span, action.form, &action.queue));
        let of_rulesets = config
            .rulesets()
            .iter()
            .filter_map(|ruleset| ruleset.queue.as_ref().map(|queue| (ruleset.span, Form::Object, queue)));
        let queues: Vec<_> = of_actions.chain(of_rulesets).collect();
        for (span, form, queue) in &queues {
            self.queue(*span, *form, queue);
        }
        self.shared_names(&queues);
    }

    /// The queue that a forward waits in: its own, or that of its ruleset.
    fn queue_of(&self, forward: &Forward) -> Option<&Queue> {
        if forward.queue.kind != QueueKind::Direct {
            return self.config().actions().get(forward.action).map(|action| &action.queue);
        }
        let hit = self.lint.flow.hit(forward.action)?;
        self.config().rulesets()[hit.ruleset].queue.as_ref().filter(|queue| queue.kind != QueueKind::Direct)
    }

    fn patience(&mut self, forward: &Forward) {
        let to = told(forward);
        let queue = self.queue_of(forward).cloned();
        let endless = forward.retry.count == -1;
        match queue {
            None if endless => self.add(
                forward.span,
                "endless-retry-without-queue",
                &format!("tries {to} for ever and has no queue: while it is away, nothing is logged on this host either"),
                "give it a queue: queue.type=\"LinkedList\" and queue.filename=\"…\"",
            ),
            Some(queue) if queue.is_disk_assisted() => {}
            _ if forward.queue.file_name.is_some() => {}
            _ => self.add(
                forward.span,
                "no-disk-queue",
                &format!("has no queue on disk: what {to} does not take is lost, at a restart at the latest"),
                "add queue.type=\"LinkedList\" queue.filename=\"…\" and a workDirectory",
            ),
        }
        let is_followed = self
            .config()
            .actions()
            .get(forward.action + 1)
            .is_some_and(|next| next.only_when_previous_suspended);
        if !endless && !is_followed {
            let count = forward.retry.count;
            self.add(
                forward.span,
                "gives-up",
                &format!("drops a message for {to} after {count} new attempts"),
                "write action.resumeRetryCount=\"-1\", with a queue",
            );
        }
    }

    fn queue(&mut self, span: Span, form: Form, queue: &Queue) {
        let Some(name) = &queue.file_name else { return };
        let name = Shown::bytes(name);
        if queue.kind == QueueKind::Direct {
            let how = if form == Form::Legacy {
                "$ActionQueueType LinkedList"
            } else {
                "queue.type=\"LinkedList\""
            };
            return self.add(
                span,
                "queue-file-without-type",
                &format!("names the queue file `{name}` and no type of queue: there is no queue"),
                &format!("add {how}"),
            );
        }
        self.directory(span, queue);
        let (interval, space) = (queue.checkpoint_interval, queue.max_disk_space);
        if interval == 0 {
            let message = "writes the index of its queue at shutdown only: what is on disk is lost when rsyslogd is killed";
            self.add(span, "no-checkpoint", message, "set queue.checkpointInterval=\"100\"");
        }
        if space == 0 {
            self.add(span, "unbounded-disk", "lets its queue fill the disk", "set queue.maxDiskSpace=\"1g\"");
        }
        if queue.timeout_enqueue.is_none() {
            let message = match form {
                Form::Legacy => "drops a message after 50 ms once its queue is full",
                Form::Object => "holds up all logging for 2 seconds a message once its queue is full",
            };
            self.add(span, "enqueue-timeout", message, "set queue.timeoutEnqueue=\"100\"");
        }
    }

    /// The directory of a queue's files must be there.
    fn directory(&mut self, span: Span, queue: &Queue) {
        let global = self.config().globals().work_directory.as_ref().map(|(path, _)| path.clone());
        let path = queue.spool_directory.clone().or(global);
        let Some(path) = path else {
            let message =
                "has a queue file and no working directory: the queue stays in memory, without a word";
            return self.add(
                span,
                "no-work-directory",
                message,
                "set global(workDirectory=\"/var/spool/rsyslog\")",
            );
        };
        let place = Path::new(std::ffi::OsStr::from_bytes(&path));
        if self.lint.files.kind(place) != Kind::Directory {
            let message = format!("{} is no directory: the queue stays in memory", Shown::bytes(&path));
            self.add(
                span,
                "work-directory-missing",
                &message,
                "create it with mode 0700 for the user of rsyslogd",
            );
        }
    }

    fn shared_names(&mut self, queues: &[(Span, Form, &Queue)]) {
        let mut seen: std::collections::BTreeMap<(PathBuf, Vec<u8>), Span> =
            std::collections::BTreeMap::new();
        for (span, _, queue) in queues {
            let Some(name) = queue.file_name.clone().filter(|_| queue.kind != QueueKind::Direct) else {
                continue;
            };
            let spool = queue.spool_directory.clone().unwrap_or_default();
            let key = (PathBuf::from(std::ffi::OsStr::from_bytes(&spool)), name.clone());
            match seen.get(&key) {
                Some(first) => {
                    let first = self.config().place(*first);
                    let message = format!(
                        "the queue file `{}` belongs to {first} already: this queue stays in memory",
                        Shown::bytes(&name)
                    );
                    self.add(*span, "queue-file-twice", &message, "give it another name");
                }
                None => drop(seen.insert(key, *span)),
            }
        }
    }
}
