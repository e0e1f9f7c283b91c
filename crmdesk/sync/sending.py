"""Handing over what waits: one batch is on its way while the next is made ready and the last answer taken in."""

from __future__ import annotations

import queue
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing

from crmdesk.core.wire import Push, PushAnswer
from crmdesk.store.replica import Replica
from crmdesk.sync import push
from crmdesk.sync.http import Http
from crmdesk.sync.push import Settled
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
    outgoing: queue.SimpleQueue[Push | None] = queue.SimpleQueue()
    with closing(runner.ahead(_answers(http, outgoing), 1)) as answers:
        try:
            batch = push.prepare(replica, budget, readable)
            if batch is not None:
                outgoing.put(batch.message)
            while batch is not None:
                following = push.look_ahead(replica, batch, budget)
                answer = next(answers)
                if following is not None and not cancelled() and push.is_taken_whole(answer):
                    following = push.keep(replica, batch, answer, following)
                    outgoing.put(following.message)
                    yield push.settle(replica, batch, answer, readable)
                else:
                    yield push.settle(replica, batch, answer, readable)
                    following = None if cancelled() else push.prepare(replica, budget, readable)
                    if following is not None:
                        outgoing.put(following.message)
                batch = following
        finally:
            outgoing.put(None)


def _answers(http: Http, outgoing: queue.SimpleQueue[Push | None]) -> Iterator[PushAnswer]:
    """The answer to each batch put into `outgoing`; None ends them."""
    while (message := outgoing.get()) is not None:
        yield http.push(message)
