/*
 * schema/kinds/options.h - generic options of foreign data: attribute
 * "foreign_options", a json object of texts.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_OPTIONS_H
#define PGRUNBOOK_SCHEMA_KINDS_OPTIONS_H

#include "base/str.h"
#include "schema/kind.h"

/* " OPTIONS (host 'a')"; nothing where there are none. */
void options_add(struct buffer *b, const struct schema_object *o);
/* " OPTIONS (ADD host 'a', SET port '1', DROP user)" alike. */
void options_add_change(struct buffer *b, const struct schema_object *from,
    const struct schema_object *to);

/* Fragment of a query: a text[] of options as json. */
#define FOREIGN_OPTIONS(array) \
	"(SELECT jsonb_object_agg(quote_ident(option_name), option_value) " \
	"FROM pg_options_to_table(" array "))"

#endif
