# tests/majors/local.mk - servers of other majors: make check-majors
#
# Not part of "make check": those that are not installed come from npm.

EXTRA_DIST += \
	tests/majors/check-majors \
	tests/majors/package.json

# MAJORS="13 18" for these alone, CASES=pattern as in tests/schema/test_cases.c.
.PHONY: check-majors
check-majors: $(schema_tests)
	@$(AM_TESTS_ENVIRONMENT) \
	$(top_srcdir)/tests/majors/check-majors majors $(schema_tests)

clean-local: clean-majors
.PHONY: clean-majors
clean-majors:
	-rm -rf majors
