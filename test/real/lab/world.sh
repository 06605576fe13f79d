#!/bin/sh
# The first process of the lab's world: a witness on one switch with two hosts, each a network namespace and, while it has
# power, a PID namespace. All of it is private: when this process ends, however it ends, the kernel ends everything in
# here, and every file, mount and interface is gone.
#
#     unshare --net --mount --uts --ipc --pid --fork --kill-child=SIGKILL --mount-proc sh world.sh COMMAND ...
#
# It runs COMMAND, and reaps what others leave behind. LAB_NET is the network, without its last number.
set -eu
umask 022
here=$(cd "${0%/*}" && pwd)
hostname witness
mount -t tmpfs -o mode=755 run /run
mount -t sysfs sysfs /sys
mkdir -p /run/lab/tmp /run/lab/etc /run/sshd /run/postgresql /run/netns
net=${LAB_NET:=10.99.0}
export LAB_NET TMPDIR=/run/lab/tmp PATH="$PATH:/usr/sbin:/sbin"

ip link set lo up
ip netns add switch
ip -n switch link add bridge type bridge
ip -n switch link set bridge up
plug() { # NAMESPACE PORT
    ip -n switch link add "port-$2" type veth peer name eth0 netns "$1"
    ip -n switch link set "port-$2" master bridge up
}
plug 1 witness
ip address add "$net.250/24" dev eth0
ip link set eth0 up

# Names, and keys by which the witness may log in: nobody outside of here sees these files.
cat >/run/lab/etc/hosts <<END
127.0.0.1 localhost
$net.1 host1
$net.2 host2
$net.250 witness bmc
$net.100 service
END
mount --bind /run/lab/etc/hosts /etc/hosts
ssh-keygen -q -t ed25519 -N '' -C witness -f /run/lab/etc/witness_key
cat >/run/lab/etc/ssh_config <<END
Host host1 host2
    User root
    IdentityFile /run/lab/etc/witness_key
    IdentitiesOnly yes
    UserKnownHostsFile /run/lab/etc/known_hosts
    StrictHostKeyChecking yes
END
mount --bind /run/lab/etc/ssh_config /etc/ssh/ssh_config

for number in 1 2; do
    host=host$number
    mkdir -p "/run/lab/$host/bmc"
    ip netns add "$host"
    ip -n "$host" link set lo up
    plug "$host" "$host"
    ssh-keygen -q -t ed25519 -N '' -C "$host" -f "/run/lab/$host/ssh_host_key"
    printf '%s %s\n' "$host" "$(cat "/run/lab/$host/ssh_host_key.pub")" >>/run/lab/etc/known_hosts
    # Its baseboard management controller, on another cable than its own.
    sed "s/HOST/$host/g; s/ADDRESS/$net.250 900$number/; s|LAB|$here|" "$here/bmc.conf" >"/run/lab/$host/bmc.conf"
    ipmi_sim -c "/run/lab/$host/bmc.conf" -f "$here/bmc.emu" -s "/run/lab/$host/bmc" -n \
        </dev/null >"/run/lab/$host/bmc.log" 2>&1 &
    sh "$here/power.sh" "$host" set power 1
done
"$@"
