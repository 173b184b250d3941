"""Reasons that the code gives for errors, and prose in it: read from the code."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
import re

from custom_components.ddns_plus.core import errors

from .texts import INTEGRATION

_ERRORS = {
    name
    for name, item in vars(errors).items()
    if isinstance(item, type) and issubclass(item, errors.DdnsError)
}
# what takes the key of a sentence by position
_BY_POSITION = {"malformed": 0, "ReturnCode": 1, "_about_hostname": 0}
_PROSE = re.compile(r"[A-Za-z]{2,}(?:[,;:.]? [A-Za-z]{2,}){2,}")
# for programmers
_PROGRAMMERS = {
    "LookupError",
    "NotImplementedError",
    "RuntimeError",
    "TypeError",
    "ValueError",
}
_LOGGING = {"debug", "error", "exception", "info", "log", "warning"}
_NAMING_TASKS = {"async_create_background_task", "async_create_task", "create_task"}
# what the provider calls something, or what its answers are compared with
_OF_PROVIDERS = {"called", "name"}
_COMPARING = {"compile", "fullmatch", "match", "search", "startswith"}
_NO_TEXT_SHOWN = _COMPARING | _LOGGING | _NAMING_TASKS


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenReason:
    """A reason that the code gives, and the names of its facts."""

    where: str
    reason: str
    facts: frozenset[str] = frozenset()


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield the modules of the integration."""
    for path in sorted(INTEGRATION.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield str(path.relative_to(INTEGRATION)), tree


def given_reasons() -> Iterator[GivenReason]:
    """Yield all reasons in the code: of calls, of tables, and of defaults."""
    for name, tree in modules():
        constants = dict(_constants(tree))
        for node in ast.walk(tree):
            where = f"{name}:{getattr(node, 'lineno', 0)}"
            match node:
                case ast.Call():
                    facts = _facts(node)
                    for value in _reasons_of_call(node):
                        for reason in _texts(value, constants):
                            yield GivenReason(where=where, reason=reason, facts=facts)
                case ast.FunctionDef():
                    for value in _defaults(node):
                        for reason in _texts(value, constants):
                            yield GivenReason(where=where, reason=reason)
                case ast.AnnAssign(
                    target=ast.Name(id=table), value=ast.Dict(values=values)
                ) if table.endswith("_REASONS"):
                    for value in values:
                        for reason in _texts(value, constants):
                            yield GivenReason(where=where, reason=reason)


def prose() -> Iterator[tuple[str, str]]:
    """Yield what looks like a sentence for people, with its place."""
    for name, tree in modules():
        allowed = {id(item) for node in ast.walk(tree) for item in _allowed(node)}
        for node in ast.walk(tree):
            if id(node) in allowed:
                continue
            match node:
                case ast.JoinedStr(values=values):
                    parts = (
                        part.value if isinstance(part, ast.Constant) else "{}"
                        for part in values
                    )
                    text = "".join(str(part) for part in parts)
                case ast.Constant(value=str(text)):
                    pass
                case _:
                    continue
            if _PROSE.search(text):
                yield f"{name}:{node.lineno}", text


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the texts that a module gives names."""
    for node in tree.body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))
            ):
                yield name, text


def _texts(value: ast.expr, constants: dict[str, str]) -> Iterator[str]:
    """Yield the texts that a value may be, as far as the module itself says."""
    match value:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.Name(id=name) if name in constants:
            yield constants[name]
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body, constants)
            yield from _texts(orelse, constants)


def _name(function: ast.expr) -> str:
    """Return what is called."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _reasons_of_call(call: ast.Call) -> Iterator[ast.expr]:
    """Yield what a call gives as the key of a sentence."""
    name, arguments = _name(call.func), call.args
    if name == "partial" and arguments:
        name = _name(arguments[0])
    if name in _ERRORS | _BY_POSITION.keys():
        yield from (item.value for item in call.keywords if item.arg == "reason")
    index = _BY_POSITION.get(name)
    if index is not None and len(arguments) > index:
        yield arguments[index]


def _facts(call: ast.Call) -> frozenset[str]:
    """Return the names of the facts that a call gives."""
    return frozenset(
        str(key.value)
        for item in call.keywords
        if item.arg == "facts" and isinstance(item.value, ast.Dict)
        for key in item.value.keys
        if isinstance(key, ast.Constant)
    )


def _defaults(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Yield the default of a parameter that is a reason."""
    arguments = function.args.args[-len(function.args.defaults) :]
    if function.args.defaults:
        for argument, default in zip(arguments, function.args.defaults, strict=True):
            if argument.arg == "reason":
                yield default


def _allowed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a node that may be prose, or are no texts of their own."""
    match node:
        case (
            ast.Module(body=[ast.Expr(value=text), *_])
            | ast.ClassDef(body=[ast.Expr(value=text), *_])
            | ast.FunctionDef(body=[ast.Expr(value=text), *_])
            | ast.AsyncFunctionDef(body=[ast.Expr(value=text), *_])
        ):
            yield text
        case ast.JoinedStr():
            yield from (part for part in ast.walk(node) if part is not node)
        case ast.Raise(exc=ast.Call(func=function)) if _name(function) in _PROGRAMMERS:
            yield from ast.walk(node)
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")))):
            yield from ast.walk(node)
        case ast.Call(func=ast.Name(id="login")):
            # what the provider calls user name and password
            yield from ast.walk(node)
        case ast.Call(func=ast.Attribute(attr=name)) if name in _NO_TEXT_SHOWN:
            yield from ast.walk(node)
        case ast.keyword(arg=str(name), value=value) if name in _OF_PROVIDERS:
            yield from ast.walk(value)
        case ast.Compare():
            yield from (node.left, *node.comparators)
        case ast.Dict(keys=keys):
            yield from (key for key in keys if key is not None)
