//! Many entries and many resources: linear, and no slower than the programs that read the same file.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::stage::{Etc, FIRST_ID, Stages, user};
use crate::table::Table;
use crate::tools::Tools;

/// Whom the line or the resource of this number is for.
type Domain = fn(usize) -> String;

/// How resources and entries name those whom they are for.
#[derive(Clone, Copy, Debug)]
struct Form {
    name: &'static str,
    /// The domain of a line, by the number of the account.
    line: Domain,
    /// The domain of a resource.
    resource: Domain,
    match_by: &'static str,
}

const FORMS: [Form; 5] = [
    Form { name: "users by UID", line: uid, resource: uid, match_by: "id" },
    Form { name: "users by name, written by UID", line: uid, resource: user, match_by: "id" },
    Form { name: "users by name", line: user, resource: user, match_by: "name" },
    Form { name: "groups, written by GID", line: gid, resource: group, match_by: "id" },
    Form { name: "groups by name", line: group, resource: group, match_by: "name" },
];

fn uid(index: usize) -> String {
    format!(":{}", FIRST_ID + index)
}

fn gid(index: usize) -> String {
    format!("@:{}", FIRST_ID + index)
}

fn group(index: usize) -> String {
    format!("@g{index:05}")
}

/// Below every hard limit of a process that anyone runs.
pub(crate) fn value(index: usize) -> usize {
    100 + index % 400
}

fn lines(count: usize, domain: Domain) -> String {
    let mut text = String::new();
    for index in 0..count {
        writeln!(text, "{} soft nproc {}", domain(index), value(index)).unwrap();
    }
    text
}

fn resources_as_json(count: usize, form: Form) -> String {
    let one = |index| {
        format!(
            r#"{{"type":"limits_entry","title":"{}/soft/nproc","parameters":{{"value":{},"match_by":"{}"}}}}"#,
            (form.resource)(index),
            value(index),
            form.match_by
        )
    };
    format!("[{}]", (0..count).map(one).collect::<Vec<_>>().join(","))
}

/// One file with 10,000 and then 100,000 entries under the default policy.
pub(crate) fn entries(tools: &Tools, stages: &Stages, table: &mut Table) {
    // Not by group: pam_limits reads all of /etc/group for each such line, and no bar would mean anything.
    let forms: [(&str, Domain); 2] = [("UID", uid), ("user name", user)];
    for (name, domain) in forms {
        let check = tools.standfast(&["check"]);
        let etc = |count| Etc { accounts: count, limits: lines(count, domain), ..Etc::default() };
        let few = {
            let _set = stages.set(&etc(10_000));
            check.instructions()
        };
        let _set = stages.set(&etc(100_000));
        let many = check.instructions();
        let session = tools.session(&user(7));
        table.instructions(&format!("`check`, 100,000 entries by {name}"), many, None);
        table.count_ratio(&format!("100,000 to 10,000 entries by {name}"), many as f64 / few as f64, 10.5);
        let ratio = many as f64 / session.instructions() as f64;
        table.count_ratio(&format!("to pam_limits.so, 100,000 entries by {name}"), ratio, 1.0);
        table.time_ratio(
            &format!("to pam_limits.so, 100,000 entries by {name}"),
            check.wall_ratio(&session, 21),
            1.0,
        );
        table.time_ratio(
            &format!("to augtool, 100,000 entries by {name}"),
            check.wall_ratio(&tools.augtool(), 5),
            0.05,
        );
        table.wall(&format!("`check`, 100,000 entries by {name}"), check.wall(11), None);
        table.kib(&format!("`check`, 100,000 entries by {name}"), check.peak_kib(), None);
    }
}

/// As many resources as entries, in sync: 1,000 and then 10,000.
pub(crate) fn resources(tools: &Tools, stages: &Stages, table: &mut Table) {
    for form in FORMS {
        let check = |count| {
            let input = stages.input(&resources_as_json(count, form));
            (tools.standfast(&["check", "-"]).reading(&input), lines(count, form.line))
        };
        let (few, limits) = check(1000);
        let few = {
            let _set = stages.set(&Etc { accounts: 1000, limits, ..Etc::default() });
            few.instructions()
        };
        let (program, limits) = check(10_000);
        let _set = stages.set(&Etc { accounts: 10_000, limits, ..Etc::default() });
        let many = program.instructions();
        table.instructions(&format!("`check -`, 10,000 {}", form.name), many, None);
        table.count_ratio(&format!("10,000 to 1,000 {}", form.name), many as f64 / few as f64, 10.5);
        table.cpu(&format!("`check -`, 10,000 {}", form.name), program.cpu(15), Some(50.0));
        table.kib(&format!("`check -`, 10,000 {}", form.name), program.peak_kib(), None);
    }
    left_by_puppet(tools, stages, table);
}

/// What Puppet leaves on a node with so many resources of users by UID, as JSON: its name, and how it is named.
const LEFT_BY_PUPPET: [(&str, &str, Domain); 3] = [
    ("snapshot", "--policy", snapshot),
    ("catalog", "--catalog", catalog),
    ("container", "--catalog", container),
];

fn snapshot(count: usize) -> String {
    let one = |index| {
        format!(
            r#"{{"type":"limits_entry","title":"{}/soft/nproc","parameters":{{"value":{}}},"file":"/etc/puppet/code/environments/production/manifests/site.pp","line":{index},"tags":["limits_entry","profile","class"]}}"#,
            uid(index),
            value(index)
        )
    };
    let all = (0..count).map(one).collect::<Vec<_>>().join(",");
    format!(
        r#"{{"standfast_snapshot":1,"written":"2026-11-26T22:10:11Z","version":"0.1.0","run":{{"by":"agent"}},"resources":[{all}]}}"#
    )
}

/// With as many files beside, and the edges to all of them.
fn catalog(count: usize) -> String {
    let kept = r#""tags":["class","profile"],"file":"/etc/puppet/code/environments/production/manifests/site.pp","line":3,"exported":false,"kind":"compilable_type""#;
    let one = |index| {
        format!(
            r#"{{"type":"Limits_entry","title":"{domain}/soft/nproc",{kept},"parameters":{{"domain":"{domain}","type":"soft","item":"nproc","value":{value}}}}},{{"type":"File","title":"/srv/{index}",{kept},"parameters":{{"ensure":"file","owner":"root","group":"root","mode":"0644","content":"a line of some length\nand another\n"}}}}"#,
            domain = uid(index),
            value = value(index)
        )
    };
    let edge = |index| {
        let domain = uid(index);
        format!(
            r#"{{"source":"Class[Profile]","target":"Limits_entry[{domain}/soft/nproc]"}},{{"source":"Class[Profile]","target":"File[/srv/{index}]"}}"#
        )
    };
    of_host(
        &(0..count).map(one).collect::<Vec<_>>().join(","),
        &(0..count).map(edge).collect::<Vec<_>>().join(","),
    )
}

fn container(count: usize) -> String {
    let one = |index| format!(r#""{}/soft/nproc":{}"#, uid(index), value(index));
    let all = (0..count).map(one).collect::<Vec<_>>().join(",");
    of_host(
        &format!(r#"{{"type":"Standfast_limits","title":"main","parameters":{{"entries":{{{all}}}}}}}"#),
        "",
    )
}

fn of_host(resources: &str, edges: &str) -> String {
    format!(
        r#"{{"tags":[],"name":"host.example.net","version":1795762549,"environment":"production","resources":[{resources}],"edges":[{edges}],"classes":[]}}"#
    )
}

/// As many resources as entries, in sync, out of what Puppet leaves: 1,000 and then 10,000.
fn left_by_puppet(tools: &Tools, stages: &Stages, table: &mut Table) {
    for (name, option, text) in LEFT_BY_PUPPET {
        let check = |count| {
            let file = stages.private(&text(count));
            tools.standfast(&["check", option, &file.to_string_lossy()])
        };
        let few = {
            let _set = stages.set(&Etc { accounts: 1000, limits: lines(1000, uid), ..Etc::default() });
            check(1000).instructions()
        };
        let _set = stages.set(&Etc { accounts: 10_000, limits: lines(10_000, uid), ..Etc::default() });
        let program = check(10_000);
        assert!(program.said().contains("10000 in sync"), "{}", program.said());
        let many = program.instructions();
        table.instructions(&format!("`check` from {name}, 10,000 resources"), many, None);
        table.count_ratio(&format!("10,000 to 1,000 resources from {name}"), many as f64 / few as f64, 10.5);
        table.cpu(&format!("`check` from {name}, 10,000 resources"), program.cpu(15), Some(60.0));
        table.kib(&format!("`check` from {name}, 10,000 resources"), program.peak_kib(), None);
    }
}

/// As many resources without an entry: 1,000 and then 10,000.
pub(crate) fn apply(tools: &Tools, stages: &Stages, table: &mut Table) {
    for form in FORMS {
        let measured = |count| {
            let _set = stages.set(&Etc { accounts: count, ..Etc::default() });
            let input = stages.input(&resources_as_json(count, form));
            let made = PathBuf::from("/etc/security/limits.d/zz-standfast.conf");
            let apply = tools.standfast(&["apply", "-"]).reading(&input).forgetting(&[made]);
            (apply.instructions(), apply.cpu(5))
        };
        let ((few, _), (many, cpu)) = (measured(1000), measured(10_000));
        table.instructions(&format!("`apply -`, 10,000 {}", form.name), many, None);
        table.count_ratio(&format!("apply 10,000 to 1,000 {}", form.name), many as f64 / few as f64, 10.5);
        table.cpu(&format!("`apply -`, 10,000 {}", form.name), cpu, None);
    }
}
