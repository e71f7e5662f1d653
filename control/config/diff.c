/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values are compared as they are printed, which is exact: what is printed parses back to itself.
 * Secrets, which are not printed, are compared as they are.
 */
#include "control/config/diff.h"

#include <string.h>

#include "control/config/value.h"

struct walk {
	void (*found)(void *ctx, const struct diff *diff);
	void *ctx;
};

static bool
same_secret(const void *a, const void *b)
{
	const char *x, *y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x == NULL || y == NULL ? x == y : strcmp(x, y) == 0;
}

/* Not a list, not a group. */
static bool
same_value(const struct schema_row *row, const char *a, const char *b)
{
	struct str x, y;
	bool same;

	if (row->kind == SCHEMA_SECRET)
		return same_secret(a + row->offset, b + row->offset);
	str_init(&x, MEM_CONFIG);
	str_init(&y, MEM_CONFIG);
	schema_print(row, a, &x);
	schema_print(row, b, &y);
	same = strcmp(x.text, y.text) == 0;
	str_fini(&x);
	str_fini(&y);
	return same;
}

struct list {
	const char *members;
	size_t n;
};

static struct list
list_of(const struct schema_row *row, const char *base)
{
	struct list list;

	memcpy(&list.members, base + row->offset, sizeof(list.members));
	memcpy(&list.n, base + row->count, sizeof(list.n));
	return list;
}

/* The member that is the same as this one, else one with the same first setting; NULL where there
 * is none. */
static const char *
member_like(const struct schema_row *row, const struct list *list, const char *member)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *other = list->members + i * row->group->size;

		if (diff_same(row->group, other, member, NULL))
			return other;
	}
	for (size_t i = 0; i < list->n; i++) {
		const char *other = list->members + i * row->group->size;

		if (same_value(&row->group->rows[0], other, member))
			return other;
	}
	return NULL;
}

bool
diff_same(const struct schema_group *group, const void *a, const void *b, const char *const *but)
{
	for (size_t i = 0; i < group->n_rows; i++) {
		const struct schema_row *row = &group->rows[i];
		bool skip = false;

		for (size_t k = 0; but != NULL && but[k] != NULL; k++)
			skip |= strcmp(but[k], row->name) == 0;
		ASSERT(row->kind != SCHEMA_GROUP);
		if (skip)
			continue;
		if (row->kind == SCHEMA_LIST) {
			struct list x = list_of(row, a), y = list_of(row, b);

			if (x.n != y.n)
				return false;
			for (size_t m = 0; m < x.n; m++)
				if (!diff_same(row->group, x.members + m * row->group->size,
					y.members + m * row->group->size, NULL))
					return false;
		} else if (!same_value(row, a, b)) {
			return false;
		}
	}
	return true;
}

static void diff_rows(struct walk *w, const struct schema_group *group, const char *a,
    const char *b, const struct str *path, bool restart);

/* path + ".name" */
static void
extend(struct str *out, const struct str *path, const char *name)
{
	str_init(out, MEM_CONFIG);
	str_addf(out, "%s%s%s", path->text, path->len > 0 ? "." : "", name);
}

/* The first setting of a member without its quotes. */
static void
extend_by_member(
    struct str *out, const struct str *path, const struct schema_row *row, const char *member)
{
	struct str key;
	size_t quote;

	str_init(&key, MEM_CONFIG);
	value_print(&row->group->rows[0], member + row->group->rows[0].offset, &key);
	quote = key.text[0] == '"';
	str_init(out, MEM_CONFIG);
	str_addf(out, "%s.%.*s", path->text, (int)(key.len - 2 * quote), key.text + quote);
	str_fini(&key);
}

static void
diff_list(struct walk *w, const struct schema_row *row, const char *a, const char *b,
    const struct str *path, bool restart)
{
	struct list old = list_of(row, a), new = list_of(row, b);

	for (size_t i = 0; i < old.n + new.n; i++) {
		bool is_old = i < old.n;
		const char *member = is_old ? old.members + i * row->group->size
					    : new.members + (i - old.n) * row->group->size;
		const char *other = member_like(row, is_old ? &new : &old, member);
		struct str name;

		extend_by_member(&name, path, row, member);
		if (other == NULL) {
			const struct diff d = { .name = name.text,
				.kind = is_old ? DIFF_REMOVED : DIFF_ADDED,
				.row = row,
				.restart = restart };

			w->found(w->ctx, &d);
		} else if (is_old) {
			diff_rows(w, row->group, member, other, &name, restart);
		}
		str_fini(&name);
	}
}

/* A group that may be absent. */
static bool
there(const struct schema_row *row, const char *base)
{
	bool is_there = row->required;

	if (!is_there)
		memcpy(&is_there, base + row->offset, sizeof(is_there));
	return is_there;
}

static void
diff_row(struct walk *w, const struct schema_row *row, const char *a, const char *b,
    const struct str *path, bool restart)
{
	struct diff d = { .kind = DIFF_CHANGED, .row = row, .restart = restart };
	bool differ = false;
	struct str name;

	extend(&name, path, row->name);
	d.name = name.text;
	if (row->kind == SCHEMA_LIST) {
		diff_list(w, row, a, b, &name, restart);
	} else if (row->kind == SCHEMA_GROUP) {
		differ = there(row, a) != there(row, b);
		if (differ)
			d.kind = there(row, b) ? DIFF_ADDED : DIFF_REMOVED;
		else if (there(row, a))
			diff_rows(w, row->group, a, b, &name, restart);
	} else {
		differ = !same_value(row, a, b);
	}
	if (differ)
		w->found(w->ctx, &d);
	str_fini(&name);
}

static void
diff_rows(struct walk *w, const struct schema_group *group, const char *a, const char *b,
    const struct str *path, bool restart)
{
	for (size_t i = 0; i < group->n_rows; i++)
		diff_row(w, &group->rows[i], a, b, path, restart || group->rows[i].restart);
}

void
diff_configs(const struct config *a, const struct config *b,
    void (*found)(void *ctx, const struct diff *diff), void *ctx)
{
	struct walk w = { found, ctx };
	struct str path;

	str_init(&path, MEM_CONFIG);
	diff_rows(&w, &schema_root, (const char *)a, (const char *)b, &path, false);
	str_fini(&path);
}
