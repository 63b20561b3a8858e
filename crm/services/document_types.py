"""Rules of document types: their numbers must never repeat, neither in time nor between two types."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import DocumentType
from crm.number_patterns import check_pattern, may_clash


def check_numbering(item: DocumentType) -> None:
    """Refuse a pattern whose numbers would repeat. Called under the lock of the type.

    Raises RuleError at the field of the pattern.
    """
    try:
        check_pattern(item.pattern, reset=item.reset)  # type: ignore[arg-type]
    except ValidationError as error:
        raise RuleError(error.messages[0], field="pattern") from error
    for other in type(item)._default_manager.exclude(pk=item.pk).order_by("pk"):
        if may_clash(item.pattern, other.pattern):
            raise RuleError(
                _("These numbers would repeat those of “%(type)s” (%(pattern)s). Begin with other letters.")
                % {"type": other, "pattern": other.pattern},
                field="pattern",
            )
