"""Addresses of today, cases and sessions."""

from django.urls import path

from sessions_app import views

app_name = "sessions"
urlpatterns = [
    path("people/<uuid:pk>/transfer/", views.transfer, name="transfer"),
    path("today/", views.today, name="today"),
    path("clients/", views.case_list, name="case_list"),
    path("clients/find/", views.case_find, name="case_find"),
    path("clients/<uuid:pk>/", views.case, name="case"),
    path("clients/<uuid:pk>/overview/", views.case_overview, name="case_overview"),
    path("clients/<uuid:pk>/suggestions/", views.case_suggestions, name="case_suggestions"),
    path("clients/<uuid:pk>/usual/", views.baseline, name="baseline"),
    path("clients/<uuid:pk>/impasse/", views.impasse_open, name="impasse_open"),
    path("suggestions/<uuid:pk>/accept/", views.impasse_accept, name="impasse_accept"),
    path("episodes/<uuid:pk>/", views.episode, name="episode"),
    path("episodes/<uuid:pk>/move/", views.episode_move, name="episode_move"),
    path("episodes/<uuid:pk>/undo/", views.episode_undo, name="episode_undo"),
    path("episodes/<uuid:pk>/close/", views.episode_close, name="episode_close"),
    path("episodes/<uuid:pk>/describe/", views.episode_describe, name="episode_describe"),
    path("episodes/<uuid:pk>/weigh/", views.episode_weigh, name="episode_weigh"),
    path("clients/<uuid:pk>/plan/new/", views.plan_new, name="plan_new"),
    path("clients/<uuid:pk>/plan/print/", views.plan_print, name="plan_print"),
    path("helps/", views.what_helps, name="what_helps"),
    path("rules/<str:rule>/change/", views.rule_change, name="rule_change"),
    path("replays/<uuid:pk>/", views.rule_replay, name="rule_replay"),
    path("replays/<uuid:pk>/progress/", views.rule_replay_progress, name="rule_replay_progress"),
    path("replays/<uuid:pk>/cancel/", views.rule_replay_cancel, name="rule_replay_cancel"),
    path("clients/<uuid:pk>/scores/", views.score_list, name="score_list"),
    path("clients/<uuid:pk>/scores/new/", views.score_new, name="score_new"),
    path("clients/<uuid:pk>/scores/<int:score>/edit/", views.score_edit, name="score_edit"),
    path("clients/<uuid:pk>/scores/<int:score>/remove/", views.score_remove, name="score_remove"),
    path("clients/<uuid:pk>/scores/<int:score>/checked/", views.score_check, name="score_check"),
    path("clients/<uuid:pk>/sessions/new/", views.session_log, name="session_log"),
    path("clients/<uuid:pk>/draft/", views.draft_save, name="draft_save"),
    path("clients/<uuid:pk>/draft/discard/", views.draft_discard, name="draft_discard"),
    path("sessions/<uuid:pk>/", views.session_read, name="session_read"),
    path("sessions/<uuid:pk>/edit/", views.session_edit, name="session_edit"),
    path("sessions/<uuid:pk>/history/", views.session_history, name="session_history"),
    path("sessions/<uuid:pk>/draft/", views.edit_draft_save, name="edit_draft_save"),
    path("sessions/<uuid:pk>/draft/discard/", views.edit_draft_discard, name="edit_draft_discard"),
]
