//! A document's pieces, for whoever asserts that they are the file.

use standfast_providers::document::Document;

/// The pieces as they stand in the bytes.
pub(crate) fn pieces<'b, E>(document: &Document<E>, bytes: &'b [u8]) -> Vec<&'b [u8]> {
    let mut start = 0;
    let piece = |end: usize| {
        let piece = &bytes[start..end];
        start = end;
        piece
    };
    document.chunks().iter().map(|chunk| chunk.end).map(piece).collect()
}
