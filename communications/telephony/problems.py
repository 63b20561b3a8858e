"""What keeps a telephony from doing what it is asked for: kept as a code, put into words for the reader."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CallProblem(models.TextChoices):
    """A code with its sentence; `%(what)s` is the host, the address, the limit, or what the telephony said."""

    TIMEOUT = "timeout", _("%(what)s does not answer.")
    CERTIFICATE = "certificate", _("The certificate of %(what)s is not valid.")
    CONNECTION = "connection", _("No connection to %(what)s.")
    HOST_UNKNOWN = "host_unknown", _("There is no server called %(what)s.")
    INTERNAL = "internal", _("%(what)s is in an internal network.")
    NO_ADDRESS = "no_address", _("This is no address: %(what)s")
    NOT_HTTPS = "not_https", _("Only addresses that begin with https:// are asked.")
    TOO_LONG = "too_long", _("The answer of the telephony is too long.")
    SIGNATURE = "signature", _("The telephony does not accept our signature: the secret is another one there.")
    KEY = "key", _("Zadarma does not accept the API key or the secret.")
    TOO_MANY = "too_many", _("Zadarma takes no more requests for the moment. Try again in a minute.")
    REFUSED = "refused", _("The telephony refused: %(what)s")
    NO_LINK = "no_link", _("Zadarma gave no link to the recording.")
    NOT_THERE = "not_there", _("The recording is not there (yet).")
    TOO_LARGE = "too_large", _("The recording is larger than %(what)s MB.")
    NO_SOUND = "no_sound", _("What the telephony sent is no sound.")


class CallFailed(Exception):
    """The telephony did not do what it was asked for; its text is a sentence in the language of now."""

    def __init__(self, problem: CallProblem, what: object = "") -> None:
        super().__init__(problem, what)
        self.problem = problem
        self.what = str(what)

    def __str__(self) -> str:
        return explain(self.problem, self.what)


def explain(problem: str, what: str) -> str:
    """A problem in words; "" for none."""
    return str(CallProblem(problem).label) % {"what": what} if problem else ""
