/* cli/terminal.c - a line from the person at the terminal. */

#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/str.h"
#include "cli/terminal.h"

bool
terminal_is_there(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

char *
terminal_ask(const void *owner, const char *question)
{
	char *line = NULL, *text = NULL;
	size_t room = 0;

	/* Before the question: what is typed once it is there, answers it. */
	tcflush(STDIN_FILENO, TCIFLUSH);
	printf("%s", question);
	fflush(stdout);
	if (getline(&line, &room, stdin) >= 0)
		text = str_trim(owner, line);
	else
		printf("\n");
	free(line);
	return text;
}
