"""What search boxes on the card of a lead ask for while one types."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from crm.querysets import people_to_choose
from crm.requests import signed_in_user
from crm.visibility import viewers_of
from leads.mentions import called_in_mentions, shared_names
from leads.views.responses import find_lead


@require_safe
def lead_people(request: HttpRequest, pk: int) -> JsonResponse:
    """Those who see the lead: they may be given its activities, and be mentioned in its comments."""
    lead = find_lead(signed_in_user(request), pk)
    viewers = viewers_of(lead.sales_person)
    found = people_to_choose(request.GET.get("q", ""), among=viewers)
    shared = shared_names(viewers) if found else set()
    rows = [
        {
            "id": person.pk,
            "text": person.get_full_name(),
            "hint": person.email or "",
            "mention": called_in_mentions(person, shared),
        }
        for person in found
    ]
    return JsonResponse(rows, safe=False)
