//! The run's lock.

use super::*;

fn begin(host: &Host, patience: Duration) -> Result<Writer<'_>, CommitError> {
    Writer::begin_within(&host.root, Path::new(STATE_DIR), patience)
}

#[test]
fn a_second_run_gives_up_after_its_patience_and_names_the_holder() {
    let host = Host::new();
    let _first = host.writer();

    let error = begin(&host, Duration::from_millis(30)).unwrap_err();

    let CommitError::Locked { holder, .. } = &error else { panic!("{error}") };
    assert!(matches!(holder, Holder::Process { pid, .. } if *pid == std::process::id()), "{error}");
}

#[test]
fn a_second_run_goes_on_when_the_first_ends() {
    let host = Host::new();
    let first = host.writer();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| begin(&host, Duration::from_secs(10)).map(drop));
        std::thread::sleep(Duration::from_millis(50));
        assert!(!second.is_finished());
        drop(first);
        second.join().unwrap().unwrap();
    });
}

#[test]
fn a_planted_lock_is_neither_followed_nor_waited_for() {
    let host = Host::new();
    host.directory(STATE_DIR, 0o700);
    host.link("/etc/security/planted", "/var/lib/standfast/lock");
    let error = begin(&host, Duration::ZERO).unwrap_err();
    assert!(matches!(error, CommitError::NotAFile { found: "symbolic link", .. }), "{error}");
    assert!(!host.exists("/etc/security/planted"));

    fs::remove_file(host.at("/var/lib/standfast/lock")).unwrap();
    let lock = host.at("/var/lib/standfast/lock");
    rustix::fs::mknodat(rustix::fs::CWD, lock, FileType::Fifo, Mode::RUSR, 0).unwrap();
    let error = begin(&host, Duration::ZERO).unwrap_err();
    assert!(matches!(error, CommitError::NotAFile { found: "special file", .. }), "{error}");
}

#[test]
fn a_state_directory_that_others_may_change_is_refused() {
    let host = Host::new();
    host.directory(STATE_DIR, 0o777);

    let error = begin(&host, Duration::ZERO).unwrap_err();

    assert!(matches!(error, CommitError::UnsafeDirectory { .. }), "{error}");
    assert!(!host.exists("/var/lib/standfast/lock"));
}

#[test]
fn a_file_in_place_of_the_state_directory_is_refused() {
    let host = Host::new();
    host.directory("/var/lib", 0o755);
    host.file(STATE_DIR, OLD);

    let error = begin(&host, Duration::ZERO).unwrap_err();

    assert!(matches!(error, CommitError::NotADirectory { .. }), "{error}");
}

#[test]
fn runs_that_begin_together_all_find_the_state_directory() {
    let host = Host::new();
    std::thread::scope(|scope| {
        let runs: Vec<_> =
            (0..8).map(|_| scope.spawn(|| begin(&host, Duration::from_secs(10)).map(drop))).collect();
        for run in runs {
            run.join().unwrap().unwrap();
        }
    });
}
