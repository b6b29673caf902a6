//! `Document`, a file that keeps every byte.

use std::collections::BTreeMap;

/// A file as a list of chunks of raw bytes, some of them with a typed entry.
///
/// Parsing cannot fail: text that the syntax does not know is a chunk without an entry.
/// [`Document::to_bytes`] equals what was parsed, always; an edit changes its own chunk and no other byte.
#[derive(Clone, Debug)]
pub struct Document<E> {
    bytes: Vec<u8>,
    chunks: Vec<Chunk<E>>,
}

/// One piece of a document; chunks follow each other without a gap.
#[derive(Clone, Debug)]
pub struct Chunk<E> {
    /// Where it ends in the document; it begins where the one before ends.
    pub end: usize,
    /// The line it begins on, counted from 1.
    pub line: u32,
    /// What it says, where the syntax knows it.
    pub entry: Option<E>,
}

/// How a syntax cuts bytes into chunks.
pub trait Syntax {
    /// What a chunk says.
    type Entry;

    /// Cuts the bytes. The chunks' ends must rise, and the last must be the length.
    fn chunks(&self, bytes: &[u8]) -> Vec<Chunk<Self::Entry>>;
}

/// A change of one document, made against the chunks that were observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new line at the end; `text` has no line end.
    Append {
        /// The line.
        text: Vec<u8>,
    },
    /// A new line before a chunk's; `text` has no line end. Several before the same chunk keep their order.
    Insert {
        /// The index of the chunk that it stands before.
        chunk: usize,
        /// The line.
        text: Vec<u8>,
    },
    /// Other text in place of a chunk's, whose own line end stays.
    Replace {
        /// The chunk's index.
        chunk: usize,
        /// The new text without its line end.
        text: Vec<u8>,
    },
    /// The chunk goes, with its line end.
    Remove {
        /// The chunk's index.
        chunk: usize,
    },
}

impl<E> Document<E> {
    /// Parses bytes of this syntax.
    pub fn parse<S: Syntax<Entry = E>>(syntax: &S, bytes: Vec<u8>) -> Self {
        let chunks = syntax.chunks(&bytes);
        debug_assert_eq!(
            chunks.last().map_or(0, |chunk| chunk.end),
            bytes.len(),
            "chunks cover the document"
        );
        Self { bytes, chunks }
    }

    /// The chunks in order.
    #[must_use]
    pub fn chunks(&self) -> &[Chunk<E>] {
        &self.chunks
    }

    /// The whole text, for the spans that entries hold.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text of a chunk without its line end; empty for an index that does not exist.
    #[must_use]
    pub fn text(&self, chunk: usize) -> &[u8] {
        let raw = self.raw(chunk);
        raw.strip_suffix(b"\n").unwrap_or(raw)
    }

    /// Whether a chunk is a whole line. An edit of a piece of one would move the cuts behind it.
    #[must_use]
    pub fn is_whole_line(&self, chunk: usize) -> bool {
        let begins = chunk.checked_sub(1).is_none_or(|before| self.raw(before).ends_with(b"\n"));
        begins && (chunk + 1 == self.chunks.len() || self.raw(chunk).ends_with(b"\n"))
    }

    fn raw(&self, chunk: usize) -> &[u8] {
        let start =
            chunk.checked_sub(1).and_then(|before| self.chunks.get(before)).map_or(0, |before| before.end);
        let end = self.chunks.get(chunk).map_or(start, |chunk| chunk.end);
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The document chunk by chunk; equal to what was parsed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.with(&[])
    }

    /// The bytes after the changes. Of two changes of one chunk the later counts.
    #[must_use]
    pub fn with(&self, changes: &[Change]) -> Vec<u8> {
        let mut per_chunk: Vec<Option<&Change>> = vec![None; self.chunks.len()];
        let mut inserted: BTreeMap<usize, Vec<&[u8]>> = BTreeMap::new();
        let mut appended = Vec::new();
        for change in changes {
            match change {
                Change::Append { text } => appended.push(text),
                Change::Insert { chunk, text } => inserted.entry(*chunk).or_default().push(text),
                Change::Replace { chunk, .. } | Change::Remove { chunk } => {
                    if let Some(place) = per_chunk.get_mut(*chunk) {
                        *place = Some(change);
                    }
                }
            }
        }
        let mut bytes = Vec::with_capacity(self.bytes.len() + 64 * changes.len());
        for (index, change) in per_chunk.iter().enumerate() {
            let raw = self.raw(index);
            for line in inserted.get(&index).into_iter().flatten() {
                bytes.extend_from_slice(line);
                bytes.push(b'\n');
            }
            match change {
                None | Some(Change::Append { .. } | Change::Insert { .. }) => bytes.extend_from_slice(raw),
                Some(Change::Remove { .. }) => {}
                Some(Change::Replace { text, .. }) => {
                    bytes.extend_from_slice(text);
                    bytes.extend_from_slice(&raw[self.text(index).len()..]);
                }
            }
        }
        for text in appended {
            // The last line of a file may lack its line end; glued to it, both would be lost.
            if !bytes.is_empty() && !bytes.ends_with(b"\n") {
                bytes.push(b'\n');
            }
            bytes.extend_from_slice(text);
            bytes.push(b'\n');
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Chunk, Document, Syntax};

    struct Lines;

    impl Syntax for Lines {
        type Entry = ();

        fn chunks(&self, bytes: &[u8]) -> Vec<Chunk<()>> {
            let mut end = 0;
            let lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate();
            lines
                .map(|(index, line)| {
                    end += line.len();
                    Chunk { end, line: u32::try_from(index + 1).unwrap(), entry: None }
                })
                .collect()
        }
    }

    fn with(text: &str, changes: &[Change]) -> String {
        let document = Document::parse(&Lines, text.as_bytes().to_vec());
        assert_eq!(document.to_bytes(), text.as_bytes());
        String::from_utf8(document.with(changes)).unwrap()
    }

    fn append(text: &str) -> Change {
        Change::Append { text: text.as_bytes().to_vec() }
    }

    #[test]
    fn an_appended_line_is_never_glued_to_a_last_line_without_a_line_end() {
        assert_eq!(
            with("root hard nofile 65535", &[append("bob soft nproc 4096")]),
            "root hard nofile 65535\nbob soft nproc 4096\n"
        );
    }

    #[test]
    fn a_replaced_line_keeps_its_own_line_end() {
        let change = Change::Replace { chunk: 0, text: b"A".to_vec() };
        assert_eq!(with("a\r\nb\r\n", std::slice::from_ref(&change)), "A\nb\r\n");
        assert_eq!(with("a", &[change]), "A");
    }

    #[test]
    fn removing_and_appending_together_touch_only_their_own_lines() {
        assert_eq!(with("a\n\nb\nc", &[Change::Remove { chunk: 2 }, append("d")]), "a\n\nc\nd\n");
    }

    #[test]
    fn inserted_lines_stand_in_their_order_before_a_line_that_is_changed_or_kept() {
        let insert = |text: &str| Change::Insert { chunk: 1, text: text.as_bytes().to_vec() };
        assert_eq!(with("a\nb", &[insert("1"), insert("2")]), "a\n1\n2\nb");
        assert_eq!(with("a\nb\n", &[Change::Remove { chunk: 1 }, insert("1")]), "a\n1\n");
    }

    #[test]
    fn a_change_of_a_chunk_that_is_not_there_changes_nothing() {
        assert_eq!(with("a\n", &[Change::Remove { chunk: 7 }]), "a\n");
        assert_eq!(with("", &[append("a")]), "a\n");
    }
}
