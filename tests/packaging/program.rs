//! The program in the packages: it asks for no newer glibc than that of CentOS 7, and tells nothing of who built it.

use std::path::Path;
use std::process::Command;

use crate::{package, run, scratch};

/// The program, as the .deb has it.
fn program(case: &str) -> std::path::PathBuf {
    let root = scratch(case);
    run(Command::new("dpkg-deb").arg("-x").arg(package(".deb")).arg(&root));
    root.join("usr/bin/standfast")
}

#[test]
fn it_asks_for_glibc_2_17_at_most() {
    let symbols = run(Command::new("objdump").arg("-T").arg(program("symbols")));
    let versions: Vec<(u32, u32)> = symbols
        .match_indices("GLIBC_")
        .map(|(at, mark)| {
            let version = symbols[at + mark.len()..].split([')', ' ', '\n']).next().unwrap();
            let mut parts = version.split('.').map(|part| part.parse().unwrap());
            (parts.next().unwrap(), parts.next().unwrap())
        })
        .collect();
    assert!(versions.len() > 50, "{symbols}");
    assert_eq!(versions.into_iter().max(), Some((2, 17)));
}

#[test]
fn it_is_linked_to_glibc_alone_so_that_names_of_any_service_resolve() {
    let dynamic = run(Command::new("readelf").arg("-dW").arg(program("linked")));
    let mut needed: Vec<_> = dynamic
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .map(|line| line.split(['[', ']']).nth(1).unwrap().split(".so").next().unwrap())
        .collect();
    needed.retain(|library| !library.starts_with("ld-linux"));
    needed.sort_unstable();
    assert!(needed.contains(&"libc"), "{dynamic}");
    let glibc = ["libc", "libdl", "libm", "libpthread", "librt"];
    assert!(needed.iter().all(|library| glibc.contains(library)), "{needed:?}");
}

#[test]
fn it_names_no_folder_of_the_machine_that_built_it() {
    let bytes = std::fs::read(program("folders")).unwrap();
    let home = std::env::var("HOME").unwrap();
    for folder in
        [env!("CARGO_MANIFEST_DIR").to_owned(), Path::new(&home).join(".cargo").display().to_string()]
    {
        let found = bytes.windows(folder.len()).any(|window| window == folder.as_bytes());
        assert!(!found, "{folder}");
    }
}
