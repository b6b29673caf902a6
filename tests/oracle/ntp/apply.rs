//! Before and after `standfast apply`: whom the real daemon answered it answers no more, the time it still gives, and
//! what was added can be taken away to the byte.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use standfast_providers::ntp::semantics::{Answers, Port};

use super::case::{Case, directory};
use super::generate::{ADDRESSES, dense, files};
use super::ntpd::Make;
use super::packets::READVAR;
use super::strangers::{Asker, Strangers, askers};
use crate::net::{Daemon, Host, Question};

const NTPD: [&str; 4] = ["/usr/sbin/ntpd", "-n", "-c", "/etc/ntpsec/ntp.conf"];

/// As Debian ships it, but for the names of servers and the lines that open NTPsec and keep ntp.org's ntpd from giving
/// the time to an address once a while only.
const OPENED: &str = "discard average 0 minimum 0\ndriftfile /var/lib/ntpsec/ntp.drift\ntos maxclock 11\nserver 192.0.2.77 iburst\n\
    unrestrict default noquery\nrestrict default kod nomodify nopeer limited\nrestrict 127.0.0.1\nrestrict ::1\n";

/// A private machine with an ntpd, and strangers.
struct Machine {
    host: Host,
    strangers: Strangers,
    askers: Vec<Asker>,
    directory: PathBuf,
}

impl Machine {
    fn new(make: Make, test: &str, addresses: &[&str]) -> Self {
        let host = Host::new(&[make.package()]);
        // Both read the same file, now and at the next start.
        host.write("/etc/default/ntp", "NTPD_OPTS='-c /etc/ntpsec/ntp.conf'\n");
        let askers = askers(addresses);
        let strangers = Strangers::new(&host, &askers);
        Self { host, strangers, askers, directory: directory(&format!("{test}-{make:?}")) }
    }

    /// Puts the files into /etc/ntpsec, which then holds nothing else.
    fn configure(&self, case: &Case) {
        case.lay_out_for(&self.directory, Path::new("/etc/ntpsec"));
        self.host.run(&["sh", "-c", "rm -rf /etc/ntpsec && cp -r \"$0\" /etc/ntpsec", self.text()]);
    }

    /// What differs in /etc/ntpsec from what was put there.
    fn difference(&self) -> String {
        self.host.run(&["sh", "-c", "diff -r \"$0\" /etc/ntpsec; test $? -le 1", self.text()])
    }

    fn text(&self) -> &str {
        self.directory.to_str().unwrap()
    }

    /// Runs standfast under a policy of one resource.
    fn standfast(&self, command: &str, policy: &str, more: &[&str]) -> Output {
        self.host.write("/run/policy.ini", format!("[ntp_monlist main]\n{policy}\n"));
        self.host.standfast(&[&[command, "--policy", "/run/policy.ini"], more].concat())
    }

    fn start(&self) -> Daemon<'_> {
        let daemon = self.host.start(&NTPD);
        assert!(self.strangers.wait_for(&daemon), "ntpd has ended:\n{}", daemon.log());
        daemon
    }

    /// Whom the daemon answers a query, and that all of them get the time.
    fn queried(&self) -> Vec<IpAddr> {
        let answers = self.strangers.ask();
        assert!(answers.iter().all(|answers| answers.time && !answers.mode7), "{answers:?}");
        let open = self.askers.iter().zip(answers).filter(|(_, answers)| answers.mode6);
        let mut open: Vec<IpAddr> = open.map(|(asker, _)| asker.address).collect();
        open.dedup();
        open
    }

    fn answers_itself(&self) -> bool {
        ["127.0.0.1", "::1"].iter().all(|address| {
            let address: IpAddr = address.parse().unwrap();
            let question = Question::new(address, (address, 123), READVAR);
            !self.host.inside().ask(&question, Duration::from_millis(50)).is_empty()
        })
    }
}

fn code(output: &Output, code: i32) -> String {
    let text = [&output.stdout[..], &output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

const FAR: [&str; 2] = ["198.51.100.7", "2001:db8:7::7"];

#[test]
fn an_open_ntpd_is_closed_to_the_outside_and_gives_the_time_and_answers_itself() {
    Make::BOTH.into_iter().for_each(is_closed_to_the_outside);
}

fn is_closed_to_the_outside(make: Make) {
    let machine = Machine::new(make, "apply", &FAR);
    machine.configure(&Case::new(OPENED));
    let ntpd = machine.start();
    assert_eq!(machine.queried(), FAR.map(|far| far.parse::<IpAddr>().unwrap()));
    code(&machine.standfast("check", "", &[]), 2);
    let told = code(&machine.standfast("apply", "", &[]), 2);
    let service = if make == Make::Ntpsec { "ntpsec" } else { "restart ntp" };
    assert!(told.contains(service), "what is to be restarted is told: {told}");
    // It has not read them yet, and that is drift as well.
    assert_eq!(machine.queried().len(), 2);
    code(&machine.standfast("check", "", &[]), 2);
    drop(ntpd);
    let ntpd = machine.start();
    assert!(machine.queried().is_empty());
    assert!(machine.answers_itself());
    code(&machine.standfast("check", "", &[]), 0);
    assert!(
        machine.difference().contains("> restrict default noquery # standfast"),
        "{}",
        machine.difference()
    );
    code(&machine.standfast("apply", "ensure = absent", &[]), 2);
    assert_eq!(machine.difference(), "", "the former bytes");
    drop(ntpd);
}

#[test]
fn networks_that_are_permitted_are_answered_as_before_and_no_others() {
    Make::BOTH.into_iter().for_each(permitted_are_answered);
}

fn permitted_are_answered(make: Make) {
    let machine = Machine::new(make, "apply-allow", &["10.9.8.7", "10.10.8.7", "fd09::8:7", "fd0a::1"]);
    machine.configure(&Case::new(OPENED));
    code(&machine.standfast("apply", "allow = 10.9.0.0/16, fd09::/16", &[]), 2);
    let ntpd = machine.start();
    assert_eq!(machine.queried(), ["10.9.8.7", "fd09::8:7"].map(|near| near.parse::<IpAddr>().unwrap()));
    assert!(machine.answers_itself());
    code(&machine.standfast("check", "allow = 10.9.0.0/16, fd09::/16", &[]), 0);
    drop(ntpd);
}

#[test]
fn a_copy_that_dhcp_made_is_closed_with_its_original() {
    copy_is_closed(Make::Ntpsec, "/etc/ntpsec/ntp.conf", "/run/ntpsec/ntp.conf.dhcp", "/usr/libexec/ntpsec");
    copy_is_closed(Make::Classic, "/etc/ntp.conf", "/run/ntp.conf.dhcp", "/usr/lib/ntp");
}

/// Starts the daemon as its package does, by the wrapper in this directory.
fn copy_is_closed(make: Make, original: &str, copy: &str, wrapper: &str) {
    let machine = Machine::new(make, "apply-dhcp", &FAR);
    machine.host.write("/etc/default/ntp", "NTPD_OPTS='-g'\n");
    machine.host.write(original, OPENED);
    machine.host.write(copy, OPENED.replace("192.0.2.77", "192.0.2.78"));
    let start = || {
        machine.host.run(&["rm", "-f", "/run/ntpd.pid"]);
        let wrapper = format!("{wrapper}/ntp-systemd-wrapper");
        let daemon = machine.host.start_in_background(&[&wrapper], "/run/ntpd.pid");
        assert!(machine.strangers.wait_for(&daemon));
        daemon
    };
    let ntpd = start();
    assert_eq!(machine.queried().len(), 2);
    let explained = code(&machine.host.standfast(&["explain", "ntp"]), 0);
    let title = if make == Make::Ntpsec { "NTPsec ntpd 1.2.2" } else { "ntpd 4.2.8p15" };
    assert!(explained.contains(title) && explained.contains(copy), "{explained}");
    code(&machine.standfast("apply", "", &[]), 2);
    drop(ntpd);
    let ntpd = start();
    assert!(machine.queried().is_empty());
    code(&machine.standfast("check", "", &[]), 0);
    drop(ntpd);
    // Without the copy, the original is read.
    machine.host.run(&["rm", "-f", copy]);
    let ntpd = start();
    assert!(machine.queried().is_empty());
    drop(ntpd);
}

/// The control has to be let through whatever is applied, so it is permitted.
const CONTROL_ALLOWED: &str = "allow = 192.0.2.2, 2001:db8::2";

/// So many configurations of each kind in every run.
const fn cases(make: Make) -> u64 {
    match make {
        Make::Ntpsec => 25,
        Make::Classic => 10,
    }
}

/// Applies, restarts and takes away again on generated configurations.
fn closes(machine: &Machine, seed: u64, case: &Case) -> bool {
    machine.configure(case);
    let applied = machine.standfast("apply", CONTROL_ALLOWED, &[]);
    let told = String::from_utf8_lossy(&[&applied.stdout[..], &applied.stderr].concat()).into_owned();
    match applied.status.code() {
        Some(0 | 2) => {}
        // It must say so then, and have written nothing.
        Some(4) => {
            assert_eq!(machine.difference(), "", "seed {seed}: {told}\n{case:?}");
            return false;
        }
        _ => panic!("seed {seed}: {told}\n{case:?}"),
    }
    let ntpd = machine.start();
    let answers = machine.strangers.ask();
    let open: Vec<(&Asker, Answers)> =
        machine.askers.iter().zip(answers).filter(|(_, answers)| answers.mode6).collect();
    assert!(
        open.is_empty(),
        "seed {seed} is still open: {open:?}\n{told}\n{}\n{case:?}",
        machine.difference()
    );
    drop(ntpd);
    code(&machine.standfast("check", CONTROL_ALLOWED, &[]), 0);
    machine.standfast("apply", "ensure = absent", &[]);
    assert_eq!(machine.difference(), "", "seed {seed}: the former bytes\n{case:?}");
    true
}

#[test]
fn generated_configurations_are_closed_by_apply_and_are_what_they_were_after_absent() {
    Make::BOTH.into_iter().for_each(generated_are_closed);
}

fn generated_are_closed(make: Make) {
    let machine = Machine::new(make, "apply-generated", ADDRESSES);
    assert!(machine.askers.iter().any(|asker| asker.port == Port::Ntp));
    let mut refused = 0;
    for seed in 0..cases(make) {
        for case in [dense(seed), files(seed)] {
            refused += u64::from(!closes(&machine, seed, &case));
        }
    }
    assert!(refused <= cases(make) / 10, "{refused} of {} are refused", 2 * cases(make));
}
