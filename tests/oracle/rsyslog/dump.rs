//! What our reader reads, as rsyslogd's debug output writes it.

use standfast_providers::rsyslog::action::{ActionState, Form};
use standfast_providers::rsyslog::config::Config;
use standfast_providers::rsyslog::expr::{Expr, Operator};
use standfast_providers::rsyslog::pmask::Pmask;
use standfast_providers::rsyslog::selector;
use standfast_providers::rsyslog::token::Comparison;
use standfast_providers::rsyslog::tree::{Filter, Operation, PropertyFilter, Statement, StatementKind};

/// The statements of all rulesets, a line each.
pub(crate) fn dump(config: &Config) -> Vec<String> {
    let mut dump = Dump { config, lines: Vec::new() };
    for ruleset in config.rulesets() {
        dump.lines.push(format!("ruleset {}", text(&ruleset.name)));
        dump.statements(&ruleset.statements, 0);
    }
    dump.lines
}

struct Dump<'c> {
    config: &'c Config,
    lines: Vec<String>,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Dump<'_> {
    fn line(&mut self, indent: usize, line: &str) {
        let line = line.split('\n').next().unwrap_or_default();
        self.lines.push(format!("{}{line}", "  ".repeat(indent)).trim_end().to_owned());
    }

    fn statements(&mut self, statements: &[Statement], indent: usize) {
        for statement in statements {
            self.statement(statement, indent);
        }
    }

    fn statement(&mut self, statement: &Statement, indent: usize) {
        match &statement.kind {
            StatementKind::Nothing => {}
            StatementKind::Stop => self.line(indent, "STOP"),
            StatementKind::Call(name) => self.line(indent, &format!("CALL {}", text(name))),
            StatementKind::CallIndirect(expression) => {
                self.line(indent, "CALL_INDIRECT");
                self.expression(expression, indent + 1);
            }
            StatementKind::Foreach { over, body } => {
                self.line(indent, "FOREACH");
                self.expression(over, indent + 1);
                self.line(indent, "DO");
                self.statements(body, indent + 1);
                self.line(indent, "END FOREACH");
            }
            StatementKind::Action(id) => {
                let action = &self.config.actions()[*id];
                if action.state != ActionState::Active {
                    return;
                }
                let module = match action.module.as_slice() {
                    b"omfile" | b"omfwd" | b"omusrmsg" | b"ompipe" => {
                        format!("builtin:{}", text(&action.module))
                    }
                    b"omshell" => "builtin-shell".to_owned(),
                    module => text(module),
                };
                let printed = match action.form {
                    Form::Legacy => logical(self.config, statement),
                    Form::Object => format!("action(type=\"{module}\" ...)"),
                };
                // Not cut: blanks at its end are a part of it.
                let printed = printed.split('\n').next().unwrap_or_default();
                self.lines.push(format!("{}ACTION [{module}:{printed}", "  ".repeat(indent)));
            }
            StatementKind::Branch { filter, then, otherwise } => match filter {
                Filter::Broken => {}
                Filter::Selector { mask, .. } => {
                    self.line(indent, &format!("PRIFILT '{}'", logical(self.config, statement)));
                    self.mask(*mask, indent);
                    self.statements(then, indent + 1);
                    self.line(indent, "END PRIFILT");
                }
                Filter::Property(property) => {
                    self.property(property, indent);
                    self.statements(then, indent + 1);
                    self.line(indent, "END PROPFILT");
                }
                Filter::Expression(expression) => {
                    self.line(indent, "IF");
                    self.expression(expression, indent + 1);
                    self.line(indent, "THEN");
                    self.statements(then, indent + 1);
                    if !otherwise.is_empty() {
                        self.line(indent, "ELSE");
                        self.statements(otherwise, indent + 1);
                    }
                    self.line(indent, "END IF");
                }
            },
        }
    }

    fn mask(&mut self, mask: Pmask, indent: usize) {
        self.line(indent, &format!("pmask: {mask:?}"));
    }

    fn property(&mut self, filter: &PropertyFilter, indent: usize) {
        let operation = match filter.operation.unwrap() {
            Operation::Contains => "contains",
            Operation::IsEqual => "isequal",
            Operation::IsEmpty => "isempty",
            Operation::StartsWith => "startswith",
            Operation::Regex => "regex",
            Operation::EreRegex => "ereregex",
        };
        let not = if filter.negated { "NOT " } else { "" };
        self.line(indent, "PROPFILT");
        self.line(indent, &format!("\tProperty.: '{}'", text(&filter.property)));
        self.line(indent, &format!("\tOperation: {not}'{operation}'"));
        if filter.operation != Some(Operation::IsEmpty) {
            self.line(indent, &format!("\tValue....: '{}'", text(&filter.value)));
        }
        self.line(indent, "THEN");
    }

    fn expression(&mut self, expression: &Expr, indent: usize) {
        match expression {
            Expr::Number(number) => self.line(indent, &number.to_string()),
            Expr::Text(value) => self.line(indent, &format!("string '{}'", text(value))),
            Expr::Unknown => self.line(indent, "unknown"),
            Expr::List(list) => {
                self.line(indent, "ARRAY:");
                for value in list {
                    self.line(indent + 1, &format!("string '{}'", text(value)));
                }
            }
            Expr::Variable(name) => self.line(indent, &format!("var '{}'", text(name))),
            Expr::Function(name, arguments) if name == b"exists" => {
                let Some(Expr::Variable(variable)) = arguments.first() else {
                    panic!("exists has a variable")
                };
                self.line(indent, &format!("exists({})", text(variable)));
            }
            Expr::Function(name, arguments) => {
                let name = text(name);
                self.line(indent, &format!("function '{name}' (name:{name}, params:{})", arguments.len()));
                if let ("prifilt", [Expr::Text(value)]) = (name.as_str(), arguments.as_slice()) {
                    self.mask(selector::decode(value).mask, indent + 1);
                }
                arguments.iter().for_each(|argument| self.expression(argument, indent + 1));
            }
            Expr::Not(inner) => {
                self.line(indent, "NOT");
                self.expression(inner, indent + 1);
            }
            Expr::Minus(inner) => {
                self.line(indent, "M");
                self.expression(inner, indent + 1);
            }
            Expr::Chain(first, rest) => self.chain(first, rest, indent),
        }
    }

    fn chain(&mut self, first: &Expr, rest: &[(Operator, Expr)], indent: usize) {
        let Some(((operator, last), before)) = rest.split_last() else {
            return self.expression(first, indent);
        };
        self.chain(first, before, indent + 1);
        self.line(indent, sign(*operator));
        self.expression(last, indent + 1);
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::And => "AND",
        Operator::Or => "OR",
        Operator::Plus => "+",
        Operator::Minus => "-",
        Operator::Join => "&",
        Operator::Times => "*",
        Operator::Divide => "/",
        Operator::Modulo => "%",
        Operator::Compare(comparison) => match comparison {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::LessOrEqual => "<=",
            Comparison::GreaterOrEqual => ">=",
            Comparison::Less => "<",
            Comparison::Greater => ">",
            Comparison::Contains => "CONTAINS",
            Comparison::ContainsAnyCase => "CONTAINS_I",
            Comparison::StartsWith => "STARTSWITH",
            Comparison::StartsWithAnyCase => "STARTSWITH_I",
            Comparison::EndsWith => "ENDSWITH",
        },
    }
}

/// The text of a statement as rsyslogd's first pass leaves it: continued lines are joined.
fn logical(config: &Config, statement: &Statement) -> String {
    let raw = text(config.text(statement.span));
    let lines: Vec<_> = raw.split('\n').collect();
    let mut joined = String::new();
    for (number, line) in lines.iter().enumerate() {
        let line = if number == 0 { line } else { line.trim_start() };
        match line.trim_end().strip_suffix('\\') {
            Some(line) if number + 1 < lines.len() => joined.push_str(line),
            // The next line is printed as one of its own, which is not compared.
            _ => {
                joined.push_str(line);
                joined.push_str(if number + 1 < lines.len() { "\n" } else { "" });
                break;
            }
        }
    }
    joined
}
