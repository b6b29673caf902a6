//! Lines that rsyslogd cannot read, or reads otherwise than they look.

use super::Findings;
use crate::rsyslog::action::{Action, ActionState, Refusal};
use crate::rsyslog::fault::{Fault, FaultKind};
use crate::rsyslog::words::refusal;
use crate::shown::Shown;

type Words = (&'static str, String, String);

impl Findings<'_> {
    pub(super) fn lines(&mut self) {
        let faults = &self.config().faults;
        let ends: Vec<_> = faults
            .iter()
            .filter(|fault| matches!(fault.kind, FaultKind::Syntax | FaultKind::UnexpectedEnd))
            .map(|fault| (fault.span.file, fault.span.line))
            .collect();
        // The error says it all.
        let is_noise = |fault: &&Fault| {
            matches!(fault.kind, FaultKind::InvalidCharacter(_))
                && ends.contains(&(fault.span.file, fault.span.line))
        };
        for fault in faults.iter().filter(|fault| !is_noise(fault)) {
            let (code, message, remedy) = self.words(fault);
            self.add(fault.span, code, &message, &remedy);
        }
        for action in self.config().actions() {
            self.state(action);
        }
        for span in &self.lint.flow.recursive_calls {
            self.add(
                *span,
                "recursive-call",
                "calls a ruleset that leads back here: rsyslogd ends at the end of its stack",
                "take one of the calls out",
            );
        }
    }

    fn state(&mut self, action: &Action) {
        match &action.state {
            ActionState::Active => {}
            ActionState::Disabled => self.add(
                action.span,
                "disabled-action",
                "is switched off: config.enabled is not `on`",
                "write config.enabled=\"on\", or take the action out",
            ),
            ActionState::Refused(why) => {
                let remedy = match why {
                    Refusal::ModuleNotLoaded => "load its module before it",
                    Refusal::NoTemplate(_) => "define the template before it",
                    Refusal::NoOutputChannel(_) => "define the output channel before it",
                    Refusal::MissingParameter(_) => "add it",
                    Refusal::BadParameter(_) => "correct it",
                    Refusal::TrailingText => "begin the comment with #, the template with ;",
                    Refusal::UnknownAction => "write an action that rsyslogd knows",
                };
                let message = format!("rsyslogd goes on without this action: {}", refusal(why));
                self.add(action.span, "refused-action", &message, remedy);
            }
        }
    }

    fn words(&self, fault: &Fault) -> Words {
        let words = |code, message: &str, remedy: &str| (code, message.to_owned(), remedy.to_owned());
        match &fault.kind {
            FaultKind::Syntax | FaultKind::UnexpectedEnd => self.syntax(fault),
            FaultKind::TooDeep => words(
                "syntax-error",
                "is deeper in others than rsyslogd's parser bears: everything from here on is discarded",
                "divide it into rulesets",
            ),
            FaultKind::UnclosedComment => words(
                "unclosed-comment",
                "begins a comment with /* that no */ ends: everything behind it is part of it",
                "end the comment",
            ),
            FaultKind::InvalidCharacter(byte) => (
                "invalid-character",
                format!("has a `{}` that begins nothing: rsyslogd passes over it", Shown::bytes(&[*byte])),
                "take it out".to_owned(),
            ),
            FaultKind::NotInBlock(_) => words(
                "syntax-error",
                "is a declaration among statements: everything from here on is discarded",
                "move it out of the block",
            ),
            FaultKind::MissingInclude { .. }
            | FaultKind::EmptyInclude
            | FaultKind::QuotedInclude(_)
            | FaultKind::RecursiveInclude(_)
            | FaultKind::Unreadable(..)
            | FaultKind::TooManyFiles => include(fault),
            FaultKind::BsdBlock => words(
                "bsd-block",
                "is a block of the BSDs, which rsyslog 7.1.1 took away: what stands in it is for all messages",
                "write `if $programname == '…' then { … }`",
            ),
            FaultKind::SwallowedLine => words(
                "swallowed-line",
                "is a comment that ends with \\: the next line is part of it",
                "take the \\ away",
            ),
            FaultKind::LostJoined => words(
                "lost-action",
                "is joined with & to an action without a filter, with a statement behind them: rsyslogd loses it",
                "write `*.*` in front of the first action, or the two in braces of one",
            ),
            _ => names(fault),
        }
    }

    /// A syntax error, with its cause where it is a known one.
    fn syntax(&self, fault: &Fault) -> Words {
        let file = self.config().files.get(fault.span.file as usize);
        let before = file.map(|file| &file.bytes[..file.bytes.len().min(fault.span.end as usize)]);
        let lines = before.unwrap_or_default().rsplit(|byte| *byte == b'\n').skip(1).take(8);
        let is_continued = lines.into_iter().any(|line| line.trim_ascii_end().ends_with(b"\\"));
        let cause = if is_continued { "; a line that \\ continues may not stand in parentheses" } else { "" };
        let message = match fault.kind {
            FaultKind::UnexpectedEnd => format!("ends in the middle of a statement{cause}"),
            _ => format!("is no statement here: everything from here on is discarded{cause}"),
        };
        let remedy = "close what is open before it; texts need double quotes, numbers too";
        ("syntax-error", message, remedy.to_owned())
    }
}

fn include(fault: &Fault) -> Words {
    let (code, message, remedy) = match &fault.kind {
        FaultKind::MissingInclude { pattern, ends: true } => (
            "missing-include",
            format!("{} is missing: everything behind this line is discarded", Shown::bytes(pattern)),
            "create the file, or write include(file=\"…\" mode=\"optional\")",
        ),
        FaultKind::MissingInclude { pattern, ends: false } => (
            "missing-include",
            format!("{} is missing", Shown::bytes(pattern)),
            "create the file, or write mode=\"optional\"",
        ),
        FaultKind::QuotedInclude(pattern) => (
            "quoted-include",
            format!("includes nothing: the quotes of {} belong to the name", Shown::bytes(pattern)),
            "take the quotes away, or write include(file=\"…\")",
        ),
        FaultKind::RecursiveInclude(path) => (
            "recursive-include",
            format!("{} is being read already and is not read again", path.display()),
            "take the line out",
        ),
        FaultKind::Unreadable(path, why) => (
            "unreadable-include",
            format!("{} is passed over in silence: {why}", path.display()),
            "let rsyslogd read it",
        ),
        FaultKind::EmptyInclude => {
            ("missing-include", "names no file".to_owned(), "name the file behind $IncludeConfig")
        }
        _ => ("recursive-include", "includes more files than anybody writes".to_owned(), "take the line out"),
    };
    (code, message, remedy.to_owned())
}

/// Names that rsyslogd does not know, and what binds otherwise than it looks.
fn names(fault: &Fault) -> Words {
    let (code, message, remedy) = match &fault.kind {
        FaultKind::UnknownName(name) => (
            "unknown-name",
            format!("`{}` is no facility or severity: the selector ends before it", Shown::bytes(name)),
            "correct it; blanks may not stand in a selector",
        ),
        FaultKind::UnknownOperation(_) => (
            "broken-filter",
            "has a filter that rsyslogd cannot read: what stands in it is out of force".to_owned(),
            "write contains, isequal, isempty, startswith, regex or ereregex",
        ),
        FaultKind::UnknownProperty(name) => (
            "broken-filter",
            format!("`{}` is no property: what stands in it is out of force", Shown::bytes(name)),
            "write the name without $",
        ),
        FaultKind::UnknownRuleset(name) => (
            "unknown-ruleset",
            format!(
                "`{}` is no ruleset: a call of it does nothing, an input uses the default one",
                Shown::bytes(name)
            ),
            "define it; names need two characters at least to be called",
        ),
        FaultKind::DuplicateRuleset(name) => (
            "duplicate-ruleset",
            format!("`{}` is defined before: this one is discarded", Shown::bytes(name)),
            "give it another name",
        ),
        FaultKind::NotBindsTighter => (
            "not-binds-tighter",
            "`not` turns round what stands left of the comparison, not its answer".to_owned(),
            "write `not (… == …)`",
        ),
        FaultKind::AndOrMixed => (
            "and-or-mixed",
            "`and` and `or` bind alike here, from left to right".to_owned(),
            "write parentheses",
        ),
        FaultKind::TooNew(what) => {
            ("too-new", format!("{what} is not known to this rsyslogd"), "install a newer rsyslog")
        }
        _ => return values(fault),
    };
    (code, message, remedy.to_owned())
}

/// Values that rsyslogd cannot read or find.
fn values(fault: &Fault) -> Words {
    let (code, message, remedy) = match &fault.kind {
        FaultKind::MissingParameter(name) => {
            ("bad-parameter", format!("lacks the parameter `{name}` and is ignored"), "add it")
        }
        FaultKind::BadParameter(name) => (
            "bad-parameter",
            format!(
                "`{}` has a value that it cannot have: no parameter of the queue counts",
                Shown::bytes(name)
            ),
            "correct it",
        ),
        FaultKind::MissingModule(name) => (
            "missing-module",
            format!("the module {} is not installed", Shown::bytes(name)),
            "install its package",
        ),
        FaultKind::NoWorkDirectory(path) => (
            "work-directory-missing",
            format!("{} is no directory: the line is ignored, and queues stay in memory", Shown::bytes(path)),
            "create it with mode 0700 for the user of rsyslogd",
        ),
        _ => ("syntax-error", "cannot be read".to_owned(), "correct it"),
    };
    (code, message, remedy.to_owned())
}
