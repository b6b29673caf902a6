//! Colour, where a person looks at a terminal and has not refused it.

use std::io::IsTerminal;

/// How words are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// With ANSI colours.
    Colour,
    /// Not at all.
    Plain,
}

impl Style {
    /// Colour on a terminal, unless `NO_COLOR` is set (no-color.org) or the terminal is dumb.
    #[must_use]
    pub fn of_stdout() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if !refused && !dumb && std::io::stdout().is_terminal() { Self::Colour } else { Self::Plain }
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Self::Colour => format!("\x1b[{code}m{text}\x1b[0m"),
            Self::Plain => text.to_owned(),
        }
    }

    /// What is as it should be.
    #[must_use]
    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// What differs.
    #[must_use]
    pub fn drift(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// What failed.
    #[must_use]
    pub fn bad(self, text: &str) -> String {
        self.paint("31", text)
    }

    /// What a heading says.
    #[must_use]
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// What is beside the point.
    #[must_use]
    pub fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }
}
