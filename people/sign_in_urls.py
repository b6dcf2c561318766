"""Addresses of signing in: allauth's views behind our doors, under the names allauth knows."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as apps
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, re_path

from people.doors import inside, on_the_way_in, public, read_or_sent, second_step
from people.views.account import remove_passkey, sign_out

urlpatterns = [
    path("login/", read_or_sent(account.login), name="account_login"),
    path("logout/", sign_out, name="account_logout"),
    path("inactive/", read_or_sent(account.account_inactive), name="account_inactive"),
    path("again/", on_the_way_in(account.reauthenticate), name="account_reauthenticate"),
    path("password/", inside(account.password_change), name="account_change_password"),
    path("password/reset/", public(account.password_reset), name="account_reset_password"),
    path(
        "password/reset/sent/",
        public(account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-\w]+)/$",
        public(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        public(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("factors/", on_the_way_in(factors.index), name="mfa_index"),
    path("factors/sign-in/", second_step(factors.authenticate), name="mfa_authenticate"),
    path("factors/app/", on_the_way_in(apps.activate_totp), name="mfa_activate_totp"),
    path("factors/app/remove/", on_the_way_in(apps.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "factors/codes/", on_the_way_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"
    ),
    path(
        "factors/codes/new/",
        on_the_way_in(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "factors/codes/file/",
        on_the_way_in(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("factors/passkeys/", on_the_way_in(factors.index), name="mfa_list_webauthn"),
    path("factors/passkeys/new/", on_the_way_in(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("factors/passkeys/sign-in/", public(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path(
        "factors/passkeys/<int:pk>/edit/",
        on_the_way_in(passkeys.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
    path(
        "factors/passkeys/<int:pk>/remove/",
        on_the_way_in(remove_passkey),
        name="mfa_remove_webauthn",
    ),
]
