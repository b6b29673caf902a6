//! The tree that rsyslogd prints equals ours: named cases, each a rule that is easy to get wrong, and generated ones.

use std::path::Path;

use standfast_providers::rsyslog::config::Config;
use standfast_providers::rsyslog::fault::FaultKind;

use super::dump::dump;
use super::generate::generate;
use super::none_differs;
use super::read::read;
use crate::net::{Host, Package};

/// Files of one configuration; the first is the main one. `{}` in them is the directory that they are in.
type Files_ = Vec<(String, String)>;

/// Writes the files where the machine and we can read them.
fn write(directory: &Path, files: &[(String, String)]) {
    for (name, content) in files {
        let path = directory.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content.replace("{}", directory.to_str().unwrap())).unwrap();
    }
}

/// The difference between what rsyslogd reads and what we read; `None` where there is none.
fn difference(host: &Host, directory: &Path, files: &[(String, String)]) -> Option<String> {
    drop(std::fs::remove_dir_all(directory));
    write(directory, files);
    let difference = compare(host, &directory.join(&files[0].0))?;
    let text: Vec<_> = files.iter().map(|(name, content)| format!("--- {name}\n{content}")).collect();
    Some(format!("{}\n{difference}", text.join("\n")))
}

fn compare(host: &Host, main: &Path) -> Option<String> {
    let theirs = read(host, main.to_str().unwrap());
    let config = Config::read(super::files(host), main);
    let is_syntax =
        |kind: &FaultKind| matches!(kind, FaultKind::Syntax | FaultKind::TooDeep | FaultKind::UnexpectedEnd);
    let broken = config.faults.iter().any(|fault| is_syntax(&fault.kind));
    let ours = dump(&config);
    if ours == theirs.tree && broken == theirs.broken {
        return None;
    }
    let diff = similar::TextDiff::from_slices(
        &theirs.tree.iter().map(String::as_str).collect::<Vec<_>>(),
        &ours.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let lines: Vec<_> =
        diff.iter_all_changes().map(|change| format!("{}{}", change.tag(), change.value())).collect();
    Some(format!(
        "rsyslogd is broken: {}, we: {broken}\n-rsyslogd +ours\n{}\n{}\n{:?}",
        theirs.broken,
        lines.join("\n"),
        theirs.said,
        config.faults
    ))
}

fn one(content: &str) -> Files_ {
    vec![("rsyslog.conf".to_owned(), content.to_owned())]
}

fn agree(name: &str, cases: &[Files_]) {
    let host = Host::new(&[Package::Rsyslog]);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rsyslog-{name}"));
    let differences: Vec<_> = cases.iter().filter_map(|files| difference(&host, &directory, files)).collect();
    none_differs(&differences, cases.len());
}

#[test]
fn selectors_come_to_the_same_masks() {
    let selectors = [
        "*.*",
        "*.info",
        "*.=info",
        "*.err",
        "*.*;mail.none",
        "*.*;mail.!err",
        "*.info;kern.!=warn",
        "mail.none;*.*",
        "kern,mail.err",
        "*.!none",
        "*.none",
        "auth,authpriv.*",
        "*.=debug;auth.none;news.none;mail.none",
        "mark.*",
        "security.*",
        "ntp.*;ftp.=crit",
        "console.info",
        "bsd_security.warn",
        "local7.*",
        "invld.*",
        "mail.info;foo.info;kern.*",
        "*.inf",
        "auth,4.info",
        "auth,16.*;kern.3",
        "mail.=77",
        "*foo.info",
        "mail.!*",
        "*.=*",
        "mail.panic",
        "mail.ERROR",
        "MAIL.Info",
        "kern.warn",
        "a,b.c",
        "*,mail.none",
        "lpr,*.=err",
        "daemon.16",
        "user.255",
        "cron.!=none",
        "syslog.=none",
        "mail..info",
        "mail.,",
        "uucp.*;;kern.*",
        "mail.info,",
        "kern,.err",
    ];
    let text: String = selectors.iter().map(|selector| format!("{selector} /tmp/x\n")).collect();
    let each: Vec<_> = selectors.iter().map(|selector| one(&format!("{selector}\t/tmp/x\n"))).collect();
    agree("masks", &[vec![one(&text)], each].concat());
}

#[test]
fn both_languages_are_read_as_rsyslogd_reads_them() {
    let cases = [
        "*.*@@h1\n*.*\n@@h1\n@@h1\n",
        "*.* { @@h1 }\n*.* @@h2\n",
        "*.* { @@h1\n}\n*.* { action(type=\"omfwd\" target=\"h1\") stop }\n",
        "ruleset(name=\"rr\"){ *.* @@h4 }\n*.* @@h1\n",
        "ruleset(name=\"rr\"){\n*.* @@h4\n}\nruleset(name=\"empty\") {}\n*.* @@h1\n",
        "*.info; mail.none @@h\n*.* @@h2\n",
        "auth, authpriv.* @@h\n",
        "# old rule \\\n*.* @@h1\n*.* @@h2\n",
        "*.* \\\n   @@h1\n*.* @@h2\n",
        "action(type=\"omfwd\" \\\n  target=\"h\")\n*.* @@h2\n",
        "action(type=\"omfwd\" \\\n  target=\"h\"\n  port=\"1\")\n*.* @@h2\n",
        "*.* @@h1\r\n& stop\r\n",
        "\u{feff}*.* @@h1\n*.* @@h2\n",
        "if $programname == 'x' then @@h1\n& stop\n*.* @@h2\n",
        "*.* @@h1\n\n# c\n$ActionResumeInterval 5\n & @@h2\n & ~\n",
        "$template x,\"@@nothost\"\ntemplate(name=\"y\" type=\"string\" string=\"# @@h\")\n*.* @@h1;x\n*.* @@h2;y\n*.* @@h3;z\n",
        "ACTION (TYPE=\"omfwd\" Target=\"h\" /* c */ Port=\"1\" # d )\n)\n",
        "action(type=\"builtin:omfwd\" target=\"h\")\n*.* @@h\n",
        "action(type=\"omfwd\" target=\"h\" config.enabled=\"off\")\naction(type=\"omfwd\" target=\"h\" config.enabled=\"yes\")\n*.* @@h\n",
        "call rr\nruleset(name=\"rr\") { stop }\nruleset(name=\"rr\") { action(type=\"omfwd\" target=\"h\") }\ncall missing\n",
        "call r\n*.* @@h\n",
        "!prog\n*.* @@h1\n!*\n+host\n*.* @@h2\n-host\n+*\n*.* @@h3\n-*\n",
        "$RuleSet one\n*.* @@h1\n$RuleSet two\n*.* @@h2\n$RuleSet ONE\n*.* @@h3\n$RuleSet RSYSLOG_DefaultRuleset\n*.* @@h4\n",
        "@@127.0.0.1 # c\n@@ host:514\n@@::1:514\n@@[::1]:514\n@@h:syslog\n@@h:514 foo\n@@h:514 ; RSYSLOG_ForwardFormat\n@@h foo\n@(z9,o)h\n@@(o)h:6514 # primary\n",
        "action(type=\"omfwd\" target=\"a b\")\naction(type=\"omfwd\" protocol=\"sctp\" target=\"h\")\naction(type=\"omfwd\")\naction(type=\"omrelp\" target=\"h\")\n*.* @@h\n",
        "module(load=\"omrelp\")\naction(type=\"omrelp\")\naction(type=\"omrelp\" target=\"h\" port=\"2\")\n*.* :omrelp:h:2514\n*.* :omrelp:h:2514 # c\n",
        "*.* :omrelp:h:1\n*.* :omusrmsg:root,joe\n*.emerg :omusrmsg:*\n*.emerg *\n*.* root,joe\n*.* |/dev/xconsole\n*.* ^prog\n*.* -/var/log/x\n*.* /var/log/x y\n*.* -?dyn\n",
        "$template dyn,\"/var/log/%programname%\"\n*.* ?dyn\n*.* -?dyn;RSYSLOG_FileFormat\n*.* :omfile:$chan\n",
        "if $msg contains 'a' and $msg contains 'b' or $msg contains 'c' then @@h1\n",
        "if $msg contains 'a' or $msg contains 'b' and $msg contains 'c' then { @@h1\n} else if not $msg contains 'd' then @@h2\nelse @@h3\n",
        "if not ($syslogseverity <= 4) and prifilt(\"*.info;mail.none\") then @@h1\n",
        // This version has no `endswith` and no comparison of its name.
        "*.* /var/log/before\nif $programname endswith 'x' then stop\n*.* /var/log/behind\n",
        "if $programname == ['a','b'] or $x!y startswith \"z\" then stop\n",
        "if ($a + 1) * 2 - -3 / 4 % 5 & 'x' == 0x1F then stop\nif 010 == 8 then stop\n",
        "if exists($!x) then stop\nif re_match($msg, 'x\\\\.y') then @@h\n",
        "if $msg == \"a$b\" then @@h1\n*.* @@h2\n",
        "if $msg == 'a\\'b\\x41\\101' then @@h1\n",
        "set $.x = 'a' & $msg;\nunset $.x;\nreset $.y = 1;\nif $.x == 1 then { stop }\n",
        "foreach ($.i in $!list) do {\n action(type=\"omfwd\" target=\"h\")\n}\n",
        ":msg, contains, \"a\\\"b\" @@h1\n:programname,!isequal,\"x\"\n@@h2\n& stop\n:hostname, isempty, \"\" stop\n",
        ":$programname, isequal, \"x\" stop\n:msg, has, \"x\" stop\n:nothing, isequal, \"x\" @@h\n:$year, isequal, \"2020\" @@h9\n*.* @@h2\n",
        ":MSG , STARTSWITH , \"x\" @@h1\n :syslogtag, regex, \"^a\" ~\n",
        ":msg, contains, \"a\n*.* @@h1\n*.* @@h2\n",
        "*.* @@h1\nstop\n*.* @@h2\n",
        "/* a comment */ *.* @@h1\n/* *.* @@h2\n*/ *.* @@h3\n*.* @@h4\n",
        "/*/ *.* @@h1 */\n*.* @@h2\n/* never ended\n*.* @@h3\n",
        "action(type=\"omfwd\" target=\"h\"\n*.* @@h2\n",
        "action(type='omfwd' target='h')\n*.* @@h2\n",
        "action(type=\"omfwd\" target=\"h\" port=514)\n*.* @@h2\n",
        "*.* @@h1\nmodule(load=\"imudp\")\ninput(type=\"imudp\" port=\"514\")\n{ *.* @@h2\n}\n*.* @@h3\n",
        "if $msg contains 'a' then {\n  module(load=\"imudp\")\n}\n*.* @@h3\n",
        "if $msg contains 'a' then {\n}\n*.* @@h3\n",
        "*.* @@h1\n} \n*.* @@h2\n",
        "*.* continue\n*.* call_indirect $programname;\ncall_indirect 'x';\n",
        "& @@h1\n*.* @@h2\n",
        "reload_lookup_table(\"x\")\n*.* @@h2\n",
        "stopx\n*.* else\n",
        "$ModLoad nothing\n$Unknown x\n$IncludeConfig\n",
        "*.* @@h1 ; nothing\n*.* @@h2 # x\n*.*;auth.none\t\t-/var/log/syslog\n",
        "daemon.*;mail.*;\\\n\tnews.err;\\\n\t*.=debug;*.=info;\\\n\t*.=notice;*.=warn\t|/dev/xconsole\n*.* @@h1\n",
        "if $syslogfacility-text == 'local0' then -/var/log/haproxy.log\n& ~\n",
        "if ($programname == 'a') then {\n  if ($msg contains 'b') then stop\n  else {\n @@h1\n & @@h2\n}\n  @@h3\n}\n@@h4\n",
        "template(name=\"t\" type=\"list\") {\n constant(value=\"a\")\n property(name=\"msg\")\n}\n*.* @@h;t\n",
        "main_queue(queue.type=\"LinkedList\")\nparser(name=\"x\" type=\"pmlastmsg\")\nlookup_table(name=\"a\" file=\"b\")\ntimezone(id=\"x\" offset=\"+01:00\")\n*.* @@h\n",
        "global(workDirectory=\"/tmp\" config.enabled=\"off\")\nglobal(nothing=\"x\")\n*.* @@h",
        "*.* @@h1\n#",
        "*.* @@h1 \\",
        "# x \\",
        "action(type=\"omfile\" file=\"/x\")\naction(type=\"omfile\")\naction(type=\"omfile\" file=\" \")\naction(type=\"omfile\" dynafile=\"no\")\naction(type=\"omfile\" file=\"/x\" template=\"no\")\naction(type=\"omusrmsg\" users=\"*\")\naction(type=\"ompipe\" pipe=\"/x\")\n",
        "action(type=\"omfwd\" target=\"h\" queue.type=\"nonsense\")\naction(type=\"omfwd\" target=\"h\" action.resumeRetryCount=\"x\")\naction(type=\"omfwd\" target=\"h\" keepalive=\"yes\")\naction(type=\"omfwd\" target=\"a\" target=\"b c\")\naction(type=\"omfwd\" target=[\"a\",\"b\"])\n",
        "action(name=\"x\")\naction()\naction(type=\"nothing\")\naction(type=\"OMFWD\" target=\"h\")\n",
        "*.* @@h1\0x\n*.* @@h2\n",
    ];
    agree("named", &cases.map(one));
}

#[test]
fn includes_are_read_in_rsyslogds_order_and_end_where_it_ends() {
    let file = |name: &str, content: &str| (name.to_owned(), content.to_owned());
    let rule = |name: &str| format!("*.* @@{name}\n");
    let cases = [
        vec![
            file("main", "*.* @@begin\n$IncludeConfig {}/d/*.conf\n*.* @@end\n"),
            file("d/10-a.conf", &rule("a")),
            file("d/9-b.conf", &rule("b")),
            file("d/.hidden.conf", &rule("hidden")),
            file("d/c.conf~", &rule("backup")),
        ],
        vec![
            file("main", "$IncludeConfig {}/d/\n*.* @@end\n"),
            file("d/z.conf~", &rule("backup")),
            file("d/x.rpmsave", &rule("rpmsave")),
            file("d/sub/inner", &rule("inner")),
            file("d/sub/deeper/inner", &rule("deeper")),
        ],
        vec![
            file("main", "$IncludeConfig {}/d\n*.* @@end\n"),
            file("d/a", &rule("a")),
            file("d.bak/a", &rule("bak")),
            file("d.txt", &rule("txt")),
        ],
        vec![file("main", "*.* @@h1\n$IncludeConfig {}/missing.conf\n*.* @@h2\n")],
        vec![file("main", "*.* @@h1\n$IncludeConfig {}/missing*.conf\n*.* @@h2\n")],
        vec![file("main", "*.* @@h1\n$IncludeConfig \"{}/d/*\"\n*.* @@h2\n"), file("d/a", &rule("a"))],
        vec![file("main", "$IncludeConfigs {}/a\n*.* @@h\n"), file("a", &rule("a"))],
        vec![
            file("main", "$IncludeConfig\n  {}/a # twice\n$includeconfig {}/a\n*.* @@h\n"),
            file("a", &rule("a")),
        ],
        vec![file("main", "$IncludeConfig {}/a\n"), file("a", "*.* @@a\n$IncludeConfig {}/main\n*.* @@b\n")],
        vec![
            file("main", "$IncludeConfig {}/d/*\n"),
            file("d/a", "*.* @@a\n$IncludeConfig {}/d/b\n*.* @@a2\n"),
            file("d/b", "*.* @@b\n"),
        ],
        vec![
            file("main", "include(file=\"{}/a\")\n*.* @@h\ninclude(file=\"{}/no\")\n*.* @@i\n"),
            file("a", "*.* @@a\n& stop\n"),
        ],
        vec![
            file("main", "include(file=\"{}/no\" mode=\"optional\")\ninclude(file=\"{}/d\")\n*.* @@h\n"),
            file("d/a", &rule("a")),
        ],
        vec![
            file(
                "main",
                "ruleset(name=\"rr\") {\n include(file=\"{}/a\")\n}\nif $msg contains 'x' then {\n include(file=\"{}/a\")\n}\nif $msg contains 'y' then include(file=\"{}/a\")\n*.* @@h\n",
            ),
            file("a", "action(type=\"omfwd\" target=\"a\")\n"),
        ],
        vec![file(
            "main",
            "include(text=\"*.* @@a\")\ninclude(text=\"# x\")\ninclude(text=\"*.* @@b\\n$ActionResumeInterval 3\")\n*.* @@h\n",
        )],
        vec![file("main", "include(text=`cat {}/a`)\n*.* @@h\n"), file("a", &rule("a"))],
        vec![file(
            "main",
            "include(file=\"{}/a\" config.enabled=\"off\")\ninclude()\ninclude(file=\"x\" text=\"y\")\n*.* @@h\n",
        )],
        vec![
            file("main", "$IncludeConfig {}/a\n*.* @@h1\n*/ *.* @@h2\n*.* @@h3\n"),
            file("a", "*.* @@a\n/* never ended\n"),
        ],
        vec![
            file("main", "$IncludeConfig {}/a\n  port=\"1\")\n*.* @@h3\n"),
            file("a", "action(type=\"omfwd\" target=\"a\"\n"),
        ],
        vec![
            file("main", "if $msg contains 'x' then\n$IncludeConfig {}/a\n*.* @@h3\n"),
            file("a", &rule("a")),
        ],
        vec![file("main", "*.* @@h1\n$IncludeConfig {}/a\n& @@h3\n"), file("a", "& @@a\n")],
        vec![file("main", "ruleset(name=\"x\") {\n*.* @@h1\n$IncludeConfig {}/no\n}\n*.* @@h2\n")],
    ];
    agree("includes", &cases);
}

/// The files of distributions and of the field, where rsyslogd looks for them.
#[test]
fn the_corpus_is_read_as_rsyslogd_reads_it() {
    let host = Host::new(&[Package::Rsyslog]);
    // Ubuntu's user, without whom rsyslogd would end.
    host.run(&[
        "sh",
        "-c",
        "echo syslog:x:104:104::/:/bin/false >> /etc/passwd; echo syslog:x:104: >> /etc/group",
    ]);
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/rsyslog");
    let folders = [corpus.clone(), corpus.join("field")].map(|path| std::fs::read_dir(path).unwrap());
    let folders = folders.into_iter().flatten().map(|entry| entry.unwrap().path().join("root/etc"));
    let mut asked = 0;
    for etc in folders.filter(|etc| etc.exists()) {
        let script =
            "rm -rf /etc/rsyslog*; cp -a \"$0\"/rsyslog* /etc/; mkdir -p /var/spool/rsyslog /var/lib/rsyslog";
        host.run(&["sh", "-c", script, etc.to_str().unwrap()]);
        let said = compare(&host, Path::new("/etc/rsyslog.conf"));
        assert!(said.is_none(), "{}:\n{}", etc.display(), said.unwrap());
        asked += 1;
    }
    assert!(asked >= 23, "{asked}");
}

#[test]
fn generated_configurations_are_read_as_rsyslogd_reads_them() {
    let host = Host::new(&[Package::Rsyslog]);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rsyslog-generated");
    let first: u64 = std::env::var("STANDFAST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let count = std::env::var("STANDFAST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(600);
    for seed in first..first + count {
        let files = generate(seed);
        if let Some(difference) = difference(&host, &directory, &files) {
            panic!("STANDFAST_SEED={seed} STANDFAST_CASES=1\n{difference}");
        }
    }
}
