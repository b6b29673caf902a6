//! File systems that are really full or read-only, mounted where no other process sees them.

use std::process::Command;

use crate::command::apply_command;
use crate::scenario::{OLD, Scenario};
use crate::tree::Tree;

/// More than fits into what the fillings below leave.
static LARGE: [u8; 65536] = [b'#'; 65536];

const LIMITS: &str = "/etc/security/limits.conf";

const GROW: Scenario = Scenario::plain("grow", LIMITS, Some(OLD), Some(&LARGE));
const SHRINK: Scenario = Scenario::plain("remove", LIMITS, Some(OLD), None);

const EXT4: &str =
    "mke2fs -q -F -t ext4 -b 1024 \"$IMAGE\" 2048 > /dev/null && mount -o loop \"$IMAGE\" \"$ROOT\"";
const FEW_INODES: &str =
    "mke2fs -q -F -t ext4 -b 1024 -N 48 \"$IMAGE\" 2048 > /dev/null && mount -o loop \"$IMAGE\" \"$ROOT\"";
const TMPFS: &str = "mount -t tmpfs -o size=256k,mode=755 tmpfs \"$ROOT\"";

const FULL: &str = "dd if=/dev/zero of=\"$ROOT/filling\" bs=1024 2>/dev/null || :";
const NEARLY_FULL: &str = "dd if=/dev/zero of=\"$ROOT/filling\" bs=1024 2>/dev/null || :
    truncate -s -16384 \"$ROOT/filling\"; sync -f \"$ROOT\"";
const NO_INODE: &str = "mkdir \"$ROOT/filling\"; n=0
    while touch \"$ROOT/filling/$n\" 2>/dev/null; do n=$((n + 1)); done";
const READ_ONLY: &str = "mount -o remount,ro \"$ROOT\"";
const ETC_READ_ONLY: &str =
    "mount --bind \"$ROOT/etc\" \"$ROOT/etc\"; mount -o remount,bind,ro \"$ROOT/etc\"";
const STATE_FULL: &str = "mount -t tmpfs -o size=8k,mode=700 tmpfs \"$ROOT/var/lib/standfast\"
    dd if=/dev/zero of=\"$ROOT/var/lib/standfast/filling\" bs=1024 2>/dev/null || :";

const FREE: &str = "rm -rf \"$ROOT/filling\" \"$ROOT/var/lib/standfast/filling\"";
const WRITABLE: &str = "mount -o remount,rw \"$ROOT\"";
const MOUNTED: &str = "mount --bind \"$ROOT/etc/security/limits.conf\" \"$ROOT/etc/security/limits.conf\"";
const UNMOUNTED: &str = "umount \"$ROOT/etc/security/limits.conf\"";
const ETC_WRITABLE: &str = "umount \"$ROOT/etc\"";

/// Runs on the mounted file system, once while it is filled and once after it is freed.
///
/// Says: exit code, `same` or `changed`, how many strays; the same again; the error last.
const SCRIPT: &str = r#"
look() {
    if [ -e "$ROOT/etc/security/limits.conf" ] && cmp -s "$OLD" "$ROOT/etc/security/limits.conf"
    then is=same; else is=changed; fi
    echo "$1 $is $(find "$ROOT" -name '.standfast-*' | wc -l)"
}
eval "$MOUNT" || exit 99
mkdir -p "$ROOT/etc/security" "$ROOT/var/lib"
mkdir -m 700 "$ROOT/var/lib/standfast"
cp "$OLD" "$ROOT/etc/security/limits.conf"
eval "$FILL"
"$@" 2> "$ERROR"; look $?
eval "$FREE"
"$@"; look $?
cat "$ERROR"
"#;

fn meets(scenario: &Scenario, [mount, fill, free]: [&str; 3], reason: &str) {
    let tree = Tree::on_disk();
    let old = tree.beside("old");
    std::fs::write(&old, OLD).unwrap();
    let apply = apply_command(&tree.root, scenario);
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", SCRIPT, "sh"])
        .arg(apply.get_program())
        .args(apply.get_args())
        .envs([("MOUNT", mount), ("FILL", fill), ("FREE", free)])
        .env("ROOT", &tree.root)
        .env("OLD", &old)
        .env("IMAGE", tree.beside("image"))
        .env("ERROR", tree.beside("error"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = told.lines();
    let (filled, freed) = (lines.next(), lines.next());
    let trouble = String::from_utf8_lossy(&output.stderr);
    let when = format!("{}, {mount}, {fill}: {told} {trouble}", scenario.name);
    assert_eq!((filled, freed), (Some("1 same 0"), Some("0 changed 0")), "{when}");
    assert!(told.contains(reason), "{when}");
}

#[test]
fn a_full_disk_leaves_the_old_file_and_the_run_says_so() {
    for fill in [FULL, NEARLY_FULL] {
        meets(&GROW, [EXT4, fill, FREE], "quota is full");
        meets(&GROW, [TMPFS, fill, FREE], "quota is full");
    }
}

#[test]
fn a_file_system_without_free_inodes_leaves_the_old_file() {
    meets(&GROW, [FEW_INODES, NO_INODE, FREE], "quota is full");
}

#[test]
fn a_read_only_file_system_leaves_the_old_file() {
    for scenario in [&GROW, &SHRINK] {
        meets(scenario, [EXT4, READ_ONLY, WRITABLE], "the file system is read-only");
        meets(scenario, [EXT4, ETC_READ_ONLY, ETC_WRITABLE], "/etc/security");
    }
}

#[test]
fn without_room_for_a_backup_nothing_is_changed() {
    for scenario in [&GROW, &SHRINK] {
        meets(scenario, [EXT4, STATE_FULL, FREE], "quota is full");
    }
}

#[test]
fn a_file_that_is_a_mount_point_is_refused_before_anything_is_written() {
    for scenario in [&GROW, &SHRINK] {
        meets(scenario, [TMPFS, MOUNTED, UNMOUNTED], "limits.conf: is a mount point");
    }
}
