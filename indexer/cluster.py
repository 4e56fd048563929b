"""Executors of other machines, by address: Dask's and Ray's.

A task carries the content of files, and its result their facts: workers need no files of ours, but
the same version of flux-index. Whoever runs such a cluster can make it answer anything, and is
trusted as the machine is that flux-index runs on.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from importlib import import_module
from typing import Any

from .errors import FluxIndexError, InvalidArgumentsError

# Seconds in which a cluster has to answer, and to have a worker.
_CONNECT = 20


class Cluster(Executor):
    """An executor whose workers are on other machines; ``width`` is how many tasks run at once."""

    def __init__(
        self, submit: Callable[..., Future[Any]], width: int, close: Callable[[], object]
    ) -> None:
        """Use the functions of a library."""
        self._submit = submit
        self._close = close
        self.width = width

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a task on some worker."""
        return self._submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, which goes on for others."""
        del wait, cancel_futures
        self._close()


def connect(address: str) -> Cluster:
    """Return the executor of a cluster at ``dask://HOST:PORT`` or ``ray://HOST:PORT``.

    Raises InvalidArgumentsError for another address, and FluxIndexError when nobody answers there.
    """
    kind, separator, place = address.partition("://")
    if not separator or not place or kind not in _KINDS:
        raise InvalidArgumentsError(
            f"--executor takes dask://HOST:PORT or ray://HOST:PORT, it is given {address!r}"
        )
    try:
        return _KINDS[kind](place)
    except ModuleNotFoundError as error:
        raise FluxIndexError(
            f"{kind}:// needs another package: pip install 'flux-index[{kind}]'"
        ) from error
    except (OSError, ConnectionError, RuntimeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise FluxIndexError(f"no cluster with a worker at {address}: {reason}") from error


def _dask(place: str) -> Cluster:
    from distributed import Client  # an extra

    client: Any = Client(place, timeout=_CONNECT, set_as_default=False)
    try:
        client.wait_for_workers(1, timeout=_CONNECT)
        executor = client.get_executor(pure=False)
        width = sum(client.nthreads().values())
    except BaseException:
        client.close()
        raise
    return Cluster(executor.submit, width, client.close)


def _ray(place: str) -> Cluster:
    library: Any = import_module("ray")  # an extra
    session = library.init(f"ray://{place}", allow_multiple=True, log_to_driver=False)
    with session:
        run = library.remote(max_retries=3)(_call)
        width = int(library.cluster_resources().get("CPU", 1))

    def submit(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        with session:
            return run.remote(fn, args, kwargs).future()

    return Cluster(submit, width, session.disconnect)


def _call(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return fn(*args, **kwargs)


_KINDS = {"dask": _dask, "ray": _ray}
