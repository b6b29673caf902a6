//! A host whose settings stand where they belong: the program below no other root than `/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{DRIFT_REPORTS, HOST, arrivals, facet, foreman, settings};
use crate::standin::Standin;

/// What each command said, in a view of this machine whose /etc and /var/lib are copies that go with it.
fn on_a_host(name: &str, standin: &Standin, commands: &[&str]) -> Vec<(i32, String)> {
    let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("host-{name}-{}", std::process::id()));
    fs::create_dir_all(&base).unwrap();
    let (base, guard) = (base.display().to_string(), Gone(base));
    let settings = format!(
        "[report]\\nurl = {}\\ncertname = {HOST}\\nuser = reporter\\npassword_file = /etc/standfast/token\\n",
        standin.url()
    );
    let mut script = format!(
        "set -e; mount -t tmpfs none {base}; cd {base}; mkdir etc etc.work lib lib.work
        mount -t overlay none -o lowerdir=/etc,upperdir=etc,workdir=etc.work /etc
        mount -t overlay none -o lowerdir=/var/lib,upperdir=lib,workdir=lib.work /var/lib
        rm -rf /var/lib/standfast /etc/standfast; mkdir /etc/standfast
        printf '{settings}' > /etc/standfast/standfast.conf
        (umask 077; echo token > /etc/standfast/token)
        printf '[limits_entry root/hard/nproc]\\nvalue = 4242\\n' > /etc/standfast/policy.ini
        set +e; cd /\n"
    );
    for command in commands {
        script.push_str(&format!("{} {command} 2>&1; echo \"=$?=\"\n", env!("CARGO_BIN_EXE_standfast")));
    }
    let output = Command::new("unshare").args(["-m", "sh", "-c", &script]).output().unwrap();
    drop(guard);
    let all = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut parts = all.split('=').map(str::to_owned).collect::<Vec<_>>().into_iter();
    let mut said = Vec::new();
    while let (Some(text), Some(code)) = (parts.next(), parts.next()) {
        said.push((code.parse().unwrap_or_else(|_| panic!("{all}")), text));
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.len(), commands.len(), "this test needs root and mount namespaces: {errors}{all}");
    said
}

/// The directory goes with the test, whatever becomes of that.
struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

const DELIVERED: &str = "standfast: report: delivered to 127.0.0.1\n";

#[test]
fn an_apply_reports_by_itself_and_a_check_when_it_is_asked_to() {
    let standin = foreman(settings());
    let said = on_a_host("apply", &standin, &["check", "check --report", "apply --noop", "apply", "report"]);
    assert_eq!(said.iter().map(|(code, _)| *code).collect::<Vec<_>>(), [2, 2, 2, 2, 0]);
    let reports: Vec<bool> = said.iter().map(|(_, text)| text.contains(DELIVERED)).collect();
    assert_eq!(reports, [false, true, false, true, false], "{said:?}");
    assert!(said[4].1.ends_with("report: delivered to 127.0.0.1\n"), "{said:?}");
    assert_eq!(arrivals(&standin, DRIFT_REPORTS), 3);
    let report = facet(&standin).unwrap();
    assert_eq!((&report["policy"], &report["in_sync"]), (&"file".into(), &1.into()));
}

#[test]
fn an_apply_of_some_resources_or_with_no_report_tells_nobody() {
    let standin = foreman(settings());
    let said = on_a_host("some", &standin, &["apply --no-report", "apply 'limits_entry/*'"]);
    assert_eq!(said.iter().map(|(code, _)| *code).collect::<Vec<_>>(), [2, 0], "{said:?}");
    assert_eq!(standin.store().connections, 0);
}

#[test]
fn settings_that_are_wrong_do_not_keep_an_apply_from_its_work() {
    let standin = foreman(settings());
    let said =
        on_a_host("wrong", &standin, &["--version; chmod 644 /etc/standfast/token; true", "apply", "check"]);
    assert_eq!(said[1].0, 6, "{said:?}");
    assert!(
        said[1]
            .1
            .contains("password_file (/etc/standfast/standfast.conf:5): /etc/standfast/token: has mode 0644"),
        "{said:?}"
    );
    assert_eq!(said[2].0, 0, "it is in force: {said:?}");
    assert_eq!(standin.store().connections, 0);
}
