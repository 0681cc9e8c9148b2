#!/bin/sh
# install: what `make install`, `install-openwrt`, `install-openrc` and `uninstall` do, with tools that BusyBox has.
# usage: PYTHON=… INTERPRETER=… PREFIX=… UNITDIR=… DESTDIR=… SOURCES=… sh install.sh systemd|openwrt|openrc|uninstall
#
# The package is PREFIX/lib/glancesd/glancesd, sources beside their byte code; for OpenWrt, unless SOURCES is set, the archive
# PREFIX/lib/glancesd/glancesd.zip of byte code for the one Python that installs: a fifth of the flash.
#
# What is written is listed in PREFIX/lib/glancesd/installed, one path a line (a directory that was made ends in "/"), and
# uninstall takes away just that. The administrator's files are written when they are missing or still as an earlier install
# wrote them (its copies: PREFIX/lib/glancesd/defaults), and taken away likewise. A link is the administrator's, too: nothing
# is ever written through one to outside DESTDIR. PREFIX/lib/glancesd/uninstall is this file again, for machines without make.
set -eu
umask 022
export LC_ALL=C

top=$(cd "$(dirname "$0")/../.." && pwd)
services=$top/glancesd/services
lib=$PREFIX/lib/glancesd
here=$DESTDIR$lib
archive=
list=
trap 'rm -f "$list"; rm -rf "$here.new"' EXIT

# The units as they were written before `defaults` held copies to know them by: their checksums, with the usual path.
old_units='|3974362455 2529|718132574 946|'

# say TEXT: as it is; echo of some shells takes the backslashes of a path apart
say() {
    printf '%s\n' "$*"
}

fail() {
    say "install: $*" >&2
    exit 1
}

# inside DIRECTORY…: none of them leads to outside DESTDIR by a link
inside() {
    [ -n "$DESTDIR" ] || return 0
    mkdir -p "$DESTDIR"
    for path; do
        while [ ! -d "$DESTDIR$path" ]; do
            [ ! -L "$DESTDIR$path" ] || fail "$DESTDIR$path leads to nowhere"
            path=$(dirname "$path")
        done
        case $(cd -P "$DESTDIR$path" && pwd)/ in
        "$(cd -P "$DESTDIR" && pwd)"/*) ;;
        *) fail "$DESTDIR$path leads to outside $DESTDIR" ;;
        esac
    done
}

# directory PATH: make it and what leads to it
directory() {
    [ ! -d "$DESTDIR$1" ] || return 0
    directory "$(dirname "$1")"
    mkdir "$DESTDIR$1"
    printf '%s/\n' "$1" >>"$list"
}

# put MODE PATH: write standard input there, whole or not at all
put() {
    directory "$(dirname "$2")"
    [ ! -d "$DESTDIR$2" ] || fail "$DESTDIR$2 is a directory"
    rm -f "$DESTDIR$2.new"
    cat >"$DESTDIR$2.new"
    chmod "$1" "$DESTDIR$2.new"
    mv -f "$DESTDIR$2.new" "$DESTDIR$2"
    printf '%s\n' "$2" >>"$list"
}

# offer PATH: standard input is what an administrator's file starts from
offer() {
    default=defaults/$(basename "$(dirname "$1")")-$(basename "$1")
    cat >"$here.new/$default"
    printf '%s\n' "$1" >"$here.new/$default.path"
    directory "$(dirname "$1")"
    if [ ! -L "$DESTDIR$1" ] && { [ ! -e "$DESTDIR$1" ] || is_as_written "$1"; }; then
        cat "$here.new/$default" >"$DESTDIR$1"
    elif ! cmp -s "$DESTDIR$1" "$here.new/$default"; then
        say "kept as it is: $DESTDIR$1 (a fresh one: $lib/$default)"
    fi
}

# is_as_written PATH: whether the file is still as an earlier install wrote it
is_as_written() {
    if [ -e "$here/$default" ]; then
        cmp -s "$DESTDIR$1" "$here/$default"
    else
        case $old_units in
        *"|$(sed 's|^ExecStart=.*/bin/glancesd |ExecStart=/usr/local/bin/glancesd |' "$DESTDIR$1" | cksum)|"*) ;;
        *) false ;;
        esac
    fi
}

# unit NAME: standard input is a unit of systemd; one that was edited is the administrator's
unit() {
    offer "$UNITDIR/$1"
    printf '%s\n' "$UNITDIR/$1" >>"$list"
}

# with_command FILE COMMAND: print it with this command in place of /usr/bin/glancesd or /usr/local/bin/glancesd
with_command() {
    sed "s|/usr\(/local\)\{0,1\}/bin/glancesd|$(printf '%s\n' "$2" | sed 's/[\\|&]/\\&/g')|" "$services/$1"
}

# For the command line of a unit: specifiers and variables doubled, in quotes where something in it would end the word.
for_systemd() {
    printf '%s\n' "$1" | sed 's/%/%%/g
        s/\$/$$/g
        s/["\\]/\\&/g
        /[^A-Za-z0-9_./+@:,=~%$-]/s/.*/"&"/'
}

# For a shell, in single quotes where it needs some.
for_shell() {
    printf '%s\n' "$1" | sed "/[^A-Za-z0-9_./+@:,=~%-]/{
        s/'/'\\\\''/g
        s/.*/'&'/
    }"
}

# Begins a program of the interpreter $1. The kernel takes a blank for the end of its path, and 127 characters at most: there
# a shell starts it, to which the second line is a command, and to Python a text.
first_line() {
    if [ ${#1} -gt 120 ] || printf '%s\n' "$1" | grep -q '[[:blank:]]'; then
        printf "#!/bin/sh\n'''exec' \"%s\" -IS \"\$0\" \"\$@\"\n' '''\n" "$(printf '%s\n' "$1" | sed 's/[$`"\\]/\\&/g')"
    else
        printf '#!%s -IS\n' "$1"
    fi
}

# unreachable INTERPRETER: print the first part of its path or its library that others may not pass
unreachable() {
    "$1" -IS -c '
import os, sys
for path in (sys.executable, os.path.realpath(sys.executable), os.path.realpath(os.__file__)):
    while path != "/":
        if not os.stat(path).st_mode & (0o001 if os.path.isdir(path) else 0o004):
            sys.exit(print(path))
        path = os.path.dirname(path)
' 2>/dev/null || :
}

# sources: the package as sources and byte code
sources() {
    (cd "$top" && find glancesd -name '*.py' ! -path 'glancesd/services/*' &&
        find glancesd/dashboard -type f ! -name '*.py' ! -name '*.pyc') | while read -r file; do
        mkdir -p "$here.new/$(dirname "$file")"
        cat "$top/$file" >"$here.new/$file"
    done
    # Byte code that is checked by content: where times are not kept (scp, a router without a clock) it holds all the same.
    "$PYTHON" -I -m compileall -q -f --invalidation-mode checked-hash -d "$lib/glancesd" "$here.new/glancesd"
}

# command: print the program that starts the daemon
command() {
    printf 'import os\nimport sys\n\n'
    [ -z "$archive" ] || cat <<END
if sys.implementation.cache_tag != "$made_for":
    sys.exit("glancesd: installed as byte code of $made_for, not of " + sys.implementation.cache_tag + ": install it again")
END
    cat <<END
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "lib", "glancesd", "$archive"))
from glancesd.__main__ import main

sys.exit(main())
END
}

# package DIRECTORY…: the package beside the one in use, which a running daemon may still read from. The directories are
# those that more is written to.
package() {
    inside "$PREFIX/bin" "$PREFIX/lib" /etc "$@"
    list=$(mktemp)
    directory "$PREFIX/lib"
    rm -rf "$here.new"
    mkdir "$here.new" "$here.new/defaults"
    [ ! -d "$here/defaults" ] || cp "$here"/defaults/* "$here.new/defaults/"
    if [ -n "$archive" ]; then
        "$PYTHON" -I -X no_debug_ranges "$services/pyz.py" --byte-code "$here.new/$archive"
        made_for=$("$PYTHON" -c 'import sys; print(sys.implementation.cache_tag)')
    else
        sources
    fi

    interpreter=${INTERPRETER:-$("$PYTHON" -c 'import sys; print(sys.executable)')}
    # -I -S: nothing of the caller's environment or directory and no site-packages, which also starts sooner.
    { first_line "$interpreter"; command; } | put 755 "$PREFIX/bin/glancesd"
    config=$(cd "$top" && "$PYTHON" -B -S -m glancesd --print-config)
    printf '%s\n' "$config" | offer /etc/glancesd.conf
    { printf 'PREFIX=%s DESTDIR=\nset uninstall\n' "$(for_shell "$PREFIX")"; cat "$0"; } >"$here.new/uninstall"
}

# finish SENTENCE TARGET: the new package takes the place of the old
finish() {
    [ ! -e "$here/installed" ] || cat "$here/installed" >>"$list"
    sort -u "$list" >"$here.new/installed"
    rm -rf "$here.old"
    [ ! -d "$here" ] || mv "$here" "$here.old"
    mv "$here.new" "$here"
    rm -rf "$here.old"
    say "installed as $DESTDIR$PREFIX/bin/glancesd${archive:+, for $made_for alone (SOURCES=1: for every Python)}. $1"
    [ -z "$DESTDIR" ] || return 0
    closed=$(unreachable "$interpreter")
    [ -z "$closed" ] || say "WARNING: the service will not start: its user may not reach $interpreter, because of $closed." \
        "Install again with a Python for everybody: make $2 PYTHON=/usr/bin/python3" >&2
}

# live FILE: whether this is the machine itself, not a DESTDIR, and it has FILE
live() {
    [ -z "$DESTDIR" ] && [ -e "$1" ]
}

uninstall() {
    for other in ${ELSEWHERE-}; do
        [ -e "$here/installed" ] || here=$DESTDIR$other/lib/glancesd
    done
    [ -e "$here/installed" ] || fail "nothing is installed in $DESTDIR$PREFIX"
    if live /run/systemd/system; then
        systemctl --quiet disable --now glancesd.socket glancesd.service || :
    elif live /sbin/openrc-run; then
        rc-service --ifstarted glancesd stop || :
        rc-update --quiet --all del glancesd 2>/dev/null || :
    elif live /etc/rc.common && [ -e /etc/init.d/glancesd ]; then
        /etc/init.d/glancesd stop || :
        /etc/init.d/glancesd disable || :
    fi
    for path in "$here"/defaults/*.path; do
        name=$(cat "$path")
        file=$DESTDIR$name
        if [ ! -L "$file" ] && cmp -s "$file" "${path%.path}"; then
            rm "$file"
        elif [ -e "$file" ] && ! grep -qxF "$name" "$here/installed"; then      # a unit goes in any case
            say "left, because it was changed: $file"
        fi
    done
    installed=$(sort -r "$here/installed")
    rm -rf "$here"
    printf '%s\n' "$installed" | while IFS= read -r path; do
        case $path in
        */) rmdir "$DESTDIR$path" 2>/dev/null || : ;;
        *) rm -f "$DESTDIR$path" ;;
        esac
    done
    ! live /run/systemd/system || systemctl daemon-reload
}

case $PREFIX${INTERPRETER-}${UNITDIR-} in
*"
"*) fail "a path with a line break" ;;
esac
case $PREFIX in
/*) ;;
*) fail "PREFIX has to begin with a slash: $PREFIX" ;;
esac

case ${1-} in
systemd)
    package "$UNITDIR"
    with_command ../../glancesd.service "$(for_systemd "$PREFIX/bin/glancesd")" | unit glancesd.service
    unit glancesd.socket <"$services/glancesd.socket"
    name=glancesd
    case $UNITDIR in
    /etc/systemd/system | /usr/local/lib/systemd/system | /usr/lib/systemd/system | /lib/systemd/system) ;;
    *) name=$(for_shell "$UNITDIR/glancesd.service") ;;         # systemd does not look there by itself
    esac
    finish "Start it with: systemctl enable --now $name (when an older one runs: systemctl restart glancesd)" install
    ! live /run/systemd/system || systemctl daemon-reload
    ;;
openwrt)
    [ -n "${SOURCES-}" ] || archive=glancesd.zip
    package /etc/init.d /etc/config /lib/upgrade/keep.d
    with_command openwrt.init "$(for_shell "$PREFIX/bin/glancesd")" | put 755 /etc/init.d/glancesd
    echo /etc/glancesd.conf | put 644 /lib/upgrade/keep.d/glancesd
    offer /etc/config/glancesd <"$services/openwrt.config"
    finish "Start it with: /etc/init.d/glancesd enable; /etc/init.d/glancesd restart" install-openwrt
    ;;
openrc)
    # Its shell takes the command apart.
    case $PREFIX in
    *[!A-Za-z0-9_./+@:,=~-]*) fail "OpenRC starts no command with such a path: $PREFIX/bin/glancesd" ;;
    esac
    package /etc/init.d /etc/conf.d
    with_command openrc.init "$PREFIX/bin/glancesd" | put 755 /etc/init.d/glancesd
    offer /etc/conf.d/glancesd <"$services/openrc.conf"
    echo /var/log/glancesd.log >>"$list"        # the service makes it
    finish "Start it with: rc-update add glancesd; rc-service glancesd restart" install-openrc
    ;;
uninstall)
    uninstall
    ;;
*)
    echo "usage: $0 systemd|openwrt|openrc|uninstall" >&2
    exit 2
    ;;
esac
