//! Configurations from a seed: `dense` is one file in which lines collide, `files` many that include each other.

mod words;

use super::case::{Case, MAIN};
use super::strangers::CONTROL;
use crate::random::Random;

pub(super) use words::ADDRESSES;
use words::{FLAGS, INCLUDES, ODD_FLAGS, ODD_WHOM, OTHER_LINES, WHOM};

/// A configuration of one file; the same for the same seed.
pub(super) fn dense(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let mut text = beginning(&mut random);
    for _ in 0..=random.below(12) {
        text.push_str(&line(&mut random));
    }
    if random.percent(10) {
        text.pop();
    }
    Case::new(text)
}

/// A configuration of many files; the same for the same seed.
pub(super) fn files(seed: u64) -> Case {
    const INCLUDED: &[&str] =
        &["a", "b", "sub/a", "sub/b", "d/a.conf", "d/b.conf", "d/B", "cwd/a", "d/e.conf/x.conf"];
    const DROP_INS: &[&str] = &[
        "ntp.d/a.conf",
        "ntp.d/B.conf",
        "ntp.d/b.conf",
        "ntp.d/.c.conf",
        "ntp.d/c.CONF",
        "ntp.d/d.conf.bak",
        "ntp.d/e.conf/f.conf",
        "ntp.d/zz.conf",
        "ntp.d/00.conf",
    ];
    // The same seed means other choices than in `dense`.
    let mut random = Random::new(seed ^ 0xf11e_0000_0000_0000);
    let mut case = Case::new(beginning(&mut random) + &text_of_files(&mut random));
    for path in INCLUDED {
        if random.percent(80) {
            case = case.with(path, text_of_files(&mut random));
        }
    }
    let share = random.pick(&[0, 20, 60]);
    for path in DROP_INS {
        if random.percent(share) {
            case = case.with(path, text_of_files(&mut random));
        }
    }
    assert!(case.files.contains_key(MAIN));
    case
}

const NULS: &[&str] = &[
    "\0\n",
    "bogus \0\n",
    "# \0\n",
    "keys \"a\0b\"\n",
    "restrict 10.9.8.7 \0 restrict default noquery\n",
    "\0includefile @/a\n",
    "includefile @/b \0 unrestrict default noquery\n",
];

/// What lets the control through. Closed is what is built in: most cases are opened, so that flags decide.
fn beginning(random: &mut Random) -> String {
    let opened = if random.percent(70) { "unrestrict default noquery" } else { "#" };
    let limited = if random.percent(60) { " limited" } else { "" };
    format!("{CONTROL}{opened}{limited}\n")
}

fn text_of_files(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..=random.below(5) {
        match random.below(100) {
            0..30 => {
                text.push_str("includefile ");
                text.push_str(random.pick(INCLUDES));
                text.push('\n');
            }
            30..32 => text.push_str("end\n"),
            32..35 => text.push_str(random.pick(NULS)),
            _ => text.push_str(&line(random)),
        }
    }
    if random.percent(20) {
        text.pop();
    }
    text
}

fn line(random: &mut Random) -> String {
    let mut text = String::new();
    let blank = if random.percent(4) { "\t\r \u{b}" } else { " " };
    if random.percent(15) {
        text.push_str(random.pick(OTHER_LINES));
    } else {
        text.push_str(if random.percent(20) { "unrestrict" } else { "restrict" });
        text.push_str(blank);
        let whom = if random.percent(12) { ODD_WHOM } else { WHOM };
        text.push_str(random.pick(whom));
        for _ in 0..random.below(4) {
            text.push_str(blank);
            let flags = if random.percent(6) { ODD_FLAGS } else { FLAGS };
            text.push_str(random.pick(flags));
        }
    }
    text.push_str(if random.percent(4) { "\r\n" } else { "\n" });
    text
}
