"""The command line of the embedded servers; see the package's docstring."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

from crm.embedded.errors import EmbeddedError
from crm.embedded.home import Home, delete_data, lejek_home, open_home
from crm.embedded.processes import die_with_parent
from crm.embedded.servers import needed_servers, start_servers, write_addresses
from crm.embedded.supervisor import run_everything


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 1, after one sentence on standard error, when a server cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m crm.embedded", description="PostgreSQL and Redis of Lejek.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("start", help="start the servers in the background")
    commands.add_parser("stop", help="stop the servers")
    commands.add_parser("status", help="say which servers run")
    commands.add_parser("destroy", help="stop the servers and delete their data")
    everything = commands.add_parser("run", help="run everything: servers, web, worker, beat")
    everything.add_argument("--with-parent", action="store_true", help="end when the program that started this ends")
    run_command = commands.add_parser("exec", help="run a command with the servers")
    run_command.add_argument("words", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    options = parser.parse_args(arguments)
    try:
        if options.command == "run":
            return run_everything(lejek_home(), ends_with_parent=options.with_parent)
        home = open_home(lejek_home())
        if options.command == "exec":
            words = options.words[1:] if options.words[:1] == ["--"] else options.words
            if not words:
                parser.error("exec needs a command")
            return run_with_servers(home, words)
        if options.command == "start":
            start_servers(home, attached=False)
            return print_status(home)
        if options.command == "status":
            return print_status(home)
        stop(home)
        if options.command == "destroy":
            delete_data(home)
        return 0
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1


def run_with_servers(home: Home, command: Sequence[str]) -> int:
    """Run a command with the servers, then stop those it started; return the exit code (128 + n for a signal)."""
    servers = start_servers(home, attached=True)
    try:
        try:
            child = subprocess.Popen(command, env=servers.environment(), preexec_fn=die_with_parent(signal.SIGTERM))
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", file=sys.stderr)
            return 127

        def pass_on(number: int, _frame: FrameType | None) -> None:
            # Ctrl+C reaches the command from the terminal too, and a second one would mean something else to it.
            if number != signal.SIGINT or not _in_foreground():
                child.send_signal(number)

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, pass_on)
        code = child.wait()
        return code if code >= 0 else 128 - code
    finally:
        servers.stop()


def stop(home: Home) -> None:
    """Stop the servers of the installation, whoever started them."""
    with home.lock():
        for server in needed_servers(home):
            server.stop()
        write_addresses(home, {})


def print_status(home: Home) -> int:
    """Print each needed server with its address, or that it is stopped; the exit code is 1 when one is."""
    code = 0
    for server in needed_servers(home):
        running = server.is_running()
        print(f"{server.variable}={server.url}" if running else f"{server.variable}: stopped")
        code = code if running else 1
    return code


def _in_foreground() -> bool:
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
