//! File systems that are really full or read-only, mounted where only the test's own thread sees them.

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

use super::*;

/// A spool with one report, on a small file system of its own.
fn small(host: &Host) -> Spool {
    unshare(CloneFlags::CLONE_NEWNS).expect("these tests mount small file systems: run them as root");
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).unwrap();
    let data = Some("size=128k,mode=755,nr_inodes=64");
    mount(Some("tmpfs"), host.path(), Some("tmpfs"), MsFlags::empty(), data).unwrap();
    let root = Root::open(host.path()).unwrap();
    let spool = Spool::open_at(&root, Bounds::default(), || NOW.get()).unwrap();
    spool.put(report("11:58:00", "old")).unwrap();
    spool
}

/// The same once more, as the next process opens it.
fn reopened(host: &Host) -> Result<Spool, Error> {
    Spool::open_at(&Root::open(host.path()).unwrap(), Bounds::default(), || NOW.get())
}

/// Leaves no block.
fn fill(host: &Host) {
    let _ = fs::write(host.path().join("filling"), vec![0; 1 << 20]);
}

fn free(host: &Host) {
    fs::remove_file(host.path().join("filling")).unwrap();
}

fn is_full<T>(answer: Result<T, Error>) {
    let said = answer.map(drop).unwrap_err().to_string();
    assert!(
        said.contains("/var/lib/standfast/report") && said.contains("the quota is full; free some space"),
        "{said}"
    );
}

#[test]
fn a_report_that_does_not_fit_leaves_the_one_that_waits_and_says_so() {
    let host = Host::new();
    let spool = small(&host);
    fill(&host);
    is_full(spool.put(report("11:59:00", &"new".repeat(1000))));
    assert_eq!(waiting(&spool), ["old"]);
    assert_eq!(waiting(&reopened(&host).unwrap()), ["old"]);
    assert!(!host.names("pending").iter().any(|name| name.starts_with('.')));
    free(&host);
    assert_eq!(spool.put(report("11:59:00", "new")).unwrap(), Put::Spooled);
    assert_eq!(waiting(&spool), ["new"]);
}

#[test]
fn without_an_inode_the_one_that_waits_stays() {
    let host = Host::new();
    let spool = small(&host);
    let mut names = (0..).map(|number| host.path().join(format!("filling{number}")));
    while fs::write(names.next().unwrap(), b"").is_ok() {}
    is_full(spool.put(report("11:59:00", "new")));
    assert_eq!(waiting(&reopened(&host).unwrap()), ["old"]);
}

#[test]
fn what_cannot_be_noted_stays_pending_and_is_sent_again() {
    for settled in [
        Settled::Delivered,
        Settled::Dead { reason: "422".into() },
        Settled::Again { not_before: at("13:00:00"), reason: "503".into() },
    ] {
        let host = Host::new();
        let spool = small(&host);
        fill(&host);
        let mut flight = spool.flight().unwrap().unwrap();
        let pending = take(&mut flight);
        is_full(flight.settle(&pending, settled.clone()));
        drop(flight);
        let again = take(&mut spool.flight().unwrap().unwrap());
        assert_eq!((again.frozen, again.attempts), (pending.frozen, 0), "{settled:?}");
        free(&host);
        let mut flight = spool.flight().unwrap().unwrap();
        let pending = take(&mut flight);
        flight.settle(&pending, Settled::Delivered).unwrap();
        assert_eq!((flight.next().unwrap(), host.names("dead")), (None, vec![]), "{settled:?}");
    }
}

#[test]
fn on_a_full_disk_what_is_too_old_still_goes() {
    let host = Host::new();
    let spool = small(&host);
    spool.put(report("11:59:00", &"x".repeat(8192))).unwrap();
    fill(&host);
    set_clock(Time::parse("2027-01-01T00:00:00.000000Z").unwrap());
    let spool = reopened(&host).unwrap();
    assert_eq!(host.names("pending"), Vec::<String>::new());
    assert_eq!(spool.status().unwrap().dropped, 1, "it is told, in what has become free");
}

#[test]
fn a_read_only_disk_is_told_and_what_waits_can_be_looked_at() {
    let host = Host::new();
    let spool = small(&host);
    let flags = MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
    // The open directories are those of the same mount.
    mount(None::<&str>, host.path(), None::<&str>, flags, None::<&str>).unwrap();
    let said = spool.put(report("11:59:00", "new")).unwrap_err().to_string();
    assert!(said.contains("read-only") || said.contains("lock"), "{said}");
    let root = Root::open(host.path()).unwrap();
    assert_eq!(Spool::look(&root).unwrap().waiting.len(), 1);
}
