//! One way on a machine of its own: Puppet's directories, and those of /etc and /var that it changes.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::way::Way;
use crate::measure::Program;
use crate::stage::{Set, Stages};
use crate::tools::Tools;

/// What the machine has before Puppet comes: lines of nobody's that must stay.
const LIMITS: &str = "# limits.conf\n* hard core 0\n@users - maxlogins 4\n# End of file\n";

const HIERA: &str = "version: 5\ndefaults: { datadir: ., data_hash: yaml_data }\nhierarchy: [{ name: all, path: all.yaml }]\n";

/// A way, ready to be run again and again.
pub(super) struct Case {
    directory: PathBuf,
    standfast: PathBuf,
    program: Program,
}

impl Case {
    /// A machine with stock files that Puppet has never seen.
    pub(super) fn new(tools: &Tools, stages: &Stages, way: Way, count: usize) -> Self {
        let directory = stages.directory("puppet").join(format!("{way:?}-{count}"));
        drop(std::fs::remove_dir_all(&directory));
        for place in ["conf", "var", "etc/security/limits.d", "etc/standfast", "var/lib/standfast"] {
            std::fs::create_dir_all(directory.join(place)).unwrap();
        }
        for place in ["/etc/standfast", "/var/lib/standfast"] {
            std::fs::create_dir_all(place).unwrap();
        }
        let here = directory.to_string_lossy();
        // Debian has places of the machine for each.
        let settings: String = ["vardir", "logdir", "rundir", "ssldir", "publicdir"]
            .map(|setting| format!("{setting} = {here}/var/{setting}\n"))
            .concat();
        std::fs::write(directory.join("conf/puppet.conf"), format!("[main]\n{settings}")).unwrap();
        std::fs::write(directory.join("conf/hiera.yaml"), HIERA).unwrap();
        std::fs::write(directory.join("conf/all.yaml"), way.data(count)).unwrap();
        std::fs::write(directory.join("site.pp"), way.manifest(count)).unwrap();
        let limits = LIMITS.to_owned() + &way.limits(count);
        std::fs::write(directory.join("etc/security/limits.conf"), limits).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        let modules = directory.join("modules");
        std::fs::create_dir(&modules).unwrap();
        for (name, path) in way.modules() {
            std::os::unix::fs::symlink(source.join(path), modules.join(name)).unwrap();
        }
        let script = source.join("benches/puppet/case");
        let arguments = ["--mount", &script.to_string_lossy(), &here, &modules.to_string_lossy()];
        let program = Program::new(Path::new("/usr/bin/unshare"), &arguments);
        let case = Self { directory, standfast: tools.path().to_path_buf(), program };
        case.configure(tools.path());
        case
    }

    /// Brings it in sync, and proves that a run changes nothing then.
    pub(super) fn in_sync(self) -> Self {
        self.program.run_expecting(&[0, 2]);
        self.program.run_expecting(&[0]);
        self
    }

    /// A run of Puppet.
    pub(super) fn program(&self) -> &Program {
        &self.program
    }

    /// A run of Puppet that finds nothing that it has made.
    pub(super) fn first_run(&self) -> Program {
        let made = ["var/vardir/state", "etc/security/limits.d/zz-standfast.conf", "var/lib/standfast"];
        self.program.clone().forgetting(&made.map(|path| self.directory.join(path)))
    }

    /// What our program makes of the entries, where this is entered.
    pub(super) fn made() -> PathBuf {
        PathBuf::from("/etc/security/limits.d/zz-standfast.conf")
    }

    /// Puts what is this machine's own in its places until the answer is dropped.
    pub(super) fn enter(&self, stages: &Stages) -> Set {
        let places = ["/etc/security", "/var/lib/standfast"];
        stages.bind(&places.map(|place| (self.directory.join(&place[1..]), place)))
    }

    /// The size of the last run's report.
    pub(super) fn report_bytes(&self) -> u64 {
        let report = self.directory.join("var/vardir/state/last_run_report.yaml");
        std::fs::metadata(report).unwrap().len()
    }

    /// `standfast serve` with what Puppet asks it in a run.
    pub(super) fn serve(&self, tools: &Tools, run: &Program) -> Program {
        let (recorder, asked) = (self.directory.join("recorder"), self.directory.join("asked"));
        let head = format!("#!/bin/sh\nstandfast={} asked={}\n", self.standfast.display(), asked.display());
        std::fs::write(&recorder, head + include_str!("recorder")).unwrap();
        std::fs::set_permissions(&recorder, std::fs::Permissions::from_mode(0o755)).unwrap();
        self.configure(&recorder);
        run.run_expecting(&[0, 2]);
        self.configure(&self.standfast);
        tools.standfast(&["serve"]).reading(&asked)
    }

    fn configure(&self, binary: &Path) {
        let text = format!("binary = {}\n", binary.display());
        std::fs::write(self.directory.join("etc/standfast/standfast.conf"), text).unwrap();
    }
}

/// Brings the others' modules.
pub(super) fn bring_peers() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/puppet/peers");
    let status = Command::new(&script).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "{script:?} failed: there is nothing to compare with"
    );
}
