"""Says in headers what a request asked the database; only in the benchmark's settings."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from time import perf_counter
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bench.plans import Reading


class CountQueriesMiddleware:
    """`X-Queries` is the number of queries, `X-Sql` the milliseconds from sending each until its rows are here.

    To a request with `X-Explain` it also says how many rows and pages were read, and by which query the most
    (`X-Rows`, `X-Pages`, `X-Slowest`); its time is then no measure.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        times: list[float] = []

        def measured(execute: Callable[..., Any], *args: Any) -> Any:
            started = perf_counter()
            try:
                return execute(*args)
            finally:
                times.append(perf_counter() - started)

        reading = Reading() if "X-Explain" in request.headers else None
        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(measured))
            if reading is not None:
                stack.enter_context(connection.execute_wrapper(reading.explain))
            response = self.get_response(request)
        response.headers["X-Queries"] = str(len(times))
        response.headers["X-Sql"] = f"{sum(times) * 1000:.3f}"
        if reading is not None:
            response.headers["X-Rows"] = str(reading.rows)
            response.headers["X-Pages"] = str(reading.pages)
            response.headers["X-Slowest"] = json.dumps(reading.slowest)
        return response
