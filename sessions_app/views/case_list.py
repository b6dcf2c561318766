"""The caseload, filtered and sorted by links, searched by code name."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from people.actions import note_listing
from people.limits import SEARCH, limited
from people.permissions import Permission, require
from people.requests import Request
from sessions_app import caseload


@require_safe
@require(Permission.READ_CASES)
def case_list(request: Request) -> HttpResponse:
    """Own cases, and for supervisors those of their supervisees."""
    page = caseload.case_list(
        request.user,
        today=timezone.localdate(),
        show=request.GET.get("show", ""),
        sort=request.GET.get("sort", ""),
        everything=request.GET.get("all") == "1",
    )
    return _answer(request, page)


@limited(SEARCH)
@require_POST
@require(Permission.READ_CASES)
def case_find(request: Request) -> HttpResponse:
    """Cases by code name: posted, so that no name stands in an address. Without one, as ever."""
    page = caseload.case_list(
        request.user,
        today=timezone.localdate(),
        looked_for=request.POST.get("code_name", "").strip()[:40] or None,
    )
    return _answer(request, page)


def _answer(request: Request, page: caseload.CaseList) -> HttpResponse:
    """The page; naming the cases of others is put on record."""
    others = sum(not row.own for row in page.rows)
    note_listing(count=others, page="caseload", by=request.user)
    context = {"page": page, "sorts": [(key, label) for key, (label, _) in caseload.SORTS.items()]}
    return render(request, "sessions_app/case_list.html", context)
