# man/local.mk - the manual.

dist_man_MANS += \
	man/pgrunbook.1 \
	man/pgrunbook.5 \
	man/pgrunbook-journal.5 \
	man/pgrunbook-verify.7
