"""Requests by the Apprise library, which waits for its own sockets: in a few threads of its own."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from accord.model.delivery import AppriseRequest, Request, Response
from accord.serve.sending.transport import NotSent, Tracked, hush


class Notifying:
    """Hands notifications to Apprise; what hangs there hangs in these threads alone."""

    def __init__(self, threads: int = 4) -> None:
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="apprise")

    async def send(self, request: Request, tracked: Tracked) -> Response:
        """200 where Apprise says that it was taken, 500 otherwise; raises NotSent where it does not know the address."""
        assert isinstance(request, AppriseRequest)
        tracked.has_left = True
        taken = await asyncio.get_running_loop().run_in_executor(self._threads, _notified, request)
        if taken is None:
            tracked.has_left = False
            raise NotSent("Apprise does not know this kind of address")
        return Response(200 if taken else 500, time.time_ns())

    async def close(self) -> None:
        """Begins nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _notified(request: AppriseRequest) -> bool | None:
    import apprise  # slow to import, and needed by few

    hush("apprise", "urllib3", "requests")

    sender = apprise.Apprise()
    if not sender.add(request.url.reveal()):
        return None
    return bool(sender.notify(body=request.body, title=request.title, notify_type=apprise.NotifyType(request.level)))
