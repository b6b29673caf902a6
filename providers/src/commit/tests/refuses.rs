//! What a commit refuses, with the file and everything beside it untouched.

use rustix::fs::IFlags;

use super::*;

#[test]
fn what_is_not_a_regular_file_is_refused() {
    let host = Host::new();
    rustix::fs::mknodat(rustix::fs::CWD, host.at("/etc/fifo"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(host.at("/etc/socket")).unwrap();

    for (path, kind) in [("/etc/fifo", "FIFO"), ("/etc/socket", "socket"), ("/etc/security", "directory")] {
        for after in [Some(NEW), None] {
            let error = host.refusal(&change(path, Some(OLD), after));
            assert!(matches!(error, CommitError::NotAFile { found, .. } if found == kind), "{error}");
        }
    }
}

#[test]
fn a_file_with_a_second_hard_link_is_refused() {
    let host = Host::new();
    fs::hard_link(host.at(FILE), host.at("/etc/second")).unwrap();

    let error = host.refusal(&edit());

    assert!(matches!(error, CommitError::HardLinked { links: 2, .. }), "{error}");
}

/// Takes the attribute away again, or nobody could clear the directory up.
struct Flag(PathBuf);

impl Flag {
    fn set(path: PathBuf, flag: IFlags) -> Self {
        Self::write(&path, flag)
            .expect("the file system of the temp directory must know chattr +i and +a; set TMPDIR");
        Self(path)
    }

    fn write(path: &Path, flag: IFlags) -> rustix::io::Result<()> {
        let fd = fs::File::open(path).unwrap();
        let others = rustix::fs::ioctl_getflags(&fd)?.difference(IFlags::IMMUTABLE | IFlags::APPEND);
        rustix::fs::ioctl_setflags(&fd, others | flag)
    }
}

impl Drop for Flag {
    fn drop(&mut self) {
        let _ = Self::write(&self.0, IFlags::empty());
    }
}

#[test]
fn an_immutable_or_append_only_file_or_directory_is_refused_with_a_hint() {
    for (flag, attribute, hint) in [
        (IFlags::IMMUTABLE, Attribute::Immutable, "chattr -i"),
        (IFlags::APPEND, Attribute::AppendOnly, "chattr -a"),
    ] {
        for path in [FILE, "/etc/security"] {
            for change in [edit(), change(FILE, Some(OLD), None)] {
                let host = Host::new();
                let _flag = Flag::set(host.at(path), flag);

                let error = host.refusal(&change);

                assert!(
                    matches!(error, CommitError::Protected { attribute: is, .. } if is == attribute),
                    "{error}"
                );
                assert!(error.to_string().ends_with(&format!("{hint} {path}")), "{error}");
            }
        }
        let host = Host::new();
        let _flag = Flag::set(host.at("/etc/security"), flag);
        let error = host.refusal(&change("/etc/security/limits.d/new.conf", None, Some(NEW)));
        assert!(matches!(error, CommitError::Protected { .. }), "{error}");
    }
}

#[test]
fn a_directory_that_others_may_change_is_refused_wherever_it_is_on_the_way() {
    for directory in ["/etc", "/etc/security"] {
        for (mode, owner, weakness) in [
            (0o775, 0, Weakness::GroupWritable),
            (0o1777, 0, Weakness::WorldWritable),
            (0o755, 1234, Weakness::ForeignOwner(1234)),
        ] {
            let host = Host::new();
            host.directory(directory, mode);
            chown(host.at(directory), Some(owner), None).unwrap();

            for change in [edit(), change("/etc/security/new.conf", None, Some(NEW))] {
                let error = host.refusal(&change);
                let CommitError::UnsafeDirectory { directory: named, weakness: is, .. } = &error else {
                    panic!("{error}");
                };
                assert_eq!((named.as_path(), *is), (Path::new(directory), weakness));
            }
        }
    }
}

#[test]
fn a_link_through_a_directory_that_others_may_change_is_refused() {
    let host = Host::new();
    host.directory("/srv/shared", 0o1777);
    host.directory("/srv/shared/inner", 0o755);
    host.file("/srv/shared/inner/limits.conf", OLD);
    fs::remove_file(host.at(FILE)).unwrap();
    host.link("/srv/shared/inner/limits.conf", FILE);

    let error = host.refusal(&edit());

    let CommitError::UnsafeLink { link, directory, .. } = &error else { panic!("{error}") };
    assert_eq!((link.as_path(), directory.as_path()), (Path::new(FILE), Path::new("/srv/shared")));
    assert_eq!(host.read("/srv/shared/inner/limits.conf"), OLD);
}

#[test]
fn a_link_in_a_directory_that_others_may_change_is_refused() {
    let host = Host::new();
    host.directory("/tmp", 0o1777);
    host.link(FILE, "/tmp/planted.conf");

    let error = host.refusal(&change("/tmp/planted.conf", Some(OLD), Some(NEW)));

    assert!(matches!(error, CommitError::UnsafeDirectory { .. }), "{error}");
    assert_eq!(host.read(FILE), OLD);
}

#[test]
fn dangling_links_are_refused_for_files_and_directories() {
    let host = Host::new();
    host.link("/nowhere/limits.conf", "/etc/dangling.conf");
    host.link("missing.conf", "/etc/beside.conf");
    host.link("/nowhere", "/etc/linked.d");

    for (path, link) in [
        ("/etc/dangling.conf", "/etc/dangling.conf"),
        ("/etc/beside.conf", "/etc/beside.conf"),
        ("/etc/linked.d/new.conf", "/etc/linked.d"),
    ] {
        let error = host.refusal(&change(path, None, Some(NEW)));
        let CommitError::DanglingLink { link: named, .. } = &error else { panic!("{error}") };
        assert_eq!(named, Path::new(link));
    }
    assert!(!host.exists("/nowhere"));
}

#[test]
fn links_in_a_circle_are_refused() {
    let host = Host::new();
    host.link("two", "/etc/one");
    host.link("one", "/etc/two");

    let error = host.refusal(&change("/etc/one", None, Some(NEW)));

    assert!(matches!(error, CommitError::LinkLoop { .. }), "{error}");
}

#[test]
fn forty_links_are_followed_as_the_kernel_does() {
    let host = Host::new();
    host.link("security/limits.conf", "/etc/link1");
    for number in 2..=41 {
        host.link(&format!("link{}", number - 1), &format!("/etc/link{number}"));
    }

    assert!(fs::read(host.at("/etc/link40")).is_ok() && fs::read(host.at("/etc/link41")).is_err());
    host.commit(&change("/etc/link40", Some(OLD), Some(NEW))).unwrap();
    let error = host.refusal(&change("/etc/link41", Some(NEW), Some(OLD)));
    assert!(matches!(error, CommitError::LinkLoop { .. }), "{error}");
}

#[test]
fn more_than_one_missing_directory_is_refused() {
    let host = Host::new();

    let error = host.refusal(&change("/etc/snmp/conf.d/new.conf", None, Some(NEW)));

    let CommitError::NoDirectory { directory, .. } = &error else { panic!("{error}") };
    assert_eq!(directory, Path::new("/etc/snmp"));
    assert!(!host.exists("/etc/snmp"));
}

#[test]
fn a_file_on_the_way_is_refused() {
    let host = Host::new();

    let error = host.refusal(&change("/etc/security/limits.conf/x", None, Some(NEW)));

    assert!(matches!(error, CommitError::NotADirectory { .. }), "{error}");
}

#[test]
fn a_plan_made_from_other_bytes_is_refused() {
    let host = Host::new();

    for outdated in [
        change(FILE, Some(b"other"), Some(NEW)),
        change(FILE, None, Some(NEW)),
        change(FILE, Some(b"other"), None),
        change(FILE, None, None),
        change("/etc/gone", Some(OLD), Some(NEW)),
    ] {
        let error = host.refusal(&outdated);
        assert!(matches!(error, CommitError::ChangedMeanwhile { .. }), "{error}");
    }
}

#[test]
fn a_planted_temp_name_is_not_followed() {
    let host = Host::new();
    let planted = temp::name();
    host.link("limits.conf", &format!("/etc/security/{}", planted.to_str().unwrap()));
    let Place::Directory(directory) = resolve::resolve(&host.root, Path::new("/etc/security")).unwrap()
    else {
        panic!("a directory was made there");
    };

    assert_eq!(Temp::create_named(&directory, &planted).unwrap_err(), Errno::EXIST);
    assert_eq!(host.read(FILE), OLD);
}

#[test]
fn without_a_safe_place_for_the_backup_nothing_is_changed() {
    let host = Host::new();
    host.directory(STATE_DIR, 0o700);
    host.directory("/srv/victim", 0o700);
    host.link("/srv/victim", "/var/lib/standfast/backups");

    for change in [edit(), change(FILE, Some(OLD), None)] {
        let error = host.refusal(&change);
        assert!(matches!(error, CommitError::Backup { .. }), "{error}");
    }
    assert_eq!(fs::read_dir(host.at("/srv/victim")).unwrap().count(), 0);
}
