"""Every address of the house."""

from django.urls import include, path

from impasse_tracker import health, metrics, views
from impasse_tracker.rights import views as rights

handler400 = "impasse_tracker.views.bad_request"
handler403 = "impasse_tracker.views.not_yours"
handler404 = "impasse_tracker.views.not_there"
handler429 = "impasse_tracker.views.too_often"  # allauth's name for it
handler500 = "impasse_tracker.views.went_wrong"

urlpatterns = [
    path("", views.home, name="home"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("clients/<uuid:pk>/handover/", views.handover, name="handover"),
    path("clients/<uuid:pk>/record/", rights.client_record, name="client_record"),
    path("clients/<uuid:pk>/erase/", rights.client_erase, name="client_erase"),
    path("settings/retention/", rights.retention, name="retention"),
    path("erasures/<uuid:pk>/", rights.erasure, name="erasure"),
    path("erasures/<uuid:pk>/withdraw/", rights.erasure_withdraw, name="erasure_withdraw"),
    path("accounts/", include("people.sign_in_urls")),
    path("", include("people.urls")),
    path("", include("impasses.urls")),
    path("", include("sessions_app.urls")),
    path("", include("trends.urls")),
    path("supervision/", include("supervision.urls")),
]
