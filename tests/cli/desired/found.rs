//! Which desired state is found, and what is said of it.

use serde_json::json;

use super::{HOST_POLICY, cache, entry, in_catalog, keep, run, snapshot, write};
use crate::temp_root::TempRoot;

/// The first line of the text, and the value that is desired of the only resource of these tests.
fn told(root: &TempRoot) -> (String, String) {
    let said = run(root, "check", &[]);
    let first = said.out.lines().next().unwrap().to_owned();
    let value = said.out.split("should be soft ").nth(1).unwrap_or_default();
    (first, value.lines().next().unwrap_or_default().to_owned())
}

#[test]
fn the_first_that_is_there_counts_and_is_named() {
    let root = TempRoot::new();
    assert_eq!(told(&root).0, "desired   the default policy");

    cache(&root, &json!([{ "type": "File", "title": "/etc/motd", "parameters": { "ensure": "file" } }]));
    let (line, _) = told(&root);
    assert_eq!(
        line,
        "desired   the default policy: the catalog that puppet agent cached has nothing of standfast"
    );

    cache(&root, &json!([in_catalog(1)]));
    let (line, value) = told(&root);
    assert!(line.starts_with("desired   what puppet agent cached "), "{line}");
    assert!(line.ends_with("/var/cache/puppet/client_data/catalog/host.example.net.json"), "{line}");
    assert_eq!(value, "1");

    keep(&root, &snapshot(720, &json!({}), &json!([entry(2)])));
    let (line, value) = told(&root);
    let words = "what puppet agent declared 12 min ago (environment production, catalog 1795762549): /var/lib/standfast/desired.json";
    assert_eq!((line, value), (format!("desired   {words}"), "2".to_owned()));

    write(&root, HOST_POLICY, b"[limits_entry alice/-/nproc]\nvalue = 3\n", 0o644);
    assert_eq!(told(&root), ("desired   /etc/standfast/policy.ini".to_owned(), "3".to_owned()));
}

#[test]
fn what_is_named_counts_and_is_not_told_again() {
    let root = TempRoot::new();
    keep(&root, &snapshot(0, &json!({}), &json!([entry(2)])));
    let said = root.run_policy("check", "[limits_entry alice/-/nproc]\nvalue = 4\n", &[]).ended(2);
    assert!(said.out.starts_with("drift     limits_entry alice/-/nproc\n"), "{said:?}");
    let said = root.run_policy("check", "[limits_entry alice/-/nproc]\nvalue = 4\n", &["--format", "json"]);
    assert_eq!(said.err, "");
}

#[test]
fn json_stays_an_array_and_standard_error_says_where_it_comes_from() {
    let root = TempRoot::new();
    keep(&root, &snapshot(7300, &json!({}), &json!([entry(2)])));
    let said = run(&root, "check", &["--format", "json"]).ended(2);
    assert_eq!(said.outcome()["title"], "alice/-/nproc");
    let lines: Vec<_> = said.err.lines().collect();
    assert!(
        lines[0].starts_with("standfast: desired state: what puppet agent declared 2 h ago ("),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with("standfast: /var/lib/standfast/desired.json: is 2 h old, and "),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 2);
}

#[test]
fn what_is_older_than_two_runs_is_a_finding() {
    let root = TempRoot::new();
    let absent =
        json!([{ "type": "limits_entry", "title": "alice/-/nproc", "parameters": { "ensure": "absent" } }]);
    let check = |root: &TempRoot, seconds| {
        keep(root, &snapshot(seconds, &json!({}), &absent));
        run(root, "check", &["--format", "monitoring"])
    };
    let said = check(&root, 3485).ended(0);
    let line = "STANDFAST OK - 1 in sync; by what puppet agent declared 58 min ago | in_sync=1 drifted=0;;0 failed=0;;0 findings=0;0\n";
    assert_eq!(said.out, line);
    let said = check(&root, 3665).ended(1);
    let words = "1 findings; /var/lib/standfast/desired.json: is 61 min old, and Puppet should run every 30 min: it may want something else; by ";
    assert!(said.out.starts_with("STANDFAST WARNING - ") && said.out.contains(words), "{said:?}");
    let said = run(&root, "check", &[]).ended(0);
    assert!(said.out.contains("finding   /var/lib/standfast/desired.json  is 61 min old"), "{said:?}");

    // Where it should run each day, a day is not old.
    write(&root, "etc/puppetlabs/puppet/puppet.conf", b"[agent]\nruninterval = 1d\n", 0o644);
    check(&root, 3665).ended(0);
    check(&root, 2 * 86_400 + 60).ended(1);
}

#[test]
fn the_catalog_is_that_of_the_host_whose_name_puppet_conf_says() {
    let root = TempRoot::new();
    cache(&root, &json!([in_catalog(1)]));
    let other = "var/cache/puppet/client_data/catalog/old.example.net.json";
    write(&root, other, b"{\"name\":\"old.example.net\",\"resources\":[]}", 0o660);
    let said = run(&root, "check", &[])
        .refused("has catalogs of host.example.net, old.example.net: say `certname` in puppet.conf");
    assert!(said.err.contains("--catalog"), "{said:?}");

    root.write("etc/hostname", b"HOST\n");
    assert!(told(&root).0.contains("/host.example.net.json"));
    root.write(
        "etc/puppet/puppet.conf",
        b"[main]\ncertname = old.example.net\n[agent]\ncertname = host.example.net\n",
    );
    root.write("etc/hostname", b"old\n");
    assert!(told(&root).0.contains("/host.example.net.json"));
    root.write("etc/puppet/puppet.conf", b"[main]\ncertname = new.example.net\n");
    assert_eq!(told(&root).0, "desired   the default policy");
}

#[test]
fn the_newest_catalog_of_all_installations_counts_wherever_puppet_conf_keeps_it() {
    let root = TempRoot::new();
    cache(&root, &json!([in_catalog(1)]));
    root.write(
        "etc/puppetlabs/puppet/puppet.conf",
        b"[main]\nvardir = /srv/puppet\nclient_datadir = $vardir/data\n",
    );
    let newer = json!({ "name": "host.example.net", "resources": [in_catalog(5)] }).to_string();
    write(&root, "srv/puppet/data/catalog/host.example.net.json", newer.as_bytes(), 0o660);
    let touch = std::process::Command::new("touch")
        .args(["-d", "@1700000000"])
        .arg(root.path(super::CATALOG))
        .status();
    assert!(touch.unwrap().success());
    let (line, value) = told(&root);
    assert!(line.ends_with(": /srv/puppet/data/catalog/host.example.net.json"), "{line}");
    assert_eq!(value, "5");
}

#[test]
fn who_may_not_look_is_told_so_on_a_node_of_puppet_only() {
    let root = TempRoot::new();
    std::fs::create_dir_all(root.path("var/lib/standfast")).unwrap();
    let close = |mode| {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(root.path("var/lib/standfast"), mode).unwrap();
    };
    close(0o700);
    let check = || {
        let mut setpriv = std::process::Command::new("setpriv");
        setpriv.args(["--reuid=65534", "--regid=65534", "--clear-groups", crate::said::STANDFAST]);
        setpriv.args(["check", "--root"]).arg(root.path("")).stdin(std::process::Stdio::null());
        crate::said::run(&mut setpriv)
    };
    assert!(check().out.starts_with("desired   the default policy\n"));
    root.write("etc/puppet/puppet.conf", b"");
    let said = check().refused("run this as root, or name the desired state with --policy: ");
    assert!(said.err.contains("/var/lib/standfast/desired.json"), "{said:?}");
}
