//! Files in the place of the machine's own, so that every machine measures the same.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the files are made.
#[derive(Debug)]
pub(crate) struct Stages {
    work: PathBuf,
}

/// What stands in /etc while something is measured.
#[derive(Debug, Default)]
pub(crate) struct Etc {
    /// How many ordinary users and groups there are beside root: `u00000` with the UID 10000 and so on.
    pub(crate) accounts: usize,
    /// limits.conf.
    pub(crate) limits: String,
    /// Other files: their path, and what stands in them.
    pub(crate) files: Vec<(&'static str, String)>,
}

/// A file with the program's standard input.
pub(crate) type Input = PathBuf;

/// The UID of the first user, and the GID of the first group.
pub(crate) const FIRST_ID: usize = 10_000;

impl Stages {
    /// Hides what differs between machines: state of other runs, and what systemd serves.
    pub(crate) fn prepare(work: &Path) -> Self {
        run(&["mount", "-t", "tmpfs", "-o", "mode=755", "none", "/var/lib"]);
        run(&["mount", "-t", "tmpfs", "-o", "mode=755", "none", "/run"]);
        // Whatever is made in /etc stays here. The daemons are as their packages bring them, and none of the machine's.
        run(&["mount", "-t", "tmpfs", "-o", "mode=755", "none", "/mnt"]);
        let daemons = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/daemons");
        for directory in ["etc", "usr"] {
            let lower = ["ntpsec", "snmpd", "rsyslog"]
                .map(|name| format!("{}/{name}/{directory}:", daemons.display()));
            for layer in ["upper", "work"] {
                std::fs::create_dir_all(format!("/mnt/{directory}/{layer}")).unwrap();
            }
            let layers = format!(
                "lowerdir={}/{directory},upperdir=/mnt/{directory}/upper,workdir=/mnt/{directory}/work",
                lower.concat()
            );
            run(&["mount", "-t", "overlay", "-o", &layers, "none", &format!("/{directory}")]);
        }
        run(&["ip", "link", "set", "lo", "up"]);
        // A wire as the tests' machines have it: a kernel may lack what needs no other end.
        run(&["ip", "link", "add", "eth0", "type", "veth", "peer", "name", "other"]);
        run(&["ip", "link", "set", "other", "up"]);
        run(&["ip", "addr", "add", "192.0.2.1/24", "dev", "eth0"]);
        run(&["ip", "link", "set", "eth0", "up"]);
        // What a machine with systemd has there.
        std::fs::create_dir_all("/run/systemd/userdb").unwrap();
        for service in ["DropIn", "DynamicUser", "Multiplexer", "NameServiceSwitch"] {
            std::fs::write(format!("/run/systemd/userdb/io.systemd.{service}"), "").unwrap();
        }
        Self { work: work.to_path_buf() }
    }

    /// Puts these files in their places until the answer is dropped.
    pub(crate) fn set(&self, etc: &Etc) -> Set {
        let security = self.work.join("security");
        let _ = std::fs::remove_dir_all(&security);
        std::fs::create_dir_all(security.join("limits.d")).unwrap();
        std::fs::write(security.join("limits.conf"), &etc.limits).unwrap();
        let (passwd, group) = accounts(etc.accounts);
        let nsswitch = "passwd: files systemd\ngroup: files systemd\n".to_owned();
        let mut set = Set { mounted: Vec::new(), written: Vec::new() };
        set.bind(&security, "/etc/security");
        for (name, text) in [("passwd", passwd), ("group", group), ("nsswitch.conf", nsswitch)] {
            let file = self.work.join(name);
            std::fs::write(&file, text).unwrap();
            set.bind(&file, &format!("/etc/{name}"));
        }
        for (path, text) in &etc.files {
            std::fs::create_dir_all(Path::new(path).parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
            set.written.push(path);
        }
        set
    }

    /// Puts other files or directories in places that are there until the answer is dropped.
    pub(crate) fn bind(&self, places: &[(PathBuf, &str)]) -> Set {
        let mut set = Set { mounted: Vec::new(), written: Vec::new() };
        for (source, target) in places {
            set.bind(source, target);
        }
        set
    }

    /// A directory for files that are to be read.
    pub(crate) fn directory(&self, name: &str) -> PathBuf {
        self.work.join(name)
    }

    /// A file for standard input.
    pub(crate) fn input(&self, text: &str) -> Input {
        let path = self.work.join("input.json");
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A file that only root may read.
    pub(crate) fn private(&self, text: &str) -> PathBuf {
        let path = self.work.join("private.json");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        path
    }
}

/// Files in their places; dropping it takes them away.
#[derive(Debug)]
pub(crate) struct Set {
    mounted: Vec<String>,
    written: Vec<&'static str>,
}

impl Set {
    fn bind(&mut self, source: &Path, target: &str) {
        run(&["mount", "--bind", &source.to_string_lossy(), target]);
        self.mounted.push(target.to_owned());
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        for path in self.written.drain(..) {
            std::fs::remove_file(path).unwrap();
        }
        for target in self.mounted.drain(..).rev() {
            run(&["umount", &target]);
        }
    }
}

fn run(words: &[&str]) {
    let status = Command::new(words[0]).args(&words[1..]).status();
    assert!(status.is_ok_and(|status| status.success()), "{words:?} failed: the bench needs root");
}

/// The name of a user, and with `g` that of a group.
pub(crate) fn user(index: usize) -> String {
    format!("u{index:05}")
}

/// A small Debian's accounts and as many ordinary ones: all have the primary group `users`, and each is listed in
/// a group of his own and in that of his neighbour.
fn accounts(count: usize) -> (String, String) {
    let mut passwd = "root:x:0:0:root:/root:/bin/bash\n".to_owned();
    let mut group = "root:x:0:\nusers:x:100:\n".to_owned();
    // Those that the daemons' packages make.
    for (id, name) in [(992, "Debian-snmp"), (994, "ntpsec")] {
        writeln!(passwd, "{name}:x:{id}:{id}::/nonexistent:/usr/sbin/nologin").unwrap();
        writeln!(group, "{name}:x:{id}:").unwrap();
    }
    for (id, name) in
        (1..).zip(["daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp"])
    {
        writeln!(passwd, "{name}:x:{id}:{id}:{name}:/var/{name}:/usr/sbin/nologin").unwrap();
        writeln!(group, "{name}:x:{id}:").unwrap();
    }
    for index in 0..count {
        let (id, name, next) = (FIRST_ID + index, user(index), user((index + 1) % count));
        writeln!(passwd, "{name}:x:{id}:100:User {index}:/home/{name}:/bin/bash").unwrap();
        writeln!(group, "g{index:05}:x:{id}:{name},{next}").unwrap();
    }
    (passwd, group)
}
