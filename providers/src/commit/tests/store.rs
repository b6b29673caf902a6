//! The private directories below the state directory.

use super::*;

const MOST: u64 = 1024;

fn store(host: &Host) -> Store {
    Store::open(&host.root, "store").unwrap()
}

fn names(store: &Store) -> Vec<String> {
    store.list().unwrap().into_iter().map(|entry| entry.name.into_string().unwrap()).collect()
}

#[test]
fn a_store_is_made_for_its_owner_alone_and_so_is_what_is_put() {
    let host = Host::new();
    host.directory("/var/lib", 0o755);
    let below = store(&host).below("below").unwrap();
    below.put("file".as_ref(), NEW).unwrap();
    for (path, mode) in
        [("", 0o700), ("/store", 0o700), ("/store/below", 0o700), ("/store/below/file", 0o600)]
    {
        let is = fs::metadata(host.at(&format!("{STATE_DIR}{path}"))).unwrap();
        assert_eq!(is.permissions().mode() & 0o7777, mode, "{path}");
    }
    assert_eq!(below.read("file".as_ref(), MOST).unwrap().unwrap(), NEW);
    assert_eq!(below.read("none".as_ref(), MOST).unwrap(), None);
}

#[test]
fn looking_at_a_store_makes_none() {
    let host = Host::new();
    assert!(Store::existing(&host.root, "store").unwrap().is_none());
    assert!(!host.exists("/var"));
    assert!(store(&host).existing_below("below").unwrap().is_none());
    assert!(Store::existing(&host.root, "store").unwrap().is_some());
    assert!(!host.exists("/var/lib/standfast/store/below"));
}

#[test]
fn a_store_that_is_not_its_owners_alone_is_refused_with_the_reason() {
    for (mode, uid, words) in [
        (0o700, 1234, "belongs to user ID 1234"),
        (0o770, 0, "is writable by its group"),
        (0o702, 0, "is writable by everyone"),
        (0o750, 0, "may be read by others than its owner; take that away (chmod 0700)"),
        (0o701, 0, "may be read by others than its owner"),
    ] {
        let host = Host::new();
        let directory = "/var/lib/standfast/store";
        host.directory(STATE_DIR, 0o700);
        host.directory(directory, mode);
        chown(host.at(directory), Some(uid), None).unwrap();
        for error in
            [Store::open(&host.root, "store").unwrap_err(), Store::existing(&host.root, "store").unwrap_err()]
        {
            let said = error.to_string();
            assert!(said.contains(directory) && said.contains(words), "{said}");
        }
    }
}

#[test]
fn a_link_or_a_file_in_the_place_of_a_store_is_refused() {
    let host = Host::new();
    host.directory(STATE_DIR, 0o700);
    host.directory("/elsewhere", 0o700);
    host.link("/elsewhere", "/var/lib/standfast/store");
    host.file("/var/lib/standfast/file", OLD);
    for name in ["store", "file"] {
        let error = Store::open(&host.root, name).unwrap_err();
        assert!(matches!(error, CommitError::NotADirectory { .. }), "{error}");
    }
    assert_eq!(fs::read_dir(host.at("/elsewhere")).unwrap().count(), 0);
}

#[test]
fn links_in_a_store_are_neither_followed_nor_written_through() {
    let host = Host::new();
    let store = store(&host);
    let other = store.below("other").unwrap();
    for name in ["read", "put", "moved", "removed"] {
        host.link("/etc/security/limits.conf", &format!("/var/lib/standfast/store/{name}"));
    }
    let error = store.read("read".as_ref(), MOST).unwrap_err();
    assert!(matches!(error, CommitError::NotAFile { found: "symbolic link", .. }), "{error}");
    store.put("put".as_ref(), NEW).unwrap();
    store.move_to("moved".as_ref(), &other, "moved".as_ref()).unwrap();
    store.remove(&["removed".as_ref()]).unwrap();
    assert_eq!(host.read(FILE), OLD);
    assert_eq!(store.read("put".as_ref(), MOST).unwrap().unwrap(), NEW);
    assert_eq!(
        (names(&store), names(&other)),
        (vec!["other".into(), "put".into(), "read".into()], vec!["moved".into()])
    );
    assert_eq!(other.list().unwrap()[0].foreign, Some("symbolic link"));
}

#[test]
fn what_is_not_ours_is_told_and_not_read() {
    let host = Host::new();
    let store = store(&host);
    for name in ["ours", "theirs", "open", "large"] {
        store.put(name.as_ref(), NEW).unwrap();
    }
    let at = |name: &str| host.at("/var/lib/standfast/store").join(name);
    chown(at("theirs"), Some(1234), None).unwrap();
    fs::set_permissions(at("open"), fs::Permissions::from_mode(0o620)).unwrap();
    fs::write(at("large"), vec![0; 1025]).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, at("fifo"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    fs::create_dir(at("directory")).unwrap();
    let told: Vec<_> = store.list().unwrap().into_iter().map(|entry| (entry.name, entry.foreign)).collect();
    let told: Vec<_> = told.iter().map(|(name, foreign)| (name.to_str().unwrap(), *foreign)).collect();
    assert_eq!(
        told,
        [
            ("directory", Some("directory")),
            ("fifo", Some("FIFO")),
            ("large", None),
            ("open", Some("file that others may write")),
            ("ours", None),
            ("theirs", Some("file of another user")),
        ]
    );
    for name in ["fifo", "directory", "large"] {
        let error = store.read(name.as_ref(), MOST).unwrap_err();
        assert!(matches!(error, CommitError::NotAFile { .. }), "{name}: {error}");
    }
}

#[test]
fn removing_takes_what_is_there_and_leaves_a_directory_that_is_not_empty() {
    let host = Host::new();
    let store = store(&host);
    store.put("file".as_ref(), NEW).unwrap();
    store.below("empty").unwrap();
    store.below("full").unwrap().put("file".as_ref(), NEW).unwrap();
    store.remove(&["file", "empty", "full", "none"].map(OsStr::new)).unwrap();
    assert_eq!(names(&store), ["full"]);
}

#[test]
fn a_sweep_of_a_store_takes_temp_files_which_no_list_tells() {
    let host = Host::new();
    let store = store(&host);
    store.put("file".as_ref(), NEW).unwrap();
    host.file("/var/lib/standfast/store/.standfast-0123456789abcdef.tmp", OLD);
    assert_eq!(names(&store), ["file"]);
    assert_eq!(store.sweep().unwrap(), 1);
    assert_eq!(host.temps(), Vec::<PathBuf>::new());
}

#[test]
fn locks_of_two_names_are_two_and_one_keeps_others_out_until_it_is_dropped() {
    let host = Host::new();
    let (store, other) = (store(&host), store(&host));
    let held = store.lock("a", Duration::ZERO).unwrap();
    let _other = other.lock("b", Duration::ZERO).unwrap();
    assert!(matches!(other.lock("a", Duration::ZERO), Err(CommitError::Locked { .. })));
    drop(held);
    other.lock("a", Duration::ZERO).unwrap();
}

#[test]
fn a_lock_that_is_dropped_is_free_though_a_forked_child_has_a_copy_of_its_descriptor() {
    let host = Host::new();
    let store = store(&host);
    let held = store.lock("a", Duration::ZERO).unwrap();
    let copy = held.0.try_clone().unwrap();
    drop(held);
    store.lock("a", Duration::ZERO).unwrap();
    drop(copy);
}
