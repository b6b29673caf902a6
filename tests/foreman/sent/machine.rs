//! A host that drifts, with what it needs to report.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::HOST;
use crate::said::{Said, run};
use crate::standin::pki::{Authority, Identity};
use crate::temp_root::{LIMITS_CONF, TempRoot};

/// Asks for what the machine has not.
pub(crate) const POLICY: &str = "[limits_entry alice/hard/nproc]\nvalue = 4096\n";

/// A host.
pub(crate) struct Machine {
    root: TempRoot,
}

/// How a report ended.
pub(crate) trait Ended {
    /// Asserts how it ended, and that the only thing it complained of is told in one line with these words.
    fn complained(&self, code: i32, words: &str);
    /// Asserts that the report was taken, and nothing was complained of.
    fn delivered(&self);
}

impl Machine {
    /// One entry differs from its policy; a password for the stand-in lies in /etc/standfast/token.
    pub(crate) fn new() -> Self {
        let machine = Self { root: TempRoot::without_module("ID=debian\nVERSION_ID=12\n") };
        machine.write(LIMITS_CONF, b"alice hard nproc 1024\n");
        machine.write_private("etc/standfast/token", b"changeme\n");
        machine.set_policy(POLICY);
        machine
    }

    /// A machine that is a copy of this tree.
    pub(crate) fn copy(root: &Path) -> Self {
        let machine = Self::new();
        fs::remove_dir_all(machine.path("")).unwrap();
        let copied =
            Command::new("cp").arg("-a").arg(root).arg(machine.root.beside("root")).status().unwrap();
        assert!(copied.success(), "{}", root.display());
        machine.write_private("etc/standfast/token", b"changeme\n");
        machine
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        self.root.write(path, bytes);
    }

    fn write_private(&self, path: &str, bytes: &[u8]) {
        self.write(path, bytes);
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Where a path of the machine really is.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path(path)
    }

    pub(crate) fn set_policy(&self, policy: &str) {
        fs::write(self.root.beside("policy.ini"), policy).unwrap();
    }

    /// Believes this authority, as `--ca-file`.
    pub(crate) fn believe(&self, authority: &Authority) {
        self.write("etc/standfast/ca.pem", authority.certificate.as_bytes());
    }

    /// Has this certificate and key, where the Puppet agent of Debian has them.
    pub(crate) fn become_node(&self, authority: &Authority, identity: &Identity) {
        let ssl = "etc/puppetlabs/puppet/ssl";
        self.write("etc/puppetlabs/puppet/puppet.conf", format!("[main]\ncertname = {HOST}\n").as_bytes());
        self.write(&format!("{ssl}/certs/ca.pem"), authority.certificate.as_bytes());
        self.write(&format!("{ssl}/certs/{HOST}.pem"), identity.certificate.as_bytes());
        self.write_private(&format!("{ssl}/private_keys/{HOST}.pem"), identity.key.as_bytes());
    }

    /// The program with this subcommand and this root; nothing of the tester's own settings.
    pub(crate) fn command(&self, subcommand: &str, arguments: &[&str]) -> Command {
        let mut command = self.root.command(&[subcommand], arguments);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("STANDFAST_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// `standfast report` of the policy to this address as the stand-in's admin, without a pause after a failure.
    pub(crate) fn report(&self, url: &str, arguments: &[&str]) -> Said {
        let ours = ["--policy", "policy.ini", "--now", "--url", url, "--certname", HOST];
        let user = ["--user", "admin", "--password-file", "/etc/standfast/token"];
        run(&mut self.command("report", &[&ours[..], &user, arguments].concat()))
    }

    /// `standfast report` of the policy with no more than this.
    pub(crate) fn report_with(&self, arguments: &[&str]) -> Said {
        run(&mut self.command("report", &[&["--policy", "policy.ini"], arguments].concat()))
    }

    /// `standfast report --send` to this address: what waits.
    pub(crate) fn send(&self, url: &str, arguments: &[&str]) -> Said {
        let ours = ["--send", "--url", url, "--certname", HOST, "--user", "admin"];
        let all = [&ours[..], &["--password-file", "/etc/standfast/token"], arguments].concat();
        run(&mut self.command("report", &all))
    }

    /// What lies in the spool.
    pub(crate) fn spool(&self) -> Value {
        run(&mut self.command("report", &["--status", "--format", "json"])).json()
    }

    /// The reports that wait.
    pub(crate) fn waiting(&self) -> Vec<Value> {
        self.spool()["waiting"].as_array().expect("a list").clone()
    }

    /// Asserts that nothing waits and nothing was given up.
    pub(crate) fn has_delivered(&self) {
        let spool = self.spool();
        let left = ["waiting", "dead"].map(|key| spool[key].as_array().expect("a list").len());
        assert!(left == [0, 0] && spool["delivered"].is_object(), "{spool}");
    }
}

impl Ended for Said {
    fn complained(&self, code: i32, words: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "one line: {self:?}");
        assert!(self.err.contains(words), "{words:?} in {self:?}");
    }

    fn delivered(&self) {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:?}");
        assert!(self.out.contains("report: delivered to "), "{self:?}");
    }
}
