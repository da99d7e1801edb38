/* view/locks.c - who is in the way, and who queues behind; cancel or end. */

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/list.h"
#include "view/run_tabs.h"
#include "view/view.h"
#include "view/words.h"

struct locks {
	char		*step;
	struct list	 list;
	struct scroller	 at;
};

/* The session under the cursor; null: none. */
static const json_t *
party(struct app *a, const struct locks *v)
{
	const json_t *blockers, *queued;
	size_t n;

	if (a->state == NULL || a->state->locks == NULL)
		return NULL;
	blockers = json_object_get(a->state->locks, "blockers");
	queued = json_object_get(a->state->locks, "queued");
	n = json_array_size(blockers);
	if ((size_t)v->list.cursor < n)
		return json_array_get(blockers, (size_t)v->list.cursor);
	return json_array_get(queued, (size_t)v->list.cursor - n);
}

static int
count_parties(const json_t *report)
{
	return (int)(json_array_size(json_object_get(report, "blockers")) +
	    json_array_size(json_object_get(report, "queued")));
}

static void
render(struct app *a, void *self, struct area body)
{
	struct locks *v = self;
	struct area in = overlay_box(body, 116, body.rows,
	    "Locks: who is in the way, and who queues behind us");
	struct doc *d = doc_new(a->frame, in.columns);
	const json_t *report = a->state != NULL ? a->state->locks : NULL;

	list_fit(&v->list, count_parties(report), in.rows / 2);
	locks_fill(a, d, report, v->list.cursor);
	v->at.top = v->list.top * 2;
	doc_draw(d, in, &v->at);
}

static bool
can(struct app *a, void *self, enum action action)
{
	struct locks *v = self;

	switch (action) {
	case ACTION_LOCK_OWN:
		return app_current(a) != NULL &&
		    app_current(a)->status == STEP_RUNNING;
	case ACTION_LOCK_CANCEL:
	case ACTION_LOCK_TERMINATE:
		return party(a, v) != NULL &&
		    json_int(party(a, v), "pid", 0) != 0;
	case ACTION_SEARCH:
	case ACTION_SEARCH_NEXT:
	case ACTION_SEARCH_PREVIOUS:
		return false;
	default:
		return true;
	}
}

static void
act(struct app *a, void *self, enum action action, const struct key_press *k)
{
	struct locks *v = self;
	const json_t *p = party(a, v);
	bool is_end = action == ACTION_LOCK_TERMINATE;

	(void)k;
	if (action == ACTION_LOCK_OWN)
		cancel_ask(a, action);
	if (list_act(&v->list, action) || p == NULL)
		return;
	if (action != ACTION_LOCK_CANCEL && !is_end)
		return;
	session_ask(a, is_end ? INTENT_TERMINATE_BACKEND :
	    INTENT_CANCEL_BACKEND, v->step, p);
}

static const struct view locks_view = {
	.place = PLACE_LOCKS, .is_list = true,
	.render = render, .can = can, .act = act,
};

void
locks_open(struct app *a, struct step_state *step)
{
	struct locks *v;

	if (step == NULL)
		return;
	v = NEW(a, struct locks);
	v->step = mem_strdup(v, step->id);
	v->list.count = count_parties(a->state->locks);
	app_push(a, &locks_view, v);
}
