//! Takes the unwinder of GCC into the program, where it would otherwise be loaded from libgcc_s.so.1 at each start.
//!
//! It is wanted for the backtrace of a panic alone, and loading it is a seventh of what a program costs that does
//! nothing. Only for a build with the machine's own compiler: others bring an unwinder of their own.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a build script talks to cargo by printing"
)]

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=RUSTC_LINKER");
    if let Some(directory) = directory() {
        println!("cargo:rustc-link-search=native={directory}");
        // Before Rust's own libraries, which name the shared one as one that is linked if needed.
        println!("cargo:rustc-link-lib=static:-bundle=gcc_eh");
    }
}

/// Where the machine's own compiler has the unwinder.
fn directory() -> Option<String> {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|is| is == value);
    let is_native =
        env::var("HOST").ok()? == env::var("TARGET").ok()? && env::var_os("RUSTC_LINKER").is_none();
    if !is_native || !is("CARGO_CFG_TARGET_OS", "linux") || !is("CARGO_CFG_TARGET_ENV", "gnu") {
        return None;
    }
    let said = Command::new("cc").arg("-print-file-name=libgcc_eh.a").output().ok()?;
    let library = String::from_utf8(said.stdout).ok()?;
    let library = Path::new(library.trim());
    // What it does not have it names without a directory.
    if library.is_absolute() && library.exists() {
        Some(library.parent()?.to_str()?.to_owned())
    } else {
        None
    }
}
