//! A real ntpd under a configuration, NTPsec's or ntp.org's, and our evaluator under the same.

use std::path::{Path, PathBuf};

use standfast_facts::root::Root;
use standfast_providers::ntp::files::Base;
use standfast_providers::ntp::ntpd_files;
use standfast_providers::ntp::semantics::{Answers, Configuration, verdict};
use standfast_providers::ntp::source::Source;
use standfast_providers::ntp::version::{Rules, Version};

use super::case::{Case, MAIN, directory};
use super::strangers::{Asker, Strangers};
use crate::net::{Host, Package};

/// Whose ntpd it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Make {
    /// NTPsec 1.2.2.
    Ntpsec,
    /// ntp.org's 4.2.8p15.
    Classic,
}

impl Make {
    pub(super) const BOTH: [Self; 2] = [Self::Ntpsec, Self::Classic];

    pub(super) fn package(self) -> Package {
        match self {
            Self::Ntpsec => Package::Ntpsec,
            Self::Classic => Package::Ntp,
        }
    }

    pub(super) fn rules(self) -> Rules {
        match self {
            Self::Ntpsec => Rules::ntpsec(Version([1, 2, 2, 0])),
            Self::Classic => Rules::classic(Version([4, 2, 8, 15])),
        }
    }
}

/// A private machine on which one configuration after the other is asked.
pub(super) struct Ntpd {
    pub(super) make: Make,
    host: Host,
    strangers: Strangers,
    directory: PathBuf,
    askers: Vec<Asker>,
}

/// What a daemon made of a configuration.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It answers so.
    Answers(Vec<Answers>),
    /// It has ended at start.
    Ended,
}

impl Ntpd {
    /// `test` names the directory of the test's files.
    pub(super) fn new(make: Make, test: &str, askers: &[Asker]) -> Self {
        let host = Host::new(&[make.package()]);
        let strangers = Strangers::new(&host, askers);
        let directory = directory(&format!("{test}-{make:?}"));
        Self { make, host, strangers, directory, askers: askers.to_vec() }
    }

    /// Writes the files. Each address asks for the time from two ports, of which ntp.org's `limited` would drop one.
    fn lay_out(&self, case: &Case) {
        let mut case = case.clone();
        if let (Make::Classic, Some(main)) = (self.make, case.files.get_mut(MAIN)) {
            main.splice(..0, *b"discard average 0 minimum 0\n");
        }
        case.lay_out(&self.directory);
    }

    /// What the real one answers. In its main file two lines for the control must stand, or it must give the time
    /// to everyone.
    pub(super) fn real(&self, case: &Case) -> Outcome {
        self.lay_out(case);
        let text = |path: PathBuf| path.into_os_string().into_string().unwrap();
        let (main, cwd) = (text(self.directory.join(MAIN)), text(self.directory.join("cwd")));
        let daemon = self.host.start(&["env", "-C", &cwd, "/usr/sbin/ntpd", "-n", "-c", &main]);
        if self.strangers.wait_for(&daemon) { Outcome::Answers(self.strangers.ask()) } else { Outcome::Ended }
    }

    /// What ours says.
    pub(super) fn ours(&self, case: &Case) -> Outcome {
        let configuration = self.configuration(case);
        if configuration.fatal.is_some() {
            return Outcome::Ended;
        }
        let answers = |asker: &Asker| verdict(&configuration, asker.address, asker.port).answers;
        Outcome::Answers(self.askers.iter().map(answers).collect())
    }

    /// Our reading of the files.
    pub(super) fn configuration(&self, case: &Case) -> Configuration {
        self.lay_out(case);
        let rules = self.make.rules();
        let root = Root::open(Path::new("/")).unwrap();
        let base = Base { cwd: self.directory.join("cwd"), root: PathBuf::from("/") };
        let main = self.directory.join(MAIN);
        Configuration::of(
            rules,
            ntpd_files::read(&Source::new(&root), &main, &base, &rules).unwrap().entries(),
        )
    }

    /// The askers who are answered otherwise than ours says, with what it says and what is so.
    pub(super) fn differences(&self, case: &Case) -> Vec<String> {
        match (self.ours(case), self.real(case)) {
            (Outcome::Answers(ours), Outcome::Answers(real)) => {
                let pairs = self.askers.iter().zip(ours.into_iter().zip(real));
                pairs
                    .filter(|(_, (ours, real))| ours != real)
                    .map(|(asker, (ours, real))| {
                        format!(
                            "{} {:?}: ours {}, real {}",
                            asker.address,
                            asker.port,
                            words(ours),
                            words(real)
                        )
                    })
                    .collect()
            }
            (ours, real) if ours == real => Vec::new(),
            (ours, real) => vec![format!("ours {ours:?}, real {real:?}")],
        }
    }
}

fn words(answers: Answers) -> String {
    let Answers { mode6, mode7, monlist, mrulist, time, .. } = answers;
    let words =
        [(time, "time"), (mode6, "mode6"), (mode7, "mode7"), (monlist, "monlist"), (mrulist, "mrulist")];
    let told: Vec<&str> = words.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
    if told.is_empty() { "nothing".to_owned() } else { told.join("+") }
}
