//! How strong a community is: what is refused, and the reason for it.
//!
//! snmpd answers some 20,000 wrong guesses a second on one core without ever locking anyone out, and it knows no
//! salt and no delay: what keeps a community secret is that it is long and not made of words.

use std::fmt;
use std::sync::LazyLock;

use standfast_facts::root::{ReadError, Root};

/// What attackers and scanners send first.
pub const DEFAULT_COMMUNITIES: [&str; 8] =
    ["public", "private", "community", "manager", "admin", "cisco", "snmp", "monitor"];

/// Whether a community is one of [`DEFAULT_COMMUNITIES`], in whatever case.
#[must_use]
pub fn is_default(community: &[u8]) -> bool {
    DEFAULT_COMMUNITIES.iter().any(|word| community.eq_ignore_ascii_case(word.as_bytes()))
}

/// The words, lower case, sorted, one a line: communities that devices and manuals come with, products, roles, words
/// and passwords that people choose.
const WORDS: &str = include_str!("wordlist.txt");

/// The same as a list, made when a community must be looked up in it.
static WORD_LIST: LazyLock<Vec<&'static [u8]>> = LazyLock::new(|| WORDS.lines().map(str::as_bytes).collect());

/// The fewest bytes of a community, unless a policy says otherwise.
pub const LEAST_LENGTH: usize = 16;

/// The bits that a guess must find, at most: 2^64 guesses are some 8 million years of one core of snmpd.
const MOST_BITS: f64 = 64.0;

/// The bits that each demanded byte stands for where fewer than sixteen are demanded.
const BITS_A_BYTE: f64 = 4.0;

/// The bits of a word, whatever its length: a list of 1,000 has 10, and one for its spelling.
const WORD_BITS: f64 = 11.0;

/// The bits of a piece that repeats an earlier piece.
const REPEAT_BITS: f64 = 6.0;

/// The bits of a byte that goes on with a row such as `1234` or `aaaa`, and of the sign that also stood between the
/// pieces before.
const STEP_BITS: f64 = 0.5;

/// The shortest piece that counts as a word inside a community, or as a repetition, in bytes.
const LEAST_PIECE: usize = 4;

/// What makes a community weak. It says nothing of the community itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It has no bytes.
    Empty,
    /// It is one of [`DEFAULT_COMMUNITIES`].
    Default,
    /// It is a word of the list, as it is or with digits, signs or `@1` around it.
    Word,
    /// It is a name of this host or of its domain, likewise.
    HostName,
    /// It has fewer bytes than the policy wants.
    Short {
        /// How many it should have.
        least: usize,
    },
    /// What it is made of leaves fewer bits to guess than the policy wants.
    Guessable {
        /// How many it should have.
        least: u32,
    },
}

impl Weakness {
    /// Whether whoever goes through a list comes upon it.
    #[must_use]
    pub fn is_known(self) -> bool {
        matches!(self, Self::Empty | Self::Default | Self::Word | Self::HostName)
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Default => f.write_str("it is a default community, which attackers send first"),
            Self::Word => f.write_str("it is a word of the list that attackers go through"),
            Self::HostName => f.write_str("it is a name of this host or of its domain"),
            Self::Short { least } => write!(f, "it is shorter than {least} bytes"),
            Self::Guessable { least } => {
                write!(
                    f,
                    "what it is made of (words, rows, repetitions) leaves fewer than {least} bits to guess"
                )
            }
        }
    }
}

/// What a community must be like.
#[derive(Clone, Debug)]
pub struct Strength {
    /// The fewest bytes.
    least: usize,
    /// The names of the host and its domain.
    names: HostNames,
}

/// The names of this host and of its domain, whole and by their parts, in lower case.
#[derive(Clone, Debug, Default)]
pub struct HostNames(Vec<String>);

impl HostNames {
    /// Reads them from the kernel, hostname(5) and resolv.conf(5); below another root from its files alone.
    ///
    /// # Errors
    /// When one of the files is there and cannot be read.
    pub fn of(root: &Root) -> Result<Self, ReadError> {
        let read = |path: &str| match root.read(path.as_ref()) {
            Err(ReadError::Missing { .. }) => Ok(String::new()),
            bytes => bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        };
        let kernel = if root.is_host() { read("/proc/sys/kernel/hostname")? } else { String::new() };
        Ok(Self::from_files(&read("/etc/hostname")?, &kernel, &read("/etc/resolv.conf")?))
    }

    fn from_files(hostname: &str, kernel: &str, resolv_conf: &str) -> Self {
        let mut names = vec![hostname, kernel];
        for line in resolv_conf.lines() {
            let mut words = line.split_ascii_whitespace();
            if matches!(words.next(), Some("search" | "domain")) {
                names.extend(words);
            }
        }
        Self::from_names(names)
    }

    /// Takes the names whole and by their parts.
    pub fn from_names<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut all = Vec::new();
        for name in names {
            let name = name.trim().trim_end_matches('.').to_ascii_lowercase();
            all.extend(name.split(['.', '-']).map(str::to_owned));
            all.extend(name.split('.').map(str::to_owned));
            all.push(name);
        }
        // A part such as `de` or `01` is in many a good community by chance.
        all.retain(|name| name.len() >= 3);
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    fn has(&self, text: &[u8]) -> bool {
        self.0.binary_search_by(|name| name.as_bytes().cmp(text)).is_ok()
    }
}

/// Whether the names of the host have a say in what is wrong with a community: not where it is bad without them.
#[must_use]
pub fn depends_on_names(community: &[u8]) -> bool {
    !community.is_empty() && !is_default(community)
}

impl Strength {
    /// With the fewest bytes that a community should have, and the names that it should not.
    #[must_use]
    pub fn new(least: usize, names: HostNames) -> Self {
        Self { least, names }
    }

    /// What is wrong with a community, the plainest reason first; `None` when it is strong enough.
    #[must_use]
    pub fn weakness(&self, community: &[u8]) -> Option<Weakness> {
        let lower = community.to_ascii_lowercase();
        if lower.is_empty() {
            return Some(Weakness::Empty);
        }
        if is_default(community) {
            return Some(Weakness::Default);
        }
        let core = core(&lower);
        for text in [&lower, core] {
            if is_word(text) || foldings(text).iter().any(|text| is_word(text)) {
                return Some(Weakness::Word);
            }
            if self.names.has(text) {
                return Some(Weakness::HostName);
            }
        }
        if community.len() < self.least {
            return Some(Weakness::Short { least: self.least });
        }
        let least = self.least_bits();
        (self.bits(community, least) < least).then_some(Weakness::Guessable { least: least as u32 })
    }

    #[expect(clippy::cast_precision_loss, reason = "a number of bytes is far below 2^52")]
    fn least_bits(&self) -> f64 {
        (self.least as f64 * BITS_A_BYTE).min(MOST_BITS)
    }

    /// The bits that a guesser must find who knows words, rows and repetitions; counted up to `enough`.
    fn bits(&self, community: &[u8], enough: f64) -> f64 {
        let lower = community.to_ascii_lowercase();
        let [one, other] = foldings(&lower);
        let mut texts = vec![lower, one, other];
        texts.dedup();
        let a_byte = bits_a_byte(community);
        let (mut bits, mut at) = (0.0, 0);
        while at < community.len() && bits < enough {
            let word = texts.iter().filter_map(|text| self.longest_word(&text[at..])).max();
            let repeat = repeat(community, at);
            let (taken, cost) = match (word, repeat) {
                (Some(word), repeat) if repeat.is_none_or(|repeat| repeat <= word) => (word, WORD_BITS),
                (_, Some(repeat)) => (repeat, REPEAT_BITS),
                _ if goes_on(community, at) || separates_again(community, at) => (1, STEP_BITS),
                _ => (1, a_byte),
            };
            bits += cost;
            at += taken;
        }
        bits
    }

    /// The longest word or name that the text begins with, in bytes.
    fn longest_word(&self, text: &[u8]) -> Option<usize> {
        let [first, second, ..] = *text.get(..LEAST_PIECE)? else { return None };
        let words = if BEGINNINGS.has(first, second) { words_with(first) } else { &[] };
        longest(words, text).max(longest(&self.names.0, text)).filter(|length| *length >= LEAST_PIECE)
    }
}

fn is_word(text: &[u8]) -> bool {
    text.first().is_some_and(|first| words_with(*first).binary_search(&text).is_ok())
}

/// Where the words of each first byte begin in the list; it is asked at each byte of a community.
static BEGINS: LazyLock<[usize; 257]> = LazyLock::new(|| {
    let begin =
        |first: usize| WORD_LIST.partition_point(|word| word.first().copied().map(usize::from) < Some(first));
    std::array::from_fn(begin)
});

/// The first two bytes of all words, a bit each: at most places of a good community no word begins.
struct Beginnings([u64; 1024]);

static BEGINNINGS: LazyLock<Beginnings> = LazyLock::new(|| {
    let mut beginnings = Beginnings([0; 1024]);
    for word in WORD_LIST.iter() {
        if let [first, second, ..] = **word {
            let (at, bit) = Beginnings::place(first, second);
            beginnings.0[at] |= bit;
        }
    }
    beginnings
});

impl Beginnings {
    fn place(first: u8, second: u8) -> (usize, u64) {
        (usize::from(first) << 2 | usize::from(second >> 6), 1 << (second & 63))
    }

    fn has(&self, first: u8, second: u8) -> bool {
        let (at, bit) = Self::place(first, second);
        self.0[at] & bit != 0
    }
}

/// The words of the list that begin with this byte.
fn words_with(first: u8) -> &'static [&'static [u8]] {
    let first = usize::from(first);
    WORD_LIST.get(BEGINS[first]..BEGINS[first + 1]).unwrap_or_default()
}

/// The length of the longest of the sorted words that the text begins with.
fn longest<W: AsRef<[u8]>>(words: &[W], text: &[u8]) -> Option<usize> {
    let (mut words, mut longest) = (words, None);
    for (at, byte) in text.iter().enumerate() {
        // Those that agree with the text so far and go on with its next byte; soon there are none.
        let next = |word: &W| word.as_ref().get(at).copied();
        let from = words.partition_point(|word| next(word) < Some(*byte));
        let to = words.partition_point(|word| next(word) <= Some(*byte));
        words = words.get(from..to).unwrap_or_default();
        match words.first() {
            None => break,
            Some(word) if word.as_ref().len() == at + 1 => longest = Some(at + 1),
            Some(_) => {}
        }
    }
    longest
}

/// The text without the digits and signs around it, and without a trailing `@N`.
fn core(lower: &[u8]) -> &[u8] {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
    let begin = lower.iter().position(is_letter).unwrap_or(0);
    let end = lower.iter().rposition(is_letter).map_or(lower.len(), |at| at + 1);
    lower.get(begin..end).unwrap_or_default()
}

/// The text with the digits and signs that stand for letters read as letters; `1` stands for two.
fn foldings(lower: &[u8]) -> [Vec<u8>; 2] {
    [b'i', b'l'].map(|one| {
        let fold = |byte: &u8| match byte {
            b'0' => b'o',
            b'1' | b'!' | b'|' => one,
            b'3' => b'e',
            b'4' | b'@' => b'a',
            b'5' | b'$' => b's',
            b'7' => b't',
            byte => *byte,
        };
        lower.iter().map(fold).collect()
    })
}

/// The length of the piece that repeats what stands before it; `None` when it is shorter than [`LEAST_PIECE`].
fn repeat(text: &[u8], at: usize) -> Option<usize> {
    let least = text.get(at..at + LEAST_PIECE)?;
    let common = |from: usize| text[from..].iter().zip(&text[at..]).take_while(|(a, b)| a == b).count();
    let begins = text.windows(LEAST_PIECE).take(at).enumerate().filter(|(_, piece)| *piece == least);
    begins.map(|(from, _)| common(from)).max()
}

/// Whether the byte goes on with a row of at least three: the same byte, or one more or less each time.
fn goes_on(text: &[u8], at: usize) -> bool {
    let Some([first, second, third]) = at.checked_sub(2).and_then(|from| text.get(from..=at)) else {
        return false;
    };
    let step = i16::from(*second) - i16::from(*first);
    step.abs() <= 1 && i16::from(*third) - i16::from(*second) == step
}

/// Whether the byte is the same sign as the last one before it.
fn separates_again(text: &[u8], at: usize) -> bool {
    let is_sign = |byte: &&u8| **byte == b' ' || byte.is_ascii_punctuation();
    let sign = text.get(at).filter(is_sign);
    sign.is_some() && sign == text[..at].iter().rfind(is_sign)
}

/// The bits of a byte that is chosen from the kinds of characters that the text has.
fn bits_a_byte(text: &[u8]) -> f64 {
    let has = |is: fn(&u8) -> bool, count: u32| if text.iter().any(is) { count } else { 0 };
    let alphabet = has(u8::is_ascii_lowercase, 26)
        + has(u8::is_ascii_uppercase, 26)
        + has(u8::is_ascii_digit, 10)
        + has(|byte| byte.is_ascii_graphic() && !byte.is_ascii_alphanumeric(), 32)
        + has(|byte| *byte == b' ', 1)
        // Letters beyond ASCII come in few scripts, two bytes or more each.
        + has(|byte| !(b' '..=b'~').contains(byte), 16);
    LOG2[alphabet.max(2) as usize]
}

/// The binary logarithms of all alphabets that [`bits_a_byte`] knows: of up to 26 + 26 + 10 + 32 + 1 + 16 characters.
///
/// They are counted out here: the C library's would be the only thing that is wanted of libm, which each start of the
/// program would load and link.
const LOG2: [f64; 112] = {
    let (mut table, mut number) = ([0.0; 112], 1);
    while number < table.len() {
        table[number] = log2(number as u32);
        number += 1;
    }
    table
};

/// The binary logarithm, to the last bit or the one before it.
const fn log2(number: u32) -> f64 {
    let whole = number.ilog2();
    // The rest is a sum of halves of halves: it has the next one where the square reaches 2.
    let mut rest = number as f64 / (1_u32 << whole) as f64;
    let (mut bits, mut half) = (whole as f64, 0.5);
    while half > f64::EPSILON / 2.0 {
        rest *= rest;
        if rest >= 2.0 {
            rest /= 2.0;
            bits += half;
        }
        half /= 2.0;
    }
    bits
}

#[cfg(test)]
#[path = "strength_tests.rs"]
mod tests;
