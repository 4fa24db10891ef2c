"""Starts a command and prints what it used, as JSON; small itself, because a child's peak memory begins with its parent's."""

import json
import os
import sys
import time

null = os.open(os.devnull, os.O_WRONLY)
started = time.perf_counter()
actions = [(os.POSIX_SPAWN_DUP2, null, 1)]
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
_, status, used = os.wait4(process, 0)
wall = time.perf_counter() - started
print(
    json.dumps(
        {
            "wall": wall,
            "cpu": used.ru_utime + used.ru_stime,
            "memory": used.ru_maxrss * 1024,
            "code": os.waitstatus_to_exitcode(status),
        }
    )
)
