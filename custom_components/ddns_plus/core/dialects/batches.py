"""Batches of changes that a server accepts or refuses as a whole."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from ..errors import DdnsError, UnexpectedResponse

# limit of requests that search for the changes that spoil a batch
MOST_SPLITS = 50


class PartsRefusedError(Exception):
    """Some parts of a batch were refused, by their index, and for them all of it."""

    def __init__(self, errors: Mapping[int, DdnsError]) -> None:
        """Keep the errors, of which there is one at least."""
        super().__init__("parts of a request were refused")
        self.errors = errors


class SpoiledError(Exception):
    """An unknown part of a batch was refused, and for it all of it; `error` says why."""

    def __init__(self, error: DdnsError) -> None:
        """Keep the error."""
        super().__init__(error.code)
        self.error = error


async def send_batches[PartT](
    batches: Iterable[Sequence[PartT]],
    send: Callable[[Sequence[PartT]], Awaitable[None]],
    *,
    most_splits: int = MOST_SPLITS,
) -> list[tuple[PartT, DdnsError | None]]:
    """Send batches in their order; return each part with its error, None for success.

    `send` raises DdnsError, PartsRefusedError or SpoiledError. A spoiled batch is halved
    until the refused part is alone, at most `most_splits` times.
    """
    done: list[tuple[PartT, DdnsError | None]] = []
    pending = [list(batch) for batch in batches]
    splits = 0
    while pending:
        batch, *pending = pending
        error: DdnsError | None = None
        try:
            await send(batch)
        except PartsRefusedError as parts:
            done += [(batch[index], each) for index, each in parts.errors.items()]
            rest = [
                each for index, each in enumerate(batch) if index not in parts.errors
            ]
            pending = [rest, *pending] if rest else pending
            continue
        except SpoiledError as err:
            if len(batch) > 1 and splits < most_splits:
                splits += 1
                middle = len(batch) // 2
                pending = [batch[:middle], batch[middle:], *pending]
                continue
            error = err.error
            if len(batch) > 1:
                # the cause is ambiguous, so no hostname is stopped
                error = UnexpectedResponse(
                    "batch_refused", error.said, reason=error.reason, facts=error.facts
                )
        except DdnsError as err:
            # the rest would meet the same error
            error = err
            batch += [each for left in pending for each in left]
            pending = []
        done += [(each, error) for each in batch]
    return done
