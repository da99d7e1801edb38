# man/local.mk - the manual.

dist_man_MANS += \
	man/pgrunbook.1 \
	man/pgrunbook-journal.5
