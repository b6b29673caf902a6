# shellcheck shell=sh
# Finds the program: of those that are there and work, the one of the newest version. Shared by the tasks and the check.

# Prints where it may be, one path a line, in the order of preference. The argument stands before each path; it is empty
# on a host.
standfast_places() {
    sed -n 's/^[[:space:]]*binary[[:space:]]*=[[:space:]]*\(\/.*[^[:space:]]\)[[:space:]]*$/\1/p' \
        "$1/etc/standfast/standfast.conf" 2>/dev/null
    echo /usr/bin/standfast
    for cache in /opt/puppetlabs/puppet/cache /var/cache/puppet /var/lib/puppet; do
        echo "$cache/facts.d/standfast.d/$(uname -m)/standfast"
    done
}

# Prints the path of the program; fails where there is none.
standfast_find() {
    standfast_places "$1" | while IFS= read -r place; do
        [ -x "$1$place" ] || continue
        version=$("$1$place" --version 2>/dev/null </dev/null) || continue
        case $version in
            'standfast '[0-9]*) printf '%s %s\n' "${version#standfast }" "$1$place" ;;
        esac
    done | LC_ALL=C awk '
        function newer(one, two,    a, b, i) {
            split(one, a, /[.+-]/); split(two, b, /[.+-]/)
            for (i = 1; i <= 3; i++) if (a[i] + 0 != b[i] + 0) return a[i] + 0 > b[i] + 0
            return 0
        }
        { place = $0; sub(/^[^ ]* /, "", place) }
        best == "" || newer($1, version) { version = $1; best = place }
        END { if (best == "") exit 1; print best }'
}
