//! The files that snmpd reads, in its order, includes and all.
//!
//! Source: `read_configs`, `read_config_files_of_type` and `read_config` in net-snmp's snmplib/read_config.c.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use standfast_facts::root::{ReadError, Root, Status};

use super::installed::Installed;
use super::invocation::{DefaultFiles, Invocation, Origin};
use super::keyword::{FileType, Keyword};
use super::load::{Defect, Loader};
use super::lookups::{Before, Kind, Lookups, Planned, SnmpFile, is_nothing};
use super::rules::Rules;
use super::syntax::{Line, SnmpSyntax};
use super::tables::LineId;
use super::words::{self, Pieces};
use crate::document::Document;

/// How deep files may include each other: the file itself and so many below it.
const DEEPEST: usize = 16;

/// How many files are read through includes of one file.
const MOST_FILES: usize = 4096;

/// The longest path that is read, in bytes.
const LONGEST_PATH: usize = 4095;

/// The highest number of a backup of the persistent file.
const BACKUPS: u32 = 10;

/// A line that is not about communities, and where it was read as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other {
    /// The line.
    pub line: LineId,
    /// What it is.
    pub keyword: Keyword,
    /// As what type of file it was read.
    pub file_type: FileType,
}

/// A directory that an include names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncludedDirectory {
    /// The line that names it.
    pub line: LineId,
    /// Its path.
    pub path: PathBuf,
    /// As what type of file its files are read.
    pub file_type: FileType,
}

/// What was read.
pub struct Reading<'r> {
    /// The files in the order in which they were first met.
    pub files: Vec<SnmpFile>,
    /// Lines of other directives, in the order of reading.
    pub others: Vec<Other>,
    /// Directories that includes name.
    pub directories: Vec<IncludedDirectory>,
    /// What communities, groups and views come to.
    pub loader: Loader<'r>,
    /// The persistent directory.
    pub persistent: PathBuf,
    root: &'r Root,
    invocation: &'r Invocation,
    installed: &'r Installed,
    rules: &'r Rules,
    /// What was met so far.
    pub lookups: Lookups,
    /// The directories of the search path, once they are asked for.
    search_path: Option<Rc<Vec<PathBuf>>>,
    before: Option<Before<'r>>,
    planned: Planned,
    depth: usize,
    count: usize,
}

/// What a file says, and its status where there is one.
type Contents = (Rc<Document<Line>>, Option<Status>);

impl<'r> Reading<'r> {
    /// Nothing has been read yet.
    #[must_use]
    pub fn new(
        root: &'r Root,
        invocation: &'r Invocation,
        installed: &'r Installed,
        loader: Loader<'r>,
    ) -> Self {
        let persistent = match &invocation.persistent_dir {
            Some(directory) => path(directory),
            None => installed.persistent.clone(),
        };
        Self {
            files: Vec::new(),
            others: Vec::new(),
            directories: Vec::new(),
            rules: loader.rules,
            loader,
            persistent,
            root,
            invocation,
            installed,
            lookups: Lookups::default(),
            search_path: None,
            before: None,
            planned: Planned::default(),
            depth: 0,
            count: 0,
        }
    }

    /// The same with these files as they would be after a change of what was read before.
    #[must_use]
    pub fn with_planned(self, planned: Planned, before: Option<Before<'r>>) -> Self {
        Self { planned, before, ..self }
    }

    /// Reads everything that the daemon reads.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn read_all(&mut self) -> Result<(), ReadError> {
        let optional = self.invocation.optional.as_deref().unwrap_or_default();
        // A dash puts them before the files of the search path.
        let first = optional.strip_prefix(b"-");
        self.read_optional(first.unwrap_or_default())?;
        if self.invocation.default_files == DefaultFiles::Read {
            for file_type in FileType::ALL {
                let name = self.name_of(file_type);
                self.search(&name, file_type)?;
            }
        }
        if first.is_none() {
            self.read_optional(optional)?;
        }
        self.read_command_line();
        Ok(())
    }

    fn name_of(&self, file_type: FileType) -> Vec<u8> {
        match file_type {
            FileType::Daemon => self.invocation.application.clone(),
            other => other.name().into(),
        }
    }

    fn read_optional(&mut self, list: &[u8]) -> Result<(), ReadError> {
        for name in list.split(|byte| *byte == b',').filter(|name| !name.is_empty()) {
            self.read_file(&self.invocation.directory.join(path(name)), FileType::Daemon, Kind::Admin)?;
        }
        Ok(())
    }

    /// The directories of the search path that exist, and then the persistent one.
    fn search_path(&self) -> Vec<PathBuf> {
        let list = match &self.invocation.conf_path {
            Some(list) => list.clone(),
            None => {
                let mut list =
                    [b"/etc/snmp:/usr/share/snmp:", self.installed.library.as_os_str().as_bytes()].concat();
                if let Some(home) = &self.invocation.home {
                    list.extend([b":", home.as_slice(), b"/.snmp"].concat());
                }
                list
            }
        };
        let mut directories: Vec<PathBuf> = list
            .split(|byte| *byte == b':')
            .filter(|directory| !directory.is_empty())
            .map(|directory| self.invocation.directory.join(path(directory)))
            .collect();
        if self.invocation.conf_path.is_none() {
            directories.push(self.persistent.clone());
        }
        directories
    }

    /// Reads NAME.conf and NAME.local.conf of each directory; before them, in the persistent one, the backups.
    fn search(&mut self, name: &[u8], file_type: FileType) -> Result<(), ReadError> {
        let directories = match self.search_path.take() {
            Some(known) => known,
            None => Rc::new(self.search_path()),
        };
        self.search_path = Some(Rc::clone(&directories));
        for directory in directories.iter() {
            let begins_with = |prefix: &[u8]| directory.as_os_str().as_bytes().starts_with(prefix);
            let is_persistent = begins_with(self.persistent.as_os_str().as_bytes())
                || self.invocation.persistent_file.as_deref().is_some_and(begins_with);
            let kind = if is_persistent { Kind::Persistent } else { Kind::Admin };
            let is_planned = self.planned.keys().any(|path| path.starts_with(directory));
            let is_in_it = !is_planned && name.first() != Some(&b'/');
            if is_in_it && self.lookups.is_missing(self.root, self.before, directory) {
                continue;
            }
            let file = |end: &str| directory.join(path(&[name, end.as_bytes()].concat()));
            if is_persistent {
                for number in 0..=BACKUPS {
                    if !self.read_file(&file(&format!(".{number}.conf")), file_type, kind)? {
                        break;
                    }
                }
            }
            self.read_file(&file(".conf"), file_type, kind)?;
            self.read_file(&file(".local.conf"), file_type, kind)?;
        }
        Ok(())
    }

    /// Reads one file as a type; `false` where there is none.
    fn read_file(&mut self, path: &Path, file_type: FileType, kind: Kind) -> Result<bool, ReadError> {
        if self.depth == 0 {
            self.count = 0;
        }
        let Some(file) = self.open(path, kind)? else { return Ok(false) };
        if self.count > MOST_FILES || self.depth > DEEPEST {
            return Ok(false);
        }
        self.count += 1;
        self.depth += 1;
        let result = self.read_lines(file, file_type, kind);
        self.depth -= 1;
        result.map(|()| true)
    }

    /// The index of a file, which is parsed when it is first met.
    fn open(&mut self, path: &Path, kind: Kind) -> Result<Option<usize>, ReadError> {
        if let Some(known) = self.lookups.by_path.get(path) {
            return Ok(*known);
        }
        let index = self.contents(path)?.map(|(document, status)| {
            self.files.push(SnmpFile { path: path.to_path_buf(), document, status, kind });
            self.files.len() - 1
        });
        self.lookups.by_path.insert(path.to_path_buf(), index);
        Ok(index)
    }

    fn contents(&self, path: &Path) -> Result<Option<Contents>, ReadError> {
        let parse = |bytes| Rc::new(Document::parse(&SnmpSyntax { rules: self.rules }, bytes));
        if let Some(planned) = self.planned.get(path) {
            return Ok(planned.clone().map(|bytes| (parse(bytes), self.root.status(path).ok())));
        }
        if let Some(known) = self.before.and_then(|before| before.file(path)) {
            return Ok(known.map(|file| (Rc::clone(&file.document), file.status)));
        }
        match self.root.read_with_status(path) {
            Ok((bytes, status)) => Ok(Some((parse(bytes), Some(status)))),
            Err(error) if is_nothing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names in a directory in the order of the file system, whatever they are; a file that is planned comes last,
    /// for there it has the least to say.
    fn list(&mut self, directory: &Path) -> Result<Option<Vec<OsString>>, ReadError> {
        let names = self.lookups.names(self.root, self.before, directory)?;
        let Some(mut names) = names.map(<[_]>::to_vec) else { return Ok(None) };
        let planned = self.planned.keys().filter(|path| path.parent() == Some(directory));
        let new: Vec<_> = planned
            .filter_map(|path| path.file_name())
            .filter(|name| !names.iter().any(|known| known == name))
            .map(OsStr::to_os_string)
            .collect();
        names.extend(new);
        Ok(Some(names))
    }

    fn read_lines(&mut self, file: usize, inherited: FileType, kind: Kind) -> Result<(), ReadError> {
        let count = self.files.get(file).map_or(0, |file| file.document.chunks().len());
        for chunk in 0..count {
            let Some(document) = self.files.get(file).map(|file| &*file.document) else { break };
            let Some(line) = document.chunks().get(chunk).and_then(|chunk| chunk.entry.as_ref()) else {
                continue;
            };
            let bytes = document.bytes();
            let id = line_id(file, chunk);
            let file_type = line.file_type.unwrap_or(inherited);
            let keyword = line.keyword_in(bytes, inherited);
            if let Keyword::IncludeDir | Keyword::IncludeFile | Keyword::IncludeSearch = keyword {
                match line.raw_parameter(bytes).map(<[u8]>::to_vec) {
                    Some(value) => self.include(keyword, &value, id, file_type, kind)?,
                    None => self.loader.defects.push((id, Defect::Missing("what to include"))),
                }
                continue;
            }
            let Some(parameter) = line.parameter(bytes) else {
                let is_section = matches!(keyword, Keyword::Section | Keyword::BadSection);
                if !is_section && keyword != Keyword::Unknown {
                    self.loader.defects.push((id, Defect::Missing("a value")));
                }
                if keyword != Keyword::Section {
                    self.others.push(Other { line: id, keyword, file_type });
                }
                continue;
            };
            self.loader.read(id, keyword, &line.name(bytes), parameter);
            if !keyword.is_of_tables() {
                self.others.push(Other { line: id, keyword, file_type });
            }
        }
        Ok(())
    }

    fn include(
        &mut self,
        keyword: Keyword,
        value: &[u8],
        line: LineId,
        file_type: FileType,
        kind: Kind,
    ) -> Result<(), ReadError> {
        let base = self.files.get(line.file as usize).and_then(|file| file.path.parent());
        let found = match keyword {
            Keyword::IncludeFile => {
                let path = base.unwrap_or(Path::new("/")).join(path(value));
                self.read_file(&path, file_type, kind)?
            }
            Keyword::IncludeDir => {
                let directory = self.invocation.directory.join(path(value));
                match self.list(&directory)? {
                    Some(names) => {
                        self.directories.push(IncludedDirectory { line, path: directory.clone(), file_type });
                        for name in names.iter().filter(|name| is_included(name.as_bytes())) {
                            self.read_file(&directory.join(name), file_type, kind)?;
                        }
                        true
                    }
                    None => false,
                }
            }
            _ => {
                let is_long = value.len() > 5;
                let name = value.strip_suffix(b".conf").filter(|_| is_long).unwrap_or(value);
                let before = self.count;
                if self.invocation.default_files == DefaultFiles::Read {
                    self.search(name, file_type)?;
                }
                self.count > before
            }
        };
        if !found {
            self.loader.defects.push((line, Defect::NothingIncluded));
        }
        Ok(())
    }

    /// Directives of the command line; the first type of file that knows one takes it.
    fn read_command_line(&mut self) {
        let mut text = Vec::new();
        for line in &self.invocation.lines {
            let mut pieces = Pieces::new(line);
            let Some(name) = pieces.next(b" \t=") else { continue };
            text.extend([name, b" ", pieces.rest().unwrap_or_default(), b"\n"].concat());
        }
        if text.is_empty() {
            return;
        }
        let path = match &self.invocation.origin {
            Origin::Running(pid) => PathBuf::from(format!("/proc/{pid}/cmdline")),
            Origin::Configured(path) => path.clone(),
            Origin::Assumed => PathBuf::new(),
        };
        let document = Rc::new(Document::parse(&SnmpSyntax { rules: self.rules }, text));
        let file = self.files.len();
        for (chunk, parsed) in document.chunks().iter().enumerate() {
            let Some(line) = &parsed.entry else { continue };
            let name = line.name(document.bytes());
            let Some(file_type) = Keyword::types(&name).first().copied() else { continue };
            let (keyword, id) = (Keyword::anywhere(&name), line_id(file, chunk));
            let Some(parameter) = line.parameter(document.bytes()) else { continue };
            self.loader.read(id, keyword, &name, parameter);
            if !keyword.is_of_tables() {
                self.others.push(Other { line: id, keyword, file_type });
            }
        }
        self.files.push(SnmpFile { path, document, status: None, kind: Kind::CommandLine });
    }

    /// The directory that the last `persistentDir` names.
    #[must_use]
    pub fn named_persistent(&self) -> Option<PathBuf> {
        self.last_value(Keyword::PersistentDir).map(|value| path(&value))
    }

    /// Whether the last `mibs` names no MIB file: `mibs :`, as Debian has it.
    #[must_use]
    pub fn reads_no_mibs(&self) -> bool {
        let value = self.last_value(Keyword::Mibs);
        value.is_some_and(|value| value.iter().all(|byte| matches!(byte, b':' | b' ' | b'\t')))
    }

    /// The value of the last line of a directive that takes a string.
    fn last_value(&self, keyword: Keyword) -> Option<Vec<u8>> {
        let last = self.others.iter().rev().find(|other| other.keyword == keyword)?;
        let document = &self.files.get(last.line.file as usize)?.document;
        let line = document.chunks().get(last.line.chunk as usize)?.entry.as_ref()?;
        let value = line.parameter(document.bytes())?;
        Some(if value.starts_with(b"\"") { words::word(value, LONGEST_PATH).value } else { value.to_vec() })
    }

    /// The same files read once more, by what the files themselves say of it.
    ///
    /// # Errors
    /// When a file that was not met before cannot be read.
    pub fn again(self, persistent: PathBuf, loader: Loader<'r>) -> Result<Self, ReadError> {
        let mut again = Self {
            others: Vec::new(),
            directories: Vec::new(),
            search_path: None,
            persistent,
            rules: loader.rules,
            loader,
            ..self
        };
        // The command line is put behind the files anew.
        again.files.retain(|file| file.kind != Kind::CommandLine);
        again.read_all().map(|()| again)
    }
}

impl Keyword {
    /// Whether all that a line of it says is in the tables.
    fn is_of_tables(self) -> bool {
        matches!(
            self,
            Self::Community
                | Self::AuthCommunity
                | Self::Com2Sec
                | Self::Com2Sec6
                | Self::Com2SecUnix
                | Self::Group
                | Self::Access
                | Self::SetAccess
                | Self::AuthAccess
                | Self::View
                | Self::SavedVacm
                | Self::Section
                | Self::Plain
        )
    }
}

/// Whether a file of an included directory is read: no dot at its beginning, `.conf` at its end, and something before.
#[must_use]
pub fn is_included(name: &[u8]) -> bool {
    !name.starts_with(b".") && name.len() > 5 && name.ends_with(b".conf")
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

fn line_id(file: usize, chunk: usize) -> LineId {
    let number = |index| u32::try_from(index).unwrap_or(u32::MAX);
    LineId { file: number(file), chunk: number(chunk) }
}
