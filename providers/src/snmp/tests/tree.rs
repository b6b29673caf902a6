//! A temporary directory that stands for `/`, with the files of a snmpd.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use standfast_facts::machine::Machine;
use standfast_facts::root::Root;

use crate::snmp::Snmp;
use crate::snmp::installed::{Installed, KnownFrom};
use crate::snmp::invocation::Invocation;
use crate::snmp::rules::Version;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// Goes away with all its files when it is dropped.
pub(in crate::snmp) struct Tree(PathBuf);

impl Tree {
    #[allow(clippy::disallowed_methods, reason = "tests build their own machine")]
    pub(in crate::snmp) fn new(files: &[(&str, &str)]) -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let base = std::env::temp_dir().join(format!("standfast-snmp-{}-{number}", std::process::id()));
        for (path, text) in files {
            let path = base.join(path.trim_start_matches('/'));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(base)
    }

    pub(in crate::snmp) fn root(&self) -> Root {
        Root::open(&self.0).unwrap()
    }

    /// The state as the newest snmpd has it when it is started like this.
    pub(super) fn with<T>(&self, invocation: Invocation, ask: impl FnOnce(&Snmp<'_>) -> T) -> T {
        let root = self.root();
        let machine = Machine::new(&root);
        let installed = Installed {
            version: Version(5, 9, 5),
            known_from: KnownFrom::Package,
            persistent: Path::new("/var/lib/snmp").to_path_buf(),
            library: Path::new("/usr/lib/snmp").to_path_buf(),
        };
        ask(&Snmp::read(&machine, installed, invocation).unwrap())
    }
}

/// The state of a machine with one snmpd.conf.
pub(super) fn with_conf<T>(text: &str, ask: impl FnOnce(&Snmp<'_>) -> T) -> T {
    Tree::new(&[("/etc/snmp/snmpd.conf", text)]).with(Invocation::default(), ask)
}

impl Drop for Tree {
    #[allow(clippy::disallowed_methods, reason = "tests build their own machine")]
    fn drop(&mut self) {
        // A directory that is left behind is not worth a second panic.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
