//! A directory that stands for `/` of a host which drifts, with what it needs to report; gone when the test ends.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use super::HOST;
use crate::standin::pki::{Authority, Identity};

/// Counts the directories of this process.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Asks for what the machine has not.
pub(crate) const POLICY: &str = "[limits_entry alice/hard/nproc]\nvalue = 4096\n";

/// A host.
pub(crate) struct Machine {
    base: PathBuf,
}

/// What a run said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Machine {
    /// One entry differs from its policy; a password for the stand-in lies in /etc/standfast/token.
    pub(crate) fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("foreman-{}-{number}", std::process::id());
        let machine = Self { base: Path::new(env!("CARGO_TARGET_TMPDIR")).join(name) };
        drop(fs::remove_dir_all(&machine.base));
        for (path, text) in [
            ("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
            ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nalice:x:1001:1001::/home/alice:/bin/sh\n"),
            ("etc/group", "root:x:0:\nalice:x:1001:\n"),
            ("etc/login.defs", "UID_MIN 1000\nUID_MAX 60000\n"),
            ("etc/pam.d/login", "session required pam_limits.so\n"),
            ("etc/security/limits.conf", "alice hard nproc 1024\n"),
        ] {
            machine.write(path, text.as_bytes());
        }
        machine.write_private("etc/standfast/token", b"changeme\n");
        machine.set_policy(POLICY);
        machine
    }

    /// A machine that is a copy of this tree.
    pub(crate) fn copy(root: &Path) -> Self {
        let machine = Self::new();
        fs::remove_dir_all(machine.base.join("root")).unwrap();
        let copied = Command::new("cp").arg("-a").arg(root).arg(machine.base.join("root")).status().unwrap();
        assert!(copied.success(), "{}", root.display());
        machine.write_private("etc/standfast/token", b"changeme\n");
        machine
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn write_private(&self, path: &str, bytes: &[u8]) {
        self.write(path, bytes);
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Where a path of the machine really is.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.base.join("root").join(path)
    }

    pub(crate) fn set_policy(&self, policy: &str) {
        fs::write(self.base.join("policy.ini"), policy).unwrap();
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

    /// The program with this subcommand, the root and the name of the host; nothing of the tester's own wishes.
    pub(crate) fn command(&self, subcommand: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_standfast"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("STANDFAST_")
                || name.to_string_lossy().to_lowercase().ends_with("_proxy")
            {
                command.env_remove(name);
            }
        }
        command.arg(subcommand).arg("--root").arg(self.base.join("root")).args(arguments);
        command.current_dir(&self.base).stdin(Stdio::null());
        command
    }

    /// `standfast report` of the policy to this address as the stand-in's admin, without a pause after a failure.
    pub(crate) fn report(&self, url: &str, arguments: &[&str]) -> Said {
        let ours = ["--policy", "policy.ini", "--now", "--url", url, "--certname", HOST];
        let user = ["--user", "admin", "--password-file", "/etc/standfast/token"];
        Said::of(&mut self.command("report", &[&ours[..], &user, arguments].concat()))
    }

    /// `standfast report` of the policy with no more than this.
    pub(crate) fn report_with(&self, arguments: &[&str]) -> Said {
        Said::of(&mut self.command("report", &[&["--policy", "policy.ini"], arguments].concat()))
    }

    /// `standfast report --send` to this address: what waits.
    pub(crate) fn send(&self, url: &str, arguments: &[&str]) -> Said {
        let ours = ["--send", "--url", url, "--certname", HOST, "--user", "admin"];
        let all = [&ours[..], &["--password-file", "/etc/standfast/token"], arguments].concat();
        Said::of(&mut self.command("report", &all))
    }

    /// What lies in the spool.
    pub(crate) fn spool(&self) -> Value {
        let said = Said::of(&mut self.command("report", &["--status", "--format", "json"]));
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"))
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

impl Drop for Machine {
    fn drop(&mut self) {
        // What a failed test was about is worth keeping.
        if !std::thread::panicking() {
            drop(fs::remove_dir_all(&self.base));
        }
    }
}

impl Said {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from(command.output().expect("the program starts"))
    }

    pub(crate) fn from(output: Output) -> Self {
        let code = output.status.code().unwrap_or_else(|| panic!("{output:?}"));
        let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
        let said = Self { code, out: text(output.stdout), err: text(output.stderr) };
        assert!(!said.err.contains("panicked"), "{said:?}");
        said
    }

    /// Asserts how it ended, and that the only thing it complained of is told in one line with these words.
    pub(crate) fn complained(&self, code: i32, words: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "one line: {self:?}");
        assert!(self.err.contains(words), "{words:?} in {self:?}");
    }

    /// Asserts that the report was taken, and nothing was complained of.
    pub(crate) fn delivered(&self) {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:?}");
        assert!(self.out.contains("report: delivered to "), "{self:?}");
    }
}
