//! What a word looks like: whether it is shown depends on what it can be.

use super::keyword::Keyword;

/// Words in a comment that announce a secret, by their beginning.
const ANNOUNCING: [&str; 6] = ["communit", "passw", "passphr", "secret", "key", "pw"];

/// Whether what stands behind a word of a comment may be a secret.
pub(super) fn is_announcing(word: &[u8]) -> bool {
    let letters: Vec<u8> =
        word.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    ANNOUNCING.iter().any(|begin| letters.starts_with(begin.as_bytes()))
        || word.contains(&b'=')
        || nearest(&letters, holds_secrets).is_some()
}

/// Whether a word of a comment is one of a language, a number or a directive, and no secret of any worth: no letters
/// and digits mixed, no capitals within.
pub(super) fn is_prose(word: &[u8]) -> bool {
    let is_sign = |byte: &u8| byte.is_ascii_punctuation();
    let start = word.iter().position(|byte| !is_sign(byte)).unwrap_or(word.len());
    let end = word.iter().rposition(|byte| !is_sign(byte)).map_or(start, |last| last + 1);
    let inner = &word[start..end];
    let tail = inner.get(1..).unwrap_or_default();
    let is_of = |bytes: &[u8], is_letter: fn(&u8) -> bool| {
        bytes.iter().all(|byte| is_letter(byte) || b"-'/_.".contains(byte))
    };
    is_of(tail, u8::is_ascii_lowercase) && inner.first().is_none_or(u8::is_ascii_alphabetic)
        || is_of(inner, u8::is_ascii_uppercase)
        || inner.iter().all(|byte| byte.is_ascii_digit() || b".:/%,-".contains(byte))
        || Keyword::anywhere(inner) != Keyword::Unknown
}

/// Whether lines of a directive hold secrets, be they the daemon's or those of the tools.
fn holds_secrets(keyword: Keyword) -> bool {
    keyword.holds_secrets() || keyword == Keyword::DefaultSecret
}

/// Whether a word can be the source of a request, a host, a path or the name of an object.
pub(super) fn is_like_a_source(word: &[u8]) -> bool {
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b".:-_/!%[]".contains(byte);
    let is_word = !word.iter().any(|byte| b".:/".contains(byte));
    // A host without a domain is as good as any secret to look at, unless it is a well-known one.
    !word.is_empty()
        && word.iter().all(is_allowed)
        && (!is_word || matches!(word, b"default" | b"localhost") || word.iter().all(u8::is_ascii_lowercase))
}

/// Whether a word can be the name that a person gives to a view, a user or a context: words that are put together, and a
/// number behind them.
pub(super) fn is_like_a_name(word: &[u8]) -> bool {
    let letters =
        word.trim_ascii_end().iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |last| last + 1);
    let (name, number) = word.split_at(letters);
    let is_allowed = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.' | b'*');
    let capitals =
        name.windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count();
    let odd = name.windows(2).any(|pair| pair[0].is_ascii_uppercase() && pair[1].is_ascii_uppercase())
        && name.iter().any(u8::is_ascii_lowercase);
    !name.is_empty() && name.iter().all(is_allowed) && number.len() <= 3 && capitals <= 3 && !odd
}

/// Whether a word is the name of an object, or a list of numbers.
pub(super) fn is_like_an_oid(word: &[u8]) -> bool {
    word.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        || word.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'.')
}

/// Whether a word is a list of types of view.
pub(super) fn is_plain_list(word: &[u8]) -> bool {
    word.iter().all(|byte| byte.is_ascii_lowercase() || b",|:".contains(byte))
}

/// Whether a word is the name of an algorithm.
pub(super) fn is_algorithm(word: &[u8]) -> bool {
    let word = word.to_ascii_uppercase();
    [b"MD5".as_slice(), b"SHA", b"DES", b"AES", b"DEFAULT"].iter().any(|known| {
        let tail = word.strip_prefix(*known);
        tail.is_some_and(|tail| tail.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-'))
    })
}

/// Whether a word is a directive but for a slip or two of the fingers.
pub(super) fn is_like_a_directive(word: &[u8]) -> bool {
    directive_like(word).is_some()
}

/// The directive that a word is but for a slip or two of the fingers.
pub(super) fn directive_like(word: &[u8]) -> Option<&'static str> {
    nearest(&word.to_ascii_lowercase(), |_| true)
}

/// The nearest of these directives, not more than two letters away.
fn nearest(word: &[u8], is_meant: fn(Keyword) -> bool) -> Option<&'static str> {
    if word.len() > 32 || word.len() < 4 {
        return None;
    }
    let is_as_long = |name: &str| name.len().abs_diff(word.len()) <= 2;
    let meant = Keyword::all().filter(|(name, keyword)| is_as_long(name) && is_meant(*keyword));
    let near = meant.map(|(name, _)| (distance(name.as_bytes(), word), name));
    near.filter(|(distance, _)| *distance <= 2).min().map(|(_, name)| name)
}

/// How many letters are put in, left out or exchanged, up to 3.
fn distance(one: &[u8], other: &[u8]) -> usize {
    if one.len().abs_diff(other.len()) > 2 {
        return 3;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let exchanged = before + usize::from(a != b);
            before = row[j + 1];
            row[j + 1] = exchanged.min(before + 1).min(row[j] + 1);
        }
    }
    row[other.len()].min(3)
}

#[cfg(test)]
mod tests {
    use super::{is_like_a_name, is_like_an_oid};

    #[test]
    fn names_are_words_that_are_put_together_and_secrets_are_not() {
        for name in
            ["systemonly", "_all_", "notConfigUser", "authPrivUser", "comm12", "V", "CTX", "my-view", "ctx*"]
        {
            assert!(is_like_a_name(name.as_bytes()), "{name}");
        }
        for secret in [
            "",
            "LBfvmHd7BU5L",
            "hT7-kq9.Vx2_mB4zuu",
            "s3cr3t",
            "aB3dE5gH7jK9",
            "p\u{fc}blic",
            "a b",
            "x#y",
            "ABcd",
        ] {
            assert!(!is_like_a_name(secret.as_bytes()), "{secret}");
        }
    }

    #[test]
    fn objects_are_numbers_or_small_letters() {
        assert!(is_like_an_oid(b".1.3.6.1.2.1") && is_like_an_oid(b"system"));
        assert!(!is_like_an_oid(b".1.s3cr3t") && !is_like_an_oid(b"hT7kq9"));
    }
}
