"""Says in headers how many SQL queries a request made and how long they took; only in the benchmark's settings."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class CountQueriesMiddleware:
    """`X-Queries` is the number of queries, `X-Sql` the milliseconds from sending each until its rows are here."""

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

        with connection.execute_wrapper(measured):
            response = self.get_response(request)
        response.headers["X-Queries"] = str(len(times))
        response.headers["X-Sql"] = f"{sum(times) * 1000:.3f}"
        return response
