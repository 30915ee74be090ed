# SPDX-License-Identifier: Apache-2.0
"""A root folder that holds nothing but what a test puts into it, and programs run in it as in a
container: another root, another user, no capabilities, nothing writable but /tmp."""

import os
import pathlib
import re
import shutil
import subprocess

# In a mount namespace of its own: ROOT USER COMMAND...
ENTER = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
[ ! -d "$1/tmp" ] || mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
[ ! -d "$1/proc" ] || mount -t proc proc "$1/proc"
for device in null urandom; do
    [ ! -e "$1/dev/$device" ] || mount --bind "/dev/$device" "$1/dev/$device"
done
[ ! -d "$1/run/spark-submit" ] || mount -t tmpfs -o "uid=$2,gid=$2,mode=750" tmpfs "$1/run/spark-submit"
mount -o remount,bind,ro "$1"
root=$1 user=$2
shift 2
exec setpriv --bounding-set=-all,+sys_chroot,+setuid,+setgid --no-new-privs -- \\
    chroot --userspec="$user:$user" --groups= "$root" "$@"
"""


def may_enter():
    return os.geteuid() == 0 and shutil.which("unshare") and shutil.which("setpriv")


def c_library():
    """The paths of the C library and its loader, as programs of this machine name them."""
    text = subprocess.run(["ldd", "/bin/true"], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+/(?:libc\.so\.6|ld-[\w-]+\.so\.\d))", text)


def copy_into(root, path, name=None):
    target = pathlib.Path(root, (name or str(path)).lstrip("/"))
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, target)
    return target


def make(root):
    """The C library, name resolution by files, nothing else."""
    root = pathlib.Path(root)
    for path in c_library():
        copy_into(root, path)
    (root / "etc").mkdir(parents=True, exist_ok=True)
    (root / "tmp").mkdir()
    (root / "etc/nsswitch.conf").write_text("hosts: files dns\n", "ascii")
    return root


def add_kernel(root):
    """/proc and the devices that a runtime gives to every container."""
    (root / "proc").mkdir(exist_ok=True)
    (root / "dev").mkdir(exist_ok=True)
    for device in ("null", "urandom"):
        (root / "dev" / device).touch()


def command(root, user, *words, **environment):
    """Arguments of subprocess.Popen."""
    words = ["unshare", "--mount", "--", "bash", "-c", ENTER, "bash", str(root), str(user), *map(str, words)]
    return {"args": words, "env": {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **environment}}


def run(root, user, *words, timeout=60, text=None, **environment):
    return subprocess.run(**command(root, user, *words, **environment), input=text, capture_output=True, text=True,
                          timeout=timeout, check=False)
