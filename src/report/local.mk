# src/report/local.mk - what a run was, as Markdown, HTML and JSON.

noinst_LIBRARIES += src/report/libreport.a
src_report_libreport_a_SOURCES = \
	src/report/bundle.c src/report/bundle.h \
	src/report/facts.c \
	src/report/html.c \
	src/report/markdown.c \
	src/report/report.h

report_libs = src/report/libreport.a $(approval_libs) $(ARCHIVE_LIBS)
