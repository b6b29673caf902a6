
# Looks for drift, and keeps what was found for everyone to read, without rights of their own: the first line of the file is
# the exit code of a monitoring plugin, the second when it was, the rest what it says.
# Usage: run-check FILE [OPTION…]; the options go to `standfast check`.
set -u
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
file=$1
shift
if program=$(standfast_find ''); then
    said=$("$program" check --format monitoring "$@" 2>&1 </dev/null)
    code=$?
else
    said='STANDFAST UNKNOWN - the program standfast is not installed, or does not run'
    code=3
fi
# Anything else is a signal or no plugin at all.
[ "$code" -le 3 ] || code=3
printf '%s\n' "$said"
mkdir -p "${file%/*}" || exit 3
new=$(mktemp "$file.XXXXXX") || exit 3
printf '%s\n%s\n%s\n' "$code" "$(date +%s)" "$said" >"$new" && chmod 0644 "$new" && mv -T "$new" "$file" || {
    rm -f "$new"
    exit 3
}
exit "$code"
