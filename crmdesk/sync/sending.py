"""Handing over what waits: one batch is on its way while the next is made ready and the last answer taken in."""

from __future__ import annotations

import queue
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing
from typing import NamedTuple

from crmdesk.core.wire import PushAnswer, chained, encoded
from crmdesk.store.replica import Replica
from crmdesk.sync import push
from crmdesk.sync.http import Http
from crmdesk.sync.packing import parcel
from crmdesk.sync.push import Batch, Settled
from crmdesk.sync.runner import Runner


def send(
    replica: Replica,
    http: Http,
    runner: Runner,
    budget: int,
    readable: Collection[str],
    cancelled: Callable[[], bool],
) -> Generator[Settled, None, None]:
    """Send what waits, batch by batch; yields what each answer did, before anything after the next batch is cut.

    The next batch goes out as soon as the answer to the last one is safe on disk, before that is taken in; but
    only if the whole of that was taken, for what was refused may have to travel again. Raises what `Http.push`
    does.
    """
    outgoing: queue.SimpleQueue[_Letter | None] = queue.SimpleQueue()
    leave: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def post(batch: Batch) -> None:
        outgoing.put(_Letter(encoded(batch.message), batch.message.chain))
        leave.put(True)

    with closing(runner.ahead(_answers(http, outgoing, leave), 1)) as answers:
        try:
            batch = push.prepare(replica, budget, readable)
            if batch is not None:
                post(batch)
            while batch is not None:
                following = push.look_ahead(replica, batch, budget)
                content = b"" if following is None else encoded(following.message)
                answer = next(answers)
                if following is not None and not cancelled() and push.is_taken_whole(answer):
                    outgoing.put(_Letter(content, answer.chain))
                    following = push.keep(replica, batch, answer, following)
                    leave.put(True)
                    yield push.settle(replica, batch, answer, readable)
                else:
                    yield push.settle(replica, batch, answer, readable)
                    following = None if cancelled() else push.prepare(replica, budget, readable)
                    if following is not None:
                        post(following)
                batch = following
        finally:
            outgoing.put(None)
            leave.put(False)


class _Letter(NamedTuple):
    """A batch as written before the answer to the one before it was there, and the chain that this answer gave."""

    content: bytes
    chain: str | None


def _answers(
    http: Http, outgoing: queue.SimpleQueue[_Letter | None], leave: queue.SimpleQueue[bool]
) -> Iterator[PushAnswer]:
    """The answer to each batch put into `outgoing`, which leaves once `leave` says so; None ends them."""
    while (letter := outgoing.get()) is not None:
        packed = parcel(chained(letter.content, letter.chain))
        if not leave.get():
            return
        yield http.push(packed)
