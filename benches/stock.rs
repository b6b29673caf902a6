//! A stock machine: `check` with the default policy against a program that does nothing; facts and explain.

use crate::stage::{Etc, Stages};
use crate::table::Table;
use crate::tools::Tools;

/// limits.conf as it comes with a distribution: comments, and no entry.
fn stock_limits() -> String {
    "# /etc/security/limits.conf\n#\n".to_owned()
        + &"#<domain>      <type>  <item>         <value>   as the manual page has it\n".repeat(30)
        + "# End of file\n"
}

pub(crate) fn measure(tools: &Tools, stages: &Stages, table: &mut Table) {
    let _set = stages.set(&Etc { accounts: 1, limits: stock_limits(), ..Etc::default() });
    let (check, hello) = (tools.standfast(&["check"]), tools.hello());
    table.instructions("hello world, dynamic", hello.instructions(), None);
    table.instructions("`--version`", tools.standfast(&["--version"]).instructions(), None);
    table.instructions("stock `check`", check.instructions(), Some(0.8));
    table.time_ratio("stock `check` to hello world", check.wall_ratio(&hello, 301), 2.0);
    table.wall("hello world, dynamic", hello.wall(101), None);
    table.wall("stock `check`", check.wall(101), None);
    table.kib("stock `check`", check.peak_kib(), Some(6 * 1024));
    let facts = tools.standfast(&["facts"]);
    table.instructions("`facts`", facts.instructions(), None);
    table.wall("`facts`", facts.wall(51), Some(10.0));
    let fact = tools.fact();
    assert!(fact.said().contains("\"standfast\""), "the fact says nothing");
    table.wall("the external fact", fact.wall(51), Some(10.0));
    table.time_ratio("the external fact to `facts`", fact.wall_ratio(&facts, 101), 2.0);
    let explain = tools.standfast(&["explain", "limits", "--user", "u00000"]);
    table.instructions("`explain limits`", explain.instructions(), None);
    table.wall("`explain limits`", explain.wall(51), None);
}
