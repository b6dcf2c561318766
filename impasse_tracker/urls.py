"""Every address of the house."""

from allauth.account import views as account
from django.urls import include, path

from impasse_tracker import health, views
from people.views import sign_out

handler400 = "impasse_tracker.views.bad_request"
handler403 = "impasse_tracker.views.not_yours"
handler404 = "impasse_tracker.views.not_there"
handler500 = "impasse_tracker.views.went_wrong"

urlpatterns = [
    path("", views.home, name="home"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", sign_out, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("", include("people.urls")),
    path("", include("impasses.urls")),
    path("", include("sessions_app.urls")),
]
