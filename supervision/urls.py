"""Addresses of supervision: the dashboard, meetings and their agendas, reviews, vignettes."""

from django.urls import path

from supervision import views

app_name = "supervision"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("therapists/<uuid:pk>/", views.therapist, name="therapist"),
    path("meetings/", views.meeting_list, name="meeting_list"),
    path("meetings/new/", views.meeting_new, name="meeting_new"),
    path("meetings/next/", views.next_meeting, name="next_meeting"),
    path("meetings/<uuid:pk>/", views.meeting, name="meeting"),
    path("meetings/<uuid:pk>/move/", views.meeting_move, name="meeting_move"),
    path("meetings/<uuid:pk>/off/", views.meeting_call_off, name="meeting_call_off"),
    path("meetings/<uuid:pk>/close/", views.meeting_close, name="meeting_close"),
    path("meetings/<uuid:pk>/reopen/", views.meeting_reopen, name="meeting_reopen"),
    path("meetings/<uuid:pk>/print/", views.meeting_print, name="meeting_print"),
    path("meetings/<uuid:pk>/draft/", views.meeting_draft_save, name="meeting_draft_save"),
    path(
        "meetings/<uuid:pk>/draft/discard/",
        views.meeting_draft_discard,
        name="meeting_draft_discard",
    ),
    path("meetings/<uuid:pk>/agree/<uuid:item>/", views.item_agree, name="item_agree"),
    path("meetings/<uuid:pk>/back/<int:agreement>/", views.item_back, name="item_back"),
    path("agenda/<uuid:pk>/", views.brief, name="brief"),
    path("agenda/<uuid:pk>/off/", views.item_off, name="item_off"),
    path("cases/<uuid:pk>/bring/", views.bring, name="bring"),
    path("cases/<uuid:pk>/propose/", views.propose, name="propose"),
    path("cases/<uuid:pk>/meetings/", views.case_meetings, name="case_meetings"),
    path("cases/<uuid:pk>/agenda/", views.case_agenda, name="case_agenda"),
    path("vignettes/", views.vignette_list, name="vignette_list"),
    path("vignettes/restart/", views.vignette_restart, name="vignette_restart"),
    path("vignettes/<str:vignette>/", views.vignette, name="vignette"),
    path("reviews/", views.review_list, name="review_list"),
    path("reviews/submit/", views.review_submit_all, name="review_submit_all"),
    path("reviews/<uuid:pk>/", views.review, name="review"),
    path("reviews/<uuid:pk>/approve/", views.review_approve, name="review_approve"),
    path("reviews/<uuid:pk>/undo/", views.review_undo, name="review_undo"),
    path("reviews/<uuid:pk>/back/", views.review_back, name="review_back"),
    path("sessions/<uuid:pk>/submit/", views.review_submit, name="review_submit"),
    path("sessions/<uuid:pk>/state/", views.review_state, name="review_state"),
]
