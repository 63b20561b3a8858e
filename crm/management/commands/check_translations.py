"""Is every text of the interface there in Polish, and nothing else?"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.env import BASE_DIR

# Where texts come from: tests and tools are not shown to anybody.
SOURCES = ["config", "crm", "leads", "communications", "documents", "reports", "templates"]


class Command(BaseCommand):
    """Extract the texts into a copy of the sources and compare them with each catalogue of `locale/`."""

    help = "Fail, with the list, when a translation is missing, fuzzy, empty, wrong in form or no longer used."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each fault on a line; CommandError when there is one."""
        used = extract(BASE_DIR)
        faults = []
        for language, _name in settings.LANGUAGES:
            if language != "en":
                file = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po"
                faults += [f"{language}: {fault}" for fault in compare(used, read_catalog(file))]
        if faults:
            raise CommandError("\n".join([f"{len(faults)} faults in translations", *faults]))
        self.stdout.write("Translations are complete.")


def extract(project: Path) -> Catalog:
    """All texts marked for translation in the project's Python files and templates."""
    with TemporaryDirectory() as folder:
        for name in SOURCES:
            if (project / name).is_dir():
                shutil.copytree(project / name, Path(folder, name), ignore=shutil.ignore_patterns("__pycache__"))
        Path(folder, "locale").mkdir()
        # Without settings, so that it writes into the copy and not into the project's own locale folder.
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        command = [sys.executable, "-m", "django", "makemessages", "--locale", "pl", "--no-wrap"]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandError(f"The texts could not be extracted: {done.stderr.strip()}")
        return read_catalog(Path(folder, "locale", "pl", "LC_MESSAGES", "django.po"))


def read_catalog(file: Path) -> Catalog:
    """A catalogue from its file."""
    try:
        with open(file, "rb") as opened:
            return read_po(opened, abort_invalid=True)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error


def compare(used: Catalog, translated: Catalog) -> list[str]:
    """What is wrong with the translated catalogue, given the texts in use: one line a fault."""
    there = {_key(message): message for message in translated if message.id}
    wanted = {_key(message): message for message in used if message.id}
    faults = [f"missing: {_shown(key)}" for key in wanted if key not in there]
    faults += [f"not used: {_shown(key)}" for key in there if key not in wanted]
    faults += [f"not used: {_shown(_key(message))}" for message in translated.obsolete.values()]
    for key, message in there.items():
        forms = message.string if isinstance(message.string, list | tuple) else [message.string]
        if message.fuzzy:
            faults.append(f"fuzzy: {_shown(key)}")
        if not all(forms) or (message.pluralizable and len(forms) < translated.num_plurals):
            faults.append(f"empty: {_shown(key)}")
        elif key in wanted:
            # The text as it is used says whether it has placeholders, and whether it has a plural.
            message.id, message.flags = wanted[key].id, message.flags | wanted[key].flags
            faults += [f"{error}: {_shown(key)}" for error in message.check(translated)]
    return faults


def _key(message: Message) -> tuple[str | None, str]:
    text = message.id[0] if isinstance(message.id, list | tuple) else message.id
    return message.context, text


def _shown(key: tuple[str | None, str]) -> str:
    context, text = key
    return f"{text!r} ({context})" if context else repr(text)
