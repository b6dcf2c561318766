"""The demonstration data: invented people in two practices, played through the actions."""
