//! Cases of few words, so that lines collide: where each rule of precedence shows.

use super::super::case::{Case, Content};
use crate::random::Random;

const DOMAINS: &[&str] = &[
    "thekiwi",
    "alice",
    "root",
    ":1013",
    "500:65535",
    "0:",
    "@kiwis",
    "@second",
    "@:1091",
    "@:1092",
    "@1000:2000",
    "@:0",
    "%second",
    "%",
    "*",
];
const TYPES: &[&str] = &["soft", "soft", "hard", "hard", "-", "-", "-"];
const ITEMS: &[&str] = &["nproc", "core", "priority", "nonewprivs", "maxlogins"];
const VALUES: &[&str] = &["0", "1", "2", "5", "50", "100", "200", "-1", "unlimited", "7k", "999999"];
const USERS: &[&str] = &["thekiwi", "thekiwi", "alice", "stray", "root"];

/// The words of one kind of case.
struct Words {
    items: &'static [&'static str],
    values: &'static [&'static str],
}

/// A case in which precedence decides much; the same for the same seed.
pub(crate) fn dense(seed: u64) -> Case {
    // The same seed means other choices than in `wide`.
    case(seed ^ 0xdead_beef_0000_0000, &Words { items: ITEMS, values: VALUES })
}

/// A case in which the number of logins decides: the two items that share one place.
pub(crate) fn logins(seed: u64) -> Case {
    let words =
        Words { items: &["maxlogins", "maxsyslogins"], values: &["0", "1", "2", "3", "4", "5", "-1", "x"] };
    case(seed ^ 0x1091_0000_0000_0000, &words)
}

fn case(seed: u64, words: &Words) -> Case {
    let mut random = Random::new(seed);
    let mut case = Case::new(random.pick(USERS));
    case.add_user("root", 0, 0);
    case.add_user("thekiwi", 1013, 1091);
    case.add_user("alice", 1014, 1014);
    case.add_user("stray", 1999, 2999);
    case.add_group("root", 0, &[]);
    case.add_group("kiwis", 1091, &["alice"]);
    case.add_group("second", 1092, &["thekiwi", "stray", "root"]);
    case.add_group("alice", 1014, &[]);
    for _ in 0..random.below(4) {
        case.logins.push(random.pick(USERS).to_owned());
    }
    let exempts = random.percent(10);
    for path in ["limits.d/b.conf", "limits.conf", "limits.d/a.conf"] {
        let lines = 1 + random.below(12);
        let text: String = (0..lines).map(|_| line(&mut random, exempts, words)).collect();
        case.add_file(path, Content::Bytes(text.into_bytes()));
    }
    case
}

fn line(random: &mut Random, exempts: bool, words: &Words) -> String {
    let domain = random.pick(DOMAINS);
    if exempts && random.percent(3) {
        return format!("{domain} -\n");
    }
    let item = random.pick(words.items);
    // These items ask nothing, or something else, of the type.
    let kind = if random.percent(3) { "both" } else { random.pick(TYPES) };
    format!("{domain} {kind} {item} {}\n", random.pick(words.values))
}
