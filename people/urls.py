"""Addresses of accounts and clients."""

from django.urls import path

from people import views

app_name = "people"
urlpatterns = [
    path("accounts/me/", views.me, name="me"),
    path("notices/<uuid:pk>/seen/", views.notice_seen, name="notice_seen"),
    path("settings/", views.organisation_settings, name="organisation_settings"),
    path("people/", views.person_list, name="person_list"),
    path("clients/new/", views.client_new, name="client_new"),
    path("clients/<uuid:pk>/edit/", views.client_edit, name="client_edit"),
    path("clients/<uuid:pk>/pause/", views.client_pause, name="client_pause"),
    path("clients/<uuid:pk>/resume/", views.client_resume, name="client_resume"),
    path("clients/<uuid:pk>/end/", views.client_end, name="client_end"),
    path("clients/<uuid:pk>/reopen/", views.client_reopen, name="client_reopen"),
]
