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

LIBS.control := -lev -lmicrohttpd -ljansson -lconfig -lcrypto -lm
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
.PHONY: all deps check check-unit check-net bench demo install uninstall lint fuzz clean help \
	programs tests unit-tests fuzz-replay benches lab
.SECONDARY:
.DELETE_ON_ERROR:

all: programs

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

# The lab tool speaks BGP with the speaker's own codec and sends sFlow with its own encoder.
$(B)/hotfib-lab: $(call obj,$(LAB_SRC)) $(call archives,bgpd)
	$(SAY) LD $@
	$(Q)$(call link,$(call obj,$(LAB_SRC)),$(call archives,bgpd),$(LIBS.bgpd))

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
$(foreach r,lib ribtrie bgpd sflowin webui control cli,$(eval $(call test_rules,$(r),)))
$(eval $(call test_rules,lab,$(LAB_PARTS)))

unit-tests: $(UNIT_BIN) $(REPLAY_BIN)
benches: $(BENCH_BIN)
