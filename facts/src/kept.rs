//! What was understood of files, kept by a program that looks at them again and again.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustc_hash::FxHashMap;

/// The last that was understood of each file; a content that comes again need not be understood anew.
///
/// Files are read each time, so nothing can be out of date. The default keeps nothing, for a program that looks once.
#[derive(Clone, Debug, Default)]
pub struct Kept(Option<Rc<RefCell<Understood>>>);

/// By file, and by what it was understood as.
type Understood = FxHashMap<(PathBuf, TypeId), Rc<dyn Any>>;

impl Kept {
    /// One that keeps.
    #[must_use]
    pub fn between_looks() -> Self {
        Self(Some(Rc::default()))
    }

    /// What the content of a file means: what is kept, where `still_holds` says that it comes from the same, else what is
    /// made of it now.
    pub fn or_make<T: 'static>(
        &self,
        path: &Path,
        content: Vec<u8>,
        still_holds: impl FnOnce(&T, &[u8]) -> bool,
        make: impl FnOnce(Vec<u8>) -> T,
    ) -> Rc<T> {
        let Some(kept) = &self.0 else { return Rc::new(make(content)) };
        let key = (path.to_path_buf(), TypeId::of::<T>());
        let known = kept.borrow().get(&key).cloned().and_then(|known| known.downcast::<T>().ok());
        if let Some(known) = known.filter(|known| still_holds(known, &content)) {
            return known;
        }
        let made = Rc::new(make(content));
        kept.borrow_mut().insert(key, made.clone());
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(kept: &Kept, path: &str, text: &str) -> Rc<(Vec<u8>, usize)> {
        let still_holds = |known: &(Vec<u8>, usize), content: &[u8]| known.0 == content;
        let make = |content: Vec<u8>| {
            let length = content.len();
            (content, length)
        };
        kept.or_make(Path::new(path), text.into(), still_holds, make)
    }

    #[test]
    fn a_content_that_comes_again_is_not_understood_anew() {
        let kept = Kept::between_looks();
        let first = length(&kept, "/a", "one");
        assert!(Rc::ptr_eq(&first, &length(&kept.clone(), "/a", "one")));
        assert!(!Rc::ptr_eq(&first, &length(&kept, "/b", "one")));
        assert_eq!(length(&kept, "/a", "three").1, 5);
        assert!(!Rc::ptr_eq(&first, &length(&kept, "/a", "one")));
    }

    #[test]
    fn a_file_may_be_understood_in_two_ways() {
        let kept = Kept::between_looks();
        let first = length(&kept, "/a", "one");
        assert_eq!(*kept.or_make(Path::new("/a"), Vec::new(), |_: &u8, _| true, |_| 1_u8), 1);
        assert!(Rc::ptr_eq(&first, &length(&kept, "/a", "one")));
    }

    #[test]
    fn the_default_keeps_nothing() {
        let kept = Kept::default();
        assert!(!Rc::ptr_eq(&length(&kept, "/a", "one"), &length(&kept, "/a", "one")));
    }
}
