//! Whatever the policy and the files: after apply it is in force, a second apply does nothing, and no line that is
//! none of its business has changed by a byte.

use std::fs;
use std::path::Path;

use crate::corpus::{folders, root_of};
use crate::said::text;
use crate::temp_root::{DROP_IN, LIMITS_CONF, TempRoot, assert_unchanged};

const CASES: u64 = 150;

/// A small generator of pseudo-random numbers, splitmix64: a seed is a case for ever.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    fn pick<'t>(&mut self, items: &[&'t str]) -> &'t str {
        items[self.below(items.len())]
    }
}

const DOMAINS: &[&str] = &[
    "alice",
    "bob",
    "thekiwi",
    "root",
    "@kiwis",
    "@devs",
    "*",
    ":1013",
    ":1002",
    "@:1091",
    "1000:1999",
    "1500:",
    "UID_MIN:UID_MAX",
    "@1000:1999",
    "DOM\\dora",
    "ghost",
];
const ITEMS: &[&str] =
    &["nproc", "nproc", "nofile", "core", "memlock", "cpu", "nice", "priority", "maxlogins", "rtprio"];
const OS_RELEASES: &[&str] =
    &["ID=debian\nVERSION_ID=12\n", "ID=debian\nVERSION_ID=13\n", "ID=rhel\nVERSION_ID=8\n"];
const TARGETS: &[&str] = &[DROP_IN, DROP_IN, LIMITS_CONF, "etc/security/limits.d/50-site.conf"];

/// A policy of a few entries, with the items that it is about.
fn policy(random: &mut Random) -> (String, Vec<&'static str>) {
    let (mut policy, mut items) = (String::new(), Vec::new());
    for _ in 0..=random.below(4) {
        let item = random.pick(ITEMS);
        let (domain, limit_type) = (random.pick(DOMAINS), random.pick(&["soft", "hard", "-"]));
        let value = random.pick(&["1", "4", "7", "16"]);
        policy += &format!("[limits_entry {domain}/{limit_type}/{item}]\n");
        policy += match random.below(6) {
            0 => "ensure = absent\n".to_owned(),
            _ => format!("value = {value}\n"),
        }
        .as_str();
        policy += random.pick(&["", "", "match_by = name\n"]);
        policy += random.pick(&["", "", "exceptions = forbid\n"]);
        policy += &format!("target = /{}\n", random.pick(TARGETS));
        items.push(item);
    }
    (policy, items)
}

/// Lines that get in the way of such a policy.
fn lines(random: &mut Random) -> Vec<u8> {
    let mut lines = b"# f\xfcr alle\n\n".to_vec();
    for _ in 0..random.below(8) {
        let (domain, item) = (random.pick(DOMAINS), random.pick(ITEMS));
        let (limit_type, value) =
            (random.pick(&["soft", "hard", "-", "HARD"]), random.pick(&["1", "5", "9", "unlimited"]));
        let end = random.pick(&["\n", "\n", " # why\n", "\r\n", "\n\n"]);
        lines.extend_from_slice(format!("{domain}\t{limit_type} {item}  {value}{end}").as_bytes());
    }
    if random.below(3) == 0 {
        lines.pop();
    }
    lines
}

/// Whether a policy about these items may take a line away or add it.
fn is_own(line: &[u8], policy: &str, items: &[&str]) -> bool {
    let line = String::from_utf8_lossy(line).to_lowercase();
    match line.split_whitespace().collect::<Vec<_>>().as_slice() {
        [] => line.is_empty(),
        // A line that ends all limits is an exception too.
        [_, none] => none.starts_with('-') && policy.contains("forbid"),
        [_, _, item, ..] => items.contains(item),
        [_] => false,
    }
}

/// Asserts that each line that went or came is one of the policy's.
fn assert_only_own_lines_differ(before: &[u8], after: &[u8], policy: &str, items: &[&str], case: &str) {
    let split = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (before, after) = (split(before), split(after));
    for op in similar::capture_diff_slices(similar::Algorithm::Myers, &before, &after) {
        let (tag, old, new) = op.as_tag_tuple();
        if tag == similar::DiffTag::Equal {
            continue;
        }
        for line in before[old].iter().chain(&after[new]) {
            let shown = String::from_utf8_lossy(line);
            assert!(is_own(line, policy, items), "`{shown}` is none of its business\n{case}");
        }
    }
}

/// The outcomes by title, as words.
fn outcomes(said: &crate::said::Said) -> Vec<String> {
    said.json().as_array().unwrap().iter().map(|outcome| text(&outcome["outcome"])).collect()
}

/// Applies a policy of this seed to the files of a folder with more lines; gives what became of its resources.
fn enforce(seed: u64, folder: &Path) -> Vec<String> {
    let mut random = Random(seed);
    let root = root_of(folder, random.pick(OS_RELEASES));
    let stock = root.read(LIMITS_CONF);
    root.write(LIMITS_CONF, &[&stock, b"\n".as_slice(), &lines(&mut random)].concat());
    root.write("etc/security/limits.d/50-site.conf", &lines(&mut random));
    let (policy, items) = policy(&mut random);
    let case = format!("seed {seed}, {}\n{policy}", folder.display());

    let before = files(&root);
    let first = root.apply(&policy);
    let settled = root.tree("etc");
    let second = root.apply(&policy);
    assert_unchanged(&settled, &root.tree("etc"));
    let checked = root.check(&policy);

    let (first, second) = (outcomes(&first), outcomes(&second));
    for ((first, second), checked) in first.iter().zip(&second).zip(outcomes(&checked)) {
        match first.as_str() {
            "failed" => assert!(second == "failed" && checked != "in_sync", "{second} {checked}: {case}"),
            _ => assert!(second == "in_sync" && checked == "in_sync", "{first} {second} {checked}: {case}"),
        }
    }
    let after = files(&root);
    for (path, before) in &before {
        let after = after.iter().find(|(other, _)| other == path).map_or(&b""[..], |(_, bytes)| bytes);
        assert_only_own_lines_differ(before, after, &policy, &items, &format!("{path}: {case}"));
    }
    for (path, _) in after.iter().filter(|(path, _)| !before.iter().any(|(other, _)| other == path)) {
        assert!(path.ends_with("zz-standfast.conf"), "{path} was made: {case}");
    }
    first
}

fn files(root: &TempRoot) -> Vec<(String, Vec<u8>)> {
    let directory = fs::read_dir(root.path("etc/security/limits.d")).unwrap();
    let names = directory
        .map(|entry| format!("etc/security/limits.d/{}", entry.unwrap().file_name().to_str().unwrap()));
    let paths = names.chain([LIMITS_CONF.to_owned()]);
    paths.map(|path| (path.clone(), root.read(&path))).collect()
}

#[test]
fn after_apply_all_is_in_force_and_a_second_apply_changes_nothing() {
    let folders = folders();
    let of_seed = |seed: u64| enforce(seed, &folders[usize::try_from(seed).unwrap() % folders.len()]);
    // The runs mostly wait for the disk.
    let worker = |first: u64| (first..CASES).step_by(4).flat_map(of_seed).collect::<Vec<_>>();
    let seen: Vec<String> = std::thread::scope(|scope| {
        let workers = [0, 1, 2, 3].map(|first| scope.spawn(move || worker(first)));
        workers.into_iter().flat_map(|worker| worker.join().expect("a case failed")).collect()
    });
    for (outcome, least) in [("corrected", 100), ("in_sync", 5), ("failed", 20)] {
        let count = seen.iter().filter(|seen| *seen == outcome).count();
        assert!(count >= least, "only {count} of {} resources are {outcome}", seen.len());
    }
}
