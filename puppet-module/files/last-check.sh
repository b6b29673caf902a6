#!/bin/sh
# A monitoring plugin: says what the last check found, with its exit code. It needs no rights.
# Usage: last-check FILE SECONDS; what is older than so many seconds is UNKNOWN.
set -u
if ! { read -r code && read -r when; } 2>/dev/null <"$1"; then
    echo "STANDFAST UNKNOWN - there is no result in $1 yet"
    exit 3
fi
case $code$when in
    *[!0-9]* | '')
        echo "STANDFAST UNKNOWN - $1 holds no result"
        exit 3
        ;;
esac
age=$(($(date +%s) - when))
if [ "$age" -gt "$2" ]; then
    echo "STANDFAST UNKNOWN - the last result in $1 is $age seconds old"
    exit 3
fi
tail -n +3 "$1"
exit "$code"
