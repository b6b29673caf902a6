//! Searches for bytes that do not ask what the processor can do.
//!
//! The functions of the crate memchr look for the widest instructions once a process. On a virtual machine each of the two
//! dozen questions is answered by the hypervisor: 25 µs, which is more than all searches of a check take. SSE2 each
//! processor of x86-64 has. Elsewhere the crate does not ask.

#[cfg(not(target_arch = "x86_64"))]
pub use memchr::memmem::{Finder, find, find_iter};
#[cfg(not(target_arch = "x86_64"))]
pub use memchr::{memchr, memchr_iter, memchr2, memchr3, memrchr};

#[cfg(target_arch = "x86_64")]
pub use sse2::{Finder, find, find_iter, memchr, memchr_iter, memchr2, memchr3, memrchr};

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use memchr::arch::x86_64::sse2::memchr::{One, Three, Two};
    use memchr::arch::x86_64::sse2::packedpair;

    /// The first place of a byte.
    #[must_use]
    pub fn memchr(byte: u8, bytes: &[u8]) -> Option<usize> {
        One::new(byte)?.find(bytes)
    }

    /// The last place of a byte.
    #[must_use]
    pub fn memrchr(byte: u8, bytes: &[u8]) -> Option<usize> {
        One::new(byte)?.rfind(bytes)
    }

    /// The first place of either of two bytes.
    #[must_use]
    pub fn memchr2(one: u8, two: u8, bytes: &[u8]) -> Option<usize> {
        Two::new(one, two)?.find(bytes)
    }

    /// The first place of any of three bytes.
    #[must_use]
    pub fn memchr3(one: u8, two: u8, three: u8, bytes: &[u8]) -> Option<usize> {
        Three::new(one, two, three)?.find(bytes)
    }

    /// All places of a byte, in order.
    pub fn memchr_iter(byte: u8, bytes: &[u8]) -> impl Iterator<Item = usize> {
        each(bytes, 1, move |bytes| memchr(byte, bytes))
    }

    /// A text that is looked for, made ready to be found in many.
    #[derive(Clone, Debug)]
    pub struct Finder<'n> {
        needle: &'n [u8],
        /// `None` for a needle that is shorter than two bytes.
        search: Option<packedpair::Finder>,
    }

    impl<'n> Finder<'n> {
        /// Makes a text ready. An empty one is found at once.
        #[must_use]
        pub fn new(needle: &'n [u8]) -> Self {
            Self { needle, search: packedpair::Finder::new(needle) }
        }

        /// The first place of it.
        #[must_use]
        pub fn find(&self, bytes: &[u8]) -> Option<usize> {
            match (&self.search, self.needle) {
                (_, []) => Some(0),
                (_, [byte]) => memchr(*byte, bytes),
                (Some(search), needle) if bytes.len() >= search.min_haystack_len() => {
                    search.find(bytes, needle)
                }
                (_, needle) => bytes.windows(needle.len()).position(|window| window == needle),
            }
        }

        /// All places of it that do not overlap, in order.
        pub fn find_iter(&self, bytes: &[u8]) -> impl Iterator<Item = usize> {
            each(bytes, self.needle.len(), |bytes| self.find(bytes))
        }
    }

    /// The first place of a text.
    #[must_use]
    pub fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
        Finder::new(needle).find(bytes)
    }

    /// All places of a text that do not overlap, in order.
    pub fn find_iter(bytes: &[u8], needle: &[u8]) -> impl Iterator<Item = usize> {
        let finder = Finder::new(needle);
        each(bytes, needle.len(), move |bytes| finder.find(bytes))
    }

    /// All places that `find` finds, each so many bytes behind the one before.
    fn each(
        bytes: &[u8],
        length: usize,
        find: impl Fn(&[u8]) -> Option<usize>,
    ) -> impl Iterator<Item = usize> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let place = from + find(bytes.get(from..)?)?;
            from = place + length.max(1);
            Some(place)
        })
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "they are what ours are held against")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Few different bytes, so that texts are met, and lengths around those of the processor's words.
    fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop::sample::select(b"ab\0\n".to_vec()), 0..most)
    }

    proptest! {
        #[test]
        fn bytes_are_where_the_crate_finds_them(bytes in bytes(90), from in 0usize..5) {
            let bytes = &bytes[from.min(bytes.len())..];
            prop_assert_eq!(memchr(b'a', bytes), ::memchr::memchr(b'a', bytes));
            prop_assert_eq!(memrchr(b'a', bytes), ::memchr::memrchr(b'a', bytes));
            prop_assert_eq!(memchr2(b'a', 0, bytes), ::memchr::memchr2(b'a', 0, bytes));
            prop_assert_eq!(memchr3(b'a', 0, b'\n', bytes), ::memchr::memchr3(b'a', 0, b'\n', bytes));
            let places: Vec<_> = memchr_iter(b'a', bytes).collect();
            prop_assert_eq!(places, ::memchr::memchr_iter(b'a', bytes).collect::<Vec<_>>());
        }

        #[test]
        fn texts_are_where_the_crate_finds_them(bytes in bytes(90), needle in bytes(5)) {
            prop_assert_eq!(find(&bytes, &needle), ::memchr::memmem::find(&bytes, &needle));
            if !needle.is_empty() {
                let theirs: Vec<_> = ::memchr::memmem::find_iter(&bytes, &needle).collect();
                prop_assert_eq!(find_iter(&bytes, &needle).collect::<Vec<_>>(), theirs.clone());
                prop_assert_eq!(Finder::new(&needle).find_iter(&bytes).collect::<Vec<_>>(), theirs);
            }
        }

        #[test]
        fn a_long_text_is_found_as_well(before in bytes(40), needle in bytes(60), behind in bytes(40)) {
            let bytes = [before, needle.clone(), behind].concat();
            prop_assert_eq!(find(&bytes, &needle), ::memchr::memmem::find(&bytes, &needle));
        }
    }
}
