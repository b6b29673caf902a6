//! One process for a whole Puppet run: what a look costs when nothing has changed, and what an apply costs.

use std::fmt::Write as _;

use crate::stage::{Etc, FIRST_ID, Stages};
use crate::table::Table;
use crate::tools::Tools;

/// How many entries a catalog declares.
const DECLARED: usize = 1000;

fn title(index: usize) -> String {
    format!(":{}/soft/nproc", FIRST_ID + index)
}

fn value(index: usize) -> usize {
    100 + index % 400
}

fn lines() -> String {
    let mut text = String::new();
    for index in 0..DECLARED {
        writeln!(text, ":{} soft nproc {}", FIRST_ID + index, value(index)).unwrap();
    }
    text
}

/// A run that declares so many entries, looks at all of them, and asks this of so many, one by one.
fn run(declared: usize, ask: &str, asked: usize) -> String {
    let reference = |index| format!(r#"{{"type":"limits_entry","title":"{}"}}"#, title(index));
    let resource = |index| {
        format!(
            r#"{{"type":"limits_entry","title":"{}","parameters":{{"value":{}}}}}"#,
            title(index),
            value(index)
        )
    };
    let all = |one: &dyn Fn(usize) -> String| (0..declared).map(one).collect::<Vec<_>>().join(",");
    let mut text = String::from("{\"ask\":\"hello\",\"protocol\":1,\"run\":{\"by\":\"resource\"}}\n");
    writeln!(text, r#"{{"ask":"declare","resources":[{}]}}"#, all(&resource)).unwrap();
    writeln!(text, r#"{{"ask":"observe","only":"drifted","resources":[{}]}}"#, all(&reference)).unwrap();
    for index in 0..asked {
        let one = reference(index % declared);
        writeln!(text, r#"{{"ask":"{ask}","resources":[{one}]}}"#).unwrap();
    }
    text
}

/// 1,000 entries: looked at one by one while nothing changes, and applied one by one.
pub(crate) fn measure(tools: &Tools, stages: &Stages, table: &mut Table) {
    {
        let _set = stages.set(&Etc { accounts: DECLARED, limits: lines(), ..Etc::default() });
        let looks = |count| {
            let input = stages.input(&run(DECLARED, "observe", count));
            let serve = tools.standfast(&["serve"]).reading(&input);
            (serve.instructions(), serve.cpu(15), serve.peak_kib())
        };
        // Only the first two look at the files.
        let ((none, start, _), (some, end, kib)) = (looks(2), looks(2 + 10 * DECLARED));
        let each = (some - none) / (10 * DECLARED as u64);
        table.instructions("`serve`, a look at one of 1,000 entries in sync", each, Some(0.06));
        table.cpu("`serve`, 10,000 such looks", end.saturating_sub(start), Some(200.0));
        table.kib("`serve`, 1,000 entries", kib, None);
    }
    let _set = stages.set(&Etc { accounts: DECLARED, ..Etc::default() });
    let applies = |count| {
        let input = stages.input(&run(DECLARED, "apply", count));
        let written = ["/etc/security/limits.d/zz-standfast.conf".into()];
        let serve = tools.standfast(&["serve"]).reading(&input).forgetting(&written);
        (serve.instructions(), serve.cpu(5))
    };
    let ((none, start), (few, _), (many, end)) = (applies(0), applies(50), applies(200));
    table.instructions("`serve`, an apply of one of 1,000 entries", (many - none) / 200, None);
    let ratio = (many - none) as f64 / (few - none) as f64;
    // Each reads the file again, to which those before it have added their lines.
    table.count_ratio("`serve`, 200 to 50 such applies", ratio, 5.0);
    table.cpu("`serve`, 200 such applies", end.saturating_sub(start), None);
}
