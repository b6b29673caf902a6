//! A value that is made at the first use, by something that can fail.

use std::cell::OnceCell;

/// The value of `cell`, made at most once; a failure is not remembered.
///
/// # Errors
/// Those of `make`.
pub fn fill<T, E>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
    match cell.get() {
        Some(value) => Ok(value),
        None => {
            let value = make()?;
            Ok(cell.get_or_init(|| value))
        }
    }
}
