#!/bin/sh
# What all tasks of standfast are: takes the parameters as JSON on standard input, asks the program, prints one JSON object.
# Resources may hold a secret; they go from standard input to standard input, and are never an argument nor in the environment.
set -u
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
input=$(cat)

# Prints the value of a key of the parameters: a text without its quotes, anything else as JSON; with `list` the texts of an
# array, one a line, and exit code 2 where one holds a line end. Fails where the key is missing or null.
json_get() {
    printf '%s\n' "$input" | awk -v key="$1" -v form="${2:-value}" '
        function next_letter() {
            while (substr(text, at, 1) ~ /[ \t\r\n]/) at++
            return substr(text, at, 1)
        }
        function skip_string() {
            for (at++; at <= size && substr(text, at, 1) != "\""; at++) if (substr(text, at, 1) == "\\") at++
            at++
        }
        function skip_nested(    depth, letter) {
            do {
                letter = substr(text, at, 1)
                if (letter == "\"") { skip_string(); continue }
                if (letter == "[" || letter == "{") depth++
                if (letter == "]" || letter == "}") depth--
                at++
            } while (depth > 0 && at <= size)
        }
        # Moves behind the value that comes next, and returns it as it stands.
        function value(    start, letter) {
            letter = next_letter()
            start = at
            if (letter == "\"") skip_string()
            else if (letter == "[" || letter == "{") skip_nested()
            else while (at <= size && index(",]} \t\r\n", substr(text, at, 1)) == 0) at++
            return substr(text, start, at - start)
        }
        function utf8(code) {
            if (code < 128) return sprintf("%c", code)
            if (code < 2048) return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
            return sprintf("%c%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64, 128 + code % 64)
        }
        function hex(digits,    i, code) {
            for (i = 1; i <= 4; i++) code = code * 16 + index("0123456789abcdef", tolower(substr(digits, i, 1))) - 1
            return code
        }
        function plain(quoted,    out, i, letter) {
            for (i = 2; i < length(quoted); i++) {
                letter = substr(quoted, i, 1)
                if (letter == "\\") {
                    letter = substr(quoted, ++i, 1)
                    if (letter == "u") { letter = utf8(hex(substr(quoted, i + 1, 4))); i += 4 }
                    else if (letter in escapes) letter = escapes[letter]
                }
                out = out letter
            }
            return out
        }
        function shown(raw) { return substr(raw, 1, 1) == "\"" ? plain(raw) : raw }
        { text = text $0 "\n" }
        END {
            escapes["n"] = "\n"; escapes["t"] = "\t"; escapes["r"] = "\r"; escapes["b"] = "\b"; escapes["f"] = "\f"
            size = length(text)
            at = index(text, "{") + 1
            while (next_letter() == "\"") {
                name = plain(value())
                next_letter(); at++
                raw = value()
                if (name == key) found = raw
                if (next_letter() == ",") at++
            }
            if (found == "" || found == "null") exit 1
            if (form == "value") { print shown(found); exit 0 }
            text = found; size = length(text); at = 2
            while (next_letter() != "]" && at <= size) {
                one = shown(value())
                if (index(one, "\n")) exit 2
                print one
                if (next_letter() == ",") at++
            }
        }'
}

# A text of standard input as a JSON string.
json_string() {
    awk '
        BEGIN { for (i = 1; i < 32; i++) escape[sprintf("%c", i)] = sprintf("\\u%04x", i); escape["\""] = "\\\""; escape["\\"] = "\\\\" }
        { text = text (NR > 1 ? "\n" : "") $0 }
        END {
            for (i = 1; i <= length(text); i++) { letter = substr(text, i, 1); out = out (letter in escape ? escape[letter] : letter) }
            print "\"" out "\""
        }'
}

# Ends the task with an error: kind, message.
give_up() {
    printf '{"_error":{"kind":"standfast/%s","msg":%s,"details":{}}}\n' "$1" "$(printf '%s' "$2" | json_string)"
    exit 1
}

# Whether a switch is given as true.
is_on() {
    [ "$(json_get "$1")" = true ]
}

# Adds `--OPTION=VALUE` for each key that is given; the option is called like the key.
options=
add_option() {
    for key in "$@"; do
        value=$(json_get "$key") || continue
        set_argument "--$key=$value"
    done
}

# Arguments are kept in lines until they are needed; no value holds a line end.
set_argument() {
    case $1 in
        *'
'*) give_up bad-parameter 'a parameter holds a line end' ;;
    esac
    options="$options$1
"
}

task=$(json_get _task) || task=${0##*/}
task=${task##*::}
installed=$(json_get _installdir) || installed=${PT__installdir:-}
[ -r "$installed/standfast/files/find.sh" ] || give_up no-files 'the files of the module standfast did not come along'
# shellcheck source=../files/find.sh
. "$installed/standfast/files/find.sh"
program=$(standfast_find '') || give_up no-program 'the program standfast is not installed, or does not run'

resources=
case $task in
    check | apply)
        answer=resources
        set_argument "$task"
        set_argument --format=json
        add_option policy
        if [ "$task" = check ]; then
            is_on probe && set_argument --probe
        elif is_on noop || is_on _noop || ! json_get noop >/dev/null; then
            set_argument --noop
        elif is_on reload; then
            set_argument --reload
        fi
        if resources=$(json_get resources); then
            json_get policy >/dev/null && give_up bad-parameter 'policy and resources are both given; one says what should be'
            set_argument --policy=-
        fi
        set_argument --
        only=$(json_get only list)
        [ $? -ne 2 ] || give_up bad-parameter 'a parameter holds a line end'
        [ -z "$only" ] || options="$options$only
"
        ;;
    probe)
        answer=probe
        set_argument probe
        set_argument --format=json
        add_option target timeout
        service=$(json_get service) && set_argument "$service"
        ;;
    explain)
        answer=explanation
        set_argument explain
        set_argument "$(json_get subject)"
        set_argument --format=json
        add_option user item from facility
        ;;
    *) give_up bad-task "there is no task $task" ;;
esac

# One argument a line; globbing is off, for `*` is part of titles.
set -f
IFS='
'
# shellcheck disable=SC2086  # lines become arguments
set -- $options
unset IFS

work=$(mktemp -d) || give_up no-temp 'no temporary directory can be made'
trap 'rm -rf "$work"' EXIT
said=$(printf '%s' "$resources" | "$program" "$@" 2>"$work/errors")
code=$?
case $code in
    0 | 2 | 4 | 6) ;;
    *) give_up error "$(cat "$work/errors")" ;;
esac
cat "$work/errors" >&2
case $task$code in
    check0 | apply0) status=in_sync ;;
    check2) status=drift ;;
    apply2) case " $* " in *' --noop '*) status=drift ;; *) status=changed ;; esac ;;
    probe0) status=closed ;;
    probe2) status=open ;;
    explain*) status=explained ;;
    *) status=failed ;;
esac
version=$("$program" --version)
printf '{"status":"%s","exit_code":%s,"version":"%s","%s":%s' "$status" "$code" "${version#standfast }" "$answer" "$said"
if [ "$status" = failed ]; then
    printf ',"_error":{"kind":"standfast/failed","msg":"not all resources could be judged or changed","details":{}}}\n'
    exit "$code"
fi
printf '}\n'
