//! Configurations without mistakes and with few words, so that filters, stops and calls collide.

use crate::random::Random;

/// The text of one configuration; the same for the same seed.
pub(super) fn dense(seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut text = Text { random: &mut random, text: String::new(), depth: 0, actions: 0 };
    let order = text.random.below(2);
    if order == 0 {
        text.rulesets();
    }
    for _ in 0..2 + text.random.below(5) {
        text.statement(&["one", "two"]);
    }
    if order == 1 {
        text.rulesets();
    }
    text.text
}

struct Text<'r> {
    random: &'r mut Random,
    text: String,
    depth: usize,
    actions: usize,
}

impl Text<'_> {
    fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// `one` calls `two`, which calls nobody: rsyslogd follows circles until its stack ends.
    fn rulesets(&mut self) {
        for (name, callable) in [("one", &["two"][..]), ("two", &[])] {
            let queue = if self.random.percent(25) { " queue.type=\"LinkedList\"" } else { "" };
            self.add(&format!("ruleset(name=\"{name}\"{queue}) {{\n"));
            for _ in 0..1 + self.random.below(3) {
                self.statement(callable);
            }
            self.add("}\n");
        }
    }

    fn statement(&mut self, callable: &[&str]) {
        self.depth += 1;
        match self.random.below(if self.depth > 3 { 4 } else { 10 }) {
            0..4 => self.actions(callable),
            4..7 => {
                let selector = self.selector();
                self.add(&format!("{selector} "));
                self.block(callable);
            }
            7 => {
                let name = self.random.pick(&["alpha", "beta"]);
                let how = self.random.pick(&["isequal", "!isequal", "startswith"]);
                // It is one at the start of a line only.
                self.add(&format!("\n:programname, {how}, \"{name}\" "));
                self.block(callable);
            }
            _ => {
                let condition = self.condition();
                self.add(&format!("if {condition} then "));
                self.block(callable);
                if self.random.percent(50) {
                    self.add("else ");
                    self.block(callable);
                }
            }
        }
        self.depth -= 1;
    }

    fn block(&mut self, callable: &[&str]) {
        if self.random.percent(50) {
            self.add("{\n");
            for _ in 0..1 + self.random.below(3) {
                self.statement(callable);
            }
            self.add("}\n");
        } else {
            self.add("\n");
            self.statement(callable);
        }
    }

    fn actions(&mut self, callable: &[&str]) {
        let count = 1 + self.random.below(2);
        for number in 0..count {
            let also = if number > 0 { "& " } else { "" };
            self.actions += 1;
            let port = 5141 + self.random.below(5);
            let action = match self.random.below(10) {
                0..3 => format!("@@192.0.2.2:{port}"),
                3 => format!("action(type=\"omfwd\" target=\"192.0.2.2\" port=\"{port}\" protocol=\"tcp\")"),
                4..6 => format!("{{}}/file-{}", self.actions),
                6 => format!("action(type=\"omfile\" file=\"{{}}/file-{}\")", self.actions),
                7 if !callable.is_empty() => format!("call {}", self.random.pick(callable)),
                // Not `continue`: a `call` of a ruleset that begins with one makes rsyslogd 8.2302 end at what it has freed.
                _ => self.random.pick(&["stop", "~"]).to_owned(),
            };
            self.add(&format!("{also}{action}\n"));
        }
    }

    fn selector(&mut self) -> String {
        let facilities: &[&str] = &["*", "mail", "auth,local0", "kern"];
        let severities: &[&str] = &["*", "warn", "=info", "!err", "!=debug", "none"];
        let mut parts = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            parts.push(format!("{}.{}", self.random.pick(facilities), self.random.pick(severities)));
        }
        // Behind a brace or `then` it would be a word.
        format!("\n{}", parts.join(";"))
    }

    fn condition(&mut self) -> String {
        let mut condition = self.comparison();
        for _ in 0..self.random.below(3) {
            let operator = self.random.pick(&["and", "or"]);
            condition = format!("{condition} {operator} {}", self.comparison());
        }
        condition
    }

    fn comparison(&mut self) -> String {
        let not = self.random.pick(&["", "", "not "]);
        let number = self.random.below(8);
        let comparison = self.random.pick(&["==", "!=", "<", ">="]);
        match self.random.below(5) {
            0 => format!("{not}($syslogseverity {comparison} {number})"),
            1 => format!("$syslogfacility {comparison} '{}'", number * 3),
            2 => format!("$programname {comparison} 'alpha'"),
            3 => format!("{not}prifilt('{}')", self.selector().trim()),
            _ => format!("$syslogfacility-text {} 'mail'", self.random.pick(&["==", "!=", "contains"])),
        }
    }
}
