/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config/faults.h"

#include <stdio.h>
#include <stdlib.h>

#include "control/config/source.h"

void
faults_init(struct faults *f)
{
	*f = (struct faults){ 0 };
}

void
faults_fini(struct faults *f)
{
	for (size_t i = 0; i < f->n; i++)
		mem_free(MEM_CONFIG, f->list[i].text);
	mem_free(MEM_CONFIG, f->list);
}

static void PRINTF_LIKE(4, 0)
    add(struct faults *f, unsigned line, bool warning, const char *fmt, va_list args)
{
	char text[512]; /* whatever the file holds: a message stays a line to read */

	vsnprintf(text, sizeof(text), fmt, args);
	if (f->n == f->cap) {
		f->cap = f->cap == 0 ? 16 : f->cap * 2;
		f->list = mem_resize(MEM_CONFIG, f->list, f->cap, sizeof(*f->list));
	}
	f->list[f->n] = (struct fault){
		.line = line,
		.warning = warning,
		.number = f->n,
		.text = mem_strdup(MEM_CONFIG, text),
	};
	f->n++;
	if (!warning)
		f->fatal++;
}

void
faults_add(struct faults *f, unsigned line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(f, line, false, fmt, args);
	va_end(args);
}

void
faults_warn(struct faults *f, unsigned line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(f, line, true, fmt, args);
	va_end(args);
}

static int
by_line(const void *a, const void *b)
{
	const struct fault *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

void
faults_print(struct faults *f, const struct source *source, struct str *out)
{
	if (f->n > 0)
		qsort(f->list, f->n, sizeof(*f->list), by_line);
	for (size_t i = 0; i < f->n; i++) {
		const struct fault *fault = &f->list[i];
		struct source_place place = source_place(source, fault->line);

		str_addf(out, "%s:%u: %s%s\n", place.file, place.line,
		    fault->warning ? "warning: " : "", fault->text);
	}
}
