# SPDX-License-Identifier: Apache-2.0
# hotfib: one Makefile for everything. `make help` lists the targets.
#
#   O=DIR      where everything built goes (default build)
#   MODE=...   release (default), debug, asan (address + undefined sanitizers)
#   V=1        show the commands

MODE ?= release
O ?= build
B := $(O)/$(MODE)
ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || cat .version 2>/dev/null || echo unknown)

Q := $(if $(V),,@)
SAY = $(if $(V),@:,@printf '  %-7s %s\n')

WARN := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wpointer-arith -Wcast-qual
HARDEN := -fstack-protector-strong -fPIE -fno-common
CFLAGS.release := -O2 -g -D_FORTIFY_SOURCE=2 $(HARDEN) -fstack-clash-protection -fcf-protection
CFLAGS.debug := -O0 -g $(HARDEN)
CFLAGS.asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all -fPIE
CFLAGS.fuzz := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link \
	-fno-sanitize-recover=all -fPIE
LDFLAGS.release := -pie -Wl,-z,relro,-z,now
LDFLAGS.debug := -pie
LDFLAGS.asan := -pie -fsanitize=address,undefined
LDFLAGS.fuzz := -pie -fsanitize=address,undefined
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. -I$(B)/gen $(WARN) $(if $(WERROR),-Werror) \
	$(CFLAGS.$(MODE)) $(CFLAGS)
ALL_LDFLAGS = $(LDFLAGS.$(MODE)) $(LDFLAGS)

# --- rooms --------------------------------------------------------------------------------------
# Each room gives two archives: ROOM.a from the pure files, ROOM-io.a from *_io.c. A unit test of a
# room links only that room's archives and those below it, so a broken layer does not link.

ROOMS := lib ribtrie bgpd sflowin webui control cli
room_src = $(sort $(wildcard $(1)/*.c) $(wildcard $(1)/*/*.c))
MAINS := control/main.c cli/main.c
pure_src = $(filter-out $(MAINS) %_io.c,$(call room_src,$(1)))
io_src = $(filter-out $(MAINS),$(filter %_io.c,$(call room_src,$(1))))
obj = $(patsubst %.c,$(B)/%.o,$(1))

LIBS.control := -lev -lhiredis -lmicrohttpd -ljansson -lconfig -lcrypto -lnl-3 -lm -pthread
LIBS.webui := -lev -lmicrohttpd -ljansson -lcrypto -lm
LIBS.bgpd := -lev -lm
LIBS.sflowin := -lev -lm
LIBS.ribtrie := -lm
LIBS.lib := -lm
LIBS.cli := -lcurl -ljansson -lm

below.lib := lib
below.ribtrie := ribtrie lib
below.bgpd := bgpd lib
below.sflowin := sflowin lib
below.webui := webui lib
below.cli := cli lib
below.control := control ribtrie bgpd sflowin webui lib
# Archives of a level, *-io.a first: io code calls pure code, never the other way round.
archives = $(foreach r,$(below.$(1)),$(B)/$(r)-io.a) $(foreach r,$(below.$(1)),$(B)/$(r).a)

PROGRAMS := hotfibd hotfib hotfib-lab
LAB_SRC := $(sort $(wildcard tests/lab/*.c))

.DEFAULT_GOAL := all
.PHONY: all deps check check-unit check-net bench demo install uninstall lint fuzz soak clean help \
	programs unit-tests benches net-tools FORCE
.SECONDARY:
.DELETE_ON_ERROR:

all: programs ## build hotfibd, hotfib and hotfib-lab (default)

programs: $(PROGRAMS:%=$(O)/%)

$(PROGRAMS:%=$(O)/%): $(O)/%: $(B)/%
	$(SAY) LN $@
	$(Q)ln -sf $(MODE)/$* $@

link = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(1) -Wl,--start-group $(2) -Wl,--end-group $(3)

$(B)/hotfibd: $(B)/control/main.o $(call archives,control)
	$(SAY) LD $@
	$(Q)$(call link,$<,$(call archives,control),$(LIBS.control))

$(B)/hotfib: $(B)/cli/main.o $(call archives,cli)
	$(SAY) LD $@
	$(Q)$(call link,$<,$(call archives,cli),$(LIBS.cli))

# The lab tool speaks BGP with the speaker's own codec and sends sFlow with the tests' encoder.
LAB_OBJ := $(call obj,$(LAB_SRC) tests/support/sflow_build.c)
$(B)/hotfib-lab: $(LAB_OBJ) $(call archives,bgpd)
	$(SAY) LD $@
	$(Q)$(call link,$(LAB_OBJ),$(call archives,bgpd),$(LIBS.bgpd))

define room_rules
$(B)/$(1).a: $(call obj,$(call pure_src,$(1)))
	$$(SAY) AR $$@
	$$(Q)rm -f $$@ && $$(AR) rcsD $$@ $$(filter %.o,$$^)
$(B)/$(1)-io.a: $(call obj,$(call io_src,$(1)))
	$$(SAY) AR $$@
	$$(Q)rm -f $$@ && $$(AR) rcsD $$@ $$(filter %.o,$$^)
endef
$(foreach r,$(ROOMS),$(eval $(call room_rules,$(r))))

$(B)/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The headers of libnl are in a directory of their own.
$(B)/control/netlink/socket_io.o $(B)/tests/net/libnl_loop_io.o: private CFLAGS += $(shell $(PKG_CONFIG) --cflags libnl-3.0)

# Recompile when compiler or flags change.
$(B)/.flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS)' > $@
FORCE:

# The version is compiled into one object only.
$(B)/gen/version.h: FORCE
	@mkdir -p $(@D)
	@echo '#define HOTFIB_VERSION "$(VERSION)"' | cmp -s - $@ || \
		echo '#define HOTFIB_VERSION "$(VERSION)"' > $@
$(B)/control/main.o $(B)/cli/main.o $(B)/control/view.o: $(B)/gen/version.h

# The page and its parts are linked into the daemon as they are; webui/assets_data.S names them.
WEB_FILES := $(sort $(wildcard webui/app/*))
$(B)/webui/assets_data.o: webui/assets_data.S $(WEB_FILES)
	@mkdir -p $(@D)
	$(SAY) AS $<
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<
ifneq ($(wildcard webui/assets_data.S),)
$(B)/webui.a: $(B)/webui/assets_data.o
endif

-include $(shell test -d $(B) && find $(B) -name '*.d' 2>/dev/null)

# --- tests --------------------------------------------------------------------------------------

SUPPORT_SRC := $(sort $(wildcard tests/support/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT_BIN := $(patsubst %.c,$(B)/%,$(UNIT_SRC))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*/fuzz_*.c))
REPLAY_BIN := $(patsubst %.c,$(B)/%,$(FUZZ_SRC))
BENCH_SRC := $(sort $(wildcard tests/bench/*/bench_*.c))
BENCH_BIN := $(patsubst %.c,$(B)/%,$(BENCH_SRC))

$(B)/support.a: $(call obj,$(SUPPORT_SRC))
	$(SAY) AR $@
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

# tests/unit/ROOM/test_X.c, tests/fuzz/ROOM/fuzz_X.c and tests/bench/ROOM/bench_X.c link what ROOM
# may know. Tests of the lab tool's own parts are in ROOM "lab".
LAB_PARTS = $(call obj,$(filter-out tests/lab/main.c,$(LAB_SRC)))
below.lab := bgpd sflowin lib
LIBS.lab := -lev -lm
define test_rules
$(B)/tests/unit/$(1)/%: $(B)/tests/unit/$(1)/%.o $(B)/support.a $(call archives,$(1)) $(2)
	$$(SAY) LD $$@
	$$(Q)$$(call link,$$< $(2),$(B)/support.a $(call archives,$(1)),$(LIBS.$(1)) -lcmocka)
$(B)/tests/bench/$(1)/%: $(B)/tests/bench/$(1)/%.o $(B)/support.a $(call archives,$(1)) $(2)
	$$(SAY) LD $$@
	$$(Q)$$(call link,$$< $(2),$(B)/support.a $(call archives,$(1)),$(LIBS.$(1)))
ifeq ($(MODE),fuzz)
$(B)/tests/fuzz/$(1)/%: $(B)/tests/fuzz/$(1)/%.o $(call archives,$(1)) $(2)
	$$(SAY) LD $$@
	$$(Q)$$(call link,-fsanitize=fuzzer $$< $(2),$(call archives,$(1)),$(LIBS.$(1)))
else
$(B)/tests/fuzz/$(1)/%: $(B)/tests/fuzz/$(1)/%.o $(B)/tests/fuzz/replay.o $(call archives,$(1)) $(2)
	$$(SAY) LD $$@
	$$(Q)$$(call link,$$< $(B)/tests/fuzz/replay.o $(2),$(call archives,$(1)),$(LIBS.$(1)))
endif
endef
$(foreach r,lib ribtrie bgpd sflowin webui cli,$(eval $(call test_rules,$(r),)))
$(eval $(call test_rules,lab,$(LAB_PARTS)))
# The model of tables, next hops and ranks serves tests and benches of the selection too.
$(eval $(call test_rules,control,$(call obj,tests/lab/absorb.c tests/lab/input.c tests/lab/mrt.c \
	tests/lab/nexthops.c tests/lab/ranks.c tests/lab/table.c)))

unit-tests: $(UNIT_BIN) $(REPLAY_BIN)
benches: $(BENCH_BIN)

# --- what people type ---------------------------------------------------------------------------
# The text after ## is what `make help` shows.

# Debian packages are installed where missing; on other systems set NODEPS=1 and bring your own.
deps = $(if $(NODEPS),:,tests/deps.sh $(1))

deps: ## install the Debian packages needed to build, test and demonstrate
	$(Q)$(call deps,build net)

# Sub-makes, so that packages are there before anything is probed or compiled; with a job for each
# processor where nobody has said how many.
SUBFLAGS = --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

check: ## unit tests with sanitizers, fuzz corpora, network tests
	$(Q)$(call deps,build net)
	$(Q)$(MAKE) $(SUBFLAGS) MODE=asan unit-tests
	$(Q)$(MAKE) $(SUBFLAGS) MODE=release programs net-tools
	$(Q)$(RUN) $(UNIT_SUITES) $(CORPUS_SUITES) $(NET_SUITES)

check-unit: ## only unit tests and fuzz corpora
	$(Q)$(call deps,build)
	$(Q)$(MAKE) $(SUBFLAGS) MODE=asan unit-tests
	$(Q)$(RUN) $(UNIT_SUITES) $(CORPUS_SUITES)

check-net: ## only network tests (root); ONLY=name,name for some, MODE=asan for sanitized programs
	$(Q)$(call deps,build net)
	$(Q)$(MAKE) $(SUBFLAGS) programs net-tools
	$(Q)HOTFIB_MODE=$(MODE) $(RUN) $(NET_SUITES)

comma := ,
ABS_O := $(abspath $(O))
RUN := HOTFIB_O=$(ABS_O) HOTFIB_TEST_LOGS=$(O)/test-logs tests/run.sh
in_asan = $(patsubst %.c,$(O)/asan/%,$(1))
UNIT_SUITES := $(patsubst %,unit:%,$(call in_asan,$(UNIT_SRC))) unit:tests/page/page.sh
# fuzz_X replays tests/fuzz/corpus/X.
CORPUS_SUITES := $(foreach f,$(FUZZ_SRC),corpus:$(call in_asan,$(f)):tests/fuzz/corpus/$(patsubst \
	fuzz_%,%,$(basename $(notdir $(f)))))
NET_SRC := $(if $(ONLY),$(patsubst %,tests/net/test_%.sh,$(subst $(comma), ,$(ONLY))),$(sort \
	$(wildcard tests/net/test_*.sh)))
NET_SUITES := $(patsubst %,net:%,$(NET_SRC))

# Small programs of the network tests, each with lib and what of tests/support needs no more.
NET_TOOLS := $(patsubst tests/net/%.c,$(B)/net/%,$(wildcard tests/net/*.c))
net-tools: $(NET_TOOLS)
$(B)/net/libnl_loop_io: private LIBS.lib += -lnl-3
$(B)/net/%: $(B)/tests/net/%.o $(B)/support.a $(call archives,lib)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(call link,$<,$(B)/support.a $(call archives,lib),$(LIBS.lib))

bench: ## measure: one JSON line a figure; ONLY=P1,P7 for some of them
	@$(call deps,build bench) >&2
	@$(MAKE) $(SUBFLAGS) MODE=release programs benches net-tools >&2
	@HOTFIB_O=$(ABS_O) tests/bench/run.sh "$(ONLY)" $(patsubst %.c,$(O)/release/%,$(BENCH_SRC)) \
		$(sort $(wildcard tests/bench/*/bench_*.sh))

demo: ## BIRD, a full table and traffic in namespaces; ROUTES=real, DEMO_SECONDS=20
	$(Q)$(call deps,build net)
	$(Q)$(MAKE) $(SUBFLAGS) MODE=release programs net-tools
	@HOTFIB_O=$(ABS_O) ROUTES="$(ROUTES)" DEMO_SECONDS="$(DEMO_SECONDS)" tests/net/demo.sh

fuzz: ## T=60 seconds of libFuzzer for each target (clang), a long random walk (property); ONLY=name,name
	$(Q)$(call deps,build dev)
	$(Q)case ",$(or $(ONLY),property)," in *,property,*) $(PROPERTY_WALK) ;; esac
	$(Q)$(MAKE) $(SUBFLAGS) MODE=fuzz CC=$(CLANG) $(patsubst %.c,$(O)/fuzz/%,$(FUZZ_SRC))
	$(Q)tests/fuzz/run.sh "$(O)" "$(T)" "$(ONLY)" $(patsubst %.c,$(O)/fuzz/%,$(FUZZ_SRC))

# The unit test of the same name, with steps instead of seconds and without sanitizers.
PROPERTY := $(O)/release/tests/unit/control/test_property
PROPERTY_WALK = $(MAKE) $(SUBFLAGS) MODE=release $(PROPERTY) && \
	HOTFIB_STEPS=$(or $(STEPS),1000000) $(PROPERTY)

# Faults that one seed in a thousand shows.
SOAK_SRC = $(if $(ONLY),$(foreach n,$(subst $(comma), ,$(ONLY)),$(filter %/test_$(n).c,$(UNIT_SRC))),$(shell \
	grep -l test_seed $(UNIT_SRC)))
SOAK_BIN = $(call in_asan,$(SOAK_SRC))

soak: ## ROUNDS=25 of the random unit tests with sanitizers, each with seeds of its own; ONLY=name,name
	$(Q)$(call deps,build)
	$(Q)$(MAKE) $(SUBFLAGS) MODE=asan $(SOAK_BIN)
	$(Q)$(RUN) $(foreach round,$(shell seq $(or $(ROUNDS),25)),$(SOAK_BIN:%=unit:%))

lint: ## formatting, order of includes, cppcheck, man pages, shell scripts
	$(Q)$(call deps,build dev)
	$(Q)tests/lint.sh

INSTALL ?= install
SYSTEM_DIRS := sysusers.d tmpfiles.d sysctl.d
install: programs ## into DESTDIR, PREFIX (/usr/local) and SYSCONFDIR (/etc)
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(SYSCONFDIR)/hotfib
	$(INSTALL) -m 755 $(B)/hotfibd $(DESTDIR)$(PREFIX)/sbin/hotfibd
	$(INSTALL) -m 755 $(B)/hotfib $(DESTDIR)$(PREFIX)/bin/hotfib
	for m in $(wildcard docs/man/*.[1-8]); do s=$(DESTDIR)$(PREFIX)/share/man/man$${m##*.}; \
		$(INSTALL) -d $$s && $(INSTALL) -m 644 $$m $$s/ || exit 1; done
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/share/doc/hotfib/examples
	$(INSTALL) -m 644 conf/hotfib.conf $(DESTDIR)$(PREFIX)/share/doc/hotfib/examples/
	$(INSTALL) -d $(DESTDIR)$(SYSCONFDIR)/iproute2/rt_protos.d
	$(INSTALL) -m 644 conf/rt_protos.d/hotfib.conf $(DESTDIR)$(SYSCONFDIR)/iproute2/rt_protos.d/
	test -e $(DESTDIR)$(SYSCONFDIR)/hotfib/hotfib.conf || \
		$(INSTALL) -m 640 conf/hotfib.conf $(DESTDIR)$(SYSCONFDIR)/hotfib/hotfib.conf
	for u in $(wildcard conf/systemd/*.service); do s=$(DESTDIR)$(PREFIX)/lib/systemd/system; \
		$(INSTALL) -d $$s && sed 's,/usr/sbin/,$(PREFIX)/sbin/,' $$u >$$s/$${u##*/} || exit 1; done
	for d in $(SYSTEM_DIRS); do s=$(DESTDIR)$(PREFIX)/lib/$$d; \
		$(INSTALL) -d $$s && $(INSTALL) -m 644 conf/$$d/hotfib.conf $$s/ || exit 1; done

uninstall: ## what install put there, but never the configuration
	rm -f $(DESTDIR)$(PREFIX)/sbin/hotfibd $(DESTDIR)$(PREFIX)/bin/hotfib
	for m in $(wildcard docs/man/*.[1-8]); do \
		rm -f $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}; done
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/hotfib
	rm -f $(DESTDIR)$(SYSCONFDIR)/iproute2/rt_protos.d/hotfib.conf
	for u in $(wildcard conf/systemd/*.service); do \
		rm -f $(DESTDIR)$(PREFIX)/lib/systemd/system/$${u##*/}; done
	for d in $(SYSTEM_DIRS); do rm -f $(DESTDIR)$(PREFIX)/lib/$$d/hotfib.conf; done

clean: ## remove what was built
	rm -rf $(O)/release $(O)/debug $(O)/asan $(O)/fuzz $(O)/test-logs $(O)/net-logs \
		$(PROGRAMS:%=$(O)/%)

help: ## this text
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20
	@echo 'Variables: O=DIR MODE=release|debug|asan V=1 CC=clang WERROR=1 NODEPS=1'
