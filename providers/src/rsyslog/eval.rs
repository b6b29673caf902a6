//! What filters answer: for which facility and severity yes, for which no, and for which only the message knows.
//!
//! Source: `cnfexprEval`, `cnfexprOptimize` in grammar/rainerscript.c; `evalPROPFILT` in runtime/ruleset.c.

use std::collections::BTreeMap;

use super::expr::{Expr, Operator, property_name};
use super::pmask::{COLUMNS, FACILITIES, Pmask, SEVERITIES, SeverityWord, facility_number, severity_word};
use super::selector;
use super::token::Comparison;
use super::tree::{Filter, Operation, PropertyFilter};

/// What is known of a message beside its facility and severity: properties by their names in lower case.
///
/// With none, what a filter says of them is open: the same configuration then forwards some messages and others not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known(pub BTreeMap<String, Vec<u8>>);

/// What a filter answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truth {
    /// Where the answer is yes.
    pub yes: Pmask,
    /// Where it is no.
    pub no: Pmask,
}

impl Truth {
    /// Where the message decides.
    pub const OPEN: Self = Self { yes: Pmask::NONE, no: Pmask::NONE };

    fn of(mask: Pmask) -> Self {
        Self { yes: mask, no: !mask }
    }

    fn constant(answer: Option<bool>) -> Self {
        match answer {
            Some(true) => Self::of(Pmask::ALL),
            Some(false) => Self::of(Pmask::NONE),
            None => Self::OPEN,
        }
    }

    /// Where neither is sure.
    #[must_use]
    pub fn open(self) -> Pmask {
        !(self.yes | self.no)
    }

    fn not(self) -> Self {
        Self { yes: self.no, no: self.yes }
    }

    fn and(self, other: Self) -> Self {
        Self { yes: self.yes & other.yes, no: self.no | other.no }
    }

    fn or(self, other: Self) -> Self {
        Self { yes: self.yes | other.yes, no: self.no & other.no }
    }
}

/// A value while an expression is evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Data {
    Number(i64),
    Text(Vec<u8>),
    List(Vec<Vec<u8>>),
    Open,
}

/// The facility and severity that are evaluated for, where they matter.
type Priority = Option<(usize, usize)>;

/// What a filter answers.
#[must_use]
pub fn truth(filter: &Filter, known: &Known) -> Truth {
    match filter {
        Filter::Selector { mask, .. } => Truth::of(*mask),
        Filter::Property(property) => property_truth(property, known),
        Filter::Expression(expression) => expression_truth(expression, known),
        // The block is taken out, and nothing else happens.
        Filter::Broken => Truth::of(Pmask::NONE),
    }
}

fn property_truth(filter: &PropertyFilter, known: &Known) -> Truth {
    let truth = for_each_priority(is_of_priority(&filter.property), |priority| {
        let value = property(&filter.property, known, priority)?;
        let is_there =
            |needle: &[u8]| needle.is_empty() || standfast_facts::search::find(&value, needle).is_some();
        Some(match filter.operation? {
            Operation::Contains => is_there(&filter.value),
            Operation::IsEqual => value == filter.value,
            Operation::IsEmpty => value.is_empty(),
            Operation::StartsWith => value.starts_with(&filter.value),
            Operation::Regex | Operation::EreRegex => return None,
        })
    });
    if filter.negated { truth.not() } else { truth }
}

/// Asks once, or for each facility and severity.
fn for_each_priority(matters: bool, answer: impl Fn(Priority) -> Option<bool>) -> Truth {
    if !matters {
        return Truth::constant(answer(None));
    }
    let mut truth = Truth::OPEN;
    for facility in 0..COLUMNS {
        for severity in 0..SEVERITIES.len() {
            match answer(Some((facility, severity))) {
                Some(true) => truth.yes |= Pmask::one(facility, severity),
                Some(false) => truth.no |= Pmask::one(facility, severity),
                None => {}
            }
        }
    }
    truth
}

fn is_of_priority(property: &[u8]) -> bool {
    property.starts_with(b"syslogfacility")
        || property.starts_with(b"syslogseverity")
        || property.starts_with(b"syslogpriority")
        || property.starts_with(b"pri")
}

/// A property of the message; `None` where it is not known.
fn property(name: &[u8], known: &Known, priority: Priority) -> Option<Vec<u8>> {
    if let Some((facility, severity)) = priority {
        let facility_text = FACILITIES.get(facility).copied().unwrap_or("invld");
        let severity_text = SEVERITIES.get(severity).copied().unwrap_or("debug");
        let text = match name {
            b"syslogfacility" => facility.to_string(),
            b"syslogfacility-text" => facility_text.to_owned(),
            b"syslogseverity" | b"syslogpriority" => severity.to_string(),
            b"syslogseverity-text" | b"syslogpriority-text" => severity_text.to_owned(),
            b"pri" => (facility * 8 + severity).to_string(),
            b"pri-text" => format!("{facility_text}.{severity_text}"),
            _ => String::new(),
        };
        if !text.is_empty() {
            return Some(text.into_bytes());
        }
    }
    known.0.get(std::str::from_utf8(name).ok()?).cloned()
}

fn expression_truth(expression: &Expr, known: &Known) -> Truth {
    match expression {
        Expr::Not(inner) => expression_truth(inner, known).not(),
        Expr::Function(name, arguments) if name == b"prifilt" => match arguments.as_slice() {
            [Expr::Text(text)] => Truth::of(selector::decode(text).mask),
            _ => Truth::OPEN,
        },
        Expr::Chain(first, rest) if is_logic(rest) => {
            let mut truth = expression_truth(first, known);
            for (operator, operand) in rest {
                let other = expression_truth(operand, known);
                truth = if *operator == Operator::And { truth.and(other) } else { truth.or(other) };
            }
            truth
        }
        Expr::Chain(first, rest) => match rest.as_slice() {
            [(Operator::Compare(comparison), right)] => comparison_truth(first, *comparison, right, known),
            _ => value_truth(expression, known),
        },
        _ => value_truth(expression, known),
    }
}

/// Whether a chain is of `and` and `or`; one in parentheses alone is what is in them.
fn is_logic(rest: &[(Operator, Expr)]) -> bool {
    rest.iter().all(|(operator, _)| matches!(operator, Operator::And | Operator::Or))
}

fn value_truth(expression: &Expr, known: &Known) -> Truth {
    for_each_priority(mentions_priority(expression), |priority| match value(expression, known, priority) {
        Data::Open => None,
        data => Some(to_number(&data).0 != 0),
    })
}

fn comparison_truth(left: &Expr, comparison: Comparison, right: &Expr, known: &Known) -> Truth {
    // Both sides are swapped so that a list stands on the right.
    let is_equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    let (left, right) = match (left, right) {
        (Expr::List(_), right) if is_equality && !matches!(right, Expr::List(_)) => (right, left),
        pair => pair,
    };
    if is_equality
        && let (Expr::Variable(name), Expr::Text(text)) = (left, right)
        && let Some(mask) = named_mask(name, text)
    {
        let truth = Truth::of(mask);
        return if comparison == Comparison::NotEqual { truth.not() } else { truth };
    }
    for_each_priority(mentions_priority(left) || mentions_priority(right), |priority| {
        compare(&value(left, known, priority), comparison, &value(right, known, priority))
    })
}

/// rsyslogd reads the names of facilities and severities in such comparisons as selectors do, aliases and all.
fn named_mask(variable: &[u8], text: &[u8]) -> Option<Pmask> {
    match variable {
        b"syslogfacility-text" => Some(Pmask::facility(facility_number(text)?)),
        b"syslogseverity-text" => match severity_word(text)? {
            SeverityWord::Number(severity) if severity < 8 => Some(Pmask([1 << severity; COLUMNS])),
            _ => None,
        },
        _ => None,
    }
}

fn mentions_priority(expression: &Expr) -> bool {
    match expression {
        Expr::Variable(name) => is_of_priority(&property_name(name)),
        Expr::Function(name, arguments) => name == b"prifilt" || arguments.iter().any(mentions_priority),
        Expr::Not(inner) | Expr::Minus(inner) => mentions_priority(inner),
        Expr::Chain(first, rest) => {
            mentions_priority(first) || rest.iter().any(|(_, operand)| mentions_priority(operand))
        }
        Expr::Number(_) | Expr::Text(_) | Expr::Unknown | Expr::List(_) => false,
    }
}

fn value(expression: &Expr, known: &Known, priority: Priority) -> Data {
    match expression {
        Expr::Number(number) => Data::Number(*number),
        Expr::Text(text) => Data::Text(text.clone()),
        Expr::List(list) => Data::List(list.clone()),
        Expr::Unknown => Data::Open,
        Expr::Variable(name) => {
            property(&property_name(name), known, priority).map_or(Data::Open, Data::Text)
        }
        Expr::Function(name, arguments) => function(name, arguments, known, priority),
        Expr::Not(inner) => match value(inner, known, priority) {
            Data::Open => Data::Open,
            data => Data::Number(i64::from(to_number(&data).0 == 0)),
        },
        Expr::Minus(inner) => match value(inner, known, priority) {
            Data::Open => Data::Open,
            data => Data::Number(to_number(&data).0.wrapping_neg()),
        },
        Expr::Chain(first, rest) => {
            let mut left = value(first, known, priority);
            for (operator, operand) in rest {
                left = apply(&left, *operator, &value(operand, known, priority));
            }
            left
        }
    }
}

fn apply(left: &Data, operator: Operator, right: &Data) -> Data {
    let truth = |answer: Option<bool>| answer.map_or(Data::Open, |answer| Data::Number(i64::from(answer)));
    let is_true = |data: &Data| (*data != Data::Open).then(|| to_number(data).0 != 0);
    match operator {
        Operator::Compare(comparison) => return truth(compare(left, comparison, right)),
        Operator::And | Operator::Or => {
            // One side may decide alone: `false and`, `true or`.
            let deciding = operator == Operator::Or;
            return truth(match (is_true(left), is_true(right)) {
                (Some(one), _) | (_, Some(one)) if one == deciding => Some(deciding),
                (Some(_), Some(_)) => Some(!deciding),
                _ => None,
            });
        }
        _ if *left == Data::Open || *right == Data::Open => return Data::Open,
        Operator::Join => {
            let mut text = to_text(left);
            text.extend(to_text(right));
            return Data::Text(text);
        }
        _ => {}
    }
    let (left, right) = (to_number(left).0, to_number(right).0);
    Data::Number(match operator {
        Operator::Plus => left.wrapping_add(right),
        Operator::Minus => left.wrapping_sub(right),
        Operator::Times => left.wrapping_mul(right),
        // Division by zero is zero.
        Operator::Divide => left.checked_div(right).unwrap_or(0),
        _ => left.checked_rem(right).unwrap_or(0),
    })
}

fn compare(left: &Data, comparison: Comparison, right: &Data) -> Option<bool> {
    if *left == Data::Open || *right == Data::Open {
        return None;
    }
    let text = to_text(left);
    // A list on the right is for texts: one of it is enough.
    if let (Data::List(list), false) = (right, matches!(left, Data::Number(_))) {
        return match comparison {
            Comparison::NotEqual => Some(!list.contains(&text)),
            Comparison::Equal => Some(list.contains(&text)),
            Comparison::LessOrEqual | Comparison::GreaterOrEqual | Comparison::Less | Comparison::Greater => {
                compare(left, comparison, &Data::Text(list.first()?.clone()))
            }
            comparison => Some(list.iter().any(|other| is_in(&text, comparison, other))),
        };
    }
    Some(match comparison {
        Comparison::Equal => is_equal(left, right),
        Comparison::NotEqual => !is_equal(left, right),
        Comparison::LessOrEqual => order(left, right).is_le(),
        Comparison::GreaterOrEqual => order(left, right).is_ge(),
        Comparison::Less => order(left, right).is_lt(),
        Comparison::Greater => order(left, right).is_gt(),
        comparison => is_in(&text, comparison, &to_text(right)),
    })
}

fn is_equal(left: &Data, right: &Data) -> bool {
    match (left, right) {
        (Data::Number(left), Data::Number(right)) => left == right,
        (text, Data::Number(number)) | (Data::Number(number), text) => match to_number(text) {
            (value, true) => value == *number,
            (_, false) => to_text(text) == number.to_string().into_bytes(),
        },
        (left, right) => to_text(left) == to_text(right),
    }
}

/// As numbers where both are, else as texts.
fn order(left: &Data, right: &Data) -> std::cmp::Ordering {
    match (to_number(left), to_number(right)) {
        ((left, true), (right, true)) => left.cmp(&right),
        _ => to_text(left).cmp(&to_text(right)),
    }
}

fn is_in(text: &[u8], comparison: Comparison, other: &[u8]) -> bool {
    let lower = |text: &[u8]| text.to_ascii_lowercase();
    let contains =
        |text: &[u8], other: &[u8]| other.is_empty() || standfast_facts::search::find(text, other).is_some();
    match comparison {
        Comparison::Contains => contains(text, other),
        Comparison::ContainsAnyCase => contains(&lower(text), &lower(other)),
        Comparison::StartsWith => text.starts_with(other),
        Comparison::StartsWithAnyCase => lower(text).starts_with(&lower(other)),
        Comparison::EndsWith => text.ends_with(other),
        _ => false,
    }
}

fn function(name: &[u8], arguments: &[Expr], known: &Known, priority: Priority) -> Data {
    let argument =
        |at: usize| arguments.get(at).map_or(Data::Open, |argument| value(argument, known, priority));
    let first = argument(0);
    if first == Data::Open {
        return Data::Open;
    }
    match name {
        b"prifilt" => match priority {
            Some((facility, severity)) => {
                let mask = selector::decode(&to_text(&first)).mask;
                Data::Number(i64::from(mask.has(facility, severity)))
            }
            None => Data::Open,
        },
        b"tolower" => Data::Text(to_text(&first).to_ascii_lowercase()),
        b"toupper" => Data::Text(to_text(&first).to_ascii_uppercase()),
        b"strlen" => Data::Number(i64::try_from(to_text(&first).len()).unwrap_or(i64::MAX)),
        b"cstr" => Data::Text(to_text(&first)),
        b"cnum" => Data::Number(to_number(&first).0),
        _ => Data::Open,
    }
}

/// The number of a value, and whether it is one as a whole. A list is its first element.
fn to_number(data: &Data) -> (i64, bool) {
    let text = match data {
        Data::Number(number) => return (*number, true),
        Data::Text(text) => text.as_slice(),
        Data::List(list) => list.first().map(Vec::as_slice).unwrap_or_default(),
        Data::Open => return (0, false),
    };
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        _ => (1, text),
    };
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (sign * super::value::decimal(&digits[..length]), length == digits.len())
}

fn to_text(data: &Data) -> Vec<u8> {
    match data {
        Data::Number(number) => number.to_string().into_bytes(),
        Data::Text(text) => text.clone(),
        Data::List(list) => list.first().cloned().unwrap_or_default(),
        Data::Open => Vec::new(),
    }
}
