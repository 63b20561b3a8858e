"""Where a run stands, as its pages show it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Colour
from leads.models import ImportRun

Stage = ImportRun.Stage
State = ImportRun.State

STEPS = (_("File"), _("Columns"), _("Check"), _("Import"))
PLACES = {Stage.COLUMNS: 2, Stage.CHECK: 3, Stage.IMPORT: 4, Stage.UNDO: 4}
AT_WORK = {Stage.CHECK: _("Checking"), Stage.IMPORT: _("Importing"), Stage.UNDO: _("Undoing")}
DONE = {Stage.CHECK: _("Checked"), Stage.IMPORT: _("Imported"), Stage.UNDO: _("Undone")}


@dataclass(frozen=True, slots=True)
class Step:
    """One of the four steps. Steps behind that can still be changed have an address."""

    number: int
    label: str | Promise
    url: str = ""
    is_current: bool = False
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in a word and a colour of the palette."""

    name: str | Promise
    colour: str

    def __str__(self) -> str:
        return str(self.name)


def steps_of(run: ImportRun | None, *, current: int | None = None) -> list[Step]:
    """The four steps; `current` when the page shows another one than the run has come to."""
    reached = PLACES[Stage(run.stage)] if run else 1
    current = current or reached
    return [
        Step(
            number=number,
            label=label,
            url=_address(run, number, current),
            is_current=number == current,
            is_done=number < reached or (number == 4 and run is not None and _is_over(run)),
        )
        for number, label in enumerate(STEPS, start=1)
    ]


def badge_of(run: ImportRun) -> Badge:
    """The state of a run for lists."""
    stage, state = Stage(run.stage), State(run.state)
    if state == State.FAILED:
        return Badge(_("Failed"), Colour.RED)
    if state == State.CANCELLED:
        return Badge(_("Stopped"), Colour.ORANGE)
    if run.is_busy:
        return Badge(AT_WORK.get(stage, ""), Colour.BLUE)
    if stage == Stage.COLUMNS:
        return Badge(_("To be set up"), Colour.GRAY)
    colours = {Stage.CHECK: Colour.AZURE, Stage.IMPORT: Colour.GREEN, Stage.UNDO: Colour.GRAY}
    return Badge(DONE[stage], colours[stage])


def heading_of(run: ImportRun) -> str | Promise:
    """What the worker is at."""
    return AT_WORK.get(Stage(run.stage), "")


def _address(run: ImportRun | None, number: int, current: int) -> str:
    if run is None or run.stage not in (Stage.COLUMNS, Stage.CHECK) or run.is_busy or number == current:
        return ""
    if number == 2:
        return reverse("leads:import_columns", args=[run.pk])
    if number == 3 and run.stage == Stage.CHECK:
        return reverse("leads:import_detail", args=[run.pk])
    return ""


def _is_over(run: ImportRun) -> bool:
    return run.stage in (Stage.IMPORT, Stage.UNDO) and run.state == State.DONE
