# src/view/local.mk - what the screen says, without a screen.

noinst_LIBRARIES += src/view/libview.a
src_view_libview_a_SOURCES = \
	src/view/app.c src/view/app.h \
	src/view/canvas.c src/view/canvas.h \
	src/view/changed.c src/view/changed.h \
	src/view/command.c \
	src/view/doc.c src/view/doc.h \
	src/view/drift.c src/view/drift.h \
	src/view/drift_detail.c \
	src/view/drift_items.c \
	src/view/event_words.c \
	src/view/extend.c \
	src/view/failure.c \
	src/view/footer.c \
	src/view/handover.c \
	src/view/header.c \
	src/view/help.c \
	src/view/journal.c \
	src/view/keymap.c src/view/keymap.def src/view/keymap.h \
	src/view/lines.c src/view/lines.h \
	src/view/list.c src/view/list.h \
	src/view/locks.c \
	src/view/pager.c \
	src/view/picker.c src/view/picker.h \
	src/view/picker_load.c \
	src/view/plain.c src/view/plain.h \
	src/view/plain_ask.c src/view/plain_private.h \
	src/view/prompt.c src/view/prompt.h \
	src/view/question.c \
	src/view/run.c \
	src/view/run_list.c src/view/run_list.h \
	src/view/run_tabs.c src/view/run_tabs.h \
	src/view/signoff.c \
	src/view/strip.c \
	src/view/style.c src/view/style.def src/view/style.h \
	src/view/view.h \
	src/view/words.c src/view/words.h

view_libs = src/view/libview.a
