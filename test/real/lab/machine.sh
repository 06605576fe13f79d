#!/bin/sh
# The first process of a host: its own name, /tmp, /run and shared memory, an sshd, and nothing that starts a
# database: who comes back from a power cut is not to serve before it was looked at.
set -eu
cd /
hostname "$1"
mount -t tmpfs tmp /tmp
# What a login of root runs by itself is none of the lab.
[ ! -e /root/.bashrc ] || mount --bind /dev/null /root/.bashrc
mount -t tmpfs shm /dev/shm
# What is in the lab's folder stays, as what is on a disk does.
mkdir /tmp/run
mount -t tmpfs -o mode=755 run /tmp/run
mkdir -p /tmp/run/lab /tmp/run/sshd
install -d -o postgres -g postgres -m 2775 /tmp/run/postgresql
mount --bind /run/lab /tmp/run/lab
mount -n --move /tmp/run /run
/usr/sbin/sshd -D -e -f /dev/null -h "/run/lab/$1/ssh_host_key" -o AuthorizedKeysFile=/run/lab/etc/witness_key.pub \
    -o StrictModes=no -o UsePAM=no -o PidFile=none -o PasswordAuthentication=no -o UseDNS=no &
# Reaps what others leave behind.
sleep infinity &
wait $!
