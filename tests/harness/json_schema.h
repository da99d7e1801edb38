/*
 * tests/harness/json_schema.h - does a document keep to its JSON schema?
 *
 * Knows the words that the shipped schemas of documents use: $ref into
 * $defs, type, enum, properties, required, additionalProperties and items;
 * another one fails the test.
 */
#ifndef PGRUNBOOK_TESTS_HARNESS_JSON_SCHEMA_H
#define PGRUNBOOK_TESTS_HARNESS_JSON_SCHEMA_H

#include <jansson.h>

void assert_conforms(const json_t *schema, const json_t *document);

#endif
