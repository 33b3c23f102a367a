# smtpatch. `make help` lists what can be made.

CC ?= cc
PREFIX ?= /usr/local
BUILD ?= build
SANITIZE ?=
WERROR ?=

PACKAGES = re2c lemon gperf libpcre2-dev libinih-dev libpg-query-dev libutf8proc-dev libjansson-dev libyaml-dev libcmocka-dev perl gcc

WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wpointer-arith -Wvla \
	-Wformat-security
CFLAGS ?= -O2 -g
# What makes a mistake in memory hard to exploit; it costs less than a hundredth of the time. Sanitizers want to be alone,
# and _FORTIFY_SOURCE needs an optimizing compiler. Both variables may be set to something else, or to nothing.
HARDENING_CFLAGS ?= $(if $(SANITIZE),,-fPIE -fstack-protector-strong -fstack-clash-protection \
	$(if $(filter -O1 -O2 -O3 -Os,$(CFLAGS)),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2))
HARDENING_LDFLAGS ?= $(if $(SANITIZE),,-pie -Wl,-z,relro,-z,now)
LANGUAGE_FLAGS = -std=c11 -D_GNU_SOURCE -DPCRE2_CODE_UNIT_WIDTH=8 -Isrc -I$(GENERATED)
ALL_CFLAGS = $(LANGUAGE_FLAGS) $(WARNINGS) $(if $(WERROR),-Werror) -pthread $(HARDENING_CFLAGS) \
	$(CPPFLAGS) $(CFLAGS) $(SANITIZE_FLAGS)
SANITIZE_FLAGS = $(if $(SANITIZE),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
comma = ,
# libpg_query is taken from its archive, changed as src/postgres/memory.h says: as a shared library it would also add a
# quarter to the time that every start takes.
ARCHIVES = $(BUILD)/libsmtpatch.a $(BUILD)/libpg_query.a
LIBRARIES = -linih -lpcre2-8 -lutf8proc -ljansson -lyaml -pthread

GENERATED = $(BUILD)/generated
SOURCES := $(sort $(shell find src -name '*.c' ! -name main.c))
OBJECTS = $(SOURCES:src/%.c=$(BUILD)/objects/%.o) $(BUILD)/objects/grammar.o $(BUILD)/objects/lexer.o
HEADERS = $(GENERATED)/flink_grammar.h $(GENERATED)/keyword_text.inc $(GENERATED)/keyword_reserved.inc $(GENERATED)/catalogue_tables.inc $(GENERATED)/config.h \
	$(GENERATED)/check_table.inc $(GENERATED)/check_functions.inc
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))

MANUAL = man/smtpatch.1 man/smtpatch.ini.5 $(BUILD)/man/smtpatch-checks.7
COMPLETIONS = $(BUILD)/completion/bash $(BUILD)/completion/zsh $(BUILD)/completion/fish

all: $(BUILD)/smtpatch $(MANUAL) $(COMPLETIONS)

help:
	@sed -n 's/^#: //p' Makefile

#: all        build $(BUILD)/smtpatch and what goes with it (the default)
#: deps       install what the build needs (Debian packages)
#: demo       patch a script as SMT writes it and show the difference
#: check      run every test
#: check-flink  let Flink's own parser and connectors judge (needs a JDK, Maven and its repository; else it is skipped)
#: fuzz       run each fuzzer of tests/fuzz/ for FUZZ_SECONDS (60), with clang (and libclang-rt-dev): ASan and UBSan;
#:            FUZZERS names some, FUZZ_JOBS (1) is how many run at a time
#: bench      time it beside sed and cat, on scripts as SMT writes them (MEGABYTES="1 10 100", ROUNDS=5; PEERS=dir: where
#:            npm has put sql-formatter and dt-sql-parser, to time them, too)
#: instructions  count instructions (with valgrind) and compare them with the stored figures
#: coverage   run every test with a build that counts lines and branches; fails below the limits (needs gcc and gcovr)
#: analyse    look for mistakes with gcc -fanalyzer, clang-tidy and cppcheck
#: valgrind   run parts of the tests under valgrind's memcheck; VALGRIND_STEP=1 runs them all
#: mutation   change the source of rules/, catalogue/ and checks/ in each place, one at a time: does a test fail? MUTATION_FILES
#:            and MUTATION_KINDS name some (patterns), MUTATION_SECONDS is how long slow tests run for each, MUTATION_JOBS how
#:            many are tried at a time; survivors stand in $(BUILD)/mutation
#: dist       $(BUILD)/smtpatch-VERSION.tar.gz, the source archive; check-dist builds and tests what is in it
#: deb        $(BUILD)/deb/smtpatch_*.deb; check-deb installs it on a clean Debian 12 (root, debootstrap, lintian; else skipped)
#: static     $(BUILD)/smtpatch-static, which needs no library where it runs
#: install    install below DESTDIR/PREFIX; uninstall takes it away again
#: clean      remove $(BUILD)
#: Settings: V=1 (show commands), SANITIZE=1 (ASan, UBSan), WERROR=1, BUILD=dir, PREFIX=dir, DESTDIR=dir, CC, CFLAGS,
#:   CPPFLAGS, LDFLAGS, HARDENING_CFLAGS and HARDENING_LDFLAGS (PIE, RELRO, stack protector, _FORTIFY_SOURCE)

deps:
	@sh tests/install-packages.sh $(PACKAGES)

# ---- What is made of grammar/ ------------------------------------------------------------------------------

$(GENERATED)/keyword_lookup.inc: grammar/keywords.tsv grammar/keywords.awk | $(GENERATED)
	@echo '  MAKE    $@'
	awk -v make=gperf -f grammar/keywords.awk $< | gperf --output-file=$@

$(GENERATED)/keyword_text.inc: grammar/keywords.tsv grammar/keywords.awk | $(GENERATED)
	@echo '  MAKE    $@'
	awk -v make=words -f grammar/keywords.awk $< > $@

$(GENERATED)/keyword_reserved.inc: grammar/keywords.tsv grammar/keywords.awk | $(GENERATED)
	@echo '  MAKE    $@'
	awk -v make=reserved -f grammar/keywords.awk $< > $@

$(GENERATED)/catalogue_tables.inc: $(wildcard grammar/catalogue/*.tsv) grammar/catalogue.pl | $(GENERATED)
	@echo '  MAKE    $@'
	perl grammar/catalogue.pl grammar/catalogue > $@

$(GENERATED)/check_table.inc: grammar/checks.txt grammar/checks.pl | $(GENERATED)
	@echo '  MAKE    $@'
	perl grammar/checks.pl table $< > $@

$(GENERATED)/check_functions.inc: grammar/checks.txt grammar/checks.pl | $(GENERATED)
	@echo '  MAKE    $@'
	perl grammar/checks.pl functions $< > $@

$(BUILD)/man/smtpatch-checks.7: grammar/checks.txt grammar/checks.pl
	@mkdir -p $(@D)
	@echo '  MAKE    $@'
	perl grammar/checks.pl manual $< > $@

# Debian's inih lets a program set its limits at run time; upstream's may not, and then long lines are refused.
$(GENERATED)/config.h: | $(GENERATED)
	@if printf '#include <ini.h>\nint main(void) { return ini_max_line + ini_allow_no_value; }\n' | \
	    $(CC) -x c -o $@.try - -linih 2>/dev/null; \
	then echo '#define HAVE_INI_SETTINGS 1' > $@; else : > $@; fi; rm -f $@.try

$(GENERATED)/flink_grammar.y: grammar/flink.y grammar/keywords.tsv grammar/keywords.awk | $(GENERATED)
	@echo '  MAKE    $@'
	{ cat grammar/flink.y; awk -v make=fallbacks -f grammar/keywords.awk grammar/keywords.tsv; } > $@

# -c: no default reductions, so that the state at an error still knows all that was expected there.
$(GENERATED)/flink_grammar.c: $(GENERATED)/flink_grammar.y
	@echo '  LEMON   $<'
	lemon -l -c $<

$(GENERATED)/flink_grammar.h: $(GENERATED)/flink_grammar.c

$(GENERATED)/lexer.c: grammar/flink.re | $(GENERATED)
	@echo '  RE2C    $<'
	re2c -b -i --no-generation-date -W -Werror -o $@ $<

$(GENERATED):
	@mkdir -p $@

# ---- The program -------------------------------------------------------------------------------------------

$(BUILD)/objects/%.o: src/%.c | $(HEADERS)
	@mkdir -p $(@D)
	@echo '  CC      $<'
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/objects/lexer.o: $(GENERATED)/lexer.c $(GENERATED)/keyword_lookup.inc $(HEADERS)
	@mkdir -p $(@D)
	@echo '  CC      $<'
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Lemon's skeleton is not ours to warn about.
$(BUILD)/objects/grammar.o: $(GENERATED)/flink_grammar.c $(HEADERS) src/syntax/builder.h src/syntax/tree.h
	@mkdir -p $(@D)
	@echo '  CC      $<'
	$(CC) $(ALL_CFLAGS) -w -DNDEBUG -c -o $@ $<

$(BUILD)/libsmtpatch.a: $(OBJECTS)
	@rm -f $@
	@echo '  AR      $@'
	$(AR) rcs $@ $^

# Where the archive is can be asked when `deps` has been made, no earlier.
OBJCOPY ?= objcopy
$(BUILD)/libpg_query.a: src/postgres/memory.h
	@mkdir -p $(@D)
	@echo '  OBJCOPY $@'
	$(OBJCOPY) $(foreach name,malloc realloc free strdup exit abort,--redefine-sym $(name)=postgres_$(name)) \
	    --redefine-sym pthread_key_create=postgres_key_create --redefine-sym pthread_setspecific=postgres_setspecific \
	    "$$($(CC) -print-file-name=libpg_query.a)" $@

$(BUILD)/smtpatch: $(BUILD)/objects/main.o $(ARCHIVES)
	@echo '  LINK    $@'
	$(CC) $(ALL_CFLAGS) $(HARDENING_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBRARIES)

# For machines that lack the libraries, or are no Debian at all. Nothing of glibc is called that would ask for modules.
static: $(BUILD)/smtpatch-static

$(BUILD)/smtpatch-static: $(BUILD)/objects/main.o $(ARCHIVES)
	@echo '  LINK    $@'
	$(CC) $(ALL_CFLAGS) $(if $(HARDENING_LDFLAGS),-static-pie -Wl$(comma)-z$(comma)relro,-static) $(LDFLAGS) -o $@ $^ $(LIBRARIES)

$(COMPLETIONS): $(BUILD)/completion/%: $(BUILD)/smtpatch
	@mkdir -p $(@D)
	$< --completion $* > $@

-include $(shell find $(BUILD)/objects -name '*.d' 2>/dev/null)

# ---- Tests -------------------------------------------------------------------------------------------------

$(BUILD)/tests/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(ARCHIVES)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	$(CC) $(ALL_CFLAGS) -o $@ $< $(ARCHIVES) $(LIBRARIES) -lcmocka

# Without the sanitizers, which want to stand first in a program: then the tests leave it out.
$(BUILD)/tests/fail.so: tests/faults/fail.c
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	$(CC) -std=c11 $(WARNINGS) -Wno-pedantic -D_GNU_SOURCE -O1 -shared -fPIC -o $@ $< -ldl

check: all $(UNIT_TESTS) $(BUILD)/tests/fail.so
	@BUILD='$(abspath $(BUILD))' HARDENING='$(HARDENING_CFLAGS) $(HARDENING_LDFLAGS)' sh tests/run.sh

check-flink: $(BUILD)/smtpatch
	@BUILD='$(abspath $(BUILD))' sh tests/flink/run.sh

# ---- How strong the tests are ------------------------------------------------------------------------------

# A build of its own, without optimization, so that lines and branches stay what they were in the source.
COVERAGE_FLAGS = CC=gcc HARDENING_CFLAGS= HARDENING_LDFLAGS= CFLAGS='-O0 -g --coverage -fprofile-update=atomic'

coverage:
	@$(MAKE) BUILD=$(BUILD)/coverage $(COVERAGE_FLAGS) all
	@sh tests/coverage.sh start $(BUILD)/coverage
	@COUNTS_LINES=1 $(MAKE) BUILD=$(BUILD)/coverage $(COVERAGE_FLAGS) check
	@sh tests/coverage.sh report $(BUILD)/coverage

# Needs gcc, clang-tidy and cppcheck.
analyse: $(HEADERS)
	@sh tests/analyse.sh $(LANGUAGE_FLAGS)

$(BUILD)/tests/no_jit.so: tests/valgrind/no_jit.c
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	$(CC) $(LANGUAGE_FLAGS) $(WARNINGS) -O1 -shared -fPIC -o $@ $<

valgrind: $(BUILD)/smtpatch $(UNIT_TESTS) $(BUILD)/tests/no_jit.so
	@BUILD='$(BUILD)' sh tests/valgrind/run.sh

# At most so many seconds of slow tests for one mutant, and only of the files whose names, and the kinds, that match.
MUTATION_SECONDS ?= 1
MUTATION_FILES ?= .
MUTATION_KINDS ?= .

mutation:
	@perl tests/mutation/run.pl '$(BUILD)/mutation' '$(MUTATION_SECONDS)' '$(MUTATION_FILES)' '$(MUTATION_KINDS)'

# Made in the copy that holds the mutants.
$(BUILD)/replay: tests/mutation/replay.c src/main.c $(ARCHIVES)
	@echo '  LINK    $@'
	$(CC) $(ALL_CFLAGS) -Dmain=program_main -c -o $@.o src/main.c
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $@.o $(ARCHIVES) $(LIBRARIES)

# ---- Fuzzing -----------------------------------------------------------------------------------------------

FUZZ_SECONDS ?= 60
FUZZ_JOBS ?= 1
FUZZ_SEED ?= 0
FUZZERS ?= fuzz_syntax fuzz_script fuzz_rules fuzz_values fuzz_publications
FUZZ_FLAGS = CC=clang HARDENING_CFLAGS= CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'

# A build of its own, as everything must be made with clang.
fuzz:
	@$(MAKE) BUILD=$(BUILD)/fuzz $(FUZZ_FLAGS) $(FUZZERS:%=$(BUILD)/fuzz/fuzzers/%)
	@BUILD='$(BUILD)/fuzz' FUZZ_SECONDS='$(FUZZ_SECONDS)' FUZZ_JOBS='$(FUZZ_JOBS)' FUZZ_SEED='$(FUZZ_SEED)' \
		sh tests/fuzz/run.sh $(FUZZERS)

$(BUILD)/fuzzers/%: tests/fuzz/%.c tests/unit/same_tree.h tests/fuzz/fuzz.h tests/fuzz/mutate.h tests/fuzz/mutate.c $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $< tests/fuzz/mutate.c $(ARCHIVES) $(LIBRARIES)

# ---- Speed -------------------------------------------------------------------------------------------------

$(BUILD)/tests/measure: tests/bench/measure.c
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	$(CC) -std=c11 $(WARNINGS) -D_GNU_SOURCE -O2 -o $@ $<

# MEGABYTES: the sizes of the scripts.
bench: $(BUILD)/smtpatch $(BUILD)/tests/measure
	@BUILD='$(BUILD)' perl tests/bench/bench.pl $(MEGABYTES)

instructions: $(BUILD)/smtpatch
	@BUILD='$(BUILD)' STORE='$(STORE)' perl tests/bench/instructions.pl

# The picture of the README; tests/picture.t tells when it is old.
docs/lint.svg: $(BUILD)/smtpatch docs/picture.pl docs/examples/orders.sql
	cd docs/examples && { '$(abspath $<)' --no-config --color=always --lint orders.sql || [ $$? -eq 1 ]; } | \
	    perl ../picture.pl 'smtpatch --lint orders.sql' > ../lint.svg

demo: $(BUILD)/smtpatch
	@BUILD='$(BUILD)' sh tests/demo.sh

# ---- Installing --------------------------------------------------------------------------------------------

SHARE = $(DESTDIR)$(PREFIX)/share
ZSH ?= zsh/site-functions
installed_manual = $(foreach page,$(MANUAL),$(SHARE)/man/man$(patsubst .%,%,$(suffix $(page)))/$(notdir $(page)))
installed_completions = $(SHARE)/bash-completion/completions/smtpatch $(SHARE)/$(ZSH)/_smtpatch \
	$(SHARE)/fish/vendor_completions.d/smtpatch.fish

install: all
	install -D -m 755 $(BUILD)/smtpatch $(DESTDIR)$(PREFIX)/bin/smtpatch
	for page in $(MANUAL); do install -D -m 644 $$page $(SHARE)/man/man$${page##*.}/$${page##*/} || exit 1; done
	install -D -m 644 docs/emit-json.md $(SHARE)/doc/smtpatch/emit-json.md
	install -D -m 644 $(BUILD)/completion/bash $(SHARE)/bash-completion/completions/smtpatch
	install -D -m 644 $(BUILD)/completion/zsh $(SHARE)/$(ZSH)/_smtpatch
	install -D -m 644 $(BUILD)/completion/fish $(SHARE)/fish/vendor_completions.d/smtpatch.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/smtpatch $(installed_manual) $(installed_completions) $(SHARE)/doc/smtpatch/emit-json.md
	rmdir $(SHARE)/doc/smtpatch 2>/dev/null || true

# ---- Packages ----------------------------------------------------------------------------------------------

VERSION = $(shell sed -n 's/^.define SMTPATCH_VERSION "\(.*\)"/\1/p' src/cli/run.c)
ARCHIVE = $(BUILD)/smtpatch-$(VERSION).tar.gz

# Always made anew: it depends on every file there is.
dist:
	@sh packaging/dist.sh '$(ARCHIVE)'

deb: dist
	@sh packaging/deb.sh '$(ARCHIVE)'

check-dist: dist
	@sh packaging/check-dist.sh '$(ARCHIVE)'

check-deb: deb
	@sh packaging/check-deb.sh '$(BUILD)/deb'

clean:
	rm -rf $(BUILD)

.PHONY: all help deps check check-flink fuzz bench instructions demo install uninstall clean coverage \
	analyse valgrind mutation static dist deb check-dist check-deb
# V=1 shows the commands themselves.
ifndef V
.SILENT:
endif

.DELETE_ON_ERROR:
.SECONDARY:
