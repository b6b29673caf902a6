//! The two places of a shared object that hold its strings: imported names and texts.
//!
//! Source: elf(5). Nothing here trusts the file: every offset is checked.

/// The strings of a shared object.
#[derive(Clone, Copy)]
pub(crate) struct Strings<'a> {
    /// `.dynstr`: the names of what it imports and exports.
    pub(crate) symbols: &'a [u8],
    /// `.rodata`: its texts.
    pub(crate) texts: &'a [u8],
}

/// How to read the numbers of a file.
struct Header<'a> {
    bytes: &'a [u8],
    wide: bool,
    little: bool,
}

/// The strings of `bytes`; where the sections cannot be told apart, all bytes stand for both.
pub(crate) fn strings(bytes: &[u8]) -> Strings<'_> {
    Header::new(bytes).and_then(|header| header.strings()).unwrap_or(Strings { symbols: bytes, texts: bytes })
}

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
        _ => return Header::new(bytes).is_some(),
    };
    Header::new(bytes).is_some_and(|header| {
        header.wide == cfg!(target_pointer_width = "64")
            && header.little == cfg!(target_endian = "little")
            && header.u16(18) == Some(native)
    })
}

impl<'a> Header<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        match bytes {
            [0x7f, b'E', b'L', b'F', class @ (1 | 2), data @ (1 | 2), ..] => {
                Some(Self { bytes, wide: *class == 2, little: *data == 1 })
            }
            _ => None,
        }
    }

    fn strings(&self) -> Option<Strings<'a>> {
        let (table, sizes) = if self.wide { (self.word(0x28)?, 0x3a) } else { (self.word(0x20)?, 0x2e) };
        let entry_size = usize::from(self.u16(sizes)?);
        let count = usize::from(self.u16(sizes + 2)?);
        let names_at = usize::from(self.u16(sizes + 4)?);
        let header = |index: usize| table.checked_add(index.checked_mul(entry_size)?);
        let names = self.section(header(names_at)?)?;
        let (mut symbols, mut texts) = (None, None);
        for index in 0..count {
            let at = header(index)?;
            let name = names.get(usize::try_from(self.u32(at)?).ok()?..)?;
            if name.starts_with(b".dynstr\0") {
                symbols = self.section(at);
            } else if name.starts_with(b".rodata\0") {
                texts = self.section(at);
            }
        }
        Some(Strings { symbols: symbols?, texts: texts? })
    }

    /// The bytes of the section whose header is at `at`.
    fn section(&self, at: usize) -> Option<&'a [u8]> {
        let (offset, size) = if self.wide { (0x18, 0x20) } else { (0x10, 0x14) };
        let start = self.word(at.checked_add(offset)?)?;
        let size = self.word(at.checked_add(size)?)?;
        self.bytes.get(start..start.checked_add(size)?)
    }

    fn word(&self, at: usize) -> Option<usize> {
        if self.wide {
            let bytes = self.bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
            usize::try_from(if self.little { u64::from_le_bytes(bytes) } else { u64::from_be_bytes(bytes) })
                .ok()
        } else {
            usize::try_from(self.u32(at)?).ok()
        }
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
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
