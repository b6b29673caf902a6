//! What is wrong in limits files beside any desired state: lines that do nothing, files that refuse logins.

use standfast_facts::accounts::AccountsError;
use standfast_facts::ids::Gid;
use standfast_facts::pam_module::Tokenizer;

use super::domain::{Domain, Ids, Sigil};
use super::entry::LimitsEntry;
use super::item::{Item, ItemValue};
use super::judge::shown_line;
use super::semantics::LineId;
use super::state::{Content, LIMITS_CONF, LimitsState, ObserveError, SECURITY_DIR};
use super::syntax::{Action, Defect, Limit, Line};
use super::target::Target;
use crate::provider::{Finding, Place};
use crate::shown::Shown;

/// How long a line will do nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// Until somebody edits it, or installs another module.
    Ever,
    /// Until an account or a group of that name exists.
    UntilAccount,
    /// It does something, though not what it looks like.
    No,
}

/// A line with what is wrong about it.
#[derive(Clone, Debug)]
pub struct LineFinding {
    /// The line.
    pub id: LineId,
    /// How long it will do nothing.
    pub lasting: Lasting,
    /// What is wrong.
    pub finding: Finding,
}

struct Remark {
    lasting: Lasting,
    code: &'static str,
    message: String,
    remedy: String,
}

/// How many names of lines the name service is asked for in one run. Each may be a round trip to a directory server,
/// and a file of ten thousand leavers must not hold up a check.
const MOST_QUESTIONS: usize = 200;

/// Whether there is an account of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Existence {
    Yes,
    No,
    /// It is not in the local files, and the name service was asked often enough.
    NotAsked,
}

impl LimitsState<'_> {
    /// What is wrong with each line, in reading order.
    ///
    /// # Errors
    /// When the name service fails.
    pub fn line_findings(&self) -> Result<Vec<LineFinding>, AccountsError> {
        self.findings_of(|_, _| true)
    }

    /// What is wrong with each line that is chosen by itself and the bytes of its spans, in reading order.
    ///
    /// # Errors
    /// When the name service fails.
    pub fn findings_of(
        &self,
        is_chosen: impl Fn(&Line, &[u8]) -> bool,
    ) -> Result<Vec<LineFinding>, AccountsError> {
        let mut findings = Vec::new();
        self.not_asked.set(0);
        for (id, line, bytes) in self.lines().filter(|(_, line, bytes)| is_chosen(line, bytes)) {
            let Some(remark) = self.remark(line, bytes)? else { continue };
            let message = format!("`{}` {}", shown_line(self, id), remark.message);
            findings.push(LineFinding {
                id,
                lasting: remark.lasting,
                finding: Finding {
                    place: self.place(id),
                    code: remark.code,
                    message: Shown::text(&message),
                    remedy: Shown::text(&remark.remedy),
                },
            });
        }
        Ok(findings)
    }

    fn existence(&self, sigil: Sigil, name: &[u8]) -> Result<Existence, AccountsError> {
        let accounts = &self.machine.accounts;
        let exists = if accounts.questions() < MOST_QUESTIONS {
            match sigil {
                Sigil::User => accounts.is_user(name)?,
                Sigil::Group | Sigil::AllGroup => accounts.gid_of(name)?.is_some(),
            }
        } else {
            let local = match sigil {
                Sigil::User => accounts.is_local_user(name)?,
                Sigil::Group | Sigil::AllGroup => accounts.is_local_group(name)?,
            };
            if !local && self.machine.root.is_host() {
                self.not_asked.set(self.not_asked.get() + 1);
                return Ok(Existence::NotAsked);
            }
            local
        };
        Ok(if exists { Existence::Yes } else { Existence::No })
    }

    /// Says so when not all names of lines could be looked up.
    #[must_use]
    pub fn unasked_finding(&self) -> Option<Finding> {
        let count = self.not_asked.get();
        (count > 0).then(|| Finding {
            place: Place { file: SECURITY_DIR.into(), line: 0 },
            code: "not-looked-up",
            message: Shown::owned(format!(
                "{count} lines name users or groups that are not in the local files: after {MOST_QUESTIONS} questions \
                 the name service was not asked for them"
            )),
            remedy: Shown::text("remove the lines of accounts that are gone"),
        })
    }

    /// What is wrong with the files as such, and with who reads them.
    ///
    /// # Errors
    /// When the PAM services cannot be read.
    pub fn file_findings(&self) -> Result<Vec<Finding>, ObserveError> {
        let mut findings = self.broken_files();
        if self.is_unloaded()? {
            findings.push(Finding {
                place: Place { file: "/etc/pam.d".into(), line: 0 },
                code: "not-loaded",
                message: Shown::text(
                    "no PAM service loads pam_limits.so: no line of limits.conf is in force",
                ),
                remedy: Shown::text(
                    "add `session required pam_limits.so` to the services that open sessions",
                ),
            });
        }
        Ok(findings)
    }

    fn broken_files(&self) -> Vec<Finding> {
        let refuses = self.rules.module.tokenizer == Tokenizer::Chunked1023;
        let effect = if refuses {
            "pam_limits.so up to 1.5.2 refuses every session for it"
        } else {
            "nothing is read from it"
        };
        let finding = |file: &super::state::LimitsFile, code, what: &str, remedy: &str| Finding {
            place: Place { file: file.path.clone(), line: 0 },
            code,
            message: Shown::owned(format!("{what}: {effect}")),
            remedy: Shown::text(remedy),
        };
        self.files
            .iter()
            .filter_map(|file| match file.content {
                Content::Missing if file.path.as_os_str() == LIMITS_CONF => Some(finding(
                    file,
                    "missing-file",
                    "the file is missing",
                    "create it; an empty one will do",
                )),
                Content::Dangling => Some(finding(
                    file,
                    "dangling-link",
                    "a symbolic link to nothing",
                    "remove the link or create its target",
                )),
                _ => None,
            })
            .collect()
    }

    fn remark(&self, line: &Line, bytes: &[u8]) -> Result<Option<Remark>, AccountsError> {
        let ever = |code, message: String, remedy: String| {
            Some(Remark { lasting: Lasting::Ever, code, message, remedy })
        };
        let limit = match &line.action {
            Action::Inert(defect) => {
                let (code, message, remedy) = defect_words(*defect, bytes);
                return Ok(ever(code, message, remedy));
            }
            Action::NoLimits => None,
            Action::Limit(limit) => Some(limit),
        };
        if line.domain_text.of(bytes).starts_with(b"\xef\xbb\xbf") {
            let message = "begins with a byte order mark, which makes its domain another name".into();
            return Ok(ever("byte-order-mark", message, "save the file as UTF-8 without BOM".into()));
        }
        if let Some(remark) = self.domain_remark(line, bytes)? {
            return Ok(Some(remark));
        }
        Ok(limit.and_then(|limit| limit_remark(line, limit, bytes, self.nr_open())))
    }

    fn domain_remark(&self, line: &Line, bytes: &[u8]) -> Result<Option<Remark>, AccountsError> {
        let accounts = &self.machine.accounts;
        let until = |code, message: String, remedy: String| {
            Some(Remark { lasting: Lasting::UntilAccount, code, message, remedy })
        };
        let ever = |code, message: String, remedy: String| {
            Some(Remark { lasting: Lasting::Ever, code, message, remedy })
        };
        Ok(match line.domain {
            Domain::NotARange => ever(
                "bad-range",
                "has a domain with `:` that is not a range".into(),
                "write :UID, UID: or UID:UID, with @ for groups".into(),
            ),
            Domain::Range(_, ids) if ids.bounds().is_none() => ever(
                "empty-range",
                "has a range whose first number is above its second".into(),
                "swap them".into(),
            ),
            Domain::Range(Sigil::AllGroup, Ids::From(_) | Ids::Between(..)) => ever(
                "bad-range",
                "has a range behind `%`, which pam_limits does not support".into(),
                "write %:GID or %group".into(),
            ),
            Domain::Range(Sigil::Group | Sigil::AllGroup, Ids::One(gid)) if !accounts.is_gid(Gid(gid))? => {
                let message = format!("matches nobody: no group has the GID {gid}");
                until(
                    "unknown-group",
                    message,
                    format!("create the group, or write @{gid}:{gid} for the primary group"),
                )
            }
            Domain::Name(sigil, name) => {
                let name = name.of(bytes);
                match self.existence(sigil, name)? {
                    Existence::Yes | Existence::NotAsked => None,
                    Existence::No => self.nobody(sigil, name, &Shown::bytes(line.domain_text.of(bytes)))?,
                }
            }
            _ => None,
        })
    }

    /// A name that nobody has.
    fn nobody(&self, sigil: Sigil, name: &[u8], domain: &Shown) -> Result<Option<Remark>, AccountsError> {
        let what = if sigil == Sigil::User { "user" } else { "group" };
        let sign = match sigil {
            Sigil::User => "",
            Sigil::Group => "@",
            Sigil::AllGroup => "%",
        };
        if !name.is_empty() && name.iter().all(u8::is_ascii_digit) {
            let number = Shown::bytes(name);
            let remedy = if self.rules.module.ranges {
                format!("write `{sign}:{number}` for the number")
            } else {
                "write the name: this pam_limits.so does not know numbers".into()
            };
            return Ok(Some(Remark {
                lasting: Lasting::Ever,
                code: "bare-number",
                message: format!(
                    "does nothing: `{domain}` is read as the name of a {what}, and none is called so"
                ),
                remedy,
            }));
        }
        if !self.rules.module.ranges && name.contains(&b':') {
            return Ok(Some(Remark {
                lasting: Lasting::Ever,
                code: "no-ranges",
                message: "does nothing: this pam_limits.so is older than 1.1.4 and reads it as a name".into(),
                remedy: "write the name".into(),
            }));
        }
        let lower = name.to_ascii_lowercase();
        let other_case =
            sigil == Sigil::User && lower != name && self.machine.accounts.user_by_name(&lower)?.is_some();
        let remedy = if other_case {
            format!("case counts: write `{}`", Shown::bytes(&lower))
        } else {
            format!("create the {what}, or remove the line")
        };
        Ok(Some(Remark {
            lasting: Lasting::UntilAccount,
            code: if sigil == Sigil::User { "unknown-user" } else { "unknown-group" },
            message: format!("matches nobody: no {what} is called `{}`", Shown::bytes(name)),
            remedy,
        }))
    }
}

fn defect_words(defect: Defect, bytes: &[u8]) -> (&'static str, String, String) {
    match defect {
        Defect::WordCount => (
            "invalid-line",
            "is skipped: a line has a domain, a type, an item and a value".into(),
            "complete it or comment it out".into(),
        ),
        Defect::Type(word) => (
            "unknown-type",
            format!("is skipped: `{}` is not soft, hard or -", Shown::bytes(word.of(bytes))),
            "write soft, hard or -".into(),
        ),
        Defect::Item(word) => (
            "unknown-item",
            format!(
                "is skipped: the installed pam_limits.so knows no item `{}`",
                Shown::bytes(word.of(bytes))
            ),
            format!("items are {}", Item::NAMES.join(", ")),
        ),
        Defect::Value(item, word) => (
            "bad-value",
            format!("is skipped: `{}` is no value for {}", Shown::bytes(word.of(bytes)), item.name()),
            "write a number or unlimited".into(),
        ),
    }
}

/// Lines that do something else than what they look like, and `%` where it has no meaning.
fn limit_remark(line: &Line, limit: &Limit, bytes: &[u8], nr_open: Option<u64>) -> Option<Remark> {
    let counted = matches!(
        line.domain,
        Domain::AllLogins | Domain::Name(Sigil::AllGroup, _) | Domain::Range(Sigil::AllGroup, _)
    );
    if counted && limit.item != Item::MaxLogins {
        return Some(Remark {
            lasting: Lasting::Ever,
            code: "percent-without-maxlogins",
            message: "is skipped: `%` is for maxlogins alone".into(),
            remedy: "write @group or *".into(),
        });
    }
    let text = limit.value_text.of(bytes);
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let odd = digits.first().is_some_and(u8::is_ascii_digit) && !digits.iter().all(u8::is_ascii_digit);
    match limit.value {
        ItemValue::WrongButZero => Some(Remark {
            lasting: Lasting::No,
            code: "misread-value",
            message: format!("sets nonewprivs to 0: `{}` is neither 0 nor 1", Shown::bytes(text)),
            remedy: "write 0 or 1".into(),
        }),
        ItemValue::Rlimit(value) if odd => Some(misread(limit.item.file_text(value), text)),
        ItemValue::Number(value) if odd => Some(misread(value.to_string(), text)),
        ItemValue::Rlimit(value) if is_above(limit.item, value, nr_open) => Some(Remark {
            lasting: Lasting::No,
            code: "above-nr-open",
            message: format!(
                "is above fs.nr_open ({}), which setrlimit(2) refuses",
                nr_open.unwrap_or_default()
            ),
            remedy:
                "lower it, or raise fs.nr_open first; modules that are not Debian's refuse every login for it"
                    .into(),
        }),
        _ => None,
    }
}

fn misread(value: String, text: &[u8]) -> Remark {
    Remark {
        lasting: Lasting::No,
        code: "misread-value",
        message: format!(
            "sets {value}: pam_limits reads `{}` up to the first character that is no digit",
            Shown::bytes(text)
        ),
        remedy: "write the number out".into(),
    }
}

fn is_above(item: Item, value: u64, nr_open: Option<u64>) -> bool {
    item == Item::Rlimit(standfast_facts::rlimit::Rlimit::Nofile) && nr_open.is_some_and(|most| value > most)
}

/// The finding for an entry that is written although it can match nobody.
pub(super) fn of_inert_target(entry: &LimitsEntry, target: &Target, place: Option<Place>) -> Finding {
    let name = entry.domain.trim_start_matches(['@', '%']);
    let sign = &entry.domain[..entry.domain.len() - name.len()];
    let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let (code, remedy) = if is_number {
        ("bare-number", format!("write `{sign}:{name}` for the number"))
    } else {
        ("unknown-domain", "create the account or group".into())
    };
    Finding {
        place: place.unwrap_or_else(|| Place { file: entry.target.clone().into(), line: 0 }),
        code,
        message: Shown::owned(format!(
            "`{}` does nothing: pam_limits reads it as a name, and {} does not exist",
            target.written,
            target.who()
        )),
        remedy: Shown::text(&remedy),
    }
}
