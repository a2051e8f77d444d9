# SPDX-License-Identifier: Apache-2.0
"""As much of systemd as keeps descriptors for a service: service-manager.py DIR COMMAND...

Runs the command with a notification socket, and again with what it has stored while DIR/restart is there when it ends.
DIR/pid has the number of the process that runs. A DIR/bin/systemctl tells of the job there would be.
"""
import array, ctypes, os, select, socket, sys

directory, command = sys.argv[1], sys.argv[2:]
KCMP = {"x86_64": 312, "aarch64": 272}[os.uname().machine]
LIBC = ctypes.CDLL(None)
store = []  # name, descriptor


def same(one, other):
    me = os.getpid()
    return LIBC.syscall(KCMP, me, me, 0, one, other) == 0


def deal_with(text, descriptors):
    fields = dict(line.split("=", 1) for line in text.decode().splitlines() if "=" in line)
    if fields.get("FDSTORE") == "1":
        for each in descriptors:
            if any(same(each, kept) for _, kept in store):
                os.close(each)
            else:
                store.append((fields["FDNAME"], each))
        return
    if fields.get("FDSTOREREMOVE") == "1":
        for entry in [e for e in store if e[0] == fields["FDNAME"]]:
            store.remove(entry)
            os.close(entry[1])
    for each in descriptors:
        os.close(each)


def spawn():
    pid = os.fork()
    if pid:
        return pid
    moved = [os.dup(fd) if fd < 1000 else fd for _, fd in store]
    high = [__import__("fcntl").fcntl(fd, 0, 1000) for fd in moved]
    for place, fd in enumerate(high):
        os.dup2(fd, 3 + place)
    os.closerange(3 + len(high), 4096)
    environment = dict(os.environ, NOTIFY_SOCKET=directory + "/notify", HOTBAY_FDSTORE="512", HOTBAY_UNIT="hotbay.service")
    environment["PATH"] = directory + "/bin:" + environment["PATH"]
    if high:
        environment.update(
            LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(high)), LISTEN_FDNAMES=":".join(name for name, _ in store)
        )
    os.execve(command[0], command, environment)


os.makedirs(directory + "/bin")
with open(directory + "/bin/systemctl", "w") as script:
    script.write("#!/bin/sh\n[ -e %s/restart ] && job=restart || job=stop\necho 12 hotbay.service $job running\n" % directory)
os.chmod(directory + "/bin/systemctl", 0o755)
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(directory + "/notify")
while True:
    child = spawn()
    with open(directory + "/pid.new", "w") as file:
        file.write("%d\n" % child)
    os.rename(directory + "/pid.new", directory + "/pid")
    status = None
    while status is None:
        if select.select([notify], [], [], 0.05)[0]:
            text, ancillary, _, _ = notify.recvmsg(4096, socket.CMSG_SPACE(256 * 4))
            received = array.array("i")
            for level, kind, data in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    received.frombytes(data[: len(data) - len(data) % 4])
            deal_with(text, received)
        else:
            ended, code = os.waitpid(child, os.WNOHANG)
            status = os.waitstatus_to_exitcode(code) if ended else None
    if not os.path.exists(directory + "/restart"):
        sys.exit(status)
