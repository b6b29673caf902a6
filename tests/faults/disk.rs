//! File systems that are really full or read-only, mounted where no other process sees them.

use std::process::Command;

use crate::command::apply_command;
use crate::scenario::{ENTRY, LIMITS, NPROC, NPROC_IN_LIMITS, REMOVE, Scenario, Target};
use crate::tree::Tree;

/// Comments, more than fits into what the fillings below leave.
static LARGE: [u8; 65536] = {
    let mut text = [b'#'; 65536];
    let mut at = 63;
    while at < text.len() {
        text[at] = b'\n';
        at += 64;
    }
    text
};

/// One more entry in a file that does not fit twice.
pub(crate) static GROW: Scenario = Scenario {
    name: "grow",
    policy: NPROC_IN_LIMITS,
    targets: &[Target::plain(LIMITS, Some(&LARGE), Some(&LARGER), &[NPROC])],
    build: |tree| {
        tree.directory("/etc/security", 0o755);
        tree.file(LIMITS, &LARGE);
        tree.directory("/var/lib/standfast", 0o700);
    },
};

static LARGER: [u8; 65536 + ENTRY.len()] = {
    let mut text = [0; 65536 + ENTRY.len()];
    let (large, entry) = text.split_at_mut(LARGE.len());
    large.copy_from_slice(&LARGE);
    entry.copy_from_slice(ENTRY);
    text
};

const EXT4: &str =
    "mke2fs -q -F -t ext4 -b 1024 \"$IMAGE\" 2048 > /dev/null && mount -o loop \"$IMAGE\" \"$ROOT\"";
const FEW_INODES: &str =
    "mke2fs -q -F -t ext4 -b 1024 -N 48 \"$IMAGE\" 2048 > /dev/null && mount -o loop \"$IMAGE\" \"$ROOT\"";
const TMPFS: &str = "mount -t tmpfs -o size=384k,mode=755 tmpfs \"$ROOT\"";

const FULL: &str = "dd if=/dev/zero of=\"$ROOT/filling\" bs=1024 2>/dev/null || :";
const NEARLY_FULL: &str = "dd if=/dev/zero of=\"$ROOT/filling\" bs=1024 2>/dev/null || :
    truncate -s -16384 \"$ROOT/filling\"; sync -f \"$ROOT\"";
const NO_INODE: &str = "mkdir \"$ROOT/filling\"; n=0
    while touch \"$ROOT/filling/$n\" 2>/dev/null; do n=$((n + 1)); done";
const READ_ONLY: &str = "mount -o remount,ro \"$ROOT\"";
const ETC_READ_ONLY: &str =
    "mount --bind \"$ROOT/etc\" \"$ROOT/etc\"; mount -o remount,bind,ro \"$ROOT/etc\"";
const STATE_FULL: &str = "mount -t tmpfs -o size=128k,mode=700 tmpfs \"$ROOT/var/lib/standfast\"
    dd if=/dev/zero of=\"$ROOT/var/lib/standfast/filling\" bs=1024 2>/dev/null || :";

const FREE: &str = "rm -rf \"$ROOT/filling\" \"$ROOT/var/lib/standfast/filling\"";
const WRITABLE: &str = "mount -o remount,rw \"$ROOT\"";
const MOUNTED: &str = "mount --bind \"$ROOT$TARGET\" \"$ROOT$TARGET\"";
const UNMOUNTED: &str = "umount \"$ROOT$TARGET\"";
const ETC_WRITABLE: &str = "umount \"$ROOT/etc\"";

/// Runs on the mounted file system, once while it is filled and once after it is freed.
///
/// Says: exit code, `same` or `changed`, how many strays; the same again; what the first run said last.
const SCRIPT: &str = r#"
look() {
    if cmp -s "$MODEL$TARGET" "$ROOT$TARGET"; then is=same; else is=changed; fi
    echo "$1 $is $(find "$ROOT" -name '.standfast-*' | wc -l)"
}
eval "$MOUNT" || exit 99
cp -a "$MODEL/." "$ROOT" || exit 98
eval "$FILL"
"$@" > "$TOLD" 2>&1; look $?
eval "$FREE"
"$@" > /dev/null; look $?
cat "$TOLD"
"#;

fn meets(scenario: &Scenario, [mount, fill, free]: [&str; 3], reason: &str) {
    let tree = Tree::on_disk();
    scenario.prepare(&tree);
    let mounted = tree.beside("mounted");
    std::fs::create_dir(&mounted).unwrap();
    let apply = apply_command(&mounted, scenario);
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", SCRIPT, "sh"])
        .arg(apply.get_program())
        .args(apply.get_args())
        .envs([("MOUNT", mount), ("FILL", fill), ("FREE", free), ("TARGET", scenario.targets[0].path)])
        .env("ROOT", &mounted)
        .env("MODEL", &tree.root)
        .env("IMAGE", tree.beside("image"))
        .env("TOLD", tree.beside("told"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = told.lines();
    let (filled, freed) = (lines.next(), lines.next());
    let trouble = String::from_utf8_lossy(&output.stderr);
    let when = format!("{}, {mount}, {fill}: {told} {trouble}", scenario.name);
    assert_eq!((filled, freed), (Some("4 same 0"), Some("2 changed 0")), "{when}");
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
    for scenario in [&GROW, &REMOVE] {
        meets(scenario, [EXT4, READ_ONLY, WRITABLE], "the file system is read-only");
        meets(scenario, [EXT4, ETC_READ_ONLY, ETC_WRITABLE], "/etc/security");
    }
}

#[test]
fn without_room_for_a_backup_nothing_is_changed() {
    for scenario in [&GROW, &REMOVE] {
        meets(scenario, [EXT4, STATE_FULL, FREE], "quota is full");
    }
}

#[test]
fn a_file_that_is_a_mount_point_is_refused_before_anything_is_written() {
    for scenario in [&GROW, &REMOVE] {
        meets(scenario, [TMPFS, MOUNTED, UNMOUNTED], ".conf: is a mount point");
    }
}
