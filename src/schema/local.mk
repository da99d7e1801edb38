# src/schema/local.mk - the drift engine.

noinst_LIBRARIES += src/schema/libschema.a
src_schema_libschema_a_SOURCES = \
	src/schema/drift.c src/schema/drift.h \
	src/schema/drift_make.h \
	src/schema/drift_needs.c \
	src/schema/drift_out.c \
	src/schema/drift_pairs.c \
	src/schema/edges.c src/schema/edges.h \
	src/schema/expected.c src/schema/expected.h \
	src/schema/index.c src/schema/index.h \
	src/schema/inherit.c src/schema/inherit.h \
	src/schema/judge.c src/schema/judge.h \
	src/schema/judge_make.h \
	src/schema/kind.h \
	src/schema/kinds.c src/schema/kinds.def \
	src/schema/kinds/aggregate.c \
	src/schema/kinds/backing.c src/schema/kinds/backing.h \
	src/schema/kinds/cast.c \
	src/schema/kinds/collation.c \
	src/schema/kinds/column.c src/schema/kinds/column.h \
	src/schema/kinds/column_measure.c \
	src/schema/kinds/column_retype.c \
	src/schema/kinds/column_setting.c \
	src/schema/kinds/column_type.c src/schema/kinds/column_type.h \
	src/schema/kinds/comment.c \
	src/schema/kinds/composite.c \
	src/schema/kinds/constraint.c \
	src/schema/kinds/default_privilege.c \
	src/schema/kinds/domain.c \
	src/schema/kinds/enum.c \
	src/schema/kinds/event_trigger.c \
	src/schema/kinds/extension.c \
	src/schema/kinds/foreign_data.c \
	src/schema/kinds/foreign_table.c \
	src/schema/kinds/function.c \
	src/schema/kinds/grant.c \
	src/schema/kinds/index.c src/schema/kinds/index_text.h \
	src/schema/kinds/marks.c src/schema/kinds/marks.h \
	src/schema/kinds/partition_index.c src/schema/kinds/partition_index.h \
	src/schema/kinds/not_null.c src/schema/kinds/not_null.h \
	src/schema/kinds/operator.c \
	src/schema/kinds/options.c src/schema/kinds/options.h \
	src/schema/kinds/plain.c src/schema/kinds/plain.h \
	src/schema/kinds/policy.c \
	src/schema/kinds/privileges.c src/schema/kinds/privileges.h \
	src/schema/kinds/publication.c \
	src/schema/kinds/range.c \
	src/schema/kinds/retype.c src/schema/kinds/retype.h \
	src/schema/kinds/rule.c \
	src/schema/kinds/schema.c \
	src/schema/kinds/sequence.c src/schema/kinds/sequence.h \
	src/schema/kinds/statistics.c \
	src/schema/kinds/subscription.c \
	src/schema/kinds/table.c src/schema/kinds/table.h \
	src/schema/kinds/text_search.c \
	src/schema/kinds/trigger.c \
	src/schema/kinds/view.c \
	src/schema/link.c src/schema/link.h \
	src/schema/measure.c src/schema/measure.h \
	src/schema/migrations.c \
	src/schema/normalise.c src/schema/normalise.h \
	src/schema/plan.c src/schema/plan.h \
	src/schema/plan_edges.c \
	src/schema/plan_op.h \
	src/schema/plan_order.c \
	src/schema/plan_parts.c \
	src/schema/plan_stage.c \
	src/schema/plan_write.c \
	src/schema/read.c \
	src/schema/snapshot.c src/schema/snapshot.h \
	src/schema/snapshot_make.h \
	src/schema/values.c src/schema/values.h

schema_libs = src/schema/libschema.a

# What "diff --json" prints; tests/cli/test_diff holds it to that.
dist_pkgdata_DATA += drift.schema.json
