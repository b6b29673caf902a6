//! An answer of mode 6 in fragments, put together by their offsets.

/// Fragments of one answer. It takes at most 128 KiB, and 512 fragments.
#[derive(Clone, Debug, Default)]
pub(super) struct Fragments {
    bytes: Vec<u8>,
    /// Where each fragment began and ended.
    spans: Vec<(usize, usize)>,
    /// How long the whole is, once its last fragment has come.
    length: Option<usize>,
}

/// More than the packets that are taken of one request.
const MOST: usize = 512;

impl Fragments {
    /// Takes one in.
    pub(super) fn add(&mut self, offset: u16, data: &[u8], more: bool) {
        if self.spans.len() == MOST {
            return;
        }
        let (start, end) = (usize::from(offset), usize::from(offset) + data.len());
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[start..end].copy_from_slice(data);
        self.spans.push((start, end));
        if !more {
            self.length = Some(end);
        }
    }

    /// The whole, once all of it is there; fragments may come in any order, twice, and overlap.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        let length = self.length?;
        let mut spans = self.spans.clone();
        spans.sort_unstable();
        let covered = spans.iter().fold(0, |to, &(start, end)| if start <= to { to.max(end) } else { to });
        self.bytes.get(..length).filter(|_| covered >= length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fragments_come_in_any_order_and_twice() {
        let mut fragments = Fragments::default();
        fragments.add(4, b"ef", false);
        assert_eq!(fragments.whole(), None);
        fragments.add(0, b"ab", true);
        fragments.add(0, b"ab", true);
        assert_eq!(fragments.whole(), None, "a hole is no whole");
        fragments.add(2, b"cd", true);
        assert_eq!(fragments.whole(), Some(&b"abcdef"[..]));
    }

    #[test]
    fn an_answer_without_an_end_takes_bounded_memory() {
        let mut fragments = Fragments::default();
        for offset in 0..100_000u32 {
            fragments.add(offset as u16, &[b'x'; 500], true);
        }
        assert_eq!(fragments.whole(), None);
        assert!(fragments.bytes.len() <= 131_072 && fragments.spans.len() == MOST);
    }

    #[test]
    fn an_empty_answer_is_whole() {
        let mut fragments = Fragments::default();
        assert_eq!(fragments.whole(), None);
        fragments.add(0, b"", false);
        assert_eq!(fragments.whole(), Some(&b""[..]));
    }

    proptest! {
        #[test]
        fn an_answer_cut_anyhow_is_put_together(
            text in proptest::collection::vec(any::<u8>(), 1..2000),
            size in 4usize..600,
            seed in any::<u64>(),
        ) {
            let mut parts: Vec<(usize, &[u8])> = text.chunks(size).enumerate().map(|(at, part)| (at * size, part)).collect();
            let last = parts.len() - 1;
            let mut order: Vec<usize> = (0..parts.len()).collect();
            order.sort_by_key(|at| (*at as u64).wrapping_mul(seed | 1).rotate_left(17));
            let mut fragments = Fragments::default();
            for at in order {
                fragments.add(parts[at].0 as u16, parts[at].1, at != last);
            }
            parts.clear();
            prop_assert_eq!(fragments.whole(), Some(&text[..]));
        }
    }
}
