//! The running host with its name service: in a mount namespace of its own, so the machine stays as it was.

use std::process::Command;

/// What a check says of a limits.d that holds a line for each of so many users whom nobody knows, where the files do
/// not have the last word.
fn findings_of(strangers: usize) -> String {
    let script = format!(
        "mount --make-rprivate / && mount -t tmpfs limits /etc/security/limits.d && \
         echo 'passwd: files systemd' > /etc/security/limits.d/nsswitch && \
         mount --bind /etc/security/limits.d/nsswitch /etc/nsswitch.conf && \
         for i in $(seq {strangers}); do echo \"stranger$i - nproc 4096\"; done > /etc/security/limits.d/a.conf && \
         {} check 'limits_config/*'; test $? -eq 0",
        env!("CARGO_BIN_EXE_standfast")
    );
    let output = Command::new("unshare").args(["-m", "sh", "-c", &script]).output().unwrap();
    assert!(
        output.status.success(),
        "this test needs root and mount namespaces: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_name_service_is_not_asked_without_end_for_the_leavers_of_a_large_file() {
    let said = findings_of(1000);
    assert_eq!(said.matches("matches nobody").count(), 200);
    assert!(said.contains("800 lines name users or groups that are not in the local files"), "{said}");
}

#[test]
fn a_few_strangers_are_all_asked_for() {
    let said = findings_of(20);
    assert_eq!(said.matches("matches nobody").count(), 20);
    assert!(!said.contains("not in the local files"), "{said}");
}
