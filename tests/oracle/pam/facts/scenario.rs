//! Reads a fact's text: the machine that it describes, and what must come of it.

use super::super::answer::Answer;
use super::super::case::{Case, Content, INFINITY, Limit, Privilege, RESOURCES};
use super::super::client::Release;
use super::Fact;

const ENOENT: i32 = 2;
const EACCES: i32 = 13;

/// The users and groups that every fact is about.
fn world(user: &str) -> Case {
    let mut case = Case::new(user);
    case.add_user("root", 0, 0);
    case.add_user("toor", 0, 0);
    case.add_user("thekiwi", 1013, 1091);
    case.add_user("alice", 1014, 1014);
    case.add_user("5005", 3000, 3000);
    // Its gid has no entry in the group file.
    case.add_user("stray", 1999, 2999);
    case.add_user("DOM\\bob", 70002, 70001);
    case.add_user("last", 4_294_967_294, 3000);
    case.add_group("root", 0, &[]);
    case.add_group("kiwis", 1091, &[]);
    case.add_group("second", 1092, &["thekiwi", "alice"]);
    case.add_group("staff", 500, &["root"]);
    case.add_group("6006", 3000, &["thekiwi"]);
    case.add_group("domain users", 70001, &[]);
    case
}

/// The case of a fact.
///
/// The text is limits.conf, unless it begins with `== `: then such a line opens a file below
/// /etc/security (`== limits.d/a.conf`, also `(dangling)`, `(unreadable)`, `(directory)`), or
/// changes the machine (`== argument X`, `== logged in A B`, `== no capability`, `== nr_open N`,
/// `== no nr_open`, `== no pid 1`, `== empty`).
pub(super) fn case(fact: &Fact) -> Case {
    let mut case = world(fact.user);
    let Some(sections) = fact.given.strip_prefix("== ") else {
        case.add_file("limits.conf", Content::Bytes(fact.given.into()));
        return case;
    };
    for section in sections.split("\n== ") {
        let (head, body) = section.split_once('\n').unwrap_or((section, ""));
        if !directive(&mut case, head) {
            let (path, content) = match head.split_once(" (") {
                None => (head, Content::Bytes(body.into())),
                Some((path, "dangling)")) => (path, Content::Fails(ENOENT)),
                Some((path, "unreadable)")) => (path, Content::Fails(EACCES)),
                Some((path, "directory)")) => (path, Content::Directory),
                Some(_) => panic!("{head}: no such kind of file"),
            };
            case.add_file(path, content);
        }
    }
    case
}

/// Follows a line that changes the machine; false for one that opens a file.
fn directive(case: &mut Case, head: &str) -> bool {
    if let Some(argument) = head.strip_prefix("argument ") {
        case.arguments.push(argument.to_owned());
    } else if let Some(users) = head.strip_prefix("logged in ") {
        case.logins = users.split(' ').map(str::to_owned).collect();
    } else if let Some(number) = head.strip_prefix("nr_open ") {
        case.nr_open = Some(format!("{number}\n").into_bytes());
    } else {
        match head {
            "no capability" => case.privilege = Privilege::None,
            "no nr_open" => case.nr_open = None,
            "no pid 1" => case.pid1 = None,
            "empty" => {}
            _ => return false,
        }
    }
    true
}

/// What a session has whose limits no line sets: Debian resets to PID 1's limits until 12, with the
/// soft limit for open files at most FD_SETSIZE.
fn kept(release: Release, fact: &Fact, case: &Case, resource: usize) -> Limit {
    let resets = release != Release::Debian13 || case.arguments.iter().any(|word| word == "set_all");
    let wiped = fact.then.contains("nothing set");
    if !resets || wiped {
        return case.start[resource];
    }
    let index = resource as u64;
    let soft = if RESOURCES[resource] == "nofile" { 1024 } else { 555_000 + index };
    Limit { soft, hard: 666_000 + index }
}

/// Why the answer is not what the fact says, if so.
///
/// Clauses, separated by `; `: `RESOURCE SOFT HARD` (each a number, `unlimited`, `kept`, or `hard`
/// for the hard limit that is kept), `untouched RESOURCE`, `refused RESOURCE SOFT HARD`, `rc N`,
/// `priority N`, `nonewprivs on`, `chroot PATH`, `log LEVEL PART`, `quiet` (no log line),
/// `nothing set` (no limit and no priority).
pub(super) fn contradiction(release: Release, fact: &Fact, case: &Case, answer: &Answer) -> Option<String> {
    let mut rc = 0;
    for clause in fact.then.split("; ") {
        if let Some(number) = clause.strip_prefix("rc ") {
            rc = number.parse().unwrap();
        } else if !holds(clause, case, answer, |resource| kept(release, fact, case, resource)) {
            return Some(format!("not so: {clause}"));
        }
    }
    (answer.rc != rc).then(|| format!("not so: rc {rc}"))
}

fn holds(clause: &str, case: &Case, answer: &Answer, kept: impl Fn(usize) -> Limit) -> bool {
    let words: Vec<&str> = clause.splitn(3, ' ').collect();
    match words[..] {
        ["quiet"] => answer.log.is_empty(),
        ["nothing", "set"] => answer.set == [None; 16] && answer.priority.is_none(),
        ["untouched", name] => answer.set[resource(name)].is_none(),
        ["priority", "kept"] => answer.priority.is_none(),
        ["priority", number] => answer.priority == Some(number.parse().unwrap()),
        ["nonewprivs", state] => answer.no_new_privileges == (state == "on"),
        ["chroot", path] => answer.chroot.as_deref() == Some(path.as_bytes()),
        ["log", level, part] => {
            let level: u8 = level.parse().unwrap();
            answer.log.iter().any(|line| line.level == level && line.text.contains(part))
        }
        ["refused", name, both] => {
            let resource = resource(name);
            answer.refused[resource] == Some(limit(both, kept(resource)))
        }
        [name, soft, hard] => {
            let resource = resource(name);
            answer.effective(case, resource) == limit(&format!("{soft} {hard}"), kept(resource))
        }
        _ => panic!("{clause}: no such clause"),
    }
}

fn resource(name: &str) -> usize {
    let found = RESOURCES.iter().position(|&resource| resource == name);
    found.unwrap_or_else(|| panic!("{name}: no such resource"))
}

fn limit(both: &str, kept: Limit) -> Limit {
    let value = |word: &str, half: u64| match word {
        "kept" => half,
        "hard" => kept.hard,
        "unlimited" => INFINITY,
        number => number.parse().unwrap(),
    };
    let (soft, hard) = both.split_once(' ').unwrap();
    Limit { soft: value(soft, kept.soft), hard: value(hard, kept.hard) }
}
