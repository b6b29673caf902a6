//! The two places of a shared object that hold its strings: imported names and texts.
//!
//! Source: elf(5). Nothing here trusts the file: every offset is checked.

use std::ops::Range;

/// The strings of a shared object.
#[derive(Clone, Copy)]
pub(crate) struct Strings<'a> {
    /// `.dynstr`: the names of what it imports and exports.
    pub(crate) symbols: &'a [u8],
    /// `.rodata`: its texts.
    pub(crate) texts: &'a [u8],
}

/// How long a table of sections or of their names may be, in bytes: those of programs are a few thousand.
const LONGEST_TABLE: usize = 1 << 20;

/// How the numbers of a file are written.
#[derive(Clone, Copy)]
struct Numbers {
    wide: bool,
    little: bool,
}

/// Where the strings of a file are, in bytes from its start; they may be said to lie beyond its end.
#[derive(Default)]
pub(crate) struct Sections {
    /// `.dynstr`
    pub(crate) symbols: Option<Range<usize>>,
    /// `.rodata`
    pub(crate) texts: Option<Range<usize>>,
}

/// The strings of `bytes`; where the sections cannot be told apart, all bytes stand for both.
#[cfg(test)]
pub(crate) fn strings(bytes: &[u8]) -> Strings<'_> {
    let of_sections = || {
        let sections = sections(bytes, |at, length| Some(bytes.get(at..at.checked_add(length)?)?.to_vec()))?;
        Some(Strings { symbols: bytes.get(sections.symbols?)?, texts: bytes.get(sections.texts?)? })
    };
    of_sections().unwrap_or(Strings { symbols: bytes, texts: bytes })
}

/// How many bytes at the start of a file [`sections`] wants.
pub(crate) const HEADER_BYTES: usize = 64;

/// Whether the running architecture can load it.
pub(crate) fn is_native(bytes: &[u8]) -> bool {
    let native = match std::env::consts::ARCH {
        "x86" => 3,
        "mips" | "mips64" => 8,
        "powerpc" => 20,
        "powerpc64" => 21,
        "s390x" => 22,
        "arm" => 40,
        "x86_64" => 62,
        "aarch64" => 183,
        "riscv64" | "riscv32" => 243,
        "loongarch64" => 258,
        _ => return Numbers::of(bytes).is_some(),
    };
    Numbers::of(bytes).is_some_and(|numbers| {
        numbers.wide == cfg!(target_pointer_width = "64")
            && numbers.little == cfg!(target_endian = "little")
            && numbers.u16(bytes, 18) == Some(native)
    })
}

/// Finds the sections by their names. `start` holds the file's header, and so much else is read as it takes to know;
/// `None` where they cannot be told apart.
pub(crate) fn sections(
    start: &[u8],
    mut read: impl FnMut(usize, usize) -> Option<Vec<u8>>,
) -> Option<Sections> {
    let numbers = Numbers::of(start)?;
    let (table_at, sizes) = if numbers.wide { (0x28, 0x3a) } else { (0x20, 0x2e) };
    let entry_size = usize::from(numbers.u16(start, sizes)?);
    let count = usize::from(numbers.u16(start, sizes + 2)?);
    let names_at = usize::from(numbers.u16(start, sizes + 4)?);
    let mut table = |at, length| if length > LONGEST_TABLE { None } else { read(at, length) };
    let headers = table(numbers.word(start, table_at)?, entry_size.checked_mul(count)?)?;
    let header = |index: usize| headers.get(index * entry_size..(index + 1) * entry_size);
    let names = numbers.section(header(names_at)?)?;
    let names = table(names.start, names.len())?;
    let mut sections = Sections::default();
    for index in 0..count {
        let header = header(index)?;
        let name = names.get(usize::try_from(numbers.u32(header, 0)?).ok()?..)?;
        if name.starts_with(b".dynstr\0") {
            sections.symbols = numbers.section(header);
        } else if name.starts_with(b".rodata\0") {
            sections.texts = numbers.section(header);
        }
    }
    Some(sections)
}

impl Numbers {
    fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x7f, b'E', b'L', b'F', class @ (1 | 2), data @ (1 | 2), ..] => {
                Some(Self { wide: *class == 2, little: *data == 1 })
            }
            _ => None,
        }
    }

    /// Where the section of this header is.
    fn section(self, header: &[u8]) -> Option<Range<usize>> {
        let (offset, size) = if self.wide { (0x18, 0x20) } else { (0x10, 0x14) };
        let start = self.word(header, offset)?;
        Some(start..start.checked_add(self.word(header, size)?)?)
    }

    fn word(self, bytes: &[u8], at: usize) -> Option<usize> {
        if self.wide {
            let bytes = bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
            usize::try_from(if self.little { u64::from_le_bytes(bytes) } else { u64::from_be_bytes(bytes) })
                .ok()
        } else {
            usize::try_from(self.u32(bytes, at)?).ok()
        }
    }

    fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_headers_are_read_as_plain_bytes_and_never_panic() {
        // The smallest 64-bit header whose section table lies outside the file, then cut anywhere.
        let mut bytes = [0_u8; 64];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        for value in [0, 1, 63, 64, u64::MAX, u64::MAX - 40] {
            bytes[0x28..0x30].copy_from_slice(&value.to_le_bytes());
            for count in [0_u16, 1, u16::MAX] {
                bytes[0x3a..0x3c].copy_from_slice(&count.to_le_bytes());
                bytes[0x3c..0x3e].copy_from_slice(&count.to_le_bytes());
                for end in 0..=bytes.len() {
                    assert_eq!(strings(&bytes[..end]).texts.len(), end);
                }
            }
        }
    }

    #[test]
    fn only_this_architecture_is_native() {
        assert!(!is_native(b"\x7fELF\x01\x02 of another kind"));
        assert!(!is_native(b"#!/bin/sh\n"));
        assert!(!is_native(b""));
    }
}
