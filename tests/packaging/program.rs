//! The programs in the packages: they ask for no newer glibc than that of CentOS 7, and tell nothing of who built them.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{package, run, scratch};

/// The programs, as the .deb has them.
fn programs(case: &str) -> [PathBuf; 2] {
    let root = scratch(case);
    run(Command::new("dpkg-deb").arg("-x").arg(package(".deb")).arg(&root));
    ["usr/bin/standfast", "usr/libexec/standfast/standfast-upload"].map(|path| root.join(path))
}

#[test]
fn they_ask_for_glibc_2_17_at_most() {
    programs("symbols").iter().for_each(|program| assert_old_glibc(program));
}

fn assert_old_glibc(program: &Path) {
    let symbols = run(Command::new("objdump").arg("-T").arg(program));
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
fn they_are_linked_to_glibc_alone_so_that_names_of_any_service_resolve() {
    programs("linked").iter().for_each(|program| assert_only_glibc(program));
}

fn assert_only_glibc(program: &Path) {
    let dynamic = run(Command::new("readelf").arg("-dW").arg(program));
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
fn they_name_no_folder_of_the_machine_that_built_them() {
    let home = std::env::var("HOME").unwrap();
    let folders =
        [env!("CARGO_MANIFEST_DIR").to_owned(), Path::new(&home).join(".cargo").display().to_string()];
    for program in programs("folders") {
        let bytes = std::fs::read(&program).unwrap();
        for folder in &folders {
            let found = bytes.windows(folder.len()).any(|window| window == folder.as_bytes());
            assert!(!found, "{program:?}: {folder}");
        }
    }
}
