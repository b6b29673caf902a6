//! Configurations whose messages arrive where we say: filters, stops, calls, traps, in both languages.

use super::behaviour::{Case, INPUT, Leaves, Stage, one};
use super::dense::dense;
use super::none_differs;

fn agree(name: &str, cases: &[Case<'_>]) {
    let stage = Stage::new(name);
    let differences: Vec<_> = cases.iter().filter_map(|case| stage.difference(case)).collect();
    none_differs(&differences, cases.len());
}

/// The table against which peers were judged.
#[test]
fn twelve_configurations_of_which_peers_judge_a_few_are_all_judged_right() {
    let stage = Stage::new("twelve");
    let everything = [
        one("l1", "action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5141\" protocol=\"tcp\")\n"),
        one("l3", "*.* action(type=\"omfwd\" Target=\"192.0.2.2\" port=\"5141\" protocol=\"tcp\")\n"),
        one("l7", "*.* @@192.0.2.2:514\n"),
        one("l8", "*.* @@(o)192.0.2.2:5141 # primary\n"),
    ];
    let nothing = [
        one(
            "l2",
            "# action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5141\" protocol=\"tcp\")\n*.* {}/file\n",
        ),
        one("l4", "$ModLoad ommail\n$ActionMailTo ops@example.com\n*.* {}/file\n"),
        one("l5", "*.* @127.0.0.1:5149\n"),
        one("l6", "ruleset(name=\"never\") {\n  *.* @@192.0.2.2:5141\n}\n*.* {}/file\n"),
        one(
            "l10",
            "*.* action(type=\"omfile\" file=\"{}/file\")\n# action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5141\" protocol=\"tcp\")\n",
        ),
        Case {
            name: "l11",
            input: INPUT,
            files: vec![
                ("main", "$IncludeConfig {}/d/*.conf\n*.* {}/file\n"),
                ("d/50-forward.conf.disabled", "*.* @@192.0.2.2:5141\n"),
            ],
        },
    ];
    let some = [
        one("l9", "if $programname == \"alpha\" then @@192.0.2.2:5141\n*.* {}/file\n"),
        one("l12", "*.info;auth.none @@192.0.2.2:5141\n"),
    ];
    for (cases, leaves) in
        [(&everything[..], Leaves::Everything), (&nothing, Leaves::Nothing), (&some, Leaves::Some)]
    {
        for case in cases {
            assert_eq!(stage.leaves(case), leaves, "{}", case.name);
        }
    }
}

#[test]
fn selectors_and_filters_let_through_what_we_say() {
    agree(
        "filters",
        &[
            one(
                "selectors of all forms",
                "*.info;mail.none\t@@192.0.2.2:5141\n*.=err @192.0.2.2:5142\nkern,mail.!warn;auth.* @@192.0.2.2:5143\n\
                 *.*;local0.!=debug {}/file\n",
            ),
            one("a selector without a blank", "*.*@@192.0.2.2:5141\nauth.*\n@@192.0.2.2:5142\n"),
            one("a selector that is wrong in its middle", "mail.info;foo.*;kern.* @@192.0.2.2:5141\n"),
            one(
                "property filters",
                ":programname, isequal, \"alpha\" @@192.0.2.2:5141\n:msg, contains, \"and more\" @@192.0.2.2:5142\n\
                 :syslogtag, !startswith, \"al\" @@192.0.2.2:5143\n:hostname, isempty, \"\" @@192.0.2.2:5144\n\
                 :syslogfacility-text, isequal, \"mail\" {}/file\n",
            ),
            one(
                "a property filter that is out of force",
                ":$programname, isequal, \"alpha\" stop\n*.* @@192.0.2.2:5141\n",
            ),
            one(
                "a word that is no comparison",
                ":msg, has, \"one\" @@192.0.2.2:5141\n*.* @@192.0.2.2:5142\n",
            ),
            one(
                "comparisons of facility and severity",
                "if $syslogfacility-text == 'security' then @@192.0.2.2:5141\nif $syslogseverity <= 3 then @@192.0.2.2:5142\n\
                 if $syslogfacility > 15 and $syslogseverity-text != 'debug' then @@192.0.2.2:5143\n\
                 if $syslogfacility <= '9' then {}/file\nif $pri-text == 'mail.info' then @@192.0.2.2:5144\n",
            ),
            one(
                "and, or and not bind as the grammar says",
                "if $programname == 'alpha' or $programname == 'beta' and $syslogseverity == 0 then @@192.0.2.2:5141\n\
                 if not $programname == 'alpha' then @@192.0.2.2:5142\nif not ($programname == 'alpha') then @@192.0.2.2:5143\n",
            ),
            one(
                "functions and lists",
                "if prifilt(\"*.warn;mail.none\") then @@192.0.2.2:5141\nif $programname == ['gamma', 'beta'] then @@192.0.2.2:5142\n\
                 if $msg contains ['x', 'two'] then @@192.0.2.2:5143\nif tolower($programname) startswith_i 'ALP' then @@192.0.2.2:5144\n\
                 if $programname != ['alpha'] then {}/file\n",
            ),
            one(
                "arithmetic and texts",
                "if $syslogseverity + 1 == 4 then @@192.0.2.2:5141\nif $syslogfacility % 2 then @@192.0.2.2:5142\n\
                 if $programname & 'x' == 'alphax' then @@192.0.2.2:5143\nif 'abc' then @@192.0.2.2:5144\nif '12abc' then {}/file\n",
            ),
            one(
                "what only the message knows is open",
                "if re_match($msg, 'tw.') then @@192.0.2.2:5141\n:msg, regex, \"o.e\" @@192.0.2.2:5142\n\
                 if $!x == 1 then @@192.0.2.2:5143\nelse @@192.0.2.2:5144\n",
            ),
        ],
    );
}

#[test]
fn stops_and_else_and_joined_actions_do_what_we_say() {
    agree(
        "stops",
        &[
            one("a stop before", "auth.* stop\n*.* @@192.0.2.2:5141\n"),
            one("a tilde before", "*.*;mail.none ~\n*.* @@192.0.2.2:5141\n"),
            one("a stop behind a forward", "*.* @@192.0.2.2:5141\n& stop\n*.* {}/file\n"),
            one("everything stops", "stop\n*.* @@192.0.2.2:5141\n"),
            one(
                "else and nested conditions",
                "if $syslogseverity < 4 then {\n  if $programname == 'alpha' then stop\n  else { @@192.0.2.2:5141\n }\n  @@192.0.2.2:5142\n\
                 } else @@192.0.2.2:5143\n@@192.0.2.2:5144\n",
            ),
            one(
                "an action list across blank lines",
                "mail.* @@192.0.2.2:5141\n\n# and\n  & @@192.0.2.2:5142\n& ~\n*.* {}/file\n",
            ),
            one(
                "joined actions without a filter are lost",
                "@@192.0.2.2:5141\n& @@192.0.2.2:5142\n& stop\n*.* {}/file\n",
            ),
            one(
                "joined actions without a filter at the end stay",
                "*.* {}/file\n@@192.0.2.2:5141\n& @@192.0.2.2:5142\n",
            ),
            one(
                "a stop in a block that is only open",
                "if re_match($msg, 'tw.') then { stop }\n*.* @@192.0.2.2:5141\n",
            ),
            one("foreach over nothing", "foreach ($.i in $!list) do { stop }\n*.* @@192.0.2.2:5141\n"),
            one(
                "variables decide nothing",
                "set $.x = 1;\nif $.x == 1 then { @@192.0.2.2:5141\n }\nunset $.x;\n*.* continue\n",
            ),
        ],
    );
}

#[test]
fn rulesets_are_entered_as_we_say() {
    agree(
        "rulesets",
        &[
            one(
                "a call, and a stop that ends the caller",
                "ruleset(name=\"inner\") {\n  *.warn @@192.0.2.2:5141\n  auth.* stop\n}\ncall inner\n*.* @@192.0.2.2:5142\n",
            ),
            one(
                "a call of a ruleset with a queue ends nothing",
                "ruleset(name=\"inner\" queue.type=\"LinkedList\") {\n  *.* @@192.0.2.2:5141\n  stop\n}\n*.* call inner\n*.* @@192.0.2.2:5142\n",
            ),
            one("a ruleset that is called and not there", "call nobody\n*.* @@192.0.2.2:5141\n"),
            one(
                "a second ruleset of a name is discarded",
                "ruleset(name=\"inner\") { action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5141\") }\n\
                 ruleset(name=\"INNER\") { action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5142\") }\n*.info call inner\n",
            ),
            one("a name of one character", "ruleset(name=\"r\") { stop }\ncall r\n*.* @@192.0.2.2:5141\n"),
            Case {
                name: "an input that is bound to another ruleset",
                input: "input(type=\"imuxsock\" Socket=\"{}/log\" ruleset=\"own\")",
                files: vec![(
                    "main",
                    "*.* @@192.0.2.2:5141\nruleset(name=\"own\") {\n  *.* {}/file\n  *.err @@192.0.2.2:5142\n}\n",
                )],
            },
            Case {
                name: "an input that is bound to no ruleset that is there",
                input: "input(type=\"imuxsock\" Socket=\"{}/log\" ruleset=\"nobody\")",
                files: vec![("main", "*.* @@192.0.2.2:5141\n")],
            },
            one(
                "$RuleSet takes what follows",
                "*.* @@192.0.2.2:5141\n$RuleSet remote\n*.* @@192.0.2.2:5142\n$RuleSet RSYSLOG_DefaultRuleset\nmail.* @@192.0.2.2:5143\n",
            ),
            one(
                "$RuleSet behind a ruleset() loses all but its first statement",
                "ruleset(name=\"own\") {\n  *.* @@192.0.2.2:5141\n  *.* @@192.0.2.2:5142\n}\n$RuleSet own\n*.* @@192.0.2.2:5143\n\
                 $RuleSet RSYSLOG_DefaultRuleset\n*.* call own\n",
            ),
            one(
                "$DefaultRuleset",
                "$RuleSet other\n*.* @@192.0.2.2:5142\n$DefaultRuleset other\n$RuleSet RSYSLOG_DefaultRuleset\n*.* @@192.0.2.2:5141\n",
            ),
            one(
                "a call through a name",
                "ruleset(name=\"inner\") { action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5141\") stop }\n\
                 if $syslogseverity == 1 then call_indirect 'inner';\n*.* @@192.0.2.2:5142\n",
            ),
            one(
                "a call whose ruleset only the message knows",
                "ruleset(name=\"alpha\") { action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5141\") stop }\n\
                 call_indirect $programname;\n*.* @@192.0.2.2:5142\n",
            ),
        ],
    );
}

#[test]
fn forms_of_forwards_deliver_as_we_say() {
    agree(
        "forms",
        &[
            one("a name", "*.* @@loghost:5141\n*.* @loghost:5142\n"),
            one("a comment behind a host without a port", "*.* @@192.0.2.2 # central\n*.* {}/file\n"),
            one("a comment glued to a host", "*.* @@192.0.2.2# central\n"),
            one("a blank before the host", "*.* @@ 192.0.2.2:5141\n*.* {}/file\n"),
            one("text behind a port", "*.* @@192.0.2.2:5141 foo\n*.* {}/file\n"),
            one(
                "a template",
                "*.* @@192.0.2.2:5141 ; RSYSLOG_SyslogProtocol23Format\n*.* @@192.0.2.2:5142;missing\n",
            ),
            one("no protocol is UDP", "action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5141\")\n"),
            one("no port is 514", "action(type=\"omfwd\" target=\"192.0.2.2\" protocol=\"tcp\")\n"),
            one(
                "what is refused takes nothing else along",
                "action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5141\" protocol=\"sctp\")\n\
                 action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5142\" keepalive=\"yes\")\n\
                 action(type=\"builtin:omfwd\" target=\"192.0.2.2\" port=\"5143\")\n\
                 action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5144\" template=\"none\")\n\
                 action(type=\"omrelp\" target=\"192.0.2.2\" port=\"5145\")\n*.* {}/file\n",
            ),
            one(
                "config.enabled",
                "action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5141\" config.enabled=\"off\")\n\
                 action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5142\" config.enabled=\"yes\")\n\
                 action(type=\"omfwd\" target=\"192.0.2.2\" port=\"5143\" config.enabled=\"on\")\n",
            ),
            one(
                "RELP in both languages",
                "module(load=\"omrelp\")\naction(type=\"omrelp\" target=\"192.0.2.2\" port=\"5141\")\n*.err :omrelp:192.0.2.2:5142\n",
            ),
            one("twice to one target", "*.* @@192.0.2.2:5141\nmail.* @@192.0.2.2:5141\n"),
            one(
                "queues",
                "$WorkDirectory /var/spool/rsyslog\n$ActionQueueType LinkedList\n$ActionQueueFileName own\n$ActionResumeRetryCount -1\n\
                 *.* @@192.0.2.2:5141\naction(type=\"omfwd\" target=\"192.0.2.2\" port=\"5142\" protocol=\"tcp\" queue.type=\"FixedArray\")\n",
            ),
            one(
                "failover asks the second when the first fails only",
                "*.* @@192.0.2.2:5141\n$ActionExecOnlyWhenPreviousIsSuspended on\n& @@192.0.2.2:5142\n\
                 $ActionExecOnlyWhenPreviousIsSuspended off\n*.* {}/file\n",
            ),
        ],
    );
}

#[test]
fn traps_of_lines_and_files_close_as_we_say() {
    agree(
        "traps",
        &[
            one(
                "a comment that takes the next line along",
                "# old \\\n*.* @@192.0.2.2:5141\n*.* @@192.0.2.2:5142\n",
            ),
            one(
                "a continued line in an object ends everything",
                "*.* {}/file\naction(type=\"omfwd\" \\\n  target=\"192.0.2.2\"\n  port=\"5141\")\n*.* @@192.0.2.2:5142\n",
            ),
            one(
                "a number without quotes ends everything",
                "*.* {}/file\naction(type=\"omfwd\" target=\"192.0.2.2\" port=5141)\n*.* @@192.0.2.2:5142\n",
            ),
            one(
                "a block of the BSDs is for everybody",
                "!alpha\n*.* @@192.0.2.2:5141\n!*\n*.* @@192.0.2.2:5142\n",
            ),
            one("a byte order mark", "\u{feff}*.* @@192.0.2.2:5141\n*.* @@192.0.2.2:5142\n"),
            one(
                "an option left on",
                "$ActionExecOnlyWhenPreviousIsSuspended on\n*.* @@192.0.2.2:5141\n*.* {}/file\n",
            ),
            one("a block comment that is not closed", "*.* @@192.0.2.2:5141\n/* old\n*.* @@192.0.2.2:5142\n"),
            Case {
                name: "an include that is missing ends everything",
                input: INPUT,
                files: vec![(
                    "main",
                    "*.* @@192.0.2.2:5141\n$IncludeConfig {}/missing.conf\n*.* @@192.0.2.2:5142\n",
                )],
            },
            Case {
                name: "an include() that is missing ends nothing",
                input: INPUT,
                files: vec![(
                    "main",
                    "*.* @@192.0.2.2:5141\ninclude(file=\"{}/missing.conf\")\n*.* @@192.0.2.2:5142\n",
                )],
            },
            Case {
                name: "an include in quotes includes nothing",
                input: INPUT,
                files: vec![
                    ("main", "$IncludeConfig \"{}/d/*.conf\"\n*.* @@192.0.2.2:5142\n"),
                    ("d/a.conf", "*.* @@192.0.2.2:5141\n"),
                ],
            },
            Case {
                name: "a directory without a slash includes its backup too",
                input: INPUT,
                files: vec![
                    ("main", "$IncludeConfig {}/d\n*.* @@192.0.2.2:5143\n"),
                    ("d/a.conf", "*.* @@192.0.2.2:5141\n"),
                    ("d.bak/a.conf", "*.* @@192.0.2.2:5142\n"),
                ],
            },
            Case {
                name: "an include as the only statement of a condition leaves it",
                input: INPUT,
                files: vec![
                    ("main", "if $programname == 'alpha' then include(file=\"{}/a.conf\")\n"),
                    ("a.conf", "*.* @@192.0.2.2:5141\n"),
                ],
            },
            Case {
                name: "a drop-in that sorts behind a stop",
                input: INPUT,
                files: vec![
                    ("main", "$IncludeConfig {}/d/*.conf\n*.* {}/file\n"),
                    ("d/20-app.conf", "if $programname == 'alpha' then {}/app\n& stop\n"),
                    ("d/50-forward.conf", "*.* @@192.0.2.2:5141\n"),
                ],
            },
        ],
    );
}

#[test]
fn generated_configurations_deliver_as_we_say() {
    let stage = Stage::new("dense");
    let first: u64 = std::env::var("STANDFAST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let count = std::env::var("STANDFAST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(120);
    for seed in first..first + count {
        let text = dense(seed);
        let case = Case { name: "generated", input: INPUT, files: vec![("main", &text)] };
        if let Some(difference) = stage.difference(&case) {
            panic!("STANDFAST_SEED={seed} STANDFAST_CASES=1\n{difference}");
        }
    }
}
