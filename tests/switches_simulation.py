"""The mends of defects that the simulation has to miss: each taken back as the defect was."""

from switches_kinds import OPERATOR, Edit, mend

CALLS = f"{OPERATOR}/application/reconcile/binding_calls.py"
KNOWN = f"{OPERATOR}/application/state/cluster_state.py"
MEMORY = f"{OPERATOR}/application/state/object_memory.py"
SEEN = f"{OPERATOR}/application/state/watched_objects.py"
STORE = f"{OPERATOR}/application/state/store.py"
WRITER = f"{OPERATOR}/application/reconcile/binding_writer.py"
SCHEDULE = f"{OPERATOR}/application/reconcile/delete_schedule.py"
IDENTITY = f"{OPERATOR}/domain/identity/resolve.py"
OBSERVATION = f"{OPERATOR}/domain/status/observation.py"
PLAN = f"{OPERATOR}/domain/bindings/plan.py"
ORPHANS = f"{OPERATOR}/application/reconcile/orphans.py"
REFLECTOR = f"{OPERATOR}/adapters/kubernetes/reflector.py"

MENDS = (
    mend(
        "D1: any wanted binding of the mapping or group replaces, and is waited for without end",
        Edit(
            PLAN,
            "created = _NewBindings.of(applies, by_key.values())",
            "created = _NewBindings.of([Apply(want, None) for want in desired.bindings], ())",
        ),
        Edit(PLAN, "of_role.setdefault(want.content.role, {})", "of_role.setdefault(ANY, {})"),
        Edit(PLAN, "self.of_role.get(binding.content.role, {})", "self.of_role.get(ANY, {})"),
        Edit(PLAN, "Replacements = ", 'ANY = RoleRef("", "")\n\nReplacements = '),
        Edit(
            SCHEDULE,
            "key in there and grants_named_role(there[key]) for key in delete.replacements",
            "not memory.attempts for memory in [self._store.memory(name)] if there",
        ),
        Edit(
            SCHEDULE, "last = memory.since + self._delays.replacement.total_seconds()", "last = 1e9"
        ),
    ),
    mend(
        "D2: what was applied is remembered when all writes succeeded, and drift is repaired to it",
        Edit(
            MEMORY,
            "    announced: set[str] = field(default_factory=set)\n",
            "    announced: set[str] = field(default_factory=set)\n"
            "    written: dict[BindingKey, BindingContent] = field(default_factory=dict)\n",
        ),
        Edit(
            MEMORY,
            "        self.applied[key] = content\n        self.attempts.pop(key, None)\n",
            "        self.written[key] = content\n        self.attempts.pop(key, None)\n"
            "        if not self.attempts:\n"
            "            self.applied.update(self.written)\n            self.written.clear()\n",
        ),
        Edit(
            MEMORY,
            "for memory in (self.applied, self.attempts):",
            "for memory in (self.applied, self.attempts, self.written):",
        ),
        Edit(  # a second guard, for what was renamed while nothing was written
            f"{OPERATOR}/domain/bindings/renderer.py",
            "if verdict.pin is not None or in_grace:",
            "if True:",
        ),
    ),
    mend(
        "D3: the start of a grace is kept on the binding alone",
        Edit(IDENTITY, "confirmed.replace(microsecond=0), now)", "now)"),
    ),
    mend(
        "D4: a binding of another role is deleted, and not made anew",
        Edit(PLAN, "            applies.append(Apply(want, None))\n", ""),
    ),
    mend(
        "D5: the status tells what was wanted, not what is bound",
        Edit(
            OBSERVATION,
            "        may = {key for key in theirs if _may_be(key, desired) and "
            "_has_role(theirs[key])}\n"
            "        places = may & here\n",
            "        may = {key for key in here if _may_be(key, desired)} - self.faults.keys()\n"
            "        places = may & here\n",
        ),
        Edit(
            OBSERVATION,
            "exact=frozenset(key for key in places if _is_exact(theirs[key], desired))",
            "exact=frozenset(places)",
        ),
        Edit(OBSERVATION, "extra=frozenset(theirs.keys() - may)", "extra=frozenset()"),
        Edit(OBSERVATION, "for key in keys for group", "for key in keys if key in bound for group"),
    ),
    mend(
        "D6: what was created while it was listed counts as gone",
        Edit(SEEN, "\n            and int(version) <= int(listing.resource_version)\n", "\n"),
    ),
    mend(
        "D9: deletions wait for all applies of their object",
        Edit(
            WRITER,
            "        for delete in deletes:\n            self._submit_delete(",
            "        while self.pending(writes.name):\n            await asyncio.sleep(0.1)\n"
            "        for delete in deletes:\n            self._submit_delete(",
        ),
    ),
    mend(
        "D11: what is remembered of a GroupAccess is kept by its name",
        Edit(
            KNOWN,
            '        if declared is None:\n            return ObjectMemory("")\n'
            "        uid = declared.access.uid\n"
            "        memory = self.memories.get(uid)\n"
            "        if memory is None:\n"
            "            memory = self.memories[uid] = ObjectMemory(uid, access)\n"
            "        return memory\n",
            '        memory = self.memories.setdefault(access, ObjectMemory("", access))\n'
            "        memory.uid = declared.access.uid if declared else memory.uid\n"
            "        return memory\n",
        ),
        Edit(
            STORE,
            "                self.memories.pop(previous.access.uid, None)\n",
            "                self.memories.pop(access.name, None)\n",
        ),
        Edit(
            STORE,
            "            self.memories.pop(previous.access.uid, None)\n"
            "        self.bindings.grants.track(",
            "            self.memories.pop(name, None)\n        self.bindings.grants.track(",
        ),
        Edit(
            CALLS,
            "        if memory is None or memory.attempts.get(key) is not attempt:\n",
            "        memory = memory and self._store.memory(writes.name)\n"
            "        if memory is None:\n",
        ),
        Edit(
            ORPHANS, "        self._writer.withdraw(name)\n", ""
        ),  # a second guard: no late answer
    ),
    mend(
        "D12: after a gap a list is compared with what watches told, not with what is kept",
        Edit(
            REFLECTOR,
            '    _version: str = "0"  #',
            "    _known: dict[tuple[str, str], str] = field(default_factory=dict)\n"
            '    _version: str = "0"  #',
        ),
        Edit(REFLECTOR, '        first = ""\n', '        first, now = "", {}\n'),
        Edit(
            REFLECTOR,
            "            read.extend(self.store.read(item) for item in items)\n",
            "            read.extend(self.store.read(item) for item in items)\n"
            "            now.update(_named(item) for item in items)\n",
        ),
        Edit(
            REFLECTOR,
            "        self.store.replace(read, first)\n",
            "        for each in read:\n"
            "            self.store.put(each)\n"
            "        for (namespace, name), uid in self._known.items():\n"
            "            if (namespace, name) not in now:\n"
            "                self.store.drop(namespace, name, uid)\n"
            "        self._known = now\n"
            "        self.store.watched_until(first)\n",
        ),
        Edit(
            REFLECTOR,
            '            metadata = item["metadata"]\n',
            '            metadata = item["metadata"]\n'
            "            self._known.pop(_named(item)[0], None)\n",
        ),
        Edit(
            REFLECTOR,
            "            self.store.put(self.store.read(item))\n",
            "            self.store.put(self.store.read(item))\n"
            "            self._known.update([_named(item)])\n",
        ),
        Edit(
            REFLECTOR,
            "@dataclass\nclass Reflector(",
            'def _named(item):\n    metadata = item["metadata"]\n'
            '    return (metadata.get("namespace", ""), metadata["name"]), '
            'metadata["uid"]\n\n\n@dataclass\nclass Reflector(',
        ),
    ),
)
