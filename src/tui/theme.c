/* tui/theme.c - themes (tui/theme.h). */

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "runbook/node.h"
#include "tui/theme.h"

/* ---- one look ------------------------------------------------------------------ */

static int
parse_colour(const char *word, bool is_bright)
{
	static const char *const names[] = {
		"black", "red", "green", "yellow", "blue", "magenta", "cyan",
		"white",
	};
	char *end;
	long n;
	size_t i;

	for (i = 0; i < COUNT_OF(names); i++)
		if (str_equal(word, names[i]))
			return (int)i + (is_bright ? 8 : 0);
	if (word[0] == '#' && strlen(word) == 7) {
		n = strtol(word + 1, &end, 16);
		return *end == '\0' ? COLOUR_RGB | (int)n : INT_MIN;
	}
	if (str_equal(word, "default"))
		return COLOUR_DEFAULT;
	n = strtol(word, &end, 10);
	return end != word && *end == '\0' && n >= 0 && n <= 255 ? (int)n :
	    INT_MIN;
}

static unsigned
parse_attribute(const char *word)
{
	static const struct {
		const char	*name;
		unsigned	 bit;
	} known[] = {
		{ "bold", LOOK_BOLD }, { "dim", LOOK_DIM },
		{ "underline", LOOK_UNDERLINE }, { "reverse", LOOK_REVERSE },
		{ "italic", LOOK_ITALIC },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(known); i++)
		if (str_equal(word, known[i].name))
			return known[i].bit;
	return 0;
}

/* "bright white on red, bold".  Null, or the word that is wrong. */
static const char *
parse_look(struct look *look, char *text)
{
	bool is_background = false, is_bright = false;
	char *word, *rest = text;

	look->fg = look->bg = COLOUR_DEFAULT;
	look->attributes = 0;
	while ((word = strtok_r(rest, " ,", &rest)) != NULL) {
		unsigned bit = parse_attribute(word);
		int colour;

		if (bit != 0) {
			look->attributes |= bit;
			continue;
		}
		if (str_equal(word, "on") || str_equal(word, "bright")) {
			is_background = is_background || word[0] == 'o';
			is_bright = word[0] == 'b';
			continue;
		}
		colour = parse_colour(word, is_bright);
		if (colour == INT_MIN)
			return word;
		if (is_background)
			look->bg = colour;
		else
			look->fg = colour;
		is_bright = false;
	}
	return NULL;
}

/* ---- a file -------------------------------------------------------------------- */

static void
read_style(struct theme *t, const struct node *key, const struct node *value,
    bool *given, struct lint *l)
{
	static const char *names[STYLE_COUNT + 1];
	int style = style_parse(key->text), i;
	const char *near, *wrong;
	char *text;

	if (style < 0) {
		struct lint_finding *f = lint_error(l, key->place,
		    "unknown style \"%s\"", key->text);

		for (i = 0; i < STYLE_COUNT; i++)
			names[i] = style_name((enum style)i);
		near = str_nearest(key->text, names);
		if (near != NULL)
			lint_hint(l, f, "did you mean \"%s\"?", near);
		return;
	}
	if (value->type != NODE_SCALAR) {
		lint_error(l, value->place, "a style is one line of text");
		return;
	}
	text = mem_strdup(t, value->text);
	wrong = parse_look(&t->looks[style], text);
	if (wrong != NULL)
		lint_hint(l, lint_error(l, value->place,
		    "\"%s\" is neither a colour nor an attribute", wrong),
		    "colours: default, black red green yellow blue magenta "
		    "cyan white, bright before them, 0 to 255, \"#rrggbb\"; "
		    "attributes: bold dim underline reverse italic");
	given[style] = true;
}

struct theme *
theme_read(const void *owner, const char *path, struct lint *l)
{
	struct theme *t = NEW(owner, struct theme);
	struct node *map = node_load(t, path, l);
	bool given[STYLE_COUNT] = { false };
	size_t i, errors = l->errors;
	char *dot;

	if (map != NULL && map->type != NODE_MAP)
		lint_error(l, map->place, "a theme is a map from styles to looks");
	t->looks[STYLE_TEXT] = (struct look){ COLOUR_DEFAULT, COLOUR_DEFAULT, 0 };
	for (i = 0; map != NULL && map->type == NODE_MAP && i < map->count; i++)
		read_style(t, map->keys[i], map->items[i], given, l);
	if (map == NULL || l->errors > errors || map->type != NODE_MAP) {
		talloc_free(t);
		return NULL;
	}
	t->is_mono = true;
	for (i = 0; i < STYLE_COUNT; i++) {
		if (!given[i])
			t->looks[i] = t->looks[STYLE_TEXT];
		t->is_mono = t->is_mono && t->looks[i].fg == COLOUR_DEFAULT &&
		    t->looks[i].bg == COLOUR_DEFAULT;
	}
	t->name = mem_strdup(t, path_name(path));
	dot = strrchr(t->name, '.');
	if (dot != NULL)
		*dot = '\0';
	return t;
}

/* ---- where themes are -------------------------------------------------------------- */

static char *
program_folder(const void *owner)
{
	char path[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (size <= 0)
		return mem_strdup(owner, ".");
	path[size] = '\0';
	return path_folder(owner, path);
}

/* Folders to look in, the user's own first; null-terminated. */
static char **
theme_folders(const void *owner)
{
	static const char *const beside[] = {
		"themes", "../themes", "../../themes", "../../../themes",
	};
	char **list = NEW_ARRAY(owner, char *, 4 + COUNT_OF(beside));
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *program = program_folder(list);
	size_t n = 0, i;

	if (config != NULL && *config != '\0')
		list[n++] = mem_printf(list, "%s/pgrunbook/themes", config);
	else if (home != NULL)
		list[n++] = mem_printf(list, "%s/.config/pgrunbook/themes", home);
	for (i = 0; i < COUNT_OF(beside); i++)
		list[n++] = path_join(list, program, beside[i]);
	list[n++] = mem_strdup(list, PKGDATADIR "/themes");
	return list;
}

static int
not_found(const char *name, char **folders, struct error *err)
{
	struct buffer *b = buffer_new(folders);
	size_t i, j, count;
	char **names;

	for (i = 0; folders[i] != NULL; i++) {
		if (folder_list(folders, folders[i], &names, &count, NULL) != 0)
			continue;
		for (j = 0; j < count; j++)
			if (str_ends(names[j], ".theme"))
				buffer_printf(b, "%s%.*s",
				    b->size > 0 ? ", " : "",
				    (int)(strlen(names[j]) - 6), names[j]);
		if (b->size > 0)
			break;
	}
	error_set(err, ERR_NOT_FOUND, "there is no theme \"%s\"", name);
	if (b->size > 0)
		error_hint(err, "themes: %s", b->data);
	return -1;
}

static struct theme *
read_one(const void *owner, const char *path, struct error *err)
{
	struct lint *l = lint_new(NULL);
	struct theme *t = theme_read(owner, path, l);

	if (t == NULL && l->count > 0) {
		error_set(err, ERR_RUNBOOK, "%s", l->findings[0].text);
		error_at(err, l->findings[0].place.file,
		    l->findings[0].place.line, l->findings[0].place.column);
		if (l->findings[0].hint != NULL)
			error_hint(err, "%s", l->findings[0].hint);
	}
	talloc_free(l);
	return t;
}

struct theme *
theme_load(const void *owner, const char *name, struct error *err)
{
	char **folders = theme_folders(owner);
	struct theme *t = NULL;
	size_t i;

	if (name == NULL)
		name = getenv("PGRUNBOOK_THEME");
	if (name == NULL || *name == '\0')
		name = "default";
	if (strchr(name, '/') != NULL) {
		t = read_one(owner, name, err);
		talloc_free(folders);
		return t;
	}
	for (i = 0; folders[i] != NULL; i++) {
		char *path = mem_printf(folders, "%s/%s.theme", folders[i], name);

		if (!file_exists(path))
			continue;
		t = read_one(owner, path, err);
		talloc_free(folders);
		return t;
	}
	not_found(name, folders, err);
	talloc_free(folders);
	return NULL;
}

#define HUE_MIN		0x18	/* less of a difference is grey */
#define GROUND_LIGHT	0xa0
#define GREY_LIGHT	0x68

/* ---- fewer colours ------------------------------------------------------------------ */

void
theme_without_colours(struct theme *t)
{
	int ground = t->looks[STYLE_TEXT].bg;
	size_t i;

	for (i = 0; i < STYLE_COUNT; i++) {
		struct look *k = &t->looks[i];

		/* What stood out by its ground is reversed instead. */
		if (k->bg != COLOUR_DEFAULT && k->bg != ground)
			k->attributes |= LOOK_REVERSE;
		k->fg = k->bg = COLOUR_DEFAULT;
	}
	t->is_mono = true;
}

/* The palette's colours: 16 names, a cube of 6x6x6, 24 greys. */
static int
palette_rgb(int n)
{
	static const int named[16] = {
		0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
		0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
		0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
	};
	static const int steps[6] = { 0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff };

	if (n < 16)
		return named[n];
	if (n >= 232)
		return (8 + (n - 232) * 10) * 0x010101;
	n -= 16;
	return steps[n / 36] << 16 | steps[n / 6 % 6] << 8 | steps[n % 6];
}

static int
distance(int a, int b)
{
	int red = (a >> 16 & 255) - (b >> 16 & 255);
	int green = (a >> 8 & 255) - (b >> 8 & 255);
	int blue = (a & 255) - (b & 255);

	return 3 * red * red + 6 * green * green + blue * blue;
}

/* The hue alone, as bright as it can be; -1: there is hardly any. */
static int
hue_of(int rgb)
{
	int part[3] = { rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255 };
	int low = part[0], high = part[0], i;

	for (i = 1; i < 3; i++) {
		low = part[i] < low ? part[i] : low;
		high = part[i] > high ? part[i] : high;
	}
	if (high - low < HUE_MIN)
		return -1;
	for (i = 0; i < 3; i++)
		part[i] = (part[i] - low) * 255 / (high - low);
	return part[0] << 16 | part[1] << 8 | part[2];
}

static int
brightness(int rgb)
{
	int red = rgb >> 16 & 255, green = rgb >> 8 & 255, blue = rgb & 255;
	int high = red > green ? red : green;

	return high > blue ? high : blue;
}

static int
rgb_of(int colour)
{
	return colour & COLOUR_RGB ? colour & 0xffffff : palette_rgb(colour);
}

/* A grey is black or white, never a colour that happens to be as bright. */
static int
plain_colour(int rgb, int hue)
{
	if (hue < 0)
		return brightness(rgb) >= GREY_LIGHT ? 7 : 0;
	return colour_nearest(COLOUR_RGB | hue, 8);
}

/*
 * One of the first eight for a ground.  A dark one stays what is nearest to
 * it; a light one keeps its hue, since that is what tells the blocks of the
 * environments apart.
 */
static int
plain_ground(int colour)
{
	int rgb = rgb_of(colour), hue = hue_of(rgb);

	return plain_colour(rgb, hue < 0 || brightness(rgb) >= GROUND_LIGHT ?
	    hue : rgb);
}

/* Greys that are to recede are dim, where the terminal can. */
static int
plain_text(int colour, unsigned *attributes)
{
	int rgb = rgb_of(colour), hue = hue_of(rgb);

	if (hue < 0 && brightness(rgb) < GROUND_LIGHT && brightness(rgb) > 0x40)
		*attributes |= LOOK_DIM;
	return plain_colour(rgb, hue);
}

static void
plain_look(struct look *k)
{
	int fg = k->fg, bg = k->bg;

	if (bg > 7) {
		k->bg = plain_ground(bg);
		/* A grey that would become the ground itself. */
		if (k->bg == 0 && rgb_of(bg) != 0) {
			k->fg = k->bg = COLOUR_DEFAULT;
			k->attributes |= LOOK_REVERSE;
			return;
		}
	}
	if (fg > 7)
		k->fg = plain_text(fg, &k->attributes);
	if (k->fg == COLOUR_DEFAULT || (fg <= 7 && bg <= 7))
		return;
	if (k->fg == 0 && (k->bg == COLOUR_DEFAULT || k->bg == 0)) {
		k->fg = k->bg == 0 ? 7 : COLOUR_DEFAULT;
	} else if (k->bg == 7 && (k->fg & 2) != 0) {
		k->fg = 0;	/* green, yellow, cyan, white: too light there */
	} else if (k->fg == k->bg) {
		k->fg = 7;
	}
}

void
theme_with_eight_colours(struct theme *t)
{
	size_t i;

	for (i = 0; i < STYLE_COUNT; i++)
		plain_look(&t->looks[i]);
}

int
colour_nearest(int colour, int count)
{
	int wanted, best = 0, i, from = 0;

	if (colour == COLOUR_DEFAULT || colour < 0)
		return COLOUR_DEFAULT;
	if (colour < count && !(colour & COLOUR_RGB))
		return colour;
	wanted = colour & COLOUR_RGB ? colour & 0xffffff : palette_rgb(colour);
	if (count > 256)
		count = 256;
	/* The first sixteen are whatever the person has set: no measure. */
	if (count == 256)
		from = 16;
	for (best = from, i = from; i < count; i++)
		if (distance(palette_rgb(i), wanted) <
		    distance(palette_rgb(best), wanted))
			best = i;
	return best;
}
