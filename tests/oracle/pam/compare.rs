//! Our engine and the real modules, asked the same: they must give the same numbers for every limit.

use std::fs;
use std::path::PathBuf;

use standfast_facts::limits_in_force;
use standfast_facts::machine::Machine;
use standfast_facts::pam_module;
use standfast_facts::rlimit::{self, Rlimit};
use standfast_facts::root::Root;
use standfast_providers::limits::domain::Class;
use standfast_providers::limits::item::Item;
use standfast_providers::limits::reach::Subject;
use standfast_providers::limits::rules::{PROFILES, Rules};
use standfast_providers::limits::semantics::Evaluation;
use standfast_providers::limits::state::{Kernel, LimitsState, Pass};

use super::answer::Answer;
use super::case::{Case, Content, Limit, Privilege};
use super::client::{Oracle, Release};
use super::generate::{dense, wide};

/// As many wide and as many dense cases for each module in every run.
const CASES: u64 = 2500;

const PAM_SERVICE_ERR: i32 = 3;
const PAM_PERM_DENIED: i32 = 6;

/// A directory that holds a case's machine as files.
struct Disk {
    root: PathBuf,
}

impl Disk {
    fn new(name: &str) -> Self {
        let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        Self { root }
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.root.join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn lay_out(&self, case: &Case) {
        let _ = fs::remove_dir_all(self.root.join("etc"));
        let users: String = case
            .users
            .iter()
            .map(|user| format!("{}:x:{}:{}::/:\n", user.name, user.uid, user.gid))
            .collect();
        let groups = case
            .groups
            .iter()
            .map(|group| format!("{}:x:{}:{}\n", group.name, group.gid, group.members.join(",")));
        self.write("etc/passwd", users.as_bytes());
        self.write("etc/group", groups.collect::<String>().as_bytes());
        fs::create_dir_all(self.root.join("etc/security")).unwrap();
        for file in &case.files {
            let path = self.root.join(file.path.trim_start_matches('/'));
            match &file.content {
                Content::Bytes(bytes) => self.write(&file.path, bytes),
                Content::Directory => fs::create_dir_all(path).unwrap(),
                Content::Fails(_) => {
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    std::os::unix::fs::symlink("/nowhere", path).unwrap();
                }
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// A case that the model is not for, with the reason; each is bounded below.
fn is_left_out(case: &Case) -> bool {
    const EACCES: i32 = 13;
    // A file that root cannot open stops `standfast` as well, before it judges anything.
    let unreadable = case.files.iter().any(|file| file.content == Content::Fails(EACCES));
    // No running kernel shows a part of /proc/1/limits, or none of it.
    let no_pid_1 = case.pid1.as_ref().is_none_or(|text| limits_in_force::parse(text).is_err());
    let no_user = case.users.iter().all(|user| user.name != case.user);
    unreadable || no_pid_1 || no_user
}

fn rules_of(release: Release) -> Rules {
    let root = Root::open(&release.root()).unwrap();
    Rules::installed(pam_module::probe(&root).unwrap().expect("the module is there"))
}

/// What our engine says of a case, in the oracle's terms.
struct Ours {
    refuses: bool,
    handed_over: [Option<Limit>; 16],
    evaluation: Evaluation,
    chroot: Option<Vec<u8>>,
}

fn ask_engine(disk: &Disk, case: &Case, rules: &Rules) -> Ours {
    let root = Root::open(&disk.root).unwrap();
    let machine = Machine::new(&root);
    let kernel = Kernel {
        pid_1: limits_in_force::parse(case.pid1.as_ref().unwrap()).ok(),
        nr_open: case.nr_open.as_ref().and_then(|text| std::str::from_utf8(text).ok()?.trim().parse().ok()),
    };
    let pass = Pass {
        conf: case.arguments.iter().find_map(|argument| argument.strip_prefix("conf=")).map(PathBuf::from),
        set_all: case.arguments.iter().any(|argument| argument == "set_all"),
    };
    let state = LimitsState::observe_pass(&machine, rules.clone(), kernel, &pass).unwrap();
    let account = machine.accounts.user_by_name(case.user.as_bytes()).unwrap().unwrap();
    let person = state.person(account).unwrap();
    let deciding = state.deciding(&Subject::Person(person), (1000, 60000)).unwrap();
    let evaluation = deciding.evaluate(&state);
    let handed_over = Rlimit::ALL.map(|rlimit| {
        let start = case.start[rlimit.index()];
        let inherited = || Some(rlimit::Limit { soft: start.soft, hard: start.hard });
        let in_force = evaluation.in_force(rlimit, inherited)?;
        Some(Limit { soft: in_force.soft.unwrap(), hard: in_force.hard.unwrap() })
    });
    let chroot = evaluation.chroot.filter(|_| evaluation.ended_by.is_none()).and_then(|line| {
        let (_, limit, bytes) = state.limit(line)?;
        Some(limit.value_text.of(bytes).to_ascii_lowercase())
    });
    Ours { refuses: state.refuses_sessions().is_some(), handed_over, evaluation, chroot }
}

/// What of the answer our engine gets wrong; empty when they agree.
fn disagreements(case: &Case, release: Release, answer: &Answer, ours: &Ours) -> Vec<String> {
    let mut wrong = Vec::new();
    if ours.refuses != (answer.rc == PAM_SERVICE_ERR) {
        wrong.push(format!("rc {}, and we say that sessions are refused: {}", answer.rc, ours.refuses));
    }
    if ours.refuses {
        return wrong;
    }
    for rlimit in Rlimit::ALL {
        let index = rlimit.index();
        let theirs = answer.set[index].or(answer.refused[index]);
        if theirs != ours.handed_over[index] {
            wrong.push(format!("{}: {theirs:?}, and we say {:?}", rlimit.item(), ours.handed_over[index]));
        }
    }
    let evaluation = &ours.evaluation;
    let ended = evaluation.ended_by.is_some();
    let priority = evaluation.priority.filter(|_| !ended).map(|setting| setting.value);
    let goes_on = answer.rc == 0;
    if answer.priority != priority && (answer.priority.is_some() || goes_on) {
        wrong.push(format!("priority {:?}, and we say {priority:?}", answer.priority));
    }
    let no_new_privileges =
        evaluation.no_new_privs.filter(|_| !ended).is_some_and(|setting| setting.value == 1);
    if answer.no_new_privileges != no_new_privileges {
        wrong.push(format!("no_new_privs {}, and we say {no_new_privileges}", answer.no_new_privileges));
    }
    if answer.chroot != ours.chroot && (answer.chroot.is_some() || goes_on) {
        wrong.push(format!("chroot {:?}, and we say {:?}", answer.chroot, ours.chroot));
    }
    // Debian 13 counts logind's sessions, of which this machine has none of the case's.
    if release != Release::Debian13 && !ended {
        let one_too_many = refuses_login(case, evaluation);
        let refused = one_too_many.is_some_and(|refused| refused || refuses_priority(case, priority));
        if one_too_many.is_some() && refused != (answer.rc == PAM_PERM_DENIED) {
            wrong.push(format!("rc {}, and we say that the login is one too many: {refused}", answer.rc));
        }
    }
    wrong
}

/// Whether the kernel refuses the session's priority: raising it needs CAP_SYS_NICE.
fn refuses_priority(case: &Case, priority: Option<i32>) -> bool {
    case.privilege == Privilege::None && priority.is_some_and(|priority| priority < 0)
}

/// Whether the login is one too many, counted as the modules up to 1.5.2 count utmp; `None` for a counted group.
///
/// Which group is counted is the business of the session, not of a limit: the last `%group` line that matches says.
fn refuses_login(case: &Case, evaluation: &Evaluation) -> Option<bool> {
    let user = case.users.iter().find(|user| user.name == case.user).unwrap();
    let Some(logins) = evaluation.logins.filter(|logins| user.uid != 0 && logins.setting.value >= 0) else {
        return Some(false);
    };
    let system_wide = evaluation.logins_counted == Some(Item::MaxSysLogins);
    if !system_wide && logins.class == Class::AllGroup && logins.setting.value > 0 {
        return None;
    }
    let is_counted = |login: &str| system_wide || logins.class == Class::All || login == case.user;
    let count = case.logins.iter().filter(|login| is_counted(login)).count();
    Some(i64::try_from(count).unwrap() + 1 > i64::from(logins.setting.value))
}

fn compare(name: &str, release: Release, generate: fn(u64) -> Case) {
    let rules = rules_of(release);
    let disk = Disk::new(&format!("{name}-{release:?}"));
    let seeds: Vec<u64> = (0..CASES).collect();
    let cases: Vec<Case> = seeds.iter().map(|seed| generate(*seed)).collect();
    let answers = Oracle::start(release).ask_all(&cases);
    let mut compared = 0;
    for ((seed, case), answer) in seeds.iter().zip(&cases).zip(&answers) {
        if is_left_out(case) {
            continue;
        }
        disk.lay_out(case);
        let ours = ask_engine(&disk, case, &rules);
        let wrong = disagreements(case, release, answer, &ours);
        assert!(
            wrong.is_empty(),
            "{name}({seed}) on {release:?}: {wrong:#?}\n{case:?}\nthe module: {answer:?}"
        );
        compared += 1;
    }
    eprintln!("{name} on {release:?}: {compared} of {CASES} cases agree");
    assert!(compared > 2000, "only {compared} of {CASES} cases were compared");
}

#[test]
fn the_engine_and_the_real_modules_agree_on_wide_cases() {
    for release in Release::all() {
        compare("wide", release, wide);
    }
}

#[test]
fn the_engine_and_the_real_modules_agree_on_dense_cases() {
    for release in Release::all() {
        compare("dense", release, dense);
    }
}

#[test]
fn the_profiles_of_debian_say_what_the_modules_themselves_say() {
    for (release, name) in
        [(Release::Debian11, "Debian 11"), (Release::Debian12, "Debian 12"), (Release::Debian13, "Debian 13")]
    {
        let profile = PROFILES.iter().find(|profile| profile.name.contains(name)).unwrap();
        if Release::all().contains(&release) {
            assert_eq!(profile.capabilities(), rules_of(release).module, "{name}");
        }
    }
}
