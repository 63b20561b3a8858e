"""The lines of the permission matrix for `communications`."""

from collections.abc import Callable

from tests.factories.communications import MailAccountFactory, MessageFactory
from tests.permissions.words import Cast, Line, everyone, managers, nobody

# The rows that addresses are tried with, each made when a line names it.
SAMPLES: dict[str, Callable[[Cast], int]] = {
    "shared_account": lambda cast: MailAccountFactory().pk,
    "own_account": lambda cast: MailAccountFactory(owner=cast.marek).pk,
    "broken_message": lambda cast: MessageFactory(parse_error="incomplete").pk,
}

URLS: list[Line] = [
    # --- e-mail accounts: shared ones are set up by managers, own ones by their owners alone
    managers("communications:account_list"),
    managers("communications:account_create"),
    managers("communications:account_create", "post"),
    everyone("communications:own_account_list"),
    everyone("communications:own_account_create"),
    everyone("communications:own_account_create", "post"),
    everyone("communications:account_test_new", "post"),
    nobody("communications:account_consent_done", known=True),
    nobody("communications:account_consent", pk="@own_account", known=True),
    managers("communications:account_edit", pk="@shared_account", known=True),
    managers("communications:account_edit", "post", pk="@shared_account", known=True),
    nobody("communications:account_edit", pk="@own_account", known=True),
    managers("communications:account_health", pk="@shared_account", known=True),
    managers("communications:account_test", "post", pk="@shared_account", known=True),
    nobody("communications:account_test", "post", pk="@own_account", known=True),
    managers("communications:account_fetch", "post", pk="@shared_account", known=True),
    managers("communications:account_activate", "post", pk="@shared_account", known=True),
    managers("communications:account_deactivate", "post", pk="@shared_account", known=True),
    managers("communications:account_delete", pk="@shared_account", known=True),
    managers("communications:account_delete", "post", pk="@shared_account", known=True),
    nobody("communications:account_delete", "post", pk="@own_account", known=True),
    managers("communications:unparsed_list", pk="@shared_account", known=True),
    managers("communications:unparsed_read", "post", pk="@shared_account", known=True),
    nobody("communications:unparsed_original", pk="@own_account", message="@broken_message", known=True),
]

EXEMPT: dict[str, str] = {}
