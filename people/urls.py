"""Addresses of accounts and clients."""

from django.urls import path

from people import views

app_name = "people"
urlpatterns = [
    path("accounts/me/", views.me, name="me"),
    path("notices/<uuid:pk>/seen/", views.notice_seen, name="notice_seen"),
    path("settings/", views.organisation_settings, name="organisation_settings"),
    path("audit/", views.audit_list, name="audit_list"),
    path("audit/find/", views.audit_find, name="audit_find"),
    path("audit/export/", views.audit_export, name="audit_export"),
    path("people/", views.person_list, name="person_list"),
    path("people/find/", views.person_find, name="person_find"),
    path("people/invitations/new/", views.invitation_new, name="invitation_new"),
    path("people/import/", views.people_import, name="people_import"),
    path("people/supervision/", views.supervision_list, name="supervision_list"),
    path("people/emergencies/", views.emergency_log, name="emergency_log"),
    path("people/<uuid:pk>/", views.person, name="person"),
    path("people/<uuid:pk>/close/", views.person_close, name="person_close"),
    path("people/<uuid:pk>/open/", views.person_open, name="person_open"),
    path("people/<uuid:pk>/factors/", views.person_factors, name="person_factors"),
    path("people/<uuid:pk>/sign-out/", views.person_sign_out, name="person_sign_out"),
    path("emergency/", views.emergency, name="emergency"),
    path("emergency/therapists/<uuid:pk>/", views.emergency_open, name="emergency_open"),
    path("emergency/<uuid:pk>/end/", views.emergency_end, name="emergency_end"),
    path("invitations/<uuid:pk>/resend/", views.invitation_resend, name="invitation_resend"),
    path("invitations/<uuid:pk>/revoke/", views.invitation_revoke, name="invitation_revoke"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("supervisions/<uuid:pk>/end/", views.supervision_end, name="supervision_end"),
    path(
        "supervisions/<uuid:pk>/withdraw/", views.supervision_withdraw, name="supervision_withdraw"
    ),
    path("profile/", views.profile, name="profile"),
    path("profile/email/", views.email_change, name="email_change"),
    path("profile/sign-ins/end/", views.sign_ins_end, name="sign_ins_end"),
    path("profile/sign-ins/<int:pk>/end/", views.sign_in_end, name="sign_in_end"),
    path("address/confirm/<str:token>/", views.email_confirm, name="email_confirm"),
    path("address/stop/<str:token>/", views.email_stop, name="email_stop"),
    path("clients/new/", views.client_new, name="client_new"),
    path("clients/<uuid:pk>/readings/", views.client_readings, name="client_readings"),
    path("clients/<uuid:pk>/edit/", views.client_edit, name="client_edit"),
    path("clients/<uuid:pk>/pause/", views.client_pause, name="client_pause"),
    path("clients/<uuid:pk>/resume/", views.client_resume, name="client_resume"),
    path("clients/<uuid:pk>/end/", views.client_end, name="client_end"),
    path("clients/<uuid:pk>/reopen/", views.client_reopen, name="client_reopen"),
]
