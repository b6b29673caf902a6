//! A private machine: its namespaces, its files, its programs.

use std::io::{BufRead, BufReader, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use standfast_facts::root::Root;
use standfast_facts::sockets::{self, Socket};

use super::daemon::{Daemon, wait_until};
use super::wire::Side;

/// What is installed beside what the real machine has. The daemons of time exclude each other as
/// packages do; three of them have the same /usr/sbin/ntpd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Package {
    /// chronyd and chronyc 4.3. Start it with `-x`: it gives up where it may not set the clock.
    Chrony,
    /// ntp.org's ntpd 4.2.8p15, of Debian 11. It reads /etc/ntp.conf.
    Ntp,
    /// NTPsec's ntpd 1.2.2, which reads /etc/ntpsec/ntp.conf.
    Ntpsec,
    /// OpenNTPD's ntpd 6.2p3, which reads /etc/openntpd/ntpd.conf.
    Openntpd,
    /// Puppet 8.10, Facter 4.10 and Ruby 3.3 of Debian 13, in place of the machine's own.
    Puppet8,
    /// rsyslogd 8.2302 with RELP and both TLS drivers. It reads /etc/rsyslog.conf; /dev/log is the machine's own.
    Rsyslog,
    /// snmpd 5.9.3 and snmpget with its relatives.
    Snmpd,
}

impl Package {
    fn directory(self) -> PathBuf {
        let name = match self {
            Self::Chrony => "chrony",
            Self::Ntp => "ntp",
            Self::Ntpsec => "ntpsec",
            Self::Openntpd => "openntpd",
            Self::Puppet8 => "puppet8",
            Self::Rsyslog => "rsyslog",
            Self::Snmpd => "snmpd",
        };
        daemons().join(name)
    }
}

fn daemons() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/daemons")
}

/// Brings the daemons, once per test program.
fn prepare() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/daemons");
        let status =
            Command::new(&script).status().unwrap_or_else(|error| panic!("cannot run {script:?}: {error}"));
        assert!(status.success(), "{script:?} failed: no daemon can be asked");
    });
}

/// A private machine, at 192.0.2.1 and 2001:db8::1. It ends with all its processes when it is dropped.
pub(crate) struct Host {
    /// `unshare`, which waits for the machine's first process.
    unshare: Child,
    root: Root,
    logs: AtomicU32,
    addresses: AtomicU8,
}

impl Host {
    /// A machine with these packages unpacked and none of them started. Their configuration is
    /// what the package brings; chrony's has to be copied from /usr/share/chrony.
    pub(crate) fn new(packages: &[Package]) -> Self {
        prepare();
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("machine");
        std::fs::create_dir_all(&scratch).unwrap();
        let mut unshare = Command::new("unshare")
            .args(["--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--mount-proc"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/net/machine"))
            .arg(scratch)
            .args(packages.iter().map(|package| package.directory()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("unshare of util-linux starts");
        let mut said = String::new();
        BufReader::new(unshare.stdout.take().unwrap()).read_line(&mut said).unwrap();
        if said != "ready\n" {
            let output = unshare.wait_with_output().unwrap();
            panic!(
                "no private machine: this test needs root, namespaces, overlayfs and iproute2\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        // unshare itself has moved into the same mounts.
        let root = Root::open(&PathBuf::from(format!("/proc/{}/root", unshare.id()))).unwrap();
        Self { unshare, root, logs: AtomicU32::new(0), addresses: AtomicU8::new(100) }
    }

    /// The machine's files, which links cannot lead out of. Its /proc has the numbers of its own processes.
    pub(crate) fn root(&self) -> &Root {
        &self.root
    }

    /// The machine itself, as one who asks.
    pub(crate) fn inside(&self) -> Side<'_> {
        Side::new(self, PathBuf::from(format!("/proc/{}/ns/net", self.unshare.id())), "env")
    }

    /// The other end of the wire, at 192.0.2.2 and 2001:db8::2.
    pub(crate) fn outside(&self) -> Side<'_> {
        let file = format!("/proc/{}/root/run/netns/outside", self.unshare.id());
        Side::new(self, PathBuf::from(file), "ip netns exec outside")
    }

    /// The last part of an address that nobody has had.
    pub(super) fn next_address(&self) -> u8 {
        let next = self.addresses.fetch_add(1, Ordering::Relaxed);
        assert!((100..255).contains(&next), "the network is full");
        next
    }

    /// A program that is to run on the machine, as root, in `/`, with nothing but `PATH` in its
    /// environment, and which cannot set the clock. For another directory, more variables or
    /// another user there are `env -C` and `setpriv`, which keep the process's number.
    pub(crate) fn command(&self, argv: &[&str]) -> Command {
        let namespaces = format!("/proc/{}/ns", self.unshare.id());
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--mount={namespaces}/mnt"))
            .arg(format!("--pid={namespaces}/pid_for_children"))
            .args(["net", "uts", "ipc"].map(|kind| format!("--{kind}={namespaces}/{kind}")))
            .arg("--")
            .arg(daemons().join("no_clock"))
            .args(argv)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null());
        command
    }

    /// The same for a program that ends by itself. One that hangs is killed, and its status 124 or 137 tells it.
    pub(crate) fn bounded(&self, argv: &[&str]) -> Command {
        self.command(&[&["timeout", "--kill-after=5", "300"], argv].concat())
    }

    /// Runs a program to its end and gives what it printed; its failure fails the test.
    pub(crate) fn run(&self, argv: &[&str]) -> String {
        let output = self.bounded(argv).output().expect("nsenter of util-linux starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            output.status.success(),
            "{argv:?}: {}\n{}{}",
            output.status,
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Runs standfast on the machine.
    pub(crate) fn standfast(&self, arguments: &[&str]) -> Output {
        let mut argv = vec![env!("CARGO_BIN_EXE_standfast")];
        argv.extend(arguments);
        self.bounded(&argv).output().expect("nsenter of util-linux starts")
    }

    /// Writes a file (0644, owned by root) and the directories to it; one that exists keeps its
    /// mode and owner.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        // By a process inside: from here a link such as /var/run would lead to the real machine.
        let script = "umask 022; mkdir -p \"${0%/*}/\" && cat > \"$0\"";
        let mut child =
            self.command(&["sh", "-c", script, path]).stdin(Stdio::piped()).spawn().expect("nsenter starts");
        child.stdin.take().unwrap().write_all(content.as_ref()).unwrap();
        assert!(child.wait().unwrap().success(), "cannot write {path}");
    }

    /// Reads a file.
    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        self.root.read(Path::new(path)).unwrap()
    }

    /// Starts a program that stays in the foreground (`ntpd -n`, `chronyd -d -x`, `snmpd -f`); also
    /// one below /tmp or target, which are the real machine's. What it prints goes to [`Daemon::log`].
    ///
    /// A machine takes longer to make than a daemon to start: many cases are asked on one.
    pub(crate) fn start(&self, argv: &[&str]) -> Daemon<'_> {
        let log = format!("/run/daemon-{}.log", self.logs.fetch_add(1, Ordering::Relaxed));
        let script = "umask 022; exec 2> \"$0\"; echo $$; exec \"$@\" >&2";
        let mut command = self.command(&["sh", "-c", script, &log]);
        let mut starter = command.args(argv).stdout(Stdio::piped()).spawn().expect("nsenter starts");
        let mut pid = String::new();
        BufReader::new(starter.stdout.take().unwrap()).read_line(&mut pid).unwrap();
        let pid = pid.trim().parse().unwrap_or_else(|_| panic!("{argv:?} has no number: {pid:?}"));
        Daemon::new(self, pid, Some(log), Some(starter))
    }

    /// Runs a program that puts a daemon in the background, as the package's own way to start it
    /// does, and waits until the daemon has written its number to `pid_file`.
    pub(crate) fn start_in_background(&self, argv: &[&str], pid_file: &str) -> Daemon<'_> {
        // A daemon may keep what it inherits open: nothing is read from it to the end.
        let status = self.bounded(argv).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(status.success(), "{argv:?}: {status}");
        let number = || {
            let text = self.root.read(Path::new(pid_file)).ok()?;
            String::from_utf8(text).ok()?.trim().parse().ok()
        };
        let mut pid = None;
        wait_until(&format!("{pid_file} to hold a number"), || {
            pid = number();
            pid.is_some()
        });
        Daemon::new(self, pid.unwrap(), None, None)
    }

    /// The sockets that take packets from anybody, of all the machine's processes.
    pub(crate) fn sockets(&self) -> Vec<Socket> {
        // The number 1 is in the machine's own network, and never gone.
        sockets::in_namespace_of(&self.root, 1).unwrap()
    }

    /// The addresses on which UDP port `port` takes packets from anybody, in order.
    pub(crate) fn bound(&self, port: u16) -> Vec<IpAddr> {
        let udp = |socket: &Socket| socket.transport == sockets::Transport::Udp && socket.port == port;
        self.sockets().into_iter().filter(udp).map(|socket| socket.address).collect()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // Its input ends, so does the first process, and the kernel ends all others before
        // unshare learns of it.
        drop(self.unshare.stdin.take());
        drop(self.unshare.wait());
    }
}
