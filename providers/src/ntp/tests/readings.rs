//! Which configurations of a daemon are judged, and when one runs with older files than are there.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use standfast_facts::daemons::{Daemon, Disclosure};
use standfast_facts::ids::{Gid, Uid};

use super::super::daemon::{Installed, Presence, Program};
use super::super::reading::{Role, may_be_copied, readings};
use super::super::source::Source;
use super::super::stale;
use super::super::state::Service;
use super::super::version::{Family, Version};
use super::tree::Tree;

const CLASSIC: Program = Program::Ntpd(Family::Classic);
const NTPSEC: Program = Program::Ntpd(Family::Ntpsec);

fn installed(program: Program) -> Installed {
    Installed {
        program,
        version: Some(Version([4, 2, 8, 15])),
        presence: Presence::Installed,
        exe: None,
        default: None,
        service: "ntp".into(),
    }
}

fn running(program: Program, command_line: &str) -> Installed {
    let daemon = Daemon {
        pid: 4711,
        parent: 1,
        exe: PathBuf::from("/usr/sbin/ntpd"),
        replaced: false,
        arguments: command_line.split(' ').map(|word| word.as_bytes().to_vec()).collect(),
        cwd: PathBuf::from("/srv"),
        root: PathBuf::from("/"),
        started: SystemTime::now() + Duration::from_secs(60),
        uid: Uid(0),
        gid: Gid(0),
        disclosure: Disclosure::Full,
    };
    Installed { presence: Presence::Running(Box::new(daemon)), ..installed(program) }
}

/// The roles and main files of the readings.
fn told(files: &[(&str, &str)], installed: &Installed) -> Vec<(Role, String)> {
    let tree = Tree::of(files);
    let readings = readings(&tree.root(), installed);
    readings.iter().map(|reading| (reading.role, reading.place().to_str().unwrap().to_owned())).collect()
}

fn one(role: Role, path: &str) -> (Role, String) {
    (role, path.to_owned())
}

#[test]
fn what_does_not_run_is_judged_by_the_file_that_the_distribution_starts_it_with() {
    for (program, files, path) in [
        (CLASSIC, &[][..], "/etc/ntp.conf"),
        (CLASSIC, &[("/etc/default/ntp", "NTPD_OPTS='-g -c /etc/my.conf'\n")], "/etc/my.conf"),
        (CLASSIC, &[("/etc/sysconfig/ntpd", "OPTIONS=\"-g -c /etc/my.conf\"\n")], "/etc/my.conf"),
        (CLASSIC, &[("/etc/sysconfig/ntp", "NTPD_OPTIONS=\"-g\"\n")], "/etc/ntp.conf"),
        (NTPSEC, &[("/etc/ntpsec/ntp.conf", "")], "/etc/ntpsec/ntp.conf"),
        (NTPSEC, &[("/etc/ntp.conf", "")], "/etc/ntp.conf"),
        (Program::Chrony, &[("/etc/chrony.conf", "")], "/etc/chrony.conf"),
        (Program::Chrony, &[("/etc/default/chrony", "DAEMON_OPTS=\"-F 1 -f /etc/c\"\n")], "/etc/c"),
        (Program::Openntpd, &[("/etc/default/openntpd", "DAEMON_OPTS=\"-f /etc/o\"\n")], "/etc/o"),
    ] {
        assert_eq!(told(files, &installed(program)), [one(Role::Next, path)], "{program:?} {files:?}");
    }
}

#[test]
fn what_runs_is_judged_by_its_command_line_and_by_what_the_next_start_reads() {
    assert_eq!(told(&[], &running(CLASSIC, "ntpd -g")), [one(Role::Running, "/etc/ntp.conf")]);
    assert_eq!(
        told(&[("/etc/default/ntp", "NTPD_OPTS='-c /etc/new.conf'\n")], &running(CLASSIC, "ntpd -g")),
        [one(Role::Running, "/etc/ntp.conf"), one(Role::Next, "/etc/new.conf")]
    );
    // Only the administrator's own unit names such a file, and it will again.
    assert_eq!(told(&[], &running(CLASSIC, "ntpd -c my.conf")), [one(Role::Running, "/srv/my.conf")]);
}

#[test]
fn a_dhcp_copy_beats_the_administrators_file_and_its_original_is_judged_too() {
    let copy = ("/run/ntpsec/ntp.conf.dhcp", "");
    let original = ("/etc/ntpsec/ntp.conf", "");
    assert_eq!(
        told(&[copy, original], &running(NTPSEC, "ntpd -p /run/ntpd.pid -c /etc/ntpsec/ntp.conf -g")),
        [one(Role::Running, "/etc/ntpsec/ntp.conf"), one(Role::Next, "/run/ntpsec/ntp.conf.dhcp")]
    );
    assert_eq!(
        told(&[copy, original], &running(NTPSEC, "ntpd -c /etc/x -c /run/ntpsec/ntp.conf.dhcp")),
        [one(Role::Running, "/run/ntpsec/ntp.conf.dhcp"), one(Role::Source, "/etc/ntpsec/ntp.conf")]
    );
    let ignored = ("/etc/default/ntpsec", "IGNORE_DHCP=yes\n");
    assert_eq!(
        told(&[copy, original, ignored], &installed(NTPSEC)),
        [one(Role::Next, "/etc/ntpsec/ntp.conf")]
    );
    assert_eq!(
        told(&[("/run/ntp.conf.dhcp", ""), ("/etc/ntp.conf", "")], &installed(CLASSIC)),
        [one(Role::Next, "/run/ntp.conf.dhcp"), one(Role::Source, "/etc/ntp.conf")]
    );
}

#[test]
fn a_file_may_be_copied_where_the_hook_is_there_and_not_told_to_stay_away() {
    let hook = ("/etc/dhcp/dhclient-exit-hooks.d/ntpsec", "");
    let may = |files: &[(&str, &str)], path: &str| may_be_copied(&Tree::of(files).root(), Path::new(path));
    assert!(may(&[hook], "/etc/ntpsec/ntp.conf"));
    assert!(!may(&[], "/etc/ntpsec/ntp.conf"));
    assert!(!may(&[hook, ("/etc/default/ntpsec", "IGNORE_DHCP=\"yes\"\n")], "/etc/ntpsec/ntp.conf"));
    assert!(!may(&[hook], "/etc/ntp.conf"));
}

#[test]
fn the_daemon_takes_its_files_from_its_own_root_directory_but_before_it_enters_a_jail() {
    let mut in_root = running(CLASSIC, "ntpd -c /etc/ntp.conf");
    let mut jailed = running(CLASSIC, "ntpd -i /var/lib/ntp");
    for installed in [&mut in_root, &mut jailed] {
        let Presence::Running(daemon) = &mut installed.presence else { panic!("it runs") };
        daemon.root = PathBuf::from("/var/lib/ntp");
    }
    assert_eq!(told(&[], &in_root)[0], one(Role::Running, "/var/lib/ntp/etc/ntp.conf"));
    assert_eq!(told(&[], &jailed)[0], one(Role::Running, "/etc/ntp.conf"));
}

#[test]
fn chronyds_directives_on_the_command_line_take_the_place_of_a_file() {
    let tree = Tree::of(&[("/etc/chrony.conf", "cmdallow all\nbindcmdaddress ::\n")]);
    let mut chrony = running(Program::Chrony, "chronyd");
    let Presence::Running(daemon) = &mut chrony.presence else { panic!("it runs") };
    daemon.arguments.extend([b"cmdallow 10/8".to_vec(), b"bindcmdaddress 0.0.0.0".to_vec()]);
    let reading = readings(&tree.root(), &chrony).remove(0);
    assert!(!reading.is_in_files());
    let said = reading.read(&Source::new(&tree.root())).unwrap();
    let doors = super::super::judge::doors(&said, &[]);
    assert_eq!(
        (doors[0].who.as_str(), doors[0].place.to_string().as_str()),
        ("10.0.0.0/8", "/proc/4711/cmdline:1")
    );
}

fn is_stale(tree: &Tree, started: SystemTime, arguments: &str, program: Program) -> Option<String> {
    let mut installed = running(program, arguments);
    let Presence::Running(daemon) = &mut installed.presence else { panic!("it runs") };
    daemon.started = started;
    let root = tree.root();
    let source = Source::new(&root);
    let read = readings(&root, &installed).into_iter();
    let readings = read.map(|reading| {
        let said = reading.read(&source).unwrap();
        (reading, said)
    });
    let service = Service { readings: readings.collect(), installed };
    stale::of_service(&root, &service).map(|drift| drift.reason.to_string())
}

#[test]
fn a_daemon_that_is_older_than_its_files_is_stale() {
    let tree = Tree::of(&[("/etc/ntp.conf", "includefile /etc/more\n"), ("/etc/more", "")]);
    let now = SystemTime::now();
    assert_eq!(is_stale(&tree, now + Duration::from_secs(60), "ntpd", CLASSIC), None);
    let reason = is_stale(&tree, now - Duration::from_secs(60), "ntpd", CLASSIC).unwrap();
    assert!(reason.contains("has changed since process 4711 of ntpd 4.2.8p15 was started"), "{reason}");
}

#[test]
fn a_file_that_came_into_ntp_d_or_went_makes_a_daemon_stale() {
    let tree = Tree::of(&[("/etc/ntpsec/ntp.conf", ""), ("/etc/ntpsec/ntp.d/a.conf", "")]);
    let now = SystemTime::now();
    for file in ["/etc/ntpsec/ntp.conf", "/etc/ntpsec/ntp.d/a.conf"] {
        tree.age(file, Duration::from_secs(3600));
    }
    let reason = is_stale(&tree, now - Duration::from_secs(60), "ntpd", NTPSEC).unwrap();
    assert!(reason.starts_with("/etc/ntpsec/ntp.d has changed"), "{reason}");
    tree.age("/etc/ntpsec/ntp.d", Duration::from_secs(3600));
    assert_eq!(is_stale(&tree, now - Duration::from_secs(60), "ntpd", NTPSEC), None);
}
