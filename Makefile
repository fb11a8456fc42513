# make run: the app.  make test: the tests.  Both set up everything they need first; `make setup` does only that.
# PYTHON=python3.12 make run takes another Python; QT_QPA_PLATFORM=... make run skips the question for a screen.

PYTHON ?= python3
PY := .venv/bin/python
READY := .venv/.ready

.PHONY: setup run test check bench demo trained clean

run: setup
	@if [ "$$(uname)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY$$QT_QPA_PLATFORM" ]; then \
		echo "There is no screen here (DISPLAY and WAYLAND_DISPLAY are not set); make demo renders the default experiment to out/ without one."; \
		exit 1; \
	fi
	@$(PY) main.py

test: setup
	@$(PY) -m pytest -n 2 --dist loadfile

check: setup
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(MAKE) --no-print-directory test

bench: setup
	@$(PY) -m tests.bench

demo: setup
	@$(PY) main.py run --out out

# The weights of the latent lab: one and a half to two hours on two cores; one that was interrupted goes on where it was.
trained: setup
	@$(PY) main.py trained

# out/ stays: it may hold results.
clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find assets engine gui tests trained -name __pycache__ -prune -exec rm -rf {} +

setup: $(READY)

# The stamp: nothing below is done again until what is to be installed has changed.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Energyscape needs Python 3.11 or newer; PYTHON=python3.12 make run would take another one."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { $(call install_packages,python3-venv); }
	@$(PYTHON) -m venv .venv
	@$(PY) -m pip install -c constraints.txt -e '.[dev]'
	@packages="$$($(PY) -m gui.doctor)" || exit 1; \
		[ -z "$$packages" ] || { $(call install_packages,$$packages); }
	@$(PY) -m gui.doctor --load
	@touch $@

# Debian packages: installed where we may, asked for where we may not.
install_packages = \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update; DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(1); \
	else \
		echo "System packages are missing (names as in Debian). Install them, then call make again:"; \
		echo "    sudo apt-get install $(1)"; \
		exit 1; \
	fi
