//! Which PAM services load pam_limits.so.
use crate::root::{ReadError, Root};
/// A service.
pub struct Service {
    /// Its name.
    pub name: String,
    /// Where.
    pub loads: Vec<()>,
}
/// All services.
///
/// # Errors
/// None.
pub fn services(_: &Root) -> Result<Vec<Service>, ReadError> {
    Ok(vec![])
}
