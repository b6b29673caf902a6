//! The lines of a stream, one after another, in a buffer that does not grow.
#![expect(clippy::disallowed_methods, reason = "so many bytes are worth to ask for wider instructions")]

use std::io::{self, Read};

use memchr::memchr;

/// The longest line that is read whole, in bytes; of a longer one only so much is looked at.
pub const LONGEST: usize = 256 * 1024;

/// A line without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawLine<'b> {
    /// The bytes.
    pub bytes: &'b [u8],
    /// Whether the line goes on: it has [`LONGEST`] bytes or more.
    pub is_cut: bool,
}

/// Reads lines.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    is_at_end: bool,
    /// Whether the head of a line was given out, and the rest of it has to be passed over.
    is_in_cut_line: bool,
}

impl<R: Read> Lines<R> {
    /// Of this stream.
    pub fn new(input: R) -> Self {
        Self { input, buffer: vec![0; LONGEST], start: 0, end: 0, is_at_end: false, is_in_cut_line: false }
    }

    /// The next line, or `None` at the end.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub fn next(&mut self) -> io::Result<Option<RawLine<'_>>> {
        while self.is_in_cut_line {
            let rest = &self.buffer[self.start..self.end];
            match memchr(b'\n', rest) {
                Some(end) => {
                    self.start += end + 1;
                    self.is_in_cut_line = false;
                }
                None if self.is_at_end => return Ok(None),
                None => {
                    self.start = self.end;
                    self.fill()?;
                }
            }
        }
        let mut searched = 0;
        loop {
            if let Some(length) = memchr(b'\n', &self.buffer[self.start + searched..self.end]) {
                return Ok(Some(self.give(searched + length, 1)));
            }
            searched = self.end - self.start;
            if searched == LONGEST {
                self.is_in_cut_line = true;
                return Ok(Some(self.give(LONGEST, 0)));
            }
            if self.is_at_end {
                return Ok((searched > 0).then(|| self.give(searched, 0)));
            }
            self.fill()?;
        }
    }

    fn give(&mut self, length: usize, line_end: usize) -> RawLine<'_> {
        let start = self.start;
        self.start += length + line_end;
        RawLine { bytes: &self.buffer[start..start + length], is_cut: self.is_in_cut_line }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let count = read(&mut self.input, &mut self.buffer[self.end..])?;
        self.end += count;
        self.is_at_end = count == 0;
        Ok(())
    }
}

/// Reads on when a signal has come in between.
fn read(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Lines};

    /// Gives out so many bytes at a time.
    struct Slow<'b>(&'b [u8], usize);

    impl std::io::Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    /// Length, first byte and whether it is cut, for each line.
    fn lines(text: &[u8], step: usize) -> Vec<(usize, u8, bool)> {
        let mut lines = Lines::new(Slow(text, step));
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push((line.bytes.len(), line.bytes.first().copied().unwrap_or(0), line.is_cut));
        }
        all
    }

    #[test]
    fn each_line_comes_without_its_end_and_the_last_needs_none() {
        for step in [1, 2, 3, 100] {
            assert_eq!(
                lines(b"one\n\nthree\nx", step),
                [(3, b'o', false), (0, 0, false), (5, b't', false), (1, b'x', false)]
            );
            assert_eq!(lines(b"", step), []);
            assert_eq!(lines(b"\n", step), [(0, 0, false)]);
        }
    }

    #[test]
    fn a_line_of_ten_megabytes_is_cut_and_the_next_one_is_whole() {
        let long = [&vec![b'x'; 10 << 20][..], b"\nnext\n", &vec![b'y'; LONGEST], b"\nz\nlast"].concat();
        for step in [4096, 100_000, usize::MAX] {
            assert_eq!(
                lines(&long, step),
                [
                    (LONGEST, b'x', true),
                    (4, b'n', false),
                    (LONGEST, b'y', true),
                    (1, b'z', false),
                    (4, b'l', false)
                ]
            );
        }
        assert_eq!(lines(&long[..LONGEST + 5], 1000), [(LONGEST, b'x', true)]);
    }
}
