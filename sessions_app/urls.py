"""Addresses of today, cases and sessions."""

from django.urls import path

from sessions_app import views


class _T:  # TEMPORARY while views arrive
    def __getattr__(self, name):  # type: ignore
        from django.http import HttpResponse

        return getattr(views, name, lambda request, **k: HttpResponse("not there yet"))


v = _T()
app_name = "sessions"
urlpatterns = [
    path("today/", v.today, name="today"),
    path("clients/", v.case_list, name="case_list"),
    path("clients/find/", v.case_find, name="case_find"),
    path("clients/<uuid:pk>/", v.case, name="case"),
    path("clients/<uuid:pk>/suggestions/", v.case_suggestions, name="case_suggestions"),
    path("clients/<uuid:pk>/usual/", v.baseline, name="baseline"),
    path("clients/<uuid:pk>/sessions/new/", v.session_log, name="session_log"),
    path("clients/<uuid:pk>/draft/", v.draft_save, name="draft_save"),
    path("clients/<uuid:pk>/draft/discard/", v.draft_discard, name="draft_discard"),
    path("sessions/<uuid:pk>/", v.session_read, name="session_read"),
    path("sessions/<uuid:pk>/edit/", v.session_edit, name="session_edit"),
    path("sessions/<uuid:pk>/history/", v.session_history, name="session_history"),
    path("sessions/<uuid:pk>/draft/", v.edit_draft_save, name="edit_draft_save"),
    path("sessions/<uuid:pk>/draft/discard/", v.edit_draft_discard, name="edit_draft_discard"),
]
