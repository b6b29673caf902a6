//! Configurations of both languages, right and wrong, in one file and in several.

use crate::random::Random;

/// The files of one configuration, the main one first; `{}` is their directory. The same for the same seed.
pub(crate) fn generate(seed: u64) -> Vec<(String, String)> {
    let mut random = Random::new(seed);
    let mut files = Vec::new();
    let count = random.below(3);
    let mut main = Text { random: &mut random, text: String::new(), depth: 0, includes: count };
    main.configuration(1 + seed as usize % 7);
    let text = main.text;
    files.push(("rsyslog.conf".to_owned(), text));
    for number in 0..count {
        let mut inner = Text { random: &mut random, text: String::new(), depth: 0, includes: 0 };
        inner.configuration(2);
        let text = inner.text;
        files.push((format!("d/{number}.conf"), text));
    }
    files
}

struct Text<'r> {
    random: &'r mut Random,
    text: String,
    depth: usize,
    includes: usize,
}

const FACILITIES: &[&str] =
    &["*", "kern", "mail", "auth,authpriv", "local0", "daemon,cron", "news", "mark", "user,*", "foo"];
const SEVERITIES: &[&str] =
    &["*", "info", "=err", "!warn", "!=debug", "none", "notice", "emerg", "3", "crit", "nothing"];
const PROPERTIES: &[&str] =
    &["msg", "programname", "hostname", "syslogtag", "fromhost-ip", "syslogfacility-text"];
const OPERATIONS: &[&str] = &["contains", "isequal", "startswith", "regex", "ereregex", "!contains", "has"];
const LEGACY: &[&str] = &[
    "@@h1",
    "@h2:10514",
    "@@(o)h3:6514;RSYSLOG_ForwardFormat",
    "@@[2001:db8::1]:514 # c",
    "@@h4 # no port",
    "@@h5:514 trailing",
    "@@h6;no-template",
    "/var/log/a",
    "-/var/log/b;RSYSLOG_FileFormat",
    ":omusrmsg:*",
    "~",
    "stop",
    "root",
    "|/dev/xconsole",
    ":omrelp:h:2514",
    "?dyn",
    "call inner",
    "continue",
];
const OBJECTS: &[&str] = &[
    "action(type=\"omfwd\" target=\"h7\" port=\"514\" protocol=\"tcp\")",
    "action(type=\"omfwd\" target=\"h8\"\n  # comment )\n  queue.type=\"LinkedList\")",
    "ACTION (Type=\"omfile\" File=\"/var/log/c\")",
    "action(type=\"omfwd\" target=\"h9\" config.enabled=\"off\")",
    "action(type=\"omfwd\" protocol=\"sctp\")",
    "action(type=\"ommissing\")",
    "action(type=\"omfwd\" target=`echo h10`)",
    "action(type=\"omusrmsg\" users=[\"a\",\"b\"])",
];
const DECLARATIONS: &[&str] = &[
    "$ModLoad imudp",
    "$ActionQueueType LinkedList",
    "$template dyn,\"/var/log/%programname%.log\"",
    "module(load=\"omrelp\")",
    "module(load=\"imtcp\")",
    "input(type=\"imudp\" port=\"514\" ruleset=\"inner\")",
    "global(workDirectory=\"/tmp\")",
    "$RuleSet inner",
    "$RuleSet RSYSLOG_DefaultRuleset",
    "template(name=\"t\" type=\"list\") { constant(value=\"*.* @@h\") property(name=\"msg\") }",
    "!prog",
    "+host",
    "$Unknown *.* @@h",
    "main_queue(queue.size=\"1000\")",
];
const NOISE: &[&str] =
    &["", "# a comment", "# swallows \\", "  ", "/* *.* @@h */", "/* over\n two */", "\t# indented", "%"];

impl Text<'_> {
    fn configuration(&mut self, count: usize) {
        for _ in 0..count {
            match self.random.below(10) {
                0 => {
                    let noise = self.random.pick(NOISE);
                    self.line(noise);
                }
                1 => {
                    let declaration = self.random.pick(DECLARATIONS);
                    self.line(declaration);
                }
                2 => self.ruleset(),
                3 if self.includes > 0 => self.include(),
                _ => self.statement(),
            }
            // Now and then something that ends everything.
            if self.random.percent(2) {
                let broken = self.random.pick(&[
                    "}",
                    "action(type=\"omfwd\"",
                    "{",
                    "else @@h",
                    "& @@h",
                    "port=\"1\")",
                    "\"text\"",
                ]);
                self.line(broken);
            }
        }
        if self.random.percent(10) {
            self.text.pop();
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        let end = if self.random.percent(4) { " \t\r\n" } else { "\n" };
        self.text.push_str(end);
    }

    fn include(&mut self) {
        let how = self.random.pick(&[
            "$IncludeConfig {}/d/*.conf",
            "$IncludeConfig {}/d/0.conf",
            "$IncludeConfig {}/d",
            "include(file=\"{}/d/*.conf\")",
            "include(file=\"{}/d/0.conf\" mode=\"optional\")",
            "$IncludeConfig {}/none/*.conf",
        ]);
        self.line(how);
    }

    fn ruleset(&mut self) {
        let name = self.random.pick(&["inner", "other", "outer"]);
        self.line(&format!("ruleset(name=\"{name}\") {{"));
        for _ in 0..self.random.below(3) {
            self.statement();
        }
        self.line("}");
    }

    fn statement(&mut self) {
        self.depth += 1;
        match self.random.below(if self.depth > 3 { 4 } else { 9 }) {
            0..3 => self.actions(),
            3 => {
                let set = self.random.pick(&["set $.x = 1 + 2;", "unset $.x;", "reset $!y = 'z';"]);
                self.line(set);
            }
            4 | 5 => {
                let selector = self.selector();
                let space = self.random.pick(&[" ", "\t", "\n", "", " \\\n  "]);
                self.text.push_str(&format!("{selector}{space}"));
                self.block();
            }
            6 => {
                let (property, operation) = (self.random.pick(PROPERTIES), self.random.pick(OPERATIONS));
                let value = self.random.pick(&["x", "a\\\"b", "a\\\\b", ""]);
                let space = self.random.pick(&[" ", "\n"]);
                self.text.push_str(&format!(":{property}, {operation}, \"{value}\"{space}"));
                self.block();
            }
            7 => {
                let expression = self.expression();
                let space = self.random.pick(&[" ", "\n"]);
                self.text.push_str(&format!("if {expression} then{space}"));
                self.block();
                if self.random.percent(40) {
                    self.text.push_str("else ");
                    self.block();
                }
            }
            _ => {
                self.text.push_str("foreach ($.i in $!list) do ");
                self.block();
            }
        }
        self.depth -= 1;
    }

    fn block(&mut self) {
        if self.random.percent(40) {
            self.line("{");
            for _ in 0..1 + self.random.below(2) {
                self.statement();
            }
            self.line("}");
        } else {
            self.statement();
        }
    }

    fn actions(&mut self) {
        let action =
            |random: &mut Random| if random.percent(70) { random.pick(LEGACY) } else { random.pick(OBJECTS) };
        let first = action(self.random);
        self.line(first);
        while self.random.percent(20) {
            if self.random.percent(30) {
                let between = self.random.pick(&["# between", "", "$ActionResumeInterval 7"]);
                self.line(between);
            }
            let next = action(self.random);
            let space = self.random.pick(&["& ", "&", " & "]);
            self.line(&format!("{space}{next}"));
        }
    }

    fn selector(&mut self) -> String {
        let mut parts = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            parts.push(format!("{}.{}", self.random.pick(FACILITIES), self.random.pick(SEVERITIES)));
        }
        parts.join(";")
    }

    fn expression(&mut self) -> String {
        let mut expression = self.operand(0);
        for _ in 0..self.random.below(3) {
            let operator = self.random.pick(&["and", "or"]);
            expression = format!("{expression} {operator} {}", self.operand(0));
        }
        expression
    }

    fn operand(&mut self, depth: usize) -> String {
        let comparison =
            self.random.pick(&["==", "!=", "<>", "<=", ">", "contains", "startswith_i", "CONTAINS_i"]);
        match self.random.below(if depth > 2 { 4 } else { 8 }) {
            0 => format!("$syslogfacility-text {comparison} 'mail'"),
            1 => format!("$syslogseverity {comparison} {}", self.random.below(9)),
            2 => format!("$programname {comparison} [ \"a\", 'b' ]"),
            3 => format!("$msg {comparison} \"x\\ty\""),
            4 => format!("not {}", self.operand(depth + 1)),
            5 => format!("({})", self.operand(depth + 1)),
            6 => format!("prifilt(\"{}\")", self.selector()),
            _ => {
                let sign = self.random.pick(&["+", "-", "*", "/", "%", "&", " - -"]);
                format!("$!a {sign} strlen($msg) {comparison} 0x1f")
            }
        }
    }
}
