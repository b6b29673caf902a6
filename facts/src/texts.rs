//! `Texts`, what stands in a program on disk, looked through piece by piece.
//!
//! Programs and libraries are megabytes, and what is looked for in them is a line: only the section of their texts is
//! read, and never held whole.

use std::ops::Range;
use std::os::fd::OwnedFd;
use std::path::Path;

use crate::search::Finder;

use rustix::buffer::spare_capacity;

use crate::elf;
use crate::root::{ReadError, Root};

/// How much is read at once, in bytes.
const PIECE_BYTES: usize = 16 * 1024;

/// How much before and behind what was found is there to be looked at, in bytes; less at the ends of the texts.
pub const AROUND_BYTES: usize = 1024;

/// The texts of a program: its section `.rodata`, or all of a file that has no sections.
pub struct Texts {
    file: OwnedFd,
    /// Where they are in the file.
    place: Range<usize>,
    piece: Vec<u8>,
}

impl Texts {
    /// Opens a program.
    ///
    /// # Errors
    /// As [`Root::read`].
    pub fn open(root: &Root, path: &Path) -> Result<Self, ReadError> {
        let (file, size) = root.open_file(path)?;
        let start = piece(&file, 0, elf::HEADER_BYTES.min(size)).unwrap_or_default();
        let sections = elf::sections(&start, |at, length| piece(&file, at, length));
        let texts = sections.and_then(|sections| sections.texts).filter(|texts| texts.end <= size);
        // The byte before the section ends nothing, but it stands before the first text as NULs do before others.
        let place = texts.map_or(0..size, |texts| texts.start.saturating_sub(1)..texts.end);
        Ok(Self { file, place, piece: Vec::new() })
    }

    /// The first place of `needle` of which `take` makes something: it is given bytes of the texts and where in them the
    /// needle stands, with [`AROUND_BYTES`] before and behind it. `None` also where the file cannot be read on.
    pub fn find<T>(&mut self, needle: &[u8], mut take: impl FnMut(&[u8], usize) -> Option<T>) -> Option<T> {
        let [found] = self.find_each([needle], |_, around, at| take(around, at));
        found
    }

    /// As [`Texts::find`] for several needles, each for itself, in one reading. `take` is also given the needle's number.
    pub fn find_each<const N: usize, T>(
        &mut self,
        needles: [&[u8]; N],
        mut take: impl FnMut(usize, &[u8], usize) -> Option<T>,
    ) -> [Option<T>; N] {
        let finders = needles.map(Finder::new);
        let behind = needles.iter().map(|needle| needle.len()).max().unwrap_or(0) + AROUND_BYTES;
        let mut piece = std::mem::take(&mut self.piece);
        let whole = PIECE_BYTES + AROUND_BYTES + behind;
        let mut found = [const { None }; N];
        // A place counts in the piece that has enough before and behind it, which is but one.
        let (mut at, mut from) = (self.place.start, 0);
        while found.iter().any(Option::is_none) {
            let length = whole.min(self.place.end - at);
            piece.clear();
            let Ok(()) = fill(&self.file, &mut piece, at, length) else { break };
            let (window, filled) = (piece.as_slice(), piece.len());
            let is_last = filled < length || at + length == self.place.end;
            let until = if is_last { filled } else { filled - behind };
            for (number, (finder, found)) in finders.iter().zip(&mut found).enumerate() {
                if found.is_none() {
                    *found = finder
                        .find_iter(&window[from.min(filled)..])
                        .map(|place| from + place)
                        .take_while(|place| *place < until)
                        .find_map(|place| take(number, window, place));
                }
            }
            if is_last {
                break;
            }
            (at, from) = (at + until - AROUND_BYTES, AROUND_BYTES);
        }
        self.piece = piece;
        found
    }

    /// Whether `needle` stands in it.
    pub fn hold(&mut self, needle: &[u8]) -> bool {
        self.find(needle, |_, _| Some(())).is_some()
    }
}

/// Reads from a place in a file into an empty buffer, until it has so many bytes or the file ends.
fn fill(file: &OwnedFd, buffer: &mut Vec<u8>, at: usize, length: usize) -> rustix::io::Result<()> {
    buffer.reserve_exact(length);
    while buffer.len() < length {
        let from = u64::try_from(at + buffer.len()).unwrap_or(u64::MAX);
        if rustix::io::pread(file, spare_capacity(buffer), from)? == 0 {
            break;
        }
    }
    buffer.truncate(length);
    Ok(())
}

/// So many bytes from a place in a file; `None` where there are not as many.
pub(crate) fn piece(file: &OwnedFd, at: usize, length: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    fill(file, &mut bytes, at, length).ok()?;
    (bytes.len() == length).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestRoot;

    fn texts(bytes: &[u8]) -> Texts {
        let mut root = TestRoot::new();
        Texts::open(&root.file("/a", bytes).open(), Path::new("/a")).unwrap()
    }

    #[test]
    fn each_place_is_found_once_wherever_the_pieces_end() {
        let needle = b"needle";
        for first in (PIECE_BYTES - 2 * AROUND_BYTES..PIECE_BYTES + 3 * AROUND_BYTES).step_by(7) {
            let mut bytes = vec![b'.'; 3 * PIECE_BYTES];
            let second = first + 1000;
            for at in [first, second] {
                bytes[at..at + needle.len()].copy_from_slice(needle);
            }
            let (mut texts, mut places) = (texts(&bytes), 0);
            let none = texts.find(needle, |around, at| {
                places += 1;
                assert!(around[at..].starts_with(needle));
                assert!(at >= AROUND_BYTES && around.len() >= at + needle.len() + AROUND_BYTES);
                None::<()>
            });
            assert_eq!((none, places), (None, 2), "{first}");
            assert!(texts.hold(needle) && !texts.hold(b"needless"));
        }
    }

    #[test]
    fn several_are_found_in_one_reading_each_at_its_first_place_that_will_do() {
        let mut bytes = vec![b'.'; 4 * PIECE_BYTES];
        for (at, text) in
            [(10, "one1"), (PIECE_BYTES, "two"), (2 * PIECE_BYTES, "one2"), (3 * PIECE_BYTES, "one2")]
        {
            bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
        }
        let mut asked = Vec::new();
        let found = texts(&bytes).find_each([b"one", b"two", b"six"], |number, around, at| {
            asked.push(number);
            Some(around[at + 3]).filter(|behind| number != 0 || *behind == b'2')
        });
        assert_eq!((found, &asked[..]), ([Some(b'2'), Some(b'.'), None], &[0, 1, 0][..]));
    }

    #[test]
    fn the_ends_of_a_file_are_looked_at_too() {
        for size in [1, 2, PIECE_BYTES, PIECE_BYTES + 2 * AROUND_BYTES, PIECE_BYTES + 2 * AROUND_BYTES + 1] {
            let mut bytes = vec![b'.'; size];
            bytes[size - 1] = b'x';
            assert!(texts(&bytes).hold(b"x"), "{size}");
            bytes.reverse();
            assert!(texts(&bytes).hold(b"x"), "{size}");
        }
        assert!(!texts(b"").hold(b"x"));
    }

    #[test]
    fn of_a_program_with_sections_only_its_texts_are_looked_through() {
        let root = Root::host().unwrap();
        let path = std::env::current_exe().unwrap();
        let bytes = root.read(&path).unwrap();
        let mut texts = Texts::open(&root, &path).unwrap();
        assert_eq!(bytes[texts.place.clone()][1..], *crate::elf::strings(&bytes).texts);
        assert!(texts.place.len() < bytes.len());
        assert!(texts.hold(b"only its texts are looked through: a text of this program"));
    }

    #[test]
    fn a_directory_is_no_program() {
        let root = TestRoot::new();
        assert!(matches!(Texts::open(&root.open(), Path::new("/")), Err(ReadError::NotAFile { .. })));
    }
}
