"""Searching a text with a user's regular expression, without trusting either of them.

`re` can be busy for years with a few dozen characters ("(a+)+$"), holds the interpreter's
lock meanwhile and cannot be interrupted: no thread would help. So a search is done by a
process of its own that can be ended. It takes some tens of ms, and only users of a
regular expression pay it.
"""

import asyncio
import json
import sys

# The alarm ends the process even if nobody is left to end it.
_PROGRAM = """
import json, re, signal, sys
signal.alarm(5)
expression, text = json.load(sys.stdin)
found = re.search(expression, text)
json.dump(found and found[1], sys.stdout)
"""


async def search(expression: str, text: str) -> str:
    """Return what the expression's one group matches in a text, "" if nothing.

    Has no time limit of its own: to be cancelled by the caller's.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        # nothing of the environment, and no site packages: this starts quickly
        *("-I", "-S", "-c", _PROGRAM),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        output, _ = await process.communicate(json.dumps((expression, text)).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return str((json.loads(output) if output else None) or "")
