"""A client's rights: to everything that is written about them, and to have it erased."""
