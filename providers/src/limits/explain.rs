//! What one user gets at the next login, item by item, and which lines decide it.

use serde::Serialize;
use standfast_facts::rlimit::Rlimit;

use super::evidence::of_parts;
use super::item::Item;
use super::judge::{Known, Part, Reading, read, refusal_words, value_text};
use super::reach::Subject;
use super::semantics::{Evaluation, Person};
use super::state::{LimitsState, ObserveError};
use super::syntax::{Action, Line};
use crate::provider::{Evidence, Finding};
use crate::shown::Shown;

/// What one user gets at the next login.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The user's name.
    pub user: Shown,
    /// The user's UID.
    pub uid: u32,
    /// The line that ends all limits for the user, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
    /// Item by item.
    pub items: Vec<ItemExplanation>,
    /// Lines that look as if they were for the user and do nothing, and files that refuse logins.
    pub findings: Vec<Finding>,
}

/// What one user gets of one item.
#[derive(Clone, Debug, Serialize)]
pub struct ItemExplanation {
    /// The item as limits.conf(5) calls it.
    pub item: &'static str,
    /// The flag of the shell's `ulimit`, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ulimit: Option<&'static str>,
    /// The unit of the values, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'static str>,
    /// The soft limit, or the value of an item without halves, as limits.conf writes it.
    pub soft: PartExplanation,
    /// The hard limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hard: Option<PartExplanation>,
    /// The lines that decide or lose.
    pub evidence: Vec<Evidence>,
}

/// One half.
#[derive(Clone, Debug, Serialize)]
pub struct PartExplanation {
    /// The value as limits.conf writes it.
    pub value: String,
    /// The value in the kernel's unit; absent for unset and for other items than resource limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<u64>,
    /// Where it comes from, in words.
    pub from: String,
}

impl LimitsState<'_> {
    /// Explains the items for a person; all that the installed module knows when none is named.
    ///
    /// # Errors
    /// When the name service fails, or the PAM services cannot be read.
    pub fn explain(
        &self,
        person: &Person,
        ordinary: (u32, u32),
        only: Option<Item>,
    ) -> Result<Explanation, ObserveError> {
        let subject = Subject::Person(person.clone());
        let deciding = self.deciding(&subject, ordinary).map_err(ObserveError::Accounts)?;
        let evaluation = deciding.evaluate(self);
        let all = Rlimit::ALL.iter().map(|rlimit| Item::Rlimit(*rlimit)).chain([
            Item::Priority,
            Item::NoNewPrivs,
            Item::MaxLogins,
            Item::MaxSysLogins,
            Item::Chroot,
        ]);
        let mut items = Vec::new();
        for item in all.filter(|item| only.map_or(item.is_known_to(&self.rules.module), |only| only == *item))
        {
            let mut evidence = Vec::new();
            let parts: &[Part] =
                if matches!(item, Item::Rlimit(_)) { &[Part::Soft, Part::Hard] } else { &[Part::Whole] };
            of_parts(self, item, parts, &deciding, &evaluation, &mut evidence);
            evidence.sort_by_key(|line| line.effect);
            let part = |part| self.explain_part(&evaluation, item, part);
            items.push(ItemExplanation {
                item: item.name(),
                ulimit: match item {
                    Item::Rlimit(rlimit) => Some(rlimit.ulimit_flag()),
                    _ => None,
                },
                unit: item.unit(),
                soft: part(parts[0]),
                hard: parts.get(1).map(|hard| part(*hard)),
                evidence,
            });
        }
        Ok(Explanation {
            user: Shown::bytes(&person.account.name),
            uid: person.account.uid.0,
            ended_by: evaluation.ended_by.map(|line| self.place(line).to_string()),
            items,
            findings: self.findings_about(person, only)?,
        })
    }

    fn explain_part(&self, evaluation: &Evaluation, item: Item, part: Part) -> PartExplanation {
        let reading = read(evaluation, item, part, self);
        PartExplanation {
            value: value_text(item, &reading, self).unwrap_or_else(|| "unset".into()),
            kernel: match reading.value {
                Some(Known::Limit(value)) => Some(value),
                _ => None,
            },
            from: self.origin(item, &reading, evaluation),
        }
    }

    fn origin(&self, item: Item, reading: &Reading, evaluation: &Evaluation) -> String {
        if let Some(line) = evaluation.ended_by {
            return format!(
                "{} ends all limits: it stays as {} has it",
                self.place(line),
                self.inherited_from()
            );
        }
        let Some(line) = reading.line else {
            return match item {
                Item::Rlimit(_) => format!("no line; from {}", self.inherited_from()),
                _ => "no line".into(),
            };
        };
        let place = self.place(line);
        if let (Some(hard), Some(line)) = (reading.refused, reading.hard_line) {
            return refusal_words(item, hard, &self.place(line));
        }
        match (reading.clamped_from, reading.hard_line) {
            (Some(asked), Some(hard)) => {
                let hard = self.place(hard);
                format!(
                    "{place} asks for {}; clamped by {hard}: write `-` to set both",
                    item.file_text(asked)
                )
            }
            (Some(asked), None) => format!(
                "{place} asks for {}; clamped by the hard limit that comes from {}: write `-` to set both",
                item.file_text(asked),
                self.inherited_from()
            ),
            (None, _) => place.to_string(),
        }
    }

    /// Findings on lines that name the person or the number of the person, and on files.
    fn findings_about(&self, person: &Person, only: Option<Item>) -> Result<Vec<Finding>, ObserveError> {
        let mut findings = self.file_findings()?;
        let uid = person.account.uid.0.to_string();
        let gids: Vec<String> = person.groups.iter().map(|gid| gid.0.to_string()).collect();
        let is_about = |line: &Line, bytes: &[u8]| {
            let other_item =
                matches!((&line.action, only), (Action::Limit(limit), Some(only)) if limit.item != only);
            let domain = String::from_utf8_lossy(line.domain_text.of(bytes));
            let name = domain.trim_start_matches('\u{feff}').trim_start_matches(['@', '%']);
            let is_for = name == uid
                || gids.iter().any(|gid| name == gid)
                || name.as_bytes().eq_ignore_ascii_case(&person.account.name)
                || name == "*"
                || name.contains(':');
            is_for && !other_item
        };
        let lines = self.findings_of(is_about).map_err(ObserveError::Accounts)?;
        findings.extend(lines.into_iter().map(|line| line.finding));
        Ok(findings)
    }
}
