//! Cases with the whole variety of syntax, files, users and machines.

use super::super::case::{Case, Content, INFINITY, Limit, Privilege, distinct, proc_limits};
use super::line::{Style, line};
use super::pools::NAMES;
use crate::random::Random;

const ENOENT: i32 = 2;
const EACCES: i32 = 13;

/// A case of broad syntactic variety; the same for the same seed.
pub(crate) fn wide(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let user = match random.below(100) {
        0..50 => "thekiwi",
        50..62 => "root",
        62..66 => "toor",
        66..76 => "alice",
        76..84 => "stray",
        84..90 => "5005",
        90..95 => "DOM\\bob",
        95..99 => "last",
        _ => "nobody-here",
    };
    let mut case = Case::new(user);
    add_accounts(&mut case, &mut random);
    add_files(&mut case, &mut random);
    vary_machine(&mut case, &mut random);
    vary_limits(&mut case, &mut random);
    case
}

fn add_accounts(case: &mut Case, random: &mut Random) {
    for (name, uid, gid) in [
        ("root", 0, 0),
        ("toor", 0, 500),
        ("thekiwi", 1013, 1091),
        ("alice", 1014, 1014),
        ("5005", 3000, 3000),
        ("stray", 1999, 2999),
        ("DOM\\bob", 70002, 70001),
        ("last", 4_294_967_294, 3000),
    ] {
        case.add_user(name, uid, gid);
    }
    for (name, gid) in [
        ("root", 0),
        ("kiwis", 1091),
        ("second", 1092),
        ("staff", 500),
        ("6006", 3000),
        ("domain users", 70001),
        ("also-1092", 1092),
        ("Kiwis", 4_294_967_295),
    ] {
        // Now and then a user's own gid has no entry.
        if random.percent(8) {
            continue;
        }
        let mut members = Vec::new();
        for user in ["thekiwi", "alice", "root", "toor", "stray", "5005"] {
            if random.percent(20) {
                members.push(user);
            }
        }
        case.add_group(name, gid, &members);
    }
}

fn add_files(case: &mut Case, random: &mut Random) {
    let style = if random.percent(15) { Style::WithNoLimit } else { Style::WithoutNoLimit };
    for _ in 0..random.below(5) {
        let path = format!("limits.d/{}", random.pick(NAMES));
        let known = case.files.iter().any(|file| file.path.ends_with(&path));
        if !known {
            let content = content(random, style);
            case.add_file(&path, content);
        }
    }
    if random.percent(97) {
        let content = content(random, style);
        case.add_file("limits.conf", content);
    }
    if random.percent(8) {
        let argument =
            random.pick(&["debug", "set_all", "noaudit", "conf=/etc/security/own", "utmp_early", "bogus"]);
        case.arguments.push(argument.to_owned());
        if argument.starts_with("conf=") && random.percent(80) {
            let content = content(random, style);
            case.add_file("own", content);
        }
    }
}

fn content(random: &mut Random, style: Style) -> Content {
    match random.below(200) {
        0 => return Content::Fails(ENOENT),
        1 => return Content::Fails(EACCES),
        2 => return Content::Directory,
        _ => {}
    }
    let newline: &[u8] = if random.percent(10) { b"\r\n" } else { b"\n" };
    let mut bytes = if random.percent(2) { "\u{feff}".into() } else { Vec::new() };
    for _ in 0..random.below(12) {
        bytes.extend(line(random, style));
        bytes.extend(newline);
    }
    if random.percent(25) {
        // The last line has no newline.
        bytes.truncate(bytes.len().saturating_sub(newline.len()));
    }
    Content::Bytes(bytes)
}

fn vary_machine(case: &mut Case, random: &mut Random) {
    if random.percent(10) {
        case.privilege = Privilege::None;
    }
    case.nr_open = match random.below(100) {
        0..5 => Some(b"5000\n".to_vec()),
        5..10 => Some(b"2000000\n".to_vec()),
        10..13 => None,
        13 => Some(b"junk\n".to_vec()),
        _ => case.nr_open.take(),
    };
    if random.percent(25) {
        for _ in 0..random.below(6) {
            let user = random.pick(&["thekiwi", "thekiwi", "alice", "root", "stray", "gone"]);
            case.logins.push(user.to_owned());
        }
    }
}

fn vary_limits(case: &mut Case, random: &mut Random) {
    if random.percent(20) {
        case.start.iter_mut().for_each(|limit| loosen(limit, random));
    }
    match random.below(100) {
        0..12 => {
            let mut limits = distinct(555_000, 666_000);
            limits.iter_mut().for_each(|limit| loosen(limit, random));
            case.pid1 = Some(proc_limits(&limits));
        }
        12..16 => {
            // A kernel that does not know every limit yet.
            let text = case.pid1.take().unwrap();
            let rows: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
            let known = 1 + random.below(rows.len());
            case.pid1 = Some(rows[..known].concat());
        }
        16..18 => case.pid1 = None,
        _ => {}
    }
}

fn loosen(limit: &mut Limit, random: &mut Random) {
    match random.below(6) {
        0 => limit.hard = INFINITY,
        1 => *limit = Limit { soft: INFINITY, hard: INFINITY },
        2 => *limit = Limit { soft: 0, hard: 0 },
        3 => limit.soft = limit.hard,
        _ => {}
    }
}
