"""The pages of the trends; a scope that is not the reader's is not there."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.actions import note_listing
from people.limits import EXPORT, limited
from people.models.user import Digest
from people.permissions import Permission, require
from people.profile_actions import change_profile
from people.requests import Request
from people.spreadsheet import write_rows
from trends.actions import try_again
from trends.models import PeriodRun
from trends.page import TrendPage, figure_cases, trend_page
from trends.runs import runs_page
from trends.series import period_of, whose


@require_safe
@require(Permission.SEE_TRENDS)
def trends(request: Request) -> HttpResponse:
    """A week or a month of one's own work, the team's, or the organisation's in counts."""
    page = _page(request)
    named = {asked.client.pk for decision in page.decisions for asked in decision.cases}
    note_listing(count=0 if page.about.is_own else len(named), page="trends", by=request.user)
    return render(request, "trends/trends.html", {"page": page})


@limited(EXPORT)
@require_safe
@require(Permission.SEE_TRENDS)
def export(request: Request) -> HttpResponse:
    """Exactly the figures of the page, as CSV."""
    page = _page(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="trends-{page.period.code}.csv"'
    answer.write("\ufeff")  # so that spreadsheets read it as UTF-8
    write_rows(answer, [[page.about.label, page.name]])
    write_rows(answer, [[each.word.capitalize(), len(each.cases)] for each in page.decisions])
    for table in page.tables:
        write_rows(answer, [[], [table.heading], table.columns])
        write_rows(answer, ([row.head, *row.cells] for row in table.rows))
    return answer


@require_safe
@require(Permission.SEE_TRENDS)
def cases(request: Request) -> HttpResponse:
    """The cases that one figure of the page counts."""
    page = _page(request)
    if not page.about.has_cases:
        raise PermissionDenied
    found = figure_cases(request.user, page, request.GET.get("figure") or "held")
    if found is None:
        raise Http404
    note_listing(count=0 if page.about.is_own else len(found.rows), page="figure", by=request.user)
    return render(request, "trends/cases.html", {"found": found, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SEE_TRENDS)
def letter(request: Request) -> HttpResponse:
    """How often the letter comes; one press changes it."""
    wanted = request.POST.get("digest", "")
    if wanted in Digest.values:
        person = change_profile(by=request.user, digest=wanted)
        messages.success(request, f"Saved: {person.get_digest_display()}.")
        return redirect("trends:letter")
    status = 422 if request.method == "POST" else 200
    return render(request, "trends/letter.html", {"rhythms": Digest.choices}, status=status)


@require_safe
@require(Permission.SET_ORGANISATION)
def runs(request: Request) -> HttpResponse:
    """How the writing of the summaries goes: what waits, what failed, what was written."""
    page = runs_page(request.user.organisation, now=timezone.now())
    return render(request, "trends/runs.html", {"page": page})


@require_POST
@require(Permission.SET_ORGANISATION)
def run_again(request: Request, pk: int) -> HttpResponse:
    """Let a period that failed be tried anew."""
    run = get_object_or_404(PeriodRun, organisation=request.user.organisation_id, pk=pk)
    try_again(run=run, by=request.user)
    messages.success(request, f"{run.period.code} is tried again within a few minutes.")
    return redirect("trends:runs")


def _page(request: Request) -> TrendPage:
    today = timezone.localdate()
    choices = tuple(whose(request.user, today))
    wanted = request.GET.get("of") or choices[0].key
    about = next((each for each in choices if each.key == wanted), None)
    if about is None:
        raise Http404
    period = period_of(request.GET.get("period", ""), request.GET.get("kind", ""), today)
    return trend_page(request.user, about=about, choices=choices, period=period, today=today)
