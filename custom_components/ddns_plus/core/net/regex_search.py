"""Search of a text by a user's regular expression; neither is trusted.

`re` can be busy for years with a few dozen characters ("(a+)+$"). It holds the
interpreter's lock and cannot be interrupted, so a thread would not help. A separate
process searches and can be killed. It costs some tens of ms, only with an expression.
"""

import asyncio
from collections.abc import Sequence
import json
import sys
from typing import Any

# The alarm ends the process even if its parent is gone.
_PROGRAM = """
import json, re, signal, sys
signal.alarm(5)
expressions, text = json.load(sys.stdin)
found = [re.search(expression, text) for expression in expressions]
groups = [match and [match[0], *match.groups()] for match in found]
json.dump(groups, sys.stdout)
"""


async def search(expression: str, text: str) -> str:
    """Return what the expression's one group matches in a text, "" if nothing.

    The caller sets the time limit.
    """
    output = await _run([expression], text)
    return str((output and output[0] and output[0][1]) or "")


async def matches(expressions: Sequence[str], text: str) -> Sequence[bool]:
    """Return True for each expression that matches anywhere in a text.

    The caller sets the time limit. Raises ValueError if the search did not finish.
    """
    if not expressions:
        return []
    output = await _run(expressions, text)
    if output is None:
        raise ValueError("the search came to no end")
    return [match is not None for match in output]


async def _run(expressions: Sequence[str], text: str) -> Any:
    """Return the groups of each expression's first match; None if it did not finish."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        # neither environment nor site packages, so that it starts quickly
        *("-I", "-S", "-c", _PROGRAM),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        request = json.dumps((expressions, text)).encode()
        output, _ = await process.communicate(request)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return json.loads(output) if output else None
