//! The files of an ntpd: includes, and NTPsec's directory ntp.d.
//!
//! Source: `getconfig` and `yylex` of the reference implementation; `lex_push_file` and `readconfig` of NTPsec 1.2.2,
//! which was asked. NTPsec keeps the main file on its stack while it reads ntp.d, puts all files of a directory on the
//! stack before it reads any, and so reads the *last* name first.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::directive::{Directive, Statement};
use super::files::{Base, Closure, FilesError, Found, Problem, ProblemKind, Reader, line_id};
use super::source::Source;
use super::syntax::NtpSyntax;
use super::table::LineId;
use super::version::{Family, Grammar, Rules};

/// How many files may be open, the main one included, when one more is asked for.
const MOST_OPEN: usize = 5;

/// Reads the files that an ntpd with this main file reads.
///
/// # Errors
/// When a file is there and cannot be read.
pub fn read(
    source: &Source<'_>,
    main: &Path,
    base: &Base,
    rules: &Rules,
) -> Result<Closure<Statement>, FilesError> {
    let syntax = NtpSyntax { rules };
    let mut walk =
        Walk { reader: Reader::new(source, &syntax, base), rules, open: Vec::new(), is_over: false };
    match walk.reader.open(main)? {
        Found::File(file) => {
            walk.push(file, main);
            walk.run(0)?;
        }
        // The daemon runs without.
        Found::Nothing | Found::Directory(_) => {
            walk.reader.keep(main, None);
        }
    }
    if rules.family == Family::Ntpsec && !walk.is_over {
        walk.drop_ins(&main.parent().unwrap_or(Path::new("")).join("ntp.d"))?;
    }
    Ok(walk.reader.closure)
}

/// A file that is being read.
struct Frame {
    file: usize,
    /// Its path as the daemon knows it.
    path: PathBuf,
    next: usize,
    /// Whether nothing more is read of it.
    ended: bool,
}

struct Walk<'a> {
    reader: Reader<'a, NtpSyntax<'a>>,
    rules: &'a Rules,
    open: Vec<Frame>,
    /// Whether the daemon has ended.
    is_over: bool,
}

/// What makes the parser stop.
enum Stop {
    No,
    /// `end`: all open files are closed.
    End,
    /// A NUL: the parser returns, and NTPsec's goes on behind it when it is called again.
    Nul,
    /// A word that is too long: the daemon ends.
    Fatal,
}

impl Walk<'_> {
    fn push(&mut self, file: usize, path: &Path) {
        self.open.push(Frame { file, path: path.to_path_buf(), next: 0, ended: false });
    }

    /// Reads until only so many files are open and the last of them is at its end.
    fn run(&mut self, floor: usize) -> Result<(), FilesError> {
        while let Some(frame) = self.open.last_mut() {
            let (file, at) = (frame.file, frame.next);
            frame.next += 1;
            if frame.ended || at >= self.reader.chunks(file).len() {
                if self.open.len() <= floor + 1 {
                    return Ok(());
                }
                self.open.pop();
                continue;
            }
            let line = line_id(file, at);
            self.reader.line(line)?;
            match self.stop(file, at) {
                Stop::No => {
                    if self.include(file, at)? {
                        return Ok(());
                    }
                }
                Stop::Nul => {
                    self.include(file, at)?;
                    return Ok(());
                }
                Stop::Fatal => {
                    self.is_over = true;
                    return Ok(());
                }
                Stop::End => {
                    let keep = self.open.pop();
                    self.open.clear();
                    self.open.extend(keep.map(|frame| Frame { ended: true, ..frame }));
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn stop(&self, file: usize, at: usize) -> Stop {
        let Some(statement) = &self.reader.chunks(file)[at].entry else { return Stop::No };
        if statement.is_nul() {
            Stop::Nul
        } else if statement.directive == Directive::Fatal {
            Stop::Fatal
        } else if statement.ends_input() {
            Stop::End
        } else {
            Stop::No
        }
    }

    /// Opens what a line includes; says whether the parser returns.
    fn include(&mut self, file: usize, at: usize) -> Result<bool, FilesError> {
        let Some(statement) = &self.reader.chunks(file)[at].entry else { return Ok(false) };
        let is_skipping = statement.first_piece().is_some() && !statement.is_nul();
        let mut written = Vec::new();
        let mut directive = &statement.directive;
        while let Directive::Include(include) = directive {
            written.push(Path::new(OsStr::from_bytes(&include.path)).to_path_buf());
            directive = include.then.as_deref().unwrap_or(&Directive::Other);
        }
        let line = line_id(file, at);
        let mut is_read = false;
        // What stands behind is put on the stack first, and so is read last.
        for written in written.into_iter().rev() {
            let path = match self.rules.family {
                Family::Classic => written,
                // NTPsec starts from the directory of the file on the top.
                Family::Ntpsec => {
                    let top = self.open.last().and_then(|frame| frame.path.parent());
                    top.unwrap_or(Path::new("")).join(written)
                }
            };
            let found =
                if self.open.len() > MOST_OPEN { Err(ProblemKind::TooDeep) } else { self.follow(&path)? };
            is_read |= found.is_ok();
            if let Err(kind) = found {
                self.reader.closure.problems.push(Problem { line, path, kind });
            }
        }
        if !is_skipping || self.rules.grammar == Grammar::Hand {
            return Ok(false);
        }
        if is_read {
            self.note_lost(line);
        }
        self.lose_line()
    }

    fn note_lost(&mut self, line: LineId) {
        if let Some(frame) = self.open.last() {
            let path = frame.path.clone();
            self.reader.closure.problems.push(Problem { line, path, kind: ProblemKind::FirstLineLost });
        }
    }

    /// The parser looks for the end of a wrong line: in the file that it has just opened, else in the rest of the line.
    /// Says whether it returns, for a NUL or a word that is too long counts there too.
    fn lose_line(&mut self) -> Result<bool, FilesError> {
        let Some(frame) = self.open.last_mut() else { return Ok(false) };
        let chunks = self.reader.chunks(frame.file);
        let line = chunks.get(frame.next.saturating_sub(1)).map(|chunk| chunk.line);
        while let Some(chunk) = chunks.get(frame.next).filter(|chunk| Some(chunk.line) == line) {
            frame.next += 1;
            let Some(statement) = &chunk.entry else { continue };
            if statement.directive == Directive::Fatal {
                self.is_over = true;
                let lost = line_id(frame.file, frame.next - 1);
                self.reader.line(lost)?;
                return Ok(true);
            }
            if statement.is_nul() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Opens what is at a path; the error says why nothing is read.
    fn follow(&mut self, path: &Path) -> Result<Result<(), ProblemKind>, FilesError> {
        match (self.reader.open(path)?, self.rules.family) {
            (Found::File(file), _) => {
                self.push(file, path);
                Ok(Ok(()))
            }
            (Found::Directory(names), Family::Ntpsec) => {
                let before = self.open.len();
                self.push_directory(path, names)?;
                Ok(if self.open.len() > before { Ok(()) } else { Err(ProblemKind::Missing) })
            }
            (Found::Directory(_), Family::Classic) => Ok(Err(ProblemKind::Directory)),
            (Found::Nothing, _) => Ok(Err(ProblemKind::Missing)),
        }
    }

    /// Puts the files of a directory on the stack, and those of directories in it.
    fn push_directory(&mut self, path: &Path, names: Vec<Vec<u8>>) -> Result<(), FilesError> {
        self.reader.keep_directory(path);
        for name in names.into_iter().filter(|name| name.ends_with(b".conf")) {
            let path = path.join(OsStr::from_bytes(&name));
            match self.reader.open(&path)? {
                Found::File(file) => self.push(file, &path),
                Found::Directory(names) => self.push_directory(&path, names)?,
                Found::Nothing => {}
            }
        }
        Ok(())
    }

    fn drop_ins(&mut self, path: &Path) -> Result<(), FilesError> {
        // Also where it is not there yet: a file that is put in it would be read.
        self.reader.keep_directory(path);
        let Some(names) = self.reader.list(path)? else { return Ok(()) };
        let before = self.open.len();
        self.push_directory(path, names)?;
        // Without a file in it the parser is not called again.
        if self.open.len() > before { self.run(0) } else { Ok(()) }
    }
}
