"""Argo CD's sandbox for Lua scripts: Lua 5.1 with base, table, package and a part of os.

It is what Argo CD opens for the scripts of argocd-cm and for all actions; there is no `string`.
"""

from collections.abc import Mapping
from typing import Any

from lupa.lua51 import LuaRuntime, lua_type  # type: ignore[import-untyped]

# The string library must go from where `("x"):sub(1)` and `require` find it, too.
CUT = """
debug.setmetatable("", nil)
for name in pairs(package.loaded) do
  if name ~= "_G" and name ~= "table" and name ~= "package" then package.loaded[name] = nil end
end
os = { time = os.time, date = os.date }
package.loaded.os, package.preload, package.loaders = os, {}, {}
string, math, io, debug, coroutine, python = nil, nil, nil, nil, nil, nil
"""
JSON = dict[str, Any] | list[Any] | str | float | bool | None


def run(script: str, body: Mapping[str, Any]) -> Any:
    """Run a script on an object, as Argo CD does, and return what it returns."""
    lua = LuaRuntime(register_eval=False, register_builtins=False)
    lua.execute(CUT)
    lua.globals().obj = lua.table_from(body, recursive=True)
    return to_json(lua.execute(script), body)


def to_json(value: Any, before: Any = None) -> JSON:
    """Return a Lua value as JSON; an empty table is what was there `before`, else a list."""
    if lua_type(value) != "table":
        found: JSON = value
        return found
    names = list(value)
    if not names:
        return before if before == {} else []
    if len(value) == len(names):
        items = before if isinstance(before, list) else []
        return [
            to_json(value[number + 1], items[number] if number < len(items) else None)
            for number in range(len(value))
        ]
    fields = before if isinstance(before, Mapping) else {}
    return {str(name): to_json(each, fields.get(name)) for name, each in value.items()}
