"""Run a program where the kernel gives nobody a user namespace: `without_user_namespaces.py PROGRAM ARGUMENT...`.

As on systems that switch them off for ordinary users. It takes root, which may filter system calls and keep programs that change the user.
"""

import ctypes
import errno
import os
import struct
import sys

# prctl(2)
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
# seccomp(2): what is done with a call, and where its number and the low half of its first argument lie.
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
NUMBER, FIRST_ARGUMENT = 0, 16
# Of linux/bpf_common.h: load a word, jump if equal, jump if a bit is set, return.
LOAD, EQUAL, HAS_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
# x86-64
CLONE, UNSHARE, CLONE3 = 56, 272, 435
CLONE_NEWUSER = 0x10000000

# Each: code, steps to skip if it holds, steps to skip if not, value.
STEPS = [
    (LOAD, 0, 0, NUMBER),
    # Its flags are in memory, where no filter looks: the C library then takes clone.
    (EQUAL, 5, 0, CLONE3),
    (EQUAL, 1, 0, CLONE),
    (EQUAL, 0, 2, UNSHARE),
    (LOAD, 0, 0, FIRST_ARGUMENT),
    (HAS_BIT, 2, 0, CLONE_NEWUSER),
    (RETURN, 0, 0, ALLOW),
    (RETURN, 0, 0, REFUSE | errno.ENOSYS),
    (RETURN, 0, 0, REFUSE | errno.EPERM),
]


def refuse_user_namespaces() -> None:
    """Of this process and all that it starts. Raises OSError when the kernel takes no filter."""
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in STEPS))
    program = struct.pack("HxxxxxxP", len(STEPS), ctypes.addressof(filters))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the filter of system calls was refused")


if __name__ == "__main__":
    refuse_user_namespaces()
    os.execvp(sys.argv[1], sys.argv[1:])
