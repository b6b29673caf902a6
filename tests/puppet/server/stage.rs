//! A private machine with a puppetserver, and an agent in Debian's own places.

use std::cell::RefCell;
use std::time::Duration;

use crate::net::{Daemon, Host, Package};
use crate::node::{Node, Run};

/// The agent's vardir.
pub(crate) const AGENT_CACHE: &str = "/var/cache/puppet";
/// The program, below a `facts.d`.
pub(crate) const PROGRAM: &str = concat!("standfast.d/", "x86_64", "/standfast");
/// What the agent takes for /tmp, for that is the real machine's.
pub(crate) const TMP: &str = "/var/lib/agent-tmp";
const SERVER: &str = "/var/lib/server";

/// The machine.
pub(crate) struct Stage {
    pub(crate) node: Node,
    /// What all runs have printed.
    said: RefCell<String>,
}

impl Stage {
    /// A machine where the server is prepared. Its agent has no program, no certificate and no module.
    pub(crate) fn new() -> Self {
        let node = Node { host: Host::new(&[Package::Snmpd]) };
        let repository = env!("CARGO_MANIFEST_DIR");
        let prepare = format!("{repository}/tests/puppet/server/prepare");
        node.host.run(&[&prepare, &format!("{repository}/puppet-module"), env!("CARGO_BIN_EXE_standfast")]);
        Self { node, said: RefCell::default() }
    }

    /// Starts the server, and waits until it answers. It lives for some runs: what a compiler takes its time for
    /// does not pay.
    pub(crate) fn start(&self) -> Daemon<'_> {
        let jvm = "-Xms512m -Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djruby.lib=/usr/share/jruby/lib \
                   -jar /usr/share/puppetserver/puppetserver.jar";
        let flags = format!(
            "--config {SERVER}/conf.d --bootstrap-config {SERVER}/services.d --restart-file {SERVER}/run/restart"
        );
        let mut argv = vec!["env", "HOME=/var/lib/server", "LANG=C.UTF-8"];
        argv.extend(["setpriv", "--reuid=puppet", "--regid=puppet", "--init-groups", "java"]);
        argv.extend(jvm.split_whitespace().chain(flags.split_whitespace()));
        let server = self.node.host.start(&argv);
        while !self.node.read(&format!("{SERVER}/run/restart")).starts_with('1') {
            let log = format!("{SERVER}/log/server.log");
            assert!(server.runs(), "the server has ended\n{}\n{}", server.log(), self.node.read(&log));
            std::thread::sleep(Duration::from_millis(200));
        }
        server
    }

    /// What all nodes of an environment get.
    pub(crate) fn site(&self, environment: &str, manifest: &str) {
        self.node
            .host
            .write(&format!("{SERVER}/code/environments/{environment}/manifests/site.pp"), manifest);
    }

    /// One run of the agent.
    pub(crate) fn agent(&self, arguments: &[&str]) -> Run {
        self.agent_by(&["puppet"], arguments)
    }

    /// One run of an agent that has been upgraded to Puppet 8, while the server was not.
    pub(crate) fn agent_8(&self, arguments: &[&str]) -> Run {
        self.agent_by(&[concat!(env!("CARGO_MANIFEST_DIR"), "/tests/puppet/on-8"), "puppet"], arguments)
    }

    fn agent_by(&self, puppet: &[&str], arguments: &[&str]) -> Run {
        let tmp = format!("TMPDIR={TMP}");
        let argv = [&["env", &tmp], puppet, &["agent", "--test", "--color=false"], arguments].concat();
        let run = self.node.reported(&argv, &format!("{AGENT_CACHE}/state/last_run_report.yaml"));
        self.said.borrow_mut().push_str(&run.said);
        run
    }

    /// What the program that pluginsync brought finds without Puppet: its exit code and what it says.
    pub(crate) fn check(&self) -> (i32, String) {
        let output = self.node.run(&[&format!("{AGENT_CACHE}/facts.d/{PROGRAM}"), "check"]);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        self.said.borrow_mut().push_str(&said);
        (output.status.code().unwrap(), said)
    }

    /// Has an environment's types written down, so that it knows no others.
    pub(crate) fn generate_types(&self, environment: &str) {
        let (code, conf) = (format!("{SERVER}/code"), format!("{SERVER}/conf"));
        let argv = ["puppet", "generate", "types", "--environment", environment, "--codedir", &code];
        let output = self.node.run(&[&argv[..], &["--confdir", &conf, "--vardir", "/var/lib/cli"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let generated = format!("{SERVER}/code/environments/{environment}/.resource_types/limits_entry.pp");
        self.run(&["test", "-s", &generated]);
        self.run(&["chown", "-R", "puppet:puppet", SERVER]);
    }

    /// Puts the program where a package has it.
    pub(crate) fn install_program(&self) {
        self.run(&["install", "-m", "755", env!("CARGO_BIN_EXE_standfast"), "/usr/bin/standfast"]);
    }

    /// Runs a program, which must succeed.
    pub(crate) fn run(&self, argv: &[&str]) -> String {
        self.node.host.run(argv)
    }

    /// What all runs have printed.
    pub(crate) fn all_that_was_said(&self) -> String {
        self.said.borrow().clone()
    }

    /// The files below some folders that hold a text.
    pub(crate) fn holding(&self, text: &str, folders: &[&str]) -> Vec<String> {
        let argv = [&["grep", "-rlsaF", "--devices=skip", "-e", text], folders].concat();
        let output = self.node.run(&argv);
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
    }
}
