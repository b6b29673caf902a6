//! Stacks below a test root, and those of this machine.

use super::*;
use crate::testing::TestRoot;

const LIMITS: &[u8] = b"session required pam_limits.so\n";

/// `name:file:line,file:line` of all services that load the module.
fn told(dir: &TestRoot) -> Vec<String> {
    let services = services(&dir.open()).unwrap();
    services
        .iter()
        .filter(|service| !service.loads.is_empty())
        .map(|service| {
            let loads = service.loads.iter().map(|load| format!("{}:{}", load.file.display(), load.line));
            format!("{} {}", service.name, loads.collect::<Vec<_>>().join(","))
        })
        .collect()
}

#[test]
fn includes_lead_to_the_line_that_counts() {
    let mut dir = TestRoot::new();
    dir.file(
        "/etc/pam.d/common-session",
        b"# all\nsession [default=1] pam_permit.so\nsession required pam_limits.so\n",
    );
    dir.file("/etc/pam.d/sshd", b"@include common-auth\n@include common-session\n");
    dir.file("/etc/pam.d/su", LIMITS);
    dir.file("/etc/pam.d/su-l", b"session include su\nauth include su\n");
    dir.file(
        "/etc/pam.d/sub",
        b"session substack /etc/pam.d/su\n-session optional /lib/security/pam_limits.so\n",
    );
    dir.file("/etc/pam.d/auth-only", b"auth include su\nsession required pam_unix.so\n");
    assert_eq!(
        told(&dir),
        [
            "common-session /etc/pam.d/common-session:3",
            "sshd /etc/pam.d/common-session:3",
            "su /etc/pam.d/su:1",
            "su-l /etc/pam.d/su:1",
            "sub /etc/pam.d/su:1,/etc/pam.d/sub:2",
        ]
    );
    let all = services(&dir.open()).unwrap();
    let included: Vec<_> = all.iter().filter(|s| s.included).map(|s| s.name.as_str()).collect();
    assert_eq!(included, ["common-session", "su"]);
}

#[test]
fn etc_hides_the_vendors_file_of_the_same_name() {
    let mut dir = TestRoot::new();
    dir.file("/usr/lib/pam.d/a", LIMITS).file("/usr/lib/pam.d/b", LIMITS).file("/usr/etc/pam.d/c", LIMITS);
    dir.file("/etc/pam.d/a", b"session required pam_unix.so\n");
    // A dangling link cannot be opened, so libpam goes on to the next directory.
    dir.link("/etc/pam.d/b", "/nowhere");
    assert_eq!(told(&dir), ["b /usr/lib/pam.d/b:1", "c /usr/etc/pam.d/c:1"]);
}

#[test]
fn a_service_without_session_lines_has_those_of_other() {
    let mut dir = TestRoot::new();
    dir.file("/etc/pam.d/other", LIMITS).file("/etc/pam.d/a", b"auth required pam_unix.so\n");
    dir.file("/etc/pam.d/b", b"session required pam_unix.so\n");
    dir.file("/etc/pam.d/c", b"session include no-such-file\n").file("/etc/pam.d/d", b"session substack a\n");
    assert_eq!(told(&dir), ["a /etc/pam.d/other:1", "other /etc/pam.d/other:1"]);
}

#[test]
fn files_that_no_program_names_are_left_out() {
    let mut dir = TestRoot::new();
    for name in ["README", ".hidden", "su~", "su.dpkg-old", "su.rpmnew", "su.ucf-dist"] {
        dir.file(&format!("/etc/pam.d/{name}"), LIMITS);
    }
    dir.file("/etc/pam.d/directory/su", LIMITS).file("/etc/pam.d/xSu", LIMITS);
    assert_eq!(services(&dir.open()).unwrap(), []);
}

#[test]
fn pam_conf_counts_only_without_any_pam_d() {
    let mut dir = TestRoot::new();
    assert_eq!(services(&dir.open()).unwrap(), []);
    dir.file("/etc/pam.conf", b"su session required pam_limits.so\nSU auth required x.so\nother session required pam_limits.so conf=/b\nsshd @include /x\n");
    dir.file("/x", b"session required pam_limits.so\n");
    assert_eq!(told(&dir), ["other /etc/pam.conf:3", "sshd /x:1", "su /etc/pam.conf:1"]);
    dir.file("/etc/pam.d/none", b"");
    assert_eq!(told(&dir), [""; 0]);
}

#[test]
fn arguments_are_told() {
    let mut dir = TestRoot::new();
    dir.file("/etc/pam.d/a", b"session [success=ok] pam_limits.so conf=/a [conf=/b c] set_all UTMP_EARLY\n");
    let services = services(&dir.open()).unwrap();
    let expected = Load {
        file: "/etc/pam.d/a".into(),
        line: 1,
        control: "[success=ok]".to_owned(),
        module: "pam_limits.so".into(),
        conf: Some("/b c".into()),
        set_all: true,
        utmp_early: false,
    };
    assert_eq!(services[0].loads, [expected]);
}

#[test]
fn other_modules_are_not_taken_for_it() {
    let mut dir = TestRoot::new();
    dir.file("/etc/pam.d/a", b"session required pam_limits\nsession required xpam_limits.so\nsession required pam_limits.so/\nsession required PAM_LIMITS.SO\nsession required pam_limits.so\r\n");
    assert_eq!(told(&dir), [""; 0]);
}

#[test]
fn loops_and_floods_of_includes_end() {
    let mut dir = TestRoot::new();
    dir.file("/etc/pam.d/a", b"session include b\n").file("/etc/pam.d/b", b"session include a\n");
    dir.file("/etc/pam.d/flood", &b"session include flood\n".repeat(1000));
    dir.file("/etc/pam.d/junk", b"\xff\0\xfe session [[[[\n\\");
    assert_eq!(told(&dir), [""; 0]);
}

#[test]
fn the_services_of_this_machine_agree_with_a_search_of_their_own_lines() {
    let root = Root::host().unwrap();
    let services = services(&root).unwrap();
    let su = services.iter().find(|service| service.name == "su").expect("su is installed");
    let text = root.read(Path::new("/etc/pam.d/su")).unwrap();
    let text = String::from_utf8_lossy(&text).into_owned();
    let own: Vec<_> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| line.starts_with("session") && line.contains("pam_limits.so"))
        .map(|(number, _)| (PathBuf::from("/etc/pam.d/su"), number))
        .collect();
    let found: Vec<_> = su.loads.iter().map(|load| (load.file.clone(), load.line)).collect();
    assert_eq!(found, own);
    let su_l = services.iter().find(|service| service.name == "su-l").expect("su-l includes su");
    assert_eq!(su_l.loads, su.loads);
}
