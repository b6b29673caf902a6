//! The names in a certificate (RFC 5280): the subject's common name and the DNS names of subjectAltName.

/// Object identifier 2.5.4.3, commonName.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// Object identifier 2.5.29.17, subjectAltName.
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

/// The names that a certificate is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) common: String,
    /// The DNS names.
    pub(crate) alternative: Vec<String>,
}

impl Names {
    /// Reads them; empty where the certificate has none.
    pub(crate) fn of(certificate: &[u8]) -> Option<Self> {
        let (_, certificate, _) = element(certificate)?;
        let (_, to_be_signed, _) = element(certificate)?;
        let mut fields = children(to_be_signed)?;
        // The version is marked, and left out in version 1.
        if fields.first()?.0 == 0xa0 {
            fields.remove(0);
        }
        let subject = fields.get(4)?.1;
        let extensions = fields.iter().find(|(tag, _)| *tag == 0xa3).map_or(&[][..], |(_, value)| *value);
        Some(Self { common: common(subject)?, alternative: alternative(extensions)? })
    }
}

fn common(subject: &[u8]) -> Option<String> {
    for (_, set) in children(subject)? {
        for (_, attribute) in children(set)? {
            if let [(0x06, COMMON_NAME), (_, value)] = children(attribute)?[..] {
                return Some(String::from_utf8_lossy(value).into_owned());
            }
        }
    }
    Some(String::new())
}

fn alternative(extensions: &[u8]) -> Option<Vec<String>> {
    if extensions.is_empty() {
        return Some(Vec::new());
    }
    let (_, list, _) = element(extensions)?;
    for (_, extension) in children(list)? {
        let parts = children(extension)?;
        if parts.first()?.1 == SUBJECT_ALT_NAME {
            let (_, names, _) = element(parts.last()?.1)?;
            let names = children(names)?.into_iter().filter(|(tag, _)| *tag == 0x82);
            return Some(names.map(|(_, name)| String::from_utf8_lossy(name).into_owned()).collect());
        }
    }
    Some(Vec::new())
}

/// The tag, the value, and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], mut rest) = bytes.split_first_chunk::<2>()?;
    let mut length = usize::from(first);
    if length > 0x80 {
        let (digits, after) = rest.split_at_checked(length - 0x80)?;
        length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
        rest = after;
    }
    let (value, rest) = rest.split_at_checked(length)?;
    Some((tag, value, rest))
}

/// Tags and values of all elements.
fn children(mut bytes: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (tag, value, rest) = element(bytes)?;
        found.push((tag, value));
        bytes = rest;
    }
    Some(found)
}
