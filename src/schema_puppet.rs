//! The Puppet types and providers of all kinds, as literal Ruby: `puppet-module/lib` is what this prints.
//!
//! Literal, for puppet-strings finds no type behind a call of one's own. What all types share is written by hand in
//! `puppet-module/lib/puppet_x/standfast`.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use standfast_providers::schema::{Attribute, Kind, Role, ValueType};

use crate::resource::KINDS;

/// One generated file.
pub struct RubyFile {
    /// Where it belongs, below the module.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
}

/// Writes all files below a directory, which is that of the Puppet module.
///
/// # Errors
/// When a directory or a file cannot be written; the error of the first.
#[expect(
    clippy::disallowed_methods,
    reason = "a source tree is named by the caller: nothing of a machine is changed"
)]
pub fn write(module: &Path) -> io::Result<()> {
    for file in files() {
        let path = module.join(&file.path);
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        std::fs::write(path, file.text)?;
    }
    Ok(())
}

/// A type and a provider for each kind.
#[must_use]
pub fn files() -> Vec<RubyFile> {
    let one = |kind: &Kind| {
        let name = kind.name;
        [
            RubyFile { path: format!("lib/puppet/type/{name}.rb").into(), text: type_of(kind) },
            RubyFile {
                path: format!("lib/puppet/provider/{name}/standfast.rb").into(),
                text: provider_of(kind),
            },
        ]
    };
    KINDS.iter().flat_map(one).collect()
}

/// The first lines of each file.
const HEAD: &str = "# frozen_string_literal: true\n\n\
                    # Printed by `standfast schema --puppet`: what is changed here is lost.\n";

/// Brings what all types share. `require` would look at all files that Ruby has loaded, for Puppet has just added the type
/// to them: 15 ms each time, of a run of Puppet that takes a second.
const SHARED: &str = "load File.expand_path('../../puppet_x/standfast/type.rb', __dir__) \
                      unless defined?(PuppetX::Standfast::Type)\n";

fn type_of(kind: &Kind) -> String {
    let mut text = format!("{HEAD}{SHARED}\nPuppet::Type.newtype(:{}) do\n", kind.name);
    heredoc(&mut text, 2, "@doc =", &lines_of(kind.doc));
    text.push_str("  include PuppetX::Standfast::Type\n\n");
    text.push_str(&naming(kind));
    for attribute in kind.attributes {
        text.push('\n');
        text.push_str(&attribute_of(attribute));
    }
    text.push_str("end\n");
    text
}

/// How the title names the resource, and the parameter `name`, by which Puppet tells resources apart.
fn naming(kind: &Kind) -> String {
    let namevars: Vec<_> =
        kind.attributes.iter().filter(|one| one.role == Role::Namevar).map(|one| one.name).collect();
    match namevars[..] {
        ["name"] => String::new(),
        [] => {
            let only = quoted(kind.title);
            format!(
                "  newparam(:name) do\n    desc 'The title. There is only one: {title}.'\n    isnamevar\n    \
                 include PuppetX::Standfast::Attribute\n    newvalues({only})\n  end\n",
                title = kind.title
            )
        }
        _ => composite(kind, &namevars),
    }
}

/// A title of several parts, the first of which may hold the slash that separates them.
fn composite(kind: &Kind, namevars: &[&str]) -> String {
    let rest = "/([^/]+)".repeat(namevars.len() - 1);
    let names: Vec<_> = std::iter::once("name").chain(namevars.iter().copied()).collect();
    let symbols = names.iter().map(|name| format!("[:{name}]")).collect::<Vec<_>>().join(", ");
    format!(
        "  def self.title_patterns\n    [\n      [%r{{\\A((.+){rest})\\z}}m, [{symbols}]],\n      \
         [%r{{\\A(.*)\\z}}m, [[:name]]],\n    ]\n  end\n\n  newparam(:name) do\n    \
         desc 'The title: {title}, or any text where these are given. Leave it out.'\n    isnamevar\n    \
         include PuppetX::Standfast::Attribute\n    define_method(:legal) {{ 'text without control characters' }}\n  end\n",
        title = kind.title
    )
}

fn attribute_of(attribute: &Attribute) -> String {
    let declared = match attribute.role {
        Role::Property => "newproperty",
        Role::Namevar | Role::Parameter => "newparam",
    };
    let is_list = attribute.value == ValueType::List;
    let options = if is_list && attribute.role == Role::Property { ", array_matching: :all" } else { "" };
    let mut text = format!("  {declared}(:{}{options}) do\n", attribute.name);
    heredoc(&mut text, 4, "desc", &doc_of(attribute));
    if attribute.role == Role::Namevar {
        text.push_str("    isnamevar\n");
    }
    let mixin = match attribute.role {
        Role::Property => "Property",
        Role::Namevar | Role::Parameter => "Attribute",
    };
    let _ = writeln!(text, "    include PuppetX::Standfast::{mixin}");
    match attribute.value {
        ValueType::List => text.push_str("    include PuppetX::Standfast::List\n"),
        ValueType::Secret => text.push_str("    include PuppetX::Standfast::Secret\n"),
        ValueType::Word(words) => text.push_str(&newvalues(words)),
        ValueType::Text | ValueType::Form(_) => {}
    }
    // Puppet's own logic turns on it; what else has a default gets it from the program.
    if let (Role::Property, "ensure", Some(default)) = (attribute.role, attribute.name, attribute.default) {
        let _ = writeln!(text, "    defaultto {}", quoted(default));
    }
    if !matches!(attribute.value, ValueType::Word(_)) {
        let _ = writeln!(text, "    define_method(:legal) {{ {} }}", quoted(&legal(attribute)));
    }
    if let Some(pattern) = attribute.pattern {
        let pattern = pattern.replace('/', "\\/");
        let _ = writeln!(text, "    define_method(:pattern) {{ /\\A(?:{pattern})\\z/ }}");
    }
    text.push_str("  end\n");
    text
}

fn doc_of(attribute: &Attribute) -> Vec<String> {
    let mut lines = lines_of(attribute.doc);
    if !matches!(attribute.value, ValueType::Word(_)) {
        lines.push(String::new());
        lines.push(format!("Legal: {}.", legal(attribute)));
    }
    match attribute.default {
        Some(default) if attribute.name != "ensure" => {
            lines.push(String::new());
            lines.push(format!("Default: `{default}`."));
        }
        _ => {}
    }
    lines
}

/// What is legal, in the words of an error.
fn legal(attribute: &Attribute) -> String {
    match attribute.value {
        ValueType::Secret => "a text without line ends, best in Sensitive".to_owned(),
        ValueType::List => format!("a list of {}", attribute.each),
        value => value.to_string(),
    }
}

/// The legal words, in lines that are not too long.
fn newvalues(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
    if words.len() < 8 {
        return format!("    newvalues({})\n", words.join(", "));
    }
    let lines: Vec<_> = words.chunks(8).map(|line| format!("      {}", line.join(", "))).collect();
    format!("    newvalues(\n{},\n    )\n", lines.join(",\n"))
}

/// A text without the blank that `///` leaves before each line.
fn lines_of(doc: &str) -> Vec<String> {
    doc.trim_end().lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()).collect()
}

fn heredoc(text: &mut String, indent: usize, before: &str, lines: &[String]) {
    let blanks = " ".repeat(indent);
    let _ = writeln!(text, "{blanks}{before} <<~'DOC'");
    for line in lines {
        let _ = if line.is_empty() { writeln!(text) } else { writeln!(text, "{blanks}  {line}") };
    }
    let _ = writeln!(text, "{blanks}DOC");
}

/// A Ruby string in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn provider_of(kind: &Kind) -> String {
    format!(
        "{HEAD}\nPuppet::Type.type(:{}).provide(:standfast) do\n  \
         desc 'Asks the program standfast, which must be on the node.'\n  \
         include PuppetX::Standfast::Provider\nend\n",
        kind.name
    )
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the module is read where it lies")]
mod tests {
    use std::path::Path;

    use super::files;

    #[test]
    fn the_types_of_the_module_are_those_of_the_schema() {
        let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("puppet-module");
        for file in files() {
            let there = std::fs::read_to_string(module.join(&file.path)).unwrap_or_default();
            assert!(
                there == file.text,
                "{} is not current: run `standfast schema --puppet puppet-module`",
                file.path.display()
            );
        }
    }

    #[test]
    fn the_module_has_no_type_of_a_kind_that_is_gone() {
        let types = Path::new(env!("CARGO_MANIFEST_DIR")).join("puppet-module/lib/puppet/type");
        for entry in std::fs::read_dir(types).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let is_printed = text.contains("Printed by `standfast schema --puppet`");
            assert!(
                !is_printed || files().iter().any(|file| path.ends_with(&file.path)),
                "{} is of no kind",
                path.display()
            );
        }
    }
}
