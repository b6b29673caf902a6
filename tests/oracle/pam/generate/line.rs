//! One generated physical line of a limits file.

use super::pools::{
    BLANKS, DOMAINS, ITEMS, NAMES, ODD_BLANKS, ODD_ITEMS, ODD_TYPES, OTHER_VALUES, RANGE_NUMBERS, TAILS,
    TYPES, VALUES,
};
use crate::random::Random;

/// What the lines of a case may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A line that exempts from every limit would hide all others: most cases have none.
    WithoutNoLimit,
    WithNoLimit,
}

/// A line without its newline.
pub(super) fn line(random: &mut Random, style: Style) -> Vec<u8> {
    match random.below(100) {
        0..4 => blank(random),
        4..8 => [b"#".as_slice(), &limit(random)].concat(),
        8..15 => wrong_count(random, style),
        15..18 => long(random),
        18..20 => noise(random),
        20..23 if style == Style::WithNoLimit => no_limit(random),
        _ => limit(random),
    }
}

fn blank(random: &mut Random) -> Vec<u8> {
    random.pick(&["", " ", "\t", "\r", "#", " # ", "\0", "\x0b\x0c"]).into()
}

fn domain(random: &mut Random) -> String {
    if random.percent(80) {
        return random.pick(DOMAINS).to_owned();
    }
    let (sign, low, high) =
        (random.pick(&["", "", "@", "@", "%"]), random.pick(RANGE_NUMBERS), random.pick(RANGE_NUMBERS));
    format!("{sign}{low}:{high}")
}

fn value(random: &mut Random, item: &str) -> String {
    match random.below(100) {
        0..10 => random.next().to_string(),
        10..20 => random.below(3000).to_string(),
        20..60 if matches!(item, "chroot" | "nonewprivs") => random.pick(OTHER_VALUES).to_owned(),
        20..50 if matches!(item, "maxlogins" | "maxsyslogins") => random.below(7).to_string(),
        20..50 if matches!(item, "nice" | "priority") => (random.below(60) as i64 - 30).to_string(),
        _ => random.pick(VALUES).to_owned(),
    }
}

/// The four words of a limit line, mostly sensible.
fn words(random: &mut Random) -> Vec<String> {
    let kind = if random.percent(94) { TYPES } else { ODD_TYPES };
    let item = if random.percent(95) { ITEMS } else { ODD_ITEMS };
    let item = random.pick(item);
    let mut words = vec![domain(random), random.pick(kind).to_owned(), item.to_owned(), value(random, item)];
    if random.percent(8) {
        let index = random.below(4);
        words[index] = words[index].to_uppercase();
    }
    words
}

fn join(random: &mut Random, words: &[String]) -> Vec<u8> {
    let lead = if random.percent(10) { random.pick(&[" ", "\t", "  ", "\x0b", "\r", "\x0c "]) } else { "" };
    let mut line = lead.to_owned();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            let blanks = if random.percent(97) { BLANKS } else { ODD_BLANKS };
            line += random.pick(blanks);
        }
        line += word;
    }
    if random.percent(15) {
        line += random.pick(TAILS);
    }
    line.into_bytes()
}

fn limit(random: &mut Random) -> Vec<u8> {
    let words = words(random);
    join(random, &words)
}

fn no_limit(random: &mut Random) -> Vec<u8> {
    let words = [domain(random), random.pick(&["-", "-", "-", "--", "-nope", "-1"]).to_owned()];
    join(random, &words)
}

/// One to three words, or five and more.
fn wrong_count(random: &mut Random, style: Style) -> Vec<u8> {
    let mut words = words(random);
    match random.below(4) {
        0 => words.truncate(1),
        // Two words of which the second begins with a dash are a no-limit line.
        1 if style == Style::WithNoLimit || !words[1].starts_with('-') => words.truncate(2),
        2 => words.truncate(3),
        _ => words.push(random.pick(NAMES).to_owned()),
    }
    join(random, &words)
}

/// A line around the 1,023 bytes that Linux-PAM before 1.6 reads at a time, or twice that.
fn long(random: &mut Random) -> Vec<u8> {
    let target = random.pick(&[1023, 1023, 1023, 2046]) + random.below(16) - 8;
    let (before, after) = (limit(random), limit(random));
    let filler = random.pick(b"x# \t0-");
    let mut line = match random.below(4) {
        0 => vec![b'#'],
        1 => Vec::new(),
        2 => [before.as_slice(), b"#"].concat(),
        _ => before,
    };
    line.resize(target.max(line.len()), filler);
    line.extend(after);
    line
}

/// Bytes without sense, but no newline.
fn noise(random: &mut Random) -> Vec<u8> {
    let length = random.below(40);
    let byte = |_| u8::try_from(random.next() & 0xff).unwrap();
    (0..length).map(byte).filter(|&byte| byte != b'\n').collect()
}
