/* view/style.c - styles by name (view/style.h). */

#include <string.h>

#include "base/str.h"
#include "view/style.h"

static const struct {
	const char	*name, *doc;
} styles[] = {
#define STYLE(id, name, doc) { name, doc },
#include "view/style.def"
#undef STYLE
};

const char *
style_name(enum style s)
{
	return styles[s].name;
}

const char *
style_doc(enum style s)
{
	return styles[s].doc;
}

int
style_parse(const char *name)
{
	int i;

	for (i = 0; i < STYLE_COUNT; i++)
		if (str_equal(styles[i].name, name))
			return i;
	return -1;
}

enum style
style_of_status(enum step_status s)
{
	switch (s) {
	case STEP_WAITING:
		return STYLE_WAITING;
	case STEP_RUNNING:
		return STYLE_RUNNING;
	case STEP_DONE:
		return STYLE_DONE;
	case STEP_FAILED:
	case STEP_CANCELLED:
		return STYLE_FAILED;
	case STEP_UNKNOWN:
		return STYLE_UNKNOWN;
	case STEP_SKIPPED:
		return STYLE_SKIPPED;
	case STEP_PENDING:
	default:
		return STYLE_PENDING;
	}
}

enum style
style_of_class(const char *class_)
{
	switch (class_ != NULL ? class_[0] : '\0') {
	case 'R':
		return STYLE_CLASS_R;
	case 'A':
		return STYLE_CLASS_A;
	case 'B':
		return STYLE_CLASS_B;
	case 'C':
		return STYLE_CLASS_C;
	default:
		return STYLE_TEXT;
	}
}

enum style
style_of_environment(const char *name)
{
	static const struct {
		const char	*name;
		enum style	 style;
	} known[] = {
		{ "local", STYLE_ENV_LOCAL },
		{ "sandbox", STYLE_ENV_SANDBOX },
		{ "staging", STYLE_ENV_STAGING },
		{ "shared", STYLE_ENV_SHARED },
		{ "production", STYLE_ENV_PRODUCTION },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(known); i++)
		if (str_equal(known[i].name, name))
			return known[i].style;
	return STYLE_TEXT;
}
