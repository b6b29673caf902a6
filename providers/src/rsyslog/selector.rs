//! Selectors: `mail.info;auth.none` to a [`Pmask`], left to right as rsyslogd decodes them.
//!
//! Source: `DecodePRIFilter` in runtime/conf.c. An unknown name ends the decoding; what was read before stays.

use super::pmask::{COLUMNS, FACILITIES, Pmask, SeverityWord, facility_number, severity_word};

/// A decoded selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Which messages pass.
    pub mask: Pmask,
    /// What rsyslogd could not read, at which it stopped.
    pub unknown: Option<UnknownName>,
}

/// A name in a selector that rsyslogd does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnknownName {
    /// Of a facility.
    Facility(Vec<u8>),
    /// Of a severity.
    Severity(Vec<u8>),
}

/// What one part of a selector does to the columns that it names.
#[derive(Clone, Copy)]
struct Effect {
    word: SeverityWord,
    single: bool,
    negated: bool,
}

/// Decodes a selector.
#[must_use]
pub fn decode(text: &[u8]) -> Decoded {
    let mut mask = Pmask::NONE;
    let mut rest = text.split(|byte| matches!(byte, b' ' | b'\t')).next().unwrap_or_default();
    while !rest.is_empty() {
        let (facilities, after) = match rest.iter().position(|byte| *byte == b'.') {
            Some(dot) => (&rest[..=dot], &rest[dot + 1..]),
            None => (rest, &[][..]),
        };
        let length = after.iter().position(|byte| matches!(byte, b',' | b';')).unwrap_or(after.len());
        let effect = match effect(&after[..length]) {
            Ok(effect) => effect,
            Err(unknown) => return Decoded { mask, unknown: Some(unknown) },
        };
        if let Some(unknown) = apply(&mut mask, facilities, effect) {
            return Decoded { mask, unknown: Some(unknown) };
        }
        let cruft = after[length..].iter().take_while(|byte| matches!(byte, b',' | b';')).count();
        rest = &after[length + cruft..];
    }
    Decoded { mask, unknown: None }
}

fn effect(priority: &[u8]) -> Result<Effect, UnknownName> {
    let (negated, priority) = match priority {
        [b'!', rest @ ..] => (true, rest),
        _ => (false, priority),
    };
    let (single, name) = match priority {
        [b'=', rest @ ..] => (true, rest),
        _ => (false, priority),
    };
    match severity_word(name) {
        Some(word) => Ok(Effect { word, single, negated }),
        None => Err(UnknownName::Severity(priority.to_vec())),
    }
}

/// Applies the effect to the facilities before the dot.
fn apply(mask: &mut Pmask, facilities: &[u8], effect: Effect) -> Option<UnknownName> {
    let list = facilities.split(|byte| matches!(byte, b'.' | b';')).next().unwrap_or_default();
    // A comma in front is a name of no bytes to rsyslogd; those behind are skipped with the blanks.
    let mut at = 0;
    while at < list.len() {
        let length = list[at..].iter().position(|byte| *byte == b',').unwrap_or(list.len() - at);
        let name = &list[at..at + length];
        if name.first() == Some(&b'*') {
            (0..COLUMNS).for_each(|column| effect.on(&mut mask.0[column]));
        } else {
            match facility_number(name) {
                Some(column) if column < COLUMNS => effect.on(&mut mask.0[column]),
                _ => return Some(UnknownName::Facility(name.to_vec())),
            }
        }
        at += length + list[at + length..].iter().take_while(|byte| **byte == b',').count();
    }
    None
}

impl Effect {
    fn on(self, column: &mut u8) {
        let below = |severity: usize| (0..=severity.min(7)).fold(0_u8, |bits, bit| bits | 1 << bit);
        match (self.word, self.single) {
            (SeverityWord::None, _) => *column = if self.negated { 0xff } else { 0 },
            // rsyslogd shifts by the number whatever it is; `=*` shifts the bit out.
            (SeverityWord::Number(severity), true) => {
                let bit = if severity < 8 { 1 << severity } else { 0 };
                *column = if self.negated { *column & !bit } else { *column | bit };
            }
            (SeverityWord::All, true) => {}
            (SeverityWord::All, false) => *column = if self.negated { 0 } else { 0xff },
            (SeverityWord::Number(severity), false) if self.negated => *column &= !below(severity),
            (SeverityWord::Number(severity), false) => *column |= below(severity),
        }
    }
}

/// The name of a facility by number, for words.
#[must_use]
pub fn facility_name(facility: usize) -> &'static str {
    FACILITIES.get(facility).copied().unwrap_or("invld")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(selector: &str) -> [u8; COLUMNS] {
        let decoded = decode(selector.as_bytes());
        assert_eq!(decoded.unknown, None, "{selector}");
        decoded.mask.0
    }

    #[test]
    fn selectors_are_decoded_from_left_to_right() {
        assert_eq!(columns("*.info"), [0x7f; COLUMNS]);
        assert_eq!(columns("*.=info"), [0x40; COLUMNS]);
        assert_eq!(columns("*.err"), [0x0f; COLUMNS]);
        assert_eq!(columns("*.*;mail.none")[2], 0);
        assert_eq!(columns("*.*;mail.!err")[2], 0xf0);
        assert_eq!(columns("*.info;kern.!=warn")[0], 0x6f);
        assert_eq!(columns("mail.none;*.*"), [0xff; COLUMNS]);
        assert_eq!(columns("kern,mail.err")[..3], [0x0f, 0, 0x0f]);
        assert_eq!(columns("*.!none"), [0xff; COLUMNS]);
    }

    #[test]
    fn an_unknown_name_ends_the_selector_and_what_was_read_before_stays() {
        let decoded = decode(b"mail.info;foo.info;kern.*");
        assert_eq!(decoded.unknown, Some(UnknownName::Facility(b"foo".to_vec())));
        assert_eq!((decoded.mask.0[2], decoded.mask.0[0]), (0x7f, 0));
        assert_eq!(decode(b"*.inf").unknown, Some(UnknownName::Severity(b"inf".to_vec())));
    }

    #[test]
    fn a_facility_that_is_a_number_is_read_as_an_eighth_of_it() {
        assert_eq!(columns("auth,16.*")[..5], [0, 0, 0xff, 0, 0xff]);
    }
}
