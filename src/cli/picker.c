/* cli/picker.c - "pgrunbook" alone: what can be opened, and what waits. */

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/front.h"
#include "cli/help.h"
#include "cli/picker.h"
#include "cli/terminal.h"
#include "engine/launch.h"
#include "run/folder.h"
#include "tui/tui.h"

/* The command that does what was chosen, as if it had been typed. */
static int
call_for(const struct tui_choice *choice)
{
	static const char *const names[] = {
		[TUI_OPEN] = "run", [TUI_ATTACH] = "attach",
		[TUI_LINT] = "lint", [TUI_PLAN] = "plan",
	};
	const char *name = names[choice->wish];
	struct call *c = NEW(NULL, struct call);
	int code;

	if (choice->wish == TUI_ATTACH && !engine_lives(choice->path))
		name = "resume";
	c->command = command_find(name);
	c->args = NEW_ARRAY(c, const char *, 2);
	c->args[0] = choice->path;
	c->arg_count = 1;
	code = c->command->run(c);
	talloc_free(c);
	return code;
}

/* In the person's own editor, on the person's own terminal. */
static int
edit(const char *path)
{
	char *command = mem_printf(NULL, "%s \"$PGRUNBOOK_FILE\"",
	    getenv("VISUAL") != NULL ? "$VISUAL" : "${EDITOR:-vi}");
	int status;

	if (setenv("PGRUNBOOK_FILE", path, 1) != 0)
		memory_exhausted();
	/* The editor is a shell command by convention ("code -w"). */
	status = system(command);
	talloc_free(command);
	return status == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* Lint and plan print: let it be read before the picker covers it. */
static void
let_read(void *owner)
{
	terminal_ask(owner, "\nEnter goes back. ");
}

static int
take(void *owner, const struct tui_choice *choice, bool *over)
{
	int code;

	switch (choice->wish) {
	case TUI_QUIT:
		*over = true;
		return EXIT_DONE;
	case TUI_EDIT:
		return edit(choice->path);
	case TUI_LINT:
	case TUI_PLAN:
		code = call_for(choice);
		if (code == EXIT_DONE && choice->wish == TUI_LINT)
			printf("%s: nothing to say against it\n", choice->path);
		let_read(owner);
		return code;
	case TUI_OPEN:
	case TUI_ATTACH:
		break;
	}
	*over = true;
	return call_for(choice);
}

int
picker_main(void)
{
	void *owner = memory_check(talloc_new(NULL));
	struct error err;
	char *shipped = data_path(owner, "runbooks", &err);
	const char *const folders[] = { ".", "runbooks", shipped, NULL };
	const struct tui_options options = { .lives = engine_lives };
	struct tui_choice choice;
	bool over = false;
	int code = EXIT_DONE;

	if (!front_is_a_screen()) {
		help_all();
		talloc_free(owner);
		return EXIT_DONE;
	}
	while (!over) {
		error_clear(&err);
		if (tui_picker(owner, runs_folder(owner, NULL), folders, NULL,
		    &options, &choice, &err) != 0) {
			code = command_fail(&err);
			break;
		}
		code = take(owner, &choice, &over);
	}
	talloc_free(owner);
	return code;
}
