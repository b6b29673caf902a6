//! Lines of the input, bounded: one that is too long is passed over, and takes no memory.

use std::io::{self, BufRead};

use crate::policy::MAX_BYTES;

/// One line of the input, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'l> {
    /// A whole line.
    Whole(&'l [u8]),
    /// It was longer than [`MAX_BYTES`].
    TooLong,
}

/// Reads line after line.
pub(super) struct Lines<R> {
    input: R,
    line: Vec<u8>,
    most: usize,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self::bounded(input, MAX_BYTES)
    }

    fn bounded(input: R, most: usize) -> Self {
        Self { input, line: Vec::new(), most }
    }

    /// The next line; `None` at the end of the input.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut is_too_long = false;
        let mut is_empty = true;
        loop {
            let chunk = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                chunk => chunk?,
            };
            if chunk.is_empty() {
                if is_empty {
                    return Ok(None);
                }
                break;
            }
            is_empty = false;
            let end = standfast_facts::search::memchr(b'\n', chunk);
            let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            if self.line.len() + part.len() > self.most {
                is_too_long = true;
                self.line = Vec::new();
            } else if !is_too_long {
                self.line.extend_from_slice(part);
            }
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        Ok(Some(if is_too_long { Line::TooLong } else { Line::Whole(&self.line) }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines};

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_the_next_is_read() {
        let input = std::io::BufReader::with_capacity(2, &b"12345\n123456\n\n1234567890123\n12"[..]);
        let mut lines = Lines::bounded(input, 5);
        for expected in [Line::Whole(b"12345"), Line::TooLong, Line::Whole(b""), Line::TooLong] {
            assert_eq!(lines.next().unwrap(), Some(expected));
        }
        assert_eq!(lines.next().unwrap(), Some(Line::Whole(b"12")), "the end of the input ends a line too");
        assert_eq!(lines.next().unwrap(), None);
        assert!(lines.line.capacity() < 64);
    }
}
