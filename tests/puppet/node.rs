//! A node: a private machine with Puppet, our module and our program, and what a run of Puppet leaves.

use std::process::Output;

use serde_json::Value;

use crate::net::{Host, Package};

/// Where Puppet's confdir and vardir are, and all else that a case makes.
pub(crate) const BASE: &str = "/var/lib/case";

/// A machine with Puppet.
pub(crate) struct Node {
    /// The machine.
    pub(crate) host: Host,
}

/// What a run of Puppet said and left.
pub(crate) struct Run {
    /// The exit code.
    pub(crate) code: i32,
    /// Standard output and standard error.
    pub(crate) said: String,
    /// The report, with all values as texts.
    pub(crate) report: Value,
}

/// The six numbers that Foreman makes of a report.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) applied: usize,
    pub(crate) restarted: usize,
    pub(crate) failed: usize,
    pub(crate) failed_restarts: usize,
    pub(crate) skipped: usize,
    pub(crate) pending: usize,
}

/// Prints Puppet's report as JSON, without its Ruby classes.
const REPORT_AS_JSON: &str = "
    def plain(node)
      case node
      when Psych::Nodes::Mapping then node.children.each_slice(2).to_h { |key, value| [key.value, plain(value)] }
      when Psych::Nodes::Sequence then node.children.map { |one| plain(one) }
      when Psych::Nodes::Scalar then node.value
      end
    end
    puts JSON.generate(plain(Psych.parse_file(ARGV[0]).children.first))
";

impl Node {
    /// A node with standfast in /usr/bin.
    pub(crate) fn new(packages: &[Package]) -> Self {
        let node = Self::without_standfast(packages);
        node.link(env!("CARGO_BIN_EXE_standfast"), "/usr/bin/standfast");
        node
    }

    /// A node that has the module, and not yet the program.
    pub(crate) fn without_standfast(packages: &[Package]) -> Self {
        let node = Self { host: Host::new(&[packages, crate::PUPPET].concat()) };
        let module = concat!(env!("CARGO_MANIFEST_DIR"), "/puppet-module");
        node.host.run(&["mkdir", "-p", &format!("{BASE}/modules"), &format!("{BASE}/conf")]);
        node.link(module, &format!("{BASE}/modules/standfast"));
        // Links lead to the program, and whoever writes through one must not change what all other tests run.
        let program = env!("CARGO_BIN_EXE_standfast");
        node.host.run(&["mount", "-o", "bind,ro", program, program]);
        node
    }

    fn link(&self, target: &str, path: &str) {
        self.host.run(&["ln", "-sfn", target, path]);
    }

    /// A file as text; empty where there is none.
    pub(crate) fn read(&self, path: &str) -> String {
        let bytes = self.host.root().read(std::path::Path::new(path)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Applies a manifest.
    pub(crate) fn apply(&self, manifest: &str, arguments: &[&str]) -> Run {
        let path = format!("{BASE}/site.pp");
        self.host.write(&path, manifest);
        self.puppet("apply", &[arguments, &["--detailed-exitcodes", &path]].concat())
    }

    /// Runs a subcommand of Puppet.
    pub(crate) fn puppet(&self, subcommand: &str, arguments: &[&str]) -> Run {
        let (conf, var, modules) = (format!("{BASE}/conf"), format!("{BASE}/var"), format!("{BASE}/modules"));
        let settings = ["--confdir", &conf, "--vardir", &var, "--modulepath", &modules, "--color=false"];
        let report = format!("{var}/state/last_run_report.yaml");
        // Another Puppet than the installed one, say a newer one from its sources, can be named.
        let puppet = std::env::var("STANDFAST_PUPPET").unwrap_or_else(|_| "puppet".into());
        self.reported(&[&[puppet.as_str(), subcommand], &settings[..], arguments].concat(), &report)
    }

    /// Runs a program that leaves a report of Puppet at a path.
    pub(crate) fn reported(&self, argv: &[&str], report: &str) -> Run {
        self.host.run(&["rm", "-f", report]);
        let output = self.run(argv);
        let json = if self.read(report).is_empty() {
            Value::Null
        } else {
            let json = self.host.run(&["ruby", "-rjson", "-rpsych", "-e", REPORT_AS_JSON, report]);
            serde_json::from_str(&json).unwrap()
        };
        let said = [&output.stdout, &output.stderr]
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .concat();
        Run { code: output.status.code().unwrap(), said, report: json }
    }

    /// Runs a program with the environment that Puppet needs.
    pub(crate) fn run(&self, argv: &[&str]) -> Output {
        let mut command = self.host.bounded(argv);
        command.env("HOME", "/root").env("LANG", "C.UTF-8");
        command.output().expect("nsenter of util-linux starts")
    }

    /// The command lines of all processes but those of the machine itself.
    pub(crate) fn processes(&self) -> String {
        self.host.run(&["ps", "-A", "-o", "args="])
    }

    /// Fails the test when a process of ours is left.
    pub(crate) fn assert_nothing_runs(&self) {
        let processes = self.processes();
        assert!(!processes.contains("standfast"), "{processes}");
    }
}

impl Run {
    /// What the report says of a resource, `Limits_entry[root/-/nproc]`.
    pub(crate) fn status(&self, resource: &str) -> &Value {
        let status = &self.report["resource_statuses"][resource];
        assert!(status.is_object(), "{resource} is not in the report\n{}", self.said);
        status
    }

    /// Whether the report has the resource at all.
    pub(crate) fn knows(&self, resource: &str) -> bool {
        self.report["resource_statuses"][resource].is_object()
    }

    /// Its only event.
    pub(crate) fn event(&self, resource: &str) -> &Value {
        let events = self.status(resource)["events"].as_array().unwrap();
        assert_eq!(events.len(), 1, "{resource}: {events:#?}\n{}", self.said);
        &events[0]
    }

    /// What stands in a field of its only event.
    pub(crate) fn told(&self, resource: &str, field: &str) -> &str {
        self.event(resource)[field].as_str().unwrap_or_default()
    }

    /// The names of the resources that have events.
    pub(crate) fn with_events(&self) -> Vec<&str> {
        let statuses = self.report["resource_statuses"].as_object().unwrap();
        let has_events = |status: &Value| status["events"].as_array().is_some_and(|all| !all.is_empty());
        statuses.iter().filter(|(_, status)| has_events(status)).map(|(name, _)| name.as_str()).collect()
    }

    /// Asserts what came out of the whole run.
    pub(crate) fn assert_code(&self, code: i32) {
        assert_eq!(self.code, code, "{}", self.said);
    }

    /// A number of the report's metrics.
    pub(crate) fn metric(&self, category: &str, name: &str) -> usize {
        let values = self.report["metrics"][category]["values"].as_array();
        let value = values.into_iter().flatten().find(|value| value[0] == name);
        value.map_or(0, |value| value[2].as_str().unwrap().parse().unwrap())
    }

    /// What Foreman counts, as its report processor for puppetserver does.
    pub(crate) fn counted(&self) -> Counted {
        let logs = self.report["logs"].as_array().unwrap();
        let is_counted_error = |log: &&Value| {
            log["level"] == "err" && log["source"].as_str().is_some_and(|source| source.ends_with("Puppet"))
        };
        let errors = logs.iter().filter(is_counted_error).count();
        Counted {
            applied: self.metric("changes", "total"),
            restarted: self.metric("resources", "restarted"),
            failed: self.metric("resources", "failed")
                + usize::from(self.report["status"] == "failed")
                + errors,
            failed_restarts: self.metric("resources", "failed_to_restart"),
            skipped: self.metric("resources", "skipped"),
            pending: self.metric("events", "noop"),
        }
    }

    /// How often a text was said.
    pub(crate) fn count(&self, text: &str) -> usize {
        self.said.matches(text).count()
    }
}
