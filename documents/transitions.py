"""How documents move from state to state: one frozen table a kind, from which buttons, refusals and history come."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.errors import RuleError
from documents.models import Document, Invoice, Order

DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step from one of the states `sources` to `target`.

    `permission` is what the user needs; `label` stands on the button, `done` is told afterwards, `question` is asked
    first ("": nothing is asked). What is not `by_hand` is no button: it follows from something else (a payment).
    """

    name: str
    sources: frozenset[str]
    target: str
    permission: str
    label: str | Promise
    done: str | Promise
    icon: str
    question: str | Promise = ""
    is_main: bool = False
    by_hand: bool = True


ORDER_TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        "confirm", frozenset({Order.State.DRAFT}), Order.State.CONFIRMED, "documents.confirm_order",
        pgettext_lazy("button of an order", "Confirm"), gettext_lazy("The order is confirmed."), "check", is_main=True,
    ),
    Transition(
        "fulfil", frozenset({Order.State.CONFIRMED}), Order.State.DONE, "documents.close_order",
        pgettext_lazy("button of an order", "Mark as fulfilled"), gettext_lazy("The order is fulfilled."), "checks",
        is_main=True,
    ),
    Transition(
        "cancel", frozenset({Order.State.CONFIRMED, Order.State.DONE}), Order.State.CANCELLED, "documents.close_order",
        pgettext_lazy("button of an order", "Cancel the order"), gettext_lazy("The order is cancelled."), "ban",
        question=gettext_lazy("The order keeps its number and stays on the lists as cancelled."),
    ),
)  # fmt: skip

INVOICE_TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        "issue", frozenset({Invoice.State.DRAFT}), Invoice.State.DUE, "documents.issue_invoice",
        pgettext_lazy("button of an invoice", "Issue"), gettext_lazy("The invoice is issued."), "check", is_main=True,
    ),
    Transition(
        "settle", frozenset({Invoice.State.DUE}), Invoice.State.PAID, "documents.close_invoice",
        pgettext_lazy("button of an invoice", "Mark as paid"), gettext_lazy("The invoice is paid."), "cash",
        by_hand=False,
    ),
    Transition(
        "unsettle", frozenset({Invoice.State.PAID}), Invoice.State.DUE, "documents.close_invoice",
        pgettext_lazy("button of an invoice", "Mark as not paid"), gettext_lazy("The invoice is to be paid again."),
        "cash-off", by_hand=False,
    ),
    Transition(
        "cancel", frozenset({Invoice.State.DUE}), Invoice.State.CANCELLED, "documents.close_invoice",
        pgettext_lazy("button of an invoice", "Cancel the invoice"), gettext_lazy("The invoice is cancelled."), "ban",
        question=gettext_lazy("The invoice keeps its number and stays on the lists as cancelled."),
    ),
)  # fmt: skip


class WrongState(RuleError):
    """The document does not stand in a state from which it could take the step."""


def transitions_of(document: Document | type[Document]) -> tuple[Transition, ...]:
    """All steps that documents of this kind know."""
    model = document if isinstance(document, type) else type(document)
    return ORDER_TRANSITIONS if model is Order else INVOICE_TRANSITIONS


def find_transition(document: Document | type[Document], name: str) -> Transition:
    """The step of this name. KeyError when there is none."""
    return {transition.name: transition for transition in transitions_of(document)}[name]


def check_transition(document: Order | Invoice, transition: Transition) -> None:
    """Raise WrongState when the document stands where the step does not begin."""
    if document.state not in transition.sources:
        raise WrongState(
            _("“%(action)s” is not possible: the document has the state “%(state)s”.")
            % {"action": transition.label, "state": document.get_state_display()}
        )
