//! The distribution, os-release(5).

use std::path::Path;

use crate::root::{ReadError, Root};

/// What os-release(5) says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OsRelease {
    /// `ID`
    pub id: String,
    /// `ID_LIKE`
    pub id_like: Vec<String>,
    /// `VERSION_ID`
    pub version_id: String,
}

impl OsRelease {
    /// Reads /etc/os-release or /usr/lib/os-release; `None` where there is none.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn read(root: &Root) -> Result<Option<Self>, ReadError> {
        for path in ["/etc/os-release", "/usr/lib/os-release"] {
            match root.read(Path::new(path)) {
                Ok(bytes) => return Ok(Some(Self::parse(&bytes))),
                Err(error) if error.is_missing() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    fn parse(bytes: &[u8]) -> Self {
        let mut os = Self::default();
        for line in String::from_utf8_lossy(bytes).lines() {
            let Some((key, value)) = line.split_once('=') else { continue };
            let value = value.trim().trim_matches('"');
            match key {
                "ID" => os.id = value.to_owned(),
                "ID_LIKE" => os.id_like = value.split_whitespace().map(str::to_owned).collect(),
                "VERSION_ID" => os.version_id = value.to_owned(),
                _ => {}
            }
        }
        os
    }
}
