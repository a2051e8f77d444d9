#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A systemd of its own, in namespaces of its own: private-systemd.sh DIR
#
# Its root directory is this machine's, with all that is written kept in memory; /run, /tmp, /dev, processes, network, control groups and
# hostname are its own, /sys and /proc/sys cannot be written. DIR is /outside in there. DIR/pid has the number of its first process as soon
# as it runs: "nsenter -a -t" it, or look into /proc/NUMBER/root. It ends, and leaves nothing, when standard input ends.
# Exit status 77: that cannot be done here; it prints why.
set -eu

cannot() {
    echo "$*"
    exit 77
}

# With nothing but what this machine has: are the means there?
outside() {
    [ "$(id -u)" -eq 0 ] || cannot "only root can start a systemd of its own"
    [ -x /lib/systemd/systemd ] || cannot "there is no /lib/systemd/systemd"
    for each in systemctl unshare nsenter setpriv pivot_root mknod; do
        command -v "$each" >"$1/why" || cannot "there is no $each"
    done
    unshare --mount --pid --fork --uts --ipc --net --cgroup true 2>"$1/why" || cannot "no namespaces: $(cat "$1/why")"
    mkdir -p "$1/cgroup" "$1/upper" "$1/root"
    exec unshare --mount --propagation private sh "$0" "$1" supervise
}

# In a mount namespace: makes the control group that is systemd's root, and ends everything.
supervise() {
    mount -t cgroup2 none "$1/cgroup" 2>"$1/why" || cannot "no control groups: $(cat "$1/why")"
    group=$1/cgroup/hotbay-systemd-$$
    mkdir "$group" 2>"$1/why" || cannot "no control group: $(cat "$1/why")"
    # it ends with this process, however that ends
    setpriv --pdeathsig KILL sh "$0" "$1" enter "$group" </dev/null &
    child=$!
    first=$group/init.scope/cgroup.procs
    i=0
    while [ $i -lt 300 ] && kill -0 "$child" 2>/dev/null && ! grep -q . "$first" 2>/dev/null; do
        i=$((i + 1))
        sleep 0.1
    done
    if head -n 1 "$first" >"$1/pid.new" 2>/dev/null; then
        mv "$1/pid.new" "$1/pid"
        cat >/dev/null
    else
        echo "systemd does not start"
        status=77
    fi
    kill -KILL "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
    while grep -q 'populated 1' "$group/cgroup.events"; do
        sleep 0.1
    done
    find "$group" -depth -type d -exec rmdir {} \;
    exit ${status:-0}
}

enter() {
    echo $$ >"$2/cgroup.procs"
    exec unshare --cgroup --pid --fork --kill-child=KILL --uts --ipc --net --mount-proc=/proc sh "$0" "$1" boot
}

device() {
    mknod -m 666 "$root/dev/$1" c "$2" "$3"
}

# The first process of the namespace: makes the root directory, and becomes systemd.
boot() {
    root=$1/root
    mount -t tmpfs -o mode=755 upper "$1/upper"
    mkdir "$1/upper/files" "$1/upper/work"
    mount -t overlay -o "lowerdir=/,upperdir=$1/upper/files,workdir=$1/upper/work" overlay "$root"
    mount -t proc proc "$root/proc"
    mount --bind "$root/proc/sys" "$root/proc/sys"
    mount -o remount,bind,ro "$root/proc/sys"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    # with the options that Debian mounts them with
    mount -t tmpfs -o nosuid,nodev,noexec,mode=755 run "$root/run"
    mount -t tmpfs -o nosuid,nodev,mode=1777 tmp "$root/tmp"
    mount -t tmpfs -o nosuid,mode=755 dev "$root/dev"
    mkdir "$root/dev/shm" "$root/dev/pts" "$root/dev/hugepages"
    mount -t tmpfs -o nosuid,nodev,mode=1777 shm "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx"
    ln -s /proc/self/fd "$root/dev/fd"
    device null 1 3
    device zero 1 5
    device full 1 7
    device random 1 8
    device urandom 1 9
    device tty 5 0
    # nothing of this machine's services: what makes units, what wants them, and what mounts
    units=$root/etc/systemd/system
    rm -rf "$root"/lib/systemd/system-generators "$root"/lib/systemd/system/*.wants "$units"/*.wants
    rm -rf "$root/lib/systemd/system/systemd-journald-audit.socket" "$root/var/log/journal"
    : >"$root/etc/fstab"
    cat >"$units/hotbay-test.target" <<END
[Unit]
Requires=basic.target systemd-journald.service
After=basic.target
END
    mkdir -p "$root/outside" "$root/.old"
    mount --bind "$1" "$root/outside"
    cd "$root"
    pivot_root . .old
    umount -l /.old
    # as on any machine: what is mounted later is seen in the namespaces of services
    mount --make-rshared /
    exec env -i container=hotbay PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        /lib/systemd/systemd --system --unit=hotbay-test.target --log-target=journal --show-status=no
}

case ${2:-} in
'') outside "$1" ;;
supervise) supervise "$1" ;;
enter) enter "$1" "$3" ;;
boot) boot "$1" ;;
esac
