#!/bin/sh
# The service on a real systemd, from install to uninstall. Run it as root on a host made for it, which it takes over:
# a container or virtual machine with systemd 247 or later, make, python3 and curl, where nothing is installed of glancesd.
# usage: host.sh [SOURCE]        SOURCE: this checkout, may be read-only (default: the one that holds this script)
# Prints what it does and sees, and ends with status 1 at the first thing that is not as it should be.
set -eu

source=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
unit=glancesd.service
url=http://127.0.0.1:61208
conf=/etc/glancesd.conf
export SYSTEMD_PAGER="" SYSTEMD_COLORS=0

title() { printf '\n== %s\n' "$*"; }
fail() {
    printf 'FAILED: %s\n' "$*"
    systemctl status --no-pager --lines=0 "$unit" || :
    journalctl --no-pager --quiet --lines=30 --unit="$unit" --unit=glancesd.socket || :
    exit 1
}
# run COMMAND…: print it, then what it says; it has to succeed
run() {
    printf '$ %s\n' "$*"
    "$@" || fail "exit status $?: $*"
}
# ends STATUS COMMAND…: likewise, and it has to end with this status
ends() {
    wanted=$1
    shift
    printf '$ %s\n' "$*"
    status=0
    "$@" || status=$?
    [ "$status" = "$wanted" ] || fail "exit status $status, not $wanted: $*"
    echo "(exit status $status)"
}
show() { systemctl show --property="$1" --value "$unit"; }
# is PROPERTY VALUE: what systemd says of the unit has to match this pattern
is() {
    value=$(show "$1")
    # shellcheck disable=SC2254 # the value is a pattern on purpose
    case $value in
    $2) echo "$1=$value" ;;
    *) fail "$1 is $value, not $2" ;;
    esac
}
# soon SECONDS COMMAND…: it has to succeed within this time
soon() {
    tenths=$(($1 * 10))
    shift
    while ! "$@" >/dev/null 2>&1; do
        tenths=$((tenths - 1))
        [ "$tenths" -gt 0 ] || fail "not in time: $*"
        sleep 0.1
    done
}
state_is() { [ "$(show ActiveState)" = "$1" ]; }
now() { cut -d' ' -f1 /proc/uptime; }
since() { awk -v then="$1" '{ printf "%.2f s\n", $1 - then }' /proc/uptime; }
ask() { curl --silent --show-error --fail --max-time 20 "$url$1"; }
setting() { ask /api/2/args | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
exposure() {
    figure=$(systemd-analyze security --no-pager "$unit" | tail -n 1)
    echo "$figure"
    echo "$figure" | awk -v most="$1" '{ for (i = 1; i <= NF; i++) if ($i ~ /^[0-9.]+$/) exit $i > most; exit 1 }' ||
        fail "more than $1"
}
listing() {
    find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /dev -o -path "$source" -o -path /var/log \
        -o -path /var/tmp -o -path /var/lib/systemd -o -path /var/cache \) -prune -o -print | sort
}
finish() {
    systemctl stop glancesd.socket "$unit" asroot hddtemp others squatter 2>/dev/null || :
}
trap finish EXIT

# As on a machine that booted: mounts made later show up in the namespaces of services too.
mount --make-rshared / 2>/dev/null || :
listing >/run/before

title "install"
run make -s -C "$source" install PYTHON=/usr/bin/python3
run systemd-analyze verify "$unit"
exposure 1.5

title "enable and start: active by its own word"
run systemctl enable --quiet --now "$unit"
is ActiveState active
is Type notify
is StatusText '*http://*:61208/*'
run glancesd --check "$url"
pid=$(show MainPID)
uid=$(awk '/^Uid:/ { print $2 }' "/proc/$pid/status")
run grep -E '^(Uid|Cap(Eff|Bnd)|NoNewPrivs|Seccomp|Threads|VmRSS):' "/proc/$pid/status"
if [ "$uid" -lt 61184 ] || [ "$uid" -gt 65519 ]; then fail "user $uid is not one that systemd made"; fi
tr '\0' '\n' <"/proc/$pid/environ" | grep -x MALLOC_ARENA_MAX=1 || fail "MALLOC_ARENA_MAX is not set"

title "as that user it sees what root sees"
run systemd-run --quiet --unit=others --uid=nobody sleep 1000
run systemd-run --quiet --unit=hddtemp python3 -c '
import socket
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 7634))
server.listen()
while True:
    client = server.accept()[0]
    client.sendall(b"|/dev/sda|A DISK|41|C|")
    client.close()
'
run systemd-run --quiet --unit=asroot glancesd -B 127.0.0.1 -p 61299
mkdir -p /run/late
run mount -t tmpfs -o size=8m late /run/late
printf '[fs]\nallow=tmpfs\n' >"$conf"
run systemctl restart "$unit"
soon 10 ask /healthz
ask /api/2/fs/mnt_point//run/late
echo
[ "$(ask /api/2/fs/mnt_point//run/late | grep -c '"size": 8388608')" = 1 ] || fail "a file system mounted late is not seen"
run mount -t tmpfs -o size=16m later /run/late
sleep 1.1
[ "$(ask /api/2/fs/mnt_point//run/late | grep -c '"size": 16777216')" = 1 ] || fail "a file system mounted later is not seen"
run umount /run/late
run umount /run/late
rm "$conf"
run make -s -C "$source" install PYTHON=/usr/bin/python3
run systemctl restart "$unit"
soon 10 glancesd --check http://127.0.0.1:61299
run python3 "$source/tests/systemd/compare.py" "$url" http://127.0.0.1:61299
ask /healthz
echo

title "reload: a good file, a bad one, a good one"
pid=$(show MainPID)
printf '[glancesd]\nhistory_size=77\n' >"$conf"
run systemctl reload "$unit"
soon 5 sh -c "[ \"\$(curl -s $url/api/2/args | grep -c '\"history_size\": 77,')\" = 1 ]"
echo "history_size=$(setting history_size)"
is ActiveState active
printf '[glancesd]\nhistory_size=many\n' >"$conf"
run systemctl reload "$unit"
soon 5 sh -c "journalctl --quiet --unit=$unit | grep 'not reloaded'"
journalctl --no-pager --quiet --output=cat --unit="$unit" | grep 'not reloaded'
soon 5 state_is active
is StatusText '*glancesd.conf*'
is MainPID "$pid"
[ "$(setting history_size)" = 77 ] || fail "a bad file changed a setting"
printf '[glancesd]\nhistory_size=78\n' >"$conf"
run systemctl reload "$unit"
soon 5 sh -c "[ \"\$(curl -s $url/api/2/args | grep -c '\"history_size\": 78,')\" = 1 ]"
echo "history_size=$(setting history_size)"
is StatusText '*http://*:61208/*'
is MainPID "$pid"

title "frozen: the watchdog starts it again"
mkdir -p "/run/systemd/system/$unit.d"
printf '[Service]\nWatchdogSec=4\nRestartSec=1\n' >"/run/systemd/system/$unit.d/soon.conf"
systemctl daemon-reload
run systemctl restart "$unit"
pid=$(show MainPID)
sleep 9
is MainPID "$pid"
is NRestarts 0
then=$(now)
run kill -STOP "$pid"
ends 2 glancesd --check "$url"
soon 30 sh -c "[ \"\$(systemctl show --property=NRestarts --value $unit)\" = 1 ]"
soon 10 ask /healthz
echo "answers again after $(since "$then")"
is NRestarts 1
journalctl --no-pager --quiet --output=cat --unit="$unit" | grep -i watchdog | tail -n 3
rm -r "/run/systemd/system/$unit.d"
systemctl daemon-reload

title "a wrong setting at the start: one line, and no loop of restarts"
printf '[glancesd]\nport=x\n' >"$conf"
ends 1 systemctl restart "$unit"
is ActiveState failed
is ExecMainStatus 2
is NRestarts '[01]'
journalctl --no-pager --quiet --output=cat --unit="$unit" | grep 'glancesd.conf:2' | tail -n 1
: >"$conf"
run systemctl restart "$unit"

title "its port is taken at the start: tried again until it is free"
run systemctl stop "$unit"
run systemd-run --quiet --unit=squatter python3 -c '
import socket, time
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("0.0.0.0", 61208))
server.listen()
time.sleep(1000)
'
soon 5 python3 -c 'import socket; socket.socket().connect(("127.0.0.1", 61208))'
ends 1 systemctl start "$unit"
is ExecMainStatus 1
is SubState auto-restart
run systemctl stop squatter
soon 15 ask /livez
is ActiveState active
journalctl --no-pager --quiet --output=cat --unit="$unit" | grep 'cannot listen' | tail -n 1

title "a newer one over it"
pid=$(show MainPID)
run make -s -C "$source" install PYTHON=/usr/bin/python3
is MainPID "$pid"
run ask /livez
echo
run systemctl restart "$unit"
run glancesd --check "$url"
[ "$(show MainPID)" != "$pid" ] || fail "not restarted"

title "a password, as a credential"
mkdir -p "/run/systemd/system/$unit.d"
(umask 077 && echo correct horse >/run/secret)
printf '[Service]\nLoadCredential=password:/run/secret\n' >"/run/systemd/system/$unit.d/password.conf"
systemctl daemon-reload
run systemctl restart "$unit"
ends 0 glancesd --check "$url"
ends 1 glancesd --check "$url/api/2/load"
run curl --silent --fail --user 'glances:correct horse' "$url/api/2/load"
echo
rm -r "/run/systemd/system/$unit.d" /run/secret
systemctl daemon-reload
run systemctl restart "$unit"

title "the drop-in for what others read and write"
others=$(systemctl show --property=MainPID --value others)
# io_of_others WANTED: what is served of that process, which is another user's, has to be this
io_of_others() {
    served=$(ask "/api/2/processlist/pid/$others" | python3 -c '
import json, sys
print(next(iter(json.load(sys.stdin).values()))[0]["io_counters"])')
    echo "io_counters of process $others: $served"
    [ "$served" = "$1" ] || fail "not $1"
}
io_of_others "[0, 0, 0, 0, 0]"
mkdir -p "/run/systemd/system/$unit.d"
cp "$source/glancesd/services/io.conf" "/run/systemd/system/$unit.d/io.conf"
systemctl daemon-reload
run systemctl restart "$unit"
exposure 2.0
io_of_others "$(awk '/^read_bytes/ { r = $2 } /^write_bytes/ { w = $2 } END { printf "[%d, %d, %d, %d, 1]", r, w, r, w }' \
    "/proc/$others/io")"
rm -r "/run/systemd/system/$unit.d"
systemctl daemon-reload

title "a password and TLS of root's, by credentials, as README says"
python3 - "$source" <<'END'
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from tests.certificate import CERTIFICATE, KEY
for name, text in (("box.pem", CERTIFICATE), ("box.key", KEY), ("glancesd.password", "secret\n")):
    with open("/etc/" + name, "w") as file:
        file.write(text)
END
chmod 600 /etc/box.pem /etc/box.key /etc/glancesd.password
mkdir -p "/run/systemd/system/$unit.d"
sed -n '/^```ini/,/^```/p' "$source/README.md" |
    sed '/^```/d; s|/etc/ssl/private/|/etc/|' >"/run/systemd/system/$unit.d/secrets.conf"
run cat "/run/systemd/system/$unit.d/secrets.conf"
systemctl daemon-reload
run systemctl restart "$unit"
run glancesd --check https://127.0.0.1:61208
ends 22 curl --silent --show-error --fail --insecure https://127.0.0.1:61208/api/2/core
run curl --silent --show-error --fail --insecure --user glances:secret https://127.0.0.1:61208/api/2/core
echo
rm -r "/run/systemd/system/$unit.d" /etc/box.pem /etc/box.key /etc/glancesd.password
systemctl daemon-reload

title "for a proxy's user: a Unix socket, as README says"
mkdir -p "/run/systemd/system/$unit.d"
printf '[Service]\nRuntimeDirectory=glancesd\n' >"/run/systemd/system/$unit.d/socket.conf"
printf '[glancesd]\nbind_address = unix:/run/glancesd/socket\nsocket_mode = 666\n' >"$conf"
systemctl daemon-reload
run systemctl restart "$unit"
run setpriv --reuid www-data --regid www-data --clear-groups curl --silent --show-error --fail \
    --unix-socket /run/glancesd/socket http://localhost/api/2/core
echo
rm -r "/run/systemd/system/$unit.d"
: >"$conf"

title "without namespaces, as in an unprivileged container"
mkdir -p "/run/systemd/system/$unit.d"
cp "$source/glancesd/services/no-namespaces.conf" "/run/systemd/system/$unit.d/"
systemctl daemon-reload
run systemctl restart "$unit"
run glancesd --check "$url"
pid=$(show MainPID)
for kind in mnt uts ipc pid net; do
    [ "$(readlink "/proc/$pid/ns/$kind")" = "$(readlink "/proc/1/ns/$kind")" ] || fail "a $kind namespace of its own"
done
run grep -E '^(Uid|Cap(Eff|Bnd)|NoNewPrivs|Seccomp):' "/proc/$pid/status"
rm -r "/run/systemd/system/$unit.d"
systemctl daemon-reload
run systemctl restart "$unit"

title "the host's new name"
ask /api/2/system >/dev/null
hostname renamed
soon 70 sh -c "curl -s $url/api/2/system | grep '\"hostname\": \"renamed\"'"
ask /api/2/system
echo
hostname systemd-host

title "a place with a blank"
run systemctl stop "$unit"
run make -s -C "$source" install PYTHON=/usr/bin/python3 "PREFIX=/opt/a place" UNITDIR=/run/systemd/system
run systemctl start "$unit"
is ExecStart '*/opt/a place/bin/glancesd*'
run "/opt/a place/bin/glancesd" --check "$url"
run systemctl stop "$unit"
run rm /run/systemd/system/$unit /run/systemd/system/glancesd.socket
run make -s -C "$source" uninstall "PREFIX=/opt/a place" UNITDIR=/run/systemd/system
run make -s -C "$source" install PYTHON=/usr/bin/python3
run systemctl start "$unit"

title "an upgrade leaves an edited unit as it is"
echo '# edited' >>/usr/local/lib/systemd/system/$unit
make -s -C "$source" install PYTHON=/usr/bin/python3 >/run/said
cat /run/said
grep -q 'kept as it is: /usr/local' /run/said || fail "it does not say so"
grep -q '# edited' /usr/local/lib/systemd/system/$unit || fail "the unit was replaced"
systemctl daemon-reload

title "stop"
then=$(now)
run systemctl stop "$unit"
echo "stopped within $(since "$then")"
is ActiveState inactive
is Result success
run systemctl disable --quiet "$unit"

title "socket activation, and an end when idle"
printf '[glancesd]\nexit_idle=2\n' >"$conf"
run systemctl enable --quiet --now glancesd.socket
is ActiveState inactive
then=$(now)
ask /api/2/load
echo
echo "first answer after $(since "$then")"
soon 5 state_is active
is StatusText '*http://*:61208/*'
soon 10 state_is inactive
echo "ended when idle after $(since "$then")"
is Result success
run ask /api/2/uptime
echo
soon 5 state_is active                  # it answers before it has said that it is ready
soon 10 state_is inactive
mkdir -p /run/systemd/system/glancesd.socket.d
printf '[Socket]\nListenStream=\nListenStream=/run/glancesd.sock\nSocketGroup=www-data\n' \
    >/run/systemd/system/glancesd.socket.d/unix.conf
systemctl daemon-reload
run systemctl restart glancesd.socket
run glancesd --check unix:/run/glancesd.sock
run setpriv --reuid www-data --regid www-data --clear-groups \
    curl --silent --fail --unix-socket /run/glancesd.sock http://localhost/api/2/core
echo
run systemctl disable --quiet --now glancesd.socket
run systemctl stop "$unit"
rm -r /run/systemd/system/glancesd.socket.d
systemctl daemon-reload

title "what it said"
journalctl --no-pager --quiet --output=cat --unit="$unit" | grep -c . || :
if journalctl --no-pager --quiet --output=cat --unit="$unit" | grep -A 20 Traceback; then fail "a traceback"; fi

title "uninstall"
run systemctl enable --quiet --now "$unit"
run make -s -C "$source" uninstall
ends 4 systemctl status --no-pager "$unit"
listing >/run/after
diff /run/before /run/after >/run/left || :
grep '^[<>]' /run/left || :
[ "$(grep '^[<>]' /run/left)" = "> $conf" ] || fail "something else than the administrator's file is left, or gone"

title "all as it should be"
