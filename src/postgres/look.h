/*
 * postgres/look.h - rules that need to look into a statement.
 *
 * Each gets the statement's fields and may raise the verdict.
 */
#ifndef PGRUNBOOK_POSTGRES_LOOK_H
#define PGRUNBOOK_POSTGRES_LOOK_H

#include "postgres/classify.h"

/* look.c: statements about objects and settings */
void look_alter_database(struct sql_verdict *v, const json_t *n);
void look_alter_domain(struct sql_verdict *v, const json_t *n);
void look_alter_enum(struct sql_verdict *v, const json_t *n);
void look_alter_publication(struct sql_verdict *v, const json_t *n);
void look_alter_sequence(struct sql_verdict *v, const json_t *n);
void look_cluster(struct sql_verdict *v, const json_t *n);
void look_comment(struct sql_verdict *v, const json_t *n);
void look_create_function(struct sql_verdict *v, const json_t *n);
void look_create_role(struct sql_verdict *v, const json_t *n);
void look_create_schema(struct sql_verdict *v, const json_t *n);
void look_create_subscription(struct sql_verdict *v, const json_t *n);
void look_move(struct sql_verdict *v, const json_t *n);
void look_create_foreign_table(struct sql_verdict *v, const json_t *n);
void look_create_table(struct sql_verdict *v, const json_t *n);
void look_create_table_as(struct sql_verdict *v, const json_t *n);
void look_default_privileges(struct sql_verdict *v, const json_t *n);
void look_discard(struct sql_verdict *v, const json_t *n);
void look_grant(struct sql_verdict *v, const json_t *n);
void look_index(struct sql_verdict *v, const json_t *n);
void look_lock(struct sql_verdict *v, const json_t *n);
void look_refresh(struct sql_verdict *v, const json_t *n);
void look_refuses_transaction(struct sql_verdict *v, const json_t *n);
void look_reindex(struct sql_verdict *v, const json_t *n);
void look_rename(struct sql_verdict *v, const json_t *n);
void look_replaces(struct sql_verdict *v, const json_t *n);
void look_set(struct sql_verdict *v, const json_t *n);
void look_transaction(struct sql_verdict *v, const json_t *n);
void look_truncate(struct sql_verdict *v, const json_t *n);
void look_vacuum(struct sql_verdict *v, const json_t *n);
void look_view(struct sql_verdict *v, const json_t *n);

/* look_query.c: statements that read and change rows */
void look_copy(struct sql_verdict *v, const json_t *n);
void look_delete(struct sql_verdict *v, const json_t *n);
void look_explain(struct sql_verdict *v, const json_t *n);
void look_insert(struct sql_verdict *v, const json_t *n);
void look_into(struct sql_verdict *v, const json_t *n);
void look_locking(struct sql_verdict *v, const json_t *n);
void look_merge(struct sql_verdict *v, const json_t *n);
void look_table(struct sql_verdict *v, const json_t *n);
void look_update(struct sql_verdict *v, const json_t *n);

#endif
