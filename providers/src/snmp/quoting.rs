//! How a community is written so that snmpd reads exactly its bytes.
//!
//! The easy directives (`rocommunity` and its like) are parsed twice: snmpd puts the word that it has read between
//! single quotes and parses that as a com2sec line (`vacm_conf.c`, `vacm_gen_com2sec`). So `ab'cd` opens the community
//! `ab`; what opens `ab'cd` is `"ab\\'cd"`.

use thiserror::Error;

/// The most bytes of the word between the two parses; snmpd cuts what is longer without a word.
pub const LONGEST_BETWEEN_PARSES: usize = 255;

/// The community of snmpd's sample files, which it refuses.
const EXAMPLE: &[u8] = b"COMMUNITY";

/// The word that an easy directive takes for an option in place of the community, also in quotes.
const OPTION: &[u8] = b"-v";

/// Why no line can open a community. It says nothing of the community itself.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Unwritable {
    /// It has no bytes.
    #[error("the community is empty, and snmpd refuses that")]
    Empty,
    /// A line of snmpd.conf cannot hold one of its bytes.
    #[error("the community has a line end or a NUL in it, which no line of snmpd.conf can hold")]
    LineEnd,
    /// More than [`LONGEST_BETWEEN_PARSES`].
    #[error(
        "the community is too long: snmpd cuts it after {LONGEST_BETWEEN_PARSES} bytes, where each `'` and `\\` counts twice"
    )]
    Long,
    /// snmpd takes it for the text of its sample file, or for an option.
    #[error("the community is a word that snmpd does not take for one")]
    Reserved,
}

/// The community as an easy directive takes it: as it is where that is safe, else in double quotes.
///
/// # Errors
/// [`Unwritable`] when no line can open it.
pub fn easy(community: &[u8]) -> Result<Vec<u8>, Unwritable> {
    if community.is_empty() {
        return Err(Unwritable::Empty);
    }
    if community.iter().any(|byte| matches!(byte, 0 | b'\n')) {
        return Err(Unwritable::LineEnd);
    }
    if community == EXAMPLE || community == OPTION {
        return Err(Unwritable::Reserved);
    }
    let between = escape(community, |byte| matches!(byte, b'\'' | b'\\'));
    if between.len() > LONGEST_BETWEEN_PARSES {
        return Err(Unwritable::Long);
    }
    if between.iter().all(is_safe) && between.first() != Some(&b'#') {
        return Ok(between);
    }
    let mut word = vec![b'"'];
    word.extend(escape(&between, |byte| matches!(byte, b'"' | b'\\')));
    word.push(b'"');
    Ok(word)
}

/// Whether a byte means itself to each parse outside of quotes.
fn is_safe(byte: &u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\')
}

fn escape(text: &[u8], is_special: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len() + 8);
    for byte in text {
        if is_special(*byte) {
            escaped.push(b'\\');
        }
        escaped.push(*byte);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, Strategy as _, prop, prop_oneof, proptest};

    use super::{Unwritable, easy};
    use crate::snmp::words::Words;

    /// The community that snmpd opens for a line `rocommunity WORD SOURCE`, and what it takes for the source.
    fn opened(word: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let line = [word, b" 192.0.2.0/24"].concat();
        let mut words = Words::new(&line);
        let between = words.next(super::LONGEST_BETWEEN_PARSES);
        let again = [b"'", &between[..], b"'"].concat();
        (Words::new(&again).next(256), words.next(270))
    }

    #[test]
    fn a_single_quote_and_a_backslash_are_parsed_twice() {
        assert_eq!(easy(b"ab'cd").unwrap(), br#""ab\\'cd""#);
        assert_eq!(easy(br"ab\cd").unwrap(), br#""ab\\\\cd""#);
        assert_eq!(opened(b"ab'cd").0, b"ab", "the trap");
    }

    #[test]
    fn what_needs_no_quotes_gets_none() {
        for plain in ["hT7-kq9.Vx2_mB4z", "a#b", "a!$%&()*+,/:;<=>?@[]^`{|}~", "1", "-", "-V", "=x"] {
            assert_eq!(easy(plain.as_bytes()).unwrap(), plain.as_bytes());
        }
        assert_eq!(easy(b"#a").unwrap(), b"\"#a\"", "it would begin a comment");
        assert_eq!(easy(b"a b").unwrap(), b"\"a b\"");
        assert_eq!(easy(b"a\"b").unwrap(), b"\"a\\\"b\"");
        assert_eq!(easy("näh".as_bytes()).unwrap(), "\"näh\"".as_bytes());
    }

    #[test]
    fn what_no_line_can_open_is_refused() {
        assert_eq!(easy(b""), Err(Unwritable::Empty));
        assert_eq!(easy(b"a\nb"), Err(Unwritable::LineEnd));
        assert_eq!(easy(b"a\0b"), Err(Unwritable::LineEnd));
        assert_eq!(easy(b"COMMUNITY"), Err(Unwritable::Reserved));
        assert_eq!(easy(b"-v"), Err(Unwritable::Reserved));
        assert!(easy(&[b'x'; 255]).is_ok());
        assert_eq!(easy(&[b'x'; 256]), Err(Unwritable::Long));
        assert!(easy(&[b'\''; 127]).is_ok());
        assert_eq!(easy(&[b'\''; 128]), Err(Unwritable::Long), "each counts twice");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5000))]

        #[test]
        fn any_legal_community_is_read_as_its_own_bytes(
            community in prop::collection::vec(prop_oneof![1..=255_u8, "['\"\\\\# \t\r-]".prop_map(|c| c.as_bytes()[0])], 1..120)
                .prop_filter("a line end", |bytes| !bytes.contains(&b'\n'))
        ) {
            let word = easy(&community).unwrap();
            assert_eq!(opened(&word), (community, b"192.0.2.0/24".to_vec()));
            assert!(!word.contains(&b'\n'));
        }
    }
}
