//! As much of the Basic Encoding Rules as SNMP needs (X.690, RFC 3417 section 8): definite lengths, low tags.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// The elements of some bytes, one after the other. Whatever the bytes are, it ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next element, whatever its tag.
    pub(super) fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        // A tag in several bytes is no part of SNMP.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, rest) = length(rest)?;
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The content of the next element, if it has this tag.
    pub(super) fn element(&mut self, wanted: u8) -> Option<&'a [u8]> {
        let (tag, content) = self.any()?;
        (tag == wanted).then_some(content)
    }

    /// The elements of the next element, if it has this tag.
    pub(super) fn inner(&mut self, wanted: u8) -> Option<Self> {
        self.element(wanted).map(Self)
    }

    /// The next element as a number.
    pub(super) fn integer(&mut self) -> Option<i64> {
        integer(self.element(INTEGER)?)
    }
}

/// A length, short or long form; the indefinite form is forbidden in SNMP (RFC 3417 section 8).
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        return Some((usize::from(first), rest));
    }
    // More than four bytes would be more than a datagram holds, were they not leading zeros.
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return None;
    }
    let (digits, rest) = rest.split_at_checked(count)?;
    let length = digits.iter().fold(0u64, |length, digit| length << 8 | u64::from(*digit));
    Some((usize::try_from(length).ok()?, rest))
}

/// A number of up to eight bytes in two's complement.
fn integer(content: &[u8]) -> Option<i64> {
    let (&first, _) = content.split_first().filter(|_| content.len() <= 8)?;
    let sign = if first & 0x80 == 0 { 0 } else { -1 };
    Some(content.iter().fold(sign, |number: i64, byte| number << 8 | i64::from(*byte)))
}

/// An element with this content.
pub(super) fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(content + 6);
    bytes.push(tag);
    let digits = content.to_be_bytes();
    let significant = digits.iter().position(|digit| *digit != 0).map_or(&[0][..], |at| &digits[at..]);
    if content >= 0x80 {
        // At most 8, the bytes of a usize.
        bytes.push(0x80 | significant.len() as u8);
    }
    bytes.extend_from_slice(significant);
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

/// A number in as few bytes as can be, which X.690 section 8.3.2 demands.
pub(super) fn number(value: i64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let needless = bytes.windows(2).take_while(|pair| match pair[0] {
        0 => pair[1] & 0x80 == 0,
        0xff => pair[1] & 0x80 != 0,
        _ => false,
    });
    wrap(INTEGER, &[&bytes[needless.count()..]])
}

/// An object identifier of which each number below the second is less than 2^28.
pub(super) fn oid(numbers: &[u32]) -> Vec<u8> {
    let [first, second, rest @ ..] = numbers else { return wrap(OID, &[]) };
    let mut content = Vec::with_capacity(numbers.len() + 4);
    for number in std::iter::once(first * 40 + second).chain(rest.iter().copied()) {
        for shift in [21, 14, 7] {
            if number >> shift != 0 {
                content.push(0x80 | (number >> shift & 0x7f) as u8);
            }
        }
        content.push((number & 0x7f) as u8);
    }
    wrap(OID, &[&content])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_are_read_in_the_short_and_in_the_long_form() {
        for (bytes, wanted) in [
            (&[0x04, 0x01, 7][..], 1),
            (&[0x04, 0x81, 0x01, 7], 1),
            (&[0x04, 0x82, 0x00, 0x01, 7], 1),
            (&[0x04, 0x84, 0, 0, 0, 1, 7], 1),
            (&[0x04, 0x00], 0),
        ] {
            assert_eq!(Reader::new(bytes).element(OCTETS).map(<[u8]>::len), Some(wanted), "{bytes:x?}");
        }
        let long = wrap(OCTETS, &[&[7; 300]]);
        assert_eq!(long[..4], [0x04, 0x82, 0x01, 0x2c]);
        assert_eq!(Reader::new(&long).element(OCTETS), Some(&[7; 300][..]));
        assert_eq!(wrap(OCTETS, &[&[7; 200]])[..3], [0x04, 0x81, 200]);
    }

    #[test]
    fn a_length_beyond_the_datagram_or_without_an_end_is_refused() {
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 0x05, 1],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 0x85, 0, 0, 0, 0, 0],
            &[0x30, 0x82, 1],
            &[0x3f, 0x81, 0x01, 0x00],
        ] {
            assert!(Reader::new(bytes).any().is_none(), "{bytes:x?}");
        }
    }

    #[test]
    fn numbers_are_as_short_as_can_be() {
        for (value, bytes) in [
            (0, &[2, 1, 0][..]),
            (127, &[2, 1, 127]),
            (128, &[2, 2, 0, 128]),
            (-1, &[2, 1, 0xff]),
            (2250, &[2, 2, 8, 0xca]),
            (0x1234_5678, &[2, 4, 0x12, 0x34, 0x56, 0x78]),
        ] {
            assert_eq!(number(value), bytes, "{value}");
        }
        assert_eq!(integer(&[]), None);
        assert_eq!(integer(&[0; 9]), None);
    }

    #[test]
    fn an_oid_has_its_first_two_numbers_in_one_byte() {
        assert_eq!(oid(&[1, 3, 6, 1, 2, 1, 1, 1, 0]), [6, 8, 0x2b, 6, 1, 2, 1, 1, 1, 0]);
        assert_eq!(oid(&[1, 3, 128, 65_536, 1]), [6, 7, 0x2b, 0x81, 0, 0x84, 0x80, 0, 1]);
        assert_eq!(oid(&[]), [6, 0]);
    }

    proptest! {
        #[test]
        fn every_number_is_read_as_it_was_written(value in any::<i64>()) {
            prop_assert_eq!(Reader::new(&number(value)).integer(), Some(value));
        }

        #[test]
        fn any_bytes_are_read_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = Reader::new(&bytes);
            let mut read = 0;
            while let Some((_, content)) = reader.any() {
                read += content.len() + 2;
            }
            prop_assert!(read <= bytes.len());
        }
    }
}
