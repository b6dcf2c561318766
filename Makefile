# Each target is a command of dev.py, which also works without make: python3 dev.py help
# The system's own Python first: one that a version manager compiled can take twice as long.
PYTHON ?= $(shell for p in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
  2>/dev/null && echo $$p && break; done)

.PHONY: help run test check fix lock shell prove
help run test check fix lock shell prove:
	@$(or $(PYTHON),$(error Python 3.11, 3.12 or 3.13 with venv is needed; Debian has it in python3-venv)) dev.py $@
.DEFAULT_GOAL := help
