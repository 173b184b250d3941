"""Which error keys the code can produce: read from the code, and tried out with bad settings."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from pathlib import Path
import re
from typing import Any

from custom_components.ddns_plus.core.hostname import HostnameProblem
from custom_components.ddns_plus.core.provider import Provider
from custom_components.ddns_plus.core.provider_info import Field, FieldKind
from tests.texts import INTEGRATION

CORE = INTEGRATION / "core"
_KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_MOST_FIELDS = 8
# what people paste into the wrong field
_BAD: Mapping[FieldKind, tuple[Any, ...]] = {
    FieldKind.BOOLEAN: (False, True),
    FieldKind.CHOICE: (None,),
    FieldKind.HOST: (None, "a b", "127.0.0.1:53"),
    FieldKind.HOSTNAME: (None, "example.com", "*.example.com", "https://example.com"),
    FieldKind.INTEGER: (None,),
    FieldKind.TEXT: (None, "somebody", "a b", "ä?"),
    FieldKind.URL: (
        "example.com",
        "https://a:b@example.com",
        "https://example.com/?a=b",
        "https://a..b/",
        "http://example.com/",
        "http://127.0.0.1/",
    ),
}


def settings_errors(providers: Mapping[str, type[Provider]]) -> set[str]:
    """Return the errors of `check_settings`: those in the code, and those that come up."""
    found = set(_keys_in(CORE / "providers", "check_settings"))
    # methods, which are not followed above
    for path in (CORE / "providers" / "custom").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise):
                found |= set(_keys_of(node))
    for provider in providers.values():
        fields = provider.info.fields
        for values in _combinations(fields):
            settings = {
                field.key: value
                for field, value in zip(fields, values, strict=True)
                if value is not None
            }
            found |= set(provider.check_settings(settings).values())
    return found


def number_errors(fields: Iterable[Field]) -> set[str]:
    """Return the errors of numbers that fields do not take."""
    return {
        f"{field.key}_not_allowed"
        for field in fields
        if field.kind is FieldKind.INTEGER
    }


def _combinations(fields: Sequence[Field]) -> Iterator[tuple[Any, ...]]:
    """Yield all combinations of bad values; of many fields those of each two."""
    if len(fields) <= _MOST_FIELDS:
        yield from product(*(_bad_values(field) for field in fields))
        return
    usual = tuple(_bad_values(field)[0] for field in fields)
    for first, second in combinations(range(len(fields)), 2):
        for pair in product(_bad_values(fields[first]), _bad_values(fields[second])):
            values = list(usual)
            values[first], values[second] = pair
            yield tuple(values)


def _bad_values(field: Field) -> tuple[Any, ...]:
    return field.choices[:1] or _BAD[field.kind]


def hostname_errors() -> set[str]:
    """Return the errors of `check_hostname`."""
    return set(_keys_in(CORE, "check_hostname"))


def conflict_errors() -> set[str]:
    """Return the errors of `conflict`."""
    return set(_keys_in(CORE, "conflict"))


def source_errors() -> set[str]:
    """Return the errors of `check_custom_source`."""
    return set(_keys_in(CORE / "detection", "check_custom_source"))


def _keys_in(folder: Path, name: str) -> Iterator[str]:
    """Yield the keys that functions of this name return, or those that they call."""
    functions: dict[str, list[ast.FunctionDef]] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                functions.setdefault(node.name, []).append(node)
    assert name in functions
    asked, todo = set[str](), {name}
    while todo:
        called = todo.pop()
        asked.add(called)
        for function in functions[called]:
            for node in ast.walk(function):
                yield from _keys_of(node)
                match node:
                    case ast.Call(func=ast.Name(id=callee)) if callee in functions:
                        todo |= {callee} - asked
                    case ast.Dict(values=values):
                        # a table of functions
                        passed = {ast.unparse(value) for value in values}
                        todo |= (passed & functions.keys()) - asked


def _keys_of(node: ast.AST) -> Iterator[str]:
    """Yield the keys that a statement returns, raises, or puts into a mapping."""
    match node:
        case ast.Raise(exc=ast.Call(func=ast.Name(id="MalformedError"), args=[key])):
            yield from _constants(key)
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.Return) or any(
        isinstance(target, ast.Subscript) for target in targets
    ):
        yield from _constants(node.value)


def _constants(node: ast.AST | None) -> Iterator[str]:
    """Yield the keys that an expression can be; not those it is only compared with."""
    match node:
        case ast.Constant(value=str(text)) if _KEY.fullmatch(text):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _constants(body)
            yield from _constants(orelse)
        case ast.Dict(values=values):
            for value in values:
                yield from _constants(value)
        case ast.Call(func=ast.Name(id="ErrorAbout"), args=[key, *_]):
            yield from _constants(key)
        case ast.Call(func=ast.Name(id="InvalidField"), args=[_, key, *_]):
            yield from _constants(key)
        case ast.Call(func=ast.Name(id="InvalidField"), args=[_]):
            # the code is that of the reason
            for item in node.keywords:
                if item.arg == "reason":
                    yield from _constants(item.value)
        case ast.Attribute() if ast.unparse(node) == "err.problem.value":
            yield from (problem.value for problem in HostnameProblem)


def form_errors(
    module: str, others: Mapping[str, set[str]]
) -> dict[str, frozenset[str]]:
    """Return the errors that a module shows in forms, each with what fills its text.

    `others` says what an expression stands for that is not a key itself.
    """
    tree = ast.parse((INTEGRATION / f"{module}.py").read_text(encoding="utf-8"))
    names = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    errors: dict[str, frozenset[str]] = {}
    for node in ast.walk(tree):
        for expression, fillings in _shown(node):
            source = ast.unparse(expression)
            if isinstance(expression, ast.Constant):
                keys = {expression.value}
            elif source in names:
                keys = {names[source]}
            else:
                keys = others[source]
            for key in keys:
                errors[key] = errors.get(key, frozenset()) | fillings
    return errors


def _shown(node: ast.AST) -> Iterator[tuple[ast.expr, frozenset[str]]]:
    """Yield the error that a node shows, and the names of what fills its text."""
    match node:
        case ast.Call(func=ast.Name(id="InvalidFormError"), args=[_, key, *_]):
            yield key, frozenset(item.arg for item in node.keywords if item.arg)
        case ast.Call(func=ast.Name(id="FormError")):
            given = {item.arg: item.value for item in node.keywords}
            filled = given["placeholders"]
            assert isinstance(filled, ast.Dict)
            yield (
                given["key"],
                frozenset(ast.literal_eval(key) for key in filled.keys if key),
            )
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="errors"))]):
            yield node.value, frozenset()
