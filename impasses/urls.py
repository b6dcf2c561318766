"""Addresses of the library and of suggestions."""

from django.urls import path

from impasses import views

app_name = "impasses"
urlpatterns = [
    path("library/", views.library, name="library"),
    path("library/find/", views.library_find, name="library_find"),
    path("library/rules/", views.rules, name="rules"),
    path("suggestions/<uuid:pk>/", views.suggestion, name="suggestion"),
    path("steps/<uuid:pk>/end/", views.step_end, name="step_end"),
    path("suggestions/<uuid:pk>/plan/", views.suggestion_plan, name="suggestion_plan"),
    path("suggestions/<uuid:pk>/snooze/", views.suggestion_snooze, name="suggestion_snooze"),
    path("suggestions/<uuid:pk>/dismiss/", views.suggestion_dismiss, name="suggestion_dismiss"),
]
