//! The files of a queue: what waits in them, and since when.
//!
//! Source: runtime/queue.c, runtime/stream.c: `NAME.qi` is the index, with the place that is read next in the second of
//! its two streams; `NAME.00000001` and so on hold messages as text.

use std::path::{Path, PathBuf};

use standfast_facts::root::Root;

/// What waits on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// The files, the oldest first.
    pub files: Vec<PathBuf>,
    /// Their size, in bytes.
    pub bytes: u64,
    /// How many messages wait, as of the last time that the index was written.
    pub messages: Option<u64>,
    /// When the first of them was made, in seconds since 1970.
    pub since: Option<u64>,
}

/// What waits in the files of a queue; `None` where there is none.
#[must_use]
pub fn waiting(root: &Root, directory: &Path, name: &str) -> Option<Waiting> {
    let mut numbers: Vec<(u64, PathBuf)> = Vec::new();
    for file in root.list(directory).ok()? {
        let Some(file_name) = file.to_str() else { continue };
        let number = file_name.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
        if let Some(number) = number.and_then(|number| number.parse().ok()) {
            numbers.push((number, directory.join(&file)));
        }
    }
    numbers.sort();
    let index = root.read(&directory.join(format!("{name}.qi"))).ok();
    let index = index.as_deref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let messages = index.as_deref().and_then(|index| field(index, "iQueueSize"));
    let reader =
        index.as_deref().and_then(|index| index.rsplit_once("<Obj:1:strm").map(|(_, reader)| reader));
    let (number, offset) = match reader {
        Some(reader) => (field(reader, "iCurrFNum"), field(reader, "iCurrOffs")),
        None => (None, None),
    };
    let mut waiting = Waiting { messages, ..Waiting::default() };
    for (at, path) in &numbers {
        let Ok(bytes) = root.read(path) else { continue };
        let is_first = number.is_none_or(|number| number == *at);
        let from = if is_first { usize::try_from(offset.unwrap_or(0)).unwrap_or(0) } else { 0 };
        let unread = bytes.get(from.min(bytes.len())..).unwrap_or_default();
        if waiting.since.is_none() {
            waiting.since = made(unread);
        }
        waiting.bytes += u64::try_from(unread.len()).unwrap_or(u64::MAX);
        waiting.files.push(path.clone());
    }
    (!waiting.files.is_empty() && waiting.bytes > 0).then_some(waiting)
}

/// Whether a text stands in one of the files.
#[must_use]
pub fn holds(root: &Root, waiting: &Waiting, text: &str) -> bool {
    let holds = |path: &PathBuf| {
        root.read(path).is_ok_and(|bytes| standfast_facts::search::find(&bytes, text.as_bytes()).is_some())
    };
    waiting.files.iter().any(holds)
}

/// When the first message of a text was made.
fn made(bytes: &[u8]) -> Option<u64> {
    let at = standfast_facts::search::find(bytes, b"+ttGenTime:")?;
    let line = bytes.get(at..)?.split(|byte| *byte == b'\n').next()?;
    field(std::str::from_utf8(line).ok()?, "ttGenTime")
}

/// A number: `+iQueueSize:2:3:120:` is 120.
fn field(text: &str, name: &str) -> Option<u64> {
    let rest = text.split_once(&format!("+{name}:"))?.1;
    rest.split(':').nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{field, made};

    #[test]
    fn numbers_of_the_index_and_times_of_messages_are_read() {
        let index = "<OPB:1:qqueue:1:\n+iQueueSize:2:3:120:\n>End\n.\n<Obj:1:strm:1:\n+iCurrFNum:2:1:1:\n+iCurrOffs:2:6:270396:\n";
        assert_eq!(field(index, "iQueueSize"), Some(120));
        assert_eq!(field(index, "iCurrOffs"), Some(270_396));
        assert_eq!(field(index, "inode"), None);
        assert_eq!(made(b"<Obj:1:msg:1:\n+ttGenTime:2:10:1795734378:\n"), Some(1_795_734_378));
    }
}
