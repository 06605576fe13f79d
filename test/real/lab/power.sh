#!/bin/sh
# A host's power, as its management controller (ipmi_sim's chassis_control) reads and sets it:
#
#     power.sh HOST get power         power.sh HOST set power 0|1        power.sh HOST set reset 1
#     power.sh HOST set crash 1       the host is dead, and its power is on
#
# Without power, or when it crashes, a host ends as a whole and says nothing more to anybody: its link goes first, so that
# no connection is closed in good order.
set -eu
here=${0%/*} host=$1
folder=/run/lab/$host

is_up() { [ -e "$folder/pid" ] && kill -0 "$(cat "$folder/pid")" 2>/dev/null; }

die() {
    ip -n "$host" link set eth0 down
    if is_up; then
        read -r pid <"$folder/pid"
        # Its first process dies when all others have, and the one that started it when that is over.
        first=$(cat "/proc/$pid/task/$pid/children")
        first=${first%% *}
        kill -KILL "${first:-$pid}"
        while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
    fi
    rm -f "$folder/pid"
    ip -n "$host" address flush dev eth0
}

start() {
    if is_up; then return; fi
    ip -n "$host" address add "${LAB_NET:-10.99.0}.${host#host}/24" dev eth0
    ip -n "$host" link set eth0 up
    setsid ip netns exec "$host" unshare --mount --uts --ipc --pid --fork --kill-child=SIGKILL --mount-proc \
        sh "$here/machine.sh" "$host" </dev/null >>"$folder/console" 2>&1 &
    echo $! >"$folder/pid"
}

case "$2 $3 ${4-}" in
    "get power ") echo "power:$(cat "$folder/power")" ;;
    "set power 1") start; echo 1 >"$folder/power" ;;
    "set power 0") die; echo 0 >"$folder/power" ;;
    "set reset 1") die; start ;;
    "set crash 1") die ;;
    *) echo "power.sh: $*?" >&2; exit 1 ;;
esac
