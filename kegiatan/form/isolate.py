"""One V8 isolate that runs a script of functions from text to text, within limits.

The limit of time counts what this process computes, not what the clock says: on an overloaded
machine a sound form must not pass for one without end.
"""

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Coroutine, Sequence
from typing import Any

from py_mini_racer import JSEvalException, JSFunction, JSOOMException, mini_racer

from kegiatan.form.caps import PATIENCE
from kegiatan.form.engine_results import EngineError, EngineOutOfMemory, EngineTimeout

_TICK_SECONDS = 0.02
# survey-core waits with it for what the verdict never needs; V8 alone has no such function.
_SHIM = "globalThis.queueMicrotask = work => { Promise.resolve().then(work); };"


class Isolate:
    """An isolate with `source` loaded, which defines the object `name` of functions.

    heap_bytes: of the isolate. After EngineTimeout and EngineOutOfMemory close it: a terminated
    script has not cleaned up behind itself. One call at a time.
    """

    def __init__(self, source: str, name: str, heap_bytes: int) -> None:
        self.name = name
        self.heap_bytes = heap_bytes
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._context = mini_racer(self._loop)
        self._racer = self._context.__enter__()
        self._racer.set_hard_memory_limit(heap_bytes)
        self._racer.eval(_SHIM)
        self._racer.eval(source)
        self._functions: dict[str, JSFunction] = {}

    def call(self, function: str, arguments: Sequence[str], seconds: float) -> str | None:
        """Return the text that a function gives; raises EngineError.

        seconds: what it may compute; other threads of this process count too, yet the call has at
        least so long by the clock.
        """
        try:
            work = self._function(function).cancelable()(*arguments)
            within = _within(seconds, work)
            result = asyncio.run_coroutine_threadsafe(within, self._loop).result()
        except JSOOMException as error:
            raise self._out_of_memory() from error
        except JSEvalException as error:
            if self._racer.was_hard_memory_limit_reached():
                raise self._out_of_memory() from error
            raise EngineError(str(error).strip().partition("\n")[0]) from None
        return result if isinstance(result, str) else None

    def heap_bytes_used(self) -> int:
        """Return the size of the heap."""
        return int(self._racer.heap_stats()["used_heap_size"])

    def close(self) -> None:
        """End V8's threads and the loop's."""
        self._functions.clear()
        with contextlib.suppress(JSEvalException):
            self._racer.eval("0", timeout_sec=1)  # a terminated script reports before its loop ends
        self._context.__exit__(None, None, None)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _function(self, function: str) -> JSFunction:
        if function not in self._functions:
            found = self._racer.eval(f"{self.name}[{json.dumps(function)}]")
            if not isinstance(found, JSFunction):
                raise EngineError(f"the engine has no function {function}")
            self._functions[function] = found
        return self._functions[function]

    def _out_of_memory(self) -> EngineOutOfMemory:
        return EngineOutOfMemory(f"more than {self.heap_bytes} bytes of heap")


async def _within(seconds: float, work: Coroutine[Any, Any, Any]) -> Any:
    """Await work that may compute for so long; raises EngineTimeout."""
    task = asyncio.ensure_future(work)
    began, computed = time.monotonic(), time.process_time()
    left = seconds
    while left > 0:
        done, _pending = await asyncio.wait({task}, timeout=max(left, _TICK_SECONDS))
        if done:
            return task.result()
        passed = time.monotonic() - began
        spent = min(time.process_time() - computed, passed)
        left = min(seconds - spent, seconds * PATIENCE - passed)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, JSEvalException):
        return await task
    raise EngineTimeout(f"no result within {seconds} s")
