"""Addresses of the library and of suggestions."""

from django.urls import path

from impasses import views


class _T:  # TEMPORARY while views arrive
    def __getattr__(self, name):  # type: ignore
        from django.http import HttpResponse
        return getattr(views, name, lambda request, **k: HttpResponse("not there yet"))


v = _T()
app_name = "impasses"
urlpatterns = [
    path("library/", v.library, name="library"),
    path("suggestions/<uuid:pk>/", v.suggestion, name="suggestion"),
    path("steps/<uuid:pk>/end/", v.step_end, name="step_end"),
    path("suggestions/<uuid:pk>/plan/", v.suggestion_plan, name="suggestion_plan"),
    path("suggestions/<uuid:pk>/snooze/", v.suggestion_snooze, name="suggestion_snooze"),
    path("suggestions/<uuid:pk>/dismiss/", v.suggestion_dismiss, name="suggestion_dismiss"),
]
