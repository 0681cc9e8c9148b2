#!/bin/sh
# install: what `make install`, `install-openwrt`, `install-openrc` and `uninstall` do, with tools that BusyBox has.
# usage: PYTHON=… INTERPRETER=… PREFIX=… UNITDIR=… DESTDIR=… sh install.sh systemd|openwrt|openrc|uninstall
#
# What is written is listed in PREFIX/lib/glancesd/installed, one path a line (a directory that was made ends in "/"), and
# uninstall takes away just that. The administrator's files are written when they are missing or still as an earlier install
# wrote them (its copies: PREFIX/lib/glancesd/defaults), and taken away likewise.
set -eu
umask 022
export LC_ALL=C

top=$(cd "$(dirname "$0")/../.." && pwd)
services=$top/glancesd/services
lib=$PREFIX/lib/glancesd
here=$DESTDIR$lib
list=
trap 'rm -f "$list"; rm -rf "$here.new"' EXIT

# directory PATH: make it and what leads to it
directory() {
    [ ! -d "$DESTDIR$1" ] || return 0
    directory "$(dirname "$1")"
    mkdir "$DESTDIR$1"
    echo "$1/" >>"$list"
}

# put MODE PATH: write standard input there, whole or not at all
put() {
    directory "$(dirname "$2")"
    cat >"$DESTDIR$2.new"
    chmod "$1" "$DESTDIR$2.new"
    mv -f "$DESTDIR$2.new" "$DESTDIR$2"
    echo "$2" >>"$list"
}

# offer PATH: standard input is what an administrator's file starts from
offer() {
    default=defaults/$(basename "$(dirname "$1")")-$(basename "$1")
    cat >"$here.new/$default"
    echo "$1" >"$here.new/$default.path"
    directory "$(dirname "$1")"
    if [ ! -e "$DESTDIR$1" ] || cmp -s "$DESTDIR$1" "$here/$default"; then
        cat "$here.new/$default" >"$DESTDIR$1"
    elif ! cmp -s "$DESTDIR$1" "$here.new/$default"; then
        echo "kept as it is: $DESTDIR$1 (a fresh one: $lib/$default)"
    fi
}

# with_paths FILE: print it with the paths of this installation
with_paths() {
    sed "s|/usr\(/local\)\{0,1\}/bin/glancesd|$PREFIX/bin/glancesd|g" "$services/$1"
}

# The package beside the one in use, which a running daemon may still read from.
package() {
    list=$(mktemp)
    mkdir -p "$DESTDIR/"
    directory "$PREFIX/lib"
    rm -rf "$here.new"
    mkdir "$here.new" "$here.new/defaults"
    [ ! -d "$here/defaults" ] || cp "$here"/defaults/* "$here.new/defaults/"
    (cd "$top" && find glancesd -name '*.py' ! -path 'glancesd/services/*' &&
        find glancesd/dashboard -type f ! -name '*.py' ! -name '*.pyc') | while read -r file; do
        mkdir -p "$here.new/$(dirname "$file")"
        cat "$top/$file" >"$here.new/$file"
    done
    # Byte code that is checked by content: where times are not kept (scp, a router without a clock) it holds all the same.
    "$PYTHON" -I -m compileall -q -f --invalidation-mode checked-hash -d "$lib/glancesd" "$here.new/glancesd"

    # -I -S: nothing of the caller's environment or directory and no site-packages, which also starts sooner.
    put 755 "$PREFIX/bin/glancesd" <<END
#!${INTERPRETER:-$("$PYTHON" -c 'import sys; print(sys.executable)')} -IS
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "lib", "glancesd"))
from glancesd.__main__ import main

sys.exit(main())
END
    config=$(cd "$here.new" && "$PYTHON" -B -S -m glancesd --print-config)
    printf '%s\n' "$config" | offer /etc/glancesd.conf
}

# The new package takes the place of the old.
finish() {
    [ ! -e "$here/installed" ] || cat "$here/installed" >>"$list"
    sort -u "$list" >"$here.new/installed"
    rm -rf "$here.old"
    [ ! -d "$here" ] || mv "$here" "$here.old"
    mv "$here.new" "$here"
    rm -rf "$here.old"
    echo "installed as $DESTDIR$PREFIX/bin/glancesd. $1"
}

# live FILE: whether this is the machine itself, not a DESTDIR, and it has FILE
live() {
    [ -z "$DESTDIR" ] && [ -e "$1" ]
}

uninstall() {
    if [ ! -e "$here/installed" ]; then
        echo "nothing is installed in $DESTDIR$PREFIX" >&2
        exit 1
    fi
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
        file=$DESTDIR$(cat "$path")
        if cmp -s "$file" "${path%.path}"; then
            rm "$file"
        elif [ -e "$file" ]; then
            echo "left, because it was changed: $file"
        fi
    done
    installed=$(sort -r "$here/installed")
    rm -rf "$here"
    echo "$installed" | while read -r path; do
        case $path in
        */) rmdir "$DESTDIR$path" 2>/dev/null || : ;;
        *) rm -f "$DESTDIR$path" ;;
        esac
    done
    ! live /run/systemd/system || systemctl daemon-reload
}

case ${1-} in
systemd)
    package
    with_paths ../../glancesd.service | put 644 "$UNITDIR/glancesd.service"
    put 644 "$UNITDIR/glancesd.socket" <"$services/glancesd.socket"
    finish "Start it with: systemctl enable --now glancesd (when an older one runs: systemctl restart glancesd)"
    ! live /run/systemd/system || systemctl daemon-reload
    ;;
openwrt)
    package
    with_paths openwrt.init | put 755 /etc/init.d/glancesd
    echo /etc/glancesd.conf | put 644 /lib/upgrade/keep.d/glancesd
    offer /etc/config/glancesd <"$services/openwrt.config"
    finish "Start it with: /etc/init.d/glancesd enable; /etc/init.d/glancesd restart"
    ;;
openrc)
    package
    with_paths openrc.init | put 755 /etc/init.d/glancesd
    offer /etc/conf.d/glancesd <"$services/openrc.conf"
    echo /var/log/glancesd.log >>"$list"        # the service makes it
    finish "Start it with: rc-update add glancesd; rc-service glancesd restart"
    ;;
uninstall)
    uninstall
    ;;
*)
    echo "usage: $0 systemd|openwrt|openrc|uninstall" >&2
    exit 2
    ;;
esac
