"""Random histories: every store answers as the model does, step for step.

``DTSERVE_STATE_STEPS`` and ``DTSERVE_STATE_EXAMPLES`` make it longer, ``-s`` shows how many steps were taken::

    DTSERVE_STATE_STEPS=50 DTSERVE_STATE_EXAMPLES=420 pytest -s tests/conformance/test_machine.py
"""

from __future__ import annotations

import os
import sys

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from dtserve.errors import DtserveError, PackageNotFound
from dtserve.stores import PackageStore
from dtserve.stores.errors import (
    FolderExists,
    FolderNotEmpty,
    FolderNotFound,
    InvalidName,
    PackageExists,
    RevisionChanged,
)
from support.memory_store import MemoryStore

STEPS = int(os.environ.get("DTSERVE_STATE_STEPS", "25"))
EXAMPLES = int(os.environ.get("DTSERVE_STATE_EXAMPLES", "8"))
FAMILIES = (PackageNotFound, PackageExists, FolderExists, FolderNotEmpty, FolderNotFound, InvalidName, RevisionChanged)
SEEDED = {"Maintenance Plans", "Data Collector"}

names = st.sampled_from(["a", "A", "b", "B", "ä", "Ä", "c d", "..", "x/y", "名"])
folders = st.lists(names, max_size=3).map(tuple)
paths = st.lists(names, min_size=1, max_size=4).map(tuple)


def test_random_histories(make_store, request):
    steps = 0

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.real: PackageStore = make_store()
            self.model = MemoryStore()

        def both(self, method, *arguments, **options):
            nonlocal steps
            steps += 1
            outcomes = []
            for store in (self.model, self.real):
                try:
                    result = getattr(store, method)(*arguments, **options)
                    outcomes.append(result if isinstance(result, bytes | bool) else None)
                except DtserveError as error:
                    family = [each for each in FAMILIES if isinstance(error, each)]
                    outcomes.append(family[0] if family else type(error))
            assert outcomes[0] == outcomes[1], (method, arguments)

        @rule(path=paths, data=st.binary(max_size=12), overwrite=st.booleans())
        def write(self, path, data, overwrite):
            self.both("write", path, data, overwrite=overwrite)

        @rule(path=paths, data=st.binary(max_size=12), stale=st.booleans())
        def write_what_was_read(self, path, data, stale):
            """An update guarded by the revision, of the content at hand or of one that was replaced meanwhile."""
            if not (self.model.exists(path) and self.real.exists(path)):
                return
            known = [store.info(path).revision for store in (self.model, self.real)]
            if stale:
                same = self.model.read(path) == data + b"meanwhile"  # the same content again is no change
                self.both("write", path, data + (b"once more" if same else b"meanwhile"), overwrite=True)
            for store, revision in zip((self.model, self.real), known, strict=True):
                try:
                    store.write(path, data, expected_revision=revision)
                    changed = False
                except RevisionChanged:
                    changed = True
                assert changed == stale, path

        @rule(path=paths)
        def facts(self, path):
            self.both("info", path)

        @rule(path=paths)
        def read(self, path):
            self.both("read", path)

        @rule(path=paths)
        def delete(self, path):
            self.both("delete", path)

        @rule(source=paths, goal=paths, overwrite=st.booleans())
        def move(self, source, goal, overwrite):
            self.both("move", source, goal, overwrite=overwrite)

        @rule(folder=folders)
        def create_folder(self, folder):
            self.both("create_folder", folder)

        @rule(folder=folders, name=names)
        def rename_folder(self, folder, name):
            self.both("rename_folder", folder, name)

        @rule(folder=folders)
        def delete_folder(self, folder):
            self.both("delete_folder", folder)

        @rule(path=paths)
        def look(self, path):
            self.both("exists", path)
            self.both("folder_exists", path)

        @invariant()
        def same_content(self):
            assert content(self.real) == content(self.model)

        def teardown(self):
            self.real.close()

    options = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None)
    run_state_machine_as_test(Machine, settings=options)
    sys.stdout.write(f"{request.node.name}: {steps} steps\n")
    assert steps >= EXAMPLES * STEPS // 2


def content(store: PackageStore):
    """Everything in the store: folders, packages and bytes."""
    found = []
    for folder, below, packages in store.walk():
        if SEEDED & set(folder):
            continue
        shown = [each.name for each in below if folder or each.name not in SEEDED]
        found.append((folder, shown, [(each.name, each.size, store.read(each.path)) for each in packages]))
    return found
