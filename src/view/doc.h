/*
 * view/doc.h - styled text that is longer than its place, and scrolls.
 *
 * A doc is made anew for each frame from the run's state; what stays is the
 * scroller, which belongs to the view.  Long words are broken, nothing is
 * lost.  Text is untrusted, as in view/canvas.h.
 */
#ifndef PGRUNBOOK_VIEW_DOC_H
#define PGRUNBOOK_VIEW_DOC_H

#include "view/canvas.h"

struct doc;

/* width: of the lines, in cells. */
struct doc *doc_new(const void *owner, int width);
int doc_width(const struct doc *d);
int doc_lines(const struct doc *d);

/* Begin a new line. */
void doc_break(struct doc *d);
/* An empty line, unless there is one already or nothing stands above. */
void doc_gap(struct doc *d);
/* Add to the line; what does not fit is cut with an ellipsis. */
void doc_put(struct doc *d, enum style s, const char *text);
void doc_printf(struct doc *d, enum style s, const char *fmt, ...) PRINTF(3, 4);
/* Go on at this column of the line (at least one blank lies between). */
void doc_column(struct doc *d, int column);
/* So that it ends at the right edge; cuts what stands there already. */
void doc_right(struct doc *d, enum style s, const char *text);
/* A new paragraph, wrapped between words, each line indented.  Keeps line breaks. */
void doc_wrap(struct doc *d, int indent, enum style s, const char *text);
/* Go on in the line, wrapped; what is wrapped is indented. */
void doc_flow(struct doc *d, int indent, enum style s, const char *text);
/* "label   text…", the text wrapped behind the label, which is 10 cells wide. */
void doc_field(struct doc *d, const char *label, enum style s, const char *text);
void doc_field_printf(struct doc *d, const char *label, enum style s,
    const char *fmt, ...) PRINTF(4, 5);
/* SQL with its words in style, wrapped, indented. */
void doc_sql(struct doc *d, int indent, const char *sql);
/* Markdown as people write it in runbooks: paragraphs, lists, code. */
void doc_markdown(struct doc *d, int indent, const char *text);
void doc_heading(struct doc *d, const char *text);

/* Remember the line as the one that matters; -1: none was marked. */
void doc_mark(struct doc *d);
int doc_marked(const struct doc *d);

/* Where a doc stands in its area. */
struct scroller {
	int	top;		/* first line shown */
	int	rows, lines;	/* of the last draw */
};

void doc_draw(struct doc *d, struct area a, struct scroller *s);
/* As many lines as fit; the others are left out. */
void doc_draw_top(struct doc *d, struct area a);
/* The line's text, for searching. */
char *doc_text(const void *owner, const struct doc *d, int line);

/* Moves; the next draw keeps them within bounds. */
void scroller_by(struct scroller *s, int lines);
void scroller_page(struct scroller *s, int pages);
void scroller_top(struct scroller *s);
void scroller_bottom(struct scroller *s);

#endif
