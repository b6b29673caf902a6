//! Real `puppet apply` with our module, beside an empty catalog, a type that does nothing, and the others' ways.
//!
//! Each case has Puppet's directories, /etc/security and /var/lib/standfast of its own, and all runs of a row are in
//! turn. What Puppet asks of the program is recorded, so that the program's own part can be counted.

mod case;
mod way;

use std::time::Duration;

use self::case::Case;
use self::way::Way;
use crate::measure::{Program, median, ratio};
use crate::stage::{Etc, Set, Stages};
use crate::table::Table;
use crate::tools::Tools;

/// How many entries usual hosts do not have.
const MANY: usize = 1000;
const TOO_MANY: usize = 10_000;

/// How much more memory 10,000 entries may take than none, in KiB.
const MORE_KIB: u64 = 25 * 1024;

/// The most that a report of a run in which nothing happened may have, in bytes.
const REPORT_BYTES: u64 = 20_000;

/// The ways in which others keep limits. A run with the container takes at most half of the time of those that keep
/// foreign lines, as it does.
const PEERS: [(&str, Way); 4] = [
    ("`file` for each", Way::File),
    ("`file_line` for each", Way::FileLine),
    ("`concat`, one file", Way::Concat),
    ("`augeas` for each", Way::Augeas),
];

/// A quiet machine has the time for all of them.
fn rounds(most: usize) -> usize {
    let wanted = std::env::var("STANDFAST_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok());
    wanted.map_or(most, |wanted: usize| wanted.min(most))
}

fn accounts(stages: &Stages, count: usize) -> Set {
    stages.set(&Etc { accounts: count, ..Etc::default() })
}

fn cpus<const N: usize>(programs: [&Program; N], most: usize) -> [Vec<Duration>; N] {
    Program::cpu_in_turn(programs, rounds(most))
}

/// 1,000 entries that are in sync: as resources of their own, and as one.
pub(crate) fn in_sync(tools: &Tools, stages: &Stages, table: &mut Table) {
    let _set = accounts(stages, MANY);
    let ways = [Way::Nowhere, Way::Nothing, Way::Single, Way::Literal, Way::Container];
    let cases = ways.map(|way| Case::new(tools, stages, way, MANY).in_sync());
    let [none, nothing, singles, container, hiera] = cpus(cases.each_ref().map(Case::program), 15);
    table.cpu("Puppet, an empty catalog", median(none.clone()), None);
    table.cpu("Puppet, 1,000 `limits_entry`", median(singles.clone()), None);
    let what = "Puppet, 1,000 `limits_entry` to a type that does nothing";
    table.cpu_ratio(what, ratio(&singles, &nothing), 1.1);
    table.cpu("Puppet, `standfast_limits` with 1,000 entries", median(container.clone()), None);
    let what = "Puppet, `standfast_limits` with 1,000 entries to an empty catalog";
    table.cpu_ratio(what, ratio(&container, &none), 1.1);
    table.cpu_ratio("the same with the entries in Hiera", ratio(&hiera, &none), None);
    let [none, nothing, single, container, _] = &cases;
    for (what, case) in [
        ("Puppet, an empty catalog", none),
        ("Puppet, 1,000 of a type that does nothing", nothing),
        ("Puppet, 1,000 `limits_entry`", single),
        ("Puppet, `standfast_limits` with 1,000 entries", container),
    ] {
        table.kib(what, case.program().peak_kib(), None);
    }
    table.bytes("report, 1,000 `limits_entry`", single.report_bytes(), None);
    table.bytes(
        "report, `standfast_limits` with 1,000 entries",
        container.report_bytes(),
        Some(REPORT_BYTES),
    );
    let serve = single.serve(tools, single.program());
    let _own = single.enter(stages);
    table.instructions("`serve`, 1,000 `limits_entry` one by one", serve.instructions(), None);
    table.cpu("`serve`, 1,000 `limits_entry` one by one", serve.cpu(15), None);
}

/// A container with 10,000 entries.
pub(crate) fn many(tools: &Tools, stages: &Stages, table: &mut Table) {
    let few = {
        let _set = accounts(stages, MANY);
        let few = Case::new(tools, stages, Way::Literal, MANY).in_sync();
        let serve = few.serve(tools, few.program());
        let _own = few.enter(stages);
        serve.instructions()
    };
    let _set = accounts(stages, TOO_MANY);
    let ways = [Way::Nowhere, Way::Holder, Way::Literal, Way::Container];
    let cases = ways.map(|way| Case::new(tools, stages, way, TOO_MANY).in_sync());
    let [none, holder, container, hiera] = cpus(cases.each_ref().map(Case::program), 11);
    let what = "Puppet, a type that does nothing with 10,000 entries to an empty catalog";
    table.cpu_ratio(what, ratio(&holder, &none), None);
    table.cpu("Puppet, `standfast_limits` with 10,000 entries", median(container.clone()), None);
    let what = "Puppet, `standfast_limits` with 10,000 entries to an empty catalog";
    table.cpu_ratio(what, ratio(&container, &none), 1.4);
    table.cpu_ratio("the same with the entries in Hiera", ratio(&hiera, &none), None);
    let what = "Puppet, `standfast_limits` with 10,000 entries to a type that does nothing with them";
    table.cpu_ratio(what, ratio(&container, &holder), None);
    let [none, _, container, _] = &cases;
    let more = container.program().peak_kib().saturating_sub(none.program().peak_kib());
    let bytes = container.report_bytes();
    table.bytes("report, `standfast_limits` with 10,000 entries", bytes, Some(REPORT_BYTES));
    let serve = container.serve(tools, container.program());
    let _own = container.enter(stages);
    let what = "Puppet, `standfast_limits` with 10,000 entries, more than an empty catalog";
    table.more_kib(what, more, Some(MORE_KIB));
    table.kib("`serve`, `standfast_limits` with 10,000 entries", serve.peak_kib(), None);
    let count = serve.instructions();
    table.instructions("`serve`, `standfast_limits` with 10,000 entries", count, None);
    let what = "`serve`, `standfast_limits` with 10,000 to 1,000 entries";
    table.count_ratio(what, count as f64 / few as f64, 10.5);
    table.cpu("`serve`, `standfast_limits` with 10,000 entries", serve.cpu(15), None);
}

/// 1,000 entries in sync, as others keep them.
pub(crate) fn peers(tools: &Tools, stages: &Stages, table: &mut Table) {
    case::bring_peers();
    let _set = accounts(stages, MANY);
    let container = Case::new(tools, stages, Way::Container, MANY).in_sync();
    let others = PEERS.map(|(_, way)| Case::new(tools, stages, way, MANY).in_sync());
    let [files, lines, fragments, augeas] = others.each_ref().map(Case::program);
    let [ours, theirs @ ..] = cpus([container.program(), files, lines, fragments, augeas], 7);
    for ((name, way), cpu) in PEERS.iter().zip(&theirs) {
        table.cpu(&format!("Puppet, 1,000 entries, {name}"), median(cpu.clone()), None);
        let what = format!("Puppet, `standfast_limits` with 1,000 entries to {name}");
        table.cpu_ratio(&what, ratio(&ours, cpu), way.keeps_foreign_lines().then_some(0.5));
    }
    table.kib("Puppet, `standfast_limits` with 1,000 entries", container.program().peak_kib(), None);
    for ((name, _), case) in PEERS.iter().zip(&others) {
        table.kib(&format!("Puppet, 1,000 entries, {name}"), case.program().peak_kib(), None);
    }
}

/// The first run, which makes each entry.
pub(crate) fn first_run(tools: &Tools, stages: &Stages, table: &mut Table) {
    let _set = accounts(stages, MANY);
    let none = Case::new(tools, stages, Way::Nowhere, MANY).in_sync();
    let singles = [100, 500, 1000].map(|count| Case::new(tools, stages, Way::Single, count).in_sync());
    let container = Case::new(tools, stages, Way::Container, MANY).in_sync();
    let [few, half, all] = singles.each_ref().map(Case::first_run);
    let at_once = container.first_run();
    let [half_of_nothing, all_of_nothing] =
        [500, 1000].map(|count| Case::new(tools, stages, Way::Anew, count).first_run());
    let programs = [none.program(), &few, &half, &all, &at_once, &half_of_nothing, &all_of_nothing];
    let [none, few_cpu, half_cpu, all_cpu, at_once_cpu, half_of_nothing, all_of_nothing] =
        cpus(programs, 5).map(median);
    table.cpu("Puppet, first run, 100 `limits_entry`", few_cpu, None);
    table.cpu("Puppet, first run, 1,000 `limits_entry`", all_cpu, None);
    let more = |cpu: Duration| cpu.saturating_sub(none).as_secs_f64();
    let what = "Puppet, first run, 1,000 to 500 `limits_entry`, beyond an empty catalog";
    table.cpu_ratio(what, more(all_cpu) / more(half_cpu), 2.2);
    let what = "the same with a type that is made by doing nothing";
    table.cpu_ratio(what, more(all_of_nothing) / more(half_of_nothing), None);
    table.cpu("Puppet, first run, `standfast_limits` with 1,000 entries", at_once_cpu, None);
    let [_, half_case, all_case] = &singles;
    let counted = [(half_case, &half), (all_case, &all)].map(|(case, run)| {
        let serve = case.serve(tools, run);
        let _own = case.enter(stages);
        serve.forgetting(&[Case::made()]).instructions()
    });
    table.instructions("`serve`, first run, 1,000 `limits_entry`", counted[1], None);
    let what = "`serve`, first run, 1,000 to 500 `limits_entry`";
    table.count_ratio(what, counted[1] as f64 / counted[0] as f64, None);
    let serve = all_case.serve(tools, &all).forgetting(&[Case::made()]);
    let _own = all_case.enter(stages);
    let cpu = serve.cpu(5);
    table.cpu("`serve`, first run, 1,000 `limits_entry`", cpu, None);
    let what = "`serve`, first run, 1,000 `limits_entry`, to all of the run";
    table.cpu_ratio(what, cpu.as_secs_f64() / all_cpu.as_secs_f64(), 0.2);
    assert_durable(&serve);
}

/// Each change is a file of its own that was synced before it took the old one's place, and its directory after.
fn assert_durable(serve: &Program) {
    let strace =
        ["strace", "-qq", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-e", "signal=none"];
    let said = serve.traced(&strace);
    let count = |call: &str| said.lines().filter(|line| line.starts_with(call)).count();
    let (renames, syncs) = (count("rename"), count("fsync") + count("fdatasync"));
    assert!(renames >= MANY && syncs >= 2 * MANY, "{MANY} changes: {renames} renames, {syncs} syncs");
}
