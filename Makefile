# Each target is a command of dev.py, which also works without make: python3 dev.py help
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
  && echo $$p && break; done)

.PHONY: help run test check fix lock shell prove
help run test check fix lock shell prove:
	@$(or $(PYTHON),$(error Python 3.11, 3.12 or 3.13 is needed)) dev.py $@
.DEFAULT_GOAL := help
