//! Servers that misbehave: the report stays in the spool, the reason is told in one line, and the next try delivers it.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use super::foreman;
use super::machine::{Ended, Machine};
use crate::bounded::start;
use crate::proved::authority;
use crate::said::Said;
use crate::standin::misbehave::{Misbehaviour, Stage, Stop, When};
use crate::standin::pki::Leaf;
use crate::standin::settings::Settings;
use crate::standin::tls::ClientCertificates;
use crate::standin::{Service, Standin};

/// Times that a test can wait for.
const SHORT: [&str; 4] = ["--connect-timeout", "1s", "--timeout", "1s"];

fn misbehaving(misbehaviour: Misbehaviour) -> Standin {
    foreman(Settings::with_plugin().misbehaving(When::Always, misbehaviour))
}

/// Reports to a server that misbehaves, which has to end so; then the server comes to reason.
fn endures(misbehaviour: Misbehaviour, code: i32, words: &str) {
    let (foreman, machine) = (misbehaving(misbehaviour.clone()), Machine::new());
    machine.report(&foreman.url(), &SHORT).complained(code, words);
    assert_eq!(machine.waiting().len(), 1, "{misbehaviour:?}: the report is kept");
    foreman.set(|settings| settings.misbehaviours.clear());
    let said = machine.send(&foreman.url(), &["--now"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{misbehaviour:?}: {said:?}");
    machine.has_delivered();
    assert_eq!(foreman.store().facets_stored.len(), 1, "{misbehaviour:?}: it counts once");
}

#[test]
fn a_server_that_falls_silent_anywhere_is_given_up_after_the_time_that_is_set() {
    for stage in Stage::PLAIN {
        let words = if stage == Stage::AnswerBody {
            "the answer 201 broke off"
        } else {
            "does not answer within 1 s"
        };
        endures(Misbehaviour::Stops(stage, Stop::Silence), 0, words);
    }
}

#[test]
fn a_connection_that_is_cut_or_reset_anywhere_is_told_with_its_cause() {
    for stop in [Stop::Close, Stop::Reset] {
        for stage in [Stage::Accepted, Stage::RequestHead, Stage::Request, Stage::Stored, Stage::AnswerHead] {
            endures(Misbehaviour::Stops(stage, stop), 0, "127.0.0.1 cannot be asked: ");
        }
        endures(Misbehaviour::Stops(Stage::AnswerBody, stop), 0, "the answer 201 broke off: ");
    }
}

#[test]
fn an_answer_that_drips_is_given_up_as_well() {
    endures(Misbehaviour::Drips, 0, "does not answer within 1 s");
}

#[test]
fn garbage_is_told_as_what_it_is() {
    endures(Misbehaviour::Garbage, 0, "127.0.0.1 cannot be asked: ");
}

#[test]
fn an_overloaded_or_broken_server_is_tried_again() {
    endures(Misbehaviour::Busy(429, Some("1")), 0, "429");
    endures(Misbehaviour::Busy(503, None), 0, "503");
    endures(Misbehaviour::Busy(502, None), 0, "502");
    endures(Misbehaviour::FailsAfterStoring, 0, "500");
}

#[test]
fn a_redirection_is_told_and_not_followed() {
    let elsewhere = foreman(Settings::with_plugin());
    let target = format!("{}/api/v2/standfast/drift_reports", elsewhere.url());
    endures(Misbehaviour::Redirects(target.clone()), 4, &target);
    assert_eq!(elsewhere.store().connections, 0);
}

#[test]
fn nobody_who_listens_is_told_too() {
    let url = {
        let gone = Standin::plain(Settings::default());
        gone.url()
    };
    let machine = Machine::new();
    machine.report(&url, &SHORT).complained(0, "Connection refused");
    assert_eq!(machine.waiting().len(), 1);
}

#[test]
fn a_handshake_that_stalls_or_breaks_is_given_up() {
    for (stage, stop, words) in [
        (Stage::Accepted, Stop::Silence, "localhost does not answer"),
        (Stage::Handshake, Stop::Silence, "localhost does not answer"),
        (Stage::Accepted, Stop::Close, "localhost cannot be asked: "),
        (Stage::Handshake, Stop::Reset, "localhost cannot be asked: "),
    ] {
        let machine = Machine::new();
        machine.believe(authority());
        let settings = Settings::with_plugin().misbehaving(When::Always, Misbehaviour::Stops(stage, stop));
        let identity = authority().issue(Leaf::SERVER);
        let foreman = Standin::tls(Service::Foreman, settings, &identity, &ClientCertificates::Ignored);
        foreman.store().add_host(super::HOST, None);
        let url = format!("https://localhost:{}", foreman.address.port());
        let ca = ["--ca-file", "/etc/standfast/ca.pem"];
        machine.report(&url, &[&SHORT[..], &ca].concat()).complained(0, words);
        assert_eq!(machine.waiting().len(), 1, "{stage:?} {stop:?}");
        foreman.set(|settings| settings.misbehaviours.clear());
        machine.send(&url, &[&["--now"], &ca[..]].concat()).delivered();
    }
}

#[test]
fn an_answer_without_an_end_costs_no_memory_and_is_no_success() {
    let usual = {
        let (foreman, machine) = (foreman(Settings::with_plugin()), Machine::new());
        peak(&machine, &foreman)
    };
    for (misbehaviour, code, words) in [
        (Misbehaviour::EndlessBody, 4, "the answer is not one of Foreman"),
        (Misbehaviour::EndlessHead, 0, "127.0.0.1 cannot be asked: "),
    ] {
        let (foreman, machine) = (misbehaving(misbehaviour.clone()), Machine::new());
        let (said, most) = peak(&machine, &foreman);
        said.complained(code, words);
        assert!(most < usual.1 + 16 * 1024, "{misbehaviour:?}: {most} KiB, and usually {} KiB", usual.1);
        assert_eq!(machine.waiting().len(), 1);
        // The kernel buffers some megabytes of what nobody reads.
        assert!(foreman.endless() < 64 << 20, "{} bytes were taken", foreman.endless());
    }
}

/// Reports, and gives the most memory that it was seen to have had, in KiB: what grows without bound grows until the
/// time is up, and is seen.
fn peak(machine: &Machine, foreman: &Standin) -> (Said, u64) {
    let url = foreman.url();
    let ours =
        ["--policy", "policy.ini", "--now", "--url", &url, "--certname", super::HOST, "--user", "admin"];
    let file = ["--password-file", "/etc/standfast/token", "--timeout", "2s"];
    let mut command = machine.command("report", &[&ours[..], &file].concat());
    let mut program = start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let mut most = 0;
    while program.child.try_wait().expect("a child").is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", program.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        most = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0).max(most);
        thread::sleep(Duration::from_millis(1));
    }
    assert!(most > 0, "it was seen");
    let output = program.output();
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    let code = output.status.code().expect("no signal ends the program");
    (Said { code, out: text(output.stdout), err: text(output.stderr) }, most)
}
